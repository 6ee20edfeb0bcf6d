//! The form that clients show to a person: a flat object of texts, numbers, booleans and choices (MCP, elicitation, "Requested Schema"). Constraints
//! that a form cannot express, such as a pattern, are validated in the answer.

use secure_tool_vocabulary::speaks_of_credential;
use serde_json::{Map, Value, json};

use super::argument::ArgumentSpec;
use crate::policy::Piece;

/// The formats that a form supports.
const FORMATS: [&str; 4] = ["email", "uri", "date", "date-time"];

/// The form of these arguments, whose schema this is.
///
/// # Errors
///
/// Every argument that a form cannot show, each as the end of a sentence about the tool.
pub(crate) fn form<'a>(
    schema: &Value,
    asked: impl IntoIterator<Item = &'a ArgumentSpec>,
) -> Result<Value, Vec<String>> {
    let (mut properties, mut problems) = (Map::new(), Vec::new());
    for argument in asked {
        let name = argument.name;
        let of = schema.get("properties").and_then(|properties| properties.get(name)).and_then(Value::as_object);
        // A `Secret<_>` by another name says so in its schema.
        if argument.secret || of.is_some_and(|of| of.get("writeOnly") == Some(&Value::Bool(true))) {
            problems.push(format!("asks a person for `{name}`, which is a secret [ST07]: {SECRET}"));
            continue;
        }
        match of.and_then(field) {
            Some(field) if asks_for_credential(argument, &field) => {
                problems.push(format!("asks a person for `{name}`, which its question or description calls a credential [ST07]: {SECRET}; {NO_CREDENTIAL}"));
            }
            Some(field) => {
                properties.insert(name.to_owned(), field.into());
            }
            None => {
                problems
                    .push(format!("asks a person for `{name}`, whose type a form cannot show [ST07]: {FORM_TYPES}"));
            }
        }
    }
    let required = schema.get("required").cloned().unwrap_or_else(|| json!([]));
    let form = json!({ "type": "object", "properties": properties, "required": required });
    if problems.is_empty() { Ok(form) } else { Err(problems) }
}

const SECRET: &str = "a form sends it in plain text through the client, which may keep it; authorize the call by the caller's own credential instead";
const NO_CREDENTIAL: &str =
    "or, if it is not a credential, opt out with `not_credential(\"why it is not a credential\")`";
const FORM_TYPES: &str = "use a string, a number, a `bool`, an enum without data, or a key of one of these types";

/// Whether the texts of a field ask for a credential and the person could enter one, which is not the case for a choice.
fn asks_for_credential(argument: &ArgumentSpec, field: &Map<String, Value>) -> bool {
    let is_chosen =
        field.get("type") == Some(&json!("boolean")) || ["enum", "oneOf"].iter().any(|word| field.contains_key(*word));
    let is_none = argument.opt_outs.iter().any(|(kind, _)| *kind == "not_credential");
    let question = argument.asked.into_iter().flatten().filter_map(|piece| match piece {
        Piece::Text(text) => Some(*text),
        Piece::Argument(_) => None,
    });
    let question = question.collect::<Vec<_>>().join(" ");
    let description = field.get("description").and_then(Value::as_str).unwrap_or_default();
    !is_chosen && !is_none && (speaks_of_credential(&question) || speaks_of_credential(description))
}

/// The form with what is asked in each field as its title.
pub(crate) fn titled<'t>(form: &Value, titles: impl IntoIterator<Item = (&'t str, String)>) -> Value {
    let mut form = form.clone();
    for (name, title) in titles {
        if let Some(Value::Object(field)) = form.get_mut("properties").and_then(|properties| properties.get_mut(name)) {
            field.insert("title".to_owned(), title.into());
        }
    }
    form
}

fn field(schema: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut field = match choices(schema) {
        Some(choices) => choices,
        // Alternatives that are no choices, and references to types that contain themselves.
        None if ["oneOf", "anyOf", "allOf", "$ref", "enum", "const"].iter().any(|word| schema.contains_key(*word)) => {
            return None;
        }
        None => single(schema)?,
    };
    for keyword in ["description", "default"] {
        if let Some(value) = schema.get(keyword) {
            field.insert(keyword.to_owned(), value.clone());
        }
    }
    Some(field)
}

/// A text, a number or a truth value.
fn single(schema: &Map<String, Value>) -> Option<Map<String, Value>> {
    let kind = schema.get("type")?.as_str()?;
    let keywords: &[&str] = match kind {
        "string" => &["minLength", "maxLength", "format"],
        "integer" | "number" => &["minimum", "maximum"],
        "boolean" => &[],
        _ => return None,
    };
    let mut field = Map::from_iter([("type".to_owned(), kind.into())]);
    for keyword in keywords {
        let shown = |value: &&Value| match *keyword {
            "format" => value.as_str().is_some_and(|format| FORMATS.contains(&format)),
            // Clients have 64 bits with a sign.
            "minimum" | "maximum" if kind == "integer" => value.as_i64().is_some(),
            "minLength" | "maxLength" => value.as_u64().is_some_and(|length| u32::try_from(length).is_ok()),
            _ => true,
        };
        if let Some(value) = schema.get(*keyword).filter(shown) {
            field.insert((*keyword).to_owned(), value.clone());
        }
    }
    Some(field)
}

/// One of several texts. Those of an enum whose variants have docs are shown with them.
fn choices(schema: &Map<String, Value>) -> Option<Map<String, Value>> {
    if let Some(values) = schema.get("enum") {
        let values = values.as_array()?;
        let are_texts = !values.is_empty() && values.iter().all(Value::is_string);
        return are_texts.then(|| Map::from_iter([typed(), ("enum".to_owned(), values.clone().into())]));
    }
    let mut choices = Vec::new();
    for alternative in schema.get("oneOf")?.as_array()? {
        let one = alternative.get("const").map(std::slice::from_ref);
        let values = one.or_else(|| alternative.get("enum")?.as_array().map(Vec::as_slice))?;
        let docs = alternative.get("description").and_then(Value::as_str);
        for value in values {
            let value = value.as_str()?;
            choices.push(json!({ "const": value, "title": docs.unwrap_or(value) }));
        }
    }
    (!choices.is_empty()).then(|| Map::from_iter([typed(), ("oneOf".to_owned(), choices.into())]))
}

fn typed() -> (String, Value) {
    ("type".to_owned(), "string".into())
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::{
        guard::reader::argument,
        schema::{argument::Argument, input},
        secret::Secret,
        types::Bounded,
    };

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Plain {
        Slow,
        Fast,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Described {
        /// In a week.
        Slow,
        Fast,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema counts")]
    struct Inner {
        a: u8,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema counts")]
    enum WithData {
        A(u8),
    }

    fn shown<R>(argument: Argument<R>) -> Result<Value, Vec<String>> {
        let spec = argument.spec;
        let schema = input(std::slice::from_ref(&spec)).unwrap();
        form(&schema, [&spec]).map(|form| json!([form["properties"]["a"], form["required"]]))
    }

    #[test]
    fn plain_values_are_fields() {
        for (argument, field) in [
            (
                shown(argument::<String>("a", "A.")),
                json!([{"type": "string", "maxLength": 1024, "description": "A."}, ["a"]]),
            ),
            (
                shown(argument::<Bounded<2, 5>>("a", "A.").pattern("[a-z]+")),
                json!([{"type": "string", "minLength": 2, "maxLength": 5, "description": "A."}, ["a"]]),
            ),
            (
                shown(argument::<String>("a", "A.").max_len(9).format("uuid")),
                json!([{"type": "string", "maxLength": 9, "description": "A."}, ["a"]]),
            ),
            (
                shown(argument::<Option<String>>("a", "A.").max_len(9).format("date")),
                json!([{"type": "string", "maxLength": 9, "format": "date", "description": "A."}, []]),
            ),
            (
                shown(argument::<u8>("a", "A.").default_json("3")),
                json!([{"type": "integer", "minimum": 0, "maximum": 255, "default": 3, "description": "A."}, []]),
            ),
            (shown(argument::<u64>("a", "A.")), json!([{"type": "integer", "minimum": 0, "description": "A."}, ["a"]])),
            (
                shown(argument::<bool>("a", "Whether the password is known.")),
                json!([{"type": "boolean", "description": "Whether the password is known."}, ["a"]]),
            ),
            (
                shown(argument::<u8>("a", "The parking token.").not_credential("it opens nothing")),
                json!([{"type": "integer", "minimum": 0, "maximum": 255, "description": "The parking token."}, ["a"]]),
            ),
            (shown(argument::<bool>("a", "A.")), json!([{"type": "boolean", "description": "A."}, ["a"]])),
            (
                shown(argument::<String>("a", "A.").one_of_json(r#"["x","y"]"#)),
                json!([{"type": "string", "enum": ["x", "y"], "description": "A."}, ["a"]]),
            ),
            (
                shown(argument::<Plain>("a", "A.")),
                json!([{"type": "string", "enum": ["slow", "fast"], "description": "A."}, ["a"]]),
            ),
        ] {
            assert_eq!(argument, Ok(field));
        }
        let described = shown(argument::<Described>("a", "A.")).unwrap();
        let choices = described[0]["oneOf"].as_array().unwrap();
        assert!(choices.contains(&json!({"const": "slow", "title": "In a week."})), "{described}");
        assert!(choices.contains(&json!({"const": "fast", "title": "fast"})), "{described}");
    }

    #[test]
    fn values_that_a_form_cannot_show_are_refused() {
        for (refused, why) in [
            (shown(argument::<Inner>("a", "A.")), "a form cannot show"),
            (shown(argument::<Vec<u8>>("a", "A.")), "a form cannot show"),
            (shown(argument::<WithData>("a", "A.")), "a form cannot show"),
            (shown(argument::<u8>("a", "A.").one_of_json("[1,2]")), "a form cannot show"),
            (shown(argument::<Option<Option<u8>>>("a", "A.")), "a form cannot show"),
            (shown(argument::<String>("a", "A.").secret()), "is a secret"),
            (shown(argument::<Secret<String>>("a", "A.")), "is a secret"),
            (shown(argument::<String>("a", "Your password.")), "calls a credential"),
            (
                shown(argument::<u32>("a", "A.").ask(&[Piece::Text("What is your PIN for "), Piece::Argument("b")])),
                "calls a credential",
            ),
        ] {
            let problems = refused.unwrap_err();
            assert!(problems.len() == 1 && problems[0].contains(why) && problems[0].contains("[ST07]"), "{problems:?}");
        }
    }
}
