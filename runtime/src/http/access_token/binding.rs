//! Tokens that are bound to the certificate of the client they were issued to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::request::Parts;

use super::{
    Refused,
    object::{Malformed, Object},
};
#[cfg(feature = "mtls")]
use crate::http::tls::Peer;

/// The SHA-256 of a certificate (RFC 8705, section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding([u8; 32]);

impl Binding {
    /// What the token says in `cnf`. Of the proofs of RFC 7800 this is the one that the connection itself is; a token that asks for any other,
    /// or for several, is refused, as it may have been stolen.
    pub(super) fn read(claims: &Object<'_>) -> Result<Option<Self>, Refused> {
        if !claims.has("cnf") {
            return Ok(None);
        }
        let digest = || {
            let confirmation: &serde_json::value::RawValue = claims.get("cnf")?.ok_or(Malformed)?;
            let confirmation = Object::parse(confirmation.get().as_bytes())?;
            let digest = confirmation.text("x5t#S256")?.filter(|_| confirmation.len() == 1).ok_or(Malformed)?;
            let digest = URL_SAFE_NO_PAD.decode(digest).map_err(|_| Malformed)?;
            digest.try_into().map_err(|_| Malformed)
        };
        digest().map(|digest| Some(Self(digest))).map_err(|Malformed| Refused::Bound)
    }

    /// Whether the request came over a connection that was opened with that certificate.
    pub(super) fn holds(&self, request: &Parts) -> bool {
        #[cfg(feature = "mtls")]
        let shown = Peer::of(request).filter(|peer| !peer.has_expired()).map(Peer::thumbprint);
        // Without that feature there is no such connection.
        #[cfg(not(feature = "mtls"))]
        let shown = request.extensions.get::<std::convert::Infallible>().map(|never| match *never {});
        shown == Some(&self.0)
    }
}
