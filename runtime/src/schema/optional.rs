//! An optional argument is published with the schema of its value, without `null`: clients and models leave it out, and a `null` that some of them
//! send instead is dropped before validation.

use serde_json::{Map, Value};

use super::probe::Step;

/// Takes `null` out of the optional properties of a schema, at every depth. `keeps` says which of them tell a `null` from absence.
pub(super) fn without_null(schema: &mut Value, keeps: &dyn Fn(&[Step<'_>]) -> bool) {
    walk(schema, &mut Vec::new(), keeps);
}

fn walk<'s>(schema: &'s mut Value, path: &mut Vec<Step<'s>>, keeps: &dyn Fn(&[Step<'_>]) -> bool) {
    let Value::Object(schema) = schema else { return };
    let required: Vec<String> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    for (keyword, child) in schema {
        match (keyword.as_str(), child) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    path.push(Step::Property(name));
                    if !required.iter().any(|required| *required == **name) && !keeps(path) {
                        take_null(property);
                    }
                    walk(property, path, keeps);
                    path.pop();
                }
            }
            ("items" | "additionalProperties", child) => {
                path.push(Step::Item);
                walk(child, path, keeps);
                path.pop();
            }
            ("prefixItems", Value::Array(children)) => {
                path.push(Step::Item);
                for child in children {
                    walk(child, path, keeps);
                }
                path.pop();
            }
            ("patternProperties", Value::Object(children)) => {
                path.push(Step::Item);
                children.values_mut().for_each(|child| walk(child, path, keeps));
                path.pop();
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(children)) => {
                for child in children {
                    walk(child, path, keeps);
                }
            }
            _ => {}
        }
    }
}

/// Takes `null` out of what a schema admits, if anything else is left.
pub(super) fn take_null(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    let nullable = admits_null(fields);
    if let Some(Value::Array(types)) = fields.get_mut("type")
        && types.len() > 1
    {
        types.retain(|name| name != "null");
        if let [single] = types.as_mut_slice() {
            let single = single.take();
            fields.insert("type".into(), single);
        }
    }
    if let Some(Value::Array(values)) = fields.get_mut("enum")
        && values.len() > 1
    {
        values.retain(|value| !value.is_null());
    }
    for keyword in ["anyOf", "oneOf"] {
        take_alternative(fields, keyword);
    }
    if nullable && fields.get("default") == Some(&Value::Null) {
        fields.remove("default");
    }
}

fn take_alternative(fields: &mut Map<String, Value>, keyword: &str) {
    let Some(Value::Array(alternatives)) = fields.get_mut(keyword) else { return };
    if alternatives.iter().all(is_null) {
        return;
    }
    alternatives.retain(|alternative| !is_null(alternative));
    alternatives.iter_mut().for_each(take_null);
    // What is left of `anyOf: [T, null]` is `T`, unless the schema around it says something about the same.
    if let [Value::Object(only)] = alternatives.as_mut_slice() {
        let only = std::mem::take(only);
        let clash = |key: &String| key != keyword && !is_text(key) && fields.contains_key(key);
        if only.keys().any(clash) {
            fields.insert(keyword.into(), Value::Array(vec![Value::Object(only)]));
            return;
        }
        fields.remove(keyword);
        for (key, value) in only {
            fields.entry(key).or_insert(value);
        }
    }
}

fn is_text(key: &str) -> bool {
    matches!(key, "title" | "description")
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|of| of == "null") || schema.get("const") == Some(&Value::Null)
}

fn admits_null(fields: &Map<String, Value>) -> bool {
    let in_type = matches!(fields.get("type"), Some(Value::Array(types)) if types.iter().any(|of| of == "null"));
    let alternative = |keyword| matches!(fields.get(keyword), Some(Value::Array(all)) if all.iter().any(is_null));
    in_type || alternative("anyOf") || alternative("oneOf")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_taken_out_where_something_else_is_left() {
        for (mut schema, expected) in [
            (json!({"type": ["string", "null"], "default": null}), json!({"type": "string"})),
            (json!({"type": ["string", "integer", "null"]}), json!({"type": ["string", "integer"]})),
            (json!({"type": ["string", "null"], "enum": ["a", null]}), json!({"type": "string", "enum": ["a"]})),
            (
                json!({"description": "outer", "anyOf": [{"type": "object", "description": "inner"}, {"type": "null"}]}),
                json!({"description": "outer", "type": "object"}),
            ),
            (json!({"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}), json!({"$ref": "#/$defs/Node"})),
            (
                json!({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
                json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            ),
            (json!({"anyOf": [{"oneOf": [{"const": "a"}]}, {"type": "null"}]}), json!({"const": "a"})),
            (json!({"type": "null"}), json!({"type": "null"})),
            (json!({"type": "string", "default": "x"}), json!({"type": "string", "default": "x"})),
            (json!(true), json!(true)),
        ] {
            take_null(&mut schema);
            assert_eq!(schema, expected);
        }
    }

    #[test]
    fn only_optional_properties_lose_it_and_only_those_that_do_not_keep_it() {
        let nullable = json!({"type": ["string", "null"]});
        let plain = json!({"type": "string"});
        let of = |told: &Value, optional: &Value| {
            let properties = json!({"must": nullable, "told": told, "may": optional});
            json!({"type": "object", "properties": properties, "required": ["must"]})
        };
        let within = |object: Value| json!({"type": "array", "items": {"anyOf": [object, nullable]}});
        let mut schema = within(of(&nullable, &nullable));
        without_null(&mut schema, &|path| matches!(path, [Step::Item, Step::Property("told")]));
        assert_eq!(schema, within(of(&nullable, &plain)));
    }
}
