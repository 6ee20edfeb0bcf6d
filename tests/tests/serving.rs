//! Limits against slow, greedy and too many clients, tested over raw sockets.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use secure_tool::{
    Decision, MemorySink, SecureServer,
    http::{CancellationToken, HttpOptions},
    secure_tool,
};
use secure_tool_testkit::{LIMIT, Port, until, within};
use secure_tool_tests::clients::{ALICE, keys, message};
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::sleep,
};

const BRIEF: Duration = Duration::from_millis(300);
/// No test waits that long.
const LONG: Duration = Duration::from_secs(1800);
/// The limit for a head, and for the calls that run when serving ends, where none is set.
const DEFAULT: Duration = Duration::from_secs(10);

struct Running {
    /// Nobody else answers there once this server has ended.
    _port: Port,
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn start<S: Send + Sync + 'static>(server: SecureServer<S>, options: HttpOptions) -> Running {
    let port = Port::take().unwrap();
    let (listener, address, stop) = (port.listen().unwrap(), port.address().unwrap(), CancellationToken::new());
    let options = options.stop_with(stop.clone());
    let task = tokio::spawn(async move { server.serve_http(listener, keys().unwrap(), options).await.unwrap() });
    Running { _port: port, address, stop, task }
}

fn desk(options: HttpOptions) -> Running {
    let (_, _, server) = secure_tool_tests::setup();
    start(server, options)
}

impl Running {
    async fn open(&self) -> TcpStream {
        within("a connection", TcpStream::connect(self.address)).await.unwrap()
    }

    /// Sends this on a connection of its own and reads until the server closes it.
    async fn send(&self, text: &str) -> String {
        let mut stream = self.open().await;
        // A server that has seen enough does not wait for the rest.
        let _ = within("the server to read", stream.write_all(text.as_bytes())).await;
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
    within("the server to close the connection", read).await;
    String::from_utf8(answer).unwrap()
}

async fn write(stream: &mut TcpStream, text: &str) {
    within("the server to read", stream.write_all(text.as_bytes())).await.unwrap();
}

/// What can be read at once; 0 at the end.
async fn read(stream: &mut (impl AsyncRead + Unpin), answer: &mut [u8]) -> usize {
    within("an answer", stream.read(answer)).await.unwrap()
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
    let server = desk(HttpOptions::default().header_timeout(BRIEF));
    let start = Instant::now();
    assert_eq!(server.send("").await, "", "nothing at all");
    assert_eq!(server.send("POST /mcp HTTP/1.1\r\nhost: local").await, "");
    // Each byte comes in time, the head does not.
    let mut stream = server.open().await;
    let mut sent = 0;
    for byte in head("").bytes() {
        if within("the server to read", stream.write_all(&[byte])).await.is_err() {
            break;
        }
        sent += 1;
        sleep(BRIEF / 15).await;
    }
    assert!(sent < 40, "cut after {sent} bytes");
    // A good request is answered, and then the connection is not kept for long.
    let answer = server.send(&whole("whoami", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("alice"), "{answer}");
    assert!(start.elapsed() < 3 * DEFAULT, "the limit that was set has cut these three");
}

#[tokio::test]
async fn a_connection_may_last_longer_than_the_time_for_a_head() {
    let mut limit = BRIEF;
    loop {
        let server = desk(HttpOptions::default().header_timeout(limit));
        let mut stream = server.open().await;
        let (start, mut longest, mut answers) = (Instant::now(), Duration::ZERO, 0);
        // Several requests, each within its time, all of them longer than that.
        for _ in 0..4 {
            let sent = Instant::now();
            let request = whole("whoami", "");
            let answered = within("the server to read", stream.write_all(request.as_bytes())).await.is_ok()
                && within("an answer", stream.read(&mut [0; 4096])).await.is_ok_and(|read| read > 0);
            answers += usize::from(answered);
            sleep(limit / 2).await;
            longest = longest.max(sent.elapsed());
        }
        if longest < limit {
            assert_eq!(answers, 4);
            assert!(start.elapsed() > limit);
            break;
        }
        // The machine was too busy for this test to be in time.
        limit *= 2;
        assert!(limit < LIMIT, "{answers} answers");
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_refused() {
    let server = desk(HttpOptions::default().body_timeout(BRIEF));
    for start in ["content-length: 100\r\n", "transfer-encoding: chunked\r\n"] {
        let mut stream = server.open().await;
        write(&mut stream, &head(start)).await;
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
        let read = read(&mut reading, &mut answer).await;
        let answer = std::str::from_utf8(answer.get(..read).unwrap()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("connection: close"), "{answer}");
        drip.abort();
    }
    // Without a credential nothing of a body is waited for.
    let answer = server.send("POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{").await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    // A body in two pieces, both in time.
    let server = desk(HttpOptions::default().body_timeout(LONG));
    let body = message("whoami", &json!({}));
    let (first, second) = body.split_at(20);
    let mut stream = server.open().await;
    let fields = format!("connection: close\r\ncontent-length: {}\r\n", body.len());
    write(&mut stream, &format!("{}{first}", head(&fields))).await;
    sleep(BRIEF / 5).await;
    write(&mut stream, second).await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn oversized_requests_are_refused_before_they_are_read() {
    let server = desk(HttpOptions::default());
    let many = "x-many: 1\r\n".repeat(200);
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
        write(&mut stream, &head("content-length: 3145728\r\n")).await;
        stream.into_split()
    };
    let flood = tokio::spawn(async move {
        let mut sent = 0;
        while sent < 3_145_728 && writing.write_all(&[b' '; 8192]).await.is_ok() {
            sent += 8192;
        }
    });
    let mut answer = [0; 64];
    let length = read(&mut reading, &mut answer).await;
    assert!(answer.get(..length).unwrap().starts_with(b"HTTP/1.1 413 "));
    flood.abort();
    let mut stream = server.open().await;
    write(&mut stream, &head("transfer-encoding: chunked\r\n")).await;
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
    let length = read(&mut reading, &mut answer).await;
    assert!(answer.get(..length).unwrap().starts_with(b"HTTP/1.1 413 "));
    assert!(within("the end of the flood", flood).await.unwrap(), "the server read it all");
    assert!(server.works().await);
}

#[tokio::test]
async fn the_number_of_connections_is_limited() {
    let server = desk(HttpOptions::default().max_connections(3).header_timeout(LONG));
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = server.open().await;
        write(&mut stream, &whole("whoami", "")).await;
        assert!(read(&mut stream, &mut [0; 4096]).await > 0);
        held.push(stream);
    }
    for _ in 0..20 {
        assert_eq!(server.send("").await, "", "closed without waiting for a head");
    }
    // Those that are in still work, and a place that becomes free is given to the next.
    let stream = held.first_mut().unwrap();
    write(stream, &whole("whoami", "")).await;
    assert!(read(stream, &mut [0; 4096]).await > 0);
    held.pop();
    until("a free place", async || server.works().await).await;
}

#[derive(Default)]
struct Slow {
    begun: AtomicBool,
    may_end: Notify,
}

impl Slow {
    /// Take as long as the test wants.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), read_only, timeout = 1h)]
    async fn some(&self) -> &'static str {
        self.begun.store(true, Ordering::SeqCst);
        self.may_end.notified().await;
        "at last"
    }

    /// Take all the time there is.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), read_only, timeout = 1h)]
    async fn all(&self) -> &'static str {
        self.begun.store(true, Ordering::SeqCst);
        sleep(LONG).await;
        "never"
    }
}

#[tokio::test]
async fn serving_ends_when_running_calls_have_or_at_the_deadline() {
    for (tool, drain, finishes) in [("some", LONG, true), ("all", BRIEF, false)] {
        let audit = Arc::new(MemorySink::new(10));
        let slow = Arc::new(Slow::default());
        let builder = SecureServer::builder_shared(Arc::clone(&slow)).tool(Slow::some()).tool(Slow::all());
        let built = builder.audit(Arc::clone(&audit)).build().unwrap();
        let mut server = start(built, HttpOptions::default().drain(drain));
        let mut idle = server.open().await;
        let mut busy = server.open().await;
        write(&mut busy, &whole(tool, "")).await;
        until("the call to begin", async || slow.begun.load(Ordering::SeqCst)).await;
        let start = Instant::now();
        server.stop.cancel();
        assert_eq!(rest(&mut idle).await, "", "who has not asked is not waited for");
        if finishes {
            assert!(!server.task.is_finished(), "it waits for the call");
            slow.may_end.notify_one();
        }
        let answer = rest(&mut busy).await;
        assert_eq!(answer.contains("at last"), finishes, "{tool}: {answer}");
        within("the server to end", &mut server.task).await.unwrap();
        assert!(finishes || start.elapsed() < DEFAULT, "the deadline that was set has cut it");
        let refused = within("a connection", TcpStream::connect(server.address)).await;
        assert!(refused.is_err(), "nothing new is let in");
        let records = audit.take();
        let decision = if finishes { Decision::Allowed } else { Decision::Cancelled };
        assert_eq!(records.iter().map(|record| record.decision).collect::<Vec<_>>(), [decision]);
    }
}

#[tokio::test]
async fn plain_http_is_served_only_on_this_machine_or_behind_tls() {
    let serve = async |address: &str, options: HttpOptions| {
        let stop = CancellationToken::new();
        stop.cancel();
        let listener = TcpListener::bind(address).await.unwrap();
        let server = SecureServer::builder(Slow::default()).tool(Slow::some()).build().unwrap();
        within("the server to end", server.serve_http(listener, keys().unwrap(), options.stop_with(stop))).await
    };
    let refused = serve("0.0.0.0:0", HttpOptions::default()).await.unwrap_err().to_string();
    assert!(refused.contains("plain HTTP on 0.0.0.0:") && refused.contains("behind_tls"), "{refused}");
    serve("0.0.0.0:0", HttpOptions::default().behind_tls()).await.unwrap();
    serve("127.0.0.1:0", HttpOptions::default()).await.unwrap();
}
