//! The release stage: may the answer be sent.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use super::refusal::Refusal;
use crate::{
    ToolError,
    error::Kind,
    outcome::{Code, Stage},
    output::Released,
    policy::Effect,
};

/// The retry delay when there is no memory for an answer.
const WHEN_FULL: Duration = Duration::from_secs(1);

/// The memory for one answer until its client has read it.
pub(crate) trait Room: Send + Sync {
    /// Takes memory up to this total; returns whether it is available.
    fn take(&self, bytes: usize) -> bool;

    /// Counts this number of bytes, even if they are not available.
    fn force(&self, bytes: usize);
}

/// Unlimited: the caller is in this process, or is its only client.
pub(crate) struct Unlimited;

impl Room for Unlimited {
    fn take(&self, _: usize) -> bool {
        true
    }

    fn force(&self, _: usize) {}
}

/// The memory for an answer of several parts that pass the guard separately.
pub(crate) struct Together<'r> {
    room: &'r dyn Room,
    bytes: AtomicUsize,
}

impl<'r> Together<'r> {
    pub(crate) fn new(room: &'r dyn Room) -> Self {
        Self { room, bytes: AtomicUsize::new(0) }
    }

    fn with(&self, bytes: usize) -> usize {
        self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes)
    }
}

impl Room for Together<'_> {
    fn take(&self, bytes: usize) -> bool {
        self.room.take(self.with(bytes))
    }

    fn force(&self, bytes: usize) {
        self.room.force(self.with(bytes));
    }
}

/// Takes the memory for an answer. If the call may have had an effect, the answer is sent even if there is not enough.
pub(super) fn take_room(room: &dyn Room, effect: Option<Effect>, released: Released) -> Result<Released, Refusal> {
    let bytes = released.memory();
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

/// A failure of the body ends at its own stage; an answer that cannot be sent ends here.
pub(crate) fn refuse(error: ToolError) -> Refusal {
    match error.kind() {
        Kind::TooLarge => Refusal::from_tool(error, Stage::Release, "max_output"),
        Kind::Withheld => Refusal::from_tool(error, Stage::Release, "masked_number"),
        Kind::Inspected => Refusal::from_tool(error, Stage::Release, "inspected"),
        Kind::Content => Refusal::from_tool(error, Stage::Release, "content"),
        Kind::NotFound | Kind::Invalid | Kind::Conflict | Kind::Unavailable | Kind::Forbidden | Kind::Internal => {
            Refusal::from_tool(error, Stage::Body, "error")
        }
    }
}

/// The answer contained somebody else's object. The caller learns nothing of it; an [alert](crate::AlertKind::Breach) notifies the operator.
pub(crate) fn breach() -> Refusal {
    Refusal::new(Code::Internal, Stage::Release, "breach")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Content, Masked};

    /// So many bytes, and how many were taken.
    struct Few(usize, AtomicUsize);

    impl Room for Few {
        fn take(&self, bytes: usize) -> bool {
            let fits = bytes <= self.0;
            if fits {
                self.force(bytes);
            }
            fits
        }

        fn force(&self, bytes: usize) {
            self.1.store(bytes, Ordering::Relaxed);
        }
    }

    /// 400 bytes of a picture, and 10 of JSON that leave twice, with 64 around the second block.
    fn answer() -> Released {
        Released {
            content: vec![
                Content::Image { data: "A".repeat(400), mime_type: "image/png".into() },
                Content::text(r#"{"a":"bc"}"#.to_owned()),
            ],
            voices: Vec::new(),
            structured: Some(json!({"a": "bc"})),
            file: None,
            bytes: 410,
            copied: 10,
            masked: Masked::default(),
            cleaned: Masked::default(),
            inspected: Masked::default(),
            repeated: false,
        }
    }

    #[test]
    fn an_answer_takes_the_memory_that_it_needs() {
        for (room, effect, expected) in [
            (484, Some(Effect::ReadOnly), Some(484)),
            (483, Some(Effect::ReadOnly), None),
            (0, Some(Effect::Write), Some(484)),
            (0, None, Some(484)),
        ] {
            let room = Few(room, AtomicUsize::new(0));
            let taken = take_room(&room, effect, answer()).ok().map(|_| room.1.load(Ordering::Relaxed));
            assert_eq!(taken, expected);
        }
    }

    #[test]
    fn the_parts_of_one_answer_take_what_all_of_them_need() {
        let room = Few(1000, AtomicUsize::new(0));
        let together = Together::new(&room);
        let part = || take_room(&together, Some(Effect::ReadOnly), answer()).is_ok();
        assert_eq!([part(), part(), part()], [true, true, false], "each alone would fit");
        assert_eq!(room.1.load(Ordering::Relaxed), 968);
    }
}
