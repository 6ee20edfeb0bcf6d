//! Real clients try what they may and what they may not.
//!
//! Two servers, HTTP and pipes, four people. Every call has an expected outcome; [`run`] fails if one of them turns out otherwise, so
//! what it prints is also a test.

mod audit;
mod client;
mod confirmed;
mod human;
mod print;
mod proofs;
mod scenes;

use std::{error::Error, io::Write, net::SocketAddr, sync::Arc};

use secure_tool::{Approvals, AuditRecord, MemorySink, SecureServer, http::HttpOptions};
use serde_json::Value;
use tokio::net::TcpListener;

use self::{
    client::{Answer, Client},
    human::Human,
    print::Printer,
};
use crate::{ALICE, BOB, Billing, CAROL, ERIN, NoOperator};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many audit records are kept; the demonstration makes fewer.
const RECORDS: usize = 1_000;

/// Everything that takes part.
struct Demo<'w, W> {
    print: Printer<'w, W>,
    billing: Billing,
    audit: Arc<MemorySink>,
    server: SecureServer<Billing>,
    approvals: Approvals,
    address: SocketAddr,
    alice: Client,
    bob: Client,
    carol: Client,
    erin: Client,
    /// Carol again, at the other end of a pipe.
    carol_on_a_pipe: Client,
    /// Alice with an older client, at the other end of a pipe.
    alice_on_a_pipe: Client,
    /// Alice at a server that was built without `allow_writes()`.
    alice_reading: Client,
    calls: usize,
    /// What people at their clients were asked.
    asked: Vec<String>,
    surprises: Vec<String>,
}

/// Runs the demonstration and writes what happens, with ANSI colours if asked for.
///
/// # Errors
///
/// If a call ends otherwise than expected, which is to say if an attack succeeds; or if the machine does not let it run.
pub async fn run<W: Write>(out: &mut W, colour: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
    let billing = Billing::in_memory()?;
    let audit = Arc::new(MemorySink::new(RECORDS));
    let approvals = Approvals::default();
    let server = crate::server(billing.clone(), approvals.clone(), Arc::clone(&audit))?;
    let reading = crate::builder(billing.clone(), NoOperator).audit(Arc::clone(&audit)).build()?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (serving, keys) = (server.clone(), crate::api_keys()?);
    let http = tokio::spawn(async move { serving.serve_http(listener, keys, HttpOptions::default()).await });

    let mut demo = Demo {
        print: Printer::new(out, colour),
        address,
        alice: Client::http(ALICE, Human::present(), address).await?,
        bob: Client::http(BOB, Human::absent(), address).await?,
        carol: Client::http(CAROL, Human::absent(), address).await?,
        erin: Client::http(ERIN, Human::absent(), address).await?,
        carol_on_a_pipe: Client::pipe(CAROL, Human::absent(), "carol@acme, by pipe", server.clone()).await?,
        alice_on_a_pipe: Client::pipe(ALICE, Human::present(), "alice@acme, by pipe", server.clone()).await?,
        alice_reading: Client::pipe(ALICE, Human::absent(), "alice@acme, read-only server", reading).await?,
        billing,
        audit,
        server,
        approvals,
        calls: 0,
        asked: Vec::new(),
        surprises: Vec::new(),
    };
    let played = demo.play().await;
    demo.close().await?;
    http.abort();
    played
}

impl<W: Write> Demo<'_, W> {
    async fn play(&mut self) -> Outcome<()> {
        self.listing().await?;
        self.allowed().await?;
        self.foreign().await?;
        self.support().await?;
        self.scopes().await?;
        self.credentials().await?;
        self.arguments().await?;
        self.rate().await?;
        self.slow().await?;
        self.read_only().await?;
        self.switched_off().await?;
        self.broken().await?;
        self.secret().await?;
        self.paths().await?;
        self.addresses().await?;
        self.classified().await?;
        self.masked().await?;
        self.untrusted().await?;
        self.confirmed().await?;
        self.nobody_to_ask().await?;
        self.forged().await?;
        self.operated().await?;
        self.records()?;
        if self.surprises.is_empty() {
            Ok(self
                .print
                .line(&format!("{} calls, each with the expected outcome, which the audit log has.", self.calls))?)
        } else {
            Err(format!("{} outcomes were not as expected:\n{}", self.surprises.len(), self.surprises.join("\n"))
                .into())
        }
    }

    /// Makes a call, prints it, and notes if its outcome is not the expected one.
    async fn call(&mut self, who: Who, tool: &'static str, arguments: Value, expected: &str) -> Outcome<Answer> {
        let name = self.client(who).name;
        self.print.call(name, tool, &arguments)?;
        let answer = self.client(who).call(tool, &arguments).await?;
        let (questions, in_rounds) = (self.client(who).human.take_asked(), self.client(who).in_rounds);
        // A question that comes back as a result, and the answer to it, are two calls to the guard.
        self.calls += if in_rounds { questions.len() + 1 } else { 1 };
        let reply = if answer.code() == "declined" { "no" } else { "yes" };
        questions.iter().try_for_each(|question| self.print.question("the person at the client", question, reply))?;
        self.asked.extend(questions);
        self.print.outcome(&answer)?;
        let code = answer.code();
        self.expect(code == expected, || format!("{name}: {tool} {arguments}: {code} instead of {expected}"))?;
        Ok(answer)
    }

    /// The audit record of the last call.
    fn last_record(&self) -> Outcome<AuditRecord> {
        Ok(self.audit.records().pop().ok_or("no audit record")?)
    }

    /// Notes what is not as it should be.
    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) -> Outcome<()> {
        if !holds {
            let surprise = otherwise();
            self.print.surprise(&surprise)?;
            self.surprises.push(surprise);
        }
        Ok(())
    }

    fn client(&self, who: Who) -> &Client {
        match who {
            Who::Alice => &self.alice,
            Who::Bob => &self.bob,
            Who::Carol => &self.carol,
            Who::Erin => &self.erin,
            Who::CarolOnAPipe => &self.carol_on_a_pipe,
            Who::AliceOnAPipe => &self.alice_on_a_pipe,
            Who::AliceReading => &self.alice_reading,
        }
    }

    async fn close(self) -> Outcome<()> {
        let pipes = [self.carol_on_a_pipe, self.alice_on_a_pipe, self.alice_reading];
        for client in [self.alice, self.bob, self.carol, self.erin].into_iter().chain(pipes) {
            client.close().await?;
        }
        Ok(())
    }
}

/// Whose client makes a call.
#[derive(Clone, Copy)]
enum Who {
    Alice,
    Bob,
    Carol,
    Erin,
    CarolOnAPipe,
    AliceOnAPipe,
    AliceReading,
}
