//! The operator at the terminal of `billing http`: a process, its standard input, and a client over HTTP.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod process;

use std::{
    error::Error,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    time::Duration,
};

use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient,
    model::{CallToolRequestParams, ProtocolVersion},
    service::RunningService,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig as Config},
};
use serde_json::json;

/// The first of so many lines that has this in it.
fn line(lines: &mut impl Iterator<Item = String>, part: &str) -> String {
    lines.take(100).find(|line| line.contains(part)).unwrap_or_else(|| panic!("no line with {part:?}"))
}

async fn connect(address: &str) -> Result<RunningService<RoleClient, ()>, Box<dyn Error>> {
    let config = Config::with_uri(format!("http://{address}/mcp")).auth_header(billing::ALICE.key);
    let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    Ok(().serve_with_lifecycle(StreamableHttpClientTransport::from_config(config), discover).await?)
}

/// What a purge comes to; nothing if it still waits for the operator after so long.
async fn purge(client: &RunningService<RoleClient, ()>, limit: Duration) -> Option<String> {
    let arguments = json!({"before": "2026-06-30"}).as_object().cloned().unwrap();
    let call = client.call_tool(CallToolRequestParams::new("purge_cancelled").with_arguments(arguments));
    let result = tokio::time::timeout(limit, call).await.ok()?.unwrap();
    Some(serde_json::to_string(&result).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_decides_at_the_terminal_until_it_is_closed() {
    let files = tempfile::tempdir().unwrap();
    let mut server = process::serve(&["--operator", "olga"], &files);
    let mut terminal = server.0.stdin.take().unwrap();
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let greeting = line(&mut lines, "serving MCP at");
    let address = greeting.split('/').nth(2).unwrap().to_owned();
    assert!(address.parse::<SocketAddr>().is_ok(), "{greeting}");
    let client = connect(&address).await.unwrap();

    for (command, outcome, rule) in
        [("refuse", "declined", r#""rule":"operator""#), ("approve", r#""invoices":1"#, r#"{"operator":"olga"}"#)]
    {
        let operator = async {
            tokio::task::block_in_place(|| {
                let waiting = line(&mut lines, "alice@acme, purge_cancelled: Delete all cancelled invoices");
                let id = waiting.split_whitespace().next().unwrap();
                writeln!(terminal, "{command} {id}").unwrap();
                line(&mut lines, &format!("{command} {id}: done"));
                line(&mut lines, rule);
            });
        };
        let (said, ()) = tokio::join!(purge(&client, Duration::from_secs(30)), operator);
        let said = said.unwrap();
        assert!(said.contains(outcome), "{command}: {said}");
    }

    drop(terminal);
    // The server reads of it when it gets to it; a call that came before that waits for nobody.
    for _ in 0..5 {
        if let Some(said) = purge(&client, Duration::from_secs(2)).await {
            assert!(said.contains("unavailable"), "{said}");
            return;
        }
    }
    panic!("calls go on waiting although the terminal is closed");
}
