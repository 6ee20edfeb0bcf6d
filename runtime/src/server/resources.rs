//! Translates resources between the protocol and the guard.

use std::{collections::HashMap, time::Instant};

#[cfg(feature = "http")]
use rmcp::model::ServerResult;
use rmcp::model::{
    CacheScope, ErrorCode, ErrorData, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource,
    ResourceContents as RmcpContents, ResourceTemplate,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[cfg(feature = "http")]
use super::tools::with_scopes;
use super::{Revision, Shown, item_metadata::ItemMetadata, rmcp_model, tools::description};
use crate::{
    CallError, CallId, Code, ResourceContents, ResourceResponse,
    catalog::{Item, Kind, Spec},
    guard::{Context, Guard, Outcome, Request, Target, Together, refusal::Refusal},
    identity::Principal,
    resource::Entry,
    wire::codes,
};

/// The list entries of resources, created once when the server is built.
#[derive(Default)]
pub(crate) struct Resources {
    by_name: HashMap<&'static str, Published>,
}

struct Published {
    /// Whether it has a single URI instead of a template.
    is_fixed: bool,
    /// The entry.
    json: Value,
    /// The same entry with the scopes.
    #[cfg(feature = "http")]
    with_scopes: Value,
}

impl Resources {
    /// Adds a resource.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown, as the end of a sentence about the resource.
    pub(super) fn publish<R>(&mut self, item: &Item<R>) -> Result<(), String> {
        let Some(template) = item.template() else { return Err("has no `uri`".into()) };
        let is_fixed = template.variables().next().is_none();
        let json = published(&item.spec, template.as_str(), is_fixed)?;
        let shown =
            if is_fixed { Resource::deserialize(&json).err() } else { ResourceTemplate::deserialize(&json).err() };
        if let Some(error) = shown {
            return Err(format!("cannot be shown: {error}"));
        }
        let published = Published {
            is_fixed,
            #[cfg(feature = "http")]
            with_scopes: with_scopes(json.clone(), &item.scopes),
            json,
        };
        self.by_name.insert(item.spec.name, published);
        Ok(())
    }

    /// The entries of these resources, either those with a single URI or those with a template.
    fn entries<'i, R: 'i>(
        &self,
        items: impl Iterator<Item = &'i Item<R>>,
        fixed: bool,
        #[cfg_attr(
            not(feature = "http"),
            expect(unused_variables, reason = "a pipe's caller is shown what it may read")
        )]
        shown: Shown,
    ) -> Vec<Value> {
        let published = items.filter_map(|item| self.by_name.get(item.spec.name));
        let entry = |published: &Published| {
            #[cfg(feature = "http")]
            if shown == Shown::All {
                return published.with_scopes.clone();
            }
            published.json.clone()
        };
        published.filter(|published| published.is_fixed == fixed).map(entry).collect()
    }

    /// The templates that the caller may read from. A list depends on the caller and on switches.
    pub(super) fn templates<S: Send + Sync + 'static>(
        &self,
        guard: &Guard<S>,
        principal: &Principal,
        shown: Shown,
    ) -> Vec<Value> {
        match shown {
            Shown::Callable => self.entries(guard.visible(Kind::Resource, principal), false, shown),
            #[cfg(feature = "http")]
            Shown::All => self.entries(guard.present(Kind::Resource, principal), false, shown),
        }
    }

    /// The resources that the caller may read: those with a single URI, and the results of the `list` functions of the others, each of which is a
    /// call.
    ///
    /// # Errors
    ///
    /// Why one of them could not be listed, because a silently incomplete list would be worse.
    pub(super) async fn list<S: Send + Sync + 'static>(
        &self,
        guard: &Guard<S>,
        context: &Context<'_>,
        shown: Shown,
    ) -> Result<Vec<Value>, (CallId, Refusal)> {
        let principal = &context.principal;
        let mut entries = match shown {
            Shown::Callable => self.entries(guard.visible(Kind::Resource, principal), true, shown),
            #[cfg(feature = "http")]
            Shown::All => self.entries(guard.present(Kind::Resource, principal), true, shown),
        };
        let listing: Vec<_> = guard.visible(Kind::Resource, principal).filter(|item| item.listing.is_some()).collect();
        // The entries of all resources are held at once, and together they may take no longer than a single one.
        let longest = listing.iter().map(|item| item.limits.timeout).max();
        let room = Together::new(context.room);
        let context =
            Context { until: longest.map(|longest| Instant::now() + longest), room: &room, ..context.clone() };
        for item in listing {
            let target = Target::Listing(&item.name);
            let outcome = guard.call(Request { target, arguments: Map::new(), context: context.clone() }).await;
            let released = outcome.result.map_err(|refusal| (outcome.call_id, refusal))?;
            if let Some(Value::Array(listed)) = released.structured {
                entries.extend(listed);
            }
        }
        Ok(entries)
    }
}

fn published(spec: &Spec, uri: &str, is_fixed: bool) -> Result<Value, String> {
    let description = description(spec);
    let entry = Entry { uri, name: spec.name, title: None, description: &description, mime_type: spec.media_type() };
    let mut entry = json!(entry);
    if let Value::Object(entry) = &mut entry
        && !is_fixed
        && let Some(uri) = entry.remove("uri")
    {
        entry.insert("uriTemplate".into(), uri);
    }
    ItemMetadata::of(spec)?.add_to(&mut entry);
    Ok(entry)
}

/// `resources/list` as a type of rmcp.
pub(super) fn list_result(entries: Vec<Value>, revision: Revision) -> ListResourcesResult {
    let resources = entries.into_iter().filter_map(|entry| Resource::deserialize(entry).ok()).collect();
    let mut list = ListResourcesResult::with_all_items(resources);
    (list.ttl_ms, list.cache_scope) = caching(revision);
    list
}

/// `resources/templates/list` as a type of rmcp.
pub(super) fn templates_result(entries: Vec<Value>, revision: Revision) -> ListResourceTemplatesResult {
    let templates = entries.into_iter().filter_map(|entry| ResourceTemplate::deserialize(entry).ok()).collect();
    let mut list = ListResourceTemplatesResult::with_all_items(templates);
    (list.ttl_ms, list.cache_scope) = caching(revision);
    list
}

/// The result of `resources/read` as a type of rmcp.
///
/// # Errors
///
/// Why nothing was read.
pub(super) fn read_result(uri: &str, outcome: Outcome, revision: Revision) -> Result<ReadResourceResult, ErrorData> {
    let (contents, error) = ResourceResponse::new(uri, outcome).into_parts();
    if let Some(error) = error {
        return Err(refused(&error, revision));
    }
    let mut result = ReadResourceResult::new(contents.iter().map(contents_of).collect());
    (result.ttl_ms, result.cache_scope) = caching(revision);
    Ok(result)
}

/// Lists and contents depend on the caller and on switches, so they must not be cached or shared. Older protocols have no caching.
pub(super) fn caching(revision: Revision) -> (Option<u64>, Option<CacheScope>) {
    if revision.has_handshake() { (None, None) } else { (Some(0), Some(CacheScope::Private)) }
}

/// A result in the form for HTTP: older revisions have no `resultType`.
#[cfg(feature = "http")]
pub(super) fn at(mut result: ServerResult, revision: Revision) -> ServerResult {
    if revision.has_handshake() {
        result.strip_result_type_for_legacy_peer();
    }
    result
}

/// Constructed explicitly, because rmcp's constructors would set `text/plain` if the media type is unknown.
pub(super) fn contents_of(contents: &ResourceContents) -> RmcpContents {
    let (uri, mime_type) = (contents.uri().to_owned(), contents.media_type().map(str::to_owned));
    match (contents.text(), contents.base64()) {
        (Some(text), _) => RmcpContents::TextResourceContents { uri, mime_type, text: text.to_owned(), meta: None },
        (None, blob) => {
            let blob = blob.unwrap_or_default().to_owned();
            RmcpContents::BlobResourceContents { uri, mime_type, blob, meta: None }
        }
    }
}

/// A refusal as a JSON-RPC error. Before 2026-07-28 a missing resource had a separate code.
pub(super) fn refused(error: &CallError, revision: Revision) -> ErrorData {
    let mut refused = rmcp_model::refused(error);
    if error.code() == Code::NotFound && revision.has_handshake() {
        refused.code = ErrorCode(codes::RESOURCE_NOT_FOUND);
    }
    refused
}
