//! Calls that wait for a person when a switch is turned off.

use std::sync::{Arc, atomic::Ordering};

use rmcp::model::{CallToolRequestParams, CallToolResponse};
use secure_tool::{Code, Decision, Question, Reply, Stage, Switches, prelude::*};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{call, call_once, code, connect_by_pipe, http_client},
    person::{Person, Says},
};
use serde_json::{Value, json};

use crate::shop::*;

/// The one call that was halted while it waited.
async fn assert_halted(setup: &Setup) {
    let [record] = setup.records(1).await.try_into().unwrap();
    assert_eq!((record.decision, record.stage, record.rule), (Decision::Halted, Stage::Confirmation, "halted"));
    assert_eq!((record.code, record.confirmed_by.is_none()), (Some(Code::Unavailable), true));
    assert_eq!(setup.shop.burnt.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_question_to_an_older_client_ends_and_its_answer_comes_too_late() {
    let setup = setup().await;
    for revision in ["2025-06-18", "2025-11-25"] {
        let params = json!({"protocolVersion": revision, "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "c", "version": "1"}});
        let send = |session: Option<&str>, body: Value| {
            let request = setup.http.post(Some("alice"), body.to_string());
            let mut request = request.build().unwrap();
            request.headers_mut().insert("mcp-protocol-version", revision.parse().unwrap());
            if let Some(session) = session {
                request.headers_mut().insert("mcp-session-id", session.parse().unwrap());
            }
            async move { within("a response", http_client().execute(request)).await.unwrap() }
        };
        let opened = send(None, json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})).await;
        let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        let params = json!({"name": "burn_letters", "arguments": {}});
        let calls = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let mut stream = send(Some(&session), calls).await;
        let asked = event(&mut stream).await;
        assert_eq!(asked["method"], "elicitation/create");
        setup.server.switches().halt();
        let end = event(&mut stream).await;
        assert!(end["result"]["content"][0]["text"].as_str().unwrap().starts_with("unavailable: An operator"), "{end}");
        assert_halted(&setup).await;
        setup.server.switches().resume();
        let yes = json!({"jsonrpc": "2.0", "id": asked["id"],
            "result": {"action": "accept", "content": {"confirm": true}}});
        assert_eq!(send(Some(&session), yes).await.status(), 400, "it answers no question that waits");
        assert_eq!(setup.shop.burnt.load(Ordering::SeqCst), 0);
        // The session is as good as before.
        let pings = json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
        assert_eq!(send(Some(&session), pings).await.status(), 200);
    }
}

/// The next message of a stream.
async fn event(stream: &mut reqwest::Response) -> Value {
    let mut text = String::new();
    loop {
        text.push_str(std::str::from_utf8(&within("an event", stream.chunk()).await.unwrap().unwrap()).unwrap());
        if let Some(data) = text.split("\n\n").find_map(|event| event.split_once("data: ").map(|(_, data)| data)) {
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[tokio::test]
async fn a_question_on_a_pipe_and_within_the_process_ends_too() {
    let setup = setup().await;
    let sleeper = Person::who(Says::Nothing);
    let client = connect_by_pipe(&setup.server, caller("alice").unwrap(), sleeper.clone()).await.unwrap();
    let off = async {
        until("the question", async || !sleeper.asked().is_empty()).await;
        setup.server.switches().halt();
    };
    let (result, ()) = tokio::join!(call(&client, "burn_letters", json!({})), off);
    assert_eq!(code(&result.unwrap()), "unavailable");
    assert_halted(&setup).await;
    setup.server.switches().resume();

    let (ask, mut asked) = tokio::sync::mpsc::channel(1);
    let never = move |_: Question| {
        let ask = ask.clone();
        async move {
            ask.send(()).await.unwrap();
            std::future::pending::<Reply>().await
        }
    };
    let off = async {
        within("the question", asked.recv()).await.unwrap();
        setup.server.switches().halt();
    };
    let alice = Arc::new(caller("alice").unwrap());
    let calls = setup.server.call_asking(&alice, "burn_letters", serde_json::Map::new(), never);
    let (response, ()) = within("the answer", async { tokio::join!(calls, off) }).await;
    assert_eq!(response.error().unwrap().code(), Code::Unavailable);
    assert_halted(&setup).await;
}

#[tokio::test]
async fn the_answer_of_a_client_of_2026_is_a_new_call() {
    let setup = setup().await;
    let client = setup.http.connect_as("alice", Person::who(Says::Yes)).await.unwrap();
    let CallToolResponse::InputRequired(asked) =
        call_once(&client, CallToolRequestParams::new("burn_letters")).await.unwrap()
    else {
        panic!("nobody was asked");
    };
    let answers = || {
        let mut params = CallToolRequestParams::new("burn_letters");
        params.request_state.clone_from(&asked.request_state);
        params.input_responses =
            Some([("confirm".to_owned(), json!({"action": "accept", "content": {"confirm": true}}))].into());
        call_once(&client, params)
    };
    for off in [Switches::halt, Switches::halt_gracefully] {
        off(&setup.server.switches());
        assert!(answers().await.is_err());
        assert_eq!((setup.last().rule, setup.shop.burnt.load(Ordering::SeqCst)), ("halted", 0));
        setup.server.switches().resume();
    }
    // An answer that came while it was off is used up: somebody has to be asked again.
    let _ = answers().await;
    assert_eq!(setup.shop.burnt.load(Ordering::SeqCst), 0);
    assert_eq!(code(&call(&client, "burn_letters", json!({})).await.unwrap()), "ok");
}

#[tokio::test]
async fn a_call_that_waits_for_an_approver_ends_and_can_no_longer_be_approved() {
    let setup = setup().await;
    let olga = Arc::new(Caller::new("olga").with_tenant("acme"));
    let calls = setup.clients("alice").await.into_iter().map(|(way, client)| {
        (way, tokio::spawn(async move { code(&call(&client, "burn_books", json!({})).await.unwrap()) }))
    });
    let calls: Vec<_> = calls.collect();
    let other = setup.begin("carol", "burn_books");
    until("all to wait", async || setup.approvals.list().len() == calls.len() + 1).await;
    let all = setup.approvals.list();
    setup.server.switches().halt_for(secure_tool::HaltScope::caller(Some("acme"), "alice")).unwrap();
    for (way, call) in calls {
        assert_eq!(answer(call).await, "unavailable", "{way}");
    }
    let waiting = setup.approvals.list();
    assert_eq!(waiting.len(), 1, "the other one");
    for request in all.iter().filter(|request| request.id != waiting[0].id) {
        assert!(setup.approvals.approve(request.id, &olga).is_err());
    }
    for record in setup.records(4).await {
        assert_eq!(
            (record.decision, record.stage, record.rule),
            (Decision::Halted, Stage::Confirmation, "halted_caller")
        );
    }
    setup.approvals.approve(waiting[0].id, &Arc::new(Caller::new("olga").with_tenant("globex"))).unwrap();
    assert_eq!((answer(other).await.as_str(), setup.shop.burnt.load(Ordering::SeqCst)), ("ok", 1));
}

#[tokio::test]
async fn after_a_graceful_switch_a_waiting_call_continues_when_it_is_answered() {
    let setup = setup().await;
    let call = setup.begin("alice", "burn_books");
    until("it to wait", async || !setup.approvals.list().is_empty()).await;
    setup.server.switches().halt_gracefully();
    assert_eq!(setup.call("alice", "greet").await, "unknown_tool");
    let id = setup.approvals.list()[0].id;
    setup.approvals.approve(id, &Arc::new(Caller::new("olga").with_tenant("acme"))).unwrap();
    assert_eq!((answer(call).await.as_str(), setup.shop.burnt.load(Ordering::SeqCst)), ("ok", 1));
    assert_eq!(setup.call("alice", "burn_books").await, "unknown_tool");
}
