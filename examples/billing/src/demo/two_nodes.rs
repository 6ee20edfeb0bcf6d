//! Tour: two nodes behind a load balancer, with one Redis: a decision at one node applies at the other one.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Outcome,
    answer::Answer,
    client::{Client, Round},
    human::{Asked, Human},
    print::Printer,
};
use crate::{
    ALICE, BOB, CAROL, Person,
    cluster::{Common, Node, Redis, RoundRobin},
};

/// How long it may take until something is known everywhere, and how often we look.
const LIMIT: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);
/// How many requests an older client sends by itself when it connects.
const BEGINNING: usize = 3;

/// Everything that takes part.
struct Cluster<'w, W> {
    print: Printer<'w, W>,
    /// One that was started for this, or that of somebody else.
    redis: Option<Redis>,
    nodes: [Node; 2],
    balancer: RoundRobin,
    alice: Client,
    bob: Client,
    carol: Client,
    _files: TempDir,
}

/// Starts two nodes and shows what they share, with ANSI colours if asked for. `redis` is the URL of a Redis; without one, a `redis-server` is started.
///
/// # Errors
///
/// If something turns out otherwise than expected; [`RedisMissing`](crate::cluster::RedisMissing) if there is no `redis-server`.
pub async fn cluster<W: Write>(out: &mut W, colour: bool, redis: Option<String>) -> Outcome<()> {
    let own = if redis.is_none() { Some(Redis::start().await?) } else { None };
    let url = redis.or_else(|| own.as_ref().map(Redis::url)).unwrap_or_default();
    let (files, common) = (TempDir::new()?, Common::new(url)?);
    let first = Node::start(&common, files.path()).await?;
    let nodes = [first, Node::start(&common, files.path()).await?];
    let balancer = RoundRobin::start(nodes.iter().map(|node| node.address)).await?;
    let address = balancer.address;
    let mut cluster = Cluster {
        print: Printer::new(out, colour),
        alice: Client::http(ALICE, Human::present(), address).await?,
        bob: Client::http(BOB, Human::absent(), address).await?,
        carol: Client::http(CAROL, Human::absent(), address).await?,
        redis: own,
        nodes,
        balancer,
        _files: files,
    };
    tokio::select! {
        played = cluster.play(&common.redis) => played?,
        // Everything ends with this function.
        _ = tokio::signal::ctrl_c() => return Err("interrupted".into()),
    }
    cluster.close().await
}

impl<W: Write> Cluster<'_, W> {
    async fn play(&mut self, redis: &str) -> Outcome<()> {
        self.print.heading("Two nodes, one address")?;
        let [one, two] = [self.nodes[0].address, self.nodes[1].address];
        self.print.line(&format!("  node 1 at {one}, node 2 at {two}, {redis}"))?;
        self.print.line(&format!(
            "  a load balancer at {}, which sends every request to the next node",
            self.balancer.address
        ))?;
        self.balancer.take_served();
        for _ in 0..2 {
            self.call(&ALICE, "get_invoice", json!({"invoice": "inv_1001"}), "allowed").await?;
        }
        self.at_both("two calls of one client")?;
        self.budget().await?;
        self.question().await?;
        self.older().await?;
        self.revoked().await?;
        self.halted().await?;
        self.restarted().await?;
        self.killed().await
    }

    async fn budget(&mut self) -> Outcome<()> {
        self.print.heading("One budget for both nodes")?;
        self.balancer.take_served();
        for expected in ["allowed", "allowed", "allowed", "rate_limited", "rate_limited", "rate_limited"] {
            self.call(&ALICE, "vat_report", json!({}), expected).await?;
        }
        self.at_both("six calls")?;
        self.print.why("`rate(12/hour, burst = 3, per = tenant)`: both nodes count in Redis, so two nodes do not double the budget")?;
        Ok(())
    }

    async fn question(&mut self) -> Outcome<()> {
        self.print.heading("A question of one node can be answered at the other, and the answer counts once")?;
        let invoice = json!({"invoice": "inv_1003"});
        self.balancer.take_served();
        self.print.call(self.alice.name, "delete_invoice", &invoice)?;
        let Round::Asked { question, state } = self.alice.round("delete_invoice", &invoice, None).await? else {
            return Err("nobody was asked".into());
        };
        self.print.question("the person at the client", &question, "no")?;
        for (what, yes, expected) in [
            ("the answer", false, "declined"),
            ("the same state with a yes", true, "confirmation_required"),
            ("and again", true, "confirmation_required"),
        ] {
            let Round::Done(answer) = self.alice.round("delete_invoice", &invoice, Some((&state, yes))).await? else {
                return Err("asked again".into());
            };
            self.print.asked(self.alice.name, &format!("delete_invoice {invoice} ({what})"), &answer)?;
            self.expect_code(what, &answer, expected)?;
        }
        let served = self.at_both("the question, the answer and two attempts")?;
        self.print.expect(served.first() != served.get(1), || format!("asked and answered at one node: {served:?}"))?;
        self.print
            .why("the question is sealed with the secret of both nodes, and Redis knows which answers have counted")?;
        Ok(())
    }

    async fn older(&mut self) -> Outcome<()> {
        self.print.heading("A client of an older protocol, whose session is not stored at any node")?;
        let human = Human::present();
        human.will_say(true);
        self.balancer.take_served();
        let client = Client::older_http(ALICE, human, self.balancer.address).await?;
        let began = Instant::now();
        let mut served = Vec::new();
        while served.len() < BEGINNING && began.elapsed() < LIMIT {
            served.extend(self.balancer.take_served());
            tokio::time::sleep(LOOK).await;
        }
        let invoice = json!({"invoice": "inv_1002"});
        self.print.call(client.name, "delete_invoice", &invoice)?;
        let answer = client.call("delete_invoice", &invoice).await?;
        for Asked { question, reply } in client.human.take_asked() {
            self.print.question("the person at the client", &question, &reply)?;
        }
        self.print.outcome(&answer)?;
        self.expect_code("delete_invoice of an older client", &answer, "allowed")?;
        self.at_both("the call, and the answer to its question")?;
        self.print.why(
            "the call waits at one node, on an open stream; the load balancer sends the answer to the other one, which passes it on through Redis",
        )?;
        client.close().await
    }

    async fn revoked(&mut self) -> Outcome<()> {
        self.print.heading("Revoked at one node, refused at both")?;
        self.call(&CAROL, "get_invoice", json!({"invoice": "inv_1001"}), "allowed").await?;
        self.print.line("  the operator at node 1 says: revoke carol@acme")?;
        self.nodes[0].does("revoke carol@acme").await?;
        let took = self.until_both(&CAROL, "HTTP 401").await?;
        self.print.line(&format!("  carol is refused at both nodes after {took}"))?;
        self.call(&BOB, "get_invoice", json!({"invoice": "inv_2001"}), "allowed").await?;
        Ok(())
    }

    async fn halted(&mut self) -> Outcome<()> {
        self.print.heading("Halted at one node, halted at both")?;
        self.print.line("  the operator at node 2 says: halt")?;
        self.nodes[1].does("halt").await?;
        let took = self.until_both(&BOB, "unknown_tool").await?;
        self.print.line(&format!("  nobody is served at either node after {took}"))?;
        self.call(&BOB, "get_invoice", json!({"invoice": "inv_2001"}), "unknown_tool").await?;
        self.print.line("  the operator at node 1 says: resume")?;
        self.nodes[0].does("resume").await?;
        let took = self.until_both(&BOB, "allowed").await?;
        self.print.line(&format!("  both nodes serve again after {took}"))?;
        Ok(())
    }

    async fn restarted(&mut self) -> Outcome<()> {
        let Some(redis) = &mut self.redis else { return Ok(()) };
        self.print.heading("Redis dies, and comes back without its data")?;
        redis.restart().await?;
        self.until_both(&BOB, "allowed").await?;
        self.print.line("  both nodes serve, and carol is still revoked")?;
        for _ in 0..2 {
            self.call(&CAROL, "get_invoice", json!({"invoice": "inv_1001"}), "HTTP 401").await?;
        }
        self.print.why(
            "every node keeps the revocations and switches that it knows, and writes them to a Redis that has lost them; counts start anew",
        )?;
        Ok(())
    }

    async fn killed(&mut self) -> Outcome<()> {
        self.print.heading("A node is killed, and the other one continues")?;
        self.nodes[0].kill().await?;
        self.balancer.take_served();
        for _ in 0..2 {
            self.call(&ALICE, "get_invoice", json!({"invoice": "inv_1001"}), "allowed").await?;
        }
        let served = self.balancer.take_served();
        self.print.line("  both calls went to node 2")?;
        self.print.expect(served == [1, 1], || format!("served by {served:?}"))
    }

    /// Makes a call, prints it, and notes if its outcome is not the expected one.
    async fn call(&mut self, person: &Person, tool: &'static str, arguments: Value, expected: &str) -> Outcome<Answer> {
        let name = self.client(person).name;
        self.print.call(name, tool, &arguments)?;
        let answer = self.client(person).call(tool, &arguments).await?;
        self.print.outcome(&answer)?;
        self.expect_code(&format!("{name}: {tool}"), &answer, expected)?;
        Ok(answer)
    }

    fn client(&self, person: &Person) -> &Client {
        match person.name {
            "alice" => &self.alice,
            "bob" => &self.bob,
            _ => &self.carol,
        }
    }

    fn expect_code(&mut self, what: &str, answer: &Answer, expected: &str) -> Outcome<()> {
        let code = answer.code();
        self.print.expect(code == expected, || format!("{what}: {code} instead of {expected}"))
    }

    /// Says which nodes have served the requests since the last time. Both should have.
    fn at_both(&mut self, what: &str) -> Outcome<Vec<usize>> {
        let served = self.balancer.take_served();
        let nodes: Vec<String> = served.iter().map(|node| (node + 1).to_string()).collect();
        self.print.line(&format!("  {what}: at the nodes {}", nodes.join(", ")))?;
        self.print.expect(served.contains(&0) && served.contains(&1), || format!("{what}: at one node alone"))?;
        Ok(served)
    }

    /// Waits until both nodes answer this person so; how long that took.
    async fn until_both(&self, person: &Person, expected: &str) -> Outcome<String> {
        let (began, client) = (Instant::now(), self.client(person));
        let mut in_a_row = 0;
        // Each request goes to the next node: two in a row ask both.
        while in_a_row < 2 {
            let code =
                client.call("status", &json!({})).await.map_or_else(|error| error.to_string(), |answer| answer.code());
            in_a_row = if code == expected { in_a_row + 1 } else { 0 };
            if began.elapsed() > LIMIT {
                return Err(format!("{} was answered with {code:?} and never with {expected:?}", client.name).into());
            }
            if in_a_row == 0 {
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(format!("{} ms", began.elapsed().as_millis()))
    }

    async fn close(self) -> Outcome<()> {
        let Self { print, alice, bob, carol, .. } = self;
        for client in [alice, bob, carol] {
            client.close().await?;
        }
        print.end("Everything turned out as it should.")
    }
}
