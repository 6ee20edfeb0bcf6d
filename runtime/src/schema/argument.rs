//! One argument as declared in the attribute.

use std::borrow::Cow;

use schemars::{JsonSchema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Number, Value};

use super::probe::{Step, distinguishes_null, field_keeps_null};
use crate::{catalog::ObjectType, policy::Piece};

/// How an argument is recorded in the audit record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audit {
    /// The value.
    Full,
    /// Types and lengths.
    Shape,
    /// Nothing.
    None,
}

/// A bound on a number.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// A whole number.
    Int(i128),
    /// Any number.
    Float(f64),
}

impl Bound {
    /// JSON integers range from `i64::MIN` to `u64::MAX`: a bound beyond them has no effect.
    fn number(self) -> Option<Number> {
        match self {
            Self::Int(int) => Number::from_i128(int),
            Self::Float(float) => Number::from_f64(float),
        }
    }
}

/// How a type treats `null`. A type that accepts it also accepts absence, like an `Option` in serde.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Null {
    /// `null` is rejected: the argument is required.
    Refused,
    /// `null` means absence.
    Absence,
    /// `null` differs from absence: `Option<Option<T>>`.
    Told,
}

/// Instructions for the model on how to use an idempotency key.
const IDEMPOTENCY_KEY: &str = "This is an idempotency key. Make a new random value, such as a UUID, for each new operation. When you retry the same operation, \
    because it failed or you have seen no answer, send the same value with the same arguments: the operation then happens at most once. Never use a value again for another operation.";

/// What the guard knows about an argument, regardless of its Rust type.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the attribute states or not")]
pub(crate) struct ArgumentSpec {
    pub(crate) name: &'static str,
    /// Its name in the source, if that is another.
    pub(crate) called: Option<&'static str>,
    pub(crate) description: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> schemars::Schema,
    pub(crate) null: Null,
    /// Whether a `null` says something else than absence in a property within it.
    pub(crate) field_keeps_null: fn(&[Step<'_>]) -> bool,
    /// Whether the guard compares its owner with the caller.
    pub(crate) checked: bool,
    /// What the person at the client is asked, if it is for them to give.
    pub(crate) asked: Option<&'static [Piece]>,
    /// Objects of which kind it names, if the guard compares their owner with the caller.
    pub(crate) object: Option<ObjectType>,
    /// Whether the source says that it is an object of its own.
    pub(crate) nested: bool,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) default: Option<Value>,
    pub(crate) example: Option<Value>,
    pub(crate) secret: bool,
    /// Whether it is the key by which a repeated call is recognized.
    pub(crate) is_idempotency_key: bool,
    pub(crate) audit: Option<Audit>,
    pub(crate) opt_outs: Vec<(&'static str, Cow<'static, str>)>,
    pub(crate) errors: Vec<String>,
}

impl ArgumentSpec {
    /// Its names, on the wire and in the source.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.called)
    }

    /// The description for the model.
    pub(crate) fn described(&self) -> Cow<'static, str> {
        if !self.is_idempotency_key {
            return Cow::Borrowed(self.description);
        }
        format!("{}\n\n{IDEMPOTENCY_KEY}", self.description).into()
    }

    pub(crate) fn is_unbounded(&self) -> bool {
        self.opt_outs.iter().any(|(kind, _)| *kind == "unbounded")
    }
}

/// A keyword of JSON Schema that narrows an argument, and which JSON types it can narrow.
#[derive(Debug)]
pub(crate) struct Constraint {
    pub(crate) keyword: &'static str,
    pub(crate) value: Value,
    pub(crate) fits: &'static [&'static str],
}

const STRING: &[&str] = &["string"];
const NUMBER: &[&str] = &["integer", "number"];
const ARRAY: &[&str] = &["array"];
const SCALAR: &[&str] = &["string", "integer", "number"];

/// What a type says of itself before there is a value.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    of: fn(&mut SchemaGenerator) -> schemars::Schema,
    null: fn() -> Null,
    field_keeps_null: fn(&[Step<'_>]) -> bool,
}

impl Schema {
    pub(crate) const fn of<T: JsonSchema + DeserializeOwned>() -> Self {
        Self {
            of: |generator| generator.subschema_for::<T>(),
            null: || match T::deserialize(Value::Null) {
                Err(_) => Null::Refused,
                Ok(_) if distinguishes_null::<T>() => Null::Told,
                Ok(_) => Null::Absence,
            },
            field_keeps_null: field_keeps_null::<T>,
        }
    }
}

/// An argument that is being defined; `R` is its reader.
pub struct Argument<R> {
    pub(crate) spec: ArgumentSpec,
    pub(crate) reader: R,
}

/// An expression of the attribute as JSON. It comes as a function, so that a `return` in it leaves nothing but itself.
///
/// # Errors
///
/// If it is none; found when the server is built.
pub fn json<T: Serialize>(value: fn() -> T) -> Result<Value, String> {
    serde_json::to_value(value()).map_err(|error| error.to_string())
}

impl<R> Argument<R> {
    pub(crate) fn new(schema: Schema, name: &'static str, description: &'static str, reader: R) -> Self {
        Self {
            spec: ArgumentSpec {
                name,
                called: None,
                description,
                schema: schema.of,
                null: (schema.null)(),
                field_keeps_null: schema.field_keeps_null,
                checked: false,
                asked: None,
                object: None,
                nested: false,
                constraints: Vec::new(),
                default: None,
                example: None,
                secret: false,
                is_idempotency_key: false,
                audit: None,
                opt_outs: Vec::new(),
                errors: Vec::new(),
            },
            reader,
        }
    }

    fn constrain(mut self, keyword: &'static str, value: impl Into<Value>, fits: &'static [&'static str]) -> Self {
        self.spec.constraints.push(Constraint { keyword, value: value.into(), fits });
        self
    }

    pub(crate) fn naming(mut self, object: ObjectType) -> Self {
        self.spec.object = Some(object);
        self
    }

    /// In the source it is called otherwise.
    #[must_use]
    pub fn called(mut self, name: &'static str) -> Self {
        self.spec.called = Some(name);
        self
    }

    /// The person at the client gives it, and not the model.
    #[must_use]
    pub fn ask(mut self, question: &'static [Piece]) -> Self {
        self.spec.asked = Some(question);
        self
    }

    /// A struct that the model sends as one object.
    #[must_use]
    pub fn nested(mut self) -> Self {
        self.spec.nested = true;
        self
    }

    /// The whole text must match.
    #[must_use]
    pub fn pattern(self, pattern: &'static str) -> Self {
        // JSON Schema's `pattern` is not anchored, so `inv_[0-9]+` would accept `x; DROP inv_1`.
        let end = pattern.ends_with('$') && !pattern.ends_with("\\$");
        // `^?` begins anywhere.
        let start = pattern.strip_prefix('^').is_some_and(|rest| !rest.starts_with(['?', '*', '+', '{']));
        let anchored = start && end && !pattern.contains('|');
        let whole = if anchored { pattern.to_owned() } else { format!("^(?:{pattern})$") };
        self.constrain("pattern", whole, STRING)
    }

    /// The smallest number.
    #[must_use]
    pub fn min(self, bound: Bound) -> Self {
        self.bound("minimum", bound)
    }

    /// The largest number.
    #[must_use]
    pub fn max(self, bound: Bound) -> Self {
        self.bound("maximum", bound)
    }

    fn bound(mut self, keyword: &'static str, bound: Bound) -> Self {
        if let Some(number) = bound.number() {
            return self.constrain(keyword, number, NUMBER);
        }
        self.spec.errors.push(format!("has a `{keyword}` that is not a JSON number"));
        self
    }

    /// The fewest characters.
    #[must_use]
    pub fn min_len(self, length: usize) -> Self {
        self.constrain("minLength", length, STRING)
    }

    /// The most characters.
    #[must_use]
    pub fn max_len(self, length: usize) -> Self {
        self.constrain("maxLength", length, STRING)
    }

    /// The fewest items.
    #[must_use]
    pub fn min_items(self, items: usize) -> Self {
        self.constrain("minItems", items, ARRAY)
    }

    /// The most items.
    #[must_use]
    pub fn max_items(self, items: usize) -> Self {
        self.constrain("maxItems", items, ARRAY)
    }

    /// One of these values, given as a JSON array.
    #[must_use]
    pub fn one_of_json(mut self, values: &'static str) -> Self {
        match self.parsed(values) {
            Some(values) => self.constrain("enum", values, SCALAR),
            None => self,
        }
    }

    /// One of these values, given as a list.
    #[must_use]
    pub fn one_of_value(mut self, values: Result<Value, String>) -> Self {
        match self.accepted(values) {
            Some(values) => self.constrain("enum", values, SCALAR),
            None => self,
        }
    }

    /// A format of JSON Schema.
    #[must_use]
    pub fn format(self, format: &'static str) -> Self {
        self.constrain("format", format, STRING)
    }

    /// What an absent argument stands for, as JSON.
    #[must_use]
    pub fn default_json(mut self, value: &'static str) -> Self {
        self.spec.default = self.parsed(value);
        self
    }

    /// What an absent argument stands for.
    #[must_use]
    pub fn default_value(mut self, value: Result<Value, String>) -> Self {
        self.spec.default = self.accepted(value);
        self
    }

    /// An example for the model, as JSON.
    #[must_use]
    pub fn example_json(mut self, value: &'static str) -> Self {
        self.spec.example = self.parsed(value);
        self
    }

    /// An example for the model.
    #[must_use]
    pub fn example_value(mut self, value: Result<Value, String>) -> Self {
        self.spec.example = self.accepted(value);
        self
    }

    fn parsed(&mut self, json: &'static str) -> Option<Value> {
        let value = serde_json::from_str(json).map_err(|error| error.to_string());
        self.accepted(value)
    }

    fn accepted(&mut self, value: Result<Value, String>) -> Option<Value> {
        value.map_err(|error| self.spec.errors.push(format!("has a value that is not valid JSON: {error}"))).ok()
    }

    /// Never to be written down anywhere.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.spec.secret = true;
        self
    }

    /// How much of it is recorded.
    #[must_use]
    pub fn audit(mut self, audit: Audit) -> Self {
        self.spec.audit = Some(audit);
        self
    }

    /// Without the default bounds, for a reason.
    #[must_use]
    pub fn unbounded(self, reason: &'static str) -> Self {
        self.opt_out("unbounded", reason)
    }

    /// Free text where it is dangerous, for a reason.
    #[must_use]
    pub fn raw(self, reason: &'static str) -> Self {
        self.opt_out("raw", reason)
    }

    /// Named like an identity without being one, for a reason.
    #[must_use]
    pub fn not_identity(self, reason: &'static str) -> Self {
        self.opt_out("not_identity", reason)
    }

    /// Named like a credential without being one, for a reason.
    #[must_use]
    pub fn not_credential(self, reason: &'static str) -> Self {
        self.opt_out("not_credential", reason)
    }

    /// Named like the key of an object without belonging to anybody, for a reason.
    #[must_use]
    pub fn not_object(self, reason: &'static str) -> Self {
        self.opt_out("not_object", reason)
    }

    fn opt_out(mut self, kind: &'static str, reason: &'static str) -> Self {
        self.spec.opt_outs.push((kind, Cow::Borrowed(reason)));
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::guard::reader::argument;

    #[test]
    fn the_whole_text_matches_a_pattern() {
        for (pattern, whole) in [
            ("[a-z]+", "^(?:[a-z]+)$"),
            ("^[a-z]+$", "^[a-z]+$"),
            ("^a$|b", "^(?:^a$|b)$"),
            (r"^a\$", r"^(?:^a\$)$"),
            ("^?a$", "^(?:^?a$)$"),
            ("^{0}a$", "^(?:^{0}a$)$"),
        ] {
            let spec = argument::<String>("a", "").pattern(pattern).spec;
            assert_eq!(spec.constraints.iter().map(|constraint| &constraint.value).collect::<Vec<_>>(), [whole]);
        }
    }
}
