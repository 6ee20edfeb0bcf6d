//! Guarded resources, and the listing of their URIs.

use std::{any::type_name, fmt, future::Future, sync::Arc};

use futures_util::future::BoxFuture;
use secure_tool_vocabulary::{NoUri, UriTemplate};
use serde::Serialize;

use crate::{
    AllowList, Caller, Mine, Owner, Resource, ToolError,
    catalog::{Runs, Spec},
    guard::{
        self,
        entry::{Run, boxed},
    },
    output::{
        Failure, HasOwners, Output, ToolOutput, output,
        scan::{Counts, Scan},
    },
};

/// A guarded resource: what a function with `#[secure_resource]` returns.
///
/// All you can do with it is register it ([`ServerBuilder::resource`](crate::ServerBuilder::resource)). Only the attribute creates one, and it can be
/// read only through a server.
#[must_use = "a resource does nothing until it is registered: `SecureServer::builder(state).resource(…)`"]
pub struct GuardedResource<S: ?Sized> {
    pub(crate) spec: Spec,
    pub(crate) runs: Runs<Run<S>>,
}

impl<S: ?Sized> GuardedResource<S> {
    /// The name that clients show.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Restricts the resource to certain callers: `.resource(Billing::invoice().only_for(tenants(["acme"])))`. It does not exist for callers that are
    /// not on the [list](AllowList). With several lists, a caller has to be on all of them, and on those of the [whole
    /// server](crate::ServerBuilder::only_for).
    pub fn only_for(mut self, list: AllowList) -> Self {
        self.spec.only_for.push(list);
        self
    }
}

impl<S: ?Sized> fmt::Debug for GuardedResource<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedResource")
            .field("name", &self.spec.name)
            .field("uri", &self.spec.uri)
            .field("state", &type_name::<S>())
            .finish_non_exhaustive()
    }
}

/// One URI of a resource, as returned by its `list = …` function: the object that it names, and the values of the variables.
///
/// The guard compares the owner with the caller before the list leaves. An object is left out if a value cannot be part of a URI (an empty one, `.`,
/// `..`, one with `/`, `\` or a control character), or if the release scan would mask a part of its URI or values, because a masked URI would lead
/// nowhere. Characters that a person would not see are removed from title and description, as from [`Untrusted`](crate::Untrusted) text.
#[derive(Clone, Debug)]
pub struct ListedResource {
    owner: Owner,
    values: Vec<(Box<str>, String)>,
    title: Option<String>,
    description: Option<String>,
}

impl ListedResource {
    /// The URI of this object: `ListedResource::of(&invoice, [("invoice", &invoice.id)])`, with a value for each variable.
    #[must_use]
    pub fn of<N, V>(object: &impl Resource, values: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Box<str>>,
        V: ToString,
    {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.to_string())).collect();
        Self { owner: object.owner(), values, title: None, description: None }
    }

    /// Sets the title that clients show to a person.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the description, which replaces the docs of the resource.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl HasOwners for ListedResource {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        std::iter::once(self.owner.clone())
    }
}

/// The types that a function behind `list = …` can return.
#[diagnostic::on_unimplemented(
    message = "a `list` cannot return `{Self}` [ST36]",
    label = "is not `Mine<Vec<ListedResource>>`",
    note = "help: return `Mine<Vec<ListedResource>>`, or a `Result` of it: the guard checks the owner of everything that is listed"
)]
pub trait Listed: Send + 'static {
    /// Everything that is listed.
    ///
    /// # Errors
    ///
    /// Any error of the state.
    fn listed(self) -> Result<Mine<Vec<ListedResource>>, ToolError>;
}

impl Listed for Mine<Vec<ListedResource>> {
    fn listed(self) -> Result<Self, ToolError> {
        Ok(self)
    }
}

impl<E: Failure> Listed for Result<Mine<Vec<ListedResource>>, E> {
    fn listed(self) -> Result<Mine<Vec<ListedResource>>, ToolError> {
        self.map_err(Failure::into_tool_error)
    }
}

/// What all entries of one resource have in common.
#[derive(Debug)]
pub(crate) struct Entries {
    pub(crate) template: Arc<UriTemplate>,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) media_type: Option<&'static str>,
}

/// A list that is being written.
struct Listing {
    entries: Arc<Entries>,
    listed: Vec<ListedResource>,
    /// URIs that must not leave.
    scan: Scan,
}

/// One entry of `resources/list`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry<'a> {
    pub(crate) uri: &'a str,
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<&'a str>,
    pub(crate) description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime_type: Option<&'a str>,
}

impl ToolOutput for Listing {
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.listed.owners().all(|owner| passes(&owner))
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        let Entries { ref template, name, description, media_type } = *self.entries;
        let mut uris = Vec::with_capacity(self.listed.len());
        let may_leave = |text: &str| self.scan.mask(text, &mut Counts::default()).is_none();
        for listed in &self.listed {
            let value_of = |name: &str| listed.values.iter().find(|(of, _)| **of == *name).map(|(_, value)| value);
            match template.expand(value_of) {
                Ok(uri) if may_leave(&uri) && listed.values.iter().all(|(_, value)| may_leave(value)) => {
                    uris.push((uri, listed));
                }
                Err(NoUri::Missing) => {
                    return Err(ToolError::internal(format!("a `ListedResource` lacks a variable of `{template}`")));
                }
                Ok(_) | Err(NoUri::Value | NoUri::TooLong) => {}
            }
        }
        let mut shown = |text: Option<&str>| text.map(|text| output.shown(text));
        let texts: Vec<_> =
            uris.iter().map(|(_, of)| (shown(of.title.as_deref()), shown(of.description.as_deref()))).collect();
        let entries = uris.iter().zip(&texts).map(|((uri, _), (title, own))| Entry {
            uri,
            name,
            title: title.as_deref(),
            description: own.as_deref().unwrap_or(description),
            mime_type: media_type,
        });
        output.json(&entries.collect::<Vec<_>>())
    }
}

/// The function that `list = …` names, behind the guard.
pub struct List<S: ?Sized> {
    pub(crate) run: Run<S>,
}

/// A function that `list = …` can name.
#[diagnostic::on_unimplemented(
    message = "`list` cannot call this function [ST44]",
    label = "is not `async`, or has other parameters",
    note = "help: write `async fn my_notes(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError>` (`Result` is optional), and hold nothing across an `.await` that is not `Send`"
)]
pub trait Lists<'c, S: ?Sized, R>: Send + Sync + 'static {
    /// The entries for this caller.
    fn list(&self, state: &'c S, caller: &'c Caller) -> BoxFuture<'c, R>;
}

// For a function that does not fit, the compiler should show the message above.
#[diagnostic::do_not_recommend]
impl<'c, S: ?Sized + 'c, R, F, A> Lists<'c, S, R> for F
where
    F: Fn(&'c S, &'c Caller) -> A + Send + Sync + 'static,
    A: Future<Output = R> + Send + 'c,
{
    fn list(&self, state: &'c S, caller: &'c Caller) -> BoxFuture<'c, R> {
        Box::pin(self(state, caller))
    }
}

/// Puts the function that `list = …` names behind the guard.
#[must_use]
pub fn listing<S, R, F>(function: F) -> List<S>
where
    S: Send + Sync + ?Sized + 'static,
    F: for<'c> Lists<'c, S, R>,
    R: Listed,
{
    let (_, outlet) = output::<Result<Listing, ToolError>, _>();
    let function = Arc::new(function);
    let run = move |entry: guard::entry::Entry<S>| {
        let function = Arc::clone(&function);
        boxed(async move {
            let _admitted = entry.admit().await?;
            let listed = function.list(entry.state(), entry.caller()?).await.listed();
            let entries = entry.policy.entries.clone().ok_or_else(|| ToolError::internal("nothing is listed"));
            let scan = entry.policy.rules.scan.clone();
            let listing = listed.and_then(|Mine(listed)| Ok(Listing { entries: entries?, listed, scan }));
            entry.release(outlet, listing)
        })
    };
    List { run: Box::new(run) }
}
