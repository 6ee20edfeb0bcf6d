//! Builds a server from its items and options, and reports all mistakes at once.

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

/// Creates the handle of a shared store, once the keys are known.
type MakeShared = Box<dyn FnOnce(&KeyRing) -> Result<Shared, String> + Send>;

/// Builds a [`SecureServer`]. Created by [`SecureServer::builder`].
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

/// Why a server could not be built: every problem, not only the first.
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

    /// The name of the server, as clients show it; `secure-tool` by default.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.options.name = name.into();
        self
    }

    /// The version of the server, as clients show it.
    pub fn version(mut self, version: impl Into<Cow<'static, str>>) -> Self {
        self.options.version = version.into();
        self
    }

    /// Instructions on how to use this server, which a client may pass to its model.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.options.instructions = Some(instructions.into());
        self
    }

    /// Where the audit records go. The default, standard error ([`StderrSink`](crate::StderrSink)), is best effort. Write a log that has to serve as
    /// evidence to a file: [`JsonLines::append`](crate::JsonLines::append).
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.sink = Box::new(sink);
        self
    }

    /// What happens to a call that cannot be recorded; it is refused by default.
    pub fn on_audit_failure(mut self, failure: AuditFailure) -> Self {
        self.options.audit_failure = failure;
        self
    }

    /// How many refused calls of one kind get their own audit record within a minute; 10 by default. A kind is a combination of caller (without a
    /// credential: address), tool, code and check. Refusals beyond that number are only counted, and the count is recorded about once a minute while
    /// they continue, and when the server is dropped ([`RefusalBurst`](crate::RefusalBurst)), so a caller that is always refused cannot fill the
    /// disk. The count uses one record of the next minute's budget.
    ///
    /// All kinds of one caller together get ten times as many records, and 32 of them are counted separately; any others are counted by code and
    /// check, without the tool. So a caller that is refused by every tool leaves at most 100 records per minute and a few dozen counts, which still
    /// add up to all refusals.
    ///
    /// Only calls that were refused before their body are aggregated. A call that was allowed, that asked a person, or that may have done something
    /// always gets its own record, and [alerts](Self::alerts) count every refusal. A process that is killed loses the counts of its last minute or
    /// two.
    pub fn refusals_recorded(mut self, per_minute: u32) -> Self {
        self.options.refusals_recorded = per_minute;
        self
    }

    /// Which events raise an alert, where alerts are sent, and whether the server reacts; see [`Alerts`] for the defaults.
    pub fn alerts(mut self, alerts: Alerts) -> Self {
        self.alerts = alerts;
        self
    }

    /// The meter of the server's [metrics](crate::guide::audit#metrics). By default it is a meter with the scope `secure-tool` of the global provider
    /// at the time of [`build`](Self::build), so set the provider before.
    ///
    /// The type is from `opentelemetry` 0.33.
    #[cfg(feature = "otel")]
    pub fn meter(mut self, meter: opentelemetry::metrics::Meter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Where this server runs: `"production"`, `"staging"`, `"dev"`, or any other name of 1 to 32 characters of `a-z 0-9 - _` that starts with a
    /// letter.
    ///
    /// It appears in every audit record and trace, and decides which tools exist: a tool with `only_in("staging", "dev")` is unknown elsewhere. For a
    /// server with such a tool, [`build`](Self::build) fails without an environment. Credentials must be separated by their purpose: give the
    /// authenticator of each environment its own audience or keys.
    pub fn environment(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.options.environment = Some(name.into());
        self
    }

    /// Admits only certain callers, for all items of the server: `.only_for(clients(["claude-desktop"]))`. For all other callers nothing is listed,
    /// and every call is a call of an unknown tool; their credentials stay valid, so requests that name no item are still answered. If it is set
    /// several times, a caller has to be on all the [lists](AllowList). To restrict a single item, use its own `only_for`, as in [`Tool::only_for`].
    ///
    /// [`build`](Self::build) fails if a list is empty or contains an empty name.
    pub fn only_for(mut self, list: AllowList) -> Self {
        self.options.only_for.push(list);
        self
    }

    /// A scope that replaces ownership: support staff whose credential carries it may access the objects of every owner, in every tenant, and the
    /// audit record of such a call says `overridden`. It grants nothing else: the tool's own scopes are still required, an absent object stays
    /// absent, and `owner = caller` still means the staff member. There is no such scope by default.
    ///
    /// Grant it to people for a single case, not permanently to service accounts.
    pub fn override_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.options.override_scope = Some(scope.into());
        self
    }

    /// Declares that a scope implies others: with `.scope_implies("invoices:write", ["invoices:read"])` a credential that carries `invoices:write`
    /// also satisfies a tool that requires `invoices:read`, and so on along the hierarchy. By default no scope implies another.
    /// [`Caller::scopes`](crate::Caller::scopes) shows the scopes that the credential carries, without the implied ones.
    ///
    /// [`build`](Self::build) fails if there is a cycle, or if the hierarchy implies the [`override_scope`](Self::override_scope), which a credential
    /// must carry explicitly.
    pub fn scope_implies<I>(mut self, scope: impl Into<Cow<'static, str>>, implied: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Cow<'static, str>>,
    {
        self.options.hierarchy.imply(scope.into(), implied.into_iter().map(Into::into));
        self
    }

    /// Who approves the calls of tools with `confirm = operator("…")`: a person outside of the conversation, because a client could confirm its own
    /// calls. [`Approvals`](crate::Approvals) is a simple implementation. For a server with such a tool, [`build`](Self::build) fails without an
    /// approver.
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.approver = Some(boxed(approver));
        self
    }

    /// The scope that an approver of calls with `confirm = operator("…")` must hold explicitly: no other scope [implies](Self::scope_implies) it.
    /// Without it, anyone may approve whom the [approver](Self::approver) accepts, who belongs to the tenant of the caller and is not the caller.
    pub fn approver_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.options.approver_scope = Some(scope.into());
        self
    }

    /// The scope that allows an approver to decide on calls of other tenants, for example an operator who belongs to none. Without it nobody can.
    /// Like [`approver_scope`](Self::approver_scope), it must be held explicitly; it does not replace that scope.
    pub fn cross_tenant_approver_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.options.cross_tenant_approver_scope = Some(scope.into());
        self
    }

    /// How long a person at the client, or an operator, has to answer a question before it expires; 2 minutes by default, and at most an hour. It
    /// does not count towards a tool's timeout.
    pub fn confirmation_timeout(mut self, timeout: Duration) -> Self {
        self.options.confirmation_timeout = timeout;
        self
    }

    /// The revocations that this server uses, if they are shared with other servers or created before this one. By default the server has [its
    /// own](SecureServer::revocations).
    pub fn revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = revocations;
        self
    }

    /// What the audit record holds of the answers of tools without `audit_output`. By default it is [`AuditOutput::Digest`] for tools that write and
    /// [`AuditOutput::None`] for those that only read.
    pub fn default_audit_output(mut self, output: AuditOutput) -> Self {
        self.options.audit_output = Some(output);
        self
    }

    /// The rate of tools that do not declare one; by default 60 calls per minute for each caller and tool.
    pub fn default_rate(mut self, rate: Rate) -> Self {
        self.options.default_rate = rate;
        self
    }

    /// A limit that the calls of all tools share, in addition to each tool's own: `.budget(Rate::new(600, Unit::Minute).per(Per::Tenant))`, or a
    /// [`Quota`](crate::Quota). Each call counts as much as the `cost` of its tool. A budget per tenant or client refuses callers without a tenant or
    /// client, for every tool; a budget per tool makes [`build`](Self::build) fail. There may be up to 8 budgets, and all of them apply.
    pub fn budget(mut self, budget: impl Into<Budget>) -> Self {
        self.options.budgets.push(budget.into());
        self
    }

    /// The timeout of tools that do not declare one; 30 seconds by default, and at most an hour.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.options.defaults.timeout = timeout;
        self
    }

    /// The maximum size in bytes of the answers of tools that do not declare `max_output`; 256 KiB by default.
    pub fn default_max_output(mut self, bytes: usize) -> Self {
        self.options.defaults.max_output = bytes;
        self
    }

    /// The maximum number of concurrent calls of each tool that does not declare `concurrency`; 256 by default. One caller may use at most half of
    /// them.
    pub fn default_concurrency(mut self, calls: u32) -> Self {
        self.options.defaults.concurrency = Concurrency { calls, per_caller: None };
        self
    }

    /// The maximum number of blocking bodies, which are functions that are not `async`, that run at once across all tools; 256 by default. One caller
    /// may use at most half of them. A body counts until it ends, even if its call was answered before.
    ///
    /// They run on Tokio's blocking threads, of which a runtime has 512 [by
    /// default](https://docs.rs/tokio/latest/tokio/runtime/struct.Builder.html#method.max_blocking_threads). Signatures are verified and files are
    /// read on the same threads, so keep this well below their number and lower it for a runtime with fewer.
    pub fn blocking_bodies(mut self, bodies: usize) -> Self {
        self.options.blocking_bodies = bodies;
        self
    }

    /// The maximum size of the arguments of one call as compact JSON, in bytes; 256 KiB by default. Transports accept messages of four times that
    /// size, because JSON is not always compact.
    pub fn max_argument_bytes(mut self, bytes: usize) -> Self {
        self.options.settings.max_argument_bytes = bytes;
        self
    }

    /// How deeply arguments may be nested; 32 by default. More than 100 has no effect, because the JSON parser stops there.
    pub fn max_argument_depth(mut self, depth: usize) -> Self {
        self.options.settings.max_argument_depth = depth.min(100);
        self
    }

    /// The secret that the processes of this server share, so that each of them can open the confirmations and sessions that another has sealed. By
    /// default every process has a random secret, so that no other process can open them, and they are lost with a restart. See [`KeyRing`].
    pub fn keys(mut self, keys: KeyRing) -> Self {
        self.options.keys = Some(keys);
        self
    }

    /// The store in which the processes of this server count together and share revocations and switches: rates, quotas and budgets then apply to all
    /// processes together, an answer to a question is accepted only once, and a revocation or a switch takes effect in all processes, usually within
    /// half a second. When a tool that writes runs, the revocations and switches that it was checked against are never more than 3 seconds old. A
    /// call asks the store for its limits, which takes at most [`LIMIT`](SharedStore::LIMIT); a call that this process refuses by itself does not
    /// reach the store.
    ///
    /// Revocations made through the same [`revocations`](Self::revocations) before this server was built apply only to this process. The position of
    /// a switch is kept in the store even when every process has ended.
    ///
    /// There is no default for what happens [when the store is down](WhenDown). A shared store requires [`keys`](Self::keys), and the server must be
    /// built within a Tokio runtime, where a task listens to the store until the server is dropped.
    pub fn shared(mut self, store: impl SharedStore, when_down: WhenDown) -> Self {
        self.shared = Some(Box::new(move |keys| Shared::new(store, when_down, keys)));
        self
    }

    /// The maximum size of one message in bytes, on every transport. By default four times [`max_argument_bytes`](Self::max_argument_bytes), and at
    /// least 64 KiB. A larger message is refused before it is read.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.options.max_message_bytes = Some(bytes);
        self
    }

    /// How deeply one message may be nested, on every transport; 64 by default. It is checked on the raw bytes, before the message is parsed.
    pub fn max_message_depth(mut self, depth: usize) -> Self {
        self.options.max_message_depth = Some(depth);
        self
    }

    /// How many values and keys one message may have, on every transport; 32,768 by default. It is checked on the raw bytes before the message is
    /// parsed, because a parsed value takes many times the memory of its bytes on the wire.
    pub fn max_message_nodes(mut self, nodes: usize) -> Self {
        self.options.max_message_nodes = Some(nodes);
        self
    }

    /// How many limits are counted separately: one for each pair of a tool and a caller that are active at the same time, or several where a tool has
    /// several limits. Beyond this number limits become stricter, never laxer. The default is 2^20; each takes 8 bytes, all of which are allocated
    /// when the server is built, and the same amount again if there is a quota.
    pub fn rate_cells(mut self, cells: usize) -> Self {
        self.options.rate_cells = cells.min(MOST_RATE_CELLS);
        self
    }

    /// Masks an application's own secrets in the answers of all its tools: `.mask_pattern("employee_id", r"EMP-[0-9]{6}")` replaces each match with
    /// `[masked: employee_id]` and counts them in the audit record. A tool that has to show them declares `releases("employee_id")`.
    ///
    /// The name may contain `a-z 0-9 _`. The pattern is a [regular expression](https://docs.rs/regex/latest/regex/#syntax) that matches anywhere in a
    /// text, in linear time, after full-width characters have been narrowed and invisible ones removed; [`build`](Self::build) reports an invalid
    /// name or pattern. Only strings and keys of structured content are searched, not numbers.
    pub fn mask_pattern(mut self, name: impl Into<Cow<'static, str>>, pattern: impl Into<Cow<'static, str>>) -> Self {
        self.options.patterns.push((name.into(), pattern.into()));
        self
    }

    /// Adds a detector that inspects every [`Untrusted`](crate::Untrusted) text before it leaves, and may mask, replace or refuse it. It must be
    /// fast: see [`Inspect`].
    pub fn inspect(mut self, detector: impl Inspect) -> Self {
        self.detectors.push(Box::new(detector));
        self
    }

    /// Builds the server. Schemas, validators and limits are compiled here, once.
    ///
    /// # Errors
    ///
    /// All problems at once: no tools, two tools with the same name, an argument whose schema cannot be checked, a limit of zero, a default outside
    /// of its own bounds, …
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
            problems.push(
                "it has no tool, resource or prompt: add one with `.tool(…)`, `.resource(…)` or `.prompt(…)`"
                    .to_owned(),
            );
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
