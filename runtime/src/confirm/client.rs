//! The person at the client: how a question gets there, and how the answer comes back.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::QuestionField;

/// The one field of the form that confirms a call, and the key under which it is asked in a multi-round result.
pub(crate) const CONFIRM: &str = "confirm";

/// A question to a person, as [`SecureServer::call_asking`](crate::SecureServer::call_asking) hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The tool.
    pub tool: String,
    /// What to ask. It names the objects that the call is about.
    pub text: String,
    /// What the text shows, by argument.
    pub fields: Vec<QuestionField>,
    /// What the person is to give, for [`Asked`](crate::Asked) values: a JSON Schema of an object of texts, numbers, truth values and choices. `None`
    /// where they are to say yes.
    pub form: Option<Value>,
}

/// What a person said to a [`Question`]: `true` and `false` are yes and no, a JSON object is a form that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A form as the person has sent it.
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

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// The values that are the person's to give.
    Values,
    /// A yes.
    Confirmation,
}

impl Asks {
    /// The key under which it is asked in a multi-round result.
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

/// Why nobody at the client can be asked: it has not said that it shows forms.
pub(crate) const NO_ELICITATION: &str = "A person has to answer a question about this call, and this client cannot ask one: it does not support elicitation.";

/// Why nobody was asked although the client has said that it shows forms: it answered with an error.
pub(crate) const NOT_ASKED: &str =
    "A person has to answer a question about this call, and this client did not ask one.";

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    Replied(Reply),
    /// The question leaves as the result of this request; the answer comes with another one.
    Later,
    /// There was no answer in time.
    Unanswered,
    /// The client cannot ask anybody, for this reason.
    Cannot(&'static str),
}

/// The other end of a call, as far as it can ask a person. Looked at only for tools that ask one.
pub(crate) trait Client: Send + Sync {
    /// The state that came with the request: it answers a question of an earlier one.
    fn state(&self) -> Option<&str> {
        None
    }

    /// What came with the request for the question that was asked under this key.
    fn reply(&self, key: &str) -> Option<Reply> {
        let _ = key;
        None
    }

    /// Asks, and waits no longer than `limit`.
    fn ask<'a>(&'a self, question: &'a Question, limit: Duration) -> BoxFuture<'a, Asking>;

    /// Ends when nobody waits for the answer to the call any more, as far as the transport can tell.
    fn gone(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// A client with nobody to ask.
pub(crate) struct NonInteractive;

impl Client for NonInteractive {
    fn ask<'a>(&'a self, _: &'a Question, _: Duration) -> BoxFuture<'a, Asking> {
        Box::pin(std::future::ready(Asking::Cannot(NO_ELICITATION)))
    }
}
