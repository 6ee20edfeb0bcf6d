//! The log file keeps its records when the process ends, and is opened again when it was renamed.
#![cfg(unix)]

mod process;

use std::{fs, path::PathBuf, process::Stdio, sync::Arc};

use secure_tool::{Durability, JsonLines, SecureServer};
use secure_tool_testkit::{Lines, until, within};
use secure_tool_tests::{
    Desk, alice,
    clients::{call_inside, code},
    server,
};
use serde_json::{Value, json};
use tokio::process::Command;

/// A folder of the test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("secure-tool-log-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn records(&self, name: &str) -> Vec<Value> {
        let log = fs::read_to_string(self.file(name)).unwrap();
        log.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Ends a process in the middle of a body.
async fn end_in(tool: &str, signal: &str) {
    let folder = Folder::new(&format!("{tool}{signal}"));
    let mut command = Command::new(process::DESK);
    command.arg(folder.file("log")).args(["announcing", "with payments"]).stderr(Stdio::piped());
    let mut desk = process::Process::start(&mut command).await;
    let mut errors = Lines::read(desk.child.stderr.take().unwrap());
    desk.works().await;
    desk.send(process::call(7, tool, &json!({})).to_string()).await;
    errors.containing("a payment has begun").await;
    let id = desk.child.id().unwrap().to_string();
    let sent = within("the signal", Command::new("kill").args([signal, &id]).status()).await.unwrap();
    assert!(sent.success());
    assert!(!within("the process to end", desk.child.wait()).await.unwrap().success());
    let [read, intent] = folder.records("log").try_into().unwrap();
    assert_eq!((&read["phase"], &read["tool"]), (&json!("call"), &json!("get_note")));
    assert_eq!(
        (&intent["phase"], &intent["decision"], &intent["body"], &intent["tool"]),
        (&json!("intent"), &json!("admitted"), &json!("not_started"), &json!(tool))
    );
}

#[tokio::test]
async fn the_intent_outlives_kill_and_terminate() {
    for tool in ["pay", "wire"] {
        for signal in ["-KILL", "-TERM"] {
            end_in(tool, signal).await;
        }
    }
}

fn desk(folder: &Folder, durability: Durability) -> SecureServer<Desk> {
    let log = JsonLines::append(folder.file("log")).unwrap().durability(durability);
    server(&Arc::new(Desk::default()), log).unwrap()
}

async fn add(server: &SecureServer<Desk>) -> String {
    code(&call_inside(server, &alice(), "add_note", json!({"text": "milk"})).await)
}

#[tokio::test]
async fn a_log_that_was_renamed_or_removed_is_reopened() {
    for durability in [Durability::Process, Durability::Intents, Durability::Lines] {
        let folder = Folder::new(&format!("rotated-{durability:?}"));
        let server = desk(&folder, durability);
        assert_eq!(add(&server).await, "ok");
        fs::rename(folder.file("log"), folder.file("log.1")).unwrap();
        assert_eq!(add(&server).await, "ok");
        assert_eq!((folder.records("log.1").len(), folder.records("log").len()), (2, 2));
        fs::remove_file(folder.file("log")).unwrap();
        assert_eq!(add(&server).await, "ok");
        assert_eq!(folder.records("log").len(), 2);
        // Another file under its name is as good: log rotation may make it.
        fs::rename(folder.file("log"), folder.file("log.2")).unwrap();
        fs::write(folder.file("log"), "").unwrap();
        assert_eq!(add(&server).await, "ok");
        assert_eq!((folder.records("log.2").len(), folder.records("log").len()), (2, 2));
        let phases: Vec<_> = folder.records("log").iter().map(|record| record["phase"].clone()).collect();
        assert_eq!(phases, [json!("intent"), json!("outcome")]);
        // Where nothing but reading goes on, it is noticed a moment later.
        fs::rename(folder.file("log"), folder.file("log.3")).unwrap();
        until("the log to be back", async || {
            let read = call_inside(&server, &alice(), "get_note", json!({"note": 1})).await;
            code(&read) == "ok" && folder.file("log").exists()
        })
        .await;
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_reopened_stops_calls() {
    let folder = Folder::new("gone");
    let server = desk(&folder, Durability::Process);
    assert_eq!(add(&server).await, "ok");
    fs::rename(&folder.0, folder.0.with_extension("moved")).unwrap();
    assert_eq!(add(&server).await, "unavailable");
    fs::rename(folder.0.with_extension("moved"), &folder.0).unwrap();
    assert_eq!(add(&server).await, "ok");
    let phases = folder.records("log").into_iter().map(|record| record["phase"].clone());
    // The refusal may have been written to the file that was moved, which is this one again.
    let phases: Vec<_> = phases.filter(|phase| phase != "call").collect();
    assert_eq!(phases, ["intent", "outcome", "intent", "outcome"].map(Value::from));
}
