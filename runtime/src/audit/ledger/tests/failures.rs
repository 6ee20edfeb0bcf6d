//! Files that somebody else has their hands on, and room that runs out.

use std::time::Instant;

use super::*;

/// A file on a disk without room.
#[cfg(target_os = "linux")]
fn full() -> append::Appender {
    append::Appender::open("/dev/full".into(), 0).unwrap()
}

#[test]
fn a_log_that_is_full_refuses_calls_and_keeps_room_for_outcomes() {
    let place = Place::new();
    let ledger = Ledger::open(place.logs(), place.options().max_bytes(64 << 10)).unwrap();
    let mut written = 0;
    while ledger.ready().is_ok() {
        record(&ledger, 1);
        written += 1;
        assert!(written < 1_000, "there is a bound");
    }
    let error = ledger.ready().unwrap_err().to_string();
    assert!(error.contains("the audit log is full"), "{error}");
    record(&ledger, 2);
    while ledger.record_failed_logins(event(3)).is_ok() {
        written += 1;
        assert!(written < 1_000, "and the rest has a bound, too");
    }
    drop(ledger);
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
    let bytes = place.folder().bytes().unwrap();
    assert!(bytes < 65 << 10, "one event and one checkpoint more: {bytes}");
}

#[cfg(unix)]
#[test]
fn a_file_that_was_moved_refuses_records_until_it_is_back() {
    let place = Place::new();
    let ledger = place.open();
    record(&ledger, 0);
    let (path, away) = (place.file(Kind::Records, 0), place.directory.path().join("away"));
    fs::rename(&path, &away).unwrap();
    assert!(ledger.checkpoint().unwrap_err().to_string().contains("was removed or renamed"));
    assert!(ledger.record_failed_logins(event(1)).is_err(), "nobody would read it");
    assert!(ledger.ready().is_err());
    fs::rename(&away, &path).unwrap();
    ledger.checkpoint().unwrap();
    ledger.ready().unwrap();
    record(&ledger, 2);
    drop(ledger);
    assert!(place.events(0).contains(&line::LogEvent::Resumed { refused: 1 }), "{:?}", place.events(0));
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
}

#[cfg(unix)]
#[test]
fn a_call_notices_a_file_that_is_gone() {
    let place = Place::new();
    let ledger = Arc::new(place.open());
    fs::remove_file(place.file(Kind::Records, 0)).unwrap();
    let asked = Arc::clone(&ledger);
    until("the file to be missed", move || asked.ready().is_err());
    assert!(ledger.record_failed_logins(event(1)).is_err());
}

#[test]
fn a_file_that_somebody_else_wrote_to_is_not_signed() {
    let place = Place::new();
    let ledger = place.open();
    record(&ledger, 0);
    let path = place.file(Kind::Records, 0);
    let text = fs::read(&path).unwrap();
    fs::write(&path, [&text[..], b"x\n"].concat()).unwrap();
    assert!(ledger.checkpoint().unwrap_err().to_string().contains("another process wrote"));
    assert!(ledger.ready().is_err() && ledger.record_failed_logins(event(1)).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_signed_refuses_calls_until_it_can() {
    let place = Place::new();
    let ledger = place.open();
    record(&ledger, 0);
    ledger.shared.signer.lock().unwrap().checkpoints = full();
    assert!(ledger.checkpoint().is_err());
    assert!(ledger.ready().unwrap_err().to_string().contains("cannot be signed"));
    let open = append::Appender::open(
        place.file(Kind::Checkpoints, 0),
        fs::metadata(place.file(Kind::Checkpoints, 0)).unwrap().len(),
    );
    ledger.shared.signer.lock().unwrap().checkpoints = open.unwrap();
    ledger.checkpoint().unwrap();
    ledger.ready().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_refuses_records_until_there_is_room() {
    let place = Place::new();
    let ledger = place.open();
    record(&ledger, 0);
    let working = std::mem::replace(&mut ledger.shared.log.lock().unwrap().records, full());
    let error = ledger.record_failed_logins(event(1)).unwrap_err().to_string();
    assert!(error.contains("cannot be written"), "{error}");
    assert!(ledger.ready().is_err() && ledger.record_failed_logins(event(2)).is_err());
    ledger.shared.log.lock().unwrap().records = working;
    ledger.ready().unwrap();
    record(&ledger, 3);
    drop(ledger);
    assert!(place.events(0).contains(&line::LogEvent::Resumed { refused: 2 }), "{:?}", place.events(0));
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_written_after_a_failure_is_signed() {
    let place = Place::new();
    let options = place.options().checkpoint_every(u64::MAX, Duration::from_millis(10));
    let ledger = Ledger::open(place.logs(), options).unwrap();
    let place = Arc::new(place);
    let signed = |what: &str| {
        let place = Arc::clone(&place);
        until(what, move || place.verify(&[]).unsigned() == 0);
    };
    for by_a_record in [false, true] {
        let working = std::mem::replace(&mut ledger.shared.log.lock().unwrap().records, full());
        ledger.record_failed_logins(event(1)).unwrap_err();
        ledger.shared.log.lock().unwrap().records = working;
        // It says first that it goes on.
        if by_a_record {
            record(&ledger, 2);
        } else {
            ledger.ready().unwrap();
        }
        signed(if by_a_record { "a record" } else { "the word that it goes on" });
    }
}

/// A sink that panics, or waits, if it is told to.
#[derive(Default)]
struct Bad {
    panics: std::sync::atomic::AtomicBool,
    waits: Mutex<bool>,
    changed: std::sync::Condvar,
}

impl Bad {
    fn wait(&self, wait: bool) {
        *self.waits.lock().unwrap() = wait;
        self.changed.notify_all();
    }
}

impl CheckpointSink for Bad {
    fn export(&self, _: &Checkpoint) -> Result<(), AuditError> {
        assert!(!self.panics.load(std::sync::atomic::Ordering::Relaxed), "a sink panics");
        drop(self.changed.wait_while(self.waits.lock().unwrap(), |waits| *waits).unwrap());
        Ok(())
    }
}

#[test]
fn a_sink_that_panics_does_not_end_signing() {
    let place = Arc::new(Place::new());
    let bad = Arc::new(Bad::default());
    bad.panics.store(true, std::sync::atomic::Ordering::Relaxed);
    let exported = Arc::new(Exported::default());
    let options = place.options().checkpoint_every(u64::MAX, Duration::from_millis(10));
    let ledger = Ledger::open(place.logs(), options.export(Arc::clone(&bad)).export(Arc::clone(&exported))).unwrap();
    for n in 0..3 {
        record(&ledger, n);
        let place = Arc::clone(&place);
        until("the record to be signed", move || place.verify(&[]).unsigned() == 0);
    }
    ledger.checkpoint().unwrap();
    drop(ledger);
    assert_eq!(exported.0.lock().unwrap().last().unwrap().size(), place.verify(&[]).size, "the next sink gets it");
}

#[test]
fn a_sink_that_does_not_return_is_noticed_and_the_end_does_not_wait_for_it() {
    let place = Arc::new(Place::new());
    let bad = Arc::new(Bad::default());
    let options = place.options().checkpoint_every(u64::MAX, Duration::from_millis(10)).export(Arc::clone(&bad));
    let ledger = Ledger::open(place.logs(), options).unwrap();
    bad.wait(true);
    record(&ledger, 0);
    let signed = Arc::clone(&place);
    until("the record to be signed", move || signed.verify(&[]).unsigned() == 0);
    record(&ledger, 1);
    ledger.ready().unwrap();
    let long_ago = Instant::now().checked_sub(Duration::from_secs(11)).unwrap();
    ledger.shared.lock().unwrap().unsigned_since = Some(long_ago);
    assert!(ledger.ready().unwrap_err().to_string().contains("long overdue"));
    bad.wait(false);
    let ledger = Arc::new(ledger);
    let asked = Arc::clone(&ledger);
    until("the log to be signed again", move || asked.ready().is_ok());
    bad.wait(true);
    record(&ledger, 2);
    let signed = Arc::clone(&place);
    until("the record to be signed", move || signed.verify(&[]).unsigned() == 0);
    record(&ledger, 3);
    secure_tool_testkit::joined("the end of the ledger", thread::spawn(move || drop(ledger)));
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
    assert_eq!(place.events(0).last(), Some(&line::LogEvent::Closed));
    bad.wait(false);
}

#[test]
fn a_log_that_is_full_deletes_what_is_old_enough_without_a_new_file() {
    let place = Place::new();
    let mut options = place.options().rotate(4096, NEVER).max_bytes(32 << 10);
    options.retain = Some(Duration::from_secs(2));
    let ledger = Ledger::open(place.logs(), options).unwrap();
    for n in 0..1_000 {
        if ledger.ready().is_err() {
            break;
        }
        record(&ledger, n);
        thread::sleep(Duration::from_millis(1));
    }
    assert!(ledger.ready().is_err(), "it is full");
    let ledger = Arc::new(ledger);
    let asked = Arc::clone(&ledger);
    until("room", move || asked.ready().is_ok());
    drop(ledger);
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.deleted > 0, "{report:?}");
}

/// A subscriber that records each event of the application's log in the ledger.
#[cfg(target_os = "linux")]
struct Recording(Arc<Ledger>);

#[cfg(target_os = "linux")]
impl tracing::Subscriber for Recording {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        let _ = self.0.record_failed_logins(event(7));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[cfg(target_os = "linux")]
#[test]
fn a_subscriber_may_record_what_the_ledger_tells() {
    let place = Place::new();
    let ledger = Arc::new(place.open());
    let told = Arc::clone(&ledger);
    let work = move || {
        tracing::subscriber::with_default(Recording(Arc::clone(&told)), || {
            let working = std::mem::replace(&mut told.shared.log.lock().unwrap().records, full());
            told.record_failed_logins(event(1)).unwrap_err();
            told.shared.log.lock().unwrap().records = working;
            told.ready().unwrap();
        });
    };
    secure_tool_testkit::joined("a subscriber", thread::spawn(work));
    assert!(place.lines(0).last().unwrap().contains("\"count\":7"), "{:?}", place.lines(0));
}
