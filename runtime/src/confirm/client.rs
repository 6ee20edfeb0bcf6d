//! The person at the client: how a question gets there, and how the answer comes back.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::QuestionField;

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
}

/// What a client sent back for a question that it was asked in an earlier request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    pub(crate) state: &'a str,
    /// `None` if there is a state and no answer.
    pub(crate) confirmed: Option<bool>,
}

/// Why nobody at the client can be asked: it has not said that it shows forms.
pub(crate) const NO_ELICITATION: &str =
    "A person has to confirm this call, and this client cannot ask one: it supports no elicitation.";

/// Why nobody was asked although the client has said that it shows forms: it answered with an error.
pub(crate) const NOT_ASKED: &str = "A person has to confirm this call, and this client did not ask one.";

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Confirmed,
    Declined,
    /// The question leaves as the result of this request; the answer comes with another one.
    Later,
    /// There was no answer in time.
    Unanswered,
    /// The client cannot ask anybody, for this reason.
    Cannot(&'static str),
}

/// The other end of a call, as far as it can ask a person. Looked at only for tools that are confirmed.
pub(crate) trait Client: Send + Sync {
    /// What came with the request.
    fn answered(&self) -> Option<Answered<'_>> {
        None
    }

    /// Asks. Whoever waits, waits no longer than `limit`.
    fn ask<'a>(&'a self, question: &'a Question, limit: Duration) -> BoxFuture<'a, Reply>;

    /// Ends when nobody waits for the answer to the call any more, as far as the transport can tell.
    fn gone(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// A client with nobody to ask.
pub(crate) struct Mute;

impl Client for Mute {
    fn ask<'a>(&'a self, _: &'a Question, _: Duration) -> BoxFuture<'a, Reply> {
        Box::pin(std::future::ready(Reply::Cannot(NO_ELICITATION)))
    }
}
