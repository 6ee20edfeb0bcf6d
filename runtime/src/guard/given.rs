//! The arguments of one call for the typed readers of a tool.

use std::cell::Cell;

use serde_json::Value;

use super::{
    entry::Rejection,
    reader::{Fault, Plain},
    refusal::Refusal,
};
use crate::{
    arguments::Flattened,
    catalog::ItemPolicy,
    outcome::{Code, Stage},
    schema::normalize::EXACT,
    validate::Problem,
};

/// The arguments that the model sent, with defaults for missing ones.
#[derive(Clone)]
pub struct Given<'a> {
    policy: &'a ItemPolicy,
    arguments: &'a Value,
    /// The index of the argument that a struct reads next.
    next: Cell<usize>,
}

impl<'a> Given<'a> {
    pub(crate) fn new(policy: &'a ItemPolicy, arguments: &'a Value) -> Self {
        Self { policy, arguments, next: Cell::new(0) }
    }

    /// The next field of a struct whose fields are arguments.
    ///
    /// # Errors
    ///
    /// If the value does not match its type.
    pub fn field<T>(&self, reader: Plain<T>) -> Result<T, Rejection> {
        let index = self.next.get();
        self.next.set(index + 1);
        self.take(index, reader)
    }

    /// The next field of a struct, if it is itself a struct whose fields are arguments.
    ///
    /// # Errors
    ///
    /// If a value does not match its type.
    pub fn fields<T>(&self, flattened: Flattened<T>) -> Result<T, Rejection> {
        (flattened.read)(self)
    }

    pub(crate) fn take<T>(&self, index: usize, reader: Plain<T>) -> Result<T, Rejection> {
        (reader.0)(self.present(index)).map_err(|fault| self.reject(index, fault))
    }

    pub(crate) fn flattened<T>(&self, first: usize, flattened: Flattened<T>) -> Result<T, Rejection> {
        self.next.set(first);
        (flattened.read)(self)
    }

    pub(crate) fn value(&self, index: usize) -> &'a Value {
        self.present(index).unwrap_or(&Value::Null)
    }

    /// What was sent, or else the default.
    fn present(&self, index: usize) -> Option<&'a Value> {
        let default = self.policy.defaults.get(index).and_then(Option::as_ref);
        self.arguments.get(self.name(index)).or(default)
    }

    /// The value of the argument of this name.
    pub(crate) fn named(&self, name: &str) -> &'a Value {
        let index = self.policy.names.iter().position(|of| *of == name);
        index.map_or(&Value::Null, |index| self.value(index))
    }

    fn name(&self, index: usize) -> &'static str {
        self.policy.names.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn reject(&self, index: usize, fault: Fault) -> Rejection {
        Rejection(match fault {
            // A value that the schema accepts but the type rejects (an invalid port, a `TryFrom` that fails) is refused like one that the schema
            // rejects.
            Fault::Type(expected) => {
                let large = matches!(self.value(index), Value::Number(number) if number.is_f64() && number.as_f64().is_some_and(|number| number.abs() > EXACT));
                let expected = expected.unwrap_or(if large {
                    "must be a value of the argument's type: write a whole number beyond 9007199254740992 without a fraction or an exponent"
                } else {
                    "must be a value of the argument's type"
                });
                let problem = Problem::new(format!("/{}", self.name(index)), expected);
                Refusal::new(Code::InvalidArguments, Stage::Arguments, "type").problems(vec![problem])
            }
            Fault::State(error) => Refusal::from_tool(error, Stage::Owner, "load"),
        })
    }
}
