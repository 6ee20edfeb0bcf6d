//! The order over every transport, with real clients.

use secure_tool::{Caller, http::HttpOptions};
use secure_tool_tests::{
    clients::{HttpServer, Names, call, close, code, connect_by_pipe, text},
    revisions::{REVISIONS, request},
};
use serde_json::{Value, json};

use crate::shop::{House, alice, bob};

fn callers(name: &str) -> Option<Caller> {
    match name {
        "alice" => Some(alice()),
        "bob" => Some(bob()),
        _ => None,
    }
}

#[tokio::test]
async fn over_http_at_every_revision() {
    for revision in REVISIONS {
        let house = House::new();
        let http = HttpServer::start_with(&house.server, Names(callers), HttpOptions::default()).await.unwrap();
        let called = async |key, tool: &str, invoice: u32| {
            let params = json!({"name": tool, "arguments": {"invoice": invoice}});
            let response = request(&http, Some(key), revision, "tools/call", &params).send().await.unwrap();
            assert_eq!(response.status(), 200);
            let answer: Value = response.json().await.unwrap();
            let refusal = &answer["result"]["_meta"]["secure-tool/refusal"];
            if refusal.is_null() { "ok".to_owned() } else { refusal["code"].as_str().unwrap_or_default().to_owned() }
        };
        assert_eq!(called("alice", "pay", 1).await, "out_of_order", "{revision:?}");
        assert_eq!(called("alice", "quote", 1).await, "ok", "{revision:?}");
        assert_eq!(called("bob", "pay", 3).await, "out_of_order", "{revision:?}");
        assert_eq!(called("alice", "pay", 2).await, "out_of_order", "{revision:?}");
        assert_eq!(called("alice", "pay", 1).await, "ok", "{revision:?}");
        assert_eq!(house.shop.ran("pay"), 1);
    }
}

#[tokio::test]
async fn over_a_pipe() {
    let house = House::new();
    let client = connect_by_pipe(&house.server, alice(), ()).await.unwrap();
    let refused = call(&client, "pay", json!({"invoice": 1})).await.unwrap();
    assert_eq!(code(&refused), "out_of_order");
    assert!(text(&refused).contains("`quote`"));
    assert_eq!(code(&call(&client, "quote", json!({"invoice": 1})).await.unwrap()), "ok");
    assert_eq!(code(&call(&client, "pay", json!({"invoice": 1})).await.unwrap()), "ok");
    close(client).await.unwrap();
}
