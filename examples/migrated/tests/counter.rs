//! Tests each item of the counter through a client, over stdio and over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails so")]
#![allow(dead_code, reason = "what the tests of all servers share")]

mod client;

use client::{both, by_pipe, caller, names, quiet};
use serde_json::json;

#[tokio::test]
async fn everything_is_listed() {
    let server = quiet(migrated::counter::builder());
    for client in both(&server, &caller("me", &["counter:read", "counter:write"])).await {
        let lists = client.lists().await;
        let tools = ["decrement", "echo", "get_call_id", "get_value", "increment", "long_task", "say_hello", "sum"];
        assert_eq!(names(&lists["tools"]), tools);
        assert_eq!(names(&lists["prompts"]), ["counter_analysis", "example_prompt"]);
        let mut resources = names(&lists["resources"]);
        resources.sort_unstable();
        assert_eq!(resources, ["cwd", "memo-name"]);
        assert_eq!(lists["templates"], json!([]));
        assert_eq!(lists["server"]["instructions"], "This server counts, and has prompts about the count.");
        assert_eq!(lists["prompts"][1]["_meta"]["com.example/meta_key"], "meta_value");
        let analysis = &lists["prompts"][0];
        assert_eq!(
            analysis["description"].as_str().unwrap().lines().next(),
            Some("Plan how to get from the count to a goal.")
        );
        let arguments = analysis["arguments"].as_array().unwrap();
        assert_eq!(
            (names(&analysis["arguments"]), &arguments[0]["required"]),
            (vec!["goal", "strategy"], &json!(true))
        );
        assert_ne!(arguments[1]["required"], true);
    }
}

#[tokio::test]
async fn every_tool_answers() {
    let server = quiet(migrated::counter::builder());
    let me = caller("me", &["counter:read", "counter:write"]);
    for client in both(&server, &me).await {
        for (tool, answer) in
            [("increment", "1"), ("increment", "2"), ("decrement", "1"), ("get_value", "1"), ("decrement", "0")]
        {
            assert_eq!(client.text(tool, json!({})).await, answer, "{tool}");
        }
        assert_eq!(client.text("say_hello", json!({})).await, "hello");
        assert_eq!(client.text("sum", json!({"a": 2, "b": -5})).await, "-3");
        assert_eq!(client.text("sum", json!({"a": i32::MAX, "b": 1})).await, "2147483648", "which did overflow");
        let said = json!({"object": {"list": [1, 2.5, null, {"deep": true}], "text": "hi"}});
        let repeated: serde_json::Value = serde_json::from_str(&client.text("echo", said.clone()).await).unwrap();
        assert_eq!(repeated, said["object"]);
        let (one, other) = (client.text("get_call_id", json!({})).await, client.text("get_call_id", json!({})).await);
        assert_ne!(one, other);
    }
}

/// Time passes at once where nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn a_long_task_ends() {
    let server = quiet(migrated::counter::builder());
    let client = by_pipe(&server, &caller("me", &["counter:read"])).await;
    assert_eq!(client.text("long_task", json!({})).await, "ten seconds later");
}

#[tokio::test]
async fn every_prompt_and_every_resource_answers() {
    let server = quiet(migrated::counter::builder());
    for client in both(&server, &caller("me", &["counter:read"])).await {
        let got = client.prompt("example_prompt", json!({"message": "hi"})).await.unwrap();
        let text = "Somebody has left this message: hi";
        assert_eq!(got["messages"], json!([{"role": "user", "content": {"type": "text", "text": text}}]));

        let got = client.prompt("counter_analysis", json!({"goal": "-7", "strategy": "fast"})).await.unwrap();
        assert_eq!(got["description"], "A plan from 0 to -7");
        assert_eq!((&got["messages"][0]["role"], &got["messages"][1]["role"]), (&json!("assistant"), &json!("user")));
        assert!(got["messages"][1]["content"]["text"].as_str().unwrap().contains("I prefer to be fast"));
        let got = client.prompt("counter_analysis", json!({"goal": "20"})).await.unwrap();
        assert!(got["messages"][1]["content"]["text"].as_str().unwrap().contains("I prefer to be careful"));
        assert_eq!(client.prompt("counter_analysis", json!({"goal": "many"})).await.unwrap_err(), "invalid_arguments");

        let cwd = client.read("str:////Users/to/some/path/").await.unwrap();
        assert_eq!((&cwd["text"], &cwd["mimeType"]), (&json!("/Users/to/some/path/"), &json!("text/plain")));
        let memo = client.read("memo://insights").await.unwrap();
        assert!(memo["text"].as_str().unwrap().starts_with("What was noticed:"));
        assert_eq!(client.read("memo://absent").await.unwrap_err(), "not_found");
    }
}

#[tokio::test]
async fn a_caller_without_the_scope_cannot_count() {
    let server = quiet(migrated::counter::builder());
    for client in both(&server, &caller("guest", &[])).await {
        assert_eq!(client.refused("increment", json!({})).await, "insufficient_scope");
        assert_eq!(client.refused("get_value", json!({})).await, "insufficient_scope");
        assert!(client.prompt("counter_analysis", json!({"goal": "1"})).await.is_err());
        assert!(client.read("memo://insights").await.is_err());
        // What is public still works.
        assert_eq!(client.text("say_hello", json!({})).await, "hello");
    }
}
