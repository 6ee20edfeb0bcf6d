//! Responses: a status, and JSON-RPC in the body, so that a client of MCP can show what it was told.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::{Value, json};

use super::{call::MayHaveWritten, head::BadHead, reading::NotRead};
use crate::{
    outcome::Code,
    server::answers::{RpcError, failure},
    wire::{Id, MessageError, Rejected, TooMuch, codes},
};

/// A message, as JSON.
pub(super) fn message(status: StatusCode, json: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(json.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An error of JSON-RPC.
pub(super) fn error(status: StatusCode, id: Option<&Id>, error: &RpcError) -> Response {
    message(status, failure(id, error))
}

/// A message that nothing is answered to.
pub(super) fn accepted() -> Response {
    StatusCode::ACCEPTED.into_response()
}

/// A request with another method than POST: there are no streams to listen to, and no sessions to delete.
pub(super) fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(http::header::ALLOW, "POST")], "this method is not allowed").into_response()
}

/// MCP, Streamable HTTP: a client takes JSON and event streams, as it cannot know which of them the answer will be.
pub(super) fn not_acceptable() -> Response {
    let told = RpcError::invalid_request("a client must accept application/json and text/event-stream");
    error(StatusCode::NOT_ACCEPTABLE, None, &told)
}

pub(super) fn unsupported_media_type() -> Response {
    let told = RpcError::invalid_request("the body must be one JSON-RPC message of content type application/json");
    error(StatusCode::UNSUPPORTED_MEDIA_TYPE, None, &told)
}

pub(super) fn bad_head(bad: BadHead) -> Response {
    match bad {
        BadHead::Malformed => (StatusCode::BAD_REQUEST, "the head of the request is malformed").into_response(),
        BadHead::Host => (StatusCode::FORBIDDEN, "this Host header is not allowed").into_response(),
        BadHead::Origin => (StatusCode::FORBIDDEN, "this Origin header is not allowed").into_response(),
    }
}

/// The session of a request is not there: in the range that JSON-RPC leaves to servers, as [`codes`] are.
const NO_SESSION: i32 = -32006;

/// 401: the body was not read, so that the error has no id.
pub(super) fn unauthenticated(challenge: HeaderValue) -> Response {
    let data = json!({ "code": Code::Unauthenticated.as_str() });
    let told = RpcError::of_server(codes::UNAUTHENTICATED, "A valid credential is required.", Some(data));
    challenged(error(StatusCode::UNAUTHORIZED, None, &told), challenge)
}

/// 401 to a caller who was revoked while the body of a tool that writes ran: nothing of its answer leaves, but nobody shall take that for a call that was
/// not made.
pub(super) fn outcome_unknown(call: &MayHaveWritten, challenge: HeaderValue) -> Response {
    let code = Code::OutcomeUnknown;
    let data = json!({ "call_id": call.call_id.to_string(), "code": code.as_str() });
    let told = RpcError::of_server(codes::UNAUTHENTICATED, code.sentence(), Some(data));
    challenged(error(StatusCode::UNAUTHORIZED, Some(&call.id), &told), challenge)
}

/// 403 with what the call needs.
pub(super) fn insufficient_scope(id: &Id, challenge: HeaderValue, details: Option<Value>) -> Response {
    let told = RpcError::of_server(codes::INSUFFICIENT_SCOPE, "The credential lacks a required scope.", details);
    challenged(error(StatusCode::FORBIDDEN, Some(id), &told), challenge)
}

fn challenged(mut response: Response, challenge: HeaderValue) -> Response {
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

/// Too many requests, of any kind.
pub(super) fn rate_limited(wait: Duration) -> Response {
    let told = RpcError::of_server(
        codes::RATE_LIMITED,
        "Too many requests.",
        Some(json!({ "code": Code::RateLimited.as_str(), "retry_after": seconds_up(wait) })),
    );
    retry(error(StatusCode::TOO_MANY_REQUESTS, None, &told), wait)
}

/// Something that the server needs is not there now.
pub(super) fn unavailable(sentence: &'static str, wait: Duration) -> Response {
    let data = json!({ "code": Code::Unavailable.as_str(), "retry_after": seconds_up(wait) });
    let told = RpcError::of_server(codes::UNAVAILABLE, sentence, Some(data));
    retry(error(StatusCode::SERVICE_UNAVAILABLE, None, &told), wait)
}

/// Too many answers of the caller, or of all, wait to be taken.
pub(super) fn unread() -> Response {
    unavailable("Too many answers are waiting to be read.", Duration::from_secs(1))
}

/// What a call is answered with that was cut as the server stops.
pub(super) fn stopping(id: &Id) -> Vec<u8> {
    let data = json!({ "code": Code::Unavailable.as_str() });
    failure(Some(id), &RpcError::of_server(codes::UNAVAILABLE, "The server is stopping.", Some(data)))
}

/// A session that is over, or not the caller's (MCP 2025-11-25, session management): the client begins anew.
pub(super) fn no_session(id: Option<&Id>) -> Response {
    error(StatusCode::NOT_FOUND, id, &RpcError::of_server(NO_SESSION, "There is no such session.", None))
}

fn retry(mut response: Response, wait: Duration) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds_up(wait)));
    response
}

fn seconds_up(wait: Duration) -> u64 {
    crate::guard::refusal::seconds_up(wait).max(1)
}

/// A body that was not read to its end.
pub(super) fn not_read(not: &NotRead) -> Response {
    const SOON: Duration = Duration::from_secs(1);
    let invalid = |status, sentence| error(status, None, &RpcError::invalid_request(sentence));
    let mut response = match not {
        NotRead::TooMuch(too_much @ TooMuch::Bytes) => invalid(StatusCode::PAYLOAD_TOO_LARGE, too_much.sentence()),
        NotRead::TooMuch(too_much) => return invalid(StatusCode::BAD_REQUEST, too_much.sentence()),
        NotRead::NeverRoom => {
            invalid(StatusCode::PAYLOAD_TOO_LARGE, "the message needs more memory than one caller may use")
        }
        NotRead::NoRoom => unavailable("The server is handling too many large messages at the moment.", SOON),
        NotRead::Unread => unread(),
        NotRead::TooSlow => unavailable("The message arrived too slowly while other requests needed the memory.", SOON),
        NotRead::TooLate => invalid(StatusCode::REQUEST_TIMEOUT, "the message did not arrive in time"),
        NotRead::Incomplete => invalid(StatusCode::BAD_REQUEST, "the message is incomplete"),
    };
    // What else may come of this body is not read (RFC 9110, section 15.5.9).
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A body that is no message. A request of the wrong parameters is one, and is answered.
pub(super) fn rejected(Rejected { error, id }: &Rejected<'_>) -> Response {
    let status = match error {
        MessageError::InvalidParams | MessageError::DuplicateKey => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    };
    match id {
        Some(id) => message(status, error.response(Some(id))),
        None => self::error(status, None, &(*error).into()),
    }
}
