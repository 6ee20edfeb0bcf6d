//! An endpoint as a child process, and the resources that it uses.
#![allow(dead_code, reason = "each test asks for its own part of it")]

use std::{fs, net::SocketAddr, process::Stdio};

use secure_tool_testkit::{Lines, within};
use secure_tool_tests::{
    clients::{ALICE, message},
    raw::{Raw, post},
};
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
};

pub const MIB: u64 = 1 << 20;

/// An endpoint that ends with the test.
pub struct Endpoint {
    pub address: SocketAddr,
    child: Child,
    input: ChildStdin,
    output: Lines,
}

impl Endpoint {
    /// Starts it, `patient` or `impatient` with clients that send nothing, and has it serve one call.
    pub async fn start(mood: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endpoint"));
        command.arg(mood);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let (input, mut output) = (child.stdin.take().unwrap(), Lines::read(child.stdout.take().unwrap()));
        let line = output.containing("listening on ").await;
        let address = line.trim_start_matches("listening on ").parse().unwrap();
        let endpoint = Self { address, child, input, output };
        endpoint.works().await;
        endpoint
    }

    /// An honest call on a connection of its own, which works.
    pub async fn works(&self) {
        let mut raw = Raw::open_from([127, 0, 0, 99], self.address).await.unwrap();
        let answer = raw.ask(post(Some(ALICE), &message("get_note", &json!({"note": 1})))).await.unwrap();
        assert_eq!(
            (answer.status, &answer.json()["result"]["structuredContent"]["id"]),
            (200, &json!(1)),
            "{}",
            answer.text()
        );
    }

    /// The same of somebody without a credential.
    pub async fn greets(&self) {
        let mut raw = Raw::open_from([127, 0, 0, 98], self.address).await.unwrap();
        let answer = raw.ask(post(None, &message("ping", &json!({})))).await.unwrap();
        assert_eq!(
            (answer.status, &answer.json()["result"]["content"][0]["text"]),
            (200, &json!("pong")),
            "{}",
            answer.text()
        );
    }

    fn proc(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.child.id().unwrap())
    }

    fn status(&self, field: &str) -> u64 {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Resident memory, in bytes.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS") * 1024
    }

    /// The most that it ever was, since [`forget_peak`](Self::forget_peak).
    pub fn peak(&self) -> u64 {
        self.status("VmHWM") * 1024
    }

    /// Begins to measure the peak anew.
    pub fn forget_peak(&self) {
        fs::write(self.proc("clear_refs"), "5").unwrap();
    }

    pub fn threads(&self) -> u64 {
        self.status("Threads")
    }

    pub fn descriptors(&self) -> usize {
        fs::read_dir(self.proc("fd")).unwrap().count()
    }

    /// How many tasks its runtime has.
    pub async fn tasks(&mut self) -> usize {
        within("the child to read", self.input.write_all(b"tasks\n")).await.unwrap();
        self.output.containing("tasks ").await.trim_start_matches("tasks ").parse().unwrap()
    }
}
