//! A load balancer that sends every request to the next node, regardless of its session.
//!
//! It is made for tests and demonstrations. A real one also limits requests from strangers, terminates TLS, and tells the nodes the address of each client.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The longest head of a request.
const HEAD: usize = 64 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A balancer on a free port of this machine, until it is dropped.
#[derive(Debug)]
pub struct RoundRobin {
    /// Where it listens.
    pub address: SocketAddr,
    nodes: Arc<Nodes>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Nodes {
    addresses: Vec<SocketAddr>,
    next: AtomicUsize,
    served: Mutex<Vec<usize>>,
}

impl RoundRobin {
    /// Starts it in front of these nodes.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub async fn start(nodes: impl IntoIterator<Item = SocketAddr>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let nodes =
            Nodes { addresses: nodes.into_iter().collect(), next: AtomicUsize::new(0), served: Mutex::default() };
        let nodes = Arc::new(nodes);
        let shared = Arc::clone(&nodes);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let nodes = Arc::clone(&shared);
                // A connection that breaks is the affair of its two ends.
                tokio::spawn(async move { nodes.pass_on(client).await });
            }
        });
        Ok(Self { address, nodes, task })
    }

    /// Which node has served each request since the last time, by its place in the list.
    #[expect(clippy::must_use_candidate, reason = "it is also called to forget")]
    pub fn take_served(&self) -> Vec<usize> {
        std::mem::take(&mut *self.nodes.served())
    }
}

impl Drop for RoundRobin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Nodes {
    /// One request, and its response.
    async fn pass_on(&self, mut client: TcpStream) -> io::Result<()> {
        let mut head = Vec::new();
        let end = loop {
            if let Some(end) = head.windows(END_OF_HEAD.len()).position(|part| part == END_OF_HEAD) {
                break end;
            }
            if head.len() > HEAD || client.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        };
        let (head, rest) = head.split_at(end);
        let mut node = self.connect().await?;
        node.write_all(&closing(head)).await?;
        node.write_all(rest).await?;
        copy_bidirectional(&mut client, &mut node).await?;
        Ok(())
    }

    /// The next node, or the one after it if the next one has ended.
    async fn connect(&self) -> io::Result<TcpStream> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.addresses.len();
        for node in (first..first.saturating_add(count)).map(|number| number % count) {
            let Some(address) = self.addresses.get(node) else { continue };
            if let Ok(connection) = TcpStream::connect(address).await {
                self.served().push(node);
                return Ok(connection);
            }
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    fn served(&self) -> MutexGuard<'_, Vec<usize>> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The head of a request after whose answer the connection is closed, so that the next request has a connection of its own.
fn closing(head: &[u8]) -> Vec<u8> {
    let mut closing = Vec::with_capacity(head.len() + 32);
    for line in head.split(|byte| *byte == b'\n') {
        if !line.to_ascii_lowercase().starts_with(b"connection:") {
            closing.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            closing.extend_from_slice(b"\r\n");
        }
    }
    closing.extend_from_slice(b"connection: close");
    closing
}
