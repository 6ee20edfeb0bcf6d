//! What an older client may come back to: calls that it can cancel, and questions that it can answer. Each belongs to one session, is bounded, and is gone
//! with the call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    question_id::{Origin, QuestionIds},
    session::SessionId,
};
use crate::{
    KeyRing,
    digest::Digest,
    guard::confirm::{MOST_WAITING, MOST_WAITING_OF_ONE},
    identity::{Place, Shares},
    store::{Receiver, Routed, RoutedKind},
    wire::Id,
};

/// How many calls of older clients may run at once.
const MOST_CALLS: usize = 16_384;
/// How many of them may be one principal's.
const MOST_CALLS_OF_ONE: usize = MOST_CALLS / 8;

/// What waits at this node for a message of its client, wherever that message arrives.
pub(super) struct Waiting {
    pub(super) calls: Calls,
    pub(super) questions: Questions,
}

impl Waiting {
    pub(super) fn new(keys: &KeyRing) -> Self {
        Self { calls: Calls::default(), questions: Questions::new(keys) }
    }
}

impl Receiver for Waiting {
    /// As if the client had sent it here. What does not wait here waits at another node, or nowhere.
    fn receive(&self, Routed { session, principal, what }: Routed) {
        match what {
            RoutedKind::Answer(id, answer) => {
                self.questions.answer(&id, session, &principal, Some(answer));
            }
            RoutedKind::Failure(id) => {
                self.questions.answer(&id, session, &principal, None);
            }
            RoutedKind::Cancel(id) => {
                self.calls.cancel(session, &principal, id);
            }
        }
    }
}

/// The calls that run, by session and id of the request.
#[derive(Clone)]
pub(super) struct Calls {
    running: Arc<Mutex<HashMap<(SessionId, Id), Call>>>,
    places: Arc<Shares>,
}

struct Call {
    principal: Digest,
    cancelled: CancellationToken,
}

impl Default for Calls {
    fn default() -> Self {
        Self { running: Arc::default(), places: Shares::new(MOST_CALLS, MOST_CALLS_OF_ONE) }
    }
}

/// A call that can be cancelled until this is dropped.
pub(super) struct Running {
    calls: Calls,
    key: (SessionId, Id),
    pub(super) cancelled: CancellationToken,
    _place: Place,
}

/// Why a call is not let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The session has a request of this id already.
    Duplicate,
    /// There is no place, or none for this principal.
    Full,
}

impl Calls {
    /// `key` is that by which places are counted.
    pub(super) fn enter(&self, session: SessionId, id: Id, principal: Digest, key: u64) -> Result<Running, Refused> {
        let (call, cancelled) = ((session, id), CancellationToken::new());
        let mut calls = lock(&self.running);
        if calls.contains_key(&call) {
            return Err(Refused::Duplicate);
        }
        let place = self.places.take(key).map_err(|_| Refused::Full)?;
        calls.insert(call.clone(), Call { principal, cancelled: cancelled.clone() });
        drop(calls);
        Ok(Running { calls: self.clone(), key: call, cancelled, _place: place })
    }

    /// Cancels a call of this session. Whether it has one.
    pub(super) fn cancel(&self, session: SessionId, principal: &Digest, id: Id) -> bool {
        match lock(&self.running).get(&(session, id)) {
            Some(call) if call.principal == *principal => {
                call.cancelled.cancel();
                true
            }
            _ => false,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.calls.running).remove(&self.key);
    }
}

/// The questions that wait for an answer, by an id that cannot be guessed.
#[derive(Clone)]
pub(super) struct Questions {
    waiting: Arc<Mutex<HashMap<Box<str>, Question>>>,
    places: Arc<Shares>,
    ids: Arc<QuestionIds>,
}

struct Question {
    session: SessionId,
    principal: Digest,
    answer: oneshot::Sender<Option<Value>>,
}

/// A question that can be answered until this is dropped.
pub(super) struct Asked {
    questions: Questions,
    pub(super) id: Box<str>,
    pub(super) answer: oneshot::Receiver<Option<Value>>,
    _place: Place,
}

impl Questions {
    /// As many as the guard lets wait.
    fn new(keys: &KeyRing) -> Self {
        let ids = Arc::new(QuestionIds::new(keys));
        Self { waiting: Arc::default(), places: Shares::new(MOST_WAITING, MOST_WAITING_OF_ONE), ids }
    }

    /// Nothing if too many wait, in all or of those of this principal, or the system gives no random bytes. `key` is that by which places are
    /// counted.
    pub(super) fn ask(&self, session: SessionId, principal: Digest, key: u64) -> Option<Asked> {
        let id = self.ids.make(session, &principal)?;
        let (answer, answered) = oneshot::channel();
        let place = self.places.take(key).ok()?;
        lock(&self.waiting).insert(id.clone(), Question { session, principal, answer });
        Some(Asked { questions: self.clone(), id, answer: answered, _place: place })
    }

    /// Delivers an answer, once, from whom the question was for. `None` is an error of the client's. Whether there was such a question.
    pub(super) fn answer(&self, id: &Id, session: SessionId, principal: &Digest, answer: Option<Value>) -> bool {
        let Id::Text(id) = id else { return false };
        let mut questions = lock(&self.waiting);
        let meant = |question: &Question| question.session == session && question.principal == *principal;
        if !questions.get(id).is_some_and(meant) {
            return false;
        }
        questions.remove(id).is_some_and(|question| question.answer.send(answer).is_ok())
    }

    /// Whether another node has asked this question in this session.
    pub(super) fn is_elsewhere(&self, id: &Id, session: SessionId, principal: &Digest) -> bool {
        matches!(id, Id::Text(id) if self.ids.origin(id, session, principal) == Some(Origin::Elsewhere))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        lock(&self.questions.waiting).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MINE: SessionId = [1; 16];
    const OTHER: SessionId = [2; 16];
    const ALICE: Digest = [1; 32];
    const BOB: Digest = [2; 32];

    fn waiting() -> Waiting {
        Waiting::new(&KeyRing::new(&(0..32).collect::<Vec<u8>>()).unwrap())
    }

    #[test]
    fn a_call_is_cancelled_by_its_own_session_only() {
        let calls = Calls::default();
        let running = calls.enter(MINE, Id::Number(1), ALICE, 1).unwrap();
        let theirs = calls.enter(OTHER, Id::Number(1), BOB, 2).unwrap();
        assert_eq!(calls.enter(MINE, Id::Number(1), ALICE, 1).map(drop), Err(Refused::Duplicate));
        for (session, principal, id) in [
            (OTHER, ALICE, Id::Number(2)),
            (MINE, ALICE, Id::Text("1".into())),
            (MINE, ALICE, Id::Number(2)),
            (MINE, BOB, Id::Number(1)),
        ] {
            assert!(!calls.cancel(session, &principal, id));
        }
        assert!(!running.cancelled.is_cancelled() && !theirs.cancelled.is_cancelled());
        assert!(calls.cancel(MINE, &ALICE, Id::Number(1)));
        assert!(running.cancelled.is_cancelled() && !theirs.cancelled.is_cancelled());
        drop(running);
        assert!(calls.enter(MINE, Id::Number(1), ALICE, 1).is_ok(), "an id may be used again when its call is over");
        drop(theirs);
        assert!(lock(&calls.running).is_empty());
    }

    #[test]
    fn one_principal_leaves_room_for_the_calls_of_another() {
        let calls = Calls::default();
        let enter = |session, id: usize, key| calls.enter(session, Id::Number(id.try_into().unwrap()), ALICE, key);
        let mut running: Vec<_> = (0..MOST_CALLS_OF_ONE).map(|id| enter(MINE, id, 1).unwrap()).collect();
        assert_eq!(enter(MINE, MOST_CALLS_OF_ONE, 1).map(drop), Err(Refused::Full));
        assert_eq!(enter([3; 16], 0, 1).map(drop), Err(Refused::Full), "another session is no second share");
        running.extend((0..MOST_CALLS - MOST_CALLS_OF_ONE).map(|id| enter(OTHER, id, 2 + id as u64).unwrap()));
        assert_eq!(enter(OTHER, MOST_CALLS, 0).map(drop), Err(Refused::Full));
        drop(running);
        assert!(enter(MINE, 0, 1).is_ok() && lock(&calls.running).is_empty());
    }

    #[test]
    fn one_principal_leaves_room_for_the_questions_of_another() {
        let questions = waiting().questions;
        let waiting: Vec<_> = (0..MOST_WAITING_OF_ONE).map(|_| questions.ask(MINE, ALICE, 1).unwrap()).collect();
        assert!(questions.ask(OTHER, ALICE, 1).is_none());
        assert!(questions.ask(OTHER, BOB, 2).is_some());
        drop(waiting);
        assert!(questions.ask(OTHER, ALICE, 1).is_some() && lock(&questions.waiting).is_empty());
    }

    #[test]
    fn a_question_is_answered_once_and_by_whom_it_was_for() {
        let questions = waiting().questions;
        let mut asked = questions.ask(MINE, ALICE, 1).unwrap();
        let id = Id::Text(asked.id.clone());
        assert!(!questions.answer(&id, OTHER, &ALICE, Some(json!(1))));
        assert!(!questions.answer(&id, MINE, &BOB, Some(json!(1))));
        assert!(!questions.answer(&Id::Text("ask-0".into()), MINE, &ALICE, Some(json!(1))));
        assert!(asked.answer.try_recv().is_err());
        assert!(questions.answer(&id, MINE, &ALICE, Some(json!(2))));
        assert!(!questions.answer(&id, MINE, &ALICE, Some(json!(3))));
        assert_eq!(asked.answer.try_recv().unwrap(), Some(json!(2)));
        let forgotten = questions.ask(MINE, ALICE, 1).unwrap();
        let id = Id::Text(forgotten.id.clone());
        drop(forgotten);
        assert!(!questions.answer(&id, MINE, &ALICE, None) && lock(&questions.waiting).is_empty());
    }

    #[test]
    fn what_another_node_passes_on_counts_once_and_for_its_session_and_principal() {
        let waiting = waiting();
        let mut asked = waiting.questions.ask(MINE, ALICE, 1).unwrap();
        let running = waiting.calls.enter(MINE, Id::Number(1), ALICE, 1).unwrap();
        let answer = |text: &str| RoutedKind::Answer(Id::Text(asked.id.clone()), json!(text));
        let cancel = || RoutedKind::Cancel(Id::Number(1));
        for (session, principal) in [(OTHER, ALICE), (MINE, BOB)] {
            waiting.receive(Routed { session, principal, what: answer("theirs") });
            waiting.receive(Routed { session, principal, what: cancel() });
        }
        assert!(!running.cancelled.is_cancelled());
        waiting.receive(Routed { session: MINE, principal: ALICE, what: answer("first") });
        waiting.receive(Routed { session: MINE, principal: ALICE, what: answer("second") });
        assert_eq!(asked.answer.try_recv().unwrap(), Some(json!("first")));
        waiting.receive(Routed { session: MINE, principal: ALICE, what: cancel() });
        assert!(running.cancelled.is_cancelled());
        let mut asked = waiting.questions.ask(MINE, ALICE, 1).unwrap();
        let failure = RoutedKind::Failure(Id::Text(asked.id.clone()));
        waiting.receive(Routed { session: MINE, principal: ALICE, what: failure });
        assert_eq!(asked.answer.try_recv().unwrap(), None);
    }
}
