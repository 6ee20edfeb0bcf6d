//! Reading resources.

use base64::{Engine, prelude::BASE64_STANDARD};
use secure_tool::{Code, Decision, ItemKind, OwnerOutcome, Stage};
use serde_json::{Value, json};

use crate::office::{BINARY, REVISIONS, SECRET, alice, read, setup};

fn note() -> String {
    "of alice, paid with [masked: api_key]".into()
}

#[tokio::test]
async fn callers_read_only_their_own_resources_on_every_transport_at_every_revision() {
    let setup = setup().await;
    let blob = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    for (way, client) in setup.clients("alice").await {
        for (uri, media, key, expected) in [
            ("invoices://inv-1/note", "text/plain", "text", note()),
            ("scans://inv-1", "application/pdf", "blob", blob(BINARY)),
            ("tables://inv-1", "text/csv", "blob", blob(format!("id,note\ninv-1,{}\n", note()).as_bytes())),
            ("years://1999", "text/plain", "text", "in 1999".into()),
        ] {
            let contents = read(&client, uri).await.unwrap_or_else(|error| panic!("{way}, {uri}: {error:?}"));
            assert_eq!(contents, json!([{"uri": uri, "mimeType": media, key: expected}]), "{way}");
        }
        for uri in ["invoices://inv-1", "invoices://a%20b"] {
            let contents = read(&client, uri).await.unwrap();
            assert_eq!((&contents[0]["uri"], &contents[0]["mimeType"]), (&json!(uri), &json!("application/json")));
            let invoice: Value = serde_json::from_str(contents[0]["text"].as_str().unwrap()).unwrap();
            assert_eq!((&invoice["customer"], &invoice["note"]), (&json!("alice"), &json!(note())), "{way}");
        }
        let contents = read(&client, "summary://mine").await.unwrap();
        let mine: Vec<Value> = serde_json::from_str(contents[0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(mine.len(), 2, "{way}");
    }
    for (_, client) in setup.clients("bob").await {
        assert!(read(&client, "invoices://inv-3").await.is_ok());
        assert!(read(&client, "invoices://inv-1").await.is_err());
    }
}

#[tokio::test]
async fn results_have_the_form_of_their_revision_and_are_not_cacheable() {
    let setup = setup().await;
    for revision in REVISIONS {
        for (method, params) in [
            ("resources/read", json!({"uri": "years://1999"})),
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
        ] {
            let (status, answer) = setup.ask(Some("alice"), revision, method, &params).await;
            assert_eq!(status, 200, "{revision} {method}: {answer}");
            let result = &answer["result"];
            let told = (&result["resultType"], &result["cacheScope"], &result["ttlMs"]);
            let modern = (&json!("complete"), &json!("private"), &json!(0));
            let older = (&Value::Null, &Value::Null, &Value::Null);
            assert_eq!(told, if revision == "2026-07-28" { modern } else { older }, "{revision} {method}");
        }
    }
}

#[tokio::test]
async fn within_the_process_a_resource_is_what_a_client_reads() {
    let setup = setup().await;
    let response = setup.server.read(&alice(), "invoices://inv-1/note").await.into_result().unwrap();
    assert_eq!((response.text(), response.contents()[0].media_type()), (&*note(), Some("text/plain")));
    let record = setup.recorded();
    assert_eq!(record.call_id, response.call_id());
    assert_eq!((record.kind, record.method), (ItemKind::Resource, "resources/read"));
    assert_eq!((record.tool.as_deref(), record.owner), (Some("note"), OwnerOutcome::Owned));
    assert_eq!(record.decision, Decision::Allowed);
    assert_eq!(record.masked.iter().collect::<Vec<_>>(), [("api_key", 1)]);
    // The variable of a URI is recorded as an argument is: this one is text.
    assert_eq!(record.arguments.unwrap().as_json(), r#"{"invoice":{"string":5}}"#);
    let line = serde_json::to_value(setup_line(&setup).await).unwrap();
    assert_eq!((&line["item_kind"], &line["method"]), (&json!("resource"), &json!("resources/read")));

    let response = setup.server.read(&alice(), "scans://inv-1").await;
    assert_eq!(response.contents()[0].bytes().as_deref(), Some(BINARY));
    assert_eq!(setup.recorded().output_bytes, BASE64_STANDARD.encode(BINARY).len());

    let response = setup.server.read(&alice(), "invoices://inv-3").await;
    assert_eq!(response.error().map(secure_tool::CallError::code), Some(Code::NotFound));
    assert!(response.contents().is_empty() && response.text().is_empty());
    assert!(!format!("{response:?}").contains("inv-3"));
}

async fn setup_line(setup: &crate::office::Setup) -> secure_tool::AuditRecord {
    assert!(!setup.server.read(&alice(), "years://1999").await.is_error());
    setup.recorded()
}

#[tokio::test]
async fn unscannable_bytes_leave_only_if_the_resource_releases_them() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        // Text in UTF-16 is valid UTF-8 with NULs.
        for uri in ["leaks://inv-1", "leaks://a%20b"] {
            let (code, told) = read(&client, uri).await.unwrap_err();
            assert_eq!(code, -32603, "{way}");
            assert!(told.contains("internal") && !told.contains("releases"), "{way}: {told}");
            let record = setup.audit.take().into_iter().next_back().unwrap();
            assert!(record.cause.unwrap().contains("releases(blob)"), "{way}");
        }
        assert!(read(&client, "scans://inv-1").await.is_ok(), "{way}");
    }
}

#[tokio::test]
async fn large_and_secret_contents_do_not_leave() {
    let setup = setup().await;
    for (way, client) in setup.clients("alice").await {
        let (code, told) = read(&client, "years://9999").await.unwrap_err();
        assert!(code == -32603 && told.contains("output_too_large"), "{way}: {told}");
        let record = setup.audit.take().into_iter().next_back().unwrap();
        assert_eq!((record.code, record.stage), (Some(Code::OutputTooLarge), Stage::Release), "{way}");
        for uri in ["invoices://inv-1", "invoices://inv-1/note", "tables://inv-1", "summary://mine"] {
            let contents = read(&client, uri).await.unwrap();
            let bytes = contents[0]["blob"].as_str().map(|blob| BASE64_STANDARD.decode(blob).unwrap());
            let text = bytes.map_or_else(|| contents.to_string(), |bytes| String::from_utf8(bytes).unwrap());
            assert!(text.contains("[masked: api_key]") && !text.contains(SECRET), "{way} {uri}: {text}");
        }
    }
}
