//! Starts Redis servers for a test. They end with the test, even if it is killed.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Far more than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const ACL_PASSWORD: &str = "correct-horse";

/// Ends with its standard input, and the server with it.
const KEEPER: &str = r#""$@" </dev/null >/dev/null 2>&1 & echo $!; read -r _; kill -KILL $! 2>/dev/null; wait"#;

/// The program, or nothing where none is installed, which is said. With `SECURE_TOOL_REDIS=required` that fails the test.
fn program() -> Option<String> {
    let program = std::env::var("SECURE_TOOL_REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
    let is_there = Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if is_there.is_ok_and(|status| status.success()) {
        return Some(program);
    }
    assert!(std::env::var("SECURE_TOOL_REDIS").as_deref() != Ok("required"), "`{program}` is not installed");
    eprintln!("skipped: `{program}` is not installed");
    None
}

/// A server on a port of its own.
pub(crate) struct Server {
    program: String,
    process: Process,
    args: Vec<String>,
    pub(crate) port: u16,
    pub(crate) dir: TempDir,
}

struct Process {
    keeper: Child,
    /// The server ends when this is closed.
    alive: Option<ChildStdin>,
    pid: String,
}

impl Server {
    /// An empty server.
    pub(crate) fn start() -> Option<Self> {
        Self::with(|_, _| Vec::new())
    }

    /// An empty server with these arguments besides, which depend on its directory and port.
    pub(crate) fn with(args: impl Fn(&Path, u16) -> Vec<String>) -> Option<Self> {
        let program = program()?;
        let dir = tempfile::tempdir().unwrap();
        loop {
            let port = free_port();
            let args = args(dir.path(), port);
            // Somebody else may have taken the port in the meantime.
            if let Some(process) = launch(&program, dir.path(), port, &args) {
                return Some(Self { program, process, args, port, dir });
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it, and starts it again at the same address.
    pub(crate) fn restart(&mut self) {
        self.signal("KILL");
        let start = Instant::now();
        loop {
            if let Some(process) = launch(&self.program, self.dir.path(), self.port, &self.args) {
                self.process = process;
                return;
            }
            assert!(start.elapsed() < PATIENCE, "it does not start again");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args(["-s", signal, &self.process.pid]).status().unwrap().success());
    }

    /// Adds the user `tools` as the docs say; `channels` is what follows `secure-tool` in the names of channels.
    pub(crate) fn add_user(&self, channels: &str) {
        let docs = include_str!("../../src/lib.rs");
        let line =
            docs.lines().find_map(|line| line.strip_prefix("//! ").filter(|line| line.starts_with("ACL "))).unwrap();
        assert!(line.contains("PASSWORD") && line.contains("&secure-tool:bell"));
        let line =
            line.replace("PASSWORD", ACL_PASSWORD).replace("&secure-tool:bell", &format!("&secure-tool{channels}"));
        self.command::<()>(&line);
    }

    /// Runs a command, as an administrator.
    pub(crate) fn command<T: redis::FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut cmd = redis::cmd(words.next().unwrap());
        cmd.arg(words.collect::<Vec<_>>());
        let client = redis::Client::open(self.url()).unwrap();
        cmd.query(&mut client.get_connection_with_timeout(PATIENCE).unwrap())
            .unwrap_or_else(|e| panic!("{command}: {e}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.alive.take();
        let _ = self.keeper.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn launch(program: &str, dir: &Path, port: u16, args: &[String]) -> Option<Process> {
    let log: PathBuf = dir.join("log");
    let _ = fs::remove_file(&log);
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "sh", program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    command.arg("--dir").arg(dir).arg("--logfile").arg(&log).args(["--port", &port.to_string()]).args(args);
    let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (alive, mut pid) = (keeper.stdin.take(), String::new());
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut pid).unwrap();
    let process = Process { keeper, alive, pid: pid.trim().to_owned() };
    let start = Instant::now();
    loop {
        let mut said = String::new();
        let _ = fs::File::open(&log).and_then(|mut log| log.read_to_string(&mut said));
        if said.contains("Ready to accept connections") {
            return Some(process);
        }
        if said.contains("Failed listening") || said.contains("Could not create server") {
            return None;
        }
        assert!(start.elapsed() < PATIENCE, "{said}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until it is so, and says what was waited for if it is never.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "it is never so: {what}");
}
