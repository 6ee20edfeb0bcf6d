//! Access tokens that the issuer has signed (JWT).

mod algorithm;
mod builder;
mod jwks;
mod key;
mod key_set;
mod token;
mod verify;

use std::{fmt, sync::Arc};

use http::request::Parts;

pub use algorithm::Algorithm;
pub use builder::{JwtBuilder, JwtSetupError};
pub use jwks::{Fetch, FetchError, Fetched, Jwks};
pub use key::{BadKey, Key};
pub use key_set::{AmbiguousKeys, KeySet};

use self::verify::Verifier;
use super::{
    AuthError, Authenticator,
    access_token::{ClaimsValidation, Refused, digest},
    bearer::bearer,
};
use crate::Caller;

/// Access tokens in the form of signed JWTs ([RFC 9068], [RFC 7519]), sent as `Authorization: Bearer …`.
///
/// Of a token is demanded: that it is signed with a key of the [set](KeySet), by the one algorithm that this key is for, whatever its header
/// says; the issuer (`iss`), to the byte; that this server is among its audiences (`aud`), so that a token for another server, or for
/// another environment of this one, is worth nothing here ([RFC 8707]); a subject (`sub`); that it has not expired (`exp`), is valid already
/// (`nbf`), and was not issued in the future (`iat`, if it says so), within 30 seconds of leeway; the type `at+jwt`, so that an ID token is
/// no access token; and, if it is bound to a certificate of the client's (`cnf` with `x5t#S256`, [RFC 8705]), that the connection was opened with
/// that one, on `serve_https`. A token that is bound to anything else is refused, as nobody here asks for a proof.
///
/// Headers that demand to be understood (`crit`, `b64`), encrypted or compressed tokens, tokens of more than 8 KiB, members named twice, and
/// names longer than 256 bytes are refused. Where a header says where to find its key (`jku`, `jwk`, `x5u`), it is not listened to.
///
/// | of the [`Caller`] | is taken from |
/// |---|---|
/// | [`subject`](Caller::subject) | `sub` |
/// | [`issuer`](Caller::issuer), [`token_id`](Caller::token_id) | `iss`, `jti` |
/// | [`scopes`](Caller::scopes) | `scope`, one string; without it `scp`, a string or an array; without both there is none. A malformed one refuses the token |
/// | [`client`](Caller::client) | `client_id`, else `azp` |
/// | [`tenant`](Caller::tenant) | the claim that [`tenant_claim`](JwtBuilder::tenant_claim) names; then a token has to have it |
/// | [`actor`](Caller::actor) | the `sub` of `act` ([RFC 8693]), at most four deep |
///
/// What was verified is remembered by the token's SHA-256 for a minute at most, never beyond `exp`, and not longer than the keys stay as they
/// are. The token itself is kept nowhere: not in the [`Caller`], not in the cache, not in a log. Why one was refused is an event of `tracing`, at
/// the level debug; the client learns `invalid_token` and no more.
///
/// ```
/// use secure_tool::http::{Algorithm, JwtAuthenticator, Key};
///
/// # let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAQth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ=\n-----END PUBLIC KEY-----\n";
/// let key = Key::pem(Algorithm::EdDSA, pem)?.with_id("2026-07");
/// let tokens = JwtAuthenticator::builder("https://id.example.com", "https://mcp.example.com/mcp", key)
///     .tenant_claim("org")
///     .build()?;
/// // server.serve_http(listener, tokens, HttpOptions::default()).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A token that is not remembered is verified on a thread for blocking work, so that it stalls no other connection, and once, however many requests
/// carry it at the same time. At most half of the processors verify unknown tokens; tokens that were good within the last hour have as many slots
/// beside that. The requests that wait are bounded as well: once 512 unknown tokens are being verified or waiting, another one is answered with
/// 503 at once, and one that is not verified within 10 seconds then. A signature or claims that are wrong for good are remembered for 10 seconds.
///
/// For keys that the issuer rotates see [`Jwks`]. In a [chain](Authenticator::or), what is no JWT, and what says that another issuer has
/// made it, is left to the next authenticator; every other token is decided here.
///
/// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519
/// [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
/// [RFC 8705]: https://www.rfc-editor.org/rfc/rfc8705#section-3
/// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[derive(Clone)]
pub struct JwtAuthenticator {
    /// The longest token that is read, in bytes.
    longest: usize,
    verifier: Arc<Verifier>,
}

impl JwtAuthenticator {
    /// Tokens of this issuer (`iss`, as it stands in them) for this audience: the canonical URI of this server's endpoint, of this
    /// environment alone ([RFC 8707, section 2]), signed with one of these keys.
    ///
    /// Each environment has a resource URI of its own, such as `https://mcp.example.com/mcp` in production and
    /// `https://mcp.staging.example.com/mcp` in staging, also where one issuer serves both: a token that a client was given for the one is refused by
    /// the other. Do not configure the same audience twice. See [`ServerBuilder::environment`](crate::ServerBuilder::environment) for tools.
    ///
    /// [RFC 8707, section 2]: https://www.rfc-editor.org/rfc/rfc8707#section-2
    pub fn builder(issuer: impl Into<Box<str>>, audience: impl Into<Box<str>>, keys: impl Into<KeySet>) -> JwtBuilder {
        JwtBuilder::new(issuer.into(), audience.into(), keys.into())
    }

    async fn admit_from(&self, request: &Parts, token: &str) -> Result<Arc<Caller>, Refused> {
        let verifier = &self.verifier;
        let digest = digest(token);
        let outcome = match verifier.remembered(&digest) {
            Some(outcome) => outcome,
            None => verifier.find_out(token, digest).await,
        };
        verifier.check.admit(&*outcome?, request)
    }
}

impl Authenticator for JwtAuthenticator {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let token = bearer(&request.headers, self.longest)?;
        self.admit_from(request, token).await.map_err(|reason| {
            tracing::debug!(?reason, "an access token was refused");
            match reason {
                Refused::Unavailable => AuthError::Unavailable,
                Refused::Form | Refused::Issuer => AuthError::Unrecognized,
                _ => AuthError::Invalid,
            }
        })
    }
}

impl fmt::Debug for JwtAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ClaimsValidation { issuer, audience, .. } = &self.verifier.check.claims;
        f.debug_struct("JwtAuthenticator")
            .field("issuer", issuer)
            .field("audience", audience)
            .field("keys", &self.verifier.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
