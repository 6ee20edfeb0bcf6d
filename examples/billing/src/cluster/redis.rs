//! The Redis of a cluster: an existing one, or one that is started for it.

use std::{fmt, io, net::SocketAddr, process::Stdio, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{sleep, timeout},
};

/// How long Redis may take to start, and how often we look.
const START: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// `redis-server` is not installed.
#[derive(Clone, Copy, Debug)]
pub struct RedisMissing;

impl fmt::Display for RedisMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "two nodes need a Redis, and `redis-server` is not installed\n\
             install it (Debian and Ubuntu: `apt-get install redis-server`, macOS: `brew install redis`), or name one that \
             runs: `billing cluster --redis redis://127.0.0.1:6379`",
        )
    }
}

impl std::error::Error for RedisMissing {}

/// A Redis that keeps nothing on disk and ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Redis {
    address: SocketAddr,
    process: Child,
}

impl Redis {
    /// Starts one on a free port of this machine.
    pub(crate) async fn start() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        match spawn(address) {
            Ok(process) => {
                let mut redis = Self { address, process };
                redis.answers().await?;
                Ok(redis)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(RedisMissing.into()),
            Err(error) => Err(format!("redis-server cannot be started: {error}").into()),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Kills it, and starts another one in its place that knows nothing.
    pub(crate) async fn restart(&mut self) -> io::Result<()> {
        self.process.kill().await?;
        self.process = spawn(self.address)?;
        self.answers().await
    }

    async fn answers(&mut self) -> io::Result<()> {
        let answers = timeout(START, async {
            while TcpStream::connect(self.address).await.is_err() {
                if let Some(status) = self.process.try_wait()? {
                    return Err(io::Error::other(format!("redis-server ended at once: {status}")));
                }
                sleep(LOOK).await;
            }
            Ok(())
        });
        answers.await.map_err(|_| io::Error::other("redis-server does not answer"))?
    }
}

fn spawn(address: SocketAddr) -> io::Result<Child> {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--save", "", "--appendonly", "no"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}
