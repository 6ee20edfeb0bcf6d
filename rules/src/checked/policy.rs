//! Who may call an item, how often, and who is asked before.

use std::ops::Deref;

use proc_macro2::Ident;
use syn::LitStr;

use super::{Setting, Unresolved, narrow};
use crate::model::{Param, Source, Tool};
use crate::syntax::concurrency;
use crate::syntax::confirm::{self, Template};
use crate::syntax::owner::{self, Unproven};
use crate::syntax::rate::{self, Per};
use crate::syntax::scope::{self, ScopeItem};
use crate::syntax::units::Unit;

/// A list with something in it.
pub(crate) struct NonEmpty<T>(Vec<T>);

impl<T> NonEmpty<T> {
    pub(super) fn of(items: impl IntoIterator<Item = T>, what: &'static str) -> Result<Self, Unresolved> {
        let items: Vec<T> = items.into_iter().collect();
        if items.is_empty() { Err(Unresolved(what)) } else { Ok(Self(items)) }
    }
}

impl<T> Deref for NonEmpty<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// Which scopes a caller needs.
pub(crate) enum Scope<'t> {
    All(NonEmpty<&'t ScopeItem>),
    Any(NonEmpty<&'t ScopeItem>),
    /// None, for a reason.
    Public(&'t LitStr),
}

impl<'t> Scope<'t> {
    pub(super) fn of(scope: &'t scope::Scope) -> Result<Self, Unresolved> {
        Ok(match scope {
            scope::Scope::All(items) => Self::All(NonEmpty::of(items, "`scope`")?),
            scope::Scope::Any(items) => Self::Any(NonEmpty::of(items, "`scope`")?),
            scope::Scope::Public { reason, .. } => Self::Public(reason),
        })
    }
}

/// Whose the item's objects are.
pub(crate) enum Owner<'t> {
    Bound(NonEmpty<Binding<'t>>),
    /// Nobody's, for a reason.
    Unowned(&'t LitStr),
}

/// A parameter that `owner` names, and how it binds the item to its caller.
pub(crate) struct Binding<'t> {
    pub(crate) param: &'t Param,
    pub(crate) by: BoundBy<'t>,
}

pub(crate) enum BoundBy<'t> {
    /// The body binds its queries to the caller; the reason says why that is not proven of its answer.
    Caller { unproven: Option<&'t LitStr> },
    /// The state tells the owner of a key.
    Key,
    /// The guard loads the object.
    Object,
}

impl<'t> Owner<'t> {
    pub(super) fn of(tool: &'t Tool, owner: &'t owner::Owner) -> Result<Self, Unresolved> {
        Ok(match owner {
            owner::Owner::Parameters(names, unproven) => {
                let bindings =
                    names.iter().map(|name| Binding::of(tool, name, unproven)).collect::<Result<Vec<_>, _>>()?;
                Self::Bound(NonEmpty::of(bindings, "`owner`")?)
            }
            owner::Owner::Unowned { reason, .. } => Self::Unowned(reason),
        })
    }
}

impl<'t> Owner<'t> {
    /// The parameter that is the caller, and the reason why the answer is not proven to be the caller's, if there is one.
    pub(crate) fn caller(&self) -> Option<(&'t Param, Option<&'t LitStr>)> {
        let Self::Bound(bindings) = self else { return None };
        bindings.iter().find_map(|binding| match binding.by {
            BoundBy::Caller { unproven } => Some((binding.param, unproven)),
            BoundBy::Key | BoundBy::Object => None,
        })
    }
}

impl<'t> Binding<'t> {
    fn of(tool: &'t Tool, name: &Ident, unproven: &'t [Unproven]) -> Result<Self, Unresolved> {
        let param = tool.param(name).ok_or(Unresolved("`owner`"))?;
        let by = match param.source {
            Source::Caller => {
                BoundBy::Caller { unproven: unproven.iter().find(|said| said.name == *name).map(|said| &said.reason) }
            }
            Source::Key => BoundBy::Key,
            Source::Owned(_) | Source::OwnedOptional(_) | Source::OwnedMany(_) => BoundBy::Object,
            Source::Call
            | Source::Progress
            | Source::Permit(_)
            | Source::State
            | Source::Object(_)
            | Source::Plain
            | Source::Flattened
            | Source::Unlendable => return Err(Unresolved("`owner`")),
        };
        Ok(Self { param, by })
    }
}

/// Who is asked before the item runs.
pub(crate) enum Confirm<'t> {
    Client(Question<'t>),
    Operator(Question<'t>),
    /// Nobody, for a reason.
    Never(&'t LitStr),
}

pub(crate) struct Question<'t> {
    pub(crate) text: &'t LitStr,
    pub(crate) pieces: Vec<Piece<'t>>,
}

/// A part of a question.
#[derive(PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    /// The argument of this name on the wire.
    Argument(&'t str),
    /// The field of this name in a struct whose fields are arguments.
    Field(&'t str),
}

impl<'t> Confirm<'t> {
    pub(super) fn of(tool: &'t Tool, confirm: &'t confirm::Confirm) -> Result<Self, Unresolved> {
        Ok(match confirm {
            confirm::Confirm::Client(template) => Self::Client(Question::of(tool, template)?),
            confirm::Confirm::Operator(template) => Self::Operator(Question::of(tool, template)?),
            confirm::Confirm::Never { reason, .. } => Self::Never(reason),
        })
    }

    /// The question, if one is asked.
    pub(crate) fn question(&self) -> Option<&Question<'t>> {
        match self {
            Self::Client(question) | Self::Operator(question) => Some(question),
            Self::Never(_) => None,
        }
    }
}

impl<'t> Question<'t> {
    pub(super) fn of(tool: &'t Tool, template: &'t Template) -> Result<Self, Unresolved> {
        let pieces = template.pieces.iter().map(|piece| match piece {
            confirm::Piece::Text(text) => Ok(Piece::Text(text)),
            confirm::Piece::Parameter(name) => match tool.argument(name) {
                Some(param) => Ok(Piece::Argument(&param.wire_name)),
                None if tool.has_known_fields() => Ok(Piece::Field(name)),
                None => Err(Unresolved("question")),
            },
        });
        Ok(Self { text: &template.text, pieces: pieces.collect::<Result<_, _>>()? })
    }

    /// Whether it shows the argument of this name.
    pub(crate) fn shows(&self, name: &str) -> bool {
        self.pieces.contains(&Piece::Argument(name))
    }
}

/// How often the item may be called.
pub(crate) struct Rate {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
    pub(crate) burst: Option<u32>,
    pub(crate) per: Per,
}

impl Rate {
    pub(super) fn all_of<'t>(limits: &'t [rate::Limit]) -> Result<Vec<Setting<'t, Self>>, Unresolved> {
        let setting = |limit: &'t rate::Limit| match limit {
            rate::Limit::Known(rate) => Self::of(rate).map(Setting::Known),
            rate::Limit::Constant(expression) => Ok(Setting::Constant(expression)),
        };
        limits.iter().map(setting).collect()
    }

    fn of(rate: &rate::Rate) -> Result<Self, Unresolved> {
        Ok(Self {
            count: narrow(rate.count.value, "`rate`")?,
            unit: rate.unit,
            burst: rate.burst.as_ref().map(|burst| narrow(burst.value, "`rate`")).transpose()?,
            per: rate::whose(rate.per.as_ref()),
        })
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) count: u32,
    pub(crate) per: Per,
}

impl Quota {
    pub(super) fn of(quota: &rate::Quota) -> Result<Self, Unresolved> {
        Ok(Self { count: narrow(quota.count.value, "`quota`")?, per: rate::whose(quota.per.as_ref()) })
    }
}

/// How many calls of the item may run at once.
#[derive(Clone, Copy)]
pub(crate) struct Concurrency {
    pub(crate) calls: u32,
    pub(crate) per_caller: Option<u32>,
}

impl Concurrency {
    pub(super) fn of(concurrency: &concurrency::Concurrency) -> Result<Self, Unresolved> {
        let share = concurrency.per_caller.as_ref();
        Ok(Self {
            calls: narrow(concurrency.calls.value, "`concurrency`")?,
            per_caller: share.map(|share| narrow(share.value, "`concurrency`")).transpose()?,
        })
    }
}
