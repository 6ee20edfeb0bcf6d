//! An item that every rule accepts. What the syntax left open is decided here, so that the expansion has nothing to decide.
//!
//! A key that may be left out is an `Option`; everything else is present, in the type that the expansion writes.

mod argument;
mod resolve;

use std::ops::Deref;

use syn::{LitStr, Path, Type};

pub(crate) use argument::{Argument, Constraints, Number, Reader};

use crate::kind::Kind;
use crate::model::{self, Demand, Effect, Home, State};
use crate::syntax::docs::Docs;
use crate::syntax::rate::Per;
use crate::syntax::releases::Release;
use crate::syntax::scope::ScopeItem;
use crate::syntax::signature::Function;
use crate::syntax::units::Unit;

/// An item that every rule accepts. Only [`Checked::of`] makes one, and only [`check`](crate::check::check) calls it.
pub(crate) struct Checked<'t> {
    pub(crate) kind: Kind,
    pub(crate) function: &'t Function,
    pub(crate) home: Home,
    pub(crate) state: &'t State,
    /// The runtime crate, if it goes by another name.
    pub(crate) root: Option<&'t Path>,
    /// The name that clients see.
    pub(crate) name: String,
    pub(crate) docs: &'t Docs,
    pub(crate) title: Option<&'t LitStr>,
    pub(crate) version: Option<&'t LitStr>,
    pub(crate) deprecated: Option<&'t LitStr>,
    pub(crate) scope: Scope<'t>,
    pub(crate) owner: Owner<'t>,
    pub(crate) effect: Effect,
    pub(crate) confirm: Option<Confirm<'t>>,
    pub(crate) rate: Option<Rate>,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) max_output: Option<usize>,
    pub(crate) concurrency: Option<u32>,
    pub(crate) releases: Option<&'t [Release]>,
    pub(crate) only_in: Option<NonEmpty<&'t LitStr>>,
    /// What the parameters ask of a state that is open.
    pub(crate) demands: Vec<Demand<'t>>,
    /// The parameters other than the receiver, in their order.
    pub(crate) params: Vec<Param<'t>>,
}

/// A list with something in it.
pub(crate) struct NonEmpty<T>(Vec<T>);

impl<T> NonEmpty<T> {
    fn of(items: impl IntoIterator<Item = T>) -> Option<Self> {
        let items: Vec<T> = items.into_iter().collect();
        (!items.is_empty()).then_some(Self(items))
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

/// Whose the item's objects are.
pub(crate) enum Owner<'t> {
    Bound(NonEmpty<Binding<'t>>),
    /// Nobody's, for a reason.
    Unowned(&'t LitStr),
}

/// A parameter that `owner` names, and how it binds the item to its caller.
pub(crate) struct Binding<'t> {
    pub(crate) param: &'t model::Param,
    pub(crate) by: BoundBy,
}

pub(crate) enum BoundBy {
    /// The body binds its queries to the caller.
    Caller,
    /// The state tells the owner of a key.
    Key,
    /// The guard loads the object.
    Object,
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
    /// The argument of this index.
    Argument(usize),
}

/// How often the item may be called.
pub(crate) struct Rate {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
    pub(crate) burst: Option<u32>,
    pub(crate) per: Per,
}

/// A parameter, by where its value comes from.
pub(crate) enum Param<'t> {
    Caller,
    Call,
    State,
    /// The type is what is permitted.
    Permit(&'t Type),
    Argument(Box<Argument<'t>>),
}

impl<'t> Checked<'t> {
    /// Each parameter beside its position, by which generated variables are named.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (usize, &Param<'t>)> {
        self.params.iter().enumerate()
    }

    /// The arguments, each beside its position among the parameters.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (usize, &Argument<'t>)> {
        self.positions().filter_map(|(position, param)| match param {
            Param::Argument(argument) => Some((position, &**argument)),
            Param::Caller | Param::Call | Param::State | Param::Permit(_) => None,
        })
    }
}

impl<'t> Confirm<'t> {
    /// The question, if one is asked.
    pub(crate) fn question(&self) -> Option<&Question<'t>> {
        match self {
            Self::Client(question) | Self::Operator(question) => Some(question),
            Self::Never(_) => None,
        }
    }
}

impl Question<'_> {
    /// Whether it shows the argument of this index.
    pub(crate) fn shows(&self, index: usize) -> bool {
        self.pieces.contains(&Piece::Argument(index))
    }
}
