//! The demonstration: real clients make calls that are allowed, and calls that are not.
//!
//! There are three servers, over HTTP and pipes, and four people. Every call has an expected outcome, and [`run`] fails if one of them differs,
//! so the demonstration is also a test.

mod alerts;
mod answer;
mod audit;
mod client;
mod confirmed;
mod evidence;
mod given;
mod human;
mod log;
mod payments;
mod print;
mod prompts;
mod proofs;
mod resources;
mod rich;
mod scenes;
mod two_nodes;

use std::{error::Error, io::Write, net::SocketAddr};

use secure_tool::{
    Approvals, SecureServer,
    http::{CancellationToken, HttpOptions},
};
use serde_json::Value;
use tokio::net::TcpListener;

use self::{
    alerts::Heard,
    answer::Answer,
    client::Client,
    evidence::Ended,
    human::{Asked, Human},
    log::{Log, Record},
    print::Printer,
};
use crate::{ALICE, BOB, Billing, CAROL, ERIN, NoOperator};

pub use two_nodes::cluster;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Everything that takes part.
struct Demo<'w, W> {
    print: Printer<'w, W>,
    billing: Billing,
    log: Log,
    alerts: Heard,
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
    /// Bob at a server that reacts to alerts.
    bob_watched: Client,
    calls: usize,
    /// The questions to the people at their clients.
    asked: Vec<String>,
}

/// Runs the demonstration and writes what happens, with ANSI colours if asked for.
///
/// # Errors
///
/// If a call ends otherwise than expected, which is to say if an attack succeeds; or if the machine does not let it run.
pub async fn run<W: Write>(out: &mut W, colour: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
    let billing = Billing::in_memory()?;
    let (log, alerts) = (Log::open()?, Heard::default());
    let approvals = Approvals::default();
    let server = crate::server(billing.clone(), approvals.clone(), log.sink())?;
    let reading = crate::builder(billing.clone(), NoOperator).audit(log.sink()).build()?;
    let watched = alerts::server(billing.clone(), &alerts, log.sink())?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (serving, keys) = (server.clone(), crate::api_keys()?);
    let stop = CancellationToken::new();
    let options = HttpOptions::default().stop_with(stop.clone());
    let http = tokio::spawn(async move { serving.serve_http(listener, keys, options).await });

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
        bob_watched: Client::pipe(BOB, Human::absent(), "bob@globex, watched server", watched).await?,
        billing,
        log,
        alerts,
        server,
        approvals,
        calls: 0,
        asked: Vec::new(),
    };
    let played = demo.play().await;
    let ended = demo.close().await;
    stop.cancel();
    http.await??;
    played?;
    ended?.verified().await
}

impl<'w, W: Write> Demo<'w, W> {
    async fn play(&mut self) -> Outcome<()> {
        self.listing().await?;
        self.allowed().await?;
        self.foreign().await?;
        self.alerted().await?;
        self.support().await?;
        self.scopes().await?;
        self.credentials().await?;
        self.arguments().await?;
        self.rate().await?;
        self.slow().await?;
        self.payments().await?;
        self.resources().await?;
        self.chart().await?;
        self.progress().await?;
        self.given().await?;
        self.read_only().await?;
        self.switched_off().await?;
        self.broken().await?;
        self.secret().await?;
        self.paths().await?;
        self.addresses().await?;
        self.classified().await?;
        self.masked().await?;
        self.untrusted().await?;
        self.prompts().await?;
        self.confirmed().await?;
        self.nobody_to_ask().await?;
        self.forged().await?;
        self.operated().await?;
        self.records()
    }

    /// Makes a call, prints it, and notes if its outcome is not the expected one.
    async fn call(&mut self, who: Who, tool: &'static str, arguments: Value, expected: &str) -> Outcome<Answer> {
        let name = self.client(who).name;
        self.print.call(name, tool, &arguments)?;
        let answer = self.client(who).call(tool, &arguments).await?;
        let (questions, in_rounds) = (self.client(who).human.take_asked(), self.client(who).in_rounds);
        // A question that comes back as a result, and the answer to it, are two calls to the guard.
        self.calls += if in_rounds { questions.len() + 1 } else { 1 };
        for Asked { question, reply } in questions {
            self.print.question("the person at the client", &question, &reply)?;
            self.asked.push(question);
        }
        self.print.outcome(&answer)?;
        let code = answer.code();
        self.print.expect(code == expected, || format!("{name}: {tool} {arguments}: {code} instead of {expected}"))?;
        Ok(answer)
    }

    /// Reads a resource, and does the same.
    async fn read(&mut self, who: Who, uri: &str, expected: &str) -> Outcome<Answer> {
        let answer = self.client(who).read(uri).await?;
        self.received(who, &format!("read {uri}"), answer, expected)
    }

    /// Prints what a client received for a request that was one call, and records if it is not as expected.
    fn received(&mut self, who: Who, request: &str, answer: Answer, expected: &str) -> Outcome<Answer> {
        let name = self.client(who).name;
        self.calls += 1;
        self.print.asked(name, request, &answer)?;
        let code = answer.code();
        self.print.expect(code == expected, || format!("{name}: {request}: {code} instead of {expected}"))?;
        Ok(answer)
    }

    /// The audit record of the last call.
    fn last_record(&self) -> Outcome<Record> {
        Ok(self.log.records()?.pop().ok_or("no audit record")?)
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
            Who::BobWatched => &self.bob_watched,
        }
    }

    /// Everybody leaves. What is left is the log.
    async fn close(self) -> Outcome<Ended<'w, W>> {
        let pipes = [self.carol_on_a_pipe, self.alice_on_a_pipe, self.alice_reading, self.bob_watched];
        for client in [self.alice, self.bob, self.carol, self.erin].into_iter().chain(pipes) {
            client.close().await?;
        }
        Ok(Ended { print: self.print, log: self.log, calls: self.calls })
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
    BobWatched,
}
