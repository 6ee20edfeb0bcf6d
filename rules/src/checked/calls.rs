//! What a call has to wait for.

use syn::ExprPath;

use super::{Unresolved, narrow};
use crate::syntax::{after, breaker};

/// Which tool has to have succeeded before.
pub(crate) struct After<'t> {
    pub(crate) tool: &'t ExprPath,
    /// How long before at most, in milliseconds.
    pub(crate) within: u64,
}

impl<'t> After<'t> {
    pub(super) fn of(after: &'t after::After) -> Self {
        Self { tool: &after.tool, within: after.within.value }
    }
}

/// When calls that fail keep others from starting.
#[derive(Clone, Copy)]
pub(crate) struct Breaker {
    pub(crate) failures: u32,
    /// In milliseconds.
    pub(crate) cooldown: u64,
}

impl Breaker {
    pub(super) fn of(breaker: &breaker::Breaker) -> Result<Self, Unresolved> {
        Ok(Self { failures: narrow(breaker.failures.value, "`breaker`")?, cooldown: breaker.cooldown.value })
    }
}
