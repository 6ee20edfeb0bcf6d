//! Getting prompts.

use secure_tool::{Code, Content, Decision, ItemKind, OwnerOutcome, Role, Stage};
use secure_tool_testkit::within;
use serde_json::{Value, json};

use crate::mailroom::{ORDER, REVISIONS, SECRET, alice, get, object, setup};

#[tokio::test]
async fn callers_get_their_own_messages_on_every_transport_at_every_revision() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        let got = get(&client, "letter", json!({"invoice": "inv-1", "copies": "3", "tone": "firm"})).await.unwrap();
        assert_eq!(got["description"], "A letter about inv-1 with [masked: api_key]", "{way}");
        let messages = got["messages"].as_array().unwrap();
        let roles: Vec<&str> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
        // The link to what alice cannot read is left out, and the other messages keep whose they are.
        assert_eq!(roles, ["user", "user", "user", "user", "assistant"], "{way}");
        let content = |of: usize| &messages[of]["content"];
        assert_eq!(
            content(0),
            &json!({"type": "text", "text": "Write 3 Firm letters with [masked: api_key]."}),
            "{way}"
        );
        let order = content(1)["text"].as_str().unwrap();
        assert!(order.contains(ORDER) && order.contains("--- untrusted "), "{way}: {order}");
        assert_eq!((&content(2)["type"], &content(2)["uri"]), (&json!("resource_link"), &json!("invoices://inv-1")));
        assert_eq!(content(2)["name"], "invoice", "{way}");
        assert_eq!((&content(3)["type"], &content(3)["mimeType"]), (&json!("image"), &json!("image/png")), "{way}");
        assert_eq!(content(4)["text"], "Dear customer,", "{way}");
        assert!(!got.to_string().contains(SECRET) && !got.to_string().contains("vault"), "{way}: {got}");
        // What has a default, and what is optional, may be left out.
        let got = get(&client, "letter", json!({"invoice": "inv-2"})).await.unwrap();
        assert!(got.to_string().contains("Write 1 Friendly letters"), "{way}: {got}");
    }
    for (_, client) in setup.clients("bob").await {
        assert!(get(&client, "letter", json!({"invoice": "inv-3"})).await.is_ok());
        assert!(get(&client, "letter", json!({"invoice": "inv-1"})).await.is_err());
    }
}

#[tokio::test]
async fn proven_messages_leave_and_foreign_ones_do_not() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        let got = get(&client, "summary", json!({})).await.unwrap();
        let texts: Vec<&Value> =
            got["messages"].as_array().unwrap().iter().map(|message| &message["content"]["text"]).collect();
        assert_eq!(
            (&got["description"], json!(texts)),
            (&json!("A summary"), json!(["Sum up:", "inv-1", "inv-2"])),
            "{way}"
        );
        let got = get(&client, "remark", json!({"invoice": "inv-1"})).await.unwrap();
        assert_eq!(got["messages"][0]["content"]["text"], "alice has inv-1", "{way}");
        assert!(get(&client, "careless", json!({"number": "alice"})).await.is_ok(), "{way}");
        let _ = setup.audit.take();
        // What was made of nothing proves nothing.
        for number in ["all", "none", "none of the assistant"] {
            let (code, told) = get(&client, "careless", json!({"number": number})).await.unwrap_err();
            assert!(code == -32603 && told.contains("internal") && !told.contains("inv-"), "{way}: {told}");
            let record = setup.recorded();
            let seen = (record.stage, record.rule, record.owner);
            assert_eq!(seen, (Stage::Release, "breach", OwnerOutcome::Foreign), "{number}");
        }
    }
}

#[tokio::test]
async fn the_list_is_what_this_caller_may_get() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        let listed = within("the prompts", client.list_all_prompts()).await.unwrap();
        let listed = serde_json::to_value(listed).unwrap();
        let names: Vec<&str> =
            listed.as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap()).collect();
        let expected = [
            "careless",
            "eternity",
            "greeting",
            "impatient",
            "letter",
            "picture",
            "remark",
            "seldom",
            "single",
            "summary",
            "varied",
        ];
        assert_eq!(names, expected, "{way}");
        let letter = &listed[4];
        assert_eq!(
            (&letter["title"], &letter["description"]),
            (&json!("A letter"), &json!("Write a letter about an invoice."))
        );
        assert_eq!(letter["_meta"]["secure-tool/version"], "2.1");
        let arguments = json!([
            {"name": "invoice", "description": "Its number.", "required": true},
            {"name": "tone", "description": "How it sounds.", "required": false},
            {"name": "copies", "description": "How many copies.", "required": false},
        ]);
        assert_eq!(letter["arguments"], arguments, "{way}");
    }
    setup.server.switches().disable("letter").unwrap();
    for (way, client) in setup.clients("alice").await {
        let listed = within("the prompts", client.list_all_prompts()).await.unwrap();
        assert!(!serde_json::to_string(&listed).unwrap().contains("letter"), "{way}");
    }
    for (way, client) in setup.clients("carol").await.into_iter().filter(|(way, _)| way.starts_with("a pipe")) {
        let listed = within("the prompts", client.list_all_prompts()).await.unwrap();
        assert!(listed.len() == 1 && listed[0].name == "greeting", "{way}");
    }
}

#[tokio::test]
async fn results_have_the_form_of_their_revision_and_lists_are_not_cacheable() {
    let setup = setup().await;
    for revision in REVISIONS {
        let modern = revision == "2026-07-28";
        let (status, answer) = setup.ask(Some("alice"), revision, "prompts/list", &json!({})).await;
        let result = &answer["result"];
        let told = (&result["resultType"], &result["cacheScope"], &result["ttlMs"]);
        let private = (&json!("complete"), &json!("private"), &json!(0));
        assert_eq!((status, told), (200, if modern { private } else { (&Value::Null, &Value::Null, &Value::Null) }));
        let params = json!({"name": "greeting", "arguments": {"language": "en", "short": "true"}});
        let (status, answer) = setup.ask(Some("alice"), revision, "prompts/get", &params).await;
        let mut expected = json!({"messages": [{"role": "user", "content": {"type": "text", "text": "en"}}]});
        if modern {
            expected["resultType"] = "complete".into();
        }
        assert_eq!((status, &answer["result"]), (200, &expected), "{revision}");
    }
    // A prompt for everybody is got without a credential as well.
    let params = json!({"name": "greeting", "arguments": {"language": "de"}});
    let (_, answer) = setup.ask(None, "2026-07-28", "prompts/get", &params).await;
    assert_eq!(answer["result"]["messages"][0]["content"]["text"], "Greet in de.", "{answer}");
}

#[tokio::test]
async fn within_the_process_a_prompt_is_what_a_client_gets() {
    let setup = setup().await;
    let arguments = object(&json!({"invoice": "inv-1", "copies": 2}));
    let response = setup.server.prompt(&alice(), "letter", arguments).await.into_result().unwrap();
    assert_eq!(response.messages().len(), 5);
    assert_eq!(response.messages()[4].role, Role::Assistant);
    assert_eq!(response.messages()[4].content.as_text(), Some("Dear customer,"));
    assert!(matches!(response.messages()[3].content, Content::Image { .. }));
    assert_eq!(response.description(), Some("A letter about inv-1 with [masked: api_key]"));
    let record = setup.recorded();
    assert_eq!((record.kind, record.method), (ItemKind::Prompt, "prompts/get"));
    assert_eq!(
        (record.tool.as_deref(), record.tool_version, record.owner),
        (Some("letter"), Some("2.1"), OwnerOutcome::Owned)
    );
    assert_eq!((record.decision, record.call_id), (Decision::Allowed, response.call_id()));
    assert_eq!(record.masked.iter().collect::<Vec<_>>(), [("api_key", 2)]);
    assert_eq!(record.arguments.unwrap().as_json(), r#"{"copies":2,"invoice":{"string":5}}"#);

    let response = setup.server.prompt(&alice(), "letter", object(&json!({"invoice": "inv-3"}))).await;
    assert_eq!(response.error().unwrap().code(), Code::NotFound);
    assert!(response.messages().is_empty() && response.description().is_none());
    assert_eq!(setup.recorded().owner, OwnerOutcome::Foreign);
}

#[tokio::test]
async fn large_undeclared_and_internal_messages_do_not_leave() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        // 17 messages are empty, and 16 of them count for 64 bytes.
        for bytes in ["1024", "60017"] {
            assert!(get(&client, "varied", json!({"bytes": bytes})).await.is_ok(), "{way}");
        }
        for (prompt, arguments, code, stage) in [
            ("varied", json!({"bytes": "1025"}), "output_too_large", Stage::Release),
            ("varied", json!({"bytes": "60018"}), "output_too_large", Stage::Release),
            ("varied", json!({"bytes": "0"}), "internal", Stage::Body),
            ("picture", json!({}), "internal", Stage::Release),
        ] {
            let _ = setup.audit.take();
            let (number, told) = get(&client, prompt, arguments).await.unwrap_err();
            assert!(number == -32603 && told.contains(code) && !told.contains("secret"), "{way} {prompt}: {told}");
            assert_eq!(setup.recorded().stage, stage, "{way} {prompt}");
        }
    }
}
