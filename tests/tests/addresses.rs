//! How much one address can take away from others, over raw sockets. Linux answers on all of 127.0.0.0/8, so a test has as many addresses as it
//! needs.
#![cfg(target_os = "linux")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use secure_tool::http::{CancellationToken, HttpOptions};
use secure_tool_testkit::{Port, until, within};
use secure_tool_tests::clients::{ALICE, keys, message};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

/// No test waits that long.
const LONG: Duration = Duration::from_secs(1800);
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const SECOND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const THIRD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 4);

/// The warnings about connections.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&[field.name(), "=", format!("{value:?}").as_str(), " "].concat());
    }
}

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = String::new();
        event.record(&mut Text(&mut text));
        if *event.metadata().level() == Level::WARN && text.contains("connections") {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}

struct Running {
    /// Nobody else answers there once this server has ended.
    _port: Port,
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
    warnings: Warnings,
}

fn start(options: HttpOptions) -> Running {
    let (_, _, server) = secure_tool_tests::setup();
    let port = Port::take().unwrap();
    let (listener, address, stop) = (port.listen().unwrap(), port.address().unwrap(), CancellationToken::new());
    let options = options.header_timeout(LONG).stop_with(stop.clone());
    let warnings = Warnings::default();
    let serving = async move { server.serve_http(listener, keys().unwrap(), options).await.unwrap() };
    let task = tokio::spawn(serving.with_subscriber(Registry::default().with(warnings.clone())));
    Running { _port: port, address, stop, task, warnings }
}

impl Running {
    async fn open(&self, from: Ipv4Addr) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        within("a connection", socket.connect(self.address)).await.unwrap()
    }

    /// A connection on which a request was answered, and which stays open; or none, if the server has closed it.
    async fn hold(&self, from: Ipv4Addr) -> Option<TcpStream> {
        let mut stream = self.open(from).await;
        works(&mut stream).await.then_some(stream)
    }

    /// How many of so many connections are let in, while all of them are kept.
    async fn hold_many(&self, from: Ipv4Addr, attempts: usize) -> Vec<TcpStream> {
        let mut held = Vec::new();
        for _ in 0..attempts {
            held.extend(self.hold(from).await);
        }
        held
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn request() -> String {
    let body = message("whoami", &json!({}));
    format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {ALICE}\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\nmcp-protocol-version: 2025-11-25\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) {
    within("the server to read", stream.write_all(bytes)).await.unwrap();
}

async fn works(stream: &mut TcpStream) -> bool {
    // The server may have closed it already, or close it now.
    let _ = within("the server to read", stream.write_all(request().as_bytes())).await;
    let mut answer = [0; 4096];
    let read = within("an answer", stream.read(&mut answer)).await.unwrap_or(0);
    answer.get(..read).unwrap().starts_with(b"HTTP/1.1 200 ")
}

#[tokio::test]
async fn an_address_that_uses_its_limits_leaves_room_for_others() {
    let server = start(HttpOptions::default().max_connections_per_address(3));
    let mut held = server.hold_many(FIRST, 20).await;
    assert_eq!(held.len(), 3, "the others were closed as they came");
    assert_eq!(server.hold_many(SECOND, 5).await.len(), 3, "another address has its own");
    assert!(works(held.first_mut().unwrap()).await, "those that are in still work");
    // A place that becomes free is given to the next of the same address, and only that one.
    held.pop();
    let mut next = None;
    until("a free place", async || {
        next = server.hold(FIRST).await;
        next.is_some()
    })
    .await;
    assert!(server.hold(FIRST).await.is_none());
    assert!(works(&mut next.unwrap()).await);
}

#[tokio::test]
async fn by_default_one_address_cannot_take_all_connections() {
    let server = start(HttpOptions::default());
    let held = server.hold_many(FIRST, 150).await;
    assert_eq!(held.len(), 128);
    assert!(server.hold(SECOND).await.is_some(), "an honest caller is served meanwhile");
}

#[tokio::test]
async fn a_connection_frees_its_place_however_it_ends() {
    let server = start(HttpOptions::default().max_connections_per_address(1));
    for end in ["closed", "reset", "half a request", "nonsense"] {
        let mut stream = server.open(FIRST).await;
        match end {
            "closed" => assert!(works(&mut stream).await),
            // Closing a socket with something left to read resets the connection.
            "reset" => {
                write(&mut stream, request().as_bytes()).await;
                within("an answer", stream.readable()).await.unwrap();
            }
            "half a request" => write(&mut stream, b"POST /mcp HTTP/1.1\r\nho").await,
            _ => write(&mut stream, b"\x16\x03\x01\r\n\r\n").await,
        }
        drop(stream);
        until(format!("the place back after: {end}"), async || server.hold(FIRST).await.is_some()).await;
    }
}

#[tokio::test]
async fn connections_of_a_trusted_proxy_are_not_limited_per_address() {
    let options = HttpOptions::default().max_connections_per_address(2);
    let server = start(options.trusted_proxies([FIRST.to_string()]).unwrap());
    assert_eq!(server.hold_many(FIRST, 10).await.len(), 10);
    assert_eq!(server.hold_many(SECOND, 10).await.len(), 2, "its neighbour has not");
}

#[tokio::test]
async fn a_server_full_of_idle_connections_lets_another_address_in() {
    let options = HttpOptions::default().max_connections(8).max_connections_per_address(4);
    let server = start(options);
    let mut held = [server.hold_many(FIRST, 4).await, server.hold_many(SECOND, 4).await];
    assert_eq!(held.iter().map(Vec::len).sum::<usize>(), 8);
    // One that sends a request is not idle, however long its body takes.
    let (start, body) =
        request().split_once("\r\n\r\n").map(|(start, body)| (start.to_owned(), body.to_owned())).unwrap();
    let half = format!("{start}\r\n\r\n{}", body.get(..10).unwrap());
    for held in &mut held {
        write(held.first_mut().unwrap(), half.as_bytes()).await;
    }
    for held in &mut held {
        // The answer to the last request says that the server has read the others.
        assert!(works(held.last_mut().unwrap()).await);
    }
    let mut third = server.hold_many(THIRD, 4).await;
    assert_eq!(third.len(), 3, "no more than any other has then");
    assert!(server.warnings.take().iter().any(|warning| warning.contains("closing idle ones")));
    for held in &mut held {
        let rest = body.get(10..).unwrap();
        let stream = held.first_mut().unwrap();
        write(stream, rest.as_bytes()).await;
        let mut answer = [0; 4096];
        let read = within("an answer", stream.read(&mut answer)).await.unwrap();
        assert!(answer.get(..read).unwrap().starts_with(b"HTTP/1.1 200 "), "what is in flight stays");
    }
    assert!(works(third.first_mut().unwrap()).await);
}

#[tokio::test]
async fn a_burst_of_refused_connections_is_one_warning() {
    let mut server = start(HttpOptions::default().max_connections_per_address(2));
    let _held = (server.hold_many(FIRST, 50).await, server.hold_many(SECOND, 50).await);
    let warnings = server.warnings.take();
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    assert!(warnings.iter().any(|warning| warning.contains("address=127.0.0.2 ") && warning.contains("count=1 ")));
    // The others are counted, and told at the end.
    server.stop.cancel();
    within("the server to end", &mut server.task).await.unwrap();
    let warnings = server.warnings.take();
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    assert!(warnings.iter().all(|warning| warning.contains("count=47 ")), "{warnings:#?}");
}

#[tokio::test]
async fn a_full_server_warns_once_as_well() {
    let server = start(HttpOptions::default().max_connections(2));
    let held = server.hold_many(FIRST, 20).await;
    assert_eq!(held.len(), 2);
    let warnings = server.warnings.take();
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
}
