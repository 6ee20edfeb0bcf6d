//! The terms for the end of a call that refusals, audit records and the guard share. Depends on no other module of the crate.

mod atomic;
mod body;
mod call_id;
mod code;
mod owner;
mod stage;

pub(crate) use atomic::Atomic;
pub(crate) use atomic::Listed;
pub use body::BodyState;
pub use call_id::{CallId, InvalidCallId};
pub use code::Code;
pub use owner::OwnerOutcome;
pub use stage::Stage;
