//! Asks a person before a tool runs: for values, or for a confirmation.

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
pub(crate) use client::{Asking, Asks, CONFIRM, Client, NO_ELICITATION, NOT_ASKED, NonInteractive};
pub use client::{Question, Reply};
pub(crate) use fits::problem as not_shown_whole;
pub use question::{NotShown, Nothing, QuestionField, Shown};
pub(crate) use question::{NotWhole, ask_each, template, word};
pub(crate) use seal::{Given, Invalid, Sealed, Sealer};
pub(crate) use separation::ApproverRules;
