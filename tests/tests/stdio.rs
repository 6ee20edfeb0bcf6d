//! A server as a child process, over stdio.

mod process;

use std::{path::PathBuf, process::Stdio, sync::Arc};

use process::{DESK, Process};
use rmcp::{
    ServiceExt,
    model::{CallToolRequest, CallToolRequestParams, ClientRequest, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt, PeerRequestOptions},
    transport::TokioChildProcess,
};
use secure_tool_testkit::{Lines, until, within};
use secure_tool_tests::clients::{Client, call, close, code, list, text};
use serde_json::{Value, json};
use tokio::process::Command;

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
async fn clients_of_both_protocols_can_list_and_call() {
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
    // The concurrency of a tool is 256 by default, and half of it is one caller's: the rest is told to come back.
    let mut busy = 0;
    for (n, call) in calls.into_iter().enumerate() {
        let result = within("a call", call).await.unwrap();
        if code(&result) == "unavailable" {
            busy += 1;
        } else {
            assert_eq!(text(&result), format!("echo {n}"));
        }
    }
    assert!(busy <= 1000 - 128, "{busy}");
    assert_eq!(log.wait_for(1000).await.len(), 1000);
}

#[tokio::test]
async fn a_cancelled_call_stops_and_frees_its_place() {
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
async fn a_process_ends_with_its_client() {
    let log = Log::new("lost");
    let mut desk = Process::start(log.announcing().stderr(Stdio::piped())).await;
    let mut errors = Lines::read(desk.child.stderr.take().unwrap());
    desk.works().await;
    desk.send(process::call(7, "slow", &json!({})).to_string()).await;
    errors.containing("body 2 has begun").await;
    drop(desk.input);
    let status = within("the process to end", desk.child.wait()).await.unwrap();
    assert!(status.success());
    assert_eq!(log.records().len(), 2, "the call that ran is recorded");
}
