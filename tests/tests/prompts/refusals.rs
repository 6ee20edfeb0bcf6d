//! What a refusal must not disclose, and what it has to say.

use std::{
    sync::atomic::Ordering,
    time::{Duration, SystemTime},
};

use secure_tool::{Code, Decision, Stage};
use secure_tool_testkit::until;
use secure_tool_tests::{clients::http_client, revisions};
use serde_json::{Value, json};

use crate::mailroom::{REVISIONS, alice, anonymous, complete, completion, get, object, prompt, setup};

/// Prompts of nothing, of what is hidden, about what is somebody else's or nothing.
fn absent() -> [(&'static str, Value, &'static str); 4] {
    [
        ("letter", json!({"invoice": "inv-3"}), "foreign"),
        ("letter", json!({"invoice": "inv-9"}), "absent"),
        ("nothing", json!({"invoice": "inv-1"}), "unknown"),
        ("elsewhere", json!({"number": "inv-1"}), "environment"),
    ]
}

#[tokio::test]
async fn unknown_foreign_absent_and_hidden_answer_with_the_same_bytes() {
    let setup = setup().await;
    for revision in REVISIONS {
        let mut answers = Vec::new();
        for (name, arguments, rule) in absent() {
            let params = json!({"name": name, "arguments": arguments});
            let (status, answer) = setup.ask(Some("alice"), revision, "prompts/get", &params).await;
            assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)), "{revision} {name}: {answer}");
            assert!(answer["error"]["data"]["call_id"].is_string());
            answers.push(anonymous(&answer));
            let record = setup.recorded();
            assert_eq!((record.rule, record.code), (rule, Some(Code::NotFound)), "{name}");
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{revision}: {answers:#?}");
    }
    for (way, client) in setup.clients("alice").await {
        let mut answers = Vec::new();
        for (name, arguments, _) in absent() {
            answers.push(get(&client, name, arguments).await.unwrap_err());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{way}: {answers:#?}");
        assert_eq!(answers[0].0, -32602, "{way}");
    }
    assert_eq!(setup.room.ran.load(Ordering::SeqCst), 0);
    let mine = setup.server.prompt(&alice(), "letter", object(&json!({"invoice": "inv-1"}))).await;
    assert!(!mine.is_error());
}

#[tokio::test]
async fn arguments_are_validated_and_errors_do_not_repeat_their_values() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        for (arguments, pointer) in [
            (json!({}), ""),
            (json!({"invoice": "inv-1", "copies": "10"}), "/copies"),
            (json!({"invoice": "inv-1", "copies": "zz"}), "/copies"),
            (json!({"invoice": "inv-1", "copies": "07"}), "/copies"),
            (json!({"invoice": "inv-1", "tone": "zz"}), "/tone"),
            (json!({"invoice": "inv-1", "zz": "zz"}), ""),
            (json!({"invoice": "z".repeat(2000)}), "/invoice"),
        ] {
            let _ = setup.audit.take();
            let (code, told) = get(&client, "letter", arguments.clone()).await.unwrap_err();
            assert!(code == -32602 && told.contains("invalid_arguments"), "{way} {arguments}: {told}");
            assert!(told.contains(pointer) && !told.contains("zz"), "{way} {arguments}: {told}");
            let record = setup.recorded();
            assert_eq!((record.code, record.stage), (Some(Code::InvalidArguments), Stage::Arguments), "{way}");
        }
    }
    assert_eq!(setup.room.ran.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn switched_off_items_do_not_exist_until_they_are_switched_on() {
    let setup = setup().await;
    let of = prompt("letter");
    let (_, client) = setup.clients("alice").await.swap_remove(0);
    let arguments = || json!({"invoice": "inv-1"});
    let unknown = get(&client, "nothing", arguments()).await.unwrap_err();
    let nothing = complete(&client, &prompt("nothing"), "invoice", "").await.unwrap_err();
    let is_there = async || {
        let (got, completed) = (get(&client, "letter", arguments()).await, complete(&client, &of, "invoice", "").await);
        assert!(got.as_ref().err().is_none_or(|error| *error == unknown));
        assert!(completed.as_ref().err().is_none_or(|error| *error == nothing));
        assert_eq!(got.is_ok(), completed.is_ok());
        got.is_ok()
    };
    let switches = setup.server.switches();
    assert!(is_there().await);
    switches.disable("letter").unwrap();
    assert!(!is_there().await && get(&client, "summary", json!({})).await.is_ok());
    switches.enable("letter").unwrap();
    assert!(is_there().await);
    switches.halt();
    assert!(!is_there().await);
    switches.resume();
    switches.set_read_only(true);
    assert!(is_there().await, "a prompt reads");
}

#[tokio::test]
async fn a_missing_scope_gets_one_challenge_regardless_of_the_object() {
    let setup = setup().await;
    for revision in REVISIONS {
        let get = |invoice: &str| ("prompts/get", json!({"name": "letter", "arguments": {"invoice": invoice}}));
        let complete = |of: &str| ("completion/complete", completion(&prompt("letter"), of, "inv"));
        for asked in
            [[get("inv-1"), get("inv-3"), get("inv-9")], [complete("invoice"), complete("tone"), complete("copies")]]
        {
            let mut answers = Vec::new();
            for (method, params) in asked {
                let response = setup.request(Some("carol"), revision, method, &params).send().await.unwrap();
                assert_eq!(response.status(), 403, "{revision} {params}");
                let challenges: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
                assert_eq!(challenges.len(), 1);
                assert!(challenges[0].to_str().unwrap().contains(r#"scope="invoices:read""#));
                answers.push(anonymous(&response.json().await.unwrap()));
                let record = setup.recorded();
                assert_eq!((record.code, record.stage), (Some(Code::InsufficientScope), Stage::Scope));
                assert_eq!(record.method, method);
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{answers:?}");
        }
        // What does not exist for anybody is no reason to ask for more.
        let (status, _) = setup.ask(Some("carol"), revision, "prompts/get", &json!({"name": "nothing"})).await;
        assert_eq!((status, setup.recorded().rule), (200, "unknown"));
        for (method, params) in [get("inv-1"), complete("invoice")] {
            assert_eq!(setup.request(None, revision, method, &params).send().await.unwrap().status(), 401);
        }
        let _ = setup.audit.take();
    }
    for (way, client) in setup.clients("carol").await.into_iter().filter(|(way, _)| way.starts_with("a pipe")) {
        let (code, told) = get(&client, "letter", json!({"invoice": "inv-1"})).await.unwrap_err();
        assert!(code == -32003 && told.contains("insufficient_scope"), "{way}: {told}");
    }
    assert_eq!(setup.room.ran.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_rate_applies_to_getting_and_completing_together() {
    for first in ["prompts/get", "completion/complete"] {
        let setup = setup().await;
        let params = |method| match method {
            "prompts/get" => json!({"name": "seldom", "arguments": {"number": "7"}}),
            _ => completion(&prompt("seldom"), "number", ""),
        };
        let (status, answer) = setup.ask(Some("alice"), "2026-07-28", first, &params(first)).await;
        assert_eq!((status, answer["error"].is_null()), (200, true), "{answer}");
        for then in ["prompts/get", "completion/complete"] {
            let _ = setup.audit.take();
            let (_, answer) = setup.ask(Some("alice"), "2025-11-25", then, &params(then)).await;
            assert_eq!(
                (&answer["error"]["code"], &answer["error"]["data"]["code"]),
                (&json!(-32005), &json!("rate_limited"))
            );
            let record = setup.recorded();
            assert_eq!((record.tool.as_deref(), record.method), (Some("seldom"), then));
            let (_, answer) = setup.ask(Some("bob"), "2026-07-28", first, &params(first)).await;
            assert!(
                then != "prompts/get" || answer["error"].is_null(),
                "another caller has a rate of its own: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn a_revoked_caller_can_no_longer_get_prompts() {
    for (method, params) in [
        ("prompts/get", json!({"name": "eternity", "arguments": {"number": "7"}})),
        ("completion/complete", completion(&prompt("eternity"), "number", "7")),
    ] {
        let setup = setup().await;
        let running = tokio::spawn(setup.request(Some("alice"), "2025-11-25", method, &params).send());
        until("the body to begin", async || setup.room.ran.load(Ordering::SeqCst) == 1).await;
        setup.server.revocations().revoke_subject(None, "alice", SystemTime::now() + Duration::from_secs(600)).unwrap();
        assert_eq!(running.await.unwrap().unwrap().status(), 401);
        until("the record", async || !setup.audit.records().is_empty()).await;
        let record = setup.recorded();
        assert_eq!((record.decision, record.method), (Decision::Revoked, method));
        for (method, params) in [("prompts/list", json!({})), (method, params)] {
            let (status, _) = setup.ask(Some("alice"), "2026-07-28", method, &params).await;
            assert_eq!(status, 401, "{method}");
        }
        let params = json!({"name": "letter", "arguments": {"invoice": "inv-3"}});
        let (_, answer) = setup.ask(Some("bob"), "2026-07-28", "prompts/get", &params).await;
        assert!(answer["error"].is_null(), "{answer}");
    }
}

#[tokio::test]
async fn a_client_of_a_session_can_cancel_a_request_and_a_disconnect_does_not() {
    let setup = setup().await;
    for revision in ["2025-06-18", "2025-11-25"] {
        for (method, params) in [
            ("prompts/get", json!({"name": "eternity", "arguments": {"number": "7"}})),
            ("completion/complete", completion(&prompt("eternity"), "number", "7")),
        ] {
            let session = revisions::open_session(&setup.http, "alice", revision).await.unwrap();
            let began = setup.room.ran.load(Ordering::SeqCst);
            let request =
                setup.request(Some("alice"), revision, method, &params).header("mcp-session-id", session.clone());
            let running = tokio::spawn(request.send());
            until("the body to begin", async || setup.room.ran.load(Ordering::SeqCst) == began + 1).await;
            running.abort();
            assert!(setup.audit.records().is_empty(), "a connection that breaks ends nothing");
            assert_eq!(revisions::cancel(&setup.http, "alice", revision, session).await.unwrap(), 202);
            until("the record", async || !setup.audit.records().is_empty()).await;
            let record = setup.recorded();
            assert_eq!((record.decision, record.method), (Decision::Cancelled, method), "{revision}");
        }
    }
}

#[tokio::test]
async fn the_timeout_and_the_places_apply_to_getting_and_completing() {
    let setup = setup().await;
    for (method, params) in [
        ("prompts/get", json!({"name": "impatient", "arguments": {"number": "7"}})),
        ("completion/complete", completion(&prompt("impatient"), "number", "7")),
    ] {
        let (_, answer) = setup.ask(Some("alice"), "2026-07-28", method, &params).await;
        assert_eq!(answer["error"]["data"]["code"], "timeout", "{method}: {answer}");
        assert!(!answer["error"]["message"].as_str().unwrap().contains("tool"), "{answer}");
        let record = setup.recorded();
        assert_eq!((record.code, record.method), (Some(Code::Timeout), method));
    }
    let ran = setup.room.ran.load(Ordering::SeqCst);
    let getting = json!({"name": "single", "arguments": {"number": "7"}});
    let (_, answer) = setup.ask(Some("alice"), "2026-07-28", "prompts/get", &getting).await;
    assert!(answer["error"].is_null(), "{answer}");
    let completing = completion(&prompt("single"), "number", "7");
    let running = setup.request(Some("alice"), "2026-07-28", "completion/complete", &completing).send();
    let running = tokio::spawn(running);
    until("the body to begin", async || setup.room.ran.load(Ordering::SeqCst) == ran + 1).await;
    let _ = setup.audit.take();
    let (_, answer) = setup.ask(Some("bob"), "2026-07-28", "completion/complete", &completing).await;
    let told = (&answer["error"]["code"], &answer["error"]["data"]["code"]);
    assert_eq!(told, (&json!(-32004), &json!("unavailable")), "{answer}");
    assert_eq!(setup.recorded().stage, Stage::Limits);
    let (_, answer) = setup.ask(Some("bob"), "2026-07-28", "prompts/get", &getting).await;
    assert!(answer["error"].is_null(), "a completion that hangs takes no place of what it completes: {answer}");
    running.abort();
}

#[tokio::test]
async fn the_name_in_the_header_must_match() {
    let setup = setup().await;
    for (named, expected) in
        [(Some("greeting"), 200), (Some("=?base64?Z3JlZXRpbmc=?="), 200), (Some("letter"), 400), (None, 400)]
    {
        let params = json!({"name": "greeting", "arguments": {"language": "en"}});
        let request = setup.request(Some("alice"), "2026-07-28", "prompts/get", &params);
        let mut request = request.build().unwrap();
        request.headers_mut().remove("mcp-name");
        if let Some(named) = named {
            request.headers_mut().insert("mcp-name", named.parse().unwrap());
        }
        assert_eq!(http_client().execute(request).await.unwrap().status(), expected, "{named:?}");
    }
    for (method, params) in [
        ("prompts/get", json!({})),
        ("prompts/get", json!({"name": 7})),
        ("completion/complete", json!({})),
        ("completion/complete", json!({"ref": prompt("letter")})),
        ("completion/complete", completion(&json!({"type": "ref/other", "name": "letter"}), "invoice", "")),
        ("completion/complete", completion(&json!({"type": "ref/prompt", "uri": "letter"}), "invoice", "")),
        ("completion/complete", json!({"ref": prompt("letter"), "argument": {"name": "invoice", "value": 7}})),
        ("completion/complete", json!({"ref": ["ref/prompt", "letter"], "argument": ["invoice", ""]})),
    ] {
        let (status, answer) = setup.ask(Some("alice"), "2025-11-25", method, &params).await;
        assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)), "{method} {params}");
    }
}
