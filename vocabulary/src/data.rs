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
    /// A password in a URL, or in HTTP Basic credentials.
    Password,
}

impl SecretKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Card, Self::Ssn, Self::PrivateKey, Self::ApiKey, Self::Jwt, Self::Bearer, Self::Password];

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
            Self::Password => "password",
        }
    }

    /// The position in [`ALL`](Self::ALL).
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What the release scan is blind to: bytes in which a text can be drawn or spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// Other bytes that are no text.
    Blob,
}

impl Media {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Image, Self::Audio, Self::Blob];

    /// The name in `releases(…)`, and in the manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Blob => "blob",
        }
    }

    /// What is called so.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.name() == name)
    }
}

/// The name of the class `Pii`.
pub const PII: &str = "pii";
/// The name of the class `Confidential`.
pub const CONFIDENTIAL: &str = "confidential";
/// The classes of data that come with the library: the name in `releases(…)`, and the type.
pub const CLASSES: &[(&str, &str)] = &[(PII, "Pii"), (CONFIDENTIAL, "Confidential")];

const LONGEST_LABEL: usize = 64;

/// Whether a class of data or a pattern of the application can have this name: 1 to 64 of `a-z 0-9 _`.
#[must_use]
pub const fn is_label(name: &str) -> bool {
    let mut rest = name.as_bytes();
    if rest.is_empty() || rest.len() > LONGEST_LABEL {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_') {
            return false;
        }
        rest = tail;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{CONFIDENTIAL, PII, is_label};

    #[test]
    fn names_of_classes_and_patterns() {
        assert!([PII, CONFIDENTIAL, "a_1", &"x".repeat(64)].iter().all(|name| is_label(name)));
        assert!(!["", "Pii", "a b", "a]", "é", &"x".repeat(65)].iter().any(|name| is_label(name)));
    }
}
