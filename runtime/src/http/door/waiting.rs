//! What an older client may come back to: calls that it can cancel, and questions that it can answer. Each belongs to one session, is bounded, and is gone
//! with the call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::session::SessionId;
use crate::{digest::Digest, wire::Id};

/// How many calls of older clients may run at once.
const MOST_CALLS: usize = 16_384;
/// How many questions may wait, as many as the guard lets wait.
const MOST_QUESTIONS: usize = 1024;

/// The calls that run, by session and id of the request.
#[derive(Clone, Default)]
pub(super) struct Calls(Arc<Mutex<HashMap<(SessionId, Id), CancellationToken>>>);

/// A call that can be cancelled until this is dropped.
pub(super) struct Running {
    calls: Calls,
    key: (SessionId, Id),
    pub(super) cancelled: CancellationToken,
}

/// Why a call is not let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The session has a request of this id already.
    Duplicate,
    Full,
}

impl Calls {
    pub(super) fn enter(&self, session: SessionId, id: Id) -> Result<Running, Refused> {
        let (key, cancelled) = ((session, id), CancellationToken::new());
        let mut calls = lock(&self.0);
        if calls.contains_key(&key) {
            return Err(Refused::Duplicate);
        }
        if calls.len() >= MOST_CALLS {
            return Err(Refused::Full);
        }
        calls.insert(key.clone(), cancelled.clone());
        drop(calls);
        Ok(Running { calls: self.clone(), key, cancelled })
    }

    /// Cancels a call of this session. Nothing happens if there is none.
    pub(super) fn cancel(&self, session: SessionId, id: Id) {
        if let Some(cancelled) = lock(&self.0).get(&(session, id)) {
            cancelled.cancel();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.calls.0).remove(&self.key);
    }
}

/// The questions that wait for an answer, by an id that cannot be guessed.
#[derive(Clone, Default)]
pub(super) struct Questions(Arc<Mutex<HashMap<Box<str>, Question>>>);

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
}

impl Questions {
    /// Nothing if too many wait, or the system gives no random bytes.
    pub(super) fn ask(&self, session: SessionId, principal: Digest) -> Option<Asked> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        let id: Box<str> = format!("ask-{:032x}", u128::from_be_bytes(random)).into();
        let (answer, answered) = oneshot::channel();
        let mut questions = lock(&self.0);
        if questions.len() >= MOST_QUESTIONS {
            return None;
        }
        questions.insert(id.clone(), Question { session, principal, answer });
        drop(questions);
        Some(Asked { questions: self.clone(), id, answer: answered })
    }

    /// Delivers an answer, once, from whom the question was for. `None` is an error of the client's. Whether there was such a question.
    pub(super) fn answer(&self, id: &Id, session: SessionId, principal: &Digest, answer: Option<Value>) -> bool {
        let Id::Text(id) = id else { return false };
        let mut questions = lock(&self.0);
        let meant = |question: &Question| question.session == session && question.principal == *principal;
        if !questions.get(id).is_some_and(meant) {
            return false;
        }
        questions.remove(id).is_some_and(|question| question.answer.send(answer).is_ok())
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        lock(&self.questions.0).remove(&self.id);
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

    #[test]
    fn a_call_is_cancelled_by_its_own_session_only() {
        let calls = Calls::default();
        let running = calls.enter(MINE, Id::Number(1)).unwrap();
        let theirs = calls.enter(OTHER, Id::Number(1)).unwrap();
        assert_eq!(calls.enter(MINE, Id::Number(1)).map(drop), Err(Refused::Duplicate));
        for (session, id) in [(OTHER, Id::Number(2)), (MINE, Id::Text("1".into())), (MINE, Id::Number(2))] {
            calls.cancel(session, id);
        }
        assert!(!running.cancelled.is_cancelled() && !theirs.cancelled.is_cancelled());
        calls.cancel(MINE, Id::Number(1));
        assert!(running.cancelled.is_cancelled() && !theirs.cancelled.is_cancelled());
        drop(running);
        assert!(calls.enter(MINE, Id::Number(1)).is_ok(), "an id may be used again when its call is over");
        drop(theirs);
        assert!(lock(&calls.0).is_empty());
    }

    #[test]
    fn there_is_room_for_so_many_calls() {
        let calls = Calls::default();
        let running: Vec<_> =
            (0..MOST_CALLS).map(|id| calls.enter(MINE, Id::Number(id.try_into().unwrap())).unwrap()).collect();
        assert_eq!(calls.enter(OTHER, Id::Number(0)).map(drop), Err(Refused::Full));
        drop(running);
        assert!(calls.enter(OTHER, Id::Number(0)).is_ok());
    }

    #[test]
    fn a_question_is_answered_once_and_by_whom_it_was_for() {
        let (questions, alice, bob) = (Questions::default(), [1; 32], [2; 32]);
        let mut asked = questions.ask(MINE, alice).unwrap();
        let id = Id::Text(asked.id.clone());
        assert!(!questions.answer(&id, OTHER, &alice, Some(json!(1))));
        assert!(!questions.answer(&id, MINE, &bob, Some(json!(1))));
        assert!(!questions.answer(&Id::Text("ask-0".into()), MINE, &alice, Some(json!(1))));
        assert!(asked.answer.try_recv().is_err());
        assert!(questions.answer(&id, MINE, &alice, Some(json!(2))));
        assert!(!questions.answer(&id, MINE, &alice, Some(json!(3))));
        assert_eq!(asked.answer.try_recv().unwrap(), Some(json!(2)));
        let forgotten = questions.ask(MINE, alice).unwrap();
        let id = Id::Text(forgotten.id.clone());
        drop(forgotten);
        assert!(!questions.answer(&id, MINE, &alice, None) && lock(&questions.0).is_empty());
    }
}
