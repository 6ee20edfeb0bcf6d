//! A client with a person in front of it.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationCapability,
        Implementation,
    },
    service::RequestContext,
};
use serde_json::{Value, json};

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
