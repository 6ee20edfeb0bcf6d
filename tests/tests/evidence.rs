//! What detectors see of text from outside, and which part of an answer is in the audit log.

use std::sync::{Arc, Mutex};

use schemars::JsonSchema;
use secure_tool::{
    AuditOutput, Decision, Inspect, Inspected, Inspection, MemorySink, SecureServer, http::HttpOptions, prelude::*,
};
use secure_tool_tests::{
    clients::{ALICE, HttpServer, call, code, text},
    only_end,
};
use serde::Serialize;
use serde_json::{Value, json};

/// What must not be in a log that holds a digest or a shape.
const CANARY: &str = "canary-7f3a";

/// `printf 'sent canary-7f3a' | sha256sum`
const SENT: &str = "sha256:e3a739d1b69e114cf297179fe6a2a44113613753d122db8235a4bbe6677e4627";

#[derive(Serialize, JsonSchema)]
struct Mail {
    subject: Untrusted,
    answers: Vec<Untrusted>,
    notes: std::collections::BTreeMap<String, String>,
}

#[derive(Serialize, JsonSchema)]
struct Row {
    account: u64,
}

struct Desk {
    page: Mutex<String>,
}

impl Desk {
    fn fetch(&self) -> Result<Untrusted, ToolError> {
        let page = self.page.lock().map_err(|_| ToolError::internal("poisoned"))?;
        Ok(Untrusted::new("page", &*page))
    }

    fn mail(&self) -> Result<Json<Mail>, ToolError> {
        let notes = [(CANARY.to_owned(), CANARY.to_owned())].into();
        Ok(Json(Mail { subject: Untrusted::new("head", "hello"), answers: vec![self.fetch()?], notes }))
    }

    /// Read the page.
    #[secure_tool(scope = "desk:test", owner = unowned("the web belongs to all"), read_only)]
    async fn page(&self) -> Result<Untrusted, ToolError> {
        self.fetch()
    }

    /// Read a mail.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one mail"), read_only, audit_output = shape)]
    async fn shape(&self) -> Result<Json<Mail>, ToolError> {
        self.mail()
    }

    /// Read a mail.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one mail"), read_only, audit_output = digest)]
    async fn digest(&self) -> Result<Json<Mail>, ToolError> {
        self.mail()
    }

    /// Read a mail.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one mail"), read_only, audit_output = masked)]
    async fn masked(&self) -> Result<Json<Mail>, ToolError> {
        self.mail()
    }

    /// Write a mail.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one mail"))]
    async fn send(&self) -> Result<String, ToolError> {
        Ok(format!("sent {CANARY}"))
    }

    /// Write a mail that no log repeats.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one mail"), audit_output = none)]
    async fn send_silently(&self) -> Result<String, ToolError> {
        Ok(format!("sent {CANARY}"))
    }

    /// Answer at length.
    #[secure_tool(scope = "desk:test", owner = unowned("it is nothing"), read_only, audit_output = masked)]
    async fn long(&self) -> String {
        "é4111 1111 1111 1111".to_owned() + &"é".repeat(10_000)
    }

    /// List accounts.
    #[secure_tool(scope = "desk:test", owner = unowned("it is nothing"), read_only, audit_output = masked)]
    async fn accounts(&self) -> Json<Vec<Row>> {
        Json(vec![Row { account: 5 }, Row { account: 4_111_111_111_111_111 }])
    }
}

/// Decides by what a text says, and keeps where it was asked.
struct Detector(Mutex<Vec<String>>);

impl Inspect for Detector {
    fn name(&self) -> &'static str {
        "detector"
    }

    fn inspect(&self, found: &Inspected<'_>) -> Inspection {
        let seen = format!("{} {} {} {}", found.tool(), found.field(), found.origin(), found.call_id());
        self.0.lock().unwrap().push(seen);
        match found.text() {
            text if text.contains("mask") => Inspection::Mask,
            text if text.contains("replace") => Inspection::Replace("a\u{200b} 4111111111111111".into()),
            text if text.contains("refuse") => Inspection::Refuse,
            text if text.contains("panic") => panic!("{text}"),
            _ => Inspection::Pass,
        }
    }
}

fn setup(default: Option<AuditOutput>) -> (Arc<Desk>, Arc<Detector>, Arc<MemorySink>, SecureServer<Desk>) {
    let desk = Arc::new(Desk { page: Mutex::default() });
    let detector = Arc::new(Detector(Mutex::default()));
    let audit = Arc::new(MemorySink::new(100));
    let builder = SecureServer::builder_shared(Arc::clone(&desk))
        .allow_writes()
        .tool(Desk::page())
        .tool(Desk::shape())
        .tool(Desk::digest())
        .tool(Desk::masked())
        .tool(Desk::send())
        .tool(Desk::send_silently())
        .tool(Desk::long())
        .tool(Desk::accounts())
        .inspect(Arc::clone(&detector))
        .audit(Arc::clone(&audit));
    let builder = match default {
        Some(output) => builder.default_audit_output(output),
        None => builder,
    };
    (desk, detector, audit, builder.build().unwrap_or_else(|error| panic!("{error}")))
}

fn put(desk: &Desk, page: &str) {
    page.clone_into(&mut desk.page.lock().unwrap());
}

#[tokio::test]
async fn a_detector_sees_every_untrusted_text_and_decides() {
    let (desk, detector, audit, server) = setup(None);
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (page, left, count) in [
        ("fine", "fine", "passed"),
        ("mask it", "[masked: detector]", "masked"),
        ("replace it", "a [masked: card]", "replaced"),
    ] {
        put(&desk, page);
        let answer = text(&call(&client, "page", json!({})).await.unwrap());
        assert!(answer.contains(&format!(" ---\n{left}\n--- end")), "{answer}");
        let record = only_end(&audit);
        assert_eq!(serde_json::to_value(&record).unwrap()["inspected"], json!({ format!("detector.{count}"): 1 }));
        let seen = detector.0.lock().unwrap().split_off(0);
        assert_eq!(seen, [format!("page  page {}", record.call_id)]);

        let result = call(&client, "shape", json!({})).await.unwrap();
        let mail = result.structured_content.clone().unwrap();
        assert_eq!(mail["answers"], json!([{"untrusted": true, "origin": "page", "text": left}]));
        assert_eq!(mail["subject"]["text"], "hello");
        assert_eq!(serde_json::from_str::<Value>(&text(&result)).unwrap(), mail);
        let record = only_end(&audit);
        assert_eq!(record.inspected.iter().map(|(_, count)| count).sum::<u32>(), 2);
        let mut seen = detector.0.lock().unwrap().split_off(0);
        seen.sort();
        let id = record.call_id;
        assert_eq!(seen, [format!("shape /answers/0 page {id}"), format!("shape /subject head {id}")]);
    }
    for (page, count) in [("refuse it", "refused"), ("panic over it", "panicked")] {
        put(&desk, page);
        for tool in ["page", "shape"] {
            let result = call(&client, tool, json!({})).await.unwrap();
            assert_eq!(code(&result), "forbidden");
            assert!(!text(&result).contains("detector") && !text(&result).contains(page), "{}", text(&result));
            let record = only_end(&audit);
            assert_eq!((record.rule, record.inspected.get(&format!("detector.{count}"))), ("inspected", 1));
            assert_eq!(record.output, None);
            assert!(record.cause.unwrap().contains(&format!("`detector` {count}")));
        }
    }
}

#[tokio::test]
async fn the_log_contains_of_an_answer_what_the_policy_declares() {
    let (desk, _, audit, server) = setup(None);
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    put(&desk, CANARY);
    for tool in ["page", "shape", "digest", "send", "send_silently", "masked"] {
        let result = call(&client, tool, json!({})).await.unwrap();
        assert!(text(&result).contains(CANARY), "{tool}");
        let record = serde_json::to_value(only_end(&audit)).unwrap();
        assert_eq!(record.to_string().contains(CANARY), tool == "masked", "{tool}: {record}");
        let expected = match tool {
            "shape" => json!({"shape": {"answers": {"array": 1}, "notes": {"object": 1}, "subject": {"object": 3}}}),
            "send" => json!({ "digest": SENT }),
            "digest" => {
                json!({ "digest": record["output"]["digest"].as_str().filter(|digest| digest.len() == SENT.len()) })
            }
            "masked" => json!({ "masked": [text(&result)] }),
            _ => Value::Null,
        };
        assert_eq!(record["output"], expected, "{tool}");
    }
    let result = call(&client, "long", json!({})).await.unwrap();
    assert!(text(&result).starts_with("é[masked: card]"));
    let output = serde_json::to_value(only_end(&audit)).unwrap()["output"].clone();
    let kept = output["masked"][0].as_str().unwrap();
    assert!((AuditOutput::LONGEST - 1..=AuditOutput::LONGEST).contains(&kept.len()) && output["cut"] == true);
    assert!(text(&result).starts_with(kept));
}

#[tokio::test]
async fn a_server_has_a_default_for_tools_without_audit_output() {
    let (desk, _, audit, server) = setup(Some(AuditOutput::Shape));
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    put(&desk, CANARY);
    for (tool, expected) in [("send", json!({"shape": {"text": [16]}})), ("send_silently", Value::Null)] {
        call(&client, tool, json!({})).await.unwrap();
        assert_eq!(serde_json::to_value(only_end(&audit)).unwrap()["output"], expected);
    }
    let manifest = serde_json::to_value(server.policy()).unwrap();
    let of = |name: &str| {
        let tools = manifest["tools"].as_array().unwrap();
        tools.iter().find(|tool| tool["name"] == name).unwrap()["audit_output"].clone()
    };
    assert_eq!(["page", "digest", "send_silently"].map(of), ["shape", "digest", "none"]);
    assert!(server.policy().to_string().contains("page: records its answers in the audit log as shape"));
}

#[tokio::test]
async fn only_the_operator_learns_which_number_withheld_an_answer() {
    let (_, _, audit, server) = setup(None);
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let result = call(&client, "accounts", json!({})).await.unwrap();
    assert_eq!(code(&result), "forbidden");
    assert!(!text(&result).contains("account"), "{}", text(&result));
    let record = only_end(&audit);
    assert_eq!((record.decision, record.rule), (Decision::Failed, "masked_number"));
    assert_eq!(record.cause.as_deref(), Some("the number at `/1/account` is a payment card number"));
    assert_eq!(record.output, None);
}

#[test]
fn detectors_must_have_distinct_names() {
    struct Named(&'static str);
    impl Inspect for Named {
        fn name(&self) -> &'static str {
            self.0
        }
        fn inspect(&self, _: &Inspected<'_>) -> Inspection {
            Inspection::Pass
        }
    }
    let built = |names: &[&'static str]| {
        let builder = SecureServer::builder(Desk { page: Mutex::default() }).tool(Desk::page());
        let builder = names.iter().fold(builder, |builder, name| builder.inspect(Named(name)));
        builder.build().map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert_eq!(built(&["a", "b"]), "");
    assert!(built(&["a", "a"]).contains("there are two detectors called `a`"));
    assert!(built(&["A b"]).contains("the detector `A b`"));
}
