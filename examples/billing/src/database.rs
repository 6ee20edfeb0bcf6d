//! The `SQLite` database. It is opened, created and seeded here, and used only through [`Database::read`], [`Database::write`] and [`Database::destroy`].
//!
//! Each of the three has its own connection, which can do no more than its name says, and the two that change something require a permit. So a
//! tool that is `read_only` cannot write: it has no permit, and without one it gets only a connection on which `SQLite` itself refuses writes.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags, Transaction, TransactionBehavior, ffi,
    hooks::{AuthAction, AuthContext, Authorization},
};
use secure_tool::prelude::*;

/// The `PRAGMA user_version` of a database that this program has created.
const SCHEMA_VERSION: i64 = 3;

/// How long to wait for another process that is writing to the same file.
const BUSY: Duration = Duration::from_secs(2);

const SCHEMA: &str = "
    CREATE TABLE company (
        tenant TEXT PRIMARY KEY,
        iban TEXT NOT NULL,
        bank_connected INTEGER NOT NULL DEFAULT FALSE,
        webhook TEXT
    ) STRICT;
    CREATE TABLE account (
        key TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        name TEXT NOT NULL,
        iban TEXT NOT NULL
    ) STRICT;
    CREATE TABLE buyer (
        key TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        name TEXT NOT NULL,
        email TEXT NOT NULL
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
        topic TEXT,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX note_by_invoice ON note (invoice);
    CREATE TABLE exchange_rate (
        currency TEXT PRIMARY KEY,
        per_euro REAL NOT NULL
    ) STRICT;
";

/// Two companies: neither may ever learn anything about the other.
const SEED: &str = "
    INSERT INTO company (tenant, iban) VALUES
        ('acme', 'DE89 3704 0044 0532 0130 00'),
        ('globex', 'GB82 WEST 1234 5698 7654 32');
    INSERT INTO account VALUES
        ('acc_11', 'acme', 'Current account', 'DE89 3704 0044 0532 0130 00'),
        ('acc_12', 'acme', 'Reserves', 'DE02 1203 0000 0000 2020 51'),
        ('acc_21', 'globex', 'Main account', 'GB82 WEST 1234 5698 7654 32');
    INSERT INTO buyer VALUES
        ('buy_01', 'acme', 'Northwind Traders', 'accounts@northwind.example.com'),
        ('buy_02', 'acme', 'Contoso Retail', 'c.ontoso@retail.example.com'),
        ('buy_11', 'globex', 'Initech', 'bill.lumbergh@initech.example.com'),
        ('buy_12', 'globex', 'Umbrella Logistics', 'payables@umbrella.example.com');
    INSERT INTO invoice VALUES
        ('inv_1001', 'acme', 'buy_01', 'Anvils, crate of twelve', '2026-02-28', 120000, 19, 'open'),
        ('inv_1002', 'acme', 'buy_01', 'Rocket skates, one pair', '2026-01-31', 45000, 19, 'paid'),
        ('inv_1003', 'acme', 'buy_02', 'Earthquake pills', '2026-03-15', 9900, 7, 'open'),
        ('inv_1004', 'acme', 'buy_02', 'Giant magnet, rental', '2026-03-31', 250000, 19, 'cancelled'),
        ('inv_2001', 'globex', 'buy_11', 'Weather control, January', '2026-02-15', 990000, 19, 'open'),
        ('inv_2002', 'globex', 'buy_12', 'Hammock district, planning', '2026-04-30', 310000, 19, 'open'),
        ('inv_2003', 'globex', 'buy_12', 'Fun run, catering', '2026-01-10', 5400, 7, 'paid');
    INSERT INTO note VALUES
        ('inv_1001', 'alice', 'delivery', 'Two crates came back with dents.'),
        ('inv_2001', 'bob', NULL, 'They asked for February as well.');
    INSERT INTO exchange_rate VALUES ('usd', 1.0921), ('gbp', 0.8467), ('chf', 0.9634), ('jpy', 171.35);
";

/// A handle on the database. Clones are the same connections.
#[derive(Clone, Debug)]
pub(crate) struct Database(Arc<Mutex<Connections>>);

/// The same database three times. One question at a time, so that none of them waits for another's lock.
#[derive(Debug)]
struct Connections {
    /// Opened read-only, which no SQL takes back.
    read: Connection,
    /// Inserts and updates. What would delete is not even prepared.
    write: Connection,
    destroy: Connection,
}

impl Database {
    /// A database that is deleted with its last handle.
    pub(crate) fn in_memory() -> Result<Self, rusqlite::Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // A name, so that the three connections find each other.
        Self::open(Path::new(&format!("file:/billing-{number}?vfs=memdb")))
    }

    pub(crate) fn open(path: &Path) -> Result<Self, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connect = |mode| {
            let connection = Connection::open_with_flags(path, flags | mode)?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        let mut destroy = connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        prepare(&mut destroy)?;
        let mut write = connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        write.authorizer(Some(may_write))?;
        let read = connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self(Arc::new(Mutex::new(Connections { read, write, destroy }))))
    }

    /// Asks from async code: on a thread where waiting for a disk stalls nobody.
    pub(crate) async fn read<T, F>(&self, ask: F) -> Result<T, ToolError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        let database = self.clone();
        // Two `?` on two kinds of errors: both are masked for the model, and both are in the audit record.
        Ok(tokio::task::spawn_blocking(move || database.read_here(ask)).await??)
    }

    /// Queries from a thread that may block, like the body of a tool that is not `async`.
    pub(crate) fn read_here<T>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        ask(&self.connections().read)
    }

    /// Adds and changes, in one transaction.
    pub(crate) async fn write<T, F>(&self, _permit: &impl Allows<Write>, change: F) -> Result<T, ToolError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        self.change(|connections| &mut connections.write, change).await
    }

    /// Deletes, in one transaction.
    pub(crate) async fn destroy<T, F>(&self, _permit: &impl Allows<Destroy>, change: F) -> Result<T, ToolError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        self.change(|connections| &mut connections.destroy, change).await
    }

    async fn change<T, F>(&self, which: fn(&mut Connections) -> &mut Connection, change: F) -> Result<T, ToolError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        let database = self.clone();
        let changed = tokio::task::spawn_blocking(move || {
            let mut connections = database.connections();
            in_transaction(which(&mut connections), change)
        });
        Ok(changed.await??)
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        // A query that panicked has left nothing half done: its transaction was rolled back when it was dropped.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It writes from its beginning, so that of two processes which want to at the same time one waits.
fn in_transaction<T>(
    connection: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
) -> Result<T, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = change(&transaction)?;
    transaction.commit()?;
    Ok(changed)
}

/// Creates and seeds the tables that do not exist yet.
fn prepare(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    in_transaction(connection, |transaction| {
        match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
            SCHEMA_VERSION => Ok(()),
            0 => {
                transaction.execute_batch(SCHEMA)?;
                transaction.execute_batch(SEED)?;
                transaction.pragma_update(None, "user_version", SCHEMA_VERSION)
            }
            _ => Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_SCHEMA),
                Some("it was made by another version of this program".to_owned()),
            )),
        }
    })
}

/// The statements that the writing connection may prepare: no deletion, no other table, no pragma.
fn may_write(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Function { .. }
        | AuthAction::Transaction { .. }
        | AuthAction::Insert { .. }
        | AuthAction::Update { .. } => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSERT: &str = "INSERT INTO exchange_rate VALUES ('nok', 11.2)";
    const DELETE: &str = "DELETE FROM exchange_rate";

    /// Without a permit, which nobody but the guard makes: straight at the connections.
    fn ran(database: &Database, which: fn(&mut Connections) -> &mut Connection, sql: &str) -> bool {
        which(&mut database.connections()).execute_batch(sql).is_ok()
    }

    fn holds(database: &Database) {
        for sql in [INSERT, DELETE, "UPDATE invoice SET status = 'paid'", "DROP TABLE note"] {
            assert!(!ran(database, |connections| &mut connections.read, sql), "{sql}");
            let unlocked = format!("PRAGMA query_only = OFF; PRAGMA writable_schema = ON; {sql}");
            assert!(!ran(database, |connections| &mut connections.read, &unlocked), "{sql}");
        }
        for sql in [DELETE, "DROP TABLE note", "ATTACH ':memory:' AS other", "PRAGMA foreign_keys = OFF"] {
            assert!(!ran(database, |connections| &mut connections.write, sql), "{sql}");
        }
        let rates = || {
            let count = |connection: &Connection| {
                connection.query_row("SELECT count(*) FROM exchange_rate", [], |row| row.get::<_, i64>(0))
            };
            database.read_here(count).unwrap()
        };
        assert_eq!(rates(), 4);
        assert!(ran(database, |connections| &mut connections.write, INSERT));
        assert_eq!(rates(), 5, "one database, whichever connection");
        assert!(ran(database, |connections| &mut connections.destroy, DELETE));
        assert_eq!(rates(), 0);
    }

    #[test]
    fn each_connection_does_what_its_name_says_and_no_more() {
        holds(&Database::in_memory().unwrap());
        let directory = tempfile::tempdir().unwrap();
        holds(&Database::open(&directory.path().join("billing.sqlite")).unwrap());
    }

    #[test]
    fn an_existing_file_is_opened_and_another_version_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("billing.sqlite");
        for _ in 0..2 {
            let database = Database::open(&path).unwrap();
            let found = database.read_here(|connection| {
                connection.query_row("SELECT count(*) FROM invoice", [], |row| row.get::<_, i64>(0))
            });
            assert_eq!(found, Ok(7));
        }
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 1).unwrap();
        let refused = Database::open(&path).unwrap_err().to_string();
        assert!(refused.contains("another version"), "{refused}");
    }
}
