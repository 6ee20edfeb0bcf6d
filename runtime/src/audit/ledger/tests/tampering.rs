//! Every change of a log that is closed and signed is found.

use super::*;

/// A closed log of a few records with a checkpoint in the middle, and its head.
fn closed() -> (Place, ExpectedHead) {
    let place = Place::new();
    let ledger = place.open();
    (0..3).for_each(|n| record(&ledger, n));
    ledger.checkpoint().unwrap();
    (3..6).for_each(|n| record(&ledger, n));
    drop(ledger);
    let report = place.verify(&[]);
    let head = ExpectedHead { origin: Some(report.origin), size: report.size, root: report.root };
    assert_eq!((report.size, place.verify(std::slice::from_ref(&head)).unsigned()), (8, 0));
    (place, head)
}

fn without_index(place: &Place) {
    fs::remove_file(place.file(Kind::Leaves, 0)).unwrap();
}

#[test]
fn every_changed_byte_of_the_records_is_found() {
    for indexed in [true, false] {
        let (place, head) = closed();
        if !indexed {
            without_index(&place);
        }
        let path = place.file(Kind::Records, 0);
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            for change in [b'\n', bytes[at] ^ 1] {
                let mut changed = bytes.clone();
                changed[at] = change;
                if changed == bytes {
                    continue;
                }
                fs::write(&path, &changed).unwrap();
                assert!(!place.verify(&[]).is_intact(), "byte {at} became {change}, without an expected head");
                // The head alone finds it as well.
                if !indexed && at % 7 == 0 {
                    assert!(!place.verify(std::slice::from_ref(&head)).is_intact(), "byte {at} became {change}");
                }
            }
        }
    }
}

#[test]
fn every_changed_byte_of_the_checkpoints_is_found() {
    let (place, head) = closed();
    let path = place.file(Kind::Checkpoints, 0);
    let bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        for change in [b'\n', bytes[at] ^ 1] {
            let mut changed = bytes.clone();
            changed[at] = change;
            if changed == bytes {
                continue;
            }
            fs::write(&path, &changed).unwrap();
            let report = place.verify(std::slice::from_ref(&head));
            assert!(!report.is_intact() || report.torn > 0, "byte {at}");
        }
    }
}

#[test]
fn a_changed_record_is_named() {
    let (place, head) = closed();
    let path = place.file(Kind::Records, 0);
    let changed = fs::read_to_string(&path).unwrap().replace("192.0.2.2", "192.0.2.9");
    fs::write(&path, changed).unwrap();
    let report = place.verify(std::slice::from_ref(&head));
    assert_eq!(
        report.findings,
        [Finding { path: path.clone(), line: Some(4), problem: Problem::Changed { record: 3 } }]
    );
    assert_eq!(report.findings[0].to_string(), format!("{}, line 4: record 3 was changed", path.display()));
    without_index(&place);
    assert_eq!(place.problems(&[]), [Problem::ChangedRange { first: 1, end: 4 }]);
}

#[test]
fn every_deleted_line_is_found_and_named() {
    for indexed in [true, false] {
        let (place, head) = closed();
        if !indexed {
            without_index(&place);
        }
        let lines = place.lines(0);
        for n in 0..lines.len() {
            let mut rest = lines.clone();
            rest.remove(n);
            let rest = rest.into_iter().map(|line| line + "\n").collect::<String>();
            fs::write(place.file(Kind::Records, 0), rest).unwrap();
            let number = u64::try_from(n).unwrap();
            let wanted = match n {
                7 => Problem::Truncated { signed: 8, found: 7 },
                _ => Problem::Missing { first: number, end: number + 1 },
            };
            for expected in [vec![], vec![head.clone()]] {
                assert!(place.problems(&expected).contains(&wanted), "{n} {:?}", place.verify(&expected));
            }
        }
    }
}

#[test]
fn every_swap_of_two_lines_is_found_and_named() {
    for indexed in [true, false] {
        let (place, head) = closed();
        if !indexed {
            without_index(&place);
        }
        let lines = place.lines(0);
        for first in 0..lines.len() {
            for second in first + 1..lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(first, second);
                fs::write(place.file(Kind::Records, 0), swapped.join("\n") + "\n").unwrap();
                let problem =
                    Problem::Swapped { first: u64::try_from(first).unwrap(), second: u64::try_from(second).unwrap() };
                let problem = [problem];
                assert_eq!(place.problems(std::slice::from_ref(&head)), problem);
                assert_eq!(place.problems(&[]), problem);
            }
        }
    }
}

#[test]
fn every_truncation_is_found() {
    let (place, head) = closed();
    let path = place.file(Kind::Records, 0);
    let bytes = fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let problems = place.problems(std::slice::from_ref(&head));
        let found = bytes[..length].split(|byte| *byte == b'\n').count() - 1;
        let truncated = Problem::Truncated { signed: 8, found: u64::try_from(found).unwrap() };
        assert!(problems.contains(&truncated), "{length}: {problems:?}");
        assert!(place.problems(&[]).contains(&truncated), "{length}");
    }
    // Also where the checkpoints are gone: the head from elsewhere tells.
    fs::remove_file(place.file(Kind::Checkpoints, 0)).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(place.problems(&[]).is_empty(), "nothing is left that says more was signed");
    assert!(matches!(place.problems(&[head])[..], [Problem::Truncated { signed: 8, .. }]));
}

#[test]
fn a_line_that_was_inserted_is_found() {
    let (place, head) = closed();
    let lines = place.lines(0);
    for n in 1..lines.len() {
        let mut more = lines.clone();
        more.insert(n, lines[n - 1].clone());
        fs::write(place.file(Kind::Records, 0), more.join("\n") + "\n").unwrap();
        assert_eq!(place.problems(std::slice::from_ref(&head)), [Problem::Extra], "{n}");
    }
}

#[test]
fn a_log_that_was_rewritten_with_the_key_does_not_have_the_head_from_elsewhere() {
    let (place, head) = closed();
    let folder = place.folder();
    let rewritten = fs::read_to_string(place.file(Kind::Records, 0)).unwrap().replace("192.0.2.2", "192.0.2.9");
    let mut tree = tree::Tree::new();
    rewritten.lines().for_each(|line| tree.push(tree::leaf_hash(line.as_bytes())));
    let key = SigningKey::from_file(&place.key).unwrap();
    let forged = Checkpoint::sign(&key, &folder.origin(key.name()), tree.size(), tree.root());
    fs::write(place.file(Kind::Records, 0), rewritten).unwrap();
    fs::write(place.file(Kind::Checkpoints, 0), forged.note()).unwrap();
    without_index(&place);
    assert!(place.verify(&[]).is_intact(), "the directory alone does not tell");
    assert_eq!(place.problems(std::slice::from_ref(&head)), [Problem::OtherHead { size: 8 }]);
    fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(place.problems(&[head]), [Problem::NoLog { signed: 8 }]);
}

#[test]
fn another_key_or_another_log_is_found() {
    let (place, _) = closed();
    let other = SigningKey::generate("example.com/audit").unwrap().verifying_key();
    let reports = verify(place.logs(), &other, &[]).unwrap();
    assert!(reports[0].findings.iter().all(|finding| finding.problem == Problem::BadCheckpoint));
    assert_eq!(reports[0].findings.len(), 3, "{reports:?}");
    fs::rename(place.folder().path(), place.logs().join("0123456789abcdef")).unwrap();
    assert_eq!(place.problems(&[]), vec![Problem::ForeignCheckpoint; 3]);
}

#[test]
fn the_index_is_no_evidence() {
    let (place, head) = closed();
    let path = place.file(Kind::Leaves, 0);
    let mut index = fs::read(&path).unwrap();
    index[40] ^= 1;
    fs::write(&path, index).unwrap();
    assert_eq!(place.problems(&[head]), [Problem::BadIndex]);
}

#[test]
fn the_tail_that_is_not_signed_is_said_to_be_so() {
    let place = Place::new();
    let ledger = place.open();
    (0..3).for_each(|n| record(&ledger, n));
    ledger.checkpoint().unwrap();
    (3..8).for_each(|n| record(&ledger, n));
    let report = place.verify(&[]);
    assert_eq!((report.size, report.signed, report.unsigned(), report.is_intact()), (9, 4, 5, true));
}
