//! Two nodes, their Redis, and the balancer in front of them.

use std::{net::SocketAddr, path::PathBuf, process::Stdio};

use billing::cluster::RoundRobin;
use rmcp::{RoleClient, ServiceError, service::RunningService};
use secure_tool_testkit::{Lines, RedisServer, within};
use secure_tool_tests::{
    clients::{HttpServer, call, code},
    older,
    person::{Person, Says},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
};

pub(crate) type Client = RunningService<RoleClient, Person>;

/// One process of the server.
pub(crate) struct Node {
    pub(crate) http: HttpServer,
    process: Child,
    input: ChildStdin,
    output: Lines,
}

impl Node {
    async fn start(redis: &str, effects: &Effects) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_node"));
        command.arg(redis).arg(effects.file());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let (input, mut output) = (process.stdin.take().unwrap(), Lines::read(process.stdout.take().unwrap()));
        let line = output.containing("listening on ").await;
        let address: SocketAddr = line.trim_start_matches("listening on ").parse().unwrap();
        Self { http: HttpServer::elsewhere(address), process, input, output }
    }

    /// What its operator does there.
    pub(crate) async fn does(&mut self, command: &str) {
        within("the node to read", self.input.write_all(format!("{command}\n").as_bytes())).await.unwrap();
        assert_eq!(self.output.first().await, "done", "{command}");
    }

    /// SIGKILL.
    pub(crate) async fn kill(&mut self) {
        within("the node to end", self.process.kill()).await.unwrap();
    }

    /// Calls a tool at this node: the code of the answer.
    pub(crate) async fn call(&self, name: &str, tool: &'static str) -> String {
        let client = self.http.connect_as(name, Person::who(Says::Nothing)).await;
        match client {
            Ok(client) => called(&client, tool).await,
            Err(error) => format!("not connected: {error}"),
        }
    }
}

/// The code of the answer, or what came instead of one.
pub(crate) async fn called(client: &Client, tool: &'static str) -> String {
    match call(client, tool, json!({})).await {
        Ok(answer) => code(&answer),
        Err(ServiceError::McpError(error)) => {
            let code = error.data.as_ref().and_then(|data| data["code"].as_str());
            code.map_or_else(|| error.to_string(), str::to_owned)
        }
        Err(error) => format!("failed: {error}"),
    }
}

/// Everything, until it is dropped.
pub(crate) struct Cluster {
    pub(crate) nodes: [Node; 2],
    /// The address that clients know.
    pub(crate) http: HttpServer,
    pub(crate) balancer: RoundRobin,
    pub(crate) redis: RedisServer,
    pub(crate) effects: Effects,
}

/// What the tools of all nodes have done to the world.
pub(crate) struct Effects(TempDir);

impl Effects {
    /// How often this has happened.
    pub(crate) fn count(&self, what: &str) -> usize {
        let effects = std::fs::read_to_string(self.file()).unwrap_or_default();
        effects.lines().filter(|line| *line == what).count()
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("effects")
    }
}

impl Cluster {
    /// Nothing where there is no Redis.
    pub(crate) async fn start() -> Option<Self> {
        let redis = RedisServer::start()?;
        let effects = Effects(TempDir::new().unwrap());
        let url = redis.url();
        let nodes = [Node::start(&url, &effects).await, Node::start(&url, &effects).await];
        let balancer = RoundRobin::start(nodes.iter().map(|node| node.http.address)).await.unwrap();
        let http = HttpServer::elsewhere(balancer.address);
        Some(Self { nodes, http, balancer, redis, effects })
    }

    /// One node more, which no balancer knows.
    pub(crate) async fn another(&self) -> Node {
        Node::start(&self.redis.url(), &self.effects).await
    }

    /// A client of protocol 2026-07-28, whose person says yes.
    pub(crate) async fn connect(&self, name: &str) -> Client {
        self.http.connect_as(name, Person::who(Says::Yes)).await.unwrap()
    }

    /// A session of an older client, as its token.
    pub(crate) async fn session(&self, name: &str) -> String {
        older::session(&self.http, name).await
    }

    /// Sends a message in a session of an older client, to the node whose turn it is.
    pub(crate) async fn send(&self, name: &str, session: &str, body: &Value) -> reqwest::Response {
        older::send(&self.http, name, session, body).await
    }
}
