//! What a client cannot confirm to itself: a person outside of the conversation approves.

use std::{sync::Arc, time::Duration};

use rmcp::{RoleClient, model::CallToolResult, service::RunningService};
use secure_tool::{
    ApprovalRequest, Approvals, Approver, ApproverError, AuditRecord, Caller, ConfirmedBy, Decision, MemorySink,
    NoApproval, SecureServer, Stage, Verdict,
    http::{ApiKeys, HttpOptions},
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    Vault, alice, bob,
    clients::{ALICE, BOB, HttpServer, call, call_inside, code},
    ends,
};
use serde_json::{Value, json};

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

fn last(audit: &MemorySink) -> AuditRecord {
    let mut records = ends(audit.take());
    assert_eq!(records.len(), 1, "one call, one end: {records:#?}");
    records.remove(0)
}

#[tokio::test]
async fn a_call_goes_on_when_somebody_else_says_so() {
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
            assert!(list[0].question.starts_with(&format!("Burn parcel {parcel} (")), "{}", list[0].question);
            assert_eq!((&*list[0].tool, list[0].caller.subject()), ("burn_officially", "alice"));
            let shown = serde_json::to_string(&list[0]).unwrap() + &format!("{:?}", list[0]);
            assert!(shown.contains("parcel") && !shown.contains("CANARY"), "{shown}");
            approvals.approve(list[0].id, "olga").unwrap();
            list[0].id
        };
        let (result, id) = tokio::join!(call(&client), operator);
        assert_eq!(code(&result.unwrap()), "ok");
        assert!(!vault.left().contains(&parcel));
        let record = last(&audit);
        assert_eq!((record.decision, record.call_id), (Decision::Allowed, id));
        assert_eq!(record.confirmed_by, Some(ConfirmedBy::Operator("olga".into())));
        assert!(record.duration >= Duration::from_millis(400));
        let json: Value = serde_json::to_value(&record).unwrap();
        assert_eq!(json["confirmed_by"], json!({"operator": "olga"}));
    }
    assert!(approvals.list().is_empty());
}

#[tokio::test]
async fn a_no_ends_it() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    let call = begin(&server, alice(), 1);
    let id = waiting(&approvals, 1).await[0].id;
    approvals.refuse(id, "olga").unwrap();
    assert_eq!(code(&within("the call", call).await.unwrap()), "declined");
    let record = last(&audit);
    assert_eq!(
        (record.stage, record.rule, record.cause.as_deref()),
        (Stage::Confirmation, "operator", Some("refused by olga"))
    );
    assert_eq!((vault.ran(), record.confirmed_by), (0, None));
    assert_eq!(approvals.approve(id, "olga"), Err(NoApproval::NotWaiting));
    assert_eq!(approvals.refuse(id, "olga"), Err(NoApproval::NotWaiting));
}

/// Lets the caller approve.
struct Careless(&'static str);

impl Approver for Careless {
    async fn decide(&self, _: ApprovalRequest) -> Result<Verdict, ApproverError> {
        Ok(Verdict::Approved { by: self.0.into() })
    }
}

#[tokio::test]
async fn nobody_approves_a_call_of_their_own() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    let call = begin(&server, alice(), 1);
    let id = waiting(&approvals, 1).await[0].id;
    for by in ["alice", "", "  "] {
        assert_eq!(approvals.approve(id, by), Err(NoApproval::OwnCall));
    }
    assert_eq!(vault.ran(), 0);
    approvals.approve(id, "bob").unwrap();
    assert_eq!(code(&within("the call", call).await.unwrap()), "ok");
    assert_eq!(last(&audit).decision, Decision::Allowed);
    for by in ["alice", ""] {
        let Setup { vault, audit, server } = with(Careless(by), Duration::from_secs(5));
        assert_eq!(code(&within("the call", begin(&server, alice(), 1)).await.unwrap()), "declined");
        assert_eq!((last(&audit).rule, vault.ran()), ("own_approval", 0));
    }
}

#[tokio::test]
async fn a_call_waits_for_a_while_and_only_as_long_as_its_client() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = with(approvals.clone(), Duration::from_millis(150));
    assert_eq!(code(&within("the call", begin(&server, alice(), 1)).await.unwrap()), "confirmation_required");
    assert_eq!((last(&audit).rule, approvals.list().len()), ("timeout", 0));

    let Setup { audit, server, .. } = setup(&approvals);
    let call = begin(&server, alice(), 1);
    let id = waiting(&approvals, 1).await[0].id;
    call.abort();
    waiting(&approvals, 0).await;
    assert_eq!(approvals.approve(id, "olga"), Err(NoApproval::NotWaiting));
    let record = last(&audit);
    assert_eq!((record.decision, record.rule), (Decision::Cancelled, "dropped"));
    assert_eq!(vault.ran(), 0);
}

#[tokio::test]
async fn what_was_approved_is_what_happens() {
    let approvals = Approvals::default();
    let Setup { vault, audit, server } = setup(&approvals);
    for (change, code_is, rule) in [
        ((|vault, _| vault.relabel(1, "the only copy")) as fn(&Vault, &SecureServer<Vault>), "conflict", "changed"),
        (|_, server| server.switches().disable("burn_officially").unwrap(), "unknown_tool", "disabled"),
        (
            |vault, server| {
                server.switches().enable("burn_officially").unwrap();
                vault.give(1, "bob");
            },
            "not_found",
            "foreign",
        ),
    ] {
        server.switches().enable("burn_officially").unwrap();
        let call = begin(&server, alice(), 1);
        let id = waiting(&approvals, 1).await[0].id;
        change(&vault, &server);
        approvals.approve(id, "olga").unwrap();
        assert_eq!(code(&within("the call", call).await.unwrap()), code_is);
        assert_eq!((last(&audit).rule, vault.ran()), (rule, 0));
    }
}

#[tokio::test]
async fn only_so_many_wait() {
    let approvals = Approvals::with_capacity(3, 2);
    let Setup { vault, audit, server } = setup(&approvals);
    let first: Vec<_> = (0..2).map(|_| begin(&server, alice(), 1)).collect();
    waiting(&approvals, 2).await;
    assert_eq!(
        code(&within("the call", begin(&server, alice(), 1)).await.unwrap()),
        "unavailable",
        "two of alice's wait"
    );
    let record = last(&audit);
    assert_eq!((record.rule, record.cause.as_deref()), ("approver", Some("too many calls wait for approval")));
    let other = begin(&server, bob(), 3);
    waiting(&approvals, 3).await;
    let carol = within("the call", begin(&server, Caller::local("carol"), 1)).await.unwrap();
    assert_eq!(code(&carol), "not_found", "what is refused anyway does not wait");
    drop(audit.take());
    assert_eq!(code(&within("the call", begin(&server, bob(), 3)).await.unwrap()), "unavailable", "three wait");
    drop(audit.take());
    // Of the two of alice's, one finds the parcel gone.
    for request in approvals.list() {
        approvals.approve(request.id, "olga").unwrap();
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
async fn an_approver_in_trouble_lets_nothing_pass() {
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
        let record = last(&setup.audit);
        assert_eq!((record.stage, record.rule, record.decision), (Stage::Confirmation, rule, Decision::Refused));
        assert!(record.cause.unwrap().contains("CANARY"));
        assert_eq!(setup.vault.ran(), 0);
    }
}
