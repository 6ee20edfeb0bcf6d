//! The signed audit log of a server, and its verification with `billing ledger`.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod command;

use std::process::Output;

use command::run;

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

#[tokio::test]
async fn verification_detects_a_changed_log() {
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name).display().to_string();
    let (log, key, db, exports) = (path("log"), path("ledger.key"), path("billing.sqlite"), path("exports"));
    let made = run(&["ledger", "key", "--name", "billing.example.com/test", "--file", &key]).await;
    assert!(made.status.success(), "{}", said(&made));
    let public = String::from_utf8(made.stdout).unwrap().lines().next().unwrap().to_owned();
    let verify = async || run(&["ledger", "verify", &log, "--key", &public]).await;

    assert_eq!(verify().await.status.code(), Some(3), "there is no log");
    assert_eq!(run(&["ledger", "verify", &log]).await.status.code(), Some(2), "there is no key");

    // Its standard input has ended before it begins: the log says when it was opened and closed.
    let served = run(&["stdio", "--db", &db, "--exports", &exports, "--audit", &log, &key]).await;
    assert!(!said(&served).contains("decision"), "{}", said(&served));
    let verified = verify().await;
    assert_eq!(
        (verified.status.code(), said(&verified).contains("2 records, all signed")),
        (Some(0), true),
        "{verified:?}"
    );

    let folder = std::fs::read_dir(&log).unwrap().next().unwrap().unwrap().path();
    let file = folder.join("00000000000000000000.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(r#""closed""#), "{text}");
    std::fs::write(&file, text.replace(r#""closed""#, r#""cloned""#)).unwrap();
    let verified = verify().await;
    assert_eq!(verified.status.code(), Some(1), "{}", said(&verified));
    assert!(said(&verified).contains("line 2: record 1 was changed"), "{}", said(&verified));
}
