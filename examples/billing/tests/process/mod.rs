//! `billing http` as a process.

use std::process::{Child, Command, Stdio};

/// A server that ends with the test.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves on a free port, with these options and files of its own. What it says is on its standard error.
pub(crate) fn serve(options: &[&str], files: &tempfile::TempDir) -> Server {
    Server(
        Command::new(env!("CARGO_BIN_EXE_billing"))
            .args(["http", "127.0.0.1:0"])
            .args(options)
            .arg("--db")
            .arg(files.path().join("billing.sqlite"))
            .arg("--exports")
            .arg(files.path().join("exports"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    )
}
