//! Opaque access tokens, validated by the server that issued them (introspection).

mod again;
mod builder;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderValue, header, request::Parts};
use tokio::time::timeout;
use zeroize::Zeroizing;

pub use builder::{IntrospectionBuilder, IntrospectionSetupError};

use super::{
    AuthError, Authenticator, Grant,
    access_token::{
        Bulkhead, Digest, Flight, Flights, Follower, Object, Outcome, Place, Refused, Slots, TokenCheck, TokenMemory,
        Turn, digest,
    },
    api_keys::ApiKey,
    bearer::bearer,
    provider::{Failure, Provider, ask},
};
use crate::{Caller, Effect};

/// A larger response is not accepted.
const LARGEST: usize = 64 << 10;
/// A longer token is not accepted.
const LONGEST: usize = 8 << 10;
/// The time limit for a request to the provider, including the wait for a slot.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How many requests to the provider are running or waiting. A quarter of the running ones is reserved for tokens that were valid before.
const SLOTS: Slots = Slots { shared: 48, reserved: 16, proven: 1024, unknown: 256 };
/// Constant, because there are no keys that could change.
const GENERATION: u64 = 0;

/// Opaque access tokens, which are validated by a request to the server that issued them ([RFC 7662]).
///
/// The response must meet the same requirements as the claims for [`JwtAuthenticator`](super::JwtAuthenticator): `active` is `true`; this server is
/// among the audiences (`aud`); there is a subject (`sub`) and an expiry (`exp`) in the future; the issuer (`iss`) and the type of the token
/// (`token_type`, `Bearer`) match, if they are given; and if the token is bound (`cnf`), the connection was opened with that certificate.
///
/// A valid token is cached by its SHA-256 for 30 seconds, never beyond `exp`, so it may take that long until a revoked token is refused. A refusal is
/// cached for 10 seconds. If that is too long, the server can be [asked again](IntrospectionBuilder::ask_again_before) before a tool runs. If there
/// is no response within 5 seconds, or anything but a 200 with JSON of at most 64 KiB, the request is answered with 503.
///
/// Forged tokens cannot lock out valid ones. Concurrent requests with the same token share one request to the provider. At most 64 of these run at a
/// time, 16 of which are reserved for tokens that were valid within the last hour. The number of waiting requests is also bounded: once 256 checks of
/// unknown tokens are running or waiting, a request with another unknown token is answered with 503 at once.
///
/// The token is sent only to that server, over https. Every bearer token that reaches this authenticator is sent there, so put it last in a
/// [chain](Authenticator::or). (Generated [API keys](super::ApiKeys), `stk_…`, are not sent.)
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
    /// The credential of this server at the provider.
    credential: HeaderValue,
    check: TokenCheck,
    memory: TokenMemory,
    questions: Flights<Outcome>,
    /// Requests to the provider in spite of a cached result.
    repeated: Flights<Outcome>,
    /// Before the bodies of which tools a question is repeated: those of this effect, and of any that can do more harm.
    asks_again: Option<Effect>,
    room: Bulkhead,
    patience: Duration,
}

impl Introspection {
    async fn admit_from(&self, request: &Parts, token: &str) -> Result<Arc<Caller>, Refused> {
        let inner = &self.0;
        let digest = digest(token);
        let outcome = match inner.remembered(&digest) {
            Some(outcome) => outcome,
            None => inner.find_out(token, digest).await,
        };
        let grant = outcome?;
        let caller = inner.check.admit(&grant, request)?;
        Ok(match inner.asks_again {
            Some(before) => Arc::new(Caller::clone(&caller).with_recheck(inner.recheck(before, token, grant))),
            None => caller,
        })
    }
}

impl Inner {
    /// A refusal holds for as long as it is remembered, a grant until it expires.
    fn remembered(&self, digest: &Digest) -> Option<Outcome> {
        let generation = || Some(GENERATION);
        let grant = self.memory.accepted(digest, generation).filter(|grant| self.check.is_current(grant));
        grant.map(Ok).or_else(|| self.memory.refused(digest, generation).map(Err))
    }

    /// Asks about a token, or waits for the answer to a request that does.
    async fn find_out(self: &Arc<Self>, token: &str, digest: Digest) -> Outcome {
        let follower = match self.questions.join(digest) {
            Turn::Follow(follower) => follower,
            Turn::Lead(flight) => {
                // It may have been answered just now.
                if let Some(outcome) = self.remembered(&digest) {
                    flight.complete(outcome.clone());
                    return outcome;
                }
                self.lead(flight, token, digest)
            }
        };
        self.within_limit(follower.outcome()).await
    }

    /// Carries out the question of a flight.
    fn lead(self: &Arc<Self>, flight: Flight<Outcome>, token: &str, digest: Digest) -> Follower<Outcome> {
        let follower = flight.follower();
        let place = match self.room.enter(self.memory.standing(&digest)) {
            Ok(place) => place,
            Err(full) => {
                flight.complete(Err(full));
                return follower;
            }
        };
        let (inner, token) = (Arc::clone(self), Zeroizing::new(token.to_owned()));
        // As a task of its own, so that a client that goes away does not discard the answer.
        tokio::spawn(async move {
            let answer = timeout(inner.patience, inner.ask_in_turn(place, &token)).await;
            let outcome = answer.unwrap_or(Err(Refused::Unavailable));
            inner.memory.remember(digest, &outcome, GENERATION);
            flight.complete(outcome);
        });
        follower
    }

    /// Each question ends by its own limit; this one is for those who wait for two, and for a runtime that is shutting down.
    async fn within_limit(&self, outcome: impl Future<Output = Option<Outcome>>) -> Outcome {
        let outcome = timeout(self.patience.saturating_mul(2), outcome).await;
        outcome.ok().flatten().unwrap_or(Err(Refused::Unavailable))
    }

    async fn ask_in_turn(&self, place: Place, token: &str) -> Outcome {
        let _slot = place.slot().await?;
        let answer = self.ask(token).await.map_err(|error| {
            tracing::warn!(%error, "the provider could not be asked about an access token");
            Refused::Unavailable
        })?;
        self.grant_from(&answer).map(Arc::new)
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

    fn grant_from(&self, answer: &[u8]) -> Result<Grant, Refused> {
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
        self.check.grant(&claims, self.check.now(), None)
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
