//! What the layer in front of HTTP finds out about a request, and what it is told in return.

use std::sync::{Arc, OnceLock};

use rmcp::model::Extensions;

use crate::{guard::refusal::Refusal, identity::Principal, outcome::Code};

/// Who the layer in front found out a request to be from. Only that layer puts one on a request.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(super) principal: Principal,
    challenge: Arc<OnceLock<Challenge>>,
}

/// What the guard's decision means for the status of the response.
#[derive(Debug)]
pub(crate) enum Challenge {
    /// 401: RFC 6750, section 3.
    Unauthenticated,
    /// 403: RFC 6750, section 3.1, with all the scopes of the operation.
    InsufficientScope(String),
}

impl Visitor {
    pub(crate) fn new(principal: Principal) -> Self {
        Self { principal, challenge: Arc::default() }
    }

    pub(super) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<http::request::Parts>()?.extensions.get()
    }

    /// Remembers the refusal if HTTP has a status for it.
    pub(super) fn challenge(&self, refusal: &Refusal) {
        let challenge = if refusal.code() == Code::Unauthenticated {
            Challenge::Unauthenticated
        } else if refusal.code() == Code::InsufficientScope && refusal.detail().step_up {
            Challenge::InsufficientScope(refusal.detail().scopes.join(" "))
        } else {
            return;
        };
        // Set once: a request is one call.
        let _ = self.challenge.set(challenge);
    }

    /// What was remembered.
    pub(crate) fn challenged(&self) -> Option<&Challenge> {
        self.challenge.get()
    }
}
