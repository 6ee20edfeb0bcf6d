//! The cost of writing a record to disk: with a plain `write`, as JSON Lines and into the ledger, alternately on one thread.
//!
//! `cargo bench -p secure-tool-benches --bench ledger [-- DIRECTORY]` writes to a temporary directory, or to a new directory in the given one.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use secure_tool::{
    AuditRecord, AuditSink, JsonLines, MemorySink,
    ledger::{Ledger, LedgerOptions, SigningKey},
    prelude::*,
};
use serde_json::json;

/// Rounds per row; the median is shown.
const ROUNDS: usize = 15;
/// Records per round.
const RECORDS: usize = 40_000;

struct Desk;

impl Desk {
    /// Search the invoices.
    #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), rate = 1000000/second, read_only)]
    async fn search(
        &self,
        caller: &Caller,
        /// What to look for.
        query: String,
        /// How many at most.
        limit: u32,
    ) -> String {
        format!("{} {query} {limit}", caller.subject())
    }
}

fn fail(why: impl std::fmt::Display) -> ! {
    eprintln!("{why}");
    std::process::exit(1)
}

/// A record as the guard makes it.
async fn record() -> AuditRecord {
    let memory = Arc::new(MemorySink::new(1));
    let server = SecureServer::builder(Desk).tool(Desk::search()).audit(Arc::clone(&memory)).environment("production");
    let server = server.build().unwrap_or_else(|error| fail(error));
    let caller = Caller::new("alice").with_tenant("acme").with_scopes(["invoices:read"]);
    let arguments = json!({"query": "late fees", "limit": 20}).as_object().cloned().unwrap_or_default();
    let _ = server.call(&Arc::new(caller), "search", arguments).await;
    memory.take().pop().unwrap_or_else(|| fail("no record"))
}

/// Nanoseconds a record, by a sink.
struct Row {
    name: &'static str,
    sink: Box<dyn AuditSink>,
    rounds: Vec<f64>,
}

impl Row {
    fn round(&mut self, record: &AuditRecord) {
        // What a call makes anyway is made before the clock starts.
        let records = vec![record.clone(); RECORDS];
        let started = Instant::now();
        for record in records {
            if let Err(error) = self.sink.record(record) {
                fail(error);
            }
        }
        self.rounds.push(nanoseconds(started.elapsed()));
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn nanoseconds(elapsed: Duration) -> f64 {
    elapsed.as_nanos() as f64 / RECORDS as f64
}

fn median(rounds: &[f64]) -> f64 {
    let mut rounds = rounds.to_vec();
    rounds.sort_unstable_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
}

fn ledger(directory: &Path, name: &str) -> Result<Ledger, Box<dyn std::error::Error>> {
    let key = SigningKey::generate("bench.example/audit")?;
    Ok(Ledger::open(directory.join(name), LedgerOptions::new(key))?)
}

fn rows(directory: &Path, record: &AuditRecord) -> Result<(), Box<dyn std::error::Error>> {
    let line = serde_json::to_vec(record)?;
    let mut plain = File::create(directory.join("plain"))?;
    let mut writes = Vec::new();
    let mut rows = [
        Row { name: "JSON Lines", sink: Box::new(JsonLines::append(directory.join("lines"))?), rounds: Vec::new() },
        Row { name: "ledger, chain included", sink: Box::new(ledger(directory, "ledger")?), rounds: Vec::new() },
    ];
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..RECORDS {
            plain.write_all(&line)?;
        }
        writes.push(nanoseconds(started.elapsed()));
        for row in &mut rows {
            row.round(record);
        }
    }
    println!("{:<34} {:>9} {:>12}", format!("a record of {} bytes", line.len()), "ns", "records/s");
    for (name, rounds) in
        [("write(2) alone", &writes)].into_iter().chain(rows.iter().map(|row| (row.name, &row.rounds)))
    {
        println!("{name:<34} {:>9.0} {:>12.0}", median(rounds), 1e9 / median(rounds));
    }
    Ok(())
}

fn main() {
    // Cargo passes `--bench`.
    let base = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let base = base.map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = base.join(format!("secure-tool-ledger-{}", std::process::id()));
    if let Err(error) = fs::create_dir_all(&directory) {
        fail(error);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let Ok(runtime) = runtime else { fail("no runtime") };
    let measured = rows(&directory, &runtime.block_on(record()));
    // What was measured is of no use to anybody.
    let _ = fs::remove_dir_all(&directory);
    if let Err(error) = measured {
        fail(error);
    }
}
