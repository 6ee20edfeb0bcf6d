//! The audit log of the demonstration: a ledger in a temporary directory, with a new signing key.

use std::{fmt, fs, path::PathBuf, sync::Arc, time::Duration};

use secure_tool::ledger::{self, CheckpointFile, CommandError, Ledger, LedgerOptions, SigningKey};
use serde_json::Value;
use tempfile::TempDir;

use super::Outcome;

/// How long the servers may take to let go of the log: this often, so long.
const LOOKS: u32 = 3_000;
const LOOK: Duration = Duration::from_millis(10);

/// One line of the log.
pub(super) struct Record(Value);

impl Record {
    /// The value at a JSON pointer; null if there is none.
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text there, if it is one.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An open log. Its directory is deleted with it.
pub(super) struct Log {
    files: TempDir,
    public_key: String,
    ledger: Arc<Ledger>,
}

impl Log {
    pub(super) fn open() -> Outcome<Self> {
        let files = tempfile::tempdir()?;
        let path = |name: &str| files.path().join(name);
        let (name, file) = ("--name", path("ledger.key").display().to_string());
        let public_key = command(["key", name, "billing.example.com/demo", "--file", &file])??;
        let public_key = public_key.lines().next().unwrap_or_default().to_owned();
        // In production: on another machine, out of reach of anybody who controls this one.
        let elsewhere = CheckpointFile::append(path("checkpoints"))?;
        let options = LedgerOptions::new(SigningKey::from_file(file)?).export(elsewhere);
        let ledger = Arc::new(Ledger::open(path("log"), options)?);
        Ok(Self { files, public_key, ledger })
    }

    /// For a server.
    pub(super) fn sink(&self) -> Arc<Ledger> {
        Arc::clone(&self.ledger)
    }

    /// The records of calls. They are in the file before an answer leaves.
    pub(super) fn records(&self) -> Outcome<Vec<Record>> {
        let text = fs::read_to_string(self.file())?;
        // Without a line that is being written.
        let (text, _) = text.rsplit_once('\n').unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
        // The events of the log itself, and failed logins, have a kind.
        Ok(lines.into_iter().filter(|line| line.get("kind").is_none()).map(Record).collect())
    }

    /// The current file, which is the only one of so short a log.
    fn file(&self) -> PathBuf {
        let id = self.ledger.origin().rsplit('/').next().unwrap_or_default();
        self.files.path().join("log").join(id).join("00000000000000000000.jsonl")
    }

    /// Closes it as soon as no server writes to it any more.
    pub(super) async fn close(self) -> Outcome<ClosedLog> {
        for _ in 0..LOOKS {
            if Arc::strong_count(&self.ledger) == 1 {
                let file = self.file();
                drop(self.ledger);
                return Ok(ClosedLog { files: self.files, public_key: self.public_key, file });
            }
            tokio::time::sleep(LOOK).await;
        }
        Err("a server still has the audit log".into())
    }
}

/// A log to which nobody writes.
pub(super) struct ClosedLog {
    files: TempDir,
    public_key: String,
    file: PathBuf,
}

impl ClosedLog {
    /// What `billing ledger verify` prints, and its exit code.
    pub(super) fn verify(&self) -> Outcome<(String, i32)> {
        let path = |name: &str| self.files.path().join(name).display().to_string();
        let (log, checkpoints) = (path("log"), path("checkpoints"));
        let mut out = Vec::new();
        let arguments = ["verify", &log, "--key", &self.public_key, "--checkpoint", &checkpoints];
        let code = match ledger::command(arguments.map(str::to_owned), &mut out) {
            Ok(()) => 0,
            Err(error) => {
                out.extend_from_slice(error.to_string().as_bytes());
                error.exit_code()
            }
        };
        Ok((String::from_utf8(out)?, code))
    }

    /// The text of the file.
    pub(super) fn read(&self) -> Outcome<String> {
        Ok(fs::read_to_string(&self.file)?)
    }

    /// What an attacker who can write to the file does.
    pub(super) fn overwrite(&self, text: &str) -> Outcome<()> {
        Ok(fs::write(&self.file, text)?)
    }
}

/// Runs `billing ledger` with these arguments, and returns what it prints.
fn command<const N: usize>(arguments: [&str; N]) -> Outcome<Result<String, CommandError>> {
    let mut out = Vec::new();
    let done = ledger::command(arguments.map(str::to_owned), &mut out);
    let out = String::from_utf8(out)?;
    Ok(done.map(|()| out))
}
