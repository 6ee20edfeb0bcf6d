//! An item that every rule accepts. What the syntax left open is decided here, so that the expansion has nothing to decide.
//!
//! A key that may be left out is an `Option`; everything else is present, in the type that the expansion writes.

mod calls;
mod fields;
mod params;
mod policy;

use syn::{Expr, ExprPath, LitStr, Path};

pub(crate) use calls::{After, Breaker};
pub(crate) use fields::Fields;
pub(crate) use params::{Argument, Constraints, Number, Param, Reader};
pub(crate) use policy::{BoundBy, Concurrency, Confirm, NonEmpty, Owner, Piece, Question, Quota, Rate, Scope};

use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages;
use crate::model::{self, Demand, Effect, Home, State, Tool};
use crate::syntax::attribute::{Attribute, AuditOutput};
use crate::syntax::docs::Docs;
use crate::syntax::hints::Hints;
use crate::syntax::idempotent::{self, RepeatedBy};
use crate::syntax::meta::Member;
use crate::syntax::releases::Release;
use crate::syntax::signature::Function;
use crate::syntax::{Parsed, Stated};

/// An item that every rule accepts. Only [`Checked::of`] makes one, and only [`check`](crate::check::check) calls it.
pub(crate) struct Checked<'t> {
    pub(crate) kind: Kind,
    /// What only items of its kind have.
    pub(crate) own: Own<'t>,
    pub(crate) function: &'t Function,
    pub(crate) home: Home,
    pub(crate) state: &'t State,
    /// The runtime crate, if it goes by another name.
    pub(crate) root: Option<&'t Path>,
    /// The name that clients see.
    pub(crate) name: String,
    pub(crate) docs: &'t Docs,
    pub(crate) title: Option<Setting<'t, &'t LitStr>>,
    pub(crate) version: Option<Setting<'t, &'t LitStr>>,
    pub(crate) deprecated: Option<Setting<'t, &'t LitStr>>,
    pub(crate) scope: Scope<'t>,
    pub(crate) owner: Owner<'t>,
    pub(crate) effect: Effect,
    /// Why it is `read_only` although its name says something else.
    pub(crate) read_only: Option<&'t LitStr>,
    pub(crate) confirm: Option<Confirm<'t>>,
    pub(crate) idempotent: Option<Idempotent<'t>>,
    /// None: the server's.
    pub(crate) rates: Vec<Setting<'t, Rate>>,
    pub(crate) quota: Option<Setting<'t, Quota>>,
    pub(crate) cost: Option<Setting<'t, u32>>,
    pub(crate) after: Option<After<'t>>,
    pub(crate) breaker: Option<Breaker>,
    /// Milliseconds, or a constant of the type `Duration`.
    pub(crate) timeout: Option<Setting<'t, u64>>,
    pub(crate) max_output: Option<Setting<'t, usize>>,
    pub(crate) concurrency: Option<Setting<'t, Concurrency>>,
    pub(crate) releases: Option<&'t [Release]>,
    pub(crate) audit_output: Option<AuditOutput>,
    pub(crate) only_in: Option<NonEmpty<&'t LitStr>>,
    pub(crate) hints: Option<&'t Hints>,
    pub(crate) icon: Option<&'t LitStr>,
    pub(crate) meta: Option<&'t [Member]>,
    /// What the parameters ask of a state that is open.
    pub(crate) demands: Vec<Demand<'t>>,
    /// The parameters other than the receiver, in their order.
    pub(crate) params: Vec<Param<'t>>,
}

/// What only items of one kind have.
pub(crate) enum Own<'t> {
    Tool,
    Resource(Resource<'t>),
    Prompt,
}

/// How a call is recognized that was made before. The times are in milliseconds.
pub(crate) enum Idempotent<'t> {
    Key {
        /// The argument, as the model sees it.
        argument: &'t str,
        keep: u64,
    },
    Within(u64),
}

impl<'t> Idempotent<'t> {
    /// How long a key is known if the source does not say: 24 hours.
    const KEEP: u64 = 24 * 60 * 60 * 1000;

    fn of(tool: &'t Tool, idempotent: &'t idempotent::Idempotent) -> Result<Self, Unresolved> {
        Ok(match &idempotent.by {
            RepeatedBy::Key { parameter, keep } => Self::Key {
                argument: &tool.param(parameter).ok_or(Unresolved("`idempotent`"))?.wire_name,
                keep: keep.as_ref().map_or(Self::KEEP, |keep| keep.value),
            },
            RepeatedBy::Arguments(within) => Self::Within(within.value),
        })
    }
}

/// Where a resource is read, and what clients are told of it.
pub(crate) struct Resource<'t> {
    pub(crate) uri: &'t LitStr,
    pub(crate) mime: Option<&'t LitStr>,
    /// The function that lists what there is.
    pub(crate) list: Option<&'t ExprPath>,
}

/// A value that a rule has seen, or an expression that the compiler holds against the rule.
#[derive(Clone, Copy)]
pub(crate) enum Setting<'t, T> {
    Known(T),
    Constant(&'t Expr),
}

impl<'t, T> Setting<'t, T> {
    pub(crate) fn constant(&self) -> Option<&'t Expr> {
        match self {
            Self::Known(_) => None,
            Self::Constant(expression) => Some(expression),
        }
    }
}

/// What is missing although no rule says so: a rule is missing.
#[derive(Debug, PartialEq, Eq)]
struct Unresolved(&'static str);

impl<'t> Checked<'t> {
    /// Decides what the syntax left open. If that is impossible, the rules have let something through: it is refused as a bug.
    pub(crate) fn of(tool: &'t Tool, sink: &Sink) -> Parsed<Self> {
        let noun = tool.kind.grammar().noun;
        Self::resolve(tool)
            .map_err(|Unresolved(what)| sink.refuse(tool.ident(), messages::unresolved(tool.ident(), what, noun)))
    }

    fn resolve(tool: &'t Tool) -> Result<Self, Unresolved> {
        // Without `..`: a new key has to be placed here.
        let Attribute {
            uri,
            scope,
            owner,
            rate,
            quota,
            cost,
            read_only,
            destructive,
            confirm,
            idempotent,
            after,
            breaker,
            timeout,
            max_output,
            concurrency,
            releases,
            audit_output,
            mime,
            list,
            only_in,
            name,
            title,
            version,
            deprecated,
            hints,
            icon,
            meta,
            root,
        } = &tool.attribute;
        // The flags are the effect by now, and the name is the item's.
        settled(destructive, "`destructive`")?;
        settled(name, "`name`")?;
        let docs = &tool.function.docs;
        if docs.is_empty() {
            return Err(Unresolved("description"));
        }
        if tool.params.len() != tool.function.parameters.len() {
            return Err(Unresolved("parameters"));
        }
        Ok(Self {
            kind: tool.kind,
            own: match tool.kind {
                Kind::Tool => Own::Tool,
                Kind::Resource => Own::Resource(Resource {
                    uri: stated(uri, "`uri`")?,
                    mime: settled(mime, "`mime`")?,
                    list: settled(list, "`list`")?,
                }),
                Kind::Prompt => Own::Prompt,
            },
            function: &tool.function,
            home: tool.home,
            state: &tool.state,
            root: settled(root, "`crate`")?,
            name: tool.wire_name(),
            docs,
            title: setting(title, "`title`", Ok)?,
            version: setting(version, "`version`", Ok)?,
            deprecated: setting(deprecated, "`deprecated`", Ok)?,
            scope: Scope::of(stated(scope, "`scope`")?)?,
            owner: Owner::of(tool, stated(owner, "`owner`")?)?,
            effect: tool.effect(),
            read_only: settled(read_only, "`read_only`")?.and_then(|read_only| read_only.reason.as_ref()),
            confirm: settled(confirm, "`confirm`")?.map(|confirm| Confirm::of(tool, confirm)).transpose()?,
            idempotent: settled(idempotent, "`idempotent`")?
                .map(|idempotent| Idempotent::of(tool, idempotent))
                .transpose()?,
            rates: settled(rate, "`rate`")?.map_or_else(|| Ok(Vec::new()), |rates| Rate::all_of(&rates.value))?,
            quota: setting(quota, "`quota`", Quota::of)?,
            cost: setting(cost, "`cost`", |cost| narrow(cost.value, "`cost`"))?,
            after: settled(after, "`after`")?.map(After::of),
            breaker: settled(breaker, "`breaker`")?.map(Breaker::of).transpose()?,
            timeout: setting(timeout, "`timeout`", |timeout| Ok(timeout.value))?,
            max_output: setting(max_output, "`max_output`", |size| narrow(size.value, "`max_output`"))?,
            concurrency: setting(concurrency, "`concurrency`", Concurrency::of)?,
            releases: settled(releases, "`releases`")?.map(Vec::as_slice),
            audit_output: settled(audit_output, "`audit_output`")?.copied(),
            only_in: settled(only_in, "`only_in`")?
                .map(|only_in| NonEmpty::of(&only_in.names, "`only_in`"))
                .transpose()?,
            hints: settled(hints, "`hints`")?,
            icon: settled(icon, "`icon`")?,
            meta: settled(meta, "`meta`")?.map(Vec::as_slice),
            demands: tool.params.iter().filter_map(model::Param::demand).collect(),
            params: Param::all_of(tool)?,
        })
    }

    /// Each parameter beside its position, by which generated variables are named.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (usize, &Param<'t>)> {
        self.params.iter().enumerate()
    }

    /// The arguments, each beside its position among the parameters.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (usize, &Argument<'t>)> {
        self.positions().filter_map(|(position, param)| match param {
            Param::Argument(argument) => Some((position, &**argument)),
            Param::Caller
            | Param::Call
            | Param::Progress
            | Param::State
            | Param::Object(_)
            | Param::Permit(_)
            | Param::Flattened(_) => None,
        })
    }
}

/// What an optional key says.
fn settled<'t, T>(stated: &'t Stated<T>, what: &'static str) -> Result<Option<&'t T>, Unresolved> {
    match stated {
        Stated::Absent => Ok(None),
        Stated::Given(value) => Ok(Some(value)),
        Stated::Broken | Stated::Constant(_) => Err(Unresolved(what)),
    }
}

/// What a key says whose value may be for the compiler to know.
fn setting<'t, T, U>(
    stated: &'t Stated<T>,
    what: &'static str,
    of: impl FnOnce(&'t T) -> Result<U, Unresolved>,
) -> Result<Option<Setting<'t, U>>, Unresolved> {
    if let Some(expression) = stated.constant() {
        return Ok(Some(Setting::Constant(expression)));
    }
    settled(stated, what)?.map(|value| of(value).map(Setting::Known)).transpose()
}

/// What a required key says.
fn stated<'t, T>(stated: &'t Stated<T>, what: &'static str) -> Result<&'t T, Unresolved> {
    settled(stated, what)?.ok_or(Unresolved(what))
}

/// A number in the type that the runtime takes.
fn narrow<T: TryFrom<u64>>(number: u64, what: &'static str) -> Result<T, Unresolved> {
    T::try_from(number).map_err(|_| Unresolved(what))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{Checked, Unresolved};
    use crate::errors::Errors;
    use crate::kind::Kind;
    use crate::model::Tool;
    use crate::syntax::attribute::Attribute;
    use crate::syntax::signature::Function;

    /// Resolves a tool without the rules: what is missing, and the messages about it.
    fn missing(attribute: TokenStream, item: TokenStream) -> (Option<Unresolved>, Vec<String>) {
        let errors = Errors::new();
        let attribute = Attribute::parse(Kind::Tool, attribute, &errors.sink());
        let gap = Function::parse(Kind::Tool, &item, &errors.sink()).ok().and_then(|function| {
            let tool = Tool::new(Kind::Tool, attribute, function);
            assert_eq!(Checked::of(&tool, &errors.sink()).is_err(), Checked::resolve(&tool).is_err());
            Checked::resolve(&tool).err()
        });
        (gap, errors.into_texts())
    }

    #[test]
    fn what_no_rule_refused_is_refused_as_a_bug() {
        let item = quote!(
            /// Read.
            fn f(&self, caller: &Caller) {}
        );
        let undocumented = quote!(
            /// Read.
            fn f(&self, caller: &Caller, id: u32) {}
        );
        let lent = quote!(
            /// Read.
            fn f(&self, caller: &mut Caller) {}
        );
        let unnamed = quote!(
            /// Read.
            fn f(&self, caller: &Caller, (a, b): (u32, u32)) {}
        );
        let sound = quote!(scope = "a", owner = caller);
        for (attribute, item, what) in [
            (quote!(owner = caller), item.clone(), "`scope`"),
            (quote!(scope = "a"), item.clone(), "`owner`"),
            (quote!(scope = "a", owner = other), item.clone(), "`owner`"),
            (quote!(scope = "a", owner = caller, confirm = "{other}?"), item.clone(), "question"),
            (quote!(scope = "a", owner = caller, rate = 5000000000 / hour), item.clone(), "`rate`"),
            (quote!(scope = "a", owner = caller, quota = 5000000000 / day), item.clone(), "`quota`"),
            (quote!(scope = "a", owner = caller, cost = 5000000000), item.clone(), "`cost`"),
            (quote!(scope = "a", owner = caller, concurrency = 5000000000), item.clone(), "`concurrency`"),
            (quote!(scope = "a", owner = caller, only_in()), item.clone(), "`only_in`"),
            (quote!(scope = "a", owner = caller, idempotent(key = other)), item.clone(), "`idempotent`"),
            (
                sound.clone(),
                quote!(
                    fn f(&self, caller: &Caller) {}
                ),
                "description",
            ),
            (sound.clone(), undocumented, "description of an argument"),
            (quote!(scope = "a", owner = unowned("why")), lent, "parameters"),
            (sound.clone(), unnamed, "parameters"),
        ] {
            let (gap, said) = missing(attribute, item);
            assert_eq!(gap, Some(Unresolved(what)));
            assert_eq!(said.len(), 1, "{said:#?}");
            assert!(said.iter().all(|text| text.contains(what) && text.contains("a bug in secure-tool")), "{said:#?}");
        }
        let (gap, said) = missing(sound, item);
        assert!(gap.is_none() && said.is_empty(), "{gap:?} {said:?}");
    }
}
