//! The command, as a person or a script uses it.

use super::*;

fn run(arguments: &[&str]) -> (i32, String) {
    let mut out = Vec::new();
    let ended = command(arguments.iter().map(|&argument| argument.to_owned()), &mut out);
    let mut text = String::from_utf8(out).unwrap();
    let code = ended.map_or_else(
        |error| {
            text.push_str(&error.to_string());
            error.exit_code()
        },
        |()| 0,
    );
    (code, text)
}

#[test]
fn from_a_key_to_a_proof() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (file, logs, elsewhere) = (at("ledger.key"), at("logs"), at("elsewhere"));
    let (code, text) = run(&["key", "--name", "example.com/audit", "--file", &file]);
    assert_eq!(code, 0, "{text}");
    let public = text.lines().next().unwrap().to_owned();
    assert!(!text.contains("PRIVATE"));
    assert_eq!(run(&["key", "--name", "example.com/audit", "--file", &file]).0, 2, "a key is not overwritten");

    let options = LedgerOptions::new(SigningKey::from_file(&file).unwrap()).checkpoint_every(u64::MAX, NEVER);
    let ledger = Ledger::open(&logs, options.export(CheckpointFile::append(&elsewhere).unwrap())).unwrap();
    (0..4).for_each(|n| record(&ledger, n));
    let (code, text) = run(&["verify", &logs, "--key", &public]);
    assert_eq!(code, 4, "{text}");
    assert!(
        text.contains("5 records, 1 signed, the last 4 not signed")
            && text.ends_with("the last 4 records are not signed yet"),
        "{text}"
    );
    drop(ledger);
    let (code, text) = run(&["verify", &logs, "--key", &public, "--checkpoint", &elsewhere]);
    assert!(code == 0 && text.contains(": 6 records, all signed; root "), "{text}");
    let head = format!("6:{}", text.trim_end().rsplit(' ').next().unwrap());
    assert_eq!(run(&["verify", &logs, "--key", &public, "--expect", &head]).0, 0);
    let (code, text) = run(&["verify", &logs, "--key", &public, "--expect", &head.replace("6:", "5:")]);
    assert!(code == 1 && text.contains("the log was rewritten"), "{text}");

    let (code, proof) = run(&["prove", &logs, "2", "--key", &public]);
    assert_eq!(code, 0, "{proof}");
    std::fs::write(at("proof"), &proof).unwrap();
    let (code, text) = run(&["check", &at("proof"), "--key", &public]);
    assert!(code == 0 && text.starts_with("record 2 is in example.com/audit/") && text.contains("192.0.2.1"), "{text}");
    assert!(!proof.contains("192.0.2.2"), "the other records stay where they are");
    std::fs::write(at("proof"), proof.replace("192.0.2.1", "192.0.2.7")).unwrap();
    assert_eq!(run(&["check", &at("proof"), "--key", &public]).0, 1);
    assert_eq!(run(&["prove", &logs, "6", "--key", &public]).0, 4);

    let folder = Folder::all(logs.as_ref()).unwrap().remove(0);
    let path = folder.file(Kind::Records, 0);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("192.0.2.2", "192.0.2.9")).unwrap();
    let (code, text) = run(&["verify", &logs, "--key", &public]);
    assert_eq!(code, 1);
    assert!(text.contains(".jsonl, line 4: record 3 was changed"), "{text}");
    assert!(text.ends_with("the log does not match its signatures: 1 finding"), "{text}");
}

#[test]
fn what_is_not_said_clearly_is_refused() {
    let place = Place::new();
    drop(place.open());
    let (logs, public) = (place.logs(), place.key().to_string());
    let logs = logs.to_str().unwrap();
    for arguments in [
        &[][..],
        &["look"],
        &["key", "--name", "a b", "--file", "/nonexistent/key"],
        &["key", "--file", "key"],
        &["verify", "--key", &public],
        &["verify", logs],
        &["verify", logs, "--key", "public"],
        &["verify", logs, "--key", &public, "more"],
        &["verify", logs, "--key", &public, "--key", &public],
        &["verify", logs, "--key", &public, "--expect", "6"],
        &["verify", logs, "--key", &public, "--expect", "06:AAAA"],
        &["verify", logs, "--key", &public, "--log", "x"],
        &["verify", logs, "--key", &public, "--checkpoint"],
        &["prove", logs, "--key", &public],
        &["prove", logs, "-1", "--key", &public],
        &["prove", logs, "0", "--key", &public, "--log", "another"],
    ] {
        assert_eq!(run(arguments).0, 2, "{arguments:?}");
    }
    assert_eq!(run(&["verify", "/nonexistent", "--key", &public]).0, 3);
    assert_eq!(run(&["check", "/nonexistent", "--key", &public]).0, 3);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(&["verify", empty.path().to_str().unwrap(), "--key", &public]).0, 3, "nothing was verified");
}
