//! The builder of [`JwtAuthenticator`].

use std::{fmt, sync::Arc, time::Duration};

use super::{
    JwtAuthenticator, KeySet,
    verify::{Capacity, Verifier},
};
use crate::http::{
    AuthError,
    access_token::{Claims, ClaimsValidation, DEFAULT_CAPACITY, Flights, Grant, LONGEST_KEEP, TokenCheck, TokenMemory},
};

const LONGEST_LEEWAY: Duration = Duration::from_secs(60);
const LONGEST_TOKEN: usize = 8 << 10;
const LARGEST_LIMIT: usize = 64 << 10;

/// Builds a [`JwtAuthenticator`], which documents the defaults.
pub struct JwtBuilder {
    keys: KeySet,
    pub(super) check: TokenCheck,
    any_type: bool,
    longest: usize,
    cached: u64,
    pub(super) room: Capacity,
}

/// An invalid configuration of an authenticator for access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JwtSetupError(&'static str);

impl fmt::Display for JwtSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid options for access tokens: {}", self.0)
    }
}

impl std::error::Error for JwtSetupError {}

impl JwtBuilder {
    pub(super) fn new(issuer: Box<str>, audience: Box<str>, keys: KeySet) -> Self {
        Self {
            keys,
            check: TokenCheck::new(ClaimsValidation::new(issuer, audience)),
            any_type: false,
            longest: LONGEST_TOKEN,
            cached: DEFAULT_CAPACITY,
            room: Capacity::for_this_machine(),
        }
    }

    /// The claim that names the tenant, such as `tid` or `org_id`. Tokens without it are then refused.
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.check.claims.tenant_claim(name.into().into());
        self
    }

    /// The claim that names the client application, instead of `client_id` and `azp`.
    #[must_use]
    pub fn client_claim(mut self, name: impl Into<String>) -> Self {
        self.check.claims.client_claim(name.into().into());
        self
    }

    /// The claim with the scopes (a string, or an array of strings), instead of `scope` and `scp`.
    #[must_use]
    pub fn scope_claim(mut self, name: impl Into<String>) -> Self {
        self.check.claims.scope_claim(name.into().into());
        self
    }

    /// The allowed clock skew between the issuer and this server, in whole seconds: 30 s by default, at most 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.check.claims.leeway = leeway;
        self
    }

    /// Also accepts tokens of type `JWT`, or without a type, for issuers that do not follow RFC 9068. Their ID tokens look the same as access tokens
    /// and are distinguished only by the audience, so make sure that no client has the URI of this server as its `client_id`.
    #[must_use]
    pub fn allow_untyped(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// The maximum length of a token, in bytes: 8 KiB by default, at most 64 KiB. A longer one is refused without being read.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// How many verified tokens are cached: 10,000 by default; with 0 every token is verified for every request. A cached token takes about as much
    /// memory as its claims.
    #[must_use]
    pub fn cached_tokens(mut self, tokens: u64) -> Self {
        self.cached = tokens;
        self
    }

    /// Asks the application about every request with a valid token, even if the token is cached, for decisions that depend on the token: the key that
    /// it was signed with, or when it was issued. The closure must return at once, without waiting for anything; `false` refuses the token.
    ///
    /// To revoke a subject, a client or a token while the server runs, use [`Revocations`](crate::Revocations), which applies to every authenticator
    /// and ends running calls; this hook does neither.
    ///
    /// ```
    /// # use secure_tool::http::{Algorithm, JwtAuthenticator, Key};
    /// # let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAQth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ=\n-----END PUBLIC KEY-----\n";
    /// # let key = Key::pem(Algorithm::EdDSA, pem)?;
    /// use std::time::{Duration, SystemTime};
    ///
    /// // Whatever was issued before the break-in is worth nothing.
    /// let break_in = SystemTime::UNIX_EPOCH + Duration::from_secs(1_785_000_000);
    /// let tokens = JwtAuthenticator::builder("https://id.example.com", "https://mcp.example.com/mcp", key)
    ///     .accept_if(move |grant| grant.issued_at().is_some_and(|issued| issued > break_in))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accept_if(mut self, accept: impl Fn(&Grant) -> bool + Send + Sync + 'static) -> Self {
        self.check.accept_if(accept);
        self
    }

    /// Attaches application data to the caller, read from the claims of a valid token; a body reads it with [`Caller::data`](crate::Caller::data).
    /// Call it several times to attach several types.
    ///
    /// The closure is called once for each token, when the token is verified, and the data stays with the caller for as long as the token is cached.
    /// It must return at once, without waiting for anything. It does not see the token itself; for data from each request see
    /// [`Authenticator::with_data`](crate::http::Authenticator::with_data).
    ///
    /// If the closure returns an error or panics, the token is refused: with 401, which is cached for 10 seconds, or with 503 for
    /// [`AuthError::Unavailable`](crate::http::AuthError::Unavailable).
    ///
    /// ```
    /// # use secure_tool::http::{Algorithm, JwtAuthenticator, Key};
    /// # let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAQth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ=\n-----END PUBLIC KEY-----\n";
    /// # let key = Key::pem(Algorithm::EdDSA, pem)?;
    /// struct Roles(Vec<String>);
    ///
    /// let tokens = JwtAuthenticator::builder("https://id.example.com", "https://mcp.example.com/mcp", key)
    ///     .data_from(|claims| Ok(Roles(claims.get("roles")?.unwrap_or_default())))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn data_from<T, F>(mut self, read: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(&Claims<'_>) -> Result<T, AuthError> + Send + Sync + 'static,
    {
        self.check.data_from(read);
        self
    }

    /// Builds the authenticator.
    ///
    /// # Errors
    ///
    /// If the issuer, the audience or the name of a claim is empty, if the issuer and the audience are the same, if the leeway is longer than a
    /// minute, or if the maximum token length is more than 64 KiB.
    pub fn build(self) -> Result<JwtAuthenticator, JwtSetupError> {
        if !self.check.claims.is_sound() {
            return Err(JwtSetupError(
                "the issuer, the audience or the name of a claim is empty, or the issuer and the audience are the same",
            ));
        }
        if self.check.claims.leeway > LONGEST_LEEWAY {
            return Err(JwtSetupError("the leeway may be at most one minute"));
        }
        if !(1..=LARGEST_LIMIT).contains(&self.longest) {
            return Err(JwtSetupError("the maximum length of a token must be 1 byte to 64 KiB"));
        }
        let verifier = Verifier {
            keys: self.keys,
            check: self.check,
            any_type: self.any_type,
            memory: TokenMemory::new(self.cached, LONGEST_KEEP),
            room: self.room,
            flights: Flights::default(),
        };
        Ok(JwtAuthenticator { longest: self.longest, verifier: Arc::new(verifier) })
    }
}

impl fmt::Debug for JwtBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtBuilder").field("claims", &self.check).field("keys", &self.keys).finish_non_exhaustive()
    }
}
