//! The ways to ask a person: through the client of a connection, or through a closure of the application.

use std::{future::Future, time::Duration};

use futures_util::future::BoxFuture;
use rmcp::{
    RoleServer,
    model::{CallToolRequestParams, ClientResult, ElicitRequest, ElicitResult, ProtocolVersion, ServerRequest},
    service::{PeerRequestOptions, RequestContext},
};
use serde::Deserialize;

use super::rmcp_model::{form, reply};
use crate::{
    Question, Reply,
    confirm::{Asking, Client, NO_ELICITATION, NOT_ASKED},
};

/// The client that made a request over MCP.
pub(super) struct Connection<'r> {
    pub(super) params: &'r CallToolRequestParams,
    pub(super) context: &'r RequestContext<RoleServer>,
}

impl Connection<'_> {
    fn is_multi_round(&self) -> bool {
        self.context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
    }

    /// A client that names neither form nor URL supports forms (MCP, elicitation, "capabilities").
    fn shows_forms(&self) -> bool {
        let elicitation = self.context.client_capabilities().and_then(|capabilities| capabilities.elicitation);
        elicitation.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
    }
}

impl Client for Connection<'_> {
    fn state(&self) -> Option<&str> {
        self.params.request_state.as_deref()
    }

    fn reply(&self, key: &str) -> Option<Reply> {
        let response = self.params.input_responses.as_ref()?.get(key)?;
        Some(ElicitResult::deserialize(response).map_or(Reply::Decline, reply))
    }

    fn ask<'a>(&'a self, question: &'a Question, limit: Duration) -> BoxFuture<'a, Asking> {
        Box::pin(async move {
            if !self.shows_forms() {
                return Asking::Cannot(NO_ELICITATION);
            }
            if self.is_multi_round() {
                return Asking::Later;
            }
            let request = ServerRequest::ElicitRequest(ElicitRequest::new(form(
                &question.text,
                &question.fields,
                question.form.as_ref(),
            )));
            let mut options = PeerRequestOptions::no_options();
            options.timeout = Some(limit);
            let Ok(handle) = self.context.peer.send_cancellable_request(request, options).await else {
                return Asking::Cannot(NOT_ASKED);
            };
            match handle.await_response().await {
                Ok(ClientResult::ElicitResult(result)) => Asking::Replied(reply(result)),
                Err(rmcp::ServiceError::Timeout { .. }) => Asking::Unanswered,
                Ok(_) | Err(_) => Asking::Cannot(NOT_ASKED),
            }
        })
    }
}

/// A closure of the application that asks.
pub(super) struct Closure<F> {
    pub(super) ask: F,
}

impl<F, Fut> Client for Closure<F>
where
    F: Fn(Question) -> Fut + Send + Sync,
    Fut: Future<Output: Into<Reply>> + Send,
{
    fn ask<'a>(&'a self, question: &'a Question, _: Duration) -> BoxFuture<'a, Asking> {
        Box::pin(async move { Asking::Replied((self.ask)(question.clone()).await.into()) })
    }
}
