//! The answers to repeated calls.

use secure_tool::{BodyState, Code, Decision, Phase, Stage};
use secure_tool_tests::{
    clients::{call, code, text},
    ends,
};
use serde_json::json;

use crate::house::{Setup, seen};

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_has_the_answer_of_the_first_on_every_transport() {
    let setup = Setup::new();
    let http = setup.http().await;
    let clients = setup.clients(&http).await;
    for (number, (transport, client)) in clients.iter().enumerate() {
        let arguments = json!({"account": "alice", "amount": 1, "request_id": format!("payment-{number}")});
        let first = call(client, "pay", arguments.clone()).await.unwrap();
        assert_eq!((code(&first), setup.house.times("pay")), ("ok".into(), number + 1), "{transport}");
        // A number whose shortest form has many digits, text, a link, a picture, and what was masked.
        let shown = seen(&first).to_string();
        for part in ["0.30000000000000004", "Payment", "house://rules", "image/png", "[masked: card]"] {
            assert!(shown.contains(part), "{transport}: {part} in {shown}");
        }
        let of_first = ends(setup.audit.records()).pop().unwrap();
        assert!(!of_first.repeated && of_first.body == BodyState::Ended, "{of_first:?}");
        for (other, client) in &clients {
            let again = call(client, "pay", arguments.clone()).await.unwrap();
            assert_eq!(
                (&again.content, &again.structured_content, again.is_error),
                (&first.content, &first.structured_content, first.is_error),
                "{transport}, then {other}"
            );
            let record = setup.last();
            assert!(record.repeated, "{record:?}");
            assert_eq!(
                (record.phase, record.decision, record.stage, record.rule, record.body),
                (Phase::Call, Decision::Allowed, Stage::Release, "repeated", BodyState::NotStarted)
            );
            assert_eq!(record.output_bytes, of_first.output_bytes);
            assert_eq!((record.masked, record.output), (of_first.masked.clone(), of_first.output.clone()));
            assert_eq!(record.owner, of_first.owner);
        }
        assert_eq!(setup.house.times("pay"), number + 1, "{transport}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocking_body_runs_once() {
    let setup = Setup::new();
    let arguments = json!({"account": "alice", "request_id": "payment-1"});
    for _ in 0..3 {
        assert_eq!(text(&setup.call("alice", "pay_blocking", arguments.clone()).await), "payment 1");
    }
    assert_eq!(setup.house.times("pay_blocking"), 1);
}

#[tokio::test]
async fn a_refusal_by_the_body_is_also_a_kept_answer() {
    let setup = Setup::new();
    for (how, expected) in [
        ("not_found", Code::NotFound),
        ("conflict", Code::Conflict),
        ("invalid", Code::InvalidArguments),
        ("forbidden", Code::Forbidden),
    ] {
        let arguments = json!({"how": how, "request_id": format!("failure-{how}")});
        let before = setup.house.times("fail");
        let first = setup.call("alice", "fail", arguments.clone()).await;
        assert_eq!((code(&first), setup.last().repeated), (expected.as_str().into(), false));
        let again = setup.call("alice", "fail", arguments).await;
        assert_eq!(seen(&again), seen(&first), "{how}");
        let record = setup.last();
        assert_eq!(
            (record.decision, record.stage, record.rule, record.repeated, record.body),
            (Decision::Refused, Stage::Idempotency, "repeated", true, BodyState::NotStarted)
        );
        assert_eq!(setup.house.times("fail"), before + 1, "{how}");
    }
}

#[tokio::test]
async fn a_body_that_was_unavailable_runs_again() {
    let setup = Setup::new();
    let arguments = json!({"how": "unavailable", "request_id": "failure-1"});
    for times in 1..4 {
        assert_eq!(code(&setup.call("alice", "fail", arguments.clone()).await), "unavailable");
        assert_eq!(setup.house.times("fail"), times);
    }
}

#[tokio::test]
async fn a_call_whose_answer_is_too_long_to_keep_does_not_run_again() {
    let setup = Setup::new();
    for (bytes, kept) in [(60_000, true), (66_000, false)] {
        let arguments = json!({"bytes": bytes, "request_id": format!("speech-{bytes}")});
        let before = setup.house.times("say_much");
        assert_eq!(text(&setup.call("alice", "say_much", arguments.clone()).await).len(), bytes);
        let again = setup.call("alice", "say_much", arguments).await;
        if kept {
            assert_eq!(text(&again).len(), bytes);
        } else {
            assert_eq!((code(&again), setup.last().rule), ("conflict".into(), "not_kept"));
            assert!(
                text(&again).contains("was made before") && text(&again).contains("Do not repeat"),
                "{}",
                text(&again)
            );
        }
        assert_eq!(setup.house.times("say_much"), before + 1);
    }
    // What the body was too long for at all has run as well.
    let arguments = json!({"bytes": 300_000, "request_id": "speech-too-long"});
    for _ in 0..2 {
        assert_eq!(code(&setup.call("alice", "say_much", arguments.clone()).await), "output_too_large");
    }
    assert_eq!(setup.house.times("say_much"), 3);
}
