//! The two records of a call that may write: the intent before its body, and the outcome after it. The outcome is written at the end of the body or
//! at the answer to the caller, whichever comes last.

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

/// The records of a call that may write, shared by the guard's task and the thread of a blocking body.
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
    /// The draft, until the outcome is written.
    record: Option<AuditRecord>,
    /// The intent was recorded, so the body may have started.
    intended: bool,
    /// The body has ended, which is in the record.
    ended: bool,
    /// The guard has answered; the thread of the body writes the outcome.
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
        // Locked until the intent is written, so that the outcome comes after it.
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

    /// The body has ended; the guard may have answered already, or may be interrupted before it does.
    pub(crate) fn ended(&self, call: &Call, outcome: Result<&Released, &Refusal>) {
        let mut progress = self.lock();
        progress.ended = true;
        if let Some(record) = &mut progress.record {
            record::end(record, outcome, None, self.output.as_deref());
        }
        if progress.left {
            // There is nobody to report to; the recorder has logged the failure.
            let _ = self.write(progress, call);
        }
    }

    /// The guard answers, either with the result of the body or, if it was interrupted, without waiting for it.
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
            // The final answer, because there may have been no memory for the result of the body.
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
            // The answer of the body was not sent.
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
