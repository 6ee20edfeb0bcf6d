//! Failed logins in the audit log.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::RECORD_VERSION;

/// Why requests could not be authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailedLoginReason {
    /// They carried no credential. A client's first request often carries none.
    Missing,
    /// Their credential was wrong or expired.
    Invalid,
    /// Too many wrong credentials had come from their address, so these were not checked.
    Throttled,
}

impl FailedLoginReason {
    /// The name in the audit log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Invalid => "invalid",
            Self::Throttled => "throttled",
        }
    }
}

/// A count of failed logins on HTTP. An event is written when a burst begins, then once a minute while it lasts, and at its end.
///
/// It is serialized as an object whose `kind` is `failed_logins`; the records of calls have no `kind`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedLogins {
    /// When they were reported (UTC).
    pub time: DateTime<Utc>,
    /// The [environment](crate::ServerBuilder::environment) of the server, if it is set.
    pub environment: Option<Arc<str>>,
    /// The address that they came from: `192.0.2.1`, or `2001:db8:0:1::/64`. `None` if the address is unknown, or if there were too many addresses to
    /// count them separately.
    pub address: Option<Box<str>>,
    /// Why they failed.
    pub reason: FailedLoginReason,
    /// How many there were since the last event for this address and reason.
    pub count: u64,
}

impl Serialize for FailedLogins {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("FailedLogins", 7)?;
        event.serialize_field("version", &RECORD_VERSION)?;
        event.serialize_field("kind", "failed_logins")?;
        event.serialize_field("time", &self.time)?;
        event.serialize_field("environment", &self.environment.as_deref())?;
        event.serialize_field("address", &self.address)?;
        event.serialize_field("reason", &self.reason)?;
        event.serialize_field("count", &self.count)?;
        event.end()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Mutex, PoisonError},
    };

    use serde_json::{Value, json};

    use super::*;
    use crate::{AuditError, AuditRecord, AuditSink, JsonLines, MemorySink};

    fn event(reason: FailedLoginReason) -> FailedLogins {
        FailedLogins {
            time: DateTime::UNIX_EPOCH,
            environment: Some("staging".into()),
            address: Some("192.0.2.1".into()),
            reason,
            count: 12,
        }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn they_are_one_line_of_the_log() {
        let lines = Lines::default();
        let sink = Arc::new(JsonLines::to(lines.clone()));
        for reason in [FailedLoginReason::Missing, FailedLoginReason::Invalid, FailedLoginReason::Throttled] {
            sink.record_failed_logins(event(reason)).unwrap();
        }
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let line = |reason| {
            json!({
                "version": RECORD_VERSION, "kind": "failed_logins", "time": "1970-01-01T00:00:00Z", "environment": "staging",
                "address": "192.0.2.1", "reason": reason, "count": 12,
            })
        };
        assert_eq!(lines, ["missing", "invalid", "throttled"].map(line));
    }

    #[test]
    fn memory_keeps_the_newest() {
        let sink = MemorySink::new(2);
        for count in 0..5 {
            sink.record_failed_logins(FailedLogins { count, ..event(FailedLoginReason::Invalid) }).unwrap();
        }
        assert_eq!(sink.failed_logins().iter().map(|event| event.count).collect::<Vec<_>>(), [3, 4]);
        assert!(sink.records().is_empty(), "they are no calls");
    }

    #[test]
    fn a_sink_that_does_not_know_them_takes_them() {
        struct Calls;
        impl AuditSink for Calls {
            fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
                Err(AuditError::new("no call was made"))
            }
        }
        Arc::new(Calls).record_failed_logins(event(FailedLoginReason::Invalid)).unwrap();
    }
}
