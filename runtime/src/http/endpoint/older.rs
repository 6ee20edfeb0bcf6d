//! Calls of clients before protocol 2026-07-28: they can be cancelled by a notification and asked in the middle, and go on when their connection breaks.
//!
//! All of that needs a session. A call without one ends with its connection: "Disconnection SHOULD NOT be interpreted as the client cancelling its
//! request" (MCP 2025-11-25, transports), but nobody could ever cancel it, ask for its result or be asked by it, and its sender could start the next
//! one, free of charge, while it holds a place of its tool.

use std::{sync::Arc, time::Duration};

use axum::response::Response;
use futures_util::future::BoxFuture;
use http::StatusCode;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    Endpoint,
    memory::Answer,
    respond,
    session::{Session, binding},
    stream::{Listening, MAX_QUEUED_MESSAGES, ProgressChannel, Running},
    waiting::{Questions, Refused},
};
use crate::{
    Question,
    confirm::{Asking, Client, NO_ELICITATION, NOT_ASKED},
    digest::Digest,
    http::Authenticator,
    identity::Principal,
    outcome::Code,
    server::{
        Revision,
        answers::{self, Ended, RpcError},
    },
    wire::Id,
};

const NO_SESSION: &str = "A person has to answer a question about this call, but this request does not belong to a session in which one could be asked. \
    Begin with `initialize`, and send the Mcp-Session-Id that it returns.";

/// How a client of an older protocol is asked: by a request on the stream of the response, whose answer comes with a POST of its own.
pub(super) struct Older {
    pub(super) session: Session,
    pub(super) principal: Digest,
    /// By what its places are counted.
    pub(super) key: u64,
    pub(super) questions: Questions,
    pub(super) events: ProgressChannel,
    pub(super) gone: CancellationToken,
}

impl Client for Older {
    fn ask<'a>(&'a self, question: &'a Question, _: Duration) -> BoxFuture<'a, Asking> {
        Box::pin(async move {
            if !self.session.capabilities.shows_forms() {
                return Asking::Cannot(NO_ELICITATION);
            }
            let Some(mut asked) = self.questions.ask(self.session.id, self.principal, self.key) else {
                return Asking::Cannot(NOT_ASKED);
            };
            if self.events.0.send(answers::elicitation(&asked.id, question)).await.is_err() {
                return Asking::Unanswered;
            }
            // The guard waits no longer than its limit, and ends this wait by dropping it.
            match (&mut asked.answer).await {
                Ok(Some(answer)) => Asking::Replied(answers::reply(&answer)),
                Ok(None) => Asking::Cannot(NOT_ASKED),
                Err(_) => Asking::Unanswered,
            }
        })
    }

    fn gone(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.gone.cancelled())
    }
}

/// A client of an older protocol that has sent its request without a session.
pub(super) struct WithoutSession;

impl Client for WithoutSession {
    fn ask<'a>(&'a self, _: &'a Question, _: Duration) -> BoxFuture<'a, Asking> {
        Box::pin(std::future::ready(Asking::Cannot(NO_SESSION)))
    }
}

/// A call of a session.
pub(super) struct OlderCall<'p> {
    pub(super) id: Id,
    pub(super) principal: &'p Principal,
    pub(super) revision: Revision,
    pub(super) session: Session,
    pub(super) answer: Arc<Answer>,
}

impl<S: Send + Sync + 'static, A: Authenticator> Endpoint<S, A> {
    /// Runs a call in a task of its own, since a connection that breaks does not end it. It answers with JSON, unless it has something to say before
    /// its end.
    pub(super) async fn call_older<F>(
        &self,
        call: OlderCall<'_>,
        run: impl FnOnce(Older, CancellationToken) -> F,
    ) -> Response
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        let OlderCall { id, principal, revision, session, answer } = call;
        let running = match self.waiting.calls.enter(session.id, id.clone(), binding(principal), principal.key()) {
            Ok(running) => running,
            Err(Refused::Duplicate) => {
                let told = RpcError::invalid_request("a request with this id is already in progress in this session");
                return respond::error(StatusCode::BAD_REQUEST, Some(&id), &told);
            }
            Err(Refused::Full) => {
                return respond::unavailable(
                    "The server is handling too many calls at the moment.",
                    Duration::from_secs(1),
                );
            }
        };
        let cancelled = running.cancelled.clone();
        let (events, said) = mpsc::channel(MAX_QUEUED_MESSAGES);
        let (finish, finished) = oneshot::channel();
        let gone = CancellationToken::new();
        let client = Older {
            session,
            principal: binding(principal),
            key: principal.key(),
            questions: self.waiting.questions.clone(),
            events: ProgressChannel(events),
            gone: gone.clone(),
        };
        let call = run(client, cancelled.clone());
        let (cut, called) = (self.detached.cut.clone(), id.clone());
        self.detached.tracker.spawn(async move {
            let mut call = std::pin::pin!(call);
            let ended = tokio::select! {
                biased;
                ended = &mut call => ended,
                () = cut.cancelled() => {
                    cancelled.cancel();
                    stopped(&called, call.await)
                }
            };
            // From here on there is nothing to cancel.
            drop(running);
            // Nobody is left to be told.
            let _ = finish.send(ended);
        });
        let listening = Listening::Told { _gone: gone.drop_guard() };
        self.response(Running { id, principal, revision, said, finished, listening, answer }).await
    }
}

/// The end of a call while the server stops: a client is not told that it was cancelled, as it has not cancelled it. That of a call which may have
/// written stays as it is: it is no reason to try again elsewhere.
fn stopped(id: &Id, mut ended: Ended) -> Ended {
    if ended.refusal.as_ref().is_some_and(|refusal| refusal.code() == Code::Cancelled) {
        ended.bytes = respond::stopping(id);
    }
    ended
}
