//! Values that the person at the client enters, over every transport: what a model cannot send, what a person may choose, and what a request state is
//! valid for.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use rmcp::{
    RoleClient, ServiceError,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, InputRequest, InputRequiredResult},
    service::{ClientServiceExt, RunningService},
};
use secure_tool::{
    Approvals, AuditRecord, Caller, ConfirmedBy, Decision, MemorySink, OwnerOutcome, Question, Reply, SecureServer,
    ServerBuilder, Stage, ToolResponse,
    http::{ApiKeys, HttpOptions},
    prelude::*,
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    alice,
    bank::Bank,
    bob,
    clients::{
        ALICE, BOB, HttpServer, answered, call, call_inside, call_once, code, connect_by_pipe, discover, list, pipe,
        text, without_call_id,
    },
    ends,
    person::{Person, Says},
};
use serde_json::{Map, Value, json};

struct Setup {
    bank: Arc<Bank>,
    audit: Arc<MemorySink>,
    server: SecureServer<Bank>,
}

fn setup() -> Setup {
    with(|builder| builder)
}

fn with(change: impl FnOnce(ServerBuilder<Bank>) -> ServerBuilder<Bank>) -> Setup {
    let bank = Arc::new(Bank::default());
    let audit = Arc::new(MemorySink::new(1000));
    let builder = SecureServer::builder_shared(Arc::clone(&bank))
        .rate_cells(1 << 10)
        .refusals_recorded(1000)
        .tool(Bank::pay_invoice())
        .tool(Bank::pay_rent())
        .tool(Bank::pay_fine())
        .tool(Bank::show_account())
        .approver(Approvals::default())
        .allow_writes()
        .audit(Arc::clone(&audit));
    let server = change(builder).build().unwrap();
    Setup { bank, audit, server }
}

fn customer(caller: Caller) -> Caller {
    caller.with_scopes(["bank:pay", "bank:read"])
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}

async fn http(server: &SecureServer<Bank>) -> HttpServer {
    let keys =
        ApiKeys::new().with_key(ALICE, customer(alice())).and_then(|keys| keys.with_key(BOB, customer(bob()))).unwrap();
    HttpServer::start_with(server, keys, HttpOptions::default()).await.unwrap()
}

/// What alice gives for an invoice.
fn given() -> Value {
    json!({"account": "acc_1", "speed": "instant", "amount": 120, "note": "March"})
}

fn last(audit: &MemorySink) -> AuditRecord {
    audit.take().pop().unwrap()
}

/// Calls from within the process, and answers each question in turn; tells what was asked.
async fn asking(setup: &Setup, tool: &str, arguments: Value, replies: &[Reply]) -> (ToolResponse, Vec<Question>) {
    let asked = std::sync::Mutex::new(Vec::new());
    let ask = |question: Question| {
        let mut asked = asked.lock().unwrap();
        asked.push(question);
        std::future::ready(replies.get(asked.len() - 1).cloned().unwrap_or(Reply::Decline))
    };
    let caller = Arc::new(customer(alice()));
    let call = setup.server.call_asking(&caller, tool, object(arguments), ask);
    let result = within(format!("the result of {tool}"), call).await;
    (result, asked.into_inner().unwrap())
}

fn form(value: Value) -> Reply {
    object(value).into()
}

/// A client of protocol 2026-07-28 that drives the rounds itself.
struct Rounds {
    client: RunningService<RoleClient, Person>,
    tool: &'static str,
    arguments: Value,
}

impl Rounds {
    async fn begin(http: &HttpServer, key: &str, tool: &'static str, arguments: Value) -> (Self, String) {
        let client = http.connect_as(key, Person::who(Says::Yes)).await.unwrap();
        let rounds = Self { client, tool, arguments };
        let CallToolResponse::InputRequired(asked) = rounds.send(None, None).await.unwrap() else {
            panic!("not asked")
        };
        (rounds, state(&asked, "values"))
    }

    async fn send(
        &self,
        state: Option<String>,
        response: Option<(&str, Value)>,
    ) -> Result<CallToolResponse, ServiceError> {
        let mut params = CallToolRequestParams::new(self.tool).with_arguments(object(self.arguments.clone()));
        params.request_state = state;
        params.input_responses = response.map(|(key, response)| [(key.to_owned(), response)].into());
        call_once(&self.client, params).await
    }

    /// The end of the call with this answer to the question for values.
    async fn give(&self, state: &str, response: Value) -> CallToolResult {
        answered(self.send(Some(state.to_owned()), Some(("values", response))).await).unwrap()
    }

    /// The question that follows it.
    async fn give_and_be_asked(&self, state: &str, response: Value) -> (String, String) {
        let next = self.send(Some(state.to_owned()), Some(("values", response))).await.unwrap();
        let CallToolResponse::InputRequired(asked) = next else { panic!("not asked again: {next:?}") };
        (message(&asked, "confirm"), self::state(&asked, "confirm"))
    }

    async fn confirm(&self, state: &str) -> CallToolResult {
        answered(self.send(Some(state.to_owned()), Some(("confirm", yes()))).await).unwrap()
    }

    /// The result of an answer under a key, whatever was asked.
    async fn send_under(&self, key: &str, state: &str, response: Value) -> CallToolResult {
        let sent = self.send(Some(state.to_owned()), Some((key, response))).await.unwrap();
        let CallToolResponse::Complete(result) = sent else { panic!("asked again: {sent:?}") };
        result
    }
}

fn state(asked: &InputRequiredResult, key: &str) -> String {
    message(asked, key);
    asked.request_state.clone().unwrap()
}

fn message(asked: &InputRequiredResult, key: &str) -> String {
    let requests = asked.input_requests.as_ref().unwrap();
    assert_eq!(requests.len(), 1);
    let Some(InputRequest::Elicitation(request)) = requests.get(key) else { panic!("{requests:?}") };
    serde_json::to_value(&request.params).unwrap()["message"].as_str().unwrap().to_owned()
}

fn yes() -> Value {
    accept(&json!({"confirm": true}))
}

fn accept(content: &Value) -> Value {
    json!({"action": "accept", "content": content})
}

/// Calls with a client of each protocol on each transport in front of this person.
async fn everywhere(setup: &Setup, person: &Person, tool: &'static str, arguments: &Value) -> Vec<CallToolResult> {
    let http = http(&setup.server).await;
    let newer = http.connect_as(ALICE, person.clone()).await.unwrap();
    let older = http.connect_legacy_as(ALICE, person.clone()).await.unwrap();
    let older_pipe = connect_by_pipe(&setup.server, customer(alice()), person.clone()).await.unwrap();
    let near = pipe(&setup.server, customer(alice()));
    let newer_pipe = person.clone().serve_with_lifecycle(near, discover());
    let newer_pipe = within("a client to connect", newer_pipe).await.unwrap();
    let mut results = Vec::new();
    for client in [newer, older, older_pipe, newer_pipe] {
        results.push(call(&client, tool, arguments.clone()).await.unwrap());
    }
    results
}

#[tokio::test]
async fn a_person_enters_values_that_the_model_does_not_know() {
    let setup = with(|builder| builder);
    // Several values in one question, over HTTP with a client of each protocol; the rate lets three calls pass.
    let person = Person::giving(given());
    let http = http(&setup.server).await;
    for client in [
        http.connect_as(ALICE, person.clone()).await.unwrap(),
        http.connect_legacy_as(ALICE, person.clone()).await.unwrap(),
    ] {
        let result = call(&client, "pay_invoice", json!({"invoice": 1})).await.unwrap();
        assert_eq!((code(&result).as_str(), text(&result).as_str()), ("ok", "1 acc_1 Instant 120 March"));
    }
    let question = "Which account shall pay “invoice 1”? How fast? How much? What shall the statement say?";
    assert_eq!(person.asked(), [question; 2], "the loaded object, in one question");
    let form = &person.forms()[0];
    assert_eq!(form["required"], json!(["account", "speed", "amount"]));
    let properties = &form["properties"];
    assert_eq!(
        properties["account"],
        json!({"type": "string", "title": "Which account shall pay “invoice 1”?", "description": "The account that pays.", "maxLength": 20})
    );
    assert_eq!(
        properties["amount"],
        json!({"type": "integer", "title": "How much?", "description": "How much, in cents.", "minimum": 1, "maximum": 500})
    );
    assert_eq!(properties["speed"]["oneOf"][0], json!({"const": "instant", "title": "Today, for a fee."}));
    assert_eq!(person.forms()[1], *form);

    // A round is a call of its own: the question, then the intent and the outcome. The values are recorded as arguments, and as asked for.
    let records = ends(setup.audit.take());
    assert_eq!(records.len(), 3, "two of the newer client, one of the older");
    let facts = |record: &AuditRecord| (record.decision, record.stage, record.rule, record.asked.len(), record.owner);
    assert_eq!(facts(&records[0]), (Decision::Asked, Stage::Confirmation, "asked", 0, OwnerOutcome::Owned));
    for record in &records[1..] {
        assert_eq!(facts(record), (Decision::Allowed, Stage::Release, "allowed", 4, OwnerOutcome::Owned));
        assert_eq!(*record.asked, ["account", "speed", "amount", "note"]);
        let recorded = record.arguments.as_ref().unwrap().as_json();
        assert_eq!(
            serde_json::from_str::<Value>(recorded).unwrap(),
            json!({"invoice": 1, "account": "acc_1", "speed": "instant", "amount": 120, "note": "March"})
        );
        assert_eq!(record.confirmed_by, None);
        assert!(serde_json::to_string(record).unwrap().contains(r#""asked":["account","speed","amount","note"]"#));
    }
    assert_eq!(setup.bank.paid().len(), 2);
    // What may be left out is left out, also as `null`; a reader asks as well.
    let partial = json!({"account": "acc_2", "speed": "standard", "amount": 1.0, "note": null});
    let (result, _) = asking(&setup, "pay_invoice", json!({"invoice": 1}), &[self::form(partial)]).await;
    assert_eq!(text(&result), "1 acc_2 Standard 1 nothing");
    let results = everywhere(&setup, &Person::giving(json!({"account": "acc_2"})), "show_account", &json!({})).await;
    assert!(results.iter().all(|result| text(result) == "acc_2 of alice"), "{results:?}");
    assert_eq!(last(&setup.audit).arguments.unwrap().as_json(), "{}", "`audit = none` holds");
}

#[tokio::test]
async fn values_of_the_person_are_confirmed() {
    let setup = setup();
    let person = Person::giving(json!({"account": "acc_2"}));
    let results = everywhere(&setup, &person, "pay_rent", &json!({"months": 2})).await;
    assert!(results.iter().all(|result| text(result) == "2 acc_2 rent"), "{results:?}");
    let asked: Vec<_> = person.asked();
    assert_eq!(asked.len(), 8, "values, then a yes");
    for pair in asked.chunks(2) {
        assert_eq!(pair[0], "Which account shall pay 2 months of rent? What shall the statement say?");
        assert_eq!(
            pair[1], "Pay 2 months of rent from “acc_2 of alice”, as “rent”?",
            "with what was given, and defaults"
        );
    }
    let record = last(&setup.audit);
    assert_eq!((record.confirmed_by, record.asked.len()), (Some(ConfirmedBy::Client), 2));
    // A yes to the values is no yes to the confirmation.
    let values = form(json!({"account": "acc_1", "note": "May"}));
    for (replies, code_is, paid) in [
        (vec![values.clone(), Reply::from(true)], "ok", 5),
        (vec![values.clone(), Reply::from(false)], "declined", 5),
        (vec![values.clone(), values.clone()], "declined", 5),
        (vec![Reply::from(true), Reply::from(true)], "invalid_arguments", 5),
        (vec![Reply::from(false), Reply::from(true)], "declined", 5),
    ] {
        let (result, asked) = asking(&setup, "pay_rent", json!({"months": 2}), &replies).await;
        assert_eq!((code(&result).as_str(), setup.bank.paid().len()), (code_is, paid), "{replies:?}");
        assert!(asked.len() <= 2 && asked[0].form.is_some() && asked.get(1).is_none_or(|second| second.form.is_none()));
    }
}

#[tokio::test]
async fn an_operator_confirms_values_of_the_person() {
    let approvals = Approvals::default();
    let setup = with(|builder| builder.approver(approvals.clone()));
    let http = http(&setup.server).await;
    let client = http.connect_as(ALICE, Person::giving(json!({"account": "acc_1"}))).await.unwrap();
    let paying = tokio::spawn(async move { call(&client, "pay_fine", json!({})).await });
    until("a call that waits", async || !approvals.list().is_empty()).await;
    let waiting = approvals.list().pop().unwrap();
    assert_eq!(waiting.question, "Pay a fine from “acc_1 of alice”?");
    assert_eq!(waiting.arguments.as_json(), r#"{"account":"acc_1"}"#);
    approvals.approve(waiting.id, &Arc::new(Caller::new("olga"))).unwrap();
    let result = within("the payment", paying).await.unwrap().unwrap();
    assert_eq!(text(&result), "fine acc_1");
}

#[tokio::test]
async fn a_model_cannot_answer_for_the_person() {
    let setup = setup();
    let http = http(&setup.server).await;
    let client = http.connect(ALICE).await.unwrap();
    for tool in list(&client).await.unwrap() {
        let schema = serde_json::to_string(&tool.input_schema).unwrap();
        assert!(!schema.contains("account") && !schema.contains("note"), "{schema}");
        assert_eq!(tool.input_schema["additionalProperties"], false);
    }
    // As an argument of its own, whatever else is right; nobody is asked then.
    let person = Person::giving(json!({"account": "acc_1"}));
    for arguments in [json!({"account": "acc_1"}), json!({"account": "acc_3"}), json!({"account": null})] {
        for result in everywhere(&setup, &person, "show_account", &arguments).await {
            assert_eq!(code(&result), "invalid_arguments", "{arguments}");
            assert!(text(&result).contains("must have no properties"), "{}", text(&result));
        }
        let result = call_inside(&setup.server, &customer(alice()), "show_account", arguments).await;
        assert_eq!(code(&result), "invalid_arguments");
    }
    let record = last(&setup.audit);
    assert_eq!((record.stage, record.rule, record.asked.len()), (Stage::Arguments, "schema", 0));
    assert!(person.asked().is_empty());
    // Nor beside a state that was answered.
    let (mut rounds, state) = Rounds::begin(&http, ALICE, "show_account", json!({})).await;
    rounds.arguments = json!({"account": "acc_2"});
    assert_eq!(code(&rounds.give(&state, accept(&json!({"account": "acc_1"}))).await), "invalid_arguments");
    assert_eq!(last(&setup.audit).rule, "schema");
}

#[tokio::test]
async fn a_person_can_choose_only_objects_of_the_caller() {
    let setup = setup();
    for tool in ["show_account", "pay_rent", "pay_fine", "pay_invoice"] {
        let arguments = match tool {
            "pay_rent" => json!({"months": 1}),
            "pay_invoice" => json!({"invoice": 1}),
            _ => json!({}),
        };
        let choose = |account: &str| {
            let mut values = if tool == "pay_invoice" { given() } else { json!({}) };
            values["account"] = account.into();
            form(values)
        };
        let (foreign, asked) = asking(&setup, tool, arguments.clone(), &[choose("acc_3"), true.into()]).await;
        assert_eq!(asked.len(), 1, "{tool}: nobody confirms what is not the caller's");
        let record = last(&setup.audit);
        assert_eq!((record.stage, record.rule, record.owner), (Stage::Owner, "foreign", OwnerOutcome::Foreign));
        let (absent, _) = asking(&setup, tool, arguments, &[choose("acc_9"), true.into()]).await;
        let record = last(&setup.audit);
        assert_eq!((record.stage, record.rule, record.owner), (Stage::Owner, "absent", OwnerOutcome::Absent));
        assert_eq!(code(&foreign), "not_found", "{tool}");
        let [foreign, absent] =
            [foreign, absent].map(|result| without_call_id(&serde_json::to_string(&result).unwrap()));
        assert_eq!(foreign, absent, "{tool}: the same bytes");
    }
    let foreign = everywhere(&setup, &Person::giving(json!({"account": "acc_3"})), "show_account", &json!({})).await;
    assert!(foreign.iter().all(|result| code(result) == "not_found"), "{foreign:?}");
    assert!(setup.bank.paid().is_empty());
    // What the model names is looked at before anybody is asked.
    let setup = self::setup();
    for invoice in [2, 3] {
        let (result, asked) = asking(&setup, "pay_invoice", json!({"invoice": invoice}), &[form(given())]).await;
        assert_eq!((code(&result).as_str(), asked.len()), ("not_found", 0));
    }
}

#[tokio::test]
async fn an_answer_fits_what_was_asked_or_is_refused() {
    let setup = setup();
    let http = http(&setup.server).await;
    for content in [
        json!({}),
        json!({"account": "acc_1", "note": "x".repeat(31)}),
        json!({"account": "canary!"}),
        json!({"account": 17_171_717}),
        json!({"account": ["acc_1"]}),
        json!({"account": "acc_1", "canary": "x"}),
        json!({"account": "acc_1", "months": "twelve"}),
        json!({"account": "acc_1", "note": {"canary": "x"}}),
    ] {
        let (rounds, state) = Rounds::begin(&http, ALICE, "pay_rent", json!({"months": 1})).await;
        let result = rounds.give(&state, accept(&content)).await;
        assert_eq!(code(&result), "invalid_arguments", "{content}");
        assert!(text(&result).contains("does not match what was asked"), "{}", text(&result));
        let said = serde_json::to_string(&result).unwrap();
        assert!(!said.contains("canary") && !said.contains("17171717") && !said.contains("xxx"), "{said}");
        let record = last(&setup.audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Refused, Stage::Arguments, "answer"));
        let recorded: Value = serde_json::from_str(record.arguments.unwrap().as_json()).unwrap();
        assert!(!recorded.to_string().contains("canary"));
        assert_eq!(recorded["months"], "number", "what the model has sent, whatever the form says");
        // It is used up all the same.
        let again = rounds.give(&state, accept(&json!({"account": "acc_1"}))).await;
        assert_eq!((code(&again).as_str(), last(&setup.audit).rule), ("confirmation_required", "replayed"));
    }
    // A pattern that no form can say, and bounds, hold on the way back; over the other transports as well.
    for (key, value) in
        [("amount", json!(501)), ("amount", json!(1.5)), ("note", json!("R2-D2")), ("speed", json!("warp"))]
    {
        let setup = self::setup();
        let mut values = given();
        values[key] = value;
        let (result, _) = asking(&setup, "pay_invoice", json!({"invoice": 1}), &[form(values)]).await;
        assert_eq!(code(&result), "invalid_arguments", "{key}");
        assert!(text(&result).contains(&format!("/{key}: must")), "{}", text(&result));
    }
    let bad = everywhere(&setup, &Person::giving(json!({"account": "no"})), "show_account", &json!({})).await;
    assert!(bad.iter().all(|result| code(result) == "invalid_arguments"), "{bad:?}");
    assert!(setup.bank.paid().is_empty());
}

#[tokio::test]
async fn a_person_may_say_no() {
    let setup = setup();
    for says in [Says::No, Says::Cancel] {
        let results = everywhere(&setup, &Person::who(says), "show_account", &json!({})).await;
        assert!(results.iter().all(|result| code(result) == "declined"), "{results:?}");
        let record = last(&setup.audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Refused, Stage::Confirmation, "declined"));
    }
    // What is no form is no answer; nor is a state without one.
    let http = http(&setup.server).await;
    for (response, code_is) in [
        (Some(json!({"action": "decline", "content": {"account": "acc_1"}})), "declined"),
        (Some(json!({"action": "accept", "content": ["acc_1"]})), "declined"),
        (Some(json!("acc_1")), "declined"),
        (None, "confirmation_required"),
    ] {
        let (rounds, state) = Rounds::begin(&http, ALICE, "show_account", json!({})).await;
        let sent = rounds.send(Some(state), response.clone().map(|response| ("values", response))).await.unwrap();
        let CallToolResponse::Complete(result) = sent else { panic!("asked again") };
        assert_eq!(code(&result), code_is, "{response:?}");
    }
    // A client with nobody in front of it is refused as with a confirmation.
    for result in [
        call(&http.connect(ALICE).await.unwrap(), "show_account", json!({})).await.unwrap(),
        call(&http.connect_legacy(ALICE).await.unwrap(), "show_account", json!({})).await.unwrap(),
        call_inside(&setup.server, &customer(alice()), "show_account", json!({})).await,
    ] {
        assert_eq!(code(&result), "confirmation_required");
        assert!(text(&result).contains("this client cannot ask one"), "{}", text(&result));
    }
    let records = setup.audit.take();
    assert!(records.iter().rev().take(3).all(|record| record.rule == "unsupported"), "{records:#?}");
}

#[tokio::test]
async fn a_state_is_valid_for_one_answer_of_one_caller() {
    let setup = setup();
    let http = http(&setup.server).await;
    let (mut alice, state) = Rounds::begin(&http, ALICE, "pay_rent", json!({"months": 1})).await;
    let values = accept(&json!({"account": "acc_1"}));
    let refused = |result: &CallToolResult, rule: &str| {
        assert_eq!(code(result), "confirmation_required", "{rule}");
        let record = last(&setup.audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Refused, Stage::Confirmation, rule));
        assert!(setup.bank.paid().is_empty());
    };
    refused(&alice.give(&state.chars().rev().collect::<String>(), values.clone()).await, "tampered");
    refused(&alice.give(&format!("{state}A"), values.clone()).await, "tampered");
    let (bob, _) = Rounds::begin(&http, BOB, "pay_rent", json!({"months": 1})).await;
    refused(&bob.give(&state, accept(&json!({"account": "acc_3"}))).await, "other_caller");
    alice.arguments = json!({"months": 12});
    refused(&alice.give(&state, values.clone()).await, "other_arguments");
    (alice.tool, alice.arguments) = ("show_account", json!({}));
    refused(&alice.give(&state, values.clone()).await, "other_tool");
    // It asks for values: a yes under the other key is no answer to it, and leads to no confirmation.
    (alice.tool, alice.arguments) = ("pay_rent", json!({"months": 1}));
    refused(&alice.send_under("confirm", &state, yes()).await, "unanswered");

    // The legitimate way: the second state carries what was given, and is no state for values.
    let (rounds, state) = Rounds::begin(&http, ALICE, "pay_rent", json!({"months": 1})).await;
    let (question, second) = rounds.give_and_be_asked(&state, values.clone()).await;
    assert_eq!(question, "Pay 1 months of rent from “acc_1 of alice”, as “rent”?");
    drop(setup.audit.take());
    refused(&rounds.give(&state, values.clone()).await, "replayed");
    let (other, state) = Rounds::begin(&http, ALICE, "pay_rent", json!({"months": 1})).await;
    let (_, third) = other.give_and_be_asked(&state, accept(&json!({"account": "acc_2", "note": "July"}))).await;
    drop(setup.audit.take());
    // An answer to the first question does not count for the second.
    refused(&other.send_under("values", &third, accept(&json!({"account": "acc_1"}))).await, "unanswered");
    assert_eq!(text(&rounds.confirm(&second).await), "1 acc_1 rent");
    assert_eq!(last(&setup.audit).asked.len(), 2);
    assert_eq!(code(&rounds.confirm(&second).await), "confirmation_required");
    assert_eq!(setup.bank.paid(), ["1 acc_1 rent"]);
}

#[tokio::test]
async fn a_call_ends_if_something_changes_while_the_person_is_asked() {
    let setup = setup();
    let http = http(&setup.server).await;
    let (alice, state) = Rounds::begin(&http, ALICE, "pay_invoice", json!({"invoice": 1})).await;
    setup.bank.touch();
    let result = alice.give(&state, accept(&given())).await;
    assert_eq!((code(&result).as_str(), last(&setup.audit).rule), ("conflict", "changed"));
    // It is switched off since.
    let (alice, state) = Rounds::begin(&http, ALICE, "pay_invoice", json!({"invoice": 1})).await;
    setup.server.switches().disable("pay_invoice").unwrap();
    assert!(alice.send(Some(state), Some(("values", accept(&given())))).await.is_err());
    assert!(setup.bank.paid().is_empty());
}

#[tokio::test]
async fn a_question_counts_and_its_answer_does_not() {
    let setup = setup();
    let http = http(&setup.server).await;
    for _ in 0..3 {
        let (alice, state) = Rounds::begin(&http, ALICE, "pay_invoice", json!({"invoice": 1})).await;
        assert_eq!(code(&alice.give(&state, accept(&given())).await), "ok");
    }
    let client = http.connect_as(ALICE, Person::giving(given())).await.unwrap();
    assert_eq!(code(&call(&client, "pay_invoice", json!({"invoice": 1})).await.unwrap()), "rate_limited");
}

#[tokio::test]
async fn a_waiting_call_ends_in_time_and_holds_no_place() {
    let setup = with(|builder| builder.confirmation_timeout(Duration::from_millis(300)));
    let person = Person::who(Says::Nothing);
    let slow = connect_by_pipe(&setup.server, customer(alice()), person.clone()).await.unwrap();
    let waiting = tokio::spawn(async move { call(&slow, "pay_invoice", json!({"invoice": 1})).await });
    until("a question", async || !person.asked().is_empty()).await;
    // The one place of the tool is free while the person thinks.
    let (result, _) = asking(&setup, "pay_invoice", json!({"invoice": 1}), &[form(given())]).await;
    assert_eq!(code(&result), "ok");
    let result = within("the end of the wait", waiting).await.unwrap().unwrap();
    assert_eq!(code(&result), "confirmation_required");
    assert!(text(&result).contains("Nobody answered the question in time"), "{}", text(&result));
    let http = http(&setup.server).await;
    let (alice, state) = Rounds::begin(&http, ALICE, "show_account", json!({})).await;
    tokio::time::sleep(Duration::from_millis(350)).await;
    let late = alice.give(&state, accept(&json!({"account": "acc_1"}))).await;
    assert_eq!((code(&late).as_str(), last(&setup.audit).rule), ("confirmation_required", "expired"));

    // A caller who is revoked is not waited for.
    let setup = self::setup();
    let person = Person::who(Says::Nothing);
    let client = connect_by_pipe(&setup.server, customer(secure_tool_tests::alice()), person.clone()).await.unwrap();
    let waiting = tokio::spawn(async move { call(&client, "show_account", json!({})).await });
    until("a question", async || !person.asked().is_empty()).await;
    setup.server.revocations().revoke_subject(None, "alice", SystemTime::now() + Duration::from_secs(3600)).unwrap();
    let result = within("the end of the wait", waiting).await.unwrap().unwrap();
    assert_eq!((code(&result).as_str(), last(&setup.audit).decision), ("unauthenticated", Decision::Revoked));
}

#[tokio::test]
async fn the_policy_shows_what_is_asked() {
    let setup = setup();
    let policy = serde_json::to_value(setup.server.policy()).unwrap();
    let tools = policy["tools"].as_array().unwrap();
    let rent = tools.iter().find(|tool| tool["name"] == "pay_rent").unwrap();
    assert_eq!(
        rent["asks"],
        json!([
            {"argument": "account", "question": "Which account shall pay {months} months of rent?"},
            {"argument": "note", "question": "What shall the statement say?"},
        ])
    );
    assert!(rent["fingerprints"]["asked_schema"].is_string());
    let table = setup.server.policy().to_string();
    assert!(table.contains("show_account: the person at the client gives `account`: Which account shall be shown?"));
}

#[test]
fn build_refuses_values_that_no_form_can_show() {
    /// What hides its shape from the attribute.
    type Many = Vec<String>;
    type Hidden = Secret<String>;
    /// Say something.
    #[secure_tool(scope = "a", owner = unowned("words are nobody's"), read_only)]
    async fn say(
        /// What.
        #[arg(ask = "What?")]
        many: Asked<Many>,
        /// What else.
        #[arg(ask = "What else?")]
        one: Asked<Bounded<1, 20>>,
    ) -> String {
        format!("{:?} {}", *many, one.as_str())
    }
    /// Whisper something.
    #[secure_tool(scope = "a", owner = unowned("words are nobody's"), read_only)]
    async fn whisper(
        /// What.
        #[arg(ask = "What?")]
        word: Asked<Hidden>,
    ) {
        drop(word);
    }
    let problems = SecureServer::builder(()).tool(say()).tool(whisper()).build().unwrap_err().to_string();
    assert!(problems.contains("asks a person for `many`, whose type a form cannot show [ST07]"), "{problems}");
    assert!(problems.contains("asks a person for `word`, which is a secret [ST07]"), "{problems}");
    assert!(!problems.contains("`one`"), "{problems}");
}
