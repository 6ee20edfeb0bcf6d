//! Over real HTTP, with rmcp's client and with raw requests.

use std::sync::Arc;

use rmcp::{
    ServiceError,
    model::{CacheScope, ErrorCode},
};
use secure_tool::{
    Caller, Code, Decision, MemorySink, SecureServer,
    http::{AuthError, Authenticator, HttpOptions, StepUp},
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    Desk, alice,
    clients::{
        ALICE, BOB, CAROL, Client, HttpServer, call, close, code, http_client, list, message, text, without_call_id,
    },
    server,
};
use serde_json::{Value, json};
use tower_service::Service;

struct Setup {
    desk: Arc<Desk>,
    audit: Arc<MemorySink>,
    server: SecureServer<Desk>,
    http: HttpServer,
}

async fn setup() -> Setup {
    with(HttpOptions::default()).await
}

async fn with(options: HttpOptions) -> Setup {
    let (desk, audit, server) = secure_tool_tests::setup();
    let http = HttpServer::start(&server, options).await.unwrap();
    Setup { desk, audit, server, http }
}

async fn names(client: &Client) -> Vec<String> {
    list(client).await.unwrap().into_iter().map(|tool| tool.name.into_owned()).collect()
}

#[tokio::test]
async fn clients_of_both_protocols_can_list_and_call() {
    let Setup { http, audit, .. } = setup().await;
    for client in [http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap()] {
        let names = names(&client).await;
        assert!(names.is_sorted() && names.len() == 24, "{names:?}");
        let note = call(&client, "get_note", json!({"note": 1})).await.unwrap();
        assert_eq!(note.structured_content, Some(json!({"id": 1, "author": "alice", "text": "note 1"})));
        let foreign = call(&client, "get_note", json!({"note": 3})).await.unwrap();
        assert_eq!(code(&foreign), "not_found");
        let wrong = call(&client, "get_note", json!({"note": "one"})).await.unwrap();
        assert_eq!(code(&wrong), "invalid_arguments");
        assert!(text(&wrong).contains("/note: must be of type integer"));
        let unknown = call(&client, "no_such_tool", json!({})).await.unwrap_err();
        let ServiceError::McpError(unknown) = unknown else { panic!("{unknown:?}") };
        assert_eq!((unknown.code, &*unknown.message), (ErrorCode::INVALID_PARAMS, "unknown tool"));
        assert_eq!(audit.take().len(), 4);
        close(client).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_shows_what_this_caller_may_call_and_is_private() {
    let Setup { http, .. } = setup().await;
    let alice = http.connect(ALICE).await.unwrap();
    let carol = http.connect(CAROL).await.unwrap();
    assert_eq!(names(&carol).await, ["ping"]);
    let list = within("the list of tools", alice.list_tools(None)).await.unwrap();
    assert_eq!((list.cache_scope, list.ttl_ms), (Some(CacheScope::Private), Some(0)));
    for tool in &list.tools {
        let hints = tool.annotations.as_ref().unwrap();
        assert!(hints.read_only_hint.is_some() && hints.destructive_hint.is_some(), "{}", tool.name);
        assert!(hints.idempotent_hint.is_some() && hints.open_world_hint.is_some(), "{}", tool.name);
        assert_eq!(hints.read_only_hint, Some(tool.name != "add_note"));
        assert_eq!(tool.input_schema["additionalProperties"], json!(false), "{}", tool.name);
    }
    let whoami = list.tools.iter().find(|tool| tool.name == "whoami").unwrap();
    assert_eq!(whoami.title.as_deref(), Some("Who am I"));
    assert_eq!(whoami.description.as_deref(), Some("Deprecated: use `list_notes`\n\nTell who calls."));
    let get_note = list.tools.iter().find(|tool| tool.name == "get_note").unwrap();
    assert_eq!(get_note.meta.as_ref().unwrap()["secure-tool/version"], "1.2");
}

#[tokio::test]
async fn two_callers_reach_their_own_objects_only() {
    let Setup { http, .. } = setup().await;
    let alice = http.connect(ALICE).await.unwrap();
    let bob = http.connect(BOB).await.unwrap();
    for (client, own, foreign) in [(&alice, [1, 2], 3), (&bob, [3, 3], 1)] {
        for note in own {
            assert_eq!(code(&call(client, "get_note", json!({"note": note})).await.unwrap()), "ok");
        }
        assert_eq!(code(&call(client, "get_note", json!({"note": foreign})).await.unwrap()), "not_found");
        assert_eq!(code(&call(client, "get_notes", json!({"notes": [own[0], foreign]})).await.unwrap()), "not_found");
    }
    assert_eq!(call(&bob, "list_notes", json!({})).await.unwrap().structured_content, Some(json!({"result": [3]})));
}

#[tokio::test]
async fn without_a_valid_key_every_request_is_refused() {
    let Setup { http, desk, audit, .. } = setup().await;
    let bodies = [
        message("get_note", &json!({"note": 1})),
        message("ping", &json!({})),
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string(),
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}})
        .to_string(),
        "not even JSON".to_owned(),
    ];
    for body in bodies {
        let missing = http.post(None, body.clone()).send().await.unwrap();
        assert_eq!(
            (missing.status().as_u16(), &missing.headers()["www-authenticate"]),
            (401, &"Bearer".parse().unwrap())
        );
        assert_eq!(missing.headers()["cache-control"], "no-store");
        let told: Value = missing.json().await.unwrap();
        assert_eq!(told["error"]["message"], "A valid credential is required.");
        let wrong = http.post(Some(&ALICE.replace("alice", "malice")), body).send().await.unwrap();
        assert_eq!(wrong.status(), 401);
        assert_eq!(wrong.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
    }
    let basic = http.post(None, message("ping", &json!({}))).header("authorization", format!("Basic {ALICE}")).send();
    assert_eq!(basic.await.unwrap().status(), 401);
    let twice = http.post(Some(ALICE), message("ping", &json!({}))).header("authorization", format!("Bearer {BOB}"));
    assert_eq!(twice.send().await.unwrap().status(), 401);
    assert!(http.connect("wrong-key-0000000000000000000000000000").await.is_err());
    assert_eq!((desk.ran(), audit.take().len()), (0, 0));
    let right = http.post(Some(ALICE), message("get_note", &json!({"note": 1}))).send().await.unwrap();
    assert_eq!(right.status(), 200);
    assert_eq!(right.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_missing_scope_is_one_challenge_with_all_scopes_of_the_operation() {
    let Setup { server, audit, .. } = setup().await;
    let http = HttpServer::start(&server, HttpOptions::default().step_up(StepUp::Always)).await.unwrap();
    for (tool, arguments, scopes) in [
        ("get_note", json!({"note": 1}), "notes:read"),
        ("add_note", json!({"text": "t"}), "notes:read notes:write"),
        ("either", json!({}), "notes:read"),
    ] {
        let response = http.post(Some(CAROL), message(tool, &arguments)).send().await.unwrap();
        assert_eq!(response.status(), 403);
        let challenges: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
        assert_eq!(challenges, [&format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"")]);
        assert_eq!(audit.take().first().unwrap().code, Some(Code::InsufficientScope));
    }
    // No challenge where anything else is the matter.
    for (tool, arguments, status) in
        [("no_such_tool", json!({}), 400), ("ping", json!({"x": 1}), 200), ("ping", json!({}), 200)]
    {
        let response = http.post(Some(CAROL), message(tool, &arguments)).send().await.unwrap();
        assert!(response.status() == status || response.status() == 200, "{tool}: {}", response.status());
        assert!(!response.headers().contains_key("www-authenticate"));
    }
    let carol = http.connect(CAROL).await.unwrap();
    assert!(call(&carol, "get_note", json!({"note": 1})).await.is_err());
    assert_eq!(code(&call(&carol, "ping", json!({})).await.unwrap()), "ok", "the connection survives a refusal");
}

#[tokio::test]
async fn unknown_disabled_and_hidden_tools_get_the_same_bytes() {
    let Setup { http, server, .. } = setup().await;
    server.switches().disable("whoami").unwrap();
    server.switches().set_read_only(true);
    let mut answers = Vec::new();
    for tool in ["no_such_tool", "whoami", "add_note", "../../etc/passwd", "CANARY"] {
        for key in [ALICE, CAROL] {
            let response = http.post(Some(key), message(tool, &json!({"x": 1}))).send().await.unwrap();
            let head = format!("{} {:?}", response.status(), response.headers().keys().collect::<Vec<_>>());
            answers.push((head, without_call_id(&response.text().await.unwrap())));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let alice = http.connect(ALICE).await.unwrap();
    let names = names(&alice).await;
    assert!(!names.iter().any(|name| name == "whoami" || name == "add_note"), "{names:?}");
    server.switches().halt();
    assert!(list(&alice).await.unwrap().is_empty());
    server.switches().resume();
    assert!(!list(&alice).await.unwrap().is_empty());
}

#[tokio::test]
async fn absent_and_foreign_objects_get_the_same_bytes() {
    let Setup { http, .. } = setup().await;
    let mut answers = Vec::new();
    for arguments in [json!({"note": 3}), json!({"note": 77}), json!({"note": 901})] {
        let response = http.post(Some(ALICE), message("get_note", &arguments)).send().await.unwrap();
        let head = format!("{} {:?}", response.status(), response.headers().keys().collect::<Vec<_>>());
        answers.push((head, without_call_id(&response.text().await.unwrap())));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[tokio::test]
async fn public_tools_need_a_credential_unless_the_server_says_otherwise() {
    let Setup { http, audit, .. } = with(HttpOptions::default().allow_anonymous()).await;
    let send = async |key, tool, arguments| {
        let response = http.post(key, message(tool, &arguments)).send().await.unwrap();
        (
            response.status().as_u16(),
            response.headers().contains_key("www-authenticate"),
            response.text().await.unwrap(),
        )
    };
    let (status, _, body) = send(None, "ping", json!({})).await;
    assert!(status == 200 && body.contains("pong"), "{body}");
    assert!(audit.take().first().unwrap().caller.is_none());
    for (tool, arguments) in [("get_note", json!({"note": 1})), ("whoami", json!({})), ("echo", json!({"text": "t"}))] {
        let (status, challenge, _) = send(None, tool, arguments).await;
        assert_eq!((status, challenge), (401, true), "{tool}");
    }
    let (status, _, _) = send(Some("wrong-key-0000000000000000000000000000"), "ping", json!({})).await;
    assert_eq!(status, 401, "a wrong credential is worse than none");
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    let list: Value = http.post(None, list).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn other_hosts_and_origins_are_refused() {
    let Setup { http, desk, .. } = setup().await;
    let send = async |name: &'static str, value: &'static str| {
        let request = http.post(Some(ALICE), message("get_note", &json!({"note": 1}))).header(name, value);
        request.send().await.unwrap().status().as_u16()
    };
    for (name, value, status) in [
        ("host", "evil.example", 403),
        ("host", "localhost.evil.example", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "http://localhost.evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost:3000", 200),
        ("origin", "http://127.0.0.1:3000", 200),
        ("host", "localhost", 200),
    ] {
        assert_eq!(send(name, value).await, status, "{name}: {value}");
    }
    assert_eq!(desk.ran(), 3);
    let none = Vec::<String>::new();
    let Setup { http, .. } = with(HttpOptions::default().hosts(none.clone()).origins(none)).await;
    let request = http.post(Some(ALICE), message("ping", &json!({})));
    assert_eq!(request.send().await.unwrap().status(), 403, "an empty list of hosts is no host");
}

#[tokio::test]
async fn invalid_messages_are_refused_without_repeating_them() {
    let Setup { http, desk, .. } = setup().await;
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let deep_arguments = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let large = message("echo", &json!({"text": "x".repeat(3 << 20)}));
    for (body, statuses) in [
        ("CANARY".to_owned(), 400..=415),
        (String::new(), 400..=415),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"CANARY\"".to_owned(), 400..=415),
        (json!({"jsonrpc": "1.0", "id": 1, "method": "tools/call", "params": {"name": "CANARY"}}).to_string(), 400..=415),
        (json!({"jsonrpc": "2.0", "id": {"CANARY": 1}, "method": "tools/call"}).to_string(), 400..=415),
        (json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": ["CANARY"]}}).to_string(), 200..=415),
        (json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "echo", "arguments": "CANARY"}}).to_string(), 200..=415),
        (json!({"jsonrpc": "2.0", "id": 1, "method": "CANARY", "params": {"CANARY": "CANARY"}}).to_string(), 200..=404),
        (json!([{"jsonrpc": "2.0", "id": 1, "method": "CANARY"}]).to_string(), 400..=415),
        (message("get_note", &json!({"note": "CANARY"})), 200..=200),
        (message("get_note", &json!({"note": 1, "CANARY": "CANARY"})), 200..=200),
        (message("echo", &deep_arguments), 200..=415),
        (message("echo", &json!({"text": deep_arguments})), 200..=200),
        (deep, 400..=415),
        (large, 413..=413),
    ] {
        let response = http.post(Some(ALICE), body.clone()).send().await.unwrap();
        let status = response.status().as_u16();
        let answer = response.text().await.unwrap();
        let start: String = body.chars().take(120).collect();
        assert!(statuses.contains(&status), "{start}: {status} {answer}");
        assert!(!answer.contains("CANARY") && !answer.contains(" at line "), "{start}: {answer}");
        assert!(status != 200 || answer.contains("error") || answer.contains("isError"), "{start}: {answer}");
    }
    assert_eq!(desk.ran(), 0);
    for method in [reqwest::Method::GET, reqwest::Method::DELETE, reqwest::Method::PUT] {
        let request = http_client().request(method, http.url()).bearer_auth(ALICE);
        assert_eq!(request.header("accept", "text/event-stream").send().await.unwrap().status(), 405);
    }
}

#[tokio::test]
async fn no_other_method_of_the_protocol_has_an_effect() {
    let Setup { http, desk, audit, .. } = setup().await;
    for (method, params) in [
        ("prompts/get", json!({"name": "CANARY"})),
        ("resources/read", json!({"uri": "file:///CANARY"})),
        ("resources/subscribe", json!({"uri": "file:///CANARY"})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "CANARY"}, "argument": {"name": "a", "value": "b"}}),
        ),
        ("logging/setLevel", json!({"level": "debug"})),
        ("tasks/get", json!({"taskId": "CANARY"})),
        ("tasks/cancel", json!({"taskId": "CANARY"})),
        ("tasks/result", json!({"taskId": "CANARY"})),
        ("skills/get", json!({"uri": "skill://CANARY"})),
        ("subscriptions/listen", json!({"notifications": {}})),
        ("desk/secret", json!({"CANARY": 1})),
        ("prompts/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
    ] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let answer = http.post(Some(ALICE), body).send().await.unwrap().text().await.unwrap();
        assert!(answer.contains("\"error\""), "{method}: {answer}");
        assert!(!answer.contains("CANARY"), "{method}: {answer}");
    }
    assert_eq!((desk.ran(), audit.take().len()), (0, 0));
}

#[tokio::test]
async fn a_client_that_disconnects_stops_its_call() {
    let Setup { http, desk, audit, .. } = setup().await;
    for call in 1..=3 {
        let request = http.post_modern(Some(ALICE), "one_at_a_time", "one_at_a_time", &json!({"stay": true}));
        let waits = tokio::spawn(request.send());
        until("the call to begin", async || desk.ran() == call).await;
        waits.abort();
        until("the call's record", async || audit.records().len() == call).await;
        let records = audit.records();
        assert_eq!(records.len(), call);
        assert_eq!(records.last().unwrap().decision, Decision::Cancelled);
    }
    assert_eq!((desk.ran(), desk.finished()), (3, 0), "each found its place free, none came to its end");
    let response = http.post(Some(ALICE), message("one_at_a_time", &json!({}))).send().await.unwrap();
    assert!(!response.text().await.unwrap().contains("unavailable"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_at_once_get_their_own_answers() {
    let Setup { server, audit, .. } = setup().await;
    // Both clients have one address, and open a connection for each of 64 calls.
    let http = HttpServer::start(&server, HttpOptions::default().max_connections_per_address(1000)).await.unwrap();
    let alice = Arc::new(http.connect(ALICE).await.unwrap());
    let bob = Arc::new(http.connect(BOB).await.unwrap());
    let calls: Vec<_> = (0..1000_u32)
        .map(|n| {
            let client = Arc::clone(if n % 2 == 0 { &alice } else { &bob });
            tokio::spawn(async move { call(&client, "get_note", json!({"note": 1 + n % 3})).await.unwrap() })
        })
        .collect();
    for (n, call) in calls.into_iter().enumerate() {
        let result = within("a call", call).await.unwrap();
        let (note, author) = (1 + n % 3, if n % 2 == 0 { "alice" } else { "bob" });
        let owner = if note == 3 { "bob" } else { "alice" };
        if owner == author {
            assert_eq!(result.structured_content.unwrap()["id"], json!(note));
        } else {
            assert_eq!(code(&result), "not_found");
        }
    }
    assert_eq!(audit.take().len(), 1000);
}

/// An authenticator that is as slow, or as careless, as the request asks.
struct Odd;

impl Authenticator for Odd {
    async fn authenticate(&self, request: &http::request::Parts) -> Result<Arc<Caller>, AuthError> {
        match request.headers.get("x-odd").and_then(|value| value.to_str().ok()) {
            Some("slow") => std::future::pending().await,
            Some("down") => Err(AuthError::Unavailable),
            Some("nameless") => Ok(Arc::new(Caller::new("").with_scopes(["notes:read"]))),
            _ => Ok(Arc::new(alice())),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_authenticator_refuses_every_request() {
    let server = server(&Arc::new(Desk::default()), MemorySink::new(10)).unwrap();
    // No sockets: while the clock is paused, what the system has yet to deliver would count as silence.
    let mut router = server.router(Odd);
    for (odd, status) in [("down", 503), ("slow", 503), ("nameless", 401), ("", 200)] {
        let request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("x-odd", odd)
            .body(axum::body::Body::from(message("get_note", &json!({"note": 1}))))
            .unwrap();
        let response = within("the answer", router.call(request)).await.unwrap();
        assert_eq!(response.status(), status, "{odd:?}");
    }
}
