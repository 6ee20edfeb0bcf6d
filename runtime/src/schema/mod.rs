//! The published input schema: the model reads the same schema that the guard enforces.

pub(crate) mod argument;
pub(crate) mod classes;
pub(crate) mod form;
mod harden;
pub(crate) mod names;
mod narrow;
pub(crate) mod normalize;
mod optional;
pub(crate) mod outcome;
pub(crate) mod portable;
pub(crate) mod probe;

pub(crate) use harden::says;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::validate::Validator;
use argument::{ArgumentSpec, Null};

/// The input schema of a tool with these arguments, still with [marks](portable::unmark) that are not published.
///
/// # Errors
///
/// Every problem that only the types' schemas can show, each as the end of a sentence about the tool.
pub(crate) fn input<'a>(arguments: impl IntoIterator<Item = &'a ArgumentSpec> + Clone) -> Result<Value, Vec<String>> {
    let mut problems = Vec::new();
    // Subschemas stand where they are used: models read that better than references, and a constraint or a closed object
    // belongs to one place. Only recursive types still end up in `$defs`.
    let mut generator =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut properties = Map::new();
    let mut required_names = Vec::new();
    for argument in arguments.clone() {
        let mut fail = |problem: &str| problems.push(format!("argument `{}` {problem}", argument.name));
        argument.errors.iter().for_each(|error| fail(error));
        let mut schema = Value::from((argument.schema)(&mut generator));
        let required = argument.null == Null::Refused && argument.default.is_none();
        if !required && argument.null != Null::Told {
            optional::take_null(&mut schema);
        }
        optional::without_null(&mut schema, &argument.field_keeps_null);
        if let Value::Object(object) = &mut schema {
            narrow::narrow(object, &argument.constraints, &mut fail);
        }
        harden::harden(&mut schema, !argument.is_unbounded(), &mut fail);
        portable::settle(&mut schema, &mut fail);
        if let Value::Object(object) = &mut schema {
            if argument.is_idempotency_key {
                random(object);
            }
            object.insert("description".into(), argument.described().into());
            object.remove("title");
            if argument.secret {
                object.insert("writeOnly".into(), true.into());
            }
            if let Some(default) = &argument.default {
                object.insert("default".into(), default.clone());
            }
            if let Some(example) = &argument.example {
                object.insert("examples".into(), json!([example]));
            }
        }
        if required {
            required_names.push(argument.name);
        }
        if properties.insert(argument.name.into(), schema).is_some() {
            problems.push(format!("has two arguments called `{}`", argument.name));
        }
    }
    let mut definitions = generator.take_definitions(true);
    for (name, definition) in &mut definitions {
        optional::without_null(definition, &|_| false);
        let mut fail = |problem: &str| problems.push(format!("type `{name}` {problem}"));
        harden::harden(definition, true, &mut fail);
        portable::settle(definition, &mut fail);
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required_names,
        "additionalProperties": false,
    });
    if let (Value::Object(root), false) = (&mut schema, definitions.is_empty()) {
        root.insert("$defs".into(), Value::Object(definitions));
    }
    if problems.is_empty() {
        problems.extend(contradictions(&schema, arguments));
    }
    if problems.is_empty() { Ok(schema) } else { Err(problems) }
}

/// Requires a text to be long enough for a random value, because shorter values would repeat. A schema with its own constraints is not changed.
fn random(schema: &mut Map<String, Value>) {
    const FEWEST: u64 = 8;
    if ["minLength", "pattern", "format"].iter().any(|says| schema.contains_key(*says)) {
        return;
    }
    let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(FEWEST);
    schema.insert("minLength".into(), FEWEST.min(most).into());
}

/// A single argument that is an object: on the wire it is nested in another object, which is usually noticed only when a client breaks.
pub(crate) fn undecided<'a>(schema: &Value, arguments: impl IntoIterator<Item = &'a ArgumentSpec>) -> Option<String> {
    let mut arguments = arguments.into_iter();
    let (Some(argument), None) = (arguments.next(), arguments.next()) else { return None };
    if argument.nested || argument.checked {
        return None;
    }
    let mut of = schema.get("properties")?.get(argument.name)?;
    if let Some(reference) = of.get("$ref").and_then(Value::as_str) {
        of = schema.pointer(reference.strip_prefix('#')?)?;
    }
    let is_object = of.get("type").is_some_and(|of| of == "object") && of.get("properties").is_some();
    let name = argument.name;
    is_object.then(|| {
        format!(
            "takes a single object, `{name}` [ST26]: write `#[arg(flatten)]` on the parameter and derive `Arguments` for its type, if clients \
             are to send its fields themselves; or `#[arg(nested)]`, if they are to send `{{\"{name}\": {{…}}}}`"
        )
    })
}

/// Defaults and examples that their own schema rejects.
fn contradictions<'a>(schema: &Value, arguments: impl IntoIterator<Item = &'a ArgumentSpec>) -> Vec<String> {
    let mut problems = Vec::new();
    for argument in arguments {
        for (what, value) in [("a default", &argument.default), ("an example", &argument.example)] {
            let Some(value) = value else { continue };
            let mut alone = schema.clone();
            if let Some(object) = alone.as_object_mut() {
                object.remove("required");
            }
            let verdict = Validator::compile(&alone).map_err(|error| error.clone()).and_then(|validator| {
                validator.check(&json!({ argument.name: value })).map_err(|found| {
                    found.iter().map(|problem| problem.expected.clone()).collect::<Vec<_>>().join(", ")
                })
            });
            if let Err(why) = verdict {
                problems.push(format!("argument `{}` has {what} outside its own bounds: {why} [ST18]", argument.name));
            }
        }
    }
    problems
}
