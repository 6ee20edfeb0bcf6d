//! Asking a person before a tool does what it does.

mod approvals;
mod approver;
mod client;
mod fits;
mod question;
mod seal;
mod separation;
mod used;
mod wording;

pub use approvals::{Approvals, NoApproval};
pub use approver::{ApprovalRequest, Approver, ApproverError, Verdict};
pub(crate) use approver::{BoxedApprover, boxed};
pub use client::Question;
pub(crate) use client::{Answered, Client, Mute, NO_ELICITATION, NOT_ASKED, Reply};
pub(crate) use fits::problem as not_shown_whole;
pub use question::{NotShown, Nothing, QuestionField, Shown};
pub(crate) use question::{NotWhole, template, word};
pub(crate) use seal::Sealer;
pub(crate) use separation::ApproverRules;
