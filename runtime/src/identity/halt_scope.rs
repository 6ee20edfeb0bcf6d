//! Whose calls are halted.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Caller, caller_key, client_key, tenant_key};

/// The callers that a [switch](crate::Switches::halt_for) halts: those of a tenant, those of a client application, or a single one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HaltScope(Whose);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Whose {
    Tenant(String),
    Client(String),
    Caller { tenant: Option<String>, subject: String },
}

impl HaltScope {
    /// Every caller of this [tenant](Caller::tenant).
    #[must_use]
    pub fn tenant(name: impl Into<String>) -> Self {
        Self(Whose::Tenant(name.into()))
    }

    /// Every caller that comes through this [client application](Caller::client), regardless of whom it acts for.
    #[must_use]
    pub fn client(name: impl Into<String>) -> Self {
        Self(Whose::Client(name.into()))
    }

    /// This [subject](Caller::subject) of a tenant, or without a tenant, with all its credentials, and every call in which this name
    /// [acts](Caller::actor) for another subject of the tenant. The same name in another tenant is another caller.
    #[must_use]
    pub fn caller(tenant: Option<&str>, subject: impl Into<String>) -> Self {
        Self(Whose::Caller { tenant: tenant.map(str::to_owned), subject: subject.into() })
    }

    /// The key by which it is found; every caller has its keys precomputed.
    pub(crate) fn key(&self) -> u64 {
        match &self.0 {
            Whose::Tenant(name) => tenant_key(name),
            Whose::Client(name) => client_key(name),
            Whose::Caller { tenant, subject } => caller_key(tenant.as_deref(), subject),
        }
    }

    pub(crate) fn is_nameless(&self) -> bool {
        match &self.0 {
            Whose::Tenant(name) | Whose::Client(name) => name.is_empty(),
            Whose::Caller { tenant, subject } => subject.is_empty() || tenant.as_deref() == Some(""),
        }
    }

    /// Whether it matches the calls of this caller, as a rule for the audit record.
    pub(crate) fn rule_for(&self, caller: &Caller) -> Option<&'static str> {
        keys(caller).into_iter().flatten().find(|(key, _)| *key == self.key()).map(|(_, rule)| rule)
    }
}

/// All keys under which the calls of a caller may be halted, each with the rule for the audit record.
pub(crate) fn keys(caller: &Caller) -> [Option<(u64, &'static str)>; 4] {
    let keys = caller.limit_keys();
    let actor = caller.actor().is_some().then(|| caller.party_key());
    [
        keys.tenant.map(|key| (key, "halted_tenant")),
        keys.client.map(|key| (key, "halted_client")),
        Some((keys.caller, "halted_caller")),
        actor.map(|key| (key, "halted_caller")),
    ]
}

/// Why the calls of a [`HaltScope`] could not be halted. Do not ignore it: they run as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotHalted {
    /// The maximum number of scopes is halted already, and none of them is dropped to make room. Halt something larger, such as the tenant of the
    /// callers, or [everything](crate::Switches::halt).
    Full,
    /// A name in it is empty.
    Nameless,
}

impl fmt::Display for NotHalted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "not halted: the maximum number of scopes is halted already",
            Self::Nameless => "not halted: the name is empty",
        })
    }
}

impl std::error::Error for NotHalted {}
