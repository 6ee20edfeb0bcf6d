//! The requests that are sent to both servers.

use secure_tool_tests::{clients::ALICE, raw::request};
use serde_json::{Value, json};

/// The revisions that a client may speak, and the one that says nothing of it.
pub const ERAS: [&str; 4] = ["2025-06-18", "2025-11-25", "2026-07-28", "none"];

/// One request, and what it is about.
pub struct Case {
    pub era: &'static str,
    pub what: String,
    pub bytes: Vec<u8>,
}

/// A message as a client of this era sends it, and what may be changed about it.
#[derive(Clone)]
struct Sent {
    method: &'static str,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Sent {
    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.add(name, value)
    }

    fn add(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let lines: Vec<_> = self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let lines: Vec<_> = lines.iter().map(|line| &**line).collect();
        request(&format!("{} {} HTTP/1.1", self.method, self.path), &lines, &self.body)
    }
}

fn is_modern(era: &str) -> bool {
    era == "2026-07-28"
}

fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "c", "version": "1"},
    })
}

/// A message that a client of this era might send.
fn good(era: &'static str, id: Option<Value>, method: &str, params: Option<Value>) -> Sent {
    let mut message = json!({"jsonrpc": "2.0", "method": method});
    let name = params.as_ref().and_then(|params| params["name"].as_str()).map(str::to_owned);
    let is_request = id.is_some();
    if let Some(id) = id {
        message["id"] = id;
    }
    let params = match params {
        Some(mut params) if is_modern(era) && is_request && params.is_object() => {
            params["_meta"] = meta();
            Some(params)
        }
        None if is_modern(era) && is_request => Some(json!({"_meta": meta()})),
        params => params,
    };
    if let Some(params) = params {
        message["params"] = params;
    }
    let mut headers = vec![
        ("host", "localhost".to_owned()),
        ("authorization", format!("Bearer {ALICE}")),
        ("content-type", "application/json".into()),
        ("accept", "application/json, text/event-stream".into()),
    ];
    if era != "none" {
        headers.push(("mcp-protocol-version", era.into()));
    }
    if is_modern(era) {
        headers.push(("mcp-method", method.into()));
        headers.extend(name.map(|name| ("mcp-name", name)));
    }
    Sent { method: "POST", path: "/mcp", headers, body: message.to_string() }
}

fn asked(era: &'static str, method: &str, params: Option<Value>) -> Sent {
    good(era, Some(json!(1)), method, params)
}

fn call(era: &'static str) -> Sent {
    asked(era, "tools/call", Some(json!({"name": "sum", "arguments": {"a": 1, "b": 2}})))
}

fn list(era: &'static str) -> Sent {
    asked(era, "tools/list", None)
}

/// Everything that is sent.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for era in ERAS {
        let groups = [methods(era), calls(era), ids(era), bodies(era), headers(era), metas(era)];
        for (what, sent) in groups.into_iter().flatten() {
            cases.push(Case { era, what, bytes: sent.bytes() });
        }
    }
    cases
}

type Row = (String, Sent);

fn row(what: impl Into<String>, sent: Sent) -> Row {
    (what.into(), sent)
}

fn methods(era: &'static str) -> Vec<Row> {
    let hello = |version: &str| {
        let client = json!({"name": "c", "version": "1"});
        asked(era, "initialize", Some(json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client})))
    };
    let own = if era == "none" { "2025-11-25" } else { era };
    let mut rows = vec![
        row("initialize", hello(own)),
        row("initialize at a version of nobody", hello("1999-01-01")),
        row("initialize at 2025-03-26", hello("2025-03-26")),
        row(
            "initialize without a client",
            asked(era, "initialize", Some(json!({"protocolVersion": own, "capabilities": {}}))),
        ),
        row("initialize without params", asked(era, "initialize", None)),
        row("server/discover", asked(era, "server/discover", None)),
        row("ping", asked(era, "ping", None)),
        row("tools/list", list(era)),
        row("tools/list with a cursor", asked(era, "tools/list", Some(json!({"cursor": "x"})))),
        row("tools/list with a wrong cursor", asked(era, "tools/list", Some(json!({"cursor": 5})))),
        row("tools/list with more", asked(era, "tools/list", Some(json!({"more": {"a": [1]}})))),
        row("tools/list of a list", asked(era, "tools/list", Some(json!([])))),
        row("tools/call", call(era)),
        row("a method of nobody", asked(era, "desk/secret", Some(json!({"a": 1})))),
        row("an empty method", asked(era, "", None)),
        row("a method of clients", asked(era, "elicitation/create", Some(json!({})))),
        row("a notification as a request", asked(era, "notifications/initialized", None)),
    ];
    for method in [
        "prompts/list",
        "prompts/get",
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "completion/complete",
        "logging/setLevel",
        "subscriptions/listen",
        "tasks/get",
    ] {
        rows.push(row(
            method,
            asked(era, method, Some(json!({"name": "a", "uri": "a:b", "level": "info", "taskId": "t"}))),
        ));
    }
    for method in [
        "notifications/initialized",
        "notifications/cancelled",
        "notifications/progress",
        "notifications/of-nobody",
        "tools/list",
        "tools/call",
    ] {
        let params = json!({"requestId": 1, "progressToken": 1, "progress": 1, "name": "sum"});
        rows.push(row(format!("notification {method}"), good(era, None, method, Some(params))));
    }
    rows.push(row("notification without params", good(era, None, "notifications/initialized", None)));
    rows.push(row("notification that cancels nothing", good(era, None, "notifications/cancelled", Some(json!({})))));
    rows
}

fn calls(era: &'static str) -> Vec<Row> {
    let call = |params: Value| asked(era, "tools/call", Some(params));
    vec![
        row("call with text", call(json!({"name": "echo", "arguments": {"text": "héllo \u{1F980}\n\"\\\u{0}"}}))),
        row("call with more params", call(json!({"name": "sum", "arguments": {"a": 1, "b": 2}, "more": [1]}))),
        row("call of an unknown tool", call(json!({"name": "nobody", "arguments": {}}))),
        row("call without arguments", call(json!({"name": "sum"}))),
        row("call with null arguments", call(json!({"name": "sum", "arguments": null}))),
        row("call with a list of arguments", call(json!({"name": "sum", "arguments": []}))),
        row("call with text for arguments", call(json!({"name": "sum", "arguments": "a"}))),
        row("call with wrong arguments", call(json!({"name": "sum", "arguments": {"a": "x"}}))),
        row("call with more arguments", call(json!({"name": "sum", "arguments": {"a": 1, "b": 2, "c": 3}}))),
        row("call of nothing", call(json!({"arguments": {}}))),
        row("call of a number", call(json!({"name": 5, "arguments": {}}))),
        row("call without params", asked(era, "tools/call", None)),
        row("call with null params", {
            let sent = call(json!({"name": "sum"}));
            sent.body(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": null}).to_string())
        }),
        row(
            "call with an answer to nothing",
            call(json!({"name": "sum", "arguments": {"a": 1, "b": 2}, "inputResponses": {}, "requestState": "x"})),
        ),
    ]
}

fn ids(era: &'static str) -> Vec<Row> {
    let ids = [
        json!("a"),
        json!(""),
        json!("é\n"),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1.0),
        json!(1.5),
        json!(null),
        json!(true),
        json!({}),
        json!([1]),
        json!("x".repeat(256)),
        json!("x".repeat(300)),
    ];
    ids.into_iter()
        .map(|id| {
            let shown: String = id.to_string().chars().take(20).collect();
            row(format!("id {shown} of {}", id.to_string().len()), good(era, Some(id), "tools/list", None))
        })
        .collect()
}

fn bodies(era: &'static str) -> Vec<Row> {
    let whole = call(era).body;
    let base = || call(era);
    let mut rows = vec![
        row("body: empty", base().add("content-length", "0").body("")),
        row("body: spaces", base().body("  ")),
        row("body: text", base().body("hello")),
        row("body: a number", base().body("7")),
        row("body: null", base().body("null")),
        row("body: a list of nothing", base().body("[]")),
        row("body: a batch", base().body(format!("[{whole}]"))),
        row("body: an empty object", base().body("{}")),
        row("body: cut", base().body(&whole[..whole.len() - 1])),
        row("body: more behind it", base().body(format!("{whole} x"))),
        row("body: two", base().body(format!("{whole}{whole}"))),
        row("body: spaces around it", base().body(format!(" \r\n\t{whole}\n "))),
        row("body: a byte order mark", base().body(format!("\u{feff}{whole}"))),
        row("body: deeply nested", base().body("[".repeat(200))),
        row(
            "body: deeply nested arguments",
            base().body(whole.replace("\"a\":1", &format!("\"a\":{}1{}", "[".repeat(100), "]".repeat(100)))),
        ),
        row("body: half a surrogate pair", base().body(whole.replace("\"sum\"", r#""\ud800""#))),
        row("body: a NUL", base().body(whole.replace("\"sum\"", "\"s\0um\""))),
        row("body: a comment", base().body(format!("/* */{whole}"))),
        row("body: more members", base().body(whole.replacen('{', r#"{"more":{"a":[]},"#, 1))),
        row("body: no version", base().body(whole.replace(r#""jsonrpc":"2.0","#, ""))),
        row("body: version 1.0", base().body(whole.replace(r#""2.0""#, r#""1.0""#))),
        row("body: version 2", base().body(whole.replace(r#""2.0""#, "2.0"))),
        row("body: two methods", base().body(whole.replacen('{', r#"{"method":"ping","#, 1))),
        row("body: two ids", base().body(whole.replacen('{', r#"{"id":2,"#, 1))),
        row("body: two names", base().body(whole.replace(r#""name":"sum""#, r#""name":"echo","name":"sum""#))),
        row("body: two of one argument", base().body(whole.replace(r#""a":1"#, r#""a":5,"a":1"#))),
        row("body: a method that is a number", base().body(r#"{"jsonrpc":"2.0","id":1,"method":5}"#)),
        row("body: no method", base().body(r#"{"jsonrpc":"2.0","id":1}"#)),
        row("body: a method and a result", base().body(r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#)),
        row("body: a result", base().body(r#"{"jsonrpc":"2.0","id":"q","result":{}}"#)),
        row("body: an error", base().body(r#"{"jsonrpc":"2.0","id":"q","error":{"code":1,"message":"x"}}"#)),
        row("body: an error without an id", base().body(r#"{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}"#)),
        row("body: a result without an id", base().body(r#"{"jsonrpc":"2.0","result":{}}"#)),
    ];
    rows.push(row("body: more than may be sent", base().body("x".repeat(5 << 20))));
    rows
}

fn headers(era: &'static str) -> Vec<Row> {
    let base = || call(era);
    let mut rows = Vec::new();
    for (what, value) in [
        ("JSON only", "application/json"),
        ("events only", "text/event-stream"),
        ("anything", "*/*"),
        ("JSON with a weight of zero", "application/json;q=0, text/event-stream"),
        ("in upper case", "APPLICATION/JSON, TEXT/EVENT-STREAM"),
        ("with parameters", "application/json;a=b;q=0.1,text/event-stream;q=1"),
        ("a malformed weight", "application/json;q=0.0000, text/event-stream;q=x"),
        ("nothing", ""),
        ("a prefix", "application/jsonx, text/event-stream"),
    ] {
        rows.push(row(format!("accept: {what}"), base().set("accept", value)));
    }
    rows.push(row("accept: none", base().without("accept")));
    rows.push(row("accept: two lines", base().set("accept", "application/json").add("accept", "text/event-stream")));
    for (what, value) in [
        ("text", "text/plain"),
        ("with a charset", "application/json; charset=utf-8"),
        ("in upper case", "Application/JSON"),
        ("a prefix", "application/jsonx"),
        ("of another structure", "application/vnd.api+json"),
        ("nothing", ""),
        ("a list", "application/json, text/plain"),
    ] {
        rows.push(row(format!("content-type: {what}"), base().set("content-type", value)));
    }
    rows.push(row("content-type: none", base().without("content-type")));
    rows.push(row("content-type: two lines", base().add("content-type", "text/plain")));
    for method in ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "post"] {
        rows.push(row(format!("method {method}"), base().method(method)));
    }
    for (what, origin) in [
        ("ours", "http://localhost:3000"),
        ("another", "https://evil.com"),
        ("nobody's", "null"),
        ("malformed", "evil"),
        ("empty", ""),
    ] {
        rows.push(row(format!("origin: {what}"), base().add("origin", origin)));
    }
    rows.push(row("origin: two", base().add("origin", "http://localhost:3000").add("origin", "https://evil.com")));
    for (what, host) in [
        ("another", "evil.com"),
        ("with a port", "localhost:99"),
        ("an address", "[::1]:80"),
        ("a user", "evil.com@localhost"),
        ("empty", ""),
    ] {
        rows.push(row(format!("host: {what}"), base().set("host", host)));
    }
    rows.push(row("host: none", base().without("host")));
    rows.push(row("host: two", base().add("host", "evil.com")));
    rows.push(row("target: absolute", base().path("http://localhost/mcp")));
    rows.push(row("target: a query", base().path("/mcp?a=b")));
    rows.push(row("target: elsewhere", base().path("/elsewhere")));
    for (what, value) in [
        ("of nobody", "1999-01-01"),
        ("no date", "x"),
        ("empty", ""),
        ("of the future", "2099-01-01"),
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2026-07-28", "2026-07-28"),
    ] {
        rows.push(row(format!("version {what}"), base().set("mcp-protocol-version", value)));
        rows.push(row(
            format!("version {what} of a notification"),
            good(era, None, "notifications/initialized", None).set("mcp-protocol-version", value),
        ));
    }
    rows.push(row("version: none", base().without("mcp-protocol-version")));
    rows.push(row("version: twice the same", base().add("mcp-protocol-version", era)));
    rows.push(row("version: two", base().add("mcp-protocol-version", "2025-03-26")));
    for (what, value) in [
        ("another", "tools/list"),
        ("in upper case", "TOOLS/CALL"),
        ("empty", ""),
        ("the same", "tools/call"),
        ("in Base64", "=?base64?dG9vbHMvY2FsbA==?="),
    ] {
        rows.push(row(format!("mcp-method: {what}"), base().set("mcp-method", value)));
    }
    rows.push(row("mcp-method: none", base().without("mcp-method")));
    rows.push(row("mcp-method: two", base().add("mcp-method", "tools/list")));
    rows.push(row(
        "mcp-method of a notification: another",
        good(era, None, "notifications/initialized", None).set("mcp-method", "ping"),
    ));
    rows.push(row(
        "mcp-method of a notification: none",
        good(era, None, "notifications/initialized", None).without("mcp-method"),
    ));
    for (what, value) in [
        ("another", "echo"),
        ("in upper case", "SUM"),
        ("empty", ""),
        ("the same", "sum"),
        ("in Base64", "=?base64?c3Vt?="),
        ("in Base64, another", "=?base64?ZWNobw==?="),
        ("in Base64, upper case", "=?BASE64?c3Vt?="),
        ("in bad Base64", "=?base64?c3V?="),
        ("in no Base64", "=?base64?!!?="),
    ] {
        rows.push(row(format!("mcp-name: {what}"), base().set("mcp-name", value)));
    }
    rows.push(row("mcp-name: none", base().without("mcp-name")));
    rows.push(row("mcp-name: two", base().add("mcp-name", "echo")));
    rows.push(row("mcp-name of a list", list(era).add("mcp-name", "sum")));
    rows.push(row("mcp-name in bytes", base().set("mcp-name", "s\u{fc}m")));
    rows.push(row("session of nobody", base().add("mcp-session-id", "made-up")));
    rows.push(row(
        "session of nobody in a notification",
        good(era, None, "notifications/initialized", None).add("mcp-session-id", "made-up"),
    ));
    rows.push(row("last-event-id", base().add("last-event-id", "7")));
    rows
}

fn metas(era: &'static str) -> Vec<Row> {
    const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    let with = |meta: Value| {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params":
            {"name": "sum", "arguments": {"a": 1, "b": 2}, "_meta": meta}});
        call(era).body(message.to_string())
    };
    vec![
        row("meta: none", {
            let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "sum", "arguments": {"a": 1, "b": 2}}});
            call(era).body(message.to_string())
        }),
        row("meta: empty", with(json!({}))),
        row("meta: a list", with(json!([]))),
        row("meta: null", with(json!(null))),
        row("meta: no capabilities", with(json!({VERSION: "2026-07-28"}))),
        row("meta: wrong capabilities", with(json!({VERSION: "2026-07-28", CAPABILITIES: []}))),
        row("meta: no version", with(json!({CAPABILITIES: {}}))),
        row("meta: a wrong version", with(json!({VERSION: 5, CAPABILITIES: {}}))),
        row("meta: 2026-07-28", with(json!({VERSION: "2026-07-28", CAPABILITIES: {}}))),
        row("meta: 2025-11-25", with(json!({VERSION: "2025-11-25", CAPABILITIES: {}}))),
        row(
            "meta and header: of nobody",
            with(json!({VERSION: "1999-01-01", CAPABILITIES: {}})).set("mcp-protocol-version", "1999-01-01"),
        ),
        row(
            "meta and header: of the future",
            with(json!({VERSION: "2099-01-01", CAPABILITIES: {}})).set("mcp-protocol-version", "2099-01-01"),
        ),
        row(
            "meta and header: 2025-03-26",
            with(json!({VERSION: "2025-03-26", CAPABILITIES: {}})).set("mcp-protocol-version", "2025-03-26"),
        ),
        row("meta: a progress token", with(json!({VERSION: "2026-07-28", CAPABILITIES: {}, "progressToken": "x"}))),
        row(
            "meta: a trace",
            with(
                json!({VERSION: "2026-07-28", CAPABILITIES: {}, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}),
            ),
        ),
    ]
}
