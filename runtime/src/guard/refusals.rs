//! A budget for recorded refusals: the first ones of a kind are recorded individually, and further ones are counted.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::recorder::CheckedSink;
use crate::{
    Caller,
    audit::{AuditRecord, Decision, Phase, RefusalBurst},
    bursts::{BurstKey, BurstLog, Bursts, Counted, Share, now},
    catalog::Kind,
    clock,
    identity::AddressKey,
    outcome::{BodyState, Code, Stage},
};

/// How many kinds of refusals of all callers are counted separately at the same time. Those of further callers are counted together.
const MOST: usize = 4096;

/// The budget of all kinds of one caller together, as a multiple of the budget of one kind.
const RECORDED_OF_ONE: u32 = 10;
/// How many kinds of one caller are counted separately at the same time. Further ones are counted without the tool.
const KINDS_OF_ONE: usize = 32;

/// Counts the refusals that are not recorded individually.
pub(crate) struct RefusalLog(BurstLog<Source, Reason>);

/// Whose calls they are.
#[derive(Clone)]
enum Source {
    Caller(Arc<Caller>),
    Address(AddressKey),
}

/// A caller with several tokens counts once, but separately for each client, because the burst names the client.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Caller(u64, Option<u64>),
    Address(AddressKey),
}

impl Source {
    fn identity(&self) -> Identity {
        match self {
            Self::Caller(caller) => Identity::Caller(caller.limit_keys().caller, caller.limit_keys().client),
            Self::Address(address) => Identity::Address(*address),
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Source {}

impl Hash for Source {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// The reason of the refusals.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Reason {
    kind: Kind,
    tool: Option<Arc<str>>,
    code: Code,
    stage: Stage,
    rule: &'static str,
    canary: bool,
}

impl RefusalLog {
    /// `per_minute` of each kind are recorded individually. Further ones go to the sink as a count.
    pub(super) fn new(sink: Arc<CheckedSink>, environment: Option<Arc<str>>, per_minute: u32) -> Self {
        let report = move |key, counted| sink.record_refusals(&burst(key, counted, environment.clone()));
        let share = Share {
            reports: per_minute.saturating_mul(RECORDED_OF_ONE),
            kinds: KINDS_OF_ONE,
            together: |what: &Reason| Reason { tool: None, ..what.clone() },
        };
        Self(BurstLog::new(Bursts::new(per_minute, MOST).with_share(share), report))
    }

    /// Whether the record of a call should be written. If not, the call is counted. `address` is that of a call without a credential.
    pub(super) fn is_recorded(&self, record: &AuditRecord, address: Option<AddressKey>) -> bool {
        let Some(code) = refused_with(record) else { return true };
        let who = match &record.caller {
            Some(caller) => Some(Source::Caller(Arc::clone(caller))),
            None => address.map(Source::Address),
        };
        let AuditRecord { kind, stage, rule, canary, .. } = *record;
        let what = Reason { kind, tool: record.tool.clone(), code, stage, rule, canary };
        self.0.count(who, what).is_some()
    }
}

/// The code of a refusal before the body. Calls that a person has confirmed, or that may have done something, are never aggregated.
fn refused_with(record: &AuditRecord) -> Option<Code> {
    let is_refusal = record.phase == Phase::Call
        && record.decision == Decision::Refused
        && record.body == BodyState::NotStarted
        && record.confirmed_by.is_none();
    record.code.filter(|_| is_refusal)
}

fn burst((who, what): BurstKey<Source, Reason>, counted: Counted, environment: Option<Arc<str>>) -> RefusalBurst {
    let (caller, address) = match who {
        Some(Source::Caller(caller)) => (Some(caller), None),
        Some(Source::Address(address)) => (None, Some(address.to_string().into())),
        None => (None, None),
    };
    let Reason { kind, tool, code, stage, rule, canary } = what;
    let Counted { count, since } = counted;
    let time = clock::now();
    let ago = TimeDelta::from_std(now().saturating_duration_since(since)).ok();
    let since = ago.and_then(|ago| time.checked_sub_signed(ago)).unwrap_or(DateTime::<Utc>::MIN_UTC);
    RefusalBurst { time, since, environment, item_kind: kind, tool, caller, address, code, stage, rule, canary, count }
}
