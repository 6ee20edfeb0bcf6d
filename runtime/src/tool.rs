//! Guarded tools, and how the expansion of the macro defines one.

use std::{any::type_name, fmt, panic::Location, time::Duration};

use futures_util::future::BoxFuture;
use secure_tool_vocabulary::Media;

use crate::{
    AllowList, BreakerPolicy,
    arguments::Flattened,
    audit::AuditOutput,
    catalog::{After, Hints, Kind, Named, Order, Runs, Spec},
    completion::Complete,
    guard::{
        entry::{Entry, Rejection, Run},
        reader::{Reader, Slot},
    },
    output::{Outlet, Released, Shape},
    policy::{Concurrency, Confirm, Effect, Idempotency, Ownership, Per, Quota, Rate, Scope, Unit},
    prompt::GuardedPrompt,
    resource::{GuardedResource, List},
    schema::argument::{Argument, ArgumentSpec},
};

/// A guarded tool: what a function with `#[secure_tool]` returns.
///
/// All you can do with it is register it ([`ServerBuilder::tool`](crate::ServerBuilder::tool)). Only the attribute creates one, and it can be called
/// only through a server.
#[must_use = "a tool does nothing until it is registered: `SecureServer::builder(state).tool(…)`"]
pub struct Tool<S: ?Sized> {
    pub(crate) spec: Spec,
    pub(crate) runs: Runs<Run<S>>,
}

impl<S: ?Sized> Tool<S> {
    /// The name by which clients call the tool.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Restricts the tool to certain callers: `.tool(Billing::forecast().only_for(tenants(["acme"])))`. It does not exist for callers that are not on
    /// the [list](AllowList). With several lists, a caller has to be on all of them, and on those of the [whole
    /// server](crate::ServerBuilder::only_for).
    pub fn only_for(mut self, list: AllowList) -> Self {
        self.spec.only_for.push(list);
        self
    }
}

impl<S: ?Sized> fmt::Debug for Tool<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool").field("name", &self.spec.name).field("state", &type_name::<S>()).finish_non_exhaustive()
    }
}

/// The types that a tool can run on: any type that calls can share. The `Self` of a trait does not qualify, because nothing is known about it.
#[diagnostic::on_unimplemented(
    message = "no tool can run on `{Self}`, which is not known to be `Send + Sync + 'static` [ST35]",
    label = "is shared by calls on several threads",
    note = "help: share with `Arc`, `Mutex` or an atomic instead of `Rc`, `RefCell` or `Cell`; and put tools in the `impl` block of a type, because nothing is known about `Self` in a trait"
)]
pub trait State: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> State for T {}

/// An item that the expansion is defining.
pub struct Definition<S: ?Sized> {
    spec: Spec,
    listing: Option<Run<S>>,
    completions: Vec<(&'static str, Run<S>)>,
}

/// Starts the definition of a tool. It is a function, so that an unsuitable state causes a single error.
#[must_use]
#[track_caller]
pub fn define<S: State + ?Sized>(name: &'static str, description: &'static str, effect: Effect) -> Definition<S> {
    Definition::new(Kind::Tool, name, description, effect)
}

/// Starts the definition of a resource, which only reads.
#[must_use]
#[track_caller]
pub fn define_resource<S: State + ?Sized>(
    name: &'static str,
    description: &'static str,
    uri: &'static str,
) -> Definition<S> {
    let mut definition = Definition::new(Kind::Resource, name, description, Effect::ReadOnly);
    definition.spec.uri = Some(uri);
    definition
}

/// Starts the definition of a prompt, which only reads.
#[must_use]
#[track_caller]
pub fn define_prompt<S: State + ?Sized>(name: &'static str, description: &'static str) -> Definition<S> {
    Definition::new(Kind::Prompt, name, description, Effect::ReadOnly)
}

/// The tool that `after` names.
pub struct Earlier(Box<dyn Fn() -> Named + Send + Sync>);

/// A function that `after` can name.
#[diagnostic::on_unimplemented(
    message = "`after` cannot name this function [ST53]",
    label = "is not a tool that runs on the same state",
    note = "help: name another function with `#[secure_tool(…)]` of this type, without parentheses: `after(Self::quote, within = 10m)`"
)]
pub trait NamesTool<S: ?Sized>: Send + Sync + 'static {
    /// The tool, identified by its name and the place of its declaration.
    fn named(&self) -> Named;
}

#[diagnostic::do_not_recommend]
impl<S: ?Sized, F: Fn() -> Tool<S> + Send + Sync + 'static> NamesTool<S> for F {
    fn named(&self) -> Named {
        let Spec { name, declared_at, .. } = self().spec;
        Named { name, declared_at }
    }
}

/// Wraps the tool that `after` names. It is not created before the server is built.
#[must_use]
pub fn earlier<S: ?Sized, F: NamesTool<S>>(tool: F) -> Earlier {
    Earlier(Box::new(move || tool.named()))
}

/// How many calls may come at once.
#[derive(Clone, Copy, Debug)]
pub enum Burst {
    /// As many as the rate's count.
    Count,
    /// This number of calls.
    Of(u32),
}

impl<S: ?Sized> Definition<S> {
    /// Starts with nothing stated: without a scope and an owner, no server can be built.
    #[track_caller]
    fn new(kind: Kind, name: &'static str, description: &'static str, effect: Effect) -> Self {
        Self {
            spec: Spec {
                kind,
                name,
                description,
                title: None,
                version: None,
                deprecated: None,
                effect,
                hints: Hints::default(),
                icon: None,
                meta: Vec::new(),
                read_only: None,
                scope: None,
                owner: None,
                unproven: None,
                confirm: None,
                idempotent: None,
                rates: Vec::new(),
                quota: None,
                cost: 1,
                timeout: None,
                max_output: None,
                concurrency: None,
                audit_output: None,
                releases: Vec::new(),
                classes: Vec::new(),
                media: Vec::new(),
                only_for: Vec::new(),
                only_in: &[],
                blocking: false,
                progress: false,
                arguments: Vec::new(),
                checks: 0,
                checks_of_asked: 0,
                output: None,
                held: None,
                uri: None,
                mime: None,
                media_type: None,
                after: None,
                order: Order::default(),
                breaker: None,
                declared_at: Location::caller(),
            },
            listing: None,
            completions: Vec::new(),
        }
    }

    /// `title = "…"`
    pub fn title(&mut self, title: &'static str) {
        self.spec.title = Some(title);
    }

    /// `version = "…"`
    pub fn version(&mut self, version: &'static str) {
        self.spec.version = Some(version);
    }

    /// `deprecated = "…"`
    pub fn deprecated(&mut self, instead: &'static str) {
        self.spec.deprecated = Some(instead);
    }

    /// `hints(idempotent)`
    pub fn idempotent(&mut self) {
        self.spec.hints.idempotent = true;
    }

    /// `hints(closed_world)`
    pub fn closed_world(&mut self) {
        self.spec.hints.closed_world = true;
    }

    /// `icon = "…"`
    pub fn icon(&mut self, source: &'static str) {
        self.spec.icon = Some(source);
    }

    /// One member of `meta(…)`, whose value is JSON.
    pub fn meta(&mut self, key: &'static str, json: &'static str) {
        self.spec.meta.push((key, json));
    }

    /// `scope = …`
    pub fn scope(&mut self, scope: Scope) {
        self.spec.scope = Some(scope);
    }

    /// `owner = …`
    pub fn owner(&mut self, owner: Ownership) {
        self.spec.owner = Some(owner);
    }

    /// `read_only("…")`
    pub fn read_only(&mut self, reason: &'static str) {
        self.spec.read_only = Some(reason);
    }

    /// `owner = caller("…")`
    pub fn unproven(&mut self, caller: &'static str, reason: &'static str) {
        self.spec.unproven = Some((caller, reason));
    }

    /// `confirm = …`
    pub fn confirm(&mut self, confirm: Confirm) {
        self.spec.confirm = Some(confirm);
    }

    /// `idempotent(key = …)`
    pub fn idempotent_key(&mut self, argument: &'static str, keep_ms: u64) {
        self.spec.idempotent = Some(Idempotency::Key { argument, keep: Duration::from_millis(keep_ms) });
    }

    /// `idempotent(within = …)`
    pub fn idempotent_within(&mut self, milliseconds: u64) {
        self.spec.idempotent = Some(Idempotency::Arguments { within: Duration::from_millis(milliseconds) });
    }

    /// `rate = …`, or one of a list
    pub fn rate(&mut self, count: u32, unit: Unit, burst: Burst, per: Per) {
        let rate = Rate::new(count, unit).per(per);
        self.spec.rates.push(match burst {
            Burst::Count => rate,
            Burst::Of(burst) => rate.burst(burst),
        });
    }

    /// `rate = CONSTANT`, or one of a list
    pub fn rate_of(&mut self, rate: Rate) {
        self.spec.rates.push(rate);
    }

    /// `quota = …`
    pub fn quota(&mut self, count: u32, per: Per) {
        self.spec.quota = Some(Quota::per_day(count).per(per));
    }

    /// `quota = CONSTANT`
    pub fn quota_of(&mut self, quota: Quota) {
        self.spec.quota = Some(quota);
    }

    /// `cost = …`
    pub fn cost(&mut self, cost: u32) {
        self.spec.cost = cost;
    }

    /// `timeout = CONSTANT`
    pub fn timeout(&mut self, timeout: Duration) {
        self.spec.timeout = Some(timeout);
    }

    /// `timeout = …`
    pub fn timeout_ms(&mut self, milliseconds: u64) {
        self.spec.timeout = Some(Duration::from_millis(milliseconds));
    }

    /// `max_output = …`
    pub fn max_output(&mut self, bytes: usize) {
        self.spec.max_output = Some(bytes);
    }

    /// `concurrency = …`
    pub fn concurrency(&mut self, calls: u32) {
        self.spec.concurrency = Some(Concurrency { calls, per_caller: None });
    }

    /// `concurrency(…, per_caller = …)`
    pub fn concurrency_per_caller(&mut self, calls: u32, per_caller: u32) {
        self.spec.concurrency = Some(Concurrency { calls, per_caller: Some(per_caller) });
    }

    /// `audit_output = …`
    pub fn audit_output(&mut self, output: AuditOutput) {
        self.spec.audit_output = Some(output);
    }

    /// The kinds, media and patterns in `releases(…)`
    pub fn releases(&mut self, names: &[&'static str]) {
        for name in names {
            match Media::of(name) {
                Some(media) => self.spec.media.push(media),
                None => self.spec.releases.push(name),
            }
        }
    }

    /// One class in `releases(…)`
    pub fn releases_class(&mut self, class: &'static str) {
        if !self.spec.classes.contains(&class) {
            self.spec.classes.push(class);
        }
    }

    /// `only_in(…)`
    pub fn only_in(&mut self, environments: &'static [&'static str]) {
        self.spec.only_in = environments;
    }

    /// A function that is not async.
    pub fn blocking(&mut self) {
        self.spec.blocking = true;
    }

    /// A body that reports progress.
    pub fn progress(&mut self) {
        self.spec.progress = true;
    }

    /// `after(…, within = …)`
    pub fn after(&mut self, earlier: Earlier, milliseconds: u64) {
        self.spec.after = Some(After { tool: earlier.0, within: Duration::from_millis(milliseconds) });
    }

    /// `breaker(failures = …, cooldown = …)`
    pub fn breaker(&mut self, failures: u32, milliseconds: u64) {
        self.spec.breaker = Some(BreakerPolicy { failures, cooldown: Duration::from_millis(milliseconds) });
    }

    /// `mime = "…"`
    pub fn mime(&mut self, media_type: &'static str) {
        self.spec.mime = Some(media_type);
    }

    /// `list = …`
    pub fn list(&mut self, list: List<S>) {
        self.listing = Some(list.run);
    }

    /// `#[arg(complete = …)]`
    pub fn complete(&mut self, argument: &'static str, complete: Complete<S>) {
        self.completions.push((argument, complete.run));
    }

    /// Adds an argument; the body finds it in the returned slot.
    pub fn argument<R: Reader>(&mut self, argument: Argument<R>) -> Slot<R> {
        let index = self.spec.arguments.len();
        let checked = R::CHECKS > 0;
        self.spec.checks += R::CHECKS;
        self.spec.checks_of_asked += if argument.spec.asked.is_some() { R::CHECKS } else { 0 };
        self.spec.arguments.push(ArgumentSpec { checked, ..argument.spec });
        Slot { index, reader: argument.reader }
    }

    /// Adds the fields of a struct; the body finds it in the returned slot.
    pub fn flatten<T>(&mut self, flattened: Flattened<T>) -> Slot<Flattened<T>> {
        let index = self.spec.arguments.len();
        flattened.declare(&mut self.spec.arguments);
        Slot { index, reader: flattened }
    }

    /// Sets what the body returns.
    pub fn output<R>(&mut self, (shape, outlet): (Shape, Outlet<R>)) -> Outlet<R> {
        self.spec.output = shape.schema;
        self.spec.held = shape.media;
        self.spec.media_type = outlet.media_type;
        outlet
    }

    /// Puts the body behind the guard.
    pub fn body<F>(self, run: F) -> Tool<S>
    where
        F: Fn(Entry<S>) -> BoxFuture<'static, Result<Released, Rejection>> + Send + Sync + 'static,
    {
        let (spec, runs) = self.guarded(run);
        Tool { spec, runs }
    }

    /// Puts the body of a resource behind the guard.
    pub fn resource<F>(self, run: F) -> GuardedResource<S>
    where
        F: Fn(Entry<S>) -> BoxFuture<'static, Result<Released, Rejection>> + Send + Sync + 'static,
    {
        let (spec, runs) = self.guarded(run);
        GuardedResource { spec, runs }
    }

    /// Puts the body of a prompt behind the guard.
    pub fn prompt<F>(self, run: F) -> GuardedPrompt<S>
    where
        F: Fn(Entry<S>) -> BoxFuture<'static, Result<Released, Rejection>> + Send + Sync + 'static,
    {
        let (spec, runs) = self.guarded(run);
        GuardedPrompt { spec, runs }
    }

    fn guarded<F>(self, run: F) -> (Spec, Runs<Run<S>>)
    where
        F: Fn(Entry<S>) -> BoxFuture<'static, Result<Released, Rejection>> + Send + Sync + 'static,
    {
        let Self { spec, listing, completions } = self;
        (spec, Runs { body: Box::new(run), listing, completions })
    }
}
