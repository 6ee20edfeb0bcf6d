//! Tests each item of the notes server through a client, over stdio and over HTTP, for two callers.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails so")]
#![allow(dead_code, reason = "what the tests of all servers share")]

mod client;

use client::{both, caller, names, quiet};
use serde_json::{Value, json};

const SCOPES: &[&str] = &["notes:read", "notes:write"];
const TEMPLATE: &str = "note://internal/{name}";

#[tokio::test]
async fn a_note_is_added_listed_read_offered_and_summarized() {
    let server = quiet(migrated::notes::builder());
    for client in both(&server, &caller("alice", SCOPES)).await {
        let added = client.text("add-note", json!({"name": "shopping list", "content": "milk"})).await;
        assert_eq!(added, "Kept the note “shopping list”: milk");
        // A second note of this name takes the place of the first.
        client.text("add-note", json!({"name": "shopping list", "content": "milk, tea"})).await;

        let lists = client.lists().await;
        assert_eq!((names(&lists["tools"]), names(&lists["prompts"])), (vec!["add-note"], vec!["summarize-notes"]));
        assert_eq!(lists["templates"][0]["uriTemplate"], TEMPLATE);
        let [listed] = &lists["resources"].as_array().unwrap()[..] else { panic!("{lists}") };
        let uri = listed["uri"].as_str().unwrap();
        assert_eq!(uri, "note://internal/shopping%20list");
        assert_eq!((&listed["title"], &listed["mimeType"]), (&json!("The note “shopping list”"), &json!("text/plain")));
        assert_eq!(listed["description"], "What was noted as “shopping list”");
        assert_eq!(client.read(uri).await.unwrap()["text"], "milk, tea");
        assert_eq!(client.offered(TEMPLATE, "name", "sho").await, ["shopping list"]);
        assert!(client.offered(TEMPLATE, "name", "x").await.is_empty());

        let brief = client.prompt("summarize-notes", json!({})).await.unwrap();
        let texts: Vec<&Value> =
            brief["messages"].as_array().unwrap().iter().map(|message| &message["content"]["text"]).collect();
        assert_eq!(texts, ["Sum up these notes of mine:", "- shopping list: milk, tea"]);
        let detailed = client.prompt("summarize-notes", json!({"style": "detailed"})).await.unwrap();
        assert!(detailed.to_string().contains("with all details"), "{detailed}");
        assert!(client.prompt("summarize-notes", json!({"style": "rhyming"})).await.is_err());
    }
}

#[tokio::test]
async fn notes_of_another_caller_do_not_exist() {
    let server = quiet(migrated::notes::builder());
    let [alice, _] = both(&server, &caller("alice", SCOPES)).await;
    alice.text("add-note", json!({"name": "diary", "content": "a secret"})).await;
    for bob in both(&server, &caller("bob", SCOPES)).await {
        assert_eq!(bob.lists().await["resources"], json!([]));
        assert_eq!(bob.read("note://internal/diary").await, bob.read("note://internal/absent").await);
        assert_eq!(bob.read("note://internal/diary").await.unwrap_err(), "not_found");
        assert!(bob.offered(TEMPLATE, "name", "di").await.is_empty());
        assert!(!bob.prompt("summarize-notes", json!({})).await.unwrap().to_string().contains("secret"));
    }
    // Bob's note of the same name is another note.
    for bob in both(&server, &caller("bob", SCOPES)).await {
        bob.text("add-note", json!({"name": "diary", "content": "mine"})).await;
        assert_eq!(bob.read("note://internal/diary").await.unwrap()["text"], "mine");
    }
    assert_eq!(alice.read("note://internal/diary").await.unwrap()["text"], "a secret");
}

#[tokio::test]
async fn a_caller_who_may_only_read_cannot_add() {
    let server = quiet(migrated::notes::builder());
    for client in both(&server, &caller("carol", &["notes:read"])).await {
        assert_eq!(client.refused("add-note", json!({"name": "a", "content": "b"})).await, "insufficient_scope");
        assert_eq!(client.lists().await["resources"], json!([]));
    }
    let [writer, _] = both(&server, &caller("dave", SCOPES)).await;
    for (name, content) in [("", "b"), ("a", ""), ("a/b", "c")] {
        assert_eq!(writer.refused("add-note", json!({"name": name, "content": content})).await, "invalid_arguments");
    }
}
