//! The audit stage: exactly one record a call, whatever its end.

use std::{sync::Arc, time::Instant};

use chrono::Utc;

use super::{Guard, body::contain, entry::Run, refusal::Refusal, trace::Origin};
#[cfg(feature = "http")]
use crate::audit::{FailedLoginReason, FailedLogins};
use crate::{
    Call, Caller,
    audit::{AuditError, AuditFailure, AuditRecord, ConfirmedBy, Decision, RecordedArguments, output::OutputRecorder},
    catalog::Item,
    outcome::{CallId, Code, OwnerOutcome, Stage},
    output::{Released, scan::Masked},
};

/// The record of a call that is not over. One that is dropped, because the connection is gone and with it the call's task, is
/// written as cancelled.
pub(crate) struct Draft<'g, S> {
    guard: &'g Guard<S>,
    record: Option<AuditRecord>,
    started: Instant,
    #[cfg(feature = "otel")]
    transport: Option<&'static str>,
    /// How the answer is recorded.
    output: Option<&'g OutputRecorder>,
    /// The index of the item.
    index: Option<usize>,
    /// From the owner stage on.
    pub(crate) call: Option<Call>,
}

impl<'g, S> Draft<'g, S> {
    pub(crate) fn open(
        guard: &'g Guard<S>,
        call_id: CallId,
        origin: &Origin<'_>,
        item: Option<&'g Item<Run<S>>>,
        caller: Option<Arc<Caller>>,
        started: Instant,
    ) -> Self {
        let record = AuditRecord {
            time: Utc::now(),
            call_id,
            trace_id: origin.parent.as_ref().map(|parent| parent.trace_id.clone()),
            environment: guard.environment.clone(),
            tool: item.map(|item| Arc::clone(&item.name)),
            tool_version: item.and_then(|item| item.spec.version),
            caller,
            decision: Decision::Cancelled,
            stage: Stage::Switch,
            rule: "dropped",
            owner: OwnerOutcome::Unchecked,
            skipped: 0,
            arguments: None,
            confirmed_by: None,
            code: Some(Code::Cancelled),
            output_bytes: 0,
            masked: Masked::default(),
            cleaned: Masked::default(),
            inspected: Masked::default(),
            output: None,
            duration: std::time::Duration::ZERO,
            cause: None,
        };
        Self {
            guard,
            record: Some(record),
            started,
            #[cfg(feature = "otel")]
            transport: origin.transport,
            output: item.map(|item| &item.output),
            index: item.map(|item| item.index),
            call: None,
        }
    }

    pub(crate) fn arguments(&mut self, arguments: RecordedArguments) {
        if let Some(record) = &mut self.record {
            record.arguments = Some(arguments);
        }
    }

    pub(crate) fn recorded_arguments(&self) -> Option<RecordedArguments> {
        self.record.as_ref().and_then(|record| record.arguments.clone())
    }

    pub(crate) fn confirmed_by(&mut self, by: ConfirmedBy) {
        if let Some(record) = &mut self.record {
            record.confirmed_by = Some(by);
        }
    }

    /// Writes the record. An answer that cannot be recorded does not leave.
    pub(crate) fn close(mut self, outcome: Result<Released, Refusal>) -> Result<Released, Refusal> {
        if let Some(record) = &mut self.record {
            match &outcome {
                Ok(released) => {
                    record.masked.clone_from(&released.masked);
                    record.cleaned.clone_from(&released.cleaned);
                    record.inspected.clone_from(&released.inspected);
                    record.decision = Decision::Allowed;
                    record.stage = Stage::Release;
                    record.rule = "allowed";
                    record.code = None;
                    record.output_bytes = released.bytes;
                    record.output = self.output.and_then(|output| output.record(released));
                }
                Err(refusal) => {
                    let detail = refusal.detail();
                    record.decision =
                        if detail.state.is_some() { Decision::Asked } else { decision(detail.code, detail.stage) };
                    record.stage = detail.stage;
                    record.rule = detail.rule;
                    record.code = Some(detail.code);
                    record.cause.clone_from(&detail.cause);
                    record.masked.clone_from(&detail.masked);
                    record.inspected.clone_from(&detail.inspected);
                }
            }
        }
        match (self.write(), outcome) {
            (Err(error), Ok(_)) => Err(unrecorded(&error)),
            (_, outcome) => outcome,
        }
    }

    fn write(&mut self) -> Result<(), AuditError> {
        let Some(mut record) = self.record.take() else { return Ok(()) };
        if let Some(call) = &self.call {
            record.owner = call.owner();
            record.skipped = call.skipped();
            if record.rule == "dropped" {
                record.stage = call.stage();
            }
        }
        record.duration = self.started.elapsed();
        self.guard.watch.observe(&record, self.index);
        #[cfg(feature = "otel")]
        self.guard.metrics.observe(&record, self.transport);
        self.guard.to_sink(|sink| sink.record(record))
    }
}

impl<S> Drop for Draft<'_, S> {
    fn drop(&mut self) {
        // Nobody is left to be told: `to_sink` has logged what there is to say.
        let _ = self.write();
    }
}

impl<S> Guard<S> {
    /// Whether the sink can take a record: asked before anything happens that could not be recorded.
    pub(crate) fn auditable(&self) -> Result<(), Refusal> {
        self.to_sink(crate::AuditSink::ready).map_err(|error| unrecorded(&error))
    }

    fn to_sink(&self, ask: impl FnOnce(&dyn crate::AuditSink) -> Result<(), AuditError>) -> Result<(), AuditError> {
        let answer = contain(|| ask(&*self.sink)).unwrap_or_else(|_| Err(AuditError::new("the audit sink panicked")));
        match (answer, self.settings.audit_failure) {
            (Ok(()), _) => Ok(()),
            (Err(error), policy) => {
                tracing::error!(%error, "the audit sink cannot take a record");
                self.watch.sink_failed();
                #[cfg(feature = "otel")]
                self.metrics.sink_failed();
                if policy == AuditFailure::Continue { Ok(()) } else { Err(error) }
            }
        }
    }
}

#[cfg(feature = "http")]
impl<S> Guard<S> {
    /// Records failed logins, as far as the sink can: the requests are refused in any case.
    pub(crate) fn record_failed_logins(&self, address: Option<Box<str>>, reason: FailedLoginReason, count: u64) {
        let environment = self.environment.clone();
        let event = FailedLogins { time: Utc::now(), environment, address, reason, count };
        // What there is to say, `to_sink` has logged.
        let _ = self.to_sink(|sink| sink.record_failed_logins(event));
    }
}

fn unrecorded(error: &AuditError) -> Refusal {
    Refusal::new(Code::Unavailable, Stage::Audit, "audit")
        .retry_after(std::time::Duration::from_secs(5))
        .cause(error.to_string())
}

fn decision(code: Code, stage: Stage) -> Decision {
    if code == Code::Cancelled {
        Decision::Cancelled
    } else if code == Code::Unauthenticated && stage > Stage::Identity {
        // The caller passed the stage that asks for one, and was revoked since.
        Decision::Revoked
    } else if code == Code::Timeout || (Stage::Body..Stage::Audit).contains(&stage) {
        Decision::Failed
    } else {
        Decision::Refused
    }
}
