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
use http::{HeaderValue, header::CONTENT_TYPE};
use http_body::Frame;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Interval, MissedTickBehavior, interval_at},
};
use tokio_util::sync::DropGuard;

use super::memory::Answer;
use crate::server::answers::Ended;

/// How often something is sent when there is nothing to say, so that neither end takes the other for gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The events of one call.
pub(super) struct Events {
    first: Option<Vec<u8>>,
    more: mpsc::Receiver<Vec<u8>>,
    /// Taken when the end was sent.
    end: Option<oneshot::Receiver<Ended>>,
    keep_alive: Interval,
    /// What they count for until the client has taken them.
    answer: Arc<Answer>,
    /// Says, when dropped, that nobody listens.
    _listening: DropGuard,
}

impl Events {
    /// The response that begins with this event and ends with the message that comes at the end.
    pub(super) fn response(
        first: Vec<u8>,
        more: mpsc::Receiver<Vec<u8>>,
        end: oneshot::Receiver<Ended>,
        listening: DropGuard,
        answer: Arc<Answer>,
    ) -> Response {
        let mut keep_alive = interval_at(tokio::time::Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let events = Self { first: Some(first), more, end: Some(end), keep_alive, answer, _listening: listening };
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
        // What was said before the end leaves before the end.
        if let Poll::Ready(Some(message)) = this.more.poll_recv(context) {
            return Poll::Ready(Some(Ok(event(&message, &this.answer))));
        }
        let Some(end) = &mut this.end else { return Poll::Ready(None) };
        if let Poll::Ready(ended) = Pin::new(end).poll(context) {
            this.end = None;
            // A call without an end has panicked outside of the guard: the client sees a stream that breaks off.
            return Poll::Ready(ended.ok().map(|ended| Ok(event(&ended.bytes, &this.answer))));
        }
        ready!(this.keep_alive.poll_tick(context));
        // The timer has to be polled again to wake this task.
        context.waker().wake_by_ref();
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b": \n\n")))))
    }
}
