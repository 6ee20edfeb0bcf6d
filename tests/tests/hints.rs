//! What clients are shown beside a tool, and nobody enforces.

use rmcp::model::Tool as Shown;
use secure_tool::{
    http::{HttpOptions, ListTools},
    prelude::*,
};
use secure_tool_tests::clients::{ALICE, HttpServer, close, connect_by_pipe, list};
use serde_json::json;

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

#[tokio::test]
async fn clients_are_shown_hints_icons_and_meta() {
    let server = SecureServer::builder(Desk).tool(Desk::put()).tool(Desk::add()).tool(Desk::read()).allow_writes();
    let server = server.build().unwrap();
    let client = connect_by_pipe(&server, alice(), ()).await.unwrap();
    judge(list(&client).await.unwrap(), false);
    close(client).await.unwrap();
    for (shown, scopes) in [(ListTools::Callable, false), (ListTools::All, true)] {
        let keys = secure_tool::http::ApiKeys::new().with_key(ALICE, alice()).unwrap();
        let options = HttpOptions::default().list_tools(shown);
        let http = HttpServer::start_with(&server, keys, options).await.unwrap();
        for client in [http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap()] {
            judge(list(&client).await.unwrap(), scopes);
            close(client).await.unwrap();
        }
    }
}
