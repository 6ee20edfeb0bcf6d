//! Classified data in the output schema: the published schema describes the value or its mask, depending on what the tool releases.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use secure_tool_vocabulary::is_label;

/// Marks what is classified, beside an `allOf` with the schema of the value. It is never published.
pub(crate) const CLASS: &str = "x-secure-tool-class";

/// The mismatches between the classes in an output schema and those that a tool releases, each as the end of a sentence about the tool. `is_kind`
/// checks whether the release scan uses the same name.
pub(crate) fn problems(schema: Option<&Value>, released: &[&str], is_kind: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = BTreeMap::new();
    if let Some(schema) = schema {
        find(schema, &mut found);
    }
    let mut problems = Vec::new();
    for (class, flattened) in &found {
        if !is_label(class) {
            let class = class.escape_debug();
            problems.push(format!(
                "answers with the class `{class}`, whose name must consist of 1 to 64 characters of a-z, 0-9 and `_`"
            ));
        } else if is_kind(class) {
            problems.push(format!(
                "answers with the class `{class}`, a name that the release scan uses for something else"
            ));
        } else if *flattened && !released.contains(class) {
            problems.push(format!(
                "flattens a `Classified` of the class `{class}`, whose mask is not an object: release it, or put it in a field"
            ));
        }
    }
    let missing = released.iter().filter(|class| !found.contains_key(**class));
    problems.extend(
        missing.map(|class| format!("releases the class `{class}`, which does not occur in the output schema [ST19]")),
    );
    problems
}

/// The classes in a schema, and whether one of that class was flattened into an object.
fn find<'s>(schema: &'s Value, found: &mut BTreeMap<&'s str, bool>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| find(item, found)),
        Value::Object(fields) => {
            if let Some(Value::String(class)) = fields.get(CLASS) {
                *found.entry(class).or_default() |= fields.contains_key("properties");
            }
            for (key, field) in fields {
                match (place(key), field) {
                    (Place::Schema, field) => find(field, found),
                    (Place::Named, Value::Object(named)) => named.values().for_each(|field| find(field, found)),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Replaces every classified part by the schema of its value or of its mask.
pub(super) fn settle(schema: &mut Value, released: &[&str]) {
    let fields = match schema {
        Value::Array(items) => return items.iter_mut().for_each(|item| settle(item, released)),
        Value::Object(fields) => fields,
        _ => return,
    };
    // A value of one class may be a value of another.
    while let Some(class) = fields.remove(CLASS) {
        match class.as_str() {
            Some(class) if !released.contains(&class) => return hide(fields, class),
            _ => show(fields),
        }
    }
    for (key, field) in fields.iter_mut() {
        match (place(key), field) {
            (Place::Schema, field) => settle(field, released),
            (Place::Named, Value::Object(named)) => named.values_mut().for_each(|field| settle(field, released)),
            _ => {}
        }
    }
}

fn hide(fields: &mut Map<String, Value>, class: &str) {
    fields.retain(|key, _| TEXTS.contains(&key.as_str()));
    fields.insert("type".into(), "string".into());
    fields.insert("const".into(), format!("[masked: {class}]").into());
}

/// Draws the one part of `allOf` into the schema around it, unless they say something about the same.
fn show(fields: &mut Map<String, Value>) {
    // Written by a `Serialize` outside of any answer: it is a mask.
    fields.remove("default");
    let part = match fields.remove("allOf") {
        Some(Value::Array(mut parts)) if parts.len() == 1 => parts.pop(),
        Some(other) => {
            fields.insert("allOf".into(), other);
            return;
        }
        None => return,
    };
    match part {
        Some(Value::Object(part))
            if !part.keys().any(|key| fields.contains_key(key) && !TEXTS.contains(&key.as_str())) =>
        {
            for (key, value) in part {
                fields.entry(key).or_insert(value);
            }
        }
        Some(Value::Bool(true)) | None => {}
        Some(part) => {
            fields.insert("allOf".into(), json!([part]));
        }
    }
}

/// What a schema says to its reader.
const TEXTS: [&str; 2] = ["title", "description"];

/// What a keyword holds.
pub(super) enum Place {
    /// A schema, several, or a plain value in which nothing is found.
    Schema,
    /// Schemas by name.
    Named,
    /// Data.
    Data,
}

pub(super) fn place(keyword: &str) -> Place {
    match keyword {
        "enum" | "const" | "default" | "examples" => Place::Data,
        "properties" | "$defs" | "patternProperties" | "dependentSchemas" => Place::Named,
        _ => Place::Schema,
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Serialize;

    use super::*;
    use crate::{Class, Classified, Confidential, Pii, output::written, schema::outcome, validate::Validator};

    #[derive(Serialize, JsonSchema)]
    struct Address {
        street: String,
        #[schemars(length(max = 5))]
        code: String,
    }

    /// In every place where a type can stand.
    #[derive(Serialize, JsonSchema)]
    struct View {
        /// How to write to them.
        email: Classified<Pii, String>,
        /// If they told.
        phone: Option<Classified<Pii, String>>,
        inside: Classified<Pii, Option<u8>>,
        #[schemars(length(max = 3))]
        short: Classified<Pii, String>,
        #[serde(default)]
        address: Classified<Pii, Address>,
        several: Vec<Classified<Confidential, u32>>,
        map: BTreeMap<String, Classified<Pii, u8>>,
        nested: Classified<Pii, Classified<Confidential, u8>>,
        tuple: (u8, Classified<Pii, bool>),
        kind: Kind,
        next: Option<Box<View>>,
        /// A field of that name is no mark.
        #[serde(rename = "x-secure-tool-class")]
        named: String,
    }

    #[derive(Serialize, JsonSchema)]
    enum Kind {
        Unit,
        Holds(Classified<Pii, Address>),
        Named { holds: Classified<Confidential, Vec<u8>> },
    }

    impl Default for Classified<Pii, Address> {
        fn default() -> Self {
            Self::new(address())
        }
    }

    fn address() -> Address {
        Address { street: "CANARY".into(), code: "12345".into() }
    }

    fn view(next: Option<Box<View>>, kind: Kind) -> View {
        View {
            email: Classified::new("CANARY".into()),
            phone: next.as_ref().map(|_| Classified::new("CANARY".into())),
            inside: Classified::new(None),
            short: Classified::new("abc".into()),
            address: Classified::new(address()),
            several: vec![Classified::new(1)],
            map: [("a".into(), Classified::new(1))].into(),
            nested: Classified::new(Classified::new(1)),
            tuple: (1, Classified::new(true)),
            kind,
            next,
            named: String::new(),
        }
    }

    fn views() -> Vec<View> {
        let inner = view(None, Kind::Holds(Classified::new(address())));
        vec![
            view(Some(inner.into()), Kind::Named { holds: Classified::new(vec![1]) }),
            view(None, Kind::Unit),
            view(None, Kind::Holds(Classified::new(address()))),
        ]
    }

    fn published<T: JsonSchema>(released: &[&str]) -> Value {
        let mut schema = outcome::written_by::<T>();
        settle(&mut schema, released);
        schema
    }

    #[test]
    fn the_published_schema_is_true_whatever_is_released() {
        const SETS: [&[&str]; 4] = [&[], &["pii"], &["confidential"], &["confidential", "pii"]];
        for released in SETS {
            let schema = published::<View>(released);
            let validator = Validator::compile(&schema).unwrap();
            for view in views() {
                for other in SETS {
                    let answer = written(&view, other);
                    assert_eq!(validator.check(&answer).is_ok(), released == other, "{schema:#}\n{answer:#}");
                }
            }
            assert!(!schema.to_string().contains("CANARY"), "{schema:#}");
            assert_eq!(schema.to_string().matches(CLASS).count(), 2, "the property and that it is required");
        }
    }

    #[test]
    fn a_classified_field_has_the_schema_of_its_type_or_of_its_mask() {
        let mask = json!({"type": "string", "const": "[masked: pii]"});
        let hidden = published::<View>(&[]);
        let shown = published::<View>(&["pii"]);
        let field = |schema: &Value, name: &str| {
            let root = schema.get("$ref").map_or(schema, |_| &schema["$defs"]["View"]);
            root["properties"][name].clone()
        };
        assert_eq!(
            field(&hidden, "email"),
            json!({"description": "How to write to them.", "type": "string", "const": "[masked: pii]"})
        );
        assert_eq!(field(&shown, "email"), json!({"description": "How to write to them.", "type": "string"}));
        assert_eq!(field(&hidden, "short"), mask);
        assert_eq!(field(&hidden, "address"), mask);
        assert_eq!(field(&shown, "address")["type"], "object");
        assert_eq!(field(&hidden, "phone"), json!({"description": "If they told.", "anyOf": [mask, {"type": "null"}]}));
        assert_eq!(field(&shown, "nested"), json!({"type": "string", "const": "[masked: confidential]"}));
    }

    struct Card;

    impl Class for Card {
        const NAME: &'static str = "card";
    }

    #[derive(Serialize, JsonSchema)]
    struct Flat {
        one: u8,
        #[serde(flatten)]
        rest: Classified<Pii, Address>,
    }

    #[test]
    fn what_does_not_fit_is_reported() {
        let found = |schema: Option<Value>, released: &[&str]| {
            problems(schema.as_ref(), released, |name| name == "card" || name == "employee_id").join("\n")
        };
        let view = || Some(outcome::written_by::<View>());
        for released in [&[][..], &["pii"], &["confidential", "pii"]] {
            assert_eq!(found(view(), released), "");
        }
        assert!(found(view(), &["salary"]).starts_with("releases the class `salary`, which does not occur in"));
        assert!(found(None, &["pii"]).ends_with("[ST19]"));
        assert!(found(Some(outcome::written_by::<Address>()), &["pii"]).contains("`pii`"));
        assert!(
            found(Some(outcome::written_by::<Classified<Card, u8>>()), &[]).contains("the class `card`, a name that")
        );
        assert!(found(Some(json!({ CLASS: "a\n" })), &[]).contains("the class `a\\n`, whose"));
        let flat = || Some(outcome::written_by::<Flat>());
        assert!(found(flat(), &[]).contains("flattens"));
        assert_eq!(found(flat(), &["pii"]), "");
        let value = Flat { one: 1, rest: Classified::new(address()) };
        let schema = published::<Flat>(&["pii"]);
        assert!(["one", "street"].iter().all(|field| schema.to_string().contains(field)), "{schema:#}");
        assert!(Validator::compile(&schema).unwrap().check(&written(&value, &["pii"])).is_ok(), "{schema:#}");
        assert!(serde_json::to_value(&value).is_err(), "no mask is an object");
    }
}
