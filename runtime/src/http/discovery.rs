//! Tells clients without a credential where to get one, and for which scopes.

use std::{cmp::Reverse, collections::BTreeSet};

use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue, Method, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
    request::Parts,
};
use serde::Serialize;

use super::{address::Address, cors::Cors};
use crate::{
    ScopeSet,
    catalog::{Alternative, Item},
    guard::{Guard, entry::Run},
    policy::Effect,
};

/// Where clients look for the metadata of a protected resource (RFC 9728, section 3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// Long enough for one login, short enough for a server whose address changes.
const BRIEFLY: &str = "public, max-age=300";

/// The configured metadata.
#[derive(Clone, Debug, Default)]
pub(super) struct Discovery {
    pub(super) resource: Option<Address>,
    pub(super) authorization_servers: Vec<Address>,
    pub(super) name: Option<String>,
    pub(super) documentation: Option<Address>,
    pub(super) policy: Option<Address>,
    pub(super) initial_scope: Option<Vec<String>>,
}

/// RFC 9728, section 2.
#[derive(Serialize)]
struct Metadata<'d> {
    resource: &'d str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<&'d str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    scopes_supported: BTreeSet<&'d str>,
    bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy_uri: Option<&'d str>,
}

/// The metadata, ready to be sent, and the paths where clients look for it.
pub(super) struct Published {
    pub(super) paths: BTreeSet<String>,
    document: axum::body::Bytes,
}

impl Discovery {
    /// `None`, unless the resource URI of the server is configured.
    pub(super) fn publish<S>(&self, guard: &Guard<S>, endpoint: &str) -> Option<Published> {
        let resource = self.resource.as_ref()?;
        let metadata = Metadata {
            resource: resource.as_str(),
            authorization_servers: self.authorization_servers.iter().map(Address::as_str).collect(),
            scopes_supported: exposed(guard).flat_map(alternatives).flat_map(Alternative::scopes).collect(),
            bearer_methods_supported: ["header"],
            resource_name: self.name.as_deref(),
            resource_documentation: self.documentation.as_ref().map(Address::as_str),
            resource_policy_uri: self.policy.as_ref().map(Address::as_str),
        };
        // Clients that do not know the address try the path of the endpoint first, and then the root.
        let places = ["", endpoint, resource.path()];
        Some(Published { paths: places.map(well_known).into(), document: serde_json::to_vec(&metadata).ok()?.into() })
    }

    /// The end of every challenge, preceded by a comma.
    pub(super) fn pointer(&self) -> String {
        let Some(resource) = &self.resource else { return String::new() };
        format!(", resource_metadata=\"{}{}\"", resource.origin(), well_known(resource.path()))
    }

    /// The scopes that a client without a credential is told to ask for.
    pub(super) fn initial_scope<S>(&self, guard: &Guard<S>) -> String {
        match (&self.resource, &self.initial_scope) {
            (None, _) => String::new(),
            (Some(_), Some(scopes)) => scopes.join(" "),
            (Some(_), None) => least(guard).join(" "),
        }
    }
}

impl Published {
    /// Public: a client has to read this before it can get a credential.
    pub(super) fn serve(&self, parts: &Parts, cors: &Cors) -> Response {
        if let Some(response) = cors.preflight(parts, &["GET", "HEAD"]) {
            return response;
        }
        let mut response = self.answer(&parts.method);
        cors.allow(cors.admitted(&parts.headers), &mut response);
        response
    }

    fn answer(&self, method: &Method) -> Response {
        if method != Method::GET && method != Method::HEAD {
            return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
        }
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static(BRIEFLY)),
        ];
        (headers, self.document.clone()).into_response()
    }
}

/// The well-known path for a resource at this path: a slash that only terminates the host is left out (RFC 9728, section 3.1).
fn well_known(path: &str) -> String {
    format!("{WELL_KNOWN}{}", if path == "/" { "" } else { path })
}

/// The items that the builder exposes, regardless of the switches: a document that changed with them would reveal their positions.
fn exposed<S>(guard: &Guard<S>) -> impl Iterator<Item = &Item<Run<S>>> {
    let writes = guard.kill_switch.writes_allowed;
    guard.catalog.items().filter(move |item| item.is_offered(writes))
}

fn alternatives<R>(item: &Item<R>) -> &[Alternative] {
    item.scopes.alternatives()
}

/// The smallest useful set of scopes: those of one item, preferably one that reads. Among several such sets, the one that opens the most items, and
/// then the first by name.
fn least<S>(guard: &Guard<S>) -> Vec<&str> {
    let reads = exposed(guard).any(|item| item.spec.effect == Effect::ReadOnly && !alternatives(item).is_empty());
    let entrances = exposed(guard).filter(|item| !reads || item.spec.effect == Effect::ReadOnly);
    let ways = entrances.flat_map(alternatives).map(|way| way.scopes().collect::<BTreeSet<_>>());
    let opened = |scopes: &BTreeSet<&str>| {
        let held: ScopeSet = scopes.iter().collect();
        exposed(guard).filter(|item| item.scopes.is_satisfied_with(&held)).count()
    };
    let best = ways.min_by_key(|scopes| (scopes.len(), Reverse(opened(scopes)), scopes.clone()));
    best.unwrap_or_default().into_iter().collect()
}
