//! Starts a Redis for a test.

use std::{io::ErrorKind, process::Stdio};

use secure_tool_testkit::{Port, until};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

/// It ends with the test.
pub(crate) struct Redis {
    port: Port,
    process: Child,
}

impl Redis {
    /// Nothing where it is not installed and does not have to be.
    pub(crate) async fn start() -> Option<Self> {
        let port = Port::take().unwrap();
        match spawn(&port) {
            Ok(process) => {
                let redis = Self { port, process };
                redis.answers().await;
                Some(redis)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let required = std::env::var("SECURE_TOOL_REDIS").is_ok_and(|value| value == "required");
                assert!(!required, "redis-server is not installed");
                println!("skipped: redis-server is not installed");
                None
            }
            Err(error) => panic!("redis-server does not start: {error}"),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.port.address().unwrap())
    }

    /// Ends it at once: it keeps nothing.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Starts it again where it was, empty.
    pub(crate) async fn restart(&mut self) {
        self.process = spawn(&self.port).unwrap();
        self.answers().await;
    }

    async fn answers(&self) {
        let address = self.port.address().unwrap();
        until("Redis to listen", async || TcpStream::connect(address).await.is_ok()).await;
    }
}

fn spawn(port: &Port) -> std::io::Result<Child> {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.address()?.port().to_string()])
        .args(["--save", "", "--appendonly", "no"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}
