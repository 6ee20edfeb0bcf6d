//! Answers and cancellations of older clients: delivered here, or passed on to the node that waits for them.
//!
//! A client of protocol 2025-11-25 sends them as requests of their own, which a load balancer may bring to any node. A node that has no such question or call
//! passes the message on through the shared store. Nobody can make it pass on much: only answers to questions that were asked in the caller's own session, no
//! long ones, and no more than the budgets of the caller and of the node.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::response::Response;
use serde_json::Value;

use super::{
    Endpoint, InvalidRequest, respond,
    session::{Session, binding},
    waiting::Waiting,
};
use crate::{
    http::Authenticator,
    identity::Principal,
    rate::{Gcra, RateTable},
    server::answers::RpcError,
    store::{Receiver, Routed, RoutedKind, Shared},
    wire::Id,
};

/// The longest message that is passed on, sealed.
const MOST: usize = 16 * 1024;
/// A message counts once for each of these bytes that it begins.
const UNIT: usize = 1024;
/// The messages of one principal: sixty at once, and sixty a minute.
const RATE_PER_PRINCIPAL: Gcra = Gcra::every(Duration::from_secs(1), 60);
/// All messages of one node: 64 a second, so that the store never holds more than 5 MiB of one node's.
const RATE_PER_NODE: Gcra = Gcra::every(Duration::from_micros(15_625), 256);
/// Principals that are counted apart; beyond them the budgets become stricter.
const CELLS: usize = 1 << 12;
/// How long to stay away while the store is down.
const WHEN_DOWN: Duration = Duration::from_secs(1);

/// The way to the other nodes.
pub(super) struct Routing {
    shared: Arc<Shared>,
    of_one: RateTable,
    of_all: RateTable,
}

/// Why a message is not passed on.
#[derive(Debug, PartialEq, Eq)]
enum NotRouted {
    TooLong,
    /// It may be sent again after this time.
    Exceeded(Duration),
    Down,
}

impl Routing {
    /// From now on, what other nodes pass on is delivered to what waits here.
    pub(super) fn new(shared: &Arc<Shared>, waiting: &Arc<Waiting>) -> Self {
        let receiver: Arc<dyn Receiver> = Arc::<Waiting>::clone(waiting);
        shared.receive_with(Arc::downgrade(&receiver));
        Self { shared: Arc::clone(shared), of_one: RateTable::with_cells(CELLS), of_all: RateTable::with_cells(1) }
    }

    /// `key` is that by which the principal is counted.
    async fn route(&self, routed: &Routed, key: u64) -> Result<(), NotRouted> {
        let sealed = self.shared.seal_routed(routed).map_err(|_| NotRouted::Down)?;
        if sealed.value.len() > MOST {
            return Err(NotRouted::TooLong);
        }
        let units = u32::try_from(sealed.value.len().div_ceil(UNIT)).unwrap_or(u32::MAX);
        self.count(units, key, Instant::now()).map_err(NotRouted::Exceeded)?;
        self.shared.route(sealed).await.map_err(|_| NotRouted::Down)
    }

    fn count(&self, units: u32, key: u64, now: Instant) -> Result<(), Duration> {
        for (table, gcra, key) in [(&self.of_one, RATE_PER_PRINCIPAL, key), (&self.of_all, RATE_PER_NODE, 0)] {
            let gcra = gcra.costing(units).ok_or(WHEN_DOWN)?;
            table.check((0, key), gcra, now)?;
        }
        Ok(())
    }
}

impl<S: Send + Sync + 'static, A: Authenticator> Endpoint<S, A> {
    /// An answer to a question of this session; no result is an error of the client's.
    pub(super) async fn take_answer(
        &self,
        id: Id,
        session: Session,
        principal: &Principal,
        result: Option<Value>,
    ) -> Result<Response, InvalidRequest> {
        if let Some(response) = self.refuse_revoked(principal) {
            return Ok(response);
        }
        let (whose, questions) = (binding(principal), &self.waiting.questions);
        let elsewhere = questions.is_elsewhere(&id, session.id, &whose);
        match &self.routing {
            Some(routing) if elsewhere => {
                let what = result
                    .map_or_else(|| RoutedKind::Failure(id.clone()), |result| RoutedKind::Answer(id.clone(), result));
                self.pass_on(routing, session, principal, what).await
            }
            _ if questions.answer(&id, session.id, &whose, result) => Ok(respond::accepted()),
            _ => Err(answers_nothing()),
        }
    }

    /// A cancellation of a call of this session. A call that is over is not an error: the client cannot know that yet.
    pub(super) async fn take_cancellation(
        &self,
        id: Id,
        session: Session,
        principal: &Principal,
    ) -> Result<Response, InvalidRequest> {
        if let Some(response) = self.refuse_revoked(principal) {
            return Ok(response);
        }
        let here = self.waiting.calls.cancel(session.id, &binding(principal), id.clone());
        match &self.routing {
            Some(routing) if !here => self.pass_on(routing, session, principal, RoutedKind::Cancel(id)).await,
            _ => Ok(respond::accepted()),
        }
    }

    async fn pass_on(
        &self,
        routing: &Routing,
        session: Session,
        principal: &Principal,
        what: RoutedKind,
    ) -> Result<Response, InvalidRequest> {
        let routed = Routed { session: session.id, principal: binding(principal), what };
        match routing.route(&routed, principal.key()).await {
            Ok(()) => Ok(respond::accepted()),
            Err(NotRouted::TooLong) => {
                let told = "this message is too long to be forwarded to the process that handles it";
                Err(InvalidRequest { id: None, error: RpcError::invalid_request(told) })
            }
            Err(NotRouted::Exceeded(wait)) => Ok(respond::rate_limited(wait)),
            Err(NotRouted::Down) => Ok(respond::unavailable(
                "This message cannot be forwarded at the moment to the process that handles it.",
                WHEN_DOWN,
            )),
        }
    }

    /// The calls of a revoked caller are cut; until that has happened everywhere, no message of theirs has an effect on a call.
    fn refuse_revoked(&self, principal: &Principal) -> Option<Response> {
        let revoked = principal.caller().is_some_and(|caller| self.revocations.against(caller).is_some());
        revoked.then(|| respond::unauthenticated(self.challenges.invalid_token()))
    }
}

pub(super) fn answers_nothing() -> InvalidRequest {
    InvalidRequest { id: None, error: RpcError::invalid_request("no question is waiting for this answer") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        KeyRing,
        store::{MemoryStore, SharedStore, WhenDown},
    };

    fn routing(store: &MemoryStore) -> (Routing, Arc<Waiting>) {
        let keys = KeyRing::new(&(0..32).collect::<Vec<u8>>()).unwrap();
        let waiting = Arc::new(Waiting::new(&keys));
        let shared = Arc::new(Shared::new(store.clone(), WhenDown::Refuse, &keys).unwrap());
        (Routing::new(&shared, &waiting), waiting)
    }

    fn routed(bytes: usize) -> Routed {
        let what = RoutedKind::Answer(Id::Text("ask-1".into()), json!("x".repeat(bytes)));
        Routed { session: [1; 16], principal: [1; 32], what }
    }

    async fn stored(store: &MemoryStore) -> usize {
        store.facts(None).await.unwrap().facts.len()
    }

    #[tokio::test]
    async fn a_flood_of_one_principal_ends_at_its_budget_and_leaves_that_of_others() {
        let store = MemoryStore::new().unwrap();
        let (routing, _waiting) = routing(&store);
        let mut passed = 0;
        let refused = loop {
            match routing.route(&routed(1), 1).await {
                Ok(()) => passed += 1,
                Err(why) => break why,
            }
            assert!(passed < 100);
        };
        assert!(matches!(refused, NotRouted::Exceeded(wait) if wait <= Duration::from_secs(1)), "{refused:?}");
        assert!(passed >= 60);
        assert_eq!(stored(&store).await, passed);
        assert_eq!(routing.route(&routed(1), 2).await, Ok(()));
        // What is long counts for more.
        for _ in 0..3 {
            assert_eq!(routing.route(&routed(15_500), 3).await, Ok(()));
        }
        assert!(matches!(routing.route(&routed(15_500), 3).await, Err(NotRouted::Exceeded(_))));
    }

    #[tokio::test]
    async fn all_principals_together_have_a_budget_and_nothing_long_is_passed_on() {
        let store = MemoryStore::new().unwrap();
        let (routing, _waiting) = routing(&store);
        assert_eq!(routing.route(&routed(MOST), 0).await, Err(NotRouted::TooLong));
        assert_eq!(stored(&store).await, 0);
        let started = Instant::now();
        let mut passed = 0_u64;
        for key in 0..2_000 {
            passed += u64::from(routing.route(&routed(1), key).await.is_ok());
        }
        let most = 256 + 64 * (started.elapsed().as_secs() + 1);
        assert!((256..=most).contains(&passed), "{passed} of at most {most}");
    }
}
