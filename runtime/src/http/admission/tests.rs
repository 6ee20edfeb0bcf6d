//! From a failed login to the audit log.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    Alerts, AuditError, AuditFailure, AuditRecord, AuditSink, FailedLoginReason, FailedLogins, KeyRing, MemorySink,
    Revocations,
    alert::Watch,
    catalog::Catalog,
    confirm::{ApproverRules, Sealer},
    guard::{Settings, confirm::Confirmations, links::Directory, recorder::Recorder, switch::KillSwitch},
    limiter::Limiter,
    store::CallHistory,
};

fn admission(sink: impl AuditSink) -> Admission {
    const MINUTE: Duration = Duration::from_secs(60);
    let watch = Watch::new(Alerts::new(), Revocations::default(), None, 0);
    let (catalog, kill_switch) = (Arc::new(Catalog::new()), Arc::new(KillSwitch::new(false, Vec::new())));
    let directory = Directory { catalog: Arc::clone(&catalog), kill_switch: Arc::clone(&kill_switch) };
    let guard = Guard {
        state: Arc::new(()),
        catalog,
        resources: Arc::new(directory),
        environment: Some("staging".into()),
        kill_switch,
        revocations: Revocations::default(),
        threads: crate::identity::Shares::new(1, 1),
        limiter: Limiter::new(1, false),
        shared: None,
        history: Arc::new(CallHistory::new(None, &KeyRing::random().unwrap()).unwrap()),
        confirmations: Confirmations::new(
            Arc::new(Sealer::new(&KeyRing::random().unwrap(), MINUTE).unwrap()),
            None,
            ApproverRules::default(),
            MINUTE,
        ),
        recorder: Arc::new(Recorder::new(
            Box::new(sink),
            AuditFailure::Refuse,
            watch,
            #[cfg(feature = "otel")]
            crate::telemetry::Metrics::new(None),
            None,
            10,
        )),
        settings: Settings { max_argument_bytes: 0, max_argument_depth: 0 },
    };
    Admission::new(&HttpOptions::default(), &Arc::new(guard))
}

#[test]
fn a_flood_is_a_few_events_of_the_audit_log() {
    let sink = Arc::new(MemorySink::new(100));
    let admission = admission(Arc::clone(&sink));
    for n in 0..10_000 {
        admission.failed_logins.count(Some(AddressKey::V4(n % 3)), FailedLoginReason::Invalid);
    }
    admission.failed_logins.count(None, FailedLoginReason::Missing);
    drop(admission);
    let events = sink.failed_logins();
    assert_eq!(events.len(), 3 + 3 + 1);
    assert_eq!(events.iter().map(|event| event.count).sum::<u64>(), 10_001);
    assert!(events.iter().all(|event| event.environment.as_deref() == Some("staging")));
    let [first, .., _] = &events[..] else { panic!("{events:?}") };
    assert_eq!((first.address.as_deref(), first.reason, first.count), (Some("0.0.0.0"), FailedLoginReason::Invalid, 1));
    let missing: Vec<_> = events.iter().filter(|event| event.reason == FailedLoginReason::Missing).collect();
    assert!(matches!(missing[..], [FailedLogins { address: None, count: 1, .. }]));
}

/// A sink that fails in every way.
struct Broken(bool);

impl AuditSink for Broken {
    fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
        Ok(())
    }

    fn record_failed_logins(&self, _: FailedLogins) -> Result<(), AuditError> {
        assert!(!self.0, "a sink that panics");
        Err(AuditError::new("the disk is full"))
    }
}

#[test]
fn a_sink_that_fails_changes_nothing_for_the_request() {
    for panics in [false, true] {
        let admission = admission(Broken(panics));
        admission.failed_logins.count(None, FailedLoginReason::Invalid);
        admission.failed_logins.count(None, FailedLoginReason::Invalid);
    }
}
