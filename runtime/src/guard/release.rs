//! The release stage: may the answer leave.

use super::refusal::Refusal;
use crate::{
    Call, ToolError,
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

/// Somebody else's object was about to leave. The caller learns nothing of it; the operator does.
pub(crate) fn breach(call: &Call) -> Refusal {
    tracing::error!(
        target: "secure_tool::alert",
        tool = call.tool(),
        call_id = %call.id(),
        "an answer with somebody else's object was stopped"
    );
    Refusal::new(Code::Internal, Stage::Release, "breach")
}
