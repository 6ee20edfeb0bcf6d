//! A page for every compile-time rule that a tool, a resource or a prompt can break.
//!
//! The codes are stable. All mistakes in one attribute are reported at once, each at the tokens that are wrong.
//!
//! | code | what is wrong |
//! |---|---|
//! | [ST01](st01) | a tool that declares no scope |
//! | [ST02](st02) | a tool that declares no owner |
//! | [ST03](st03) | a tool without a doc comment |
//! | [ST04](st04) | a model parameter without a doc comment |
//! | [ST05](st05) | a destructive tool that asks nobody |
//! | [ST06](st06) | a resource that declares no URI |
//! | [ST07](st07) | a value that a person cannot be asked for |
//! | [ST10](st10) | an unknown key |
//! | [ST11](st11) | a key given twice |
//! | [ST12](st12) | an invalid scope |
//! | [ST13](st13) | a rate, quota or cost that is zero, invalid or out of range |
//! | [ST14](st14) | a duration, size or concurrency that is zero, invalid or out of range |
//! | [ST15](st15) | an opt-out without a reason |
//! | [ST16](st16) | a question that cannot be asked |
//! | [ST17](st17) | a name that clients do not accept, or that begins with `_` |
//! | [ST18](st18) | an `#[arg]` that has no effect, or that no value can satisfy |
//! | [ST19](st19) | a release of data that the answer does not contain, or an image that is not released |
//! | [ST20](st20) | a `read_only` tool that does not only read |
//! | [ST21](st21) | an owner that is not a parameter |
//! | [ST22](st22) | an owner that the body ignores |
//! | [ST23](st23) | an `Owned<_>` that the policy does not name |
//! | [ST24](st24) | a public tool that takes a caller or is destructive |
//! | [ST25](st25) | an environment that no server can have |
//! | [ST26](st26) | a struct whose fields cannot be arguments |
//! | [ST27](st27) | a key of an object that the policy does not name |
//! | [ST28](st28) | an answer that is not proven to belong to the caller |
//! | [ST30](st30) | an untyped argument |
//! | [ST31](st31) | a borrowed argument |
//! | [ST32](st32) | an identity that the model chooses |
//! | [ST33](st33) | free text where it is dangerous |
//! | [ST34](st34) | a credential in plain text |
//! | [ST35](st35) | a function that the guard cannot run |
//! | [ST36](st36) | a return type that the guard does not accept |
//! | [ST37](st37) | a secret that is returned |
//! | [ST38](st38) | an owner that the state cannot determine |
//! | [ST39](st39) | a permit stronger than the effect |
//! | [ST40](st40) | a URI that is not a template of level 1 |
//! | [ST41](st41) | a variable of a URI without a parameter, or a parameter without a variable |
//! | [ST42](st42) | an argument of a resource or a prompt that is not a single value |
//! | [ST43](st43) | a resource or a prompt that writes |
//! | [ST44](st44) | a `list` or a `complete` that cannot offer anything |
//! | [ST45](st45) | an invalid media type |
//! | [ST50](st50) | an invalid `idempotent(…)`, or one with a time that is too short or too long |
//! | [ST51](st51) | an idempotency key that is not a string, or that the model may leave out |
//! | [ST52](st52) | an `idempotent(…)` on a tool that reads, that is public, or whose objects a person names |
//! | [ST53](st53) | an `after` that does not name a tool of this server |
//! | [ST54](st54) | a tool that has to run after itself |
//! | [ST55](st55) | an `after` without a valid time |
//! | [ST56](st56) | an invalid `breaker` |
//! | [ST57](st57) | a `breaker` that never opens, or never closes |

mod attribute;
mod calls;
mod idempotent;
mod policy;
mod resource;
mod signature;

pub use attribute::*;
pub use calls::*;
pub use idempotent::*;
pub use policy::*;
pub use resource::*;
pub use signature::*;
