//! The tools among the items, as the protocol shows them.

use std::{collections::HashMap, sync::Arc};

use rmcp::model::ToolAnnotations;
use secure_tool_vocabulary::deletion_verb;
use serde_json::Value;

use crate::{
    catalog::{Item, Spec},
    policy::Effect,
};

/// What `tools/list` shows of each tool, made once when the server is built.
#[derive(Default)]
pub(crate) struct Tools {
    by_name: HashMap<&'static str, rmcp::model::Tool>,
}

impl Tools {
    /// Adds a tool.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown, as the end of a sentence about the tool.
    pub(super) fn publish(&mut self, spec: &Spec, input: &Value, output: Option<&Value>) -> Result<(), String> {
        self.by_name.insert(spec.name, published(spec, input, output)?);
        Ok(())
    }

    /// These items as `tools/list` shows them.
    pub(super) fn list<'i, R: 'i>(&self, items: impl Iterator<Item = &'i Item<R>>) -> Vec<rmcp::model::Tool> {
        items.filter_map(|item| self.by_name.get(item.spec.name)).cloned().collect()
    }
}

/// A tool as `tools/list` shows it.
fn published(spec: &Spec, input: &Value, output: Option<&Value>) -> Result<rmcp::model::Tool, String> {
    let object = |schema: &Value| schema.as_object().cloned().map(Arc::new).ok_or("has a schema that is no object");
    let description = spec.deprecated.map_or_else(
        || spec.description.to_owned(),
        |instead| format!("Deprecated: {instead}\n\n{}", spec.description),
    );
    let mut tool = rmcp::model::Tool::new(spec.name, description, object(input)?);
    tool.title = spec.title.map(str::to_owned);
    tool.output_schema = output.map(object).transpose()?;
    tool.annotations = Some(annotations(spec));
    if let Some(version) = spec.version {
        let mut meta = rmcp::model::MetaObject::new();
        meta.insert("secure-tool/version".into(), version.into());
        tool.meta = Some(meta);
    }
    Ok(tool)
}

/// Every hint is explicit, and says the worse where the attribute does not know better.
fn annotations(spec: &Spec) -> ToolAnnotations {
    let read_only = spec.effect == Effect::ReadOnly;
    let destructive = spec.effect == Effect::Destroy || !read_only && deletion_verb(spec.name).is_some();
    let mut annotations =
        ToolAnnotations::new().read_only(read_only).destructive(destructive).idempotent(read_only).open_world(true);
    annotations.title = spec.title.map(str::to_owned);
    annotations
}
