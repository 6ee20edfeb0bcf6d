//! The API that the expansion of a tool uses: the stages of the guard from the typed arguments to the release, for one call, with the types of that
//! tool.

#![expect(
    clippy::missing_errors_doc,
    reason = "called by the expansion alone; each error is the refusal of that stage"
)]

use std::{
    borrow::Cow,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{
    body,
    confirm::{self, Answer},
    evidence::Evidence,
    given::Given,
    idempotency::Attempt,
    identity,
    limits::{self, Places},
    order::Expected,
    owner,
    reader::{Fault, Filtered, Found, Keyed, Many, Maybe, Object, One, Plain, Read, Slot},
    record,
    refusal::Refusal,
    release,
};
use crate::{
    Asked, Call, Caller, Owned, Owner, Progress,
    arguments::Flattened,
    breaker::BreakerCall,
    catalog::{AskPolicy, ConfirmPolicy, ItemPolicy, Who},
    confirm::{Asks, QuestionField, ask_each, word},
    digest::Digest,
    identity::Principal,
    outcome::{Code, OwnerOutcome, Stage},
    output::{Inspecting, Outlet, Released, Resources},
    permit::{Grant, Permit},
    policy::Ownership,
    schema::form,
};

/// Why a call does not continue. Only the guard creates and reads it.
pub struct Rejection(pub(crate) Refusal);

/// The token for an admitted call. It holds the call's places in the concurrency limits, and ends with the body.
pub struct Admitted {
    _places: Places,
}

/// An object whose owner was compared with the caller, before it is passed to the body, possibly on another thread. There it becomes an [`Owned`],
/// which ends with the call.
pub struct Loaded<T>(pub(crate) T);

/// A question to a person.
#[derive(Clone)]
pub(crate) struct ToAsk {
    pub(crate) who: Who,
    /// The digest of everything that the answer is bound to.
    pub(crate) digest: Digest,
    pub(crate) fields: Vec<QuestionField>,
    /// The form, unless it is a yes-or-no question.
    pub(crate) form: Option<Value>,
}

/// The function that runs an item: the body behind the typed stages.
pub(crate) type Run<S> = Box<dyn Fn(Entry<S>) -> BoxFuture<'static, Result<Released, Rejection>> + Send + Sync>;

/// One call of one item, after its arguments were accepted.
pub struct Entry<S: ?Sized> {
    pub(crate) state: Arc<S>,
    pub(crate) policy: Arc<ItemPolicy>,
    pub(crate) call: Call,
    pub(crate) progress: Progress,
    pub(crate) principal: Principal,
    pub(crate) arguments: Value,
    /// How many of `policy.checks` have passed.
    pub(crate) checked: AtomicUsize,
    /// Whether any of them was about an object: an optional one may not have been named.
    pub(crate) proven: AtomicBool,
    /// Whether one of these objects belongs to somebody else, and the override scope let the caller pass.
    pub(crate) overridden: AtomicBool,
    /// The places of the call until it is admitted; after that they belong to the body.
    pub(crate) places: Mutex<Option<Places>>,
    /// Whether the call was admitted.
    pub(crate) admitted: AtomicBool,
    pub(crate) answer: Answer,
    /// The versions of the objects that were loaded so far, where a confirmation is bound to them.
    pub(crate) versions: Mutex<Vec<Option<String>>>,
    /// Which keys of lists with `skip_foreign` are left, by the index of the argument, where somebody is asked.
    pub(crate) left: Mutex<Vec<(usize, Vec<usize>)>>,
    /// Whether a person has given the values that are asked for.
    pub(crate) told: AtomicBool,
    /// The call that must have come before.
    pub(crate) expected: Option<Expected>,
    /// For the breaker of the item, if it has one.
    pub(crate) trial: Option<Arc<BreakerCall>>,
    /// The records of a call that may write.
    pub(crate) evidence: Option<Arc<Evidence>>,
    /// The state of a call that must not happen twice.
    pub(crate) attempt: Option<Arc<Attempt>>,
    /// The resources that links may refer to.
    pub(crate) resources: Arc<dyn Resources>,
}

impl<S: ?Sized> Entry<S> {
    /// The state that the server was built with.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// The same, for a body that takes `self: Arc<Self>`.
    pub fn shared(&self) -> Arc<S> {
        Arc::clone(&self.state)
    }

    /// The call, for a body that takes `&Call`.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The progress reporter, for a body that takes `&Progress`.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The caller, for a body that takes `&Caller`.
    pub fn caller(&self) -> Result<&Caller, Rejection> {
        match self.principal.caller() {
            Some(caller) => Ok(caller),
            None => Err(Rejection(Refusal::new(Code::Unauthenticated, Stage::Identity, "caller"))),
        }
    }

    /// The text that was typed so far, in a completion.
    pub(crate) fn typed(&self) -> &str {
        self.given().value(0).as_str().unwrap_or_default()
    }

    /// The arguments stage: a plain argument.
    pub fn take<T>(&self, slot: Slot<Plain<T>>) -> Result<T, Rejection> {
        self.given().take(slot.index, slot.reader)
    }

    /// The arguments stage: a struct whose fields are arguments.
    pub fn flattened<T>(&self, slot: Slot<Flattened<T>>) -> Result<T, Rejection> {
        self.given().flattened(slot.index, slot.reader)
    }

    /// The owner stage: an object of the caller.
    pub async fn owned<T>(&self, slot: Slot<One<S, T>>) -> Result<Loaded<T>, Rejection> {
        let found = self.ask_state(slot.index, slot.reader.0, None).await?;
        let object = self.prove(found)?;
        self.passed();
        Ok(Loaded(object))
    }

    /// The owner stage: an object of the caller, if the model names one.
    pub async fn owned_optional<T>(&self, slot: Slot<Maybe<S, T>>) -> Result<Option<Loaded<T>>, Rejection> {
        let found = self.ask_state(slot.index, slot.reader.0, Some(None)).await?;
        let object = found.map(|found| self.prove(found)).transpose()?;
        self.passed();
        Ok(object.map(Loaded))
    }

    /// The owner stage: objects of the caller, every one of them.
    pub async fn owned_many<T>(&self, slot: Slot<Many<S, T>>) -> Result<Vec<Loaded<T>>, Rejection> {
        let found = self.ask_state(slot.index, slot.reader.0, vec![None]).await?;
        let caller = self.caller()?;
        let (mut objects, mut missed) = (Vec::with_capacity(found.len()), None);
        // All of them are checked, so that the record shows foreign objects even if an absent one comes first.
        for found in found {
            match self.compare(caller, found) {
                Ok(object) => objects.push(Loaded(object)),
                Err(outcome) if missed != Some(OwnerOutcome::Foreign) => missed = Some(outcome),
                Err(_) => {}
            }
        }
        if let Some(outcome) = missed {
            return Err(self.not_found(outcome));
        }
        self.passed();
        Ok(objects)
    }

    /// The owner stage: the objects that belong to the caller. Absent and foreign ones are left out in the same way, and the body does not learn of
    /// them.
    pub async fn owned_filtered<T>(&self, slot: Slot<Filtered<S, T>>) -> Result<Vec<Loaded<T>>, Rejection> {
        self.filtered(slot).await.map(|objects| objects.into_iter().map(Loaded).collect())
    }

    /// The owner stage: the key of an object of the caller, if the model gives one.
    pub async fn key_optional<K>(&self, slot: Slot<Maybe<S, K>>) -> Result<Option<K>, Rejection> {
        self.owned_optional(slot).await.map(|key| key.map(|key| key.0))
    }

    /// The owner stage: keys of objects of the caller, every one of them.
    pub async fn key_many<K>(&self, slot: Slot<Many<S, K>>) -> Result<Vec<K>, Rejection> {
        self.owned_many(slot).await.map(|keys| keys.into_iter().map(|key| key.0).collect())
    }

    /// The owner stage: those keys whose objects are the caller's.
    pub async fn key_filtered<K>(&self, slot: Slot<Filtered<S, K>>) -> Result<Vec<K>, Rejection> {
        self.filtered(slot).await
    }

    /// The owner stage: the key of an object of the caller.
    pub async fn key<K>(&self, slot: Slot<Keyed<S, K>>) -> Result<K, Rejection> {
        let found = self.ask_state(slot.index, slot.reader.0, None).await?;
        let key = self.prove(found)?;
        self.passed();
        Ok(key)
    }

    /// The proof that an object belongs to the caller, for this call.
    pub fn brand<T>(&self, object: Loaded<T>) -> Owned<'_, T> {
        Owned::<T>::proven(self, object.0)
    }

    /// The same for an optional object.
    pub fn brand_optional<T>(&self, object: Option<Loaded<T>>) -> Option<Owned<'_, T>> {
        object.map(|object| self.brand(object))
    }

    /// The same for several objects.
    pub fn brand_many<T>(&self, objects: Vec<Loaded<T>>) -> Vec<Owned<'_, T>> {
        objects.into_iter().map(|object| self.brand(object)).collect()
    }

    /// A value that the person at the client has given, in the type that the body takes.
    pub fn asked<T>(&self, value: T) -> Asked<T> {
        Asked::new(value)
    }

    /// The confirmation stage: asks for the values that the person gives, with the descriptions of `objects` by the names of their arguments. The
    /// person is not asked before the ownership of everything that the model names is settled; objects that the person names are checked afterwards.
    pub fn ask(&self, objects: &[(&str, Option<Vec<String>>)]) -> Result<(), Rejection> {
        let Some(AskPolicy { questions, form, checks_before, sealer }) = &self.policy.asks else { return Ok(()) };
        self.settle_model_objects(*checks_before)?;
        self.call.reach(Stage::Confirmation);
        let templates = questions.iter().map(|(_, pieces)| *pieces);
        let (wording, each) = ask_each(templates, objects, &self.policy.rules.scan, |name| self.asked_about(name))
            .map_err(|why| Rejection(confirm::not_shown_whole(why)))?;
        let versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        // The arguments of the model are bound by the state, or do not change while somebody waits.
        let digest = sealer.of_question(Asks::Values, &wording.text, objects, &Value::Null, &versions);
        match self.answer {
            Answer::None => {
                let titles = questions.iter().map(|(name, _)| *name).zip(each);
                let form = Some(form::titled(form, titles));
                let question = ToAsk { who: Who::Client, digest: digest.current, fields: wording.fields, form };
                Err(Rejection(confirm::question(wording.text, question)))
            }
            Answer::Void(code, rule) => Err(Rejection(confirm::void(code, rule))),
            Answer::Rejected(rule) => Err(Rejection(confirm::rejected(rule))),
            Answer::Given(given) | Answer::Confirmed { given: Some(given), .. } if digest.is(&given) => {
                self.told.store(true, Ordering::Relaxed);
                Ok(())
            }
            Answer::Given(_) | Answer::Confirmed { .. } => Err(Rejection(confirm::changed())),
        }
    }

    /// The confirmation stage: the descriptions of `objects`, by the names of their arguments, are part of the question. The person is not asked
    /// before the ownership of all of them is settled.
    pub fn confirm(&self, objects: &[(&str, Option<Vec<String>>)]) -> Result<(), Rejection> {
        let Some(ConfirmPolicy { who, pieces, sealer }) = &self.policy.confirm else { return Ok(()) };
        self.settle_ownership()?;
        self.call.reach(Stage::Confirmation);
        let refused = |why| Rejection(confirm::not_shown_whole(why));
        let wording = word(pieces, objects, |name| self.asked_about(name)).map_err(refused)?;
        let versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = sealer.of_question(Asks::Confirmation, &wording.text, objects, &self.arguments, &versions);
        drop(versions);
        if matches!(self.answer, Answer::Confirmed { question, .. } if digest.is(&question)) {
            // The scan has found nothing in it when it was asked.
            self.call.confirm();
            return Ok(());
        }
        wording.check(&self.policy.rules.scan).map_err(refused)?;
        Err(Rejection(match self.answer {
            Answer::None | Answer::Given(_) => {
                let question = ToAsk { who: *who, digest: digest.current, fields: wording.fields, form: None };
                confirm::question(wording.text, question)
            }
            Answer::Void(code, rule) => confirm::void(code, rule),
            Answer::Rejected(rule) => confirm::rejected(rule),
            Answer::Confirmed { .. } => confirm::changed(),
        }))
    }

    /// The value of an argument in a question; for a list with `skip_foreign`, the remaining keys.
    fn asked_about(&self, name: &str) -> Cow<'_, Value> {
        let given = self.given();
        let value = given.named(name);
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = left.iter().find(|(index, _)| self.policy.names.get(*index).is_some_and(|of| *of == name));
        match (kept, value) {
            (Some((_, kept)), Value::Array(keys)) => {
                Cow::Owned(kept.iter().filter_map(|key| keys.get(*key).cloned()).collect())
            }
            _ => Cow::Borrowed(value),
        }
    }

    /// The permit that the tool's effect grants.
    pub fn permit<P>(&self, _: Grant<P>) -> &Permit<P> {
        Permit::lend(self)
    }

    /// The last check before the body, which takes over the call's places.
    pub async fn admit(&self) -> Result<Admitted, Rejection> {
        self.settle_ownership()?;
        if self.policy.asks.is_some() && !self.told.load(Ordering::Relaxed) {
            return Err(Rejection(Refusal::new(Code::Internal, Stage::Confirmation, "unasked")));
        }
        if self.policy.confirm.is_some() && !self.call.is_confirmed() {
            return Err(Rejection(Refusal::new(Code::Internal, Stage::Confirmation, "unconfirmed")));
        }
        self.check_begun()?;
        self.check_ordered()?;
        identity::check_again(&self.principal, self.policy.effect).await.map_err(Rejection)?;
        if let Some(trial) = &self.trial {
            trial.enter().map_err(|why| Rejection(limits::stopped(why)))?;
        }
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(places) = places else {
            return Err(Rejection(Refusal::new(Code::Internal, Stage::Limits, "admitted_twice")));
        };
        self.call.reach(Stage::Body);
        // A blocking body starts on its own thread, some time later.
        if !self.policy.is_blocking {
            self.start()?;
        }
        self.admitted.store(true, Ordering::Relaxed);
        Ok(Admitted { _places: places })
    }

    /// The last step before a body: after it something may have happened. The intent of a tool that writes is recorded, or the body does not start.
    fn start(&self) -> Result<(), Rejection> {
        // It may have waited for a person or for its thread.
        identity::check_current(&self.principal, Stage::Limits).map_err(Rejection)?;
        if !self.call.start() {
            return Err(Rejection(Refusal::new(Code::Cancelled, Stage::Limits, "withdrawn")));
        }
        let intended = self.evidence.as_ref().map_or(Ok(()), |evidence| evidence.intend(&self.call));
        intended.map_err(|error| Rejection(record::unrecorded(&error)))
    }

    /// Runs the body of a function that is not async, and the release stage, on a thread where it may block. It keeps its places until it ends, even
    /// if nobody waits for it any more.
    pub async fn blocking<R, F>(&self, outlet: Outlet<R>, body: F) -> Result<Released, Rejection>
    where
        S: Send + Sync + 'static,
        R: 'static,
        F: FnOnce(&Self) -> Result<R, Rejection> + Send + 'static,
    {
        self.check_admitted()?;
        let entry = Self {
            state: Arc::clone(&self.state),
            policy: Arc::clone(&self.policy),
            call: self.call.clone(),
            progress: self.progress.clone(),
            principal: self.principal.clone(),
            arguments: Value::Null,
            checked: AtomicUsize::new(0),
            places: Mutex::new(None),
            admitted: AtomicBool::new(true),
            proven: AtomicBool::new(false),
            overridden: AtomicBool::new(false),
            answer: Answer::None,
            versions: Mutex::default(),
            left: Mutex::default(),
            told: AtomicBool::new(false),
            expected: None,
            trial: self.trial.clone(),
            evidence: self.evidence.clone(),
            attempt: self.attempt.clone(),
            resources: Arc::clone(&self.resources),
        };
        let span = tracing::Span::current();
        let run = move || span.in_scope(|| entry.run_blocking(outlet, body));
        match tokio::task::spawn_blocking(run).await {
            Ok(ended) => ended.map_err(Rejection),
            Err(join) => Err(Rejection(body::lost(&join))),
        }
    }

    /// Runs on its own thread; its end is recorded whether or not somebody still waits for it.
    fn run_blocking<R>(
        &self,
        outlet: Outlet<R>,
        body: impl FnOnce(&Self) -> Result<R, Rejection>,
    ) -> Result<Released, Refusal> {
        let run = || {
            self.start()?;
            body(self).and_then(|value| self.release(outlet, value))
        };
        let ended = match body::contain(run) {
            Ok(ended) => ended.map_err(|Rejection(refusal)| refusal),
            Err(panic) => Err(panic),
        };
        limits::settle(self.trial.as_ref(), &self.call, &ended);
        let ended = ended.map_err(|refusal| body::adapt_refusal(refusal, &self.policy, &self.call));
        if let Some(evidence) = self.evidence.as_ref().filter(|_| self.call.has_started()) {
            evidence.ended(&self.call, ended.as_ref());
        }
        if let Some(attempt) = &self.attempt {
            attempt.ended(ended.as_ref());
        }
        ended
    }

    /// The release stage: turns what the body returned into an answer.
    pub fn release<R>(&self, outlet: Outlet<R>, value: R) -> Result<Released, Rejection> {
        self.check_admitted()?;
        if !self.call.has_started() {
            return Err(Rejection(Refusal::new(Code::Internal, Stage::Limits, "unstarted")));
        }
        let scope = self.policy.override_scope.as_deref();
        let mut passes = |owner: &Owner| {
            let outcome = self.principal.caller().map(|caller| owner::compare(caller, Some(owner), scope));
            if let Some(Ok(OwnerOutcome::Overridden)) = outcome {
                self.call.found(OwnerOutcome::Overridden);
            }
            matches!(outcome, Some(Ok(_)))
        };
        if !(outlet.check_owners)(&value, &mut passes) {
            self.call.found(OwnerOutcome::Foreign);
            return Err(Rejection(release::breach()));
        }
        let mut inspection =
            Inspecting::new(&self.policy.rules.inspectors, &self.call, &*self.resources, &self.principal);
        let written = (outlet.write)(value, &self.policy.rules, &mut inspection);
        written.map_err(|error| Rejection(release::refuse(error).keeping(inspection.into_kept())))
    }

    /// What the model sent.
    fn given(&self) -> Given<'_> {
        Given::new(&self.policy, &self.arguments)
    }

    /// Loads what an argument names from the state; `absent` is the result if it does not exist.
    async fn ask_state<T>(&self, index: usize, read: Read<S, T>, absent: T) -> Result<T, Rejection> {
        self.call.reach(Stage::Owner);
        match read(&self.state, self.given().value(index)).await {
            Err(Fault::State(error)) if owner::means_absent(&error) => Ok(absent),
            answer => answer.map_err(|fault| self.given().reject(index, fault)),
        }
    }

    fn prove<T>(&self, found: Found<T>) -> Result<T, Rejection> {
        self.compare(self.caller()?, found).map_err(|outcome| self.not_found(outcome))
    }

    /// The found objects that belong to the caller; the number of others goes into the audit record.
    async fn filtered<T>(&self, slot: Slot<Filtered<S, T>>) -> Result<Vec<T>, Rejection> {
        let found = self.ask_state(slot.index, slot.reader.0, vec![None]).await?;
        let (asked, caller) = (found.len(), self.caller()?);
        let (mut own, mut foreign, mut left) = (Vec::with_capacity(asked), 0, Vec::new());
        for (key, found) in found.into_iter().enumerate() {
            match self.compare(caller, found) {
                Ok(object) => {
                    own.push(object);
                    left.push(key);
                }
                Err(outcome) => foreign += usize::from(outcome == OwnerOutcome::Foreign),
            }
        }
        self.call.skip(asked - own.len(), foreign);
        if self.policy.asks_person() {
            self.left.lock().unwrap_or_else(PoisonError::into_inner).push((slot.index, left));
        }
        self.passed();
        Ok(own)
    }

    fn compare<T>(&self, caller: &Caller, found: Found<T>) -> Result<T, OwnerOutcome> {
        self.look_for_canary(found.as_ref());
        let Some(Object { value: object, owner, version, .. }) = found else { return Err(OwnerOutcome::Absent) };
        let outcome = owner::compare(caller, Some(&owner), self.policy.override_scope.as_deref())?;
        self.proven.store(true, Ordering::Relaxed);
        if self.policy.asks_person() {
            self.versions.lock().unwrap_or_else(PoisonError::into_inner).push(version(&object));
        }
        if outcome == OwnerOutcome::Overridden {
            self.overridden.store(true, Ordering::Relaxed);
        }
        Ok(object)
    }

    fn look_for_canary<T>(&self, found: Option<&Object<T>>) {
        if found.is_some_and(|object| object.is_canary) {
            self.call.touch_canary();
        }
    }

    /// The same answer for absent and foreign; the audit record has the actual reason.
    fn not_found(&self, outcome: OwnerOutcome) -> Rejection {
        self.call.found(outcome);
        Rejection(owner::refuse(outcome))
    }

    /// All checks of objects that the model names have passed. If more checks follow, their result is the ownership so far.
    pub(super) fn settle_model_objects(&self, checks: usize) -> Result<(), Rejection> {
        if checks == self.policy.checks {
            return self.settle_ownership();
        }
        if self.checked.load(Ordering::Relaxed) < checks {
            return Err(Rejection(Refusal::new(Code::Internal, Stage::Owner, "unchecked")));
        }
        if self.overridden.load(Ordering::Relaxed) {
            self.call.found(OwnerOutcome::Overridden);
        } else if self.proven.load(Ordering::Relaxed) {
            self.call.found(OwnerOutcome::Owned);
        }
        Ok(())
    }

    /// All checks that the tool declares have passed: their result is the ownership of the call.
    pub(super) fn settle_ownership(&self) -> Result<(), Rejection> {
        let outcome = match &self.policy.owner {
            Ownership::Unowned(_) => OwnerOutcome::Unowned,
            Ownership::Parameters(_) if self.checked.load(Ordering::Relaxed) < self.policy.checks => {
                return Err(Rejection(Refusal::new(Code::Internal, Stage::Owner, "unchecked")));
            }
            // A single overridden object marks the whole call.
            Ownership::Parameters(_) if self.overridden.load(Ordering::Relaxed) => OwnerOutcome::Overridden,
            Ownership::Parameters(_) if self.proven.load(Ordering::Relaxed) => OwnerOutcome::Owned,
            Ownership::Parameters(_) => OwnerOutcome::Caller,
        };
        self.call.found(outcome);
        Ok(())
    }

    /// A body that ran before its stages were passed must not be answered.
    fn check_admitted(&self) -> Result<(), Rejection> {
        if self.admitted.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err(Rejection(Refusal::new(Code::Internal, Stage::Limits, "unadmitted")))
        }
    }

    fn passed(&self) {
        self.checked.fetch_add(1, Ordering::Relaxed);
    }
}

/// Boxes the future of the expansion; the only place that requires it to be `Send`.
pub fn boxed<F>(call: F) -> BoxFuture<'static, Result<Released, Rejection>>
where
    F: Future<Output = Result<Released, Rejection>> + Send + 'static,
{
    Box::pin(call)
}
