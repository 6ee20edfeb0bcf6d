//! A server of guarded tools.

#[cfg(feature = "http")]
pub(crate) mod answers;
mod asking;
mod builder;
mod completion;
mod handler;
mod item_metadata;
mod options;
mod prompts;
mod publish;
mod resources;
mod revision;
mod rmcp_model;
mod stdio;
mod switches;
mod tools;

pub(crate) use revision::Revision;
pub(crate) use tools::Shown;

use std::{fmt, future::Future, sync::Arc};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use builder::{BuildError, ServerBuilder};
pub use stdio::ServeError;
pub use switches::{NoSuchTool, Switches};

use crate::{
    Caller, CompletionRef, CompletionResponse, PromptResponse, Question, Reply, ResourceResponse, Revocations,
    ToolResponse,
    catalog::Kind,
    confirm::{Client, NonInteractive},
    guard::{Context, Guard, Outcome, Request, Target, Unlimited, trace::Origin},
    identity::Principal,
    manifest::PolicyManifest,
    wire::MessageLimits,
};

/// A Model Context Protocol server whose tools can be called only through their guards.
///
/// It is cheap to clone; clones are the same server.
pub struct SecureServer<S> {
    pub(crate) guard: Arc<Guard<S>>,
    pub(crate) about: Arc<About>,
}

/// What a server tells clients about itself.
pub(crate) struct About {
    pub(crate) info: rmcp::model::ServerConfig,
    pub(crate) manifest: PolicyManifest,
    pub(crate) tools: tools::Tools,
    /// `None` if the server offers none.
    pub(crate) resources: Option<resources::Resources>,
    /// `None` if the server offers none.
    pub(crate) prompts: Option<prompts::Prompts>,
    /// Whether there is an argument with completions.
    pub(crate) completes: bool,
    pub(crate) message_limits: MessageLimits,
    #[cfg(feature = "http")]
    pub(crate) keys: crate::KeyRing,
}

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// Returns a builder for a server around the application's state.
    pub fn builder(state: S) -> ServerBuilder<S> {
        ServerBuilder::new(Arc::new(state))
    }

    /// Returns a builder for a server around a state that the application shares.
    pub fn builder_shared(state: Arc<S>) -> ServerBuilder<S> {
        ServerBuilder::new(state)
    }

    /// The policies that all items declare, in a stable order and form.
    #[must_use]
    pub fn policy(&self) -> &PolicyManifest {
        &self.about.manifest
    }

    /// The operator's switches, which turn tools, or everything, off and on while the server runs.
    #[must_use]
    pub fn switches(&self) -> Switches<S> {
        Switches::new(Arc::clone(&self.guard))
    }

    /// The revocations of this server: revoke subjects, clients, tokens and keys while it runs.
    #[must_use]
    pub fn revocations(&self) -> Revocations {
        self.guard.revocations.clone()
    }

    /// Calls a tool from within the process, through the same guard as every transport.
    ///
    /// The response is what a client would receive; see [`ToolResponse`]. A call that has to ask the person at the client is refused, because there
    /// is none: see [`call_asking`](Self::call_asking).
    pub async fn call(&self, caller: &Arc<Caller>, tool: &str, arguments: Map<String, Value>) -> ToolResponse {
        self.call_as(caller, tool, arguments, &NonInteractive).await
    }

    /// Like [`call`](Self::call), with a person to ask: `ask` shows a question to the person and returns the [`Reply`]. For a tool with `confirm =
    /// "…"` the reply is yes or no; for a question that [has a form](Question::form), which asks for [`Asked`](crate::Asked) values, it is the
    /// completed form. A call that needs both asks twice. `ask` may take as long as [`confirmation_timeout`](ServerBuilder::confirmation_timeout); it
    /// is not called for tools that ask nobody, or only an operator.
    ///
    /// ```
    /// # use secure_tool::{Question, Reply, prelude::*};
    /// # async fn run<S: Send + Sync + 'static>(server: SecureServer<S>, alice: std::sync::Arc<Caller>) {
    /// let ask = |question: Question| async move {
    ///     println!("{}", question.text);
    ///     false // whatever the person says
    /// };
    /// let answer = server.call_asking(&alice, "delete_invoice", Default::default(), ask).await;
    ///
    /// let ask = |question: Question| async move {
    ///     let Some(form) = question.form else { return Reply::from(true) };
    ///     println!("{}: {form}", question.text);
    ///     Reply::from(serde_json::Map::from_iter([("account".to_owned(), "acc_1".into())]))
    /// };
    /// let answer = server.call_asking(&alice, "pay_rent", Default::default(), ask).await;
    /// # }
    /// ```
    pub async fn call_asking<F, Fut>(
        &self,
        caller: &Arc<Caller>,
        tool: &str,
        arguments: Map<String, Value>,
        ask: F,
    ) -> ToolResponse
    where
        F: Fn(Question) -> Fut + Send + Sync,
        Fut: Future<Output: Into<Reply>> + Send,
    {
        self.call_as(caller, tool, arguments, &asking::Closure { ask }).await
    }

    async fn call_as(
        &self,
        caller: &Arc<Caller>,
        tool: &str,
        arguments: Map<String, Value>,
        client: &dyn Client,
    ) -> ToolResponse {
        let request = Request { target: Target::Named(Kind::Tool, tool), arguments, context: within(caller, client) };
        let Outcome { call_id, result, .. } = self.guard.call(request).await;
        ToolResponse::new(call_id, result)
    }

    /// Reads a resource from within the process, through the same guard as every transport: `server.read(&alice, "invoices://inv-1")`.
    pub async fn read(&self, caller: &Arc<Caller>, uri: &str) -> ResourceResponse {
        let request =
            Request { target: Target::Uri(uri), arguments: Map::new(), context: within(caller, &NonInteractive) };
        ResourceResponse::new(uri, self.guard.call(request).await)
    }

    /// Gets the messages of a prompt from within the process, through the same guard as every transport. Clients send all arguments as texts; here a
    /// number may be sent as a number.
    pub async fn prompt(&self, caller: &Arc<Caller>, prompt: &str, arguments: Map<String, Value>) -> PromptResponse {
        let target = Target::Named(Kind::Prompt, prompt);
        PromptResponse::new(
            self.guard.call(Request { target, arguments, context: within(caller, &NonInteractive) }).await,
        )
    }

    /// Requests completions for an argument from within the process, through the same guard as every transport:
    /// `server.complete(&alice, CompletionRef::Prompt("dunning_letter"), "invoice", "inv-")`.
    pub async fn complete(
        &self,
        caller: &Arc<Caller>,
        of: CompletionRef<'_>,
        argument: &str,
        typed: &str,
    ) -> CompletionResponse {
        CompletionResponse::new(
            self.guard.call(completion::request(of, argument, typed, within(caller, &NonInteractive))).await,
        )
    }
}

/// A call from within the process.
fn within<'a>(caller: &Arc<Caller>, client: &'a dyn Client) -> Context<'a> {
    Context {
        principal: Principal::Caller(Arc::clone(caller)),
        client,
        room: &Unlimited,
        listener: None,
        idempotency_key: None,
        cancelled: CancellationToken::new(),
        until: None,
        origin: Origin::default(),
    }
}

impl<S> Clone for SecureServer<S> {
    fn clone(&self) -> Self {
        Self { guard: Arc::clone(&self.guard), about: Arc::clone(&self.about) }
    }
}

impl<S> fmt::Debug for SecureServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |kind| self.guard.catalog.of(kind).map(|item| &*item.name).collect::<Vec<_>>();
        f.debug_struct("SecureServer")
            .field("tools", &names(Kind::Tool))
            .field("resources", &names(Kind::Resource))
            .field("prompts", &names(Kind::Prompt))
            .finish_non_exhaustive()
    }
}
