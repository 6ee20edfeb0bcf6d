//! What a client carries between the question and the answer: sealed, bound, good for one call and for a short time.

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
    Caller,
    digest::{self, Digest},
};

/// Says what a state is for; a state for anything else does not open.
const PURPOSE: &[u8] = b"secure-tool/confirmation/1";

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

/// The question that a state answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sealed {
    pub(crate) asks: Asks,
    /// Of all that the question is about.
    pub(crate) question: Digest,
    /// What the person has given before, if that was asked for. A state is signed and no secret: it comes from whoever keeps it.
    pub(crate) given: Option<Given>,
}

/// The values that a person has given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    /// Of the question that they were asked for by.
    pub(crate) question: Digest,
    pub(crate) values: Map<String, Value>,
}

/// Seals questions and opens answers. The key is the process's own: a state is worth nothing to another one.
pub(crate) struct Sealer {
    codec: RequestStateCodec,
    key: Digest,
    valid: Duration,
    used: Mutex<Used>,
}

impl Sealer {
    /// # Errors
    ///
    /// If the system gives no random bytes.
    pub(crate) fn new(valid: Duration) -> Result<Self, String> {
        let random = || {
            let mut bytes = Digest::default();
            getrandom::fill(&mut bytes).map_err(|error| format!("there are no random bytes to be had: {error}"))?;
            Ok::<_, String>(bytes)
        };
        let codec = RequestStateCodec::try_new(random()?).map_err(|error| error.to_string())?;
        Ok(Self { codec, key: random()?, valid, used: Mutex::default() })
    }

    /// A state that answers this question, for this call by this caller.
    ///
    /// # Errors
    ///
    /// If the system gives no random bytes.
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
        for digest in [&self.of_caller(caller), &self.of_tool(tool), &self.of_arguments(arguments), &sealed.question] {
            payload.extend_from_slice(digest);
        }
        payload.push(tag(sealed.asks));
        if let Some(given) = &sealed.given {
            payload.extend_from_slice(&given.question);
            serde_json::to_writer(&mut payload, &given.values).map_err(|error| error.to_string())?;
        }
        Ok(self.codec.seal_with(&payload, &SealOptions::new().associated_data(PURPOSE).ttl(self.valid)))
    }

    /// The question that a state answers. It does so once.
    pub(crate) fn open(&self, state: &str, caller: &Caller, tool: &str, arguments: &Value) -> Result<Sealed, Invalid> {
        let payload = self.codec.open_with(state, PURPOSE).map_err(|error| match error {
            RequestStateError::Expired => Invalid::Expired,
            _ => Invalid::Tampered,
        })?;
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
        if of_caller != self.of_caller(caller) {
            return Err(Invalid::OtherCaller);
        }
        if of_tool != self.of_tool(tool) {
            return Err(Invalid::OtherTool);
        }
        if of_arguments != self.of_arguments(arguments) {
            return Err(Invalid::OtherArguments);
        }
        // Twice the time: the seal's clock is the wall's, which may be set back a little.
        let valid = self.valid.saturating_mul(2);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.redeem(*nonce, caller.limit_keys().caller, Instant::now(), valid)?;
        Ok(Sealed { asks, question, given })
    }

    fn of_caller(&self, caller: &Caller) -> Digest {
        digest::of([&self.key, &b"caller"[..], &caller.binding()])
    }

    fn of_tool(&self, tool: &str) -> Digest {
        digest::of([&self.key, &b"tool"[..], tool.as_bytes()])
    }

    fn of_arguments(&self, arguments: &Value) -> Digest {
        digest::of([&self.key, &b"arguments"[..], &digest::canonical(arguments)])
    }

    /// The digest of all that a person answers, which says nothing about it to whoever has no key: what the question is for; the question; the objects as they
    /// describe themselves, as the question shows that in quotation marks; all the arguments; and the versions of all the objects.
    pub(crate) fn of_question(
        &self,
        asks: Asks,
        question: &str,
        objects: &[(&str, Option<Vec<String>>)],
        arguments: &Value,
        versions: &[Option<String>],
    ) -> Digest {
        // Texts alone, so that nothing can fail.
        let all = serde_json::to_vec(&(question, objects, versions)).unwrap_or_default();
        digest::of([&self.key, &b"question"[..], &[tag(asks)], &all, &self.of_arguments(arguments)])
    }
}

/// What a question is for, as a byte.
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

    fn sealer() -> Sealer {
        Sealer::new(Duration::from_secs(120)).unwrap()
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
                assert_eq!(codec.open(&state, &alice, "pay", &arguments), Ok(sealed));
            }
        }
    }

    #[test]
    fn a_state_confirms_one_call_once() {
        let (sealer, alice, arguments) = (sealer(), Caller::new("alice"), json!({"a": 1, "b": 2}));
        let question = sealer.of_question(Asks::Confirmation, "Sure?", &[], &arguments, &[]);
        assert_ne!(question, sealer.of_question(Asks::Values, "Sure?", &[], &arguments, &[]));
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
        assert_eq!(open(&state, &renewed, "delete", &reordered), Ok(question));
        assert_eq!(open(&state, &alice, "delete", &arguments), Err(Invalid::Replayed));
    }

    #[test]
    fn another_process_takes_no_state() {
        let (alice, arguments) = (Caller::new("alice"), json!({}));
        let state = sealer().seal(&alice, "delete", &arguments, &confirmation(Digest::default())).unwrap();
        assert_eq!(sealer().open(&state, &alice, "delete", &arguments), Err(Invalid::Tampered));
    }

    #[test]
    fn a_state_expires() {
        let (sealer, alice) = (Sealer::new(Duration::from_millis(1)).unwrap(), Caller::new("alice"));
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
