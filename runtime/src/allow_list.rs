//! Allowlists of callers: the clients or tenants for which an item or a whole server exists.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

use crate::Caller;

/// The callers for which a server or one of its items exists: those of certain [clients](clients) or [tenants](tenants).
///
/// For all other callers the item is not listed, and a call of it is a call of an unknown tool, on every transport. A caller without a client is on
/// no list of clients, and one without a tenant is on no list of tenants. A request without a credential is on no list either, not even for a
/// `public` tool. If there are several lists, a caller has to be on all of them.
///
/// ```
/// # use secure_tool::prelude::*;
/// # struct Billing;
/// # impl Billing {
/// # /// List the invoices.
/// # #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), read_only)]
/// # async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # /// Forecast the next invoice.
/// # #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), read_only)]
/// # async fn forecast(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// use secure_tool::{clients, tenants};
///
/// let server = SecureServer::builder(Billing)
///     .only_for(clients(["claude-desktop", "back-office"]))               // no other model client gets in
///     .tool(Billing::list())
///     .tool(Billing::forecast().only_for(tenants(["acme"])))              // opened to one tenant first
///     .build()?;
/// # Ok::<(), secure_tool::BuildError>(())
/// ```
///
/// The names are compared byte by byte with [`Caller::client`] and [`Caller::tenant`], which come from the credential and not from what a client
/// claims in the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AllowList(Allowed);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Allowed {
    Clients(BTreeSet<Box<str>>),
    Tenants(BTreeSet<Box<str>>),
}

/// The callers that come through one of these [client applications](Caller::client): `.only_for(clients(["claude-desktop"]))`.
#[must_use]
pub fn clients<I>(names: I) -> AllowList
where
    I: IntoIterator,
    I::Item: Into<Box<str>>,
{
    AllowList(Allowed::Clients(names.into_iter().map(Into::into).collect()))
}

/// The callers that belong to one of these [tenants](Caller::tenant): `.only_for(tenants(["acme"]))`.
#[must_use]
pub fn tenants<I>(names: I) -> AllowList
where
    I: IntoIterator,
    I::Item: Into<Box<str>>,
{
    AllowList(Allowed::Tenants(names.into_iter().map(Into::into).collect()))
}

impl AllowList {
    fn parts(&self) -> (&'static str, &BTreeSet<Box<str>>) {
        match &self.0 {
            Allowed::Clients(names) => ("clients", names),
            Allowed::Tenants(names) => ("tenants", names),
        }
    }

    /// Whether the caller is on the list.
    pub(crate) fn has(&self, caller: &Caller) -> bool {
        match &self.0 {
            Allowed::Clients(names) => caller.client().is_some_and(|client| names.contains(client)),
            Allowed::Tenants(names) => caller.tenant().is_some_and(|tenant| names.contains(tenant)),
        }
    }

    /// Why the list is not valid, as the end of a sentence about the item or the server.
    pub(crate) fn problem(&self) -> Option<String> {
        let (what, names) = self.parts();
        if names.is_empty() {
            return Some(format!(
                "is restricted to certain {what} but names none of them: add at least one to `{what}([…])`"
            ));
        }
        let has_nameless = names.iter().any(|name| name.is_empty());
        has_nameless.then(|| format!("is restricted to certain {what}, and one of their names is empty"))
    }
}

impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, names) = self.parts();
        write!(f, "the {what} {}", names.iter().map(|name| &**name).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_on_a_list_by_the_whole_name_of_its_client_or_tenant() {
        let caller = Caller::new("alice").with_tenant("acme").with_client("app");
        for (list, has) in [
            (clients(["other", "app"]), true),
            (clients(["APP", "ap", "apps", "acme", "alice"]), false),
            (tenants(["acme", "globex"]), true),
            (tenants(["app", "alice", "acme "]), false),
        ] {
            assert_eq!(list.has(&caller), has, "{list}");
            assert!(!list.has(&Caller::new("alice")), "{list}");
            assert_eq!(list.problem(), None);
        }
        for list in [clients([""; 0]), tenants([""; 0]), clients(["app", ""])] {
            assert!(list.problem().is_some(), "{list}");
        }
        assert_eq!(serde_json::to_value(clients(["b", "a"])).unwrap(), serde_json::json!({"clients": ["a", "b"]}));
    }
}
