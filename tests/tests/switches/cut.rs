//! Running calls when a switch is turned off.

use std::sync::atomic::Ordering;

use secure_tool::{Answered, BodyState, Code, Decision, Phase, Stage, Switches};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{call_inside, text};
use serde_json::json;

use crate::shop::*;

type Turn = fn(&Switches<Shop>);

/// What turns it off, what turns it on, and what the record says.
const CUTS: [(Turn, Turn, &str); 4] = [
    (Switches::halt, Switches::resume, "halted"),
    (
        |switches| ["look", "write_letter", "saw"].iter().for_each(|tool| switches.disable(tool).unwrap()),
        |switches| ["look", "write_letter", "saw"].iter().for_each(|tool| switches.enable(tool).unwrap()),
        "disabled",
    ),
    (
        |switches| switches.halt_for(secure_tool::HaltScope::tenant("acme")).unwrap(),
        |switches| switches.resume_for(secure_tool::HaltScope::tenant("acme")),
        "halted_tenant",
    ),
    (|switches| switches.set_read_only(true), |switches| switches.set_read_only(false), "read_only"),
];

#[tokio::test]
async fn a_read_that_runs_ends_at_once_on_every_transport_and_is_recorded_as_halted() {
    let setup = setup().await;
    let switches = setup.server.switches();
    for (off, on, rule) in &CUTS[..3] {
        let calls = setup.begin_everywhere("alice", "look").await;
        let count = calls.len();
        off(&switches);
        for (way, call) in calls {
            assert_eq!(answer(call).await, "unavailable", "{rule}: {way}");
        }
        for record in setup.records(count).await {
            assert_eq!(said(&record), (Phase::Call, Decision::Halted, BodyState::Dropped, None), "{record:#?}");
            assert_eq!((record.stage, record.rule, record.code), (Stage::Body, *rule, Some(Code::Unavailable)));
            assert_eq!(serde_json::to_value(&record).unwrap()["decision"], "halted");
        }
        assert_eq!(setup.call("alice", "look").await, "unknown_tool", "a new call");
        assert_eq!((setup.last().decision, setup.last().rule), (Decision::Refused, *rule));
        on(&switches);
        assert_eq!(setup.call("alice", "greet").await, "ok");
        let _ = setup.audit.take();
    }
    assert_eq!(setup.ended(), 0, "what was ended did not go on");
}

#[tokio::test]
async fn a_write_that_runs_ends_at_once_and_its_outcome_is_true() {
    let setup = setup().await;
    let switches = setup.server.switches();
    for (off, on, rule) in CUTS {
        let calls = setup.begin_everywhere("alice", "write_letter").await;
        let count = calls.len();
        off(&switches);
        for (way, call) in calls {
            assert_eq!(answer(call).await, "outcome_unknown", "{rule}: {way}");
        }
        let (intents, outcomes): (Vec<_>, Vec<_>) =
            setup.records(2 * count).await.into_iter().partition(|record| record.phase == Phase::Intent);
        assert_eq!((intents.len(), outcomes.len()), (count, count));
        for outcome in outcomes {
            assert!(intents.iter().any(|intent| intent.call_id == outcome.call_id));
            let halted = (Phase::Outcome, Decision::Halted, BodyState::Dropped, Some(Answered::Halted));
            assert_eq!((said(&outcome), outcome.rule), (halted, rule), "{outcome:#?}");
        }
        on(&switches);
    }
    assert_eq!(setup.ended(), 0);
}

#[tokio::test]
async fn only_writes_end_when_the_server_becomes_read_only() {
    let setup = setup().await;
    let (read, written) = (setup.begin("alice", "look"), setup.begin("alice", "write_letter"));
    setup.began(2).await;
    setup.server.switches().set_read_only(true);
    assert_eq!(answer(written).await, "outcome_unknown");
    assert!(!read.is_finished());
    setup.shop.doors.add_permits(1);
    assert_eq!(answer(read).await, "ok");
    assert_eq!(setup.call("alice", "write_letter").await, "unknown_tool");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_body_runs_on_and_its_outcome_is_recorded_when_it_ends() {
    let setup = setup().await;
    for (off, on, rule) in CUTS {
        setup.shop.opened.store(false, Ordering::SeqCst);
        let (before, ended) = (setup.shop.began.load(Ordering::SeqCst), setup.ended());
        let call = setup.begin("alice", "saw");
        setup.began(before + 1).await;
        off(&setup.server.switches());
        assert_eq!(answer(call).await, "outcome_unknown", "{rule}");
        assert_eq!((setup.audit.records().len(), setup.ended()), (1, ended), "an intent, as the body runs on");
        setup.shop.opened.store(true, Ordering::SeqCst);
        let [intent, outcome] = setup.records(2).await.try_into().unwrap();
        assert_eq!((intent.phase, intent.call_id), (Phase::Intent, outcome.call_id));
        let allowed = (Phase::Outcome, Decision::Allowed, BodyState::Ended, Some(Answered::Halted));
        assert_eq!((said(&outcome), outcome.output_bytes), (allowed, 0), "{rule}: {outcome:#?}");
        on(&setup.server.switches());
    }
}

#[tokio::test]
async fn a_graceful_switch_lets_running_calls_finish_and_refuses_new_ones() {
    let turns: [(Turn, Turn); 4] = [
        (Switches::halt_gracefully, Switches::resume),
        (
            |switches| switches.disable_gracefully("write_letter").unwrap(),
            |switches| switches.enable("write_letter").unwrap(),
        ),
        (
            |switches| switches.halt_for_gracefully(secure_tool::HaltScope::client("app")).unwrap(),
            |switches| switches.resume_for(secure_tool::HaltScope::client("app")),
        ),
        (Switches::set_read_only_gracefully, |switches| switches.set_read_only(false)),
    ];
    let setup = setup().await;
    for (off, on) in turns {
        let calls = setup.begin_everywhere("alice", "write_letter").await;
        off(&setup.server.switches());
        assert_eq!(setup.call("alice", "write_letter").await, "unknown_tool");
        assert!(calls.iter().all(|(_, call)| !call.is_finished()));
        setup.shop.doors.add_permits(calls.len());
        for (way, call) in calls {
            assert_eq!(answer(call).await, "ok", "{way}");
        }
        on(&setup.server.switches());
    }
    // What was turned off gracefully can still be cut.
    let call = setup.begin("alice", "write_letter");
    until("the body to begin", async || setup.shop.began.load(Ordering::SeqCst) == setup.ended() + 1).await;
    setup.server.switches().halt_gracefully();
    setup.server.switches().halt();
    assert_eq!(answer(call).await, "outcome_unknown");
}

#[tokio::test]
async fn a_switch_that_is_turned_on_again_at_once_ends_only_the_calls_that_were_running() {
    let setup = setup().await;
    for (off, on, rule) in CUTS {
        let before = setup.shop.began.load(Ordering::SeqCst);
        let (cut, other) = (setup.begin("alice", "write_letter"), setup.begin("carol", "look"));
        setup.began(before + 2).await;
        off(&setup.server.switches());
        on(&setup.server.switches());
        let later = setup.begin("alice", "write_letter");
        assert_eq!(answer(cut).await, "outcome_unknown", "{rule}");
        setup.began(before + 3).await;
        let concerns_carol = ["halted", "disabled"].contains(&rule);
        setup.shop.doors.add_permits(if concerns_carol { 1 } else { 2 });
        assert_eq!(answer(later).await, "ok", "{rule}");
        assert_eq!(answer(other).await, if concerns_carol { "unavailable" } else { "ok" }, "{rule}");
    }
}

#[tokio::test]
async fn lists_completions_reads_and_prompts_end_as_well() {
    let setup = setup().await;
    setup.shop.slow.store(true, Ordering::SeqCst);
    let mut began = 0;
    for (way, client) in setup.clients("alice").await {
        let off = async {
            began += 4;
            setup.began(began).await;
            setup.server.switches().halt();
        };
        let (listed, read, prompt, completed, ()) = within(way, async {
            tokio::join!(
                client.list_resources(None),
                client.read_resource(reading("acme")),
                client.get_prompt(getting("acme")),
                client.complete(completing()),
                off
            )
        })
        .await;
        for told in [refusal(listed), refusal(read), refusal(prompt), refusal(completed)] {
            assert_eq!(told, "An operator stopped this call. Nothing was changed.", "{way}");
        }
        for record in setup.records(4).await {
            assert_eq!(said(&record), (Phase::Call, Decision::Halted, BodyState::Dropped, None), "{way}: {record:#?}");
        }
        setup.server.switches().resume();
    }
    assert_eq!(setup.ended(), 0);
    setup.shop.slow.store(false, Ordering::SeqCst);
    let (_, client) = setup.clients("alice").await.remove(0);
    assert_eq!(listed(&client).await, [TOOLS.len(), 1, 1, 1]);
}

#[tokio::test]
async fn a_refusal_does_not_name_the_switch() {
    let setup = setup().await;
    let mut told = Vec::new();
    for (off, on, _) in &CUTS[..3] {
        let before = setup.shop.began.load(Ordering::SeqCst);
        let (server, caller) = (setup.server.clone(), caller("alice").unwrap());
        let call = tokio::spawn(async move { call_inside(&server, &caller, "look", json!({})).await });
        setup.began(before + 1).await;
        off(&setup.server.switches());
        let result = within("the answer", call).await.unwrap();
        told.push(text(&result).replace(&setup.last().call_id.to_string(), ""));
        on(&setup.server.switches());
    }
    assert!(told.iter().all(|text| *text == told[0] && !text.contains("acme") && !text.contains("look")), "{told:?}");
}
