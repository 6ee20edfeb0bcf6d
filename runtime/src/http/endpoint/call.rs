//! What passes the guard, such as `tools/call` and `resources/read`: the request as the guard wants it, and its end as HTTP has it.

use std::{sync::Arc, time::Duration};

use axum::response::Response;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde_json::{Map, Value};
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    Asker, Endpoint,
    memory::Answer,
    older::{OlderCall, WithoutSession},
    respond,
    stream::{Listening, MAX_QUEUED_MESSAGES, ProgressChannel, Running},
};
use crate::{
    CallId, Question, Reply,
    confirm::{Asking, Client, NO_ELICITATION},
    guard::{
        Context, Room,
        trace::{Origin, RequestId, TraceParent},
    },
    http::Authenticator,
    identity::Principal,
    outcome::Code,
    progress::Listener,
    server::{
        Revision,
        answers::{self, Answers, Asked, Ended},
    },
    wire::{ClientKey, Id, Params, ProgressToken},
};

/// A client of protocol 2026-07-28, which is asked by the result of its call and answers with another one.
struct Modern {
    state: Option<String>,
    responses: Option<Map<String, Value>>,
    shows_forms: bool,
}

impl Client for Modern {
    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn reply(&self, key: &str) -> Option<Reply> {
        self.responses.as_ref()?.get(key).map(answers::reply)
    }

    fn ask<'a>(&'a self, _: &'a Question, _: Duration) -> BoxFuture<'a, Asking> {
        let asking = if self.shows_forms { Asking::Later } else { Asking::Cannot(NO_ELICITATION) };
        Box::pin(std::future::ready(asking))
    }
}

/// That something may have happened, although the response does not leave: an extension of the response to a call whose body may have written.
#[derive(Clone)]
pub(super) struct MayHaveWritten {
    pub(super) id: Id,
    pub(super) call_id: CallId,
}

/// What of a call the guard is told, in a form that may move to another task.
struct Call {
    id: Id,
    about: Asked,
    arguments: Map<String, Value>,
    principal: Principal,
    revision: Revision,
    parent: Option<TraceParent>,
    listener: Option<Listener>,
    idempotency_key: Option<ClientKey>,
    #[cfg(feature = "otel")]
    remote: crate::telemetry::Remote,
}

impl Call {
    async fn answer<S: Send + Sync + 'static>(
        self,
        answers: &Answers<S>,
        client: &dyn Client,
        room: &dyn Room,
        cancelled: CancellationToken,
    ) -> Ended {
        let request_id = match &self.id {
            Id::Number(id) => RequestId::Number(*id),
            Id::Text(id) => RequestId::Text(id),
        };
        let context = Context {
            principal: self.principal,
            client,
            room,
            listener: self.listener,
            idempotency_key: self.idempotency_key,
            cancelled,
            until: None,
            origin: Origin {
                transport: Some("tcp"),
                protocol_version: Some(self.revision.as_str()),
                request_id: Some(request_id),
                parent: self.parent,
                #[cfg(feature = "otel")]
                remote: self.remote,
            },
        };
        answers.answer(&self.id, &self.about, self.arguments, context, self.revision).await
    }
}

impl<S: Send + Sync + 'static, A: Authenticator> Endpoint<S, A> {
    pub(super) async fn call(self: &Arc<Self>, id: Id, about: Asked, params: Params, asker: Asker<'_>) -> Response {
        // The memory is held for as long as the arguments may be.
        let Asker {
            principal,
            revision,
            session,
            memory,
            answer,
            #[cfg(feature = "otel")]
            transport,
        } = asker;
        // What has nothing to say before its end needs no stream for it.
        let token = params.meta.progress_token.and_then(ProgressToken::bounded);
        let token = token.filter(|_| self.answers.reports_progress(&about));
        let parent = params.meta.traceparent.as_deref().and_then(TraceParent::parse);
        #[cfg(feature = "otel")]
        let remote = crate::telemetry::Remote::of_meta(parent.as_ref(), params.meta.tracestate.as_deref());
        let mut call = Call {
            id: id.clone(),
            about,
            arguments: params.arguments.unwrap_or_default(),
            principal: principal.clone(),
            revision,
            parent,
            listener: None,
            idempotency_key: params.meta.idempotency_key,
            #[cfg(feature = "otel")]
            remote: remote.sent_by(transport),
        };
        if let Some(session) = session {
            let (endpoint, answer) = (Arc::clone(self), Arc::new(answer));
            let older = OlderCall { id, principal, revision, session, answer: Arc::clone(&answer) };
            return self
                .call_older(older, |client, cancelled| async move {
                    let _memory = memory;
                    call.listener = token.map(|token| Listener { token, sink: Arc::new(client.events.clone()) });
                    call.answer(&endpoint.answers, &client, &*answer, cancelled).await
                })
                .await;
        }
        let modern = Modern {
            state: params.request_state,
            responses: params.input_responses,
            shows_forms: params.meta.client_capabilities.unwrap_or_default().shows_forms(),
        };
        let without_session = revision.has_handshake();
        let Some(token) = token else {
            let client: &dyn Client = if without_session { &WithoutSession } else { &modern };
            // A connection that breaks drops this future, and with it the call: that is how a client of protocol 2026-07-28 cancels, and the only way for
            // one without a session.
            let ended = call.answer(&self.answers, client, &answer, CancellationToken::new()).await;
            return self.respond(&id, principal, revision, ended, &answer);
        };
        let (events, said) = mpsc::channel(MAX_QUEUED_MESSAGES);
        call.listener = Some(Listener { token, sink: Arc::new(ProgressChannel(events)) });
        let (endpoint, answer) = (Arc::clone(self), Arc::new(answer));
        let room = Arc::clone(&answer);
        let (finish, finished) = oneshot::channel();
        // A task of its own, so that it comes to its limits also while its client does not read. A connection that breaks ends it all the same.
        let task = tokio::spawn(async move {
            let _memory = memory;
            let client: &dyn Client = if without_session { &WithoutSession } else { &modern };
            let ended = call.answer(&endpoint.answers, client, &*room, CancellationToken::new()).await;
            // Nobody is left to be told.
            let _ = finish.send(ended);
        });
        let listening = Listening::Ended { _task: AbortOnDropHandle::new(task) };
        self.response(Running { id, principal, revision, said, finished, listening, answer }).await
    }

    /// The response to a call, whose status says what HTTP has a status for.
    pub(super) fn respond(
        &self,
        id: &Id,
        principal: &Principal,
        revision: Revision,
        ended: Ended,
        answer: &Answer,
    ) -> Response {
        let Ended { bytes, refusal, details, may_have_written } = ended;
        let mut response = match refusal.as_ref().map(|refusal| (refusal.code(), refusal.detail())) {
            Some((Code::Unauthenticated, _)) if principal.caller().is_some() => {
                respond::unauthenticated(self.challenges.invalid_token())
            }
            Some((Code::Unauthenticated, _)) => respond::unauthenticated(self.challenges.missing()),
            Some((Code::InsufficientScope, detail)) if detail.step_up && self.options.challenges(principal) => {
                let challenge = self.challenges.insufficient_scope(&challenged(&detail.scopes, principal, revision));
                respond::insufficient_scope(id, challenge, details)
            }
            _ => respond::message(StatusCode::OK, answer.until_sent(bytes)),
        };
        if let Some(call_id) = may_have_written {
            response.extensions_mut().insert(MayHaveWritten { id: id.clone(), call_id });
        }
        response
    }
}

/// The scopes of a challenge. A client of an older protocol may ask for exactly these, and would lose those that it has.
fn challenged(needed: &[String], principal: &Principal, revision: Revision) -> String {
    let held = principal.caller().filter(|_| revision.has_handshake()).map(|caller| caller.scopes().iter());
    let held =
        held.into_iter().flatten().filter(|scope| is_scope_token(scope) && !needed.iter().any(|one| one == scope));
    needed.iter().map(String::as_str).chain(held).collect::<Vec<_>>().join(" ")
}

/// RFC 6749, section 3.3: nothing that would end the quoted string of a header.
fn is_scope_token(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}
