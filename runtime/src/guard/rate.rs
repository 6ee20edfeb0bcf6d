//! The rate stage: is the caller within its limits. Every attempt that reaches it counts, whatever its result.

use std::time::Instant;

use super::refusal::Refusal;
use crate::{
    catalog::Item,
    identity::Principal,
    limiter::{Counted, Limiter, NotAdmitted},
    outcome::{Code, Stage},
    policy::Per,
};

pub(crate) fn check<R>(
    limiter: &Limiter,
    item: &Item<R>,
    principal: &Principal,
    now: Instant,
) -> Result<Counted, Refusal> {
    limiter.admit(&item.rates, principal.limit_keys(), now).map_err(refuse)
}

pub(super) fn refuse(why: NotAdmitted) -> Refusal {
    let missing = |rule, message| Refusal::new(Code::Forbidden, Stage::Rate, rule).message(message);
    match why {
        NotAdmitted::Nameless(Per::Tenant) => {
            missing("tenant", "This tool requires a caller that belongs to a tenant.")
        }
        NotAdmitted::Nameless(_) => missing("client", "This tool requires a caller with a known client."),
        NotAdmitted::Exceeded { rule, wait } => {
            let refusal = Refusal::new(Code::RateLimited, Stage::Rate, rule).retry_after(wait);
            if rule == "quota" { refusal.message("The quota of this day is used up.") } else { refusal }
        }
    }
}
