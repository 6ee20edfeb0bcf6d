#[cfg(feature = "tls")]
use std::path::PathBuf;
use std::{fmt, time::Duration};

use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, io::tcp::TcpSettings};
#[cfg(feature = "tls")]
use redis::{ClientTlsConfig, TlsCertificates};
use secure_tool::store::SharedStore;

use crate::{ConnectError, RedisStore, link::Target};

const MOST_PREFIX: usize = 64;
const LONGEST_RESPONSE: Duration = Duration::from_secs(10);

/// Options of a [`RedisStore`], from [`RedisStore::builder`] or `RedisStore::cluster`. `Debug` shows no password.
#[must_use]
pub struct RedisStoreBuilder {
    urls: Vec<String>,
    #[cfg(feature = "cluster")]
    cluster: bool,
    username: Option<String>,
    password: Option<String>,
    prefix: String,
    response_timeout: Duration,
    #[cfg(feature = "tls")]
    ca: Option<PathBuf>,
    #[cfg(feature = "tls")]
    client: Option<(PathBuf, PathBuf)>,
}

impl RedisStoreBuilder {
    pub(crate) fn new(urls: Vec<String>) -> Self {
        Self {
            urls,
            #[cfg(feature = "cluster")]
            cluster: false,
            username: None,
            password: None,
            prefix: "secure-tool".to_owned(),
            response_timeout: RedisStore::LIMIT,
            #[cfg(feature = "tls")]
            ca: None,
            #[cfg(feature = "tls")]
            client: None,
        }
    }

    #[cfg(feature = "cluster")]
    pub(crate) fn on_a_cluster(self) -> Self {
        Self { cluster: true, ..self }
    }

    /// The ACL user, instead of the one in the URL.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The password, instead of the one in the URL.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The prefix of every key and channel; `secure-tool` by default. Servers that do not share their [`KeyRing`](secure_tool::KeyRing) need
    /// different prefixes. At most 64 letters, digits, `.`, `_`, `-` and `:`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an operation of a call waits for Redis before the store counts as down; 50 ms by default. A guarded server never waits longer than
    /// that in a call, so only a shorter time has an effect there. At most 10 seconds.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// A PEM file with the CA certificates that the server's certificate is verified against, instead of those that the system trusts. For
    /// `rediss://`.
    #[cfg(feature = "tls")]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca = Some(path.into());
        self
    }

    /// PEM files with the certificate and the key that this process presents to the server. Redis with TLS requires them unless it is configured with
    /// `tls-auth-clients no`.
    #[cfg(feature = "tls")]
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client = Some((certificate.into(), key.into()));
        self
    }

    /// Connects and checks the server: its version, that it is not a replica, and that it does not evict keys.
    ///
    /// # Errors
    ///
    /// If an option is not valid, or if the server does not respond within 2 seconds, denies access, or does not pass the checks.
    ///
    /// # Panics
    ///
    /// If called outside of a Tokio runtime.
    pub async fn connect(self) -> Result<RedisStore, ConnectError> {
        RedisStore::start(self.target()?, &self.prefix, self.response_timeout).await
    }

    fn target(&self) -> Result<Target, ConnectError> {
        let invalid = |why: &str| Err(ConnectError::Options(why.to_owned()));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
        if self.prefix.is_empty() || self.prefix.len() > MOST_PREFIX || !self.prefix.chars().all(is_plain) {
            return invalid("the prefix must consist of 1 to 64 letters, digits, `.`, `_`, `-` and `:`");
        }
        if self.response_timeout.is_zero() || self.response_timeout > LONGEST_RESPONSE {
            return invalid("the response timeout must be greater than zero and at most 10 seconds");
        }
        let nodes = self.urls.iter().map(|url| self.node(url)).collect::<Result<Vec<_>, _>>()?;
        #[cfg(feature = "tls")]
        let certificates = self.certificates(&nodes)?;
        let clients = nodes
            .iter()
            .map(|node| {
                #[cfg(feature = "tls")]
                if let Some(certificates) = &certificates {
                    return Client::build_with_tls(node.clone(), certificates.clone());
                }
                Client::open(node.clone())
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| ConnectError::of(&error))?;
        #[cfg(feature = "cluster")]
        if self.cluster {
            let builder = redis::cluster::ClusterClientBuilder::new(nodes).tcp_settings(tcp());
            #[cfg(feature = "tls")]
            let builder = match certificates {
                Some(certificates) => builder.certs(certificates),
                None => builder,
            };
            return Target::cluster(builder, clients);
        }
        match clients.into_iter().next() {
            Some(client) => Ok(Target::single(client)),
            None => invalid("no URL was given"),
        }
    }

    fn node(&self, url: &str) -> Result<ConnectionInfo, ConnectError> {
        let info = url.into_connection_info().map_err(|error| ConnectError::of(&error))?;
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err(ConnectError::Options("`#insecure` is not supported: use `ca_file`".to_owned()));
        }
        let mut settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP2);
        if let Some(username) = &self.username {
            settings = settings.set_username(username);
        }
        if let Some(password) = &self.password {
            settings = settings.set_password(password);
        }
        Ok(info.set_redis_settings(settings).set_tcp_settings(tcp()))
    }

    #[cfg(feature = "tls")]
    fn certificates(&self, nodes: &[ConnectionInfo]) -> Result<Option<TlsCertificates>, ConnectError> {
        if !nodes.iter().any(|node| matches!(node.addr(), ConnectionAddr::TcpTls { .. })) {
            return match (&self.ca, &self.client) {
                (None, None) => Ok(None),
                _ => Err(ConnectError::Options("certificates require a `rediss://` URL".to_owned())),
            };
        }
        // A process has one provider for all of its TLS; this sets it if none has been chosen yet.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| ConnectError::Options(format!("{}: {error}", path.display())))
        };
        let client_tls = match &self.client {
            Some((certificate, key)) => {
                Some(ClientTlsConfig { client_cert: read(certificate)?, client_key: read(key)? })
            }
            None => None,
        };
        Ok(Some(TlsCertificates { client_tls, root_cert: self.ca.as_ref().map(read).transpose()? }))
    }
}

fn tcp() -> TcpSettings {
    TcpSettings::default().set_nodelay(true)
}

impl fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStoreBuilder")
            .field("nodes", &self.urls.len())
            .field("prefix", &self.prefix)
            .field("response_timeout", &self.response_timeout)
            .finish_non_exhaustive()
    }
}
