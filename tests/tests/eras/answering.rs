//! Responses to clients of each era: sessions, challenges and lists.

use std::time::Duration;

use secure_tool::{
    Rate, Unit,
    http::{HttpOptions, ListTools, StepUp},
};
use secure_tool_tests::clients::{call, code, http_client, message, text};
use serde_json::{Value, json};

use crate::house::*;

#[tokio::test]
async fn a_request_for_another_host_counts_for_its_address() {
    let options = HttpOptions::default().requests_per_address(Rate::new(3, Unit::Hour)).unwrap();
    let setup = setup_with(options).await;
    for status in [403, 403, 403, 429] {
        let request = setup.http.post(Some("alice"), message("wait", &json!({}))).header("host", "evil.example");
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_429_for_an_address_has_the_same_headers_as_other_answers() {
    let options = HttpOptions::default()
        .requests_per_address(Rate::new(2, Unit::Hour))
        .unwrap()
        .cors(["https://app.example.com"])
        .unwrap()
        .resource("https://mcp.example.com/mcp")
        .unwrap();
    let setup = setup_with(options).await;
    let metadata = || {
        let address = setup.http.url().replace("/mcp", "/.well-known/oauth-protected-resource");
        http_client().get(address).header("origin", "https://app.example.com").send()
    };
    // What everybody may read counts as well, and so does what a browser asks before.
    assert_eq!(metadata().await.unwrap().status(), 200);
    let preflight = http_client().request(reqwest::Method::OPTIONS, setup.http.url());
    let preflight =
        preflight.header("origin", "https://app.example.com").header("access-control-request-method", "POST");
    assert_eq!(preflight.send().await.unwrap().status(), 204);
    let call = setup.http.post(Some("alice"), message("wait", &json!({}))).header("origin", "https://app.example.com");
    for response in [metadata().await.unwrap(), call.send().await.unwrap()] {
        assert_eq!(response.status(), 429);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("access-control-allow-origin"), "https://app.example.com");
        assert!(header("retry-after").parse::<u64>().unwrap() > 0);
    }
}

#[tokio::test]
async fn a_session_is_bound_to_its_principal_expires_and_cannot_be_deleted() {
    let setup = setup_with(HttpOptions::default().session_lifetime(Duration::from_secs(3600))).await;
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    assert_eq!(setup.send("alice", &session, &list).await.unwrap().status(), 200);
    for (name, token) in [("bob", &*session), ("alice", "made-up"), ("alice", &session[1..])] {
        let response = setup.send(name, token, &list).await.unwrap();
        assert_eq!(response.status(), 404);
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            (&body["id"], &body["error"]["message"]),
            (&json!(1), &json!("There is no such session.")),
            "for all reasons alike"
        );
    }
    for method in [reqwest::Method::DELETE, reqwest::Method::GET] {
        let request =
            http_client().request(method, setup.http.url()).bearer_auth("alice").header("mcp-session-id", &session);
        let response = request.header("accept", "text/event-stream").send().await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST".parse().unwrap()));
    }
    let mut contradicting =
        setup.http.post(Some("alice"), list.to_string()).header("mcp-session-id", &session).build().unwrap();
    contradicting.headers_mut().insert("mcp-protocol-version", "2025-06-18".parse().unwrap());
    assert_eq!(
        http_client().execute(contradicting).await.unwrap().status(),
        400,
        "another revision than the session's"
    );
    let short = setup_with(HttpOptions::default().session_lifetime(Duration::ZERO)).await;
    let session = short.session("alice", "2025-11-25", json!({})).await;
    assert_eq!(short.send("alice", &session, &list).await.unwrap().status(), 200, "there is time to use it");
}

#[tokio::test]
async fn a_403_is_for_credentials_that_can_be_stepped_up() {
    let issued =
        || HttpOptions::default().resource("https://mcp.test/mcp").unwrap().authorization_servers([ISSUER]).unwrap();
    for (name, options, older, modern) in [
        ("issued", issued(), 403, 403),
        ("reader", issued(), 200, 200),
        ("elsewhere", issued(), 200, 200),
        ("issued", HttpOptions::default(), 200, 200),
        ("reader", HttpOptions::default().step_up(StepUp::Always), 403, 403),
        ("issued", issued().step_up(StepUp::Never), 200, 200),
    ] {
        let setup = setup_with(options).await;
        for (request, status, scopes) in [
            (setup.http.post(Some(name), message("burn_letters", &json!({}))), older, "house:burn house:read"),
            (setup.http.post_modern(Some(name), "burn_letters", "burn_letters", &json!({})), modern, "house:burn"),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{name}");
            let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["id"], 1);
            if status == 403 {
                assert!(
                    challenge.unwrap().contains(&format!("scope=\"{scopes}\"")),
                    "older clients keep what they have"
                );
                assert_eq!(body["error"]["data"]["code"], "insufficient_scope");
                assert_eq!(body["error"]["data"]["scope"], "house:burn");
            } else {
                assert_eq!(challenge, None);
                assert!(body["result"]["content"][0]["text"].as_str().unwrap().contains("house:burn"), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn a_401_has_a_json_body_without_an_id() {
    let setup = setup().await;
    for key in [None, Some("nobody")] {
        let response = setup.http.post(key, message("wait", &json!({}))).send().await.unwrap();
        assert!(response.status() == 401 && response.headers().contains_key("www-authenticate"));
        let body: Value = response.json().await.unwrap();
        assert_eq!((&body["id"], &body["error"]["data"]["code"]), (&Value::Null, &json!("unauthenticated")));
    }
}

#[tokio::test]
async fn lists_show_tools_that_a_better_token_could_call() {
    let issued =
        || HttpOptions::default().resource("https://mcp.test/mcp").unwrap().authorization_servers([ISSUER]).unwrap();
    for (name, options, all) in [
        ("issued", issued(), true),
        ("reader", issued(), false),
        ("reader", HttpOptions::default().list_tools(ListTools::All), true),
        ("issued", issued().list_tools(ListTools::Callable), false),
    ] {
        let setup = setup_with(options).await;
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
        let answer: Value = setup.http.post(Some(name), list).send().await.unwrap().json().await.unwrap();
        let tools = answer["result"]["tools"].as_array().unwrap();
        let shown: Vec<_> = tools.iter().map(|tool| (&tool["name"], &tool["_meta"]["secure-tool/scopes"])).collect();
        if all {
            let (burn, read) = (json!(["house:burn"]), json!(["house:read"]));
            assert_eq!(
                shown,
                [
                    (&json!("burn_books"), &burn),
                    (&json!("burn_letters"), &burn),
                    (&json!("wait"), &read),
                    (&json!("write_letter"), &burn)
                ]
            );
        } else {
            assert_eq!(shown, [(&json!("wait"), &Value::Null)], "{name}");
        }
        // What is shown can be called by nobody who could not call it before.
        let client = setup.http.connect("reader").await.unwrap();
        let refused = call(&client, "burn_letters", json!({})).await.unwrap();
        assert!(code(&refused) == "insufficient_scope" && text(&refused).contains("house:burn"));
    }
}
