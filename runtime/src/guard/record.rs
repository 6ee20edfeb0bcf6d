//! The audit stage: one record for a call that reads or is refused (within the budget of refusals), an intent and an outcome for one that may write,
//! however it ends.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Context, Guard, entry::Run, evidence::Evidence, identity, limits::Interrupted, order::Left, recorder::Source,
    refusal::Refusal, switch::halted,
};
#[cfg(feature = "http")]
use crate::audit::{FailedLoginReason, FailedLogins};
use crate::{
    Call,
    audit::{
        Answered, AuditError, AuditRecord, ConfirmedBy, Decision, Phase, RecordedArguments, output::OutputRecorder,
    },
    catalog::{Item, ItemPolicy, Kind, Part},
    clock,
    outcome::{BodyState, CallId, Code, OwnerOutcome, Stage},
    output::{Released, scan::Masked},
};

/// The rule of a repeated answer.
pub(super) const REPEATED: &str = "repeated";
/// The retry delay when records cannot be written.
const WHEN_UNRECORDED: Duration = Duration::from_secs(5);

/// The record of a running call. If it is dropped, because the connection and with it the task of the call has ended, it is written as cancelled.
pub(crate) struct Draft<'g, S> {
    guard: &'g Guard<S>,
    record: Option<AuditRecord>,
    arrived: Instant,
    /// How the answer is recorded.
    output: Option<&'g Arc<OutputRecorder>>,
    source: Source,
    /// From the owner stage on.
    running: Option<Running>,
    /// Set if the guard did not wait for the end of the body.
    interrupted: Option<Answered>,
    /// The marks for the tools that come after it.
    left: Left,
}

/// A call whose body may run.
struct Running {
    call: Call,
    is_blocking: bool,
    /// The intent and the outcome of a call that may write.
    evidence: Option<Arc<Evidence>>,
}

impl<'g, S> Draft<'g, S> {
    pub(crate) fn open(
        guard: &'g Guard<S>,
        call_id: CallId,
        (kind, part): (Kind, Part),
        Context { principal, origin, .. }: &Context<'_>,
        item: Option<&'g Item<Run<S>>>,
        arrived: Instant,
    ) -> Self {
        let record = AuditRecord {
            phase: Phase::Call,
            time: clock::now(),
            call_id,
            trace_id: origin.parent.as_ref().map(|parent| parent.trace_id.clone()),
            environment: guard.environment.clone(),
            kind,
            method: part.method(kind),
            tool: item.map(|item| Arc::clone(&item.name)),
            tool_version: item.and_then(|item| item.spec.version),
            caller: principal.recorded(),
            decision: Decision::Cancelled,
            answered: None,
            stage: Stage::Switch,
            rule: "dropped",
            body: BodyState::NotStarted,
            owner: OwnerOutcome::Unchecked,
            skipped: 0,
            skipped_foreign: 0,
            canary: false,
            degraded: false,
            arguments: None,
            asked: Box::default(),
            confirmed_by: None,
            code: Some(Code::Cancelled),
            output_bytes: 0,
            masked: Masked::default(),
            cleaned: Masked::default(),
            inspected: Masked::default(),
            output: None,
            duration: Duration::ZERO,
            cause: None,
            repeated: false,
        };
        Self {
            guard,
            record: Some(record),
            arrived,
            output: item.map(|item| &item.output),
            source: Source {
                index: item.map(|item| item.index),
                address: principal.address(),
                #[cfg(feature = "otel")]
                transport: origin.transport,
            },
            running: None,
            interrupted: None,
            left: Left::new(),
        }
    }

    /// If it succeeds, this is left behind.
    pub(crate) fn leaves(&mut self, left: Left) {
        self.left = left;
    }

    pub(crate) fn take_left(&mut self) -> Left {
        std::mem::take(&mut self.left)
    }

    pub(crate) fn arguments(&mut self, arguments: RecordedArguments) {
        if let Some(record) = &mut self.record {
            record.arguments = Some(arguments);
        }
    }

    /// Records which arguments a person gave.
    pub(crate) fn asked(&mut self, names: &[&'static str]) {
        if let Some(record) = &mut self.record {
            record.asked = names.into();
        }
    }

    pub(crate) fn recorded_arguments(&self) -> Option<RecordedArguments> {
        self.record.as_ref().and_then(|record| record.arguments.clone())
    }

    /// Records that only this process counted its limits.
    pub(crate) fn degraded(&mut self) {
        if let Some(record) = &mut self.record {
            record.degraded = true;
        }
    }

    pub(crate) fn confirmed_by(&mut self, by: ConfirmedBy) {
        if let Some(record) = &mut self.record {
            record.confirmed_by = Some(by);
        }
    }

    /// The body may run from here on. Returns the evidence for a call that may write.
    pub(crate) fn run(&mut self, call: &Call, policy: &ItemPolicy) -> Option<Arc<Evidence>> {
        let is_blocking = policy.is_blocking;
        let record = self.record.as_ref().filter(|_| policy.writes);
        let evidence = record.map(|record| {
            Arc::new(Evidence::new(
                Arc::clone(&self.guard.recorder),
                record.clone(),
                self.source,
                self.output.map(Arc::clone),
                self.arrived,
                is_blocking,
            ))
        });
        self.running = Some(Running { call: call.clone(), is_blocking, evidence: evidence.clone() });
        evidence
    }

    /// The guard stops waiting for the body. If the body has not started, nothing has happened, and it never will start.
    pub(crate) fn interrupt(&mut self, why: &Interrupted) -> Refusal {
        let (answered, rule) = match *why {
            Interrupted::Timeout => (Answered::Timeout, "timeout"),
            Interrupted::Cancelled => (Answered::Cancelled, "cancelled"),
            Interrupted::Revoked(rule) => (Answered::Revoked, rule),
            Interrupted::Halted(rule) => (Answered::Halted, rule),
        };
        self.interrupted = Some(answered);
        let Some(Running { call, evidence, .. }) = &self.running else {
            return if answered == Answered::Halted {
                halted(Stage::Switch, rule)
            } else {
                cancelled(Stage::Switch, rule)
            };
        };
        call.abandon();
        let may_have_written = call.has_started() && evidence.is_some();
        match answered {
            Answered::Timeout if may_have_written => Refusal::new(Code::OutcomeUnknown, Stage::Limits, rule),
            Answered::Timeout if evidence.is_some() => Refusal::new(Code::Timeout, Stage::Limits, rule)
                .message("The call timed out before the tool was started. Nothing was done."),
            Answered::Timeout => Refusal::new(Code::Timeout, Stage::Limits, rule),
            // Not every client that is answered has cancelled: a server that stops cuts calls as well.
            Answered::Cancelled | Answered::Revoked | Answered::Halted if may_have_written => {
                Refusal::new(Code::OutcomeUnknown, call.stage(), rule)
            }
            Answered::Cancelled => cancelled(call.stage(), rule),
            Answered::Revoked => identity::revoked(call.stage(), rule),
            Answered::Halted => halted(call.stage(), rule),
        }
    }

    /// Whether the body of a tool that writes has started.
    pub(crate) fn may_have_written(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.evidence.is_some() && running.call.has_started())
    }

    /// Writes the record. An answer that cannot be recorded is not sent.
    pub(crate) fn close(mut self, outcome: Result<Released, Refusal>) -> Result<Released, Refusal> {
        let may_have_written = self.may_have_written();
        match (self.write(outcome.as_ref()), outcome) {
            (Err(error), Ok(_)) if may_have_written => {
                Err(Refusal::new(Code::OutcomeUnknown, Stage::Audit, "audit").cause(error.to_string()))
            }
            (Err(error), Ok(_)) => Err(unrecorded(&error)),
            (_, outcome) => outcome,
        }
    }

    fn write(&mut self, outcome: Result<&Released, &Refusal>) -> Result<(), AuditError> {
        let Some(mut record) = self.record.take() else { return Ok(()) };
        let Some(Running { call, is_blocking, evidence }) = &self.running else {
            end(&mut record, outcome, self.interrupted, self.output.map(|output| &**output));
            record.body = BodyState::NotStarted;
            record.confirmed_by = None;
            record.duration = self.arrived.elapsed();
            return self.guard.recorder.end(record, self.source, false);
        };
        match evidence {
            Some(evidence) if call.has_started() => evidence.answered(call, outcome, self.interrupted),
            _ => {
                end(&mut record, outcome, self.interrupted, self.output.map(|output| &**output));
                observe(&mut record, call, self.arrived);
                record.body = match (call.has_started(), self.interrupted) {
                    (false, _) => BodyState::NotStarted,
                    (true, None) => record.body,
                    (true, Some(_)) if *is_blocking => BodyState::Running,
                    (true, Some(_)) => BodyState::Dropped,
                };
                self.guard.recorder.end(record, self.source, evidence.is_some())
            }
        }
    }
}

impl<S> Drop for Draft<'_, S> {
    fn drop(&mut self) {
        if self.record.is_none() {
            return;
        }
        // A blocking body keeps running, and learns here that nobody waits for it.
        self.interrupted = Some(Answered::Cancelled);
        let stage = self.running.as_ref().map_or(Stage::Switch, |running| {
            running.call.abandon();
            running.call.stage()
        });
        // There is nobody to report to; the recorder has logged the failure.
        let _ = self.write(Err(&cancelled(stage, "dropped")));
    }
}

/// Fills in how a call or a body ended.
pub(super) fn end(
    record: &mut AuditRecord,
    outcome: Result<&Released, &Refusal>,
    interrupted: Option<Answered>,
    output: Option<&OutputRecorder>,
) {
    match outcome {
        Ok(released) => {
            record.masked.clone_from(&released.masked);
            record.cleaned.clone_from(&released.cleaned);
            record.inspected.clone_from(&released.inspected);
            record.output = output.and_then(|output| output.record(released));
            record.decision = Decision::Allowed;
            record.stage = Stage::Release;
            record.rule = if released.repeated { REPEATED } else { "allowed" };
            record.repeated = released.repeated;
            record.body = BodyState::Ended;
            record.code = None;
            record.output_bytes = released.bytes;
        }
        Err(refusal) => {
            let detail = refusal.detail();
            record.decision = match interrupted {
                _ if detail.state.is_some() => Decision::Asked,
                Some(Answered::Revoked) => Decision::Revoked,
                Some(Answered::Cancelled) => Decision::Cancelled,
                Some(Answered::Halted) => Decision::Halted,
                Some(Answered::Timeout) | None => decision(detail.code, detail.stage),
            };
            record.stage = detail.stage;
            record.rule = detail.rule;
            record.repeated = detail.repeated;
            record.body = if refusal.is_panic() { BodyState::Panicked } else { BodyState::Ended };
            record.code = Some(detail.code);
            record.cause.clone_from(&detail.cause);
            record.output_bytes = 0;
            record.output = None;
            record.masked.clone_from(&detail.masked);
            record.cleaned.clone_from(&detail.cleaned);
            record.inspected.clone_from(&detail.inspected);
        }
    }
}

/// Fills in what the call itself has recorded, and the time.
pub(super) fn observe(record: &mut AuditRecord, call: &Call, arrived: Instant) {
    if !call.is_confirmed() {
        // The yes was to another question.
        record.confirmed_by = None;
    }
    record.owner = call.owner();
    record.skipped = call.skipped();
    record.skipped_foreign = call.skipped_foreign();
    record.canary = call.has_touched_canary();
    record.duration = arrived.elapsed();
}

impl<S> Guard<S> {
    /// Checks whether a call can be recorded, before anything happens.
    pub(crate) fn auditable(&self, writes: bool) -> Result<(), Refusal> {
        self.recorder.ready(writes).map_err(|error| unrecorded(&error))
    }
}

#[cfg(feature = "http")]
impl<S> Guard<S> {
    /// Records failed logins, as far as the sink can: the requests are refused in any case.
    pub(crate) fn record_failed_logins(&self, address: Option<Box<str>>, reason: FailedLoginReason, count: u64) {
        let environment = self.environment.clone();
        let event = FailedLogins { time: clock::now(), environment, address, reason, count };
        self.recorder.event(|sink| sink.record_failed_logins(event));
    }
}

/// Nothing has happened, or the result was not sent.
pub(super) fn unrecorded(error: &AuditError) -> Refusal {
    Refusal::new(Code::Unavailable, Stage::Audit, "audit").retry_after(WHEN_UNRECORDED).cause(error.to_string())
}

fn cancelled(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Cancelled, stage, rule)
}

fn decision(code: Code, stage: Stage) -> Decision {
    if code == Code::Cancelled {
        Decision::Cancelled
    } else if code == Code::Unauthenticated && stage > Stage::Identity {
        // The caller passed the stage that asks for one, and was revoked since.
        Decision::Revoked
    } else if stage == Stage::Idempotency {
        Decision::Refused
    } else if matches!(code, Code::Timeout | Code::OutcomeUnknown) || (Stage::Body..Stage::Audit).contains(&stage) {
        Decision::Failed
    } else {
        Decision::Refused
    }
}
