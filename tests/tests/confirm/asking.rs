//! Who is asked, through which client, and when nobody is asked.

use std::{sync::Arc, time::Duration};

use rmcp::service::ClientServiceExt;
use secure_tool::{Approvals, Caller, ConfirmedBy, Decision, OwnerOutcome, SecureServer, Stage};
use secure_tool_testkit::within;
use secure_tool_tests::{
    Vault, alice, bob,
    clients::{ALICE, BOB, call, call_inside, code, connect_by_pipe, discover, list, pipe, text},
    ends,
    person::{Person, Says},
};
use serde_json::json;

use crate::vault::{Rounds, Setup, asking, http, keeper, last, object, setup, yes};

#[tokio::test]
async fn a_yes_does_it_and_anything_else_does_not() {
    for (says, code_is, rule) in [
        (Says::Yes, "ok", "allowed"),
        (Says::No, "declined", "declined"),
        (Says::Cancel, "declined", "declined"),
        (Says::Unticked, "declined", "declined"),
        (Says::Empty, "declined", "declined"),
    ] {
        let Setup { vault, audit, server } = setup();
        let http = http(&server).await;
        let person = Person::who(says);
        let client = http.connect_as(ALICE, person.clone()).await.unwrap();
        let result = call(&client, "burn_parcel", json!({"parcel": 1, "reason": "mould"})).await.unwrap();
        assert_eq!(code(&result), code_is, "{says:?}");
        assert_eq!(person.asked(), ["Burn “parcel 1 (books)”, because “mould”?"], "the loaded object, not its number");
        assert_eq!(vault.left(), if says == Says::Yes { vec![2, 3] } else { vec![1, 2, 3] }, "{says:?}");
        // Each round is a call of its own: one record for the question, and how the other one ended.
        let records = ends(audit.take());
        assert_eq!(records.len(), 2);
        assert_eq!(
            (records[0].decision, records[0].stage, records[0].rule),
            (Decision::Asked, Stage::Confirmation, "asked")
        );
        assert_eq!(records[1].rule, rule);
        assert_eq!([records[0].owner, records[1].owner], [OwnerOutcome::Owned; 2], "settled before anybody is asked");
        let by = (says == Says::Yes).then_some(ConfirmedBy::Client);
        assert_eq!((records[0].confirmed_by.clone(), records[1].confirmed_by.clone()), (None, by));
    }
}

#[tokio::test]
async fn an_older_client_is_asked_on_its_pipe() {
    for (says, code_is) in [(Says::Yes, "ok"), (Says::No, "declined"), (Says::Unticked, "declined")] {
        let Setup { vault, audit, server } = setup();
        let person = Person::who(says);
        let keeper = Arc::unwrap_or_clone(keeper(alice()));
        let client = connect_by_pipe(&server, keeper, person.clone()).await.unwrap();
        let result = call(&client, "burn_slowly", json!({"parcel": 1})).await.unwrap();
        assert_eq!(code(&result), code_is, "{says:?}");
        assert_eq!(person.asked(), ["Burn 1 {slowly}?"], "what cannot show itself is named by its key");
        assert_eq!(vault.left().len(), if says == Says::Yes { 2 } else { 3 });
        assert_eq!(ends(audit.take()).len(), 1, "one call");
    }
}

#[tokio::test]
async fn a_newer_client_is_asked_in_rounds_on_its_pipe_too() {
    let Setup { vault, audit, server } = setup();
    let person = Person::who(Says::Yes);
    let near = pipe(&server, Arc::unwrap_or_clone(keeper(alice())));
    let client = within("the client to connect", person.clone().serve_with_lifecycle(near, discover())).await.unwrap();
    assert_eq!(code(&call(&client, "burn_parcel", json!({"parcel": 2})).await.unwrap()), "ok");
    assert_eq!(person.asked(), ["Burn “parcel 2 (tea)”, because (none)?"]);
    assert_eq!((vault.left(), ends(audit.take()).len()), (vec![1, 3], 2));
}

#[tokio::test]
async fn a_client_that_cannot_ask_gets_a_refusal_with_the_reason() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    let newer = http.connect(ALICE).await.unwrap();
    let older = http.connect_legacy(ALICE).await.unwrap();
    let arguments = json!({"parcel": 1});
    for result in [
        call(&newer, "burn_parcel", arguments.clone()).await.unwrap(),
        call(&older, "burn_parcel", arguments.clone()).await.unwrap(),
        call_inside(&server, &keeper(alice()), "burn_parcel", arguments).await,
    ] {
        assert_eq!(code(&result), "confirmation_required");
        assert!(text(&result).contains("this client cannot ask one"), "{}", text(&result));
    }
    let records = audit.take();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| (record.decision, record.rule) == (Decision::Refused, "unsupported")));
    assert_eq!(vault.ran(), 0);
}

#[tokio::test]
async fn nobody_is_asked_about_a_call_that_is_refused_anyway() {
    let setup = setup();
    for (caller, arguments, code_is) in [
        (alice(), json!({"parcel": 3}), "not_found"),
        (alice(), json!({"parcel": 99}), "not_found"),
        (alice(), json!({"parcel": "one"}), "invalid_arguments"),
        (bob(), json!({"parcel": 1}), "not_found"),
    ] {
        let (result, asked) = asking(&setup, caller, "burn_parcel", arguments, true).await;
        assert_eq!((code(&result).as_str(), asked.len()), (code_is, 0));
    }
    let nobody = Arc::new(Caller::local("alice"));
    let call =
        setup.server.call_asking(&nobody, "burn_parcel", object(json!({"parcel": 1})), async |_| -> bool { panic!() });
    let result = within("the refusal", call).await;
    assert_eq!((code(&result).as_str(), setup.vault.ran()), ("insufficient_scope", 0));
}

#[tokio::test]
async fn a_confirmed_call_counts_once() {
    let setup = setup();
    // Three an hour: three are asked and done, the fourth is not even asked.
    for (parcel, yes, code_is) in [(1, true, "ok"), (2, false, "declined"), (2, true, "ok"), (2, true, "rate_limited")]
    {
        let (result, asked) = asking(&setup, alice(), "burn_parcel", json!({"parcel": parcel}), yes).await;
        assert_eq!(
            (code(&result).as_str(), asked.len()),
            (code_is, usize::from(code_is != "rate_limited")),
            "{parcel}"
        );
    }
    // A worthless state buys nothing: each attempt with one counts.
    let http = http(&setup.server).await;
    let client = http.connect_as(BOB, Person::who(Says::Yes)).await.unwrap();
    let rounds = Rounds { client, tool: "burn_parcel", arguments: json!({"parcel": 3}) };
    for code_is in ["confirmation_required", "confirmation_required", "confirmation_required", "rate_limited"] {
        assert_eq!(code(&rounds.answer("worthless", yes()).await), code_is);
    }
}

#[tokio::test]
async fn the_policy_shows_who_is_asked() {
    let Setup { server, .. } = setup();
    let policy = serde_json::to_value(server.policy()).unwrap();
    let tools = policy["tools"].as_array().unwrap();
    let confirm: Vec<_> =
        tools.iter().map(|tool| (tool["effect"].as_str().unwrap(), tool["confirm"].clone())).collect();
    assert_eq!(
        confirm,
        [
            ("destroy", json!({"operator": "Burn {parcel}?"})),
            ("destroy", json!({"client": "Burn {parcel}, because {reason}?"})),
            ("destroy", json!({"never": "ashes can be put together again"})),
            ("destroy", json!({"client": "Burn {parcel} {{slowly}}?"})),
            ("write", json!({"client": "Name {parcels} “{name}”?"})),
        ]
    );
    assert!(server.policy().to_string().contains("burn_quietly: no confirmation: ashes can be put together again"));
    let http = http(&server).await;
    let client = http.connect(ALICE).await.unwrap();
    for tool in list(&client).await.unwrap() {
        let destructive = tool.annotations.and_then(|annotations| annotations.destructive_hint);
        assert_eq!(destructive, Some(tool.name != "name_parcels"), "{}", tool.name);
    }
}

#[tokio::test]
async fn with_confirm_never_nobody_is_asked() {
    let Setup { vault, server, audit } = setup();
    let result = call_inside(&server, &keeper(alice()), "burn_quietly", json!({"parcel": 1})).await;
    assert_eq!((code(&result).as_str(), vault.ran()), ("ok", 1));
    assert_eq!(last(&audit).confirmed_by, None);
}

#[test]
fn build_refuses_a_server_that_cannot_ask() {
    let builder = || SecureServer::builder(Vault::default()).tool(Vault::burn_officially()).allow_writes();
    let problems = builder().build().unwrap_err().to_string();
    assert!(
        problems.contains("`burn_officially` requires confirmation by an operator, but there is no approver"),
        "{problems}"
    );
    assert!(builder().approver(Approvals::default()).build().is_ok());
    for timeout in [Duration::ZERO, Duration::from_secs(3601)] {
        assert!(builder().approver(Approvals::default()).confirmation_timeout(timeout).build().is_err());
    }
}
