//! Every rule that a tool, a resource or a prompt can break while it is compiled, a page each.
//!
//! The codes are stable. All the mistakes of one attribute are reported at once, each under the tokens that are wrong.
//!
//! | code | what is wrong |
//! |---|---|
//! | [ST01](st01) | a tool that states no scope |
//! | [ST02](st02) | a tool that states no owner |
//! | [ST03](st03) | a tool without a doc comment |
//! | [ST04](st04) | a model parameter without a doc comment |
//! | [ST05](st05) | a tool that destroys, and asks nobody |
//! | [ST06](st06) | a resource that states no URI |
//! | [ST07](st07) | a value that no person can be asked for |
//! | [ST10](st10) | an unknown key |
//! | [ST11](st11) | a key given twice |
//! | [ST12](st12) | an invalid scope |
//! | [ST13](st13) | a rate, quota or cost that is zero, unreadable or absurd |
//! | [ST14](st14) | a duration, size or concurrency that is zero, unreadable or absurd |
//! | [ST15](st15) | an opt-out without a reason |
//! | [ST16](st16) | a question that cannot be asked |
//! | [ST17](st17) | a name that no client takes, or that begins with `_` |
//! | [ST18](st18) | an `#[arg]` that has no effect, or that nothing can meet |
//! | [ST19](st19) | a release of what the answer does not contain, or a picture that is not released |
//! | [ST20](st20) | a `read_only` tool that is not |
//! | [ST21](st21) | an owner that is no parameter |
//! | [ST22](st22) | an owner that the body ignores |
//! | [ST23](st23) | an `Owned<_>` that the policy does not name |
//! | [ST24](st24) | a public tool with a caller, or that destroys |
//! | [ST25](st25) | an environment that no server is in |
//! | [ST26](st26) | a struct whose fields cannot be arguments |
//! | [ST27](st27) | a key of an object that the policy does not name |
//! | [ST28](st28) | a reader whose answer nobody proves to be the caller's |
//! | [ST30](st30) | an untyped argument |
//! | [ST31](st31) | a borrowed argument |
//! | [ST32](st32) | an identity that the model chooses |
//! | [ST33](st33) | free text where it is dangerous |
//! | [ST34](st34) | a credential in plain text |
//! | [ST35](st35) | a shape that the guard cannot hold |
//! | [ST36](st36) | a return type that is no answer |
//! | [ST37](st37) | a secret that is returned |
//! | [ST38](st38) | an owner that the state cannot tell |
//! | [ST39](st39) | a permit stronger than the effect |
//! | [ST40](st40) | a URI that is no template of level 1 |
//! | [ST41](st41) | a variable of a URI that is no parameter, or the reverse |
//! | [ST42](st42) | an argument of a resource or a prompt that is no single value |
//! | [ST43](st43) | a resource or a prompt that writes |
//! | [ST44](st44) | a `list` or a `complete` that cannot offer anything |
//! | [ST45](st45) | an invalid media type |
//! | [ST50](st50) | an `idempotent(…)` that cannot be read, or a time in it that is too short or too long |
//! | [ST51](st51) | an idempotency key that is no text, or that the model need not send |
//! | [ST52](st52) | an `idempotent(…)` on a tool that reads, that is public, or whose objects a person names |
//! | [ST53](st53) | an `after` that names no tool of this server |
//! | [ST54](st54) | a tool that comes after itself |
//! | [ST55](st55) | an `after` without a time that is valid |
//! | [ST56](st56) | a `breaker` that cannot be read |
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
