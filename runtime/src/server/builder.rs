//! From tools to a server: everything that can be wrong is found here, and all of it at once.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use rmcp::model::{Implementation, ServerCapabilities, ServerConfig, ToolAnnotations};
use secure_tool_vocabulary::{deletion_prefix, is_environment, is_policy_scope};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{About, SecureServer};
use crate::{
    Approver, Revocations, Tool,
    audit::{AuditFailure, AuditSink, JsonLines, redact::Redactor},
    confirm::{BoxedApprover, Sealer, boxed},
    guard::{
        Guard, Guarded, Settings,
        confirm::Confirmations,
        entry::{self, Terms, Who},
        mask_panics,
        scope::Needs,
        switch::Board,
    },
    identity::Hierarchy,
    manifest::{PolicyManifest, ToolPolicy},
    output::{
        Rules,
        scan::{Scan, Scanner},
    },
    policy::{Effect, Limits, Ownership, Rate},
    rate::{Quota, RateTable},
    schema::{self, classes, outcome},
    tool::{Confirm, ToolSpec},
    validate::Validator,
};

/// Puts a server together. Made by [`SecureServer::builder`].
#[must_use = "a builder does nothing until `build()`"]
pub struct ServerBuilder<S> {
    state: Arc<S>,
    tools: Vec<Tool<S>>,
    writes: bool,
    name: Cow<'static, str>,
    version: Cow<'static, str>,
    instructions: Option<String>,
    sink: Box<dyn AuditSink>,
    settings: Settings,
    defaults: Limits,
    environment: Option<Cow<'static, str>>,
    override_scope: Option<Cow<'static, str>>,
    hierarchy: Hierarchy,
    approver: Option<BoxedApprover>,
    confirmation_timeout: Duration,
    revocations: Revocations,
    rate_cells: usize,
    patterns: Vec<(Cow<'static, str>, Cow<'static, str>)>,
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

/// As in the attribute: a call that may take longer is a job.
const LONGEST: Duration = Duration::from_secs(3600);
/// 2 GiB of rate limits: more is a mistake.
const MOST_RATE_CELLS: usize = 1 << 28;
/// 8 MiB: a million pairs of tool and caller within the same minute.
const RATE_CELLS: usize = 1 << 20;

impl<S: Send + Sync + 'static> ServerBuilder<S> {
    pub(super) fn new(state: Arc<S>) -> Self {
        Self {
            state,
            tools: Vec::new(),
            writes: false,
            name: Cow::Borrowed("secure-tool"),
            version: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
            instructions: None,
            sink: Box::new(JsonLines::stderr()),
            settings: Settings {
                max_argument_bytes: 256 * 1024,
                max_argument_depth: 32,
                audit_failure: AuditFailure::Refuse,
            },
            defaults: Limits::default(),
            environment: None,
            override_scope: None,
            hierarchy: Hierarchy::default(),
            approver: None,
            confirmation_timeout: Duration::from_secs(120),
            revocations: Revocations::default(),
            rate_cells: RATE_CELLS,
            patterns: Vec::new(),
        }
    }

    /// Registers a tool: `.tool(Billing::get_invoice())`.
    pub fn tool(mut self, tool: Tool<S>) -> Self {
        self.tools.push(tool);
        self
    }

    /// Exposes the tools that are not `read_only`. Without this they are neither listed nor callable.
    pub fn allow_writes(mut self) -> Self {
        self.writes = true;
        self
    }

    /// The server's name, as clients show it. `secure-tool` by default.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The server's version, as clients show it.
    pub fn version(mut self, version: impl Into<Cow<'static, str>>) -> Self {
        self.version = version.into();
        self
    }

    /// What a client may tell its model about using this server.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Where the audit records go; to standard error, as JSON Lines, by default.
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.sink = Box::new(sink);
        self
    }

    /// What happens to a call that cannot be recorded; it is refused by default.
    pub fn on_audit_failure(mut self, failure: AuditFailure) -> Self {
        self.settings.audit_failure = failure;
        self
    }

    /// Where this server runs: `"production"`, `"staging"`, `"dev"`, or what the deployment calls it, in 1 to 32 of `a-z 0-9 - _`, a letter first.
    ///
    /// It is in every audit record and trace, and decides which tools exist: one that says `only_in("staging", "dev")` is an unknown one
    /// elsewhere. A server with such a tool cannot be built without. Credentials are kept apart by what they are for: give the
    /// authenticator of each environment an audience, or keys, of its own.
    pub fn environment(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// A scope that stands in for ownership: support staff whose credential carries it pass for everybody's objects, in every tenant, and
    /// the audit record of such a call says `overridden`. It gives no other right: the tool's own scopes are asked for as of anybody,
    /// an absent object stays absent, and what `owner = caller` binds is the staff member's own. Nobody passes by default.
    ///
    /// Give it to people for a case, not to service accounts for good.
    pub fn override_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.override_scope = Some(scope.into());
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
        self.hierarchy.imply(scope.into(), implied.into_iter().map(Into::into));
        self
    }

    /// Who approves the calls of tools with `confirm = operator("…")`: a person outside of the conversation, as a client can confirm to
    /// itself. [`Approvals`](crate::Approvals) is the simple one. A server with such a tool cannot be built without.
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.approver = Some(boxed(approver));
        self
    }

    /// How long a person has to answer, whoever is asked, and how long a question can be answered at all; 2 minutes by default, and an hour
    /// at the most. It does not count towards a tool's timeout.
    pub fn confirmation_timeout(mut self, timeout: Duration) -> Self {
        self.confirmation_timeout = timeout;
        self
    }

    /// Who and what is refused although its credential is good, shared with other servers or made before this one. Without it the server
    /// has [one of its own](SecureServer::revocations).
    pub fn revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = revocations;
        self
    }

    /// The rate of tools that declare none; 60 a minute per caller and tool by default.
    pub fn default_rate(mut self, rate: Rate) -> Self {
        self.defaults.rate = rate;
        self
    }

    /// The timeout of tools that declare none; 30 s by default, and an hour at the most.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.timeout = timeout;
        self
    }

    /// The most bytes that tools answer which declare no `max_output`; 256 KiB by default.
    pub fn default_max_output(mut self, bytes: usize) -> Self {
        self.defaults.max_output = bytes;
        self
    }

    /// The most calls at once of each tool that declares no `concurrency`; 256 by default.
    pub fn default_concurrency(mut self, calls: u32) -> Self {
        self.defaults.concurrency = calls;
        self
    }

    /// The most bytes of one call's arguments, as compact JSON; 256 KiB by default. A transport takes messages four times as long, as
    /// JSON may be written at length.
    pub fn max_argument_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_argument_bytes = bytes;
        self
    }

    /// How deep arguments may nest; 32 by default. More than 100 has no effect: the JSON reader stops there.
    pub fn max_argument_depth(mut self, depth: usize) -> Self {
        self.settings.max_argument_depth = depth.min(100);
        self
    }

    /// How many rate limits are kept apart: (tool, caller) pairs that are active at the same time. Beyond it limits become stricter, never
    /// laxer. 2^20 by default; each takes 8 bytes, all of them when the server is built.
    pub fn rate_cells(mut self, cells: usize) -> Self {
        self.rate_cells = cells.min(MOST_RATE_CELLS);
        self
    }

    /// Masks an application's own secrets in everything that its tools answer: `.mask_pattern("employee_id", r"EMP-[0-9]{6}")` makes
    /// `[masked: employee_id]` of each, and counts them in the audit record. A tool that has to show them says `releases("employee_id")`.
    ///
    /// The name takes `a-z 0-9 _`. The pattern is a [regular expression](https://docs.rs/regex/latest/regex/#syntax) that is found anywhere in a text, in
    /// linear time, after full-width characters were narrowed and invisible ones removed; a name or a pattern that cannot be is reported by
    /// [`build`](Self::build). Numbers in structured content are not searched, only strings and keys.
    pub fn mask_pattern(mut self, name: impl Into<Cow<'static, str>>, pattern: impl Into<Cow<'static, str>>) -> Self {
        self.patterns.push((name.into(), pattern.into()));
        self
    }

    /// Builds the server. Schemas, validators and limits are compiled here, once.
    ///
    /// # Errors
    ///
    /// Every problem at once: no tool, two tools of one name, an argument without a checkable schema, a limit of zero, a default
    /// outside its own bounds, …
    pub fn build(self) -> Result<SecureServer<S>, BuildError> {
        let mut problems = Vec::new();
        if self.tools.is_empty() {
            problems.push("it has no tool: add one with `.tool(…)`".to_owned());
        }
        if let Some(scope) = self.override_scope.as_deref().filter(|scope| !is_policy_scope(scope)) {
            problems.push(format!("its override scope `{scope}` is no scope token of RFC 6749 without a wildcard"));
        }
        problems.extend(self.hierarchy.problems());
        if let Some(scope) = self.override_scope.as_deref().filter(|scope| self.hierarchy.is_implied(scope)) {
            problems.push(format!(
                "its hierarchy implies the override scope `{scope}`, which a credential has to carry itself"
            ));
        }
        if let Some(name) = self.environment.as_deref().filter(|name| !is_environment(name)) {
            problems.push(format!(
                "its environment `{}` is not named in 1 to 32 of a-z, 0-9, `-`, `_`",
                name.escape_debug()
            ));
        }
        if self.confirmation_timeout.is_zero() || self.confirmation_timeout > LONGEST {
            problems.push(format!("its confirmation timeout is zero or more than {LONGEST:?}"));
        }
        let sealer = match Sealer::new(self.confirmation_timeout) {
            Ok(sealer) => Arc::new(sealer),
            Err(problem) => {
                problems.push(problem);
                return Err(BuildError(problems));
            }
        };
        let mut scanner = Scanner::default();
        for (name, pattern) in self.patterns {
            problems.extend(scanner.add(name, &pattern).err());
        }
        let shared = Shared {
            defaults: self.defaults,
            environment: self.environment.as_deref(),
            override_scope: self.override_scope.as_deref(),
            hierarchy: &self.hierarchy,
            scanner: Arc::new(scanner),
            sealer,
        };
        let mut tools: HashMap<Arc<str>, Arc<Guarded<S>>> = HashMap::with_capacity(self.tools.len());
        let mut policies = Vec::with_capacity(self.tools.len());
        for (index, tool) in self.tools.into_iter().enumerate() {
            let name = tool.name();
            if matches!(tool.spec.confirm, Some(Confirm::Operator(_))) && self.approver.is_none() {
                problems.push(format!("`{name}` is confirmed by an operator, and there is none: add `.approver(…)`"));
            }
            if !tool.spec.only_in.is_empty() && self.environment.is_none() {
                problems.push(format!("`{name}` exists only in some environments: say `.environment(\"…\")`"));
            }
            match guarded(index, tool, &shared) {
                Ok((tool, input, output)) => {
                    policies.push(ToolPolicy::of(&tool, tool.is_offered(self.writes), &input, output.as_ref()));
                    if tools.insert(Arc::clone(&tool.name), Arc::new(tool)).is_some() {
                        problems.push(format!("two tools are called `{name}`: give one of them a `name = \"…\"`"));
                    }
                }
                Err(found) => problems.extend(found.into_iter().map(|problem| format!("`{name}` {problem}"))),
            }
        }
        if !problems.is_empty() {
            return Err(BuildError(problems));
        }
        mask_panics();
        policies.sort_unstable_by_key(|policy| policy.name);
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(self.name.clone(), self.version));
        info.instructions = self.instructions;
        Ok(SecureServer {
            guard: Arc::new(Guard {
                state: self.state,
                tools,
                environment: self.environment.as_deref().map(Into::into),
                board: Board::new(self.writes),
                revocations: self.revocations,
                rates: RateTable::with_cells(self.rate_cells),
                confirmations: Confirmations::new(Arc::clone(&shared.sealer), self.approver, self.confirmation_timeout),
                sink: self.sink,
                settings: self.settings,
            }),
            about: Arc::new(About {
                info,
                manifest: PolicyManifest {
                    version: 1,
                    server: self.name,
                    environment: self.environment,
                    override_scope: self.override_scope,
                    scope_implies: self.hierarchy.declared(),
                    tools: policies,
                },
                max_message_bytes: self.settings.max_argument_bytes.saturating_mul(4).max(64 * 1024),
            }),
        })
    }
}

type Compiled<S> = (Guarded<S>, Value, Option<Value>);

/// What all the tools of a server share.
struct Shared<'b> {
    defaults: Limits,
    environment: Option<&'b str>,
    override_scope: Option<&'b str>,
    hierarchy: &'b Hierarchy,
    scanner: Arc<Scanner>,
    sealer: Arc<Sealer>,
}

fn guarded<S>(index: usize, tool: Tool<S>, shared: &Shared<'_>) -> Result<Compiled<S>, Vec<String>> {
    let Tool { mut spec, run } = tool;
    let mut problems: Vec<String> = spec.scope.problem().into_iter().collect();
    if matches!(&spec.owner, Ownership::Parameters(names) if names.is_empty()) {
        problems.push("names no owner".into());
    }
    let limits = limits(&spec, &shared.defaults);
    let quota = Quota::new(limits.rate.count, limits.rate.unit.period(), limits.rate.burst);
    if quota.is_none() {
        problems.push(format!("has a rate without force: {}", limits.rate));
    }
    if limits.timeout.is_zero() || limits.max_output == 0 || limits.concurrency == 0 {
        problems.push("has a timeout, an output limit or a concurrency of zero".into());
    }
    if limits.timeout > LONGEST {
        problems.push(format!("has a timeout of more than {LONGEST:?}"));
    }
    let unknown =
        |kinds: Vec<_>| kinds.into_iter().map(|kind| format!("releases `{kind}`, which no mask pattern is called"));
    let scan = Scan::new(&shared.scanner, &spec.releases).map_err(|kinds| problems.extend(unknown(kinds))).ok();
    problems.extend(classes::problems(spec.output.as_ref(), &spec.classes, |name| shared.scanner.knows(name)));
    let input = schema::input(&spec.arguments).map_err(|found| problems.extend(found)).ok();
    let validator = input.as_ref().and_then(|input| {
        let compiled = Validator::compile(input);
        compiled.map_err(|error| problems.push(format!("has an input schema that cannot be compiled: {error}"))).ok()
    });
    let (Some(quota), Some(scan), Some(input), Some(validator), true) =
        (quota, scan, input, validator, problems.is_empty())
    else {
        return Err(problems);
    };
    let (output, wrap) = spec.output.take().map(|schema| outcome::publish(schema, &scan, &spec.classes)).unzip();
    let published = publish(&spec, &input, output.as_ref()).map_err(|problem| vec![problem])?;
    let guarded = Guarded {
        index,
        name: spec.name.into(),
        needs: Needs::new(&spec.scope, shared.hierarchy),
        limits,
        quota,
        validator,
        redactor: Redactor::new(&input, &spec.arguments),
        terms: Arc::new(Terms {
            names: spec.arguments.iter().map(|argument| argument.name).collect(),
            defaults: spec.arguments.iter_mut().map(|argument| argument.default.take()).collect(),
            owner: spec.owner.clone(),
            // A public tool has no caller whose scopes could be looked at; it never comes to a comparison, and if it did, nobody passed.
            override_scope: shared.override_scope.filter(|_| !spec.scope.is_public()).map(Into::into),
            checks: spec.checks,
            confirm: confirm(&spec, &shared.sealer),
            places: Arc::new(Semaphore::new(limits.concurrency as usize)),
            rules: Rules {
                limit: limits.max_output,
                wrap: wrap.unwrap_or_default(),
                scan,
                classes: spec.classes.as_slice().into(),
            },
        }),
        here: spec.only_in.is_empty() || shared.environment.is_some_and(|here| spec.only_in.contains(&here)),
        disabled: AtomicBool::new(false),
        published,
        spec,
        run,
    };
    Ok((guarded, input, output))
}

fn confirm(spec: &ToolSpec, sealer: &Arc<Sealer>) -> Option<entry::Confirm> {
    let (who, pieces) = match spec.confirm? {
        Confirm::Client(pieces) => (Who::Client, pieces),
        Confirm::Operator(pieces) => (Who::Operator, pieces),
        Confirm::Never(_) => return None,
    };
    Some(entry::Confirm { who, pieces, sealer: Arc::clone(sealer) })
}

fn limits(spec: &ToolSpec, defaults: &Limits) -> Limits {
    Limits {
        rate: spec.rate.unwrap_or(defaults.rate),
        timeout: spec.timeout.unwrap_or(defaults.timeout),
        max_output: spec.max_output.unwrap_or(defaults.max_output),
        concurrency: spec.concurrency.unwrap_or(defaults.concurrency),
    }
}

/// What `tools/list` shows.
fn publish(spec: &ToolSpec, input: &Value, output: Option<&Value>) -> Result<rmcp::model::Tool, String> {
    let object = |schema: &Value| schema.as_object().cloned().map(Arc::new).ok_or("has a schema that is no object");
    let description = spec.deprecated.map_or_else(
        || spec.description.to_owned(),
        |instead| format!("Deprecated: {instead}\n\n{}", spec.description),
    );
    let mut tool = rmcp::model::Tool::new(spec.name, description, object(input)?);
    tool.title = spec.title.map(str::to_owned);
    tool.output_schema = output.map(object).transpose()?;
    tool.annotations = Some(annotations(spec));
    if let Some(version) = spec.version {
        let mut meta = rmcp::model::MetaObject::new();
        meta.insert("secure-tool/version".into(), version.into());
        tool.meta = Some(meta);
    }
    Ok(tool)
}

/// Every hint is explicit, and says the worse where the attribute does not know better.
fn annotations(spec: &ToolSpec) -> ToolAnnotations {
    let read_only = spec.effect == Effect::ReadOnly;
    let destructive = spec.effect == Effect::Destroy || !read_only && deletion_prefix(spec.name).is_some();
    let mut annotations =
        ToolAnnotations::new().read_only(read_only).destructive(destructive).idempotent(read_only).open_world(true);
    annotations.title = spec.title.map(str::to_owned);
    annotations
}

impl<S> fmt::Debug for ServerBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder").field("name", &self.name).field("tools", &self.tools).finish_non_exhaustive()
    }
}
