//! Over a pipe to a child process, with rmcp's client and with raw lines.

use std::{path::PathBuf, process::Stdio, sync::Arc};

use rmcp::{
    ServiceExt,
    model::{CallToolRequest, CallToolRequestParams, ClientRequest, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt, PeerRequestOptions},
    transport::TokioChildProcess,
};
use secure_tool_testkit::{Lines, until, within};
use secure_tool_tests::clients::{Client, call, close, code, list, text};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
};

const DESK: &str = env!("CARGO_BIN_EXE_desk");

/// The audit log of one child process.
struct Log(PathBuf);

impl Log {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("secure-tool-{test}-{}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(DESK);
        command.arg(&self.0).kill_on_drop(true);
        command
    }

    /// The same, and a line on standard error for each body that has begun.
    fn announcing(&self) -> Command {
        let mut command = self.command();
        command.arg("announcing");
        command
    }

    /// The records so far. A last line without an end is still being written.
    fn records(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(&self.0).unwrap();
        let lines = log.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The records, as soon as there are so many.
    async fn wait_for(&self, count: usize) -> Vec<Value> {
        until(format!("{count} records"), async || self.records().len() >= count).await;
        self.records()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn connect(log: &Log) -> Client {
    within("the client to connect", ().serve(TokioChildProcess::new(log.command()).unwrap())).await.unwrap()
}

#[tokio::test]
async fn clients_of_both_protocols_do_their_work() {
    let log = Log::new("work");
    let modern = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let modern = ().serve_with_lifecycle(TokioChildProcess::new(log.command()).unwrap(), modern);
    let modern = within("the client to connect", modern).await.unwrap();
    for client in [modern, connect(&log).await] {
        assert_eq!(list(&client).await.unwrap().len(), 24);
        let note = call(&client, "get_note", json!({"note": 1})).await.unwrap();
        assert_eq!(note.structured_content, Some(json!({"id": 1, "author": "alice", "text": "note 1"})));
        assert_eq!(code(&call(&client, "get_note", json!({"note": 3})).await.unwrap()), "not_found");
        assert_eq!(code(&call(&client, "get_note", json!({"note": "1"})).await.unwrap()), "invalid_arguments");
        assert_eq!(code(&call(&client, "panics", json!({})).await.unwrap()), "internal");
        assert_eq!(code(&call(&client, "panics_blocking", json!({})).await.unwrap()), "internal");
        assert_eq!(code(&call(&client, "slow", json!({})).await.unwrap()), "timeout");
        assert_eq!(code(&call(&client, "big", json!({"bytes": 5000})).await.unwrap()), "output_too_large");
        assert_eq!(text(&call(&client, "ping", json!({})).await.unwrap()), "pong");
        assert!(call(&client, "no_such_tool", json!({})).await.is_err());
        close(client).await.unwrap();
    }
    let records = log.records();
    assert_eq!(records.len(), 18, "one a call");
    assert!(records.iter().all(|record| record["caller"] == "alice" && record["client"] == "local"));
}

#[tokio::test]
async fn a_thousand_calls_at_once_get_their_own_answers() {
    let log = Log::new("thousand");
    let client = Arc::new(connect(&log).await);
    let calls: Vec<_> = (0..1000_u32)
        .map(|n| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { call(&client, "echo", json!({"text": format!("echo {n}")})).await.unwrap() })
        })
        .collect();
    // The concurrency of a tool is 256 by default: the rest is told to come back.
    let mut busy = 0;
    for (n, call) in calls.into_iter().enumerate() {
        let result = within("a call", call).await.unwrap();
        if code(&result) == "unavailable" {
            busy += 1;
        } else {
            assert_eq!(text(&result), format!("echo {n}"));
        }
    }
    assert!(busy <= 1000 - 256, "{busy}");
    assert_eq!(log.wait_for(1000).await.len(), 1000);
}

#[tokio::test]
async fn a_withdrawn_call_stops_and_frees_its_place() {
    let log = Log::new("withdrawn");
    let (process, stderr) = TokioChildProcess::builder(log.announcing()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = Lines::read(stderr.unwrap());
    let client = within("the client to connect", ().serve(process)).await.unwrap();
    let stay = json!({"stay": true}).as_object().cloned().unwrap();
    for n in 1..=3 {
        let params = CallToolRequestParams::new("one_at_a_time").with_arguments(stay.clone());
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let handle = client.send_cancellable_request(request, PeerRequestOptions::no_options());
        let handle = within("the request to be sent", handle).await.unwrap();
        lines.containing(&format!("body {n} has begun")).await;
        within("the call to be withdrawn", handle.cancel(None)).await.unwrap();
        let records = log.wait_for(n).await;
        assert_eq!((records.len(), &records[n - 1]["decision"]), (n, &json!("cancelled")));
        assert_eq!(records[n - 1]["stage"], "body");
    }
    assert_eq!(code(&call(&client, "one_at_a_time", json!({})).await.unwrap()), "ok");
}

#[tokio::test]
async fn a_process_that_loses_its_client_ends() {
    let log = Log::new("lost");
    let mut raw = Raw::start(&log).await;
    raw.send(&json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "slow"}}).to_string()).await;
    raw.errors.containing("body 1 has begun").await;
    drop(raw.input);
    let status = within("the process to end", raw.child.wait()).await.unwrap();
    assert!(status.success());
    assert_eq!(log.records().len(), 1, "the call that ran is recorded");
}

/// A client that writes lines of its own making.
struct Raw {
    child: Child,
    input: ChildStdin,
    output: Lines,
    errors: Lines,
}

impl Raw {
    async fn start(log: &Log) -> Self {
        let mut child =
            log.announcing().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let (output, errors) = (Lines::read(child.stdout.take().unwrap()), Lines::read(child.stderr.take().unwrap()));
        let mut raw = Self { child, input, output, errors };
        raw.send(
            &json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}})
            .to_string(),
        )
        .await;
        assert!(raw.output.first().await.contains("2025-11-25"));
        raw.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string()).await;
        raw
    }

    async fn send(&mut self, line: &str) {
        let line = format!("{line}\n");
        within("the process to read", self.input.write_all(line.as_bytes())).await.unwrap();
        within("the process to read", self.input.flush()).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_proper_message_is_survived_and_not_repeated() {
    let log = Log::new("malformed");
    let mut raw = Raw::start(&log).await;
    let nested = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let ask = |name: Value, arguments: Value| {
        json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
            .to_string()
    };
    // Lines that get no answer: no JSON, or longer than any message may be.
    raw.send("CANARY").await;
    raw.send("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"CANARY").await;
    raw.send(&ask(json!("echo"), json!({"text": "x".repeat(2 << 20)}))).await;
    raw.send(&format!("{}1{}", "[".repeat(200), "]".repeat(200))).await;
    // Lines that get one.
    for line in [
        json!({"jsonrpc": "2.0", "id": {"CANARY": 1}, "method": "CANARY"}).to_string(),
        json!({"jsonrpc": "2.0", "id": 5, "method": "CANARY"}).to_string(),
        ask(json!("CANARY"), json!({})),
        ask(json!("get_note"), json!({"note": "CANARY"})),
        ask(json!("get_note"), json!({"CANARY": 1})),
        ask(json!("echo"), json!({"text": nested})),
        ask(json!("echo"), json!({"text": "CANARY".repeat(60_000)})),
    ] {
        raw.send(&line).await;
        let answer = raw.output.first().await;
        assert!(!answer.contains("CANARY"), "{answer}");
        assert!(answer.contains("error") || answer.contains("isError\":true"), "{answer}");
    }
    // And the server is as before.
    raw.send(&ask(json!("get_note"), json!({"note": 1}))).await;
    assert!(raw.output.first().await.contains("note 1"));
}
