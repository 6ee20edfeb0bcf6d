//! One HTTP request: authenticated on its way in, and on its way out stripped of what the transport says about itself.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Request, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    request::Parts,
};
use rmcp::{
    ServerHandler,
    model::ErrorCode,
    transport::streamable_http_server::{StreamableHttpService, session::never::NeverSessionManager},
};
use serde_json::Value;

use super::{AuthError, Authenticator, body::Timely, challenge::Challenges, cors::Cors};
use crate::{
    Revocations,
    identity::Principal,
    transport::{Challenge, Visitor},
};

/// How long an authenticator may take; a credential that was not verified by then is not valid.
const AUTHENTICATION: Duration = Duration::from_secs(10);

/// The transport's own errors are a sentence and what it quotes, and a header is not longer than this.
const LONGEST_ERROR: usize = 256 * 1024;

pub(super) struct Http<H, A> {
    pub(super) service: StreamableHttpService<H, NeverSessionManager>,
    pub(super) authenticator: A,
    pub(super) anonymous: bool,
    pub(super) challenges: Challenges,
    pub(super) cors: Arc<Cors>,
    pub(super) body_timeout: Duration,
    pub(super) revocations: Revocations,
}

impl<H: ServerHandler, A: Authenticator> Http<H, A> {
    pub(super) async fn serve(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let origin = self.cors.admitted(&parts.headers);
        let mut response = match self.cors.preflight(&parts, &["POST"]) {
            Some(response) => return response,
            None => self.answer(parts, body).await,
        };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.cors.allow(origin, &mut response);
        response
    }

    async fn answer(&self, mut parts: Parts, body: Body) -> Response {
        let asked = tokio::time::timeout(AUTHENTICATION, self.authenticator.authenticate(&parts)).await;
        let principal = match asked.unwrap_or(Err(AuthError::Unavailable)) {
            Ok(caller) if !caller.subject().is_empty() => Principal::Caller(caller),
            Err(AuthError::Missing) if self.anonymous => Principal::Anonymous,
            Err(AuthError::Missing) => return self.challenges.unauthenticated(),
            Err(AuthError::Unavailable) => return unavailable(),
            Ok(_) | Err(AuthError::Invalid | AuthError::Unrecognized) => return self.challenges.invalid_token(),
        };
        let visitor = Visitor::new(principal.clone());
        parts.extensions.insert(visitor.clone());
        let (body, late) = Timely::new(body, self.body_timeout);
        let response = self.service.handle(Request::from_parts(parts, body)).await;
        if late.load(Ordering::Relaxed) {
            return too_late();
        }
        // Whatever was asked, and also when it happens only now: nothing leaves for a caller who is revoked. The guard has refused and
        // recorded what was a call.
        if principal.caller().is_some_and(|caller| self.revocations.against(caller).is_some()) {
            return self.challenges.invalid_token();
        }
        match visitor.challenged() {
            Some(Challenge::Unauthenticated) => self.challenges.unauthenticated(),
            Some(Challenge::InsufficientScope(scopes)) => self.challenges.insufficient_scope(scopes),
            None => masked(response.map(Body::new)).await,
        }
    }
}

fn unavailable() -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "credentials cannot be checked right now");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// RFC 9110, section 15.5.9. What else may come of this body is not read.
fn too_late() -> Response {
    let mut response = plain(StatusCode::REQUEST_TIMEOUT, "the message did not arrive in time");
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

pub(super) fn plain(status: StatusCode, sentence: &'static str) -> Response {
    (status, sentence).into_response()
}

/// The transport's errors in plain text repeat what was sent or say what a parser thinks of it. JSON-RPC errors are for clients and pass, but
/// for words that repeat what was sent.
async fn masked(response: Response) -> Response {
    let is_json =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let sentence = match response.status() {
        StatusCode::BAD_REQUEST if is_json => return reworded(response).await,
        status if status.is_success() || is_json => return response,
        StatusCode::FORBIDDEN => "this Host or Origin is not allowed",
        StatusCode::METHOD_NOT_ALLOWED => "this method is not allowed",
        StatusCode::NOT_ACCEPTABLE => "a client must accept application/json and text/event-stream",
        StatusCode::PAYLOAD_TOO_LARGE => "the message is too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body must be one JSON-RPC message of content type application/json",
        status if status.is_client_error() => "the request cannot be served",
        _ => "the server failed",
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Response::from_parts(parts, Body::from(sentence))
}

/// A header that contradicts the message is refused with both of them in the text.
async fn reworded(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_ERROR).await.unwrap_or_default();
    let Ok(mut error) = serde_json::from_slice::<Value>(&body) else {
        return plain(StatusCode::BAD_REQUEST, "the request cannot be served");
    };
    let words = match error.pointer("/error/code") {
        Some(code) if *code == ErrorCode::HEADER_MISMATCH.0 => "the headers do not fit the message",
        Some(code) if *code == ErrorCode::INVALID_REQUEST.0 => "invalid request",
        _ => return Response::from_parts(parts, Body::from(body)),
    };
    if let Some(message) = error.pointer_mut("/error/message") {
        *message = words.into();
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(error.to_string()))
}
