//! Translates the tool list for the protocol.

use std::{collections::HashMap, sync::Arc};

use rmcp::model::ToolAnnotations;
use secure_tool_vocabulary::deletion_verb;
#[cfg(feature = "http")]
use serde::Serialize;
use serde_json::Value;
#[cfg(feature = "http")]
use serde_json::{json, value::RawValue};

#[cfg(feature = "http")]
use super::Revision;
use super::item_metadata::ItemMetadata;
#[cfg(feature = "http")]
use crate::catalog::RequiredScopes;
use crate::{
    catalog::{Item, Spec},
    policy::Effect,
};

/// The key of the required scopes in the `_meta` of an item: one of these sets is sufficient, each in the form of an OAuth `scope` parameter.
#[cfg(feature = "http")]
const SCOPES: &str = "secure-tool/scopes";

/// Which items a list contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The items that the caller may call.
    Callable,
    /// Also the items for which the caller lacks scopes, each with its required scopes.
    #[cfg(feature = "http")]
    All,
}

/// The entries of `tools/list`, created once when the server is built.
#[derive(Default)]
pub(crate) struct Tools {
    by_name: HashMap<&'static str, Published>,
}

struct Published {
    tool: rmcp::model::Tool,
    /// The same as JSON.
    #[cfg(feature = "http")]
    json: Box<RawValue>,
    /// The same entry with the scopes.
    #[cfg(feature = "http")]
    with_scopes: Box<RawValue>,
}

impl Tools {
    /// Adds a tool.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown, as the end of a sentence about the tool.
    pub(super) fn publish<R>(&mut self, item: &Item<R>, input: &Value, output: Option<&Value>) -> Result<(), String> {
        let tool = published(item, input, output)?;
        #[cfg(feature = "http")]
        let raw = |tool| serde_json::value::to_raw_value(tool).map_err(|error| format!("cannot be shown: {error}"));
        let published = Published {
            #[cfg(feature = "http")]
            json: raw(&tool)?,
            #[cfg(feature = "http")]
            with_scopes: raw(&tool_with_scopes(tool.clone(), &item.scopes))?,
            tool,
        };
        self.by_name.insert(item.spec.name, published);
        Ok(())
    }

    /// The entries of these items in `tools/list`.
    pub(super) fn list<'i, R: 'i>(&self, items: impl Iterator<Item = &'i Item<R>>) -> Vec<rmcp::model::Tool> {
        items.filter_map(|item| self.by_name.get(item.spec.name)).map(|published| published.tool.clone()).collect()
    }

    /// The result of `tools/list`. It depends on the caller and on switches, so it must not be cached or shared.
    #[cfg(feature = "http")]
    pub(super) fn listed<'i, R: 'i>(
        &self,
        items: impl Iterator<Item = &'i Item<R>>,
        revision: Revision,
        shown: Shown,
    ) -> impl Serialize {
        let tools: Vec<&RawValue> = items
            .filter_map(|item| self.by_name.get(item.spec.name))
            .map(|published| if shown == Shown::All { &*published.with_scopes } else { &*published.json })
            .collect();
        let modern = !revision.has_handshake();
        List {
            result_type: modern.then_some("complete"),
            ttl_ms: modern.then_some(0),
            cache_scope: modern.then_some("private"),
            tools,
        }
    }
}

/// The result of `tools/list`, with entries that are already JSON.
#[cfg(feature = "http")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_scope: Option<&'static str>,
    tools: Vec<&'t RawValue>,
}

/// The value of [`SCOPES`].
#[cfg(feature = "http")]
fn scope_sets(required: &RequiredScopes) -> Vec<String> {
    required.alternatives().iter().map(|alternative| alternative.scopes().collect::<Vec<_>>().join(" ")).collect()
}

/// The description of an item that a model reads.
pub(super) fn description(spec: &Spec) -> String {
    spec.deprecated
        .map_or_else(|| spec.description.to_owned(), |instead| format!("Deprecated: {instead}\n\n{}", spec.description))
}

/// A list entry with the required scopes of the item.
#[cfg(feature = "http")]
pub(super) fn with_scopes(mut entry: Value, required: &RequiredScopes) -> Value {
    let sets = scope_sets(required);
    if let (Value::Object(entry), false) = (&mut entry, sets.is_empty()) {
        let meta = entry.entry("_meta").or_insert_with(|| json!({}));
        if let Value::Object(meta) = meta {
            meta.insert(SCOPES.into(), sets.into());
        }
    }
    entry
}

#[cfg(feature = "http")]
fn tool_with_scopes(mut tool: rmcp::model::Tool, required: &RequiredScopes) -> rmcp::model::Tool {
    let sets = scope_sets(required);
    if !sets.is_empty() {
        tool.meta.get_or_insert_default().insert(SCOPES.into(), sets.into());
    }
    tool
}

/// The entry of a tool in `tools/list`.
fn published<R>(item: &Item<R>, input: &Value, output: Option<&Value>) -> Result<rmcp::model::Tool, String> {
    let spec = &item.spec;
    let object = |schema: &Value| schema.as_object().cloned().map(Arc::new).ok_or("has a schema that is not an object");
    let mut description = description(spec);
    if let Some(after) = &item.body.policy.order.after {
        description = format!("{description}\n\n{}", after.description_sentence());
    }
    let mut tool = rmcp::model::Tool::new(spec.name, description, object(input)?);
    tool.output_schema = output.map(object).transpose()?;
    tool.annotations = Some(annotations(spec));
    let ItemMetadata { title, icons, meta } = ItemMetadata::of(spec)?;
    (tool.title, tool.icons, tool.meta) = (title, icons, meta);
    Ok(tool)
}

/// Every hint is explicit, and assumes the worse if the attribute does not state it.
fn annotations(spec: &Spec) -> ToolAnnotations {
    let read_only = spec.effect == Effect::ReadOnly;
    let destructive = spec.effect == Effect::Destroy || !read_only && deletion_verb(spec.name).is_some();
    let mut annotations = ToolAnnotations::new()
        .read_only(read_only)
        .destructive(destructive)
        .idempotent(read_only || spec.hints.idempotent || spec.idempotent.is_some())
        .open_world(!spec.hints.closed_world);
    annotations.title = spec.title.map(str::to_owned);
    annotations
}
