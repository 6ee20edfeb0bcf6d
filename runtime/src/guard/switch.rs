//! The switch stage: does the item exist in this environment, is it switched on and exposed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Found, refusal::Refusal};
use crate::{
    catalog::Item,
    outcome::{Code, Stage},
    policy::Effect,
};

/// What an operator can turn while the server runs.
#[derive(Debug)]
pub(crate) struct KillSwitch {
    /// Whether the builder said `allow_writes()`.
    pub(crate) writes_allowed: bool,
    pub(crate) halted: AtomicBool,
    /// Only items that change nothing are exposed.
    pub(crate) read_only: AtomicBool,
}

impl KillSwitch {
    pub(crate) fn new(writes_allowed: bool) -> Self {
        Self { writes_allowed, halted: AtomicBool::new(false), read_only: AtomicBool::new(!writes_allowed) }
    }

    /// Whether this server exposes the item at this moment.
    pub(crate) fn exposes<R>(&self, item: &Item<R>) -> bool {
        self.hidden_by(item).is_none()
    }

    fn hidden_by<R>(&self, item: &Item<R>) -> Option<&'static str> {
        if !item.here {
            Some("environment")
        } else if self.halted.load(Ordering::Acquire) {
            Some("halted")
        } else if item.disabled.load(Ordering::Acquire) {
            Some("disabled")
        } else if item.spec.effect != Effect::ReadOnly && self.read_only.load(Ordering::Acquire) {
            Some("read_only")
        } else {
            None
        }
    }

    /// The item, if this server exposes it at this moment. One that it does not expose is an unknown one.
    pub(crate) fn check<'i, S>(&self, found: Option<Found<'i, S>>) -> Result<Found<'i, S>, Refusal> {
        let refuse = |rule| Refusal::new(Code::UnknownTool, Stage::Switch, rule);
        let found = found.ok_or_else(|| refuse("unknown"))?;
        self.hidden_by(found.item).map_or(Ok(found), |rule| Err(refuse(rule)))
    }
}
