//! Identical calls that arrive at the same time.

use std::sync::{Arc, atomic::Ordering};

use secure_tool::store::WhenDown;
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{call, call_inside, code, text};
use serde_json::json;

use crate::{
    house::{Setup, caller},
    nodes::ring,
    store::Broken,
};

const TOGETHER: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_concurrent_calls_runs() {
    let setup = Setup::new();
    let http = setup.http().await;
    let client = Arc::new(http.connect("alice").await.unwrap());
    let arguments = json!({"request_id": "wait-0001"});
    let calls: Vec<_> = (0..TOGETHER)
        .map(|_| {
            let (client, arguments) = (Arc::clone(&client), arguments.clone());
            tokio::spawn(async move { call(&client, "wait", arguments).await.unwrap() })
        })
        .collect();
    // All but the one that runs end while it does.
    until("all others to end", async || calls.iter().filter(|call| call.is_finished()).count() == TOGETHER - 1).await;
    assert_eq!(setup.house.times("wait"), 1);
    setup.house.go_on.notify_one();
    let mut codes = Vec::new();
    for call in calls {
        let result = within("a call", call).await.unwrap();
        let retry = result.meta.as_ref().and_then(|meta| meta.get("secure-tool/refusal")?.get("retry_after").cloned());
        if code(&result) == "conflict" {
            assert!(text(&result).contains("still running") && retry == Some(json!(1)), "{result:?}");
        } else {
            assert_eq!(text(&result), "waited 1");
        }
        codes.push(code(&result));
    }
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "conflict").count(), TOGETHER - 1, "{codes:?}");
    assert_eq!(text(&call(&client, "wait", arguments).await.unwrap()), "waited 1");
    assert_eq!(setup.house.times("wait"), 1);
}

/// None of them has seen the other when it looked.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_calls_that_found_no_earlier_call_begins() {
    for tool in ["pay", "pay_blocking"] {
        let store = Broken::new();
        let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
        until("the store to be known", async || code(&setup.call("alice", "open", json!({})).await) == "ok").await;
        store.hold_recalls();
        let arguments = json!({"account": "alice", "request_id": "payment-1"});
        let calls: Vec<_> = (0..TOGETHER)
            .map(|_| {
                let (server, arguments) = (setup.server.clone(), arguments.clone());
                tokio::spawn(async move { call_inside(&server, &caller("alice"), tool, arguments).await })
            })
            .collect();
        until("all of them to have looked", async || store.0.recalled.load(Ordering::SeqCst) == TOGETHER).await;
        store.0.recalls.add_permits(1000);
        for call in calls {
            let code = code(&within("a call", call).await.unwrap());
            assert!(["ok", "conflict"].contains(&&*code), "{code}");
        }
        assert_eq!(setup.house.times(tool), 1, "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_quick_calls_runs_and_the_others_get_its_answer_or_have_to_wait() {
    let setup = Arc::new(Setup::new());
    for round in 0..20 {
        let arguments = json!({"account": "alice", "request_id": format!("payment-{round}")});
        let calls: Vec<_> = (0..TOGETHER)
            .map(|_| {
                let (setup, arguments) = (Arc::clone(&setup), arguments.clone());
                tokio::spawn(async move { setup.call("alice", "pay", arguments).await })
            })
            .collect();
        for call in calls {
            let result = within("a call", call).await.unwrap();
            match &*code(&result) {
                "ok" => assert!(text(&result).starts_with(&format!("Payment {}", round + 1)), "{}", text(&result)),
                other => assert_eq!(other, "conflict"),
            }
        }
        assert_eq!(setup.house.times("pay"), round + 1);
    }
}
