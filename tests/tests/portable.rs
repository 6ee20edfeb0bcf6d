//! What clients in every language send and read: their spellings of numbers and nulls, schemas that they can compile, and lists that they can parse.

#![allow(dead_code, reason = "what the tools were given is shown by `Debug`")]

use std::{collections::BTreeMap, sync::Arc};

use billing::{Billing, NoOperator};
use schemars::JsonSchema;
use secure_tool::{
    HasOwners, MemorySink, Owner, SecureServer, Stage,
    http::HttpOptions,
    prelude::*,
    types::{PublicUrl, SafePath},
};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code, connect_by_pipe, list, text},
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// What changes: nothing, a value, or that there is none any more.
type Change = Option<Option<String>>;

fn told_apart<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Change, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Line {
    count: u8,
    price: f64,
    label: Option<String>,
    #[serde(default, deserialize_with = "told_apart")]
    note: Change,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Tag {
    Number { value: i32 },
    Text { value: String, weight: Option<u8> },
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Tree {
    size: i64,
    below: Option<Vec<Tree>>,
}

/// A line that belongs to somebody.
#[derive(Debug, Serialize, JsonSchema)]
struct Row {
    id: u32,
}

impl HasOwners for Row {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        std::iter::once(Owner::subject("alice"))
    }
}

struct Shop;

impl Shop {
    /// Take an order.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's orders are nobody's"), rate = 1000000/minute, read_only)]
    #[expect(clippy::too_many_arguments)]
    async fn order(
        &self,
        /// How many.
        count: u32,
        /// How far.
        #[arg(default = 10)]
        far: i16,
        /// What it is called.
        name: Option<String>,
        /// What becomes of the note.
        note: Change,
        /// What is in it.
        lines: Option<Vec<Line>>,
        /// How many of each.
        by_name: Option<BTreeMap<String, i32>>,
        /// What hangs together.
        tree: Option<Tree>,
    ) -> String {
        format!("{count} {far} {name:?} {note:?} {lines:?} {by_name:?} {tree:?}")
    }

    /// Call somewhere.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's addresses are nobody's"), rate = 1000000/minute, read_only)]
    async fn fetch(
        &self,
        /// Where.
        url: Option<PublicUrl>,
        /// Which file.
        path: Option<SafePath>,
        /// What to say.
        text: Option<String>,
        /// What else.
        texts: Option<Vec<String>>,
    ) -> String {
        format!("{url:?} {path:?} {text:?} {texts:?}")
    }

    /// List rows.
    #[secure_tool(scope = "desk:test", owner = caller, rate = 1000000/minute, read_only)]
    async fn rows(
        &self,
        caller: &Caller,
        /// How many.
        count: u32,
    ) -> Mine<Vec<Row>> {
        let _ = caller.subject();
        Mine((0..count).map(|id| Row { id }).collect())
    }

    /// List words.
    #[secure_tool(scope = "desk:test", owner = unowned("words are nobody's"), rate = 1000000/minute, read_only, max_output = 1KiB)]
    async fn words(
        &self,
        /// How many characters.
        length: usize,
        /// Whether a secret is among them.
        leak: bool,
    ) -> Json<Vec<String>> {
        Json(vec!["x".repeat(length), if leak { "4111111111111111".into() } else { String::new() }])
    }
}

fn server() -> (Arc<MemorySink>, SecureServer<Shop>) {
    let audit = Arc::new(MemorySink::new(1000));
    let builder = SecureServer::builder(Shop)
        .tool(Shop::order())
        .tool(Shop::fetch())
        .tool(Shop::rows())
        .tool(Shop::words())
        .audit(Arc::clone(&audit));
    (audit, builder.build().unwrap())
}

/// Arguments as clients send them, as they are recorded, and what the body sees.
fn orders() -> Vec<(Value, Value, &'static str)> {
    vec![
        (json!({"count": 20.0}), json!({"count": 20}), "20 10 None None None None None"),
        (json!({"count": 0.0, "far": -3.0}), json!({"count": 0, "far": -3}), "0 -3 None None None None None"),
        (
            json!({"count": 1, "far": null, "name": null, "lines": null, "by_name": null, "tree": null}),
            json!({"count": 1}),
            "1 10 None None None None None",
        ),
        (json!({"count": 1, "note": null}), json!({"count": 1, "note": null}), "1 10 None Some(None) None None None"),
        (
            json!({"count": 1, "note": "x"}),
            json!({"count": 1, "note": {"string": 1}}),
            "1 10 None Some(Some(\"x\")) None None None",
        ),
        (
            json!({"count": 1, "lines": [{"count": 2.0, "price": 2.0, "label": null, "note": null}]}),
            json!({"count": 1, "lines": [{"count": 2, "price": 2.0, "note": null}]}),
            "1 10 None None Some([Line { count: 2, price: 2.0, label: None, note: Some(None), tags: [] }]) None None",
        ),
        (
            json!({"count": 1, "lines": [{"count": 2, "price": 1, "tags": [
                {"is": "number", "value": 7.0}, {"is": "text", "value": "7.0", "weight": 1.0}, {"is": "text", "value": "", "weight": null},
            ]}]}),
            json!({"count": 1, "lines": [{"count": 2, "price": 1, "tags": [{"object": 2}, {"object": 3}, {"object": 2}]}]}),
            "1 10 None None Some([Line { count: 2, price: 1.0, label: None, note: None, tags: [Number { value: 7 }, \
             Text { value: \"7.0\", weight: Some(1) }, Text { value: \"\", weight: None }] }]) None None",
        ),
        (
            json!({"count": 1, "by_name": {"a": -3.0}, "tree": {"size": 1.0, "below": [{"size": 2.0, "below": null}]}}),
            json!({"count": 1, "by_name": {"object": 1}, "tree": {"below": [{"object": 1}], "size": 1}}),
            "1 10 None None None Some({\"a\": -3}) Some(Tree { size: 1, below: Some([Tree { size: 2, below: None }]) })",
        ),
    ]
}

#[tokio::test]
async fn numbers_and_nulls_mean_the_same_on_every_transport() {
    let (audit, server) = server();
    let caller = alice();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let (modern, legacy) = (http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap());
    let pipe = connect_by_pipe(&server, caller.clone(), ()).await.unwrap();
    for (sent, recorded, seen) in orders() {
        let answers = [
            call(&modern, "order", sent.clone()).await.unwrap(),
            call(&legacy, "order", sent.clone()).await.unwrap(),
            call(&pipe, "order", sent.clone()).await.unwrap(),
            call_inside(&server, &caller, "order", sent.clone()).await,
        ];
        let records = audit.take();
        assert_eq!(records.len(), answers.len());
        for (answer, record) in answers.iter().zip(records) {
            assert_eq!(text(answer), seen, "{sent}");
            let arguments: Value = serde_json::from_str(record.arguments.unwrap().as_json()).unwrap();
            assert_eq!(arguments.to_string(), recorded.to_string(), "{sent}");
        }
    }
    for refused in [
        json!({"count": 20.5}),
        json!({"count": -3.0}),
        json!({"count": 1e300}),
        json!({"count": "20"}),
        json!({"count": null}),
        json!({}),
        json!({"count": 1, "unknown": null}),
        json!({"count": 1, "lines": [null]}),
        json!({"count": 1, "lines": [{"count": 256.0, "price": 1}]}),
        json!({"count": 1, "by_name": {"a": null}}),
    ] {
        let answer = call_inside(&server, &caller, "order", refused.clone()).await;
        assert_eq!(code(&answer), "invalid_arguments", "{refused}");
    }
}

#[tokio::test]
async fn optional_arguments_are_published_with_the_type_of_their_value() {
    let (_, server) = server();
    let client = connect_by_pipe(&server, alice(), ()).await.unwrap();
    let tools = list(&client).await.unwrap();
    let order = tools.iter().find(|tool| tool.name == "order").unwrap().schema_as_json_value();
    assert_eq!(order["required"], json!(["count"]));
    let of = |pointer: &str| order.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {order}"))["type"].clone();
    assert_eq!(of("/properties/name"), "string");
    assert_eq!(of("/properties/lines"), "array");
    assert_eq!(of("/properties/lines/items/properties/label"), "string");
    // Where a null says something, it is said that it may be there.
    assert_eq!(of("/properties/note"), json!(["string", "null"]));
    assert_eq!(of("/properties/lines/items/properties/note"), json!(["string", "null"]));
}

#[tokio::test]
async fn the_refusal_explains_what_the_schema_cannot_express() {
    let (audit, server) = server();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (arguments, stage, expected) in [
        (json!({"url": "https://example.com:99999/"}), "type", "/url: must have no port, or a port from 1 to 65535"),
        (json!({"url": "https://example.com:25/"}), "type", "/url: must have no port, or a port from 1 to 65535"),
        (
            json!({"url": "https://localhost/"}),
            "type",
            "/url: must have the name or the address of a host on the public",
        ),
        (
            json!({"url": "https://10.0.0.7/CANARY"}),
            "type",
            "/url: must have the name or the address of a host on the public",
        ),
        (json!({"url": "ftp://example.com/"}), "schema", "/url: must match the pattern ^[hH]"),
        (json!({"path": "a\u{2f00}\u{1f300}CANARY"}), "type", "/path: must be a relative path of plain names"),
        (json!({"path": "../CANARY"}), "schema", "/path: must match the pattern ^"),
        (json!({"text": "x".repeat(1025)}), "schema", "/text: must have at most 1024 characters"),
        (json!({"texts": ["x".repeat(1025)]}), "schema", "/texts/0: must have at most 1024 characters"),
        (json!({"texts": vec!["x"; 101]}), "schema", "/texts: must have at most 100 items"),
    ] {
        let answer = call(&client, "fetch", arguments.clone()).await.unwrap();
        let record = audit.take().remove(0);
        assert_eq!(
            (&*code(&answer), record.stage, record.rule),
            ("invalid_arguments", Stage::Arguments, stage),
            "{arguments}"
        );
        let said = text(&answer);
        assert!(said.contains(expected) && !said.contains("CANARY"), "{arguments}: {said}");
    }
    let good = json!({"url": "https://example.com:8443/x", "path": "größe/日本語.txt", "text": "x".repeat(1024)});
    assert_eq!(code(&call(&client, "fetch", good).await.unwrap()), "ok");
}

#[tokio::test]
async fn a_list_is_bare_in_the_text_and_wrapped_in_the_structured_content() {
    let (_, server) = server();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect_legacy(ALICE).await.unwrap();
    let rows = call(&client, "rows", json!({"count": 2})).await.unwrap();
    assert_eq!(text(&rows), r#"[{"id":0},{"id":1}]"#);
    assert_eq!(rows.structured_content, Some(json!({"result": [{"id": 0}, {"id": 1}]})));
    let masked = call(&client, "words", json!({"length": 1, "leak": true})).await.unwrap();
    assert_eq!(text(&masked), r#"["x","[masked: card]"]"#);
    assert_eq!(masked.structured_content, Some(json!({"result": ["x", "[masked: card]"]})));
    // `{"result":["…",""]}` has 20 bytes besides the text: the limit holds for the longer of the two.
    for (length, expected) in [(1024 - 18, "ok"), (1024 - 17, "output_too_large")] {
        let answer = call(&client, "words", json!({"length": length, "leak": false})).await.unwrap();
        assert_eq!(code(&answer), expected, "{length}");
    }
}

/// Every schema within a schema, with the keywords that clients compile.
fn compiled_by_clients(schema: &Value, found: &mut Vec<(String, String)>) {
    match schema {
        Value::Object(fields) => {
            for (keyword, value) in fields {
                if let ("pattern" | "format", Value::String(text)) = (keyword.as_str(), value) {
                    found.push((keyword.clone(), text.clone()));
                }
                compiled_by_clients(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| compiled_by_clients(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn published_schemas_are_compiled_by_every_client() {
    const FORMATS: [&str; 9] = ["date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
    let billing = billing::server(Billing::in_memory().unwrap(), NoOperator, MemorySink::new(10)).unwrap();
    let newcomer = Caller::new("ada").with_tenant("acme").with_scopes([
        "invoices:read",
        "invoices:write",
        "invoices:delete",
        "buyers:contact",
        "company:settings",
        "reports:read",
        "payments:read",
    ]);
    let mut tools = list(&connect_by_pipe(&billing, newcomer, ()).await.unwrap()).await.unwrap();
    tools.extend(list(&connect_by_pipe(&server().1, alice(), ()).await.unwrap()).await.unwrap());
    let mut found = Vec::new();
    for tool in &tools {
        let published = serde_json::to_value(tool).unwrap();
        assert!(!published.to_string().contains("x-secure-tool"), "{published}");
        compiled_by_clients(&published, &mut found);
    }
    let patterns: Vec<_> = found.iter().filter(|(keyword, _)| keyword == "pattern").map(|(_, text)| text).collect();
    assert!(patterns.len() > 10, "{patterns:?}");
    for pattern in patterns {
        assert!(
            ![r"\p", r"\P", r"\u{", r"\x{", "(?i", "(?P", "(?<"].iter().any(|part| pattern.contains(part)),
            "{pattern}"
        );
    }
    for (_, format) in found.iter().filter(|(keyword, _)| keyword == "format") {
        assert!(FORMATS.contains(&format.as_str()), "{format}");
    }
}

#[test]
fn build_reports_patterns_that_not_every_client_supports() {
    /// A name in any script.
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Name(#[schemars(regex(pattern = r"^\p{L}+$"))] String);

    /// Someone.
    #[derive(Serialize, JsonSchema)]
    struct View {
        #[schemars(regex(pattern = r"^(?i)[a-z]+$"))]
        name: String,
    }

    /// Greet.
    #[secure_tool(scope = "desk:test", owner = unowned("a greeting is nobody's"), read_only)]
    async fn greet(
        /// Whom.
        name: Name,
    ) -> Json<View> {
        Json(View { name: name.0 })
    }

    let error = SecureServer::builder(()).tool(greet()).build().unwrap_err();
    let [output, input] = error.problems() else { panic!("{error}") };
    assert!(output.starts_with("`greet` answers with a type that has the pattern `^(?i)[a-z]+$`"), "{output}");
    assert!(
        input.starts_with(
            r"`greet` argument `name` has the pattern `^\p{L}+$`, in which not every client understands `\p{L}`"
        ),
        "{input}"
    );
    assert!(input.ends_with("[ST18]"), "{input}");
}
