//! Runs `billing` with a command that exits by itself.

use std::process::{Output, Stdio};

use secure_tool_testkit::within;
use tokio::process::Command;

/// Runs it to its end.
pub(crate) async fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_billing"));
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    within(format!("the end of `billing {}`", arguments.join(" ")), command.output()).await.unwrap()
}
