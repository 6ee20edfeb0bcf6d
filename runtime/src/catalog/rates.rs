//! The limits that an item's calls are counted against: its own, and the budgets of the server.

use secure_tool_vocabulary::MOST_RATES;

use super::Spec;
use crate::{
    KeyRing,
    limiter::{Clock, Limit},
    policy::{Budget, Quota, Rate},
    rate::Gcra,
    store,
};

/// How many limits of its own an item can have: as many rates as a list takes, and a quota.
const MOST_OF_ONE: usize = MOST_RATES + 1;

/// The limits of an item.
///
/// # Errors
///
/// What limits nothing, or everything, each as the end of a sentence about the item.
pub(super) fn limits(
    index: usize,
    spec: &Spec,
    budgets: &[Budget],
    keys: &KeyRing,
) -> Result<Box<[Limit]>, Vec<String>> {
    let mut problems = Vec::new();
    let own = spec.rates.iter().map(|rate| (Budget::Rate(*rate), "rate"));
    let own = own.chain(spec.quota.map(|quota| (Budget::Quota(quota), "quota"))).enumerate();
    let own = own.map(|(position, (limit, rule))| (index * MOST_OF_ONE + position, limit, rule));
    let shared = budgets.iter().enumerate().map(|(position, budget)| (usize::MAX - position, *budget, "budget"));
    let mut limits = Vec::new();
    for (id, declared, rule) in own.chain(shared) {
        let Some((clock, gcra)) = of(declared) else {
            // An invalid budget is reported once for the server, not for each tool.
            if rule != "budget" {
                problems.push(format!("has a {rule} that is zero or too large: {declared}"));
            }
            continue;
        };
        match gcra.costing(spec.cost) {
            Some(gcra) => {
                // Those of a budget are one, whatever the item.
                let of = if rule == "budget" { [rule, "", ""] } else { [rule, spec.kind.as_str(), spec.name] };
                let label = store::label(keys, &[&of[..], &[&declared.to_string()]].concat());
                limits.push(Limit { id, per: declared.whose(), clock, gcra, rule, label });
            }
            None => {
                problems.push(format!("has a `cost` of `{}`, which exceeds its {rule}: {declared} [ST13]", spec.cost));
            }
        }
    }
    if problems.is_empty() { Ok(limits.into()) } else { Err(problems) }
}

/// What a limit counts by; nothing if it is zero or too large.
pub(crate) fn of(limit: Budget) -> Option<(Clock, Gcra)> {
    match limit {
        Budget::Rate(Rate { count, unit, burst, .. }) => {
            Gcra::new(count, unit.period(), burst).map(|gcra| (Clock::Running, gcra))
        }
        Budget::Quota(Quota { count, .. }) => (count > 0).then(|| (Clock::Daily, Gcra::counting(count))),
    }
}
