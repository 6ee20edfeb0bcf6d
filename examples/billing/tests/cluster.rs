//! Two nodes, started with one command. The test needs `redis-server`; if it is not installed, the test says so and passes, unless the environment
//! has `SECURE_TOOL_REDIS=required`.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

use std::process::{Output, Stdio};

use secure_tool_testkit::within;
use tokio::process::Command;

/// What `billing cluster` says when there is no Redis.
const MISSING: i32 = 3;

async fn cluster(change: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_billing"));
    command.arg("cluster").stdin(Stdio::null()).kill_on_drop(true);
    change(&mut command);
    within("the end of `billing cluster`", command.output()).await.unwrap()
}

#[tokio::test]
async fn two_nodes_share_what_the_tour_shows() {
    let output = cluster(|_| {}).await;
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    if output.status.code() == Some(MISSING) {
        assert_ne!(std::env::var("SECURE_TOOL_REDIS").as_deref(), Ok("required"), "{err}");
        println!("skipped: redis-server is not installed");
        return;
    }
    assert!(output.status.success(), "{err}\n{out}");
    assert!(!out.contains("UNEXPECTED") && !out.contains('\x1b'), "{out}");
    for heading in ["One budget for both nodes", "Revoked at one node", "Redis dies", "A node is killed"] {
        assert!(out.contains(heading), "{heading}: {out}");
    }
    assert!(out.ends_with("Everything turned out as it should.\n"), "{out}");
}

#[tokio::test]
async fn without_redis_it_says_what_to_install() {
    let output = cluster(|command| {
        command.env("PATH", "");
    })
    .await;
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(MISSING), "{err}");
    assert!(output.stdout.is_empty());
    assert!(err.contains("install it") && err.contains("--redis"), "{err}");
}
