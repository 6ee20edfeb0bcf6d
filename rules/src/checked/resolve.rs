//! How an item becomes a checked one.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use super::{
    Argument, Binding, BoundBy, Checked, Confirm, NonEmpty, Owner, Param, Piece, Question, Rate, Reader, Scope,
};
use crate::errors::Sink;
use crate::messages;
use crate::model::{self, Source, Tool};
use crate::syntax::attribute::Attribute;
use crate::syntax::confirm::{self, Template};
use crate::syntax::{Parsed, Stated, owner, rate, scope};

/// What is missing although no rule says so: a rule is missing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap(pub(super) &'static str);

impl<'t> Checked<'t> {
    /// Decides what the syntax left open. If that is impossible, the rules have let something through: it is refused as a bug.
    pub(crate) fn of(tool: &'t Tool, sink: &Sink) -> Parsed<Self> {
        let noun = tool.kind.grammar().noun;
        Self::resolve(tool)
            .map_err(|Gap(what)| sink.refuse(tool.ident(), messages::unresolved(tool.ident(), what, noun)))
    }

    fn resolve(tool: &'t Tool) -> Result<Self, Gap> {
        // Without `..`: a new key has to be placed here.
        let Attribute {
            scope,
            owner,
            rate,
            // The two flags are the effect by now.
            read_only: _,
            destructive: _,
            confirm,
            timeout,
            max_output,
            concurrency,
            releases,
            only_in,
            // The name is the item's by now.
            name: _,
            title,
            version,
            deprecated,
            root,
        } = &tool.attribute;
        let docs = &tool.function.docs;
        if docs.is_empty() {
            return Err(Gap("description"));
        }
        if tool.params.len() != tool.function.parameters.len() {
            return Err(Gap("parameters"));
        }
        Ok(Self {
            kind: tool.kind,
            function: &tool.function,
            home: tool.home,
            state: &tool.state,
            root: settled(root, "`crate`")?,
            name: tool.wire_name(),
            docs,
            title: settled(title, "`title`")?,
            version: settled(version, "`version`")?,
            deprecated: settled(deprecated, "`deprecated`")?,
            scope: resolve_scope(stated(scope, "`scope`")?)?,
            owner: resolve_owner(tool, stated(owner, "`owner`")?)?,
            effect: tool.effect(),
            confirm: settled(confirm, "`confirm`")?.map(|confirm| resolve_confirm(tool, confirm)).transpose()?,
            rate: settled(rate, "`rate`")?.map(resolve_rate).transpose()?,
            timeout_ms: settled(timeout, "`timeout`")?.map(|timeout| timeout.value),
            max_output: narrow(settled(max_output, "`max_output`")?.map(|size| size.value), "`max_output`")?,
            concurrency: narrow(settled(concurrency, "`concurrency`")?.map(|calls| calls.value), "`concurrency`")?,
            releases: settled(releases, "`releases`")?.map(Vec::as_slice),
            only_in: match settled(only_in, "`only_in`")? {
                Some(only_in) => Some(NonEmpty::of(&only_in.names).ok_or(Gap("`only_in`"))?),
                None => None,
            },
            demands: tool.params.iter().filter_map(model::Param::demand).collect(),
            params: resolve_params(tool)?,
        })
    }
}

/// What an optional key says.
pub(super) fn settled<'t, T>(stated: &'t Stated<T>, what: &'static str) -> Result<Option<&'t T>, Gap> {
    match stated {
        Stated::Absent => Ok(None),
        Stated::Given(value) => Ok(Some(value)),
        Stated::Broken => Err(Gap(what)),
    }
}

/// What a required key says.
fn stated<'t, T>(stated: &'t Stated<T>, what: &'static str) -> Result<&'t T, Gap> {
    settled(stated, what)?.ok_or(Gap(what))
}

/// A number in the type that the runtime takes.
fn narrow<T: TryFrom<u64>>(number: Option<u64>, what: &'static str) -> Result<Option<T>, Gap> {
    number.map(|number| T::try_from(number).map_err(|_| Gap(what))).transpose()
}

fn resolve_scope(scope: &scope::Scope) -> Result<Scope<'_>, Gap> {
    let list = |items| NonEmpty::of(items).ok_or(Gap("`scope`"));
    Ok(match scope {
        scope::Scope::All(items) => Scope::All(list(items)?),
        scope::Scope::Any(items) => Scope::Any(list(items)?),
        scope::Scope::Public { reason, .. } => Scope::Public(reason),
    })
}

fn resolve_owner<'t>(tool: &'t Tool, owner: &'t owner::Owner) -> Result<Owner<'t>, Gap> {
    Ok(match owner {
        owner::Owner::Parameters(names) => {
            let bindings: Vec<Binding<'t>> =
                names.iter().map(|name| resolve_binding(tool, name)).collect::<Result<_, _>>()?;
            Owner::Bound(NonEmpty::of(bindings).ok_or(Gap("`owner`"))?)
        }
        owner::Owner::Unowned { reason, .. } => Owner::Unowned(reason),
    })
}

fn resolve_binding<'t>(tool: &'t Tool, name: &Ident) -> Result<Binding<'t>, Gap> {
    let param = tool.param(name).ok_or(Gap("`owner`"))?;
    let by = match param.source {
        Source::Caller => BoundBy::Caller,
        Source::Key => BoundBy::Key,
        Source::Owned(_) | Source::OwnedOptional(_) | Source::OwnedMany(_) => BoundBy::Object,
        Source::Call | Source::Permit(_) | Source::State | Source::Plain | Source::Unlendable => {
            return Err(Gap("`owner`"));
        }
    };
    Ok(Binding { param, by })
}

fn resolve_confirm<'t>(tool: &'t Tool, confirm: &'t confirm::Confirm) -> Result<Confirm<'t>, Gap> {
    Ok(match confirm {
        confirm::Confirm::Client(template) => Confirm::Client(resolve_question(tool, template)?),
        confirm::Confirm::Operator(template) => Confirm::Operator(resolve_question(tool, template)?),
        confirm::Confirm::Never { reason, .. } => Confirm::Never(reason),
    })
}

fn resolve_question<'t>(tool: &'t Tool, template: &'t Template) -> Result<Question<'t>, Gap> {
    let arguments = tool.params.iter().filter(|param| param.is_argument());
    let pieces = template.pieces.iter().map(|piece| match piece {
        confirm::Piece::Text(text) => Ok(Piece::Text(text)),
        confirm::Piece::Parameter(name) => arguments
            .clone()
            .position(|param: &model::Param| param.ident.unraw() == name)
            .map(Piece::Argument)
            .ok_or(Gap("question")),
    });
    Ok(Question { text: &template.text, pieces: pieces.collect::<Result<_, _>>()? })
}

fn resolve_rate(rate: &rate::Rate) -> Result<Rate, Gap> {
    Ok(Rate {
        count: u32::try_from(rate.count.value).map_err(|_| Gap("`rate`"))?,
        unit: rate.unit,
        burst: narrow(rate.burst.as_ref().map(|burst| burst.value), "`rate`")?,
        per: rate.per,
    })
}

fn resolve_params(tool: &Tool) -> Result<Vec<Param<'_>>, Gap> {
    let mut index = 0;
    let mut params = Vec::new();
    for param in &tool.params {
        let mut argument = |reader| {
            let argument = Argument::of(param, reader, index)?;
            index += 1;
            Ok(Param::Argument(Box::new(argument)))
        };
        params.push(match &param.source {
            Source::Caller => Param::Caller,
            Source::Call => Param::Call,
            Source::State => Param::State,
            Source::Permit(Some(asked)) => Param::Permit(asked),
            Source::Permit(None) | Source::Unlendable => return Err(Gap("parameters")),
            Source::Plain => argument(Reader::Plain)?,
            Source::Key => argument(Reader::Key)?,
            Source::Owned(object) => argument(Reader::Owned(object))?,
            Source::OwnedOptional(object) => argument(Reader::OwnedOptional(object))?,
            Source::OwnedMany(object) => argument(Reader::OwnedMany(object))?,
        });
    }
    Ok(params)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{Checked, Gap};
    use crate::errors::Errors;
    use crate::kind::Kind;
    use crate::model::Tool;
    use crate::syntax::attribute::Attribute;
    use crate::syntax::signature::Function;

    /// What is missing from a tool that no rule has looked at, and what is said about it.
    fn missing(attribute: TokenStream, item: TokenStream) -> (Option<Gap>, Vec<String>) {
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
            (quote!(scope = "a", owner = caller, concurrency = 5000000000), item.clone(), "`concurrency`"),
            (quote!(scope = "a", owner = caller, only_in()), item.clone(), "`only_in`"),
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
            assert_eq!(gap, Some(Gap(what)));
            assert_eq!(said.len(), 1, "{said:#?}");
            assert!(said.iter().all(|text| text.contains(what) && text.contains("a bug in secure-tool")), "{said:#?}");
        }
        let (gap, said) = missing(sound, item);
        assert!(gap.is_none() && said.is_empty(), "{gap:?} {said:?}");
    }
}
