//! Refusals are not free: the first ones of a kind are recorded one by one, and what exceeds the budget is counted.

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

/// How many kinds of refusals, of how many callers, are told apart at the same time. Those of further callers count together.
const MOST: usize = 4096;

/// How many times the budget of one kind are for all the kinds of one caller together.
const RECORDED_OF_ONE: u32 = 10;
/// How many kinds of one caller are told apart at the same time. Of further ones the tool is not told.
const KINDS_OF_ONE: usize = 32;

/// Counts the refusals that have no record of their own.
pub(crate) struct RefusalLog(BurstLog<Who, What>);

/// Whose calls they are.
#[derive(Clone)]
enum Who {
    Caller(Arc<Caller>),
    Address(AddressKey),
}

/// One caller with several tokens is one, but not with several clients: the burst names the client.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Caller(u64, Option<u64>),
    Address(AddressKey),
}

impl Who {
    fn identity(&self) -> Identity {
        match self {
            Self::Caller(caller) => Identity::Caller(caller.limit_keys().caller, caller.limit_keys().client),
            Self::Address(address) => Identity::Address(*address),
        }
    }
}

impl PartialEq for Who {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Who {}

impl Hash for Who {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// What they were refused for.
#[derive(Clone, PartialEq, Eq, Hash)]
struct What {
    kind: Kind,
    tool: Option<Arc<str>>,
    code: Code,
    stage: Stage,
    rule: &'static str,
    canary: bool,
}

impl RefusalLog {
    /// `per_minute` of each kind have a record of their own. What exceeds it goes to the sink as a number.
    pub(super) fn new(sink: Arc<CheckedSink>, environment: Option<Arc<str>>, per_minute: u32) -> Self {
        let report = move |key, counted| sink.record_refusals(&burst(key, counted, environment.clone()));
        let share = Share {
            reports: per_minute.saturating_mul(RECORDED_OF_ONE),
            kinds: KINDS_OF_ONE,
            together: |what: &What| What { tool: None, ..what.clone() },
        };
        Self(BurstLog::new(Bursts::new(per_minute, MOST).with_share(share), report))
    }

    /// Whether the record of a call is to be written. If not, it is counted. `address` is where a call without a credential came from.
    pub(super) fn is_recorded(&self, record: &AuditRecord, address: Option<AddressKey>) -> bool {
        let Some(code) = refused_with(record) else { return true };
        let who = match &record.caller {
            Some(caller) => Some(Who::Caller(Arc::clone(caller))),
            None => address.map(Who::Address),
        };
        let AuditRecord { kind, stage, rule, canary, .. } = *record;
        let what = What { kind, tool: record.tool.clone(), code, stage, rule, canary };
        self.0.count(who, what).is_some()
    }
}

/// The code of a refusal before the body. What a person has confirmed is not one of many, and neither is what may have done something.
fn refused_with(record: &AuditRecord) -> Option<Code> {
    let is_refusal = record.phase == Phase::Call
        && record.decision == Decision::Refused
        && record.body == BodyState::NotStarted
        && record.confirmed_by.is_none();
    record.code.filter(|_| is_refusal)
}

fn burst((who, what): BurstKey<Who, What>, counted: Counted, environment: Option<Arc<str>>) -> RefusalBurst {
    let (caller, address) = match who {
        Some(Who::Caller(caller)) => (Some(caller), None),
        Some(Who::Address(address)) => (None, Some(address.to_string().into())),
        None => (None, None),
    };
    let What { kind, tool, code, stage, rule, canary } = what;
    let Counted { count, since } = counted;
    let time = clock::now();
    let ago = TimeDelta::from_std(now().saturating_duration_since(since)).ok();
    let since = ago.and_then(|ago| time.checked_sub_signed(ago)).unwrap_or(DateTime::<Utc>::MIN_UTC);
    RefusalBurst { time, since, environment, item_kind: kind, tool, caller, address, code, stage, rule, canary, count }
}
