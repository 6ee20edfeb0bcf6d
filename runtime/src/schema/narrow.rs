//! Applies `#[arg]` constraints to the schema of an argument's type.

use serde_json::{Map, Value};

use super::{argument::Constraint, harden::says};

/// Applies each constraint where it has an effect: to the value, or to the items of an array. Constraints without any effect are reported.
pub(super) fn narrow(schema: &mut Map<String, Value>, constraints: &[Constraint], fail: &mut impl FnMut(&str)) {
    for constraint in constraints {
        if !apply(schema, constraint) {
            fail(&format!("has a `{}` that does not apply to its type [ST18]", constraint.keyword));
        }
    }
}

fn apply(schema: &mut Map<String, Value>, constraint: &Constraint) -> bool {
    if constraint.fits.iter().any(|json_type| says(schema, json_type)) {
        let nullable = says(schema, "null");
        insert(schema, constraint, nullable);
        return true;
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(alternatives)) = schema.get_mut(keyword) {
            let mut applied = false;
            for alternative in alternatives.iter_mut().filter_map(Value::as_object_mut) {
                applied |= apply(alternative, constraint);
            }
            return applied;
        }
    }
    match schema.get_mut("items") {
        Some(Value::Object(items)) => apply(items, constraint),
        _ => false,
    }
}

fn insert(schema: &mut Map<String, Value>, constraint: &Constraint, nullable: bool) {
    let keyword = constraint.keyword;
    let mut value = constraint.value.clone();
    if let (true, "enum", Value::Array(options)) = (nullable, keyword, &mut value) {
        options.push(Value::Null);
    }
    if matches!(keyword, "pattern" | "format" | "enum") && schema.contains_key(keyword) {
        // The type (a newtype with `#[schemars(regex(…))]`) says it already: both must hold.
        let both = serde_json::json!({ keyword: value });
        if let Value::Array(all) = schema.entry("allOf").or_insert_with(|| Value::Array(Vec::new())) {
            all.push(both);
        }
        return;
    }
    tighten(schema, keyword, value);
}

/// Sets a keyword; where a numeric bound stands already, the tighter one stays.
pub(super) fn tighten(schema: &mut Map<String, Value>, keyword: &str, value: Value) {
    let looser = match (schema.get(keyword).and_then(Value::as_f64), value.as_f64()) {
        (Some(present), Some(new)) if keyword.starts_with("min") => new <= present,
        (Some(present), Some(new)) if keyword.starts_with("max") => new >= present,
        _ => false,
    };
    if !looser {
        schema.insert(keyword.into(), value);
    }
}
