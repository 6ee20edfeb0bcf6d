//! The load: requests on eight connections, one after the other on each. Every response is compared with the expected one.

use std::{
    error::Error,
    net::SocketAddr,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
};

/// Connections that are kept alive for a job.
pub(crate) const CONNECTIONS: usize = 8;
/// A job that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(120);

type Failure = Box<dyn Error + Send + Sync>;

/// What to send where, and what has to come back.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    pub(crate) address: SocketAddr,
    /// Beside those that every request has.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// What is at this place in each answer.
    pub(crate) expected: (String, Value),
    pub(crate) requests: usize,
}

/// How it went: seconds for all of it, microseconds of single requests.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Does the jobs on standard input, until it ends.
pub(crate) async fn obey() -> Result<(), Box<dyn Error>> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let job = serde_json::from_str(&line)?;
        let measured = tokio::time::timeout(LIMIT, run(&job)).await?.map_err(|failure| failure.to_string())?;
        println!("{}", serde_json::to_string(&measured)?);
    }
    Ok(())
}

async fn run(job: &Job) -> Result<Measured, Failure> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(job).await?);
    }
    let each = job.requests / CONNECTIONS;
    let started = Instant::now();
    let tasks: Vec<_> = connections.into_iter().map(|connection| tokio::spawn(connection.send(each))).collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let share = |percent: usize| {
        let latency = latencies.get(latencies.len() * percent / 100).copied().unwrap_or_default();
        latency.as_secs_f64() * 1e6
    };
    Ok(Measured { seconds, p50: share(50), p99: share(99) })
}

struct Connection {
    sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    /// A response that was read and found right: the others are the same to the byte.
    right: Bytes,
}

impl Connection {
    async fn open(job: &Job) -> Result<Self, Failure> {
        let stream = TcpStream::connect(job.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = Request::post("/mcp")
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in &job.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(job.body.clone()))?;
        let mut connection = Self { sender, request, right: Bytes::new() };
        connection.right = connection.ask().await?;
        let answer: Value = serde_json::from_slice(&connection.right)?;
        let failed = answer.pointer("/result/isError").is_some_and(|failed| *failed != Value::Bool(false));
        let (place, expected) = &job.expected;
        if failed || answer.pointer(place) != Some(expected) {
            return Err(format!("another answer was expected: {answer}").into());
        }
        Ok(connection)
    }

    async fn ask(&mut self) -> Result<Bytes, Failure> {
        self.sender.ready().await?;
        let response = self.sender.send_request(self.request.clone()).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status != StatusCode::OK {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
    }

    async fn send(mut self, requests: usize) -> Result<Vec<Duration>, Failure> {
        let mut latencies = Vec::with_capacity(requests);
        for _ in 0..requests {
            let started = Instant::now();
            let body = self.ask().await?;
            latencies.push(started.elapsed());
            if body != self.right {
                return Err(format!("another answer: {}", String::from_utf8_lossy(&body)).into());
            }
        }
        Ok(latencies)
    }
}
