//! Where a connection comes from: what the protocol's handler and the transports in front of it have to agree on.

#[cfg(feature = "http")]
mod visitor;

use std::sync::Arc;

use rmcp::model::Extensions;

#[cfg(feature = "http")]
pub(crate) use visitor::{Challenge, Visitor};

use crate::{Caller, guard::refusal::Refusal, identity::Principal};

/// The transport of a connection, and so where its identity is.
#[derive(Clone)]
pub(crate) enum Transport {
    /// One process at the other end of a pipe, whose identity was given when serving began.
    Pipe(Arc<Caller>),
    /// HTTP: every request brings its own identity, which the layer in front has checked.
    #[cfg(feature = "http")]
    Http,
}

#[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "a pipe always has its caller"))]
impl Transport {
    /// Who makes the request with these extensions. Whoever has no identity is anonymous; the guard decides what that is worth.
    pub(crate) fn principal(&self, extensions: &Extensions) -> Principal {
        match self {
            Self::Pipe(caller) => Principal::Caller(Arc::clone(caller)),
            // A request that did not come through the layer in front is nobody's.
            #[cfg(feature = "http")]
            Self::Http => Visitor::of(extensions).map_or(Principal::Anonymous, |visitor| visitor.principal.clone()),
        }
    }

    /// Tells the layer in front how the call in the request with these extensions was refused, where the transport has an answer of its own
    /// for that.
    pub(crate) fn refused(&self, extensions: &Extensions, refusal: &Refusal) {
        match self {
            Self::Pipe(_) => {}
            #[cfg(feature = "http")]
            Self::Http => {
                if let Some(visitor) = Visitor::of(extensions) {
                    visitor.challenge(refusal);
                }
            }
        }
    }

    /// The transport as traces name it (`network.transport`).
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Pipe(_) => "pipe",
            #[cfg(feature = "http")]
            Self::Http => "tcp",
        }
    }
}
