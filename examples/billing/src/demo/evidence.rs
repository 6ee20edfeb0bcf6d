//! After the last scene: what the audit log proves when all servers and clients have ended.

use std::io::Write;

use super::{Outcome, log::Log, print::Printer};

/// The refund in the log, and what somebody makes of it: another byte.
const WRITTEN: &str = r#""arguments":{"invoice":"inv_1002"}"#;
const FORGED: &str = r#""arguments":{"invoice":"inv_1003"}"#;

/// The demonstration without its servers and clients.
pub(super) struct Ended<'w, W> {
    pub(super) print: Printer<'w, W>,
    pub(super) log: Log,
    pub(super) calls: usize,
}

impl<W: Write> Ended<'_, W> {
    /// Closes the log, changes it, and tells how everything came out.
    pub(super) async fn verified(self) -> Outcome<()> {
        let Self { mut print, log, calls } = self;
        print.heading("A log that somebody changes afterwards")?;
        let log = log.close().await?;
        let (written, verdict) = (log.read()?, log.verify()?);
        let lines = written.lines().count();
        let intact = format!("{lines} records, all signed");
        let mut show = |what: &str, (said, code): &(String, i32), expected: (&str, i32)| -> Outcome<()> {
            print.line(&format!("  {what}: billing ledger verify DIR --key PUBLIC --checkpoint FILE"))?;
            said.lines().try_for_each(|line| print.line(&format!("      {line}")))?;
            print.line(&format!("      exit code {code}"))?;
            let is_so = said.contains(expected.0) && *code == expected.1;
            print.expect(is_so, || format!("{what}: exit code {code}, {said:?} instead of {expected:?}"))
        };
        show("as it was written", &verdict, (&intact, 0))?;

        // The outcome is the last one with these arguments.
        let outcome = |(_, line): &(usize, &str)| line.contains(WRITTEN) && line.contains(r#""phase":"outcome""#);
        let (record, line) = written.lines().enumerate().filter(outcome).last().ok_or("no refund of inv_1002")?;
        log.overwrite(&written.replace(line, &line.replace(WRITTEN, FORGED)))?;
        let finding = format!("line {}: record {record} was changed", record + 1);
        show("with another invoice in the outcome of the refund, one byte", &log.verify()?, (&finding, 1))?;

        log.overwrite(&written)?;
        show("with that byte as it was", &log.verify()?, (&intact, 0))?;
        print.why(
            "each line is a leaf of a Merkle tree whose root is signed about once a second, and at the end; the checkpoints were exported as well, as \
             an attacker with the files and the signing key could write another log",
        )?;
        let told = "calls, each with the expected outcome, which the audit log has";
        print.end(&format!("{calls} {told}: {lines} records, all signed."))
    }
}
