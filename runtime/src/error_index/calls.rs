//! The order of calls, and the breaker: ST53 to ST57.

/// ST53: an `after` that does not name a tool of this server.
///
/// The guard looks for an earlier call of that tool. If the tool cannot be called, or not by this caller, the later tool never runs.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// async fn quote(&self) -> u32 { 5 }
///
/// /// Pay the price.
/// #[secure_tool(scope = "desk:pay", owner = caller, after(Self::quote, within = 10m))]
/// async fn pay(&self, caller: &Caller) -> String { format!("{} {}", caller.subject(), self.quote().await) }
/// # }
/// # fn main() {}
/// ```
///
/// Name another function with `#[secure_tool(…)]` that runs on the same state, without parentheses. `build()` checks what the compiler cannot see: the tool is
/// added to the server, and is offered in the same environment. If both tools take an object of the same kind, each takes exactly one, which is neither optional nor in a
/// list, and the later tool takes it from the model: otherwise the guard could not tell which object has to be the same. A public tool has no caller whose earlier call
/// could be found.
pub mod st53 {}

/// ST54: a tool that has to run after itself.
///
/// It would wait for its own success, so it could never be called.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Pay the price.
/// #[secure_tool(scope = "desk:pay", owner = caller, after(Self::pay, within = 10m))]
/// async fn pay(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Name the tool that has to run first. `build()` finds cycles of several tools.
pub mod st54 {}

/// ST55: an `after` without a valid time.
///
/// Without a time, an earlier call would count forever.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Say the price.
/// #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only)]
/// async fn quote(&self) -> &'static str { "5" }
///
/// /// Pay the price.
/// #[secure_tool(scope = "desk:pay", owner = caller, after(Self::quote))]
/// async fn pay(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Add the longest time between the two calls, `1ms` to `720h`: `after(Self::quote, within = 10m)`.
pub mod st55 {}

/// ST56: an invalid `breaker`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Say the price.
/// #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only, breaker(failures = 5))]
/// async fn quote(&self) -> &'static str { "5" }
/// # }
/// # fn main() {}
/// ```
///
/// A `breaker` has no defaults. Write both values: `breaker(failures = 5, cooldown = 30s)`.
pub mod st56 {}

/// ST57: a `breaker` that never opens, or never closes.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Say the price.
/// #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only, breaker(failures = 0, cooldown = 30s))]
/// async fn quote(&self) -> &'static str { "5" }
/// # }
/// # fn main() {}
/// ```
///
/// Write 1 to 1000 failures in a row, and a cooldown of `1s` to `1h`.
pub mod st57 {}
