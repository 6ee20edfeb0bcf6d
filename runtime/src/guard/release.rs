//! Stage 10: may the answer leave.

use super::refusal::Refusal;
use crate::{
    Call, ToolError,
    error::Kind,
    outcome::{Code, Stage},
};

/// The body's own failure ends at stage 9; an answer that cannot leave ends here.
pub(crate) fn refuse(error: ToolError) -> Refusal {
    match error.kind() {
        Kind::TooLarge => Refusal::from_tool(error, Stage::Release, "max_output"),
        Kind::Withheld => Refusal::from_tool(error, Stage::Release, "masked_number"),
        _ => Refusal::from_tool(error, Stage::Body, "error"),
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
