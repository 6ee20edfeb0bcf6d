//! How those who call over HTTP say who they are: a server takes one kind of credential.

use std::{error::Error, net::SocketAddr, path::PathBuf, time::Duration};

use secure_tool::{
    SecureServer,
    http::{ApiKeys, CancellationToken, HttpOptions},
};
use tokio::net::TcpListener;

use crate::{Billing, Person, api_keys, callers};

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
}

/// How often a file of keys is looked at.
const FOLLOW: Duration = Duration::from_secs(2);

/// Somebody's credential, as it is printed.
pub(crate) type Printed = (Person, String);

impl Identity {
    /// Serves over HTTP, to whoever has such a credential. `greet` is told where, and of the demo's credentials.
    ///
    /// # Errors
    ///
    /// If it cannot be served; or if the program was built without the feature.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        server: SecureServer<Billing>,
        greet: impl FnOnce(SocketAddr, &[Printed]) -> std::io::Result<()>,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let address = listener.local_addr()?;
        match self {
            Self::Keys => {
                let printed: Vec<Printed> = callers().map(|person| (person, person.key.to_owned())).into();
                greet(address, &printed)?;
                Ok(server.serve_http(listener, api_keys()?, options()).await?)
            }
            Self::KeyFile(file) => {
                let keys = ApiKeys::from_file(&file)?;
                greet(address, &[])?;
                // What changes in the file counts from then on, without a restart.
                tokio::spawn(keys.follow(file, FOLLOW));
                Ok(server.serve_http(listener, keys, options()).await?)
            }
            #[cfg(feature = "identity")]
            other => crate::tokens::serve(other, listener, server, greet).await,
            #[cfg(not(feature = "identity"))]
            _ => Err("this kind of identity is not built in: add `--features identity` after `-p billing`".into()),
        }
    }
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
