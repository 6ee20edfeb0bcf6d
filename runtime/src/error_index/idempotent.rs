/// ST50: an invalid `idempotent(…)`, or one with a time that is too short or too long.
///
/// A repeated call is recognized either by a key that the model makes or by its arguments, for a time between one second and seven days.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Pay the rent.
/// #[secure_tool(scope = "payments:write", owner = unowned("the rent is the house's"), idempotent(within = 30d))]
/// async fn pay(&self) {}
/// # }
/// # fn main() {}
/// ```
///
/// Write `idempotent(within = 10m)`, `idempotent(key = request_id)`, or `idempotent(key = request_id, keep = 48h)`. The chapter on [retries](crate::guide::retries) explains which one to choose.
pub mod st50 {}

/// ST51: an idempotency key that is not a string, or that the model may leave out.
///
/// The key is a parameter by value of the type `String`, `Bounded<_, _>` or `Uuid`. A parameter that is optional, has a default or comes from a short list would give different operations
/// the same key, and the later ones would get the answer of the first.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Pay the rent.
/// #[secure_tool(scope = "payments:write", owner = unowned("the rent is the house's"), idempotent(key = request_id))]
/// async fn pay(
///     &self,
///     /// The key of this payment.
///     request_id: Option<String>,
/// ) { let _ = request_id; }
/// # }
/// # fn main() {}
/// ```
///
/// Write `request_id: String`. The instructions for the model are added to its description.
pub mod st51 {}

/// ST52: an `idempotent(…)` on a tool that reads, that is public, or whose objects a person names.
///
/// A tool that only reads can be called again anyway. A public tool has no caller, so one stranger would get the answer of another. If a person names the object, nobody would
/// compare its owner with the caller when the call is repeated, because nobody is asked then. And `idempotent(…)` already tells clients the same as `hints(idempotent)`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// What is the rent?
/// #[secure_tool(scope = "payments:read", owner = unowned("the rent is the house's"), read_only, idempotent(within = 10m))]
/// async fn rent(&self) -> &'static str { "much" }
/// # }
/// # fn main() {}
/// ```
///
/// Remove `idempotent(…)`, or the part of the policy that contradicts it.
pub mod st52 {}
