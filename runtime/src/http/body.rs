//! The body of a request, with a deadline.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// Fails when the deadline for the whole body has passed.
pub(super) struct DeadlineBody {
    body: Body,
    deadline: Instant,
    /// Most bodies are available at once and need no timer.
    timer: Option<Pin<Box<Sleep>>>,
    late: Arc<AtomicBool>,
}

/// Why a body ended early.
#[derive(Debug)]
pub(super) struct Incomplete;

impl DeadlineBody {
    /// The body, and whether it was too late, which is known after it was read.
    pub(super) fn new(body: Body, time: Duration) -> (Self, Arc<AtomicBool>) {
        let late = Arc::new(AtomicBool::new(false));
        (Self { body, deadline: Instant::now() + time, timer: None, late: Arc::clone(&late) }, late)
    }
}

impl HttpBody for DeadlineBody {
    type Data = Bytes;
    type Error = Incomplete;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Incomplete>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(|_| Incomplete)));
        }
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(this.deadline)));
        timer.as_mut().poll(cx).map(|()| {
            this.late.store(true, Ordering::Relaxed);
            Some(Err(Incomplete))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is incomplete")
    }
}

impl std::error::Error for Incomplete {}
