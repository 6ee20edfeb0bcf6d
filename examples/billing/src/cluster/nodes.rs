//! A node as a child process: this program again, as `billing http`.

use std::{io, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};

use super::{PREFIX, SECRET};

/// How long a node may take to start, or to execute a command.
const LIMIT: Duration = Duration::from_secs(20);

/// The configuration that all nodes share.
pub(crate) struct Common {
    /// The URL of Redis.
    pub(crate) redis: String,
    secret: String,
    prefix: String,
}

impl Common {
    /// A secret and a prefix for these nodes only.
    pub(crate) fn new(redis: String) -> Result<Self, getrandom::Error> {
        let random = || -> Result<u128, getrandom::Error> {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes)?;
            Ok(u128::from_be_bytes(bytes))
        };
        let secret = format!("{:032x}{:032x}", random()?, random()?);
        Ok(Self { redis, secret, prefix: format!("billing-{:032x}", random()?) })
    }
}

/// It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    process: Child,
    terminal: ChildStdin,
    /// Its lines on standard error, without the audit records.
    said: UnboundedReceiver<String>,
}

impl Node {
    /// Starts one on a free port, with its files in this directory.
    pub(crate) async fn start(common: &Common, directory: &Path) -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["http", "127.0.0.1:0", "--redis", &common.redis])
            .arg("--db")
            .arg(directory.join("billing.sqlite"))
            .arg("--exports")
            .arg(directory.join("exports"))
            .env(SECRET, &common.secret)
            .env(PREFIX, &common.prefix)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (terminal, said) = (process.stdin.take(), process.stderr.take());
        let (Some(terminal), Some(said)) = (terminal, said) else { return Err(io::Error::other("no pipes")) };
        let mut lines = BufReader::new(said).lines();
        let (tell, mut said) = unbounded_channel();
        // Read to its end, so that a full pipe never stops the node.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if !line.starts_with('{') && tell.send(line).is_err() {
                    break;
                }
            }
        });
        let line = line_with(&mut said, "serving MCP at").await?;
        let address = line.split('/').nth(2).and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| io::Error::other(format!("a node says {line:?}")))?;
        Ok(Self { address, process, terminal, said })
    }

    /// A command of the operator at its terminal.
    pub(crate) async fn does(&mut self, command: &str) -> io::Result<()> {
        self.terminal.write_all(format!("{command}\n").as_bytes()).await?;
        line_with(&mut self.said, &format!("{command}: done")).await.map(drop)
    }

    /// SIGKILL: it cannot say goodbye.
    pub(crate) async fn kill(&mut self) -> io::Result<()> {
        self.process.kill().await
    }
}

/// The next line with this; those before it are dropped.
async fn line_with(said: &mut UnboundedReceiver<String>, part: &str) -> io::Result<String> {
    let found = timeout(LIMIT, async {
        let mut last = String::new();
        while let Some(line) = said.recv().await {
            if line.contains(part) {
                return Ok(line);
            }
            last = line;
        }
        Err(io::Error::other(format!("a node has ended: {last}")))
    });
    found.await.map_err(|_| io::Error::other(format!("a node does not say {part:?}")))?
}
