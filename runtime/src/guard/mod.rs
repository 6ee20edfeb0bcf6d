//! The guard: one pipeline for every call, on every path that runs an item, with one module for each stage.

mod arguments;
mod body;
pub(crate) mod confirm;
mod cuts;
pub(crate) mod entry;
pub(crate) mod evidence;
pub(crate) mod given;
mod halts;
mod idempotency;
mod identity;
pub(crate) mod keys;
mod limits;
pub(crate) mod links;
pub(crate) mod order;
mod owner;
mod rate;
pub(crate) mod reader;
mod record;
pub(crate) mod recorder;
pub(crate) mod refusal;
mod refusals;
mod release;
pub(crate) mod scope;
pub(crate) mod shared;
pub(crate) mod switch;
pub(crate) mod trace;

use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize},
    },
    time::Instant,
};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub(crate) use body::{contain as mask, mask_panics};
use confirm::{Answer, Confirmations, PersonReply};
use entry::{Entry, Rejection, Run};
use limits::Interrupted;
use record::Draft;
use recorder::Recorder;
use refusal::Refusal;
#[cfg(feature = "http")]
pub(crate) use release::no_room;
pub(crate) use release::{Room, Together, Unlimited};
use switch::KillSwitch;
use trace::Origin;

use crate::{
    Call, CompletionRef,
    breaker::{BreakerCall, Verdict},
    catalog::{Catalog, Item, Kind, Part, Task},
    confirm::Client,
    identity::{Principal, Revocations, Shares},
    limiter::Limiter,
    outcome::{CallId, Code, Stage},
    output::{Released, Resources},
    progress::{self, Listener},
    store::{CallHistory, Shared},
    wire::ClientKey,
};

/// Settings for all items of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) max_argument_bytes: usize,
    pub(crate) max_argument_depth: usize,
}

/// The items of a server, and the only code that runs one.
pub(crate) struct Guard<S> {
    pub(crate) state: Arc<S>,
    pub(crate) catalog: Arc<Catalog<Run<S>>>,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) kill_switch: Arc<KillSwitch>,
    /// Where links may lead.
    pub(crate) resources: Arc<dyn Resources>,
    pub(crate) revocations: Revocations,
    pub(crate) limiter: Limiter,
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) history: Arc<CallHistory>,
    /// The threads for bodies that block.
    pub(crate) threads: Arc<Shares>,
    pub(crate) confirmations: Confirmations,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) settings: Settings,
}

/// A call from a transport.
pub(crate) struct Request<'a> {
    pub(crate) target: Target<'a>,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) context: Context<'a>,
}

/// The target of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// The body of the item with this name.
    Named(Kind, &'a str),
    /// The body of the resource at this URI, which contains the arguments.
    Uri(&'a str),
    /// The listing of the resource with this name.
    Listing(&'a str),
    /// Completions for the argument with this name, whose value is the typed text.
    Completion(CompletionRef<'a>, &'a str),
}

impl Target<'_> {
    fn kind(self) -> Kind {
        match self {
            Self::Named(kind, _) => kind,
            Self::Uri(_) | Self::Listing(_) | Self::Completion(CompletionRef::Resource(_), _) => Kind::Resource,
            Self::Completion(CompletionRef::Prompt(_), _) => Kind::Prompt,
        }
    }

    fn part(self) -> Part {
        match self {
            Self::Named(..) | Self::Uri(_) => Part::Body,
            Self::Listing(_) => Part::Listing,
            Self::Completion(..) => Part::Completion,
        }
    }
}

/// The principal of a call, its origin, and the limits of the answer.
#[derive(Clone)]
pub(crate) struct Context<'a> {
    pub(crate) principal: Principal,
    /// The client through which a person can be asked.
    pub(crate) client: &'a dyn Client,
    /// The memory for the answer.
    pub(crate) room: &'a dyn Room,
    /// Where progress reports are sent, if the client has asked for them.
    pub(crate) listener: Option<Listener>,
    /// The idempotency key of the client.
    pub(crate) idempotency_key: Option<ClientKey>,
    pub(crate) cancelled: CancellationToken,
    /// An earlier deadline than the timeout of the call, if it is a part of a larger operation.
    pub(crate) until: Option<Instant>,
    pub(crate) origin: Origin<'a>,
}

/// The part of a call that stays the same across rounds.
pub(crate) struct Round<'a, S> {
    found: Option<Found<'a, S>>,
    principal: Principal,
    call_id: CallId,
    trace_id: Option<Box<str>>,
    cancelled: CancellationToken,
    until: Option<Instant>,
    listener: Option<Listener>,
    idempotency_key: Option<ClientKey>,
}

impl<'a, S> Round<'a, S> {
    fn item(&self) -> Option<&'a Item<Run<S>>> {
        self.found.map(|found| found.item)
    }
}

/// An item, and the requested task.
pub(crate) struct Found<'a, S> {
    pub(crate) item: &'a Item<Run<S>>,
    pub(crate) task: &'a Task<Run<S>>,
}

impl<S> Clone for Found<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Found<'_, S> {}

/// The result of a call: its id, and an answer or a refusal.
pub(crate) struct Outcome {
    pub(crate) call_id: CallId,
    /// Whether the body of a tool that writes has started.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only HTTP answers with a status of its own"))]
    pub(crate) may_have_written: bool,
    pub(crate) result: Result<Released, Refusal>,
    /// The media type of a resource, if it is known before the resource is read.
    pub(crate) media_type: Option<&'static str>,
}

impl<S: Send + Sync + 'static> Guard<S> {
    pub(crate) async fn call(&self, request: Request<'_>) -> Outcome {
        let started = Instant::now();
        let call_id = CallId::next();
        let Request { target, arguments, context } = request;
        let (kind, part) = (target.kind(), target.part());
        let (found, arguments) = self.find(target, arguments);
        let item = found.map(|found| found.item);
        let known = item.map(|item| &*item.name);
        let span = trace::span(kind, part, known, call_id, &context.origin, self.environment.as_deref());
        #[cfg(feature = "otel")]
        context.origin.remote.apply(&span);
        let mut draft = Draft::open(self, call_id, (kind, part), &context, item, started);
        let (room, effect) = (context.room, item.map(|item| item.spec.effect));
        let (principal, cuts_before) = (context.principal.clone(), self.kill_switch.cuts_so_far());
        let served = {
            let serving = self.serve(found, arguments, context, &mut draft, call_id, started).instrument(span.clone());
            self.kill_switch.unless_cut(pin!(serving), item, &principal, cuts_before).await
        };
        // An async body was dropped by now.
        let served = served.unwrap_or_else(|interrupted| Err(draft.interrupt(&interrupted)));
        let served = served.and_then(|released| release::take_room(room, effect, released));
        let may_have_written = draft.may_have_written();
        let served = served.map_err(|refusal| refusal.of(kind, part));
        let left = draft.take_left();
        let result = span.in_scope(|| draft.close(served));
        // A repeated answer of an earlier call is not a new success.
        let has_succeeded = result.as_ref().is_ok_and(|released| !released.repeated);
        if let (true, Some(item), false) = (has_succeeded, item, left.is_empty()) {
            self.leave(&item.name, left).instrument(span.clone()).await;
        }
        if let Err(refusal) = &result {
            // A question is not a failure.
            if refusal.detail().state.is_none() {
                trace::fail(&span, kind, refusal.code());
            }
        }
        Outcome { call_id, may_have_written, result, media_type: item.and_then(|item| item.spec.media_type()) }
    }

    /// The target of a call, and its arguments.
    fn find(&self, target: Target<'_>, arguments: Map<String, Value>) -> (Option<Found<'_, S>>, Map<String, Value>) {
        let body = |item| Found { item, task: &item.body };
        match target {
            Target::Named(kind, name) => {
                let item = self.catalog.get(kind, name);
                let arguments = match item.and_then(|item| item.texts.as_ref()) {
                    Some(texts) => texts.read(arguments),
                    None => arguments,
                };
                (item.map(body), arguments)
            }
            Target::Uri(uri) => match self.catalog.at(uri) {
                Some((item, arguments)) => (Some(body(item)), arguments),
                None => (None, arguments),
            },
            Target::Listing(name) => {
                let item = self.catalog.get(Kind::Resource, name);
                (item.and_then(|item| Some(Found { item, task: item.listing.as_ref()? })), arguments)
            }
            Target::Completion(of, argument) => {
                let item = match of {
                    CompletionRef::Prompt(name) => self.catalog.get(Kind::Prompt, name),
                    CompletionRef::Resource(template) => self.catalog.templated(template),
                };
                let task = item.and_then(|item| Some(Found { item, task: item.completions.as_ref()?.of(argument) }));
                (task, arguments)
            }
        }
    }

    async fn serve(
        &self,
        found: Option<Found<'_, S>>,
        arguments: Map<String, Value>,
        context: Context<'_>,
        draft: &mut Draft<'_, S>,
        call_id: CallId,
        started: Instant,
    ) -> Result<Released, Refusal> {
        let Context { principal, client, cancelled, until, listener, idempotency_key, origin, .. } = context;
        let trace_id = origin.parent.map(|parent| parent.trace_id);
        let round = Round { found, principal, call_id, trace_id, cancelled, until, listener, idempotency_key };
        let mut arguments = Value::Object(arguments);
        if let Some(Found { task, .. }) = found {
            // Every round of every call passes here, so the same value is validated, confirmed, recorded and read.
            task.normalizer.apply(&mut arguments, self.settings.max_argument_depth);
        }
        if found.is_some_and(|found| found.task.policy.asks_person()) {
            self.asking(&round, client, arguments, started, draft).await
        } else {
            self.round(&round, arguments, PersonReply::default(), started, draft).await
        }
    }

    /// Passes all stages once.
    async fn round(
        &self,
        round: &Round<'_, S>,
        mut arguments: Value,
        told: PersonReply,
        started: Instant,
        draft: &mut Draft<'_, S>,
    ) -> Result<Released, Refusal> {
        let Round { principal, cancelled, .. } = round;
        let admitted = self.admit(round.found, principal, &arguments, &told, started, draft).await;
        let PersonReply { answer, values, .. } = told;
        // From here on the values of the person are separate from those of the model, because a refused form may have other names.
        if let (Some(Value::Object(values)), Value::Object(arguments)) = (values, &mut arguments)
            && let Some(form) = round.found.and_then(|found| found.task.form.as_ref())
        {
            arguments.extend(values.into_iter().filter(|(name, _)| form.names.contains(&&**name)));
            draft.asked(&form.names);
        }
        let Found { item, task } = match admitted {
            Ok(found) => found,
            Err(mut refusal) => {
                if let (Some(Found { item, task }), Value::Object(arguments)) = (round.found, &arguments) {
                    draft.arguments(task.redactor.unchecked(arguments));
                    refusal.fit(item.limits.max_output);
                }
                return Err(refusal);
            }
        };
        draft.arguments(task.redactor.accepted(&arguments));
        self.auditable(task.policy.writes)?;
        let trial = task.policy.breaker.as_ref().map(|breaker| Arc::new(BreakerCall::new(breaker)));
        if let Some(breaker) = &task.policy.breaker {
            breaker.check().map_err(limits::stopped)?;
        }
        let places = self.places(task, principal)?;
        let expected = self.expected(&task.policy, principal, &arguments);
        if !task.policy.order.leaves.is_empty() {
            draft.leaves(self.left(&task.policy, principal, &arguments));
        }

        let deadline = started + item.limits.timeout;
        let deadline = round.until.map_or(deadline, |until| deadline.min(until));
        let trace_id = round.trace_id.clone();
        let call = Call::new(round.call_id, Arc::clone(&item.name), trace_id, deadline, cancelled.clone());
        call.reach(Stage::Limits);
        let listener = round.listener.as_ref().filter(|_| item.spec.progress);
        let (progress, progress_sender) = progress::open(listener, &task.policy.rules.scan);
        let attempt = self.attempt(task, round, &arguments, &call)?;
        let evidence = draft.run(&call, &task.policy);
        let entry = Entry {
            state: Arc::clone(&self.state),
            policy: Arc::clone(&task.policy),
            call: call.clone(),
            progress,
            principal: principal.clone(),
            arguments,
            checked: AtomicUsize::new(0),
            places: Mutex::new(Some(places)),
            admitted: AtomicBool::new(false),
            proven: AtomicBool::new(false),
            overridden: AtomicBool::new(false),
            answer,
            versions: Mutex::default(),
            left: Mutex::default(),
            told: AtomicBool::new(false),
            expected,
            trial: trial.clone(),
            evidence: evidence.clone(),
            attempt: attempt.clone(),
            resources: Arc::clone(&self.resources),
        };
        // The stages from the owner to the release are in the types of this one item; see `entry`.
        let run = body::contain(|| (task.run)(entry))?;
        let revoked = self.revocations.wait_until_revoked(principal);
        let run = limits::within(body::Contained::new(run), deadline, cancelled, revoked);
        let ended = match progress::with_progress(progress_sender.as_ref(), run).await {
            Ok(Ok(ended)) => ended.map_err(|Rejection(refusal)| refusal),
            Ok(Err(panic)) => Err(panic.at(call.stage())),
            Err(interrupted) => {
                // An async body was dropped by now, and a panic of that is contained.
                if let (Some(trial), Interrupted::Timeout, true) = (&trial, &interrupted, call.has_started()) {
                    trial.settle(Verdict::Failed);
                }
                return Err(draft.interrupt(&interrupted));
            }
        };
        limits::settle(trial.as_ref(), &call, &ended);
        let ended = match ended {
            Ok(released) => {
                // The last report is sent before the answer, if there is room for it.
                let _ = progress_sender.is_none_or(|progress_sender| progress_sender.send());
                call.reach(Stage::Release);
                Ok(released)
            }
            Err(refusal) => Err(body::adapt_refusal(refusal, &task.policy, &call)),
        };
        if let Some(attempt) = attempt {
            if let Some(evidence) = evidence.filter(|_| call.has_started()) {
                // The call may be interrupted while the store is updated, but its body has ended.
                evidence.ended(&call, ended.as_ref());
            }
            attempt.ended(ended.as_ref());
            attempt.settled().await;
        }
        ended
    }

    /// The stages that need no type of the item: from the switch to the arguments.
    async fn admit<'i>(
        &self,
        found: Option<Found<'i, S>>,
        principal: &Principal,
        arguments: &Value,
        told: &PersonReply,
        now: Instant,
        draft: &mut Draft<'_, S>,
    ) -> Result<Found<'i, S>, Refusal> {
        self.ready().await?;
        identity::check_not_revoked(&self.revocations, principal)?;
        identity::check_current(principal, Stage::Identity)?;
        let found = match found {
            // It waited for a person and was ended by a switch that was not graceful.
            Some(found) if told.passed_switch => found,
            _ => self.kill_switch.check(found, principal)?,
        };
        let Found { item, task } = found;
        identity::check(&item.scope, principal)?;
        // More scopes help a caller only if nothing else is missing.
        scope::check(&item.scopes, principal)
            .map_err(|refusal| refusal.step_up(arguments::check(&self.settings, task, arguments).is_ok()))?;
        self.check_fresh(task.policy.writes, now)?;
        // The call was counted when the person was asked.
        if !matches!(told.answer, Answer::Given(_) | Answer::Confirmed { .. }) {
            self.count(item, principal, now, draft).await?;
        }
        arguments::check(&self.settings, task, arguments)?;
        if let Some(values) = &told.values {
            // An item without a form accepts no values.
            let form = task.form.as_ref().ok_or_else(|| confirm::refuse(Code::Internal, "unasked"))?;
            arguments::check_given(&self.settings, form, values)?;
        }
        Ok(found)
    }

    /// The items of this kind that exist for the principal at this moment, regardless of its scopes, sorted by name.
    pub(crate) fn present(&self, kind: Kind, principal: &Principal) -> impl Iterator<Item = &Item<Run<S>>> {
        let is_shut_out = !self.is_ready()
            || identity::check_not_revoked(&self.revocations, principal).is_err()
            || identity::check_current(principal, Stage::Identity).is_err();
        self.catalog.of(kind).filter(move |item| {
            !is_shut_out && self.kill_switch.exposes(item, principal) && identity::check(&item.scope, principal).is_ok()
        })
    }

    /// The items of this kind that the principal may call at this moment, sorted by name.
    pub(crate) fn visible(&self, kind: Kind, principal: &Principal) -> impl Iterator<Item = &Item<Run<S>>> {
        self.present(kind, principal).filter(|item| item.scopes.is_satisfied_by(principal))
    }
}
