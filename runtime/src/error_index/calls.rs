//! ST53 to ST57: what a call has to wait for.

/// ST53: an `after` that does not name a tool of this server.
///
/// The guard looks for an earlier call of that tool. If the tool cannot be called, or not by this caller, the later one never runs.
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
/// Name another function with `#[secure_tool(…)]` that runs on the same state, without parentheses. `build()` looks at what the compiler cannot see: the tool is
/// added to the server, and is offered in the same environment. Where both tools take an object of the same kind, each takes exactly one, neither optional nor a
/// list, and the later one takes it from the model: otherwise it could not be told which object has to be the same. A public tool has no caller whose earlier call it
/// could be.
pub mod st53 {}

/// ST54: a tool that has to run after itself.
///
/// It would wait for its own success, so that it could never be called.
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
/// Name the tool that comes first. `build()` finds circles of several tools.
pub mod st54 {}

/// ST55: an `after` without a valid time.
///
/// A call that was made once would count for good.
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
/// Say how long before at most: `after(Self::quote, within = 10m)`, `1ms` to `720h`.
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
/// Both numbers are stated: `breaker(failures = 5, cooldown = 30s)`.
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
/// 1 to 1000 failures in a row, and a cooldown of `1s` to `1h`.
pub mod st57 {}
