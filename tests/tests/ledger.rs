//! The ledger as the audit log of a server: from the calls of real clients over HTTP to the verdict of the verifier.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use secure_tool::{
    http::{CancellationToken, HttpOptions},
    ledger::{self, Ledger, LedgerOptions, SigningKey, VerifyingKey, verify},
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    Desk,
    clients::{ALICE, BOB, CAROL, HttpServer, call, close, code},
    server,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How many notes each of two clients adds at the same time.
const NOTES: usize = 20;

/// A log that a server has, or had.
struct Log {
    files: TempDir,
    key: VerifyingKey,
    ledger: Arc<Ledger>,
}

impl Log {
    fn open() -> Self {
        let files = tempfile::tempdir().unwrap();
        let key = SigningKey::generate("desk.example.com/audit").unwrap();
        let verifying = key.verifying_key().clone();
        let ledger = Arc::new(Ledger::open(files.path(), LedgerOptions::new(key)).unwrap());
        Self { files, key: verifying, ledger }
    }

    /// Waits until no server has it any more, and closes it.
    async fn close(self) -> Closed {
        until("the server to let go of its log", async || Arc::strong_count(&self.ledger) == 1).await;
        let folder = self.files.path().join(self.ledger.origin().rsplit('/').next().unwrap());
        drop(self.ledger);
        Closed { file: folder.join("00000000000000000000.jsonl"), files: self.files, key: self.key }
    }
}

struct Closed {
    files: TempDir,
    key: VerifyingKey,
    /// The records.
    file: PathBuf,
}

impl Closed {
    fn directory(&self) -> &Path {
        self.files.path()
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What the command says, and its exit code.
    fn verdict(&self) -> (String, i32) {
        let mut out = Vec::new();
        let arguments =
            ["verify", self.directory().to_str().unwrap(), "--key", &self.key.to_string()].map(str::to_owned);
        let done = ledger::command(arguments, &mut out);
        (String::from_utf8(out).unwrap(), done.map_or_else(|error| error.exit_code(), |()| 0))
    }
}

/// What a line says of a call: its phase, its caller, its tool, and how it came out.
fn said(line: &Value) -> [&str; 5] {
    ["phase", "caller", "tool", "decision", "code"].map(|field| line[field].as_str().unwrap_or("-"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_over_http_is_in_the_log_and_the_log_is_evidence() {
    let log = Log::open();
    let server = server(&Arc::new(Desk::default()), Arc::clone(&log.ledger)).unwrap();
    let stop = CancellationToken::new();
    let http = HttpServer::start(&server, HttpOptions::default().stop_with(stop.clone())).await.unwrap();
    let [alice, bob] = [http.connect(ALICE).await.unwrap(), http.connect_legacy(BOB).await.unwrap()];
    let carol = http.connect(CAROL).await.unwrap();

    // One after the other, so that their order is known.
    let one = || json!({"note": 1});
    let mut expected = vec![];
    for (client, caller, tool, arguments, outcome) in [
        (&alice, "alice", "get_note", one(), "ok"),
        (&bob, "bob", "get_note", one(), "not_found"),
        (&alice, "alice", "add_note", json!({"text": "hello"}), "ok"),
        (&alice, "alice", "add_note", json!({"text": ""}), "invalid_arguments"),
        (&carol, "carol", "add_note", json!({"text": "hello"}), "insufficient_scope"),
        (&bob, "bob", "add_note", json!({"text": "hello"}), "ok"),
        (&alice, "alice", "fails", json!({"how": "internal"}), "internal"),
    ] {
        assert_eq!(code(&call(client, tool, arguments).await.unwrap()), outcome, "{caller} {tool}");
        expected.extend(match (tool, outcome) {
            ("add_note", "ok") => {
                vec![["intent", caller, tool, "admitted", "-"], ["outcome", caller, tool, "allowed", "-"]]
            }
            (_, "ok") => vec![["call", caller, tool, "allowed", "-"]],
            (_, "internal") => vec![["call", caller, tool, "failed", outcome]],
            _ => vec![["call", caller, tool, "refused", outcome]],
        });
    }
    let stranger = within("an answer", http.post(Some("a-key-that-nobody-has-0000000000"), "{}").send()).await.unwrap();
    assert_eq!(stranger.status(), 401);
    // Two clients at once.
    let add = async |client, text: &str| {
        for _ in 0..NOTES {
            assert_eq!(code(&call(client, "add_note", json!({"text": text})).await.unwrap()), "ok");
        }
    };
    tokio::join!(add(&alice, "mine"), add(&bob, "his"));

    for client in [alice, bob, carol] {
        close(client).await.unwrap();
    }
    stop.cancel();
    drop((http, server));
    let log = log.close().await;

    let lines = log.lines();
    assert!(lines.iter().enumerate().all(|(number, line)| line["seq"] == number), "{lines:#?}");
    let events: Vec<_> = lines.iter().filter_map(|line| line["kind"].as_str()).collect();
    assert!(events.contains(&"failed_logins"), "{events:?}");
    assert_eq!((&lines[0]["event"], &lines[lines.len() - 1]["event"]), (&json!("opened"), &json!("closed")));
    let calls: Vec<_> = lines.iter().filter(|line| line["kind"].is_null()).collect();
    let (first, concurrent) = calls.split_at(expected.len());
    assert_eq!(first.iter().map(|line| said(line)).collect::<Vec<_>>(), expected);
    // Each call of its own, and its intent before its outcome.
    let (mut intents, mut all) = (HashSet::new(), HashSet::new());
    for line in &calls {
        let (id, phase) = (line["call_id"].as_str().unwrap(), line["phase"].as_str().unwrap());
        match phase {
            "outcome" => assert!(intents.remove(id), "an outcome without an intent before it: {line}"),
            _ => assert!(all.insert(id), "a second call of this id: {line}"),
        }
        if phase == "intent" {
            intents.insert(id);
        }
    }
    assert!(intents.is_empty(), "intents without an outcome: {intents:?}");
    assert_eq!(concurrent.len(), 2 * 2 * NOTES);

    let (report, verdict) = log.verdict();
    assert!(verdict == 0 && report.contains(&format!(": {} records, all signed; root ", lines.len())), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_was_changed_is_found_in_its_line() {
    let log = Log::open();
    let server = server(&Arc::new(Desk::default()), Arc::clone(&log.ledger)).unwrap();
    let stop = CancellationToken::new();
    let http = HttpServer::start(&server, HttpOptions::default().stop_with(stop.clone())).await.unwrap();
    let alice = http.connect(ALICE).await.unwrap();
    for (tool, arguments) in [("get_note", json!({"note": 3})), ("add_note", json!({"text": "hello"}))] {
        call(&alice, tool, arguments).await.unwrap();
    }
    close(alice).await.unwrap();
    stop.cancel();
    drop((http, server));
    let log = log.close().await;
    assert_eq!(log.verdict().1, 0, "{}", log.verdict().0);

    let written = fs::read(&log.file).unwrap();
    let ends: Vec<usize> = (0..written.len()).filter(|place| written[*place] == b'\n').collect();
    assert_eq!(ends.len(), 5, "opened, one of a refusal, two of a write, closed");
    for (record, end) in ends.into_iter().enumerate() {
        let mut forged = written.clone();
        // The last letter of the object's last value.
        forged[end - 2] ^= 1;
        fs::write(&log.file, &forged).unwrap();
        let reports = verify(log.directory(), &log.key, &[]).unwrap();
        let found: Vec<_> = reports[0].findings.iter().map(|finding| (&finding.path, finding.line)).collect();
        assert_eq!(found, [(&log.file, Some(record as u64 + 1))]);
        let (report, verdict) = log.verdict();
        let finding = format!("{}, line {}: record {record} was changed", log.file.display(), record + 1);
        assert!(verdict == 1 && report.contains(&finding), "{report}");
    }
    // What a forger would like to say: of the same length, and as good JSON.
    let text = String::from_utf8(written.clone()).unwrap();
    let forged = text.replace(r#""decision":"refused""#, r#""decision":"allowed""#);
    assert_ne!(forged, text);
    fs::write(&log.file, forged).unwrap();
    assert!(log.verdict().0.contains("line 2: record 1 was changed"), "{}", log.verdict().0);
    fs::write(&log.file, written).unwrap();
    assert_eq!(log.verdict().1, 0, "as it was");
}
