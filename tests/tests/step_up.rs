//! From a refusal for a missing scope to a credential that has it: who gets a challenge with which scopes, and who gets none.

use std::sync::Arc;

use rmcp::ServiceExt;
use secure_tool::{
    Caller, Code, MemorySink, SecureServer, Stage,
    http::{HttpOptions, StepUp},
};
use secure_tool_testkit::within;
use secure_tool_tests::{
    Desk, builder, carol,
    clients::{CAROL, HttpServer, call, call_inside, close, code, keys, list, message, text},
};
use serde_json::{Value, json};

/// Dora may read.
const DORA: &str = "test-key-of-dora-0000000000000000000";
/// Frank's one scope implies what the desk's tools ask for.
const FRANK: &str = "test-key-of-frank-000000000000000000";

struct Setup {
    desk: Arc<Desk>,
    audit: Arc<MemorySink>,
    server: SecureServer<Desk>,
    http: HttpServer,
}

/// A desk where `notes:admin` stands for `notes:write`, and that for `notes:read`.
async fn setup() -> Setup {
    let (desk, audit) = (Arc::new(Desk::default()), Arc::new(MemorySink::new(100)));
    let server = builder(&desk)
        .allow_writes()
        .scope_implies("notes:admin", ["notes:write"])
        .scope_implies("notes:write", ["notes:read"])
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let keys = keys().unwrap().with_key(DORA, Caller::new("dora").with_scopes(["notes:read"])).unwrap();
    let keys = keys.with_key(FRANK, Caller::new("frank").with_scopes(["notes:admin"])).unwrap();
    let http = HttpServer::start_with(&server, keys, HttpOptions::default().step_up(StepUp::Always)).await.unwrap();
    Setup { desk, audit, server, http }
}

/// The status, the challenges and the body.
async fn answer(request: reqwest::RequestBuilder) -> (u16, Vec<String>, String) {
    let response = request.send().await.unwrap();
    let challenges = response.headers().get_all("www-authenticate").iter();
    let challenges = challenges.map(|value| value.to_str().unwrap().to_owned()).collect();
    (response.status().as_u16(), challenges, response.text().await.unwrap())
}

fn insufficient(scopes: &str) -> Vec<String> {
    vec![format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"")]
}

#[tokio::test]
async fn a_call_that_lacks_only_scopes_gets_one_challenge_with_all_of_them_in_both_protocols() {
    let Setup { http, desk, audit, .. } = setup().await;
    for (key, tool, arguments, scopes) in [
        (CAROL, "get_note", json!({"note": 1}), "notes:read"),
        (CAROL, "add_note", json!({"text": "t"}), "notes:read notes:write"),
        (DORA, "add_note", json!({"text": "t"}), "notes:read notes:write"), // the one that is held, too
        (CAROL, "either", json!({}), "notes:read"),                         // of alternatives just as near, the first
        (FRANK, "echo", json!({"text": "t"}), "desk:test"),                 // no hierarchy leads there
    ] {
        // A client of an older protocol asks for the scopes of the challenge alone, and is to keep the others.
        let kept = if key == FRANK { format!("{scopes} notes:admin") } else { scopes.to_owned() };
        for (request, scopes) in [
            (http.post(Some(key), message(tool, &arguments)), &*kept),
            (http.post_modern(Some(key), tool, tool, &arguments), scopes),
        ] {
            let (status, challenges, body) = answer(request).await;
            assert_eq!((status, challenges), (403, insufficient(scopes)), "{tool}");
            let told: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(
                told["error"]["data"]["code"], "insufficient_scope",
                "the decision is made before an answer starts"
            );
            let record = audit.take().remove(0);
            assert_eq!((record.code, record.stage), (Some(Code::InsufficientScope), Stage::Scope));
        }
    }
    assert_eq!(desk.ran(), 0);
}

#[tokio::test]
async fn a_credential_with_the_scopes_of_the_challenge_is_admitted() {
    let Setup { http, server, desk, .. } = setup().await;
    let (_, challenges, _) = answer(http.post(Some(CAROL), message("add_note", &json!({"text": "t"})))).await;
    let scopes = challenges[0].split("scope=\"").nth(1).unwrap().trim_end_matches('"');
    let stepped_up = carol().with_scopes(scopes.split(' '));
    assert_eq!(code(&call_inside(&server, &stepped_up, "add_note", json!({"text": "t"})).await), "ok");
    assert_eq!(desk.ran(), 1);
}

#[tokio::test]
async fn a_hierarchy_is_honoured_downwards_only() {
    let Setup { http, server, .. } = setup().await;
    for (tool, arguments, expected) in [
        ("list_notes", json!({}), "ok"),
        ("add_note", json!({"text": "t"}), "ok"),
        ("either", json!({}), "ok"),
        ("echo", json!({"text": "t"}), "insufficient_scope"),
    ] {
        let frank = Caller::new("frank").with_scopes(["notes:admin"]);
        assert_eq!(code(&call_inside(&server, &frank, tool, arguments.clone()).await), expected, "{tool}");
    }
    let dora = Caller::new("dora").with_scopes(["notes:read"]);
    assert_eq!(code(&call_inside(&server, &dora, "add_note", json!({"text": "t"})).await), "insufficient_scope");
    let frank = http.connect(FRANK).await.unwrap();
    let names: Vec<_> = list(&frank).await.unwrap().into_iter().map(|tool| tool.name).collect();
    assert!(names.iter().any(|name| name == "add_note") && !names.iter().any(|name| name == "echo"), "{names:?}");
    let manifest = serde_json::to_value(server.policy()).unwrap();
    assert_eq!(manifest["scope_implies"], json!({"notes:admin": ["notes:write"], "notes:write": ["notes:read"]}));
    assert!(server.policy().to_string().contains("notes:write implies notes:read"));
}

#[test]
fn build_reports_an_invalid_scope_hierarchy() {
    let desk = Arc::new(Desk::default());
    let built = |scope: &'static str, implied: &'static str| {
        let builder = builder(&desk).scope_implies("b", ["c"]).override_scope("support");
        builder.scope_implies(scope, [implied]).build().map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(built("a", "b"), Ok(()));
    assert_eq!(built("support", "b"), Ok(()));
    for (scope, implied, problem) in [
        ("c", "b", "cycle: `b`, `c`"),
        ("a", "a", "cycle: `a`"),
        ("*", "a", "not a valid scope"),
        ("a", "notes:*", "not a valid scope"),
        ("a", "support", "override scope"),
    ] {
        let error = built(scope, implied).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn there_is_no_challenge_if_another_check_fails() {
    let Setup { http, server, desk, .. } = setup().await;
    server.switches().disable("note_length").unwrap();
    for (key, tool, arguments, expected) in [
        (CAROL, "no_such_tool", json!({}), "unknown tool"),
        (CAROL, "note_length", json!({"note": 1}), "unknown tool"), // switched off
        (CAROL, "get_note", json!({"note": "one"}), "insufficient_scope"), // would not do with the scope either
        (CAROL, "add_note", json!({"text": "t", "x": 1}), "insufficient_scope"),
        (CAROL, "ping", json!({"x": 1}), "invalid_arguments"),
        (DORA, "get_note", json!({"note": "one"}), "invalid_arguments"),
        (DORA, "get_note", json!({"note": 1}), "not_found"), // an owner is no scope
    ] {
        let (status, challenges, body) = answer(http.post(Some(key), message(tool, &arguments))).await;
        assert_eq!((status, challenges), (200, Vec::new()), "{tool} {arguments}: {body}");
        assert!(body.contains(expected), "{tool} {arguments}: {body}");
        let (_, challenges, body) = answer(http.post_modern(Some(key), tool, tool, &arguments)).await;
        assert!(challenges.is_empty() && body.contains(expected), "{tool} {arguments}: {body}");
    }
    server.switches().set_read_only(true);
    let (_, challenges, body) = answer(http.post(Some(CAROL), message("add_note", &json!({"text": "t"})))).await;
    assert!(challenges.is_empty() && body.contains("unknown tool"), "hidden, as unknown: {body}");
    assert_eq!(desk.ran(), 0);
}

#[tokio::test]
async fn roles_and_owners_are_refused_without_a_challenge() {
    let Setup { http, desk, .. } = setup().await;
    let alice = secure_tool_tests::clients::ALICE;
    for (tool, arguments, expected) in
        [("fails", json!({"how": "forbidden"}), "forbidden"), ("get_note", json!({"note": 3}), "not_found")]
    {
        let (status, challenges, body) = answer(http.post(Some(alice), message(tool, &arguments))).await;
        assert_eq!((status, challenges), (200, Vec::new()), "{tool}");
        assert!(body.contains(expected), "{body}");
    }
    assert_eq!(desk.ran(), 1);
}

#[tokio::test]
async fn the_decision_uses_the_body_and_never_the_headers() {
    let Setup { http, desk, audit, .. } = setup().await;
    // Headers that contradict the body are refused before anything is decided, and not repeated.
    for (header, tool) in [("ping", "get_note"), ("get_note", "ping"), ("CANARY", "get_note"), ("ping", "CANARY")] {
        let (status, challenges, body) = answer(http.post_modern(Some(CAROL), header, tool, &json!({"note": 1}))).await;
        assert_eq!((status, challenges), (400, Vec::new()), "{header} {tool}: {body}");
        assert!(body.contains("-32020") && !body.contains("CANARY"), "{body}");
    }
    let twice = http.post_modern(Some(CAROL), "get_note", "get_note", &json!({"note": 1})).header("mcp-name", "ping");
    assert_eq!(answer(twice).await.0, 400);
    let method =
        http.post_modern(Some(CAROL), "get_note", "get_note", &json!({"note": 1})).header("mcp-method", "ping");
    assert_eq!(answer(method).await.0, 400);
    assert_eq!((desk.ran(), audit.take().len()), (0, 0));
    // An older protocol has no such headers: what is there has no meaning.
    for name in ["ping", "no_such_tool", "echo"] {
        let request = http.post(Some(CAROL), message("get_note", &json!({"note": 1})));
        let (status, challenges, _) = answer(request.header("mcp-name", name).header("mcp-method", "tools/list")).await;
        assert_eq!((status, challenges), (403, insufficient("notes:read")));
    }
    let version = http.post(
        Some(CAROL),
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "CANARY", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}})
        .to_string(),
    );
    let (_, _, body) = answer(version).await;
    assert!(!body.contains("CANARY"), "{body}");
}

#[tokio::test]
async fn on_a_pipe_a_missing_scope_is_a_refusal_that_names_the_scopes() {
    let Setup { server, desk, .. } = setup().await;
    let (here, there) = tokio::io::duplex(4096);
    let (input, output) = tokio::io::split(there);
    let serving = tokio::spawn(server.serve_io(carol(), input, output));
    let client = within("the client to connect", ().serve(here)).await.unwrap();
    let refused = call(&client, "add_note", json!({"text": "t"})).await.unwrap();
    assert_eq!(code(&refused), "insufficient_scope");
    assert!(text(&refused).contains("Required: notes:read notes:write."), "{}", text(&refused));
    let meta: Value = refused.meta.unwrap().get("secure-tool/refusal").cloned().unwrap();
    assert_eq!(meta["scope"], "notes:read notes:write");
    close(client).await.unwrap();
    within("the server to end", serving).await.unwrap().unwrap();
    assert_eq!(desk.ran(), 0);
}
