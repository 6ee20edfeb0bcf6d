//! The idempotency stage: was the same call made before. It comes after the owner stage and before a person is asked. A call is begun in the store
//! before it runs, and its end is stored afterwards, wherever the body ends.

mod answer;
mod stage;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Map, Value};
use tokio::{runtime::Handle, task::JoinHandle};

pub(crate) use answer::Answered;
use answer::Kept;

use super::{Guard, Round, entry::Run, refusal::Refusal, shared};
use crate::{
    Call,
    catalog::{ItemPolicy, Repeated, Task},
    digest,
    outcome::{Code, Stage},
    output::Released,
    policy::Idempotency,
    store::{Begun, CallHistory, Down, Earlier, End, Fence, Operation, OperationName, Progress},
    wire::{ClientKey, IDEMPOTENCY_KEY},
};

/// How much longer than the timeout of its body a call counts as running, because the end has to be stored too.
const MARGIN: Duration = Duration::from_secs(1);
/// The retry delay while the same call runs.
const WHILE_RUNNING: Duration = Duration::from_secs(1);

const RUNNING: &str = "The same call is still running. Repeat it later, unchanged, to get its answer.";
const KEY_OF_ANOTHER: &str =
    "This idempotency key was already used for a different call. Make a new key for a new operation.";
const NOT_KEPT: &str = "This call was made before and has ended, but its answer was not kept. Do not repeat the call: check what it changed.";
const UNKNOWN: &str = "The server cannot determine at the moment whether this call was made before. Nothing was done.";

/// A call of an idempotent tool, from the idempotency stage to the end of its body.
pub(crate) struct Attempt {
    history: Arc<CallHistory>,
    /// Its names with each secret of the server; the first one is begun.
    names: Vec<OperationName>,
    keep: Duration,
    call: Call,
    state: Mutex<State>,
}

enum State {
    /// Nothing has begun.
    Waiting,
    /// The body may run.
    Begun(Fence),
    /// The end is being stored, or is left open.
    Ended(Option<JoinHandle<()>>),
}

impl<S> Guard<S> {
    /// The identity of a call, if its tool is idempotent.
    pub(super) fn attempt(
        &self,
        task: &Task<Run<S>>,
        round: &Round<'_, S>,
        arguments: &Value,
        call: &Call,
    ) -> Result<Option<Arc<Attempt>>, Refusal> {
        let Some(Repeated { by, is_uuid, rules }) = &task.policy.idempotent else { return Ok(None) };
        let asked = task.form.as_ref().map_or(&[][..], |form| &*form.names);
        let (key, does) = match *by {
            Idempotency::Key { argument, .. } => {
                let key = arguments.get(argument).and_then(Value::as_str);
                let key = key.ok_or_else(|| Refusal::new(Code::Internal, Stage::Idempotency, "keyless"))?;
                let uuid = is_uuid.then(|| uuid::Uuid::try_parse(key).ok()).flatten();
                let key = uuid.map_or_else(|| key.to_owned(), |uuid| uuid.hyphenated().to_string());
                (
                    Some((&b"argument"[..], key)),
                    meaning(&task.policy, arguments, |name| name == argument || asked.contains(&name)),
                )
            }
            Idempotency::Arguments { .. } => {
                let key = match &round.idempotency_key {
                    Some(ClientKey::Text(key)) => Some((&b"client"[..], key.to_string())),
                    Some(ClientKey::Invalid) => return Err(invalid_key()),
                    None => None,
                };
                (key, meaning(&task.policy, arguments, |name| asked.contains(&name)))
            }
        };
        let known: [&[u8]; 2] = match &key {
            Some((by, key)) => [by, key.as_bytes()],
            None => [b"arguments", &does],
        };
        Ok(Some(Arc::new(Attempt {
            history: Arc::clone(&self.history),
            names: self.history.operation((call.tool(), rules), &round.principal, &known, &does),
            keep: by.keep(),
            call: call.clone(),
            state: Mutex::new(State::Waiting),
        })))
    }
}

/// The digest of the model's arguments, including defaults. Values of a person are not included, because the person is not asked again.
fn meaning(policy: &ItemPolicy, arguments: &Value, is_left_out: impl Fn(&str) -> bool) -> digest::Digest {
    let defaults = policy.names.iter().zip(&policy.defaults);
    let mut all: Map<String, Value> =
        defaults.filter_map(|(name, default)| Some(((*name).to_owned(), default.clone()?))).collect();
    all.extend(arguments.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    all.retain(|name, _| !is_left_out(name));
    digest::of([&*digest::canonical(&Value::Object(all))])
}

fn invalid_key() -> Refusal {
    const MESSAGE: &str = "The idempotency key in `_meta` must be a text of 1 to 128 bytes. Nothing was done.";
    Refusal::new(Code::InvalidArguments, Stage::Idempotency, IDEMPOTENCY_KEY).message(MESSAGE)
}

/// The call was made, but its answer cannot be returned.
pub(super) fn not_kept() -> Refusal {
    refuse(Code::Conflict, "not_kept").message(NOT_KEPT)
}

fn refuse(code: Code, rule: &'static str) -> Refusal {
    Refusal::new(code, Stage::Idempotency, rule)
}

impl Attempt {
    /// The answer of the same call, if it was made before.
    pub(super) async fn recall(&self) -> Result<Option<Answered>, Refusal> {
        for name in &self.names {
            if let Some(earlier) = self.history.recall(name.key).await.map_err(down)? {
                return self.answer(name, earlier).map(Some);
            }
        }
        Ok(None)
    }

    /// Begins the call, unless another one has. A call that is dropped in the meantime, or never starts, is undone.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<Option<Answered>, Refusal> {
        let attempt = Arc::clone(self);
        let beginning = async move { attempt.begin_now().await };
        let begun = match Handle::try_current() {
            // The store may have begun it although nobody waits for its response any more; a separate task handles that.
            Ok(runtime) if !self.history.is_local() => runtime.spawn(beginning).await.unwrap_or(Err(Down)),
            Ok(_) | Err(_) => beginning.await,
        };
        match (begun.map_err(down)?, self.names.first()) {
            (Some(earlier), Some(name)) => self.answer(name, earlier).map(Some),
            (_, _) => Ok(None),
        }
    }

    async fn begin_now(&self) -> Result<Option<Earlier>, Down> {
        let OperationName { key, fingerprint, .. } = *self.names.first().ok_or(Down)?;
        let lease = self.call.deadline().saturating_duration_since(Instant::now()) + MARGIN;
        let operation = Operation { fingerprint, lease, keep: self.keep.max(lease) };
        match self.history.begin(key, operation).await? {
            Begun::First(fence) => {
                *self.lock() = State::Begun(fence);
                Ok(None)
            }
            Begun::Before(earlier) => Ok(Some(earlier)),
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        matches!(*self.lock(), State::Begun(_))
    }

    /// The response to a repeated call.
    fn answer(&self, name: &OperationName, earlier: Earlier) -> Result<Answered, Refusal> {
        if earlier.fingerprint != name.fingerprint {
            return Err(refuse(Code::Conflict, "key_of_another").message(KEY_OF_ANOTHER));
        }
        match earlier.progress {
            Progress::Running => Err(refuse(Code::Conflict, "running").message(RUNNING).retry_after(WHILE_RUNNING)),
            Progress::InDoubt => Err(refuse(Code::OutcomeUnknown, "in_doubt")),
            Progress::Done(sealed) => {
                let kept = self.history.open(name, &sealed).and_then(|plain| Kept::read(&plain));
                kept.and_then(Kept::into_answer).ok_or_else(not_kept)
            }
        }
    }

    /// The body has ended, or will never start. An unknown end is left open, so that it is in doubt when the lease ends.
    pub(super) fn ended(&self, outcome: Result<&Released, &Refusal>) {
        let mut state = self.lock();
        let State::Begun(fence) = *state else { return };
        *state = State::Ended(None);
        let ends = match answer::end(&self.call, outcome) {
            answer::Ended::Unknown => return,
            answer::Ended::Undone => vec![End::Undone],
            // If there is no room for the answer, at least store that the call happened.
            answer::Ended::Done(kept) => [kept, Kept::Not].iter().filter_map(|kept| self.seal(kept)).collect(),
        };
        *state = State::Ended(self.store_end(fence, ends));
    }

    fn seal(&self, kept: &Kept) -> Option<End> {
        match self.history.seal(self.names.first()?, &kept.write()) {
            Ok(sealed) => sealed.map(End::Done),
            Err(error) => {
                tracing::warn!(
                    tool = self.call.tool(),
                    "the answer of a call could not be stored for repeated calls: {error}"
                );
                None
            }
        }
    }

    /// Stores the first of these ends that the store accepts.
    fn store_end(&self, fence: Fence, ends: Vec<End>) -> Option<JoinHandle<()>> {
        let key = self.names.first()?.key;
        let (history, call) = (Arc::clone(&self.history), self.call.clone());
        let tell = async move {
            let mut told = Err(Down);
            for end in ends {
                told = history.finish(key, fence, end).await;
                if told.is_ok() {
                    break;
                }
            }
            if told != Ok(true) {
                let (tool, call) = (call.tool(), call.id());
                tracing::warn!(tool, %call, "the outcome of a call could not be stored: repeated calls are refused because the outcome is unknown");
            }
        };
        if self.history.is_local() {
            // It completes at once, even outside of a runtime.
            let _ = futures_util::FutureExt::now_or_never(tell);
            return None;
        }
        Handle::try_current().ok().map(|runtime| runtime.spawn(tell))
    }

    /// Waits until the end is stored, so that a client that repeats the call right after its answer gets the same one.
    pub(super) async fn settled(&self) {
        let telling = match &mut *self.lock() {
            State::Ended(telling) => telling.take(),
            State::Waiting | State::Begun(_) => None,
        };
        if let Some(telling) = telling {
            // It has its own time limit, and logs its errors.
            let _ = telling.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body can no longer be started.
impl Drop for Attempt {
    fn drop(&mut self) {
        if let State::Begun(fence) = *self.lock()
            && !self.call.has_started()
        {
            drop(self.store_end(fence, vec![End::Undone]));
        }
    }
}

fn down(_: Down) -> Refusal {
    shared::down(Stage::Idempotency, shared::DOWN).message(UNKNOWN)
}
