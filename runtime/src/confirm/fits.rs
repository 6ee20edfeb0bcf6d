//! ST16: whether the values in a question are bounded, so that it can be shown in full.

use serde_json::{Map, Value};

use crate::schema::{argument::ArgumentSpec, says};

/// The maximum number of characters of a text in a question.
const LONGEST: u64 = 200;
/// The maximum number of items of a list in a question.
const MOST: u64 = 10;

/// Why an argument in a question may be too large, as the end of a sentence about the tool; `schema` is the published schema of the argument.
///
/// For objects that the guard compares with the caller only the number is limited: the length of the key does not matter if the object has a
/// description, and in any case the question as a whole has a limit.
pub(crate) fn problem(argument: &ArgumentSpec, schema: &Value) -> Option<String> {
    let excess = excess(schema, argument.checked)?;
    Some(format!("shows argument `{}` in `confirm`, which {excess} [ST16]", argument.name))
}

fn excess(schema: &Value, only_lists: bool) -> Option<&'static str> {
    let Value::Object(schema) = schema else { return Some(UNKNOWN) };
    let at_most = |keyword: &str, most| schema.get(keyword).and_then(Value::as_u64).is_some_and(|bound| bound <= most);
    if schema.contains_key("$ref") {
        return Some(UNKNOWN);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().any(|value| !fits(value)).then_some(TEXT);
    }
    if schema.contains_key("const") {
        return schema.get("const").is_some_and(|value| !fits(value)).then_some(TEXT);
    }
    if says(schema, "string") && !only_lists && !is_short_format(schema) && !at_most("maxLength", LONGEST) {
        return Some(TEXT);
    }
    if says(schema, "array") && !at_most("maxItems", MOST) {
        return Some(LIST);
    }
    let is_map = schema.get("additionalProperties").is_some_and(Value::is_object);
    if is_map && !at_most("maxProperties", MOST) {
        return Some(LIST);
    }
    parts(schema).find_map(|part| excess(part, only_lists))
}

/// The schemas of all parts and alternatives of the value.
fn parts(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    schema.iter().flat_map(|(keyword, value)| -> Vec<&Value> {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(children)) => children.values().collect(),
            ("items" | "additionalProperties" | "propertyNames", Value::Object(_)) => vec![value],
            ("prefixItems" | "allOf" | "anyOf" | "oneOf", Value::Array(children)) => children.iter().collect(),
            _ => Vec::new(),
        }
    })
}

fn fits(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.chars().count() as u64 <= LONGEST)
}

/// Formats whose values have a limited length.
fn is_short_format(schema: &Map<String, Value>) -> bool {
    schema
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| ["uuid", "date", "ipv4", "ipv6"].contains(&format))
}

const TEXT: &str = "may be longer than the 200 characters that a question shows: add `#[arg(max_len = 200)]`, or give its content a type \
    with a bound, such as `Bounded<1, 200>`";
const LIST: &str =
    "may have more than the 10 items that a question shows: add `#[arg(max_items = 10)]`, or bound the lists in it";
const UNKNOWN: &str = "has a recursive type, which a question cannot show in full";

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use crate::{guard::reader::argument, schema, types::Bounded};

    use super::problem;

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    struct Nested {
        text: Bounded<1, 200>,
        tags: [u8; 3],
        day: Option<Kind>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    struct Tree {
        next: Option<Box<Tree>>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    enum Kind {
        A,
        B(u8),
    }

    #[test]
    fn what_a_question_shows_is_bounded() {
        type Map<T> = std::collections::BTreeMap<Bounded<1, 20>, T>;
        let text = "200 characters";
        let list = "10 items";
        for (argument, excess) in [
            (argument::<String>("a", "").spec, Some(text)),
            (argument::<Option<String>>("a", "").spec, Some(text)),
            (argument::<String>("a", "").max_len(201).spec, Some(text)),
            (argument::<String>("a", "").max_len(200).spec, None),
            (argument::<Option<String>>("a", "").max_len(200).spec, None),
            (argument::<String>("a", "").one_of_json(r#"["a","b"]"#).spec, None),
            (argument::<String>("a", "").format("date").spec, None),
            (argument::<String>("a", "").unbounded("a letter").spec, Some(text)),
            (argument::<u64>("a", "").spec, None),
            (argument::<f64>("a", "").spec, None),
            (argument::<Vec<u8>>("a", "").spec, Some(list)),
            (argument::<Vec<u8>>("a", "").max_items(10).spec, None),
            (argument::<Vec<u8>>("a", "").max_items(11).spec, Some(list)),
            (argument::<Vec<String>>("a", "").max_items(10).spec, Some(text)),
            (argument::<Vec<Bounded<1, 200>>>("a", "").max_items(10).spec, None),
            (argument::<Map<u8>>("a", "").spec, Some(list)),
            (argument::<Nested>("a", "").spec, None),
            (argument::<Tree>("a", "").spec, Some("recursive")),
        ] {
            let described = format!("{argument:?}");
            let input = schema::input(std::slice::from_ref(&argument)).unwrap();
            let found = problem(&argument, &input["properties"]["a"]);
            assert_eq!(found.is_some(), excess.is_some(), "{found:?} {described}");
            assert!(found.unwrap_or_default().contains(excess.unwrap_or_default()), "{described}");
        }
    }

    #[test]
    fn of_what_has_an_owner_only_the_number_is_bounded() {
        for (mut argument, excess) in [
            (argument::<String>("a", "").spec, false),
            (argument::<Vec<String>>("a", "").spec, true),
            (argument::<Vec<String>>("a", "").max_items(10).spec, false),
        ] {
            argument.checked = true;
            let input = schema::input(std::slice::from_ref(&argument)).unwrap();
            assert_eq!(problem(&argument, &input["properties"]["a"]).is_some(), excess);
        }
    }
}
