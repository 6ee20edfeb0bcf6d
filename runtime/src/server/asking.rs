//! The ways to a person: through the client of a connection, or through a closure of the application's.

use std::{future::Future, time::Duration};

use futures_util::future::BoxFuture;
use rmcp::{
    RoleServer,
    model::{CallToolRequestParams, ClientResult, ElicitRequest, ElicitResult, ProtocolVersion, ServerRequest},
    service::{PeerRequestOptions, RequestContext},
};
use serde::Deserialize;

use super::rmcp_model::{CONFIRM, form, says_yes};
use crate::{
    Question,
    confirm::{Answered, Client, NO_ELICITATION, NOT_ASKED, Reply},
};

/// Whoever made a request over MCP.
pub(super) struct Connection<'r> {
    pub(super) params: &'r CallToolRequestParams,
    pub(super) context: &'r RequestContext<RoleServer>,
}

impl Connection<'_> {
    fn is_multi_round(&self) -> bool {
        self.context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
    }

    /// A client that names neither form nor URL means forms (MCP, elicitation, "capabilities").
    fn shows_forms(&self) -> bool {
        let elicitation = self.context.client_capabilities().and_then(|capabilities| capabilities.elicitation);
        elicitation.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
    }
}

impl Client for Connection<'_> {
    fn answered(&self) -> Option<Answered<'_>> {
        let state = self.params.request_state.as_deref()?;
        let response = self.params.input_responses.as_ref().and_then(|responses| responses.get(CONFIRM));
        let confirmed =
            response.map(|response| ElicitResult::deserialize(response).is_ok_and(|result| says_yes(&result)));
        Some(Answered { state, confirmed })
    }

    fn ask<'a>(&'a self, question: &'a Question, limit: Duration) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            if !self.shows_forms() {
                return Reply::Cannot(NO_ELICITATION);
            }
            if self.is_multi_round() {
                return Reply::Later;
            }
            let request = ServerRequest::ElicitRequest(ElicitRequest::new(form(&question.text, &question.fields)));
            let mut options = PeerRequestOptions::no_options();
            options.timeout = Some(limit);
            let Ok(handle) = self.context.peer.send_cancellable_request(request, options).await else {
                return Reply::Cannot(NOT_ASKED);
            };
            match handle.await_response().await {
                Ok(ClientResult::ElicitResult(result)) if says_yes(&result) => Reply::Confirmed,
                Ok(ClientResult::ElicitResult(_)) => Reply::Declined,
                Err(rmcp::ServiceError::Timeout { .. }) => Reply::Unanswered,
                Ok(_) | Err(_) => Reply::Cannot(NOT_ASKED),
            }
        })
    }
}

/// A closure of the application's that asks.
pub(super) struct Closure<F> {
    pub(super) ask: F,
}

impl<F, Fut> Client for Closure<F>
where
    F: Fn(Question) -> Fut + Send + Sync,
    Fut: Future<Output = bool> + Send,
{
    fn ask<'a>(&'a self, question: &'a Question, _: Duration) -> BoxFuture<'a, Reply> {
        Box::pin(async move { if (self.ask)(question.clone()).await { Reply::Confirmed } else { Reply::Declined } })
    }
}
