//! The guarded prompt.

use std::{any::type_name, fmt};

use crate::{
    AllowList,
    catalog::{Runs, Spec},
    guard::entry::Run,
};

/// A prompt behind its guard: what the name of a function with `#[secure_prompt]` returns.
///
/// It can be registered ([`ServerBuilder::prompt`](crate::ServerBuilder::prompt)) and nothing else. There is no way to make one but
/// the attribute, and no way to get its messages but through a server.
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

    /// Opens the prompt to some callers only: `.prompt(Billing::dunning_letter().only_for(tenants(["acme"])))`. Callers that are not on the [list](AllowList) do not see it. It can
    /// be said several times: a caller has to be on all the lists, also on those of the [whole server](crate::ServerBuilder::only_for).
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
