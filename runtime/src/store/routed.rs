//! Messages that one process forwards to another: an answer or a cancellation that arrived here, for a call that runs there.
//!
//! A message is sent as a fact, but it is not state: it is kept for a short time, has its own key, and is not written again to a store that has lost
//! it.

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

/// How long the store keeps a message: longer than a process that still has the call is usually disconnected.
const KEEP: Duration = Duration::from_secs(60);

/// A message of a client that another process waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Routed {
    /// The session that it belongs to.
    pub(crate) session: [u8; 16],
    /// The sender, as a digest.
    pub(crate) principal: Digest,
    pub(crate) what: RoutedKind,
}

/// The content of the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum RoutedKind {
    /// The result of this question.
    Answer(Id, Value),
    /// An error instead of the result of this question.
    Failure(Id),
    /// The cancellation of this call.
    Cancel(Id),
}

/// Receives the messages that other processes have forwarded.
pub(crate) trait Receiver: Send + Sync {
    /// Accepts a message if something waits for it here.
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
    /// The fact for a message. Its key is random, so that messages do not replace each other.
    pub(crate) fn seal_routed(&self, routed: &Routed) -> Result<Fact, StoreError> {
        let mut whose = [0; 16];
        getrandom::fill(&mut whose).map_err(|error| StoreError::new(error.to_string()))?;
        self.encrypt(StoreKey::new(ROUTED, whose), &serde_json::to_vec(routed)?, Some(KEEP))
    }

    /// The message in a fact.
    ///
    /// # Errors
    ///
    /// If it was not sealed with one of the secrets.
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
