//! How callers over HTTP authenticate: one server accepts one kind of credential.

use std::{error::Error, net::SocketAddr, path::PathBuf, time::Duration};

use secure_tool::{
    SecureServer,
    http::{ApiKeys, Authenticator, CancellationToken, HttpOptions},
};
use tokio::net::TcpListener;

use crate::{Billing, Person, api_keys, callers, callers::PaymentLimit};

/// The kind of credential. All but API keys need the feature `identity`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The demo's API keys.
    #[default]
    Keys,
    /// API keys of a file that may change while they are used.
    KeyFile(PathBuf),
    /// Access tokens (JWT) of an issuer that the process makes up; it prints one for everybody.
    DemoTokens,
    /// Access tokens (JWT) of an authorization server.
    Tokens {
        /// The server: its issuer URL.
        issuer: String,
        /// Its public keys (JWKS): an address, or a file.
        jwks: String,
    },
    /// Opaque tokens, about which the authorization server is asked.
    Opaque {
        /// The server: its issuer URL.
        issuer: String,
        /// Where it answers (RFC 7662).
        endpoint: String,
    },
    /// Client certificates of an authority that the process makes up; it writes one for everybody into this directory.
    Certificates(PathBuf),
}

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How often a file of keys is looked at.
const FOLLOW: Duration = Duration::from_secs(2);

/// The demo's people, and what each of them shows.
pub(crate) type Credentials = Vec<(Person, String)>;

/// Where a server is, and how it can be tried.
pub(crate) struct Greeting {
    pub(crate) url: String,
    /// If it has made any.
    pub(crate) credentials: Credentials,
    /// The arguments with which `curl` uses the first of them.
    pub(crate) curl: String,
}

impl Greeting {
    /// To people whose credentials the demo does not know.
    pub(crate) fn strangers(address: SocketAddr) -> Self {
        Self { url: format!("http://{address}/mcp"), credentials: Vec::new(), curl: String::new() }
    }

    /// To people who send one of these in a header.
    pub(crate) fn bearers(address: SocketAddr, credentials: Credentials) -> Self {
        let first = credentials.first().map(|(_, credential)| format!("-H 'Authorization: Bearer {credential}'"));
        Self { credentials, curl: first.unwrap_or_default(), ..Self::strangers(address) }
    }
}

impl Identity {
    /// Serves over HTTP, to callers with such a credential; `greet` says so before.
    ///
    /// # Errors
    ///
    /// If it cannot be served; or if the program was built without the feature.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        server: SecureServer<Billing>,
        greet: impl FnOnce(&Greeting) -> std::io::Result<()>,
    ) -> Outcome<()> {
        let address = listener.local_addr()?;
        match self {
            Self::Keys => {
                let credentials = callers().map(|person| (person, person.key.to_owned())).into();
                greet(&Greeting::bearers(address, credentials))?;
                Ok(server.serve_http(listener, api_keys()?, options()).await?)
            }
            Self::KeyFile(file) => {
                let keys = ApiKeys::from_file(&file)?;
                greet(&Greeting::strangers(address))?;
                // Changes of the file take effect without a restart.
                tokio::spawn(keys.follow(file, FOLLOW));
                Ok(server.serve_http(listener, with_limits(keys), options()).await?)
            }
            #[cfg(feature = "identity")]
            Self::DemoTokens => {
                let (tokens, options, credentials) = crate::tokens::demo(address)?;
                greet(&Greeting::bearers(address, credentials))?;
                Ok(server.serve_http(listener, with_limits(tokens), options).await?)
            }
            #[cfg(feature = "identity")]
            Self::Tokens { issuer, jwks } => {
                let (tokens, options) = crate::tokens::signed(address, &issuer, &jwks)?;
                greet(&Greeting::strangers(address))?;
                Ok(server.serve_http(listener, with_limits(tokens), options).await?)
            }
            #[cfg(feature = "identity")]
            Self::Opaque { issuer, endpoint } => {
                let (tokens, options) = crate::tokens::opaque(address, &issuer, &endpoint)?;
                greet(&Greeting::strangers(address))?;
                Ok(server.serve_http(listener, with_limits(tokens), options).await?)
            }
            #[cfg(feature = "identity")]
            Self::Certificates(directory) => {
                let (tls, greeting) = crate::certificates::issue(address, &directory)?;
                greet(&greeting)?;
                Ok(server.serve_https(listener, tls, crate::certificates::known(), options()).await?)
            }
            #[cfg(not(feature = "identity"))]
            _ => Err("this kind of identity is not built in: add `--features identity` after `-p billing`".into()),
        }
    }
}

/// Attaches to every caller what the application knows of them.
fn with_limits(authenticator: impl Authenticator) -> impl Authenticator {
    authenticator.with_data(|caller, _request| Ok(PaymentLimit::of(caller)))
}

/// Until the process is interrupted (Ctrl-C): calls that run may end.
pub(crate) fn options() -> HttpOptions {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.cancel();
        }
    });
    HttpOptions::default().stop_with(stop)
}
