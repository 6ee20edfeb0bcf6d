//! Segments that begin, and segments that go.

use super::*;

/// Opens a log with small files, of which it keeps those that are so old.
fn open(place: &Place, retain: Option<Duration>) -> Ledger {
    let mut options = place.options().rotate(4096, NEVER);
    options.retain = retain;
    Ledger::open(place.logs(), options).unwrap()
}

/// Fills so many files.
fn fill(place: &Place, ledger: &Ledger, files: usize) {
    let folder = place.folder();
    for n in 0.. {
        record(ledger, n);
        if folder.segments().unwrap().len() >= files {
            return;
        }
        thread::sleep(Duration::from_micros(200));
        assert!(n < 10_000, "no new file begins");
    }
}

fn has_records(place: &Place, first: u64) -> bool {
    place.file(Kind::Records, first).exists()
}

#[test]
fn one_tree_spans_all_files() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 4);
    drop(ledger);
    let (report, segments) = (place.verify(&[]), place.folder().segments().unwrap());
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
    assert!(segments.iter().all(|&first| has_records(&place, first)));
    let mut theirs = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    segments.iter().flat_map(|&first| place.lines(first)).for_each(|line| theirs.push(line.into_bytes()));
    assert_eq!(<[u8; 32]>::from(*theirs.root().as_bytes()), report.root);
    drop(open(&place, None));
    assert!(place.verify(&[]).is_intact(), "and it goes on");
}

#[test]
fn old_files_go_and_the_rest_can_be_verified() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 4);
    let old = ledger.checkpoint().unwrap();
    drop(ledger);
    let before = place.folder().segments().unwrap();
    drop(open(&place, Some(NEVER)));
    assert!(before.iter().all(|&first| has_records(&place, first)), "nothing is old enough");
    drop(open(&place, Some(Duration::ZERO)));
    let current = *before.last().unwrap();
    assert!(before.iter().all(|&first| has_records(&place, first) == (first == current)));
    assert!(before.iter().all(|&first| place.file(Kind::Checkpoints, first).exists()));
    let report = place.verify(&[old.into()]);
    assert_eq!((report.deleted, report.unsigned(), report.findings), (current, 0, vec![]));
    assert!(place.events(current).contains(&line::LogEvent::Deleted { retain_seconds: 0 }));
    // And it goes on, and goes on deleting.
    let ledger = open(&place, Some(Duration::ZERO));
    fill(&place, &ledger, before.len() + 2);
    drop(ledger);
    drop(open(&place, Some(Duration::ZERO)));
    assert!(!has_records(&place, current));
    assert!(place.verify(&[]).is_intact(), "{:?}", place.verify(&[]));
}

#[test]
fn a_file_that_goes_otherwise_is_missed() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 4);
    drop(ledger);
    let segments = place.folder().segments().unwrap();
    fs::remove_file(place.file(Kind::Records, 0)).unwrap();
    assert_eq!(place.problems(&[]), [Problem::Missing { first: 0, end: segments[1] }]);
    let error = Ledger::open(place.logs(), place.options()).unwrap_err().to_string();
    assert!(error.contains("the log has no entry that says they were deleted"), "{error}");
    // Nor does it help to let the log say so: that line is not signed.
    let last = *segments.last().unwrap();
    let path = place.file(Kind::Records, last);
    let event = line::Event::now(segments[1], line::LogEvent::Deleted { retain_seconds: 0 });
    let size = place.verify(&[]).size;
    let line = line::serialized(&event, |mut record| Ok(record.number(size).to_vec())).unwrap();
    fs::write(&path, [fs::read(&path).unwrap(), line].concat()).unwrap();
    assert_eq!(place.problems(&[]), [Problem::Missing { first: 0, end: segments[1] }]);
    assert!(Ledger::open(place.logs(), place.options()).is_err());
    fs::remove_file(place.file(Kind::Subtrees, 0)).unwrap();
    fs::remove_file(place.file(Kind::Checkpoints, 0)).unwrap();
    fs::remove_file(place.file(Kind::Leaves, 0)).unwrap();
    assert!(place.problems(&[]).contains(&Problem::Missing { first: 0, end: segments[1] }));
}

#[test]
fn changes_in_a_closed_file_are_found() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 3);
    drop(ledger);
    let path = place.file(Kind::Records, 0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("192.0.2.3\"", "192.0.2.4\"", 1)).unwrap();
    assert_eq!(place.problems(&[]), [Problem::Changed { record: 4 }]);
    let lines = place.lines(0);
    fs::write(&path, lines[..lines.len() - 1].join("\n") + "\n").unwrap();
    assert!(Ledger::open(place.logs(), place.options()).is_err(), "its end is missing");
    fs::write(&path, text).unwrap();
    let subtrees = place.file(Kind::Subtrees, 0);
    let text = fs::read_to_string(&subtrees).unwrap();
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        fs::write(&subtrees, &changed).unwrap();
        assert!(!place.verify(&[]).is_intact(), "byte {at} of the subtrees");
    }
}

#[test]
fn a_head_of_deleted_records_is_not_taken_for_a_fit() {
    let place = Place::new();
    let ledger = open(&place, None);
    (0..3).for_each(|n| record(&ledger, n));
    let early = ledger.checkpoint().unwrap();
    fill(&place, &ledger, 3);
    drop(ledger);
    assert!(place.problems(&[early.clone().into()]).is_empty());
    drop(open(&place, Some(Duration::ZERO)));
    assert_eq!(place.problems(&[early.clone().into()]), [Problem::DeletedHead { size: 4 }]);
    let report = place.verify(&[]);
    let late = ExpectedHead { origin: None, size: report.size, root: report.root };
    let report = place.verify(&[early.into(), late]);
    assert_eq!((report.uncompared, report.findings), (1, vec![]), "a newer one says more");
}

#[test]
fn a_process_that_ended_between_two_files_is_no_matter() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 2);
    drop(ledger);
    let second = place.folder().segments().unwrap()[1];
    // As if the first file had never been closed.
    fs::remove_file(place.file(Kind::Subtrees, 0)).unwrap();
    let checkpoints = place.file(Kind::Checkpoints, 0);
    let text = fs::read_to_string(&checkpoints).unwrap();
    let first: String = text.split_inclusive('\n').take(5).collect();
    fs::write(&checkpoints, first).unwrap();
    assert!(place.verify(&[]).is_intact());
    drop(open(&place, None));
    assert!(place.file(Kind::Subtrees, 0).exists());
    drop(open(&place, Some(Duration::ZERO)));
    assert!(!has_records(&place, 0) && has_records(&place, second));
    assert!(place.verify(&[]).is_intact(), "{:?}", place.verify(&[]));
}

/// Appends a line to a file, as somebody does who can write to it and does not have the key.
fn forge(place: &Place, first: u64, what: line::LogEvent, deleted_below: u64) {
    let path = place.file(Kind::Records, first);
    let event = line::Event::now(deleted_below, what);
    let size = place.verify(&[]).size;
    let line = line::serialized(&event, |mut record| Ok(record.number(size).to_vec())).unwrap();
    fs::write(&path, [fs::read(&path).unwrap_or_default(), line].concat()).unwrap();
}

/// A forged word of a deletion, which the next process takes over and signs, deletes nothing.
fn forged(torn: bool, new_file: bool) {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 3);
    drop(ledger);
    let segments = place.folder().segments().unwrap();
    let (below, last) = (segments[1], segments[2]);
    forge(&place, last, line::LogEvent::Deleted { retain_seconds: 0 }, below);
    if new_file {
        let size = place.verify(&[]).size;
        forge(&place, size, line::LogEvent::Rotated, below);
    }
    if torn {
        let path = place.file(Kind::Records, *place.folder().segments().unwrap().last().unwrap());
        fs::write(&path, [&fs::read(&path).unwrap()[..], b"{"].concat()).unwrap();
    }
    drop(open(&place, None));
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "nothing is missing yet: {report:?}");
    fs::remove_file(place.file(Kind::Records, 0)).unwrap();
    fs::remove_file(place.file(Kind::Leaves, 0)).unwrap();
    assert_eq!(place.problems(&[]), [Problem::Missing { first: 0, end: below }], "torn {torn}, new file {new_file}");
    assert!(Ledger::open(place.logs(), place.options()).is_err());
}

#[test]
fn a_forged_word_of_a_deletion_that_is_taken_over_deletes_nothing() {
    for (torn, new_file) in [(false, false), (true, false), (false, true), (true, true)] {
        forged(torn, new_file);
    }
}

#[test]
fn a_deletion_that_was_not_signed_is_said_again_by_the_process_that_deletes() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 3);
    drop(ledger);
    let segments = place.folder().segments().unwrap();
    // As if the process had been killed after it wrote the event and before it signed a checkpoint.
    forge(&place, segments[2], line::LogEvent::Deleted { retain_seconds: 0 }, segments[2]);
    drop(open(&place, Some(Duration::ZERO)));
    assert!(!has_records(&place, 0) && !has_records(&place, segments[1]));
    let report = place.verify(&[]);
    assert_eq!((report.deleted, report.unsigned(), report.findings), (segments[2], 0, vec![]));
    drop(open(&place, None));
    assert!(place.verify(&[]).is_intact(), "{:?}", place.verify(&[]));
}

#[test]
fn a_date_that_is_not_signed_makes_no_file_old() {
    let place = Place::new();
    let ledger = open(&place, None);
    fill(&place, &ledger, 2);
    drop(ledger);
    let last = place.folder().segments().unwrap()[1];
    // The current file is as it was before its first checkpoint, with another date.
    fs::remove_file(place.file(Kind::Checkpoints, last)).unwrap();
    let path = place.file(Kind::Records, last);
    let mut lines = place.lines(last);
    let year = lines[0].find("\"time\":\"").unwrap() + 8;
    lines[0].replace_range(year..year + 4, "1999");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    fs::remove_file(place.file(Kind::Leaves, last)).unwrap();
    for _ in 0..2 {
        drop(open(&place, Some(NEVER)));
        assert!(has_records(&place, 0), "{:?}", place.events(last));
    }
}

#[test]
fn only_the_last_checkpoint_of_a_closed_file_is_read_to_go_on() {
    let place = Place::new();
    let ledger = open(&place, None);
    record(&ledger, 0);
    ledger.checkpoint().unwrap();
    fill(&place, &ledger, 2);
    drop(ledger);
    let path = place.file(Kind::Checkpoints, 0);
    let mut text = fs::read(&path).unwrap();
    text[0] ^= 0x80;
    fs::write(&path, &text).unwrap();
    drop(open(&place, None));
    assert!(!place.verify(&[]).is_intact(), "the others are for the verifier");
    text[0] ^= 0x80;
    let last = text.len() - 10;
    text[last] ^= 1;
    fs::write(&path, &text).unwrap();
    assert!(Ledger::open(place.logs(), place.options()).is_err());
}
