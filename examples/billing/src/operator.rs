//! Who approves calls with `confirm = operator("…")`: the person at the server's terminal, or nobody.

use std::{
    io::{self, BufRead, Write},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use secure_tool::{
    ApprovalRequest, Approvals, Approver, ApproverError, CallId, Caller, NoApproval, SecureServer, Verdict,
};

use crate::{
    Billing,
    switchboard::Switchboard,
    tools::{APPROVE, APPROVE_EVERYWHERE},
};

/// Nobody: what an operator would have to approve is refused.
///
/// On standard input there is no other way. The user who started the process *is* the caller, the terminal belongs to the client, and nobody
/// can approve their own call.
#[derive(Clone, Copy, Debug)]
pub struct NoOperator;

impl Approver for NoOperator {
    async fn decide(&self, _: ApprovalRequest) -> Result<Verdict, ApproverError> {
        Err(ApproverError::new("this server has no operator"))
    }
}

/// How an operator decides: both ways look alike.
pub(crate) type Decide = fn(&Approvals, CallId, &Arc<Caller>) -> Result<(), NoApproval>;

/// An operator of all companies, who belongs to none of them. It is the machine that knows who sits at its terminal: the operator has logged in there
/// to start the server. A page for operators would take the caller from the server's own authenticator.
pub(crate) fn operator(name: &str) -> Caller {
    Caller::new(name).with_client("terminal").with_scopes([APPROVE, APPROVE_EVERYWHERE])
}

const USAGE: &str = "the operator says: list, approve ID, refuse ID, halt, resume, revoke NAME@COMPANY";

/// The person at the terminal that a server was started from. Clones are the same person.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    approvals: Approvals,
    /// The name of the approver, for the audit record.
    operator: Arc<Caller>,
    present: Arc<AtomicBool>,
    /// Those of the server, as soon as there is one.
    switchboard: Arc<OnceLock<Switchboard>>,
}

impl Terminal {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            approvals: Approvals::default(),
            operator: Arc::new(operator(name)),
            present: Arc::new(AtomicBool::new(true)),
            switchboard: Arc::default(),
        }
    }

    /// From now on this person can switch this server off.
    pub(crate) fn switches(&self, server: &SecureServer<Billing>) {
        self.switchboard.get_or_init(|| Switchboard::new(server));
    }

    /// Does what the lines say until they end. From then on there is nobody to ask, and calls do not wait for it.
    pub(crate) fn obey(&self, lines: impl BufRead, mut out: impl Write) -> io::Result<()> {
        let obeyed = lines.lines().try_for_each(|line| writeln!(out, "{}", self.answer(&line?)));
        self.present.store(false, Ordering::Relaxed);
        obeyed
    }

    fn answer(&self, line: &str) -> String {
        if let Some(done) = self.switchboard.get().and_then(|switchboard| switchboard.answer(line)) {
            return done;
        }
        let waiting = self.approvals.list();
        let mut words = line.split_whitespace();
        let (id, decide): (&str, Decide) = match (words.next(), words.next(), words.next()) {
            (None, ..) => return USAGE.to_owned(),
            (Some("list"), None, _) if waiting.is_empty() => return "nothing waits".to_owned(),
            (Some("list"), None, _) => return waiting.iter().map(show).collect::<Vec<_>>().join("\n"),
            (Some("approve"), Some(id), None) => (id, Approvals::approve),
            (Some("refuse"), Some(id), None) => (id, Approvals::refuse),
            _ => return format!("not understood; {USAGE}"),
        };
        let Some(request) = waiting.iter().find(|request| request.id.to_string() == id) else {
            return NoApproval::NotWaiting.to_string();
        };
        match decide(&self.approvals, request.id, &self.operator) {
            Ok(()) => format!("{}: done", line.trim()),
            Err(error) => error.to_string(),
        }
    }
}

impl Approver for Terminal {
    async fn decide(&self, request: ApprovalRequest) -> Result<Verdict, ApproverError> {
        if !self.present.load(Ordering::Relaxed) {
            return Err(ApproverError::new("nobody is at the server's terminal"));
        }
        let shown = show(&request);
        let announce = async {
            // A closed terminal is not a reason to stop: the call stops waiting by itself.
            let _ = writeln!(io::stderr(), "waits for the operator:\n{shown}\n{USAGE}");
            std::future::pending().await
        };
        // On the list first, so that an operator who reads of a call can decide on it.
        tokio::select! {
            biased;
            verdict = self.approvals.decide(request) => verdict,
            never = announce => never,
        }
    }
}

fn show(request: &ApprovalRequest) -> String {
    let ApprovalRequest { id, tool, caller, question, expires, .. } = request;
    let company = caller.tenant().unwrap_or("no company");
    format!("  {id}  {}@{company}, {tool}: {question} (until {})", caller.subject(), expires.format("%H:%M:%S UTC"))
}

#[cfg(test)]
mod tests {
    use secure_tool::MemorySink;
    use secure_tool_testkit::{until, within};
    use serde_json::json;

    use super::*;
    use crate::ALICE;

    fn server(approver: impl Approver) -> SecureServer<Billing> {
        crate::server(Billing::in_memory().unwrap(), approver, MemorySink::new(10)).unwrap()
    }

    /// What a purge of alice's comes to.
    async fn purge(server: &SecureServer<Billing>) -> String {
        let arguments = json!({"before": "2026-06-30"}).as_object().cloned().unwrap();
        let caller: Arc<Caller> = Arc::new(ALICE.caller());
        let result = within("the purge", server.call(&caller, "purge_cancelled", arguments)).await;
        serde_json::to_string(&result).unwrap()
    }

    async fn first(terminal: &Terminal) -> String {
        until("a call that waits for the operator", async || !terminal.approvals.list().is_empty()).await;
        terminal.approvals.list()[0].id.to_string()
    }

    #[tokio::test]
    async fn the_terminal_lists_approves_and_refuses() {
        let terminal = Terminal::new("olga");
        assert_eq!(terminal.answer("list"), "nothing waits");
        for (command, outcome) in [("refuse", "declined"), ("approve", r#""invoices":1"#)] {
            let server = server(terminal.clone());
            let operator = async {
                let id = first(&terminal).await;
                let list = terminal.answer(" list ");
                assert!(list.contains(&id) && list.contains("alice@acme, purge_cancelled: Delete all"), "{list}");
                for line in
                    ["approve", "approve all", &format!("{command} {id} now"), &format!("{command} {}", &id[1..])]
                {
                    assert!(!terminal.answer(line).ends_with("done"), "{line}");
                }
                assert_eq!(terminal.answer(&format!("{command} {id}")), format!("{command} {id}: done"));
                assert!(!terminal.answer(&format!("{command} {id}")).ends_with("done"), "twice");
            };
            let (said, ()) = tokio::join!(purge(&server), operator);
            assert!(said.contains(outcome), "{command}: {said}");
        }
    }

    #[tokio::test]
    async fn an_operator_with_the_callers_name_cannot_approve() {
        let terminal = Terminal::new("alice");
        let server = server(terminal.clone());
        let operator = async {
            let id = first(&terminal).await;
            let answer = terminal.answer(&format!("approve {id}"));
            assert!(answer.contains("somebody other than its caller"), "{answer}");
            terminal.answer(&format!("refuse {id}"))
        };
        let (said, _) = tokio::join!(purge(&server), operator);
        assert!(said.contains("declined"), "{said}");
    }

    #[tokio::test]
    async fn the_terminal_halts_resumes_and_revokes() {
        let terminal = Terminal::new("olga");
        assert!(terminal.answer("halt").starts_with("not understood"), "there is no server yet");
        let server = server(terminal.clone());
        terminal.switches(&server);
        let status = async |person: crate::Person| {
            let caller = Arc::new(person.caller());
            within("the status", server.call(&caller, "status", serde_json::Map::new()))
                .await
                .error()
                .map(|error| error.code().as_str())
        };
        assert_eq!(status(ALICE).await, None);
        assert_eq!(terminal.answer("halt"), "halt: done");
        assert_eq!(status(ALICE).await, Some("unknown_tool"));
        assert_eq!(terminal.answer("resume"), "resume: done");
        assert_eq!(terminal.answer(" revoke alice@acme "), "revoke alice@acme: done");
        assert_eq!(status(ALICE).await, Some("unauthenticated"));
        assert_eq!(status(crate::BOB).await, None);
        for line in ["revoke", "revoke alice", "halt now", "resume 1"] {
            assert!(terminal.answer(line).starts_with("not understood"), "{line}");
        }
    }

    #[tokio::test]
    async fn without_an_operator_no_call_waits() {
        let terminal = Terminal::new("olga");
        terminal.obey(&b"list\n"[..], Vec::new()).unwrap();
        for server in [server(terminal.clone()), server(NoOperator)] {
            let said = purge(&server).await;
            assert!(said.contains("unavailable"), "{said}");
        }
    }
}
