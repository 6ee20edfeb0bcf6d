//! The body of a request: bounded while it is read, measured before it is parsed.

use std::{
    pin::{Pin, pin},
    sync::atomic::Ordering,
    task::Poll,
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use futures_util::future::poll_fn;
use tokio_util::sync::CancellationToken;

use super::memory::{NoRoom, Taken};
use crate::{
    http::body::DeadlineBody,
    wire::{MessageLimits, TooMuch, scan},
};

/// Why a body is not parsed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotRead {
    TooMuch(TooMuch),
    /// What it would take is never there.
    NeverRoom,
    /// What it would take is not there now.
    NoRoom,
    /// Its sender has not taken the answers to others.
    Unread,
    /// It arrived slowly while others needed the memory.
    TooSlow,
    TooLate,
    Incomplete,
}

impl From<NoRoom> for NotRead {
    fn from(no: NoRoom) -> Self {
        match no {
            NoRoom::Never => Self::NeverRoom,
            NoRoom::Now => Self::NoRoom,
            NoRoom::Evicted => Self::TooSlow,
        }
    }
}

/// Reads a body within its limits, and takes the memory for what is there of it and, in the end, for what it will be parsed into. What was only
/// announced takes nothing.
pub(super) async fn read(
    body: Body,
    time: Duration,
    limits: &MessageLimits,
    memory: &mut Taken,
) -> Result<Bytes, NotRead> {
    let told = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if told.is_some_and(|length| length > limits.bytes) {
        return Err(NotRead::TooMuch(TooMuch::Bytes));
    }
    let (body, late) = DeadlineBody::new(body, time);
    let bytes = collect(body, told.unwrap_or(limits.bytes), memory).await.map_err(|not| {
        if not == NotRead::Incomplete && late.load(Ordering::Relaxed) { NotRead::TooLate } else { not }
    })?;
    memory.end_to_wait()?;
    let measure = scan(&bytes, limits).map_err(NotRead::TooMuch)?;
    memory.take_up_to(measure.memory())?;
    Ok(bytes)
}

/// A body that comes in one piece, as nearly all do, is not copied.
async fn collect(body: DeadlineBody, most: usize, memory: &mut Taken) -> Result<Bytes, NotRead> {
    let mut body = pin!(body);
    let (mut first, mut rest) = (Bytes::new(), Vec::new());
    let mut evicted = None;
    while let Some(frame) = next(body.as_mut(), first.len() + rest.len() > 0, memory, &mut evicted).await? {
        let Ok(data) = frame.into_data() else { continue };
        let sum = (first.len() + rest.len()).saturating_add(data.len());
        if sum > most {
            return Err(NotRead::TooMuch(TooMuch::Bytes));
        }
        if first.is_empty() && rest.is_empty() {
            memory.take_up_to(sum)?;
            first = data;
        } else {
            if sum > rest.capacity() {
                let capacity = sum.max(rest.capacity().saturating_mul(2)).min(most);
                memory.take_up_to(capacity)?;
                rest.reserve_exact(capacity - rest.len());
            }
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}

/// The next part. A body that has brought something and lets us wait for more can lose its memory.
async fn next(
    mut body: Pin<&mut DeadlineBody>,
    has_some: bool,
    memory: &mut Taken,
    evicted: &mut Option<CancellationToken>,
) -> Result<Option<http_body::Frame<Bytes>>, NotRead> {
    let mut frame = poll_fn(|context| Poll::Ready(body.as_mut().poll_frame(context))).await;
    if frame.is_pending() {
        let mut rest = poll_fn(|context| body.as_mut().poll_frame(context));
        frame = Poll::Ready(if has_some {
            let evicted = evicted.get_or_insert_with(|| memory.begin_to_wait());
            tokio::select! {
                biased;
                () = evicted.cancelled() => return Err(NotRead::TooSlow),
                frame = &mut rest => frame,
            }
        } else {
            rest.await
        });
    }
    match frame {
        Poll::Ready(frame) => frame.transpose().map_err(|_| NotRead::Incomplete),
        Poll::Pending => Err(NotRead::Incomplete),
    }
}
