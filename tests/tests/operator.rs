//! Calls that a client cannot confirm by itself: a person outside of the conversation approves them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use rmcp::{RoleClient, model::CallToolResult, service::RunningService};
use secure_tool::{
    ApprovalRequest, Approvals, Approver, ApproverError, ConfirmedBy, Decision, MemorySink, NoApproval, Stage, Verdict,
    http::{ApiKeys, HttpOptions},
    prelude::*,
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    Vault, alice, bob,
    clients::{ALICE, BOB, HttpServer, call, call_inside, code},
    ends, only_end,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

struct Setup {
    vault: Arc<Vault>,
    audit: Arc<MemorySink>,
    server: SecureServer<Vault>,
}

fn with(approver: impl Approver, timeout: Duration) -> Setup {
    let vault = Arc::new(Vault::default());
    let audit = Arc::new(MemorySink::new(1000));
    let server = SecureServer::builder_shared(Arc::clone(&vault))
        .rate_cells(1 << 10)
        .tool(Vault::burn_officially())
        .approver(approver)
        .confirmation_timeout(timeout)
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    Setup { vault, audit, server }
}

fn setup(approvals: &Approvals) -> Setup {
    with(approvals.clone(), Duration::from_secs(600))
}

/// Somebody who has logged in to the page for operators.
fn operator(name: &str) -> Arc<Caller> {
    Arc::new(Caller::new(name))
}

fn keeper(caller: Caller) -> Caller {
    caller.with_scopes(["vault:burn"])
}

async fn http(server: &SecureServer<Vault>) -> HttpServer {
    let keys =
        ApiKeys::new().with_key(ALICE, keeper(alice())).and_then(|keys| keys.with_key(BOB, keeper(bob()))).unwrap();
    HttpServer::start_with(server, keys, HttpOptions::default()).await.unwrap()
}

fn begin(server: &SecureServer<Vault>, caller: Caller, parcel: u32) -> tokio::task::JoinHandle<CallToolResult> {
    let server = server.clone();
    tokio::spawn(
        async move { call_inside(&server, &keeper(caller), "burn_officially", json!({"parcel": parcel})).await },
    )
}

/// The calls that wait, as soon as there are so many.
async fn waiting(approvals: &Approvals, count: usize) -> Vec<ApprovalRequest> {
    until(format!("{count} calls to wait"), async || approvals.list().len() == count).await;
    approvals.list()
}

#[tokio::test]
async fn a_call_continues_when_another_party_approves() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    let http = http(&server).await;
    for client in [http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap()] {
        let parcel = vault.left()[0];
        let arguments = json!({"parcel": parcel, "code": "CANARY-7f3a"});
        let call =
            async |client: &RunningService<RoleClient, ()>| call(client, "burn_officially", arguments.clone()).await;
        let operator = async {
            let list = waiting(&approvals, 1).await;
            // It waits longer than the tool may take, as a person is slower than a tool.
            tokio::time::sleep(Duration::from_millis(400)).await;
            assert_eq!(vault.left()[0], parcel, "nothing happens before");
            assert!(list[0].question.starts_with(&format!("Burn “parcel {parcel} (")), "{}", list[0].question);
            assert_eq!((&*list[0].tool, list[0].caller.subject()), ("burn_officially", "alice"));
            let page: Value = serde_json::to_value(&list[0]).unwrap();
            let label = if parcel == 1 { "books" } else { "tea" };
            assert_eq!(page["fields"], json!([{"name": "parcel", "value": format!("“parcel {parcel} ({label})”")}]));
            assert_eq!(page["digest"], json!(list[0].digest()));
            let shown = serde_json::to_string(&list[0]).unwrap() + &format!("{:?}", list[0]);
            assert!(shown.contains("parcel") && !shown.contains("CANARY"), "{shown}");
            approvals.approve(list[0].id, &operator("olga")).unwrap();
            (list[0].id, list[0].digest())
        };
        let (result, (id, digest)) = tokio::join!(call(&client), operator);
        assert_eq!(code(&result.unwrap()), "ok");
        assert!(!vault.left().contains(&parcel));
        let record = only_end(&audit);
        assert_eq!((record.decision, record.call_id), (Decision::Allowed, id));
        let Some(ConfirmedBy::Operator(approval)) = &record.confirmed_by else { panic!("{record:?}") };
        assert_eq!((&*approval.subject, &*approval.digest), ("olga", &*digest));
        assert!(approval.time - record.time >= chrono::TimeDelta::milliseconds(300), "{record:?}");
        assert!(record.duration >= Duration::from_millis(400));
        let json: Value = serde_json::to_value(&record).unwrap();
        assert_eq!(json["confirmed_by"]["operator"]["subject"], json!("olga"));
        assert_eq!(json["confirmed_by"]["operator"]["digest"], json!(digest));
    }
    assert!(approvals.list().is_empty());
}

#[tokio::test]
async fn the_digest_of_an_approval_covers_what_is_redacted() {
    let approvals = Approvals::default();
    let Setup { server, .. } = setup(&approvals);
    let calls = ["1234", "1234", "9999"].map(|code| {
        let server = server.clone();
        let arguments = json!({"parcel": 1, "code": code});
        tokio::spawn(async move { call_inside(&server, &keeper(alice()), "burn_officially", arguments).await })
    });
    let list = waiting(&approvals, 3).await;
    let recorded: Vec<_> = list.iter().map(|request| request.arguments.as_json()).collect();
    assert!(recorded.iter().all(|arguments| *arguments == recorded[0]), "they look alike: {recorded:?}");
    // As if they were one call.
    let alike = |request: &ApprovalRequest| {
        let mut request = request.clone();
        request.id = list[0].id;
        request.digest()
    };
    let mut digests: Vec<_> = list.iter().map(alike).collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 2, "one of them would do something else");
    for request in &list {
        approvals.refuse(request.id, &operator("olga")).unwrap();
    }
    for call in calls {
        assert_eq!(code(&within("the call", call).await.unwrap()), "declined");
    }
}

#[tokio::test]
async fn a_refusal_by_the_operator_ends_the_call() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    let call = begin(&server, alice(), 1);
    let id = waiting(&approvals, 1).await[0].id;
    approvals.refuse(id, &operator("olga")).unwrap();
    assert_eq!(code(&within("the call", call).await.unwrap()), "declined");
    let record = only_end(&audit);
    assert_eq!(
        (record.stage, record.rule, record.cause.as_deref()),
        (Stage::Confirmation, "operator", Some("refused by olga"))
    );
    assert_eq!((vault.ran(), record.confirmed_by), (0, None));
    assert_eq!(approvals.approve(id, &operator("olga")), Err(NoApproval::NotWaiting));
    assert_eq!(approvals.refuse(id, &operator("olga")), Err(NoApproval::NotWaiting));
}

/// Lets anybody approve.
struct Careless(Arc<Caller>);

impl Approver for Careless {
    async fn decide(&self, _: ApprovalRequest) -> Result<Verdict, ApproverError> {
        Ok(Verdict::Approved { by: Arc::clone(&self.0) })
    }
}

#[tokio::test]
async fn nobody_can_approve_their_own_call() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    // A bot that acts for alice, through an agent.
    let caller = || Caller::new("alice").with_actor("bot").with_prior_actors(["scheduler"]).with_client("agent");
    let call = begin(&server, caller(), 1);
    let id = waiting(&approvals, 1).await[0].id;
    let own = [
        Caller::new("alice"),
        Caller::new(" Ａlice "),
        Caller::new("bot"),
        Caller::new("Scheduler"),
        Caller::new("olga").with_actor("BOT"),
        Caller::new("olga").with_client("Agent"),
        Caller::new("alice").with_issuer("https://elsewhere.test"),
    ];
    for by in own.clone() {
        assert_eq!(approvals.approve(id, &Arc::new(by)), Err(NoApproval::OwnCall));
    }
    assert_eq!(approvals.approve(id, &operator("")), Err(NoApproval::Nameless));
    let over = Caller::new("olga").with_expiry(SystemTime::now());
    assert_eq!(approvals.approve(id, &Arc::new(over.clone())), Err(NoApproval::Expired));
    assert_eq!(approvals.approve(id, &Arc::new(Caller::new("olga").with_tenant("acme"))), Err(NoApproval::OtherTenant));
    assert_eq!(vault.ran(), 0);
    approvals.approve(id, &operator("bob")).unwrap();
    assert_eq!(code(&within("the call", call).await.unwrap()), "ok");
    assert_eq!(only_end(&audit).decision, Decision::Allowed);
    // An approver that lets everybody approve is no way around it.
    let nameless = [(Caller::new(""), "approver_nameless"), (over, "approver_expired")];
    for (by, rule) in own.map(|by| (by, "own_approval")).into_iter().chain(nameless) {
        let Setup { vault, audit, server } = with(Careless(Arc::new(by)), Duration::from_secs(5));
        assert_eq!(code(&within("the call", begin(&server, caller(), 1)).await.unwrap()), "declined");
        assert_eq!((only_end(&audit).rule, vault.ran()), (rule, 0));
    }
    let Setup { vault, audit, server } = with(Careless(operator("olga")), Duration::from_secs(5));
    let soon = SystemTime::now() + Duration::from_secs(3600);
    server.revocations().revoke_subject(None, "olga", soon).unwrap();
    assert_eq!(code(&within("the call", begin(&server, caller(), 1)).await.unwrap()), "declined");
    assert_eq!((only_end(&audit).rule, vault.ran()), ("approver_revoked", 0));
    server.revocations().reinstate_subject(None, "olga");
    assert_eq!(code(&within("the call", begin(&server, caller(), 1)).await.unwrap()), "ok");
}

#[tokio::test]
async fn an_approver_needs_the_scope_that_the_server_requires() {
    let server = |approver: Caller| {
        let builder = SecureServer::builder(Vault::default()).tool(Vault::burn_officially()).allow_writes();
        let audit = Arc::new(MemorySink::new(10));
        let builder = builder.approver_scope("approve").cross_tenant_approver_scope("approve:all");
        let builder = builder.scope_implies("admin", ["approve", "approve:all"]);
        (builder.approver(Careless(Arc::new(approver))).audit(Arc::clone(&audit)).build().unwrap(), audit)
    };
    let olga = || Caller::new("olga");
    for (approver, rule) in [
        (olga().with_scopes(["approve"]), "allowed"),
        (olga(), "approver_scope"),
        (olga().with_scopes(["admin"]), "approver_scope"),
        (olga().with_scopes(["approve"]).with_tenant("acme"), "approver_tenant"),
        (olga().with_scopes(["approve:all"]).with_tenant("acme"), "approver_scope"),
        (olga().with_scopes(["approve", "approve:all"]).with_tenant("acme"), "allowed"),
        (alice().with_scopes(["approve", "approve:all"]).with_tenant("acme"), "own_approval"),
    ] {
        let (server, audit) = server(approver);
        let result = within("the call", begin(&server, alice(), 1)).await.unwrap();
        assert_eq!(code(&result), if rule == "allowed" { "ok" } else { "declined" }, "{rule}");
        assert_eq!(only_end(&audit).rule, rule);
    }
    let wrong = SecureServer::builder(Vault::default()).approver_scope("*").cross_tenant_approver_scope("").build();
    let problems = wrong.unwrap_err().to_string();
    assert!(problems.contains("its approver scope `*`") && problems.contains("across tenants ``"), "{problems}");
}

#[tokio::test]
async fn a_call_ends_with_its_credential() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    // Its key expires while it waits.
    let keys = ApiKeys::new();
    let (text, key) = ApiKeys::generate(keeper(alice())).unwrap();
    let end = SystemTime::now() + Duration::from_millis(1500);
    keys.add(key.expires_at(end)).unwrap();
    let http = HttpServer::start_with(&server, keys, HttpOptions::default()).await.unwrap();
    let client = http.connect(text.expose()).await.unwrap();
    let call_it = call(&client, "burn_officially", json!({"parcel": 1}));
    let request = async {
        let request = waiting(&approvals, 1).await.remove(0);
        assert_eq!(SystemTime::from(request.expires), end, "it gives up sooner than after ten minutes");
        request
    };
    let (result, request) = tokio::join!(within("the call", call_it), request);
    assert!(result.is_err() || code(&result.unwrap()) == "unauthenticated");
    let record = only_end(&audit);
    assert_eq!(
        (record.decision, record.stage, record.rule),
        (Decision::Revoked, Stage::Confirmation, "expired_credential")
    );
    assert_eq!(approvals.approve(request.id, &operator("olga")), Err(NoApproval::NotWaiting));
    assert_eq!(vault.ran(), 0);

    // One that expires as late as this does not.
    let later = alice().with_expiry(SystemTime::now() + Duration::from_secs(3600));
    let call_it = begin(&server, later, 1);
    approvals.approve(waiting(&approvals, 1).await[0].id, &operator("olga")).unwrap();
    assert_eq!(code(&within("the call", call_it).await.unwrap()), "ok");
    drop(audit.take());

    // A caller that has expired is nobody, regardless of who made it.
    let over = alice().with_expiry(SystemTime::now() - Duration::from_secs(1));
    assert_eq!(code(&within("the call", begin(&server, over, 2)).await.unwrap()), "unauthenticated");
    let record = only_end(&audit);
    assert_eq!(
        (record.decision, record.stage, record.rule),
        (Decision::Refused, Stage::Identity, "expired_credential")
    );
}

/// A shelf that is slow to find things, and to hand them out.
#[derive(Default)]
struct Shelf {
    found: Notify,
    handed: Notify,
    ran: AtomicUsize,
}

struct Book;

impl Resource for Book {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject("alice")
    }
}

impl Load<Book> for Shelf {
    async fn load(&self, _: &u32) -> Result<Option<Book>, ToolError> {
        self.found.notified().await;
        Ok(Some(Book))
    }
}

impl Shelf {
    /// Take a book.
    #[secure_tool(scope = "books", owner = book)]
    async fn take(
        &self,
        /// Which.
        book: Owned<Book>,
    ) {
        let Book = book.into_inner();
        self.ran.fetch_add(1, Ordering::SeqCst);
        self.handed.notified().await;
    }
}

#[tokio::test]
async fn a_credential_is_checked_again_before_the_body() {
    let shelf = Arc::new(Shelf::default());
    let audit = Arc::new(MemorySink::new(10));
    let builder = SecureServer::builder_shared(Arc::clone(&shelf)).tool(Shelf::take()).allow_writes();
    let server = builder.audit(Arc::clone(&audit)).build().unwrap();
    let take = |lifetime| {
        let caller = Caller::new("alice").with_scopes(["books"]).with_expiry(SystemTime::now() + lifetime);
        let server = server.clone();
        tokio::spawn(async move { call_inside(&server, &caller, "take", json!({"book": 1})).await })
    };
    // It expires while the object is loaded.
    let late = take(Duration::from_secs(1));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    shelf.found.notify_one();
    assert_eq!(code(&within("the late call", late).await.unwrap()), "unauthenticated");
    let record = only_end(&audit);
    assert_eq!((record.decision, record.stage, record.rule), (Decision::Revoked, Stage::Limits, "expired_credential"));
    assert_eq!(shelf.ran.load(Ordering::SeqCst), 0);
    // It expires while the body runs, which goes on.
    let in_time = take(Duration::from_secs(2));
    shelf.found.notify_one();
    until("the body to run", async || shelf.ran.load(Ordering::SeqCst) == 1).await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    shelf.handed.notify_one();
    assert_eq!(code(&within("the call in time", in_time).await.unwrap()), "ok");
}

#[tokio::test]
async fn a_call_stops_waiting_at_the_timeout_or_with_its_client() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = with(approvals.clone(), Duration::from_millis(150));
    assert_eq!(code(&within("the call", begin(&server, alice(), 1)).await.unwrap()), "confirmation_required");
    assert_eq!((only_end(&audit).rule, approvals.list().len()), ("timeout", 0));

    let Setup { audit, server, .. } = setup(&approvals);
    let call = begin(&server, alice(), 1);
    let id = waiting(&approvals, 1).await[0].id;
    call.abort();
    waiting(&approvals, 0).await;
    assert_eq!(approvals.approve(id, &operator("olga")), Err(NoApproval::NotWaiting));
    let record = only_end(&audit);
    assert_eq!((record.decision, record.rule), (Decision::Cancelled, "dropped"));
    assert_eq!(vault.ran(), 0);
}

#[tokio::test]
async fn a_call_ends_if_something_changes_after_the_approval() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    for (change, code_is, rule) in [
        ((|vault| vault.relabel(1, "the only copy")) as fn(&Vault), "conflict", "changed"),
        (|vault| vault.give(1, "bob"), "not_found", "foreign"),
    ] {
        let call = begin(&server, alice(), 1);
        let id = waiting(&approvals, 1).await[0].id;
        change(&vault);
        approvals.approve(id, &operator("olga")).unwrap();
        assert_eq!(code(&within("the call", call).await.unwrap()), code_is);
        assert_eq!((only_end(&audit).rule, vault.ran()), (rule, 0));
    }
}

#[tokio::test]
async fn the_number_of_waiting_calls_is_limited() {
    let approvals = Approvals::with_capacity(3, 2);
    let Setup { vault, audit, server } = setup(&approvals);
    let first: Vec<_> = (0..2).map(|_| begin(&server, alice(), 1)).collect();
    waiting(&approvals, 2).await;
    assert_eq!(
        code(&within("the call", begin(&server, alice(), 1)).await.unwrap()),
        "unavailable",
        "two of alice's wait"
    );
    let record = only_end(&audit);
    assert_eq!((record.rule, record.cause.as_deref()), ("approver", Some("too many calls wait for approval")));
    let other = begin(&server, bob(), 3);
    waiting(&approvals, 3).await;
    let carol = within("the call", begin(&server, Caller::local("carol"), 1)).await.unwrap();
    assert_eq!(code(&carol), "not_found", "what is refused anyway does not wait");
    drop(audit.take());
    assert_eq!(code(&within("the call", begin(&server, bob(), 3)).await.unwrap()), "unavailable", "three wait");
    drop(audit.take());
    // One of Alice's two calls finds that the parcel is gone.
    for request in approvals.list() {
        approvals.approve(request.id, &operator("olga")).unwrap();
    }
    let mut codes = Vec::new();
    for call in first {
        codes.push(code(&within("the call", call).await.unwrap()));
    }
    codes.sort();
    assert_eq!(
        (codes, code(&within("the call", other).await.unwrap())),
        (vec!["not_found".into(), "ok".into()], "ok".into())
    );
    assert_eq!((vault.left(), ends(audit.take()).len()), (vec![2], 3));
}

#[tokio::test]
async fn a_failing_approver_lets_no_call_pass() {
    struct Down;
    impl Approver for Down {
        async fn decide(&self, _: ApprovalRequest) -> Result<Verdict, ApproverError> {
            Err(std::io::Error::other("the pager CANARY is down"))?
        }
    }
    struct Panics;
    impl Approver for Panics {
        async fn decide(&self, _: ApprovalRequest) -> Result<Verdict, ApproverError> {
            panic!("CANARY")
        }
    }
    for (setup, code_is, rule) in [
        (with(Down, Duration::from_secs(5)), "unavailable", "approver"),
        (with(Panics, Duration::from_secs(5)), "internal", "panic"),
    ] {
        let result = within("the call", begin(&setup.server, alice(), 1)).await.unwrap();
        assert_eq!(code(&result), code_is);
        assert!(!serde_json::to_string(&result).unwrap().contains("CANARY"));
        let record = only_end(&setup.audit);
        assert_eq!((record.stage, record.rule, record.decision), (Stage::Confirmation, rule, Decision::Refused));
        assert!(record.cause.unwrap().contains("CANARY"));
        assert_eq!(setup.vault.ran(), 0);
    }
}
