//! The operator at the terminal of `billing http`: a process, its standard input, and a client over HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod process;

use std::{error::Error, net::SocketAddr, time::Duration};

use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient,
    model::{CallToolRequestParams, ProtocolVersion},
    service::RunningService,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig as Config},
};
use secure_tool_testkit::within;
use serde_json::json;
use tokio::{io::AsyncWriteExt, time::timeout};

use process::Server;

async fn connect(address: &str) -> Result<RunningService<RoleClient, ()>, Box<dyn Error>> {
    let config = Config::with_uri(format!("http://{address}/mcp")).auth_header(billing::ALICE.key);
    let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    Ok(().serve_with_lifecycle(StreamableHttpClientTransport::from_config(config), discover).await?)
}

/// The outcome of a purge.
async fn purge(client: &RunningService<RoleClient, ()>) -> String {
    let arguments = json!({"before": "2026-06-30"}).as_object().cloned().unwrap();
    let result = client.call_tool(CallToolRequestParams::new("purge_cancelled").with_arguments(arguments)).await;
    serde_json::to_string(&result.unwrap()).unwrap()
}

#[tokio::test]
async fn an_operator_decides_at_the_terminal_until_it_is_closed() {
    let files = tempfile::tempdir().unwrap();
    let Server { mut lines, mut process } = process::serve(&["--operator", "olga"], &files);
    let mut terminal = process.stdin.take().unwrap();
    let greeting = lines.containing("serving MCP at").await;
    let address = greeting.split('/').nth(2).unwrap().to_owned();
    assert!(address.parse::<SocketAddr>().is_ok(), "{greeting}");
    let client = within("the client to connect", connect(&address)).await.unwrap();

    for (command, outcome, rule) in [
        ("refuse", "declined", r#""rule":"operator""#),
        ("approve", r#""invoices":1"#, r#"{"operator":{"subject":"olga""#),
    ] {
        let operator = async {
            let waiting = lines.containing("alice@acme, purge_cancelled: Delete all cancelled invoices").await;
            let id = waiting.split_whitespace().next().unwrap();
            within("the terminal", terminal.write_all(format!("{command} {id}\n").as_bytes())).await.unwrap();
            // The terminal's answer and the audit record are written by two threads: either may come first.
            lines.containing(&format!("{command} {id}: done")).await;
            let record = lines.containing(&format!(r#""call_id":"{id}""#)).await;
            assert!(record.contains(rule), "{record}");
        };
        let (said, ()) = tokio::join!(within("the purge", purge(&client)), operator);
        assert!(said.contains(outcome), "{command}: {said}");
    }

    drop(terminal);
    // The server reads of it when it gets to it; a call that came before that waits for nobody.
    for _ in 0..6 {
        if let Ok(said) = timeout(Duration::from_secs(5), purge(&client)).await {
            assert!(said.contains("unavailable"), "{said}");
            return;
        }
    }
    panic!("calls go on waiting although the terminal is closed");
}
