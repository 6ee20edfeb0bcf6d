//! The published output schema.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use super::classes;
use crate::output::scan::Scan;

/// The key under which an answer that is no JSON object is wrapped: clients before protocol 2026-07-28 accept objects only.
pub(crate) const RESULT: &str = "result";

/// The schema of what a type's `Serialize` writes.
pub(crate) fn written_by<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .into_generator();
    generator.into_root_schema_for::<T>().into()
}

/// The schema to publish, and whether the value has to be wrapped for it.
pub(crate) fn publish(mut schema: Value, scan: &Scan, released: &[&str]) -> (Value, bool) {
    classes::settle(&mut schema, released);
    if scan.is_active() {
        allow_masks(&mut schema, scan.has_patterns());
    }
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
        object.remove("description");
    }
    if schema.get("type") == Some(&json!("object")) {
        return (schema, false);
    }
    let definitions = schema.as_object_mut().and_then(|object| object.remove("$defs"));
    let mut wrapped = json!({"type": "object", "properties": { RESULT: schema }, "required": [RESULT]});
    if let (Some(definitions), Some(object)) = (definitions, wrapped.as_object_mut()) {
        object.insert("$defs".into(), definitions);
    }
    (wrapped, true)
}

/// Lets a mask stand where the schema narrows a text, so that the schema stays true whatever is masked. Without patterns of the
/// application's own nothing can be found in the formats of times, addresses and UUIDs.
fn allow_masks(schema: &mut Value, any_pattern: bool) {
    const NARROW: [&str; 5] = ["pattern", "format", "minLength", "maxLength", "contentEncoding"];
    const HARMLESS: [&str; 7] = ["date", "date-time", "time", "duration", "uuid", "ipv4", "ipv6"];
    let fields = match schema {
        Value::Object(fields) => fields,
        Value::Array(items) => return items.iter_mut().for_each(|item| allow_masks(item, any_pattern)),
        _ => return,
    };
    for (key, field) in fields.iter_mut() {
        match key.as_str() {
            "enum" | "const" | "default" | "examples" => {}
            "properties" | "$defs" | "patternProperties" => {
                field.as_object_mut().into_iter().flatten().for_each(|(_, field)| allow_masks(field, any_pattern));
            }
            _ => allow_masks(field, any_pattern),
        }
    }
    if let Some(Value::Object(patterns)) = fields.get_mut("patternProperties") {
        // Keys are masked as well.
        if let Some(field) = patterns.values().next().cloned() {
            patterns.insert(MASK.into(), field);
        }
    }
    let harmless = !any_pattern
        && fields.get("format").and_then(Value::as_str).is_some_and(|format| HARMLESS.contains(&format))
        && !fields.contains_key("pattern");
    let text = match fields.get("type") {
        Some(Value::String(one)) => one == "string",
        Some(Value::Array(several)) => several.contains(&json!("string")),
        _ => false,
    };
    if text && !harmless && NARROW.iter().any(|key| fields.contains_key(*key)) {
        let mut outer = serde_json::Map::new();
        for key in ["title", "description"] {
            outer.extend(fields.remove_entry(key));
        }
        let narrowed = Value::Object(std::mem::take(fields));
        outer.insert("anyOf".into(), json!([narrowed, {"type": "string", "pattern": MASK}]));
        *fields = outer;
    }
}

/// What every masked text holds.
const MASK: &str = r"\[masked: [a-z0-9_]+\]";
