//! The release stage: may the answer leave.

use std::time::Duration;

use super::refusal::Refusal;
use crate::{
    ToolError,
    error::Kind,
    outcome::{Code, Stage},
    output::Released,
    policy::Effect,
};

/// How long to stay away when there is no memory for an answer.
const WHEN_FULL: Duration = Duration::from_secs(1);

/// The memory for an answer from here until its client has taken it.
pub(crate) trait Room: Send + Sync {
    /// Takes so many bytes. Whether they are there.
    fn take(&self, bytes: usize) -> bool;

    /// Counts so many bytes, whether they are there or not.
    fn force(&self, bytes: usize);
}

/// Where answers are not limited: whoever has asked is in this process, or is the only client of it.
pub(crate) struct Unlimited;

impl Room for Unlimited {
    fn take(&self, _: usize) -> bool {
        true
    }

    fn force(&self, _: usize) {}
}

/// Takes the memory for an answer. Where a call may have had an effect, the answer leaves whether or not there is enough.
pub(super) fn take_room(room: &dyn Room, effect: Option<Effect>, released: Released) -> Result<Released, Refusal> {
    // Structured content leaves twice: as what it is, and as text.
    let copies = 1 + usize::from(released.structured.is_some());
    let bytes = released.bytes.saturating_mul(copies);
    if effect != Some(Effect::ReadOnly) {
        room.force(bytes);
    } else if !room.take(bytes) {
        return Err(no_room());
    }
    Ok(released)
}

/// There is no memory for an answer at the moment.
pub(crate) fn no_room() -> Refusal {
    Refusal::new(Code::Unavailable, Stage::Release, "memory").retry_after(WHEN_FULL)
}

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
