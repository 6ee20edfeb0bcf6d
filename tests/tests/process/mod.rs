//! The desk as a child process, and a client that sends arbitrary lines.

use std::process::Stdio;

use secure_tool_testkit::{Lines, within};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
};

pub const DESK: &str = env!("CARGO_BIN_EXE_desk");

/// A desk that ends with the test.
pub struct Process {
    pub child: Child,
    /// Its standard input; dropped, it ends.
    pub input: ChildStdin,
    output: Lines,
}

/// A call of a tool as a JSON-RPC message.
pub fn call(id: u32, name: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
}

impl Process {
    /// Starts it and initializes the connection.
    pub async fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), Lines::read(child.stdout.take().unwrap()));
        let mut process = Self { child, input, output };
        let client = json!({"name": "raw", "version": "1"});
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        process.send(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string()).await;
        assert_eq!(process.answer().await["result"]["protocolVersion"], "2025-11-25");
        process.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string()).await;
        process
    }

    /// Writes a line.
    pub async fn send(&mut self, line: impl Into<Vec<u8>>) {
        let mut line = line.into();
        line.push(b'\n');
        within("the process to read", self.input.write_all(&line)).await.unwrap();
        within("the process to read", self.input.flush()).await.unwrap();
    }

    /// Reads a line.
    pub async fn answer(&mut self) -> Value {
        serde_json::from_str(&self.output.first().await).unwrap()
    }

    /// An honest call, which works.
    pub async fn works(&mut self) {
        self.send(call(4711, "get_note", &json!({"note": 1})).to_string()).await;
        let answer = self.answer().await;
        assert_eq!((&answer["id"], &answer["result"]["structuredContent"]["text"]), (&json!(4711), &json!("note 1")));
    }
}
