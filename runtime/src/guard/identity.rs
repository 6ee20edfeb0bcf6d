//! The identity stage: who is calling.

use super::refusal::Refusal;
use crate::{
    identity::{Principal, Revocations},
    outcome::{Code, Stage},
    policy::Scope,
};

/// What the audit record says of a caller whose credential has expired.
pub(crate) const EXPIRED: &str = "expired_credential";

/// Whether nothing of the principal is revoked. Asked before everything else: who is revoked does not even learn which tools there are.
pub(crate) fn check_not_revoked(revocations: &Revocations, principal: &Principal) -> Result<(), Refusal> {
    let rule = principal.caller().and_then(|caller| revocations.against(caller));
    rule.map_or(Ok(()), |rule| Err(revoked(Stage::Identity, rule)))
}

/// What a caller is told whose credential was revoked or has expired, be it before the call or while it runs: the same as without one.
pub(crate) fn revoked(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Unauthenticated, stage, rule)
}

/// Whether the principal's credential has not expired. Asked at the beginning, and once more just before the body.
pub(crate) fn check_current(principal: &Principal, stage: Stage) -> Result<(), Refusal> {
    match principal.caller() {
        Some(caller) if caller.has_expired() => Err(revoked(stage, EXPIRED)),
        _ => Ok(()),
    }
}

/// A caller with a name, or a tool that declares itself public.
pub(crate) fn check(scope: &Scope, principal: &Principal) -> Result<(), Refusal> {
    if scope.is_public() || principal.caller().is_some() {
        return Ok(());
    }
    Err(Refusal::new(Code::Unauthenticated, Stage::Identity, "identity"))
}
