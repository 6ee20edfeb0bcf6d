//! The arguments of a prompt, which clients send as text.

use serde_json::{Map, Value};

use super::{Kind, Spec, scalar::Scalar};

/// What the text of each argument is read as.
pub(crate) struct Texts(Box<[(Box<str>, Scalar)]>);

impl Texts {
    /// Those of an item, if it is a prompt.
    ///
    /// # Errors
    ///
    /// Every problem, each as the end of a sentence about the item.
    pub(super) fn compile(spec: &Spec, input: &Value) -> Result<Option<Self>, Vec<String>> {
        if spec.kind != Kind::Prompt {
            return Ok(None);
        }
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        for argument in &spec.arguments {
            let schema = input.get("properties").and_then(|properties| properties.get(argument.name));
            match schema.and_then(|schema| Scalar::of(schema, input)) {
                Some(scalar) => read.push((argument.name.into(), scalar)),
                None => problems.push(format!(
                    "has the argument `{}`, which is not a text, a number or a boolean [ST42]: clients send nothing else for a prompt",
                    argument.name
                )),
            }
        }
        if problems.is_empty() { Ok(Some(Self(read.into()))) } else { Err(problems) }
    }

    /// The values that these texts stand for. What is no text, as a call within the process may have it, is its own value.
    pub(crate) fn read(&self, mut arguments: Map<String, Value>) -> Map<String, Value> {
        for (name, scalar) in &self.0 {
            if let Some(value) = arguments.get_mut(&**name)
                && let Value::String(text) = value
            {
                *value = scalar.read(std::mem::take(text));
            }
        }
        arguments
    }
}
