//! From tools to a server: everything that can be wrong is found here, and all of it at once.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use super::{
    SecureServer,
    options::{MOST_RATE_CELLS, Options},
    publish::Offer,
};
use crate::{
    Alerts, AllowList, Approver, GuardedPrompt, GuardedResource, KeyRing, Revocations, Tool,
    alert::Watch,
    audit::{AuditFailure, AuditOutput, AuditSink, StderrSink},
    catalog::{Arrangement, Runs, Spec, compile},
    completion::offering,
    confirm::{BoxedApprover, boxed},
    guard::{
        Guard, confirm::Confirmations, entry::Run, links::Directory, mask_panics, recorder::Recorder, shared::connect,
        switch::KillSwitch,
    },
    identity::Shares,
    limiter::Limiter,
    output::{Inspect, Inspectors},
    policy::{Budget, Concurrency, Rate},
    store::{CallHistory, Shared, SharedStore, WhenDown},
};

/// Makes the handle of a shared store, once the keys are known.
type MakeShared = Box<dyn FnOnce(&KeyRing) -> Result<Shared, String> + Send>;

/// Puts a server together. Made by [`SecureServer::builder`].
#[must_use = "a builder does nothing until `build()`"]
pub struct ServerBuilder<S> {
    state: Arc<S>,
    items: Vec<(Spec, Runs<Run<S>>)>,
    options: Options,
    sink: Box<dyn AuditSink>,
    approver: Option<BoxedApprover>,
    revocations: Revocations,
    detectors: Vec<Box<dyn Inspect>>,
    alerts: Alerts,
    shared: Option<MakeShared>,
    #[cfg(feature = "otel")]
    meter: Option<opentelemetry::metrics::Meter>,
}

/// Why a server was not built: every problem, not just the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError(Vec<String>);

impl BuildError {
    /// The problems, one sentence each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server cannot be built:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

impl std::error::Error for BuildError {}

impl<S: Send + Sync + 'static> ServerBuilder<S> {
    pub(super) fn new(state: Arc<S>) -> Self {
        Self {
            state,
            items: Vec::new(),
            options: Options::default(),
            sink: Box::new(StderrSink::new()),
            approver: None,
            revocations: Revocations::default(),
            detectors: Vec::new(),
            alerts: Alerts::new(),
            shared: None,
            #[cfg(feature = "otel")]
            meter: None,
        }
    }

    /// Registers a tool: `.tool(Billing::get_invoice())`.
    pub fn tool(mut self, tool: Tool<S>) -> Self {
        self.items.push((tool.spec, tool.runs));
        self
    }

    /// Registers a resource: `.resource(Billing::invoice())`.
    pub fn resource(mut self, resource: GuardedResource<S>) -> Self {
        self.items.push((resource.spec, resource.runs));
        self
    }

    /// Registers a prompt: `.prompt(Billing::dunning_letter())`.
    pub fn prompt(mut self, prompt: GuardedPrompt<S>) -> Self {
        self.items.push((prompt.spec, prompt.runs));
        self
    }

    /// Exposes the tools that are not `read_only`. Without this they are neither listed nor callable.
    pub fn allow_writes(mut self) -> Self {
        self.options.writes = true;
        self
    }

    /// The server's name, as clients show it. `secure-tool` by default.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.options.name = name.into();
        self
    }

    /// The server's version, as clients show it.
    pub fn version(mut self, version: impl Into<Cow<'static, str>>) -> Self {
        self.options.version = version.into();
        self
    }

    /// What a client may tell its model about using this server.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.options.instructions = Some(instructions.into());
        self
    }

    /// Where the audit records go; to standard error ([`StderrSink`](crate::StderrSink)) by default, which is best effort. A log that is to be
    /// evidence goes to a file: [`JsonLines::append`](crate::JsonLines::append).
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.sink = Box::new(sink);
        self
    }

    /// What happens to a call that cannot be recorded; it is refused by default.
    pub fn on_audit_failure(mut self, failure: AuditFailure) -> Self {
        self.options.audit_failure = failure;
        self
    }

    /// How many refused calls of one kind have an audit record of their own within a minute; 10 by default. A kind is one caller (without a credential, one
    /// address), tool, code and check. Those beyond it are counted, and the number is recorded about once a minute while they go on, and when the server is dropped
    /// ([`RefusalBurst`](crate::RefusalBurst)): a caller that is always refused cannot fill the disk. The number takes one record of the next minute's budget.
    ///
    /// All the kinds of one caller together have ten times as many records, and 32 of them are counted apart; what comes beyond those is counted by code and check,
    /// without the tool. So who is refused by every tool leaves at most 100 records a minute and a few dozen numbers, which still add up to all the refusals.
    ///
    /// Only calls that were refused before their body are counted. One that was allowed, asked a person, or may have done something always has its
    /// own record, and [alerts](Self::alerts) count every refusal. A process that is killed loses what was counted in its last minute or two.
    pub fn refusals_recorded(mut self, per_minute: u32) -> Self {
        self.options.refusals_recorded = per_minute;
        self
    }

    /// Which events an operator hears about at once, who is told, and whether the server reacts; see [`Alerts`] for what is on by default.
    pub fn alerts(mut self, alerts: Alerts) -> Self {
        self.alerts = alerts;
        self
    }

    /// The meter of the server's [metrics](crate::guide::audit#metrics). By default it is one of the scope `secure-tool` of the global
    /// provider, as it is when [`build`](Self::build) is called: set the provider before.
    ///
    /// The type is that of `opentelemetry` 0.33.
    #[cfg(feature = "otel")]
    pub fn meter(mut self, meter: opentelemetry::metrics::Meter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Where this server runs: `"production"`, `"staging"`, `"dev"`, or what the deployment calls it, in 1 to 32 of `a-z 0-9 - _`, a letter first.
    ///
    /// It is in every audit record and trace, and decides which tools exist: one that says `only_in("staging", "dev")` is an unknown one
    /// elsewhere. A server with such a tool cannot be built without. Credentials are kept apart by what they are for: give the
    /// authenticator of each environment an audience, or keys, of its own.
    pub fn environment(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.options.environment = Some(name.into());
        self
    }

    /// Lets only some callers in, for all the server's items: `.only_for(clients(["claude-desktop"]))`. For everybody else nothing is listed, and every call is
    /// a call of an unknown tool; their credentials stay good, so that requests which name no item are answered. It can be said several times: a caller has
    /// to be on all the [lists](AllowList). A single item is opened to some callers by its own `only_for`, as in [`Tool::only_for`].
    ///
    /// [`build`](Self::build) fails if a list is empty, or has an empty name.
    pub fn only_for(mut self, list: AllowList) -> Self {
        self.options.only_for.push(list);
        self
    }

    /// A scope that stands in for ownership: support staff whose credential carries it pass for everybody's objects, in every tenant, and
    /// the audit record of such a call says `overridden`. It gives no other right: the tool's own scopes are asked for as of anybody,
    /// an absent object stays absent, and what `owner = caller` binds is the staff member's own. Nobody passes by default.
    ///
    /// Give it to people for a case, not to service accounts for good.
    pub fn override_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.options.override_scope = Some(scope.into());
        self
    }

    /// A scope that stands for others, too: with `.scope_implies("invoices:write", ["invoices:read"])` a credential that carries
    /// `invoices:write` passes where a tool asks for `invoices:read`, and so on along the hierarchy. Without this every scope stands for itself
    /// alone. What a body sees in [`Caller::scopes`](crate::Caller::scopes) is what the credential carries.
    ///
    /// A circle is reported by [`build`](Self::build), and so is a hierarchy that implies the [`override_scope`](Self::override_scope): that one
    /// is given by name or not at all.
    pub fn scope_implies<I>(mut self, scope: impl Into<Cow<'static, str>>, implied: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Cow<'static, str>>,
    {
        self.options.hierarchy.imply(scope.into(), implied.into_iter().map(Into::into));
        self
    }

    /// Who approves the calls of tools with `confirm = operator("…")`: a person outside of the conversation, as a client can confirm to
    /// itself. [`Approvals`](crate::Approvals) is the simple one. A server with such a tool cannot be built without.
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.approver = Some(boxed(approver));
        self
    }

    /// The scope that an approver of calls with `confirm = operator("…")` has to hold, by name: no other scope [implies](Self::scope_implies) it.
    /// Without this everybody approves who is not the caller, belongs to the caller's tenant, and whom the [approver](Self::approver) lets in.
    pub fn approver_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.options.approver_scope = Some(scope.into());
        self
    }

    /// The scope by which an approver decides on calls of other tenants than its own, such as an operator who belongs to none. Without this
    /// nobody does. As [`approver_scope`](Self::approver_scope), it is held by name; it does not replace that one.
    pub fn cross_tenant_approver_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.options.cross_tenant_approver_scope = Some(scope.into());
        self
    }

    /// How long a person has to answer, at the client or as an operator, and how long a question can be answered at all; 2 minutes by default, and an hour
    /// at the most. It does not count towards a tool's timeout.
    pub fn confirmation_timeout(mut self, timeout: Duration) -> Self {
        self.options.confirmation_timeout = timeout;
        self
    }

    /// Who and what is refused although its credential is good, shared with other servers or made before this one. Without it the server
    /// has [one of its own](SecureServer::revocations).
    pub fn revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = revocations;
        self
    }

    /// What of their answers is in the audit record, for tools without `audit_output`. Without this call it is
    /// [`AuditOutput::Digest`] for tools that write and [`AuditOutput::None`] for those that only read.
    pub fn default_audit_output(mut self, output: AuditOutput) -> Self {
        self.options.audit_output = Some(output);
        self
    }

    /// The rate of tools that declare none; 60 a minute per caller and tool by default.
    pub fn default_rate(mut self, rate: Rate) -> Self {
        self.options.default_rate = rate;
        self
    }

    /// A limit that the calls of all tools share, beside each tool's own: `.budget(Rate::new(600, Unit::Minute).per(Per::Tenant))`, or a
    /// [`Quota`](crate::Quota). Each call counts as much as the `cost` of its tool. A budget per tenant or client refuses a caller that has none,
    /// whatever the tool, and one per tool is reported by [`build`](Self::build). There may be up to 8; all of them hold.
    pub fn budget(mut self, budget: impl Into<Budget>) -> Self {
        self.options.budgets.push(budget.into());
        self
    }

    /// The timeout of tools that declare none; 30 s by default, and an hour at the most.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.options.defaults.timeout = timeout;
        self
    }

    /// The most bytes that tools answer which declare no `max_output`; 256 KiB by default.
    pub fn default_max_output(mut self, bytes: usize) -> Self {
        self.options.defaults.max_output = bytes;
        self
    }

    /// The most calls at once of each tool that declares no `concurrency`; 256 by default. At most half of them may be one caller's.
    pub fn default_concurrency(mut self, calls: u32) -> Self {
        self.options.defaults.concurrency = Concurrency { calls, per_caller: None };
        self
    }

    /// The most bodies that may block at once, those of functions that are not `async`, whatever their tools; 256 by default. At most half of
    /// them may be one caller's. A body counts until it ends, also when its call was answered before.
    ///
    /// They run on tokio's blocking threads, of which a runtime has 512
    /// [by default](https://docs.rs/tokio/latest/tokio/runtime/struct.Builder.html#method.max_blocking_threads). Signatures are checked and
    /// files read on the same threads, so keep this well below their number: a runtime with fewer needs a lower one here.
    pub fn blocking_bodies(mut self, bodies: usize) -> Self {
        self.options.blocking_bodies = bodies;
        self
    }

    /// The most bytes of one call's arguments, as compact JSON; 256 KiB by default. A transport takes messages four times as long, as
    /// JSON may be written at length.
    pub fn max_argument_bytes(mut self, bytes: usize) -> Self {
        self.options.settings.max_argument_bytes = bytes;
        self
    }

    /// How deep arguments may nest; 32 by default. More than 100 has no effect: the JSON reader stops there.
    pub fn max_argument_depth(mut self, depth: usize) -> Self {
        self.options.settings.max_argument_depth = depth.min(100);
        self
    }

    /// The secret that this server's processes share, so that each of them understands the confirmations and sessions that another has sealed.
    /// Random for each process by default: what it has sealed is worth nothing to another one, and nothing after a restart. See
    /// [`KeyRing`].
    pub fn keys(mut self, keys: KeyRing) -> Self {
        self.options.keys = Some(keys);
        self
    }

    /// Where the processes of this server count together, and learn of revocations and switches: rates, quotas and budgets are then those of all of them, an
    /// answer to a question counts once, and who is revoked or what is switched off in one is so in all, within half a second as a rule. What is
    /// known of that is never more than 3 seconds old when a tool runs that writes. A call asks the store for its limits, which takes at most
    /// [`LIMIT`](SharedStore::LIMIT); what this process refuses by itself does not get there.
    ///
    /// What was revoked through the same [`revocations`](Self::revocations) before this server was built stays of this process. A switch that was turned stays so in the store, also
    /// when every process has ended.
    ///
    /// There is no default for what happens [when the store is down](WhenDown). A shared store needs [`keys`](Self::keys), and the server has to be built
    /// within a tokio runtime, where a task listens to the store until the server is dropped.
    pub fn shared(mut self, store: impl SharedStore, when_down: WhenDown) -> Self {
        self.shared = Some(Box::new(move |keys| Shared::new(store, when_down, keys)));
        self
    }

    /// The most bytes of one message, on every transport. By default four times [`max_argument_bytes`](Self::max_argument_bytes), and at least
    /// 64 KiB. A longer message is refused before it is read.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.options.max_message_bytes = Some(bytes);
        self
    }

    /// How deep one message may be nested, on every transport; 64 by default. It is checked on the raw bytes, before the message is parsed.
    pub fn max_message_depth(mut self, depth: usize) -> Self {
        self.options.max_message_depth = Some(depth);
        self
    }

    /// How many values and keys one message may have, on every transport; 32,768 by default. It is checked on the raw bytes, before the message
    /// is parsed, as every value takes memory many times its size on the wire.
    pub fn max_message_nodes(mut self, nodes: usize) -> Self {
        self.options.max_message_nodes = Some(nodes);
        self
    }

    /// How many limits are kept apart: (tool, caller) pairs that are active at the same time, several times where a tool has several
    /// limits. Beyond it limits become stricter, never laxer. 2^20 by default; each takes 8 bytes, all of them when the server is built, and as many again if
    /// there is a quota.
    pub fn rate_cells(mut self, cells: usize) -> Self {
        self.options.rate_cells = cells.min(MOST_RATE_CELLS);
        self
    }

    /// Masks an application's own secrets in everything that its tools answer: `.mask_pattern("employee_id", r"EMP-[0-9]{6}")` makes
    /// `[masked: employee_id]` of each, and counts them in the audit record. A tool that has to show them says `releases("employee_id")`.
    ///
    /// The name takes `a-z 0-9 _`. The pattern is a [regular expression](https://docs.rs/regex/latest/regex/#syntax) that is found anywhere in a text, in
    /// linear time, after full-width characters were narrowed and invisible ones removed; a name or a pattern that cannot be is reported by
    /// [`build`](Self::build). Numbers in structured content are not searched, only strings and keys.
    pub fn mask_pattern(mut self, name: impl Into<Cow<'static, str>>, pattern: impl Into<Cow<'static, str>>) -> Self {
        self.options.patterns.push((name.into(), pattern.into()));
        self
    }

    /// Adds a detector that sees every [`Untrusted`](crate::Untrusted) text on its way out, and may mask, replace or refuse it. It must be fast: see
    /// [`Inspect`].
    pub fn inspect(mut self, detector: impl Inspect) -> Self {
        self.detectors.push(Box::new(detector));
        self
    }

    /// Builds the server. Schemas, validators and limits are compiled here, once.
    ///
    /// # Errors
    ///
    /// Every problem at once: no tool, two tools of one name, an argument without a checkable schema, a limit of zero, a default
    /// outside its own bounds, …
    pub fn build(self) -> Result<SecureServer<S>, BuildError> {
        let Self {
            state,
            items,
            options,
            sink,
            approver,
            revocations,
            detectors,
            alerts,
            shared: make_shared,
            #[cfg(feature = "otel")]
            meter,
        } = self;
        let mut problems = Vec::new();
        if items.is_empty() {
            problems.push("it has no tool: add one with `.tool(…)`".to_owned());
        }
        alerts.check(&mut problems);
        let number = items.len();
        let mut inspectors = Inspectors::default();
        problems.extend(detectors.into_iter().filter_map(|detector| inspectors.add(detector).err()));
        let Some(shared) = options.check(Arc::new(inspectors), &mut problems) else { return Err(BuildError(problems)) };
        let runtime = tokio::runtime::Handle::try_current().ok();
        if make_shared.is_some() && options.keys.is_none() {
            problems.push("it has a shared store but no key ring that its processes share: add `.keys(…)`".to_owned());
        }
        if make_shared.is_some() && runtime.is_none() {
            problems.push("it has a shared store and must be built within a Tokio runtime".to_owned());
        }
        let store = make_shared.map(|make| make(&shared.keys).map(Arc::new));
        let store = store.and_then(|made| made.map_err(|problem| problems.push(problem)).ok());
        let history = CallHistory::new(store.as_ref(), &shared.keys);
        let history = history.map_err(|problem| problems.push(problem)).ok();
        #[cfg(feature = "http")]
        let keys = shared.keys.clone();
        let mut offer = Offer::new(&options);
        let mut items = items;
        if let Some(history) = &history {
            let (specs, environment) =
                (items.iter_mut().map(|(spec, _)| spec).collect(), options.environment.as_deref());
            let arrangement = Arrangement { specs, writes: options.writes, environment, history };
            problems.extend(arrangement.arrange().err().unwrap_or_default());
        }
        for (index, (spec, runs)) in items.into_iter().enumerate() {
            let name = spec.name;
            problems.extend(options.missing_for(&spec, approver.is_some()));
            match compile(index, spec, runs, offering::<S>, &shared) {
                Ok(compiled) => problems.extend(offer.add(compiled).err()),
                Err(found) => problems.extend(found.into_iter().map(|problem| format!("`{name}` {problem}"))),
            }
        }
        let Some(history) = history.filter(|_| problems.is_empty()) else { return Err(BuildError(problems)) };
        mask_panics();
        let confirmations =
            Confirmations::new(shared.sealer, approver, options.approver_rules(), options.confirmation_timeout);
        let environment: Option<Arc<str>> = options.environment.as_deref().map(Into::into);
        let watch = Watch::new(alerts, revocations.clone(), environment.clone(), number);
        let kill_switch = Arc::new(KillSwitch::new(options.writes, options.only_for.clone()));
        let threads = Shares::new(options.blocking_bodies, (options.blocking_bodies / 2).max(1));
        let settings = options.settings;
        let recorder = Arc::new(Recorder::new(
            sink,
            options.audit_failure,
            watch,
            #[cfg(feature = "otel")]
            crate::telemetry::Metrics::new(meter),
            environment.clone(),
            options.refusals_recorded,
        ));
        let limiter = Limiter::new(options.rate_cells, offer.has_quota());
        let (catalog, about) = offer.publish(
            options,
            #[cfg(feature = "http")]
            keys,
        );
        let catalog = Arc::new(catalog);
        let directory = Directory { catalog: Arc::clone(&catalog), kill_switch: Arc::clone(&kill_switch) };
        let guard = Guard {
            state,
            catalog,
            resources: Arc::new(directory),
            environment,
            kill_switch,
            revocations,
            limiter,
            shared: store.clone(),
            history: Arc::new(history),
            threads,
            confirmations,
            recorder,
            settings,
        };
        let guard = Arc::new(guard);
        if let (Some(store), Some(runtime)) = (&store, &runtime) {
            connect(&guard, store, runtime);
        }
        Ok(SecureServer { guard, about: Arc::new(about) })
    }
}

impl<S> fmt::Debug for ServerBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("name", &self.options.name)
            .field("items", &self.items.iter().map(|(spec, _)| spec.name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
