//! Makes a schema readable for every client. Clients compile the patterns with the engines of their own languages, and interpret formats according to
//! the specification: a client that fails drops the tool, or the whole server.

use secure_tool_vocabulary::foreign_part;
use serde_json::Value;

use super::classes::{Place, place};

/// The formats of JSON Schema 2020-12 (Validation, 7.3). schemars writes others, which name Rust's types.
const FORMATS: [&str; 19] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// Marks texts that stay out of audit records although a pattern narrows them. It is never published.
pub(crate) const SENSITIVE_TEXT: &str = "x-secure-tool-sensitive";

/// Removes the formats that are not in the specification, at every depth, and reports the patterns that not every client can read.
pub(crate) fn settle(schema: &mut Value, fail: &mut impl FnMut(&str)) {
    each(schema, &mut |fields| {
        let foreign = |format: &Value| format.as_str().is_none_or(|format| !FORMATS.contains(&format));
        if fields.get("format").is_some_and(foreign) {
            fields.remove("format");
        }
        let own = fields.get("pattern").and_then(Value::as_str);
        let keys = fields.get("patternProperties").and_then(Value::as_object);
        for pattern in own.into_iter().chain(keys.into_iter().flat_map(|keys| keys.keys().map(String::as_str))) {
            if let Some(part) = foreign_part(pattern) {
                fail(&format!(
                    "has the pattern `{pattern}`, in which not every client understands `{part}`: clients in JavaScript and Python compile the patterns of a \
                     schema too; use plain classes such as `[A-Za-z0-9]`, and check anything beyond that when the value is \
                     deserialized [ST18]"
                ));
            }
        }
    });
}

/// Removes the marks that are not published.
pub(crate) fn unmark(schema: &mut Value) {
    each(schema, &mut |fields| {
        fields.remove(SENSITIVE_TEXT);
    });
}

/// Every schema in a schema, itself included.
fn each(schema: &mut Value, visit: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| each(schema, visit)),
        Value::Object(fields) => {
            visit(fields);
            for (keyword, child) in fields {
                match (place(keyword), child) {
                    (Place::Schema, child) => each(child, visit),
                    (Place::Named, Value::Object(named)) => named.values_mut().for_each(|child| each(child, visit)),
                    (Place::Named | Place::Data, _) => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settled(mut schema: Value) -> (Value, Vec<String>) {
        let mut problems = Vec::new();
        settle(&mut schema, &mut |problem| problems.push(problem.to_owned()));
        (schema, problems)
    }

    #[test]
    fn formats_of_rust_types_are_removed_at_every_depth_and_data_stays() {
        let schema = |inner: Value| {
            json!({
                "properties": {"format": {"items": {"anyOf": [inner, {"type": "string", "format": "date"}]}}},
                "default": {"format": "uint32"}, "examples": [{"format": "url"}],
            })
        };
        for format in ["uint32", "int64", "double", "url", "partial-date-time", "uint"] {
            let (found, problems) = settled(schema(json!({"type": "integer", "format": format})));
            assert_eq!((found, problems.len()), (schema(json!({"type": "integer"})), 0));
        }
    }

    #[test]
    fn a_pattern_that_not_every_client_reads_is_reported_wherever_it_stands() {
        let pattern = json!({"type": "string", "pattern": r"^\p{L}+$"});
        for schema in [
            json!({"not": pattern}),
            json!({"allOf": [{"properties": {"a": {"items": pattern}}}]}),
            json!({"$defs": {"T": pattern}}),
            json!({"propertyNames": pattern}),
            json!({"patternProperties": {r"^\p{L}": {"type": "string"}}}),
        ] {
            let (_, problems) = settled(schema.clone());
            assert!(problems.len() == 1 && problems[0].contains(r"`\p{L}`"), "{schema} {problems:?}");
        }
        for data in
            [json!({"const": pattern}), json!({"properties": {"pattern": {"type": "string", "pattern": "^[a-z]$"}}})]
        {
            assert!(settled(data).1.is_empty());
        }
    }

    #[test]
    fn marks_are_removed() {
        let mut schema = json!({"properties": {SENSITIVE_TEXT: {"type": "string", SENSITIVE_TEXT: true}}});
        unmark(&mut schema);
        assert_eq!(schema, json!({"properties": {SENSITIVE_TEXT: {"type": "string"}}}));
    }
}
