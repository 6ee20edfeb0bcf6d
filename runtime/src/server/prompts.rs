//! Translates prompts between the protocol and the guard.

use std::collections::HashMap;

use rmcp::model::{ErrorData, GetPromptResult, ListPromptsResult, Prompt, PromptMessage};
use serde::Deserialize;
use serde_json::{Value, json};

#[cfg(feature = "http")]
use super::tools::with_scopes;
use super::{Revision, Shown, item_metadata::ItemMetadata, resources, rmcp_model, tools::description};
use crate::{
    PromptResponse, Role,
    catalog::{Item, Kind},
    guard::{Guard, Outcome},
    identity::Principal,
};

/// The entries of `prompts/list`, created once when the server is built.
#[derive(Default)]
pub(crate) struct Prompts {
    by_name: HashMap<&'static str, Published>,
}

struct Published {
    prompt: Prompt,
    /// The same entry with the scopes.
    #[cfg(feature = "http")]
    with_scopes: Prompt,
}

impl Prompts {
    /// Adds a prompt with this input schema.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown, as the end of a sentence about the prompt.
    pub(super) fn publish<R>(&mut self, item: &Item<R>, input: &Value) -> Result<(), String> {
        let shown = |json: &Value| Prompt::deserialize(json).map_err(|error| format!("cannot be shown: {error}"));
        let json = published(item, input)?;
        let published = Published {
            prompt: shown(&json)?,
            #[cfg(feature = "http")]
            with_scopes: shown(&with_scopes(json, &item.scopes))?,
        };
        self.by_name.insert(item.spec.name, published);
        Ok(())
    }

    /// The prompts that the caller may get. A list depends on the caller and on switches.
    pub(super) fn list<S: Send + Sync + 'static>(
        &self,
        guard: &Guard<S>,
        principal: &Principal,
        shown: Shown,
    ) -> Vec<Prompt> {
        let entry = |item: &Item<_>| self.by_name.get(item.spec.name);
        match shown {
            Shown::Callable => {
                let items = guard.visible(Kind::Prompt, principal);
                items.filter_map(entry).map(|published| published.prompt.clone()).collect()
            }
            #[cfg(feature = "http")]
            Shown::All => {
                let items = guard.present(Kind::Prompt, principal);
                items.filter_map(entry).map(|published| published.with_scopes.clone()).collect()
            }
        }
    }
}

fn published<R>(item: &Item<R>, input: &Value) -> Result<Value, String> {
    let spec = &item.spec;
    let required = input.get("required").and_then(Value::as_array);
    let arguments = spec.arguments.iter().map(|argument| {
        let is_required = required.is_some_and(|names| names.iter().any(|name| name == argument.name));
        json!({"name": argument.name, "description": argument.description, "required": is_required})
    });
    let arguments: Vec<Value> = arguments.collect();
    let mut entry = json!({"name": spec.name, "description": description(spec), "arguments": arguments});
    ItemMetadata::of(spec)?.add_to(&mut entry);
    Ok(entry)
}

/// `prompts/list` as a type of rmcp.
pub(super) fn list_result(prompts: Vec<Prompt>, revision: Revision) -> ListPromptsResult {
    let mut list = ListPromptsResult::with_all_items(prompts);
    (list.ttl_ms, list.cache_scope) = resources::caching(revision);
    list
}

/// The result of `prompts/get` as a type of rmcp.
///
/// # Errors
///
/// Why there are no messages.
pub(super) fn get_result(outcome: Outcome) -> Result<GetPromptResult, ErrorData> {
    let (description, messages, error) = PromptResponse::new(outcome).into_parts();
    if let Some(error) = error {
        return Err(rmcp_model::refused(&error));
    }
    let messages = messages.into_iter().map(|message| {
        let role = match message.role {
            Role::User => rmcp::model::Role::User,
            Role::Assistant => rmcp::model::Role::Assistant,
        };
        PromptMessage::new(role, rmcp_model::content_block(message.content))
    });
    let mut result = GetPromptResult::new(messages.collect());
    result.description = description;
    Ok(result)
}
