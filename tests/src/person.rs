//! A client with a simulated person.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams,
        ElicitResult, ElicitationAction, ElicitationCapability, Implementation,
    },
    service::{RequestContext, RunningService},
};
use serde_json::{Value, json};

use crate::clients::{answered, call_once};

/// What a person does with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Ticks the box and sends the form.
    Yes,
    /// Sends the form as it is.
    Unticked,
    /// Sends a form with nothing in it.
    Empty,
    /// Says no.
    No,
    /// Closes the form.
    Cancel,
    /// Lies down and sleeps.
    Nothing,
}

/// A person, and what they were asked. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Person {
    says: Says,
    /// What they fill into a form that asks for values.
    values: Value,
    asked: Arc<Mutex<Vec<String>>>,
    forms: Arc<Mutex<Vec<Value>>>,
}

impl Person {
    /// Somebody who always says the same.
    #[must_use]
    pub fn who(says: Says) -> Self {
        Self { says, values: json!({}), asked: Arc::default(), forms: Arc::default() }
    }

    /// Somebody who says yes, and gives these values where they are asked for some.
    #[must_use]
    pub fn giving(values: Value) -> Self {
        Self { values, ..Self::who(Says::Yes) }
    }

    /// The forms of the questions so far.
    #[must_use]
    pub fn forms(&self) -> Vec<Value> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The questions so far.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(ElicitationCapability::default());
        ClientConfig::new(capabilities, Implementation::new("person", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } = request else {
            return Ok(ElicitResult::new(ElicitationAction::Decline));
        };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        let form = serde_json::to_value(requested_schema).unwrap_or_default();
        let confirms = form["properties"].get("confirm").is_some();
        self.forms.lock().unwrap_or_else(PoisonError::into_inner).push(form);
        let accept = |content: Value| ElicitResult::new(ElicitationAction::Accept).with_content(content);
        Ok(match self.says {
            Says::Yes if confirms => accept(json!({"confirm": true})),
            Says::Yes => accept(self.values.clone()),
            Says::Unticked => accept(json!({"confirm": false})),
            Says::Empty => accept(json!({})),
            Says::No => ElicitResult::new(ElicitationAction::Decline),
            Says::Cancel => ElicitResult::new(ElicitationAction::Cancel),
            Says::Nothing => std::future::pending().await,
        })
    }
}

/// Calls a tool that asks for a yes, as a client of protocol 2026-07-28: what the client carries to the answer.
///
/// # Panics
///
/// If the tool does not ask.
pub async fn ask<H: ClientHandler>(client: &RunningService<RoleClient, H>, tool: &'static str) -> String {
    match call_once(client, CallToolRequestParams::new(tool)).await.unwrap() {
        CallToolResponse::InputRequired(asked) => asked.request_state.unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Answers such a question with yes.
///
/// # Panics
///
/// If that is no result.
pub async fn agree<H: ClientHandler>(
    client: &RunningService<RoleClient, H>,
    tool: &'static str,
    state: &str,
) -> CallToolResult {
    answered(call_once(client, agreement(tool, state)).await).unwrap()
}

/// The call that answers such a question with yes.
#[must_use]
pub fn agreement(tool: &'static str, state: &str) -> CallToolRequestParams {
    let mut params = CallToolRequestParams::new(tool);
    params.request_state = Some(state.to_owned());
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    params.input_responses = Some([("confirm".to_owned(), yes)].into());
    params
}
