//! Normalizes arguments according to their schema. `20.0` is an integer in JSON Schema and for many clients, and many clients send `null` to leave
//! out an optional argument. Both are normalized here once, before everything else, so that the validator, the digest of what a person confirms, the
//! audit record and the body see the same value.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Number, Value};

/// The largest magnitude up to which every whole number has a float of its own (2^53).
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;
/// How many schemas are looked at for one value: references and compositions come on top of the nesting.
const STEPS: usize = 4;

/// What can change in the arguments of an item, compiled from its input schema. Empty where nothing can.
#[derive(Debug)]
pub(crate) struct Normalizer(Box<[Node]>);

/// One schema.
#[derive(Debug, Default)]
struct Node {
    /// Whether anything in it, or below it, can change a value.
    active: bool,
    /// Whether a number has to be an integer.
    integer: bool,
    /// The JSON types that `type` names; all of them if it names none.
    types: Types,
    /// What `enum` and `const` list.
    constants: Option<Box<[Value]>>,
    required: Box<[Box<str>]>,
    properties: BTreeMap<Box<str>, Property>,
    /// The schema of every other property; `None` if it says nothing.
    additional: Option<usize>,
    /// Whether there is no other property.
    closed: bool,
    prefix: Box<[usize]>,
    items: Option<usize>,
    /// Schemas that hold as well: `allOf` and `$ref`.
    all: Box<[usize]>,
    /// Groups of schemas, one of which holds: `anyOf` and `oneOf`.
    choices: Box<[Box<[usize]>]>,
}

#[derive(Debug)]
struct Property {
    node: usize,
    /// A `null` stands for absence.
    drops_null: bool,
}

/// A set of JSON types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Types(u8);

impl Types {
    const INTEGER: Self = Self(1);
    /// Any number, whole or not.
    const NUMBER: Self = Self(1 << 1);

    fn of(name: &str) -> Self {
        match name {
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self(1 << 2),
            "boolean" => Self(1 << 3),
            "array" => Self(1 << 4),
            "object" => Self(1 << 5),
            "null" => Self(1 << 6),
            _ => Self(0),
        }
    }

    /// What `type` says, nothing if it is not there.
    fn said(schema: &Map<String, Value>) -> Self {
        match schema.get("type") {
            Some(Value::String(name)) => Self::of(name),
            Some(Value::Array(names)) => {
                Self(names.iter().filter_map(Value::as_str).fold(0, |all, name| all | Self::of(name).0))
            }
            _ => Self(0),
        }
    }

    fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn fits(self, value: &Value) -> bool {
        self == Self(0)
            || self.contains(match value {
                Value::Null => Self::of("null"),
                Value::Bool(_) => Self::of("boolean"),
                Value::Number(number) if whole(number) => Self(Self::INTEGER.0 | Self::NUMBER.0),
                Value::Number(_) => Self::NUMBER,
                Value::String(_) => Self::of("string"),
                Value::Array(_) => Self::of("array"),
                Value::Object(_) => Self::of("object"),
            })
    }
}

fn whole(number: &Number) -> bool {
    !number.is_f64() || integer(number).is_some()
}

/// The integer that a float is, if it is one.
#[expect(clippy::cast_possible_truncation, reason = "it is a whole number of at most 54 bits")]
fn integer(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
}

impl Normalizer {
    pub(crate) fn compile(schema: &Value) -> Self {
        let mut compiler = Compiler { root: schema, nodes: Vec::new(), references: HashMap::new() };
        let root = compiler.node(schema);
        let nodes = compiler.finish();
        let idle = nodes.get(root).is_none_or(|root| !root.active);
        Self(if idle { Box::default() } else { nodes.into() })
    }

    /// Normalizes the arguments. Values that do not match the schema, or that are nested deeper than `depth`, are left to the validator.
    pub(crate) fn apply(&self, arguments: &mut Value, depth: usize) {
        self.value(0, arguments, depth.saturating_mul(STEPS));
    }

    fn value(&self, node: usize, value: &mut Value, steps: usize) {
        let (Some(node), Some(steps)) = (self.0.get(node).filter(|node| node.active), steps.checked_sub(1)) else {
            return;
        };
        match value {
            Value::Number(number) if node.integer => {
                if let Some(integer) = integer(number) {
                    *number = integer.into();
                }
                return;
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    if let Some(node) = node.prefix.get(index).copied().or(node.items) {
                        self.value(node, item, steps);
                    }
                }
            }
            Value::Object(object) => {
                let dropped = |name: &str, value: &Value| {
                    value.is_null() && node.properties.get(name).is_some_and(|property| property.drops_null)
                };
                if object.iter().any(|(name, value)| dropped(name, value)) {
                    object.retain(|name, value| !dropped(name, value));
                }
                for (name, value) in object {
                    let child = node.properties.get(name.as_str()).map(|property| property.node).or(node.additional);
                    if let Some(child) = child {
                        self.value(child, value, steps);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
        }
        for part in &node.all {
            self.value(*part, value, steps);
        }
        for group in &node.choices {
            // Only the first that can be meant: two readings of one value would cost time in the power of its depth.
            if let Some(choice) = group.iter().find(|choice| self.fits(**choice, value, STEPS, true)) {
                self.value(*choice, value, steps);
            }
        }
    }

    /// Whether a value can be meant by a schema, as far as its first level tells.
    fn fits(&self, node: usize, value: &Value, steps: usize, look_inside: bool) -> bool {
        let (Some(node), Some(steps)) = (self.0.get(node), steps.checked_sub(1)) else { return true };
        let inside = || {
            let Value::Object(object) = value else { return true };
            node.required.iter().all(|name| object.contains_key(&**name))
                && object.iter().all(|(name, value)| match node.properties.get(name.as_str()) {
                    Some(property) => {
                        (property.drops_null && value.is_null()) || self.fits(property.node, value, steps, false)
                    }
                    None => !node.closed,
                })
        };
        node.types.fits(value)
            && node.constants.as_ref().is_none_or(|all| all.iter().any(|constant| same(constant, value)))
            && (!look_inside || inside())
            && node.all.iter().all(|part| self.fits(*part, value, steps, look_inside))
            && node.choices.iter().all(|group| group.iter().any(|choice| self.fits(*choice, value, steps, look_inside)))
    }
}

/// Whether JSON Schema takes the two for the same: `1` and `1.0` are.
fn same(constant: &Value, value: &Value) -> bool {
    match (constant, value) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

struct Compiler<'s> {
    root: &'s Value,
    nodes: Vec<Node>,
    references: HashMap<&'s str, usize>,
}

impl<'s> Compiler<'s> {
    fn node(&mut self, schema: &'s Value) -> usize {
        let index = self.nodes.len();
        self.nodes.push(Node::default());
        self.fill(index, schema);
        index
    }

    fn fill(&mut self, index: usize, schema: &'s Value) {
        let Value::Object(schema) = schema else { return };
        let mut node = Node { types: Types::said(schema), ..Node::default() };
        node.constants = match (schema.get("enum"), schema.get("const")) {
            (Some(Value::Array(all)), _) => Some(all.as_slice().into()),
            (_, Some(constant)) => Some(std::slice::from_ref(constant).into()),
            _ => None,
        };
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        node.required = required.filter_map(Value::as_str).map(Into::into).collect();
        for (name, child) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let optional = !node.required.iter().any(|required| **required == **name);
            let drops_null = optional && !self.admits_null(child, STEPS);
            let property = Property { node: self.node(child), drops_null };
            node.properties.insert(name.as_str().into(), property);
        }
        let patterns: Vec<&'s Value> =
            schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::values).collect();
        let other = schema.get("additionalProperties");
        node.additional = match (patterns.as_slice(), other) {
            ([pattern], _) => Some(self.node(pattern)),
            (_, Some(other @ Value::Object(_))) => Some(self.node(other)),
            _ => None,
        };
        node.closed = patterns.is_empty() && other == Some(&Value::Bool(false));
        node.prefix = self.each(schema.get("prefixItems"));
        node.items = schema.get("items").map(|items| self.node(items));
        let mut all = self.each(schema.get("allOf")).into_vec();
        all.extend(schema.get("$ref").and_then(Value::as_str).map(|reference| self.reference(reference)));
        node.all = all.into();
        node.choices = ["anyOf", "oneOf"]
            .into_iter()
            .filter_map(|keyword| schema.get(keyword))
            .map(|group| self.each(Some(group)))
            .collect();
        if let Some(place) = self.nodes.get_mut(index) {
            *place = node;
        }
    }

    fn each(&mut self, schemas: Option<&'s Value>) -> Box<[usize]> {
        schemas.and_then(Value::as_array).into_iter().flatten().map(|schema| self.node(schema)).collect()
    }

    fn reference(&mut self, reference: &'s str) -> usize {
        if let Some(index) = self.references.get(reference) {
            return *index;
        }
        let index = self.nodes.len();
        self.nodes.push(Node::default());
        self.references.insert(reference, index);
        if let Some(schema) = self.resolve(reference) {
            self.fill(index, schema);
        }
        index
    }

    fn resolve(&self, reference: &str) -> Option<&'s Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// Whether a `null` may stand there; where it cannot be told, it may.
    fn admits_null(&self, schema: &Value, steps: usize) -> bool {
        let (Value::Object(schema), Some(steps)) = (schema, steps.checked_sub(1)) else { return true };
        let types = Types::said(schema);
        let listed = match (schema.get("enum"), schema.get("const")) {
            (Some(Value::Array(all)), _) => all.contains(&Value::Null),
            (_, Some(constant)) => constant.is_null(),
            _ => true,
        };
        let group = |keyword| schema.get(keyword).and_then(Value::as_array);
        types.fits(&Value::Null)
            && listed
            && group("allOf").is_none_or(|all| all.iter().all(|part| self.admits_null(part, steps)))
            && ["anyOf", "oneOf"]
                .into_iter()
                .filter_map(group)
                .all(|choices| choices.iter().any(|choice| self.admits_null(choice, steps)))
            && schema
                .get("$ref")
                .and_then(Value::as_str)
                .is_none_or(|reference| self.resolve(reference).is_none_or(|schema| self.admits_null(schema, steps)))
    }

    fn finish(mut self) -> Vec<Node> {
        let integers: Vec<bool> =
            (0..self.nodes.len()).map(|index| self.numbers(index, STEPS) == Numbers::Whole).collect();
        for (node, integer) in self.nodes.iter_mut().zip(integers) {
            node.integer = integer;
            node.active = integer || node.properties.values().any(|property| property.drops_null);
        }
        // What has an active part is active itself; in a recursive schema that takes several rounds.
        loop {
            let wakes: Vec<usize> = self
                .nodes
                .iter()
                .enumerate()
                .filter(|(_, node)| !node.active && node.children().any(|child| self.is_active(child)))
                .map(|(index, _)| index)
                .collect();
            if wakes.is_empty() {
                return self.nodes;
            }
            for index in wakes {
                if let Some(node) = self.nodes.get_mut(index) {
                    node.active = true;
                }
            }
        }
    }

    fn is_active(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|node| node.active)
    }

    /// Which numbers a schema takes.
    fn numbers(&self, node: usize, steps: usize) -> Numbers {
        let (Some(node), Some(steps)) = (self.nodes.get(node), steps.checked_sub(1)) else { return Numbers::Unsaid };
        let own = if node.types.contains(Types::NUMBER) {
            Numbers::Any
        } else if node.types.contains(Types::INTEGER) {
            Numbers::Whole
        } else if node.types != Types(0) {
            Numbers::None
        } else {
            node.constants.as_deref().map_or(Numbers::Unsaid, |constants| {
                let mut numbers = constants.iter().filter_map(Value::as_number).peekable();
                match (numbers.peek().is_some(), numbers.all(whole)) {
                    (false, _) => Numbers::None,
                    (true, true) => Numbers::Whole,
                    (true, false) => Numbers::Any,
                }
            })
        };
        let parts = node.all.iter().map(|part| self.numbers(*part, steps));
        let groups = node.choices.iter().map(|group| {
            // One alternative that takes every number is enough for a float to stay one.
            group.iter().map(|choice| self.numbers(*choice, steps)).max().unwrap_or_default()
        });
        let said = std::iter::once(own).chain(parts).chain(groups).filter(|numbers| *numbers != Numbers::Unsaid);
        said.min().unwrap_or_default()
    }
}

/// From none to all of them.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Numbers {
    None,
    Whole,
    Any,
    #[default]
    Unsaid,
}

impl Node {
    fn children(&self) -> impl Iterator<Item = usize> {
        let properties = self.properties.values().map(|property| property.node);
        let others = self.additional.into_iter().chain(self.items);
        properties
            .chain(others)
            .chain(self.prefix.iter().copied())
            .chain(self.all.iter().copied())
            .chain(self.choices.iter().flatten().copied())
    }
}

#[cfg(test)]
mod tests;
