//! Structured content, and the owner of each block.

use secure_tool::http::HttpOptions;
use secure_tool_tests::{
    alice,
    clients::{ALICE, BOB, HttpServer, call, call_inside, code, list, text},
    only_end,
};
use serde_json::{Value, json};

use crate::desk::{PIXEL, base64, holds_nothing, image, note, said, setup};

#[tokio::test]
async fn every_block_of_a_proven_answer_is_the_callers() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    for (key, name) in [(ALICE, "alice"), (BOB, "bob")] {
        let client = http.connect(key).await.unwrap();
        let result = call(&client, "notes", json!({"foreign": ""})).await.unwrap();
        let notes = json!([note(name), note(name)]);
        assert_eq!((said(&result.content[0]), said(&result.content[1])), ("notes:", &*note(name).text));
        assert_eq!(said(&result.content[2]), notes.to_string());
        assert_eq!(image(&result.content[3]).1, base64(PIXEL));
        assert_eq!(result.structured_content, Some(json!({"result": notes})));
        assert_eq!(only_end(&audit).rule, "allowed");
        for foreign in ["text", "json", "image", "of nobody"] {
            let result = call(&client, "notes", json!({"foreign": foreign})).await.unwrap();
            assert_eq!(code(&result), "internal", "{foreign}");
            assert!(!serde_json::to_string(&result).unwrap().contains("mallory"));
            holds_nothing(&result);
            assert_eq!(only_end(&audit).rule, "breach", "{foreign}");
        }
    }
}

#[tokio::test]
async fn an_output_schema_is_a_promise_of_structured_content() {
    let (audit, server) = setup();
    let result = call_inside(&server, &alice(), "promised", json!({"times": 1})).await;
    assert_eq!((result.structured_content, result.content.len()), (Some(json!(note("alice"))), 2));
    let _ = only_end(&audit);
    for times in [0, 2] {
        let result = call_inside(&server, &alice(), "promised", json!({"times": times})).await;
        assert_eq!((code(&result), only_end(&audit).rule), ("internal".into(), "content"), "{times}");
    }
}

#[tokio::test]
async fn values_are_structured_and_texts_are_text() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let tools = list(&client).await.unwrap();
    for (tool, arguments, value) in [
        ("whether", json!({}), json!(true)),
        ("count", json!({}), json!(42)),
        ("measure", json!({"by": 2.0}), json!(0.25)),
        ("names", json!({}), json!(["ada", "[masked: card]"])),
    ] {
        let result = call(&client, tool, arguments).await.unwrap();
        let structured = result.structured_content.clone().unwrap();
        assert_eq!((&structured, text(&result)), (&json!({"result": value}), value.to_string()));
        let schema = tools.iter().find(|other| other.name == tool).unwrap().output_schema.clone().unwrap();
        assert!(jsonschema::is_valid(&Value::Object((*schema).clone()), &structured), "{tool}");
    }
    let result = call(&client, "motto", json!({})).await.unwrap();
    assert_eq!((text(&result), &result.structured_content), ("carpe diem".into(), &None));
    let _ = audit.take();
    // JSON has no infinity, and `null` would not fit the schema.
    let result = call(&client, "measure", json!({"by": 0.0})).await.unwrap();
    assert_eq!((code(&result), only_end(&audit).rule), ("internal".into(), "content"));
}
