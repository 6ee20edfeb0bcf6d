//! Descriptive fields of items of any kind, which clients show and nobody enforces.

use rmcp::model::{Icon, MetaObject};
use serde::Serialize;
use serde_json::{Value, json};

use crate::catalog::Spec;

/// The key of the version in the `_meta` of an item.
const VERSION: &str = "secure-tool/version";

/// In the form of a list entry.
#[derive(Serialize)]
pub(super) struct ItemMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) icons: Option<Vec<Icon>>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<MetaObject>,
}

impl ItemMetadata {
    /// The descriptive fields of an item.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown, as the end of a sentence about the item.
    pub(super) fn of(spec: &Spec) -> Result<Self, String> {
        let mut meta = MetaObject::new();
        for (key, json) in &spec.meta {
            let value = serde_json::from_str(json).map_err(|_| "has a value in `meta` that is not valid JSON")?;
            meta.insert((*key).into(), value);
        }
        if let Some(version) = spec.version {
            meta.insert(VERSION.into(), version.into());
        }
        Ok(Self {
            title: spec.title.map(str::to_owned),
            icons: spec.icon.map(|source| vec![Icon::new(source)]),
            meta: (!meta.is_empty()).then_some(meta),
        })
    }

    /// Adds the fields to an entry.
    pub(super) fn add_to(&self, entry: &mut Value) {
        if let (Value::Object(entry), Value::Object(beside)) = (entry, json!(self)) {
            entry.extend(beside);
        }
    }
}
