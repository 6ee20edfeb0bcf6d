//! Links and embedded resources in answers: they lead only to resources of the same server that the caller can read.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use rmcp::model::{CallToolResult, ReadResourceRequestParams};
use secure_tool::{AuditOutput, MemorySink, SecureServer, ServerBuilder, Stage, http::HttpOptions, prelude::*};
use secure_tool_testkit::within;
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code, connect_by_pipe},
    only_end, sha256,
};
use serde_json::{Value, json};

const CARD: &str = "4111 1111 1111 1111";

struct Desk;

impl Desk {
    /// A note.
    #[secure_resource(uri = "notes://{number}", scope = "desk:test", owner = unowned("everybody may read them"))]
    async fn note(
        &self,
        /// Which.
        number: u32,
    ) -> String {
        format!("note {number}")
    }

    /// The terms.
    #[secure_resource(uri = "terms://now", scope = "desk:test", owner = unowned("the same for everybody"), mime = "text/markdown")]
    async fn terms(&self) -> &'static str {
        "# Terms"
    }

    /// A plan.
    #[secure_resource(uri = "plans://{name}", scope = "plans:read", owner = unowned("every planner may read them"))]
    async fn plan(
        &self,
        /// Which.
        name: String,
    ) -> Json<String> {
        Json(name)
    }

    /// What is tried out.
    #[secure_resource(uri = "trials://now", scope = "desk:test", owner = unowned("everybody may read it"), only_in("staging"))]
    async fn trials(&self) -> &'static str {
        "a trial"
    }

    /// Point somewhere.
    #[secure_tool(scope = "desk:test", owner = unowned("a link is nobody's"), rate = 1000000/minute, read_only, audit_output = masked)]
    async fn point(
        &self,
        /// Where.
        to: String,
    ) -> Answer {
        point(Answer::new().block("see"), &to).block("end")
    }

    /// Point somewhere, or show bytes of it.
    #[secure_tool(scope = "desk:test", owner = unowned("a link is nobody's"), rate = 1000000/minute, read_only, releases(blob), audit_output = masked)]
    async fn point_at_bytes(
        &self,
        /// Where.
        to: String,
    ) -> Answer {
        point(Answer::new().block("see"), &to).block("end")
    }

    /// Link to one note.
    #[secure_tool(scope = "desk:test", owner = unowned("a link is nobody's"), rate = 1000000/minute, read_only)]
    async fn link(&self) -> Link {
        Link::to("notes://{number}", [("number", 7)])
    }
}

/// What no text is.
const BYTES: &[u8] = b"%PDF-1.7\n\xff\xfe";

fn point(answer: Answer, to: &str) -> Answer {
    let note = |number: &str| Link::to("notes://{number}", [("number", number.to_owned())]);
    let plan = |name: &str| Link::to("plans://{name}", [("name", name.to_owned())]);
    match to {
        "note" => {
            answer.block(note("7").title(format!("Note\u{202e} 7, {CARD}")).description("The \u{200b}seventh.\u{1b}"))
        }
        "many notes" => (0..1000).fold(answer, |answer, _| answer.block(note("7"))),
        "terms" => answer.block(Link::to_fixed("terms://now")),
        "plan" => answer.block(plan("a b/c".replace('/', "?").as_str())),
        "trials" => answer.block(Link::to_fixed("trials://now")),
        "no value of a URI" => answer.block(plan("../../etc/passwd")),
        "file" => answer.block(Link::to_fixed("file:///etc/passwd")),
        "web" => answer.block(Link::to("https://evil.example/{path}", [("path", "x")])),
        "other template" => answer.block(Link::to("notes://{number}/raw", [("number", 7)])),
        "no value" => answer.block(Link::to("notes://{number}", [("digits", 7)])),
        "no template" => answer.block(Link::to("notes://{+number}", [("number", "7/../8")])),
        "card" => answer.block(note("4111111111111111")),
        "embedded note" => answer.block(Embedded::text(note("7"), format!("note 7, {CARD}"))),
        "embedded terms" => answer.block(Embedded::text(Link::to_fixed("terms://now"), "# Terms")),
        "embedded plan" => answer.block(Embedded::text(plan("a"), "world domination")),
        "embedded file" => answer.block(Embedded::text(Link::to_fixed("file:///etc/passwd"), "root:x:0:0")),
        "embedded bytes" => answer.block(Embedded::bytes(note("7"), BYTES)),
        "embedded text as bytes" => answer.block(Embedded::bytes(note("7"), format!("note 7, {CARD}"))),
        "embedded utf-16" => {
            let wide = CARD.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
            answer.block(Embedded::bytes(note("7"), wide))
        }
        "embedded bytes of a file" => answer.block(Embedded::bytes(Link::to_fixed("file:///etc/passwd"), BYTES)),
        _ => answer,
    }
}

fn builder() -> ServerBuilder<Desk> {
    SecureServer::builder(Desk)
        .tool(Desk::point())
        .tool(Desk::point_at_bytes())
        .tool(Desk::link())
        .resource(Desk::note())
        .resource(Desk::terms())
        .resource(Desk::plan())
        .resource(Desk::trials())
        .environment("production")
}

fn setup() -> (Arc<MemorySink>, SecureServer<Desk>) {
    let audit = Arc::new(MemorySink::new(1000));
    (Arc::clone(&audit), builder().audit(audit).build().unwrap())
}

/// The blocks between `see` and `end`.
fn between(result: &CallToolResult) -> Vec<Value> {
    let mut blocks = match serde_json::to_value(&result.content) {
        Ok(Value::Array(blocks)) => blocks,
        other => panic!("{other:?}"),
    };
    assert_eq!(blocks.first(), Some(&json!({"type": "text", "text": "see"})));
    assert_eq!(blocks.pop(), Some(json!({"type": "text", "text": "end"})));
    blocks.split_off(1)
}

fn planner() -> Caller {
    Caller::local("paula").with_scopes(["desk:test", "plans:read"])
}

#[tokio::test]
async fn a_link_leads_to_a_resource_of_this_server_and_can_be_followed() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let (modern, older) = (http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap());
    let pipe = connect_by_pipe(&server, alice(), ()).await.unwrap();
    let expected = json!([{
        "type": "resource_link", "uri": "notes://7", "name": "note", "title": "Note 7, [masked: card]",
        "description": "The seventh.", "mimeType": "text/plain",
    }]);
    for client in [&modern, &older, &pipe] {
        let result = call(client, "point", json!({"to": "note"})).await.unwrap();
        assert_eq!(json!(between(&result)), expected);
        let record = only_end(&audit);
        assert_eq!(record.masked.get("card"), 1);
        assert_eq!(["bidi_control", "zero_width", "control"].map(|kind| record.cleaned.get(kind)), [1; 3]);
        let recorded: Value = serde_json::from_str(record.output.unwrap().as_json()).unwrap();
        assert_eq!(recorded, json!({"masked": ["see", "end"], "links": ["notes://7"]}));
        let link = ReadResourceRequestParams::new("notes://7");
        let read = within("the note", client.read_resource(link)).await.unwrap();
        assert!(serde_json::to_string(&read).unwrap().contains("note 7"));
        let result = call(client, "link", json!({})).await.unwrap();
        assert_eq!(result.content[0].as_resource_link().unwrap().uri, "notes://7");
        let _ = audit.take();
    }
    let result = call_inside(&server, &alice(), "point", json!({"to": "many notes"})).await;
    assert_eq!(between(&result).len(), 1000);
    let recorded = only_end(&audit).output.unwrap();
    assert!(recorded.as_json().len() < AuditOutput::LONGEST + 100, "{}", recorded.as_json().len());
    let recorded: Value = serde_json::from_str(recorded.as_json()).unwrap();
    assert_eq!((&recorded["masked"], &recorded["cut"]), (&json!(["see", "end"]), &json!(true)));
    assert_eq!(recorded["omitted"], 1000 - recorded["links"].as_array().unwrap().len());
    let result = call_inside(&server, &alice(), "point", json!({"to": "terms"})).await;
    let expected =
        json!([{"type": "resource_link", "uri": "terms://now", "name": "terms", "mimeType": "text/markdown"}]);
    assert_eq!(json!(between(&result)), expected);
    let result = call_inside(&server, &planner(), "point", json!({"to": "plan"})).await;
    assert_eq!(between(&result)[0]["uri"], "plans://a%20b%3Fc", "escaped as RFC 6570 says");
}

#[tokio::test]
async fn an_answer_with_a_link_that_leads_elsewhere_is_withheld() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for to in ["file", "web", "other template", "no value", "no template", "card", "embedded file"] {
        let result = call(&client, "point", json!({"to": to})).await.unwrap();
        assert_eq!(code(&result), "internal", "{to}");
        let written = serde_json::to_string(&result).unwrap();
        assert!(!written.contains("passwd") && !written.contains("evil") && !written.contains("root:"), "{written}");
        let record = only_end(&audit);
        assert_eq!((record.stage, record.rule, record.output_bytes), (Stage::Release, "content", 0), "{to}");
    }
    let result = call(&client, "point_at_bytes", json!({"to": "embedded bytes of a file"})).await.unwrap();
    assert_eq!((code(&result), only_end(&audit).rule), ("internal".into(), "content"));
}

#[tokio::test]
async fn a_link_to_a_resource_that_the_caller_cannot_read_is_left_out() {
    let (_, server) = setup();
    for to in ["plan", "trials", "no value of a URI", "embedded plan", "nowhere"] {
        let result = call_inside(&server, &alice(), "point", json!({"to": to})).await;
        assert_eq!((code(&result), between(&result)), ("ok".into(), vec![]), "{to}");
    }
    for to in ["plan", "embedded plan"] {
        assert_eq!(between(&call_inside(&server, &planner(), "point", json!({"to": to})).await).len(), 1, "{to}");
    }
    let staging = builder().environment("staging").audit(MemorySink::new(10)).build().unwrap();
    assert_eq!(between(&call_inside(&staging, &alice(), "point", json!({"to": "trials"})).await).len(), 1);
    let shown = |server: SecureServer<Desk>| async move {
        between(&call_inside(&server, &alice(), "point", json!({"to": "note"})).await).len()
    };
    assert_eq!(shown(server.clone()).await, 1);
    server.switches().disable("note").unwrap();
    assert_eq!(shown(server.clone()).await, 0);
    server.switches().enable("note").unwrap();
    assert_eq!(shown(server).await, 1);
}

#[tokio::test]
async fn embedded_contents_are_scanned_and_bytes_are_declared() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let result = call(&client, "point", json!({"to": "embedded note"})).await.unwrap();
    let resource = json!({"uri": "notes://7", "mimeType": "text/plain", "text": "note 7, [masked: card]"});
    assert_eq!(json!(between(&result)), json!([{"type": "resource", "resource": resource}]));
    let record = only_end(&audit);
    let recorded: Value = serde_json::from_str(record.output.unwrap().as_json()).unwrap();
    assert_eq!(recorded, json!({"masked": ["see", "note 7, [masked: card]", "end"], "links": ["notes://7"]}));
    let result = call(&client, "point", json!({"to": "embedded terms"})).await.unwrap();
    assert_eq!(between(&result)[0]["resource"]["mimeType"], "text/markdown");
    let _ = audit.take();
    for to in ["embedded bytes", "embedded utf-16"] {
        let result = call(&client, "point", json!({"to": to})).await.unwrap();
        assert_eq!((code(&result), only_end(&audit).rule), ("internal".into(), "content"), "{to}");
    }
    for tool in ["point", "point_at_bytes"] {
        let result = call(&client, tool, json!({"to": "embedded text as bytes"})).await.unwrap();
        let expected = BASE64_STANDARD.encode("note 7, [masked: card]");
        assert_eq!(between(&result)[0]["resource"]["blob"], expected, "{tool}");
        assert_eq!(only_end(&audit).masked.get("card"), 1, "{tool}");
    }
    let result = call(&client, "point_at_bytes", json!({"to": "embedded bytes"})).await.unwrap();
    assert_eq!(between(&result)[0]["resource"]["blob"], BASE64_STANDARD.encode(BYTES));
    let record = only_end(&audit);
    let recorded: Value = serde_json::from_str(record.output.unwrap().as_json()).unwrap();
    assert_eq!(recorded["files"], json!([{"type": "text/plain", "bytes": BYTES.len(), "digest": sha256(BYTES)}]));
}
