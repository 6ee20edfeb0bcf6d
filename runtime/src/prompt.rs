//! Guarded prompts.

use std::{any::type_name, fmt};

use crate::{
    AllowList,
    catalog::{Runs, Spec},
    guard::entry::Run,
};

/// A guarded prompt: what a function with `#[secure_prompt]` returns.
///
/// All you can do with it is register it ([`ServerBuilder::prompt`](crate::ServerBuilder::prompt)). Only the attribute creates one, and its messages
/// are available only through a server.
#[must_use = "a prompt does nothing until it is registered: `SecureServer::builder(state).prompt(…)`"]
pub struct GuardedPrompt<S: ?Sized> {
    pub(crate) spec: Spec,
    pub(crate) runs: Runs<Run<S>>,
}

impl<S: ?Sized> GuardedPrompt<S> {
    /// The name that clients show.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Restricts the prompt to certain callers: `.prompt(Billing::dunning_letter().only_for(tenants(["acme"])))`. It does not exist for callers that
    /// are not on the [list](AllowList). With several lists, a caller has to be on all of them, and on those of the [whole
    /// server](crate::ServerBuilder::only_for).
    pub fn only_for(mut self, list: AllowList) -> Self {
        self.spec.only_for.push(list);
        self
    }
}

impl<S: ?Sized> fmt::Debug for GuardedPrompt<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedPrompt")
            .field("name", &self.spec.name)
            .field("state", &type_name::<S>())
            .finish_non_exhaustive()
    }
}
