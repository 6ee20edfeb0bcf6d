//! Files that somebody else has their hands on, and room that runs out.

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
    assert!(place.events(0).contains(&line::What::Resumed { refused: 1 }), "{:?}", place.events(0));
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
    assert!(ledger.checkpoint().unwrap_err().to_string().contains("somebody else wrote"));
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
    assert!(place.events(0).contains(&line::What::Resumed { refused: 2 }), "{:?}", place.events(0));
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
}
