//! Halting a tenant, a client or a caller, without an effect on others.

use secure_tool::{Decision, HaltScope, NotHalted, Stage};
use secure_tool_testkit::within;
use secure_tool_tests::clients::call;
use serde_json::json;

use crate::shop::*;

/// The scope, whom it concerns, and what the record says.
fn scopes() -> [(HaltScope, &'static [&'static str], &'static str); 4] {
    [
        (HaltScope::tenant("acme"), &["alice", "bob"], "halted_tenant"),
        (HaltScope::client("web"), &["bob", "carol"], "halted_client"),
        (HaltScope::caller(Some("acme"), "alice"), &["alice"], "halted_caller"),
        (HaltScope::caller(None, "nobody"), &["nobody"], "halted_caller"),
    ]
}

#[tokio::test]
async fn a_halted_scope_sees_no_items_and_is_refused_on_every_transport() {
    let setup = setup().await;
    for (scope, concerned, rule) in scopes() {
        setup.server.switches().halt_for(scope.clone()).unwrap();
        for name in EVERYBODY {
            let is_concerned = concerned.contains(&name);
            for (way, client) in setup.clients(name).await {
                let what = format!("{rule}: {name}: {way}");
                let _ = setup.audit.take();
                let greeted = call(&client, "greet", json!({})).await;
                let unknown = call(&client, "no_such_tool", json!({})).await;
                let page = caller(name).unwrap().tenant().unwrap_or("none").to_owned();
                let read = within("a page", client.read_resource(reading(&page))).await;
                let prompt = within("a prompt", client.get_prompt(getting(&page))).await;
                if is_concerned {
                    // The same as for what never was.
                    assert_eq!(refusal(greeted), refusal(unknown), "{what}");
                    assert!(read.is_err() && prompt.is_err(), "{what}");
                    assert!(within("a completion", client.complete(completing())).await.is_err(), "{what}");
                    assert_eq!(listed(&client).await, [0; 4], "{what}");
                    let records = setup.audit.take();
                    let by_rule = records.iter().filter(|record| record.rule == rule);
                    let refused =
                        by_rule.filter(|record| (record.decision, record.stage) == (Decision::Refused, Stage::Switch));
                    assert_eq!((records.len(), refused.count()), (5, 4), "{what}: {records:#?}");
                } else {
                    assert!(greeted.is_ok() && unknown.is_err(), "{what}");
                    let has_page = name != "nobody";
                    assert_eq!((read.is_ok(), prompt.is_ok()), (has_page, has_page), "{what}");
                    assert_eq!(listed(&client).await[..2], [TOOLS.len(), 1], "{what}");
                }
            }
        }
        setup.server.switches().resume_for(scope);
        for name in EVERYBODY {
            assert_eq!(setup.call(name, "greet").await, "ok", "{rule}: {name}");
        }
    }
}

#[tokio::test]
async fn running_calls_of_a_halted_scope_end_and_others_continue() {
    let setup = setup().await;
    let mut began = 0;
    for (scope, concerned, rule) in scopes() {
        let mut calls = Vec::new();
        for name in EVERYBODY {
            calls.push((name, setup.begin(name, "look")));
        }
        began += calls.len();
        setup.began(began).await;
        let _ = setup.audit.take();
        setup.server.switches().halt_for(scope.clone()).unwrap();
        let (cut, others): (Vec<_>, Vec<_>) = calls.into_iter().partition(|(name, _)| concerned.contains(name));
        for (name, call) in cut {
            assert_eq!(answer(call).await, "unavailable", "{rule}: {name}");
        }
        for record in setup.records(concerned.len()).await {
            assert_eq!((record.decision, record.rule), (Decision::Halted, rule));
        }
        setup.shop.doors.add_permits(others.len());
        for (name, call) in others {
            assert_eq!(answer(call).await, "ok", "{rule}: {name}");
        }
        setup.server.switches().resume_for(scope);
    }
}

#[tokio::test]
async fn requests_that_name_no_item_are_answered_and_credentials_stay_good() {
    let setup = setup().await;
    setup.server.switches().halt_for(HaltScope::tenant("acme")).unwrap();
    for method in ["ping", "tools/list"] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method}).to_string();
        let response = within("a response", setup.http.post(Some("alice"), body).send()).await.unwrap();
        assert_eq!(response.status(), 200, "{method}");
        assert!(!response.text().await.unwrap().contains("greet"));
    }
}

#[tokio::test]
async fn several_scopes_can_be_halted_at_once_and_resumed_separately() {
    let setup = setup().await;
    let switches = setup.server.switches();
    let (tenant, client) = (HaltScope::tenant("acme"), HaltScope::client("app"));
    switches.halt_for(tenant.clone()).unwrap();
    switches.halt_for(client.clone()).unwrap();
    switches.halt();
    switches.resume();
    assert_eq!(setup.call("alice", "greet").await, "unknown_tool", "what else is off stays off");
    switches.resume_for(tenant);
    assert_eq!(
        (setup.call("alice", "greet").await, setup.call("bob", "greet").await),
        ("unknown_tool".into(), "ok".into())
    );
    switches.resume_for(client);
    assert_eq!(setup.call("alice", "greet").await, "ok");
}

#[tokio::test]
async fn the_table_of_scopes_is_bounded_and_forgets_nothing() {
    let setup = setup().await;
    let switches = setup.server.switches();
    switches.halt_for(HaltScope::client("app")).unwrap();
    let room = (0..1 << 20).take_while(|number| switches.halt_for(HaltScope::tenant(format!("t{number}"))).is_ok());
    assert_eq!(room.count(), (1 << 14) - 1);
    assert_eq!(switches.halt_for(HaltScope::tenant("globex")), Err(NotHalted::Full));
    assert_eq!(switches.halt_for_gracefully(HaltScope::tenant("globex")), Err(NotHalted::Full));
    assert_eq!(switches.halt_for(HaltScope::client("app")), Ok(()), "one that is there takes no room");
    assert_eq!(setup.call("alice", "greet").await, "unknown_tool");
    assert_eq!(setup.call("carol", "greet").await, "ok");
    switches.resume_for(HaltScope::tenant("t0"));
    assert_eq!(switches.halt_for(HaltScope::tenant("globex")), Ok(()));
    assert_eq!(setup.call("carol", "greet").await, "unknown_tool");
    assert_eq!(switches.halt_for(HaltScope::tenant("")), Err(NotHalted::Nameless));
}
