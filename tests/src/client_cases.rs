//! A server with one tool for each case that a client is run through: rmcp in `tests/three_protocols.rs`, clients in other languages in
//! `conformance/clients`.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use schemars::JsonSchema;
use secure_tool::{
    AuditSink, BuildError,
    http::{ApiKeys, WeakKey},
    prelude::*,
};
use serde::Serialize;

use crate::clients::{ALICE, CAROL};

/// A letter of somebody.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Letter {
    number: u32,
    reader: String,
}

impl Resource for Letter {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.reader.as_str())
    }
}

/// What became of the bodies that have begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bodies {
    /// How many calls of `wait` have begun.
    pub began: u32,
    /// How many of them came to their end.
    pub finished: u32,
    /// How many of them were cut short.
    pub cancelled: u32,
    /// How many times the letters were burnt.
    pub burnt: u32,
}

/// The state of the server.
#[derive(Debug, Default)]
pub struct ClientCases(Mutex<Bodies>);

impl ClientCases {
    fn lock(&self) -> MutexGuard<'_, Bodies> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Say hello.
    #[secure_tool(scope = "letters:read", owner = unowned("a greeting"), rate = 6000/minute, read_only)]
    async fn greet(
        &self,
        /// Whom to greet.
        name: String,
    ) -> String {
        format!("Hello, {name}!")
    }

    /// Read a letter of the caller.
    #[secure_tool(scope = "letters:read", owner = letter, rate = 6000/minute, read_only)]
    async fn read_letter(
        &self,
        /// The letter's number.
        letter: Owned<Letter>,
    ) -> Json<Letter> {
        Json(letter.into_inner())
    }

    /// Do what can be done once an hour.
    #[secure_tool(scope = "letters:read", owner = unowned("a fixed text"), rate = 1/hour, read_only)]
    async fn scarce(&self) -> &'static str {
        "once"
    }

    /// Burn the letters.
    #[secure_tool(scope = "letters:burn", owner = unowned("there is one pile"), rate = 6000/minute, destructive, confirm = "Burn the letters?")]
    async fn burn_letters(&self) -> &'static str {
        self.lock().burnt += 1;
        "burnt"
    }

    /// Wait for longer than any client does.
    #[secure_tool(scope = "letters:read", owner = unowned("nothing but time"), rate = 6000/minute, read_only, timeout = 10m)]
    async fn wait(&self) -> &'static str {
        let body = Waiting::begin(self);
        tokio::time::sleep(Duration::from_secs(300)).await;
        body.finish();
        "waited"
    }

    /// Say what became of the bodies that have begun.
    #[secure_tool(scope = public("whoever runs the cases looks at it"), owner = unowned("four numbers"), rate = 60000/minute, read_only)]
    async fn bodies(&self) -> Json<Bodies> {
        Json(*self.lock())
    }
}

/// Alice has letter 1, bob has letter 2.
impl Load<Letter> for ClientCases {
    async fn load(&self, number: &u32) -> Result<Option<Letter>, ToolError> {
        let reader = match number {
            1 => "alice",
            2 => "bob",
            _ => return Ok(None),
        };
        Ok(Some(Letter { number: *number, reader: reader.into() }))
    }
}

/// A body of `wait`, which is counted also when it is dropped before its end.
struct Waiting<'a> {
    cases: &'a ClientCases,
    finished: bool,
}

impl<'a> Waiting<'a> {
    fn begin(cases: &'a ClientCases) -> Self {
        cases.lock().began += 1;
        Self { cases, finished: false }
    }

    fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut bodies = self.cases.lock();
        if self.finished {
            bodies.finished += 1;
        } else {
            bodies.cancelled += 1;
        }
    }
}

/// The callers of the cases: alice has every scope, carol has none.
#[must_use]
pub fn caller(name: &str) -> Option<Caller> {
    match name {
        "alice" => Some(Caller::new("alice").with_scopes(["letters:read", "letters:burn"])),
        "carol" => Some(Caller::new("carol")),
        _ => None,
    }
}

/// Their API keys.
///
/// # Errors
///
/// Never, as the keys are long enough.
pub fn keys() -> Result<ApiKeys, WeakKey> {
    let mut keys = ApiKeys::new();
    for (key, name) in [(ALICE, "alice"), (CAROL, "carol")] {
        if let Some(caller) = caller(name) {
            keys = keys.with_key(key, caller)?;
        }
    }
    Ok(keys)
}

/// The server.
///
/// # Errors
///
/// If a tool cannot be built.
pub fn server(audit: impl AuditSink) -> Result<SecureServer<ClientCases>, BuildError> {
    SecureServer::builder(ClientCases::default())
        .name("client-cases")
        .tool(ClientCases::greet())
        .tool(ClientCases::read_letter())
        .tool(ClientCases::scarce())
        .tool(ClientCases::burn_letters())
        .tool(ClientCases::wait())
        .tool(ClientCases::bodies())
        .allow_writes()
        .audit(audit)
        .build()
}
