//! ST13, ST14: limits that limit nothing, or everything.

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;

const MOST_A_SECOND: u64 = 1_000_000;
const LONGEST_MS: u64 = 3_600_000;
const LARGEST_BYTES: u64 = 64 * 1_024 * 1_024;
const MOST_AT_ONCE: u64 = 65_535;

/// ST13
pub(super) fn rate(tool: &Tool, sink: &Sink) {
    let Some(rate) = tool.attribute.rate.given() else { return };
    if rate.count.value == 0
        || rate.count.value > MOST_A_SECOND.saturating_mul(rate.unit.seconds()).min(u64::from(u32::MAX))
    {
        sink.refuse(&rate.count.tokens, messages::rate_range(rate.count.value, rate.unit.name()));
    }
    if let Some(burst) = &rate.burst
        && (burst.value == 0 || burst.value > MOST_A_SECOND)
    {
        sink.refuse(&burst.tokens, messages::burst_range(burst.value));
    }
}

/// ST14
pub(super) fn timeout(tool: &Tool, sink: &Sink) {
    if let Some(timeout) = tool.attribute.timeout.given()
        && (timeout.value == 0 || timeout.value > LONGEST_MS)
    {
        sink.refuse(&timeout.tokens, messages::timeout_range());
    }
}

/// ST14
pub(super) fn max_output(tool: &Tool, sink: &Sink) {
    if let Some(size) = tool.attribute.max_output.given()
        && (size.value == 0 || size.value > LARGEST_BYTES)
    {
        sink.refuse(&size.tokens, messages::output_range());
    }
}

/// ST14
pub(super) fn concurrency(tool: &Tool, sink: &Sink) {
    if let Some(calls) = tool.attribute.concurrency.given()
        && (calls.value == 0 || calls.value > MOST_AT_ONCE)
    {
        sink.refuse(&calls.tokens, messages::concurrency_range());
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, TokenStream};
    use quote::quote;

    use super::{concurrency, max_output, rate, timeout};
    use crate::check::Rule;
    use crate::check::testing;

    fn accepts(rule: Rule, attribute: TokenStream) {
        testing::accepts(
            rule,
            attribute,
            quote!(
                fn f() {}
            ),
        );
    }

    fn refuses(rule: Rule, attribute: TokenStream, code: &str) {
        testing::refuses(
            rule,
            attribute,
            quote!(
                fn f() {}
            ),
            code,
            "`",
        );
    }

    #[test]
    fn rates() {
        for given in [
            quote!(rate = 60 / minute),
            quote!(rate = "60/minute"),
            quote!(rate = 1_000_000 / s),
            quote!(rate(5 / h)),
            quote!(rate("5/d", per = tool,)),
            quote!(rate(60 / min, burst = 10, per = caller)),
        ] {
            accepts(rate, given);
        }
        for given in [
            quote!(rate = 0 / minute),
            quote!(rate = 1_000_001 / s),
            quote!(rate = 4_294_967_296 / day),
            quote!(rate(60 / min, burst = 0)),
            quote!(rate(60 / min, burst = 1_000_001)),
            quote!(rate = 60 / m),
            quote!(rate = 60),
            quote!(rate = "60 per minute"),
            quote!(rate = -1 / s),
            quote!(rate = 60u32 / s),
            quote!(rate = 1.5 / s),
            quote!(rate = 60 / minute / 2),
            quote!(rate),
            quote!(rate()),
            quote!(rate(60 / s, per = everyone)),
            quote!(rate(60 / s, burst = "many")),
        ] {
            refuses(rate, given, "ST13");
        }
        refuses(rate, quote!(rate(60 / s, brust = 1)), "ST10");
        refuses(rate, quote!(rate(60 / s, burst = 1, burst = 2)), "ST11");
    }

    #[test]
    fn timeouts() {
        for given in [
            quote!(timeout = 5s),
            quote!(timeout = "5s"),
            quote!(timeout = 1ms),
            quote!(timeout = 1h),
            quote!(timeout = "60 m"),
        ] {
            accepts(timeout, given);
        }
        for given in [
            quote!(timeout = 0s),
            quote!(timeout = 61m),
            quote!(timeout = 5),
            quote!(timeout = 5min),
            quote!(timeout = 1.5s),
            quote!(timeout = -5s),
            quote!(timeout = 5 s),
            quote!(timeout),
            quote!(timeout = 18446744073709551615h),
        ] {
            refuses(timeout, given, "ST14");
        }
    }

    /// A fragment of `macro_rules!` comes in a group without delimiters.
    #[test]
    fn fragments() {
        let group = |tokens: TokenStream| Group::new(Delimiter::None, tokens);
        let (quota, text) = (group(quote!(60 / minute)), group(quote!("5s")));
        let (size, name) = (group(quote!(64kb)), group(quote!(tool)));
        let attribute = quote!(rate(#quota, per = #name), timeout = #text, max_output = #size);
        for rule in [rate as Rule, timeout, max_output] {
            accepts(rule, attribute.clone());
        }
    }

    #[test]
    fn sizes() {
        for given in [quote!(max_output = 64kb), quote!(max_output = "64mb")] {
            accepts(max_output, given);
        }
        for given in
            [quote!(max_output = 0kb), quote!(max_output = 65mb), quote!(max_output = 64), quote!(max_output = 64KB)]
        {
            refuses(max_output, given, "ST14");
        }
    }

    #[test]
    fn concurrent_calls() {
        accepts(concurrency, quote!(concurrency = 8));
        for given in [
            quote!(concurrency = 0),
            quote!(concurrency = 65_536),
            quote!(concurrency = "8"),
            quote!(concurrency = 8u8),
        ] {
            refuses(concurrency, given, "ST14");
        }
    }
}
