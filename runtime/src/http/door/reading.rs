//! The body of a request: bounded before it is read, measured before it is parsed.

use std::{pin::pin, sync::atomic::Ordering, time::Duration};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;

use super::memory::{NoRoom, SMALL, Taken};
use crate::{
    http::body::Timely,
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
    TooLate,
    Incomplete,
}

impl From<NoRoom> for NotRead {
    fn from(no: NoRoom) -> Self {
        match no {
            NoRoom::Never => Self::NeverRoom,
            NoRoom::Now => Self::NoRoom,
        }
    }
}

/// Reads a body within its limits, and takes the memory for it and for what it will be parsed into.
pub(super) async fn read(
    body: Body,
    time: Duration,
    limits: &MessageLimits,
    memory: &mut Taken,
) -> Result<Bytes, NotRead> {
    let told = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    match told {
        Some(length) if length > limits.bytes => return Err(NotRead::TooMuch(TooMuch::Bytes)),
        Some(length) if length > SMALL => memory.take_up_to(length)?,
        // What is small counts when it is there: clients that announce it and send nothing take nothing from others.
        Some(_) | None => {}
    }
    let (body, late) = Timely::new(body, time);
    let bytes = collect(body, limits, memory).await.map_err(|not| {
        if not == NotRead::Incomplete && late.load(Ordering::Relaxed) { NotRead::TooLate } else { not }
    })?;
    let measure = scan(&bytes, limits).map_err(NotRead::TooMuch)?;
    memory.take_up_to(measure.memory())?;
    Ok(bytes)
}

/// A body that comes in one piece, as nearly all do, is not copied.
async fn collect(body: Timely, limits: &MessageLimits, memory: &mut Taken) -> Result<Bytes, NotRead> {
    let mut body = pin!(body);
    let mut next = async || std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await;
    let (mut first, mut rest) = (Bytes::new(), Vec::new());
    while let Some(frame) = next().await {
        let frame: Frame<Bytes> = frame.map_err(|_| NotRead::Incomplete)?;
        let Ok(data) = frame.into_data() else { continue };
        let sum = (first.len() + rest.len()).saturating_add(data.len());
        if sum > limits.bytes {
            return Err(NotRead::TooMuch(TooMuch::Bytes));
        }
        if sum > SMALL {
            memory.take_up_to(sum)?;
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}
