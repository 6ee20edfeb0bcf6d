//! Authentication by client certificates.

use std::{fmt, sync::Arc};

use http::{header::AUTHORIZATION, request::Parts};

use super::peer::{Kind, Peer};
use crate::{
    Caller,
    http::{AuthError, Authenticator},
};

/// Authenticates callers by the certificate with which they have opened the connection, on [`serve_https`](crate::SecureServer::serve_https) with
/// [roots](super::TlsOptions::client_roots).
///
/// The name of the caller is the subject alternative name ([RFC 5280, section 4.2.1.6]) of the chosen kind. The subject itself, including the common
/// name, is ignored.
///
/// | if the certificate of a connection | the request is |
/// |---|---|
/// | has one name of that kind, and the function knows it | from that caller |
/// | has no name of that kind, or several, or a wildcard | refused with 401, as [`Invalid`](AuthError::Invalid) |
/// | has a name that the function does not (or no longer) know | the same |
/// | has expired while the connection was open | the same |
/// | does not exist | [`Missing`](AuthError::Missing): the next authenticator of a [chain](Authenticator::or) is asked |
///
/// A request that also has an `Authorization` header is not decided here but [left to the next authenticator](AuthError::Unrecognized), wherever this
/// one is in a chain: the certificate then belongs to a client that carries the credential of somebody else, and it must not replace a wrong
/// credential.
///
/// A caller without a [key id](Caller::key_id) gets the fingerprint of the certificate: its SHA-256 in 64 lower-case hexadecimal digits (`openssl
/// x509 -fingerprint -sha256`, without the colons), by which this certificate can be [revoked](crate::Revocations::revoke_key).
///
/// The [credential of the caller expires](Caller::with_expiry) with the certificate, even while a connection is open or a call waits for a person.
///
/// The function is called for every request, so a name that it no longer knows is refused from the next request on.
///
/// ```
/// use std::{collections::HashMap, sync::Arc};
/// use secure_tool::{Caller, http::{ApiKeys, Authenticator, ClientCertificates}};
///
/// let robots = HashMap::from([("spiffe://example.com/nightly".to_owned(), Arc::new(Caller::new("nightly")))]);
/// let callers = ClientCertificates::uri(move |name| robots.get(name).cloned());
///
/// // A gateway with a certificate that brings the keys of people: the key says who it is, and the certificate where there is none.
/// let callers = ApiKeys::new().with_key("6b1f0c93a1c54f3f8a0d3f4d1c7e9b52", Caller::new("alice"))?.or(callers);
/// # Ok::<(), secure_tool::http::WeakKey>(())
/// ```
///
/// [RFC 5280, section 4.2.1.6]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6
#[derive(Clone)]
pub struct ClientCertificates<F> {
    kind: Kind,
    known: F,
}

impl<F: Fn(&str) -> Option<Arc<Caller>> + Send + Sync + 'static> ClientCertificates<F> {
    /// Identifies callers by a URI, such as `spiffe://example.com/nightly`, exactly as in the certificate.
    pub fn uri(known: F) -> Self {
        Self { kind: Kind::Uri, known }
    }

    /// Identifies callers by a host name, such as `nightly.example.com`, in lower case.
    pub fn dns(known: F) -> Self {
        Self { kind: Kind::Dns, known }
    }

    /// Identifies callers by an e-mail address, exactly as in the certificate.
    pub fn email(known: F) -> Self {
        Self { kind: Kind::Email, known }
    }
}

impl<F: Fn(&str) -> Option<Arc<Caller>> + Send + Sync + 'static> Authenticator for ClientCertificates<F> {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let peer = Peer::of(request).ok_or(AuthError::Missing)?;
        if request.headers.contains_key(AUTHORIZATION) {
            return Err(AuthError::Unrecognized);
        }
        if peer.has_expired() {
            return Err(AuthError::Invalid);
        }
        peer.only(self.kind).and_then(&self.known).map(|caller| peer.shown_by(&caller)).ok_or(AuthError::Invalid)
    }
}

impl<F> fmt::Debug for ClientCertificates<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificates").field("by", &self.kind).finish_non_exhaustive()
    }
}
