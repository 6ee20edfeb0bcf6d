//! The switch stage: does the tool exist in this environment, is it switched on and exposed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{Guarded, refusal::Refusal};
use crate::{
    outcome::{Code, Stage},
    policy::Effect,
};

/// What an operator can turn while the server runs.
#[derive(Debug)]
pub(crate) struct Board {
    /// Whether the builder said `allow_writes()`.
    pub(crate) writes_allowed: bool,
    pub(crate) halted: AtomicBool,
    /// Only `read_only` tools are exposed.
    pub(crate) read_only: AtomicBool,
}

impl Board {
    pub(crate) fn new(writes_allowed: bool) -> Self {
        Self { writes_allowed, halted: AtomicBool::new(false), read_only: AtomicBool::new(!writes_allowed) }
    }

    /// The tool, if this server exposes it at this moment. A tool that it does not expose is an unknown one.
    pub(crate) fn exposes<S>(&self, tool: &Guarded<S>) -> bool {
        self.hidden_by(tool).is_none()
    }

    fn hidden_by<S>(&self, tool: &Guarded<S>) -> Option<&'static str> {
        if !tool.here {
            Some("environment")
        } else if self.halted.load(Ordering::Acquire) {
            Some("halted")
        } else if tool.disabled.load(Ordering::Acquire) {
            Some("disabled")
        } else if tool.spec.effect != Effect::ReadOnly && self.read_only.load(Ordering::Acquire) {
            Some("read_only")
        } else {
            None
        }
    }

    pub(crate) fn check<S>(&self, tool: Option<&Arc<Guarded<S>>>) -> Result<Arc<Guarded<S>>, Refusal> {
        let refuse = |rule| Refusal::new(Code::UnknownTool, Stage::Switch, rule);
        let tool = tool.ok_or_else(|| refuse("unknown"))?;
        self.hidden_by(tool).map_or_else(|| Ok(Arc::clone(tool)), |rule| Err(refuse(rule)))
    }
}
