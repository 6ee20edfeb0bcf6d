//! The certificate of the server, and the certificates that clients must present.

use std::{fmt, sync::Arc, time::Duration};

use tokio_rustls::rustls::{
    self, RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{NoServerSessionStorage, WebPkiClientVerifier},
};

/// The upper limit for the handshake timeout.
const LONGEST_HANDSHAKE: Duration = Duration::from_secs(60);

/// The certificate of the server, and the authorities of client certificates.
pub struct TlsOptions {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    roots: Option<RootCertStore>,
    handshake: Duration,
}

/// Certificates or keys that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSetupError(String);

impl fmt::Display for TlsSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsSetupError {}

impl TlsOptions {
    /// The certificate chain of the server, starting with its own certificate, and its private key (PKCS #8, PKCS #1 or SEC1), both in PEM.
    ///
    /// # Errors
    ///
    /// If one of them is missing or is not valid PEM. Whether they match is checked when serving starts.
    pub fn pem(certificates: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, TlsSetupError> {
        let chain = read_certificates(certificates.as_ref(), "the server")?;
        // The message of the parser could quote the private key.
        let key = PrivateKeyDer::from_pem_slice(key.as_ref())
            .map_err(|_| TlsSetupError("the private key of the server is not a private key in PEM".into()))?;
        Ok(Self { chain, key, roots: None, handshake: Duration::from_secs(10) })
    }

    /// Requires every client to present a valid client certificate that one of these authorities (PEM) has issued; without one there is no
    /// connection. Revocation lists are not checked: see [`ClientCertificates`](super::ClientCertificates) for how to refuse a revoked certificate.
    ///
    /// # Errors
    ///
    /// If there are none, or one of them is not a certificate.
    pub fn client_roots(mut self, certificates: impl AsRef<[u8]>) -> Result<Self, TlsSetupError> {
        let mut roots = RootCertStore::empty();
        for certificate in read_certificates(certificates.as_ref(), "the clients' authority")? {
            let wrong =
                |error| TlsSetupError(format!("a certificate of the clients' authority cannot be used: {error}"));
            roots.add(certificate).map_err(wrong)?;
        }
        self.roots = Some(roots);
        Ok(self)
    }

    /// How long a handshake may take. 10 seconds by default, a minute at most.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake = timeout.min(LONGEST_HANDSHAKE);
        self
    }

    pub(super) fn into_config(self) -> Result<(ServerConfig, Duration), rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let builder = match self.roots {
            Some(roots) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                let verifier = verifier.map_err(|error| rustls::Error::General(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(self.chain, self.key)?;
        config.alpn_protocols = vec![b"http/1.1".into()];
        // A resumed session would reuse a certificate that has not been verified again.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok((config, self.handshake))
    }
}

fn read_certificates(pem: &[u8], whose: &str) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(TlsSetupError(format!("there is no certificate of {whose} in PEM"))),
        Err(error) => Err(TlsSetupError(format!("a certificate of {whose} is not valid PEM: {error}"))),
    }
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsOptions")
            .field("demands_certificates", &self.roots.is_some())
            .field("handshake", &self.handshake)
            .finish_non_exhaustive()
    }
}
