//! The release stage: may the answer leave.

use super::refusal::Refusal;
use crate::{
    ToolError,
    error::Kind,
    outcome::{Code, Stage},
};

/// The body's own failure ends at its stage; an answer that cannot leave ends here.
pub(crate) fn refuse(error: ToolError) -> Refusal {
    match error.kind() {
        Kind::TooLarge => Refusal::from_tool(error, Stage::Release, "max_output"),
        Kind::Withheld => Refusal::from_tool(error, Stage::Release, "masked_number"),
        Kind::Inspected => Refusal::from_tool(error, Stage::Release, "inspected"),
        Kind::NotFound | Kind::Invalid | Kind::Conflict | Kind::Unavailable | Kind::Forbidden | Kind::Internal => {
            Refusal::from_tool(error, Stage::Body, "error")
        }
    }
}

/// Somebody else's object was about to leave. The caller learns nothing of it; an [alert](crate::AlertKind::Breach) tells the operator.
pub(crate) fn breach() -> Refusal {
    Refusal::new(Code::Internal, Stage::Release, "breach")
}
