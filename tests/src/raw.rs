//! HTTP over bare sockets: requests that no client would send, and the bytes of the responses.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use secure_tool_testkit::within;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// A connection, and what was read ahead.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
    ahead: Vec<u8>,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body, without the marks of chunks.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Raw {
    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// If nobody listens.
    #[track_caller]
    pub fn open(address: SocketAddr) -> impl Future<Output = io::Result<Self>> {
        within(
            "a connection",
            async move { Ok(Self { stream: TcpStream::connect(address).await?, ahead: Vec::new() }) },
        )
    }

    /// Opens one from another address of this machine. Linux answers on all of 127.0.0.0/8.
    ///
    /// # Errors
    ///
    /// If nobody listens, or the address is none of this machine.
    #[track_caller]
    pub fn open_from(from: impl Into<IpAddr>, address: SocketAddr) -> impl Future<Output = io::Result<Self>> {
        let from = SocketAddr::from((from.into(), 0));
        within("a connection", async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind(from)?;
            Ok(Self { stream: socket.connect(address).await?, ahead: Vec::new() })
        })
    }

    /// Opens one that has little room for what comes back, so that whatever is not read stays with the server.
    ///
    /// # Errors
    ///
    /// If nobody listens.
    #[track_caller]
    pub fn narrow(address: SocketAddr) -> impl Future<Output = io::Result<Self>> {
        within("a connection", async move {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(4096)?;
            Ok(Self { stream: socket.connect(address).await?, ahead: Vec::new() })
        })
    }

    /// Sends bytes. A server that has closed the connection already has its reasons, which it may have written down.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> impl Future<Output = ()> {
        within("the server to read", async move {
            let _ = self.stream.write_all(bytes.as_ref()).await;
        })
    }

    /// Says that nothing more is sent.
    pub async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Closes the connection without the handshake that ends one.
    ///
    /// # Errors
    ///
    /// If the system does not allow it.
    pub fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    /// The next response; nothing if the connection ends before it is whole.
    #[track_caller]
    pub fn answer(&mut self) -> impl Future<Output = Option<Answer>> {
        within("an answer", async move {
            loop {
                let (status, headers) = self.head().await?;
                if (100..200).contains(&status) {
                    continue;
                }
                let mut answer = Answer { status, headers, body: Vec::new() };
                if answer.header("transfer-encoding") == Some("chunked") {
                    while let Some(chunk) = self.chunk().await? {
                        answer.body.extend(chunk);
                    }
                } else {
                    let length = answer.header("content-length").and_then(|length| length.parse().ok());
                    answer.body = self.take(length.unwrap_or(0)).await?;
                }
                return Some(answer);
            }
        })
    }

    /// Sends bytes and reads the next response.
    #[track_caller]
    pub fn ask(&mut self, bytes: impl AsRef<[u8]>) -> impl Future<Output = Option<Answer>> {
        within("an answer", async move {
            self.send(bytes).await;
            self.answer().await
        })
    }

    /// The status and the headers of the next response, interim ones included. Its body is left where it is.
    #[track_caller]
    pub fn head(&mut self) -> impl Future<Output = Option<(u16, Vec<(String, String)>)>> {
        within("the head of an answer", async move {
            let head = self.until(b"\r\n\r\n").await?;
            let head = String::from_utf8(head).ok()?;
            let mut lines = head.split("\r\n");
            let status = lines.next()?.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
            let header =
                |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().into()));
            Some((status, lines.filter_map(header).collect()))
        })
    }

    /// The next chunk of a body that comes in chunks; `Some(None)` behind the last.
    #[track_caller]
    pub fn chunk(&mut self) -> impl Future<Output = Option<Option<Vec<u8>>>> {
        within("a chunk", async move {
            let length = String::from_utf8(self.until(b"\r\n").await?).ok()?;
            let length = usize::from_str_radix(length.trim(), 16).ok()?;
            let chunk = self.take(length).await?;
            self.until(b"\r\n").await?;
            Some((length > 0).then_some(chunk))
        })
    }

    /// Waits until the server closes the connection, and hands back what it has sent until then.
    #[track_caller]
    pub fn rest(mut self) -> impl Future<Output = Vec<u8>> {
        within("the end of the connection", async move {
            while self.more().await.is_some() {}
            self.ahead
        })
    }

    async fn until(&mut self, mark: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.ahead.windows(mark.len()).position(|window| window == mark) {
                let mut found: Vec<u8> = self.ahead.drain(..at + mark.len()).collect();
                found.truncate(at);
                return Some(found);
            }
            self.more().await?;
        }
    }

    async fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.ahead.len() < length {
            self.more().await?;
        }
        Some(self.ahead.drain(..length).collect())
    }

    async fn more(&mut self) -> Option<()> {
        self.ahead.reserve(16 * 1024);
        self.stream.read_buf(&mut self.ahead).await.ok().filter(|read| *read > 0).map(drop)
    }
}

/// A request with these lines between its first one and its body, and the length of its body.
#[must_use]
pub fn request(first: &str, lines: &[&str], body: &str) -> Vec<u8> {
    let mut text = format!("{first}\r\n");
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    if !body.is_empty() {
        text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// A message as a client of protocol 2025-11-25 posts it.
#[must_use]
pub fn post(key: Option<&str>, body: &str) -> Vec<u8> {
    post_with(key, &[], body)
}

/// The same with more header lines.
#[must_use]
pub fn post_with(key: Option<&str>, more: &[&str], body: &str) -> Vec<u8> {
    let key = key.map(|key| format!("authorization: Bearer {key}"));
    let mut lines = vec![
        "host: localhost",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "mcp-protocol-version: 2025-11-25",
    ];
    lines.extend(key.as_deref());
    lines.extend(more);
    request("POST /mcp HTTP/1.1", &lines, body)
}

/// A call without arguments, as a client of protocol 2026-07-28 posts it.
#[must_use]
pub fn call_modern(key: &str, id: u32, tool: &str) -> Vec<u8> {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({"name": tool, "arguments": {}, "_meta": meta});
    let body = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string();
    let (key, name) = (format!("authorization: Bearer {key}"), format!("mcp-name: {tool}"));
    let lines = [
        "host: localhost",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "mcp-protocol-version: 2026-07-28",
        "mcp-method: tools/call",
        &name,
        &key,
    ];
    request("POST /mcp HTTP/1.1", &lines, &body)
}
