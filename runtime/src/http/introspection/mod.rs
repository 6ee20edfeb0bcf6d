//! Opaque access tokens, about which the server that issued them is asked.

mod builder;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderValue, header, request::Parts};
use tokio::{sync::Mutex, time::timeout};
use zeroize::Zeroizing;

pub use builder::{IntrospectionBuilder, IntrospectionSetupError};

use super::{
    AuthError, Authenticator, Grant,
    access_token::{LONGEST_KEEP, Object, Refused, TokenCache, TokenCheck},
    api_keys::ApiKey,
    bearer::bearer,
    provider::{Failure, Provider, ask},
};
use crate::Caller;

/// A larger answer is none.
const LARGEST: usize = 64 << 10;
/// A longer token is nobody's.
const LONGEST: usize = 8 << 10;
/// Until somebody has asked, and has had an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many questions are under way at most; about one token, one.
const PLACES: usize = 64;
/// How long it is remembered that a token is not active.
const REFUSAL: Duration = Duration::from_secs(5);

/// Opaque access tokens: the server that issued them is asked about each one ([RFC 7662]).
///
/// Of its answer is demanded what [`JwtAuthenticator`](super::JwtAuthenticator) demands of claims, with the same meaning: `active`, which is
/// `true`; this server among the audiences (`aud`); a subject (`sub`); an expiry (`exp`) that has not come; the issuer (`iss`) and the type of
/// the token (`token_type`, `Bearer`), if it names them; if the token is bound (`cnf`), the certificate that it is bound to.
///
/// An answer is remembered by the token's SHA-256 for 30 seconds, never beyond `exp`; that a token is not active, for 5. So long it may take until
/// a token that was revoked is refused. At most 64 questions are under way at a time. If there is no answer within 5 seconds, or another than 200
/// with JSON of at most 64 KiB, the request is answered with 503.
///
/// The token is sent to that server and to nobody else, over https. Every bearer token that is asked about goes there: in a
/// [chain](Authenticator::or), this is the last one. (Generated [API keys](super::ApiKeys), `stk_…`, are not sent.)
///
/// ```
/// use secure_tool::http::Introspection;
///
/// # fn run(client_secret: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = Introspection::https("https://id.example.com/oauth2/introspect")?
///     .client("mcp-server", client_secret)
///     .build("https://id.example.com", "https://mcp.example.com/mcp")?;
/// # Ok(())
/// # }
/// ```
///
/// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
#[derive(Clone)]
pub struct Introspection(Arc<Inner>);

struct Inner {
    provider: Provider,
    /// Of this server, with the provider.
    credential: HeaderValue,
    check: TokenCheck,
    known: TokenCache<Known>,
    patience: Duration,
    places: [Mutex<()>; PLACES],
}

/// What was found out about a token.
type Known = Result<Arc<Grant>, Refused>;

impl Introspection {
    async fn admit_from(&self, request: &Parts, token: &str) -> Result<Arc<Caller>, Refused> {
        let inner = &*self.0;
        let digest = TokenCache::<Known>::digest(token);
        let known = match inner.remembered(&digest) {
            Some(known) => known,
            None => timeout(inner.patience, inner.find_out(token, digest)).await.unwrap_or(Err(Refused::Unavailable)),
        };
        inner.check.admit(&*known?, request)
    }
}

impl Inner {
    /// A refusal holds for as long as it is remembered, a grant until it expires.
    fn remembered(&self, digest: &[u8; 32]) -> Option<Known> {
        self.known.get(digest).filter(|known| known.as_ref().map_or(true, |grant| self.check.is_current(grant)))
    }

    /// Who asks about the same token at the same time waits for the first one's answer.
    async fn find_out(&self, token: &str, digest: [u8; 32]) -> Known {
        let [first, ..] = digest;
        let place = self.places.get(usize::from(first) % PLACES).ok_or(Refused::Unavailable)?;
        let _turn = place.lock().await;
        if let Some(known) = self.remembered(&digest) {
            return known;
        }
        let answer = self.ask(token).await.map_err(|error| {
            tracing::warn!(%error, "the provider could not be asked about an access token");
            Refused::Unavailable
        })?;
        let grant = self.judge(&answer).map(Arc::new);
        match grant {
            Err(Refused::Unavailable) => {}
            Err(_) => self.known.insert(digest, grant.clone(), REFUSAL),
            Ok(_) => self.known.insert(digest, grant.clone(), LONGEST_KEEP),
        }
        grant
    }

    async fn ask(&self, token: &str) -> Result<Vec<u8>, Failure> {
        let form = Zeroizing::new(format!("token={}&token_type_hint=access_token", builder::escape(token).as_str()));
        let request = self
            .provider
            .post()
            .header(header::AUTHORIZATION, self.credential.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.as_bytes().to_vec());
        Ok(ask(request, LARGEST).await?.1)
    }

    fn judge(&self, answer: &[u8]) -> Result<Grant, Refused> {
        // Something that is no answer says nothing about the token.
        let claims = Object::parse(answer).map_err(|_| Refused::Unavailable)?;
        match claims.get("active") {
            Ok(Some(true)) => {}
            Ok(Some(false)) => return Err(Refused::Inactive),
            Ok(None) | Err(_) => return Err(Refused::Unavailable),
        }
        if claims.has("iss") && !self.check.claims.is_of_issuer(&claims) {
            return Err(Refused::Issuer);
        }
        let kind = claims.text("token_type").map_err(|_| Refused::Type)?;
        if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("Bearer")) {
            return Err(Refused::Type);
        }
        self.check.grant(&claims)
    }
}

impl Authenticator for Introspection {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let token = bearer(&request.headers, LONGEST)?;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) || ApiKey::is_generated(token) {
            return Err(AuthError::Unrecognized);
        }
        self.admit_from(request, token).await.map_err(|reason| {
            tracing::debug!(?reason, "an access token was refused");
            match reason {
                Refused::Unavailable => AuthError::Unavailable,
                _ => AuthError::Invalid,
            }
        })
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").field("claims", &self.0.check).finish_non_exhaustive()
    }
}
