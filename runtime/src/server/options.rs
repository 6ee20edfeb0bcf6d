//! The options of the server as a whole, and their checks.

use std::{borrow::Cow, sync::Arc, time::Duration};

use secure_tool_vocabulary::{LONGEST_TIMEOUT, is_environment, is_policy_scope};

use crate::{
    AllowList, KeyRing,
    audit::{AuditFailure, AuditOutput},
    catalog::{Shared, Spec, limit_of},
    confirm::{ApproverRules, Sealer},
    guard::Settings,
    identity::Hierarchy,
    output::{Inspectors, scan::Scanner},
    policy::{Budget, Confirm, Limits, Per, Rate, Unit},
    wire::MessageLimits,
};

/// 2 GiB of rate limits; more is a mistake.
pub(super) const MOST_RATE_CELLS: usize = 1 << 28;
/// 8 MiB: a million pairs of tool and caller within the same minute.
const RATE_CELLS: usize = 1 << 20;
/// Half of the blocking threads that Tokio has by default. The others are for verifying signatures, reading files, and the application.
const BLOCKING_BODIES: usize = 256;

/// A number that a person can read and a disk can hold.
const REFUSALS_RECORDED: u32 = 10;

/// Every budget is checked in every call.
const MOST_BUDGETS: usize = 8;

pub(super) struct Options {
    /// Whether items that change something are exposed.
    pub(super) writes: bool,
    pub(super) name: Cow<'static, str>,
    pub(super) version: Cow<'static, str>,
    pub(super) instructions: Option<String>,
    pub(super) settings: Settings,
    pub(super) audit_failure: AuditFailure,
    /// How many refusals of one kind are recorded within a minute.
    pub(super) refusals_recorded: u32,
    pub(super) defaults: Limits,
    pub(super) default_rate: Rate,
    pub(super) budgets: Vec<Budget>,
    pub(super) audit_output: Option<AuditOutput>,
    pub(super) environment: Option<Cow<'static, str>>,
    pub(super) only_for: Vec<AllowList>,
    pub(super) override_scope: Option<Cow<'static, str>>,
    pub(super) hierarchy: Hierarchy,
    pub(super) confirmation_timeout: Duration,
    pub(super) approver_scope: Option<Cow<'static, str>>,
    pub(super) cross_tenant_approver_scope: Option<Cow<'static, str>>,
    pub(super) rate_cells: usize,
    pub(super) blocking_bodies: usize,
    pub(super) keys: Option<KeyRing>,
    pub(super) max_message_bytes: Option<usize>,
    pub(super) max_message_depth: Option<usize>,
    pub(super) max_message_nodes: Option<usize>,
    /// The application's own mask patterns: name and regular expression.
    pub(super) patterns: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            writes: false,
            name: Cow::Borrowed("secure-tool"),
            version: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
            instructions: None,
            settings: Settings { max_argument_bytes: 256 * 1024, max_argument_depth: 32 },
            audit_failure: AuditFailure::default(),
            refusals_recorded: REFUSALS_RECORDED,
            defaults: Limits::default(),
            default_rate: Rate::new(60, Unit::Minute),
            budgets: Vec::new(),
            audit_output: None,
            environment: None,
            only_for: Vec::new(),
            override_scope: None,
            hierarchy: Hierarchy::default(),
            confirmation_timeout: Duration::from_secs(120),
            approver_scope: None,
            cross_tenant_approver_scope: None,
            rate_cells: RATE_CELLS,
            blocking_bodies: BLOCKING_BODIES,
            keys: None,
            max_message_bytes: None,
            max_message_depth: None,
            max_message_nodes: None,
            patterns: Vec::new(),
        }
    }
}

impl Options {
    /// Checks all options and creates what the items share; `None` if that is not possible at all.
    pub(super) fn check(&self, inspectors: Arc<Inspectors>, problems: &mut Vec<String>) -> Option<Shared<'_>> {
        if let Some(scope) = self.override_scope.as_deref().filter(|scope| !is_policy_scope(scope)) {
            problems.push(format!("its override scope `{scope}` is not a valid scope (RFC 6749, without wildcards)"));
        }
        for (what, scope) in [
            ("approver scope", &self.approver_scope),
            ("approver scope across tenants", &self.cross_tenant_approver_scope),
        ] {
            if let Some(scope) = scope.as_deref().filter(|scope| !is_policy_scope(scope)) {
                problems.push(format!("its {what} `{scope}` is not a valid scope (RFC 6749, without wildcards)"));
            }
        }
        problems.extend(self.hierarchy.problems());
        if let Some(scope) = self.override_scope.as_deref().filter(|scope| self.hierarchy.is_implied(scope)) {
            problems.push(format!(
                "its hierarchy implies the override scope `{scope}`, which a credential must carry explicitly"
            ));
        }
        if let Some(name) = self.environment.as_deref().filter(|name| !is_environment(name)) {
            problems.push(format!(
                "the name of its environment `{}` must consist of 1 to 32 characters of a-z, 0-9, `-` and `_`",
                name.escape_debug()
            ));
        }
        problems.extend(self.only_for.iter().filter_map(AllowList::problem).map(|problem| format!("it {problem}")));
        if self.confirmation_timeout.is_zero() || self.confirmation_timeout > LONGEST_TIMEOUT {
            problems.push(format!("its confirmation timeout is zero or more than {LONGEST_TIMEOUT:?}"));
        }
        if self.refusals_recorded == 0 {
            problems.push("it would record no refusals: `.refusals_recorded(…)` must not be zero".into());
        }
        if self.blocking_bodies == 0 {
            problems.push("it would run no blocking bodies: `.blocking_bodies(…)` must not be zero".into());
        }
        problems.extend(self.budgets.iter().filter_map(budget));
        if self.budgets.len() > MOST_BUDGETS {
            problems.push(format!("it has more than {MOST_BUDGETS} budgets"));
        }
        let keys = self.keys.clone().map_or_else(KeyRing::random, Ok).map_err(|problem| problems.push(problem)).ok()?;
        let sealer = Sealer::new(&keys, self.confirmation_timeout).map(Arc::new);
        let sealer = sealer.map_err(|problem| problems.push(problem)).ok()?;
        let mut scanner = Scanner::default();
        for (name, pattern) in &self.patterns {
            problems.extend(scanner.add(name.clone(), pattern).err());
        }
        Some(Shared {
            defaults: self.defaults,
            default_rate: self.default_rate,
            budgets: &self.budgets,
            audit_output: self.audit_output,
            environment: self.environment.as_deref(),
            override_scope: self.override_scope.as_deref(),
            hierarchy: &self.hierarchy,
            scanner: Arc::new(scanner),
            inspectors,
            sealer,
            keys,
        })
    }

    /// What is required of approvers.
    pub(super) fn approver_rules(&self) -> ApproverRules {
        let scope = |scope: &Option<Cow<'static, str>>| scope.as_deref().map(Into::into);
        ApproverRules {
            scope: scope(&self.approver_scope),
            cross_tenant_scope: scope(&self.cross_tenant_approver_scope),
        }
    }

    /// What the server lacks that this item requires.
    pub(super) fn missing_for(&self, spec: &Spec, has_approver: bool) -> impl Iterator<Item = String> {
        let name = spec.name;
        let approver = (matches!(spec.confirm, Some(Confirm::Operator(_))) && !has_approver).then(|| {
            format!("`{name}` requires confirmation by an operator, but there is no approver: add `.approver(…)`")
        });
        let environment = (!spec.only_in.is_empty() && self.environment.is_none())
            .then(|| format!("`{name}` exists only in some environments: set `.environment(\"…\")`"));
        approver.into_iter().chain(environment)
    }

    /// The limits of a message. It may be four times as long as the arguments in their compact form, because JSON is not always compact, and the
    /// arguments are nested some levels deep in it.
    pub(super) fn message_limits(&self) -> MessageLimits {
        const ENVELOPE: usize = 8;
        let default = MessageLimits::default();
        let bytes = self.settings.max_argument_bytes.saturating_mul(4).max(64 * 1024);
        MessageLimits {
            bytes: self.max_message_bytes.unwrap_or(bytes),
            depth: self.max_message_depth.unwrap_or(default.depth.max(self.settings.max_argument_depth + ENVELOPE)),
            nodes: self.max_message_nodes.unwrap_or(default.nodes),
        }
    }
}

/// Why a budget is not valid.
fn budget(budget: &Budget) -> Option<String> {
    if budget.whose() == Per::Tool {
        return Some(format!("its budget `{budget}` is per tool, but a budget counts the calls of all tools together"));
    }
    limit_of(*budget).is_none().then(|| format!("its budget `{budget}` is zero or too large"))
}
