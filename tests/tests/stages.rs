//! Each stage of the guard refuses at its place in the order, the body does not run, and one record is written.

use std::{sync::Arc, time::Instant};

use secure_tool::{Caller, Code, Decision, MemorySink, OwnerOutcome, Stage};
use secure_tool_tests::{
    Desk, alice, bob, builder, carol,
    clients::{call_inside as call, code, text, without_call_id},
    ends, setup,
};
use serde_json::{Value, json};

/// Caller, tool, arguments; then code, stage, rule and what was found out about the owner.
type Row = (Caller, &'static str, Value, Option<Code>, Stage, &'static str, OwnerOutcome);

fn rows() -> Vec<Row> {
    use Code::{Forbidden, InsufficientScope, InvalidArguments, NotFound, Unauthenticated, Unavailable, UnknownTool};
    use OwnerOutcome::{Absent, Caller as Bound, Foreign, Owned, Unchecked, Unowned};
    use Stage::{Arguments, Identity, Owner, Rate, Release, Scope, Switch};
    let nobody = || Caller::new("").with_scopes(["notes:read"]);
    vec![
        // 1: a tool that is not there is not there for anybody, whatever else is wrong.
        (nobody(), "no_such_tool", json!({"x": 1}), Some(UnknownTool), Switch, "unknown", Unchecked),
        // 2 before 3, 4, 5
        (nobody(), "get_note", json!({"x": 1}), Some(Unauthenticated), Identity, "identity", Unchecked),
        (nobody(), "ping", json!({}), None, Release, "allowed", Unowned),
        // 3 before 4, 5, 6
        (carol(), "get_note", json!({"x": 1}), Some(InsufficientScope), Scope, "scope", Unchecked),
        (carol(), "get_note", json!({"note": 3}), Some(InsufficientScope), Scope, "scope", Unchecked),
        (
            alice().with_scopes(["notes:read"]),
            "add_note",
            json!({"text": "t"}),
            Some(InsufficientScope),
            Scope,
            "scope",
            Unchecked,
        ),
        (
            alice().with_scopes(["notes:write"]),
            "add_note",
            json!({"text": "t"}),
            Some(InsufficientScope),
            Scope,
            "scope",
            Unchecked,
        ),
        (
            alice().with_scopes(["notes"]),
            "get_note",
            json!({"note": 1}),
            Some(InsufficientScope),
            Scope,
            "scope",
            Unchecked,
        ),
        (alice().with_scopes(["notes:write"]), "either", json!({}), None, Release, "allowed", Unowned),
        (carol(), "either", json!({}), Some(InsufficientScope), Scope, "scope", Unchecked),
        // 4 before 5 (the claim that the limit counts by is missing)
        (alice(), "scarce_per_tenant", json!({"x": 1}), Some(Forbidden), Rate, "tenant", Unchecked),
        (
            Caller::new("alice").with_scopes(["desk:test"]),
            "scarce_per_client",
            json!({"x": 1}),
            Some(Forbidden),
            Rate,
            "client",
            Unchecked,
        ),
        // 5 before 6
        (alice(), "get_note", json!({"note": 3, "x": 1}), Some(InvalidArguments), Arguments, "schema", Unchecked),
        (alice(), "get_note", json!({"note": "3"}), Some(InvalidArguments), Arguments, "schema", Unchecked),
        (alice(), "get_note", json!({"note": -1}), Some(InvalidArguments), Arguments, "schema", Unchecked),
        (alice(), "get_note", json!({}), Some(InvalidArguments), Arguments, "schema", Unchecked),
        (alice(), "get_note", json!({"note": 3.5}), Some(InvalidArguments), Arguments, "schema", Unchecked),
        (alice(), "list_notes", json!({"x": 1}), Some(InvalidArguments), Arguments, "schema", Unchecked),
        (
            alice(),
            "get_notes",
            json!({"notes": [1, 1, 1, 1, 1, 1]}),
            Some(InvalidArguments),
            Arguments,
            "schema",
            Unchecked,
        ),
        // 6
        (alice(), "get_note", json!({"note": 3}), Some(NotFound), Owner, "foreign", Foreign),
        (alice(), "get_note", json!({"note": 3.0}), Some(NotFound), Owner, "foreign", Foreign),
        (alice(), "get_note", json!({"note": 77}), Some(NotFound), Owner, "absent", Absent),
        (alice(), "get_note", json!({"note": 901}), Some(NotFound), Owner, "absent", Absent),
        (alice(), "get_note", json!({"note": 902}), Some(Unavailable), Owner, "load", Unchecked),
        (alice(), "get_note", json!({"note": 900}), Some(Code::Internal), Owner, "load", Unchecked),
        (alice(), "get_notes", json!({"notes": [1, 3]}), Some(NotFound), Owner, "foreign", Foreign),
        (alice(), "get_notes", json!({"notes": [1, 77]}), Some(NotFound), Owner, "absent", Absent),
        (alice(), "get_notes", json!({"notes": [1, 901]}), Some(NotFound), Owner, "absent", Absent),
        (alice(), "maybe_note", json!({"note": 3}), Some(NotFound), Owner, "foreign", Foreign),
        (alice(), "note_length", json!({"note": 3}), Some(NotFound), Owner, "foreign", Foreign),
        (alice(), "note_length", json!({"note": 77}), Some(NotFound), Owner, "absent", Absent),
        (alice().with_tenant("acme"), "get_note", json!({"note": 1}), Some(NotFound), Owner, "foreign", Foreign),
        // and the same tools serve who may be served
        (alice(), "get_note", json!({"note": 1}), None, Release, "allowed", Owned),
        (alice(), "get_note", json!({"note": 1.0}), None, Release, "allowed", Owned),
        (bob(), "get_note", json!({"note": 3}), None, Release, "allowed", Owned),
        (alice(), "get_notes", json!({"notes": [1, 2]}), None, Release, "allowed", Owned),
        (alice(), "get_notes", json!({"notes": []}), None, Release, "allowed", Bound),
        (alice(), "maybe_note", json!({"note": 1}), None, Release, "allowed", Owned),
        (alice(), "maybe_note", json!({"note": null}), None, Release, "allowed", Bound),
        (alice(), "maybe_note", json!({}), None, Release, "allowed", Bound),
        (alice(), "note_length", json!({"note": 1}), None, Release, "allowed", Owned),
        (alice(), "list_notes", json!({}), None, Release, "allowed", Bound),
        (alice(), "notes.count", json!({}), None, Release, "allowed", Bound),
        (alice(), "whoami", json!({}), None, Release, "allowed", Bound),
        (alice(), "add_note", json!({"text": "t"}), None, Release, "allowed", Bound),
        (alice(), "echo", json!({"text": "t"}), None, Release, "allowed", Unowned),
    ]
}

#[tokio::test]
async fn a_call_ends_at_the_first_stage_that_refuses_it() {
    for (caller, tool, arguments, expected, stage, rule, owner) in rows() {
        let (desk, audit, server) = setup();
        let what = format!("{} calls {tool} with {arguments}", caller.subject());
        let result = call(&server, &caller, tool, arguments).await;
        assert_eq!(code(&result), expected.map_or("ok", Code::as_str), "{what}");
        let records = ends(audit.take());
        let [record] = records.as_slice() else { panic!("{what}: {} records", records.len()) };
        assert_eq!((record.code, record.stage, record.rule, record.owner), (expected, stage, rule, owner), "{what}");
        let decision = if expected.is_none() { Decision::Allowed } else { Decision::Refused };
        assert_eq!(record.decision, decision, "{what}");
        let without_body = ["ping", "whoami"].contains(&tool) || expected.is_some();
        assert_eq!(desk.ran(), usize::from(!without_body), "{what}");
        assert_eq!(record.tool.as_deref(), (tool != "no_such_tool").then_some(tool), "{what}");
        let refusal = text(&result);
        assert!(expected.is_none() || refusal.contains(&record.call_id.to_string()), "{what}: {refusal}");
    }
}

#[tokio::test]
async fn the_body_sees_its_own_arguments_and_caller_only() {
    let (_, _, server) = setup();
    let structured = async |tool, arguments| call(&server, &alice(), tool, arguments).await.structured_content.unwrap();
    assert_eq!(structured("get_note", json!({"note": 2})).await, json!({"id": 2, "author": "alice", "text": "note 2"}));
    assert_eq!(structured("list_notes", json!({})).await, json!({"result": [1, 2]}));
    assert_eq!(structured("notes.count", json!({})).await, json!({"result": 2}));
    assert_eq!(structured("note_length", json!({"note": 1})).await, json!({"result": 6}));
    let shapes = json!({
        "colour": "blue", "small": -5, "share": 0.5, "tags": ["a", "bc"], "counts": {"x": 1},
        "nested": {"width": 1, "content": ["c"], "outer": {"width": 2, "outer": null}},
    });
    let mut expected = shapes.clone();
    expected["page"] = json!(1);
    expected["maybe"] = json!(null);
    expected["nested"]["outer"]["content"] = json!([]);
    assert_eq!(structured("shapes", shapes).await, expected);
    assert_eq!(text(&call(&server, &alice(), "whoami", json!({})).await), "alice in whoami");
}

#[tokio::test]
async fn absent_and_foreign_objects_get_the_same_bytes() {
    let (_, _, server) = setup();
    let mut answers = Vec::new();
    for (tool, arguments) in [
        ("get_note", json!({"note": 3})),
        ("get_note", json!({"note": 77})),
        ("get_note", json!({"note": 901})),
        ("note_length", json!({"note": 3})),
        ("note_length", json!({"note": 77})),
        ("get_notes", json!({"notes": [1, 3]})),
        ("get_notes", json!({"notes": [77]})),
        ("maybe_note", json!({"note": 3})),
        ("fails", json!({"how": "not_found"})),
    ] {
        let result = call(&server, &alice(), tool, arguments).await;
        answers.push(without_call_id(&serde_json::to_string(&result).unwrap()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[tokio::test]
async fn a_wrong_argument_is_named_by_place_and_expectation_only() {
    let (_, _, server) = setup();
    let good = json!({"colour": "red", "small": 0, "share": 0, "tags": [], "counts": {}});
    for (key, value, expected) in [
        ("colour", json!("CANARY"), r#"/colour: must be one of ["red","blue"]"#),
        ("small", json!(6), "/small: must be at most 5"),
        ("small", json!("CANARY"), "/small: must be of type integer"),
        ("share", json!(1.01), "/share: must be at most 1"),
        ("maybe", json!(70000), "/maybe: must be at most 65535"),
        ("tags", json!(["x; CANARY"]), "/tags/0: must match the pattern ^(?:[a-z]{1,8})$"),
        ("tags", json!(["a", "a", "a", "a"]), "/tags: must have at most 3 items"),
        ("nested", json!({"width": 256}), "/nested/width: must be at most 255"),
        ("nested", json!({"width": 1, "CANARY": 1}), "/nested: must have no properties other than `"),
        ("counts", json!({"CANARY": -1}), "/counts/*: must be at least 0"),
        ("page", json!(0), "/page: must be at least 1"),
        ("CANARY", json!(1), "the arguments: must have no properties other than `colour`, `counts`, "),
    ] {
        let mut arguments = good.clone();
        arguments[key] = value;
        let result = call(&server, &alice(), "shapes", arguments.clone()).await;
        assert_eq!(code(&result), "invalid_arguments", "{arguments}");
        assert!(text(&result).contains(expected), "{arguments}: {}", text(&result));
        assert!(!serde_json::to_string(&result).unwrap().contains("CANARY"), "{arguments}");
    }
    let deep = (0..40).fold(json!(null), |inner, _| json!({"width": 1, "outer": inner}));
    let mut arguments = good.clone();
    arguments["nested"] = deep;
    assert!(text(&call(&server, &alice(), "shapes", arguments).await).contains("nested too deeply"));
    let large = json!({"text": "x".repeat(256 * 1024)});
    assert!(text(&call(&server, &alice(), "echo", large).await).contains("too large"));
    let long = json!({"text": "x".repeat(1025)});
    assert!(text(&call(&server, &alice(), "echo", long).await).contains("/text: must have at most 1024 characters"));
}

#[tokio::test]
async fn writes_are_hidden_until_they_are_allowed_and_switches_hide_at_once() {
    let desk = Arc::new(Desk::default());
    let reader = builder(&desk).audit(MemorySink::new(10)).build().unwrap();
    let write = json!({"text": "t"});
    assert_eq!(code(&call(&reader, &alice(), "add_note", write.clone()).await), "unknown_tool");
    reader.switches().set_read_only(false);
    assert_eq!(
        code(&call(&reader, &alice(), "add_note", write.clone()).await),
        "unknown_tool",
        "a switch allows nothing"
    );

    let (_, _, server) = setup();
    let switches = server.switches();
    let unknown = call(&server, &alice(), "no_such_tool", json!({})).await;
    let unknown = without_call_id(&serde_json::to_string(&unknown).unwrap());
    let refused = async |tool, arguments| {
        let result = call(&server, &alice(), tool, arguments).await;
        without_call_id(&serde_json::to_string(&result).unwrap()) == unknown
    };
    assert!(!refused("add_note", write.clone()).await);
    switches.set_read_only(true);
    assert!(refused("add_note", write.clone()).await);
    assert!(!refused("get_note", json!({"note": 1})).await);
    switches.set_read_only(false);
    switches.disable("add_note").unwrap();
    assert!(refused("add_note", write.clone()).await);
    switches.enable("add_note").unwrap();
    assert!(!refused("add_note", write).await);
    switches.halt();
    assert!(refused("get_note", json!({"note": 1})).await);
    switches.resume();
    assert!(!refused("get_note", json!({"note": 1})).await);
    assert!(switches.disable("no_such_tool").is_err());
}

#[tokio::test]
async fn every_attempt_that_reaches_the_rate_limit_counts() {
    let (_, _, server) = setup();
    let started = Instant::now();
    let scarce =
        async |caller: &Caller, fail: Value| code(&call(&server, caller, "scarce", json!({"fail": fail})).await);
    assert_eq!(scarce(&carol(), json!(false)).await, "insufficient_scope", "costs nothing");
    assert_eq!(scarce(&alice(), json!("wrong")).await, "invalid_arguments", "costs one");
    assert_eq!(scarce(&alice(), json!(true)).await, "invalid_arguments", "costs one");
    assert_eq!(scarce(&alice(), json!(false)).await, "rate_limited", "the burst is two");
    assert_eq!(scarce(&alice(), json!("wrong")).await, "rate_limited", "before the arguments are looked at");
    assert_eq!(scarce(&bob(), json!(false)).await, "ok", "another caller");
    let refused = call(&server, &alice(), "scarce", json!({"fail": false})).await;
    let after = refused.meta.as_ref().unwrap()["secure-tool/refusal"]["retry_after"].as_u64().unwrap();
    let passed = started.elapsed().as_secs() + 1;
    assert!((1200 - passed..=1200).contains(&after), "one call in 20 minutes, not {after}, {passed} s later");
}

#[tokio::test]
async fn limits_are_counted_per_tenant_client_and_tool() {
    let (_, _, server) = setup();
    let tester = |subject: &str| Caller::new(subject).with_scopes(["desk:test"]);
    let twice = async |tool: &str, callers: [Caller; 4]| {
        let mut codes = Vec::new();
        for caller in &callers {
            codes.push(code(&call(&server, caller, tool, json!({})).await));
        }
        codes.join(" ")
    };
    let tenants =
        [("a", "x"), ("b", "x"), ("c", "x"), ("a", "y")].map(|(name, tenant)| tester(name).with_tenant(tenant));
    assert_eq!(twice("scarce_per_tenant", tenants).await, "ok ok rate_limited ok");
    let clients =
        [("a", "x"), ("b", "x"), ("c", "x"), ("a", "y")].map(|(name, client)| tester(name).with_client(client));
    assert_eq!(twice("scarce_per_client", clients).await, "ok ok rate_limited ok");
    assert_eq!(twice("scarce_per_tool", ["a", "b", "c", "d"].map(tester)).await, "ok ok rate_limited rate_limited");
}

#[tokio::test]
async fn the_override_scope_replaces_only_the_ownership_check() {
    let desk = Arc::new(Desk::default());
    let audit = Arc::new(MemorySink::new(100));
    let built = |scope: &'static str| builder(&desk).override_scope(scope).audit(Arc::clone(&audit)).build();
    let server = built("support:override").unwrap();
    let staff = Caller::new("erin").with_tenant("support").with_scopes(["notes:read", "desk:test", "support:override"]);
    for (tool, arguments, expected, outcome) in [
        ("get_note", json!({"note": 3}), "ok", OwnerOutcome::Overridden),
        ("get_notes", json!({"notes": [1, 3]}), "ok", OwnerOutcome::Overridden),
        ("maybe_note", json!({"note": 1}), "ok", OwnerOutcome::Overridden),
        ("note_length", json!({"note": 1}), "ok", OwnerOutcome::Overridden),
        ("get_note", json!({"note": 77}), "not_found", OwnerOutcome::Absent),
        ("get_note", json!({"note": 901}), "not_found", OwnerOutcome::Absent),
        ("list_notes", json!({}), "ok", OwnerOutcome::Caller),
        ("echo", json!({"text": "t"}), "ok", OwnerOutcome::Unowned),
    ] {
        let result = call(&server, &staff, tool, arguments.clone()).await;
        assert_eq!((&*code(&result), audit.take().remove(0).owner), (expected, outcome), "{tool} {arguments}");
    }
    assert_eq!(call(&server, &staff, "list_notes", json!({})).await.structured_content, Some(json!({"result": []})));
    let only = staff.clone().with_scopes(["support:override"]);
    assert_eq!(code(&call(&server, &only, "get_note", json!({"note": 3})).await), "insufficient_scope");
    for scopes in [["notes:read", "support"], ["notes:read", "support:*"], ["notes:read", "*"]] {
        let close = staff.clone().with_scopes(scopes);
        assert_eq!(code(&call(&server, &close, "get_note", json!({"note": 3})).await), "not_found", "{scopes:?}");
    }
    let _ = audit.take();
    assert_eq!(code(&call(&server, &alice(), "get_note", json!({"note": 1})).await), "ok");
    assert_eq!(audit.take().remove(0).owner, OwnerOutcome::Owned, "who owns it needs no override");
    assert!(
        server.policy().to_string().contains("callers with support:override may access the objects of every owner")
    );

    let without = builder(&desk).audit(Arc::clone(&audit)).build().unwrap();
    assert_eq!(code(&call(&without, &staff, "get_note", json!({"note": 3})).await), "not_found");
    for wrong in ["", "*", "support:*", "two words"] {
        assert!(built(wrong).unwrap_err().to_string().contains("override scope"), "{wrong:?}");
    }
}

#[tokio::test]
async fn foreign_rows_of_a_query_are_stopped_at_the_exit() {
    let (_, audit, server) = setup();
    let careless = async |caller: &Caller, arguments| call(&server, caller, "careless", arguments).await;
    let own = careless(&alice(), json!({"forget": false})).await;
    assert_eq!(own.structured_content.as_ref().unwrap()["result"].as_array().unwrap().len(), 2);
    assert_eq!(code(&careless(&alice(), json!({"forget": true, "any": false})).await), "ok", "nothing is nobody's");
    let _ = audit.take();
    for (caller, theirs) in [(alice(), "bob"), (bob(), "alice"), (alice().with_tenant("acme"), "alice")] {
        let breach = careless(&caller, json!({"forget": true})).await;
        assert_eq!(code(&breach), "internal");
        assert!(!serde_json::to_string(&breach).unwrap().contains(theirs));
        let record = audit.take().remove(0);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Failed, Stage::Release, "breach"));
        assert_eq!((record.owner, record.output_bytes), (OwnerOutcome::Foreign, 0));
    }
    let desk = Arc::new(Desk::default());
    let audit = Arc::new(MemorySink::new(10));
    let server = builder(&desk).override_scope("support:override").audit(Arc::clone(&audit)).build().unwrap();
    let staff = Caller::new("erin").with_scopes(["notes:read", "support:override"]);
    assert_eq!(code(&call(&server, &staff, "careless", json!({"forget": true})).await), "ok");
    assert_eq!(audit.take().remove(0).owner, OwnerOutcome::Overridden, "the release stage records it, too");
    assert_eq!(code(&call(&server, &staff, "careless", json!({"forget": false})).await), "ok");
    assert_eq!(audit.take().remove(0).owner, OwnerOutcome::Caller, "where nobody else's object left, it is not");
    assert_eq!(code(&call(&server, &alice(), "careless", json!({"forget": true})).await), "internal");
}
