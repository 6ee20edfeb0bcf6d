//! The URIs of a resource, and how their variables become arguments.

use std::sync::Arc;

use secure_tool_vocabulary::UriTemplate;
use serde_json::{Map, Value};

use super::{Kind, Spec, scalar::Scalar};

/// The template of a resource, with what each variable is read as.
pub(crate) struct Uri {
    pub(crate) template: Arc<UriTemplate>,
    variables: Box<[(Box<str>, Scalar)]>,
}

impl Uri {
    /// The template of an item, if it is a resource.
    ///
    /// # Errors
    ///
    /// Every problem, each as the end of a sentence about the item.
    pub(super) fn compile(spec: &Spec, input: &Value) -> Result<Option<Self>, Vec<String>> {
        let source = match (spec.kind, spec.uri) {
            (Kind::Tool | Kind::Prompt, _) => return Ok(None),
            (Kind::Resource, Some(source)) => source,
            (Kind::Resource, None) => return Err(vec!["has no `uri` [ST06]".into()]),
        };
        let template = match UriTemplate::parse(source) {
            Ok(template) => template,
            Err(error) => return Err(vec![format!("has the `uri` \"{}\", but {error} [ST40]", source.escape_debug())]),
        };
        let mut problems = Vec::new();
        for argument in &spec.arguments {
            if !template.variables().any(|variable| variable == argument.name) {
                problems.push(format!("has the argument `{0}`, but no `{{{0}}}` in its `uri` [ST41]", argument.name));
            }
        }
        let mut variables = Vec::new();
        for variable in template.variables() {
            let schema = input.get("properties").and_then(|properties| properties.get(variable));
            match schema.map(|schema| Scalar::of(schema, input)) {
                None => problems.push(format!("has `{{{variable}}}` in its `uri`, but no argument with this name [ST41]")),
                Some(None) => problems.push(format!(
                    "has the argument `{variable}`, which is not a text, a number or a boolean: `{{{variable}}}` in its `uri` can carry nothing else [ST42]"
                )),
                Some(Some(scalar)) => variables.push((variable.into(), scalar)),
            }
        }
        if problems.is_empty() {
            Ok(Some(Self { template: Arc::new(template), variables: variables.into() }))
        } else {
            Err(problems)
        }
    }

    /// The arguments of the resource's call, if this URI is one of its own.
    pub(super) fn arguments(&self, uri: &str) -> Option<Map<String, Value>> {
        let values = self.template.values(uri)?;
        let named = self.variables.iter().zip(values);
        Some(named.map(|((name, scalar), text)| (name.to_string(), scalar.read(text))).collect())
    }
}
