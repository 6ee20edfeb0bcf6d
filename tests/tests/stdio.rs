//! Over a pipe to a child process, with rmcp's client and with raw lines.

use std::{path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use rmcp::{
    ServiceExt,
    model::{CallToolRequest, CallToolRequestParams, ClientRequest, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt, PeerRequestOptions},
    transport::TokioChildProcess,
};
use secure_tool_tests::clients::{Client, call, code, text};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
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

    fn records(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(&self.0).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits, for a while, until there are so many records.
    async fn wait_for(&self, count: usize) -> Vec<Value> {
        for _ in 0..200 {
            if self.records().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.records()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn connect(log: &Log) -> Client {
    ().serve(TokioChildProcess::new(log.command()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn clients_of_both_protocols_do_their_work() {
    let log = Log::new("work");
    let modern = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let modern = ().serve_with_lifecycle(TokioChildProcess::new(log.command()).unwrap(), modern).await.unwrap();
    for client in [modern, connect(&log).await] {
        assert_eq!(client.list_all_tools().await.unwrap().len(), 24);
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
        client.cancel().await.unwrap();
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
        let result = call.await.unwrap();
        if code(&result) == "unavailable" {
            busy += 1;
        } else {
            assert_eq!(text(&result), format!("echo {n}"));
        }
    }
    assert!(busy < 1000 - 256, "{busy}");
    assert_eq!(log.wait_for(1000).await.len(), 1000);
}

#[tokio::test]
async fn a_withdrawn_call_stops_and_frees_its_place() {
    let log = Log::new("withdrawn");
    let client = connect(&log).await;
    for n in 1..=3 {
        let request = CallToolRequest::new(CallToolRequestParams::new("one_at_a_time"));
        let handle = client
            .send_cancellable_request(ClientRequest::CallToolRequest(request), PeerRequestOptions::no_options())
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        handle.cancel(None).await.unwrap();
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
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(raw.input);
    let status = tokio::time::timeout(Duration::from_secs(10), raw.child.wait()).await.unwrap().unwrap();
    assert!(status.success());
    assert_eq!(log.records().len(), 1, "the call that ran is recorded");
}

/// A client that writes lines of its own making.
struct Raw {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Raw {
    async fn start(log: &Log) -> Self {
        let mut child =
            log.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut raw = Self { child, input, output };
        raw.send(
            &json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}})
            .to_string(),
        )
        .await;
        assert!(raw.receive().await.contains("2025-11-25"));
        raw.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string()).await;
        raw
    }

    async fn send(&mut self, line: &str) {
        self.input.write_all(line.as_bytes()).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
        self.input.flush().await.unwrap();
    }

    async fn receive(&mut self) -> String {
        tokio::time::timeout(Duration::from_secs(10), self.output.next_line()).await.unwrap().unwrap().unwrap()
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
        let answer = raw.receive().await;
        assert!(!answer.contains("CANARY"), "{answer}");
        assert!(answer.contains("error") || answer.contains("isError\":true"), "{answer}");
    }
    // And the server is as before.
    raw.send(&ask(json!("get_note"), json!({"note": 1}))).await;
    assert!(raw.receive().await.contains("note 1"));
}
