//! How a call of each era is cancelled, and how it ends with its connection or its server.

use std::{sync::atomic::Ordering, time::Duration};

use rmcp::{
    model::{CallToolRequestParams, ClientRequest, Request},
    service::{ClientServiceExt, PeerRequestOptions},
};
use secure_tool::{
    Decision,
    http::{CancellationToken, HttpOptions},
};
use secure_tool_testkit::within;
use secure_tool_tests::clients::{HttpServer, Names, connect_by_pipe, discover, http_client, message, pipe};
use serde_json::{Value, json};

use crate::house::*;

#[tokio::test]
async fn servers_with_the_same_options_stop_separately() {
    let options = HttpOptions::default().drain(Duration::from_millis(1));
    let stop = CancellationToken::new();
    let setup = setup_with(options.clone().stop_with(stop.clone())).await;
    let options = options.stop_with(CancellationToken::new());
    let other = HttpServer::start_with(&setup.server, Names(principal), options).await.unwrap();
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let detached = setup.send("alice", &session, &calling(1, "wait"));
    setup.began(1).await;
    detached.abort();
    stop.cancel();
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "its server has ended");
    let request = other.post(Some("alice"), message("wait", &json!({})));
    let waits = tokio::spawn(async move { request.send().await.unwrap() });
    setup.began(2).await;
    setup.house.doors.add_permits(1);
    assert!(within("the other server's call", waits).await.unwrap().text().await.unwrap().contains("waited"));
}

#[tokio::test]
async fn http_before_2026_cancels_by_a_notification_of_the_same_session() {
    let setup = setup().await;
    let one = setup.session("alice", "2025-11-25", json!({})).await;
    let two = setup.session("alice", "2025-11-25", json!({})).await;
    let bobs = setup.session("bob", "2025-11-25", json!({})).await;
    let id = json!(7);
    let calls = [
        setup.send("alice", &one, &calling(id.clone(), "wait")),
        setup.send("alice", &two, &calling(id.clone(), "wait")),
    ];
    setup.began(2).await;
    for (name, session, id, status) in [
        ("bob", &bobs, &id, 202),
        ("bob", &one, &id, 404),
        ("alice", &one, &json!("7"), 202),
        ("alice", &one, &json!(8), 202),
    ] {
        assert_eq!(setup.send(name, session, &cancelling(id)).await.unwrap().status(), status);
    }
    assert!(setup.audit.records().is_empty(), "none of these has a call to cancel");
    assert_eq!(setup.send("alice", &one, &cancelling(&id)).await.unwrap().status(), 202);
    let [mine, other] = calls;
    let answer: Value = within("the cancelled call", mine).await.unwrap().json().await.unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&id, &json!(true)));
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled);
    setup.house.doors.add_permits(1);
    let answer: Value = within("the other session's call", other).await.unwrap().json().await.unwrap();
    assert_eq!(answer["result"]["content"][0]["text"], "waited", "another client with the same key goes on");
}

#[tokio::test]
async fn an_id_identifies_one_call_of_a_session_at_a_time() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let first = setup.send("alice", &session, &calling(1, "wait"));
    setup.began(1).await;
    assert_eq!(setup.send("alice", &session, &calling(1, "wait")).await.unwrap().status(), 400);
    setup.house.doors.add_permits(2);
    assert_eq!(within("the first call", first).await.unwrap().status(), 200);
    assert_eq!(setup.send("alice", &session, &calling(1, "wait")).await.unwrap().status(), 200, "it may be used again");
}

#[tokio::test]
async fn http_before_2026_goes_on_when_the_connection_breaks_and_2026_does_not() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let older = setup.send("alice", &session, &calling(1, "wait"));
    setup.began(1).await;
    older.abort();
    let request = setup.http.post_modern(Some("alice"), "wait", "wait", &json!({}));
    let modern = tokio::spawn(async move { request.send().await });
    setup.began(2).await;
    modern.abort();
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "the newer client's");
    assert_eq!(setup.house.ended.load(Ordering::SeqCst), 0);
    setup.house.doors.add_permits(1);
    setup.ended(1).await;
    assert_eq!(setup.recorded().await.decision, Decision::Allowed, "the older client's");
}

#[tokio::test]
async fn http_before_2026_without_a_session_ends_with_its_connection() {
    let setup = setup().await;
    let request = setup.http.post(Some("alice"), message("wait", &json!({})));
    let gone = tokio::spawn(async move { request.send().await });
    setup.began(1).await;
    gone.abort();
    let record = setup.recorded().await;
    assert_eq!((record.decision, setup.house.ended.load(Ordering::SeqCst)), (Decision::Cancelled, 0));
    let request = setup.http.post(Some("alice"), message("wait", &json!({})));
    let stays = tokio::spawn(async move { request.send().await.unwrap() });
    setup.began(2).await;
    setup.house.doors.add_permits(1);
    assert!(within("the call", stays).await.unwrap().text().await.unwrap().contains("waited"));
    assert_eq!(setup.recorded().await.decision, Decision::Allowed);
}

#[tokio::test]
async fn a_server_that_stops_says_so_as_the_last_event() {
    for streams in [true, false] {
        let stop = CancellationToken::new();
        let setup = setup_with(HttpOptions::default().drain(Duration::from_millis(1)).stop_with(stop.clone())).await;
        let session = setup.session("alice", "2025-11-25", forms()).await;
        let last = if streams {
            let mut events = Events::begin(setup.send("alice", &session, &calling("c", "burn_letters")).await.unwrap());
            assert_eq!(events.next().await.unwrap()["method"], "elicitation/create");
            stop.cancel();
            let last = events.next().await.unwrap();
            assert_eq!(events.next().await, None);
            last
        } else {
            let waits = setup.send("alice", &session, &calling("c", "wait"));
            setup.began(1).await;
            stop.cancel();
            within("the answer", waits).await.unwrap().json().await.unwrap()
        };
        assert_eq!((&last["id"], &last["error"]["data"]["code"]), (&json!("c"), &json!("unavailable")), "{last}");
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled);
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn a_stopping_server_reports_started_writes_as_unknown() {
    let stop = CancellationToken::new();
    let setup = setup_with(HttpOptions::default().drain(Duration::from_millis(1)).stop_with(stop.clone())).await;
    let session = setup.session("alice", "2025-11-25", forms()).await;
    let waits = setup.send("alice", &session, &calling("c", "write_letter"));
    setup.began(1).await;
    stop.cancel();
    let last: Value = within("the answer", waits).await.unwrap().json().await.unwrap();
    assert_eq!(last["result"]["_meta"]["secure-tool/refusal"]["code"], json!("outcome_unknown"), "{last}");
    let outcome = secure_tool_tests::ends(setup.audit.take()).pop().unwrap();
    assert_eq!((outcome.decision, outcome.code), (Decision::Cancelled, Some(secure_tool::Code::OutcomeUnknown)));
}

#[tokio::test]
async fn at_2026_over_http_a_notification_cancels_nothing() {
    let setup = setup().await;
    let request = setup.http.post_modern(Some("alice"), "wait", "wait", &json!({}));
    let waits = tokio::spawn(async move { request.send().await.unwrap() });
    setup.began(1).await;
    let mut notification = setup.http.post(Some("alice"), cancelling(&json!(1)).to_string()).build().unwrap();
    notification.headers_mut().insert("mcp-protocol-version", "2026-07-28".parse().unwrap());
    notification.headers_mut().insert("mcp-method", "notifications/cancelled".parse().unwrap());
    assert_eq!(http_client().execute(notification).await.unwrap().status(), 202);
    setup.house.doors.add_permits(1);
    assert!(within("the call", waits).await.unwrap().text().await.unwrap().contains("waited"));
}

#[tokio::test]
async fn on_a_pipe_a_notification_cancels_in_both_eras() {
    for modern in [false, true] {
        let setup = setup().await;
        let alice = principal("alice").unwrap();
        let client = if modern {
            within("a client", ().serve_with_lifecycle(pipe(&setup.server, alice), discover())).await.unwrap()
        } else {
            connect_by_pipe(&setup.server, alice, ()).await.unwrap()
        };
        let request = ClientRequest::CallToolRequest(Request::new(CallToolRequestParams::new("wait")));
        let options = PeerRequestOptions::no_options();
        let handle = within("the request", client.send_cancellable_request(request, options)).await.unwrap();
        setup.began(1).await;
        within("the cancellation", handle.cancel(None)).await.unwrap();
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "modern: {modern}");
        assert_eq!(setup.house.ended.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn the_end_of_a_pipe_ends_its_calls() {
    for modern in [false, true] {
        let setup = setup().await;
        let alice = principal("alice").unwrap();
        let client = if modern {
            within("a client", ().serve_with_lifecycle(pipe(&setup.server, alice), discover())).await.unwrap()
        } else {
            connect_by_pipe(&setup.server, alice, ()).await.unwrap()
        };
        let peer = client.peer().clone();
        let waits = tokio::spawn(async move { peer.call_tool(CallToolRequestParams::new("wait")).await });
        setup.began(1).await;
        within("the client to leave", client.cancel()).await.unwrap();
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "modern: {modern}");
        waits.abort();
    }
}
