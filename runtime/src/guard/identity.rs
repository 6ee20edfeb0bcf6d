//! Stage 2: who is calling.

use super::refusal::{Code, Refusal, Stage};
use crate::{identity::Principal, policy::Scope};

/// A caller with a name, or a tool that declares itself public.
pub(crate) fn check(scope: &Scope, principal: &Principal) -> Result<(), Refusal> {
    if scope.is_public() || principal.caller().is_some() {
        return Ok(());
    }
    Err(Refusal::new(Code::Unauthenticated, Stage::Identity, "identity"))
}
