//! The suggestions that a person gets while typing.

use std::sync::atomic::Ordering;

use secure_tool::{Code, CompletionRef, Decision, ItemKind, OwnerOutcome, Stage};
use serde_json::{Value, json};

use crate::mailroom::{REVISIONS, SECRET, alice, anonymous, complete, completion, prompt, setup};

fn resource(uri: &str) -> Value {
    json!({"type": "ref/resource", "uri": uri})
}

#[tokio::test]
async fn callers_are_offered_only_their_own_values_on_every_transport_at_every_revision() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        for of in [prompt("letter"), resource("invoices://{invoice}")] {
            let offered = complete(&client, &of, "invoice", "inv").await.unwrap();
            assert_eq!(offered, json!({"values": ["inv-1", "inv-2"], "total": 2, "hasMore": false}), "{way}");
            let offered = complete(&client, &of, "invoice", "inv-2").await.unwrap();
            assert_eq!(offered["values"], json!(["inv-2"]), "{way}");
            // What is somebody else's and what is not there are the same.
            let foreign = complete(&client, &of, "invoice", "inv-3").await.unwrap();
            assert_eq!(foreign, complete(&client, &of, "invoice", "inv-9").await.unwrap(), "{way}");
            assert_eq!(foreign, json!({"values": [], "total": 0, "hasMore": false}), "{way}");
        }
    }
    for (way, client) in setup.clients("bob").await {
        let offered = complete(&client, &prompt("letter"), "invoice", "").await.unwrap();
        assert_eq!(offered["values"], json!(["inv-3"]), "{way}");
    }
    for revision in REVISIONS {
        let params = completion(&prompt("letter"), "invoice", "inv-1");
        let (status, answer) = setup.ask(Some("alice"), revision, "completion/complete", &params).await;
        let mut expected = json!({"completion": {"values": ["inv-1"], "total": 1, "hasMore": false}});
        if revision == "2026-07-28" {
            expected["resultType"] = "complete".into();
        }
        assert_eq!((status, &answer["result"]), (200, &expected), "{revision}");
    }
}

#[tokio::test]
async fn declared_values_are_offered_without_a_function() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        for (name, argument, typed, expected) in [
            ("greeting", "language", "", json!(["de", "en", "fr"])),
            ("greeting", "language", "E", json!(["en"])),
            ("greeting", "language", "x", json!([])),
            ("greeting", "short", "t", json!(["true"])),
            ("letter", "tone", "fr", json!(["friendly"])),
            // Nothing completes it, and it is there.
            ("letter", "copies", "1", json!([])),
        ] {
            let offered = complete(&client, &prompt(name), argument, typed).await.unwrap();
            assert_eq!(offered["values"], expected, "{way}: {name} {argument} {typed}");
        }
    }
    let params = completion(&prompt("greeting"), "language", "f");
    let (_, answer) = setup.ask(None, "2026-07-28", "completion/complete", &params).await;
    assert_eq!(answer["result"]["completion"]["values"], json!(["fr"]), "everybody may see them: {answer}");
    let record = setup.audit.take().pop().unwrap();
    assert_eq!((record.owner, record.caller.is_none()), (OwnerOutcome::Unowned, true));
}

#[tokio::test]
async fn at_most_a_hundred_values_are_sent_and_the_client_learns_of_more() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        for (many, left) in [("0", 0), ("100", 100), ("101", 100), ("150", 100)] {
            let offered = complete(&client, &prompt("varied"), "bytes", many).await.unwrap();
            let values = offered["values"].as_array().unwrap();
            assert_eq!(values.len(), left, "{way} {many}");
            let has_more = matches!(many, "101" | "150");
            assert_eq!(offered["hasMore"], has_more, "{way} {many}");
            assert_eq!(offered["total"], if has_more { Value::Null } else { left.into() }, "{way} {many}");
            assert!(!offered.to_string().contains(SECRET), "{way}");
            assert!(left == 0 || values[1] == "[masked: api_key]", "{way}: {values:?}");
        }
    }
}

#[tokio::test]
async fn everything_that_cannot_be_completed_gets_the_same_bytes() {
    let setup = setup().await;
    let long = "x".repeat(257);
    let asked = [
        (prompt("nothing"), "invoice", "", "unknown"),
        (prompt("elsewhere"), "number", "", "environment"),
        (prompt("letter"), "other", "", "schema"),
        (prompt("letter"), "invoice", &*long, "schema"),
        (prompt("letter"), "tone", &*long, "schema"),
        (resource("nothing://{invoice}"), "invoice", "", "unknown"),
        (resource("invoices://inv-1"), "invoice", "", "unknown"),
        (resource("invoices://{invoice}"), "other", "", "schema"),
    ];
    for revision in REVISIONS {
        let mut answers = Vec::new();
        for (of, argument, typed, rule) in &asked {
            let params = completion(of, argument, typed);
            let (status, answer) = setup.ask(Some("alice"), revision, "completion/complete", &params).await;
            assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)), "{revision} {of}: {answer}");
            answers.push(anonymous(&answer));
            let record = setup.recorded();
            assert_eq!((record.rule, record.method), (*rule, "completion/complete"), "{of} {argument}");
            assert_eq!(record.code, Some(Code::NotFound));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{revision}: {answers:#?}");
    }
    for (way, client) in setup.clients("alice").await {
        let mut answers = Vec::new();
        for (of, argument, typed, _) in &asked {
            answers.push(complete(&client, of, argument, typed).await.unwrap_err());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{way}: {answers:#?}");
        assert!(complete(&client, &prompt("letter"), "invoice", &"x".repeat(256)).await.is_ok(), "{way}");
    }
    // Who lacks the scope does not learn what the arguments are called.
    let mut answers = Vec::new();
    for (argument, typed) in [("invoice", ""), ("other", ""), ("invoice", &*long), ("other", &*long)] {
        let params = completion(&prompt("letter"), argument, typed);
        let (status, answer) = setup.ask(Some("carol"), "2026-07-28", "completion/complete", &params).await;
        assert_eq!(status, 403, "{argument}: {answer}");
        answers.push(anonymous(&answer));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[tokio::test]
async fn a_foreign_value_is_a_breach_and_a_failure_discloses_nothing() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        let _ = setup.audit.take();
        let (code, told) = complete(&client, &prompt("careless"), "number", "").await.unwrap_err();
        assert!(code == -32603 && told.contains("internal") && !told.contains("inv-"), "{way}: {told}");
        let record = setup.recorded();
        assert_eq!((record.stage, record.rule, record.owner), (Stage::Release, "breach", OwnerOutcome::Foreign));
        let (code, told) = complete(&client, &prompt("varied"), "other", "").await.unwrap_err();
        assert!(code == -32603 && !told.contains("secret"), "{way}: {told}");
        assert!(setup.recorded().cause.unwrap().contains("a secret reason"), "{way}");
    }
}

#[tokio::test]
async fn a_completion_is_a_call_of_its_prompt_within_the_process_and_in_the_record() {
    let setup = setup().await;
    let of = CompletionRef::Prompt("letter");
    let response = setup.server.complete(&alice(), of, "invoice", "inv-1").await.into_result().unwrap();
    assert_eq!((response.values(), response.total(), response.has_more()), (&["inv-1".to_owned()][..], Some(1), false));
    let record = setup.recorded();
    assert_eq!(
        (record.kind, record.method, record.tool.as_deref()),
        (ItemKind::Prompt, "completion/complete", Some("letter"))
    );
    assert_eq!((record.decision, record.owner), (Decision::Allowed, OwnerOutcome::Caller));
    assert_eq!(record.call_id, response.call_id());
    // What was typed is recorded as the argument is: this one is text.
    assert_eq!(record.arguments.unwrap().as_json(), r#"{"invoice":{"string":5}}"#);

    let of = CompletionRef::Resource("invoices://{invoice}");
    let response = setup.server.complete(&alice(), of, "invoice", "").await;
    assert_eq!(response.values().len(), 2);
    assert_eq!(setup.recorded().kind, ItemKind::Resource);
    assert_eq!(setup.room.ran.load(Ordering::SeqCst), 2);

    let response = setup.server.complete(&alice(), CompletionRef::Prompt("nothing"), "invoice", "inv-1").await;
    assert_eq!(response.error().unwrap().code(), Code::NotFound);
    assert!(response.values().is_empty());
    assert_eq!(setup.recorded().arguments, None);
}
