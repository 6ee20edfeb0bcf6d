//! The identity stage: who is calling.

use std::time::Duration;

use super::refusal::Refusal;
use crate::{
    identity::{NotVouched, Principal, Revocations},
    outcome::{Code, Stage},
    policy::{Effect, Scope},
};

/// What the audit record says of a caller whose credential has expired.
pub(crate) const EXPIRED: &str = "expired_credential";

/// How long to stay away when nobody can be asked about a credential.
const WHEN_UNANSWERED: Duration = Duration::from_secs(5);

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

/// Whether the authority that vouched for the caller still does, if that is to be asked before a body of this effect.
pub(crate) async fn check_vouched(principal: &Principal, effect: Effect) -> Result<(), Refusal> {
    let voucher = principal.caller().and_then(|caller| caller.voucher());
    let Some(voucher) = voucher.filter(|voucher| voucher.is_asked_before(effect)) else { return Ok(()) };
    voucher.ask().await.map_err(|why| match why {
        NotVouched::Withdrawn => revoked(Stage::Limits, "withdrawn_credential"),
        NotVouched::Unavailable => {
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
