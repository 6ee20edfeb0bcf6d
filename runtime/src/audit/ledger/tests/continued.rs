//! Logs that one process leaves and another one goes on with.

use super::*;

/// What a process leaves that ends without a word: its files as they are.
fn abandoned(place: &Place, unsigned: u64) {
    let ledger = place.open();
    (0..3).for_each(|n| record(&ledger, n));
    ledger.checkpoint().unwrap();
    (0..unsigned).for_each(|n| record(&ledger, n));
    let (path, kept) = (place.folder().path().to_owned(), place.directory.path().join("kept"));
    fs::create_dir(&kept).unwrap();
    for entry in fs::read_dir(&path).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), kept.join(entry.file_name())).unwrap();
    }
    drop(ledger);
    fs::remove_dir_all(&path).unwrap();
    fs::rename(&kept, &path).unwrap();
}

fn refused(place: &Place) -> String {
    Ledger::open(place.logs(), place.options()).unwrap_err().to_string()
}

#[test]
fn a_log_goes_on_in_the_same_tree() {
    let place = Place::new();
    for _ in 0..3 {
        let ledger = place.open();
        (0..4).for_each(|n| record(&ledger, n));
    }
    let report = place.verify(&[]);
    assert_eq!((report.size, report.unsigned(), report.findings), (18, 0, vec![]));
    let once = [line::LogEvent::Opened { unsigned: 0 }, line::LogEvent::Closed];
    assert_eq!(place.events(0), [once.clone(), once.clone(), once].concat());
}

#[test]
fn processes_at_the_same_time_have_logs_of_their_own() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    assert_ne!(one.origin(), two.origin());
    (0..5).for_each(|n| [&one, &two].into_iter().for_each(|ledger| record(ledger, n)));
    let origins = [one.origin().to_owned(), two.origin().to_owned()];
    drop((one, two));
    let reports = verify(place.logs(), &place.key(), &[]).unwrap();
    assert!(
        reports.iter().all(|report| report.is_intact() && report.size == 7 && report.unsigned() == 0),
        "{reports:?}"
    );
    let (one, two) = (place.open(), place.open());
    assert!(origins.contains(&one.origin().to_owned()) && origins.contains(&two.origin().to_owned()));
}

#[test]
fn what_was_not_signed_is_taken_over_and_said_to_be_so() {
    let place = Place::new();
    abandoned(&place, 5);
    drop(place.open());
    let report = place.verify(&[]);
    assert_eq!((report.size, report.unsigned(), report.findings), (11, 0, vec![]));
    assert!(place.events(0).contains(&line::LogEvent::Opened { unsigned: 5 }), "{:?}", place.events(0));
}

#[test]
fn a_torn_line_is_cut_off_and_said_to_be_so() {
    let place = Place::new();
    abandoned(&place, 2);
    let path = place.file(Kind::Records, 0);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], br#"{"seq":6,"ver"#].concat()).unwrap();
    let report = place.verify(&[]);
    assert_eq!((report.torn, report.is_intact()), (13, true), "{report:?}");
    drop(place.open());
    let sha256 = crate::digest::hex(br#"{"seq":6,"ver"#);
    assert!(place.events(0).contains(&line::LogEvent::Cut { bytes: 13, sha256 }), "{:?}", place.events(0));
    assert!(fs::read(&path).unwrap().starts_with(&whole));
    let report = place.verify(&[]);
    assert_eq!((report.size, report.unsigned(), report.findings), (9, 0, vec![]));
}

#[test]
fn a_torn_checkpoint_is_cut_off() {
    let place = Place::new();
    abandoned(&place, 2);
    let path = place.file(Kind::Checkpoints, 0);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], b"example.com/au"].concat()).unwrap();
    drop(place.open());
    assert!(place.verify(&[]).is_intact());
    assert!(fs::read(&path).unwrap().starts_with(&whole));
}

#[test]
fn signed_records_that_are_missing_refuse_to_start() {
    let place = Place::new();
    abandoned(&place, 0);
    let path = place.file(Kind::Records, 0);
    let lines = place.lines(0);
    fs::write(&path, lines[..3].join("\n") + "\n").unwrap();
    assert!(refused(&place).ends_with("1 signed records are missing at the end: 4 were signed"), "{}", refused(&place));
    fs::write(&path, lines.join("\n")).unwrap();
    assert!(
        refused(&place).ends_with("1 signed records are missing at the end: 4 were signed"),
        "its newline is missing"
    );
    fs::remove_file(&path).unwrap();
    assert!(refused(&place).ends_with("the file is missing"), "{}", refused(&place));
}

#[test]
fn records_that_were_changed_refuse_to_start() {
    let place = Place::new();
    abandoned(&place, 0);
    let path = place.file(Kind::Records, 0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("192.0.2.2", "192.0.2.9")).unwrap();
    assert!(refused(&place).contains("do not match the signed ones (checkpoint of size 4)"), "{}", refused(&place));
    let mut lines = place.lines(0);
    lines.swap(1, 2);
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    assert!(refused(&place).contains("line 2: this is not record 1"), "{}", refused(&place));
    fs::write(&path, text).unwrap();
    drop(place.open());
}

#[test]
fn a_bad_signature_refuses_to_start() {
    let place = Place::new();
    abandoned(&place, 0);
    let options = LedgerOptions::new(SigningKey::generate("example.com/audit").unwrap());
    let error = Ledger::open(place.logs(), options).unwrap_err().to_string();
    assert!(error.contains("no valid signature of this key"), "{error}");
}
