//! Refused calls that the audit log counts instead of recording each one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::RECORD_VERSION;
use crate::{
    Caller, ItemKind,
    outcome::{Code, Stage},
};

/// A count of refused calls of one kind: those of one caller and tool that ended at the same check, beyond the [number that is recorded
/// individually](crate::ServerBuilder::refusals_recorded). An event is written every minute or two while they continue, and when the server is
/// dropped.
///
/// It is serialized as an object whose `kind` is `refusals`; the records of calls have no `kind`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefusalBurst {
    /// When they were reported (UTC).
    pub time: DateTime<Utc>,
    /// When the first of them arrived (UTC).
    pub since: DateTime<Utc>,
    /// The [environment](crate::ServerBuilder::environment) of the server, if it is set.
    pub environment: Option<Arc<str>>,
    /// The kind of item that was requested. Serialized as `item_kind`.
    pub item_kind: ItemKind,
    /// The name of the tool or other item; `None` if there is no item with that name, or if the caller was refused by too many items to count them
    /// separately.
    pub tool: Option<Arc<str>>,
    /// The caller, identified by tenant, subject and client, regardless of the credential. `None` without a credential, and if too many callers were
    /// refused to count them separately.
    pub caller: Option<Arc<Caller>>,
    /// The address of calls without a credential: `192.0.2.1`, or `2001:db8:0:1::/64`, if it is known and was counted separately.
    pub address: Option<Box<str>>,
    /// The code that they were refused with.
    pub code: Code,
    /// The stage at which they ended.
    pub stage: Stage,
    /// The check that ended them.
    pub rule: &'static str,
    /// Whether they accessed a [canary](crate::Resource::canary).
    pub canary: bool,
    /// How many there were, not counting those with their own records and those of earlier events.
    pub count: u64,
}

impl RefusalBurst {
    /// Logs the count in the application's log, if the audit log does not have it.
    pub(crate) fn warn(&self) {
        let caller = self.caller.as_deref();
        tracing::warn!(
            kind = self.item_kind.as_str(),
            tool = self.tool.as_deref(),
            caller = caller.map(Caller::subject),
            tenant = caller.and_then(Caller::tenant),
            address = self.address.as_deref(),
            code = self.code.as_str(),
            rule = self.rule,
            canary = self.canary,
            count = self.count,
            "refused calls without an audit record of their own"
        );
    }
}

impl Serialize for RefusalBurst {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let caller = self.caller.as_deref();
        let mut event = serializer.serialize_struct("RefusalBurst", 16)?;
        event.serialize_field("version", &RECORD_VERSION)?;
        event.serialize_field("kind", "refusals")?;
        event.serialize_field("time", &self.time)?;
        event.serialize_field("since", &self.since)?;
        event.serialize_field("environment", &self.environment.as_deref())?;
        event.serialize_field("item_kind", &self.item_kind)?;
        event.serialize_field("tool", &self.tool.as_deref())?;
        event.serialize_field("caller", &caller.map(Caller::subject))?;
        event.serialize_field("tenant", &caller.and_then(Caller::tenant))?;
        event.serialize_field("client", &caller.and_then(Caller::client))?;
        event.serialize_field("address", &self.address)?;
        event.serialize_field("code", &self.code)?;
        event.serialize_field("stage", &self.stage)?;
        event.serialize_field("rule", self.rule)?;
        event.serialize_field("canary", &self.canary)?;
        event.serialize_field("count", &self.count)?;
        event.end()
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Mutex};

    use serde_json::{Value, json};

    use super::*;
    use crate::{AuditError, AuditRecord, AuditSink, JsonLines, MemorySink, StderrSink};

    fn event(count: u64) -> RefusalBurst {
        RefusalBurst {
            time: DateTime::UNIX_EPOCH,
            since: DateTime::UNIX_EPOCH,
            environment: Some("staging".into()),
            item_kind: ItemKind::Tool,
            tool: Some("get_note".into()),
            caller: Some(Arc::new(Caller::new("alice").with_tenant("acme").with_client("cli"))),
            address: None,
            code: Code::InsufficientScope,
            stage: Stage::Scope,
            rule: "scope",
            canary: false,
            count,
        }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn they_are_one_line_of_the_log() {
        let (lines, piped) = (Lines::default(), Lines::default());
        Arc::new(JsonLines::to(lines.clone())).record_refusals(event(12)).unwrap();
        StderrSink::to(piped.clone()).record_refusals(event(12)).unwrap();
        for lines in [lines, piped] {
            let line: Value = serde_json::from_slice(&lines.0.lock().unwrap()).unwrap();
            let expected = json!({
                "version": RECORD_VERSION, "item_kind": "tool", "kind": "refusals", "time": "1970-01-01T00:00:00Z", "since": "1970-01-01T00:00:00Z",
                "environment": "staging", "tool": "get_note", "caller": "alice", "tenant": "acme", "client": "cli", "address": null,
                "code": "insufficient_scope", "stage": "scope", "rule": "scope", "canary": false, "count": 12,
            });
            assert_eq!(line, expected);
        }
    }

    #[test]
    fn memory_keeps_the_newest() {
        let sink = MemorySink::new(2);
        for count in 0..5 {
            sink.record_refusals(event(count)).unwrap();
        }
        assert_eq!(sink.refusals().iter().map(|event| event.count).collect::<Vec<_>>(), [3, 4]);
        assert!(sink.records().is_empty());
    }

    #[test]
    fn a_sink_that_does_not_know_them_leaves_them_to_the_applications_log() {
        struct Calls;
        impl AuditSink for Calls {
            fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
                Err(AuditError::new("no call was made"))
            }
        }
        Arc::new(Calls).record_refusals(event(1)).unwrap();
    }
}
