//! The guarded prompt.

use std::{any::type_name, fmt};

use crate::{
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
}

impl<S: ?Sized> fmt::Debug for GuardedPrompt<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedPrompt")
            .field("name", &self.spec.name)
            .field("state", &type_name::<S>())
            .finish_non_exhaustive()
    }
}
