//! The kinds of credentials that `billing http` accepts: each test starts a process, and a client uses the credentials that it prints.

#![cfg(feature = "identity")]
#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod process;

use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
        ElicitationCapability, Implementation, ProtocolVersion,
    },
    service::RequestContext,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig as Config},
};
use secure_tool_testkit::within;
use serde_json::json;
use tokio::process::Child;

use process::Server;

/// The server, its address, and the credentials of alice and bob.
async fn start(option: &[&str], files: &tempfile::TempDir) -> (Child, String, [String; 2]) {
    let Server { mut lines, process } = process::serve(option, files);
    let address = lines.containing("serving MCP at").await.split('/').nth(2).unwrap().to_owned();
    let mut credential = async |name| {
        let line = lines.containing(name).await;
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let credentials = [credential("alice@acme").await, credential("bob@globex").await];
    (process, address, credentials)
}

type Read = Result<String, Box<dyn std::error::Error>>;

/// What reading acme's invoice with a token comes to.
async fn read(address: &str, token: &str) -> Read {
    let config = Config::with_uri(format!("http://{address}/mcp")).auth_header(token);
    read_with(reqwest::Client::new(), config).await
}

async fn read_with(http: reqwest::Client, config: Config) -> Read {
    let transport = StreamableHttpClientTransport::with_client(http, config);
    let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let client = within("the client to connect", ().serve_with_lifecycle(transport, discover)).await?;
    let arguments = json!({"invoice": "inv_1001"}).as_object().cloned().unwrap();
    let call = client.call_tool(CallToolRequestParams::new("get_invoice").with_arguments(arguments));
    Ok(serde_json::to_string(&within("the invoice", call).await?)?)
}

#[tokio::test]
async fn a_printed_token_identifies_its_person_and_is_invalid_elsewhere() {
    let files = tempfile::tempdir().unwrap();
    let (_server, address, [alice, bob]) = start(&["--jwt"], &files).await;
    let (_other, elsewhere, [for_elsewhere, _]) = start(&["--jwt"], &files).await;
    assert!(read(&address, &alice).await.unwrap().contains("Northwind Traders"));
    assert!(read(&address, &bob).await.unwrap().contains("not_found"));
    assert!(read(&elsewhere, &for_elsewhere).await.unwrap().contains("Northwind Traders"));
    for wrong in [for_elsewhere.as_str(), billing::ALICE.key, &alice[..alice.len() - 4]] {
        assert!(read(&address, wrong).await.is_err(), "{wrong}");
    }
}

/// Somebody who names the account that pays.
struct Payer;

impl ClientHandler for Payer {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(ElicitationCapability::default());
        ClientConfig::new(capabilities, Implementation::new("payer", "1"))
    }

    async fn create_elicitation(
        &self,
        _request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(json!({"account": "acc_12"})))
    }
}

#[tokio::test]
async fn a_token_has_the_payment_limit_of_its_person() {
    let files = tempfile::tempdir().unwrap();
    let (_server, address, [alice, _]) = start(&["--jwt"], &files).await;
    let config = Config::with_uri(format!("http://{address}/mcp")).auth_header(alice);
    let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let connecting = Payer.serve_with_lifecycle(StreamableHttpClientTransport::from_config(config), discover);
    let client = within("the client to connect", connecting).await.unwrap();
    for (cents, outcome) in
        [(billing::ALICE.limit_cents, "Paid from acc_12."), (billing::ALICE.limit_cents + 1, "forbidden")]
    {
        let arguments = json!({"buyer": "buy_01", "cents": cents}).as_object().cloned().unwrap();
        let paying = client.call_tool(CallToolRequestParams::new("pay_buyer").with_arguments(arguments));
        let said = serde_json::to_string(&within("the payment", paying).await.unwrap()).unwrap();
        assert!(said.contains(outcome), "{cents}: {said}");
    }
}

#[tokio::test]
async fn a_certificate_identifies_its_person_and_is_required() {
    let files = tempfile::tempdir().unwrap();
    let papers = files.path().join("papers");
    let (_server, address, [alice, bob]) = start(&["--mtls", papers.to_str().unwrap()], &files).await;
    let root = reqwest::Certificate::from_pem(&std::fs::read(papers.join("ca.pem")).unwrap()).unwrap();
    let client = |paper: Option<&str>| {
        let builder = reqwest::Client::builder().tls_certs_only([root.clone()]);
        let identity = |file| reqwest::Identity::from_pem(&std::fs::read(file).unwrap()).unwrap();
        paper.map(identity).into_iter().fold(builder, reqwest::ClientBuilder::identity).build().unwrap()
    };
    let config = || Config::with_uri(format!("https://{address}/mcp"));
    assert!(read_with(client(Some(&alice)), config()).await.unwrap().contains("Northwind Traders"));
    assert!(read_with(client(Some(&bob)), config()).await.unwrap().contains("not_found"));
    assert!(read_with(client(None), config()).await.is_err());
    assert!(read_with(client(None), config().auth_header(billing::ALICE.key)).await.is_err());
}
