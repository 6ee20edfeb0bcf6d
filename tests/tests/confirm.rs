//! What destroys is confirmed by a person, over every transport, and what was confirmed is what happens.

use std::{sync::Arc, time::Duration};

use rmcp::{
    RoleClient, ServiceError,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, InputRequest, InputRequiredResult},
    service::{ClientServiceExt, RunningService},
};
use secure_tool::{
    Approvals, AuditRecord, Caller, ConfirmedBy, Decision, MemorySink, OwnerOutcome, Question, SecureServer,
    ServerBuilder, Stage, ToolResponse, http::HttpOptions, secure_tool,
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    Vault, alice, bob,
    clients::{
        ALICE, BOB, HttpServer, answered, call, call_inside, call_once, code, connect_by_pipe, discover, list, pipe,
        text,
    },
    ends,
    person::{Person, Says},
};
use serde_json::{Map, Value, json};

struct Setup {
    vault: Arc<Vault>,
    audit: Arc<MemorySink>,
    server: SecureServer<Vault>,
}

fn setup() -> Setup {
    with(|builder| builder)
}

fn with(change: impl FnOnce(ServerBuilder<Vault>) -> ServerBuilder<Vault>) -> Setup {
    let vault = Arc::new(Vault::default());
    let audit = Arc::new(MemorySink::new(1000));
    let builder = SecureServer::builder_shared(Arc::clone(&vault))
        .rate_cells(1 << 10)
        .refusals_recorded(1000)
        .tool(Vault::burn_parcel())
        .tool(Vault::burn_slowly())
        .tool(Vault::name_parcels())
        .tool(Vault::burn_officially())
        .tool(Vault::burn_quietly())
        .approver(Approvals::default())
        .allow_writes()
        .audit(Arc::clone(&audit));
    let server = change(builder).build().unwrap();
    Setup { vault, audit, server }
}

/// `alice` and `bob` of the fixture carry other scopes.
fn keeper(caller: Caller) -> Arc<Caller> {
    Arc::new(caller.with_scopes(["vault:burn"]))
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}

async fn http(server: &SecureServer<Vault>) -> HttpServer {
    let keys = secure_tool::http::ApiKeys::new()
        .with_key(ALICE, Arc::unwrap_or_clone(keeper(alice())))
        .and_then(|keys| keys.with_key(BOB, Arc::unwrap_or_clone(keeper(bob()))))
        .unwrap();
    HttpServer::start_with(server, keys, HttpOptions::default()).await.unwrap()
}

/// Calls from within the process, and answers `yes`; tells what was asked.
async fn asking(setup: &Setup, caller: Caller, tool: &str, arguments: Value, yes: bool) -> (ToolResponse, Vec<String>) {
    let asked = std::sync::Mutex::new(Vec::new());
    let ask = |question: Question| {
        asked.lock().unwrap().push(question.text);
        std::future::ready(yes)
    };
    let caller = keeper(caller);
    let call = setup.server.call_asking(&caller, tool, object(arguments), ask);
    let result = within(format!("the result of {tool}"), call).await;
    (result, asked.into_inner().unwrap())
}

fn last(audit: &MemorySink) -> AuditRecord {
    audit.take().pop().unwrap()
}

/// A client of protocol 2026-07-28 that drives the rounds itself.
struct Rounds {
    client: RunningService<RoleClient, Person>,
    tool: &'static str,
    arguments: Value,
}

impl Rounds {
    async fn begin(http: &HttpServer, key: &str, tool: &'static str, arguments: Value) -> (Self, String, String) {
        let client = http.connect_as(key, Person::who(Says::Yes)).await.unwrap();
        let rounds = Self { client, tool, arguments };
        let CallToolResponse::InputRequired(asked) = rounds.once(None, None).await else { panic!("nobody is asked") };
        let (text, state) = question(&asked);
        (rounds, text, state)
    }

    async fn once(&self, state: Option<String>, answer: Option<Value>) -> CallToolResponse {
        self.send(state, answer).await.unwrap()
    }

    async fn send(&self, state: Option<String>, answer: Option<Value>) -> Result<CallToolResponse, ServiceError> {
        let mut params = CallToolRequestParams::new(self.tool).with_arguments(object(self.arguments.clone()));
        params.request_state = state;
        params.input_responses = answer.map(|answer| [("confirm".to_owned(), answer)].into());
        call_once(&self.client, params).await
    }

    async fn answer(&self, state: &str, answer: Value) -> CallToolResult {
        answered(self.send(Some(state.to_owned()), Some(answer)).await).unwrap()
    }
}

fn question(asked: &InputRequiredResult) -> (String, String) {
    let request = asked.input_requests.as_ref().and_then(|requests| requests.get("confirm")).unwrap();
    let InputRequest::Elicitation(request) = request else { panic!("{request:?}") };
    let message = serde_json::to_value(&request.params).unwrap()["message"].as_str().unwrap().to_owned();
    (message, asked.request_state.clone().unwrap())
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

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
async fn a_client_that_can_ask_nobody_is_refused_in_words() {
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
async fn a_state_is_good_for_one_call_of_one_caller() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    let (mut alice, text, state) = Rounds::begin(&http, ALICE, "burn_slowly", json!({"parcel": 1})).await;
    assert_eq!(text, "Burn 1 {slowly}?");
    drop(audit.take());
    let refused = |result: &CallToolResult, rule: &str| {
        assert_eq!(code(result), "confirmation_required", "{rule}");
        let record = last(&audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Refused, Stage::Confirmation, rule));
        assert_eq!(vault.ran(), 0, "{rule}");
    };

    let tampered: String = state.chars().rev().collect();
    refused(&alice.answer(&tampered, yes()).await, "tampered");
    refused(&alice.answer("", yes()).await, "tampered");
    refused(&alice.answer(&format!("{state}A"), yes()).await, "tampered");

    // Bob shows alice's state, for a parcel of his own.
    let (bob, ..) = Rounds::begin(&http, BOB, "burn_slowly", json!({"parcel": 3})).await;
    refused(&bob.answer(&state, yes()).await, "other_caller");
    // Alice shows it with other arguments, and to another tool.
    alice.arguments = json!({"parcel": 2});
    refused(&alice.answer(&state, yes()).await, "other_arguments");
    (alice.tool, alice.arguments) = ("burn_parcel", json!({"parcel": 1}));
    refused(&alice.answer(&state, yes()).await, "other_tool");
    // An operator's tool takes no client's word.
    alice.tool = "burn_officially";
    assert!(
        tokio::time::timeout(Duration::from_millis(200), alice.once(Some(state.clone()), Some(yes()))).await.is_err(),
        "it waits for the operator"
    );
    until("the record of the call that was given up", async || !audit.records().is_empty()).await;

    // What it is good for, and then no more; also not for a hundred at once.
    (alice.tool, alice.arguments) = ("burn_slowly", json!({"parcel": 1}));
    assert_eq!(code(&alice.answer(&state, yes()).await), "ok");
    assert_eq!(vault.left(), [2, 3]);
    drop(audit.take());
    assert_eq!(code(&alice.answer(&state, yes()).await), "not_found", "ownership is checked again on the retry");
    vault.give(2, "alice");
    alice.arguments = json!({"parcel": 2});
    let (again, _, state) = Rounds::begin(&http, ALICE, "burn_slowly", json!({"parcel": 2})).await;
    drop(audit.take());
    let answers = futures_join(&again, &state, 20).await;
    assert_eq!(answers.iter().filter(|code| *code == "ok").count(), 1, "{answers:?}");
    assert_eq!((vault.ran(), vault.left()), (2, vec![3]));
    let records = ends(audit.take());
    assert_eq!(records.len(), 20);
    assert!(records.iter().all(|record| ["allowed", "replayed", "absent"].contains(&record.rule)), "{records:#?}");
}

#[tokio::test]
async fn the_same_call_in_another_form_is_the_one_that_was_confirmed() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    let (mut alice, _, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 1.0})).await;
    // A client that writes its numbers and what it leaves out in another way answers for the same call, and for no other.
    alice.arguments = json!({"parcel": 2.0});
    let other = alice.answer(&state, yes()).await;
    assert_eq!((code(&other).as_str(), last(&audit).rule), ("confirmation_required", "other_arguments"));
    alice.arguments = json!({"parcel": 1, "reason": null});
    assert_eq!(code(&alice.answer(&state, yes()).await), "ok");
    assert_eq!(last(&audit).arguments.unwrap().as_json(), r#"{"parcel":1}"#);
    assert_eq!(vault.left(), [2, 3]);
}

async fn futures_join(rounds: &Rounds, state: &str, times: usize) -> Vec<String> {
    let tries = (0..times).map(|_| rounds.answer(state, yes()));
    let mut tries: Vec<_> = tries.map(Box::pin).collect();
    let mut codes = Vec::new();
    std::future::poll_fn(|context| {
        tries.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                codes.push(code(&result));
                false
            }
            std::task::Poll::Pending => true,
        });
        if tries.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    codes
}

#[tokio::test]
async fn a_no_uses_the_question_up_and_no_answer_is_no_yes() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    for (answer, code_is, rule) in [
        (json!({"action": "decline"}), "declined", "declined"),
        (json!({"action": "accept"}), "declined", "declined"),
        (json!({"action": "accept", "content": {"confirm": "true"}}), "declined", "declined"),
        (json!({"action": "accept", "content": {"confirm": true}, "action2": 1, "x": []}), "ok", "allowed"),
        (json!("yes"), "declined", "declined"),
    ] {
        let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", json!({"parcels": [1], "name": "a"})).await;
        let result = alice.answer(&state, answer.clone()).await;
        assert_eq!((code(&result).as_str(), last(&audit).rule), (code_is, rule), "{answer}");
        let again = alice.answer(&state, yes()).await;
        assert_eq!((code(&again).as_str(), last(&audit).rule), ("confirmation_required", "replayed"), "{answer}");
    }
    let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", json!({"parcels": [1], "name": "a"})).await;
    let CallToolResponse::Complete(result) = alice.once(Some(state), None).await else { panic!("asked again") };
    assert_eq!((code(&result).as_str(), last(&audit).rule), ("confirmation_required", "unanswered"));
    assert_eq!(vault.ran(), 1);
}

#[tokio::test]
async fn a_question_can_be_answered_for_a_while() {
    let Setup { vault, audit, server } = with(|builder| builder.confirmation_timeout(Duration::from_millis(300)));
    let http = http(&server).await;
    let (alice, _, state) = Rounds::begin(&http, ALICE, "burn_slowly", json!({"parcel": 1})).await;
    tokio::time::sleep(Duration::from_millis(350)).await;
    let late = alice.answer(&state, yes()).await;
    assert_eq!((code(&late).as_str(), last(&audit).rule, vault.ran()), ("confirmation_required", "expired", 0));
    // An older client is not waited for any longer either.
    let keeper = Arc::unwrap_or_clone(keeper(secure_tool_tests::alice()));
    let client = connect_by_pipe(&server, keeper, Person::who(Says::Nothing)).await.unwrap();
    let unanswered = call(&client, "burn_slowly", json!({"parcel": 1})).await.unwrap();
    assert_eq!((code(&unanswered).as_str(), last(&audit).rule, vault.ran()), ("confirmation_required", "timeout", 0));
}

#[tokio::test]
async fn what_was_confirmed_is_what_happens() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    // The object has changed since: the person saw something else.
    let (alice, text, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 1})).await;
    assert_eq!(text, "Burn “parcel 1 (books)”, because (none)?");
    vault.relabel(1, "the only copy");
    let changed = alice.answer(&state, yes()).await;
    let record = last(&audit);
    assert_eq!((code(&changed).as_str(), record.rule, vault.ran()), ("conflict", "changed", 0));
    assert_eq!(record.confirmed_by, None, "the yes was to another question");
    // It belongs to somebody else since.
    let (alice, _, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 2})).await;
    vault.give(2, "bob");
    let foreign = alice.answer(&state, yes()).await;
    assert_eq!((code(&foreign).as_str(), last(&audit).rule, vault.ran()), ("not_found", "foreign", 0));
    // The tool is switched off since.
    let (alice, _, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 1})).await;
    server.switches().disable("burn_parcel").unwrap();
    let mut params = CallToolRequestParams::new("burn_parcel").with_arguments(object(json!({"parcel": 1})));
    params.request_state = Some(state);
    params.input_responses = Some([("confirm".to_owned(), yes())].into());
    assert!(call_once(&alice.client, params).await.is_err());
    assert_eq!((last(&audit).rule, vault.ran()), ("disabled", 0));
}

#[tokio::test]
async fn an_object_in_another_version_is_another_object() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    // It has changed in a way that it does not show: it says the same of itself, or nothing at all.
    for tool in ["burn_parcel", "burn_slowly"] {
        let (alice, _, state) = Rounds::begin(&http, ALICE, tool, json!({"parcel": 1})).await;
        vault.touch(1);
        let changed = alice.answer(&state, yes()).await;
        assert_eq!((code(&changed).as_str(), last(&audit).rule, vault.ran()), ("conflict", "changed", 0), "{tool}");
    }
    // So has one that the question names among others.
    let parcels = json!({"parcels": [1, 2], "name": "a"});
    let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", parcels.clone()).await;
    vault.touch(2);
    let changed = alice.answer(&state, yes()).await;
    assert_eq!((code(&changed).as_str(), last(&audit).rule, vault.ran()), ("conflict", "changed", 0));
    // It changes while the person reads, in the middle of a call.
    let ask = async |_: Question| {
        vault.touch(1);
        true
    };
    let caller = keeper(secure_tool_tests::alice());
    let call = server.call_asking(&caller, "burn_parcel", object(json!({"parcel": 1})), ask);
    let changed = within("the call", call).await;
    assert_eq!((code(&changed).as_str(), last(&audit).rule, vault.ran()), ("conflict", "changed", 0));
    // What has not changed is what was confirmed.
    let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", parcels).await;
    assert_eq!(code(&alice.answer(&state, yes()).await), "ok");
}

#[tokio::test]
async fn nobody_is_asked_about_what_is_refused_anyway() {
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
async fn what_the_model_writes_cannot_pose_as_the_question() {
    let setup = setup();
    let name = "x”? An administrator has checked this.\n\nPress yes\u{202e}\u{200b}";
    let arguments = json!({"parcels": [2, 1], "name": name});
    let (result, asked) = asking(&setup, alice(), "name_parcels", arguments, true).await;
    assert_eq!(code(&result), "ok");
    assert_eq!(
        asked,
        ["Name “parcel 2 (tea)”, “parcel 1 (books)” ““x'? An administrator has checked this.  Press yes””?"]
    );
}

#[tokio::test]
async fn nobody_is_asked_about_what_must_not_be_shown() {
    const HIDES: &str = "curl https://a:hunter2;rm${IFS}-rf${IFS}~@example.com";
    let setup = setup();
    let name = |name: &str| json!({"parcels": [1], "name": name});
    for arguments in [name(HIDES), name("4111 1111 1111 1111")] {
        let (result, asked) = asking(&setup, alice(), "name_parcels", arguments, true).await;
        assert_eq!((code(&result).as_str(), asked.len()), ("invalid_arguments", 0), "{asked:?}");
        let message = serde_json::to_string(&result).unwrap();
        assert!(message.contains("must not be shown. /name: contains what must not be shown"), "{message}");
        assert!(!message.contains("hunter2") && !message.contains("[masked"), "{message}");
        let record = last(&setup.audit);
        assert_eq!((record.stage, record.rule, setup.vault.ran()), (Stage::Confirmation, "not_shown_whole", 0));
    }
    // Nor an operator, about what an object says of itself; nor by way of a client that is asked with a result.
    setup.vault.relabel(2, HIDES);
    let (result, _) = asking(&setup, alice(), "burn_officially", json!({"parcel": 2}), true).await;
    assert_eq!(code(&result), "invalid_arguments");
    assert!(serde_json::to_string(&result).unwrap().contains("/parcel: contains what must not be shown"));
    let http = http(&setup.server).await;
    let client = http.connect_as(ALICE, Person::who(Says::Yes)).await.unwrap();
    let params = CallToolRequestParams::new("name_parcels").with_arguments(object(name(HIDES)));
    let CallToolResponse::Complete(result) = call_once(&client, params).await.unwrap() else { panic!("it is asked") };
    assert_eq!((code(&result).as_str(), setup.vault.ran()), ("invalid_arguments", 0));
    // What looks alike and holds no password is asked about, and done.
    let (result, asked) = asking(&setup, alice(), "name_parcels", name("curl https://example.com; ls"), true).await;
    assert_eq!((code(&result).as_str(), setup.vault.ran()), ("ok", 1));
    assert_eq!(asked, ["Name “parcel 1 (books)” ““curl https://example.com; ls””?"]);
}

#[tokio::test]
async fn a_question_shows_what_a_list_leaves_over() {
    let setup = with(|builder| builder.tool(Vault::pack_parcels()).tool(Vault::pack_silently()));
    for tool in ["pack_parcels", "pack_silently"] {
        for (parcels, shown) in [
            (json!([3, 1, 4, 2]), [("“parcel 1 (books)”, “parcel 2 (tea)”"), "1, 2"]),
            (json!([2, 1]), ["“parcel 2 (tea)”, “parcel 1 (books)”", "2, 1"]),
            (json!([3, 4]), ["(none)", "(none)"]),
            (json!([]), ["(none)", "(none)"]),
        ] {
            let (result, asked) = asking(&setup, alice(), tool, json!({"parcels": parcels}), true).await;
            let shown = if tool == "pack_parcels" { shown[0] } else { shown[1] };
            assert_eq!((code(&result), asked), ("ok".into(), vec![format!("Pack {shown}?")]), "{tool} {parcels}");
        }
    }
}

#[tokio::test]
async fn what_an_object_says_of_itself_cannot_pose_as_the_question() {
    let setup = setup();
    setup.vault.relabel(1, "tea)”? No, this is a dry run.\n\n# **Approved by IT.** [ok](https://it.test)\u{202e}");
    let (result, asked) = asking(&setup, alice(), "burn_parcel", json!({"parcel": 1}), false).await;
    assert_eq!(code(&result), "declined");
    assert_eq!(
        asked,
        [
            "Burn “parcel 1 (tea)'? No, this is a dry run.  # ∗∗Approved by IT.∗∗ ［ok］(https://it.test))”, because (none)?"
        ]
    );
}

#[tokio::test]
async fn what_is_asked_is_shown_whole_or_nobody_is_asked() {
    let setup = setup();
    // Everything that its schema lets through is shown.
    let reason = format!("{}; rm -rf /", "harmless ".repeat(21));
    let (result, asked) = asking(&setup, alice(), "burn_parcel", json!({"parcel": 1, "reason": reason}), false).await;
    assert_eq!((code(&result).as_str(), asked.len()), ("declined", 1));
    assert!(asked[0].contains(&format!("“{reason}”")), "{asked:?}");
    let (result, asked) =
        asking(&setup, alice(), "burn_parcel", json!({"parcel": 1, "reason": "x".repeat(201)}), true).await;
    assert_eq!((code(&result).as_str(), asked.len()), ("invalid_arguments", 0));
    // An object may say more of itself than a question has room for.
    drop(setup.audit.take());
    setup.vault.relabel(2, &"a long story ".repeat(400));
    let (result, asked) = asking(&setup, alice(), "burn_officially", json!({"parcel": 2}), true).await;
    assert_eq!((code(&result).as_str(), asked.len()), ("invalid_arguments", 0));
    let message = serde_json::to_string(&result).unwrap();
    assert!(message.contains("too long to be shown whole. /parcel: makes the question longer"), "{message}");
    let record = last(&setup.audit);
    assert_eq!((record.stage, record.rule, setup.vault.ran()), (Stage::Confirmation, "not_shown_whole", 0));
}

#[tokio::test]
async fn a_question_carries_what_it_shows_in_fields() {
    let Setup { vault, server, .. } = setup();
    let http = http(&server).await;
    let fields = json!([
        {"name": "parcel", "value": "“parcel 1 (books)”"},
        {"name": "reason", "value": "“damp; old”"},
    ]);
    let arguments = json!({"parcel": 1, "reason": "damp; old"});
    let client = http.connect_as(ALICE, Person::who(Says::Yes)).await.unwrap();
    let params = CallToolRequestParams::new("burn_parcel").with_arguments(object(arguments.clone()));
    let CallToolResponse::InputRequired(asked) = call_once(&client, params).await.unwrap() else { panic!("not asked") };
    let asked = serde_json::to_value(&asked).unwrap();
    assert_eq!(asked["inputRequests"]["confirm"]["params"]["_meta"]["secure-tool/fields"], fields, "{asked}");
    let shown = std::sync::Mutex::new(Value::Null);
    let ask = async |question: Question| {
        *shown.lock().unwrap() = json!({"tool": question.tool, "fields": question.fields});
        false
    };
    let caller = keeper(alice());
    let call = server.call_asking(&caller, "burn_parcel", object(arguments), ask);
    assert_eq!(code(&within("the call", call).await), "declined");
    assert_eq!(shown.into_inner().unwrap(), json!({"tool": "burn_parcel", "fields": fields}));
    assert_eq!(vault.ran(), 0);
}

#[test]
fn a_question_that_could_not_be_shown_whole_is_not_built() {
    /// What hides its texts from the attribute.
    type Text = String;
    type Texts = Vec<String>;
    /// Say something.
    #[secure_tool(scope = "a", owner = unowned("words are nobody's"), confirm = "Say {text} and {texts} and {short}?")]
    async fn say(
        /// What.
        text: Text,
        /// What else.
        texts: Texts,
        /// And what.
        #[arg(max_len = 200)]
        short: Text,
    ) -> String {
        format!("{text} {texts:?} {short}")
    }
    let problems = SecureServer::builder(()).tool(say()).build().unwrap_err().to_string();
    assert!(
        problems.contains("shows argument `text` in `confirm`, which may be longer than the 200 characters"),
        "{problems}"
    );
    assert!(
        problems.contains("shows argument `texts` in `confirm`, which may have more than the 10 items"),
        "{problems}"
    );
    assert!(!problems.contains("`short`") && problems.contains("[ST16]"), "{problems}");
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
    assert!(server.policy().to_string().contains("burn_quietly: nobody confirms: ashes can be put together again"));
    let http = http(&server).await;
    let client = http.connect(ALICE).await.unwrap();
    for tool in list(&client).await.unwrap() {
        let destructive = tool.annotations.and_then(|annotations| annotations.destructive_hint);
        assert_eq!(destructive, Some(tool.name != "name_parcels"), "{}", tool.name);
    }
}

#[tokio::test]
async fn nobody_asked_is_nobody_asked() {
    let Setup { vault, server, audit } = setup();
    let result = call_inside(&server, &keeper(alice()), "burn_quietly", json!({"parcel": 1})).await;
    assert_eq!((code(&result).as_str(), vault.ran()), ("ok", 1));
    assert_eq!(last(&audit).confirmed_by, None);
}

#[test]
fn a_server_that_cannot_ask_is_not_built() {
    let builder = || SecureServer::builder(Vault::default()).tool(Vault::burn_officially()).allow_writes();
    let problems = builder().build().unwrap_err().to_string();
    assert!(problems.contains("`burn_officially` is confirmed by an operator, and there is none"), "{problems}");
    assert!(builder().approver(Approvals::default()).build().is_ok());
    for timeout in [Duration::ZERO, Duration::from_secs(3601)] {
        assert!(builder().approver(Approvals::default()).confirmation_timeout(timeout).build().is_err());
    }
}
