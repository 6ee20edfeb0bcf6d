//! One HTTP request: authenticated on its way in, and on its way out stripped of what the transport says about itself.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Request, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{StreamableHttpService, session::never::NeverSessionManager},
};

use super::{AuthError, Authenticator, Challenge, Visitor};
use crate::{Revocations, identity::Principal};

/// How long an authenticator may take; a credential that was not verified by then is not valid.
const AUTHENTICATION: Duration = Duration::from_secs(10);

pub(super) struct Http<H, A> {
    pub(super) service: StreamableHttpService<H, NeverSessionManager>,
    pub(super) authenticator: A,
    pub(super) anonymous: bool,
    pub(super) revocations: Revocations,
}

impl<H: ServerHandler, A: Authenticator> Http<H, A> {
    pub(super) async fn serve(&self, request: Request<Body>) -> Response {
        let mut response = self.answer(request).await;
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        let (mut parts, body) = request.into_parts();
        let asked = tokio::time::timeout(AUTHENTICATION, self.authenticator.authenticate(&parts)).await;
        let principal = match asked.unwrap_or(Err(AuthError::Unavailable)) {
            Ok(caller) if !caller.subject().is_empty() => Principal::Caller(caller),
            Err(AuthError::Missing) if self.anonymous => Principal::Anonymous,
            Err(AuthError::Missing) => return unauthenticated("Bearer"),
            Err(AuthError::Unavailable) => return unavailable(),
            Ok(_) | Err(AuthError::Invalid | AuthError::Unrecognized) => {
                return unauthenticated("Bearer error=\"invalid_token\"");
            }
        };
        let challenge = Arc::new(OnceLock::new());
        parts.extensions.insert(Visitor { principal: principal.clone(), challenge: Arc::clone(&challenge) });
        let response = self.service.handle(Request::from_parts(parts, body)).await;
        // Whatever was asked, and also when it happens only now: nothing leaves for a caller who is revoked. The guard has refused and
        // recorded what was a call.
        if principal.caller().is_some_and(|caller| self.revocations.against(caller).is_some()) {
            return unauthenticated("Bearer error=\"invalid_token\"");
        }
        match challenge.get() {
            Some(Challenge::Unauthenticated) => unauthenticated("Bearer"),
            Some(Challenge::InsufficientScope(scopes)) => insufficient_scope(scopes),
            None => masked(response.map(Body::new)),
        }
    }
}

fn unauthenticated(challenge: &'static str) -> Response {
    let mut response = plain(StatusCode::UNAUTHORIZED, "a valid credential is needed");
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// One challenge that names every scope of the operation (RFC 6750, section 3; MCP authorization, "step-up").
fn insufficient_scope(scopes: &str) -> Response {
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"");
    // A scope token has neither quotes, nor backslashes, nor control characters.
    let Ok(challenge) = HeaderValue::try_from(challenge) else { return unauthenticated("Bearer") };
    let mut response = plain(StatusCode::FORBIDDEN, "the credential lacks a scope");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

fn unavailable() -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "credentials cannot be checked right now");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn plain(status: StatusCode, sentence: &'static str) -> Response {
    (status, sentence).into_response()
}

/// The transport's errors in plain text repeat what was sent or say what a parser thinks of it. JSON-RPC errors are for clients and pass.
fn masked(response: Response) -> Response {
    let is_json =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let sentence = match response.status() {
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
    parts.headers.remove(http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Response::from_parts(parts, Body::from(sentence))
}
