//! The servers that are compared: one tool with the same body, arguments, answer and transport in all of them.

use std::{error::Error, hint::black_box, net::SocketAddr, sync::Arc};

use axum::{Router, serve::ListenerExt};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};
use secure_tool::{MemorySink, http::ApiKeys, prelude::*};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    load::Job,
    plain::{Found, Plain, Status, search},
};

fn plain() -> Router {
    let plain = Arc::new(Plain::new());
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

fn guarded() -> Result<SecureServer<Guarded>, Box<dyn Error>> {
    Ok(SecureServer::builder(Guarded).tool(Guarded::search()).audit(MemorySink::new(1_000)).build()?)
}

/// One of them, at its address.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    address: SocketAddr,
    authorization: Option<String>,
}

impl Target {
    async fn serve(name: &'static str, router: Router, token: Option<&str>) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Self { name, address, authorization: token.map(|token| format!("Bearer {token}")) })
    }

    pub(crate) fn job(&self, requests: usize) -> Job {
        let arguments = json!({"status": "open", "query": "late fees", "limit": 20, "page": 2});
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({"name": "search", "arguments": arguments, "_meta": meta});
        let expected: Value = json!({"status": "open", "query": "late fees", "total": 20, "page": 2});
        Job {
            address: self.address,
            authorization: self.authorization.clone(),
            tool: "search".into(),
            body: json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string(),
            expected,
            requests,
        }
    }
}

/// All of them; the first is what the others are compared with.
pub(crate) async fn start() -> Result<Vec<Target>, Box<dyn Error>> {
    let caller = Caller::new("alice").with_scopes(["invoices:read"]);
    let (key, record) = ApiKeys::generate(caller)?;
    let keys = ApiKeys::new();
    keys.add(record)?;
    let targets = vec![
        Target::serve("plain rmcp", plain(), None).await?,
        Target::serve("guarded, API key", guarded()?.router(keys), Some(key.expose())).await?,
    ];
    #[cfg(feature = "jwt")]
    let targets = {
        let mut targets = targets;
        for (name, authenticator) in [
            ("guarded, access token, remembered", tokens::remembering()?),
            ("guarded, access token, ES256 each time", tokens::forgetting()?),
        ] {
            targets.push(Target::serve(name, guarded()?.router(authenticator), Some(&tokens::sign()?)).await?);
        }
        targets
    };
    Ok(targets)
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
