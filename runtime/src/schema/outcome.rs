//! The published output schema.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

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
pub(crate) fn publish(mut schema: Value) -> (Value, bool) {
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
