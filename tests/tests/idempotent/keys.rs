//! How a repeated call is recognized.

use secure_tool::{SecureServer, prelude::*, schemars::JsonSchema};
use secure_tool_tests::clients::{call, code, list, text};
use serde::Deserialize;
use serde_json::json;

use crate::house::{Setup, call_with_key};

#[tokio::test]
async fn a_key_belongs_to_one_operation_of_one_caller() {
    let setup = Setup::new();
    let pay = |name: &'static str, account: &str, amount: u32| {
        let arguments = json!({"account": account, "amount": amount, "request_id": "payment-1"});
        let setup = &setup;
        async move { setup.call(name, "pay", arguments).await }
    };
    assert_eq!(code(&pay("alice", "alice", 5).await), "ok");
    let other = pay("alice", "alice", 6).await;
    assert_eq!((code(&other), setup.last().rule), ("conflict".into(), "key_of_another"));
    assert!(text(&other).contains("new key"), "{}", text(&other));
    // Another tool, another caller, and another of the same name.
    let blocking = setup.call("alice", "pay_blocking", json!({"account": "alice", "request_id": "payment-1"})).await;
    assert_eq!(code(&blocking), "ok");
    assert_eq!(code(&pay("bob", "bob", 5).await), "ok");
    assert_eq!(setup.house.times("pay"), 2);
    for name in ["alice", "namesake"] {
        assert_eq!(
            code(&setup.call(name, "wait", json!({"request_id": "short"})).await),
            "invalid_arguments",
            "{name}"
        );
    }
    for (name, times) in [("alice", 1), ("namesake", 2), ("alice", 2), ("namesake", 2)] {
        setup.house.go_on.notify_one();
        assert_eq!(code(&setup.call(name, "wait", json!({"request_id": "wait-0001"})).await), "ok");
        assert_eq!(setup.house.times("wait"), times, "{name}");
    }
}

#[tokio::test]
async fn calls_with_the_same_arguments_run_once_within_the_time() {
    let setup = Setup::new();
    for (arguments, expected) in [
        (json!({"item": "tea"}), "order 1 of 1 tea"),
        (json!({"count": 1, "item": "tea"}), "order 1 of 1 tea"),
        (json!({"count": 1.0, "item": "tea"}), "order 1 of 1 tea"),
        (json!({"count": 2, "item": "tea"}), "order 2 of 2 tea"),
        (json!({"item": "milk"}), "order 3 of 1 milk"),
        (json!({"item": "tea"}), "order 1 of 1 tea"),
    ] {
        assert_eq!(text(&setup.call("alice", "order", arguments).await), expected);
    }
    assert_eq!(text(&setup.call("bob", "order", json!({"item": "tea"})).await), "order 4 of 1 tea");
    for _ in 0..2 {
        // A tool that says nothing runs as often as it is called.
        assert_eq!(code(&setup.call("alice", "open", json!({})).await), "ok");
    }
    assert_eq!(setup.house.times("open"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_client_identifies_repeated_calls_on_every_transport() {
    let setup = Setup::new();
    let http = setup.http().await;
    for (number, (transport, client)) in setup.clients(&http).await.iter().enumerate() {
        let (item, key) = (format!("tea of {number}"), format!("key-{number}"));
        let order = |count: u32, key: serde_json::Value| {
            let arguments = json!({"item": item, "count": count});
            async move { call_with_key(client, "order", arguments, key).await }
        };
        let before = setup.house.times("order");
        let first = text(&order(1, json!(key)).await);
        assert_eq!(text(&order(1, json!(key)).await), first, "{transport}");
        // Twice the same on purpose.
        assert_ne!(text(&order(1, json!(format!("{key}-again"))).await), first, "{transport}");
        let other = order(2, json!(key)).await;
        assert_eq!((code(&other), setup.last().rule), ("conflict".into(), "key_of_another"), "{transport}");
        for invalid in [json!(""), json!("x".repeat(129)), json!(7), json!({"key": "a"})] {
            let refused = order(1, invalid.clone()).await;
            assert_eq!(code(&refused), "invalid_arguments", "{transport}: {invalid}");
        }
        assert_eq!(setup.house.times("order"), before + 2, "{transport}");
        // Without one, its arguments count, and with a key that the model has made that one.
        assert_ne!(text(&call(client, "order", json!({"item": item})).await.unwrap()), first, "{transport}");
        let paid = setup.house.times("pay");
        for model in ["one", "two"] {
            let arguments = json!({"account": "alice", "request_id": format!("payment-{number}-{model}")});
            assert_eq!(code(&call_with_key(client, "pay", arguments, json!(key)).await), "ok");
        }
        assert_eq!(setup.house.times("pay"), paid + 2, "{transport}");
        for _ in 0..2 {
            assert_eq!(code(&call_with_key(client, "open", json!({}), json!(key)).await), "ok");
        }
        assert_eq!(setup.house.times("open"), 2 * (number + 1), "{transport}");
    }
}

#[tokio::test]
async fn idempotency_is_published_and_in_the_manifest() {
    let setup = Setup::new();
    let http = setup.http().await;
    let client = http.connect("alice").await.unwrap();
    let tools = list(&client).await.unwrap();
    let tool = |name: &str| tools.iter().find(|tool| tool.name == name).unwrap();
    for (name, hint) in [("pay", true), ("order", true), ("open", false)] {
        assert_eq!(tool(name).annotations.as_ref().unwrap().idempotent_hint, Some(hint), "{name}");
    }
    let key = &tool("pay").input_schema["properties"]["request_id"];
    let description = key["description"].as_str().unwrap();
    assert!(description.starts_with("Which payment."), "{description}");
    for part in ["new random value", "send the same value", "at most once"] {
        assert!(description.contains(part), "{part} in {description}");
    }
    assert_eq!((&key["minLength"], &key["maxLength"]), (&json!(8), &json!(1024)));
    let policy = serde_json::to_value(setup.server.policy()).unwrap();
    let of = |name: &str| policy["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap();
    assert_eq!(of("pay")["idempotent"], json!({"key": {"argument": "request_id", "keep_ms": 86_400_000}}));
    assert_eq!(of("order")["idempotent"], json!({"arguments": {"within_ms": 600_000}}));
    assert!(of("open").get("idempotent").is_none());
}

struct Desk;

/// An application's own, which is called like a well-known type.
mod own {
    #[derive(super::Deserialize, super::JsonSchema)]
    #[schemars(crate = "secure_tool::schemars")]
    pub struct Uuid(pub u32);
}

impl Desk {
    /// Stamp a letter.
    #[secure_tool(scope = "desk", owner = unowned("it is a test"), idempotent(key = letter))]
    async fn stamp(
        &self,
        /// Which.
        letter: uuid::Uuid,
    ) -> String {
        letter.to_string()
    }

    /// Seal a letter.
    #[secure_tool(scope = "desk", owner = unowned("it is a test"), idempotent(key = letter))]
    async fn seal(
        &self,
        /// Which.
        letter: own::Uuid,
    ) {
        let _ = letter.0;
    }
}

#[tokio::test]
async fn every_spelling_of_a_uuid_is_the_same_key_and_another_type_named_uuid_is_refused() {
    let server = SecureServer::builder(Desk).tool(Desk::stamp()).allow_writes().build().unwrap();
    let alice = Caller::new("alice").with_scopes(["desk"]);
    let spellings = ["67e55044-10b1-426f-9247-bb680e5fe0c8", "67E55044-10B1-426F-9247-BB680E5FE0C8"];
    for letter in spellings {
        let result = secure_tool_tests::clients::call_inside(&server, &alice, "stamp", json!({"letter": letter})).await;
        assert_eq!(text(&result), spellings[0]);
    }
    let problems = SecureServer::builder(Desk).tool(Desk::seal()).allow_writes().build().unwrap_err().to_string();
    assert!(problems.contains("[ST51]") && problems.contains("`letter`"), "{problems}");
}
