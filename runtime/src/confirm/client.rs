//! The person at the client: how a question is sent, and how the answer comes back.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::QuestionField;

/// The only field of the form that confirms a call, and the key of the question in a multi-round result.
pub(crate) const CONFIRM: &str = "confirm";

/// A question to a person, as passed to the closure of [`SecureServer::call_asking`](crate::SecureServer::call_asking).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The tool.
    pub tool: String,
    /// The text. It names the objects that the call is about.
    pub text: String,
    /// The values that the text shows, by argument.
    pub fields: Vec<QuestionField>,
    /// The form for [`Asked`](crate::Asked) values: a JSON Schema of an object of texts, numbers, booleans and choices. `None` for a yes-or-no
    /// question.
    pub form: Option<Value>,
}

/// The answer of a person to a [`Question`]: `true` and `false` convert to yes and no, a JSON object to a completed form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A form as the person has submitted it.
    Accept(Map<String, Value>),
    /// No.
    Decline,
}

impl Reply {
    /// Whether it is the form that confirms a call, with the box ticked.
    pub(crate) fn is_yes(&self) -> bool {
        matches!(self, Self::Accept(form) if form.get(CONFIRM) == Some(&Value::Bool(true)))
    }
}

impl From<bool> for Reply {
    fn from(yes: bool) -> Self {
        if yes { Self::Accept(Map::from_iter([(CONFIRM.to_owned(), Value::Bool(true))])) } else { Self::Decline }
    }
}

impl From<Map<String, Value>> for Reply {
    fn from(form: Map<String, Value>) -> Self {
        Self::Accept(form)
    }
}

/// The purpose of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Values that the person gives.
    Values,
    /// A confirmation.
    Confirmation,
}

impl Asks {
    /// The key of the question in a multi-round result.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Confirmation => CONFIRM,
        }
    }
}

impl Question {
    pub(crate) fn asks(&self) -> Asks {
        if self.form.is_some() { Asks::Values } else { Asks::Confirmation }
    }
}

/// The person at the client cannot be asked, because the client does not support forms.
pub(crate) const NO_ELICITATION: &str = "A person has to answer a question about this call, and this client cannot ask one: it does not support elicitation.";

/// The person was not asked although the client supports forms, because it responded with an error.
pub(crate) const NOT_ASKED: &str =
    "A person has to answer a question about this call, and this client did not ask one.";

/// The result of asking a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    Replied(Reply),
    /// The question is sent as the result of this request; the answer comes with another request.
    Later,
    /// There was no answer in time.
    Unanswered,
    /// The client cannot ask a person, for this reason.
    Cannot(&'static str),
}

/// The client of a call, through which a person can be asked. Used only for tools that ask one.
pub(crate) trait Client: Send + Sync {
    /// The state in the request, which answers a question of an earlier one.
    fn state(&self) -> Option<&str> {
        None
    }

    /// The reply in the request to the question with this key.
    fn reply(&self, key: &str) -> Option<Reply> {
        let _ = key;
        None
    }

    /// Asks, and waits no longer than `limit`.
    fn ask<'a>(&'a self, question: &'a Question, limit: Duration) -> BoxFuture<'a, Asking>;

    /// Completes when nobody waits for the answer of the call any more, as far as the transport can tell.
    fn gone(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// A client without a person to ask.
pub(crate) struct NonInteractive;

impl Client for NonInteractive {
    fn ask<'a>(&'a self, _: &'a Question, _: Duration) -> BoxFuture<'a, Asking> {
        Box::pin(std::future::ready(Asking::Cannot(NO_ELICITATION)))
    }
}
