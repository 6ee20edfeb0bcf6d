//! Tests each tool with structured output through a client, over stdio and over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails so")]
#![allow(dead_code, reason = "what the tests of all servers share")]

mod client;

use client::{both, caller, names, quiet};
use serde_json::json;

#[tokio::test]
async fn clients_are_shown_the_schemas() {
    let server = quiet(migrated::structured_output::builder());
    for client in both(&server, &caller("me", &[])).await {
        let lists = client.lists().await;
        assert_eq!(names(&lists["tools"]), ["calculate", "get_info", "get_weather"]);
        let [calculate, info, weather] = &lists["tools"].as_array().unwrap()[..] else { panic!("{lists}") };
        assert_eq!(calculate["inputSchema"]["required"], json!(["numbers", "operation"]));
        assert_eq!(weather["inputSchema"]["required"], json!(["city"]));
        for field in ["result", "operation", "input_count"] {
            assert!(calculate["outputSchema"]["properties"][field].is_object(), "{field}: {calculate}");
        }
        for field in ["city", "temperature", "description", "humidity", "wind_speed"] {
            assert!(weather["outputSchema"]["properties"][field].is_object(), "{field}: {weather}");
        }
        assert!(info["outputSchema"].is_null());
    }
}

#[tokio::test]
async fn every_tool_answers() {
    let server = quiet(migrated::structured_output::builder());
    for client in both(&server, &caller("me", &[])).await {
        let mild = client.call("get_weather", json!({"city": "Rome"})).await;
        assert_eq!(mild["structuredContent"]["temperature"], 22.5);
        assert_eq!(
            (&mild["structuredContent"]["city"], &mild["structuredContent"]["humidity"]),
            (&json!("Rome"), &json!(65))
        );
        // The same as text, for clients that know no structured content.
        let text: serde_json::Value = serde_json::from_str(mild["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, mild["structuredContent"]);
        let warm = client.call("get_weather", json!({"city": "Rome", "units": "fahrenheit"})).await;
        assert_eq!(warm["structuredContent"]["temperature"], 72.5);

        for (operation, result) in [("sum", 9.0), ("average", 3.0), ("product", 24.0)] {
            let calculated = client.call("calculate", json!({"numbers": [2, 3, 4], "operation": operation})).await;
            assert_eq!(
                calculated["structuredContent"],
                json!({"result": result, "operation": operation, "input_count": 3})
            );
        }
        assert_eq!(client.text("get_info", json!({})).await, "the migrated example of structured output");
    }
}

#[tokio::test]
async fn former_errors_of_the_body_are_refused_by_the_schema() {
    let server = quiet(migrated::structured_output::builder());
    for client in both(&server, &caller("me", &[])).await {
        for arguments in [
            json!({"numbers": [], "operation": "sum"}),
            json!({"numbers": [1], "operation": "root"}),
            json!({"numbers": [1]}),
            json!({"numbers": [1], "operation": "sum", "more": 1}),
        ] {
            assert_eq!(client.refused("calculate", arguments.clone()).await, "invalid_arguments", "{arguments}");
        }
    }
}
