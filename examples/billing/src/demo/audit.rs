//! Prints the audit records as a table.

use std::io::Write;

use super::{Demo, Outcome, log::Record};

/// Longer arguments are cut off in the table. In the record they are whole.
const ARGUMENTS: usize = 64;

impl<W: Write> Demo<'_, W> {
    pub(super) fn records(&mut self) -> Outcome<()> {
        self.print.heading("The audit log of all these calls")?;
        self.print.why(
            "one record for each call that reads or is refused, an intent and an outcome for each call that may write, as they are in the ledger, a JSON \
             Lines file with signed checkpoints; free text stands as its length, and the call's id (its last digits here) is the one in the refusal",
        )?;
        let records = self.log.records()?;
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
        self.print.table(header.map(str::to_owned).into(), records.iter().map(row).collect())?;
        self.print.line("")?;
        let count = |phase| records.iter().filter(|record| record.text("/phase") == phase).count();
        let (calls, intents, outcomes) = (self.calls, count("intent"), count("outcome"));
        self.print.expect(intents == outcomes, || format!("{intents} intents and {outcomes} outcomes"))?;
        let recorded = count("call") + outcomes;
        self.print.expect(calls == recorded, || format!("{recorded} ends in the audit log of {calls} calls"))
    }
}

fn row(record: &Record) -> Vec<String> {
    let text = |pointer| Some(record.text(pointer)).filter(|text| !text.is_empty()).unwrap_or("-");
    let arguments = record.at("/arguments");
    let mut arguments = if arguments.is_null() { "-".to_owned() } else { arguments.to_string() };
    if arguments.chars().count() > ARGUMENTS {
        arguments = arguments.chars().take(ARGUMENTS - 1).chain(['…']).collect();
    }
    let microseconds = record.at("/duration_us").as_u64().unwrap_or_default();
    vec![
        text("/time").chars().skip(11).take(12).collect(),
        text("/phase").to_owned(),
        format!("{}@{}", text("/caller"), text("/tenant")),
        item(record),
        text("/decision").to_owned(),
        format!("{}/{}", text("/stage"), text("/rule")),
        text("/owner").to_owned(),
        counts(record),
        arguments,
        format!("{:>5}.{}", microseconds / 1000, microseconds % 1000 / 100),
        text("/call_id").chars().skip(24).collect(),
    ]
}

/// A tool by its name; of anything else, what was asked of it as well.
fn item(record: &Record) -> String {
    let (name, method) = (record.text("/tool"), record.text("/method"));
    match (name, method) {
        ("", "") => "-".to_owned(),
        (name, "" | "tools/call") => name.to_owned(),
        (name, method) => format!("{method} {name}").trim_end().to_owned(),
    }
}

/// What was masked in the answer or taken out of it, by kind.
fn counts(record: &Record) -> String {
    let parts = ["/masked", "/cleaned"].into_iter().filter_map(|pointer| record.at(pointer).as_object());
    let counts: Vec<String> = parts.flatten().map(|(kind, count)| format!("{kind} {count}")).collect();
    if counts.is_empty() { "-".to_owned() } else { counts.join(", ") }
}
