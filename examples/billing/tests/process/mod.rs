//! `billing http` as a process.

use std::process::Stdio;

use secure_tool_testkit::Lines;
use tokio::process::{Child, Command};

/// A server that ends with the test.
pub(crate) struct Server {
    /// What it says on its standard error.
    pub(crate) lines: Lines,
    /// Killed when it is dropped.
    pub(crate) process: Child,
}

/// Serves on a free port, with these options and files of its own.
pub(crate) fn serve(options: &[&str], files: &tempfile::TempDir) -> Server {
    let mut process = Command::new(env!("CARGO_BIN_EXE_billing"))
        .args(["http", "127.0.0.1:0"])
        .args(options)
        .arg("--db")
        .arg(files.path().join("billing.sqlite"))
        .arg("--exports")
        .arg(files.path().join("exports"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    Server { lines: Lines::read(process.stderr.take().unwrap()), process }
}
