//! Keys that the command makes, and the server that knows them by their file.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod process;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Command,
    time::Duration,
};

use rmcp::{
    ServiceExt,
    model::CallToolRequestParams,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig as Config},
};
use serde_json::json;

/// Makes a key for somebody at acme: the first line of what the command prints.
fn key(id: &str, scopes: &str, file: &Path) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_billing"))
        .args(["key", "--id", id, "--tenant", "acme", "--scopes", scopes, "--expires-in", "1h", "--file"])
        .arg(file)
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    String::from_utf8(out.stdout).unwrap().lines().next().unwrap().to_owned()
}

/// What reading an invoice of acme comes to; nothing for whom the server does not let in.
async fn read(url: &str, key: &str) -> Option<String> {
    let transport = StreamableHttpClientTransport::from_config(Config::with_uri(url.to_owned()).auth_header(key));
    let client = ().serve(transport).await.ok()?;
    let arguments = json!({"invoice": "inv_1001"}).as_object().cloned().unwrap();
    let said = client.call_tool(CallToolRequestParams::new("get_invoice").with_arguments(arguments)).await.ok();
    client.cancel().await.unwrap();
    Some(said.map_or_else(|| "refused".into(), |said| serde_json::to_string(&said).unwrap()))
}

/// Asks again for ten seconds, as the server looks at its file every other one.
async fn until(url: &str, key: &str, good: bool) -> bool {
    for _ in 0..50 {
        if read(url, key).await.is_some() == good {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    false
}

#[tokio::test]
async fn a_key_from_the_command_opens_the_server_until_its_line_is_gone() {
    let files = tempfile::tempdir().unwrap();
    let keys = files.path().join("keys.jsonl");
    let reader = key("reader", "invoices:read", &keys);
    let mut server = process::serve(&["--keys", keys.to_str().unwrap()], &files);
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let url = lines.next().unwrap().split_whitespace().last().unwrap().to_owned();
    let log = std::thread::spawn(move || lines.collect::<Vec<_>>().join("\n"));

    let said = read(&url, &reader).await.unwrap();
    assert!(said.contains("inv_1001") && said.contains(r#""isError":false"#), "{said}");
    assert_eq!(read(&url, billing::ALICE.key).await, None, "the demo's keys open nothing here");

    let late = key("late", "invoices:write", &keys);
    assert!(until(&url, &late, true).await, "a key that was added");
    assert_eq!(read(&url, &late).await.as_deref(), Some("refused"), "its scopes are another's");

    let text = std::fs::read_to_string(&keys).unwrap();
    std::fs::write(&keys, text.lines().last().unwrap()).unwrap();
    assert!(until(&url, &reader, false).await, "a key that was removed");
    assert!(read(&url, &late).await.is_some());

    drop(server);
    let log = log.join().unwrap();
    for key in [&reader, &late] {
        assert!(!log.contains(key.as_str()) && !text.contains(key.as_str()), "{log}");
    }
    assert!(log.contains(r#""caller":"reader""#), "{log}");
}
