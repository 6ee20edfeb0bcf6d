//! How an authenticator of access tokens is set up.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    JwtAuthenticator, KeySet,
    verify::{Room, Verifier},
};
use crate::http::{
    AuthError,
    access_token::{Claims, ClaimsValidation, DEFAULT_CAPACITY, Flights, Grant, LONGEST_KEEP, TokenCheck, TokenMemory},
};

const LONGEST_LEEWAY: Duration = Duration::from_secs(60);
const LONGEST_TOKEN: usize = 8 << 10;
const LARGEST_LIMIT: usize = 64 << 10;

/// Sets up a [`JwtAuthenticator`]; see there for what holds without a word here.
pub struct JwtBuilder {
    keys: KeySet,
    pub(super) check: TokenCheck,
    any_type: bool,
    longest: usize,
    cached: u64,
    pub(super) room: Room,
}

/// A setup that would let nobody, or the wrong ones, in.
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
            room: Room::for_this_machine(),
        }
    }

    /// The claim that names the tenant, such as `tid` or `org_id`. A token without it is then refused.
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.check.claims.tenant_claim(name.into());
        self
    }

    /// The claim that names the client application, instead of `client_id` and `azp`.
    #[must_use]
    pub fn client_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.check.claims.client_claim(name.into());
        self
    }

    /// The claim with the scopes (a string, or an array of strings), instead of `scope` and `scp`.
    #[must_use]
    pub fn scope_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.check.claims.scope_claim(name.into());
        self
    }

    /// By how much the issuer's clock may differ from this one's, in whole seconds: 30 s by default, 60 s at most.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.check.claims.leeway = leeway;
        self
    }

    /// Takes tokens of the type `JWT`, or of none, as well, for issuers that do not follow RFC 9068. Their ID tokens look the same; only the
    /// audience tells them from access tokens then. Make sure that no client has the URI of this server as its `client_id`.
    #[must_use]
    pub fn allow_untyped(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// The longest token, in bytes: 8 KiB by default, 64 KiB at most. A longer one is refused unread.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// How many verified tokens are remembered: 10 000 by default; 0 verifies each one anew. What is remembered of one is about as large
    /// as its claims.
    #[must_use]
    pub fn cached_tokens(mut self, tokens: u64) -> Self {
        self.cached = tokens;
        self
    }

    /// Asks the application about every request whose token is good, also about one that is remembered, by what the token of this issuer alone
    /// says: the key it is signed with, when it was issued. It answers at once, without waiting for anything; `false` refuses the token.
    ///
    /// To revoke a subject, a client or a token while the server runs, there is [`Revocations`](crate::Revocations), which holds for every
    /// authenticator and ends the calls that run; this hook does neither.
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

    /// Attaches data of the application's to the caller, read from the claims of a token that is good: a body finds it with
    /// [`Caller::data`](crate::Caller::data). Several of these attach several types.
    ///
    /// It is read once for each token, where that is verified, and stays with the caller for as long as the token is remembered. The closure answers at
    /// once, without waiting for anything. The token is not among what it sees; see [`Authenticator::with_data`](crate::http::Authenticator::with_data) for
    /// what is read from each request.
    ///
    /// An error refuses the token, and so does a panic: with 401, which is remembered for 10 seconds, or with 503 after
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

    /// The authenticator.
    ///
    /// # Errors
    ///
    /// If the issuer, the audience or the name of a claim is empty, the issuer is the audience, the leeway is longer than a minute, or the longest token
    /// longer than 64 KiB.
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
