//! rmcp's example `counter`: tools that change one number, prompts about it, and two fixed resources.
//!
//! Constructs without a counterpart, and their replacements:
//!
//! - `get_session_id` showed a header of the HTTP request. A session is sealed, and no body sees it; a body can distinguish calls by the call's
//!   id, which is in the audit log as well: [`get_call_id`](Counter::get_call_id).
//! - `echo` took any object as its arguments. The schema of a tool names its arguments, so the object is one of them. Because an argument
//!   cannot be untyped (ST30), the type [`Anything`] describes any JSON value.
//! - `_meta` on the lists themselves: not offered. Each item has its `meta(…)`, under a key with the application's prefix.
//! - The override of `initialize`, which logged headers: the audit log has a record of every call.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};

use schemars::JsonSchema;
use secure_tool::{ServerBuilder, prelude::*};
use serde::{Deserialize, Serialize};

const INSIGHTS: &str = "What was noticed:\n\n- The count goes up and down.";

/// The number. There is no lock, no `Arc` and no router: the server shares the state.
#[derive(Debug, Default)]
pub struct Counter(AtomicI32);

/// Two numbers.
#[derive(Arguments)]
pub struct Summands {
    /// The first.
    a: i32,
    /// The second.
    b: i32,
}

/// What JSON can say.
#[derive(Debug, Deserialize, JsonSchema, Serialize)]
#[serde(untagged)]
pub enum Anything {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Anything>),
    /// An object.
    Object(BTreeMap<String, Anything>),
}

impl Counter {
    /// The data layer: only who may write can change the number.
    fn add(&self, _permit: &impl Allows<Write>, change: i32) -> i32 {
        self.0.fetch_add(change, Ordering::SeqCst).wrapping_add(change)
    }

    /// Count one up.
    #[secure_tool(scope = "counter:write", owner = unowned("one counter for everybody"))]
    pub async fn increment(&self, permit: &Permit<Write>) -> i32 {
        self.add(permit, 1)
    }

    /// Count one down.
    #[secure_tool(scope = "counter:write", owner = unowned("one counter for everybody"))]
    pub async fn decrement(&self, permit: &Permit<Write>) -> i32 {
        self.add(permit, -1)
    }

    /// Tell the count.
    #[secure_tool(scope = "counter:read", owner = unowned("one counter for everybody"), read_only)]
    pub async fn get_value(&self) -> i32 {
        self.0.load(Ordering::SeqCst)
    }

    /// Take ten seconds, and report how far it is.
    #[secure_tool(scope = "counter:read", owner = unowned("a fixed text"), read_only, timeout = 30s)]
    pub async fn long_task(&self, progress: &Progress) -> &'static str {
        for done in 0..10 {
            progress.report(done, 10, "working");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        "ten seconds later"
    }

    /// Greet the caller.
    #[secure_tool(scope = public("a greeting"), owner = unowned("a greeting is nobody's"), read_only)]
    pub async fn say_hello(&self) -> &'static str {
        "hello"
    }

    /// Send an object back as it came.
    #[secure_tool(scope = public("it repeats what it gets"), owner = unowned("what the caller has sent"), read_only)]
    pub async fn echo(
        &self,
        /// What is repeated.
        object: BTreeMap<String, Anything>,
    ) -> Result<String, ToolError> {
        serde_json::to_string(&object).map_err(ToolError::masked)
    }

    /// Add two numbers.
    #[secure_tool(scope = public("arithmetic"), owner = unowned("a sum is nobody's"), read_only)]
    pub async fn sum(&self, #[arg(flatten)] of: Summands) -> i64 {
        i64::from(of.a) + i64::from(of.b)
    }

    /// Tell the id of this call, under which the audit log has it.
    #[secure_tool(scope = public("it says nothing of anybody"), owner = unowned("it belongs to the call"), read_only)]
    pub async fn get_call_id(&self, call: &Call) -> String {
        call.id().to_string()
    }

    /// Pass a message on.
    #[secure_prompt(scope = public("it repeats what it gets"), owner = unowned("what the caller has sent"), meta("com.example/meta_key" = "meta_value"))]
    pub async fn example_prompt(
        &self,
        /// What is passed on.
        message: String,
    ) -> Prompt {
        Prompt::new().user(format!("Somebody has left this message: {message}"))
    }

    /// Plan how to get from the count to a goal.
    ///
    /// A client sends the goal as text, which is read as a number.
    #[secure_prompt(scope = "counter:read", owner = unowned("one counter for everybody"))]
    pub async fn counter_analysis(
        &self,
        /// Where the count shall be.
        goal: i32,
        /// How to get there.
        #[arg(one_of = ["fast", "careful"], default = "careful")]
        strategy: String,
    ) -> Prompt {
        let value = self.0.load(Ordering::SeqCst);
        let difference = i64::from(goal) - i64::from(value);
        let user = format!(
            "The counter is at {value}, and shall be at {goal}: {difference} to go. How would you get there, if I prefer to be {strategy}?"
        );
        Prompt::new()
            .description(format!("A plan from {value} to {goal}"))
            .assistant("Let me see where the count is.")
            .user(user)
    }

    /// A path.
    #[secure_resource(uri = "str:////Users/to/some/path/", name = "cwd", scope = "counter:read", owner = unowned("the same for everybody"))]
    pub async fn cwd(&self) -> &'static str {
        "/Users/to/some/path/"
    }

    /// A memo.
    #[secure_resource(uri = "memo://insights", name = "memo-name", scope = "counter:read", owner = unowned("the same for everybody"))]
    pub async fn insights(&self) -> &'static str {
        INSIGHTS
    }
}

/// The server. What it announces as a capability follows from what is registered.
pub fn builder() -> ServerBuilder<Counter> {
    SecureServer::builder(Counter::default())
        .name("counter")
        .instructions("This server counts, and has prompts about the count.")
        .tool(Counter::increment())
        .tool(Counter::decrement())
        .tool(Counter::get_value())
        .tool(Counter::long_task())
        .tool(Counter::say_hello())
        .tool(Counter::echo())
        .tool(Counter::sum())
        .tool(Counter::get_call_id())
        .prompt(Counter::example_prompt())
        .prompt(Counter::counter_analysis())
        .resource(Counter::cwd())
        .resource(Counter::insights())
        .allow_writes()
}
