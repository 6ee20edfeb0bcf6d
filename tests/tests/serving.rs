//! What slow, greedy and too many clients can do to a server, over raw sockets.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use secure_tool::{
    Decision, MemorySink, SecureServer,
    http::{CancellationToken, HttpOptions},
    secure_tool,
};
use secure_tool_tests::clients::{ALICE, keys, message};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{sleep, timeout},
};

const BRIEF: Duration = Duration::from_millis(300);
/// No test waits longer for anything.
const LONG: Duration = Duration::from_secs(8);

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

async fn start<S: Send + Sync + 'static>(server: SecureServer<S>, options: HttpOptions) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let options = options.stop_with(stop.clone());
    let task = tokio::spawn(async move { server.serve_http(listener, keys().unwrap(), options).await.unwrap() });
    Running { address, stop, task }
}

async fn desk(options: HttpOptions) -> Running {
    let (_, _, server) = secure_tool_tests::setup();
    start(server, options).await
}

impl Running {
    async fn open(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends this on a connection of its own and reads until the server closes it.
    async fn send(&self, text: &str) -> String {
        let mut stream = self.open().await;
        // A server that has seen enough does not wait for the rest.
        let _ = stream.write_all(text.as_bytes()).await;
        rest(&mut stream).await
    }

    async fn works(&self) -> bool {
        self.send(&whole("whoami", "connection: close\r\n")).await.starts_with("HTTP/1.1 200 ")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the server sends until it closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = async {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(buffer.get(..read).unwrap());
        }
    };
    timeout(LONG, read).await.expect("the connection stays open");
    String::from_utf8(answer).unwrap()
}

fn head(fields: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {ALICE}\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\nmcp-protocol-version: 2025-11-25\r\n{fields}\r\n"
    )
}

fn whole(tool: &str, fields: &str) -> String {
    let body = message(tool, &json!({}));
    format!("{}{body}", head(&format!("{fields}content-length: {}\r\n", body.len())))
}

#[tokio::test]
async fn slow_and_idle_clients_are_cut() {
    let server = desk(HttpOptions::default().header_timeout(BRIEF)).await;
    let start = Instant::now();
    assert_eq!(server.send("").await, "", "nothing at all");
    assert_eq!(server.send("POST /mcp HTTP/1.1\r\nhost: local").await, "");
    // Each byte comes in time, the head does not.
    let mut stream = server.open().await;
    let mut sent = 0;
    for byte in head("").bytes() {
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
        sent += 1;
        sleep(BRIEF / 15).await;
    }
    assert!(sent < 40, "cut after {sent} bytes");
    // A good request is answered, and then the connection is not kept for long.
    let answer = server.send(&whole("whoami", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("alice"), "{answer}");
    assert!(start.elapsed() < LONG);
    // One connection, several requests, each within its time, all of them longer than that.
    let mut stream = server.open().await;
    for _ in 0..4 {
        stream.write_all(whole("whoami", "").as_bytes()).await.unwrap();
        let read = timeout(LONG, stream.read(&mut [0; 4096])).await.unwrap().unwrap();
        assert!(read > 0);
        sleep(BRIEF / 2).await;
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_refused() {
    let server = desk(HttpOptions::default().body_timeout(BRIEF)).await;
    for start in ["content-length: 100\r\n", "transfer-encoding: chunked\r\n"] {
        let mut stream = server.open().await;
        stream.write_all(head(start).as_bytes()).await.unwrap();
        // Each piece comes in time, all of them do not.
        let (mut reading, mut writing) = stream.into_split();
        let drip = tokio::spawn(async move {
            for _ in 0..50 {
                let piece = if start.starts_with("content") { "{" } else { "1\r\n{\r\n" };
                if writing.write_all(piece.as_bytes()).await.is_err() {
                    break;
                }
                sleep(BRIEF / 10).await;
            }
        });
        let mut answer = [0; 4096];
        let read = timeout(LONG, reading.read(&mut answer)).await.unwrap().unwrap();
        let answer = std::str::from_utf8(answer.get(..read).unwrap()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("connection: close"), "{answer}");
        drip.abort();
    }
    // Without a credential nothing of a body is waited for.
    let answer = server.send("POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{").await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    // A body in two pieces, both in time.
    let body = message("whoami", &json!({}));
    let (first, second) = body.split_at(20);
    let mut stream = server.open().await;
    let fields = format!("connection: close\r\ncontent-length: {}\r\n", body.len());
    stream.write_all(format!("{}{first}", head(&fields)).as_bytes()).await.unwrap();
    sleep(BRIEF / 5).await;
    stream.write_all(second.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_read() {
    let server = desk(HttpOptions::default()).await;
    let many = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect::<Vec<_>>().concat();
    let large = format!("x-large: {}\r\n", "x".repeat(40 * 1024));
    for fields in [many, large] {
        let answer = server.send(&whole("whoami", &fields)).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    let fitting = format!("connection: close\r\nx-large: {}\r\n", "x".repeat(16 * 1024));
    assert!(server.send(&whole("whoami", &fitting)).await.starts_with("HTTP/1.1 200 "));

    // Three megabytes, announced and not.
    let mut stream = server.open().await;
    let (mut reading, mut writing) = {
        stream.write_all(head("content-length: 3145728\r\n").as_bytes()).await.unwrap();
        stream.into_split()
    };
    let flood = tokio::spawn(async move {
        let mut sent = 0;
        while sent < 3_145_728 && writing.write_all(&[b' '; 8192]).await.is_ok() {
            sent += 8192;
        }
    });
    let mut answer = [0; 64];
    let read = timeout(LONG, reading.read(&mut answer)).await.unwrap().unwrap();
    assert!(answer.get(..read).unwrap().starts_with(b"HTTP/1.1 413 "));
    flood.abort();
    let mut stream = server.open().await;
    stream.write_all(head("transfer-encoding: chunked\r\n").as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let flood = tokio::spawn(async move {
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        for _ in 0..10_000 {
            if writing.write_all(chunk.as_bytes()).await.is_err() {
                return true;
            }
        }
        false
    });
    let read = timeout(LONG, reading.read(&mut answer)).await.unwrap().unwrap();
    assert!(answer.get(..read).unwrap().starts_with(b"HTTP/1.1 413 "));
    assert!(timeout(LONG, flood).await.unwrap().unwrap(), "the server read it all");
    assert!(server.works().await);
}

#[tokio::test]
async fn there_are_only_so_many_connections_at_once() {
    let server = desk(HttpOptions::default().max_connections(3)).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = server.open().await;
        stream.write_all(whole("whoami", "").as_bytes()).await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        held.push(stream);
    }
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(server.send("").await, "", "closed at once");
    }
    assert!(start.elapsed() < LONG);
    // Those that are in still work, and a place that becomes free is given to the next.
    let stream = held.first_mut().unwrap();
    stream.write_all(whole("whoami", "").as_bytes()).await.unwrap();
    assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
    held.pop();
    let mut free = false;
    for _ in 0..100 {
        free = server.works().await;
        if free {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert!(free);
}

struct Slow;

impl Slow {
    /// Take some time.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), read_only)]
    async fn some(&self) -> &'static str {
        sleep(BRIEF).await;
        "at last"
    }

    /// Take all the time there is.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), read_only)]
    async fn all(&self) -> &'static str {
        sleep(LONG * 2).await;
        "never"
    }
}

#[tokio::test]
async fn serving_ends_when_running_calls_have_or_at_the_deadline() {
    for (tool, drain, finishes) in [("some", LONG, true), ("all", BRIEF, false)] {
        let audit = Arc::new(MemorySink::new(10));
        let slow = SecureServer::builder(Slow).tool(Slow::some()).tool(Slow::all()).audit(Arc::clone(&audit));
        let mut server = start(slow.build().unwrap(), HttpOptions::default().drain(drain)).await;
        let mut idle = server.open().await;
        let mut busy = server.open().await;
        busy.write_all(whole(tool, "").as_bytes()).await.unwrap();
        sleep(BRIEF / 3).await;
        let start = Instant::now();
        server.stop.cancel();
        let answer = rest(&mut busy).await;
        assert_eq!(answer.contains("at last"), finishes, "{tool}: {answer}");
        assert_eq!(rest(&mut idle).await, "", "who has not asked is not waited for");
        timeout(LONG, &mut server.task).await.unwrap().unwrap();
        assert!(start.elapsed() < LONG);
        assert!(TcpStream::connect(server.address).await.is_err(), "nothing new is let in");
        let records = audit.take();
        let decision = if finishes { Decision::Allowed } else { Decision::Cancelled };
        assert_eq!(records.iter().map(|record| record.decision).collect::<Vec<_>>(), [decision]);
    }
}

#[tokio::test]
async fn plain_http_is_for_this_machine_or_behind_tls() {
    let serve = async |address: &str, options: HttpOptions| {
        let stop = CancellationToken::new();
        stop.cancel();
        let listener = TcpListener::bind(address).await.unwrap();
        let server = SecureServer::builder(Slow).tool(Slow::some()).build().unwrap();
        server.serve_http(listener, keys().unwrap(), options.stop_with(stop)).await
    };
    let refused = serve("0.0.0.0:0", HttpOptions::default()).await.unwrap_err().to_string();
    assert!(refused.contains("plain HTTP on 0.0.0.0:") && refused.contains("behind_tls"), "{refused}");
    serve("0.0.0.0:0", HttpOptions::default().behind_tls()).await.unwrap();
    serve("127.0.0.1:0", HttpOptions::default()).await.unwrap();
}
