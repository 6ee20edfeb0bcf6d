//! The servers that are compared: one tool with the same body, arguments, answer and transport in all of them.

use std::{error::Error, hint::black_box, net::SocketAddr, path::Path, sync::Arc};

use axum::{Router, response::IntoResponse, routing::post, serve::ListenerExt};
use http::{StatusCode, header::CONTENT_TYPE};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};
use secure_tool::{
    AuditSink, MemorySink, Rate, Unit,
    http::{ApiKeys, HttpOptions},
    ledger::{Ledger, LedgerOptions, SigningKey},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    load::Job,
    many,
    plain::{Found, Plain, Status, search},
};

fn plain(plain: Plain) -> Router {
    let plain = Arc::new(plain);
    // As the guarded servers have it.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(["localhost"])
        .enforce_origin_validation();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(Arc::clone(&plain)), sessions, config);
    Router::new().route_service("/mcp", service)
}

/// The same tool behind the guard.
struct Guarded;

impl Guarded {
    /// Search the caller's invoices.
    #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), rate = 1000000/second, read_only, timeout = 2s)]
    async fn search(
        &self,
        caller: &Caller,
        /// Which invoices.
        status: Status,
        /// What to look for.
        query: String,
        /// How many at most.
        #[arg(min = 1, max = 50)]
        limit: u32,
        /// Which page.
        page: Option<u32>,
    ) -> Json<Found> {
        black_box(caller);
        Json(search(status, query, limit, page))
    }
}

/// The same tool, which says that it may write: an intent is recorded before its body, and an outcome after it.
struct Writing;

impl Writing {
    /// Search the caller's invoices.
    #[secure_tool(scope = "invoices:read", owner = caller, rate = 1000000/second, timeout = 2s)]
    async fn search(
        &self,
        caller: &Caller,
        /// Which invoices.
        status: Status,
        /// What to look for.
        query: String,
        /// How many at most.
        #[arg(min = 1, max = 50)]
        limit: u32,
        /// Which page.
        page: Option<u32>,
    ) -> Result<Json<Found>, ToolError> {
        black_box(caller);
        Ok(Json(search(status, query, limit, page)))
    }
}

fn guarded() -> Result<SecureServer<Guarded>, Box<dyn Error>> {
    guarded_with(MemorySink::new(1_000))
}

fn guarded_with(audit: impl AuditSink) -> Result<SecureServer<Guarded>, Box<dyn Error>> {
    Ok(SecureServer::builder(Guarded).tool(Guarded::search()).audit(audit).build()?)
}

fn writing(audit: impl AuditSink) -> Result<SecureServer<Writing>, Box<dyn Error>> {
    Ok(SecureServer::builder(Writing).tool(Writing::search()).allow_writes().audit(audit).build()?)
}

/// A ledger on the disk, as the defaults have it.
fn ledger(directory: &Path, name: &str) -> Result<Ledger, Box<dyn Error>> {
    let key = SigningKey::generate("bench.example/audit")?;
    Ok(Ledger::open(directory.join(name), LedgerOptions::new(key))?)
}

/// The least that a server of this tool could do: it parses the same message into types, runs the same body and answers the same bytes, and asks
/// nothing about any of it.
fn floor() -> Router {
    #[derive(Deserialize)]
    struct Message {
        id: u64,
        method: String,
        params: Params,
    }
    #[derive(Deserialize)]
    struct Params {
        name: String,
        // Which types they have is known when the name is.
        arguments: Value,
    }
    #[derive(Deserialize)]
    struct Arguments {
        status: Status,
        query: String,
        limit: u32,
        page: Option<u32>,
    }
    #[derive(Serialize)]
    struct Response {
        jsonrpc: &'static str,
        id: u64,
        result: Answer,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        result_type: &'static str,
        content: [Text; 1],
        structured_content: Value,
        is_error: bool,
    }
    #[derive(Serialize)]
    struct Text {
        r#type: &'static str,
        text: String,
    }
    fn answer(body: &[u8]) -> Option<Vec<u8>> {
        let Message { id, method, params } = serde_json::from_slice(body).ok()?;
        let Arguments { status, query, limit, page } = Arguments::deserialize(&params.arguments).ok()?;
        black_box((method, params.name));
        let structured_content = serde_json::to_value(search(status, query, limit, page)).ok()?;
        let content = [Text { r#type: "text", text: structured_content.to_string() }];
        let result = Answer { result_type: "complete", content, structured_content, is_error: false };
        serde_json::to_vec(&Response { jsonrpc: "2.0", id, result }).ok()
    }
    let handle = async |body: axum::body::Bytes| match answer(&body) {
        Some(answer) => ([(CONTENT_TYPE, "application/json")], answer).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    };
    Router::new().route("/mcp", post(handle))
}

/// What is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// A call, as a client of protocol 2026-07-28.
    Call,
    /// A call, as a client of protocol 2025-11-25.
    OlderCall,
    /// The list of its tools.
    List,
}

/// One of them, at its address.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// What it is compared with: the first one of all that is asked the same.
    pub(crate) asks: Asks,
    pub(crate) group: usize,
    address: SocketAddr,
    authorization: Option<String>,
}

impl Target {
    async fn serve(
        name: &'static str,
        (asks, group): (Asks, usize),
        router: Router,
        token: Option<&str>,
    ) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Self { name, asks, group, address, authorization: token.map(|token| format!("Bearer {token}")) })
    }

    pub(crate) fn job(&self, requests: usize) -> Job {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let arguments = json!({"status": "open", "query": "late fees", "limit": 20, "page": 2});
        let (revision, method, params, expected) = match self.asks {
            Asks::Call => {
                ("2026-07-28", "tools/call", json!({"name": "search", "arguments": arguments, "_meta": meta}), found())
            }
            Asks::OlderCall => ("2025-11-25", "tools/call", json!({"name": "search", "arguments": arguments}), found()),
            Asks::List => {
                ("2026-07-28", "tools/list", json!({"_meta": meta}), ("/result/tools/9/name".into(), json!("t009")))
            }
        };
        let mut headers = vec![("mcp-protocol-version".to_owned(), revision.to_owned())];
        if revision == "2026-07-28" {
            headers.push(("mcp-method".into(), method.into()));
        }
        if self.asks == Asks::Call {
            headers.push(("mcp-name".into(), "search".into()));
        }
        headers.extend(self.authorization.clone().map(|token| ("authorization".into(), token)));
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        Job { address: self.address, headers, body, expected, requests }
    }
}

fn found() -> (String, Value) {
    ("/result/structuredContent".into(), json!({"status": "open", "query": "late fees", "total": 20, "page": 2}))
}

/// All of them; the first of each group is what the others of it are compared with. Ledgers are in this directory.
pub(crate) async fn start(directory: &Path) -> Result<Vec<Target>, Box<dyn Error>> {
    let caller = Caller::new("alice").with_scopes(["invoices:read"]);
    let (key, record) = ApiKeys::generate(caller)?;
    let keys = ApiKeys::new();
    keys.add(record)?;
    let key = Some(key.expose().as_str());
    let (call, older) = ((Asks::Call, 0), (Asks::OlderCall, 1));
    let mut targets = vec![
        Target::serve("plain rmcp", call, plain(Plain::new()), None).await?,
        Target::serve("axum floor", call, floor(), None).await?,
        Target::serve("guarded, API key", call, guarded()?.router_with(keys.clone(), unlimited()?), key).await?,
    ];
    let router = guarded_with(ledger(directory, "reads")?)?.router_with(keys.clone(), unlimited()?);
    targets.push(Target::serve("guarded, API key, ledger", call, router, key).await?);
    let router = writing(MemorySink::new(1_000))?.router_with(keys.clone(), unlimited()?);
    targets.push(Target::serve("guarded, API key, writes", call, router, key).await?);
    let router = writing(ledger(directory, "writes")?)?.router_with(keys.clone(), unlimited()?);
    targets.push(Target::serve("guarded, API key, writes, ledger", call, router, key).await?);
    #[cfg(feature = "jwt")]
    for (name, authenticator) in [
        ("guarded, access token, remembered", tokens::remembering()?),
        ("guarded, access token, ES256 each time", tokens::forgetting()?),
    ] {
        let router = guarded()?.router_with(authenticator, unlimited()?);
        targets.push(Target::serve(name, call, router, Some(&tokens::sign()?)).await?);
    }
    targets.push(Target::serve("older client: plain rmcp", older, plain(Plain::new()), None).await?);
    let router = guarded()?.router_with(keys.clone(), unlimited()?);
    targets.push(Target::serve("older client: guarded, API key", older, router, key).await?);
    for (count, group, names) in [
        (10, 2, ["list of 10 tools: plain rmcp", "list of 10 tools: guarded"]),
        (200, 3, ["list of 200 tools: plain rmcp", "list of 200 tools: guarded"]),
    ] {
        let list = (Asks::List, group);
        targets.push(Target::serve(names[0], list, plain(many::plain(count)), None).await?);
        let router = many::guarded(count)?.router_with(keys.clone(), unlimited()?);
        targets.push(Target::serve(names[1], list, router, key).await?);
    }
    Ok(targets)
}

/// One caller at one address makes all the load.
fn unlimited() -> Result<HttpOptions, Box<dyn Error>> {
    let rate = || Rate::new(1_000_000, Unit::Second);
    Ok(HttpOptions::default().requests_per_address(rate())?.requests_per_caller(rate())?)
}

#[cfg(feature = "jwt")]
mod tokens {
    //! Access tokens, signed with a key of the library's tests.

    use std::{
        error::Error,
        time::{Duration, SystemTime, UNIX_EPOCH},
    };

    use jsonwebtoken::{EncodingKey, Header};
    use secure_tool::http::{Algorithm, JwtAuthenticator, JwtBuilder, Key};
    use serde_json::json;

    const ISSUER: &str = "https://id.test";
    const AUDIENCE: &str = "https://mcp.test/mcp";
    const PRIVATE: &str = include_str!("../../runtime/src/http/jwt/tests/keys/ec.pem");
    const PUBLIC: &str = include_str!("../../runtime/src/http/jwt/tests/keys/ec.pub");

    fn builder() -> Result<JwtBuilder, Box<dyn Error>> {
        Ok(JwtAuthenticator::builder(ISSUER, AUDIENCE, Key::pem(Algorithm::ES256, PUBLIC)?))
    }

    pub(super) fn remembering() -> Result<JwtAuthenticator, Box<dyn Error>> {
        Ok(builder()?.build()?)
    }

    pub(super) fn forgetting() -> Result<JwtAuthenticator, Box<dyn Error>> {
        Ok(builder()?.cached_tokens(0).build()?)
    }

    pub(super) fn sign() -> Result<String, Box<dyn Error>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now.as_secs(), "jti": "t1", "client_id": "app",
            "exp": (now + Duration::from_secs(60 * 60)).as_secs(), "scope": "invoices:read",
        });
        let mut header = Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some("at+jwt".into());
        Ok(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_pem(PRIVATE.as_bytes())?)?)
    }
}
