//! API keys that the command generates, and a server that reads them from their file.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod command;
mod process;

use std::path::Path;

use rmcp::{
    ServiceExt,
    model::CallToolRequestParams,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig as Config},
};
use secure_tool_testkit::{until, within};
use serde_json::json;

use command::run;
use process::Server;

/// Makes a key for somebody at acme: the first line of what the command prints.
async fn key(id: &str, scopes: &str, file: &Path) -> String {
    let file = file.to_str().unwrap();
    let out =
        run(&["key", "--id", id, "--tenant", "acme", "--scopes", scopes, "--expires-in", "1h", "--file", file]).await;
    assert!(out.status.success(), "{out:?}");
    String::from_utf8(out.stdout).unwrap().lines().next().unwrap().to_owned()
}

/// What reading an invoice of acme comes to; nothing for whom the server does not let in.
async fn read(url: &str, key: &str) -> Option<String> {
    let transport = StreamableHttpClientTransport::from_config(Config::with_uri(url.to_owned()).auth_header(key));
    let client = within("the client to connect", ().serve(transport)).await.ok()?;
    let arguments = json!({"invoice": "inv_1001"}).as_object().cloned().unwrap();
    let call = client.call_tool(CallToolRequestParams::new("get_invoice").with_arguments(arguments));
    let said = within("the invoice", call).await.ok()?;
    within("the client to end", client.cancel()).await.unwrap();
    Some(serde_json::to_string(&said).unwrap())
}

#[tokio::test]
async fn a_key_from_the_command_opens_the_server_until_its_line_is_gone() {
    let files = tempfile::tempdir().unwrap();
    let keys = files.path().join("keys.jsonl");
    let reader = key("reader", "invoices:read", &keys).await;
    let Server { mut lines, process } = process::serve(&["--keys", keys.to_str().unwrap()], &files);
    let url = lines.first().await.split_whitespace().last().unwrap().to_owned();

    let said = read(&url, &reader).await.unwrap();
    assert!(said.contains("inv_1001") && said.contains(r#""isError":false"#), "{said}");
    assert_eq!(read(&url, billing::ALICE.key).await, None, "the demo's keys open nothing here");

    let late = key("late", "invoices:write", &keys).await;
    until("a key that was added", async || read(&url, &late).await.is_some()).await;
    let said = read(&url, &late).await.unwrap();
    assert!(said.contains("insufficient_scope") && !said.contains("Road Runner"), "its scopes are another's: {said}");

    let text = std::fs::read_to_string(&keys).unwrap();
    // Replaced at once: the server must not find it half written.
    let new = files.path().join("new.jsonl");
    std::fs::write(&new, text.lines().last().unwrap()).unwrap();
    std::fs::rename(new, &keys).unwrap();
    until("a key that was removed", async || read(&url, &reader).await.is_none()).await;
    assert!(read(&url, &late).await.is_some());

    drop(process);
    let log = lines.rest().await.join("\n");
    for key in [&reader, &late] {
        assert!(!log.contains(key.as_str()) && !text.contains(key.as_str()), "{log}");
    }
    assert!(log.contains(r#""caller":"reader""#), "{log}");
}
