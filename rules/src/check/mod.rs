//! The rules: one function each, grouped by the class of mistake.

mod arg;
mod asked;
mod bounds;
mod calls;
mod confirm;
mod environments;
mod flatten;
mod hints;
mod idempotent;
mod keys;
mod limits;
mod missing;
mod names;
mod objects;
mod offers;
mod output;
mod owner;
mod patterns;
mod readers;
mod reasons;
mod scope;
mod shape;
#[cfg(test)]
mod testing;
mod text;
mod trust;
mod untyped;
mod uri;
mod uses;
mod values;

pub(crate) use objects::is_key_of_object;

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
    limits::quota,
    limits::cost,
    limits::timeout,
    limits::max_output,
    limits::concurrency,
    calls::breaker,
    calls::after,
    environments::only_in,
    reasons::tool,
    reasons::arguments,
    names::tool,
    names::deletions,
    names::read_only,
    names::arguments,
    names::underscores,
    names::duplicates,
    text::not_empty,
    hints::hints,
    hints::icon,
    hints::meta,
    idempotent::times,
    idempotent::key,
    idempotent::fits,
    owner::exists,
    owner::unproven,
    owner::skipped,
    owner::used,
    owner::owned_is_named,
    owner::public,
    keys::of_one_kind,
    objects::named,
    asked::paired,
    asked::outermost,
    asked::in_a_form,
    asked::no_secrets,
    asked::public,
    asked::placeholders,
    confirm::required,
    confirm::placeholders,
    confirm::shown_whole,
    confirm::reads,
    confirm::public,
    confirm::permits,
    untyped::untyped,
    untyped::borrowed,
    trust::identity,
    trust::free_text,
    trust::credentials,
    output::secrets,
    output::of_rmcp,
    output::proofs,
    output::errors,
    output::releases,
    flatten::alone,
    flatten::of_structs,
    flatten::nested,
    arg::only_on_arguments,
    patterns::pattern,
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

/// The rules for resources.
pub(crate) const RESOURCE: &[Rule] = &[
    asked::only_tools,
    shape::qualifiers,
    shape::generics,
    shape::receiver,
    shape::parameters,
    shape::lifetimes,
    shape::impl_traits,
    missing::scope,
    missing::owner,
    uri::stated,
    missing::docs,
    missing::parameter_docs,
    scope::tokens,
    scope::lists,
    uri::template,
    uri::variables,
    uri::mime,
    limits::rate,
    limits::quota,
    limits::cost,
    limits::timeout,
    limits::max_output,
    limits::concurrency,
    calls::breaker,
    environments::only_in,
    reasons::tool,
    reasons::arguments,
    names::tool,
    names::arguments,
    names::underscores,
    names::duplicates,
    text::not_empty,
    hints::icon,
    hints::meta,
    offers::listed,
    offers::called,
    owner::exists,
    owner::unproven,
    owner::used,
    owner::owned_is_named,
    owner::public,
    keys::of_one_kind,
    objects::named,
    readers::permits,
    untyped::untyped,
    untyped::borrowed,
    readers::single_values,
    trust::identity,
    trust::free_text,
    trust::credentials,
    output::secrets,
    output::of_rmcp,
    output::proofs,
    output::errors,
    output::releases,
    arg::only_on_arguments,
    patterns::pattern,
    arg::format,
    arg::secret,
    arg::force,
    offers::completed,
    bounds::order,
    bounds::numbers_fit,
    bounds::texts_fit,
    bounds::one_of,
    values::kinds,
    values::within_bounds,
];

/// The rules for prompts.
pub(crate) const PROMPT: &[Rule] = &[
    asked::only_tools,
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
    limits::quota,
    limits::cost,
    limits::timeout,
    limits::max_output,
    limits::concurrency,
    calls::breaker,
    environments::only_in,
    reasons::tool,
    reasons::arguments,
    names::tool,
    names::arguments,
    names::underscores,
    names::duplicates,
    text::not_empty,
    hints::icon,
    hints::meta,
    offers::called,
    owner::exists,
    owner::unproven,
    owner::used,
    owner::owned_is_named,
    owner::public,
    keys::of_one_kind,
    objects::named,
    readers::permits,
    untyped::untyped,
    untyped::borrowed,
    readers::single_values,
    trust::identity,
    trust::free_text,
    trust::credentials,
    output::secrets,
    output::of_rmcp,
    output::proofs,
    output::errors,
    output::releases,
    flatten::alone,
    flatten::of_structs,
    arg::only_on_arguments,
    patterns::pattern,
    arg::format,
    arg::secret,
    arg::force,
    offers::completed,
    bounds::order,
    bounds::numbers_fit,
    bounds::texts_fit,
    bounds::one_of,
    values::no_default,
    values::kinds,
    values::within_bounds,
];

/// The rules for the fields of a struct that derives `Arguments`: those that need no more than the struct.
const FIELDS: &[Rule] = &[
    missing::parameter_docs,
    asked::in_struct,
    reasons::arguments,
    names::arguments,
    names::underscores,
    names::duplicates,
    untyped::untyped,
    untyped::borrowed,
    trust::identity,
    trust::free_text,
    trust::credentials,
    flatten::alone,
    flatten::of_structs,
    flatten::nested,
    owner::skipped,
    patterns::pattern,
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

/// Holds the fields of a struct, read as parameters, against every rule for them.
pub(crate) fn fields(fields: &Tool, sink: &Sink) -> Parsed<()> {
    for rule in FIELDS {
        rule(fields, sink);
    }
    sink.failed().map_or(Ok(()), Err)
}

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
