//! An event stream: what a call has to say before its end, and then its end.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use http_body::Frame;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Interval, MissedTickBehavior, interval_at},
};
use tokio_util::{sync::DropGuard, task::AbortOnDropHandle};

use super::{Endpoint, memory::Answer, respond};
use crate::{
    http::Authenticator,
    identity::Principal,
    progress::ProgressSink,
    server::{
        Revision,
        answers::{Ended, RpcError},
    },
    wire::Id,
};

/// How often something is sent when there is nothing to say, so that neither end takes the other for gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How many messages a call may be ahead of its client.
pub(super) const MAX_QUEUED_MESSAGES: usize = 8;

/// What a call has to say before its end.
#[derive(Clone)]
pub(super) struct ProgressChannel(pub(super) mpsc::Sender<Vec<u8>>);

impl ProgressSink for ProgressChannel {
    fn send(&self, message: Vec<u8>) -> bool {
        self.0.try_send(message).is_ok()
    }
}

/// A call that runs in a task of its own, and may have something to say before its end.
pub(super) struct Running<'p> {
    pub(super) id: Id,
    pub(super) principal: &'p Principal,
    pub(super) revision: Revision,
    pub(super) said: mpsc::Receiver<Vec<u8>>,
    pub(super) finished: oneshot::Receiver<Ended>,
    pub(super) listening: Listening,
    pub(super) answer: Arc<Answer>,
}

/// What tells a call, when dropped, that nobody listens.
pub(super) enum Listening {
    /// The call continues, and is told that its client has left.
    Told { _gone: DropGuard },
    /// The call ends.
    Ended { _task: AbortOnDropHandle<()> },
}

impl<S: Send + Sync + 'static, A: Authenticator> Endpoint<S, A> {
    /// The response to a call: an event stream if it says something before its end, and its answer as JSON if not.
    pub(super) async fn response(&self, call: Running<'_>) -> Response {
        let Running { id, principal, revision, mut said, mut finished, listening, answer } = call;
        tokio::select! {
            biased;
            Some(first) = said.recv() => Events::response(first, said, End::Awaited(finished), listening, answer),
            ended = &mut finished => match ended {
                // What was said just before the end. A refusal has the status that is due, as no response has begun.
                Ok(ended) if ended.refusal.is_none() => match said.try_recv() {
                    Ok(first) => Events::response(first, said, End::Known(ended), listening, answer),
                    Err(_) => self.respond(&id, principal, revision, ended, &answer),
                },
                Ok(ended) => self.respond(&id, principal, revision, ended, &answer),
                // The task has panicked outside of the guard.
                Err(_) => respond::error(StatusCode::INTERNAL_SERVER_ERROR, Some(&id), &RpcError::internal()),
            }
        }
    }
}

/// The events of one call.
struct Events {
    first: Option<Vec<u8>>,
    more: mpsc::Receiver<Vec<u8>>,
    end: End,
    keep_alive: Interval,
    /// What they count for until the client has taken them.
    answer: Arc<Answer>,
    _listening: Listening,
}

/// The end of a call.
enum End {
    Awaited(oneshot::Receiver<Ended>),
    Known(Ended),
    Sent,
}

impl Events {
    /// The response that begins with this event and ends with the message that comes at the end.
    fn response(
        first: Vec<u8>,
        more: mpsc::Receiver<Vec<u8>>,
        end: End,
        listening: Listening,
        answer: Arc<Answer>,
    ) -> Response {
        let mut keep_alive = interval_at(tokio::time::Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let events = Self { first: Some(first), more, end, keep_alive, answer, _listening: listening };
        let mut response = Response::new(Body::new(events));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        // A proxy that collects what it passes on would hold back the question (MCP 2026-07-28, Streamable HTTP).
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        response
    }
}

/// A message in the form of an event. JSON has no line breaks of its own.
fn event(message: &[u8], answer: &Answer) -> Frame<Bytes> {
    Frame::data(answer.until_sent([b"event: message\ndata: ", message, b"\n\n"].concat()))
}

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(event(&first, &this.answer))));
        }
        if let End::Awaited(end) = &mut this.end
            && let Poll::Ready(ended) = Pin::new(end).poll(context)
        {
            // A call without an end has panicked outside of the guard: the client sees a stream that breaks off.
            this.end = ended.map_or(End::Sent, End::Known);
        }
        if matches!(this.end, End::Sent) {
            return Poll::Ready(None);
        }
        // What was said before the end leaves before the end; it was said when the end is known.
        if let Poll::Ready(Some(message)) = this.more.poll_recv(context) {
            return Poll::Ready(Some(Ok(event(&message, &this.answer))));
        }
        if let End::Known(ended) = &this.end {
            let last = event(&ended.bytes, &this.answer);
            this.end = End::Sent;
            return Poll::Ready(Some(Ok(last)));
        }
        ready!(this.keep_alive.poll_tick(context));
        // The timer has to be polled again to wake this task.
        context.waker().wake_by_ref();
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b": \n\n")))))
    }
}
