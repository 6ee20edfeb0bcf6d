//! Arguments that come as text: the variables of a URI, and what a person fills in for a prompt.

use serde_json::{Value, json};

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
}

impl Scalar {
    /// What an argument of this schema is read as: nothing, if it is neither text nor a number nor a truth value. `root` is where references lead.
    pub(crate) fn of(schema: &Value, root: &Value) -> Option<Self> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            // A reference to a reference is none of ours: recursive types are objects or lists.
            let target = root.pointer(reference.strip_prefix('#')?)?;
            return if target.get("$ref").is_some() { None } else { Self::of(target, root) };
        }
        match schema.get("type") {
            Some(Value::String(name)) => Self::named(name),
            Some(Value::Array(names)) => {
                sole(names.iter().filter(|name| *name != "null").map(|name| Self::named(name.as_str()?)))
            }
            Some(_) => None,
            None => {
                let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|keyword| schema.get(keyword)?.as_array());
                match (alternatives, schema.get("enum"), schema.get("const")) {
                    (Some(alternatives), ..) => sole(alternatives.iter().map(|schema| Self::of(schema, root))),
                    (None, Some(Value::Array(values)), _) => sole(values.iter().map(Self::of_value)),
                    (None, None, Some(value)) => Self::of_value(value),
                    (None, ..) => None,
                }
            }
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::Text),
            "integer" => Some(Self::Integer),
            "number" => Some(Self::Number),
            "boolean" => Some(Self::Boolean),
            _ => None,
        }
    }

    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self::Text),
            Value::Number(number) => Some(if number.is_f64() { Self::Number } else { Self::Integer }),
            Value::Bool(_) => Some(Self::Boolean),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The value. What is written in another way than that value is written stays text, which its schema refuses: `7` is a number, and `07` is none.
    pub(crate) fn read(self, text: String) -> Value {
        let value = match self {
            Self::Text => return Value::String(text),
            Self::Integer => {
                text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from)).ok()
            }
            Self::Number => match text.parse::<i64>() {
                Ok(whole) => Some(Value::from(whole)),
                Err(_) => text.parse::<f64>().ok().map(|number| json!(number)),
            },
            Self::Boolean => text.parse::<bool>().map(Value::from).ok(),
        };
        match value {
            Some(value) if value.to_string().as_str() == text => value,
            Some(_) | None => Value::String(text),
        }
    }
}

/// The values that a schema declares, as text, if it names them all.
pub(crate) fn declared(schema: &Value, root: &Value) -> Vec<String> {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|to| root.pointer(to.strip_prefix('#')?));
    let schema = target.unwrap_or(schema);
    let values = |schema: &Value| match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, Some(value)) => vec![value.clone()],
        _ if schema.get("type").is_some_and(|name| name == "boolean") => vec![json!(false), json!(true)],
        _ => Vec::new(),
    };
    let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|keyword| schema.get(keyword)?.as_array());
    let values = match alternatives {
        None => values(schema),
        Some(all) => {
            let each: Vec<_> =
                all.iter().filter(|one| one.get("type").is_none_or(|of| of != "null")).map(values).collect();
            // One that names none could be anything.
            if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() }
        }
    };
    values
        .into_iter()
        .filter_map(|value| match value {
            Value::String(text) => Some(text),
            Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}

/// What all of them are, if they are the same.
fn sole(mut of: impl Iterator<Item = Option<Scalar>>) -> Option<Scalar> {
    let first = of.next()??;
    of.all(|other| other == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_is_read_as_follows_from_the_schema() {
        let root = json!({"$defs": {"a": {"type": "integer"}, "b": {"$ref": "#/$defs/b"}}});
        for (schema, expected) in [
            (json!({"type": "string"}), Some(Scalar::Text)),
            (json!({"type": ["integer", "null"]}), Some(Scalar::Integer)),
            (json!({"type": ["integer", "string"]}), None),
            (json!({"type": "object"}), None),
            (json!({"type": "array", "items": {"type": "string"}}), None),
            (json!({"enum": ["a", "b"]}), Some(Scalar::Text)),
            (json!({"oneOf": [{"const": "a"}, {"const": "b", "type": "string"}]}), Some(Scalar::Text)),
            (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), None),
            (json!({"$ref": "#/$defs/a"}), Some(Scalar::Integer)),
            (json!({"$ref": "#/$defs/b"}), None),
            (json!({"$ref": "#/$defs/c"}), None),
            (json!({}), None),
            (json!(true), None),
        ] {
            assert_eq!(Scalar::of(&schema, &root), expected, "{schema}");
        }
    }

    #[test]
    fn values_are_known_if_the_schema_lists_them() {
        let root = json!({"$defs": {"a": {"enum": ["x", "y"]}}});
        for (schema, expected) in [
            (json!({"type": "string", "enum": ["a", "b"]}), vec!["a", "b"]),
            (json!({"enum": ["a", null]}), vec!["a"]),
            (json!({"type": "integer", "enum": [1, 2]}), vec!["1", "2"]),
            (json!({"oneOf": [{"const": "a"}, {"enum": ["b", "c"]}, {"type": "null"}]}), vec!["a", "b", "c"]),
            (json!({"anyOf": [{"const": "a"}, {"type": "string"}]}), vec![]),
            (json!({"$ref": "#/$defs/a"}), vec!["x", "y"]),
            (json!({"type": "boolean"}), vec!["false", "true"]),
            (json!({"type": "string"}), vec![]),
        ] {
            assert_eq!(declared(&schema, &root), expected, "{schema}");
        }
    }

    #[test]
    fn a_value_is_written_in_one_way() {
        for (scalar, text, expected) in [
            (Scalar::Text, "7", json!("7")),
            (Scalar::Integer, "7", json!(7)),
            (Scalar::Integer, "-7", json!(-7)),
            (Scalar::Integer, "18446744073709551615", json!(u64::MAX)),
            (Scalar::Integer, "07", json!("07")),
            (Scalar::Integer, "+7", json!("+7")),
            (Scalar::Integer, "-0", json!("-0")),
            (Scalar::Integer, "7.0", json!("7.0")),
            (Scalar::Integer, "", json!("")),
            (Scalar::Number, "7", json!(7)),
            (Scalar::Number, "7.5", json!(7.5)),
            (Scalar::Number, "7.50", json!("7.50")),
            (Scalar::Number, "inf", json!("inf")),
            (Scalar::Number, "NaN", json!("NaN")),
            (Scalar::Boolean, "true", json!(true)),
            (Scalar::Boolean, "True", json!("True")),
        ] {
            assert_eq!(scalar.read(text.into()), expected, "{scalar:?} {text}");
        }
    }
}
