//! Subjects, clients, tokens and keys that an operator revokes while the server runs.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, PoisonError, RwLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use super::{Caller, Principal};
use crate::{
    bell::Bell,
    store::{Change, Outbox, Revoked},
};
use serde::{Deserialize, Serialize};

/// How many revocations of each kind are kept at the same time by default.
const MOST: usize = 1 << 16;
/// The maximum clock skew: how long a token may be accepted beyond its expiry.
const LEEWAY: Duration = Duration::from_secs(60);

/// Revokes subjects, clients, tokens and keys although their credentials are valid, for example after a dismissal, a theft or a logout.
///
/// Every server [has one](crate::SecureServer::revocations); several servers share one that is passed [to their
/// builders](crate::ServerBuilder::revocations). Clones share the same revocations. A revocation applies to every transport, including the caller of
/// a pipe, and to every authenticator, including callers that an authenticator has cached:
///
/// - new calls are refused as `unauthenticated`, whatever tool they name, and lists are empty; over HTTP every request is answered with 401 and
///   `invalid_token`;
/// - a call that is running, or waiting for a person, ends at once in the same way: an async body is dropped; for a blocking one
///   [`Call::is_abandoned`](crate::Call::is_abandoned) returns `true`. Its audit record says [`Decision::Revoked`](crate::Decision::Revoked).
///
/// The `rule` of the audit record is `revoked_subject`, `revoked_client`, `revoked_token` or `revoked_key`.
///
/// A revocation has an end, so that their number does not grow without bound: the expiry of the token or, for the other kinds, of the longest-lived
/// token that may be in circulation. After that, the credential itself has expired. To exclude somebody permanently, remove the credential at its
/// source: at the authorization server, or from the [`ApiKeys`](crate::http::ApiKeys).
///
/// Revocations are kept in memory and apply to this process or, with a [shared store](crate::ServerBuilder::shared), to all processes of the server.
/// While nothing is revoked, a call pays one atomic load.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use secure_tool::SecureServer;
///
/// fn stolen<S: Send + Sync + 'static>(server: &SecureServer<S>) -> Result<(), secure_tool::NotRevoked> {
///     let tomorrow = SystemTime::now() + Duration::from_secs(24 * 60 * 60);
///     let revocations = server.revocations();
///     revocations.revoke_subject(Some("acme"), "alice", tomorrow)?;
///     revocations.revoke_client("a-leaky-app", tomorrow)?;
///     // … and when it was a false alarm:
///     revocations.reinstate_subject(Some("acme"), "alice");
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Revocations(Arc<Inner>);

struct Inner {
    /// Whether anything is revoked: the only thing that a call checks while nothing is.
    any: AtomicBool,
    kinds: RwLock<Kinds>,
    most: usize,
    hasher: RandomState,
    bell: Bell,
    /// The outboxes through which other processes learn of revocations.
    outboxes: Mutex<Vec<Weak<Outbox>>>,
}

/// The ends of revocations by a keyed hash of the name. A collision of two 64-bit hashes is practically impossible, cannot be provoked without the
/// key, and would only refuse one caller too many.
type Ends = HashMap<u64, SystemTime>;

/// Each kind has its own capacity, so that many revoked tokens cannot prevent the revocation of a subject.
#[derive(Default)]
struct Kinds {
    subjects: Ends,
    clients: Ends,
    tokens: Ends,
    keys: Ends,
}

/// What can be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Kind {
    Subject,
    Client,
    Token,
    Key,
}

impl Kind {
    /// For the audit record.
    fn rule(self) -> &'static str {
        match self {
            Self::Subject => "revoked_subject",
            Self::Client => "revoked_client",
            Self::Token => "revoked_token",
            Self::Key => "revoked_key",
        }
    }
}

impl Kinds {
    fn of(&self, kind: Kind) -> &Ends {
        match kind {
            Kind::Subject => &self.subjects,
            Kind::Client => &self.clients,
            Kind::Token => &self.tokens,
            Kind::Key => &self.keys,
        }
    }

    fn of_mut(&mut self, kind: Kind) -> &mut Ends {
        match kind {
            Kind::Subject => &mut self.subjects,
            Kind::Client => &mut self.clients,
            Kind::Token => &mut self.tokens,
            Kind::Key => &mut self.keys,
        }
    }

    fn is_empty(&self) -> bool {
        [&self.subjects, &self.clients, &self.tokens, &self.keys].into_iter().all(HashMap::is_empty)
    }
}

/// Why something could not be revoked. Do not ignore it: the credential is still accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRevoked {
    /// The maximum number of revocations of this kind has been reached, and none of them is dropped to make room. Revoke something larger, such as
    /// the subject of the tokens, or stop the tools of the server with [`Switches::halt`](crate::Switches::halt).
    Full,
    /// The end of the revocation is in the past.
    Over,
    /// The name is empty.
    Nameless,
}

impl fmt::Display for NotRevoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "not revoked: the maximum number of revocations has been reached",
            Self::Over => "not revoked: the end of the revocation is in the past",
            Self::Nameless => "not revoked: the name is empty",
        })
    }
}

impl std::error::Error for NotRevoked {}

impl Default for Revocations {
    /// Room for 65,536 revocations of each kind.
    fn default() -> Self {
        Self::with_capacity(MOST)
    }
}

impl Revocations {
    /// Room for `most` revocations of each kind: subjects, clients, tokens, keys. Each takes about 40 bytes.
    #[must_use]
    pub fn with_capacity(most: usize) -> Self {
        Self(Arc::new(Inner {
            any: AtomicBool::new(false),
            kinds: RwLock::default(),
            most,
            hasher: RandomState::new(),
            bell: Bell::default(),
            outboxes: Mutex::default(),
        }))
    }

    /// Revokes a subject of a tenant, or without a tenant, with all its credentials, and every caller for whom that name is the
    /// [actor](Caller::actor). The same name in another tenant is another subject; the same name and tenant from another [issuer](Caller::issuer) is
    /// the same subject.
    ///
    /// If it is revoked twice, the later end applies.
    ///
    /// # Errors
    ///
    /// [`NotRevoked`]; nothing has changed then.
    pub fn revoke_subject(&self, tenant: Option<&str>, subject: &str, until: SystemTime) -> Result<(), NotRevoked> {
        self.revoke(Kind::Subject, tenant, subject, until)
    }

    /// Revokes a [client application](Caller::client), regardless of the subject that it acts for.
    ///
    /// # Errors
    ///
    /// See [`revoke_subject`](Self::revoke_subject).
    pub fn revoke_client(&self, client: &str, until: SystemTime) -> Result<(), NotRevoked> {
        self.revoke(Kind::Client, None, client, until)
    }

    /// Revokes one token by its [id](Caller::token_id) (`jti`). `until` is its expiry; a minute is added for clock skew.
    ///
    /// # Errors
    ///
    /// See [`revoke_subject`](Self::revoke_subject).
    pub fn revoke_token(&self, id: &str, until: SystemTime) -> Result<(), NotRevoked> {
        self.revoke(Kind::Token, None, id, until.checked_add(LEEWAY).unwrap_or(until))
    }

    /// Revokes a key by its [id](Caller::key_id): an API key, or whatever another authenticator identifies as a key.
    ///
    /// # Errors
    ///
    /// See [`revoke_subject`](Self::revoke_subject).
    pub fn revoke_key(&self, id: &str, until: SystemTime) -> Result<(), NotRevoked> {
        self.revoke(Kind::Key, None, id, until)
    }
}

#[expect(clippy::must_use_candidate, reason = "they do something, whether or not somebody asks what")]
impl Revocations {
    /// Removes the revocation of a subject, and returns whether there was one. Calls that were ended stay ended.
    pub fn reinstate_subject(&self, tenant: Option<&str>, subject: &str) -> bool {
        self.reinstate(Kind::Subject, tenant, subject)
    }

    /// Removes the revocation of a client application, and returns whether there was one.
    pub fn reinstate_client(&self, client: &str) -> bool {
        self.reinstate(Kind::Client, None, client)
    }

    /// Removes the revocation of a token, and returns whether there was one.
    pub fn reinstate_token(&self, id: &str) -> bool {
        self.reinstate(Kind::Token, None, id)
    }

    /// Removes the revocation of a key, and returns whether there was one.
    pub fn reinstate_key(&self, id: &str) -> bool {
        self.reinstate(Kind::Key, None, id)
    }
}

impl Revocations {
    fn revoke(&self, kind: Kind, tenant: Option<&str>, name: &str, until: SystemTime) -> Result<(), NotRevoked> {
        if name.is_empty() {
            return Err(NotRevoked::Nameless);
        }
        if until <= SystemTime::now() {
            return Err(NotRevoked::Over);
        }
        let outboxes = self.outboxes();
        {
            let mut pending: Vec<_> = outboxes.iter().map(|outbox| outbox.lock()).collect();
            if pending.iter().any(|pending| pending.is_full()) {
                return Err(NotRevoked::Full);
            }
            let end = self.list(self.hash(kind, tenant, name), kind, until)?;
            let change = Change::Revoked(Revoked::new(kind, tenant, name), end);
            for pending in &mut pending {
                pending.add(change.clone());
            }
        }
        for outbox in &outboxes {
            outbox.ring();
        }
        Ok(())
    }

    /// Adds a revocation, and returns its end, which is the later one if there was one already.
    fn list(&self, hash: u64, kind: Kind, until: SystemTime) -> Result<SystemTime, NotRevoked> {
        let now = SystemTime::now();
        let until = {
            let mut kinds = self.0.kinds.write().unwrap_or_else(PoisonError::into_inner);
            let ends = kinds.of_mut(kind);
            if !ends.contains_key(&hash) && ends.len() >= self.0.most {
                ends.retain(|_, end| *end > now);
                if ends.len() >= self.0.most {
                    return Err(NotRevoked::Full);
                }
            }
            let end = ends.entry(hash).or_insert(until);
            *end = until.max(*end);
            self.0.any.store(true, Ordering::Release);
            *end
        };
        self.0.bell.ring();
        Ok(until)
    }

    fn reinstate(&self, kind: Kind, tenant: Option<&str>, name: &str) -> bool {
        let outboxes = self.outboxes();
        let was_revoked = {
            let mut pending: Vec<_> = outboxes.iter().map(|outbox| outbox.lock()).collect();
            let change = Change::Reinstated(Revoked::new(kind, tenant, name));
            for pending in &mut pending {
                pending.add(change.clone());
            }
            self.unlist(self.hash(kind, tenant, name), kind)
        };
        for outbox in &outboxes {
            outbox.ring();
        }
        was_revoked
    }

    fn unlist(&self, hash: u64, kind: Kind) -> bool {
        let mut kinds = self.0.kinds.write().unwrap_or_else(PoisonError::into_inner);
        let end = kinds.of_mut(kind).remove(&hash);
        if kinds.is_empty() {
            self.0.any.store(false, Ordering::Release);
        }
        end.is_some_and(|end| end > SystemTime::now())
    }

    /// From now on revocations and reinstatements are also sent through this outbox.
    pub(crate) fn publish_to(&self, outbox: &Arc<Outbox>) {
        self.0.outboxes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(outbox));
    }

    /// The outboxes of servers that still exist.
    fn outboxes(&self) -> Vec<Arc<Outbox>> {
        let mut outboxes = self.0.outboxes.lock().unwrap_or_else(PoisonError::into_inner);
        outboxes.retain(|outbox| outbox.strong_count() > 0);
        outboxes.iter().filter_map(Weak::upgrade).collect()
    }

    /// Another process has revoked something. Returns until when it is revoked here, if that is later.
    ///
    /// # Errors
    ///
    /// If there is no room for it.
    pub(crate) fn apply_remote_revocation(
        &self,
        what: &Revoked,
        until: SystemTime,
    ) -> Result<Option<SystemTime>, NotRevoked> {
        if until <= SystemTime::now() {
            return Ok(None);
        }
        let end = self.list(self.hash(what.kind, what.tenant.as_deref(), &what.name), what.kind, until)?;
        Ok((end > until).then_some(end))
    }

    /// Another process has reinstated something.
    pub(crate) fn apply_remote_reinstatement(&self, what: &Revoked) {
        self.unlist(self.hash(what.kind, what.tenant.as_deref(), &what.name), what.kind);
    }

    fn hash(&self, kind: Kind, tenant: Option<&str>, name: &str) -> u64 {
        self.0.hasher.hash_one((kind, tenant, name))
    }

    /// Which part of this caller's identity is revoked, or that its credential was withdrawn, as a rule for the audit record.
    pub(crate) fn against(&self, caller: &Caller) -> Option<&'static str> {
        if self.0.any.load(Ordering::Acquire)
            && let Some(kind) = self.listed(caller)
        {
            return Some(kind.rule());
        }
        caller.lease.as_ref().is_some_and(super::Lease::has_ended).then_some(REMOVED)
    }

    fn listed(&self, caller: &Caller) -> Option<Kind> {
        let names = [
            (Kind::Subject, caller.tenant(), Some(caller.subject())),
            (Kind::Subject, caller.tenant(), caller.actor()),
            (Kind::Client, None, caller.client()),
            (Kind::Token, None, caller.token_id()),
            (Kind::Key, None, caller.key_id()),
        ];
        let kinds = self.0.kinds.read().unwrap_or_else(PoisonError::into_inner);
        let is_revoked = |(kind, tenant, name): (Kind, Option<&str>, Option<&str>)| {
            let ends = kinds.of(kind);
            let end = name.filter(|_| !ends.is_empty()).and_then(|name| ends.get(&self.hash(kind, tenant, name)))?;
            (*end > SystemTime::now()).then_some(kind)
        };
        names.into_iter().find_map(is_revoked)
    }

    /// Waits until a part of this principal's identity is revoked, which is usually forever, and always so for an anonymous client.
    pub(crate) async fn wait_until_revoked(&self, principal: &Principal) -> &'static str {
        let Some(caller) = principal.caller() else { return std::future::pending().await };
        let removed = async {
            match &caller.lease {
                Some(lease) => lease.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            rule = self.0.bell.until(|| self.against(caller)) => rule,
            () = removed => REMOVED,
        }
    }
}

/// The key of the caller was removed at its source.
const REMOVED: &str = "removed_key";

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.0.kinds.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Revocations")
            .field("subjects", &kinds.subjects.len())
            .field("clients", &kinds.clients.len())
            .field("tokens", &kinds.tokens.len())
            .field("keys", &kinds.keys.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use secure_tool_testkit::within;

    use super::*;

    fn later() -> SystemTime {
        SystemTime::now() + Duration::from_secs(60)
    }

    fn alice() -> Caller {
        let caller = Caller::new("alice").with_tenant("acme").with_client("app").with_actor("bot");
        caller.with_token_id("t1").with_key_id("k1")
    }

    #[test]
    fn what_is_revoked_is_refused_until_it_is_reinstated_and_nobody_else_is() {
        type Act = fn(&Revocations) -> Result<(), NotRevoked>;
        type Undo = fn(&Revocations) -> bool;
        let other = Caller::new("alice").with_tenant("globex").with_client("k1").with_token_id("app").with_key_id("t1");
        let nobody = Caller::new("t1");
        let cases: [(Act, Undo, &str); 5] = [
            (
                |r| r.revoke_subject(Some("acme"), "alice", later()),
                |r| r.reinstate_subject(Some("acme"), "alice"),
                "revoked_subject",
            ),
            (
                |r| r.revoke_subject(Some("acme"), "bot", later()),
                |r| r.reinstate_subject(Some("acme"), "bot"),
                "revoked_subject",
            ),
            (|r| r.revoke_client("app", later()), |r| r.reinstate_client("app"), "revoked_client"),
            (|r| r.revoke_token("t1", later()), |r| r.reinstate_token("t1"), "revoked_token"),
            (|r| r.revoke_key("k1", later()), |r| r.reinstate_key("k1"), "revoked_key"),
        ];
        for (revoke, reinstate, rule) in cases {
            let revocations = Revocations::default();
            assert_eq!(revocations.against(&alice()), None);
            assert!(!reinstate(&revocations));
            assert_eq!(revoke(&revocations), Ok(()));
            assert_eq!(revocations.against(&alice()), Some(rule));
            for unharmed in [&other, &nobody] {
                assert_eq!(revocations.against(unharmed), None, "{rule}");
            }
            assert!(reinstate(&revocations) && !reinstate(&revocations));
            assert_eq!(revocations.against(&alice()), None);
            assert!(!revocations.0.any.load(Ordering::Relaxed), "it costs nothing again");
        }
        let revocations = Revocations::default();
        assert_eq!(revocations.revoke_subject(None, "alice", later()), Ok(()));
        assert_eq!(revocations.against(&alice()), None, "without a tenant it is another alice");
        assert_eq!(revocations.against(&Caller::new("alice")), Some("revoked_subject"));
    }

    #[test]
    fn what_would_have_no_force_is_an_error() {
        let (revocations, past) = (Revocations::default(), SystemTime::now() - Duration::from_secs(61));
        assert_eq!(revocations.revoke_subject(None, "", later()), Err(NotRevoked::Nameless));
        assert_eq!(revocations.revoke_subject(None, "alice", past), Err(NotRevoked::Over));
        assert_eq!(revocations.revoke_token("t1", past), Err(NotRevoked::Over));
        assert_eq!(
            revocations.revoke_token("t1", past + Duration::from_secs(30)),
            Ok(()),
            "within a clock's difference"
        );
        assert_eq!(revocations.against(&alice()), Some("revoked_token"));
    }

    #[test]
    fn a_revocation_ends_and_the_later_end_counts() {
        let revocations = Revocations::default();
        let soon = || SystemTime::now() + Duration::from_millis(20);
        revocations.revoke_client("app", soon()).unwrap();
        revocations.revoke_key("k1", later()).unwrap();
        revocations.revoke_key("k1", soon()).unwrap();
        std::thread::sleep(Duration::from_millis(40));
        assert_eq!(revocations.against(&alice()), Some("revoked_key"));
        assert!(!revocations.reinstate_client("app"), "it was over");
    }

    #[test]
    fn when_it_is_full_nothing_is_forgotten_and_the_other_kinds_have_room() {
        let revocations = Revocations::with_capacity(2);
        revocations.revoke_token("t1", later()).unwrap();
        revocations.revoke_token("t2", later()).unwrap();
        assert_eq!(revocations.revoke_token("t3", later()), Err(NotRevoked::Full));
        assert_eq!(revocations.revoke_token("t1", later()), Ok(()), "one that is there takes no room");
        assert_eq!(revocations.against(&alice()), Some("revoked_token"));
        assert_eq!(revocations.revoke_subject(Some("acme"), "alice", later()), Ok(()));
        let soon = SystemTime::now() + Duration::from_millis(20);
        revocations.revoke_key("k2", soon).unwrap();
        revocations.revoke_key("k3", soon).unwrap();
        std::thread::sleep(Duration::from_millis(40));
        assert_eq!(revocations.revoke_key("k1", later()), Ok(()), "what is over makes room");
    }

    #[tokio::test]
    async fn a_waiting_call_hears_only_of_what_concerns_it() {
        let revocations = Revocations::default();
        let principal = Principal::Caller(Arc::new(alice()));
        let mut waits = std::pin::pin!(revocations.wait_until_revoked(&principal));
        let anonymous = Principal::Anonymous(None);
        let mut nobody = std::pin::pin!(revocations.wait_until_revoked(&anonymous));
        for other in ["t2", "t3"] {
            assert!(futures_util::poll!(waits.as_mut()).is_pending());
            revocations.revoke_token(other, later()).unwrap();
        }
        assert!(futures_util::poll!(waits.as_mut()).is_pending());
        revocations.revoke_token("t1", later()).unwrap();
        assert_eq!(futures_util::poll!(waits.as_mut()), std::task::Poll::Ready("revoked_token"));
        assert_eq!(
            within("the revocation", revocations.wait_until_revoked(&principal)).await,
            "revoked_token",
            "also who comes later"
        );
        assert!(futures_util::poll!(nobody.as_mut()).is_pending());
    }
}
