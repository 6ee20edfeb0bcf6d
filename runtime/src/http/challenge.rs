//! The challenges in responses to refused requests (RFC 6750, section 3; RFC 9728, section 5.1).

use http::HeaderValue;

/// The challenges of one server. Apart from the scopes of the operation, they do not depend on what was called.
pub(super) struct Challenges {
    missing: HeaderValue,
    invalid: HeaderValue,
    /// The address of the metadata, if there is any, preceded by a comma.
    pointer: String,
}

impl Challenges {
    /// Scope tokens and addresses contain neither quotes, nor backslashes, nor control characters.
    pub(super) fn new(initial_scope: &str, pointer: String) -> Self {
        let scope = if initial_scope.is_empty() { String::new() } else { format!(", scope=\"{initial_scope}\"") };
        let hints = format!("{scope}{pointer}");
        let missing = format!("Bearer{}", hints.strip_prefix(',').unwrap_or_default());
        Self { missing: value(&missing), invalid: value(&format!("Bearer error=\"invalid_token\"{hints}")), pointer }
    }

    /// For a request without a credential.
    pub(super) fn missing(&self) -> HeaderValue {
        self.missing.clone()
    }

    /// For a credential that is not accepted.
    pub(super) fn invalid_token(&self) -> HeaderValue {
        self.invalid.clone()
    }

    /// One challenge that names every scope of the operation (MCP authorization, "step-up").
    pub(super) fn insufficient_scope(&self, scopes: &str) -> HeaderValue {
        value(&format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"{}", self.pointer))
    }
}

fn value(challenge: &str) -> HeaderValue {
    HeaderValue::try_from(challenge).unwrap_or(HeaderValue::from_static("Bearer"))
}
