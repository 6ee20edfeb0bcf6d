//! Lines on standard input that are not valid messages, and messages that exceed the limits.

mod process;

use std::process::Stdio;

use process::{DESK, Process, call};
use secure_tool_testkit::within;
use serde_json::{Value, json};
use tokio::process::Command;

/// What would cost the most memory: objects as short as can be.
const SMALLEST_OBJECT: &str = r#"{"":0},"#;

async fn desk() -> Process {
    Process::start(Command::new(DESK).stderr(Stdio::null())).await
}

fn lines() -> Vec<(Vec<u8>, i32, Value)> {
    let none = Value::Null;
    let request = |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": 5, "method": method, "params": params});
    let text = |value: Value| value.to_string().into_bytes();
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let many = format!("[{}0]", SMALLEST_OBJECT.repeat(100_000));
    let around = |value: &str| {
        let whole = call(5, "CANARY", &json!({"text": "HERE"})).to_string();
        whole.replace("\"HERE\"", value).into_bytes()
    };
    vec![
        // No JSON.
        (b"CANARY".to_vec(), -32700, none.clone()),
        (br#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"CANARY"#.to_vec(), -32700, none.clone()),
        (b"{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"CANARY\xff\"}".to_vec(), -32700, none.clone()),
        // No message.
        (text(json!([request("ping", json!({})), "CANARY"])), -32600, none.clone()),
        (text(json!("CANARY")), -32600, none.clone()),
        (text(json!({"CANARY": 1})), -32600, none.clone()),
        (text(json!({"jsonrpc": "2.0", "id": {"CANARY": 1}, "method": "ping"})), -32600, none.clone()),
        (text(json!({"jsonrpc": "2.0", "id": 5, "method": ["CANARY"]})), -32600, json!(5)),
        (text(json!({"id": 5, "method": "ping", "CANARY": 1})), -32600, json!(5)),
        // Too much.
        (text(call(5, "echo", &json!({"text": "CANARY".repeat(1 << 18)}))), -32600, none.clone()),
        (around(&deep), -32600, json!(5)),
        (around(&many), -32600, json!(5)),
        // Not what the method takes.
        (text(request("tools/call", json!({"name": "echo", "arguments": ["CANARY"]}))), -32602, json!(5)),
        (text(request("tools/call", json!({"name": "CANARY", "arguments": []}))), -32602, json!(5)),
        (text(request("tools/call", json!({"name": {"CANARY": 1}}))), -32602, json!(5)),
        (text(request("tools/call", json!({"arguments": {"CANARY": 1}}))), -32602, json!(5)),
        (text(request("tools/call", json!("CANARY"))), -32602, json!(5)),
        (text(call(5, "CANARY", &json!({}))), -32602, json!(5)),
        // Two values of one key.
        (around("\"CANARY\",\"text\":\"CANARY\""), -32602, json!(5)),
        (around("\"a\",\"more\":[{\"CANARY\":1,\"\\u0043ANARY\":2}]"), -32602, json!(5)),
        (
            call(5, "echo", &json!({})).to_string().replace("echo\"", "echo\",\"name\":\"CANARY\"").into_bytes(),
            -32602,
            json!(5),
        ),
        // No such method.
        (text(request("CANARY", json!({}))), -32601, json!(5)),
        (text(request("prompts/get", json!({"name": "CANARY"}))), -32601, json!(5)),
    ]
}

#[tokio::test]
async fn each_invalid_line_gets_an_error_that_does_not_repeat_it_and_the_connection_continues() {
    let mut desk = desk().await;
    for (line, code, id) in lines() {
        let shown = String::from_utf8_lossy(&line).chars().take(100).collect::<String>();
        desk.send(line).await;
        let answer = desk.answer().await;
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{shown}: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0");
        assert!(!answer.to_string().contains("CANARY"), "{answer}");
        desk.works().await;
    }
}

#[tokio::test]
async fn a_request_cannot_reuse_the_id_of_one_in_progress() {
    let mut desk = desk().await;
    desk.send(call(5, "one_at_a_time", &json!({"stay": true})).to_string()).await;
    let again = call(5, "echo", &json!({"text": "hello"})).to_string();
    desk.send(&*again).await;
    let refused = desk.answer().await;
    assert_eq!(
        (&refused["error"]["code"], &refused["id"]),
        (&json!(-32600), &Value::Null),
        "it would answer the other"
    );
    desk.works().await;
    let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}});
    desk.send(cancelled.to_string()).await;
    // The id is free when the call has ended, which the client is not told.
    within("the id to be free", async {
        loop {
            desk.send(&*again).await;
            if desk.answer().await["result"]["content"][0]["text"] == "hello" {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn notifications_and_responses_are_not_answered() {
    let mut desk = desk().await;
    for line in [
        "",
        "\r",
        " \t ",
        r#"{"jsonrpc":"2.0","method":"notifications/CANARY","params":[1]}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99,"reason":"CANARY"}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":["CANARY"]}"#,
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"get_note","arguments":{"note":1}}}"#,
        r#"{"jsonrpc":"2.0","id":99,"result":{"CANARY":1}}"#,
        r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"CANARY"}}"#,
        r#"{"jsonrpc":"2.0","id":99,"error":"CANARY"}"#,
    ] {
        desk.send(line).await;
        desk.works().await;
    }
    desk.send(format!("{}\r", call(7, "get_note", &json!({"note": 1})))).await;
    assert_eq!(desk.answer().await["id"], 7, "a line may end with a carriage return");
}

/// The peak of the process's resident memory, in KiB.
#[cfg(target_os = "linux")]
fn peak(desk: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", desk.child.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn oversized_lines_use_little_memory() {
    const MOST: u64 = 6 * 1024;
    let mut desk = desk().await;
    desk.works().await;
    let before = peak(&desk);

    desk.send(vec![b'x'; 64 << 20]).await;
    assert_eq!(desk.answer().await["error"]["code"], -32600);
    desk.works().await;
    let long = peak(&desk) - before;
    assert!(long < MOST, "a line of 64 MiB took {long} KiB");

    let many = call(5, "echo", &json!({"text": "HERE"})).to_string();
    let many = many.replace("\"HERE\"", &format!("[{}0]", SMALLEST_OBJECT.repeat(140_000)));
    for _ in 0..64 {
        desk.send(&*many).await;
    }
    for _ in 0..64 {
        assert_eq!(desk.answer().await["error"]["message"], "the message has too many values");
    }
    desk.works().await;
    let many = peak(&desk) - before;
    assert!(many < MOST, "64 messages of 1 MiB took {many} KiB");
}
