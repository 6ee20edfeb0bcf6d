//! The rate stage: is the caller within its rate. Every attempt that gets here counts, whatever comes of it.

use std::time::Instant;

use super::refusal::Refusal;
use crate::{
    catalog::Item,
    identity::Principal,
    outcome::{Code, Stage},
    policy::Per,
    rate::RateTable,
};

pub(crate) fn check<R>(table: &RateTable, item: &Item<R>, principal: &Principal, now: Instant) -> Result<(), Refusal> {
    let keys = principal.limit_keys();
    let missing = |rule, message| Refusal::new(Code::Forbidden, Stage::Rate, rule).message(message);
    let key = match item.limits.rate.per {
        Per::Caller => keys.caller,
        Per::Tenant => {
            keys.tenant.ok_or_else(|| missing("tenant", "This tool needs a caller that belongs to a tenant."))?
        }
        Per::Client => keys.client.ok_or_else(|| missing("client", "This tool needs a caller with a known client."))?,
        Per::Tool => 0,
    };
    table
        .check((item.index, key), item.quota, now)
        .map_err(|wait| Refusal::new(Code::RateLimited, Stage::Rate, "rate").retry_after(wait))
}
