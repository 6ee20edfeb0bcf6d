//! Closes and bounds a schema from schemars.

use serde_json::{Map, Value, json};

use super::narrow::tighten;

/// The default maximum length of a string.
const STRING: usize = 1024;
/// The default maximum number of items of an array, or keys of a map.
const ITEMS: usize = 100;
/// The maximum length of a key of a map.
const KEY: usize = 128;

/// Keywords whose subschemas apply to the same instance.
const IN_PLACE: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Makes a schema safe to publish and to enforce: every object closed, every integer within its type, and, if `bounded`, every
/// string, array and map limited, at every depth. What accepts anything is reported.
pub(crate) fn harden(schema: &mut Value, bounded: bool, fail: &mut impl FnMut(&str)) {
    Pass { bounded, fail }.schema(schema, false);
}

struct Pass<'a, F> {
    bounded: bool,
    fail: &'a mut F,
}

impl<F: FnMut(&str)> Pass<'_, F> {
    /// `in_place`: the schema is one part of a composition, whose outermost schema closes the object.
    fn schema(&mut self, schema: &mut Value, in_place: bool) {
        let Value::Object(schema) = schema else {
            if *schema != Value::Bool(false) {
                (self.fail)(UNTYPED);
            }
            return;
        };
        if !in_place && is_untyped(schema) {
            (self.fail)(UNTYPED);
        }
        integer_range(schema);
        if self.bounded {
            bound_string(schema);
            bound_array(schema);
        }
        self.object(schema, in_place);
        self.children(schema, in_place);
    }

    fn object(&mut self, schema: &mut Map<String, Value>, in_place: bool) {
        if in_place {
            return;
        }
        if is_composition(schema) {
            if schema.contains_key("$ref") {
                (self.fail)(
                    "flattens or tags a recursive type, whose schema cannot be closed; put it in a field of its own",
                );
            }
            schema.insert("unevaluatedProperties".into(), false.into());
        } else if says(schema, "object") {
            match schema.get("additionalProperties") {
                None => {
                    schema.insert("additionalProperties".into(), false.into());
                }
                Some(Value::Bool(true)) => (self.fail)(UNTYPED),
                Some(Value::Object(_)) if self.bounded => {
                    schema.entry("maxProperties").or_insert(ITEMS.into());
                    schema.entry("propertyNames").or_insert(json!({ "maxLength": KEY }));
                }
                Some(_) => {}
            }
        }
    }

    fn children(&mut self, schema: &mut Map<String, Value>, in_place: bool) {
        let composed = in_place || is_composition(schema);
        for (keyword, child) in schema.iter_mut() {
            match (keyword.as_str(), child) {
                ("properties" | "patternProperties" | "$defs", Value::Object(children)) => {
                    children.values_mut().for_each(|child| self.schema(child, false));
                }
                ("items" | "additionalProperties" | "contains", child @ Value::Object(_)) => self.schema(child, false),
                ("items", Value::Bool(true)) => (self.fail)(UNTYPED),
                ("prefixItems", Value::Array(children)) => self.each(children, false),
                (keyword, Value::Array(children)) if IN_PLACE.contains(&keyword) => self.each(children, composed),
                _ => {}
            }
        }
    }

    fn each(&mut self, schemas: &mut [Value], in_place: bool) {
        for schema in schemas {
            self.schema(schema, in_place);
        }
    }
}

const UNTYPED: &str = "accepts untyped values (such as `serde_json::Value`), which cannot be validated [ST30]";

/// Properties and alternatives together (`#[serde(flatten)]`, `#[serde(tag = …)]`), or several schemas that must all hold.
fn is_composition(schema: &Map<String, Value>) -> bool {
    if schema.contains_key("type") && !says(schema, "object") {
        return false;
    }
    let applies = IN_PLACE.iter().any(|keyword| schema.contains_key(*keyword)) || schema.contains_key("$ref");
    schema.contains_key("allOf") || (applies && schema.contains_key("properties"))
}

fn is_untyped(schema: &Map<String, Value>) -> bool {
    const TYPING: [&str; 7] = ["type", "enum", "const", "$ref", "allOf", "anyOf", "oneOf"];
    !TYPING.iter().any(|keyword| schema.contains_key(*keyword))
}

pub(crate) fn says(schema: &Map<String, Value>, json_type: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(single)) => single == json_type,
        Some(Value::Array(several)) => several.iter().any(|single| single == json_type),
        _ => false,
    }
}

/// schemars names the Rust type in `format` and leaves the range to the reader.
fn integer_range(schema: &mut Map<String, Value>) {
    let range: Option<(Value, Value)> = match schema.get("format").and_then(Value::as_str) {
        Some("int8") => Some((i8::MIN.into(), i8::MAX.into())),
        Some("int16") => Some((i16::MIN.into(), i16::MAX.into())),
        Some("int32") => Some((i32::MIN.into(), i32::MAX.into())),
        Some("int64" | "int" | "int128") => Some((i64::MIN.into(), i64::MAX.into())),
        Some("uint8") => Some((0.into(), u8::MAX.into())),
        Some("uint16") => Some((0.into(), u16::MAX.into())),
        Some("uint32") => Some((0.into(), u32::MAX.into())),
        Some("uint64" | "uint" | "uint128") => Some((0.into(), u64::MAX.into())),
        Some("float" | "double") => None,
        _ => return,
    };
    schema.remove("format");
    if let Some((minimum, maximum)) = range {
        tighten(schema, "minimum", minimum);
        tighten(schema, "maximum", maximum);
    }
}

fn bound_string(schema: &mut Map<String, Value>) {
    const OF_FIXED_LENGTH: [&str; 4] = ["uuid", "date", "ipv4", "ipv6"];
    let fixed = schema.contains_key("enum")
        || schema.contains_key("const")
        || schema.get("format").and_then(Value::as_str).is_some_and(|format| OF_FIXED_LENGTH.contains(&format));
    if says(schema, "string") && !fixed {
        schema.entry("maxLength").or_insert(STRING.into());
    }
}

fn bound_array(schema: &mut Map<String, Value>) {
    if says(schema, "array") {
        schema.entry("maxItems").or_insert(ITEMS.into());
    }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};

    use super::*;
    use crate::validate::Validator;

    fn hardened<T: JsonSchema>() -> Result<Value, String> {
        let mut generator: SchemaGenerator =
            SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
        let mut schema = Value::from(generator.subschema_for::<T>());
        let mut problem = None;
        harden(&mut schema, true, &mut |found| problem = Some(found.to_owned()));
        problem.map_or(Ok(schema), Err)
    }

    fn accepts<T: JsonSchema>(value: &Value) -> bool {
        Validator::compile(&hardened::<T>().unwrap()).unwrap().check(value).is_ok()
    }

    #[derive(JsonSchema)]
    #[expect(dead_code)]
    struct Leaf {
        text: String,
        small: u8,
        tags: Vec<String>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code)]
    struct Flat {
        extra: bool,
        #[serde(flatten)]
        leaf: Leaf,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "kind")]
    #[expect(dead_code)]
    enum Tagged {
        A { x: u8 },
        B(Leaf),
        C,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code)]
    enum External {
        Unit,
        Leaf(Leaf),
        Inline { deep: Option<Leaf> },
    }

    #[test]
    fn objects_are_closed_at_every_depth_whatever_serde_does_with_them() {
        let leaf = json!({"text": "t", "small": 1, "tags": ["a"]});
        let with = |value: &Value, key: &str, extra: Value| {
            let mut value = value.clone();
            value[key] = extra;
            value
        };
        assert!(accepts::<Leaf>(&leaf));
        assert!(!accepts::<Leaf>(&with(&leaf, "surplus", json!(1))));

        let flat = with(&leaf, "extra", json!(true));
        assert!(accepts::<Flat>(&flat));
        assert!(!accepts::<Flat>(&with(&flat, "surplus", json!(1))));

        for tagged in [json!({"kind": "A", "x": 1}), with(&leaf, "kind", json!("B")), json!({"kind": "C"})] {
            assert!(accepts::<Tagged>(&tagged), "{tagged}");
            assert!(!accepts::<Tagged>(&with(&tagged, "surplus", json!(1))), "{tagged}");
        }
        for external in [json!("Unit"), json!({"Leaf": leaf}), json!({"Inline": {"deep": leaf}}), json!({"Inline": {}})]
        {
            assert!(accepts::<External>(&external), "{external}");
        }
        assert!(!accepts::<External>(&json!({"Leaf": with(&leaf, "surplus", json!(1))})));
        assert!(!accepts::<External>(&json!({"Inline": {"deep": with(&leaf, "surplus", json!(1))}})));
        assert!(!accepts::<External>(&json!({"Inline": {"surplus": 1}})));
    }

    type Counts = std::collections::BTreeMap<String, u8>;

    #[test]
    fn strings_arrays_maps_and_integers_have_bounds() {
        assert!(accepts::<String>(&json!("x".repeat(1024))));
        assert!(!accepts::<String>(&json!("x".repeat(1025))));
        assert!(accepts::<Vec<u8>>(&json!(vec![255; 100])));
        assert!(!accepts::<Vec<u8>>(&json!(vec![255; 101])));
        assert!(!accepts::<Vec<u8>>(&json!([256])));
        assert!(!accepts::<Vec<Vec<String>>>(&json!([["x".repeat(1025)]])));
        assert!(!accepts::<u64>(&json!(-1)));
        assert!(accepts::<u64>(&json!(u64::MAX)));
        assert!(!accepts::<i32>(&json!(i64::from(i32::MAX) + 1)));
        assert!(accepts::<Option<i8>>(&json!(null)) && !accepts::<Option<i8>>(&json!(128)));
        assert!(accepts::<Counts>(&json!({"a": 1})));
        assert!(!accepts::<Counts>(&json!({"a": 256})));
        assert!(!accepts::<Counts>(&json!({ "k".repeat(129): 1 })));
        assert!(!accepts::<Counts>(
            &(0..101).map(|n| (n.to_string(), json!(1))).collect::<serde_json::Map<_, _>>().into()
        ));
    }

    #[test]
    fn what_accepts_anything_is_reported_at_any_depth() {
        #[derive(JsonSchema)]
        #[expect(dead_code)]
        struct Hidden {
            inner: Vec<Value>,
        }
        for problem in
            [hardened::<Value>(), hardened::<Hidden>(), hardened::<std::collections::BTreeMap<String, Value>>()]
        {
            assert!(problem.unwrap_err().contains("ST30"));
        }
    }
}
