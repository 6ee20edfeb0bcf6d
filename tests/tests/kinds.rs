//! Stages that are tested elsewhere with tools also apply to resources, prompts and completions.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use secure_tool::{Code, CompletionRef, MemorySink, http::HttpOptions, prelude::*};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{HttpServer, Names},
    revisions::{REVISIONS, request},
};
use serde_json::{Map, json};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

#[derive(Default)]
struct Hall {
    began: AtomicUsize,
    /// How often a body has said that it is down.
    down: AtomicUsize,
}

impl Hall {
    async fn never(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
        pending::<()>().await;
    }

    /// What a body does until then.
    async fn wait_until(&self, when: &str) -> Result<(), ToolError> {
        match when {
            "never" => self.never().await,
            "down" => {
                self.down.fetch_add(1, Ordering::SeqCst);
                return Err(ToolError::unavailable(Duration::from_secs(1)));
            }
            _ => {}
        }
        Ok(())
    }

    async fn offered(&self, _: &Caller, typed: &str) -> Mine<Vec<Completion>> {
        if typed == "never" {
            self.never().await;
        }
        Mine(vec![Completion::of_nobody("a word", "now")])
    }

    /// Wait.
    #[secure_tool(scope = "hall", owner = unowned("time is nobody's"), rate = 1000/minute, concurrency = 1, breaker(failures = 2, cooldown = 1h), read_only)]
    async fn wait(
        &self,
        /// For how long.
        when: String,
    ) -> Result<String, ToolError> {
        self.wait_until(&when).await?;
        Ok(when)
    }

    /// What was waited for.
    #[secure_resource(uri = "waits://{when}", scope = "hall", owner = unowned("time is nobody's"), rate = 1000/minute, concurrency = 1, breaker(failures = 2, cooldown = 1h))]
    async fn waited(
        &self,
        /// For how long.
        when: String,
    ) -> Result<String, ToolError> {
        self.wait_until(&when).await?;
        Ok(when)
    }

    /// Ask somebody to wait.
    #[secure_prompt(scope = "hall", owner = unowned("time is nobody's"), rate = 1000/minute, concurrency = 1, breaker(failures = 2, cooldown = 1h))]
    async fn ask_to_wait(
        &self,
        /// For how long.
        #[arg(complete = Self::offered)]
        when: String,
    ) -> Result<Prompt, ToolError> {
        self.wait_until(&when).await?;
        Ok(Prompt::new().user(when))
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Tool,
    Resource,
    Prompt,
    Completion,
}

const KINDS: [Kind; 4] = [Kind::Tool, Kind::Resource, Kind::Prompt, Kind::Completion];

fn server(hall: &Arc<Hall>, timeout: Duration) -> SecureServer<Hall> {
    SecureServer::builder_shared(Arc::clone(hall))
        .rate_cells(1 << 10)
        .default_timeout(timeout)
        .tool(Hall::wait())
        .resource(Hall::waited())
        .prompt(Hall::ask_to_wait())
        .audit(Arc::new(MemorySink::new(100)))
        .build()
        .unwrap()
}

fn caller(name: &str) -> Caller {
    Caller::local(name).with_scopes(["hall"])
}

/// Asks for an item of a kind; what it is asked for lasts until then.
async fn ask(server: &SecureServer<Hall>, kind: Kind, caller: Caller, when: &str) -> Result<(), Code> {
    let caller = Arc::new(caller);
    let arguments = Map::from_iter([("when".to_owned(), json!(when))]);
    let error = match kind {
        Kind::Tool => server.call(&caller, "wait", arguments).await.into_result().err(),
        Kind::Resource => server.read(&caller, &format!("waits://{when}")).await.into_result().err(),
        Kind::Prompt => server.prompt(&caller, "ask_to_wait", arguments).await.into_result().err(),
        Kind::Completion => {
            let of = CompletionRef::Prompt("ask_to_wait");
            server.complete(&caller, of, "when", when).await.into_result().err()
        }
    };
    error.map_or(Ok(()), |error| Err(error.code()))
}

#[tokio::test]
async fn a_caller_who_is_revoked_or_whose_credential_has_ended_is_refused() {
    let server = server(&Arc::default(), LONG);
    let (past, future) = (SystemTime::now() - Duration::from_secs(1), SystemTime::now() + Duration::from_secs(600));
    server.revocations().revoke_subject(None, "mallory", future).unwrap();
    for kind in KINDS {
        assert_eq!(ask(&server, kind, caller("alice"), "now").await, Ok(()), "{kind:?}");
        assert_eq!(ask(&server, kind, caller("alice").with_expiry(future), "now").await, Ok(()), "{kind:?}");
        assert_eq!(ask(&server, kind, caller("mallory"), "now").await, Err(Code::Unauthenticated), "{kind:?}");
        let ended = caller("alice").with_expiry(past);
        assert_eq!(ask(&server, kind, ended, "now").await, Err(Code::Unauthenticated), "{kind:?}");
    }
}

#[tokio::test]
async fn a_timeout_ends_the_call() {
    let server = server(&Arc::default(), Duration::from_millis(200));
    for kind in KINDS {
        let ended = within("the timeout", ask(&server, kind, caller("alice"), "never")).await;
        assert_eq!(ended, Err(Code::Timeout), "{kind:?}");
        assert_eq!(ask(&server, kind, caller("alice"), "now").await, Ok(()), "{kind:?}");
    }
}

#[tokio::test]
async fn no_more_calls_run_at_once_than_declared() {
    for kind in KINDS {
        let hall = Arc::new(Hall::default());
        let server = server(&hall, LONG);
        let waiting = tokio::spawn({
            let server = server.clone();
            async move { ask(&server, kind, caller("alice"), "never").await }
        });
        until("the body to begin", async || hall.began.load(Ordering::SeqCst) == 1).await;
        assert_eq!(ask(&server, kind, caller("bob"), "now").await, Err(Code::Unavailable), "{kind:?}");
        // The place is free again when the first call has ended.
        waiting.abort();
        let _ = waiting.await;
        assert_eq!(ask(&server, kind, caller("bob"), "now").await, Ok(()), "{kind:?}");
    }
}

#[tokio::test]
async fn a_breaker_stops_calls_while_a_system_is_down() {
    let hall = Arc::new(Hall::default());
    let server = server(&hall, LONG);
    for kind in [Kind::Tool, Kind::Resource, Kind::Prompt] {
        for _ in 0..2 {
            assert_eq!(ask(&server, kind, caller("alice"), "now").await, Ok(()), "{kind:?}");
            assert_eq!(ask(&server, kind, caller("alice"), "down").await, Err(Code::Unavailable), "{kind:?}");
        }
        assert_eq!(ask(&server, kind, caller("alice"), "down").await, Err(Code::Unavailable), "{kind:?}");
        let down = hall.down.load(Ordering::SeqCst);
        for when in ["now", "down"] {
            assert_eq!(ask(&server, kind, caller("bob"), when).await, Err(Code::Unavailable), "{kind:?}");
        }
        assert_eq!(hall.down.load(Ordering::SeqCst), down, "no body has started");
    }
    assert_eq!(ask(&server, Kind::Completion, caller("alice"), "now").await, Ok(()), "it is another function");
}

#[tokio::test]
async fn nobody_is_let_in_without_a_credential() {
    let server = server(&Arc::default(), LONG);
    let names = Names(|name| (name == "alice").then(|| caller("alice")));
    let http = HttpServer::start_with(&server, names, HttpOptions::default().allow_anonymous()).await.unwrap();
    for revision in REVISIONS {
        for (method, params) in [
            ("tools/call", json!({"name": "wait", "arguments": {"when": "now"}})),
            ("resources/read", json!({"uri": "waits://now"})),
            ("prompts/get", json!({"name": "ask_to_wait", "arguments": {"when": "now"}})),
            (
                "completion/complete",
                json!({"ref": {"type": "ref/prompt", "name": "ask_to_wait"}, "argument": {"name": "when", "value": "n"}}),
            ),
        ] {
            for (key, status) in [(None, 401), (Some("alice"), 200)] {
                let response = request(&http, key, revision, method, &params).send().await.unwrap();
                assert_eq!(response.status(), status, "{method} at {revision}");
            }
        }
    }
}
