//! What a refused request is told to bring next time (RFC 6750, section 3; RFC 9728, section 5.1).

use axum::response::Response;
use http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE};

use super::door::plain;

/// The challenges of one server. None of them depends on what was called, but for the scopes of the operation.
pub(super) struct Challenges {
    missing: HeaderValue,
    invalid: HeaderValue,
    /// Where the metadata is, if there is any; with a comma first.
    pointer: String,
}

impl Challenges {
    /// Scope tokens and addresses have neither quotes, nor backslashes, nor control characters.
    pub(super) fn new(initial_scope: &str, pointer: String) -> Self {
        let scope = if initial_scope.is_empty() { String::new() } else { format!(", scope=\"{initial_scope}\"") };
        let hints = format!("{scope}{pointer}");
        let missing = format!("Bearer{}", hints.strip_prefix(',').unwrap_or_default());
        Self { missing: value(&missing), invalid: value(&format!("Bearer error=\"invalid_token\"{hints}")), pointer }
    }

    pub(super) fn unauthenticated(&self) -> Response {
        respond(StatusCode::UNAUTHORIZED, "a valid credential is needed", self.missing.clone())
    }

    pub(super) fn invalid_token(&self) -> Response {
        respond(StatusCode::UNAUTHORIZED, "a valid credential is needed", self.invalid.clone())
    }

    /// One challenge that names every scope of the operation (MCP authorization, "step-up").
    pub(super) fn insufficient_scope(&self, scopes: &str) -> Response {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"{}", self.pointer);
        respond(StatusCode::FORBIDDEN, "the credential lacks a scope", value(&challenge))
    }
}

fn respond(status: StatusCode, sentence: &'static str, challenge: HeaderValue) -> Response {
    let mut response = plain(status, sentence);
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

fn value(challenge: &str) -> HeaderValue {
    HeaderValue::try_from(challenge).unwrap_or(HeaderValue::from_static("Bearer"))
}
