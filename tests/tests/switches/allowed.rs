//! Servers and items that exist for some callers only.

use secure_tool::{AllowList, Decision, Stage, clients, tenants};
use secure_tool_testkit::within;
use secure_tool_tests::clients::{call, http_client, message};
use serde_json::json;

use crate::shop::*;

/// The lists, and who is on all of them.
fn lists() -> [(Vec<AllowList>, &'static [&'static str]); 5] {
    [
        (vec![clients(["app", "other"])], &["alice"]),
        (vec![clients(["web"])], &["bob", "carol"]),
        (vec![tenants(["acme"])], &["alice", "bob"]),
        (vec![tenants(["acme"]), clients(["web"])], &["bob"]),
        (vec![tenants(["acme", "globex"]), tenants(["globex"])], &["carol"]),
    ]
}

#[tokio::test]
async fn a_caller_who_is_not_on_every_list_sees_no_tools_and_cannot_call_them() {
    for (lists, let_in) in lists() {
        for setup in [setup_with(&lists, &[]).await, setup_with(&[], &lists).await, {
            let (server, of_items) = lists.split_at(1);
            setup_with(server, of_items).await
        }] {
            for name in EVERYBODY {
                for (way, client) in setup.clients(name).await {
                    let what = format!("{lists:?}: {name}: {way}");
                    let _ = setup.audit.take();
                    let page = caller(name).unwrap().tenant().unwrap_or("none").to_owned();
                    let greeted = call(&client, "greet", json!({})).await;
                    let clock = call(&client, "clock", json!({})).await;
                    let read = within("a page", client.read_resource(reading(&page))).await;
                    let prompt = within("a prompt", client.get_prompt(getting(&page))).await;
                    let completed = within("a completion", client.complete(completing())).await;
                    if let_in.contains(&name) {
                        assert!(greeted.is_ok() && clock.is_ok(), "{what}");
                        assert!(read.is_ok() && prompt.is_ok() && completed.is_ok(), "{what}");
                        assert_eq!(listed(&client).await, [TOOLS.len(), 1, 1, 1], "{what}");
                    } else {
                        let unknown = refusal(call(&client, "no_such_tool", json!({})).await);
                        assert_eq!((refusal(greeted), refusal(clock)), (unknown.clone(), unknown), "{what}");
                        assert!(read.is_err() && prompt.is_err() && completed.is_err(), "{what}");
                        assert_eq!(listed(&client).await, [0; 4], "{what}");
                        let records = setup.audit.take();
                        let hidden = records.iter().filter(|record| record.rule == "only_for");
                        assert_eq!((records.len(), hidden.clone().count()), (6, 5), "{what}: {records:#?}");
                        for record in hidden {
                            assert_eq!((record.decision, record.stage), (Decision::Refused, Stage::Switch));
                        }
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_caller_without_a_credential_is_on_no_list_even_for_a_public_tool() {
    for (setup, says) in [
        (setup().await, "noon"),
        (setup_with(&[clients(["app"])], &[]).await, "unknown_tool"),
        (setup_with(&[], &[tenants(["acme"])]).await, "unknown_tool"),
    ] {
        let response = within("a response", setup.http.post(None, message("clock", &json!({}))).send()).await.unwrap();
        let body = response.text().await.unwrap();
        let is_told = if says == "noon" {
            body.contains("noon")
        } else {
            body.contains("There is no such tool") || body.contains("nknown tool")
        };
        assert!(is_told, "{body}");
        let lists = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
        let request = setup.http.post(None, lists).build().unwrap();
        let body = within("a list", http_client().execute(request)).await.unwrap().text().await.unwrap();
        assert_eq!(body.contains("clock"), says == "noon", "{body}");
    }
}

#[test]
fn build_reports_an_empty_list() {
    let shop = shop();
    for (lists, of_items, problem) in [
        (vec![clients([""; 0])], vec![], "it is restricted to certain clients but names none of them"),
        (vec![], vec![tenants([""; 0])], "`greet` is restricted to certain tenants but names none of them"),
        (vec![tenants(["acme", ""])], vec![], "it is restricted to certain tenants, and one of their names is empty"),
    ] {
        let error = builder(&shop, &lists, &of_items).build().unwrap_err();
        assert!(error.problems().iter().any(|found| found.starts_with(problem)), "{error}");
    }
}

#[tokio::test]
async fn the_manifest_shows_the_lists() {
    let setup = setup_with(&[clients(["web", "app"])], &[tenants(["acme"])]).await;
    let manifest = serde_json::to_value(setup.server.policy()).unwrap();
    assert_eq!(manifest["only_for"], json!([{"clients": ["app", "web"]}]));
    for item in [&manifest["tools"][0], &manifest["resources"][0], &manifest["prompts"][0]] {
        assert_eq!(item["only_for"], json!([{"tenants": ["acme"]}]));
    }
    let table = setup.server.policy().to_string();
    assert!(table.contains("admits only the clients app, web"), "{table}");
    assert!(table.contains("greet: exists only for the tenants acme"), "{table}");
    let without = setup_with(&[], &[]).await;
    assert!(!serde_json::to_string(without.server.policy()).unwrap().contains("only_for"));
}
