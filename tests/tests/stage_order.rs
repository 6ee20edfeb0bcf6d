//! The order of the stages is declared once, in `Stage::ALL`: the guard follows it. The table in the docs of `Stage` is generated
//! from the same list.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use secure_tool::{AuditError, AuditRecord, AuditSink, Caller, Phase, SecureServer, Stage, prelude::*};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{call_inside, code};
use serde_json::{Value, json};
use tokio::sync::Notify;

#[derive(Clone)]
struct Folder {
    subject: &'static str,
}

impl Resource for Folder {
    type Key = String;
    fn owner(&self) -> Owner {
        Owner::subject_in("acme", self.subject)
    }
}

#[derive(Default)]
struct Archive {
    fails: AtomicBool,
    says_too_much: AtomicBool,
    waits: AtomicBool,
    in_body: AtomicBool,
    go_on: Notify,
}

impl Load<Folder> for Archive {
    async fn load(&self, key: &String) -> Result<Option<Folder>, ToolError> {
        let owners = [("alice", "alice"), ("alice's other", "alice"), ("bob", "bob")];
        Ok(owners.into_iter().find(|(name, _)| name == key).map(|(_, subject)| Folder { subject }))
    }
}

impl Archive {
    /// Look at a folder.
    #[secure_tool(scope = "archive:burn", owner = folder, read_only)]
    async fn look(
        &self,
        /// Which.
        folder: Owned<Folder>,
    ) -> &'static str {
        folder.subject
    }

    /// Burn a folder.
    #[secure_tool(
        scope = "archive:burn", owner = folder, rate(1000/minute, per = tenant), concurrency = 1, max_output = 1KiB,
        after(Self::look, within = 10m), destructive, confirm = "Burn {folder}?", idempotent(key = request)
    )]
    async fn burn(
        &self,
        /// Which.
        folder: Owned<Folder>,
        /// Which request.
        request: String,
    ) -> Result<String, ToolError> {
        let _ = (folder.subject, request);
        if self.waits.swap(false, Ordering::Relaxed) {
            self.in_body.store(true, Ordering::Relaxed);
            within("the test to free the place", self.go_on.notified()).await;
        }
        if self.fails.load(Ordering::Relaxed) {
            return Err(ToolError::conflict("it is on loan"));
        }
        Ok("ash ".repeat(if self.says_too_much.load(Ordering::Relaxed) { 1000 } else { 1 }))
    }
}

/// Remembers at which stage the last call ended, and can refuse to have taken the record of it.
#[derive(Default)]
struct LastStage {
    full: AtomicBool,
    stage: Mutex<Option<(Stage, bool)>>,
}

impl AuditSink for LastStage {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        if record.phase == Phase::Intent {
            return Ok(());
        }
        let allowed = record.code.is_none();
        *self.stage.lock().unwrap() = Some((record.stage, allowed));
        // What it does not take is owed, and nobody writes until it is taken: the occupant of the place is none of the attempts.
        let is_attempt = record.caller.as_ref().is_some_and(|caller| caller.subject() == "alice");
        if is_attempt && allowed && self.full.load(Ordering::Relaxed) {
            Err(AuditError::new("the disk is full"))
        } else {
            Ok(())
        }
    }
}

/// A call with something wrong for each of these stages.
struct Attempt<'a> {
    archive: &'a Archive,
    audit: &'a LastStage,
    server: &'a SecureServer<Archive>,
    wrong: &'a BTreeSet<Stage>,
    /// Its number, by which it is recognized.
    number: usize,
}

/// What an earlier call was recognized by.
const USED: &str = "request-0";

impl Attempt<'_> {
    /// Who calls with what, and what the person answers. (The place that `Stage::Limits` asks for is taken and freed by the test.)
    fn caller_and_arguments(&self) -> (Caller, Value, bool) {
        let (mut subject, mut tenant, mut scopes, mut arguments, mut answer) =
            ("alice", Some("acme"), vec!["archive:burn"], json!({"folder": "alice"}), true);
        arguments["request"] = json!(format!("request-{}", self.number));
        for &stage in Stage::ALL {
            let wrong = self.wrong.contains(&stage);
            match stage {
                Stage::Switch if wrong => self.server.switches().disable("burn").unwrap(),
                Stage::Switch => self.server.switches().enable("burn").unwrap(),
                Stage::Identity if wrong => subject = "",
                Stage::Scope if wrong => scopes.clear(),
                Stage::Rate if wrong => tenant = None,
                Stage::Owner if wrong => arguments["folder"] = json!("bob"),
                Stage::Arguments if wrong => arguments["unknown"] = json!(1),
                Stage::Idempotency if wrong => arguments["request"] = json!(USED),
                Stage::Confirmation if wrong => answer = false,
                Stage::Body => self.archive.fails.store(wrong, Ordering::Relaxed),
                Stage::Release => self.archive.says_too_much.store(wrong, Ordering::Relaxed),
                Stage::Audit => self.audit.full.store(wrong, Ordering::Relaxed),
                // `Stage::Order` asks for a look at the folder.
                Stage::Identity
                | Stage::Order
                | Stage::Scope
                | Stage::Rate
                | Stage::Arguments
                | Stage::Owner
                | Stage::Idempotency
                | Stage::Confirmation
                | Stage::Limits => {}
                new => panic!("say here what makes the stage `{}` refuse a call", new.as_str()),
            }
        }
        let caller = Caller::new(subject).with_scopes(scopes);
        (if let Some(tenant) = tenant { caller.with_tenant(tenant) } else { caller }, arguments, answer)
    }

    /// Where the call ends; `None` if it passes.
    async fn end(&self) -> Option<Stage> {
        if !self.wrong.contains(&Stage::Order) {
            self.audit.full.store(false, Ordering::Relaxed);
            assert_eq!(look(self.server, "alice", "alice").await, "ok");
            self.audit.stage.lock().unwrap().take();
        }
        let (caller, arguments, answer) = self.caller_and_arguments();
        let result = call(self.server, caller, &arguments, answer).await;
        let (stage, allowed) = self.audit.stage.lock().unwrap().take().unwrap();
        match (&*result, allowed) {
            ("ok", _) => None,
            // All went well, but for the record.
            (_, true) => Some(Stage::Audit),
            (_, false) => Some(stage),
        }
    }
}

async fn look(server: &SecureServer<Archive>, subject: &str, folder: &str) -> String {
    let caller = Caller::new(subject).with_tenant("acme").with_scopes(["archive:burn"]);
    code(&call_inside(server, &caller, "look", json!({"folder": folder})).await)
}

async fn call(server: &SecureServer<Archive>, caller: Caller, arguments: &Value, answer: bool) -> String {
    let Value::Object(arguments) = arguments.clone() else { panic!("{arguments}") };
    code(&within("a call to burn", server.call_asking(&Arc::new(caller), "burn", arguments, async |_| answer)).await)
}

/// The call begins with something wrong for every stage. What is wrong for a stage is then put right, one stage after the other in the
/// declared order: the call gets exactly one stage further each time.
#[tokio::test]
async fn a_call_passes_the_stages_in_the_declared_order() {
    let archive = Arc::new(Archive::default());
    let audit = Arc::new(LastStage::default());
    let server = SecureServer::builder_shared(Arc::clone(&archive))
        .tool(Archive::look())
        .tool(Archive::burn())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    assert_eq!(look(&server, "bob", "bob").await, "ok");
    assert_eq!(look(&server, "alice", "alice's other").await, "ok");
    let alice = Caller::new("alice").with_tenant("acme").with_scopes(["archive:burn"]);
    assert_eq!(call(&server, alice, &json!({"folder": "alice's other", "request": USED}), true).await, "ok");
    archive.waits.store(true, Ordering::Relaxed);
    let occupant = tokio::spawn({
        let server = server.clone();
        let bob = Caller::new("bob").with_tenant("acme").with_scopes(["archive:burn"]);
        async move { call(&server, bob, &json!({"folder": "bob", "request": "request-of-bob"}), true).await }
    });
    until("a call to take the one place", async || archive.in_body.load(Ordering::Relaxed)).await;

    let mut wrong: BTreeSet<Stage> = Stage::ALL.iter().copied().collect();
    for (&stage, number) in Stage::ALL.iter().zip(1..) {
        let attempt = Attempt { archive: &archive, audit: &audit, server: &server, wrong: &wrong, number };
        assert_eq!(attempt.end().await, Some(stage), "with something wrong for {wrong:?}");
        wrong.remove(&stage);
        if stage == Stage::Limits {
            // Its place is free from now on.
            archive.go_on.notify_one();
            until("the place to be free", async || occupant.is_finished()).await;
        }
    }
    let number = Stage::ALL.len() + 1;
    let attempt = Attempt { archive: &archive, audit: &audit, server: &server, wrong: &wrong, number };
    assert_eq!(attempt.end().await, None);
}
