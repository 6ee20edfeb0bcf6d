//! Classified data leaves masked, over every transport, unless the tool declares that it releases it.

use std::sync::Arc;

use schemars::JsonSchema;
use secure_tool::{
    AuditRecord, MemorySink, Output, SecureServer, ServerBuilder, ToolOutput, http::HttpOptions, prelude::*,
};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code, list, text},
    only,
};
use serde::Serialize;
use serde_json::{Value, json};

/// What must not leave unless it is released.
const EMAIL: &str = "ada@example.com";
const SALARY: u32 = 98_761;
const NOTE: &str = "passed over for promotion";

struct Salary;

impl Class for Salary {
    const NAME: &'static str = "salary";
}

/// One person, as every tool here answers.
#[derive(Clone, Serialize, JsonSchema)]
struct Person {
    name: String,
    /// Where to write to.
    email: Classified<Pii, String>,
    note: Option<Classified<Confidential, String>>,
    salary: Classified<Salary, u32>,
    reports: Vec<Person>,
}

fn person(name: &str, reports: Vec<Person>) -> Person {
    Person {
        name: name.into(),
        email: Classified::new(EMAIL.into()),
        note: Some(Classified::new(NOTE.into())),
        salary: SALARY.into(),
        reports,
    }
}

fn ada() -> Person {
    person("Ada", vec![person("Bob", Vec::new())])
}

/// Panics in the middle of being written.
#[derive(JsonSchema)]
struct Fragile(Classified<Pii, String>);

impl Serialize for Fragile {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        assert_ne!(serde_json::to_string(&self.0).unwrap_or_default(), format!("{EMAIL:?}"), "it is open, and panics");
        Err(serde::ser::Error::custom("it was not open"))
    }
}

/// An answer written by hand: the structured part through the exit, the text around it.
struct ByHand(Person);

impl ToolOutput for ByHand {
    fn output_schema() -> Option<Value> {
        Json::<Person>::output_schema()
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text(serde_json::to_string(&self.0)?)?;
        output.json(&self.0)
    }
}

#[derive(Default)]
struct Desk {
    log: std::sync::Mutex<Vec<String>>,
}

impl Desk {
    /// Show a person.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only)]
    async fn masked(&self) -> Json<Person> {
        Json(ada())
    }

    /// Show a person's address.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only, releases(pii))]
    async fn address(&self) -> Result<Json<Person>, ToolError> {
        let ada = ada();
        // A log, in a tool that releases the class.
        self.log.lock().map_err(|_| ToolError::internal("poisoned"))?.push(format!(
            "{} {ada:?}",
            serde_json::to_string(&ada)?,
            ada = ada.email
        ));
        Ok(Json(ada))
    }

    /// Show a person's salary, on a blocking thread.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only, releases(Salary))]
    fn salary(&self) -> Json<Person> {
        Json(ada())
    }

    /// Show it all.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only, releases(pii, confidential, crate::Salary))]
    async fn everything(&self) -> Json<Person> {
        Json(ada())
    }

    /// Serialize it before the exit.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only)]
    async fn by_itself(&self) -> Result<String, ToolError> {
        Ok(format!("{} {:?}", serde_json::to_value(ada())?, ada().email))
    }

    /// Write the answer by hand.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only, releases(pii))]
    async fn by_hand(&self) -> ByHand {
        ByHand(ada())
    }

    /// Break in the middle of the answer.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only, releases(pii))]
    async fn breaks(&self) -> Json<Fragile> {
        Json(Fragile(Classified::new(EMAIL.into())))
    }

    /// Take one in.
    #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), rate = 1000000/minute, read_only)]
    async fn takes(
        &self,
        /// Whose.
        #[arg(pattern = "[a-z@.]+", max_len = 40)]
        mail: Classified<Pii, String>,
        /// How much.
        much: Classified<Salary, u32>,
    ) -> Json<(Classified<Pii, String>, bool)> {
        Json((mail, *much.expose() == SALARY))
    }
}

fn builder() -> ServerBuilder<Desk> {
    SecureServer::builder(Desk::default())
        .rate_cells(1 << 12)
        .tool(Desk::masked())
        .tool(Desk::address())
        .tool(Desk::salary())
        .tool(Desk::everything())
        .tool(Desk::by_itself())
        .tool(Desk::by_hand())
        .tool(Desk::breaks())
        .tool(Desk::takes())
}

fn setup() -> (Arc<MemorySink>, SecureServer<Desk>) {
    let audit = Arc::new(MemorySink::new(1000));
    (Arc::clone(&audit), builder().audit(audit).build().unwrap_or_else(|error| panic!("{error}")))
}

fn counts(record: &AuditRecord) -> Vec<(String, u32)> {
    record.masked.iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}

fn expected(email: &Value, note: &Value, salary: &Value) -> Value {
    let bob = json!({"name": "Bob", "email": email, "note": note, "salary": salary, "reports": []});
    json!({"name": "Ada", "email": email, "note": note, "salary": salary, "reports": [bob]})
}

#[tokio::test]
async fn only_declared_classes_leave_over_http_and_answers_match_the_schema() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let [pii, confidential, salary] =
        ["pii", "confidential", "salary"].map(|class| json!(format!("[masked: {class}]")));
    let newer = http.connect(ALICE).await.unwrap();
    let older = http.connect_legacy(ALICE).await.unwrap();
    for client in [&newer, &older] {
        let tools = list(client).await.unwrap();
        for (tool, answer, masked) in [
            ("masked", expected(&pii, &confidential, &salary), vec![("pii", 2), ("confidential", 2), ("salary", 2)]),
            ("address", expected(&json!(EMAIL), &confidential, &salary), vec![("confidential", 2), ("salary", 2)]),
            ("salary", expected(&pii, &confidential, &json!(SALARY)), vec![("pii", 2), ("confidential", 2)]),
            ("everything", expected(&json!(EMAIL), &json!(NOTE), &json!(SALARY)), vec![]),
        ] {
            let result = call(client, tool, json!({})).await.unwrap();
            assert_eq!(code(&result), "ok");
            let structured = result.structured_content.clone().unwrap();
            assert_eq!(structured, answer, "{tool}");
            assert_eq!(serde_json::from_str::<Value>(&text(&result)).unwrap(), answer, "{tool}");
            let masked: Vec<(String, u32)> = masked.into_iter().map(|(class, count)| (class.into(), count)).collect();
            assert_eq!(counts(&only(&audit)), masked, "{tool}");
            let published = tools.iter().find(|listed| listed.name == tool).unwrap();
            let schema = Value::Object((**published.output_schema.as_ref().unwrap()).clone());
            assert!(jsonschema::is_valid(&schema, &structured), "{schema:#}");
            assert!(!schema.to_string().contains("x-secure-tool"), "{schema:#}");
            if tool == "masked" {
                let shown = expected(&json!(EMAIL), &json!(NOTE), &json!(SALARY));
                assert!(!jsonschema::is_valid(&schema, &shown), "{schema:#}");
            }
        }
    }
}

#[tokio::test]
async fn classified_data_is_masked_in_logs_even_for_a_tool_that_releases_it() {
    let (audit, server) = setup();
    let state = Arc::new(Desk::default());
    let shared = SecureServer::builder_shared(Arc::clone(&state)).tool(Desk::address()).audit(MemorySink::new(9));
    let result = call_inside(&shared.build().unwrap(), &alice(), "address", json!({})).await;
    assert!(text(&result).contains(EMAIL));
    let log = state.log.lock().unwrap().join("\n");
    assert!(log.contains("\"[masked: pii]\""), "{log}");
    assert!(!log.contains(EMAIL) && !log.contains(NOTE) && !log.contains(&SALARY.to_string()), "{log}");

    let result = call_inside(&server, &alice(), "by_itself", json!({})).await;
    assert!(text(&result).contains("\"[masked: pii]\"") && !text(&result).contains(EMAIL), "{}", text(&result));
    let _ = only(&audit);
    let result = call_inside(&server, &alice(), "by_hand", json!({})).await;
    let texts: Vec<String> =
        result.content.iter().filter_map(|block| block.as_text()).map(|text| text.text.clone()).collect();
    assert!(!texts[0].contains(EMAIL) && texts[0].contains("[masked: pii]"), "{texts:?}");
    assert!(texts[1].contains(EMAIL) && !texts[1].contains(NOTE), "{texts:?}");
    assert_eq!(counts(&only(&audit)), [("confidential".into(), 2), ("salary".into(), 2)]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_panic_at_the_exit_discloses_nothing() {
    let (audit, server) = setup();
    for _ in 0..3 {
        let result = call_inside(&server, &alice(), "breaks", json!({})).await;
        assert_eq!(code(&result), "internal");
        assert!(!serde_json::to_string(&result).unwrap().contains(EMAIL));
        let record = only(&audit);
        assert_eq!(record.rule, "panic", "it was open: {:?}", record.cause);
        assert_eq!(serde_json::to_string(&Classified::<Pii, _>::new(EMAIL)).unwrap(), "\"[masked: pii]\"");
        let result = call_inside(&server, &alice(), "masked", json!({})).await;
        assert!(!serde_json::to_string(&result).unwrap().contains(EMAIL));
        let _ = only(&audit);
    }
}

#[tokio::test]
async fn a_mask_is_masked_once() {
    let audit = Arc::new(MemorySink::new(10));
    let server = builder().mask_pattern("word", "masked|pii|Bob").audit(Arc::clone(&audit)).build().unwrap();
    let result = call_inside(&server, &alice(), "masked", json!({})).await;
    let structured = result.structured_content.clone().unwrap();
    assert_eq!(structured["email"], "[masked: pii]");
    assert_eq!(structured["reports"][0]["name"], "[masked: word]");
    let expected =
        [("word", 1), ("pii", 2), ("confidential", 2), ("salary", 2)].map(|(kind, count)| (kind.into(), count));
    assert_eq!(counts(&only(&audit)), expected);
    let result = call_inside(&server, &alice(), "takes", json!({"mail": "pii", "much": 1})).await;
    assert_eq!(result.structured_content.unwrap()["result"][0], "[masked: pii]");
}

#[tokio::test]
async fn a_classified_argument_works_and_is_in_no_record() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let result = call(&client, "takes", json!({"mail": EMAIL, "much": SALARY})).await.unwrap();
    assert_eq!(result.structured_content, Some(json!({"result": ["[masked: pii]", true]})));
    let record = serde_json::to_string(&only(&audit)).unwrap();
    assert!(!record.contains(EMAIL) && !record.contains(&SALARY.to_string()), "{record}");
    for wrong in [json!({"mail": "No Mail", "much": SALARY}), json!({"mail": EMAIL, "much": -1})] {
        let result = call(&client, "takes", wrong).await.unwrap();
        assert_eq!(code(&result), "invalid_arguments");
        assert!(!serde_json::to_string(&result).unwrap().contains(EMAIL));
    }
}

#[test]
fn the_manifest_lists_what_is_released() {
    let (_, server) = setup();
    let released = |name: &str| server.policy().tools.iter().find(|tool| tool.name == name).unwrap().releases.clone();
    assert_eq!(released("everything"), ["pii", "confidential", "salary"]);
    assert!(released("masked").is_empty());
    let shown = server.policy().to_string();
    assert!(shown.contains("everything: releases pii, confidential, salary"), "{shown}");
}

/// What is declared and cannot be.
mod mistaken {
    use super::*;

    #[derive(Serialize, JsonSchema)]
    pub(super) struct Plain {
        name: String,
    }

    pub(super) struct Card;

    impl Class for Card {
        const NAME: &'static str = "card";
    }

    impl Desk {
        /// Release what is not there.
        #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), read_only, releases(pii, Salary, card))]
        pub(super) async fn nothing(&self) -> Json<Plain> {
            Json(Plain { name: String::new() })
        }

        /// A class that is called like a kind.
        #[secure_tool(scope = "desk:test", owner = unowned("it is one person"), read_only)]
        pub(super) async fn confused(&self) -> Json<Vec<Classified<Card, u8>>> {
            Json(Vec::new())
        }
    }
}

#[test]
fn build_reports_impossible_releases() {
    let problems = |builder: ServerBuilder<Desk>| {
        builder.build().err().map(|error| error.problems().join("\n")).unwrap_or_default()
    };
    assert_eq!(problems(builder()), "");
    let said = problems(builder().tool(Desk::nothing()).tool(Desk::confused()).mask_pattern("pii", "x"));
    for problem in [
        "`nothing` releases the class `pii`, which does not occur in the output schema [ST19]",
        "`nothing` releases the class `salary`, which",
        "`confused` answers with the class `card`, a name that the release scan uses for something else",
        "the name `pii` is used by another mask pattern or by a built-in one",
    ] {
        assert!(said.contains(problem), "{said}");
    }
    assert!(
        problems(builder().mask_pattern("salary", "x"))
            .contains("`masked` answers with the class `salary`, a name that the release scan uses")
    );
}
