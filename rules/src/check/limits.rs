//! ST13, ST14: limits that limit nothing, or everything.

use secure_tool_vocabulary::{LARGEST_OUTPUT, LONGEST_TIMEOUT, MOST_A_SECOND, MOST_AT_ONCE, MOST_RATES};

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::Spanned;
use crate::syntax::concurrency::Concurrency;
use crate::syntax::numbers::show;
use crate::syntax::rate::{Limit, Per, Quota, Rate, whose};

/// ST13
pub(super) fn rate(tool: &Tool, sink: &Sink) {
    let Some(Spanned { value: limits, tokens }) = tool.attribute.rate.given() else { return };
    if limits.is_empty() {
        sink.refuse(tokens, messages::rates_empty());
    } else if limits.len() > MOST_RATES {
        sink.refuse(tokens, messages::rates_many(&MOST_RATES));
    }
    let mut seen = Vec::new();
    for rate in limits.iter().filter_map(known) {
        let per = whose(rate.per.as_ref());
        // If two rates count the same calls by the same unit, one of them has no effect.
        if seen.contains(&(rate.unit, per)) {
            sink.refuse(&rate.count.tokens, messages::rates_repeated(rate.unit.name(), per.name()));
        }
        seen.push((rate.unit, per));
        one_rate(rate, sink);
        of_this_kind(rate.per.as_ref(), tool, sink);
    }
}

fn known(limit: &Limit) -> Option<&Rate> {
    match limit {
        Limit::Known(rate) => Some(rate),
        Limit::Constant(_) => None,
    }
}

fn one_rate(rate: &Rate, sink: &Sink) {
    if rate.count.value == 0
        || rate.count.value > u64::from(MOST_A_SECOND).saturating_mul(rate.unit.seconds()).min(u64::from(u32::MAX))
    {
        sink.refuse(&rate.count.tokens, messages::rate_range(&rate.count.value, rate.unit.name()));
    }
    if let Some(burst) = &rate.burst
        && (burst.value == 0 || burst.value > u64::from(MOST_A_SECOND))
    {
        sink.refuse(&burst.tokens, messages::burst_range(&burst.value));
    }
}

/// `per = tool` of a tool, `per = prompt` of a prompt.
fn of_this_kind(per: Option<&Spanned<Per>>, tool: &Tool, sink: &Sink) {
    if let Some(Spanned { value: Per::Item(kind), tokens }) = per
        && *kind != tool.kind
    {
        sink.refuse(tokens, messages::per_other(kind.grammar().noun, tool.noun()));
    }
}

/// ST13
pub(super) fn quota(tool: &Tool, sink: &Sink) {
    let Some(Quota { count, per }) = tool.attribute.quota.given() else { return };
    if count.value == 0 || count.value > u64::from(u32::MAX) {
        sink.refuse(&count.tokens, messages::quota_range(&count.value));
    }
    of_this_kind(per.as_ref(), tool, sink);
}

/// ST13. What the server's own rate and budgets let pass is known when it is built.
pub(super) fn cost(tool: &Tool, sink: &Sink) {
    let Some(cost) = tool.attribute.cost.given() else { return };
    if cost.value == 0 {
        sink.refuse(&cost.tokens, messages::cost_range());
    }
    let rates = tool.attribute.rate.given().into_iter().flat_map(|rates| &rates.value).filter_map(known);
    let rates = rates.map(|rate| (&rate.count, rate.burst.as_ref().map_or(rate.count.value, |burst| burst.value)));
    let quota = tool.attribute.quota.given().map(|quota| (&quota.count, quota.count.value));
    // A limit of zero has been refused by itself.
    if let Some((limit, most)) = rates.chain(quota).find(|(_, most)| *most > 0 && *most < cost.value) {
        sink.refuse(&cost.tokens, messages::cost_beyond(&cost.value, &show(&limit.tokens), &most));
    }
}

/// ST14
pub(super) fn timeout(tool: &Tool, sink: &Sink) {
    if let Some(timeout) = tool.attribute.timeout.given()
        && (timeout.value == 0 || u128::from(timeout.value) > LONGEST_TIMEOUT.as_millis())
    {
        sink.refuse(&timeout.tokens, messages::timeout_range());
    }
}

/// ST14
pub(super) fn max_output(tool: &Tool, sink: &Sink) {
    if let Some(size) = tool.attribute.max_output.given()
        && (size.value == 0 || size.value > LARGEST_OUTPUT as u64)
    {
        sink.refuse(&size.tokens, messages::output_range());
    }
}

/// ST14
pub(super) fn concurrency(tool: &Tool, sink: &Sink) {
    let Some(Concurrency { calls, per_caller }) = tool.attribute.concurrency.given() else { return };
    if calls.value == 0 || calls.value > u64::from(MOST_AT_ONCE) {
        sink.refuse(&calls.tokens, messages::concurrency_range());
    } else if let Some(share) = per_caller
        && (share.value == 0 || share.value > calls.value)
    {
        // A share of zero shuts everybody out, and one that is larger than the whole is a mistake in one of the two.
        sink.refuse(&share.tokens, messages::share_range(&calls.value, &share.value));
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, TokenStream};
    use quote::quote;

    use super::{concurrency, cost, max_output, quota, rate, timeout};
    use crate::check::Rule;
    use crate::check::testing::cases;

    #[test]
    fn rates() {
        cases! { rate in #[secure_tool(_)] fn f() {};
            accepts: rate = 60 / minute;
            accepts: rate = 1_000_000 / second;
            accepts: rate(5 / hour);
            accepts: rate(5 / day, per = tool,);
            accepts: rate(60 / minute, burst = 10, per = caller);
            accepts: rate = LOOKUPS;
            accepts: rate = Rate::new(5, Unit::Hour);
            refuses ST13 "`per = tool`": rate(5 / day, per = resource);
            refuses ST13 "is not a valid value of `per`": rate(5 / day, per = everybody);
            refuses ST13 "`rate = 60/minute`": rate = "60/minute";
            refuses ST13 "`rate = 5/second`": rate = 5 / s;
            refuses ST13 "is not a valid rate": rate = often;
            refuses ST13 "`": rate = 0 / minute;
            refuses ST13 "`": rate = 1_000_001 / second;
            refuses ST13 "`": rate = 4_294_967_296 / day;
            refuses ST13 "`": rate(60 / minute, burst = 0);
            refuses ST13 "`": rate(60 / minute, burst = 1_000_001);
            refuses ST13 "`": rate = 60 / m;
            refuses ST13 "`": rate = 60;
            refuses ST13 "`rate = 60/minute`": rate = "60 per minute";
            refuses ST13 "`": rate = -1 / s;
            refuses ST13 "`": rate = 60u32 / s;
            refuses ST13 "`": rate = 1.5 / s;
            refuses ST13 "`": rate = 60 / minute / 2;
            refuses ST13 "`": rate;
            refuses ST13 "`": rate();
            refuses ST13 "`": rate(60 / second, per = everyone);
            refuses ST13 "`": rate(60 / second, burst = "many");
            refuses ST10 "`": rate(60 / second, brust = 1);
            refuses ST11 "`": rate(60 / second, burst = 1, burst = 2);
            accepts: rate = [10 / second, 200 / hour];
            accepts: rate = [10 / second, rate(200 / hour, burst = 20, per = tenant), LOOKUPS, Rate::new(5, Unit::Day),];
            accepts: rate = [10 / second];
            accepts: rate = [10 / second, rate(10 / second, per = tool)];
            refuses ST13 "`rate = [10/second, 200/hour]`": rate = [];
            refuses ST13 "`": rate = [10 / second, 200 / week];
            refuses ST13 "`200/month`", ST13 "`200/week`": rate = [200 / month, 10 / second, 200 / week];
            refuses ST13 "`", ST13 "`": rate = [0 / second, 0 / hour];
            refuses ST13 "`": rate = [10 / second, 0 / hour];
            refuses ST13 "per caller": rate = [10 / second, rate(20 / second, burst = 5)];
            refuses ST13 "`": rate = [[10 / second]];
            refuses ST13 "`": rate[10 / second];
            refuses ST13 "`": rate = [10 / second] * 2;
            refuses ST13 "`": rate([10 / second, 5 / hour]);
            refuses ST13 "keep the 8 strictest": rate = [A, A, A, A, A, A, A, A, A];
            refuses ST13 "`": rate = [10 / second 5 / hour];
        }
        cases! { rate in #[secure_prompt(_)] fn f() {};
            accepts: rate(5 / day, per = prompt);
            refuses ST13 "the rate of a prompt": rate(5 / day, per = tool);
        }
    }

    #[test]
    fn quotas() {
        cases! { quota in #[secure_tool(_)] fn f() {};
            accepts: quota = 500 / day;
            accepts: quota(500 / day);
            accepts: quota(500 / day, per = tenant,);
            accepts: quota = DAILY;
            accepts: quota = Quota::per_day(5);
            refuses ST13 "`quota = 500/day`": quota = 500 / hour;
            refuses ST13 "`": quota = 500;
            refuses ST13 "`": quota = "500/day";
            refuses ST13 "`": quota;
            refuses ST13 "`": quota();
            refuses ST13 "`": quota = 0 / day;
            refuses ST13 "`": quota = 4_294_967_296 / day;
            refuses ST13 "`": quota(500 / day, per = planet);
            refuses ST13 "`per = tool`": quota(500 / day, per = prompt);
            refuses ST10 "`per`": quota(500 / day, burst = 5);
            refuses ST10 "`": quota(500 / day, 5);
            refuses ST11 "`": quota(500 / day, per = caller, per = tenant);
        }
    }

    #[test]
    fn costs() {
        cases! { cost in #[secure_tool(_)] fn f() {};
            accepts: cost = 5;
            accepts: cost = HEAVY;
            accepts: rate = 5 / minute, cost = 5;
            accepts: rate(5 / minute, burst = 10), cost = 10;
            accepts: rate = LOOKUPS, cost = 10;
            refuses ST13 "`cost = 5`": cost = 0;
            refuses ST13 "`": cost = -1;
            refuses ST13 "`": cost = "5";
            refuses ST13 "`": cost;
            refuses ST13 "can never pass `5/minute`": rate = 5 / minute, cost = 6;
            refuses ST13 "can never pass `60/minute`": rate(60 / minute, burst = 5), cost = 6;
            refuses ST13 "can never pass `5/hour`": rate = [10 / second, 5 / hour], cost = 6;
            refuses ST13 "can never pass `5/day`": rate = 10 / second, quota = 5 / day, cost = 6;
        }
    }

    #[test]
    fn timeouts() {
        cases! { timeout in #[secure_tool(_)] fn f() {};
            accepts: timeout = 5s;
            accepts: timeout = core::time::Duration::from_secs(5);
            accepts: timeout = SOON;
            refuses ST14 "`timeout = 5s`": timeout = "5s";
            refuses ST14 "`timeout = 30s`": timeout = 30 seconds;
            refuses ST14 "not a valid duration": timeout = soon;
            accepts: timeout = 1ms;
            accepts: timeout = 1h;
            refuses ST14 "`": timeout = 0s;
            refuses ST14 "`": timeout = 61m;
            refuses ST14 "`": timeout = 5;
            refuses ST14 "`timeout = 5m`": timeout = 5min;
            refuses ST14 "`": timeout = 1.5s;
            refuses ST14 "`": timeout = -5s;
            refuses ST14 "`": timeout = 5 s;
            refuses ST14 "`": timeout;
            refuses ST14 "`": timeout = 18446744073709551615h;
        }
    }

    /// A fragment of `macro_rules!` comes in a group without delimiters.
    #[test]
    fn fragments() {
        let group = |tokens: TokenStream| Group::new(Delimiter::None, tokens);
        let (quota, time) = (group(quote!(60 / minute)), group(quote!(5s)));
        let (size, name) = (group(quote!(64KiB)), group(quote!(tool)));
        for rule in [rate as Rule, timeout, max_output] {
            cases! { rule in #[secure_tool(_)] fn f() {};
                accepts: rate(#quota, per = #name), timeout = #time, max_output = #size;
            }
        }
    }

    #[test]
    fn sizes() {
        cases! { max_output in #[secure_tool(_)] fn f() {};
            accepts: max_output = 64KiB;
            accepts: max_output = 64MiB;
            accepts: max_output = 2 * PAGE;
            refuses ST14 "`max_output = 64KiB`": max_output = 64kb;
            refuses ST14 "`max_output = 1MiB`": max_output = "1mb";
            refuses ST14 "`": max_output = 0KiB;
            refuses ST14 "`": max_output = 65MiB;
            refuses ST14 "`": max_output = 64;
            refuses ST14 "`": max_output = 64KB;
        }
    }

    #[test]
    fn concurrent_calls() {
        cases! { concurrency in #[secure_tool(_)] fn f() {};
            accepts: concurrency = 8;
            refuses ST14 "`": concurrency = 0;
            refuses ST14 "`": concurrency = 65_536;
            refuses ST14 "`": concurrency = "8";
            refuses ST14 "`": concurrency = 8u8;
            accepts: concurrency = MANY;
            accepts: concurrency(8);
            accepts: concurrency(8, per_caller = 2);
            accepts: concurrency(8, per_caller = 8,);
            accepts: concurrency(1, per_caller = 1);
            refuses ST14 "`": concurrency;
            refuses ST14 "`": concurrency();
            refuses ST14 "`": concurrency(0, per_caller = 1);
            refuses ST14 "`": concurrency(65_536, per_caller = 1);
            refuses ST14 "`": concurrency("8", per_caller = 2);
            refuses ST14 "`": concurrency(8u8);
            refuses ST14 "`": concurrency(8 / 2);
            refuses ST14 "write 1 to 8: `concurrency(8, per_caller = 1)`": concurrency(8, per_caller = 0);
            refuses ST14 "more than the `8` calls": concurrency(8, per_caller = 9);
            refuses ST14 "`per_caller = 2`": concurrency(8, per_caller = "2");
            refuses ST14 "`": concurrency(8, per_caller);
            refuses ST10 "`per_caller`": concurrency(8, per_calller = 2);
            refuses ST10 "`": concurrency(8, 2);
            refuses ST11 "`": concurrency(8, per_caller = 2, per_caller = 2);
        }
    }
}
