//! Asking a person before a tool does what it does.

mod approvals;
mod approver;
mod client;
mod question;
mod seal;
mod used;

pub use approvals::{Approvals, NoApproval};
pub use approver::{ApprovalRequest, Approver, ApproverError, Verdict};
pub(crate) use approver::{BoxedApprover, boxed};
pub use client::Question;
pub(crate) use client::{Answered, Client, Mute, NO_ELICITATION, NOT_ASKED, Reply};
pub use question::{NotShown, Nothing, Shown};
pub(crate) use question::{ask, template};
pub(crate) use seal::Sealer;
