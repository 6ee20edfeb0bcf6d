//! The rules: one function each, grouped by the class of mistake.

mod arg;
mod bounds;
mod confirm;
mod environments;
mod limits;
mod missing;
mod names;
mod output;
mod owner;
mod reasons;
mod scope;
mod shape;
mod text;
mod trust;
mod untyped;
mod values;

use crate::checked::Checked;
use crate::errors::Sink;
use crate::model::Tool;
use crate::syntax::Parsed;

/// A rule looks at the whole tool and reports what it refuses.
pub(crate) type Rule = fn(&Tool, &Sink);

/// The rules for tools, in the order in which they report.
pub(crate) const TOOL: &[Rule] = &[
    shape::qualifiers,
    shape::generics,
    shape::receiver,
    shape::parameters,
    shape::lifetimes,
    shape::impl_traits,
    missing::scope,
    missing::owner,
    missing::docs,
    missing::parameter_docs,
    scope::tokens,
    scope::lists,
    limits::rate,
    limits::timeout,
    limits::max_output,
    limits::concurrency,
    environments::only_in,
    reasons::tool,
    reasons::arguments,
    names::tool,
    names::deletions,
    names::arguments,
    names::duplicates,
    text::not_empty,
    owner::exists,
    owner::used,
    owner::owned_is_named,
    owner::public,
    confirm::required,
    confirm::placeholders,
    confirm::reads,
    confirm::public,
    confirm::permits,
    untyped::untyped,
    untyped::borrowed,
    trust::identity,
    trust::free_text,
    trust::credentials,
    output::secrets,
    output::releases,
    arg::only_on_arguments,
    arg::pattern,
    arg::format,
    arg::secret,
    arg::force,
    bounds::order,
    bounds::numbers_fit,
    bounds::texts_fit,
    bounds::items_fit,
    bounds::one_of,
    values::no_default,
    values::kinds,
    values::within_bounds,
];

/// Holds an item against every rule of its kind. If anything was refused, here or by the parser, there is no [`Checked`].
///
/// `sink` is that of the whole item.
pub(crate) fn check<'t>(tool: &'t Tool, sink: &Sink) -> Parsed<Checked<'t>> {
    for rule in tool.kind.grammar().rules {
        rule(tool, sink);
    }
    match sink.failed() {
        Some(reported) => Err(reported),
        None => Checked::of(tool, sink),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use proc_macro2::TokenStream;

    use super::Rule;
    use crate::errors::Errors;
    use crate::kind::Kind;
    use crate::model::Tool;
    use crate::syntax::attribute::Attribute;
    use crate::syntax::signature::Function;

    /// What one rule says about a tool whose syntax is right.
    pub(crate) fn said(rule: Rule, attribute: TokenStream, item: TokenStream) -> Vec<String> {
        let errors = Errors::new();
        let sink = errors.sink();
        let attribute = Attribute::parse(Kind::Tool, attribute, &sink);
        if let Ok(function) = Function::parse(Kind::Tool, &item, &sink) {
            rule(&Tool::new(Kind::Tool, attribute, function), &sink);
        }
        errors.into_texts()
    }

    /// Asserts that a rule accepts a tool.
    #[track_caller]
    pub(crate) fn accepts(rule: Rule, attribute: TokenStream, item: TokenStream) {
        assert_eq!(said(rule, attribute, item), Vec::<String>::new());
    }

    /// Asserts that a rule refuses a tool with one message that has this code and names this thing.
    #[track_caller]
    pub(crate) fn refuses(rule: Rule, attribute: TokenStream, item: TokenStream, code: &str, names: &str) {
        let said = said(rule, attribute, item);
        assert_eq!(said.len(), 1, "{said:#?}");
        for text in said {
            assert!(text.contains(&format!("[{code}]\nhelp: ")), "{text}");
            assert!(text.contains(names), "{text}");
        }
    }
}
