//! How arguments are recorded.

use std::{collections::BTreeMap, fmt};

use secure_tool_vocabulary::is_credential;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, value::RawValue};

use crate::schema::{
    argument::{ArgumentSpec, Audit},
    portable::SENSITIVE_TEXT,
};

/// How a value is recorded, decided from its schema when the server is built.
#[derive(Clone, Debug, PartialEq)]
enum View {
    /// In clear: numbers, booleans, enums, uuids, constrained strings.
    Clear,
    /// In clear, except for fields that are named like credentials.
    Full,
    /// As its type and length.
    Shape,
    /// Not at all.
    Omit,
    Object(Views),
    /// Every item of a list, or every value of a map, in the same way.
    Each(Box<View>),
}

/// The views of the properties of an object, each with `"name":` in its written form.
type Views = BTreeMap<Box<str>, (Box<[u8]>, View)>;

fn named(name: &str, view: View) -> (Box<str>, (Box<[u8]>, View)) {
    let mut key = Vec::new();
    write_json(&mut key, name);
    key.push(b':');
    (name.into(), (key.into(), view))
}

/// The arguments of a call in their recorded form: a JSON object.
///
/// Numbers, booleans, enums, uuids, dates and strings with a pattern are recorded in clear, except e-mail and web addresses, which are personal or
/// may carry tokens; other text is recorded as `{"string": length}`. Secrets are not recorded, and neither are fields that are named like
/// credentials, at any depth and regardless of `#[arg(audit = …)]`. Arguments that did not pass the schema are recorded only as types and lengths,
/// and the number of unknown names under `*`.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedArguments(String);

impl RecordedArguments {
    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl RecordedArguments {
    /// `serde_json` only writes UTF-8.
    fn from_json(json: Vec<u8>) -> Self {
        Self(String::from_utf8(json).unwrap_or_else(|_| "null".to_owned()))
    }
}

impl fmt::Debug for RecordedArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for RecordedArguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// The views of the arguments of a tool.
#[derive(Debug)]
pub(crate) struct Redactor(Views);

impl Redactor {
    pub(crate) fn new(schema: &Value, arguments: &[ArgumentSpec]) -> Self {
        let views = arguments.iter().map(|argument| {
            // The opt-out applies to the name of the argument itself, not to properties in it.
            let is_plain = argument.opt_outs.iter().any(|(kind, _)| *kind == "not_credential");
            let is_credential = !is_plain && is_credential(argument.name);
            let schema = schema.pointer("/properties").and_then(|all| all.get(argument.name));
            let view = match (argument.secret || is_credential, argument.audit) {
                (true, _) | (_, Some(Audit::None)) => View::Omit,
                (_, Some(Audit::Full)) => View::Full,
                (_, Some(Audit::Shape)) => View::Shape,
                (false, None) => schema.map_or(View::Shape, by_schema),
            };
            named(argument.name, view)
        });
        Self(views.collect())
    }

    /// Records arguments that the schema has accepted.
    pub(crate) fn accepted(&self, arguments: &Value) -> RecordedArguments {
        let mut out = Vec::with_capacity(128);
        match arguments {
            Value::Object(object) => write_object(&mut out, object, &self.0),
            other => write_shape(&mut out, other),
        }
        RecordedArguments::from_json(out)
    }

    /// Records arguments that were not validated: types and lengths, and only the names of declared arguments that are not secret.
    pub(crate) fn unchecked(&self, arguments: &Map<String, Value>) -> RecordedArguments {
        let mut out = Vec::with_capacity(128);
        let mut fields = Fields::open(&mut out);
        let mut unknown = 0_usize;
        for (name, value) in arguments {
            match self.0.get(name.as_str()) {
                Some((_, View::Omit)) => {}
                Some((key, _)) => write_shape(fields.field(key), value),
                None => unknown += 1,
            }
        }
        if unknown > 0 {
            write_json(fields.field(b"\"*\":"), &unknown);
        }
        fields.close();
        RecordedArguments::from_json(out)
    }
}

/// Personal data, and addresses whose queries may carry tokens: a pattern does not make them less sensitive.
const SENSITIVE_FORMATS: [&str; 6] = ["email", "idn-email", "uri", "uri-reference", "iri", "iri-reference"];

fn by_schema(schema: &Value) -> View {
    const CLEAR_FORMATS: [&str; 8] = ["uuid", "date", "time", "date-time", "duration", "ipv4", "ipv6", "hostname"];
    if schema.get("writeOnly") == Some(&Value::Bool(true)) {
        return View::Omit;
    }
    if schema.get("enum").is_some() || schema.get("const").is_some() {
        return View::Clear;
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(single)) => vec![single],
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
        }
        _ => Vec::new(),
    };
    if types.is_empty() || IN_PLACE.iter().any(|keyword| schema.get(keyword).is_some()) {
        return alternatives(schema);
    }
    if types.iter().all(|name| matches!(*name, "integer" | "number" | "boolean")) {
        return View::Clear;
    }
    match types.as_slice() {
        ["string"] => {
            let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
            let is_sensitive = SENSITIVE_FORMATS.contains(&format) || schema.get(SENSITIVE_TEXT).is_some();
            let constrained = CLEAR_FORMATS.contains(&format) || (schema.get("pattern").is_some() && !is_sensitive);
            if constrained { View::Clear } else { View::Shape }
        }
        ["array"] => schema.get("items").map_or(View::Shape, |items| View::Each(Box::new(by_schema(items)))),
        ["object"] => object(schema),
        _ => View::Shape,
    }
}

const IN_PLACE: [&str; 3] = ["allOf", "anyOf", "oneOf"];

fn object(schema: &Value) -> View {
    if let Some(Value::Object(properties)) = schema.get("properties") {
        let view = |name: &str, child: &Value| {
            if is_credential(name) { View::Omit } else { by_schema(child) }
        };
        return View::Object(properties.iter().map(|(name, child)| named(name, view(name, child))).collect());
    }
    // A map: its keys are free text of the model.
    View::Shape
}

/// Alternatives are recorded in clear only if every one of them may be; a secret in one hides all.
fn alternatives(schema: &Value) -> View {
    let mut views = IN_PLACE
        .iter()
        .filter_map(|keyword| schema.get(keyword)?.as_array())
        .flatten()
        .filter(|alternative| alternative.get("type").and_then(Value::as_str) != Some("null"))
        .map(by_schema);
    let Some(first) = views.next() else { return View::Shape };
    views.fold(first, |all, next| match (all, next) {
        (View::Omit, _) | (_, View::Omit) => View::Omit,
        (all, next) if all == next => all,
        _ => View::Shape,
    })
}

fn write_object(out: &mut Vec<u8>, object: &Map<String, Value>, views: &Views) {
    let mut fields = Fields::open(out);
    for (name, value) in object {
        match views.get(name.as_str()) {
            Some((_, View::Omit)) | None => {}
            Some((key, view)) => write(fields.field(key), value, view),
        }
    }
    fields.close();
}

fn write(out: &mut Vec<u8>, value: &Value, view: &View) {
    match (view, value) {
        (View::Object(views), Value::Object(object)) => write_object(out, object, views),
        (View::Each(view), Value::Array(items)) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(out, item, view);
            }
            out.push(b']');
        }
        (View::Omit, _) => write_json(out, &Value::Null),
        (View::Full, value) => write_full(out, value),
        (View::Clear, value) => write_json(out, value),
        (View::Shape | View::Object(_) | View::Each(_), value) => write_shape(out, value),
    }
}

/// Writes a value in clear, without the fields that are named like credentials; the keys may be those of a map.
fn write_full(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_full(out, item);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            let mut fields = Fields::open(out);
            for (name, value) in object.iter().filter(|(name, _)| !is_credential(name)) {
                let (_, (key, _)) = named(name, View::Full);
                write_full(fields.field(&key), value);
            }
            fields.close();
        }
        value => write_json(out, value),
    }
}

/// Writing JSON with string keys to memory cannot fail.
pub(super) fn write_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// `{"string":12}`, `{"array":3}`, `{"object":2}`: the type and the length.
pub(super) fn write_shape(out: &mut Vec<u8>, value: &Value) {
    let (key, length) = match value {
        Value::Null => return write_json(out, value),
        Value::Bool(_) => return write_json(out, "boolean"),
        Value::Number(_) => return write_json(out, "number"),
        Value::String(text) => (&b"\"string\":"[..], text.chars().count()),
        Value::Array(items) => (&b"\"array\":"[..], items.len()),
        Value::Object(object) => (&b"\"object\":"[..], object.len()),
    };
    let mut fields = Fields::open(out);
    write_json(fields.field(key), &length);
    fields.close();
}

pub(super) struct Fields<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// `key` is a JSON string and a colon.
    pub(super) fn field(&mut self, key: &[u8]) -> &mut Vec<u8> {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        self.out.extend_from_slice(key);
        self.out
    }

    pub(super) fn close(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::{Secret, guard::reader::argument, schema};

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Open,
        Paid,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    struct Login {
        name: String,
        attempt: u8,
        password: Secret<String>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    struct Request {
        password: Status,
        by_name: std::collections::BTreeMap<String, String>,
        inner: Option<Box<Inner>>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code)]
    struct Inner {
        api_key: u32,
        limit: u32,
    }

    fn redactor() -> Redactor {
        let arguments = [
            argument::<Status>("status", "").spec,
            argument::<u32>("limit", "").spec,
            argument::<Option<uuid::Uuid>>("id", "").spec,
            argument::<String>("note", "").spec,
            argument::<String>("code", "").pattern("[a-z]+").spec,
            argument::<Login>("login", "").spec,
            argument::<Vec<String>>("tags", "").spec,
            argument::<std::collections::BTreeMap<String, u8>>("counts", "").spec,
            argument::<u32>("pin", "").secret().spec,
            argument::<String>("shown", "").audit(Audit::Full).spec,
            argument::<u32>("hidden", "").audit(Audit::None).spec,
            argument::<u32>("shape", "").audit(Audit::Shape).spec,
            argument::<Request>("request", "").audit(Audit::Full).spec,
            argument::<Vec<Request>>("requests", "").spec,
            argument::<u64>("access_token", "").audit(Audit::Full).spec,
            argument::<Request>("token", "").not_credential("for a test").audit(Audit::Full).spec,
            argument::<Option<Inner>>("secret", "").not_credential("for a test").spec,
        ];
        Redactor::new(&schema::input(&arguments).unwrap(), &arguments)
    }

    fn arguments() -> Value {
        json!({
            "status": "open", "limit": 5, "id": "6f1c0f5e-8f0a-4f57-9a53-0a2f8a1b1c1d", "note": "CANARY", "code": "abc",
            "login": {"name": "CANARY", "attempt": 2, "password": "CANARY"}, "tags": ["CANARY"], "counts": {"CANARY": 1},
            "pin": 777, "shown": "seen", "hidden": 777, "shape": 777, "access_token": 777,
            "token": {"password": "CANARY", "by_name": {"password": "CANARY", "a": "b"}, "inner": {"apiKey": 777, "limit": 3}},
            "secret": {"apiKey": 777, "limit": 4},
            "request": {"password": "open", "by_name": {"password": "CANARY", "a": "b"}, "inner": {"apiKey": 777, "limit": 1}},
            "requests": [{"password": "open", "by_name": {}, "inner": {"apiKey": 777, "limit": 2}}],
        })
    }

    #[test]
    fn accepted_arguments_are_recorded_by_type() {
        let recorded: Value = serde_json::from_str(redactor().accepted(&arguments()).as_json()).unwrap();
        assert_eq!(
            recorded,
            json!({
                "status": "open", "limit": 5, "id": "6f1c0f5e-8f0a-4f57-9a53-0a2f8a1b1c1d", "note": {"string": 6}, "code": "abc",
                "login": {"name": {"string": 6}, "attempt": 2}, "tags": [{"string": 6}], "counts": {"object": 1},
                "shown": "seen", "shape": "number",
                "request": {"by_name": {"a": "b"}, "inner": {"limit": 1}},
                "requests": [{"by_name": {"object": 0}, "inner": {"limit": 2}}],
                "token": {"by_name": {"a": "b"}, "inner": {"limit": 3}}, "secret": {"limit": 4},
            })
        );
    }

    #[test]
    fn unchecked_arguments_are_recorded_as_shapes_without_made_up_names() {
        let made_up = json!({"status": "CANARY", "limit": [1, 2], "CANARY": 1, "CANARY2": 1, "pin": "CANARY", "access_token": "CANARY"});
        let recorded = redactor().unchecked(made_up.as_object().unwrap());
        let recorded: Value = serde_json::from_str(recorded.as_json()).unwrap();
        assert_eq!(recorded, json!({"status": {"string": 6}, "limit": {"array": 2}, "*": 2}));
    }
}
