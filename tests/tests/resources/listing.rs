//! Lists of resources.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use rmcp::{
    ServiceError,
    model::{PaginatedRequestParams, Resource as Entry, ResourceTemplate},
};
use secure_tool::{Code, ListedResource, MemorySink, OwnerOutcome, Stage, prelude::*};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{Client, close, connect_by_pipe};
use serde_json::{Value, json};

use crate::office::{Office, REVISIONS, alice, setup, setup_with};

async fn resources(client: &Client) -> Vec<Entry> {
    within("the resources", client.list_all_resources()).await.unwrap()
}

async fn templates(client: &Client) -> Vec<ResourceTemplate> {
    within("the templates", client.list_all_resource_templates()).await.unwrap()
}

fn uris(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| &*entry.uri).collect()
}

#[tokio::test]
async fn each_caller_sees_only_its_own_resources() {
    let setup = setup().await;
    for (name, expected) in [
        ("alice", &["summary://mine", "invoices://inv-1", "invoices://a%20b"][..]),
        ("bob", &["summary://mine", "invoices://inv-3", "invoices://bait"]),
        // Two more have a number of a card in their URI.
        ("dora", &["summary://mine", "invoices://inv-4"]),
        ("carol", &[]),
    ] {
        for (way, client) in setup.clients(name).await {
            let listed = resources(&client).await;
            assert_eq!(uris(&listed), expected, "{name}, {way}");
            // What is listed can be read.
            for entry in &listed {
                assert!(crate::office::read(&client, &entry.uri).await.is_ok(), "{}", entry.uri);
            }
            if let [_, entry, ..] = &*listed {
                assert_eq!((&*entry.name, entry.description.as_deref()), ("invoice", Some("One invoice.")));
                assert_eq!(entry.mime_type.as_deref(), Some("application/json"));
                assert!(entry.title.as_ref().unwrap().starts_with("Invoice "));
            }
            let templates = templates(&client).await;
            let shown: Vec<_> = templates.iter().map(|template| &*template.uri_template).collect();
            let all = [
                "eternity://{invoice}",
                "invoices://{invoice}",
                "leaks://{invoice}",
                "invoices://{invoice}/note",
                "scans://{invoice}",
                "tables://{invoice}",
                "years://{year}",
            ];
            assert_eq!(shown, if name == "carol" { &[][..] } else { &all }, "{name}, {way}");
            assert!(templates.iter().all(|template| template.description.is_some()));
        }
    }
    let scan = setup.server.policy();
    assert!(scan.to_string().contains("scans://{invoice}"));
}

#[tokio::test]
async fn lists_follow_switches() {
    let setup = setup().await;
    let client = setup.http.connect("alice").await.unwrap();
    setup.server.switches().disable("invoice").unwrap();
    assert_eq!(uris(&resources(&client).await), ["summary://mine"]);
    assert!(!templates(&client).await.iter().any(|template| template.name == "invoice"));
    setup.server.switches().halt();
    assert!(resources(&client).await.is_empty() && templates(&client).await.is_empty());
    setup.server.switches().resume();
    setup.server.switches().enable("invoice").unwrap();
    assert_eq!(resources(&client).await.len(), 3);
}

/// Reads that hang hold places of reads alone: who lists or completes meanwhile is answered.
#[tokio::test]
async fn reads_that_hang_do_not_block_lists_or_completions() {
    let setup = setup_with(|builder| builder.resource(Office::busy())).await;
    let read = json!({"uri": "busy://inv-1"});
    let complete = json!({
        "ref": {"type": "ref/resource", "uri": "busy://{invoice}"},
        "argument": {"name": "invoice", "value": "inv"},
    });
    let hang = |name, uri: &str| {
        let request = setup.request(Some(name), "2025-11-25", "resources/read", &json!({ "uri": uri }));
        tokio::spawn(request.send())
    };
    let hanging = [hang("alice", "busy://inv-1"), hang("bob", "busy://inv-3")];
    until("two reads that hang", async || setup.office.ran.load(Ordering::SeqCst) == 2).await;
    for revision in REVISIONS {
        let (_, answer) = setup.ask(Some("dave"), revision, "resources/read", &read).await;
        assert_eq!(answer["error"]["data"]["code"], "unavailable", "reads have no place left: {answer}");
        assert!(!answer["error"]["message"].as_str().unwrap().contains("tool"), "{answer}");
        for (name, expected) in [("dave", 1), ("alice", 5)] {
            let (_, answer) = setup.ask(Some(name), revision, "resources/list", &json!({})).await;
            assert_eq!(answer["result"]["resources"].as_array().map(Vec::len), Some(expected), "{name}: {answer}");
        }
        let (_, answer) = setup.ask(Some("alice"), revision, "completion/complete", &complete).await;
        assert_eq!(answer["result"]["completion"]["values"], json!(["inv-1"]), "{revision}: {answer}");
    }
    for hanging in hanging {
        hanging.abort();
    }
}

/// Two lists, of which the first takes all the time that there is, and the second needs some.
struct Slow;

impl Slow {
    #[expect(clippy::unused_async, reason = "it blocks, as one that is written wrongly does")]
    async fn all_the_time(&self, _caller: &Caller) -> Mine<Vec<ListedResource>> {
        // A function that blocks is not stopped, and is done at the first look.
        std::thread::sleep(Duration::from_millis(60));
        Mine(Vec::new())
    }

    async fn some_time(&self, _caller: &Caller) -> Mine<Vec<ListedResource>> {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        Mine(Vec::new())
    }

    /// The first.
    #[secure_resource(uri = "first://{of}", scope = "slow", owner = unowned("nothing but a test"), timeout = 50ms, list = Self::all_the_time)]
    async fn first(
        &self,
        /// Which.
        of: u8,
    ) -> String {
        of.to_string()
    }

    /// The second.
    #[secure_resource(uri = "second://{of}", scope = "slow", owner = unowned("nothing but a test"), timeout = 50ms, list = Self::some_time)]
    async fn second(
        &self,
        /// Which.
        of: u8,
    ) -> String {
        of.to_string()
    }
}

/// The timeout is that of the whole, not of each of its parts.
#[tokio::test]
async fn a_list_of_many_parts_takes_no_longer_than_the_longest_timeout() {
    for (has_first, code) in [(false, None), (true, Some(Code::Timeout))] {
        let audit = Arc::new(MemorySink::new(10));
        let mut builder = SecureServer::builder(Slow).audit(Arc::clone(&audit)).resource(Slow::second());
        if has_first {
            builder = builder.resource(Slow::first());
        }
        let caller = Caller::local("alice").with_scopes(["slow"]);
        let client = connect_by_pipe(&builder.build().unwrap(), caller, ()).await.unwrap();
        let listed = within("the resources", client.list_all_resources()).await;
        assert_eq!(listed.is_err(), has_first);
        let record = audit.take().pop().unwrap();
        assert_eq!((record.tool.as_deref(), record.code), (Some("second"), code));
        close(client).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_has_its_own_audit_record() {
    let setup = setup().await;
    let (_, answer) = setup.ask(Some("alice"), "2026-07-28", "resources/list", &json!({})).await;
    assert_eq!(answer["result"]["resources"].as_array().unwrap().len(), 3);
    let record = setup.recorded();
    assert_eq!((record.tool.as_deref(), record.method), (Some("invoice"), "resources/list"));
    assert_eq!((record.owner, record.stage), (OwnerOutcome::Caller, Stage::Release));
    assert_eq!(record.caller.unwrap().subject(), "alice");
    assert_eq!(record.arguments.unwrap().as_json(), "{}");
}

#[tokio::test]
async fn a_list_without_its_where_clause_is_a_breach_and_is_withheld() {
    let setup = setup_with(|builder| builder.resource(Office::careless())).await;
    for revision in REVISIONS {
        let (status, answer) = setup.ask(Some("alice"), revision, "resources/list", &json!({})).await;
        assert_eq!((status, &answer["error"]["data"]["code"]), (200, &json!("internal")), "{revision}");
        assert!(!answer.to_string().contains("inv-"), "{answer}");
        let records = setup.audit.take();
        let record = records.iter().find(|record| record.tool.as_deref() == Some("careless")).unwrap();
        assert_eq!((record.rule, record.owner), ("breach", OwnerOutcome::Foreign));
    }
    // Reading goes on.
    assert!(!setup.server.read(&alice(), "careless://inv-1").await.is_error());
}

#[tokio::test]
async fn a_failed_list_discloses_no_more_than_a_failed_tool() {
    let setup = setup_with(|builder| builder.resource(Office::failing())).await;
    let (_, answer) = setup.ask(Some("alice"), "2026-07-28", "resources/list", &json!({})).await;
    assert_eq!((&answer["error"]["code"], &answer["error"]["data"]["code"]), (&json!(-32603), &json!("internal")));
    assert!(!answer.to_string().contains("secret reason"));
    assert!(!answer["error"]["message"].as_str().unwrap().contains("tool"), "{answer}");
    let record = setup.audit.take().into_iter().find(|record| record.tool.as_deref() == Some("failing")).unwrap();
    assert_eq!((record.code, record.cause.as_deref()), (Some(Code::Internal), Some("a secret reason")));
}

#[tokio::test]
async fn only_a_server_with_resources_announces_them() {
    let setup = setup().await;
    let announced = json!({});
    for revision in ["2025-06-18", "2025-11-25"] {
        let params =
            json!({"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
        let (_, answer) = setup.ask(Some("alice"), revision, "initialize", &params).await;
        assert_eq!(answer["result"]["capabilities"]["resources"], announced, "neither `subscribe` nor `listChanged`");
    }
    let (_, answer) = setup.ask(Some("alice"), "2026-07-28", "server/discover", &json!({})).await;
    assert_eq!(answer["result"]["capabilities"]["resources"], announced);

    let (desk, _, server) = secure_tool_tests::setup();
    drop(desk);
    let other = secure_tool_tests::clients::HttpServer::start(&server, secure_tool::http::HttpOptions::default());
    let other = other.await.unwrap();
    let key = secure_tool_tests::clients::ALICE;
    for method in ["resources/read", "resources/list", "resources/templates/list"] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"uri": "invoices://inv-1"}});
        let answer: Value = other.post(Some(key), body.to_string()).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["error"]["code"], -32601, "{method}: {answer}");
    }
}

/// No list has more than one page, so that there is no cursor which the server could have given.
#[tokio::test]
async fn every_list_refuses_a_cursor() {
    let setup = setup_with(|builder| builder.prompt(Office::greeting())).await;
    let listed = ["tools", "resources", "resourceTemplates", "prompts"];
    for (method, of) in
        ["tools/list", "resources/list", "resources/templates/list", "prompts/list"].into_iter().zip(listed)
    {
        for revision in REVISIONS {
            for cursor in [json!("page-2"), json!(""), json!(5)] {
                let (_, answer) = setup.ask(Some("alice"), revision, method, &json!({ "cursor": cursor })).await;
                assert_eq!(answer["error"]["code"], -32602, "{method}, {revision}: {answer}");
                assert!(!answer.to_string().contains("page-2"), "{answer}");
            }
            for params in [json!({}), json!({"cursor": null})] {
                let (_, answer) = setup.ask(Some("alice"), revision, method, &params).await;
                assert!(answer["result"][of].is_array(), "{method}, {revision}: {answer}");
            }
        }
    }
    for (way, client) in setup.clients("alice").await {
        let page = || Some(PaginatedRequestParams::default().with_cursor(Some("page-2".into())));
        let refused = [
            within("tools", client.list_tools(page())).await.err(),
            within("resources", client.list_resources(page())).await.err(),
            within("templates", client.list_resource_templates(page())).await.err(),
            within("prompts", client.list_prompts(page())).await.err(),
        ];
        for refused in refused {
            let Some(ServiceError::McpError(error)) = refused else { panic!("{way}: {refused:?}") };
            assert_eq!(error.code.0, -32602, "{way}");
        }
        assert_eq!(resources(&client).await.len(), 3, "{way}");
    }
}
