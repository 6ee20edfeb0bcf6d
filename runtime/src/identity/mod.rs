//! Who is calling.

mod address;
mod data;
mod halt_scope;
mod hierarchy;
mod lease;
mod limit_keys;
mod principal;
mod recheck;
mod revocations;
mod scopes;
mod shares;

use std::{
    any::type_name,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

pub(crate) use address::AddressKey;
use data::Data;
pub(crate) use halt_scope::keys as halt_keys;
pub use halt_scope::{HaltScope, NotHalted};
pub(crate) use hierarchy::Hierarchy;
pub(crate) use lease::Lease;
pub(crate) use limit_keys::{LimitKeys, LimitNames};
pub(crate) use principal::Principal;
pub(crate) use recheck::{Recheck, RecheckFailed};
pub(crate) use revocations::Kind as RevokedKind;
pub use revocations::{NotRevoked, Revocations};
pub use scopes::ScopeSet;
pub(crate) use shares::{NoPlace, Place, Shares};

use crate::{
    Owner, ToolError,
    digest::{self, Digest},
    store::Naming,
};

/// The authenticated identity behind a call.
///
/// A caller comes from the transport, never from the model: from [`serve_stdio`] for a local process, from an
/// [`Authenticator`] over HTTP. A tool takes it as `&Caller`.
///
/// ```
/// use secure_tool::{Caller, Owner};
///
/// let caller = Caller::new("alice").with_tenant("acme").with_scopes(["invoices:read"]);
/// assert!(caller.owns(&Owner::subject_in("acme", "alice")));
/// assert!(!caller.owns(&Owner::subject_in("globex", "alice")));
/// assert!(!caller.owns(&Owner::subject("alice")), "a name without its tenant is another name");
/// ```
///
/// [`serve_stdio`]: crate::SecureServer::serve_stdio
/// [`Authenticator`]: crate::http::Authenticator
#[derive(Clone)]
pub struct Caller {
    subject: Box<str>,
    tenant: Option<Box<str>>,
    client: Option<Box<str>>,
    actor: Option<Box<str>>,
    prior_actors: Box<[Box<str>]>,
    issuer: Option<Box<str>>,
    token_id: Option<Box<str>>,
    key_id: Option<Box<str>>,
    scopes: ScopeSet,
    keys: LimitKeys,
    /// By the id of the key with which they were computed.
    names: OnceLock<([u8; 16], LimitNames)>,
    lease: Option<Lease>,
    expires: Option<SystemTime>,
    data: Data,
    recheck: Option<Arc<dyn Recheck>>,
}

impl Caller {
    /// A caller with this subject (the `sub` claim of [RFC 7519]), without tenant, client or scopes.
    ///
    /// The guard refuses a caller whose subject is empty.
    ///
    /// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into().into(),
            tenant: None,
            client: None,
            actor: None,
            prior_actors: Box::default(),
            issuer: None,
            token_id: None,
            key_id: None,
            scopes: ScopeSet::default(),
            keys: LimitKeys { caller: 0, tenant: None, client: None },
            names: OnceLock::new(),
            lease: None,
            expires: None,
            data: Data::default(),
            recheck: None,
        }
        .rekeyed()
    }

    /// A caller for the person at this machine, for a server on stdio. Its client is called `local`.
    #[must_use]
    pub fn local(subject: impl Into<String>) -> Self {
        Self::new(subject).with_client("local")
    }

    /// Sets the tenant (organisation) that the subject belongs to.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into().into());
        self.rekeyed()
    }

    /// Sets the client application (the `client_id` of [RFC 6749]) that acts for the subject.
    ///
    /// [RFC 6749]: https://www.rfc-editor.org/rfc/rfc6749#section-2.2
    #[must_use]
    pub fn with_client(mut self, client: impl Into<String>) -> Self {
        self.client = Some(client.into().into());
        self.rekeyed()
    }

    /// Sets the actor that acts for the subject (the `sub` of the `act` claim of [RFC 8693]), if the subject has delegated its rights.
    ///
    /// [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
    #[must_use]
    pub fn with_actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into().into());
        self
    }

    /// Sets the actors that acted for the subject before the current [actor](Self::with_actor) (the nested `act` claims of [RFC 8693]), most recent
    /// first.
    ///
    /// [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
    #[must_use]
    pub fn with_prior_actors<I>(mut self, actors: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.prior_actors = actors.into_iter().map(|actor| actor.into().into()).collect();
        self
    }

    /// Sets when the credential expires, including the allowed clock skew. From then on the caller's calls are refused as `unauthenticated`: new
    /// calls, calls that wait for a person, and calls whose body has not started. A running body continues.
    ///
    /// The authenticators of this library call this themselves.
    #[must_use]
    pub fn with_expiry(mut self, time: SystemTime) -> Self {
        self.expires = Some(time);
        self
    }

    /// Sets the issuer of the credential (the `iss` claim of [RFC 7519]).
    ///
    /// It distinguishes callers across requests: a confirmation that was requested by the `alice` of one issuer is not valid for the `alice` of
    /// another. It has no effect on ownership, which depends only on [the subject and the tenant](Self::owns).
    ///
    /// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into().into());
        self
    }

    /// Sets the id of the caller's token (the `jti` of [RFC 7519]), by which the token can be [revoked](Revocations::revoke_token). Never pass the
    /// token itself: the id is in the audit record.
    ///
    /// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7
    #[must_use]
    pub fn with_token_id(mut self, id: impl Into<String>) -> Self {
        self.token_id = Some(id.into().into());
        self
    }

    /// Sets the id of the caller's key, such as an API key or a certificate, by which the key can be [revoked](Revocations::revoke_key). Never pass
    /// the key itself: the id is in the audit record.
    #[must_use]
    pub fn with_key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into().into());
        self
    }

    /// Attaches application data: the roles of the caller, its plan, or a handle that exchanges its token for one of another service. A body reads it
    /// by its type, with [`data`](Self::data) or [`require`](Self::require). A value replaces an earlier one of the same type, so give each kind of
    /// data its own type.
    ///
    /// The value lives as long as the caller; an authenticator that caches callers keeps it as long as the caller is cached. It is never shown: not
    /// by `Debug`, not in the audit record, not in logs. It has no effect by itself and is not part of the caller's identity: confirmations and
    /// revocations ignore it.
    ///
    /// ```
    /// use secure_tool::Caller;
    ///
    /// #[derive(Debug, PartialEq)]
    /// enum Plan { Free, Pro }
    ///
    /// let caller = Caller::local("alice").with_data(Plan::Pro);
    /// assert_eq!(caller.data::<Plan>(), Some(&Plan::Pro));
    /// assert!(!format!("{caller:?}").contains("Pro"));
    /// assert_eq!(Caller::local("bob").require::<Plan>().unwrap_err().code(), "forbidden");
    /// ```
    ///
    /// [The guide](crate::guide::who_is_calling) shows how each authenticator attaches data.
    #[must_use]
    pub fn with_data<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.data.insert(value);
        self
    }

    /// The lease of the credential, which can be revoked while the caller's calls run.
    #[cfg(feature = "http")]
    pub(crate) fn with_lease(mut self, lease: Lease) -> Self {
        self.lease = Some(lease);
        self
    }

    /// The authority that is asked again before a body runs for the caller.
    #[cfg(feature = "jwks-http")]
    pub(crate) fn with_recheck(mut self, recheck: Arc<dyn Recheck>) -> Self {
        self.recheck = Some(recheck);
        self
    }

    pub(crate) fn recheck(&self) -> Option<&dyn Recheck> {
        self.recheck.as_deref()
    }

    #[cfg(feature = "http")]
    pub(crate) fn with_lease_of(mut self, other: &Self) -> Self {
        self.lease.clone_from(&other.lease);
        self
    }

    #[cfg(feature = "http")]
    pub(crate) fn set_lease_expiry(&self, expires: Option<SystemTime>) {
        if let Some(lease) = &self.lease {
            lease.set_expiry(expires);
        }
    }

    #[cfg(feature = "http")]
    pub(crate) fn end_lease(&self) {
        if let Some(lease) = &self.lease {
            lease.end();
        }
    }

    /// Whether it is the same caller with the same rights, regardless of the expiry.
    #[cfg(feature = "http")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let parts = |caller: &Self| {
            let Self {
                subject,
                tenant,
                client,
                actor,
                prior_actors,
                issuer,
                token_id,
                key_id,
                scopes,
                keys: _,
                names: _,
                lease: _,
                expires: _,
                data: _,
                recheck: _,
            } = caller.clone();
            (subject, tenant, client, actor, prior_actors, issuer, token_id, key_id, scopes)
        };
        parts(self) == parts(other) && self.data.is_same(&other.data)
    }

    /// Sets the scopes that the credential carries, which replaces earlier ones.
    #[must_use]
    pub fn with_scopes<I>(mut self, scopes: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.scopes = scopes.into_iter().collect();
        self
    }

    /// The subject: a stable, unique name of the person or service.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The tenant, if the deployment has tenants.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The client application.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The actor that acts for the subject, such as an agent or a service, if the credential names one.
    ///
    /// It identifies who did something and grants nothing: ownership and limits are those of the [subject](Self::subject).
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// The actors that acted for the subject before the current [actor](Self::actor), most recent first. They grant nothing either, but none of them
    /// can [approve](crate::Approvals) the call.
    pub fn prior_actors(&self) -> impl Iterator<Item = &str> {
        self.prior_actors.iter().map(|actor| &**actor)
    }

    /// When the credential expires, if it does.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        let lease = self.lease.as_ref().and_then(Lease::expires_at);
        match (self.expires, lease) {
            (Some(own), Some(lease)) => Some(own.min(lease)),
            (own, lease) => own.or(lease),
        }
    }

    pub(crate) fn has_expired(&self) -> bool {
        self.expires_at().is_some_and(|end| end <= SystemTime::now())
    }

    /// Waits until the credential has expired, or forever if it does not expire.
    pub(crate) async fn wait_until_expired(&self) {
        /// The clock may be changed while this waits, and the lease may get another end.
        const RECHECK_INTERVAL: Duration = Duration::from_secs(5);
        if self.expires.is_none() && self.lease.is_none() {
            return std::future::pending().await;
        }
        while !self.has_expired() {
            let left = self.expires_at().map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
            tokio::time::sleep(left.map_or(RECHECK_INTERVAL, |left| left.min(RECHECK_INTERVAL))).await;
        }
    }

    /// The issuer of the credential.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The id of the caller's token.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// The id of the caller's key.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The value of this type that the authenticator [attached](Self::with_data).
    #[must_use]
    pub fn data<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.data.get()
    }

    /// Like [`data`](Self::data), for a body that cannot do anything without the value: `let roles = caller.require::<Roles>()?;`.
    ///
    /// # Errors
    ///
    /// `forbidden` if there is none: a caller without that data has none of the rights that it represents. The audit record names the type.
    pub fn require<T: Send + Sync + 'static>(&self) -> Result<&T, ToolError> {
        self.data().ok_or_else(|| {
            ToolError::forbidden("").because(format!("the caller has no data of type `{}`", type_name::<T>()))
        })
    }

    /// The scopes of the credential.
    #[must_use]
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// Whether an object with this owner belongs to the caller.
    ///
    /// - an owner with a subject: subject and tenant must both be the caller's; an owner without a tenant is not the
    ///   same person as one with a tenant, whatever the name;
    /// - an owner with a tenant only: the caller's tenant must be that one.
    ///
    /// Empty names own nothing.
    #[must_use]
    pub fn owns(&self, owner: &Owner) -> bool {
        let same_tenant = owner.tenant_name() == self.tenant();
        let named = |name: &str| !name.is_empty();
        match (owner.subject_name(), owner.tenant_name()) {
            (Some(subject), tenant) => {
                named(subject) && tenant.is_none_or(named) && same_tenant && subject == self.subject()
            }
            (None, Some(tenant)) => named(tenant) && same_tenant,
            (None, None) => false,
        }
    }

    /// The subject, the actors and the client; not the token or key, which may be renewed while something is bound to the identity.
    pub(crate) fn binding(&self) -> Digest {
        let part = |name: Option<&str>| name.map_or_else(Vec::new, |name| [b"+", name.as_bytes()].concat());
        let (tenant, client) = (part(self.tenant()), part(self.client()));
        let (issuer, actor) = (part(self.issuer()), part(self.actor()));
        let prior = self.prior_actors().map(str::as_bytes);
        digest::of([self.subject().as_bytes(), &tenant, &client, &issuer, &actor].into_iter().chain(prior))
    }

    pub(crate) fn limit_keys(&self) -> LimitKeys {
        self.keys
    }

    fn limit_names(&self, naming: &Naming) -> LimitNames {
        let (of, names) = self.names.get_or_init(|| (naming.id, self.named(naming)));
        // Usually a caller belongs to one server.
        if *of == naming.id { *names } else { self.named(naming) }
    }

    fn named(&self, naming: &Naming) -> LimitNames {
        let part = |name: Option<&str>| name.map_or_else(Vec::new, |name| [b"+", name.as_bytes()].concat());
        LimitNames {
            caller: naming.name(b"caller", &[&part(self.tenant()), self.subject().as_bytes()]),
            tenant: self.tenant().map(|tenant| naming.name(b"tenant", &[tenant.as_bytes()])),
            client: self.client().map(|client| naming.name(b"client", &[client.as_bytes()])),
        }
    }

    /// Who is responsible for a call: the actor, if there is one, or else the subject.
    pub(crate) fn party(&self) -> &str {
        self.actor().filter(|actor| !actor.is_empty()).unwrap_or(&self.subject)
    }

    /// The key by which the responsible party is counted: the same as if that name called for itself.
    pub(crate) fn party_key(&self) -> u64 {
        caller_key(self.tenant(), self.party())
    }

    fn rekeyed(mut self) -> Self {
        self.keys = LimitKeys {
            caller: caller_key(self.tenant(), self.subject()),
            tenant: self.tenant().map(tenant_key),
            client: self.client().map(client_key),
        };
        self.names = OnceLock::new();
        self
    }
}

fn caller_key(tenant: Option<&str>, subject: &str) -> u64 {
    hasher().hash_one(("caller", tenant, subject))
}

fn tenant_key(tenant: &str) -> u64 {
    hasher().hash_one(("tenant", tenant))
}

fn client_key(client: &str) -> u64 {
    hasher().hash_one(("client", client))
}

/// One hasher for the process, so that a caller has the same keys wherever they are computed.
fn hasher() -> &'static RandomState {
    static HASHER: OnceLock<RandomState> = OnceLock::new();
    HASHER.get_or_init(RandomState::new)
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("subject", &self.subject)
            .field("tenant", &self.tenant)
            .field("client", &self.client)
            .field("actor", &self.actor)
            .field("prior_actors", &self.prior_actors)
            .field("issuer", &self.issuer)
            .field("token_id", &self.token_id)
            .field("key_id", &self.key_id)
            .field("scopes", &self.scopes)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ownership_needs_the_same_tenant_and_a_name() {
        let alice = Caller::new("alice");
        let acme = Caller::new("alice").with_tenant("acme");
        for (caller, owner, owns) in [
            (&alice, Owner::subject("alice"), true),
            (&alice, Owner::subject("bob"), false),
            (&alice, Owner::subject_in("acme", "alice"), false),
            (&alice, Owner::tenant("acme"), false),
            (&acme, Owner::subject("alice"), false),
            (&acme, Owner::subject_in("acme", "alice"), true),
            (&acme, Owner::subject_in("globex", "alice"), false),
            (&acme, Owner::tenant("acme"), true),
            (&acme, Owner::tenant("globex"), false),
            (&Caller::new(""), Owner::subject(""), false),
            (&Caller::new("a").with_tenant(""), Owner::tenant(""), false),
            (&Caller::new("a").with_tenant(""), Owner::subject_in("", "a"), false),
        ] {
            assert_eq!(caller.owns(&owner), owns, "{caller:?} {owner:?}");
        }
    }

    #[test]
    fn data_is_found_by_its_type_and_shown_nowhere() {
        #[derive(Debug, PartialEq)]
        struct Plan(&'static str);
        struct Roles(Vec<&'static str>);
        let caller =
            Caller::new("alice").with_data(Plan("free")).with_data(Roles(vec!["auditor"])).with_data(Plan("pro"));
        assert_eq!(caller.data(), Some(&Plan("pro")), "the later one counts");
        assert_eq!(caller.require::<Roles>().unwrap().0, ["auditor"]);
        assert!(caller.data::<String>().is_none());
        assert_eq!(Caller::new("bob").require::<Plan>().unwrap_err().code(), "forbidden");
        let shown = format!("{caller:?} {:#?}", Principal::Caller(Arc::new(caller.clone())));
        assert!(!shown.contains("pro") && !shown.contains("auditor") && !shown.contains("Plan"), "{shown}");
    }

    #[cfg(feature = "http")]
    #[test]
    fn other_data_is_another_caller() {
        let plain = Caller::new("alice");
        let pro = plain.clone().with_data("pro");
        assert!(pro.is_same(&pro.clone()) && plain.is_same(&Caller::new("alice")));
        assert!(!pro.is_same(&plain) && !plain.is_same(&pro));
        assert!(!pro.is_same(&plain.clone().with_data("pro")), "what it says cannot be compared");
    }

    #[test]
    fn a_caller_without_a_name_is_nobody() {
        assert!(Principal::Caller(Arc::new(Caller::new(""))).caller().is_none());
        assert!(Principal::Anonymous(None).caller().is_none());
        assert!(Principal::Caller(Arc::new(Caller::new("alice"))).caller().is_some());
    }

    #[test]
    fn the_same_name_in_another_tenant_has_another_limit() {
        let key = |caller: &Caller| caller.limit_keys().caller;
        assert_eq!(key(&Caller::new("alice")), key(&Caller::new("alice").with_scopes(["a"])));
        assert_ne!(key(&Caller::new("alice")), key(&Caller::new("alice").with_tenant("acme")));
        assert_eq!(
            key(&Caller::new("alice")),
            key(&Caller::new("alice").with_actor("bot")),
            "an actor is no second budget"
        );
    }

    #[test]
    fn visitors_are_told_apart_by_their_address() {
        let key = |address: &str| Principal::Anonymous(Some(AddressKey::of(address.parse().unwrap()))).key();
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_ne!(key("0.0.0.1"), key("0:0:0:1::"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff::"), "one /64 is one visitor");
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        let unknown = Principal::Anonymous(None).key();
        assert_eq!(unknown, Principal::Caller(Arc::new(Caller::new(""))).key());
        assert_ne!(unknown, key("192.0.2.1"));
    }
}
