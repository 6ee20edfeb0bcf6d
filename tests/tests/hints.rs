//! Fields of items that clients can see and that nothing enforces.

use rmcp::model::Tool as Shown;
use secure_tool::{
    http::{HttpOptions, ListTools},
    prelude::*,
};
use secure_tool_testkit::within;
use secure_tool_tests::clients::{ALICE, Client, HttpServer, close, connect_by_pipe, list};
use serde_json::{Value, json};

const ICON: &str = "data:image/png;base64,iVBORw0KGgo=";

struct Desk;

impl Desk {
    /// Put a note in its place.
    #[secure_tool(
        scope = "notes",
        owner = unowned("nothing but a test"),
        hints(idempotent, closed_world),
        icon = "data:image/png;base64,iVBORw0KGgo=",
        meta("com.example/team" = "desk", "com.example/tier" = 2, "com.example/beta" = true),
        version = "3"
    )]
    async fn put(&self) {}

    /// Add a note.
    #[secure_tool(scope = "notes", owner = unowned("nothing but a test"))]
    async fn add(&self) {}

    /// Read a note.
    #[secure_tool(scope = "notes", owner = unowned("nothing but a test"), read_only, hints(closed_world), icon = "https://example.com/read.png")]
    async fn read(&self) {}

    /// The rules.
    #[secure_resource(
        uri = "desk://rules",
        scope = "notes",
        owner = unowned("nothing but a test"),
        icon = "https://example.com/rules.png",
        meta("com.example/team" = "desk"),
        title = "Rules",
        version = "3"
    )]
    async fn rules(&self) -> &'static str {
        "none"
    }

    /// A page.
    #[secure_resource(uri = "desk://pages/{number}", scope = "notes", owner = unowned("nothing but a test"), icon = "https://example.com/page.png", meta("com.example/tier" = 2))]
    async fn page(
        &self,
        /// Which.
        number: u32,
    ) -> String {
        number.to_string()
    }

    /// Greet.
    #[secure_prompt(scope = "notes", owner = unowned("nothing but a test"), icon = "https://example.com/hello.png", meta("com.example/beta" = true), version = "4")]
    async fn greet(&self) -> Prompt {
        Prompt::new().user("Hello.")
    }
}

fn alice() -> Caller {
    Caller::local("alice").with_scopes(["notes"])
}

fn judge(mut tools: Vec<Shown>, scopes: bool) {
    tools.sort_by(|one, other| one.name.cmp(&other.name));
    let hints = |tool: &Shown| {
        let annotations = tool.annotations.clone().unwrap();
        (annotations.idempotent_hint, annotations.open_world_hint, annotations.read_only_hint)
    };
    let icon =
        |tool: &Shown| tool.icons.clone().map(|icons| icons.into_iter().map(|icon| icon.src).collect::<Vec<_>>());
    let [add, put, read] = &*tools else { panic!("{tools:#?}") };
    assert_eq!(hints(add), (Some(false), Some(true), Some(false)), "nothing better is known");
    assert_eq!((icon(add), add.meta.is_some()), (None, scopes));
    assert_eq!(hints(put), (Some(true), Some(false), Some(false)));
    assert_eq!(icon(put), Some(vec![ICON.to_owned()]));
    let mut meta = json!({
        "com.example/team": "desk", "com.example/tier": 2, "com.example/beta": true, "secure-tool/version": "3",
    });
    if scopes {
        meta["secure-tool/scopes"] = json!(["notes"]);
    }
    assert_eq!(serde_json::to_value(&put.meta).unwrap(), meta, "the guard's own keys are beside them");
    assert_eq!(hints(read), (Some(true), Some(false), Some(true)));
    assert_eq!(icon(read), Some(vec!["https://example.com/read.png".to_owned()]));
}

/// The icon, the title and the `_meta` of a prompt, of a resource and of a template.
async fn judge_others(client: &Client, scopes: bool) {
    let prompts = within("the prompts", client.list_all_prompts()).await.unwrap();
    let resources = within("the resources", client.list_all_resources()).await.unwrap();
    let templates = within("the templates", client.list_all_resource_templates()).await.unwrap();
    let beside = |entry: Value| json!({"icon": entry[0]["icons"][0]["src"], "title": entry[0]["title"], "meta": entry[0]["_meta"]});
    let with_scopes = |mut meta: Value| {
        if scopes {
            meta["secure-tool/scopes"] = json!(["notes"]);
        }
        meta
    };
    let meta = with_scopes(json!({"com.example/beta": true, "secure-tool/version": "4"}));
    assert_eq!(beside(json!(prompts)), json!({"icon": "https://example.com/hello.png", "title": null, "meta": meta}));
    let meta = with_scopes(json!({"com.example/team": "desk", "secure-tool/version": "3"}));
    assert_eq!(
        beside(json!(resources)),
        json!({"icon": "https://example.com/rules.png", "title": "Rules", "meta": meta})
    );
    let meta = with_scopes(json!({"com.example/tier": 2}));
    assert_eq!(beside(json!(templates)), json!({"icon": "https://example.com/page.png", "title": null, "meta": meta}));
}

#[tokio::test]
async fn clients_are_shown_hints_icons_and_meta() {
    let server = SecureServer::builder(Desk)
        .tool(Desk::put())
        .tool(Desk::add())
        .tool(Desk::read())
        .resource(Desk::rules())
        .resource(Desk::page())
        .prompt(Desk::greet())
        .allow_writes()
        .build()
        .unwrap();
    let client = connect_by_pipe(&server, alice(), ()).await.unwrap();
    judge(list(&client).await.unwrap(), false);
    judge_others(&client, false).await;
    close(client).await.unwrap();
    for (shown, scopes) in [(ListTools::Callable, false), (ListTools::All, true)] {
        let keys = secure_tool::http::ApiKeys::new().with_key(ALICE, alice()).unwrap();
        let options = HttpOptions::default().list_tools(shown);
        let http = HttpServer::start_with(&server, keys, options).await.unwrap();
        for client in [http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap()] {
            judge(list(&client).await.unwrap(), scopes);
            judge_others(&client, scopes).await;
            close(client).await.unwrap();
        }
    }
}
