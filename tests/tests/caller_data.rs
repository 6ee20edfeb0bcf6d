//! Data that an application attaches to its callers, from each authenticator to the body.

use std::{collections::HashMap, sync::Arc};

use rmcp::model::CallToolResult;
use secure_tool::{
    AuditSink, MemorySink,
    http::{ApiKeys, AuthError, Authenticator, HttpOptions},
    prelude::*,
};
use secure_tool_testkit::within;
use secure_tool_tests::clients::{
    ALICE, BOB, CAROL, HttpServer, call, call_inside, close, code, connect_by_pipe, text,
};
use serde_json::json;

/// What no log may show.
const SECRET: &str = "downstream-5f1c2b";

struct Plan(&'static str);

/// A handle that keeps the caller's own token to itself, as one for token exchange does.
struct Downstream {
    token: Box<str>,
}

impl Downstream {
    fn token_for(&self, audience: &str) -> String {
        format!("{audience} for a token of {}", self.token.len())
    }
}

struct Shop;

impl Shop {
    /// Tell the caller's plan.
    #[secure_tool(scope = "shop", owner = caller("its answer holds no rows"), read_only)]
    async fn plan(&self, caller: &Caller) -> Result<String, ToolError> {
        Ok(caller.require::<Plan>()?.0.to_owned())
    }

    /// Tell whether there is a plan.
    #[secure_tool(scope = "shop", owner = caller("its answer holds no rows"), read_only)]
    fn has_plan(&self, caller: &Caller) -> Json<bool> {
        Json(caller.data::<Plan>().is_some())
    }

    /// Get a token for another service.
    #[secure_tool(scope = "shop", owner = caller("its answer holds no rows"), read_only)]
    async fn exchange(&self, caller: &Caller) -> Result<String, ToolError> {
        Ok(caller.require::<Downstream>()?.token_for("calendar"))
    }
}

fn server(audit: impl AuditSink) -> SecureServer<Shop> {
    SecureServer::builder(Shop)
        .tool(Shop::plan())
        .tool(Shop::has_plan())
        .tool(Shop::exchange())
        .audit(audit)
        .build()
        .unwrap()
}

fn caller(name: &str) -> Caller {
    Caller::local(name).with_scopes(["shop"])
}

async fn tell(http: &HttpServer, key: &str, tool: &'static str) -> CallToolResult {
    let client = http.connect(key).await.unwrap();
    let answer = call(&client, tool, json!({})).await.unwrap();
    close(client).await.unwrap();
    answer
}

#[tokio::test]
async fn each_caller_sees_its_own_data_and_nobody_logs_it() {
    let audit = Arc::new(MemorySink::new(100));
    let server = server(Arc::clone(&audit));
    let keys = ApiKeys::new()
        .with_key(ALICE, caller("alice").with_data(Plan("pro")))
        .unwrap()
        .with_key(BOB, caller("bob").with_data(Plan("free")))
        .unwrap()
        .with_key(CAROL, caller("carol"))
        .unwrap();
    let http = HttpServer::start_with(&server, keys, HttpOptions::default()).await.unwrap();
    assert_eq!(text(&tell(&http, ALICE, "plan").await), "pro");
    assert_eq!(text(&tell(&http, BOB, "plan").await), "free");
    assert_eq!(text(&tell(&http, BOB, "has_plan").await), "true");
    assert_eq!(text(&tell(&http, CAROL, "has_plan").await), "false");
    let refused = tell(&http, CAROL, "plan").await;
    assert_eq!(code(&refused), "forbidden");
    assert!(!text(&refused).contains("Plan"), "the caller is told nothing of types");
    let records = serde_json::to_string(&audit.take()).unwrap();
    assert!(records.contains("has no data of type") && records.contains("::Plan"), "{records}");
    assert!(!records.contains("pro\"") && !records.contains("free"), "{records}");
}

#[tokio::test]
async fn a_handle_for_each_request_is_attached_to_any_authenticator() {
    let audit = Arc::new(MemorySink::new(100));
    let server = server(Arc::clone(&audit));
    let plans = HashMap::from([("alice", "pro")]);
    let keys = ApiKeys::new()
        .with_key(ALICE, caller("alice"))
        .unwrap()
        .with_key(BOB, caller("bob"))
        .unwrap()
        .with_data(move |caller, _| plans.get(caller.subject()).map(|plan| Plan(plan)).ok_or(AuthError::Invalid))
        .with_data(|_, request| {
            let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
            let token = header.and_then(|header| header.strip_prefix("Bearer ")).ok_or(AuthError::Invalid)?;
            Ok(Downstream { token: token.into() })
        });
    let http = HttpServer::start_with(&server, keys, HttpOptions::default()).await.unwrap();
    assert_eq!(text(&tell(&http, ALICE, "plan").await), "pro");
    assert_eq!(text(&tell(&http, ALICE, "exchange").await), format!("calendar for a token of {}", ALICE.len()));
    // Bob has a good key, and no plan.
    let refused = http.post(Some(BOB), secure_tool_tests::clients::message("has_plan", &json!({})));
    let refused = within("the answer", refused.send()).await.unwrap();
    assert_eq!(refused.status(), 401);
    let records = serde_json::to_string(&audit.take()).unwrap();
    assert!(!records.contains(ALICE) && records.contains("alice"), "{records}");
}

#[tokio::test]
async fn a_local_caller_has_data_over_a_pipe_and_in_the_process() {
    let audit = Arc::new(MemorySink::new(100));
    let server = server(Arc::clone(&audit));
    let alice = caller("alice").with_data(Plan("pro")).with_data(Downstream { token: SECRET.into() });
    assert!(!format!("{alice:?}").contains(SECRET));
    let client = connect_by_pipe(&server, alice.clone(), ()).await.unwrap();
    assert_eq!(text(&call(&client, "plan", json!({})).await.unwrap()), "pro");
    let token = format!("calendar for a token of {}", SECRET.len());
    assert_eq!(text(&call(&client, "exchange", json!({})).await.unwrap()), token);
    close(client).await.unwrap();
    assert_eq!(text(&call_inside(&server, &alice, "plan", json!({})).await), "pro");
    assert_eq!(code(&call_inside(&server, &caller("bob"), "plan", json!({})).await), "forbidden");
    assert!(!serde_json::to_string(&audit.take()).unwrap().contains(SECRET));
}
