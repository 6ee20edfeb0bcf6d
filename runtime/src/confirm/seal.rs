//! The sealed state that a client carries between a question and its answer, which is bound to one call and valid for a short time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use serde_json::{Map, Value};

use super::{
    client::Asks,
    used::{NONCE, Nonce, Used},
};
use crate::{
    Caller, KeyRing,
    digest::{self, Digest},
    keys::DerivedKey,
};

/// The purpose of a state; a state for another purpose cannot be opened.
const PURPOSE: &str = "secure-tool/confirmation/1";
/// The purpose of the digests in it.
const DIGESTS: &str = "secure-tool/confirmation/digest/1";

/// Why a state is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    Tampered,
    Expired,
    Replayed,
    OtherCaller,
    OtherTool,
    OtherArguments,
    /// There were too many answers within a short time to detect replays.
    Crowded,
}

impl Invalid {
    /// For the audit record.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::Tampered => "tampered",
            Self::Expired => "expired",
            Self::Replayed => "replayed",
            Self::OtherCaller => "other_caller",
            Self::OtherTool => "other_tool",
            Self::OtherArguments => "other_arguments",
            Self::Crowded => "crowded",
        }
    }
}

/// The question that a state answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sealed {
    pub(crate) asks: Asks,
    /// The digest of everything that the question is about.
    pub(crate) question: Digest,
    /// The values that the person has given before, if any. A state is signed but not secret: the client that keeps it can read it.
    pub(crate) given: Option<Given>,
}

/// The values that a person has given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    /// The digest of the question that asked for them.
    pub(crate) question: Digest,
    pub(crate) values: Map<String, Value>,
}

/// The digest of a question with each secret of the key ring.
pub(crate) struct QuestionDigest {
    /// The digest with the current secret, for a state.
    pub(crate) current: Digest,
    previous: Vec<Digest>,
}

impl QuestionDigest {
    /// Whether a state belongs to this question, regardless of the secret that sealed it.
    pub(crate) fn is(&self, question: &Digest) -> bool {
        self.current == *question || self.previous.contains(question)
    }
}

/// Seals questions and opens answers, shared by all processes with the same [`KeyRing`].
///
/// Each process remembers used answers by itself; a shared store remembers them for all.
pub(crate) struct Sealer {
    /// It seals.
    current: Seal,
    /// They only open.
    previous: Vec<Seal>,
    valid: Duration,
    used: Mutex<Used>,
}

/// The keys that are derived from one secret of the key ring.
struct Seal {
    codec: RequestStateCodec,
    key: DerivedKey,
}

impl Sealer {
    /// # Errors
    ///
    /// If there is no secret, or a derived key is too short, neither of which can happen with a key ring.
    pub(crate) fn new(keys: &KeyRing, valid: Duration) -> Result<Self, String> {
        let seal = |(seal, key): (DerivedKey, DerivedKey)| {
            let codec = RequestStateCodec::try_new(seal.to_vec()).map_err(|error| error.to_string())?;
            Ok::<_, String>(Seal { codec, key })
        };
        let mut seals = keys.derive(PURPOSE).into_iter().zip(keys.derive(DIGESTS)).map(seal);
        let current = seals.next().ok_or("the key ring has no secret to seal with")??;
        Ok(Self { current, previous: seals.collect::<Result<_, _>>()?, valid, used: Mutex::default() })
    }

    /// Creates a state for an answer to this question, bound to this call and caller.
    ///
    /// # Errors
    ///
    /// If the operating system provides no random bytes.
    pub(crate) fn seal(
        &self,
        caller: &Caller,
        tool: &str,
        arguments: &Value,
        sealed: &Sealed,
    ) -> Result<String, String> {
        let mut nonce = Nonce::default();
        getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
        let mut payload = nonce.to_vec();
        let Seal { codec, .. } = &self.current;
        let [of_caller, of_tool, of_arguments] = self.current.bindings(caller, tool, arguments);
        for digest in [&of_caller, &of_tool, &of_arguments, &sealed.question] {
            payload.extend_from_slice(digest);
        }
        payload.push(tag(sealed.asks));
        if let Some(given) = &sealed.given {
            payload.extend_from_slice(&given.question);
            serde_json::to_writer(&mut payload, &given.values).map_err(|error| error.to_string())?;
        }
        Ok(codec.seal_with(&payload, &SealOptions::new().associated_data(PURPOSE.as_bytes()).ttl(self.valid)))
    }

    /// Opens a state: the question that it answers, and its nonce. Each state can be used once.
    pub(crate) fn open(
        &self,
        state: &str,
        caller: &Caller,
        tool: &str,
        arguments: &Value,
    ) -> Result<(Sealed, Nonce), Invalid> {
        let (seal, payload) = self.unseal(state)?;
        let bindings = seal.bindings(caller, tool, arguments);
        let (nonce, digests) = payload.split_first_chunk::<NONCE>().ok_or(Invalid::Tampered)?;
        let (of_caller, digests) = take(digests)?;
        let (of_tool, digests) = take(digests)?;
        let (of_arguments, digests) = take(digests)?;
        let (question, rest) = take(digests)?;
        let (is_for, given) = rest.split_first().ok_or(Invalid::Tampered)?;
        let asks = [Asks::Values, Asks::Confirmation].into_iter().find(|asks| tag(*asks) == *is_for);
        let asks = asks.ok_or(Invalid::Tampered)?;
        let given = match given {
            [] => None,
            given => {
                let (question, values) = take(given)?;
                Some(Given { question, values: serde_json::from_slice(values).map_err(|_| Invalid::Tampered)? })
            }
        };
        for ((of_state, of_call), other) in [of_caller, of_tool, of_arguments].into_iter().zip(bindings).zip([
            Invalid::OtherCaller,
            Invalid::OtherTool,
            Invalid::OtherArguments,
        ]) {
            if of_state != of_call {
                return Err(other);
            }
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.redeem(*nonce, caller.limit_keys().caller, Instant::now(), self.remembered())?;
        Ok((Sealed { asks, question, given }, *nonce))
    }

    /// How long a used state is remembered: twice its lifetime, because the seal uses the wall clock, which may be set back a little.
    pub(crate) fn remembered(&self) -> Duration {
        self.valid.saturating_mul(2)
    }

    /// Releases a state that was not used after all.
    pub(crate) fn forget(&self, nonce: &Nonce) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).release(nonce);
    }

    fn seals(&self) -> impl Iterator<Item = &Seal> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The content of a state, and the secret that sealed it.
    fn unseal(&self, state: &str) -> Result<(&Seal, Vec<u8>), Invalid> {
        let mut why = Invalid::Tampered;
        for seal in self.seals() {
            match seal.codec.open_with(state, PURPOSE.as_bytes()) {
                Ok(payload) => return Ok((seal, payload)),
                Err(RequestStateError::Expired) => why = Invalid::Expired,
                Err(_) => {}
            }
        }
        Err(why)
    }

    /// The keyed digest of everything that a person confirms, which discloses nothing without the key. It covers the purpose and the text of the
    /// question; the descriptions of the objects, which the question shows in quotation marks; all arguments; and the versions of all objects.
    pub(crate) fn of_question(
        &self,
        asks: Asks,
        question: &str,
        objects: &[(&str, Option<Vec<String>>)],
        arguments: &Value,
        versions: &[Option<String>],
    ) -> QuestionDigest {
        // Only texts, so serialization cannot fail.
        let all = serde_json::to_vec(&(question, objects, versions)).unwrap_or_default();
        let of = |seal: &Seal| {
            let of_arguments = seal.of_arguments(arguments);
            digest::of([&seal.key[..], &b"question"[..], &[tag(asks)], &all, &of_arguments])
        };
        QuestionDigest { current: of(&self.current), previous: self.previous.iter().map(of).collect() }
    }
}

impl Seal {
    /// What a state is bound to: the caller, the tool and the arguments.
    fn bindings(&self, caller: &Caller, tool: &str, arguments: &Value) -> [Digest; 3] {
        let of_caller = digest::of([&self.key[..], &b"caller"[..], &caller.binding()]);
        let of_tool = digest::of([&self.key[..], &b"tool"[..], tool.as_bytes()]);
        [of_caller, of_tool, self.of_arguments(arguments)]
    }

    fn of_arguments(&self, arguments: &Value) -> Digest {
        digest::of([&self.key[..], &b"arguments"[..], &digest::canonical(arguments)])
    }
}

/// The purpose of a question, as a byte.
fn tag(asks: Asks) -> u8 {
    match asks {
        Asks::Values => b'v',
        Asks::Confirmation => b'c',
    }
}

fn take(bytes: &[u8]) -> Result<(Digest, &[u8]), Invalid> {
    bytes.split_first_chunk().map(|(digest, rest)| (*digest, rest)).ok_or(Invalid::Tampered)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secure_tool_testkit::joined;
    use serde_json::json;

    use super::*;

    const VALID: Duration = Duration::from_secs(120);

    fn sealer() -> Sealer {
        Sealer::new(&KeyRing::random().unwrap(), VALID).unwrap()
    }

    fn ring(first: u8) -> KeyRing {
        KeyRing::new(&secret(first)).unwrap()
    }

    fn secret(first: u8) -> Vec<u8> {
        (first..first + 32).collect()
    }

    fn confirmation(question: Digest) -> Sealed {
        Sealed { asks: Asks::Confirmation, question, given: None }
    }

    #[test]
    fn a_state_carries_what_was_given() {
        let (codec, alice, arguments) = (sealer(), Caller::new("alice"), json!({}));
        let values = Map::from_iter([("account".to_owned(), json!("acc_1")), ("empty".to_owned(), json!({}))]);
        for given in [None, Some(Map::new()), Some(values)] {
            let given = given.map(|values| Given { question: [7; 32], values });
            for asks in [Asks::Values, Asks::Confirmation] {
                let sealed = Sealed { asks, question: [9; 32], given: given.clone() };
                let state = codec.seal(&alice, "pay", &arguments, &sealed).unwrap();
                assert_eq!(codec.open(&state, &alice, "pay", &arguments).map(|(opened, _)| opened), Ok(sealed));
            }
        }
    }

    #[test]
    fn a_state_confirms_one_call_once() {
        let (sealer, alice, arguments) = (sealer(), Caller::new("alice"), json!({"a": 1, "b": 2}));
        let question = sealer.of_question(Asks::Confirmation, "Sure?", &[], &arguments, &[]).current;
        assert_ne!(question, sealer.of_question(Asks::Values, "Sure?", &[], &arguments, &[]).current);
        let question = confirmation(question);
        let state = sealer.seal(&alice, "delete", &arguments, &question).unwrap();
        let open = |state: &str, caller: &Caller, tool, arguments| sealer.open(state, caller, tool, arguments);
        let (bob, changed, reordered) = (Caller::new("bob"), json!({"a": 1, "b": 3}), json!({"b": 2, "a": 1}));
        assert_eq!(open(&state, &bob, "delete", &arguments), Err(Invalid::OtherCaller));
        for other in [
            alice.clone().with_tenant("acme"),
            alice.clone().with_tenant(""),
            alice.clone().with_client("x"),
            alice.clone().with_issuer("x"),
            alice.clone().with_actor("x"),
        ] {
            assert_eq!(open(&state, &other, "delete", &arguments), Err(Invalid::OtherCaller));
        }
        assert_eq!(open(&state, &alice, "purge", &arguments), Err(Invalid::OtherTool));
        assert_eq!(open(&state, &alice, "delete", &changed), Err(Invalid::OtherArguments));
        for at in [5, state.len() / 2, state.len() - 2] {
            let mut tampered = state.clone().into_bytes();
            tampered[at] = if tampered[at] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(tampered).unwrap();
            assert_eq!(open(&tampered, &alice, "delete", &arguments), Err(Invalid::Tampered), "{at}");
        }
        assert_eq!(open("", &alice, "delete", &arguments), Err(Invalid::Tampered));
        // None of these has used it up; the order of the keys does not matter.
        let renewed = alice.clone().with_token_id("t2").with_key_id("k2").with_scopes(["other"]);
        let (opened, nonce) = open(&state, &renewed, "delete", &reordered).unwrap();
        assert_eq!(opened, question);
        assert_eq!(open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
        sealer.forget(&nonce);
        assert_eq!(open(&state, &alice, "delete", &arguments), Ok((question, nonce)), "it has not counted after all");
        assert_eq!(open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
    }

    #[test]
    fn another_process_takes_no_state() {
        let (alice, arguments) = (Caller::new("alice"), json!({}));
        let state = sealer().seal(&alice, "delete", &arguments, &confirmation(Digest::default())).unwrap();
        assert_eq!(sealer().open(&state, &alice, "delete", &arguments), Err(Invalid::Tampered));
    }

    #[test]
    fn a_new_secret_takes_what_the_previous_one_has_sealed_until_that_is_dropped() {
        let (alice, arguments) = (Caller::new("alice"), json!({}));
        let of = |sealer: &Sealer| sealer.of_question(Asks::Confirmation, "Sure?", &[], &arguments, &[]);
        let before = Sealer::new(&ring(0), VALID).unwrap();
        let prepared = Sealer::new(&ring(0).with_previous(&secret(100)).unwrap(), VALID).unwrap();
        let rotated = Sealer::new(&ring(100).with_previous(&secret(0)).unwrap(), VALID).unwrap();
        let after = Sealer::new(&ring(100), VALID).unwrap();
        for (seals, opens) in [
            (&before, &before),
            (&before, &prepared),
            (&prepared, &before),
            (&prepared, &rotated),
            (&rotated, &prepared),
            (&rotated, &after),
            (&after, &rotated),
        ] {
            let state = seals.seal(&alice, "delete", &arguments, &confirmation(of(seals).current)).unwrap();
            let (opened, _) = opens.open(&state, &alice, "delete", &arguments).unwrap();
            assert!(of(opens).is(&opened.question));
            assert!(!opens.of_question(Asks::Values, "Sure?", &[], &arguments, &[]).is(&opened.question));
            assert_eq!(opens.open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
        }
        let state = before.seal(&alice, "delete", &arguments, &confirmation(of(&before).current)).unwrap();
        assert_eq!(after.open(&state, &alice, "delete", &arguments), Err(Invalid::Tampered));
        let expired = Sealer::new(&ring(0), Duration::from_millis(1)).unwrap();
        let state = expired.seal(&alice, "delete", &arguments, &confirmation(Digest::default())).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(rotated.open(&state, &alice, "delete", &arguments), Err(Invalid::Expired));
    }

    #[test]
    fn a_state_expires() {
        let (sealer, alice) = (Sealer::new(&ring(0), Duration::from_millis(1)).unwrap(), Caller::new("alice"));
        let state = sealer.seal(&alice, "delete", &json!({}), &confirmation(Digest::default())).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(sealer.open(&state, &alice, "delete", &json!({})), Err(Invalid::Expired));
    }

    #[test]
    fn of_many_at_once_one_counts() {
        let (sealer, alice) = (sealer(), Caller::new("alice"));
        let state = sealer.seal(&alice, "delete", &json!({}), &confirmation(Digest::default())).unwrap();
        let shared = Arc::new((sealer, alice, state));
        let tries = (0..8).map(|_| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.0.open(&shared.2, &shared.1, "delete", &json!({})).is_ok())
        });
        let tries: Vec<_> = tries.collect();
        let won: usize = tries.into_iter().map(|one| usize::from(joined("one of many", one))).sum();
        assert_eq!(won, 1);
    }
}
