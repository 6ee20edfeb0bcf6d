//! The two records of a call that may write: the intent before its body, and the outcome after it. Whichever comes last, the end of the body or
//! the answer to the caller, writes the outcome.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{
    record,
    recorder::{Recorder, Source},
    refusal::Refusal,
};
use crate::{
    Call,
    audit::{Answered, AuditError, AuditRecord, Decision, Phase, output::OutputRecorder},
    outcome::{BodyState, Stage},
    output::Released,
};

/// What is recorded of a call that may write. The guard's task has it, and the thread of a blocking body.
pub(crate) struct Evidence {
    recorder: Arc<Recorder>,
    source: Source,
    /// How the answer is recorded.
    output: Option<Arc<OutputRecorder>>,
    arrived: Instant,
    is_blocking: bool,
    progress: Mutex<Progress>,
}

struct Progress {
    /// Until the outcome is written.
    record: Option<AuditRecord>,
    /// The intent was recorded, so that the body may have started.
    intended: bool,
    /// The body has ended, and the record says how.
    ended: bool,
    /// The guard has answered, and leaves the outcome to the thread of the body.
    left: bool,
}

impl Evidence {
    /// `record` is what is known of the call so far.
    pub(crate) fn new(
        recorder: Arc<Recorder>,
        record: AuditRecord,
        source: Source,
        output: Option<Arc<OutputRecorder>>,
        arrived: Instant,
        is_blocking: bool,
    ) -> Self {
        let progress = Progress { record: Some(record), intended: false, ended: false, left: false };
        Self { recorder, source, output, arrived, is_blocking, progress: Mutex::new(progress) }
    }

    /// Records the intent. A body whose intent was not recorded must not start.
    pub(crate) fn intend(&self, call: &Call) -> Result<(), AuditError> {
        // Held until the intent is written: the outcome comes after it.
        let mut progress = self.lock();
        let Some(mut record) = progress.record.clone() else { return Ok(()) };
        record.phase = Phase::Intent;
        record.decision = Decision::Admitted;
        record.stage = Stage::Body;
        record.rule = "admitted";
        record.code = None;
        record::observe(&mut record, call, self.arrived);
        self.recorder.intent(record)?;
        progress.intended = true;
        Ok(())
    }

    /// The body is done, and the guard may have answered already, or may be interrupted before it does.
    pub(crate) fn ended(&self, call: &Call, outcome: Result<&Released, &Refusal>) {
        let mut progress = self.lock();
        progress.ended = true;
        if let Some(record) = &mut progress.record {
            record::end(record, outcome, None, self.output.as_deref());
        }
        if progress.left {
            // Nobody is left to be told: the recorder has logged what there is to say.
            let _ = self.write(progress, call);
        }
    }

    /// The guard answers, be it with what the body said or, if it was interrupted, without waiting for it.
    pub(crate) fn answered(
        &self,
        call: &Call,
        outcome: Result<&Released, &Refusal>,
        interrupted: Option<Answered>,
    ) -> Result<(), AuditError> {
        let mut progress = self.lock();
        let Progress { record: Some(record), intended, ended, left } = &mut *progress else { return Ok(()) };
        record.answered = interrupted;
        if interrupted.is_none() {
            // What is answered in the end: there may have been no room for what the body said.
            record::end(record, outcome, None, self.output.as_deref());
        } else if !*ended {
            if self.is_blocking {
                *left = true;
                return Ok(());
            }
            record::end(record, outcome, interrupted, self.output.as_deref());
            if *intended {
                record.body = BodyState::Dropped;
            }
        }
        self.write(progress, call)
    }

    fn write(&self, mut progress: MutexGuard<'_, Progress>, call: &Call) -> Result<(), AuditError> {
        let Some(mut record) = progress.record.take() else { return Ok(()) };
        let intended = progress.intended;
        drop(progress);
        record::observe(&mut record, call, self.arrived);
        if record.answered.is_some() {
            // Whatever the body answered did not leave.
            record.output_bytes = 0;
            record.output = None;
        }
        if intended {
            record.phase = Phase::Outcome;
            self.recorder.outcome(record, self.source)
        } else {
            record.body = BodyState::NotStarted;
            self.recorder.end(record, self.source, true)
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
