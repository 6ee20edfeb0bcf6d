//! Known attacks and ordinary values, side by side: the arguments stage, with the published schema, and the types themselves have to agree.

mod path;
#[cfg(feature = "paths")]
mod root;
mod text;
#[cfg(feature = "urls")]
mod url;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{audit::redact::Redactor, guard::reader::argument, schema, validate::Validator};

struct Published {
    validator: Validator,
    redactor: Redactor,
}

/// An argument of this type, as it is published and recorded.
fn published<T: DeserializeOwned + JsonSchema + Send + 'static>() -> Published {
    let arguments = [argument::<T>("it", "It.").spec];
    let schema = schema::input(&arguments).unwrap();
    Published { validator: Validator::compile(&schema).unwrap(), redactor: Redactor::new(&schema, &arguments) }
}

impl Published {
    /// Whether the arguments stage lets a value pass.
    fn accepts(&self, value: &Value) -> bool {
        match self.validator.check(&json!({ "it": value })) {
            Ok(()) => true,
            Err(problems) => {
                never_repeats(value, &problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
                false
            }
        }
    }

    fn recorded(&self, value: &Value) -> Value {
        serde_json::from_str(self.redactor.accepted(&json!({ "it": value })).as_json()).unwrap()
    }
}

/// Whether the type reads a value.
fn reads<T: DeserializeOwned>(value: &Value) -> bool {
    match serde_json::from_value::<T>(value.clone()) {
        Ok(_) => true,
        Err(error) => {
            never_repeats(value, &error.to_string());
            false
        }
    }
}

fn never_repeats(value: &Value, said: &str) {
    // What the expectations say of themselves.
    let sample = |text: &&str| ["https://example.com/", "ada@example.com"].iter().any(|sample| sample.contains(text));
    if let Some(text) = value.as_str().filter(|text| text.len() > 8 && !sample(text)) {
        assert!(!said.contains(text), "{said}");
    }
}

/// Both refuse, or only the type does; or both accept.
fn table<T: DeserializeOwned + JsonSchema + Send + 'static>(
    accepted: &[&str],
    refused: &[&str],
    by_type_alone: &[&str],
) {
    let published = published::<T>();
    let mut wrong = Vec::new();
    for (rows, in_schema, in_type) in [(accepted, true, true), (refused, false, false), (by_type_alone, true, false)] {
        for &text in rows {
            let value = json!(text);
            let verdicts = (published.accepts(&value), reads::<T>(&value));
            if verdicts != (in_schema, in_type) {
                wrong.push((text, verdicts));
            }
        }
    }
    assert!(wrong.is_empty(), "by the schema and by the type: {wrong:#?}");
    for value in [json!(null), json!(5), json!(true), json!([]), json!({})] {
        assert!(!published.accepts(&value) && !reads::<T>(&value), "{value}");
    }
}
