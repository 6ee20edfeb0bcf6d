//! Stage 10: may the answer leave.

use super::refusal::{Refusal, Stage};
use crate::{ToolError, error::Kind};

/// The body's own failure ends at stage 9; an answer that cannot leave ends here.
pub(crate) fn refuse(error: ToolError) -> Refusal {
    match error.kind() {
        Kind::TooLarge => Refusal::from_tool(error, Stage::Release, "max_output"),
        Kind::Withheld => Refusal::from_tool(error, Stage::Release, "masked_number"),
        _ => Refusal::from_tool(error, Stage::Body, "error"),
    }
}
