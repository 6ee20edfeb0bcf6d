//! The audit records as a table.

use std::io::Write;

use secure_tool::Phase;
use serde_json::Value;

use super::{Demo, Outcome};

/// Longer arguments are cut off in the table. In the record they are whole.
const ARGUMENTS: usize = 64;

impl<W: Write> Demo<'_, W> {
    pub(super) fn records(&mut self) -> Outcome<()> {
        self.print.heading("What the audit log has of all this")?;
        self.print.why(
            "one record for each call that reads or is refused, an intent and an outcome for each that may write, as they go to a JSON Lines \
             file; free text stands as its length, and the call's id (its last digits here) is the one in the refusal",
        )?;
        let records = self.audit.records();
        let rows = records.iter().map(|record| Ok(row(&serde_json::to_value(record)?))).collect::<Outcome<Vec<_>>>()?;
        let header = [
            "time",
            "phase",
            "caller",
            "tool",
            "decision",
            "stage/rule",
            "owner",
            "masked",
            "arguments",
            "ms",
            "call id",
        ];
        self.print.table(header.map(str::to_owned).into(), rows)?;
        self.print.line("")?;
        let count = |phase| records.iter().filter(|record| record.phase == phase).count();
        let (calls, intents, outcomes) = (self.calls, count(Phase::Intent), count(Phase::Outcome));
        self.expect(intents == outcomes, || format!("{intents} intents and {outcomes} outcomes"))?;
        let recorded = count(Phase::Call) + outcomes;
        self.expect(calls == recorded, || format!("{recorded} ends in the audit log of {calls} calls"))
    }
}

fn row(record: &Value) -> Vec<String> {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let arguments = record.get("arguments").filter(|arguments| !arguments.is_null());
    let mut arguments = arguments.map_or_else(|| "-".to_owned(), Value::to_string);
    if arguments.chars().count() > ARGUMENTS {
        arguments = arguments.chars().take(ARGUMENTS - 1).chain(['…']).collect();
    }
    let microseconds = record.get("duration_us").and_then(Value::as_u64).unwrap_or_default();
    vec![
        text("time").chars().skip(11).take(12).collect(),
        text("phase"),
        format!("{}@{}", text("caller"), text("tenant")),
        text("tool"),
        text("decision"),
        format!("{}/{}", text("stage"), text("rule")),
        text("owner"),
        counts(record),
        arguments,
        format!("{:>5}.{}", microseconds / 1000, microseconds % 1000 / 100),
        text("call_id").chars().skip(24).collect(),
    ]
}

/// What was masked in the answer or taken out of it, by kind.
fn counts(record: &Value) -> String {
    let parts = ["masked", "cleaned"].into_iter().filter_map(|name| record.get(name)?.as_object());
    let counts: Vec<String> = parts.flatten().map(|(kind, count)| format!("{kind} {count}")).collect();
    if counts.is_empty() { "-".to_owned() } else { counts.join(", ") }
}
