//! Access tokens that the issuer has signed (JWT).

mod algorithm;
mod builder;
mod jwks;
mod key;
mod key_set;
mod token;

use std::{fmt, sync::Arc};

use http::request::Parts;

pub use algorithm::Algorithm;
pub use builder::{JwtBuilder, JwtSetupError};
pub use jwks::{Fetch, FetchError, Fetched, Jwks};
pub use key::{BadKey, Key};
pub use key_set::{AmbiguousKeys, KeySet};

use self::{key_set::NoKey, token::Token};
use super::{
    AuthError, Authenticator,
    access_token::{ClaimsValidation, Grant, LONGEST_KEEP, Object, Refused, TokenCache, TokenCheck},
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
/// For keys that the issuer rotates see [`Jwks`]. In a [chain](Authenticator::or), what is no JWT, and what says that another issuer has
/// made it, is left to the next authenticator; every other token is decided here.
///
/// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519
/// [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
/// [RFC 8705]: https://www.rfc-editor.org/rfc/rfc8705#section-3
/// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[derive(Clone)]
pub struct JwtAuthenticator(Arc<Inner>);

struct Inner {
    keys: KeySet,
    check: TokenCheck,
    any_type: bool,
    longest: usize,
    verified: TokenCache<Verified>,
}

/// A token that was verified, without the token.
#[derive(Clone)]
struct Verified {
    grant: Arc<Grant>,
    /// Of the keys.
    generation: u64,
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
        let inner = &*self.0;
        let digest = TokenCache::<Verified>::digest(token);
        let known = inner.verified.get(&digest).filter(|verified| inner.still_holds(verified));
        let grant = match known {
            Some(verified) => verified.grant,
            None => inner.verify(token, digest).await?,
        };
        inner.check.admit(&grant, request)
    }
}

impl Inner {
    /// Within the leeway a token is accepted, but never served from the cache.
    fn still_holds(&self, verified: &Verified) -> bool {
        self.check.is_current(&verified.grant) && self.keys.generation() == Some(verified.generation)
    }

    async fn verify(&self, token: &str, digest: [u8; 32]) -> Result<Arc<Grant>, Refused> {
        let token = Token::parse(token, self.any_type)?;
        let payload = token.payload()?;
        let claims = Object::parse(&payload).map_err(|_| Refused::Claims)?;
        // Not verified yet, and good for one thing: what another issuer has made is not ours to refuse, and fetches no keys of ours.
        if !self.check.claims.is_of_issuer(&claims) {
            return Err(Refused::Issuer);
        }
        let (key, generation) = self.keys.find(token.key.as_deref(), token.algorithm).await?;
        if !key.verifies(token.signed.as_bytes(), token.signature) {
            return Err(Refused::Signature);
        }
        let mut grant = self.check.grant(&claims)?;
        grant.key = key.id().map(Into::into);
        let grant = Arc::new(grant);
        self.verified.insert(digest, Verified { grant: Arc::clone(&grant), generation }, LONGEST_KEEP);
        Ok(grant)
    }
}

impl From<NoKey> for Refused {
    fn from(no_key: NoKey) -> Self {
        match no_key {
            NoKey::Unknown => Self::Key,
            NoKey::Unavailable => Self::Unavailable,
        }
    }
}

impl Authenticator for JwtAuthenticator {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let token = bearer(&request.headers, self.0.longest)?;
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
        let ClaimsValidation { issuer, audience, .. } = &self.0.check.claims;
        f.debug_struct("JwtAuthenticator")
            .field("issuer", issuer)
            .field("audience", audience)
            .field("keys", &self.0.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
