//! The identity stage: who is calling.

use super::refusal::Refusal;
use crate::{
    identity::{Principal, Revocations},
    outcome::{Code, Stage},
    policy::Scope,
};

/// Whether nothing of the principal is revoked. Asked before everything else: who is revoked does not even learn which tools there are.
pub(crate) fn check_not_revoked(revocations: &Revocations, principal: &Principal) -> Result<(), Refusal> {
    let rule = principal.caller().and_then(|caller| revocations.against(caller));
    rule.map_or(Ok(()), |rule| Err(revoked(Stage::Identity, rule)))
}

/// What a caller is told whose credential was revoked, be it before the call or while it runs: the same as without one.
pub(crate) fn revoked(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Unauthenticated, stage, rule)
}

/// A caller with a name, or a tool that declares itself public.
pub(crate) fn check(scope: &Scope, principal: &Principal) -> Result<(), Refusal> {
    if scope.is_public() || principal.caller().is_some() {
        return Ok(());
    }
    Err(Refusal::new(Code::Unauthenticated, Stage::Identity, "identity"))
}
