//! What one process passes on to another: an answer or a cancellation that arrived here, for a call that runs there.
//!
//! It travels as a fact, but it is no state: it is kept for a short time, has a key of its own, and is not told again to a store that has lost it.

use std::{
    sync::{Mutex, PoisonError, Weak},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Fact, StoreError, StoreKey,
    change::{ROUTED, Sealing},
};
use crate::{digest::Digest, wire::Id};

/// How long the store keeps one: longer than a process that still has the call is away as a rule.
const KEEP: Duration = Duration::from_secs(60);

/// A message of a client that another process waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Routed {
    /// The session that it belongs to.
    pub(crate) session: [u8; 16],
    /// Who has sent it, as a digest.
    pub(crate) principal: Digest,
    pub(crate) what: RoutedKind,
}

/// What the client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum RoutedKind {
    /// The result of this question.
    Answer(Id, Value),
    /// An error in the place of the result of this question.
    Failure(Id),
    /// That this call is no longer wanted.
    Cancel(Id),
}

/// Whatever takes the messages that other processes have passed on.
pub(crate) trait Receiver: Send + Sync {
    /// Takes a message if it is for something that waits here.
    fn receive(&self, routed: Routed);
}

/// The receivers of this process.
#[derive(Default)]
pub(super) struct Receivers(Mutex<Vec<Weak<dyn Receiver>>>);

impl Receivers {
    pub(super) fn add(&self, receiver: Weak<dyn Receiver>) {
        let mut receivers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receivers.retain(|receiver| receiver.strong_count() > 0);
        receivers.push(receiver);
    }

    pub(super) fn receive(&self, routed: &Routed) {
        let receivers = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for receiver in receivers.iter().filter_map(Weak::upgrade) {
            receiver.receive(routed.clone());
        }
    }
}

impl Sealing {
    /// The fact that carries a message. Its key is random, so that no message replaces another one.
    pub(crate) fn seal_routed(&self, routed: &Routed) -> Result<Fact, StoreError> {
        let mut whose = [0; 16];
        getrandom::fill(&mut whose).map_err(|error| StoreError::new(error.to_string()))?;
        self.encrypt(StoreKey::new(ROUTED, whose), &serde_json::to_vec(routed)?, Some(KEEP))
    }

    /// The message that a fact carries.
    ///
    /// # Errors
    ///
    /// If none of the secrets has sealed it.
    pub(super) fn open_routed(&self, fact: &Fact) -> Result<Routed, StoreError> {
        Ok(serde_json::from_slice(&self.decrypt(fact)?)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::KeyRing;

    fn sealing(first: u8) -> Sealing {
        Sealing::new(&KeyRing::new(&(first..first + 32).collect::<Vec<u8>>()).unwrap()).unwrap()
    }

    #[test]
    fn a_message_is_read_with_the_secret_alone_and_replaces_no_other() {
        let (here, there, strange) = (sealing(0), sealing(0), sealing(100));
        let question = || Id::Text("ask-1".into());
        for what in [
            RoutedKind::Answer(question(), json!({"action": "accept"})),
            RoutedKind::Answer(question(), Value::Null),
            RoutedKind::Failure(question()),
            RoutedKind::Cancel(Id::Number(7)),
            RoutedKind::Cancel(Id::Text("7".into())),
        ] {
            let routed = Routed { session: [1; 16], principal: [2; 32], what };
            let (fact, again) = (here.seal_routed(&routed).unwrap(), here.seal_routed(&routed).unwrap());
            assert_eq!(there.open_routed(&fact).unwrap(), routed);
            assert!(fact.keep.is_some_and(|keep| keep <= Duration::from_secs(120)));
            assert_ne!(fact.key, again.key);
            assert!(!fact.value.windows(6).any(|part| part == b"accept"));
            assert!(strange.open_routed(&fact).is_err());
            assert!(there.open_routed(&Fact { key: again.key, ..fact.clone() }).is_err(), "it was moved");
            assert!(there.open(&fact).is_err(), "it is no change");
        }
    }
}
