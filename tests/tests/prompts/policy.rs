//! Which prompts `build()` refuses, which capabilities are announced, and what the manifest lists.

use schemars::JsonSchema;
use secure_tool::prelude::*;
use secure_tool_testkit::within;
use secure_tool_tests::clients::connect_by_pipe;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mailroom::{alice, setup};

struct Shop;

/// Where something is.
#[derive(Deserialize, JsonSchema)]
struct Place {
    row: u32,
    shelf: u32,
}

impl Shop {
    /// Ask for a thing.
    #[secure_prompt(scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn ask(
        &self,
        /// Which.
        thing: String,
    ) -> Prompt {
        Prompt::new().user(thing)
    }

    /// Ask in other words.
    #[secure_prompt(name = "ask", scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn ask_again(&self) -> Prompt {
        Prompt::new().user("Which?")
    }

    /// Ask where it is.
    #[secure_prompt(scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn find(
        &self,
        /// Where.
        place: Place,
        /// How many.
        many: u32,
    ) -> Prompt {
        Prompt::new().user(format!("{} {} {many}", place.row, place.shelf))
    }

    /// A tool of a name that a prompt may have as well.
    #[secure_tool(name = "ask", scope = "goods:read", owner = unowned("goods are nobody's"), read_only)]
    async fn answer(&self) -> &'static str {
        "3"
    }
}

#[test]
fn two_prompts_cannot_share_a_name_but_a_tool_and_a_prompt_can() {
    let refused = SecureServer::builder(Shop).prompt(Shop::ask()).prompt(Shop::ask_again()).build().unwrap_err();
    assert!(refused.problems().join("\n").contains("two prompts are called `ask`"), "{refused}");
    let server = SecureServer::builder(Shop).tool(Shop::answer()).prompt(Shop::ask()).build().unwrap();
    assert!(server.switches().disable("ask").is_ok() && format!("{server:?}").contains("prompts: [\"ask\"]"));
}

#[test]
fn build_refuses_arguments_that_cannot_be_parsed_from_text() {
    let refused = SecureServer::builder(Shop).prompt(Shop::find()).build().unwrap_err().problems().join("\n");
    assert!(refused.contains("`find`") && refused.contains("`place`") && refused.contains("ST42"), "{refused}");
    assert!(!refused.contains("`many`"), "{refused}");
}

/// What a server says that it has.
async fn capabilities<S: Send + Sync + 'static>(server: &SecureServer<S>) -> Value {
    let client = connect_by_pipe(server, (*alice()).clone(), ()).await.unwrap();
    let prompts = within("the prompts", client.list_all_prompts()).await;
    let capabilities = serde_json::to_value(client.peer_info().unwrap()).unwrap()["capabilities"].clone();
    assert_eq!(prompts.is_ok(), capabilities["prompts"].is_object(), "{prompts:?}");
    capabilities
}

#[tokio::test]
async fn only_existing_capabilities_are_announced() {
    let all = capabilities(&setup().await.server).await;
    assert_eq!((&all["prompts"], &all["completions"]), (&json!({}), &json!({})), "{all}");
    let none = capabilities(&SecureServer::builder(Shop).tool(Shop::answer()).build().unwrap()).await;
    assert_eq!((&none["prompts"], &none["completions"]), (&Value::Null, &Value::Null), "{none}");
    let prompts = capabilities(&SecureServer::builder(Shop).prompt(Shop::ask()).build().unwrap()).await;
    assert_eq!((&prompts["prompts"], &prompts["completions"]), (&json!({}), &Value::Null), "{prompts}");
}

#[tokio::test]
async fn the_manifest_lists_prompts_with_their_policy() {
    let setup = setup().await;
    let manifest = serde_json::to_value(setup.server.policy()).unwrap();
    let find = |kind: &str, name: &str| {
        let items = manifest[kind].as_array().unwrap();
        items.iter().find(|item| item["name"] == name).cloned().unwrap()
    };
    let letter = find("prompts", "letter");
    assert_eq!((&letter["completes"], &letter["releases"]), (&json!(["invoice"]), &json!(["image"])));
    assert_eq!((&letter["effect"], &letter["exposed"]), (&json!("read_only"), &json!(true)));
    assert_eq!(find("prompts", "elsewhere")["exposed"], false);
    assert_eq!(find("prompts", "summary")["completes"], Value::Null);
    assert_eq!(find("resources", "invoice")["completes"], json!(["invoice"]));
    let table = setup.server.policy().to_string();
    assert!(table.contains("letter: a prompt\n"), "{table}");
    assert!(table.contains("letter: completes invoice with values of the caller\n"), "{table}");
}
