//! The memory that callers can make a server use, measured from outside: the resident memory of a process that serves HTTP.
#![cfg(target_os = "linux")]

mod child;

use std::{collections::BTreeMap, net::Ipv4Addr};

use child::{Endpoint, MIB};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{ALICE, BOB, CAROL, message},
    raw::{Raw, post, request},
};
use serde_json::json;
use tokio::task::JoinSet;

/// What all callers together may make the server take.
const MOST: u64 = 64 * MIB;
const AT_ONCE: u8 = 64;

/// A call with so many bytes of this in a list in its arguments.
fn call_with(item: &str, bytes: usize) -> String {
    let frame =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count","arguments":{"things":[0]}}}"#;
    let (head, tail) = frame.split_once("0]").unwrap();
    format!("{head}{}0]{tail}", item.repeat((bytes - frame.len()) / item.len()))
}

/// Sends this many times at once, from several addresses, and counts the statuses.
async fn at_once(endpoint: &Endpoint, key: Option<&str>, bodies: &[String]) -> BTreeMap<u16, usize> {
    let mut sending = JoinSet::new();
    for number in 0..AT_ONCE {
        let address = endpoint.address;
        let body = bodies.get(usize::from(number) % bodies.len()).unwrap();
        let bytes = post(key, body);
        sending.spawn(async move {
            let mut raw = Raw::open_from(Ipv4Addr::new(127, 0, 1, 1 + number % 4), address).await.unwrap();
            raw.ask(bytes).await.map_or(0, |answer| answer.status)
        });
    }
    let mut statuses = BTreeMap::new();
    while let Some(status) = within("all answers", sending.join_next()).await {
        *statuses.entry(status.unwrap()).or_default() += 1;
    }
    statuses
}

/// What it may be is what an attacker chooses: as large as a message gets, or just within each limit.
fn attacks() -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("a megabyte of objects", vec![call_with(r#"{"":0},"#, 1 << 20)]),
        ("a megabyte of lists", vec![call_with("[],", 1 << 20)]),
        ("a megabyte of text", vec![call_with(&format!("\"{}\",", "x".repeat(1000)), 1 << 20)]),
        ("as many objects as there may be", vec![call_with(r#"{"":0},"#, 10_000 * 7)]),
        ("as many lists as there may be", vec![call_with("[],", 16_000 * 3)]),
        ("as many numbers as there may be", vec![call_with("0,", 32_000 * 2)]),
        (
            "some of each",
            vec![
                call_with(r#"{"":0},"#, 2_000 * 7),
                call_with(r#"{"":0},"#, 8_000 * 7),
                call_with("\"\",", 30_000 * 3),
                call_with("[[]],", 10_000 * 5),
            ],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_would_be_large_when_parsed_use_no_memory() {
    let endpoint = Endpoint::start("patient").await;
    let idle = endpoint.memory();
    for (what, bodies) in attacks() {
        let keys = if what == "a megabyte of objects" { &[Some(CAROL), Some(ALICE), None][..] } else { &[None] };
        for key in keys.iter().copied() {
            endpoint.forget_peak();
            let (statuses, ()) = tokio::join!(at_once(&endpoint, key, &bodies), async {
                for _ in 0..16 {
                    endpoint.works().await;
                }
            });
            let above = endpoint.peak().saturating_sub(idle);
            assert!(above < MOST, "{what} of {key:?}: {above} bytes above idle, {statuses:?}");
            endpoint.works().await;
            endpoint.greets().await;
        }
    }
}

/// Opens a connection from one of these addresses, which are far from those of honest callers.
async fn open_nth(endpoint: &Endpoint, number: usize, addresses: usize) -> Raw {
    let address = Ipv4Addr::new(127, 0, 1, u8::try_from(1 + number % addresses).unwrap());
    Raw::open_from(address, endpoint.address).await.unwrap()
}

/// A message of an honest caller that takes more than a small one is let in with whatever others do.
async fn large_messages_work(endpoint: &Endpoint) {
    for key in [Some(ALICE), None] {
        until("room for a large message", async || {
            let mut raw = Raw::open_from([127, 0, 0, 97], endpoint.address).await.unwrap();
            let answer = raw.ask(post(key, &call_with("100,", 60_000))).await;
            answer.is_some_and(|answer| answer.status == 200 && answer.json()["result"]["isError"] == json!(false))
        })
        .await;
    }
}

/// How much of a body is sent.
#[derive(Clone, Copy, Debug)]
enum Part {
    Nothing,
    Some,
    AllButOne,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_bodies_do_not_affect_other_callers() {
    const LARGE: usize = 1 << 20;
    const SMALL: usize = 32 << 10;
    // Beside their bodies so many connections hold what was read of them and not parsed, which has a limit of its own.
    const MOST_WITH_CONNECTIONS: u64 = MOST + 16 * MIB;
    for (length, part, count, most) in [
        (LARGE, Part::Nothing, 128, MOST),
        (LARGE, Part::Some, 128, MOST),
        (LARGE, Part::AllButOne, 128, MOST),
        (SMALL, Part::AllButOne, 960, MOST_WITH_CONNECTIONS),
    ] {
        // Memory that was freed may stay with the process, so that each shape has one of its own.
        let endpoint = Endpoint::start("patient").await;
        let idle = endpoint.memory();
        endpoint.forget_peak();
        let mut held = Vec::new();
        for number in 0..count {
            let mut raw = open_nth(&endpoint, number, 8).await;
            let key = [Some(CAROL), Some(BOB), None].into_iter().cycle().nth(number).unwrap();
            let whole = post(key, &"x".repeat(length));
            let part = match part {
                Part::Nothing => whole.len() - length,
                Part::Some => whole.len() - length + length / 10,
                Part::AllButOne => whole.len() - 1,
            };
            raw.send(whole.get(..part).unwrap()).await;
            held.push(raw);
        }
        endpoint.works().await;
        endpoint.greets().await;
        large_messages_work(&endpoint).await;
        let above = endpoint.peak().saturating_sub(idle);
        eprintln!("{count} bodies of {length} bytes, {part:?}: {above} bytes above idle");
        assert!(above < most, "{count} bodies of {length} bytes, {part:?}: {above} bytes above idle");
        drop(held);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_heads_stay_within_the_limit() {
    let endpoint = Endpoint::start("patient").await;
    let idle = endpoint.memory();
    for (what, bytes) in
        [("nothing", 0), ("a little", 100), ("half of what there may be", 12 << 10), ("all there may be", 23 << 10)]
    {
        endpoint.forget_peak();
        let mut opened = Vec::new();
        for number in 0..960 {
            let mut raw = open_nth(&endpoint, number, 8).await;
            let head = format!("POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}", "x".repeat(bytes));
            raw.send(if bytes == 0 { "" } else { &head }).await;
            opened.push(raw);
        }
        endpoint.works().await;
        endpoint.greets().await;
        let above = endpoint.peak().saturating_sub(idle);
        eprintln!("{what}: {above} bytes above idle");
        assert!(above < MOST, "{what}: {above} bytes above idle");
        // A long token is no attack.
        let mut raw = Raw::open(endpoint.address).await.unwrap();
        let token = "x".repeat(16 << 10);
        assert_eq!(raw.ask(post(Some(&token), &message("ping", &json!({})))).await.unwrap().status, 401);
        drop(opened);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_a_length_are_limited_while_they_arrive() {
    let endpoint = Endpoint::start("patient").await;
    let idle = endpoint.memory();
    endpoint.forget_peak();
    let mut sending = JoinSet::new();
    for number in 0..AT_ONCE {
        let address = endpoint.address;
        sending.spawn(async move {
            let mut raw = Raw::open_from(Ipv4Addr::new(127, 0, 1, 1 + number % 4), address).await.unwrap();
            let bearer = format!("authorization: Bearer {BOB}");
            let mut lines = vec![
                "host: localhost",
                "content-type: application/json",
                "accept: application/json, text/event-stream",
            ];
            if number % 2 == 0 {
                lines.push(&bearer);
            }
            lines.push("transfer-encoding: chunked");
            raw.send(request("POST /mcp HTTP/1.1", &lines, "")).await;
            for _ in 0..80 {
                raw.send(format!("4000\r\n{}\r\n", "x".repeat(0x4000))).await;
            }
            raw
        });
    }
    let mut held = Vec::new();
    while let Some(raw) = within("the bodies", sending.join_next()).await {
        held.push(raw.unwrap());
    }
    endpoint.works().await;
    endpoint.greets().await;
    let above = endpoint.peak().saturating_sub(idle);
    assert!(above < MOST, "{above} bytes above idle");
}

/// Whether a call is answered with what the tool has to say. Otherwise it is refused for lack of memory.
async fn is_long(raw: &mut Raw) -> bool {
    let (status, headers) = raw.head().await.unwrap();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse::<usize>().unwrap();
    assert!(matches!(status, 200 | 503) && !(1000..900_000).contains(&length), "{status} {length}");
    status == 200 && length > 1000
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_nobody_reads_count_for_their_caller() {
    let endpoint = Endpoint::start("patient").await;
    let idle = endpoint.memory();
    endpoint.forget_peak();
    let book = |key| post(Some(key), &message("book", &json!({})));
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let mut raw = Raw::narrow(endpoint.address).await.unwrap();
        asking.spawn(async move {
            raw.send(book(BOB)).await;
            (is_long(&mut raw).await, raw)
        });
    }
    let (mut held, mut books) = (Vec::new(), 0);
    while let Some(asked) = within("all answers", asking.join_next()).await {
        let (is_long, raw) = asked.unwrap();
        books += usize::from(is_long);
        held.push(raw);
    }
    assert!((1..4).contains(&books), "{books} answers at once");
    endpoint.works().await;
    endpoint.greets().await;
    let mut raw = Raw::open(endpoint.address).await.unwrap();
    raw.send(book(ALICE)).await;
    assert!(is_long(&mut raw).await, "another caller has room for one");
    let above = endpoint.peak().saturating_sub(idle);
    eprintln!("answers that nobody reads: {above} bytes above idle");
    assert!(above < MOST, "{above} bytes above idle");
    // Once they are read, or their reader is gone, he is served again.
    drop(held);
    until("his place", async || {
        let mut raw = Raw::open(endpoint.address).await.unwrap();
        raw.send(book(BOB)).await;
        is_long(&mut raw).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_being_built_stay_within_the_limit() {
    let endpoint = Endpoint::start("patient").await;
    let idle = endpoint.memory();
    endpoint.forget_peak();
    let mut asking = JoinSet::new();
    for number in 0..100 {
        let address = endpoint.address;
        let page = post(Some(if number % 2 == 0 { ALICE } else { BOB }), &message("page", &json!({})));
        asking.spawn(async move {
            let mut raw = Raw::open(address).await.unwrap();
            raw.ask(page).await.unwrap().body.len()
        });
    }
    let mut pages = 0;
    while let Some(length) = within("all answers", asking.join_next()).await {
        pages += usize::from(length.unwrap() > 900_000);
    }
    let above = endpoint.peak().saturating_sub(idle);
    eprintln!("{pages} answers at once: {above} bytes above idle");
    assert!(pages > 10 && above < MOST, "{pages} answers at once: {above} bytes above idle");
}

/// A million, or as many as a build without optimizations has time for: 40 bytes of each would be seen.
const MESSAGES: usize = if cfg!(debug_assertions) { 40_000 } else { 1_000_000 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_small_messages_leave_no_memory_behind() {
    const AT_A_TIME: usize = 500;
    let endpoint = Endpoint::start("patient").await;
    let messages = [
        post(None, r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
        post(Some(CAROL), r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#),
        post(None, "{}"),
        post(None, "["),
    ];
    let batch = |message: &Vec<u8>| message.repeat(AT_A_TIME);
    let mut after = Vec::new();
    let mut raw: Vec<Raw> = Vec::new();
    for _ in &messages {
        raw.push(Raw::open(endpoint.address).await.unwrap());
    }
    for _ in 0..10 {
        let mut sending = JoinSet::new();
        for (message, mut raw) in messages.iter().zip(raw.drain(..)) {
            let batch = batch(message);
            sending.spawn(async move {
                for _ in 0..MESSAGES / 10 / 4 / AT_A_TIME {
                    raw.send(&batch).await;
                    for _ in 0..AT_A_TIME {
                        let answer = raw.answer().await.unwrap();
                        assert!(matches!(answer.status, 202 | 400), "{answer:?}");
                    }
                }
                raw
            });
        }
        let mut back = Vec::new();
        while let Some(one) = within("a tenth of them", sending.join_next()).await {
            back.push(one.unwrap());
        }
        raw = back;
        after.push(endpoint.memory());
    }
    let (first, last) = (after.first().unwrap(), after.last().unwrap());
    assert!(*last < first + 4 * MIB, "{after:?}");
    endpoint.works().await;
}
