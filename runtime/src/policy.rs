//! The policy that an item declares. Created by the expansion of the macro, read by the guard and the manifest.

use std::{borrow::Cow, time::Duration};

use secure_tool_vocabulary::is_policy_scope;
use serde::Serialize;

/// What a tool may do. Effects are ordered by the harm that they can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// It changes nothing.
    ReadOnly,
    /// It may create or change data; exposed only by a server built with [`allow_writes`](crate::ServerBuilder::allow_writes).
    Write,
    /// It may destroy data; exposed under the same condition.
    Destroy,
}

/// Who is asked before a tool runs, and the question; `{name}` stands for an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confirmation {
    /// The person at the client.
    Client(Cow<'static, str>),
    /// A person outside of the conversation, through the server's [`Approver`](crate::Approver).
    Operator(Cow<'static, str>),
    /// Nobody, for this reason, although the tool is destructive.
    Never(Cow<'static, str>),
}

/// Who is asked before a tool runs.
#[derive(Clone, Copy, Debug)]
pub enum Confirm {
    /// The person at the client.
    Client(&'static [Piece]),
    /// A person outside of the conversation.
    Operator(&'static [Piece]),
    /// Nobody, for this reason.
    Never(&'static str),
}

/// A part of a question.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Literal text.
    Text(&'static str),
    /// The argument with this name.
    Argument(&'static str),
}

/// The scopes that a call requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// Every one of these.
    All(Vec<Cow<'static, str>>),
    /// One of these is enough.
    Any(Vec<Cow<'static, str>>),
    /// No scope and no identity, for this reason.
    Public(Cow<'static, str>),
}

impl Scope {
    /// Every one of these scopes.
    #[must_use]
    pub fn all(scopes: &[&'static str]) -> Self {
        Self::All(scopes.iter().copied().map(Cow::Borrowed).collect())
    }

    /// One of these scopes.
    #[must_use]
    pub fn any(scopes: &[&'static str]) -> Self {
        Self::Any(scopes.iter().copied().map(Cow::Borrowed).collect())
    }

    /// No scope, for a reason.
    #[must_use]
    pub fn public(reason: &'static str) -> Self {
        Self::Public(Cow::Borrowed(reason))
    }

    pub(crate) fn is_public(&self) -> bool {
        matches!(self, Self::Public(_))
    }

    /// Checks when the server is built what the compiler could not see (`Self::CONST` in a generic `impl`).
    pub(crate) fn problem(&self) -> Option<String> {
        let (Self::All(scopes) | Self::Any(scopes)) = self else { return None };
        if scopes.is_empty() {
            return Some("names no scope [ST12]".into());
        }
        let wrong = scopes.iter().find(|scope| !is_policy_scope(scope))?;
        Some(format!("has the scope `{wrong}`, which is not a valid scope (RFC 6749, without wildcards) [ST12]"))
    }
}

/// How a tool binds objects to its caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ownership {
    /// By these parameters: the caller itself, objects that the guard loads, or keys whose owner it determines.
    Parameters(Vec<Cow<'static, str>>),
    /// Not at all: nothing in it belongs to anybody, for this reason.
    Unowned(Cow<'static, str>),
}

impl Ownership {
    /// Bound by these parameters.
    #[must_use]
    pub fn parameters(names: &[&'static str]) -> Self {
        Self::Parameters(names.iter().copied().map(Cow::Borrowed).collect())
    }

    /// Not bound, for a reason.
    #[must_use]
    pub fn unowned(reason: &'static str) -> Self {
        Self::Unowned(Cow::Borrowed(reason))
    }
}

/// The period of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they say what they are")]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    pub(crate) const fn period(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        })
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

/// Which calls a limit counts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The calls of each caller (tenant and subject).
    #[default]
    Caller,
    /// The calls of all callers of a tenant. A caller without a tenant is refused.
    Tenant,
    /// The calls that come through one client application. A caller without a client is refused.
    Client,
    /// All calls of the tool.
    Tool,
}

impl Per {
    /// Writes it as the end of a limit; nothing for `Caller`.
    fn write(self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Caller => Ok(()),
            Self::Tenant => f.write_str(", per tenant"),
            Self::Client => f.write_str(", per client"),
            Self::Tool => f.write_str(", per tool"),
        }
    }
}

/// How often a tool may be called.
///
/// ```
/// use secure_tool::{Per, Rate, Unit};
///
/// let rate = Rate::new(60, Unit::Minute).burst(10).per(Per::Tenant);
/// assert_eq!(rate.to_string(), "60/minute, burst 10, per tenant");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
    pub(crate) burst: u32,
    pub(crate) per: Per,
}

impl Rate {
    /// `count` calls per unit of time for each caller; all of them may come at once.
    #[must_use]
    pub const fn new(count: u32, unit: Unit) -> Self {
        Self { count, unit, burst: count, per: Per::Caller }
    }

    /// Sets how many calls may come at once; `count` by default.
    #[must_use]
    pub const fn burst(mut self, burst: u32) -> Self {
        self.burst = burst;
        self
    }

    /// Sets which calls are counted together; those of each caller by default.
    #[must_use]
    pub const fn per(mut self, per: Per) -> Self {
        self.per = per;
        self
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.count, self.unit.name())?;
        if self.burst != self.count {
            write!(f, ", burst {}", self.burst)?;
        }
        self.per.write(f)
    }
}

/// How many calls of a tool are allowed per day, from midnight to midnight in UTC.
///
/// A [`Rate`] is replenished gradually; a quota is replenished completely at midnight, and not before. Setting the clock back does not replenish it.
///
/// ```
/// use secure_tool::{Per, Quota};
///
/// let quota = Quota::per_day(500).per(Per::Tenant);
/// assert_eq!(quota.to_string(), "500 until midnight UTC, per tenant");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    #[serde(rename = "per_day")]
    pub(crate) count: u32,
    pub(crate) per: Per,
}

impl Quota {
    /// `count` calls per day for each caller; all of them may come at once.
    #[must_use]
    pub const fn per_day(count: u32) -> Self {
        Self { count, per: Per::Caller }
    }

    /// Sets which calls are counted together; those of each caller by default.
    #[must_use]
    pub const fn per(mut self, per: Per) -> Self {
        self.per = per;
        self
    }
}

impl std::fmt::Display for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} until midnight UTC", self.count)?;
        self.per.write(f)
    }
}

/// How a tool recognizes a call that was made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Idempotency {
    /// By a key that the model generates for each operation.
    #[non_exhaustive]
    Key {
        /// The argument.
        argument: &'static str,
        /// How long the key is remembered after the start of the call, in milliseconds.
        #[serde(rename = "keep_ms", serialize_with = "crate::manifest::milliseconds")]
        keep: Duration,
    },
    /// By its arguments.
    #[non_exhaustive]
    Arguments {
        /// How long the arguments are remembered after the start of the call, in milliseconds.
        #[serde(rename = "within_ms", serialize_with = "crate::manifest::milliseconds")]
        within: Duration,
    },
}

impl Idempotency {
    pub(crate) fn keep(self) -> Duration {
        match self {
            Self::Key { keep, .. } => keep,
            Self::Arguments { within } => within,
        }
    }
}

impl std::fmt::Display for Idempotency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key { argument, keep } => {
                write!(f, "a call with the same `{argument}` gets the answer of the first one, for {keep:?}")
            }
            Self::Arguments { within } => {
                write!(f, "a call with the same arguments within {within:?} gets the answer of the first one")
            }
        }
    }
}

/// A limit that the calls of all tools share; see [`ServerBuilder::budget`](crate::ServerBuilder::budget).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Budget {
    /// A number of calls per period.
    Rate(Rate),
    /// A number of calls until midnight.
    Quota(Quota),
}

impl From<Rate> for Budget {
    fn from(rate: Rate) -> Self {
        Self::Rate(rate)
    }
}

impl From<Quota> for Budget {
    fn from(quota: Quota) -> Self {
        Self::Quota(quota)
    }
}

impl Budget {
    pub(crate) fn whose(self) -> Per {
        match self {
            Self::Rate(rate) => rate.per,
            Self::Quota(quota) => quota.per,
        }
    }
}

impl std::fmt::Display for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rate(rate) => rate.fmt(f),
            Self::Quota(quota) => quota.fmt(f),
        }
    }
}

/// How many calls may run concurrently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Concurrency {
    pub(crate) calls: u32,
    /// `None`: the default.
    pub(crate) per_caller: Option<u32>,
}

impl Concurrency {
    /// How many of them one caller may use; half by default, so that there is room for others.
    pub(crate) fn of_caller(self) -> u32 {
        self.per_caller.unwrap_or(self.calls / 2).max(1)
    }
}

/// The limits of one item: its own or the server's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) max_output: usize,
    pub(crate) concurrency: Concurrency,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_output: 256 * 1024,
            concurrency: Concurrency { calls: 256, per_caller: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn scopes_from_constants_are_checked_again() {
        assert_eq!(Scope::all(&["work"]).problem(), None);
        assert!(Scope::all(&["work *"]).problem().is_some_and(|problem| problem.contains("`work *`")));
        assert!(Scope::any(&[]).problem().is_some());
    }
}
