//! Clients that disconnect, stall, flood the server and answer questions that were not asked. Afterwards a normal call works, and the server holds no
//! more resources than before.
#![cfg(target_os = "linux")]

mod child;

use std::net::Ipv4Addr;

use child::{Endpoint, MIB};
use secure_tool_testkit::until;
use secure_tool_tests::{
    clients::{ALICE, BOB, CAROL, message},
    raw::{Raw, call_modern, post, post_with},
};
use serde_json::{Value, json};

/// Where the attackers are. Each has its own connections, and none of the honest callers'.
fn attacker(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 2, number)
}

async fn open(endpoint: &Endpoint, from: u8) -> Raw {
    Raw::open_from(attacker(from), endpoint.address).await.unwrap()
}

fn calling(id: &Value, tool: &str) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": {}}}).to_string()
}

fn cancelling(id: &Value) -> String {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}).to_string()
}

fn hello() -> String {
    let client = json!({"name": "c", "version": "1"});
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}}, "clientInfo": client});
    json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string()
}

async fn session(raw: &mut Raw, key: &str) -> String {
    let answer = raw.ask(post(Some(key), &hello())).await.unwrap();
    format!("mcp-session-id: {}", answer.header("mcp-session-id").unwrap())
}

/// The question that comes on a stream, whose reader reads no further.
async fn asked(raw: &mut Raw, key: &str, session: &str, id: &Value) -> Value {
    raw.send(post_with(Some(key), &[session], &calling(id, "burn"))).await;
    let (status, _) = raw.head().await.unwrap();
    assert_eq!(status, 200);
    let event = raw.chunk().await.unwrap().unwrap();
    let event = String::from_utf8(event).unwrap();
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    serde_json::from_str::<Value>(data).unwrap()["id"].clone()
}

async fn connections_of_every_broken_kind(endpoint: &Endpoint) {
    // One address opens a thousand, and sends nothing on them.
    let mut silent = Vec::new();
    for _ in 0..1000 {
        silent.push(open(endpoint, 1).await);
    }
    endpoint.works().await;
    // Half of a head, half of a body, nothing after a whole request, and no more of anything.
    let whole = post(Some(ALICE), &message("get_note", &json!({"note": 1})));
    let mut stalled = Vec::new();
    for end in [1, 10, whole.len() / 2, whole.len() - 1, whole.len()] {
        for (from, finishes) in [(2, true), (3, false)] {
            for _ in 0..10 {
                let mut raw = open(endpoint, from).await;
                raw.send(whole.get(..end).unwrap()).await;
                if finishes {
                    raw.finish().await;
                }
                stalled.push(raw);
            }
        }
    }
    endpoint.works().await;
    // Reset in the middle of everything that a request has.
    for end in [0, 1, 10, whole.len() / 2, whole.len() - 1, whole.len()] {
        for _ in 0..20 {
            let mut raw = open(endpoint, 4).await;
            raw.send(whole.get(..end).unwrap()).await;
            raw.reset().unwrap();
        }
    }
    let page = post(Some(ALICE), &message("page", &json!({})));
    for _ in 0..5 {
        let mut raw = open(endpoint, 4).await;
        raw.send(&page).await;
        raw.head().await.unwrap();
        raw.reset().unwrap();
    }
    endpoint.works().await;
    drop((silent, stalled));
}

async fn readers_that_read_nothing(endpoint: &Endpoint) {
    let page = post(Some(BOB), &message("page", &json!({})));
    let mut readers = Vec::new();
    for _ in 0..6 {
        let mut raw = open(endpoint, 5).await;
        // As many behind one another as there is room for: only the first is worked on.
        raw.send(page.repeat(20)).await;
        readers.push(raw);
    }
    endpoint.works().await;
    for raw in readers.iter_mut().take(3) {
        assert_eq!(raw.head().await.map(|(status, _)| status), Some(200));
    }
    endpoint.works().await;
    drop(readers);
}

async fn many_behind_one_another(endpoint: &Endpoint) {
    let greeting = post(None, &message("ping", &json!({})));
    let wrong = post(Some("nobody"), "{}");
    for _ in 0..10 {
        let mut raw = open(endpoint, 6).await;
        raw.send(greeting.repeat(100)).await;
        for _ in 0..50 {
            assert_eq!(raw.answer().await.unwrap().status, 200);
        }
        raw.reset().unwrap();
        let mut raw = open(endpoint, 7).await;
        raw.send([greeting.repeat(3), wrong.clone(), b"nonsense\r\n\r\n".to_vec()].concat()).await;
        for status in [200, 200, 200] {
            assert_eq!(raw.answer().await.unwrap().status, status);
        }
        let rest = String::from_utf8(raw.rest().await).unwrap();
        assert!(rest.starts_with("HTTP/1.1 4"), "{rest}");
        assert!(!rest.contains("HTTP/1.1 2"), "{rest}");
    }
    endpoint.works().await;
}

/// Requests that wait, more of everything behind them, and nobody left to be answered.
async fn gone_with_more_behind(endpoint: &Endpoint) {
    let waits = call_modern(ALICE, 1, "wait");
    let mut raw = open(endpoint, 12).await;
    let session = session(&mut raw, ALICE).await;
    let burns = post_with(Some(ALICE), &[&session], &calling(&json!("burns"), "burn"));
    for call in [&waits, &burns] {
        for behind in [b"\r\n".to_vec(), call.clone(), call.get(..call.len() / 2).unwrap().to_vec(), call.repeat(200)] {
            for resets in [false, true] {
                let mut raw = open(endpoint, 12).await;
                raw.send([&call[..], &behind].concat()).await;
                if resets {
                    raw.reset().unwrap();
                }
            }
        }
    }
    // One that stays is answered all the same.
    raw.send([waits.clone(), b"\r\n".to_vec(), waits].concat()).await;
    for _ in 0..2 {
        assert_eq!(raw.answer().await.unwrap().json()["result"]["isError"], true, "its time is up");
    }
    endpoint.works().await;
}

async fn sessions_questions_and_answers_of_older_clients(endpoint: &Endpoint) {
    let mut raw = open(endpoint, 8).await;
    let mut last = String::new();
    for _ in 0..1000 {
        last = session(&mut raw, ALICE).await;
    }
    // Questions whose reader stops reading, or goes.
    let mut streams = Vec::new();
    for number in 0..100 {
        let mut stream = open(endpoint, 9).await;
        let question = asked(&mut stream, ALICE, &last, &json!(number)).await;
        if number % 2 == 0 {
            streams.push((stream, question));
        } else {
            stream.reset().unwrap();
        }
    }
    endpoint.works().await;
    let status = async |raw: &mut Raw, key: &str, session: &str, body: &str| {
        raw.ask(post_with(Some(key), &[session], body)).await.unwrap().status
    };
    let bobs = session(&mut raw, BOB).await;
    let answer = |id: &Value| json!({"jsonrpc": "2.0", "id": id, "result": {"action": "decline"}}).to_string();
    for (number, (_, question)) in streams.iter().enumerate() {
        let nobodys = json!(format!("ask-{number:032x}"));
        assert_eq!(status(&mut raw, ALICE, &last, &answer(&nobodys)).await, 400);
        assert_eq!(status(&mut raw, BOB, &bobs, &answer(question)).await, 400);
        assert_eq!(status(&mut raw, BOB, &last, &answer(question)).await, 404);
    }
    // Cancelled twice, and once more when it is over; and what was never called.
    for number in 0..20 {
        let mut stream = open(endpoint, 10).await;
        let id = json!(format!("wait-{number}"));
        stream.send(post_with(Some(ALICE), &[&last], &calling(&id, "wait"))).await;
        for _ in 0..2 {
            assert_eq!(status(&mut raw, ALICE, &last, &cancelling(&id)).await, 202);
        }
        let answer = stream.answer().await.unwrap();
        assert_eq!((&answer.json()["id"], &answer.json()["result"]["isError"]), (&id, &json!(true)));
        assert_eq!(status(&mut raw, ALICE, &last, &cancelling(&id)).await, 202);
    }
    // Gone before the end, without a word: those go on until their time is up.
    for number in 0..50 {
        let mut stream = open(endpoint, 11).await;
        stream.send(post_with(Some(ALICE), &[&last], &calling(&json!(format!("left-{number}")), "wait"))).await;
        stream.reset().unwrap();
    }
    endpoint.works().await;
    // Half of the rest is answered, the other half is left.
    for (_, question) in streams.iter().step_by(2) {
        assert_eq!(status(&mut raw, ALICE, &last, &answer(question)).await, 202);
        assert_eq!(status(&mut raw, ALICE, &last, &answer(question)).await, 400, "once");
    }
    for (stream, _) in streams.iter_mut().step_by(2) {
        let event = String::from_utf8(stream.chunk().await.unwrap().unwrap()).unwrap();
        assert!(event.contains(r#""isError":true"#), "{event}");
        assert_eq!(stream.chunk().await.unwrap(), None);
    }
    drop(streams);
}

#[derive(Debug)]
struct Held {
    descriptors: usize,
    tasks: usize,
    threads: u64,
    memory: u64,
}

async fn held(endpoint: &mut Endpoint) -> Held {
    let tasks = endpoint.tasks().await;
    Held { descriptors: endpoint.descriptors(), tasks, threads: endpoint.threads(), memory: endpoint.memory() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_chaos_the_server_holds_no_more_than_before() {
    let mut endpoint = Endpoint::start("impatient").await;
    // The two tasks that report failed logins and refused calls for a minute or two are there already; the connections of the first calls are not to count.
    let mut raw = open(&endpoint, 1).await;
    assert_eq!(raw.ask(post(Some("nobody"), "{}")).await.unwrap().status, 401);
    // That answer ended its connection.
    let mut raw = open(&endpoint, 1).await;
    let refused = raw.ask(post(Some(CAROL), &message("get_note", &json!({"note": 1})))).await.unwrap();
    assert_eq!(refused.status, 200);
    drop(raw);
    until("the first connections to end", async || endpoint.tasks().await == 2).await;
    let before = held(&mut endpoint).await;
    let idle = before.memory;
    let mut after = Vec::new();
    for round in 1..=2 {
        endpoint.forget_peak();
        connections_of_every_broken_kind(&endpoint).await;
        readers_that_read_nothing(&endpoint).await;
        many_behind_one_another(&endpoint).await;
        gone_with_more_behind(&endpoint).await;
        sessions_questions_and_answers_of_older_clients(&endpoint).await;
        assert!(endpoint.peak() < idle + 64 * MIB, "{} bytes above idle", endpoint.peak() - idle);
        let mut now = held(&mut endpoint).await;
        until("everything to be given back", async || {
            now = held(&mut endpoint).await;
            // A thread that had nothing to do for ten seconds ends.
            let threads = round == 1 || now.threads <= before.threads;
            now.descriptors <= before.descriptors && now.tasks <= before.tasks && threads
        })
        .await;
        after.push(now.memory);
        endpoint.works().await;
        endpoint.greets().await;
    }
    // What was taken once may be kept for the next time; what is left behind each time would add up.
    let [first, second] = after.as_slice() else { panic!("{after:?}") };
    assert!(*second < first + 8 * MIB && *second < idle + 48 * MIB, "{idle} {after:?}");
}
