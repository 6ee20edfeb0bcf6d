//! The command line.

use std::{
    error::Error,
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

use secure_tool::{
    AuditSink, MemorySink, StderrSink,
    http::{KEY_USAGE, key_command},
    ledger::{self, CommandError, Ledger, LedgerOptions, SigningKey},
};

use crate::{
    ALICE, Billing, Identity, NoOperator, Person, callers,
    cluster::{self, RedisMissing},
    demo,
    identity::Greeting,
    operator::Terminal,
};

const USAGE: &str = "\
Invoices of two companies behind guarded tools.

usage:
  billing                        show what the guard lets through and what it refuses, with real clients
  billing cluster [--redis URL]  show two nodes behind a load balancer, with a Redis that is started for them or this one
  billing stdio [OPTION]...      serve MCP on standard input and output
    --as NAME                      on behalf of alice (default), bob, carol or erin
  billing http ADDRESS [OPTION]...
                                 serve MCP over HTTP with the demo keys, such as on 127.0.0.1:8787
    --operator NAME                who sits at this terminal (default: operator), and approves there what an
                                   operator has to: `list`, `approve ID`, `refuse ID`; and switches this server off:
                                   `halt`, `resume`, `revoke NAME@COMPANY`
    --redis URL                    be one of several processes, which count together and tell each other what is revoked
                                   and switched off; with the secret BILLING_SECRET of the environment, the same for all
    --keys FILE                    not with the demo keys, but with those of this file, which may change meanwhile
    --jwt                          take access tokens of an issuer that the demo makes up, and print some
    --jwt ISSUER JWKS              take those of an authorization server, with its keys at an address or in a file
    --introspect ISSUER URL        ask one about its tokens, as the client BILLING_CLIENT_ID with the secret
                                   BILLING_CLIENT_SECRET of the environment
    --mtls DIRECTORY               take client certificates, over TLS, of an authority that the demo makes up, and
                                   leave them in this directory
                                   (the last four need `cargo run -p billing --features identity`)
  billing key OPTION...          make an API key for such a file, and show it once
  billing ledger COMMAND...      make a key for the audit log, verify the log, prove one record
  billing policy                 print what every tool, resource and prompt declares
  billing help                   print this

options of both servers:
    --db FILE                      the database (default: billing.sqlite in the directory for temporary files)
    --exports DIRECTORY            where exported invoices go (default: billing-exports beside it)
    --audit DIRECTORY KEY          where audit records go, as a log signed with the key of this file
                                   (default: to standard error, one line of JSON each)

On standard input there is no operator: the user who starts that server is its caller, and nobody approves a call of their
own. What an operator would have to approve is refused there, as it is over HTTP when the terminal is closed.

options of `key`:
";

/// The text of `billing help`.
#[must_use]
pub fn usage() -> String {
    format!("{USAGE}{KEY_USAGE}\ncommands of `ledger`:\n{}", ledger::USAGE)
}

/// A command.
#[derive(Clone, Debug)]
pub enum Command {
    /// Show it all.
    Demo,
    /// Show two nodes.
    Cluster {
        /// Where Redis is; one is started if this does not say.
        redis: Option<String>,
    },
    /// Serve the process that started this one.
    Stdio {
        /// What is served.
        files: Files,
        /// On whose behalf.
        person: Person,
    },
    /// Serve over HTTP.
    Http {
        /// Where to listen: on this machine.
        address: SocketAddr,
        /// What is served.
        files: Files,
        /// The name of the person at the terminal.
        operator: String,
        /// The credentials that callers need.
        identity: Identity,
        /// Where the Redis is that it shares with other processes.
        redis: Option<String>,
    },
    /// Make an API key.
    Key(Vec<String>),
    /// Make a key for the audit log, verify it, prove a record.
    Ledger(Vec<String>),
    /// Print the policies.
    Policy,
    /// Print the usage.
    Help,
}

/// The files on disk.
#[derive(Clone, Debug)]
pub struct Files {
    /// The database.
    pub db: PathBuf,
    /// The directory of the exports.
    pub exports: PathBuf,
    /// The directory of the audit log and the file with its key; standard error without them.
    pub audit: Option<(PathBuf, PathBuf)>,
}

impl Default for Files {
    fn default() -> Self {
        let directory = std::env::temp_dir();
        Self { db: directory.join("billing.sqlite"), exports: directory.join("billing-exports"), audit: None }
    }
}

/// Reads the arguments, without the program's name.
///
/// # Errors
///
/// One sentence about the mistake.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.into_iter();
    let command = match arguments.next().as_deref() {
        None => Command::Demo,
        Some("cluster") => Command::Cluster { redis: None },
        Some("policy") => Command::Policy,
        Some("help" | "--help" | "-h") => Command::Help,
        Some("key") => return Ok(Command::Key(arguments.collect())),
        Some("ledger") => return Ok(Command::Ledger(arguments.collect())),
        Some("stdio") => Command::Stdio { files: Files::default(), person: ALICE },
        Some("http") => Command::Http {
            address: loopback(&arguments.next().ok_or("`http` needs an address, such as 127.0.0.1:8787")?)?,
            files: Files::default(),
            operator: "operator".to_owned(),
            identity: Identity::default(),
            redis: None,
        },
        Some(other) => return Err(format!("there is no command `{other}`")),
    };
    options(command, arguments)
}

fn options(mut command: Command, arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.peekable();
    while let Some(option) = arguments.next() {
        let more = arguments.peek().is_some_and(|next| !next.starts_with('-'));
        let mut value = || arguments.next().ok_or_else(|| format!("`{option}` needs a value"));
        match (option.as_str(), &mut command) {
            ("--db", Command::Stdio { files, .. } | Command::Http { files, .. }) => files.db = value()?.into(),
            ("--exports", Command::Stdio { files, .. } | Command::Http { files, .. }) => {
                files.exports = value()?.into();
            }
            ("--audit", Command::Stdio { files, .. } | Command::Http { files, .. }) => {
                files.audit = Some((value()?.into(), value()?.into()));
            }
            ("--redis", Command::Cluster { redis } | Command::Http { redis, .. }) => *redis = Some(value()?),
            ("--operator", Command::Http { operator, .. }) => *operator = nobody_here(value()?)?,
            ("--keys", Command::Http { identity, .. }) => *identity = Identity::KeyFile(value()?.into()),
            ("--jwt", Command::Http { identity, .. }) if !more => *identity = Identity::DemoTokens,
            ("--jwt", Command::Http { identity, .. }) => {
                *identity = Identity::Tokens { issuer: value()?, jwks: value()? }
            }
            ("--introspect", Command::Http { identity, .. }) => {
                *identity = Identity::Opaque { issuer: value()?, endpoint: value()? };
            }
            ("--mtls", Command::Http { identity, .. }) => *identity = Identity::Certificates(value()?.into()),
            ("--as", Command::Stdio { person, .. }) => *person = somebody(&value()?)?,
            _ => return Err(format!("`{option}` is no argument of this command")),
        }
    }
    Ok(command)
}

fn somebody(name: &str) -> Result<Person, String> {
    callers().into_iter().find(|person| person.name == name).ok_or_else(|| {
        let known = callers().map(|person| person.name).join(", ");
        format!("there is nobody called `{name}`, only {known}")
    })
}

/// An operator must not be one of the callers.
fn nobody_here(name: String) -> Result<String, String> {
    if name.trim().is_empty() || callers().iter().any(|person| person.name == name) {
        return Err(format!("`{name}` cannot be the operator: use a name that no caller has"));
    }
    Ok(name)
}

/// The demo's keys are in its source: anybody who could reach this server could use it.
fn loopback(address: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        address.parse().map_err(|_| format!("`{address}` is no address with a port, such as 127.0.0.1:8787"))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{address} can be reached from other machines, and the demo's keys are public: use 127.0.0.1"))
    }
}

/// The exit code for an error: that of `ledger`, which tells what was found; 3 if there is no Redis for `cluster`; or 1.
#[must_use]
pub fn exit_code(error: &(dyn Error + Send + Sync + 'static)) -> u8 {
    if error.is::<RedisMissing>() {
        return 3;
    }
    let code = error.downcast_ref::<CommandError>().map(CommandError::exit_code);
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Does it. It returns when the client on standard input goes away, or the server on HTTP is interrupted.
///
/// # Errors
///
/// Whatever keeps it from being done; for the demo, an outcome other than the expected one.
pub async fn run(command: Command) -> Result<(), Box<dyn Error + Send + Sync>> {
    match command {
        Command::Demo => demo::run(&mut io::stdout(), colour()).await,
        Command::Cluster { redis } => demo::cluster(&mut io::stdout(), colour(), redis).await,
        Command::Stdio { files, person } => {
            let server = crate::server(open(&files)?, NoOperator, audit(&files)?)?;
            Ok(server.serve_stdio(person.caller()).await?)
        }
        Command::Http { address, files, operator, identity, redis } => {
            let terminal = Terminal::new(&operator);
            let mut builder = crate::builder(open(&files)?, terminal.clone()).allow_writes().audit(audit(&files)?);
            if let Some(redis) = redis {
                builder = cluster::join(builder, &redis).await?;
            }
            let server = builder.build()?;
            terminal.switches(&server);
            let listener = tokio::net::TcpListener::bind(address).await?;
            // A separate thread, because reading from a terminal cannot be interrupted.
            std::thread::spawn(move || terminal.obey(io::stdin().lock(), io::stderr()));
            identity.serve(listener, server, say).await
        }
        Command::Policy => {
            let server = crate::server(Billing::in_memory()?, NoOperator, MemorySink::new(1))?;
            Ok(write!(io::stdout(), "{}", server.policy())?)
        }
        Command::Key(arguments) => Ok(key_command(arguments, &mut io::stdout(), &mut io::stderr())?),
        Command::Ledger(arguments) => Ok(ledger::command(arguments, &mut io::stdout())?),
        Command::Help => Ok(io::stdout().write_all(usage().as_bytes())?),
    }
}

fn colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn open(Files { db, exports, .. }: &Files) -> Result<Billing, String> {
    Billing::open(db, exports)
        .map_err(|error| format!("{} or {} cannot be opened: {error}", db.display(), exports.display()))
}

fn audit(files: &Files) -> Result<Arc<dyn AuditSink>, Box<dyn Error + Send + Sync>> {
    Ok(match &files.audit {
        Some((directory, key)) => Arc::new(Ledger::open(directory, LedgerOptions::new(SigningKey::from_file(key)?))?),
        None => Arc::new(StderrSink::new()),
    })
}

/// Says where the server is, and with which credentials it can be tried.
fn say(Greeting { url, credentials, curl }: &Greeting) -> io::Result<()> {
    let mut err = io::stderr();
    writeln!(err, "serving MCP at {url}")?;
    if credentials.is_empty() {
        return Ok(());
    }
    writeln!(err, "with these credentials, which are for demonstration only:")?;
    for (Person { name, tenant, .. }, credential) in credentials {
        writeln!(err, "  {:<14}{credential}", format!("{name}@{tenant}"))?;
    }
    writeln!(err, "try it:")?;
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_invoice","arguments":{"invoice":"inv_1001"}}}"#;
    writeln!(
        err,
        "  curl -s {url} {curl} -H 'Content-Type: application/json' \\\n    \
         -H 'Accept: application/json, text/event-stream' \\\n    -d '{call}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_documented_lines_are_understood() {
        assert!(matches!(read(""), Ok(Command::Demo)));
        assert!(matches!(read("cluster"), Ok(Command::Cluster { redis: None })));
        assert!(
            matches!(read("cluster --redis redis://r"), Ok(Command::Cluster { redis: Some(url) }) if url == "redis://r")
        );
        assert!(matches!(read("policy"), Ok(Command::Policy)));
        assert!(matches!(read("--help"), Ok(Command::Help)));
        assert!(matches!(read("stdio"), Ok(Command::Stdio { person: Person { name: "alice", .. }, .. })));
        let stdio = read("stdio --as bob --db b.sqlite --exports files");
        let files = |files: &Files| files.db.as_os_str() == "b.sqlite" && files.exports.as_os_str() == "files";
        assert!(
            matches!(&stdio, Ok(Command::Stdio { files: given, person }) if files(given) && person.name == "bob"),
            "{stdio:?}"
        );
        let http = read("http 127.0.0.1:8787 --redis redis://r");
        assert!(matches!(&http, Ok(Command::Http { redis: Some(url), .. }) if url == "redis://r"), "{http:?}");
        let http = read("http 127.0.0.1:8787 --operator olga");
        assert!(matches!(&http, Ok(Command::Http { operator, .. }) if operator == "olga"), "{http:?}");
        for (line, kind) in [
            ("--db b.sqlite", Identity::Keys),
            ("--keys keys.jsonl", Identity::KeyFile("keys.jsonl".into())),
            ("--jwt", Identity::DemoTokens),
            ("--jwt --db b.sqlite", Identity::DemoTokens),
            ("--jwt i j", Identity::Tokens { issuer: "i".into(), jwks: "j".into() }),
            ("--mtls papers", Identity::Certificates("papers".into())),
            ("--introspect i e", Identity::Opaque { issuer: "i".into(), endpoint: "e".into() }),
        ] {
            let http = read(&format!("http 127.0.0.1:1 {line}"));
            assert!(matches!(&http, Ok(Command::Http { identity, .. }) if *identity == kind), "{http:?}");
        }
        assert!(matches!(read("key --id ci --expires-in 90d"), Ok(Command::Key(arguments)) if arguments.len() == 4));
        let verify = read("ledger verify audit --key billing+0+0");
        assert!(matches!(&verify, Ok(Command::Ledger(arguments)) if arguments.len() == 4), "{verify:?}");
        let stdio = read("stdio --audit log ledger.key --db b.sqlite");
        let audit = Some(("log".into(), "ledger.key".into()));
        assert!(matches!(&stdio, Ok(Command::Stdio { files, .. }) if files.audit == audit), "{stdio:?}");
        assert!(usage().contains("\n    verify DIR --key PUBLIC "));
        assert!(usage().contains("\noptions of `key`:\n    --id "));
        for address in ["127.0.0.1:8787", "[::1]:0"] {
            assert!(matches!(read(&format!("http {address} --db b.sqlite")), Ok(Command::Http { .. })), "{address}");
        }
    }

    #[test]
    fn invalid_command_lines_are_refused() {
        for line in [
            "serve",
            "policy --db x",
            "cluster --redis",
            "cluster --db x",
            "stdio --redis redis://r",
            "stdio --as mallory",
            "stdio --db",
            "stdio --audit log",
            "stdio extra",
            "stdio --operator olga",
            "stdio --keys keys.jsonl",
            "http 127.0.0.1:1 --operator alice",
            "http",
            "http nowhere",
            "http 127.0.0.1:1 --as bob",
            "http 127.0.0.1:1 --jwt issuer",
            "http 127.0.0.1:1 --introspect issuer",
            "stdio --jwt",
            "http 0.0.0.0:8787",
            "http 192.0.2.1:8787",
            "http [::]:8787",
            "--verbose",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
