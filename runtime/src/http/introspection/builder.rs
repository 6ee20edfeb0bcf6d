//! The builder of [`Introspection`].

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use zeroize::Zeroizing;

use super::{Inner, Introspection, REQUEST_TIMEOUT, SLOTS};
use crate::{
    Effect,
    http::{
        AuthError, Grant,
        access_token::{
            Bulkhead, Claims, ClaimsValidation, DEFAULT_CAPACITY, Flights, LONGEST_KEEP, TokenCheck, TokenMemory,
        },
        provider::{Provider, ProviderUrlError},
    },
};

const KEEP: Duration = Duration::from_secs(30);

/// Builds an [`Introspection`] authenticator.
pub struct IntrospectionBuilder {
    provider: Provider,
    credential: Option<HeaderValue>,
    /// Complete except for the issuer and the audience, which `build` sets.
    pub(super) check: TokenCheck,
    keep: Duration,
    asks_again: Option<Effect>,
    pub(super) patience: Duration,
}

/// An invalid configuration of token introspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntrospectionSetupError(&'static str);

impl fmt::Display for IntrospectionSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid options for token introspection: {}", self.0)
    }
}

impl std::error::Error for IntrospectionSetupError {}

impl Introspection {
    /// Uses the introspection endpoint at this `https` URL. Its certificate is verified against the platform's roots; redirects are not followed;
    /// proxies from the environment are not used.
    ///
    /// # Errors
    ///
    /// If it is not an `https` URL, or contains credentials; if TLS cannot be set up.
    pub fn https(url: &str) -> Result<IntrospectionBuilder, ProviderUrlError> {
        Provider::https(url).map(IntrospectionBuilder::new)
    }

    /// Uses an introspection endpoint on this machine, at a plain `http` URL with a loopback address (`127.0.0.1`, `[::1]`), for development and
    /// tests.
    ///
    /// # Errors
    ///
    /// If it is any other URL.
    pub fn loopback(url: &str) -> Result<IntrospectionBuilder, ProviderUrlError> {
        Provider::loopback(url).map(IntrospectionBuilder::new)
    }
}

impl IntrospectionBuilder {
    fn new(provider: Provider) -> Self {
        Self {
            provider,
            credential: None,
            check: TokenCheck::new(ClaimsValidation::new(Box::default(), Box::default())),
            keep: KEEP,
            asks_again: None,
            patience: REQUEST_TIMEOUT,
        }
    }

    /// The client id and secret of this server at the provider, sent as HTTP Basic ([RFC 6749, section 2.3.1]).
    ///
    /// [RFC 6749, section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    #[must_use]
    pub fn client(mut self, id: &str, secret: &str) -> Self {
        let pair = Zeroizing::new(format!("{}:{}", escape(id).as_str(), escape(secret).as_str()));
        let header = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        self.credential = HeaderValue::from_str(&header).ok().filter(|_| !id.is_empty() && !secret.is_empty());
        if let Some(credential) = &mut self.credential {
            credential.set_sensitive(true);
        }
        self
    }

    /// The member that names the tenant. Tokens without it are then refused.
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.check.claims.tenant_claim(name.into().into());
        self
    }

    /// The member that names the client application, instead of `client_id` and `azp`.
    #[must_use]
    pub fn client_claim(mut self, name: impl Into<String>) -> Self {
        self.check.claims.client_claim(name.into().into());
        self
    }

    /// The member with the scopes, instead of `scope` and `scp`.
    #[must_use]
    pub fn scope_claim(mut self, name: impl Into<String>) -> Self {
        self.check.claims.scope_claim(name.into().into());
        self
    }

    /// How long a valid token is cached: 30 seconds by default, at most one minute. With zero, every request asks the provider, except that
    /// concurrent requests with the same token share one. A refusal is always cached for 10 seconds.
    #[must_use]
    pub fn remember_for(mut self, time: Duration) -> Self {
        self.keep = time;
        self
    }

    /// Asks the provider again, regardless of the cache, just before the body of every tool with this effect or a more harmful one: with
    /// [`Effect::Destroy`] before destructive tools, with [`Effect::Write`] before all tools that may change something. So a token that was revoked
    /// after the request arrived, or while a person was asked, has no effect.
    ///
    /// | if the response is | the call |
    /// |---|---|
    /// | the same: active, for the same caller, with no scope missing | continues |
    /// | different: not active, for another subject, tenant, client or actor, or with a scope missing | is refused as `unauthenticated`, and its body does not run |
    /// | missing after 5 seconds, or unreadable | is refused as `unavailable`, and its body does not run |
    ///
    /// The check counts towards the [limit on running checks](Introspection). Calls with the same token share it, unless it started before they
    /// arrived: those share the next one, and may wait twice as long. The tool's `timeout` includes the wait.
    ///
    /// Your own [`Authenticator`](crate::http::Authenticator) around this one must pass on the [`Caller`](crate::Caller) that it gets, or a clone of
    /// it: a new caller with the same name is not checked again.
    #[must_use]
    pub fn ask_again_before(mut self, effect: Effect) -> Self {
        self.asks_again = Some(effect);
        self
    }

    /// Asks the application about every request with a valid token, like [`JwtBuilder::accept_if`](crate::http::JwtBuilder::accept_if). There is no
    /// key id.
    #[must_use]
    pub fn accept_if(mut self, accept: impl Fn(&Grant) -> bool + Send + Sync + 'static) -> Self {
        self.check.accept_if(accept);
        self
    }

    /// Attaches application data to the caller, read from the response for a valid token, like
    /// [`JwtBuilder::data_from`](crate::http::JwtBuilder::data_from).
    #[must_use]
    pub fn data_from<T, F>(mut self, read: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(&Claims<'_>) -> Result<T, AuthError> + Send + Sync + 'static,
    {
        self.check.data_from(read);
        self
    }

    /// Builds the authenticator for tokens of this issuer and this audience, which is the canonical URI of this server.
    ///
    /// # Errors
    ///
    /// If the issuer, the audience, the name of a member or the [credential](Self::client) is missing, if the issuer and the audience are the same,
    /// or if responses would be cached for longer than a minute.
    pub fn build(
        mut self,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Introspection, IntrospectionSetupError> {
        self.check.claims.issuer = issuer.into().into();
        self.check.claims.audience = audience.into().into();
        if !self.check.claims.is_sound() {
            return Err(IntrospectionSetupError(
                "the issuer, the audience or the name of a member is empty, or the issuer and the audience are the same",
            ));
        }
        let credential =
            self.credential.ok_or(IntrospectionSetupError("the id or the secret of this server is missing"))?;
        if self.keep > LONGEST_KEEP {
            return Err(IntrospectionSetupError("answers may be cached for at most one minute"));
        }
        Ok(Introspection(Arc::new(Inner {
            provider: self.provider,
            credential,
            check: self.check,
            memory: TokenMemory::new(DEFAULT_CAPACITY, self.keep),
            questions: Flights::default(),
            repeated: Flights::default(),
            asks_again: self.asks_again,
            room: Bulkhead::new(SLOTS),
            patience: self.patience,
        })))
    }
}

impl fmt::Debug for IntrospectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionBuilder").field("keep", &self.keep).finish_non_exhaustive()
    }
}

/// Encodes as `application/x-www-form-urlencoded` (RFC 6749, appendix B).
pub(super) fn escape(text: &str) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'*') {
            escaped.push(byte.into());
        } else {
            escaped.push('%');
            for digit in [byte >> 4, byte & 15] {
                escaped.push(char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    escaped
}
