//! Checks the idempotency of a tool again when the server is built.

use secure_tool_vocabulary::{LONGEST_REPEAT, SHORTEST_REPEAT};
use serde_json::Value;

use super::Spec;
use crate::{
    policy::{Effect, Idempotency, Scope},
    schema::argument::Null,
};

/// Marks the argument that is the key, so that models are told what it is for. The problems are each the end of a sentence about the item.
pub(super) fn mark(spec: &mut Spec) -> Vec<String> {
    let Some(by) = spec.idempotent else { return Vec::new() };
    let mut problems = Vec::new();
    if spec.effect == Effect::ReadOnly {
        problems.push("is `idempotent(…)` although it only reads [ST52]: remove one of the two".to_owned());
    }
    if spec.scope.as_ref().is_some_and(Scope::is_public) {
        problems.push(
            "is `idempotent(…)` although it is public, so that repeated calls cannot be attributed to a caller [ST52]"
                .to_owned(),
        );
    }
    if spec.checks_of_asked > 0 {
        problems.push(
            "is `idempotent(…)` and asks a person for an object, which a repeated call cannot do [ST52]".to_owned(),
        );
    }
    if !(SHORTEST_REPEAT..=LONGEST_REPEAT).contains(&by.keep()) {
        problems.push("is `idempotent(…)` for less than 1 second or more than 7 days [ST50]".to_owned());
    }
    let Idempotency::Key { argument: name, .. } = by else { return problems };
    match spec.arguments.iter_mut().find(|argument| argument.name == name) {
        Some(key)
            if key.null == Null::Refused
                && key.default.is_none()
                && key.asked.is_none()
                && !key.checked
                && !key.secret
                && !key.is_unbounded() =>
        {
            key.is_idempotency_key = true;
        }
        _ => problems.push(format!(
            "has the idempotency key `{name}`, which is not an argument that the model always sends [ST51]: take it by value, `{name}: String`"
        )),
    }
    problems
}

/// Checks that the schema of the key allows only texts of bounded length.
pub(super) fn unfit(spec: &Spec, input: &Value) -> Option<String> {
    let Idempotency::Key { argument, .. } = spec.idempotent? else { return None };
    let schema = property(input, argument)?;
    let is_text = schema.get("type").is_some_and(|of| of == "string");
    let is_bounded = schema.get("maxLength").is_some() || is_uuid_schema(schema);
    (!is_text || !is_bounded).then(|| {
        format!(
            "has the idempotency key `{argument}`, which is not a text of bounded length [ST51]: write `{argument}: String` or `{argument}: Uuid`"
        )
    })
}

/// Whether the key is a UUID.
pub(super) fn is_uuid(by: Idempotency, input: &Value) -> bool {
    match by {
        Idempotency::Key { argument, .. } => property(input, argument).is_some_and(is_uuid_schema),
        Idempotency::Arguments { .. } => false,
    }
}

fn is_uuid_schema(schema: &Value) -> bool {
    schema.get("format").is_some_and(|format| format == "uuid")
}

fn property<'s>(input: &'s Value, name: &str) -> Option<&'s Value> {
    input.get("properties")?.get(name)
}
