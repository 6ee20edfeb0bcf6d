//! Why a token is refused.

/// Why a token is refused: for the operator, never for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Refused {
    Form,
    Type,
    Critical,
    Algorithm,
    Key,
    Signature,
    Claims,
    Issuer,
    Audience,
    Time,
    Expired,
    NotYet,
    /// It is bound to a key or a certificate that the client has not proved to have.
    Bound,
    Subject,
    TokenId,
    Scope,
    Tenant,
    Client,
    Actor,
    /// By the application.
    Hook,
    /// By the application, which could not attach its data.
    Data,
    /// By the server that issued it.
    #[cfg(feature = "jwks-http")]
    Inactive,
    /// It was for somebody else, or for more, when the call began.
    #[cfg(feature = "jwks-http")]
    Changed,
    /// The keys, or the issuer's answer, are not available.
    Unavailable,
}

impl Refused {
    /// Whether the same token would be refused the next moment, too, with the same keys.
    pub(super) fn is_permanent(self) -> bool {
        !matches!(self, Self::Key | Self::NotYet | Self::Hook | Self::Unavailable)
    }
}
