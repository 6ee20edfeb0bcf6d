//! Logs that are written, tampered with, continued and verified.

mod commands;
mod continued;
mod failures;
mod killed;
mod proofs;
mod retention;
mod tampering;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use chrono::DateTime;

use super::{
    layout::{Folder, Kind},
    *,
};
use crate::FailedLoginReason;

/// A time that no test reaches.
const NEVER: Duration = Duration::from_secs(3600);

/// A directory of logs and the key that signs them.
struct Place {
    directory: tempfile::TempDir,
    /// The key's file.
    key: PathBuf,
    public: VerifyingKey,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = directory.path().join("key");
        let signing = SigningKey::generate("example.com/audit").unwrap();
        signing.write_to(&key).unwrap();
        fs::create_dir(directory.path().join("logs")).unwrap();
        Self { directory, key, public: signing.verifying_key() }
    }

    fn logs(&self) -> PathBuf {
        self.directory.path().join("logs")
    }

    fn key(&self) -> VerifyingKey {
        self.public.clone()
    }

    /// Signs at the end only.
    fn options(&self) -> LedgerOptions {
        LedgerOptions::new(SigningKey::from_file(&self.key).unwrap()).checkpoint_every(u64::MAX, NEVER)
    }

    fn open(&self) -> Ledger {
        Ledger::open(self.logs(), self.options()).unwrap()
    }

    /// The only log.
    fn folder(&self) -> Folder {
        let folders = Folder::all(&self.logs()).unwrap();
        assert_eq!(folders.len(), 1);
        folders.into_iter().next().unwrap()
    }

    fn file(&self, kind: Kind, first: u64) -> PathBuf {
        self.folder().file(kind, first)
    }

    fn verify(&self, expected: &[ExpectedHead]) -> Report {
        let mut reports = verify(self.logs(), &self.key(), expected).unwrap();
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    fn problems(&self, expected: &[ExpectedHead]) -> Vec<Problem> {
        self.verify(expected).findings.into_iter().map(|finding| finding.problem).collect()
    }

    /// The lines of the records in a file.
    fn lines(&self, first: u64) -> Vec<String> {
        fs::read_to_string(self.file(Kind::Records, first)).unwrap().lines().map(str::to_owned).collect()
    }

    fn events(&self, first: u64) -> Vec<line::LogEvent> {
        self.lines(first).iter().filter_map(|line| line::Event::read(line.as_bytes())).map(|event| event.what).collect()
    }
}

/// A small record.
fn record(ledger: &Ledger, count: u64) {
    ledger.record_failed_logins(event(count)).unwrap();
}

fn event(count: u64) -> FailedLogins {
    let (reason, address) = (FailedLoginReason::Invalid, Some(format!("192.0.2.{}", count % 200).into()));
    FailedLogins { time: DateTime::UNIX_EPOCH, environment: Some("test".into()), address, reason, count }
}

/// Every checkpoint that was exported.
#[derive(Default)]
struct Exported(std::sync::Mutex<Vec<Checkpoint>>);

impl CheckpointSink for Exported {
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        self.0.lock().unwrap().push(checkpoint.clone());
        Ok(())
    }
}

/// Waits for something that the ledger's thread does.
fn until(what: &str, holds: impl FnMut() -> bool + Send + 'static) {
    let mut holds = holds;
    let wait = move || {
        while !holds() {
            thread::sleep(Duration::from_millis(2));
        }
    };
    secure_tool_testkit::joined(what, thread::spawn(wait));
}

#[test]
fn a_log_is_written_signed_and_verified() {
    let place = Place::new();
    let exported = Arc::new(Exported::default());
    let ledger = Ledger::open(place.logs(), place.options().export(Arc::clone(&exported))).unwrap();
    (0..10).for_each(|n| record(&ledger, n));
    let report = place.verify(&[]);
    assert_eq!((report.size, report.signed, report.unsigned()), (11, 1, 10), "{report:?}");
    assert!(report.is_intact(), "{report:?}");
    let head = ledger.checkpoint().unwrap();
    assert_eq!((head.size(), head.origin()), (11, ledger.origin()));
    assert_eq!(place.verify(&[head.clone().into()]).unsigned(), 0);
    drop(ledger);
    let report = place.verify(&[]);
    assert_eq!((report.size, report.signed, report.findings.len()), (12, 12, 0), "{report:?}");
    let exported = exported.0.lock().unwrap();
    assert_eq!(exported.iter().map(Checkpoint::size).collect::<Vec<_>>(), [1, 11, 12]);
    assert_eq!(exported[1], head);
    assert_eq!(exported[2].root(), report.root);
}

#[test]
fn the_thread_signs_by_count_and_by_time() {
    let place = Place::new();
    let exported = Arc::new(Exported::default());
    let options = place.options().checkpoint_every(5, NEVER).export(Arc::clone(&exported));
    let ledger = Ledger::open(place.logs(), options).unwrap();
    (0..5).for_each(|n| record(&ledger, n));
    let signed = Arc::clone(&exported);
    until("five records to be signed", move || signed.0.lock().unwrap().iter().any(|head| head.size() >= 6));
    drop(ledger);
    let options = place.options().checkpoint_every(u64::MAX, Duration::from_millis(10)).export(Arc::clone(&exported));
    let ledger = Ledger::open(place.logs(), options).unwrap();
    record(&ledger, 5);
    let (signed, size) = (Arc::clone(&exported), place.verify(&[]).size);
    until("one record to be signed", move || signed.0.lock().unwrap().iter().any(|head| head.size() >= size));
}

#[test]
fn independent_software_finds_the_same_root() {
    let place = Place::new();
    let ledger = place.open();
    (0..20).for_each(|n| record(&ledger, n));
    let head = ledger.checkpoint().unwrap();
    let mut theirs = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    place.lines(0).into_iter().for_each(|line| theirs.push(line.into_bytes()));
    assert_eq!((theirs.len(), <[u8; 32]>::from(*theirs.root().as_bytes())), (head.size(), head.root()));
}

#[test]
fn a_record_that_waits_for_the_disk_is_there() {
    let place = Place::new();
    let ledger = Ledger::open(place.logs(), place.options().durability(Durability::Lines).rotate(4096, NEVER)).unwrap();
    let ledger = Arc::new(ledger);
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let ledger = Arc::clone(&ledger);
            thread::spawn(move || (0..25).for_each(|n| record(&ledger, n)))
        })
        .collect();
    for writer in writers {
        secure_tool_testkit::joined("a writer", writer);
    }
    drop(Arc::into_inner(ledger).unwrap());
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.size > 101, "{report:?}");
}

#[test]
fn an_intent_waits_for_the_disk_where_only_intents_do() {
    for (durability, waits_for_call, waits_for_intent) in
        [(Durability::Process, false, false), (Durability::Intents, false, true), (Durability::Lines, true, true)]
    {
        let place = Place::new();
        let ledger = Ledger::open(place.logs(), place.options().durability(durability)).unwrap();
        let synced = || ledger.shared.synced();
        assert_eq!(synced(), 0);
        ledger.record(crate::audit::tests::record()).unwrap();
        record(&ledger, 1);
        assert_eq!(synced() == 3, waits_for_call, "{durability:?}");
        ledger.record(AuditRecord { phase: Phase::Intent, ..crate::audit::tests::record() }).unwrap();
        assert_eq!(synced() == 4, waits_for_intent, "{durability:?}: with all that was written before");
        ledger.record(AuditRecord { phase: Phase::Outcome, ..crate::audit::tests::record() }).unwrap();
        assert_eq!(synced() == 5, waits_for_call, "{durability:?}");
    }
}
