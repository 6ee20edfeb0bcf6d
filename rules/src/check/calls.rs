//! ST53, ST54, ST55, ST57: what a call has to wait for.

use secure_tool_vocabulary::{LONGEST_COOLDOWN, LONGEST_WITHIN, MOST_FAILURES, SHORTEST_COOLDOWN};
use syn::ExprPath;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Home, Tool};
use crate::syntax::after::After;
use crate::syntax::breaker::Breaker;
use crate::syntax::scope::Scope;

/// ST53, ST54, ST55. Whether the tool exists is for the compiler to know, and whether the server has it is known when that is built.
pub(super) fn after(tool: &Tool, sink: &Sink) {
    let Some(After { tool: first, within }) = tool.attribute.after.given() else { return };
    if is_itself(first, tool) {
        sink.refuse(first, messages::after_itself(tool.ident()));
    }
    if matches!(tool.attribute.scope.given(), Some(Scope::Public { .. })) {
        sink.refuse(first, messages::after_of_public_tool(tool.ident()));
    }
    if within.value == 0 || u128::from(within.value) > LONGEST_WITHIN.as_millis() {
        sink.refuse(&within.tokens, messages::within_range());
    }
}

/// A tool with another name of its own type is found when the server is built, which looks for circles.
fn is_itself(path: &ExprPath, tool: &Tool) -> bool {
    let mut segments = path.path.segments.iter();
    let names =
        [segments.next(), segments.next(), segments.next()].map(|segment| segment.map(|segment| &segment.ident));
    match (tool.home, names) {
        (Home::Free, [Some(name), None, None]) => name == tool.ident(),
        (Home::Method | Home::Associated, [Some(of), Some(name), None]) => of == "Self" && name == tool.ident(),
        _ => false,
    }
}

/// ST57
pub(super) fn breaker(tool: &Tool, sink: &Sink) {
    let Some(Breaker { failures, cooldown }) = tool.attribute.breaker.given() else { return };
    if failures.value == 0 || failures.value > u64::from(MOST_FAILURES) {
        sink.refuse(&failures.tokens, messages::failures_range());
    }
    if !(SHORTEST_COOLDOWN.as_millis()..=LONGEST_COOLDOWN.as_millis()).contains(&u128::from(cooldown.value)) {
        sink.refuse(&cooldown.tokens, messages::cooldown_range());
    }
}

#[cfg(test)]
mod tests {
    use super::{after, breaker};
    use crate::check::testing::cases;

    #[test]
    fn orders() {
        cases! { after in #[secure_tool(scope = "a", _)] fn pay(&self) {};
            accepts: after(Self::quote, within = 10m);
            accepts: after(quote, within = 1ms);
            accepts: after(Billing::pay, within = 720h,);
            accepts: after(<Self as Quotes>::quote, within = 10m);
            accepts: after(pay, within = 10m);
            refuses ST53 "`after(Self::quote, within = 10m)`": after;
            refuses ST53 "`": after = Self::quote;
            refuses ST53 "`": after(5, within = 10m);
            refuses ST53 "`": after("quote", within = 10m);
            refuses ST53 "`": after(within = 10m);
            refuses ST53 "remove the parentheses: `after(Self::quote, ": after(Self::quote(), within = 10m);
            refuses ST55 "`after(Self::quote, within = 10m)`": after(Self::quote);
            refuses ST55 "`": after(Self::quote,);
            refuses ST55 "`within = 10m`": after(Self::quote, within = "10 minutes");
            refuses ST55 "`within = 10m`": after(Self::quote, within = 10min);
            refuses ST55 "`": after(Self::quote, within);
            refuses ST55 "write 1ms to 720h": after(Self::quote, within = 0s);
            refuses ST55 "write 1ms to 720h": after(Self::quote, within = 721h);
            refuses ST10 "`within`": after(Self::quote, withn = 10m);
            refuses ST10 "`": after(Self::quote, 10m);
            refuses ST11 "`": after(Self::quote, within = 10m, within = 10m);
            refuses ST11 "`": after(Self::quote, within = 10m), after(Self::reserve, within = 10m);
            refuses ST54 "`pay` has to run after itself": after(Self::pay, within = 10m);
        }
        cases! { after in #[secure_tool(after(_, within = 10m), scope = "a")] fn pay(desk: &Desk) {};
            accepts: Self::pay;
            accepts: shop::pay;
            refuses ST54 "`": pay;
        }
        cases! { after in #[secure_tool(after(Self::quote, within = 10m), scope = _)] fn pay(&self) {};
            refuses ST53 "`pay` is public": public("a good reason");
        }
        cases! { after; refuses ST10 "`after` is a key of tools": #[secure_prompt(after(Self::quote, within = 10m))] fn f(&self) {}; }
    }

    #[test]
    fn breakers() {
        cases! { breaker in #[secure_resource(_)] fn f() {};
            accepts: breaker(failures = 5, cooldown = 30s);
            accepts: breaker(cooldown = 1h, failures = 1000,);
            accepts: breaker(failures = 1, cooldown = 1000ms);
            refuses ST56 "`breaker(failures = 5, cooldown = 30s)`": breaker;
            refuses ST56 "`": breaker = 5;
            refuses ST56 "`": breaker();
            refuses ST56 "`": breaker(failures = 5);
            refuses ST56 "`": breaker(cooldown = 30s);
            refuses ST56 "`": breaker(5, 30s);
            refuses ST56 "`failures = 5`": breaker(failures = "5", cooldown = 30s);
            refuses ST56 "`cooldown = 30s`": breaker(failures = 5, cooldown = 30 seconds);
            refuses ST57 "write 1 to 1000": breaker(failures = 0, cooldown = 30s);
            refuses ST57 "write 1 to 1000": breaker(failures = 1001, cooldown = 30s);
            refuses ST57 "write 1s to 1h": breaker(failures = 5, cooldown = 999ms);
            refuses ST57 "write 1s to 1h": breaker(failures = 5, cooldown = 61m);
            refuses ST10 "`cooldown`": breaker(failures = 5, cooldwn = 30s);
            refuses ST11 "`": breaker(failures = 5, failures = 5, cooldown = 30s);
        }
    }
}
