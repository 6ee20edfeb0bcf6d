//! What an answer can hold that must not leave by itself.

/// What the release scan recognizes without being told, in the order in which it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A payment card's number.
    Card,
    /// A social security number of the United States.
    Ssn,
    /// A private key in PEM.
    PrivateKey,
    /// A key of a well-known service.
    ApiKey,
    /// A JSON Web Token.
    Jwt,
    /// A token after the word `Bearer`.
    Bearer,
}

impl SecretKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Card, Self::Ssn, Self::PrivateKey, Self::ApiKey, Self::Jwt, Self::Bearer];

    /// The name in `releases(…)`, in a mask and in an audit record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Ssn => "ssn",
            Self::PrivateKey => "private_key",
            Self::ApiKey => "api_key",
            Self::Jwt => "jwt",
            Self::Bearer => "bearer",
        }
    }

    /// The position in [`ALL`](Self::ALL).
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The name of the class `Pii`.
pub const PII: &str = "pii";
/// The name of the class `Confidential`.
pub const CONFIDENTIAL: &str = "confidential";
/// The classes of data that come with the library: the name in `releases(…)`, and the type.
pub const CLASSES: &[(&str, &str)] = &[(PII, "Pii"), (CONFIDENTIAL, "Confidential")];
