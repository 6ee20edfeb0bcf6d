//! Structs whose fields are arguments: in the protocol, in questions, and as one object.

use secure_tool::{
    Question, SecureServer,
    http::HttpOptions,
    prelude::*,
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, code, list, text},
};
use serde_json::json;

#[derive(Arguments, Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Page {
    /// How many notes at most.
    #[arg(max = 50, default = 20)]
    limit: u32,
    /// From which on.
    offset: Option<u32>,
}

/// As a server of rmcp's has it.
#[derive(Arguments, Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "secure_tool::schemars")]
struct Search {
    /// What to look for.
    #[arg(min_len = 2)]
    some_text: String,
    #[schemars(description = "Whether old notes count.")]
    #[serde(default)]
    old: bool,
    #[serde(rename = "LABEL")]
    /// Only with this label.
    label: Option<String>,
    #[arg(flatten)]
    #[serde(flatten)]
    page: Page,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Corner {
    /// Left or right.
    left: bool,
}

struct Desk;

impl Desk {
    /// Search the notes.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn search(
        &self,
        /// In which room.
        room: u8,
        #[arg(flatten)] search: Search,
    ) -> String {
        let Search { some_text, old, label, page: Page { limit, offset } } = search;
        format!("{room} {some_text} {old} {label:?} {limit} {offset:?}")
    }

    /// Search the notes where it may block.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    fn search_slowly(&self, #[arg(flatten)] page: Page) -> String {
        format!("{} {:?}", page.limit, page.offset)
    }

    /// Take notes from the board.
    #[secure_tool(scope = "notes:write", owner = unowned("the board hangs in the hall"), confirm = "Take {limit} notes from {room}?")]
    async fn take(
        &self,
        #[arg(flatten)] page: Page,
        /// Which room.
        room: u8,
    ) -> String {
        format!("{} {room}", page.limit)
    }

    /// Look into a corner.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn look(
        &self,
        /// Which corner.
        #[arg(nested)]
        corner: Corner,
    ) -> Json<Corner> {
        Json(corner)
    }
}

fn server() -> SecureServer<Desk> {
    let builder = SecureServer::builder(Desk).tool(Desk::search()).tool(Desk::search_slowly());
    builder.tool(Desk::take()).tool(Desk::look()).allow_writes().build().unwrap()
}

#[tokio::test]
async fn the_fields_are_the_tools_own_arguments() {
    let http = HttpServer::start(&server(), HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let tools = list(&client).await.unwrap();
    let search = tools.iter().find(|tool| tool.name == "search").unwrap();
    let schema = serde_json::to_value(&search.input_schema).unwrap();
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["LABEL", "limit", "offset", "old", "room", "someText"], "{schema}");
    assert_eq!(schema["required"], json!(["room", "someText"]));
    assert_eq!(schema["properties"]["old"]["description"], "Whether old notes count.");
    assert_eq!(schema["properties"]["limit"]["maximum"], 50);

    let answer = call(&client, "search", json!({"room": 1, "someText": "milk"})).await.unwrap();
    assert_eq!(text(&answer), "1 milk false None 20 None");
    let all = json!({"room": 1, "someText": "milk", "old": true, "LABEL": "red", "limit": 5, "offset": 7});
    assert_eq!(text(&call(&client, "search", all).await.unwrap()), "1 milk true Some(\"red\") 5 Some(7)");
    let answer = call(&client, "search_slowly", json!({"offset": 3})).await.unwrap();
    assert_eq!(text(&answer), "20 Some(3)");

    for refused in [
        json!({"room": 1, "someText": "m"}),
        json!({"room": 1, "someText": "milk", "limit": 51}),
        json!({"room": 1, "some_text": "milk"}),
        json!({"room": 1, "search": {"someText": "milk"}}),
        json!({"room": 1, "someText": "milk", "surplus": 1}),
    ] {
        let answer = call(&client, "search", refused.clone()).await.unwrap();
        assert_eq!(code(&answer), "invalid_arguments", "{refused}");
    }
}

#[tokio::test]
async fn a_question_names_fields() {
    let server = server();
    let arguments = json!({"limit": 3, "room": 9}).as_object().cloned().unwrap();
    let ask = |question: Question| async move { question.text == "Take 3 notes from 9?" };
    let answer = server.call_asking(&alice().into(), "take", arguments, ask).await;
    assert_eq!(answer.text(), "3 9");
}

#[tokio::test]
async fn a_nested_struct_stays_one_object() {
    let http = HttpServer::start(&server(), HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let answer = call(&client, "look", json!({"corner": {"left": true}})).await.unwrap();
    assert_eq!(answer.structured_content, Some(json!({"left": true})));
    let answer = call(&client, "look", json!({"left": true})).await.unwrap();
    assert_eq!(code(&answer), "invalid_arguments");
}
