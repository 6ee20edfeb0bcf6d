//! Ids of questions to older clients. They cannot be guessed, and every node that has the secret recognizes those that another node has made: what is passed on
//! between nodes is the answer to a question that was asked.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::session::SessionId;
use crate::{KeyRing, digest::Digest, keys::DerivedKey};

const PURPOSE: &str = "secure-tool/questions/1";
const PREFIX: &str = "ask-";
const NODE: usize = 8;
const RANDOM: usize = 8;
const TAG: usize = 16;

/// Makes and recognizes ids.
pub(super) struct QuestionIds {
    /// The current one first.
    keys: Vec<DerivedKey>,
    /// Tells the questions of this node from those of others. Nothing if the system gives no random bytes.
    node: Option<[u8; NODE]>,
}

/// Who has made an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Here,
    Elsewhere,
}

impl QuestionIds {
    pub(super) fn new(keys: &KeyRing) -> Self {
        let mut node = [0; NODE];
        let node = getrandom::fill(&mut node).is_ok().then_some(node);
        Self { keys: keys.derive(PURPOSE), node }
    }

    /// The id of a new question; none if the system gives no random bytes.
    pub(super) fn make(&self, session: SessionId, principal: &Digest) -> Option<Box<str>> {
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random).ok()?;
        let node = self.node?;
        let tag = mac(self.keys.first()?, node, random, session, principal)?.finalize().into_bytes();
        let id = BASE64_URL_SAFE_NO_PAD.encode([&node[..], &random, tag.get(..TAG)?].concat());
        Some([PREFIX, &id].concat().into())
    }

    /// Who has made an id for a question to this principal in this session; nobody if it was made up.
    pub(super) fn origin(&self, id: &str, session: SessionId, principal: &Digest) -> Option<Origin> {
        // Checked first: what is decoded is as long as ours.
        let id = id.strip_prefix(PREFIX).filter(|id| id.len() == ((NODE + RANDOM + TAG) * 4).div_ceil(3))?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
        let (node, rest) = bytes.split_first_chunk::<NODE>()?;
        let (random, tag) = rest.split_first_chunk::<RANDOM>()?;
        let made = |key| {
            let mac = mac(key, *node, *random, session, principal);
            tag.len() == TAG && mac.is_some_and(|mac| mac.verify_truncated_left(tag).is_ok())
        };
        if !self.keys.iter().any(made) {
            return None;
        }
        Some(if self.node == Some(*node) { Origin::Here } else { Origin::Elsewhere })
    }
}

fn mac(
    key: &DerivedKey,
    node: [u8; NODE],
    random: [u8; RANDOM],
    session: SessionId,
    principal: &Digest,
) -> Option<Hmac<Sha256>> {
    // A key of any length is one.
    let mut mac = Hmac::<Sha256>::new_from_slice(&key[..]).ok()?;
    mac.update(&node);
    mac.update(&random);
    mac.update(&session);
    mac.update(principal);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: SessionId = [1; 16];
    const ALICE: Digest = [1; 32];

    fn ring(first: u8) -> KeyRing {
        KeyRing::new(&(first..first + 32).collect::<Vec<u8>>()).unwrap()
    }

    #[test]
    fn an_id_is_recognized_with_the_secret_for_its_session_and_its_principal() {
        let (here, there) = (QuestionIds::new(&ring(0)), QuestionIds::new(&ring(0)));
        let id = here.make(MINE, &ALICE).unwrap();
        assert_ne!(here.make(MINE, &ALICE).unwrap(), id);
        assert_eq!(here.origin(&id, MINE, &ALICE), Some(Origin::Here));
        assert_eq!(there.origin(&id, MINE, &ALICE), Some(Origin::Elsewhere));
        assert_eq!(there.origin(&id, [2; 16], &ALICE), None);
        assert_eq!(there.origin(&id, MINE, &[2; 32]), None);
        assert_eq!(QuestionIds::new(&ring(100)).origin(&id, MINE, &ALICE), None);
        let rotated = ring(100).with_previous(&(0..32).collect::<Vec<u8>>()).unwrap();
        assert_eq!(QuestionIds::new(&rotated).origin(&id, MINE, &ALICE), Some(Origin::Elsewhere));
    }

    #[test]
    fn an_id_that_was_changed_or_made_up_is_not_recognized() {
        let ids = QuestionIds::new(&ring(0));
        let id = ids.make(MINE, &ALICE).unwrap();
        for at in 0..id.len() {
            let mut changed = id.to_string().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(ids.origin(std::str::from_utf8(&changed).unwrap(), MINE, &ALICE), None, "{at}");
            assert_eq!(ids.origin(&id[..at], MINE, &ALICE), None, "{at}");
        }
        for made_up in ["", "ask-", "ask-0", &format!("{id}A"), &format!("ask-{}", "A".repeat(43))] {
            assert_eq!(ids.origin(made_up, MINE, &ALICE), None, "{made_up}");
        }
    }
}
