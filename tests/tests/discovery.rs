//! What a client without a credential is told, and which web pages may call the server.

use std::sync::Arc;

use reqwest::{Method, Response};
use secure_tool::{
    MemorySink, SecureServer,
    http::{HttpOptions, StepUp},
    secure_tool,
};
use secure_tool_tests::{
    Desk, builder,
    clients::{ALICE, CAROL, HttpServer, http_client, message},
};
use serde_json::{Value, json};

const RESOURCE: &str = "https://mcp.example.com/desk/mcp";
const POINTER: &str = "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/desk/mcp\"";
const APP: &str = "https://app.example.com";

fn desk(writes: bool) -> SecureServer<Desk> {
    let builder = builder(&Arc::new(Desk::default())).audit(MemorySink::new(10));
    if writes { builder.allow_writes() } else { builder }.build().unwrap()
}

fn options() -> HttpOptions {
    HttpOptions::default()
        .step_up(StepUp::Always)
        .resource(RESOURCE)
        .unwrap()
        .authorization_servers(["https://login.example.com", "https://sso.example.com/realms/a"])
        .unwrap()
        .resource_name("The desk")
        .resource_documentation("https://example.com/docs")
        .unwrap()
        .resource_policy("https://example.com/policy")
        .unwrap()
}

async fn start(writes: bool, options: HttpOptions) -> HttpServer {
    HttpServer::start(&desk(writes), options).await.unwrap()
}

async fn fetch(http: &HttpServer, method: Method, path: &str) -> Response {
    http_client().request(method, format!("http://{}{path}", http.address)).send().await.unwrap()
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_metadata_is_at_every_place_that_clients_look() {
    let http = start(true, options()).await;
    for place in ["", "/mcp", "/desk/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{place}");
        let response = fetch(&http, Method::GET, &path).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "application/json"));
        assert_eq!(header(&response, "cache-control"), "public, max-age=300");
        let metadata: Value = response.json().await.unwrap();
        assert_eq!(
            metadata,
            json!({
                "resource": RESOURCE,
                "authorization_servers": ["https://login.example.com", "https://sso.example.com/realms/a"],
                "scopes_supported": ["desk:test", "notes:read", "notes:write"],
                "bearer_methods_supported": ["header"],
                "resource_name": "The desk",
                "resource_documentation": "https://example.com/docs",
                "resource_policy_uri": "https://example.com/policy",
            })
        );
        let head = fetch(&http, Method::HEAD, &path).await;
        assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let response = fetch(&http, method, &path).await;
            assert_eq!((response.status().as_u16(), header(&response, "allow")), (405, "GET, HEAD"));
        }
    }
    assert_eq!(fetch(&http, Method::GET, "/.well-known/oauth-protected-resource/other").await.status(), 404);
}

struct Shop;

impl Shop {
    /// See what there is.
    #[secure_tool(scope = "shop:read", owner = unowned("the shelves are everybody's"), read_only)]
    async fn look(&self) {}

    /// See what there is, and what it costs.
    #[secure_tool(scope = all("shop:read", "shop:prices"), owner = unowned("the shelves are everybody's"), read_only)]
    async fn prices(&self) {}

    /// Empty the shelves, to try how that is.
    #[secure_tool(scope = "shop:0", owner = unowned("the shelves are everybody's"), read_only, only_in("staging"))]
    async fn rehearse(&self) {}

    /// Put something on a shelf.
    #[secure_tool(scope = "shop:a", owner = unowned("the shelves are everybody's"))]
    async fn put(&self) {}
}

#[tokio::test]
async fn the_metadata_does_not_disclose_hidden_tools_or_switches() {
    let shop = || {
        SecureServer::builder(Shop)
            .tool(Shop::look())
            .tool(Shop::prices())
            .tool(Shop::put())
            .tool(Shop::rehearse())
            .override_scope("shop:support")
            .scope_implies("shop:admin", ["shop:a"])
            .audit(MemorySink::new(10))
    };
    let options = || HttpOptions::default().resource(RESOURCE).unwrap();
    let path = "/.well-known/oauth-protected-resource";
    for (server, scopes) in [
        (shop().environment("production").build().unwrap(), json!(["shop:prices", "shop:read"])),
        (
            shop().environment("production").allow_writes().build().unwrap(),
            json!(["shop:a", "shop:prices", "shop:read"]),
        ),
        (shop().environment("staging").build().unwrap(), json!(["shop:0", "shop:prices", "shop:read"])),
    ] {
        let http = HttpServer::start(&server, options()).await.unwrap();
        let before = fetch(&http, Method::GET, path).await.text().await.unwrap();
        let metadata: Value = serde_json::from_str(&before).unwrap();
        assert_eq!((&metadata["scopes_supported"], metadata.get("authorization_servers")), (&scopes, None));
        let response = http.post(None, message("look", &json!({}))).send().await.unwrap();
        let least = if scopes[0] == "shop:0" { "scope=\"shop:0\"" } else { "scope=\"shop:read\"" };
        assert!(header(&response, "www-authenticate").contains(least), "the least that reads");
        server.switches().halt();
        assert_eq!(fetch(&http, Method::GET, path).await.text().await.unwrap(), before);
    }
}

#[tokio::test]
async fn without_a_resource_nothing_is_served() {
    let http =
        start(true, HttpOptions::default().resource_name("The desk").initial_scope(["notes:read"]).unwrap()).await;
    for path in ["", "/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        assert_eq!(fetch(&http, Method::GET, &path).await.status(), 404);
    }
    let response = http.post(None, message("ping", &json!({}))).send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (401, "Bearer"));
}

#[tokio::test]
async fn every_challenge_points_to_the_metadata_and_a_first_one_names_the_least_scope() {
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    let http = start(true, options()).await;
    // The same words whatever was called: a tool that is there, one that is not, one that needs other scopes.
    for body in
        [message("get_note", &json!({"note": 1})), message("add_note", &json!({})), message("no", &json!({})), list]
    {
        let response = http.post(None, body.clone()).send().await.unwrap();
        let expected = format!("Bearer scope=\"desk:test\", {POINTER}");
        assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (401, &*expected));
        let response = http.post(Some("wrong-key-0000000000000000000000000000"), body).send().await.unwrap();
        let expected = format!("Bearer error=\"invalid_token\", scope=\"desk:test\", {POINTER}");
        assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (401, &*expected));
    }
    let response = http.post(Some(CAROL), message("add_note", &json!({"text": "t"}))).send().await.unwrap();
    let expected = format!("Bearer error=\"insufficient_scope\", scope=\"notes:read notes:write\", {POINTER}");
    assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (403, &*expected));
    let response = http.post(Some(ALICE), message("get_note", &json!({"note": 1}))).send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (200, ""));

    let http = start(true, options().initial_scope(["notes:read", "profile"]).unwrap().allow_anonymous()).await;
    let response = http.post(None, message("add_note", &json!({"text": "t"}))).send().await.unwrap();
    let expected = format!("Bearer scope=\"notes:read profile\", {POINTER}");
    assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (401, &*expected));
    let http = start(true, options().initial_scope(Vec::<String>::new()).unwrap()).await;
    let response = http.post(None, message("ping", &json!({}))).send().await.unwrap();
    assert_eq!(header(&response, "www-authenticate"), format!("Bearer {POINTER}"));
}

#[test]
fn invalid_options_are_errors() {
    let options = HttpOptions::default;
    for url in
        ["http://mcp.example.com", "https://mcp.example.com/#a", "https://MCP.example.com", "https://a.example/{x}"]
    {
        assert!(options().resource(url).unwrap_err().to_string().contains(url), "{url}");
    }
    assert!(options().resource("http://127.0.0.1:8787/mcp").is_ok());
    assert!(options().authorization_servers(["https://login.example.com", "login.example.com"]).is_err());
    assert!(options().initial_scope(["notes:read", "notes:*"]).is_err());
    assert!(options().resource_documentation("javascript:alert(1)").is_err());
    assert!(options().resource_policy("http://example.com").is_err());
    assert!(options().cors(["*"]).is_err());
}

async fn preflight(http: &HttpServer, path: &str, origin: &str, method: &str) -> Response {
    let request = http_client().request(Method::OPTIONS, format!("http://{}{path}", http.address));
    let request = request.header("origin", origin).header("access-control-request-method", method);
    request.header("access-control-request-headers", "authorization,content-type").send().await.unwrap()
}

fn has_cors(response: &Response) -> bool {
    response.headers().keys().any(|name| name.as_str().starts_with("access-control-"))
}

#[tokio::test]
async fn web_pages_that_are_not_named_cannot_read_answers() {
    let local = "http://localhost:3000";
    let silent = start(true, options()).await;
    for origin in [APP, local, "null"] {
        let response = preflight(&silent, "/mcp", origin, "POST").await;
        let status = if origin == local { 401 } else { 403 };
        assert!(response.status() == status && !has_cors(&response), "{origin}: {}", response.status());
        let request = silent.post(Some(ALICE), message("ping", &json!({}))).header("origin", origin);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), if origin == local { 200 } else { 403 });
        assert!(!has_cors(&response) && header(&response, "vary").is_empty());
    }
    let metadata = preflight(&silent, "/.well-known/oauth-protected-resource", APP, "GET").await;
    assert!(metadata.status() == 405 && !has_cors(&metadata));
}

#[tokio::test]
async fn only_named_web_pages_can_call_and_read() {
    let http = start(true, options().cors([APP]).unwrap()).await;
    let response = preflight(&http, "/mcp", APP, "POST").await;
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (204, APP));
    assert_eq!(header(&response, "access-control-allow-methods"), "POST");
    assert!(header(&response, "access-control-allow-headers").contains("authorization"));
    assert_eq!(header(&response, "vary"), "origin");
    for (key, status) in [(Some(ALICE), 200), (Some(CAROL), 403), (None, 401)] {
        let request = http.post(key, message("get_note", &json!({"note": 1}))).header("origin", APP);
        let response = request.send().await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (status, APP));
        assert!(header(&response, "access-control-expose-headers").contains("www-authenticate"));
        assert!(!response.headers().contains_key("access-control-allow-credentials"));
    }
    let well_known = "/.well-known/oauth-protected-resource";
    let response = preflight(&http, well_known, APP, "GET").await;
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (204, APP));
    let response = http_client().get(format!("http://{}{well_known}", http.address)).header("origin", APP).send();
    assert_eq!(header(&response.await.unwrap(), "access-control-allow-origin"), APP);

    for (origin, method) in [
        ("https://evil.example", "POST"),
        ("https://app.example.com.evil.example", "POST"),
        ("https://app.example.com:444", "POST"),
        ("http://app.example.com", "POST"),
        ("https://APP.example.com", "POST"),
        ("null", "POST"),
        (APP, "DELETE"),
    ] {
        let response = preflight(&http, "/mcp", origin, method).await;
        assert!(!header(&response, "access-control-allow-methods").contains(method), "{origin} {method}");
        let status = if origin == APP || origin == "https://APP.example.com" { 401 } else { 403 };
        assert_eq!(response.status(), status, "{origin} {method}");
        if origin != APP {
            let request = http.post(Some(ALICE), message("ping", &json!({}))).header("origin", origin);
            let response = request.send().await.unwrap();
            assert!(response.status() == 403 || origin == "https://APP.example.com", "{origin}");
            assert_eq!(header(&response, "access-control-allow-origin"), "", "{origin}");
            assert_eq!(header(&response, "vary"), "origin", "a cache must not mix them up");
        }
    }
}
