//! A process that writes at full load and is killed: nothing that it was told is recorded is lost.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use super::*;

/// Says to the child where to write. `SECURE_TOOL_KILL_ROUNDS` says how often it is killed; without it ten times.
const DIRECTORY: &str = "SECURE_TOOL_LEDGER_CHILD";
const ROUNDS: &str = "SECURE_TOOL_KILL_ROUNDS";
const WRITERS: u64 = 3;

/// The child process of the test below: writes until it is killed, and says of each record when it is recorded. Without a directory there is nothing to do.
#[test]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let directory = PathBuf::from(directory);
    let key = SigningKey::from_file(directory.join("key")).unwrap();
    let options = LedgerOptions::new(key).checkpoint_every(500, Duration::from_millis(10)).rotate(256 << 10, NEVER);
    let ledger = Arc::new(Ledger::open(directory.join("logs"), options).unwrap());
    println!("\nopen");
    let first = std::env::var("FIRST").unwrap().parse::<u64>().unwrap();
    let write = |writer: u64| {
        let ledger = Arc::clone(&ledger);
        move || {
            for n in 0.. {
                let id = first + n * WRITERS + writer;
                record(&ledger, id);
                writeln!(std::io::stdout(), "{id}").unwrap();
            }
        }
    };
    let writers: Vec<_> = (0..WRITERS).map(|writer| thread::spawn(write(writer))).collect();
    for writer in writers {
        writer.join().unwrap();
    }
}

#[test]
fn nothing_that_was_recorded_is_lost_over_kill_9() {
    let rounds = std::env::var(ROUNDS).ok().map_or(10, |rounds| rounds.parse().unwrap());
    let place = Place::new();
    let mut recorded = BTreeSet::new();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["audit::ledger::tests::killed::child", "--exact", "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, place.directory.path())
            .env("FIRST", (round * 1_000_000_000_u64).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).split(b'\n').map_while(Result::ok);
        assert!(lines.by_ref().any(|line| line == b"open"), "the log is opened again");
        // Each round kills the process after a different number of records.
        let moment = 100 + 397 * (usize::try_from(round).unwrap() % 11);
        let mut told: Vec<_> = lines.by_ref().take(moment).collect();
        child.kill().unwrap();
        told.extend(lines);
        child.wait().unwrap();
        assert!(told.len() >= moment, "it was at work: {}", told.len());
        // The last line may be torn.
        told.pop();
        recorded.extend(told.into_iter().map(|line| String::from_utf8(line).unwrap().parse::<u64>().unwrap()));
    }
    // The next process that opens it takes over what the last one left.
    drop(place.open());
    let report = place.verify(&[]);
    assert!(report.is_intact() && report.unsigned() == 0, "{report:?}");
    let segments = place.folder().segments().unwrap();
    let lines = segments.iter().flat_map(|&first| place.lines(first));
    let counts = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).unwrap()["count"].as_u64());
    let written: BTreeSet<_> = counts.collect();
    let lost: Vec<_> = recorded.difference(&written).collect();
    assert!(lost.is_empty(), "{} of {} were lost: {lost:?}", lost.len(), recorded.len());
}
