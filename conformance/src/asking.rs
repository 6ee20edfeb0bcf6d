//! Tools that ask the person at the client before they run. The suite answers for the person.

use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::Deserialize;

use crate::Suite;

/// What is shown with a title of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Titled {
    /// First Option
    Value1,
    /// Second Option
    Value2,
    /// Third Option
    Value3,
}

impl Suite {
    /// Ask before it runs; the suite looks at the stream meanwhile.
    #[secure_tool(scope = "suite:ask", owner = unowned("a fixed text"), confirm = "Go on?")]
    pub(crate) async fn test_streaming_elicitation(&self) -> &'static str {
        "confirmed"
    }

    /// Ask for two values.
    #[secure_tool(scope = "suite:ask", owner = unowned("what was given"), read_only)]
    pub(crate) async fn test_elicitation(
        &self,
        /// What the question begins with.
        #[arg(max_len = 200)]
        message: String,
        /// What the person is called.
        #[arg(ask = "{message}: what are you called?", not_identity("it is repeated, and means nothing"))]
        username: Asked<String>,
        /// An address of the person.
        #[arg(ask = "What is your address?", format = "email")]
        email: Asked<String>,
    ) -> String {
        format!("User response to {message}: {} at {}", *username, *email)
    }

    /// Ask for values that have defaults.
    #[secure_tool(scope = "suite:ask", owner = unowned("what was given"), read_only)]
    pub(crate) async fn test_elicitation_sep1034_defaults(
        &self,
        /// A text.
        #[arg(ask = "A name?", default = "John Doe")]
        name: Asked<String>,
        /// A whole number.
        #[arg(ask = "An age?", default = 30)]
        age: Asked<u8>,
        /// A number.
        #[arg(ask = "A score?", default = 95.5)]
        score: Asked<f64>,
        /// One of several.
        #[arg(ask = "A status?", one_of = ["active", "inactive", "pending"], default = "active")]
        status: Asked<String>,
        /// Yes or no.
        #[arg(ask = "Is it verified?", default = true)]
        verified: Asked<bool>,
    ) -> String {
        format!("{} {} {} {} {}", *name, *age, *score, *status, *verified)
    }

    /// Ask for one of several, without titles and with them.
    #[secure_tool(scope = "suite:ask", owner = unowned("what was given"), read_only)]
    pub(crate) async fn test_elicitation_sep1330_enums(
        &self,
        /// One of several.
        #[arg(ask = "Which option?", name = "untitledSingle", one_of = ["option1", "option2", "option3"])]
        untitled: Asked<String>,
        /// One of several that have titles.
        #[arg(ask = "Which value?", name = "titledSingle")]
        titled: Asked<Titled>,
    ) -> String {
        format!("{} {:?}", *untitled, *titled)
    }

    /// Ask for a name.
    #[secure_tool(scope = "suite:ask", owner = unowned("what was given"), read_only)]
    pub(crate) async fn test_input_required_result_elicitation(
        &self,
        /// A name.
        #[arg(ask = "What is your name?")]
        name: Asked<String>,
    ) -> String {
        format!("Hello, {}!", *name)
    }

    /// Ask for a truth value, under a state.
    #[secure_tool(scope = "suite:ask", owner = unowned("a fixed text"), read_only)]
    pub(crate) async fn test_input_required_result_request_state(
        &self,
        /// Whether.
        #[arg(ask = "Please confirm")]
        ok: Asked<bool>,
    ) -> String {
        format!("state-ok: {}", *ok)
    }

    /// Ask for a value, and then whether to go on with it. What the suite answers then is no yes, so the call ends as declined.
    #[secure_tool(scope = "suite:ask", owner = unowned("what was given"), confirm = "Go on as {name}?")]
    pub(crate) async fn test_input_required_result_multi_round(
        &self,
        /// A name.
        #[arg(ask = "Step 1: What is your name?", max_len = 100)]
        name: Asked<String>,
    ) -> String {
        format!("Hello, {}!", *name)
    }

    /// Ask under a state that the suite forges.
    #[secure_tool(scope = "suite:ask", owner = unowned("a fixed text"), confirm = "Go on?")]
    pub(crate) async fn test_input_required_result_tampered_state(&self) -> &'static str {
        "confirmed"
    }
}
