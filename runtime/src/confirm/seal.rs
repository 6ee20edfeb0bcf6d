//! What a client carries between the question and the answer: sealed, bound, good for one call and for a short time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use serde_json::{Value, json};

use super::used::{NONCE, Nonce, Used};
use crate::{
    Caller, KeyRing,
    digest::{self, Digest},
    keys::DerivedKey,
};

/// Says what a state is for; a state for anything else does not open.
const PURPOSE: &str = "secure-tool/confirmation/1";
/// The same of the digests in it.
const DIGESTS: &str = "secure-tool/confirmation/digest/1";

/// Why a state confirms nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    Tampered,
    Expired,
    Replayed,
    OtherCaller,
    OtherTool,
    OtherArguments,
    /// So many answers within so short a time that they cannot be told from replays.
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

/// Seals questions and opens answers, of every process that has the same [`KeyRing`].
///
/// What was used is remembered by each process for itself; a shared store remembers it for all.
pub(crate) struct Sealer {
    /// The current one first. It seals; the others only open.
    seals: Vec<Seal>,
    valid: Duration,
    used: Mutex<Used>,
}

/// What one secret of the key ring is used for.
struct Seal {
    codec: RequestStateCodec,
    key: DerivedKey,
}

/// Which of the key ring's secrets has sealed a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SealedBy(usize);

/// A question that was confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Confirmed {
    /// Of all that the person was asked.
    pub(crate) question: Digest,
    /// What the same question has the same digest with.
    pub(crate) sealed_by: SealedBy,
    /// Of the state; it counts once.
    pub(crate) nonce: Nonce,
}

impl Sealer {
    /// # Errors
    ///
    /// If a derived key is too short, which none is.
    pub(crate) fn new(keys: &KeyRing, valid: Duration) -> Result<Self, String> {
        let seal = |(seal, key): (DerivedKey, DerivedKey)| {
            let codec = RequestStateCodec::try_new(seal.to_vec()).map_err(|error| error.to_string())?;
            Ok::<_, String>(Seal { codec, key })
        };
        let seals: Result<_, _> = keys.derive(PURPOSE).into_iter().zip(keys.derive(DIGESTS)).map(seal).collect();
        Ok(Self { seals: seals?, valid, used: Mutex::default() })
    }

    /// A state that confirms this question, for this call by this caller.
    ///
    /// # Errors
    ///
    /// If the system gives no random bytes.
    pub(crate) fn seal(
        &self,
        caller: &Caller,
        tool: &str,
        arguments: &Value,
        question: &Digest,
    ) -> Result<String, String> {
        let current = self.seals.first().ok_or("there is no secret to seal with")?;
        let mut nonce = Nonce::default();
        getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
        let mut payload = nonce.to_vec();
        for digest in [&current.of_caller(caller), &current.of_tool(tool), &current.of_arguments(arguments), question] {
            payload.extend_from_slice(digest);
        }
        let options = SealOptions::new().associated_data(PURPOSE.as_bytes()).ttl(self.valid);
        Ok(current.codec.seal_with(&payload, &options))
    }

    /// The question that a state confirms. It does so once.
    pub(crate) fn open(
        &self,
        state: &str,
        caller: &Caller,
        tool: &str,
        arguments: &Value,
    ) -> Result<Confirmed, Invalid> {
        let (index, seal, payload) = self.unseal(state)?;
        let (nonce, digests) = payload.split_first_chunk::<NONCE>().ok_or(Invalid::Tampered)?;
        let (of_caller, digests) = take(digests)?;
        let (of_tool, digests) = take(digests)?;
        let (of_arguments, digests) = take(digests)?;
        let (question, _) = take(digests)?;
        if of_caller != seal.of_caller(caller) {
            return Err(Invalid::OtherCaller);
        }
        if of_tool != seal.of_tool(tool) {
            return Err(Invalid::OtherTool);
        }
        if of_arguments != seal.of_arguments(arguments) {
            return Err(Invalid::OtherArguments);
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.redeem(*nonce, caller.limit_keys().caller, Instant::now(), self.remembered())?;
        Ok(Confirmed { question, sealed_by: SealedBy(index), nonce: *nonce })
    }

    /// How long a state that has counted is remembered: twice the time that one is good for, as the seal's clock is the wall's, which may be
    /// set back a little.
    pub(crate) fn remembered(&self) -> Duration {
        self.valid.saturating_mul(2)
    }

    /// It has not counted after all.
    pub(crate) fn forget(&self, nonce: &Nonce) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).release(nonce);
    }

    /// What a state says, and which secret says so.
    fn unseal(&self, state: &str) -> Result<(usize, &Seal, Vec<u8>), Invalid> {
        let mut why = Invalid::Tampered;
        for (index, seal) in self.seals.iter().enumerate() {
            match seal.codec.open_with(state, PURPOSE.as_bytes()) {
                Ok(payload) => return Ok((index, seal, payload)),
                Err(RequestStateError::Expired) => why = Invalid::Expired,
                Err(_) => {}
            }
        }
        Err(why)
    }

    /// The digest of all that a person confirms, which says nothing about it to whoever has no key: the question; the objects as they
    /// describe themselves, as the question shows that in quotation marks; all the arguments; and the versions of all the objects.
    /// Of a question that nobody was asked yet it is the current secret's.
    pub(crate) fn of_question(
        &self,
        SealedBy(index): SealedBy,
        question: &str,
        objects: &[(&str, Option<Vec<String>>)],
        arguments: &Value,
        versions: &[Option<String>],
    ) -> Option<Digest> {
        let seal = self.seals.get(index)?;
        let all = json!([question, objects, versions]).to_string();
        Some(digest::of([&seal.key[..], &b"question"[..], all.as_bytes(), &seal.of_arguments(arguments)]))
    }
}

impl Seal {
    fn of_caller(&self, caller: &Caller) -> Digest {
        digest::of([&self.key[..], &b"caller"[..], &caller.binding()])
    }

    fn of_tool(&self, tool: &str) -> Digest {
        digest::of([&self.key[..], &b"tool"[..], tool.as_bytes()])
    }

    fn of_arguments(&self, arguments: &Value) -> Digest {
        digest::of([&self.key[..], &b"arguments"[..], digest::canonical(arguments).as_bytes()])
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

    #[test]
    fn a_state_confirms_one_call_once() {
        let (sealer, alice, arguments) = (sealer(), Caller::new("alice"), json!({"a": 1, "b": 2}));
        let question = sealer.of_question(SealedBy::default(), "Sure?", &[], &arguments, &[]).unwrap();
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
        let confirmed = open(&state, &renewed, "delete", &reordered).unwrap();
        assert_eq!((confirmed.question, confirmed.sealed_by), (question, SealedBy(0)));
        assert_eq!(open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
        sealer.forget(&confirmed.nonce);
        assert_eq!(open(&state, &alice, "delete", &arguments), Ok(confirmed), "it has not counted after all");
        assert_eq!(open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
    }

    #[test]
    fn another_process_takes_no_state() {
        let (alice, arguments) = (Caller::new("alice"), json!({}));
        let state = sealer().seal(&alice, "delete", &arguments, &Digest::default()).unwrap();
        assert_eq!(sealer().open(&state, &alice, "delete", &arguments), Err(Invalid::Tampered));
    }

    #[test]
    fn a_process_with_the_same_secret_takes_a_state_and_a_question_is_the_same_there() {
        let (alice, arguments) = (Caller::new("alice"), json!({}));
        let (here, there) = (Sealer::new(&ring(0), VALID).unwrap(), Sealer::new(&ring(0), VALID).unwrap());
        let of = |sealer: &Sealer, by| sealer.of_question(by, "Sure?", &[], &arguments, &[]).unwrap();
        let state = here.seal(&alice, "delete", &arguments, &of(&here, SealedBy::default())).unwrap();
        let confirmed = there.open(&state, &alice, "delete", &arguments).unwrap();
        assert_eq!(confirmed.question, of(&there, confirmed.sealed_by));
        assert_eq!(there.open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
    }

    #[test]
    fn a_new_secret_takes_what_the_previous_one_has_sealed_until_that_is_dropped() {
        let (alice, arguments) = (Caller::new("alice"), json!({}));
        let of = |sealer: &Sealer, by| sealer.of_question(by, "Sure?", &[], &arguments, &[]).unwrap();
        let before = Sealer::new(&ring(0), VALID).unwrap();
        let prepared = Sealer::new(&ring(0).with_previous(&secret(100)).unwrap(), VALID).unwrap();
        let rotated = Sealer::new(&ring(100).with_previous(&secret(0)).unwrap(), VALID).unwrap();
        let after = Sealer::new(&ring(100), VALID).unwrap();
        for (seals, opens) in [
            (&before, &prepared),
            (&prepared, &before),
            (&prepared, &rotated),
            (&rotated, &prepared),
            (&rotated, &after),
            (&after, &rotated),
        ] {
            let state = seals.seal(&alice, "delete", &arguments, &of(seals, SealedBy::default())).unwrap();
            let confirmed = opens.open(&state, &alice, "delete", &arguments).unwrap();
            assert_eq!(confirmed.question, of(opens, confirmed.sealed_by));
        }
        let state = before.seal(&alice, "delete", &arguments, &of(&before, SealedBy::default())).unwrap();
        assert_eq!(after.open(&state, &alice, "delete", &arguments), Err(Invalid::Tampered));
        let expired = Sealer::new(&ring(0), Duration::from_millis(1)).unwrap();
        let state = expired.seal(&alice, "delete", &arguments, &Digest::default()).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(rotated.open(&state, &alice, "delete", &arguments), Err(Invalid::Expired));
    }

    #[test]
    fn a_state_expires() {
        let (sealer, alice) = (Sealer::new(&ring(0), Duration::from_millis(1)).unwrap(), Caller::new("alice"));
        let state = sealer.seal(&alice, "delete", &json!({}), &Digest::default()).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(sealer.open(&state, &alice, "delete", &json!({})), Err(Invalid::Expired));
    }

    #[test]
    fn of_many_at_once_one_counts() {
        let (sealer, alice) = (sealer(), Caller::new("alice"));
        let state = sealer.seal(&alice, "delete", &json!({}), &Digest::default()).unwrap();
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
