//! Redis servers of a test.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::Instant,
};

use tempfile::TempDir;

use crate::{INTERVAL, LIMIT, Port};

/// Ends with its standard input, and the server with it.
const KEEPER: &str = r#""$@" </dev/null >/dev/null 2>&1 & echo $!; read -r _; kill -KILL $! 2>/dev/null; wait"#;

/// A Redis server with a free port of this machine, which keeps nothing on disk. It ends when this value is dropped, and also when the test
/// process is killed.
///
/// The environment variable `SECURE_TOOL_REDIS_SERVER` names another program than `redis-server`.
#[derive(Debug)]
pub struct RedisServer {
    program: String,
    process: Process,
    args: Vec<String>,
    port: Port,
    dir: TempDir,
}

#[derive(Debug)]
struct Process {
    keeper: Child,
    /// The server ends when this is closed.
    alive: Option<ChildStdin>,
    pid: String,
}

impl RedisServer {
    /// An empty server, or `None` if `redis-server` is not installed.
    ///
    /// # Panics
    ///
    /// As [`with_args`](Self::with_args).
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::with_args(|_| Vec::new())
    }

    /// An empty server with additional arguments, which may depend on its directory, or `None` if `redis-server` is not installed.
    ///
    /// # Panics
    ///
    /// If the server does not start, or if it is not installed and the environment has `SECURE_TOOL_REDIS=required`.
    #[must_use]
    pub fn with_args(args: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let program = program()?;
        let (dir, port) = (TempDir::new().unwrap(), Port::take().unwrap());
        let args = args(dir.path());
        let process = launch(&program, dir.path(), &port, &args);
        Some(Self { program, process, args, port, dir })
    }

    /// The port, which stays taken while the server is down.
    ///
    /// # Panics
    ///
    /// If the system does not tell.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.address().unwrap().port()
    }

    /// `redis://127.0.0.1:` and the port.
    ///
    /// # Panics
    ///
    /// As [`port`](Self::port).
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port())
    }

    /// The server's working directory, which is deleted with it.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Kills the server with SIGKILL, if it still runs, and starts it again at the same address, without its data.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart(&mut self) {
        self.process.end();
        self.process = launch(&self.program, self.dir.path(), &self.port, &self.args);
    }

    /// Sends a signal, such as `KILL`, `STOP` or `CONT`.
    ///
    /// # Panics
    ///
    /// If there is no such process.
    pub fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args(["-s", signal, &self.process.pid]).status().unwrap().success());
    }
}

impl Process {
    fn end(&mut self) {
        self.alive.take();
        let _ = self.keeper.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn program() -> Option<String> {
    let program = env::var("SECURE_TOOL_REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
    let is_installed = Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if is_installed.is_ok_and(|status| status.success()) {
        return Some(program);
    }
    assert!(env::var("SECURE_TOOL_REDIS").as_deref() != Ok("required"), "`{program}` is not installed");
    eprintln!("skipped: `{program}` is not installed");
    None
}

fn launch(program: &str, dir: &Path, port: &Port, args: &[String]) -> Process {
    let log = dir.join("log");
    let _ = fs::remove_file(&log);
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "sh", program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    let port = port.address().unwrap().port().to_string();
    command.arg("--dir").arg(dir).arg("--logfile").arg(&log).args(["--port", &port]).args(args);
    let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (alive, mut pid) = (keeper.stdin.take(), String::new());
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut pid).unwrap();
    let process = Process { keeper, alive, pid: pid.trim().to_owned() };
    let start = Instant::now();
    loop {
        let log = fs::read_to_string(&log).unwrap_or_default();
        if log.contains("Ready to accept connections") {
            return process;
        }
        assert!(!log.contains("Failed listening") && start.elapsed() < LIMIT, "{program} does not start: {log}");
        thread::sleep(INTERVAL);
    }
}
