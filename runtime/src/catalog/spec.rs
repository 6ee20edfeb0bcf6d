//! What an item declares.

use std::{panic::Location, time::Duration};

use secure_tool_vocabulary::Media;

use super::{After, Kind, Order};
use crate::{
    AllowList, BreakerPolicy,
    audit::AuditOutput,
    policy::{Concurrency, Confirm, Effect, Idempotency, Ownership, Quota, Rate, Scope},
    schema::argument::ArgumentSpec,
};

/// Descriptive values for clients, which are not enforced.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints {
    pub(crate) idempotent: bool,
    pub(crate) closed_world: bool,
}

/// Everything that the source declares about an item.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) title: Option<&'static str>,
    pub(crate) version: Option<&'static str>,
    pub(crate) deprecated: Option<&'static str>,
    pub(crate) effect: Effect,
    pub(crate) hints: Hints,
    pub(crate) icon: Option<&'static str>,
    /// Keys of `_meta`, and their values as JSON.
    pub(crate) meta: Vec<(&'static str, &'static str)>,
    /// The reason why it only reads although its name suggests a deletion.
    pub(crate) read_only: Option<&'static str>,
    /// `None`: not stated, so that nobody passes and no server is built.
    pub(crate) scope: Option<Scope>,
    /// `None`: not stated, in the same way.
    pub(crate) owner: Option<Ownership>,
    /// The caller's parameter, and why the answer is not proven to be the caller's.
    pub(crate) unproven: Option<(&'static str, &'static str)>,
    pub(crate) confirm: Option<Confirm>,
    pub(crate) idempotent: Option<Idempotency>,
    /// All of them hold; the server's default if there is none.
    pub(crate) rates: Vec<Rate>,
    pub(crate) quota: Option<Quota>,
    /// How many calls one call counts as.
    pub(crate) cost: u32,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_output: Option<usize>,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) audit_output: Option<AuditOutput>,
    pub(crate) releases: Vec<&'static str>,
    pub(crate) classes: Vec<&'static str>,
    /// What it releases that the scan cannot read.
    pub(crate) media: Vec<Media>,
    /// Every caller has to be on each of these lists.
    pub(crate) only_for: Vec<AllowList>,
    /// The environments that it exists in; every one if it names none.
    pub(crate) only_in: &'static [&'static str],
    pub(crate) blocking: bool,
    /// Whether its body reports progress.
    pub(crate) progress: bool,
    pub(crate) arguments: Vec<ArgumentSpec>,
    /// How many ownership checks its parameters require.
    pub(crate) checks: usize,
    /// How many of them are about what a person is asked for.
    pub(crate) checks_of_asked: usize,
    pub(crate) output: Option<serde_json::Value>,
    /// The media that every answer holds, if its type says so.
    pub(crate) held: Option<&'static [Media]>,
    /// The template of a resource's URIs.
    pub(crate) uri: Option<&'static str>,
    /// Which tool has to have succeeded before.
    pub(crate) after: Option<After>,
    /// What follows from that, for it and for the tools that come after it; known when all items of the server are.
    pub(crate) order: Order,
    pub(crate) breaker: Option<BreakerPolicy>,
    /// The place of the declaration, which is unique.
    pub(crate) declared_at: &'static Location<'static>,
    /// The media type of a resource, as the source says it.
    pub(crate) mime: Option<&'static str>,
    /// The same, as the type of its answer says it.
    pub(crate) media_type: Option<&'static str>,
}

impl Spec {
    /// The media type of a resource, as far as it is known before it is read.
    pub(crate) fn media_type(&self) -> Option<&'static str> {
        self.mime.or(self.media_type)
    }
}
