//! A server whose tools try everything that a guard has to withstand, for the tests in this package.

#[cfg(feature = "jwt")]
pub mod authorization_server;
pub mod bank;
pub mod client_cases;
pub mod clients;
mod desk;
pub mod older;
pub mod person;
pub mod raw;
pub mod repository;
pub mod revisions;
mod tools;
mod vault;

use std::sync::Arc;

pub use desk::{CANARY, Desk, Note, NoteKey};
use secure_tool::{AuditRecord, AuditSink, BuildError, Caller, MemorySink, Phase, SecureServer, ServerBuilder};
use sha2::{Digest, Sha256};
pub use vault::Vault;

/// Alice of no tenant, who may do everything.
#[must_use]
pub fn alice() -> Caller {
    Caller::local("alice").with_scopes(["notes:read", "notes:write", "desk:test"])
}

/// Bob, who may do everything with what is his.
#[must_use]
pub fn bob() -> Caller {
    Caller::local("bob").with_scopes(["notes:read", "notes:write", "desk:test"])
}

/// Carol, whose credential carries no scope.
#[must_use]
pub fn carol() -> Caller {
    Caller::local("carol")
}

/// How each call has ended, in the order of the ends: intents are left out, after a look at whether each outcome has its own before it.
///
/// # Panics
///
/// If an outcome has none, or an intent no outcome.
#[must_use]
pub fn ends(records: Vec<AuditRecord>) -> Vec<AuditRecord> {
    let mut intents = Vec::new();
    let mut ends = Vec::new();
    for record in records {
        match record.phase {
            Phase::Intent => intents.push(record.call_id),
            Phase::Outcome => {
                let intent = intents.iter().position(|intent| *intent == record.call_id);
                intents.remove(intent.unwrap_or_else(|| panic!("an outcome without an intent: {record:?}")));
                ends.push(record);
            }
            _ => ends.push(record),
        }
    }
    assert!(intents.is_empty(), "intents without an outcome: {intents:?}");
    ends
}

/// The only record since the last look.
///
/// # Panics
///
/// If there is none, or more than one.
#[must_use]
pub fn only(audit: &MemorySink) -> AuditRecord {
    one(audit.take())
}

/// How the only call since the last look has ended; see [`ends`].
///
/// # Panics
///
/// If none has ended, or more than one; or if an intent or an outcome stands alone.
#[must_use]
pub fn only_end(audit: &MemorySink) -> AuditRecord {
    one(ends(audit.take()))
}

fn one(mut records: Vec<AuditRecord>) -> AuditRecord {
    assert_eq!(records.len(), 1, "{records:#?}");
    records.remove(0)
}

/// Every tool, on a desk that the test can look at.
pub fn builder(desk: &Arc<Desk>) -> ServerBuilder<Desk> {
    SecureServer::builder_shared(Arc::clone(desk))
        .name("desk")
        .rate_cells(1 << 12)
        // Most tests look at the record of every refusal.
        .refusals_recorded(u32::MAX)
        .tool(Desk::get_note())
        .tool(Desk::get_notes())
        .tool(Desk::maybe_note())
        .tool(Desk::note_length())
        .tool(Desk::list_notes())
        .tool(Desk::careless())
        .tool(Desk::add_note())
        .tool(Desk::echo())
        .tool(Desk::shapes())
        .tool(Desk::slow())
        .tool(Desk::slow_blocking())
        .tool(Desk::panics())
        .tool(Desk::panics_blocking())
        .tool(Desk::fails())
        .tool(Desk::big())
        .tool(Desk::scarce())
        .tool(Desk::scarce_per_tenant())
        .tool(Desk::scarce_per_client())
        .tool(Desk::scarce_per_tool())
        .tool(Desk::one_at_a_time())
        .tool(Desk::either())
        .tool(tools::ping())
        .tool(tools::whoami())
        .tool(tools::count_notes())
}

/// A desk, a server for it, and its audit records.
///
/// # Panics
///
/// If a tool cannot be built.
#[must_use]
pub fn setup() -> (Arc<Desk>, Arc<MemorySink>, SecureServer<Desk>) {
    let desk = Arc::new(Desk::default());
    let audit = Arc::new(MemorySink::new(10_000));
    let server = server(&desk, Arc::clone(&audit)).unwrap_or_else(|error| panic!("{error}"));
    (desk, audit, server)
}

/// A server with these tools, writes allowed.
///
/// # Errors
///
/// If a tool cannot be built.
pub fn server(desk: &Arc<Desk>, audit: impl AuditSink) -> Result<SecureServer<Desk>, BuildError> {
    builder(desk).allow_writes().audit(audit).build()
}

/// A digest as audit records have it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", digits.concat())
}
