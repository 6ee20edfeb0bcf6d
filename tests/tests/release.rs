//! Sensitive data in answers is masked over every transport, and counted.

use std::sync::Arc;

use schemars::JsonSchema;
use secure_tool::{
    AuditRecord, Decision, MemorySink, SecureServer, ServerBuilder, Stage, http::HttpOptions, prelude::*,
};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code, list, text},
    only,
};
use serde::Serialize;
use serde_json::{Value, json};

/// What the tests let tools answer with. The number is a card scheme's test number, the other the example of a social security number.
const CARD: &str = "4111 1111 1111 1111";
const SSN: &str = "219-09-9999";

struct Desk;

/// A note as its view shows it.
#[derive(Serialize, JsonSchema)]
struct View {
    zulu: String,
    /// Narrowed for the reader.
    #[schemars(length(max = 40), regex(pattern = "^.{1,40}$"))]
    narrow: String,
    #[schemars(email)]
    mail: Option<String>,
    #[schemars(extend("format" = "uuid"))]
    id: String,
    alpha: std::collections::BTreeMap<String, Vec<String>>,
    by_number: std::collections::BTreeMap<u64, String>,
}

impl Desk {
    /// Say it as text.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn say(
        &self,
        /// What.
        text: String,
    ) -> String {
        text
    }

    /// Say it as text, cards included.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only, releases(card, "employee_id"))]
    async fn say_cards(
        &self,
        /// What.
        text: String,
    ) -> String {
        text
    }

    /// Say it on a blocking thread.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only)]
    fn say_blocking(
        &self,
        /// What.
        text: String,
    ) -> String {
        text
    }

    /// Say it in structured content.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn view(
        &self,
        /// What.
        text: String,
    ) -> Json<View> {
        let alpha = [(text.clone(), vec!["fine".to_owned(), text.clone()])].into();
        let id = "550e8400-e29b-41d4-a716-446655440000".to_owned();
        let by_number = [(4_111_111_111_111_111, text.clone()), (7, String::new())].into();
        Json(View { zulu: text.clone(), narrow: text.clone(), mail: Some(text), id, alpha, by_number })
    }

    /// Say a number.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn number(
        &self,
        /// Which.
        number: u64,
    ) -> Json<u64> {
        Json(number)
    }

    /// Say a number, cards included.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only, releases(card))]
    async fn any_number(
        &self,
        /// Which.
        number: u64,
    ) -> Json<u64> {
        Json(number)
    }

    /// Fail with it.
    #[secure_tool(scope = "desk:test", owner = unowned("a failure is nobody's"), rate = 1000000/minute, read_only)]
    async fn fail(
        &self,
        /// With what.
        text: String,
    ) -> Result<String, ToolError> {
        Err(ToolError::conflict(text))
    }

    /// Say no more than 1024 bytes.
    #[secure_tool(scope = "desk:test", owner = unowned("only noise"), rate = 1000000/minute, read_only, max_output = 1KiB)]
    async fn short(
        &self,
        /// What.
        text: String,
    ) -> String {
        text
    }
}

fn builder() -> ServerBuilder<Desk> {
    SecureServer::builder(Desk)
        .rate_cells(1 << 12)
        .tool(Desk::say())
        .tool(Desk::say_blocking())
        .tool(Desk::view())
        .tool(Desk::number())
        .tool(Desk::any_number())
        .tool(Desk::fail())
        .tool(Desk::short())
}

fn setup() -> (Arc<MemorySink>, SecureServer<Desk>) {
    let audit = Arc::new(MemorySink::new(1000));
    let with_pattern = builder().tool(Desk::say_cards()).mask_pattern("employee_id", "EMP-[0-9]{6}");
    (Arc::clone(&audit), with_pattern.audit(audit).build().unwrap())
}

fn counts(record: &AuditRecord) -> Vec<(String, u32)> {
    record.masked.iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}

#[tokio::test]
async fn text_is_masked_and_counted_and_the_rest_is_unchanged() {
    let (audit, server) = setup();
    for tool in ["say", "say_blocking"] {
        let said = format!("{CARD}, {SSN}, {CARD}, EMP-123456, 1700000000000, +49 1512 3456789");
        let result = call_inside(&server, &alice(), tool, json!({"text": said})).await;
        let expected =
            "[masked: card], [masked: ssn], [masked: card], [masked: employee_id], 1700000000000, +49 1512 3456789";
        assert_eq!(text(&result), expected);
        let record = only(&audit);
        assert_eq!(counts(&record), [("card".into(), 2), ("ssn".into(), 1), ("employee_id".into(), 1)]);
        assert_eq!(record.masked.get("card"), 2);
        assert_eq!(record.output_bytes, expected.len());
        let written = serde_json::to_value(&record).unwrap();
        assert_eq!(written["masked"], json!({"card": 2, "ssn": 1, "employee_id": 1}));
        let result = call_inside(&server, &alice(), tool, json!({"text": "4111111111111112"})).await;
        assert_eq!(text(&result), "4111111111111112", "it fails the check digit");
        assert!(only(&audit).masked.is_empty());
    }
}

#[tokio::test]
async fn a_tool_releases_only_what_it_declares() {
    let (audit, server) = setup();
    let said = format!("{CARD}, {SSN}, EMP-123456");
    let result = call_inside(&server, &alice(), "say_cards", json!({"text": said})).await;
    assert_eq!(text(&result), format!("{CARD}, [masked: ssn], EMP-123456"));
    assert_eq!(counts(&only(&audit)), [("ssn".into(), 1)]);
    let manifest = server.policy();
    let released: Vec<_> = manifest.tools.iter().filter(|tool| !tool.releases.is_empty()).collect();
    assert_eq!(released.iter().map(|tool| tool.name).collect::<Vec<_>>(), ["any_number", "say_cards"]);
    assert_eq!(released[1].releases, ["card", "employee_id"]);
    assert!(manifest.to_string().contains("say_cards: releases card, employee_id"), "{manifest}");
    assert_eq!(serde_json::to_value(released[0]).unwrap()["releases"], json!(["card"]));
}

#[tokio::test]
async fn structured_content_and_its_text_stay_the_same_json_within_the_published_schema() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let tools = list(&client).await.unwrap();
    let tool = tools.iter().find(|tool| tool.name == "view").unwrap();
    let schema = Value::Object((**tool.output_schema.as_ref().unwrap()).clone());
    for (said, expected, masked) in [
        (CARD, "[masked: card]", 7),
        ("４１１１\u{200b}１１１１１１１１１１１１", "[masked: card]", 7),
        ("nothing of note", "nothing of note", 1),
    ] {
        let result = call(&client, "view", json!({"text": said})).await.unwrap();
        let structured = result.structured_content.clone().unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text(&result)).unwrap(), structured);
        for field in ["zulu", "narrow", "mail"] {
            assert_eq!(structured[field], expected);
        }
        assert_eq!(structured["alpha"], json!({ expected: ["fine", expected] }));
        assert_eq!(structured["by_number"], json!({"7": "", "[masked: card]": expected}));
        assert_eq!(structured["id"], "550e8400-e29b-41d4-a716-446655440000");
        assert!(fits(&schema, &structured), "{schema:#} {structured:#}");
        assert_eq!(counts(&only(&audit)), [("card".into(), masked)]);
    }
}

/// Whether a value fits a schema.
fn fits(schema: &Value, value: &Value) -> bool {
    jsonschema::is_valid(schema, value)
}

#[tokio::test]
async fn an_answer_with_a_card_number_as_a_number_is_withheld() {
    let (audit, server) = setup();
    for number in [4_111_111_111_111_112_u64, 1_700_000_000_000, 41, 1_541_815_603_606_036_480, u64::MAX] {
        let result = call_inside(&server, &alice(), "number", json!({"number": number})).await;
        assert_eq!(code(&result), "ok");
        assert!(only(&audit).masked.is_empty());
    }
    let number = 4_111_111_111_111_111_u64;
    let result = call_inside(&server, &alice(), "number", json!({"number": number})).await;
    assert_eq!(code(&result), "forbidden");
    assert!(!serde_json::to_string(&result).unwrap().contains("41111"));
    let record = only(&audit);
    assert_eq!((record.decision, record.stage, record.rule), (Decision::Failed, Stage::Release, "masked_number"));
    let result = call_inside(&server, &alice(), "any_number", json!({"number": number})).await;
    assert_eq!(result.structured_content, Some(json!({"result": number})));
}

#[tokio::test]
async fn the_text_of_a_failure_is_masked_too() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let result = call(&client, "fail", json!({"text": format!("{CARD} is charged")})).await.unwrap();
    assert_eq!(code(&result), "conflict");
    assert!(text(&result).contains("[masked: card] is charged"), "{}", text(&result));
    assert_eq!(counts(&only(&audit)), [("card".into(), 1)]);
    let result = call(&client, "fail", json!({"text": "it is charged"})).await.unwrap();
    assert!(text(&result).contains("it is charged"));
    assert!(only(&audit).masked.is_empty());
}

#[tokio::test]
async fn masks_count_towards_the_size_of_an_answer() {
    let (audit, server) = setup();
    let room = "x ".repeat(1024 / 2 - 5);
    assert_eq!(
        code(&call_inside(&server, &alice(), "short", json!({"text": format!("{room}{}", "y".repeat(10))})).await),
        "ok"
    );
    assert!(only(&audit).masked.is_empty());
    let longer = format!("{room}EMP-123456");
    assert_eq!(code(&call_inside(&server, &alice(), "short", json!({"text": longer})).await), "output_too_large");
    let record = only(&audit);
    assert_eq!((record.output_bytes, counts(&record)), (0, vec![("employee_id".into(), 1)]), "also what stays inside");
}

#[test]
fn build_reports_invalid_patterns() {
    let problems = |builder: ServerBuilder<Desk>| {
        builder.build().err().map(|error| error.problems().join("\n")).unwrap_or_default()
    };
    assert_eq!(problems(builder().mask_pattern("employee_id", "EMP-[0-9]{6}")), "");
    let said = problems(
        builder().tool(Desk::say_cards()).mask_pattern("a", "(").mask_pattern("card", "x").mask_pattern("b", "x*"),
    );
    for problem in [
        "the mask pattern `a` does not compile",
        "the name `card` is used by another mask pattern or by a built-in one",
        "the mask pattern `b` matches the empty string",
        "`say_cards` releases `employee_id`, but there is no mask pattern of that name",
    ] {
        assert!(said.contains(problem), "{said}");
    }
}
