//! `SQLite` behind one connection: opened, created and seeded here, and asked only through [`Database::run`] and [`Database::with`].

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, TransactionBehavior};
use secure_tool::ToolError;

/// What `PRAGMA user_version` says of a database that this program has created.
const SCHEMA_VERSION: i64 = 1;

/// How long to wait for another process that is writing to the same file.
const BUSY: Duration = Duration::from_secs(2);

const SCHEMA: &str = "
    CREATE TABLE buyer (
        key TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        name TEXT NOT NULL
    ) STRICT;
    CREATE TABLE invoice (
        number TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        buyer TEXT NOT NULL REFERENCES buyer (key),
        subject TEXT NOT NULL,
        due TEXT NOT NULL,
        net_cents INTEGER NOT NULL CHECK (net_cents > 0),
        vat_percent INTEGER NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'cancelled'))
    ) STRICT;
    CREATE INDEX invoice_by_tenant ON invoice (tenant, status);
    CREATE TABLE note (
        invoice TEXT NOT NULL REFERENCES invoice (number),
        author TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE exchange_rate (
        currency TEXT PRIMARY KEY,
        per_euro REAL NOT NULL
    ) STRICT;
";

/// Two companies: whatever one of them tries, it must never learn anything of the other.
const SEED: &str = "
    INSERT INTO buyer VALUES
        ('buy_01', 'acme', 'Northwind Traders'),
        ('buy_02', 'acme', 'Contoso Retail'),
        ('buy_11', 'globex', 'Initech'),
        ('buy_12', 'globex', 'Umbrella Logistics');
    INSERT INTO invoice VALUES
        ('inv_1001', 'acme', 'buy_01', 'Anvils, crate of twelve', '2026-02-28', 120000, 19, 'open'),
        ('inv_1002', 'acme', 'buy_01', 'Rocket skates, one pair', '2026-01-31', 45000, 19, 'paid'),
        ('inv_1003', 'acme', 'buy_02', 'Earthquake pills', '2026-03-15', 9900, 7, 'open'),
        ('inv_1004', 'acme', 'buy_02', 'Giant magnet, rental', '2026-03-31', 250000, 19, 'cancelled'),
        ('inv_2001', 'globex', 'buy_11', 'Weather control, January', '2026-02-15', 990000, 19, 'open'),
        ('inv_2002', 'globex', 'buy_12', 'Hammock district, planning', '2026-04-30', 310000, 19, 'open'),
        ('inv_2003', 'globex', 'buy_12', 'Fun run, catering', '2026-01-10', 5400, 7, 'paid');
    INSERT INTO exchange_rate VALUES ('usd', 1.0921), ('gbp', 0.8467), ('chf', 0.9634), ('jpy', 171.35);
";

/// A handle on the database. Clones are the same connection.
#[derive(Clone, Debug)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub(crate) fn in_memory() -> Result<Self, rusqlite::Error> {
        Self::prepare(Connection::open_in_memory()?)
    }

    pub(crate) fn open(path: &Path) -> Result<Self, rusqlite::Error> {
        Self::prepare(Connection::open(path)?)
    }

    /// Creates and seeds what is not there yet. The transaction writes from its beginning, so that of two processes which start
    /// at the same time one waits.
    fn prepare(mut connection: Connection) -> Result<Self, rusqlite::Error> {
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version == 0 {
            transaction.execute_batch(SCHEMA)?;
            transaction.execute_batch(SEED)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        }
        transaction.commit()?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Asks from async code: on a thread where waiting for a disk stalls nobody.
    pub(crate) async fn run<T, F>(&self, ask: F) -> Result<T, ToolError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        let database = self.clone();
        // Two `?` on two kinds of errors: both are masked for the model, and both are in the audit record.
        Ok(tokio::task::spawn_blocking(move || database.with(ask)).await??)
    }

    /// Asks from a thread that may block, as the body of a tool that is not `async` does.
    pub(crate) fn with<T>(
        &self,
        ask: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        // A query that panicked has left nothing half done: its transaction was rolled back when it was dropped.
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
