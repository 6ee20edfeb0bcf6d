//! Validates arguments against the published schema.

use std::{collections::HashSet, fmt};

use jsonschema::{
    Draft, PatternOptions,
    error::{TypeKind, ValidationErrorKind},
    paths::LocationSegment,
};
use serde::Serialize;
use serde_json::Value;

/// The maximum number of problems that are listed; a model cannot use more at once.
const PROBLEMS_SHOWN: usize = 8;

/// The names of larger objects are not listed.
const MOST_NAMES: usize = 32;

/// One problem with the arguments of a call: where it is and what was expected, never what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub(crate) pointer: String,
    pub(crate) expected: String,
}

impl Problem {
    pub(crate) fn new(pointer: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), expected: expected.into() }
    }

    /// A JSON pointer (RFC 6901) to the place. A key that is not in the schema is shown as `*`.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was expected there.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl Problem {
    /// Approximately how many bytes it takes when shown.
    pub(crate) fn len(&self) -> usize {
        self.pointer.len() + self.expected.len()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the arguments" } else { &self.pointer };
        write!(f, "{place}: {}", self.expected)
    }
}

/// A compiled JSON Schema: patterns run in linear time, formats are checked, and nothing is fetched.
pub(crate) struct Validator {
    compiled: jsonschema::Validator,
    schema: Value,
    /// Every property name in the schema: only these may be shown.
    known: HashSet<Box<str>>,
}

impl Validator {
    pub(crate) fn compile(schema: &Value) -> Result<Self, String> {
        let compiled = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| error.to_string())?;
        let mut known = HashSet::new();
        collect_property_names(schema, &mut known);
        Ok(Self { compiled, schema: schema.clone(), known })
    }

    pub(crate) fn check(&self, arguments: &Value) -> Result<(), Vec<Problem>> {
        if self.compiled.is_valid(arguments) {
            return Ok(());
        }
        let mut problems: Vec<Problem> = self
            .compiled
            .iter_errors(arguments)
            .take(PROBLEMS_SHOWN)
            .map(|error| {
                let mut pointer = self.pointer(error.instance_path());
                if let ValidationErrorKind::Required { property: Value::String(property) } = error.kind() {
                    push_segment(&mut pointer, property);
                }
                Problem::new(pointer, self.expected(&error))
            })
            .collect();
        problems.dedup();
        Err(problems)
    }

    fn expected(&self, error: &jsonschema::ValidationError<'_>) -> String {
        self.constants(error).or_else(|| self.names(error)).unwrap_or_else(|| expectation(error.kind()))
    }

    /// An enum whose variants have docs is a `oneOf` of constants, which can be listed.
    fn constants(&self, error: &jsonschema::ValidationError<'_>) -> Option<String> {
        if !matches!(error.kind(), ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. }) {
            return None;
        }
        let alternatives = self.schema.pointer(error.schema_path().as_str())?.as_array()?;
        let constants: Option<Vec<&Value>> = alternatives.iter().map(|alternative| alternative.get("const")).collect();
        constants.map(|constants| format!("must be one of {}", serde_json::json!(constants)))
    }

    /// The names that an object may have: the caller can correct a misspelt argument without reading the schema again. Names that the caller has sent are
    /// not repeated.
    fn names(&self, error: &jsonschema::ValidationError<'_>) -> Option<String> {
        let ValidationErrorKind::AdditionalProperties { .. } = error.kind() else { return None };
        let (object, _) = error.schema_path().as_str().rsplit_once('/')?;
        let properties = self.schema.pointer(object)?.get("properties")?.as_object()?;
        let names: Vec<String> = properties.keys().take(MOST_NAMES + 1).map(|name| format!("`{name}`")).collect();
        match names.len() {
            0 => Some("must have no properties".into()),
            1..=MOST_NAMES => Some(format!("must have no properties other than {}", names.join(", "))),
            _ => None,
        }
    }

    fn pointer(&self, location: &jsonschema::paths::Location) -> String {
        let mut pointer = String::new();
        for segment in location {
            match segment {
                LocationSegment::Property(name) if self.known.contains(&*name) => push_segment(&mut pointer, &name),
                LocationSegment::Property(_) => pointer.push_str("/*"),
                LocationSegment::Index(index) => {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                }
            }
        }
        pointer
    }
}

fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}

fn collect_property_names(schema: &Value, known: &mut HashSet<Box<str>>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                known.extend(properties.keys().map(|name| name.as_str().into()));
            }
            object.values().for_each(|child| collect_property_names(child, known));
        }
        Value::Array(items) => items.iter().for_each(|child| collect_property_names(child, known)),
        _ => {}
    }
}

/// Describes what the schema requires. Everything in it comes from the published schema.
fn expectation(kind: &ValidationErrorKind) -> String {
    match kind {
        ValidationErrorKind::Required { .. } => "is required".into(),
        ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::UnevaluatedProperties { .. } => {
            "must have no properties that are not in the schema".into()
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(single) } => format!("must be of type {single}"),
        ValidationErrorKind::Type { kind: TypeKind::Multiple(several) } => {
            let names: Vec<String> = several.iter().map(|single| single.to_string()).collect();
            format!("must be of type {}", names.join(" or "))
        }
        ValidationErrorKind::Enum { options } => format!("must be one of {options}"),
        ValidationErrorKind::Constant { expected_value } => format!("must be {expected_value}"),
        ValidationErrorKind::Pattern { pattern } => format!("must match the pattern {pattern}"),
        ValidationErrorKind::Format { format } => format!("must have the format {format}"),
        ValidationErrorKind::Minimum { limit } => format!("must be at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("must be at most {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        ValidationErrorKind::MinLength { limit } => format!("must have at least {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("must have at most {limit} characters"),
        ValidationErrorKind::MinItems { limit } => format!("must have at least {limit} items"),
        ValidationErrorKind::MaxItems { limit } => format!("must have at most {limit} items"),
        ValidationErrorKind::MinProperties { limit } => format!("must have at least {limit} properties"),
        ValidationErrorKind::MaxProperties { limit } => format!("must have at most {limit} properties"),
        ValidationErrorKind::PropertyNames { .. } => "must have property names that the schema allows".into(),
        ValidationErrorKind::UniqueItems => "must have no duplicate items".into(),
        ValidationErrorKind::AnyOf { .. }
        | ValidationErrorKind::OneOfNotValid { .. }
        | ValidationErrorKind::OneOfMultipleValid { .. } => "must match one of the schema's alternatives".into(),
        ValidationErrorKind::Not { schema } => match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) => format!("must not match the pattern {pattern}"),
            None => "must satisfy `not` of the schema".into(),
        },
        other => format!("must satisfy `{}` of the schema", other.keyword()),
    }
}

/// Why a JSON value is refused before it is validated against a schema.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TooMuch {
    Bytes,
    Depth,
}

/// Checks the total size (as compact JSON without escapes) and the nesting of a value, and stops as soon as either is exceeded.
pub(crate) fn measure(value: &Value, max_bytes: usize, max_depth: usize) -> Result<(), TooMuch> {
    let mut left = max_bytes;
    measure_into(value, &mut left, max_depth)
}

fn measure_into(value: &Value, left: &mut usize, depth: usize) -> Result<(), TooMuch> {
    let mut take = |bytes: usize| match left.checked_sub(bytes) {
        Some(rest) => {
            *left = rest;
            Ok(())
        }
        None => Err(TooMuch::Bytes),
    };
    match value {
        Value::Null | Value::Bool(_) => take(4),
        Value::Number(_) => take(8),
        Value::String(text) => take(text.len() + 2),
        Value::Array(items) => {
            take(2 + items.len())?;
            let depth = depth.checked_sub(1).ok_or(TooMuch::Depth)?;
            items.iter().try_for_each(|item| measure_into(item, left, depth))
        }
        Value::Object(object) => {
            take(2 + object.len())?;
            let depth = depth.checked_sub(1).ok_or(TooMuch::Depth)?;
            object.iter().try_for_each(|(key, item)| {
                *left = left.checked_sub(key.len() + 3).ok_or(TooMuch::Bytes)?;
                measure_into(item, left, depth)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn problems_name_the_place_and_the_expectation_and_nothing_the_model_wrote() {
        let validator = Validator::compile(&json!({
            "type": "object",
            "properties": {
                "a~b": {"type": "integer", "minimum": 1},
                "tags": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 3}},
                "when": {"type": "string", "format": "date"},
            },
            "required": ["a~b"],
            "additionalProperties": false,
        }))
        .unwrap();
        let problems = |value: Value| {
            validator.check(&value).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(problems(json!({})), "/a~0b: is required");
        assert_eq!(problems(json!({"a~b": 0})), "/a~0b: must be at least 1");
        assert_eq!(problems(json!({"a~b": "CANARY"})), "/a~0b: must be of type integer");
        assert_eq!(
            problems(json!({"a~b": 1, "CANARY": 1})),
            "the arguments: must have no properties other than `a~b`, `tags`, `when`"
        );
        assert_eq!(problems(json!({"a~b": 1, "tags": {"CANARY": "long"}})), "/tags/*: must have at most 3 characters");
        assert_eq!(problems(json!({"a~b": 1, "when": "CANARY"})), "/when: must have the format date");
        assert!(validator.check(&json!({"a~b": 1, "when": "2026-07-28", "tags": {"x": "abc"}})).is_ok());
    }

    #[test]
    fn size_and_nesting_have_an_edge() {
        let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(measure(&nested(32), 1000, 32), Ok(()));
        assert_eq!(measure(&nested(33), 1000, 32), Err(TooMuch::Depth));
        let text = |length: usize| json!({"k": "x".repeat(length)});
        assert_eq!(measure(&text(91), 100, 32), Ok(()));
        assert_eq!(measure(&text(92), 100, 32), Err(TooMuch::Bytes));
    }
}
