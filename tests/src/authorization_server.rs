//! A small authorization server on loopback, for clients that have to discover everything by themselves.
//!
//! It implements what MCP requires: metadata (RFC 8414), keys that rotate (RFC 7517), dynamic registration of public clients (RFC 7591), authorization
//! codes with PKCE (RFC 7636, S256 only) for one named resource (RFC 8707), its own name in the answer (RFC 9207), and access tokens that are JWTs
//! (RFC 9068). It treats every user as alice, and grants every request.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{digest, rand, signature};
use axum::{
    Json, Router,
    extract::{RawQuery, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, LOCATION},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use reqwest::Url;
use secure_tool::{
    SecureServer,
    http::{HttpOptions, Jwks, JwtAuthenticator},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::clients::HttpServer;

/// As many clients and codes as are kept; the oldest codes do not matter, as each is good for a minute.
const MOST: usize = 1000;
const CODE: Duration = Duration::from_secs(60);
const TOKEN_SECONDS: u64 = 300;

/// The server, until it is dropped.
#[derive(Debug)]
pub struct AuthorizationServer {
    issuer: Arc<Issuer>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// What alice has consented to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The scopes that were asked for, as they were written.
    pub scope: String,
    /// The resource that they are for.
    pub resource: String,
}

#[derive(Debug)]
struct Issuer {
    name: String,
    book: Mutex<Book>,
}

struct Book {
    /// The addresses that a client may be sent back to.
    clients: HashMap<String, Vec<String>>,
    codes: HashMap<String, Code>,
    consents: Vec<Consent>,
    /// The one before, the one that signs, and the next one, which resource servers shall know before it does.
    keys: VecDeque<(String, EncodingKey)>,
    made: usize,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("consents", &self.consents).finish_non_exhaustive()
    }
}

struct Code {
    client: String,
    redirect: String,
    challenge: String,
    consent: Consent,
    until: Instant,
}

/// An error as RFC 6749, section 5.2, and RFC 7591, section 3.2.2, have it.
struct Refused(&'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"error": self.0}))).into_response()
    }
}

impl AuthorizationServer {
    /// Starts one on a free port.
    ///
    /// # Errors
    ///
    /// If there is no free port, or no key can be made.
    pub async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let name = format!("http://{}", listener.local_addr()?);
        let book = Book {
            clients: HashMap::new(),
            codes: HashMap::new(),
            consents: Vec::new(),
            keys: VecDeque::new(),
            made: 0,
        };
        let issuer = Arc::new(Issuer { name, book: Mutex::new(book) });
        // So that the first one that signs has one before and one after it.
        for _ in 0..3 {
            issuer.book().add_key()?;
        }
        let routes = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/jwks", get(keys))
            .route("/register", post(register))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(Arc::clone(&issuer));
        Ok(Self { issuer, task: tokio::spawn(axum::serve(listener, routes).into_future()) })
    }

    /// Its name, which is its address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer.name
    }

    /// Serves over HTTP for callers with a token from here that is for this very server. A first token is to have the scope `notes:read`.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub async fn protect<S: Send + Sync + 'static>(
        &self,
        server: &SecureServer<S>,
    ) -> Result<HttpServer, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let resource = format!("http://{}/mcp", listener.local_addr()?);
        let keys = Jwks::loopback(&format!("{}/jwks", self.issuer.name))?;
        let tokens = JwtAuthenticator::builder(self.issuer.name.as_str(), resource.as_str(), keys).build()?;
        let options = HttpOptions::default()
            .resource(&resource)?
            .authorization_servers([self.issuer()])?
            .initial_scope(["notes:read"])?;
        HttpServer::start_on(listener, server, tokens, options)
    }

    /// From now on the next key signs, one after it is made, and the one before the last is gone.
    ///
    /// # Errors
    ///
    /// If no key can be made.
    pub fn rotate(&self) -> Result<(), Box<dyn std::error::Error>> {
        self.issuer.book().add_key()
    }

    /// The name of the key that signs.
    #[must_use]
    pub fn signs_with(&self) -> String {
        self.issuer.book().signing().map(|(name, _)| name.clone()).unwrap_or_default()
    }

    /// What was consented to so far, in order.
    #[must_use]
    pub fn consents(&self) -> Vec<Consent> {
        self.issuer.book().consents.clone()
    }
}

impl Drop for AuthorizationServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Issuer {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn add_key(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let pair = signature::EcdsaKeyPair::generate_pkcs8(
            &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            &rand::SystemRandom::new(),
        )?;
        self.made += 1;
        self.keys.push_back((format!("k{}", self.made), EncodingKey::from_ec_der(pair.as_ref())));
        if self.keys.len() > 3 {
            self.keys.pop_front();
        }
        Ok(())
    }

    fn signing(&self) -> Option<&(String, EncodingKey)> {
        self.keys.get(1)
    }
}

/// Random, and nothing else.
fn handle() -> Result<String, Refused> {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes).map_err(|_| Refused("server_error"))?;
    Ok(BASE64.encode(bytes))
}

/// The parameters of a form or a query. One that is there twice is refused (RFC 6749, section 3.1).
fn parameters(form: &str) -> Result<HashMap<String, String>, Refused> {
    let url = Url::parse(&format!("http://localhost/?{form}")).map_err(|_| Refused("invalid_request"))?;
    let mut parameters = HashMap::new();
    for (name, value) in url.query_pairs() {
        if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Refused("invalid_request"));
        }
    }
    Ok(parameters)
}

async fn metadata(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let name = &issuer.name;
    Json(json!({
        "issuer": name,
        "authorization_endpoint": format!("{name}/authorize"),
        "token_endpoint": format!("{name}/token"),
        "registration_endpoint": format!("{name}/register"),
        "jwks_uri": format!("{name}/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Result<Json<Value>, Refused> {
    let public = |(name, key): &(String, EncodingKey)| {
        let mut public = Jwk::from_encoding_key(key, Algorithm::ES256)?;
        public.common.key_id = Some(name.clone());
        Ok(public)
    };
    let keys: Result<Vec<_>, jsonwebtoken::errors::Error> = issuer.book().keys.iter().map(public).collect();
    Ok(Json(json!({"keys": keys.map_err(|_| Refused("server_error"))?})))
}

async fn register(State(issuer): State<Arc<Issuer>>, Json(mut client): Json<Value>) -> Result<Response, Refused> {
    let redirects: Option<Vec<String>> = client
        .get("redirect_uris")
        .and_then(Value::as_array)
        .map(|uris| uris.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let redirects = redirects.filter(|redirects| !redirects.is_empty()).ok_or(Refused("invalid_redirect_uri"))?;
    let id = handle()?;
    let mut book = issuer.book();
    if book.clients.len() >= MOST {
        return Err(Refused("temporarily_unavailable"));
    }
    book.clients.insert(id.clone(), redirects);
    if let Value::Object(client) = &mut client {
        client.insert("client_id".into(), id.into());
        client.insert("token_endpoint_auth_method".into(), "none".into());
    }
    Ok((StatusCode::CREATED, Json(client)).into_response())
}

async fn authorize(State(issuer): State<Arc<Issuer>>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let parameters = parameters(&query.unwrap_or_default())?;
    let get = |name| parameters.get(name).map(String::as_str).filter(|value: &&str| !value.is_empty());
    let (client, redirect) = get("client_id").zip(get("redirect_uri")).ok_or(Refused("invalid_request"))?;
    let mut book = issuer.book();
    // Nobody is sent to an address that the client has not registered, not even with an error.
    if !book.clients.get(client).is_some_and(|redirects| redirects.iter().any(|known| known == redirect)) {
        return Err(Refused("invalid_client"));
    }
    let mut back = Url::parse(redirect).map_err(|_| Refused("invalid_request"))?;
    let answer = match (get("code_challenge"), get("code_challenge_method"), get("resource")) {
        _ if get("response_type") != Some("code") => Err("unsupported_response_type"),
        (Some(challenge), Some("S256"), Some(resource)) if book.codes.len() < MOST => {
            let consent = Consent { scope: get("scope").unwrap_or_default().into(), resource: resource.into() };
            book.consents.push(consent.clone());
            let until = Instant::now() + CODE;
            let (client, redirect, challenge) = (client.into(), redirect.into(), challenge.into());
            let code = handle()?;
            book.codes.insert(code.clone(), Code { client, redirect, challenge, consent, until });
            Ok(code)
        }
        (Some(_), Some("S256"), None) => Err("invalid_target"),
        _ => Err("invalid_request"),
    };
    {
        let mut answers = back.query_pairs_mut();
        match &answer {
            Ok(code) => answers.append_pair("code", code),
            Err(error) => answers.append_pair("error", error),
        };
        answers.append_pair("iss", &issuer.name);
        if let Some(state) = get("state") {
            answers.append_pair("state", state);
        }
    }
    Ok((StatusCode::FOUND, [(LOCATION, back.to_string())]).into_response())
}

async fn token(State(issuer): State<Arc<Issuer>>, body: String) -> Result<Response, Refused> {
    let parameters = parameters(&body)?;
    let get = |name| parameters.get(name).map_or("", String::as_str);
    if get("grant_type") != "authorization_code" {
        return Err(Refused("unsupported_grant_type"));
    }
    let mut book = issuer.book();
    // Whatever comes of it, a code is good for one try.
    let code = book.codes.remove(get("code")).ok_or(Refused("invalid_grant"))?;
    let proof = BASE64.encode(digest::digest(&digest::SHA256, get("code_verifier").as_bytes()));
    if code.until < Instant::now()
        || code.client != get("client_id")
        || code.redirect != get("redirect_uri")
        || code.challenge != proof
    {
        return Err(Refused("invalid_grant"));
    }
    if code.consent.resource != get("resource") {
        return Err(Refused("invalid_target"));
    }
    let (name, key) = book.signing().ok_or(Refused("server_error"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let claims = json!({
        "iss": issuer.name, "aud": code.consent.resource, "sub": "alice", "exp": now + TOKEN_SECONDS, "iat": now,
        "jti": handle()?, "client_id": code.client, "scope": code.consent.scope,
    });
    let mut header = Header::new(Algorithm::ES256);
    (header.typ, header.kid) = (Some("at+jwt".into()), Some(name.clone()));
    let token = jsonwebtoken::encode(&header, &claims, key).map_err(|_| Refused("server_error"))?;
    let answer = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": code.consent.scope,
    });
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
