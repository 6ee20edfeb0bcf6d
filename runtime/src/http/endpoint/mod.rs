//! The endpoint: every HTTP request on its way to the guard, and every answer on its way out.
//!
//! In this order, so that nothing costs memory or time before it was limited: the head, the address, the credential, the caller, the size, one scan of the
//! raw bytes, one parse, the guard. The status of a response is fixed when the scopes are decided; only after that may a response begin.

mod call;
mod head;
mod headers;
mod media;
mod memory;
mod older;
mod options;
mod question_id;
mod reading;
mod respond;
mod routing;
mod session;
mod stream;
mod waiting;

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    response::Response,
};
use http::{
    HeaderValue, Method as HttpMethod, Request, StatusCode,
    header::{CACHE_CONTROL, CONNECTION},
    request::Parts,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use call::MayHaveWritten;
use head::HeadRules;
use headers::McpHeaders;
use memory::{Answer, Memory, Taken};
pub(super) use options::{EndpointOptions, MemoryLimits};
pub use options::{ListTools, StepUp};
use routing::Routing;
use session::{Session, Sessions};
use waiting::Waiting;

use super::{
    AuthError, Authenticator, HttpOptions,
    admission::{AddressKey, Admission},
    challenge::Challenges,
    cors::Cors,
    discovery::Published,
};
use crate::{
    FailedLoginReason, Revocations, SecureServer,
    guard::Room,
    identity::Principal,
    server::{
        Revision,
        answers::{Answers, Asked, RpcError, response},
    },
    wire::{Id, Message, MessageError, MessageLimits, Method, Params},
};

/// How long an authenticator may take; a credential that was not verified by then is not valid.
const AUTHENTICATION: Duration = Duration::from_secs(10);

/// Calls that go on without a connection, and the end of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Detached {
    pub(super) tracker: TaskTracker,
    pub(super) cut: CancellationToken,
}

pub(super) struct Endpoint<S, A> {
    answers: Answers<S>,
    admission: Admission,
    authenticator: A,
    options: EndpointOptions,
    rules: HeadRules,
    challenges: Challenges,
    cors: Cors,
    body_timeout: Duration,
    revocations: Revocations,
    limits: MessageLimits,
    /// The memory for messages.
    memory: Arc<Memory>,
    /// The memory for answers.
    unsent: Arc<Memory>,
    sessions: Sessions,
    waiting: Arc<Waiting>,
    /// With a shared store.
    routing: Option<Routing>,
    detached: Detached,
}

impl<S: Send + Sync + 'static, A: Authenticator> Endpoint<S, A> {
    pub(super) fn new(server: &SecureServer<S>, authenticator: A, options: HttpOptions) -> Self {
        let discovery = &options.discovery;
        let origins = options.origins.iter().cloned().chain(options.cors.with_ports());
        let issuers = discovery.authorization_servers.iter().map(|server| server.as_str().to_owned()).collect();
        let MemoryLimits { all, one } = options.endpoint.memory_limits;
        let waiting = Arc::new(Waiting::new(&server.about.keys));
        Self {
            answers: Answers::new(server),
            admission: Admission::new(&options, &server.guard),
            authenticator,
            rules: HeadRules::new(&options.hosts, origins),
            challenges: Challenges::new(&discovery.initial_scope(&server.guard), discovery.pointer()),
            cors: options.cors.clone(),
            body_timeout: options.limits.body,
            revocations: server.revocations(),
            limits: server.about.message_limits,
            memory: Arc::new(Memory::new(all, one)),
            unsent: Arc::new(Memory::new(all, one)),
            sessions: Sessions::new(&server.about.keys, options.endpoint.session_lifetime),
            routing: server.guard.shared.as_ref().map(|shared| Routing::new(shared, &waiting)),
            waiting,
            detached: options.limits.detached,
            options: EndpointOptions { issuers, ..options.endpoint },
        }
    }

    pub(super) async fn serve(self: &Arc<Self>, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let mut body = Unread(Some(body));
        let address = self.admission.trusted_proxies.client_address(&parts);
        let origin = self.cors.admitted(&parts.headers);
        let mut response = match self.admission.requests.address(address) {
            Err(wait) => respond::rate_limited(wait),
            Ok(()) => match (self.cors.preflight(&parts, &["POST"]), self.rules.check(&parts)) {
                (Some(response), _) => return response,
                (None, Ok(())) => self.admit(&parts, address, &mut body).await,
                (None, Err(bad)) => respond::bad_head(bad),
            },
        };
        if body.is_left() {
            // A client that still sends it would write its next request behind it, into a connection that hyper closes (RFC 9112, section 9.6).
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.cors.allow(origin, &mut response);
        response
    }

    /// What everybody may read, and what a browser asks before it reads that. It counts for its address as every other request.
    pub(super) fn publish(&self, published: &Published, request: Request<Body>) -> Response {
        let (parts, _) = request.into_parts();
        let address = self.admission.trusted_proxies.client_address(&parts);
        match self.admission.requests.address(address) {
            Ok(()) => published.serve(&parts, &self.cors),
            Err(wait) => {
                let mut response = respond::rate_limited(wait);
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                self.cors.allow(self.cors.admitted(&parts.headers), &mut response);
                response
            }
        }
    }

    /// Who sends it.
    async fn admit(self: &Arc<Self>, parts: &Parts, address: Option<AddressKey>, body: &mut Unread) -> Response {
        let Admission { requests, logins, failed_logins, .. } = &self.admission;
        let attempt = match logins.admit(address, &parts.headers) {
            Ok(attempt) => attempt,
            Err(wait) => {
                failed_logins.count(address, FailedLoginReason::Throttled);
                return respond::rate_limited(wait);
            }
        };
        let asked = tokio::time::timeout(AUTHENTICATION, self.authenticator.authenticate(parts)).await;
        let principal = match asked.unwrap_or(Err(AuthError::Unavailable)) {
            Ok(caller) if !caller.subject().is_empty() => {
                attempt.accepted();
                Principal::Caller(caller)
            }
            Err(AuthError::Missing) if self.options.anonymous => {
                attempt.undecided();
                Principal::Anonymous(address)
            }
            Err(AuthError::Missing) => {
                attempt.undecided();
                failed_logins.count(address, FailedLoginReason::Missing);
                return respond::unauthenticated(self.challenges.missing());
            }
            Err(AuthError::Unavailable) => {
                attempt.undecided();
                return respond::unavailable("Credentials cannot be checked right now.", Duration::from_secs(5));
            }
            Ok(_) | Err(AuthError::Invalid | AuthError::Unrecognized) => {
                attempt.rejected();
                failed_logins.count(address, FailedLoginReason::Invalid);
                return respond::unauthenticated(self.challenges.invalid_token());
            }
        };
        let counted = match principal.caller() {
            Some(caller) => requests.caller(caller.limit_keys().caller),
            None => requests.anonymous(address),
        };
        if let Err(wait) = counted {
            return respond::rate_limited(wait);
        }
        let response = self.read(parts, address, body, &principal).await;
        // Whatever was asked, and also when it happens only now: nothing leaves for a caller who is revoked. The guard has refused and
        // recorded what was a call.
        if principal.caller().is_some_and(|caller| self.revocations.against(caller).is_some()) {
            let challenge = self.challenges.invalid_token();
            return match response.extensions().get::<MayHaveWritten>() {
                Some(call) => respond::outcome_unknown(call, challenge),
                None => respond::unauthenticated(challenge),
            };
        }
        response
    }

    /// What is it.
    async fn read(
        self: &Arc<Self>,
        parts: &Parts,
        address: Option<AddressKey>,
        body: &mut Unread,
        principal: &Principal,
    ) -> Response {
        if parts.method != HttpMethod::POST {
            return respond::method_not_allowed();
        }
        if !media::takes_both(&parts.headers) {
            return respond::not_acceptable();
        }
        if !media::has_json_body(&parts.headers) {
            return respond::unsupported_media_type();
        }
        // Visitors without a credential are told apart by their address.
        let account = |memory: &Arc<Memory>| match principal.caller() {
            Some(caller) => memory.account(caller.limit_keys().caller),
            None => memory.account(address),
        };
        let (mut memory, answer) = (account(&self.memory), account(&self.unsent));
        // Before anything has happened: some answers have to leave whatever they take.
        if answer.is_spent() {
            return respond::not_read(&reading::NotRead::Unread);
        }
        let bytes = match reading::read(body.take(), self.body_timeout, &self.limits, &mut memory).await {
            Ok(bytes) => bytes,
            Err(not) => return respond::not_read(&not),
        };
        let message = match Message::parse(&bytes) {
            Ok(message) => message,
            Err(rejected) => return respond::rejected(&rejected),
        };
        match self.answer(parts, message, principal, (memory, Answer::new(answer))).await {
            Ok(response) => response,
            Err(InvalidRequest { id, error }) => respond::error(StatusCode::BAD_REQUEST, id.as_ref(), &error),
        }
    }

    async fn answer(
        self: &Arc<Self>,
        parts: &Parts,
        message: Message,
        principal: &Principal,
        (memory, answer): (Taken, Answer),
    ) -> Result<Response, InvalidRequest> {
        let of = |id: Option<&Id>| {
            let id = id.cloned();
            move |error| InvalidRequest { id, error }
        };
        match message {
            // At 2026-07-28 there is no handshake: a request of that revision names an unknown method.
            Message::Request { id, method: Method::Initialize, params } if !headers::is_self_contained(&params) => {
                let headers = McpHeaders::read(&parts.headers).map_err(of(Some(&id)))?;
                let revision = headers.of_handshake(&params).map_err(of(Some(&id)))?;
                Ok(self.initialize(&id, revision, &params, principal))
            }
            Message::Request { id, method, params } => {
                let headers = McpHeaders::read(&parts.headers).map_err(of(Some(&id)))?;
                let mut revision = headers.of_request(&method, &params).map_err(of(Some(&id)))?;
                // At 2026-07-28 there are no sessions, whatever a header says.
                let session = if revision.has_handshake() {
                    match self.session(&headers, principal).map_err(of(Some(&id)))? {
                        Named::Nothing => None,
                        Named::Session(session) => Some(session),
                        Named::Unknown => return Ok(respond::no_session(Some(&id))),
                    }
                } else {
                    None
                };
                revision = session.map_or(revision, |session| session.revision);
                let asker = Asker {
                    principal,
                    revision,
                    session,
                    memory,
                    answer,
                    #[cfg(feature = "otel")]
                    transport: crate::telemetry::of_headers(&parts.headers),
                };
                Ok(self.request(id, &method, params, asker).await)
            }
            Message::Notification { method, params } => {
                let headers = McpHeaders::read(&parts.headers).map_err(of(None))?;
                headers.check_notification(&method, &params).map_err(of(None))?;
                // At 2026-07-28 nothing is cancelled by a notification, and there are no sessions.
                if headers.is_modern() {
                    return Ok(respond::accepted());
                }
                let cancels = if method == Method::Cancelled { params.request_id } else { None };
                match (self.session(&headers, principal).map_err(of(None))?, cancels) {
                    (Named::Unknown, _) => Ok(respond::no_session(None)),
                    (Named::Session(session), Some(id)) => self.take_cancellation(id, session, principal).await,
                    (Named::Session(_) | Named::Nothing, _) => Ok(respond::accepted()),
                }
            }
            Message::Response { id, result } => {
                let headers = McpHeaders::read(&parts.headers).map_err(of(None))?;
                match (self.session(&headers, principal).map_err(of(None))?, id) {
                    (Named::Unknown, _) => Ok(respond::no_session(None)),
                    (Named::Session(session), Some(id)) => self.take_answer(id, session, principal, result).await,
                    (Named::Session(_) | Named::Nothing, _) => Err(routing::answers_nothing()),
                }
            }
        }
    }

    /// The session that a message names.
    ///
    /// # Errors
    ///
    /// If it names two, or says that it speaks another revision than the session's.
    fn session(&self, headers: &McpHeaders<'_>, principal: &Principal) -> Result<Named, RpcError> {
        let Some(token) = headers.session()? else { return Ok(Named::Nothing) };
        let Some(session) = self.sessions.read(token.as_bytes(), principal) else { return Ok(Named::Unknown) };
        if headers.revision().is_some_and(|named| named != session.revision) {
            return Err(RpcError::header_mismatch(headers::VERSION));
        }
        Ok(Named::Session(session))
    }

    fn initialize(&self, id: &Id, revision: Revision, params: &Params, principal: &Principal) -> Response {
        let mut response = respond::message(StatusCode::OK, self.answers.initialize(id, revision));
        let token = self.sessions.open(principal, revision, params.capabilities.unwrap_or_default());
        // Without a token the client has no session: it can neither be asked nor cancel, and is told so when it matters.
        if let Some(token) = token.and_then(|token| HeaderValue::try_from(token).ok()) {
            response.headers_mut().insert(headers::SESSION, token);
        }
        response
    }

    /// Whether this is the method of a list that the server has.
    fn lists(&self, method: &Method) -> bool {
        let of_resources = matches!(method, Method::ListResources | Method::ListResourceTemplates);
        *method == Method::ListTools
            || of_resources && self.answers.offers_resources()
            || *method == Method::ListPrompts && self.answers.offers_prompts()
    }

    async fn request(self: &Arc<Self>, id: Id, method: &Method, mut params: Params, asker: Asker<'_>) -> Response {
        let revision = asker.revision;
        match method {
            _ if params.cursor.is_some() && self.lists(method) => {
                respond::error(StatusCode::OK, Some(&id), &MessageError::UnknownCursor.into())
            }
            Method::CallTool => match params.name.take() {
                Some(name) => self.call(id, Asked::Tool(name), params, asker).await,
                None => lacks(&id, "`tools/call` requires the `name` of a tool"),
            },
            Method::ListTools => {
                let list = self.answers.list_tools(&id, asker.principal, revision, self.options.shown(asker.principal));
                asker.list(list)
            }
            Method::ReadResource if self.answers.offers_resources() => match params.uri.take() {
                Some(uri) => self.call(id, Asked::Resource(uri), params, asker).await,
                None => lacks(&id, "`resources/read` requires a `uri`"),
            },
            Method::ListResources if self.answers.offers_resources() => {
                let shown = self.options.shown(asker.principal);
                self.call(id, Asked::Resources(shown), params, asker).await
            }
            Method::ListResourceTemplates if self.answers.offers_resources() => {
                let shown = self.options.shown(asker.principal);
                let list = self.answers.list_resource_templates(&id, asker.principal, revision, shown);
                asker.list(list)
            }
            Method::GetPrompt if self.answers.offers_prompts() => match params.name.take() {
                Some(name) => self.call(id, Asked::Prompt(name), params, asker).await,
                None => lacks(&id, "`prompts/get` requires the `name` of a prompt"),
            },
            Method::ListPrompts if self.answers.offers_prompts() => {
                let shown = self.options.shown(asker.principal);
                asker.list(self.answers.list_prompts(&id, asker.principal, revision, shown))
            }
            Method::Complete if self.answers.offers_completions() => {
                match (params.reference.take(), params.argument.take()) {
                    (Some(reference), Some(argument)) => {
                        self.call(id, Asked::Completion(reference, argument), params, asker).await
                    }
                    (None, _) | (_, None) => lacks(&id, "`completion/complete` requires a `ref` and an `argument`"),
                }
            }
            Method::Discover => respond::message(StatusCode::OK, self.answers.discover(&id)),
            Method::Ping if revision.has_handshake() => {
                respond::message(StatusCode::OK, response(&id, &serde_json::Map::new()))
            }
            Method::ReadResource
            | Method::ListResources
            | Method::ListResourceTemplates
            | Method::GetPrompt
            | Method::ListPrompts
            | Method::Complete
            | Method::Ping
            | Method::Initialize
            | Method::Cancelled
            | Method::Other(_) => {
                // MCP 2026-07-28, Streamable HTTP: a method that is not there is a resource that is not there.
                let status = if revision.has_handshake() { StatusCode::OK } else { StatusCode::NOT_FOUND };
                respond::error(status, Some(&id), &MessageError::UnknownMethod.into())
            }
        }
    }
}

/// The body of a request, until it is read.
struct Unread(Option<Body>);

impl Unread {
    fn take(&mut self) -> Body {
        self.0.take().unwrap_or_default()
    }

    /// Whether there is a body that nobody has read.
    fn is_left(&self) -> bool {
        self.0.as_ref().is_some_and(|body| !body.is_end_stream())
    }
}

/// The session that a message belongs to.
enum Named {
    Nothing,
    Session(Session),
    /// One that is over, or not the principal's.
    Unknown,
}

/// Whose request it is, and what was taken for it.
struct Asker<'p> {
    principal: &'p Principal,
    revision: Revision,
    session: Option<Session>,
    /// What the message takes.
    memory: Taken,
    /// What its answer takes.
    answer: Answer,
    /// The trace that the HTTP request belongs to.
    #[cfg(feature = "otel")]
    transport: Option<opentelemetry::trace::SpanContext>,
}

impl Asker<'_> {
    /// A list that is ready, if there is memory for it.
    fn list(&self, list: Vec<u8>) -> Response {
        if !self.answer.take(list.len()) {
            return respond::unread();
        }
        respond::message(StatusCode::OK, self.answer.until_sent(list))
    }
}

/// A request without the parameter that it is about.
fn lacks(id: &Id, sentence: &'static str) -> Response {
    respond::error(StatusCode::OK, Some(id), &RpcError::invalid_params(sentence))
}

/// A message that contradicts itself: status 400.
struct InvalidRequest {
    id: Option<Id>,
    error: RpcError,
}
