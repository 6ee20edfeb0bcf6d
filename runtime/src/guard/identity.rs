//! The identity stage: who is calling.

use std::time::Duration;

use super::refusal::Refusal;
use crate::{
    identity::{Principal, RecheckFailed, Revocations},
    outcome::{Code, Stage},
    policy::{Effect, Scope},
};

/// The rule in the audit record for an expired credential.
pub(crate) const EXPIRED: &str = "expired_credential";

/// The retry delay when a credential cannot be checked.
const WHEN_UNANSWERED: Duration = Duration::from_secs(5);

/// Checks that the principal is not revoked. This comes first, so that a revoked caller does not even learn which tools exist.
pub(crate) fn check_not_revoked(revocations: &Revocations, principal: &Principal) -> Result<(), Refusal> {
    let rule = principal.caller().and_then(|caller| revocations.against(caller));
    rule.map_or(Ok(()), |rule| Err(revoked(Stage::Identity, rule)))
}

/// The refusal for a revoked or expired credential, before or during the call: the same as without a credential.
pub(crate) fn revoked(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Unauthenticated, stage, rule)
}

/// Checks that the principal's credential has not expired, at the beginning and again just before the body.
pub(crate) fn check_current(principal: &Principal, stage: Stage) -> Result<(), Refusal> {
    match principal.caller() {
        Some(caller) if caller.has_expired() => Err(revoked(stage, EXPIRED)),
        _ => Ok(()),
    }
}

/// Asks the authority again whether the credential is valid, if that is required before a body with this effect.
pub(crate) async fn check_again(principal: &Principal, effect: Effect) -> Result<(), Refusal> {
    let recheck = principal.caller().and_then(|caller| caller.recheck());
    let Some(recheck) = recheck.filter(|recheck| recheck.is_asked_before(effect)) else { return Ok(()) };
    recheck.ask().await.map_err(|why| match why {
        RecheckFailed::Withdrawn => revoked(Stage::Limits, "withdrawn_credential"),
        RecheckFailed::Unavailable => {
            Refusal::new(Code::Unavailable, Stage::Limits, "credential_unchecked").retry_after(WHEN_UNANSWERED)
        }
    })
}

/// A caller with a name, or a tool that declares itself public.
pub(crate) fn check(scope: &Scope, principal: &Principal) -> Result<(), Refusal> {
    if scope.is_public() || principal.caller().is_some() {
        return Ok(());
    }
    Err(Refusal::new(Code::Unauthenticated, Stage::Identity, "identity"))
}
