//! Signed access tokens (JWT).

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
/// A token must be signed with a key of the [set](KeySet), by the algorithm of that key, whatever its header says. It must have the exact issuer
/// (`iss`) and a subject (`sub`). This server must be among its audiences (`aud`), so that a token for another server, or for another environment of
/// this one, is not accepted ([RFC 8707]). Within 30 seconds of leeway, it must not have expired (`exp`), must already be valid (`nbf`), and must not
/// have been issued in the future (`iat`, if present). Its type must be `at+jwt`, so that an ID token is not accepted as an access token. If it is
/// bound to a client certificate (`cnf` with `x5t#S256`, [RFC 8705]), the connection must have been opened with that certificate, on `serve_https`. A
/// token that is bound to anything else is refused, because this server does not request such proofs.
///
/// Tokens with critical headers (`crit`, `b64`), encrypted or compressed tokens, tokens of more than 8 KiB, duplicate members, and names longer than
/// 256 bytes are refused. Headers that point to a key (`jku`, `jwk`, `x5u`) are ignored.
///
/// | property of the [`Caller`] | taken from |
/// |---|---|
/// | [`subject`](Caller::subject) | `sub` |
/// | [`issuer`](Caller::issuer), [`token_id`](Caller::token_id) | `iss`, `jti` |
/// | [`scopes`](Caller::scopes) | `scope`, a string; otherwise `scp`, a string or an array; without both there are none. A token with a malformed one is refused |
/// | [`client`](Caller::client) | `client_id`, otherwise `azp` |
/// | [`tenant`](Caller::tenant) | the claim that [`tenant_claim`](JwtBuilder::tenant_claim) names, which is then required |
/// | [`actor`](Caller::actor) | the `sub` of `act` ([RFC 8693]), at most four deep |
///
/// The result of a verification is cached by the SHA-256 of the token for at most a minute, never beyond `exp`, and only until the keys change. The
/// token itself is not stored anywhere: not in the [`Caller`], not in the cache, not in a log. The reason of a refusal is logged through `tracing` at
/// the level debug; the client learns only `invalid_token`.
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
/// A token that is not cached is verified on a thread for blocking work, so that it does not stall other connections, and only once for all
/// concurrent requests that carry it. At most half of the processors verify unknown tokens; tokens that were valid within the last hour have the same
/// number of additional slots. The number of waiting requests is also bounded: once 512 unknown tokens are being verified or waiting, a request with
/// another one is answered with 503 at once; a token that is not verified within 10 seconds also gets 503. Permanently invalid signatures and claims
/// are cached for 10 seconds.
///
/// For keys that the issuer rotates see [`Jwks`]. In a [chain](Authenticator::or), a credential that is not a JWT, or that names another issuer, is
/// left to the next authenticator; every other token is decided here.
///
/// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519
/// [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
/// [RFC 8705]: https://www.rfc-editor.org/rfc/rfc8705#section-3
/// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[derive(Clone)]
pub struct JwtAuthenticator {
    /// The maximum length of a token, in bytes.
    longest: usize,
    verifier: Arc<Verifier>,
}

impl JwtAuthenticator {
    /// Returns a builder for an authenticator that accepts tokens of this issuer (the exact `iss`) for this audience, signed with one of these keys.
    /// The audience is the canonical URI of this server's endpoint, which must be unique to this environment ([RFC 8707, section 2]).
    ///
    /// Each environment needs its own resource URI, such as `https://mcp.example.com/mcp` in production and `https://mcp.staging.example.com/mcp` in
    /// staging, even if one issuer serves both: a token for one of them is then refused by the other. Do not use the same audience twice. See
    /// [`ServerBuilder::environment`](crate::ServerBuilder::environment) for tools.
    ///
    /// [RFC 8707, section 2]: https://www.rfc-editor.org/rfc/rfc8707#section-2
    pub fn builder(issuer: impl Into<String>, audience: impl Into<String>, keys: impl Into<KeySet>) -> JwtBuilder {
        JwtBuilder::new(issuer.into().into(), audience.into().into(), keys.into())
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
