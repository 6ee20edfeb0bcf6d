//! Answers that their client does not read: when there is no memory for more answers, reads are refused, and answers of tools that have written are
//! still sent.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use secure_tool::{Code, Decision, MemorySink, Stage, http::HttpOptions, prelude::*};
use secure_tool_testkit::until;
use secure_tool_tests::{
    clients::{HttpServer, Names, message},
    raw::{Raw, post},
};
use serde_json::{Value, json};

/// More than a system keeps for a reader that reads nothing.
const LONG: usize = 4_000_000;

#[derive(Default)]
struct Shelf {
    written: AtomicUsize,
}

impl Shelf {
    /// Read a book.
    #[secure_tool(scope = "shelf:use", owner = unowned("only noise"), rate = 1000/minute, read_only, max_output = 4MiB)]
    async fn read(&self) -> String {
        "x".repeat(LONG)
    }

    /// Write a book, and read it.
    #[secure_tool(scope = "shelf:use", owner = unowned("only noise"), rate = 1000/minute, max_output = 4MiB)]
    async fn write(&self) -> String {
        self.written.fetch_add(1, Ordering::SeqCst);
        "x".repeat(LONG)
    }
}

/// Asks for a book and reads no more than how long the answer is.
async fn length(raw: &mut Raw, tool: &str) -> (u16, usize) {
    raw.send(post(Some("alice"), &message(tool, &json!({})))).await;
    let (status, headers) = raw.head().await.unwrap();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap();
    (status, length.1.parse().unwrap())
}

#[tokio::test]
async fn an_answer_waits_for_memory_unless_the_tool_has_written() {
    let (shelf, audit) = (Arc::new(Shelf::default()), Arc::new(MemorySink::new(10)));
    let server = SecureServer::builder_shared(Arc::clone(&shelf))
        .tool(Shelf::read())
        .tool(Shelf::write())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let principal = |name: &str| (name == "alice").then(|| Caller::new("alice").with_scopes(["shelf:use"]));
    // Three quarters of eight megabytes are for large ones: room for one of them.
    let options = HttpOptions::default().max_memory_in_flight(16 << 20, 8 << 20);
    let http = HttpServer::start_with(&server, Names(principal), options).await.unwrap();
    let mut held = Raw::narrow(http.address).await.unwrap();
    assert!(length(&mut held, "read").await.1 > LONG);

    let mut refused = Raw::open(http.address).await.unwrap();
    let answer = refused.ask(post(Some("alice"), &message("read", &json!({})))).await.unwrap();
    let reason = &answer.json()["result"]["_meta"]["secure-tool/refusal"];
    assert_eq!((answer.status, &reason["code"], &reason["retry_after"]), (200, &json!("unavailable"), &json!(1)));
    let records = audit.take();
    let seen: Vec<_> = records.iter().map(|record| (record.decision, record.code, record.stage)).collect();
    assert_eq!(seen[0].0, Decision::Allowed);
    assert_eq!((seen[1].1, seen[1].2, records[1].rule), (Some(Code::Unavailable), Stage::Release, "memory"));

    let mut writes = Vec::new();
    for count in 1..=2 {
        let mut raw = Raw::narrow(http.address).await.unwrap();
        let (status, length) = length(&mut raw, "write").await;
        assert!(status == 200 && length > LONG, "what has happened is told: {status} {length}");
        assert_eq!(shelf.written.load(Ordering::SeqCst), count);
        writes.push(raw);
    }
    // Now he has more than his share: nothing happens any more.
    let mut raw = Raw::open(http.address).await.unwrap();
    let answer = raw.ask(post(Some("alice"), &message("write", &json!({})))).await.unwrap();
    assert_eq!((answer.status, &answer.json()["id"]), (503, &Value::Null));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(shelf.written.load(Ordering::SeqCst), 2);
    drop((held, writes));
    until("his place", async || {
        let mut raw = Raw::open(http.address).await.unwrap();
        length(&mut raw, "write").await.1 > LONG
    })
    .await;
}
