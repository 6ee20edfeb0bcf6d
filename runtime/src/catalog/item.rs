//! A compiled item of a server.

use std::sync::{Arc, atomic::AtomicBool};

use secure_tool_vocabulary::UriTemplate;
use serde_json::Value;

use super::{Kind, Order, RequiredScopes, Spec, completions::Completions, texts::Texts, uri::Uri};
use crate::{
    audit::{output::OutputRecorder, redact::Redactor},
    breaker::Breaker,
    confirm::Sealer,
    digest::Digest,
    identity::Shares,
    limiter::Limit,
    output::Rules,
    policy::{Effect, Idempotency, Limits, Ownership, Piece, Scope},
    resource::Entries,
    schema::normalize::Normalizer,
    validate::Validator,
};

/// An item, with everything that is known before a call. `R` is what runs it.
pub(crate) struct Item<R> {
    pub(crate) kind: Kind,
    pub(crate) name: Arc<str>,
    /// A unique number among all items of the server.
    pub(crate) index: usize,
    pub(crate) spec: Spec,
    pub(crate) scope: Scope,
    pub(crate) scopes: RequiredScopes,
    pub(crate) limits: Limits,
    /// Includes the budgets.
    pub(crate) rates: Box<[Limit]>,
    pub(crate) output: Arc<OutputRecorder>,
    /// `Some` for a resource.
    pub(crate) uri: Option<Uri>,
    /// How the arguments of a prompt are parsed; `Some` for a prompt.
    pub(crate) texts: Option<Texts>,
    pub(crate) body: Task<R>,
    /// `Some` for a resource that lists its URIs.
    pub(crate) listing: Option<Task<R>>,
    /// `Some` for a prompt or a resource.
    pub(crate) completions: Option<Completions<R>>,
    /// Whether it exists in the environment of this server.
    pub(crate) here: bool,
    pub(crate) disabled: AtomicBool,
}

/// One of the requests that a client can make to an item: its arguments, and what runs it.
pub(crate) struct Task<R> {
    pub(crate) normalizer: Normalizer,
    pub(crate) validator: Validator,
    pub(crate) redactor: Redactor,
    /// The form for the person at the client.
    pub(crate) form: Option<Form>,
    pub(crate) policy: Arc<ItemPolicy>,
    /// One for each concurrent call. A read that hangs does not take places from the listing of the item or its completions.
    pub(crate) places: Arc<Shares>,
    pub(crate) run: R,
}

impl<R> Item<R> {
    /// Whether the server was built to expose it, regardless of the switches.
    pub(crate) fn is_offered(&self, writes_allowed: bool) -> bool {
        self.here && (writes_allowed || self.spec.effect == Effect::ReadOnly)
    }

    pub(crate) fn template(&self) -> Option<&UriTemplate> {
        self.uri.as_ref().map(|uri| &*uri.template)
    }
}

/// What all calls of one task have in common.
pub(crate) struct ItemPolicy {
    pub(crate) names: Box<[&'static str]>,
    pub(crate) defaults: Box<[Option<Value>]>,
    pub(crate) owner: Ownership,
    /// A caller with this scope may access the objects of every owner.
    pub(crate) override_scope: Option<Box<str>>,
    /// How many parameters `owner` names that the guard itself has to check.
    pub(crate) checks: usize,
    pub(crate) asks: Option<AskPolicy>,
    pub(crate) confirm: Option<ConfirmPolicy>,
    pub(crate) idempotent: Option<Repeated>,
    pub(crate) rules: Rules,
    pub(crate) effect: Effect,
    /// What the entries of a listing have in common; `Some` for a listing.
    pub(crate) entries: Option<Arc<Entries>>,
    /// Whether the body may change something.
    pub(crate) writes: bool,
    /// Whether the body is a function that is not async.
    pub(crate) is_blocking: bool,
    /// The call that must come before, and the marks that a call leaves.
    pub(crate) order: Order,
    /// How many checks are about what the model names.
    pub(crate) checks_of_model: usize,
    pub(crate) breaker: Option<Arc<Breaker>>,
}

/// How a repeated call is recognized.
pub(crate) struct Repeated {
    pub(crate) by: Idempotency,
    /// Whether the key is a UUID, which has several spellings.
    pub(crate) is_uuid: bool,
    /// The digest of what its tool releases: an earlier answer is sent again only under the same rules.
    pub(crate) rules: Digest,
}

/// Validates the values of a person.
pub(crate) struct Form {
    pub(crate) names: Box<[&'static str]>,
    pub(crate) normalizer: Normalizer,
    pub(crate) validator: Validator,
}

/// What the person at the client is asked for before an item runs.
pub(crate) struct AskPolicy {
    /// Each value, and the question for it.
    pub(crate) questions: Box<[(&'static str, &'static [Piece])]>,
    /// As clients are shown it.
    pub(crate) form: Value,
    /// How many checks are about what the model names: they come before.
    pub(crate) checks_before: usize,
    pub(crate) sealer: Arc<Sealer>,
}

impl ItemPolicy {
    /// Whether a person is asked before the item runs.
    pub(crate) fn asks_person(&self) -> bool {
        self.asks.is_some() || self.confirm.is_some()
    }
}

/// The question before an item runs, and who is asked.
pub(crate) struct ConfirmPolicy {
    pub(crate) who: Who,
    pub(crate) pieces: &'static [Piece],
    pub(crate) sealer: Arc<Sealer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The person at the client.
    Client,
    /// A person outside of the conversation.
    Operator,
}
