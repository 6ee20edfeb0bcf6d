//! What a tool may fail with, and what of it a client reads and the audit record holds.

use std::{error::Error, io, sync::Arc};

use secure_tool::{MemorySink, SecureServer, http::HttpOptions, prelude::*};
use secure_tool_tests::clients::{ALICE, HttpServer, call, code, text};
use serde_json::json;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(not_found)]
    Missing,
    #[failure(invalid = "at most {limit} notes")]
    Many {
        limit: u32,
        asked: u32,
    },
    #[failure(conflict = "shelf {0} is full {{really}}")]
    Full(u32),
    #[failure(unavailable = 30s)]
    Busy,
    #[failure(forbidden = "only on weekdays")]
    Closed,
    Database(io::Error),
}

/// As an application with thiserror has it.
#[derive(Debug, ToolFailure)]
#[failure(std_error)]
enum Known {
    #[failure(conflict)]
    Paid,
    Lost(io::Error),
}

impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Paid => f.write_str("the note is paid already"),
            Self::Lost(_) => f.write_str("lost"),
        }
    }
}

impl Error for Known {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Paid => None,
            Self::Lost(source) => Some(source),
        }
    }
}

fn canary() -> io::Error {
    io::Error::other("CANARY at db.internal")
}

fn fail(how: u32) -> Result<String, Failure> {
    Err(match how {
        0 => Failure::Missing,
        1 => Failure::Many { limit: 4, asked: how },
        2 => Failure::Full(7),
        3 => Failure::Busy,
        4 => Failure::Closed,
        _ => Failure::Database(canary()),
    })
}

struct Desk;

impl Desk {
    /// Fail in a way of one's own.
    #[secure_tool(scope = "notes:read", owner = unowned("failures belong to nobody"), read_only)]
    async fn own(
        &self,
        /// How.
        how: u32,
    ) -> Result<String, Failure> {
        fail(how)
    }

    /// Fail through `?`.
    #[secure_tool(scope = "notes:read", owner = unowned("failures belong to nobody"), read_only)]
    fn through(
        &self,
        /// How.
        how: u32,
    ) -> Result<String, ToolError> {
        Ok(fail(how)?)
    }

    /// Fail with an error that is one for others as well.
    #[secure_tool(scope = "notes:read", owner = unowned("failures belong to nobody"), read_only)]
    async fn known(
        &self,
        /// How.
        paid: bool,
    ) -> Result<String, Known> {
        Err(if paid { Known::Paid } else { Known::Lost(canary()) })
    }

    /// Fail with a box.
    #[secure_tool(scope = "notes:read", owner = unowned("failures belong to nobody"), read_only)]
    async fn boxed(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        Err(canary())?;
        Ok(String::new())
    }

    /// Fail with an error of the standard library.
    #[secure_tool(scope = "notes:read", owner = unowned("failures belong to nobody"), read_only)]
    async fn std_error(&self) -> Result<String, io::Error> {
        Err(canary())
    }
}

#[tokio::test]
async fn a_failure_says_what_its_class_allows_and_the_record_holds_the_rest() {
    let audit = Arc::new(MemorySink::new(100));
    let builder = SecureServer::builder(Desk).audit(Arc::clone(&audit));
    let builder = builder.tool(Desk::own()).tool(Desk::through()).tool(Desk::known());
    let server = builder.tool(Desk::boxed()).tool(Desk::std_error()).build().unwrap();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (tool, arguments, expected, said) in [
        ("own", json!({"how": 0}), "not_found", ""),
        ("own", json!({"how": 1}), "invalid_arguments", "at most 4 notes"),
        ("own", json!({"how": 2}), "conflict", "shelf 7 is full {really}"),
        ("own", json!({"how": 3}), "unavailable", "30"),
        ("own", json!({"how": 4}), "forbidden", "only on weekdays"),
        ("own", json!({"how": 5}), "internal", ""),
        ("through", json!({"how": 2}), "conflict", "shelf 7 is full {really}"),
        ("through", json!({"how": 5}), "internal", ""),
        ("known", json!({"paid": true}), "conflict", "the note is paid already"),
        ("known", json!({"paid": false}), "internal", ""),
        ("boxed", json!({}), "internal", ""),
        ("std_error", json!({}), "internal", ""),
    ] {
        let answer = call(&client, tool, arguments.clone()).await.unwrap();
        assert_eq!(code(&answer), expected, "{tool} {arguments}");
        let text = text(&answer);
        assert!(text.contains(said) && !text.contains("CANARY"), "{tool} {arguments}: {text}");
        let record = audit.records().pop().unwrap();
        let cause = record.cause.as_deref().unwrap_or_default();
        assert_eq!(cause.contains("CANARY"), expected == "internal", "{tool} {arguments}: {cause}");
    }
}
