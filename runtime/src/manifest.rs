//! The policy manifest: what a server's tools declare, for reviewers, operators and diffs.

use std::{borrow::Cow, collections::BTreeMap, fmt, time::Duration};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    AllowList, BreakerPolicy,
    audit::AuditOutput,
    catalog::Item,
    confirm::template,
    digest,
    policy::{Budget, Confirm, Confirmation, Effect, Idempotency, Ownership, Quota, Rate, Scope},
};

/// All items of a server with their policies. The order and the serialized form are stable, so a diff shows only changes of the policy. `Display`
/// writes a table.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PolicyManifest {
    /// The version of this format.
    pub version: u16,
    /// The server's name.
    pub server: Cow<'static, str>,
    /// The environment that the server runs in, if it is set.
    pub environment: Option<Cow<'static, str>>,
    /// The lists that every caller of the server has to be on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_for: Vec<AllowList>,
    /// The scope that replaces ownership, if there is one.
    pub override_scope: Option<Cow<'static, str>>,
    /// Which scopes imply others, as declared on the builder.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scope_implies: BTreeMap<Cow<'static, str>, Vec<Cow<'static, str>>>,
    /// The limits that the calls of all tools share.
    pub budgets: Vec<Budget>,
    /// The tools by name.
    pub tools: Vec<ToolPolicy>,
    /// The resources by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourcePolicy>,
    /// The prompts by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<PromptPolicy>,
}

/// The policy of a resource.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ResourcePolicy {
    /// The template of its URIs, or its only URI.
    pub uri: &'static str,
    /// The media type, if it is known before the resource is read.
    pub mime: Option<&'static str>,
    /// Whether `resources/list` includes the URIs of the caller's objects.
    pub lists: bool,
    /// The arguments for which a `complete = …` offers the caller's values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub completes: Vec<&'static str>,
    /// The part of the policy that all kinds of items have.
    #[serde(flatten)]
    pub policy: ToolPolicy,
}

/// The policy of a prompt.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PromptPolicy {
    /// The arguments for which a `complete = …` offers the caller's values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub completes: Vec<&'static str>,
    /// The part of the policy that all kinds of items have.
    #[serde(flatten)]
    pub policy: ToolPolicy,
}

/// The policy of a tool, or of another item.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ToolPolicy {
    /// The name on the wire.
    pub name: &'static str,
    /// The declared version.
    pub version: Option<&'static str>,
    /// What to use instead, if the tool is deprecated.
    pub deprecated: Option<&'static str>,
    /// What it may do.
    pub effect: Effect,
    /// Whether this server exposes it: tools that write only after `allow_writes()`, and tools with `only_in(…)` only in their environments.
    pub exposed: bool,
    /// The environments in which it exists; all if empty.
    pub only_in: Vec<&'static str>,
    /// The lists that a caller has to be on; for other callers it does not exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_for: Vec<AllowList>,
    /// The scopes that it requires.
    pub scope: Scope,
    /// How it is bound to its caller.
    pub owner: Ownership,
    /// The values that the person at the client is asked for before it runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<AskedValue>,
    /// The tool that must have succeeded before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterPolicy>,
    /// When failed calls prevent further calls from starting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerPolicy>,
    /// Who confirms it before it runs.
    pub confirm: Option<Confirmation>,
    /// How it recognizes a call that was made before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<Idempotency>,
    /// How often it may be called; all of these rates apply.
    pub rates: Vec<Rate>,
    /// How many calls are allowed per day.
    pub quota: Option<Quota>,
    /// How many calls each call counts as, in its own limits and in the budgets.
    pub cost: u32,
    /// How long a call may take, in milliseconds.
    #[serde(rename = "timeout_ms", serialize_with = "milliseconds")]
    pub timeout: Duration,
    /// The maximum size of its answer in bytes.
    pub max_output: usize,
    /// How many calls may run concurrently.
    pub concurrency: u32,
    /// How many of them one caller may use.
    pub concurrency_per_caller: u32,
    /// What the audit record holds of its answers.
    pub audit_output: AuditOutput,
    /// What the release scan does not mask in its answers, and the classes of data that it shows.
    pub releases: Vec<&'static str>,
    /// Whether the body runs on the blocking pool.
    pub blocking: bool,
    /// The rules that it opts out of, for an argument or for the tool, with the reasons.
    pub opt_outs: Vec<OptOut>,
    /// Fingerprints of what the model reads.
    pub fingerprints: Fingerprints,
}

/// A value that the person at the client gives.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AskedValue {
    /// The argument.
    pub argument: &'static str,
    /// The question, as written in the source.
    pub question: Cow<'static, str>,
}

/// A tool that must have succeeded before another one.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AfterPolicy {
    /// The tool that comes first, by its name on the wire.
    pub tool: &'static str,
    /// The maximum time between the two calls, in milliseconds.
    #[serde(rename = "within_ms", serialize_with = "milliseconds")]
    pub within: Duration,
    /// The arguments whose objects must be the same.
    pub same: Vec<&'static str>,
}

/// An opt-out of a rule.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OptOut {
    /// The argument, or the parameter that is the caller; `None` if it is about the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<&'static str>,
    /// `unbounded`, `raw`, `not_identity`, `not_credential` or `not_object` for an argument; `unproven` for the caller of a tool whose answers are
    /// not proven to belong to the caller; `read_only` for a tool whose name suggests a deletion.
    pub rule: &'static str,
    /// The reason given in the source.
    pub reason: Cow<'static, str>,
}

/// SHA-256 digests in hexadecimal digits; JSON is hashed in its canonical form (sorted keys, no blanks).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fingerprints {
    /// The digest of the description.
    pub description: String,
    /// The digest of the input schema.
    pub input_schema: String,
    /// The digest of the form that the person at the client fills in, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_schema: Option<String>,
    /// The digest of the output schema, if there is one.
    pub output_schema: Option<String>,
}

pub(crate) fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

impl ResourcePolicy {
    pub(crate) fn of<R>(resource: &Item<R>, exposed: bool, input: &Value, output: Option<&Value>) -> Self {
        Self {
            uri: resource.spec.uri.unwrap_or_default(),
            mime: resource.spec.media_type(),
            lists: resource.listing.is_some(),
            completes: completes(resource),
            policy: ToolPolicy::of(resource, exposed, input, output),
        }
    }
}

impl PromptPolicy {
    pub(crate) fn of<R>(prompt: &Item<R>, exposed: bool, input: &Value) -> Self {
        Self { completes: completes(prompt), policy: ToolPolicy::of(prompt, exposed, input, None) }
    }
}

fn completes<R>(item: &Item<R>) -> Vec<&'static str> {
    item.completions.as_ref().map(|completions| completions.own.to_vec()).unwrap_or_default()
}

impl PolicyManifest {
    /// The policies of the items of all kinds.
    fn items(&self) -> impl Iterator<Item = &ToolPolicy> {
        let resources = self.resources.iter().map(|resource| &resource.policy);
        self.tools.iter().chain(resources).chain(self.prompts.iter().map(|prompt| &prompt.policy))
    }
}

impl ToolPolicy {
    pub(crate) fn of<R>(tool: &Item<R>, exposed: bool, input: &Value, output: Option<&Value>) -> Self {
        let spec = &tool.spec;
        let of_tool = spec.read_only.map(|reason| OptOut { argument: None, rule: "read_only", reason: reason.into() });
        let of_arguments = spec.arguments.iter().flat_map(|argument| {
            argument.opt_outs.iter().map(|(rule, reason)| OptOut {
                argument: Some(argument.name),
                rule,
                reason: reason.clone(),
            })
        });
        let asked = spec.arguments.iter().filter_map(|argument| {
            Some(AskedValue { argument: argument.name, question: template(argument.asked?).into() })
        });
        let unproven = spec.unproven.map(|(argument, reason)| OptOut {
            argument: Some(argument),
            rule: "unproven",
            reason: reason.into(),
        });
        Self {
            name: spec.name,
            version: spec.version,
            deprecated: spec.deprecated,
            effect: spec.effect,
            exposed,
            only_in: spec.only_in.to_vec(),
            only_for: spec.only_for.clone(),
            scope: tool.scope.clone(),
            owner: tool.body.policy.owner.clone(),
            asks: asked.collect(),
            after: tool.body.policy.order.after.as_ref().map(|after| AfterPolicy {
                tool: after.tool,
                within: after.mark.within,
                same: after.mark.arguments.to_vec(),
            }),
            breaker: spec.breaker,
            confirm: spec.confirm.map(confirmation),
            idempotent: spec.idempotent,
            rates: spec.rates.clone(),
            quota: spec.quota,
            cost: spec.cost,
            timeout: tool.limits.timeout,
            max_output: tool.limits.max_output,
            concurrency: tool.limits.concurrency.calls,
            concurrency_per_caller: tool.limits.concurrency.of_caller(),
            audit_output: tool.output.how,
            releases: {
                let media = spec.media.iter().map(|media| media.name());
                spec.releases.iter().chain(&spec.classes).copied().chain(media).collect()
            },
            blocking: spec.blocking,
            opt_outs: of_tool.into_iter().chain(unproven).chain(of_arguments).collect(),
            fingerprints: Fingerprints {
                description: digest::hex(spec.description.as_bytes()),
                input_schema: digest::hex(&digest::canonical(input)),
                asked_schema: tool.body.policy.asks.as_ref().map(|asks| digest::hex(&digest::canonical(&asks.form))),
                output_schema: output.map(|output| digest::hex(&digest::canonical(output))),
            },
        }
    }
}

impl ToolPolicy {
    /// Its limits on the number of calls, in one line.
    fn counted(&self) -> String {
        let rates = self.rates.iter().map(Rate::to_string);
        let limits: Vec<String> = rates.chain(self.quota.map(|quota| quota.to_string())).collect();
        let cost = if self.cost == 1 { String::new() } else { format!("; each counts as {}", self.cost) };
        limits.join("; ") + &cost
    }
}

fn confirmation(confirm: Confirm) -> Confirmation {
    match confirm {
        Confirm::Client(pieces) => Confirmation::Client(template(pieces).into()),
        Confirm::Operator(pieces) => Confirmation::Operator(template(pieces).into()),
        Confirm::Never(reason) => Confirmation::Never(reason.into()),
    }
}

impl fmt::Display for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(question) => write!(f, "the person at the client confirms: {question}"),
            Self::Operator(question) => write!(f, "an operator confirms: {question}"),
            Self::Never(reason) => write!(f, "no confirmation: {reason}"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(scopes) => f.write_str(&scopes.join(" and ")),
            Self::Any(scopes) => f.write_str(&scopes.join(" or ")),
            Self::Public(reason) => write!(f, "public: {reason}"),
        }
    }
}

impl fmt::Display for Ownership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameters(names) => f.write_str(&names.join(", ")),
            Self::Unowned(reason) => write!(f, "unowned: {reason}"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "reads",
            Self::Write => "writes",
            Self::Destroy => "destroys",
        })
    }
}

impl fmt::Display for PolicyManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![["tool", "effect", "scope", "owner", "rate", "limits"].map(str::to_owned)];
        for tool in self.items() {
            let effect = if tool.exposed { tool.effect.to_string() } else { format!("{} (hidden)", tool.effect) };
            rows.push([
                tool.version.map_or_else(|| tool.name.to_owned(), |version| format!("{} {version}", tool.name)),
                effect,
                tool.scope.to_string(),
                tool.owner.to_string(),
                tool.counted(),
                format!(
                    "{:?}, {} KiB, {} at once, {} per caller",
                    tool.timeout,
                    tool.max_output / 1024,
                    tool.concurrency,
                    tool.concurrency_per_caller
                ),
            ]);
        }
        let mut widths = [0; 6];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &rows {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        if let Some(environment) = &self.environment {
            writeln!(f, "this server runs in {environment}")?;
        }
        for list in &self.only_for {
            writeln!(f, "admits only {list}")?;
        }
        if let Some(scope) = &self.override_scope {
            writeln!(f, "callers with {scope} may access the objects of every owner")?;
        }
        for budget in &self.budgets {
            writeln!(f, "all tools together have a budget of {budget}")?;
        }
        for (scope, implied) in &self.scope_implies {
            writeln!(f, "{scope} implies {}", implied.join(", "))?;
        }
        for ResourcePolicy { uri, lists, policy, .. } in &self.resources {
            let listed = if *lists { ", and lists the caller's own" } else { "" };
            writeln!(f, "{}: a resource at {uri}{listed}", policy.name)?;
        }
        for PromptPolicy { policy, .. } in &self.prompts {
            writeln!(f, "{}: a prompt", policy.name)?;
        }
        let of_resources = self.resources.iter().map(|resource| (resource.policy.name, &resource.completes));
        let of_prompts = self.prompts.iter().map(|prompt| (prompt.policy.name, &prompt.completes));
        for (name, completes) in of_resources.chain(of_prompts).filter(|(_, completes)| !completes.is_empty()) {
            writeln!(f, "{name}: completes {} with values of the caller", completes.join(", "))?;
        }
        for tool in self.items() {
            for AskedValue { argument, question } in &tool.asks {
                writeln!(f, "{}: the person at the client gives `{argument}`: {question}", tool.name)?;
            }
            if let Some(AfterPolicy { tool: first, within, same }) = &tool.after {
                let same =
                    if same.is_empty() { String::new() } else { format!(" for the same {}", same.join(" and ")) };
                writeln!(f, "{}: runs only if {first} has succeeded{same} at most {within:?} before", tool.name)?;
            }
            if let Some(BreakerPolicy { failures, cooldown }) = &tool.breaker {
                writeln!(f, "{}: refuses calls for {cooldown:?} after {failures} failures in a row", tool.name)?;
            }
            if let Some(confirm) = &tool.confirm {
                writeln!(f, "{}: {confirm}", tool.name)?;
            }
            if let Some(idempotent) = &tool.idempotent {
                writeln!(f, "{}: {idempotent}", tool.name)?;
            }
            if !tool.only_in.is_empty() {
                writeln!(f, "{}: exists only in {}", tool.name, tool.only_in.join(", "))?;
            }
            for list in &tool.only_for {
                writeln!(f, "{}: exists only for {list}", tool.name)?;
            }
            if tool.audit_output != AuditOutput::None {
                writeln!(f, "{}: records its answers in the audit log as {}", tool.name, tool.audit_output.name())?;
            }
            if !tool.releases.is_empty() {
                writeln!(f, "{}: releases {}", tool.name, tool.releases.join(", "))?;
            }
            for OptOut { argument, rule, reason } in &tool.opt_outs {
                match argument {
                    Some(argument) => writeln!(f, "{}: `{argument}` is {rule}: {reason}", tool.name)?,
                    None => writeln!(f, "{}: it is {rule}, despite its name: {reason}", tool.name)?,
                }
            }
        }
        Ok(())
    }
}
