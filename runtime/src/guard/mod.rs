//! The guard: one pipeline for every call, on every path that runs an item. One module a stage, in the order of the stages.

mod arguments;
mod body;
pub(crate) mod confirm;
pub(crate) mod entry;
pub(crate) mod evidence;
pub(crate) mod given;
mod identity;
pub(crate) mod keys;
mod limits;
mod owner;
mod rate;
pub(crate) mod reader;
mod record;
pub(crate) mod recorder;
pub(crate) mod refusal;
mod refusals;
mod release;
pub(crate) mod scope;
pub(crate) mod switch;
pub(crate) mod trace;

use std::{
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
use confirm::{Answer, Confirmations, Told};
use entry::{Entry, Rejection, Run};
use record::Draft;
use recorder::Recorder;
use refusal::Refusal;
pub(crate) use release::{Room, Unlimited};
use switch::KillSwitch;
use trace::Origin;

use crate::{
    Call,
    catalog::{Catalog, Item, Kind},
    confirm::Client,
    identity::{Principal, Revocations, Shares},
    outcome::{CallId, Code, Stage},
    output::Released,
    rate::RateTable,
};

/// What holds for every item of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) max_argument_bytes: usize,
    pub(crate) max_argument_depth: usize,
}

/// The items of a server, and the only code that runs one.
pub(crate) struct Guard<S> {
    pub(crate) state: Arc<S>,
    pub(crate) catalog: Catalog<Run<S>>,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) kill_switch: KillSwitch,
    pub(crate) revocations: Revocations,
    pub(crate) rates: RateTable,
    /// The threads for bodies that block.
    pub(crate) threads: Arc<Shares>,
    pub(crate) confirmations: Confirmations,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) settings: Settings,
}

/// A call as a transport hands it over.
pub(crate) struct Request<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) principal: Principal,
    /// Through whom a person can be asked.
    pub(crate) client: &'a dyn Client,
    /// For the answer.
    pub(crate) room: &'a dyn Room,
    pub(crate) cancelled: CancellationToken,
    pub(crate) origin: Origin<'a>,
}

/// What of a call stays the same when it is taken up again after a question.
pub(crate) struct Round<'a, S> {
    item: Option<&'a Item<Run<S>>>,
    principal: Principal,
    call_id: CallId,
    trace_id: Option<Box<str>>,
    cancelled: CancellationToken,
}

/// The end of a call: its id, and an answer or a refusal.
pub(crate) struct Outcome {
    pub(crate) call_id: CallId,
    pub(crate) result: Result<Released, Refusal>,
}

impl<S: Send + Sync + 'static> Guard<S> {
    pub(crate) async fn call(&self, request: Request<'_>) -> Outcome {
        let started = Instant::now();
        let call_id = CallId::next();
        let item = self.catalog.get(request.kind, request.name);
        let known = item.map(|item| &*item.name);
        let span = trace::span(request.kind, known, call_id, &request.origin, self.environment.as_deref());
        #[cfg(feature = "otel")]
        request.origin.remote.apply(&span);
        let mut draft = Draft::open(self, call_id, &request.origin, item, &request.principal, started);
        let (room, effect) = (request.room, item.map(|item| item.spec.effect));
        let served = self.serve(item, request, &mut draft, call_id, started).instrument(span.clone()).await;
        let served = served.and_then(|released| release::take_room(room, effect, released));
        let result = span.in_scope(|| draft.close(served));
        if let Err(refusal) = &result {
            // A question is no failure.
            if refusal.detail().state.is_none() {
                trace::fail(&span, refusal.code());
            }
        }
        Outcome { call_id, result }
    }

    async fn serve(
        &self,
        item: Option<&Item<Run<S>>>,
        request: Request<'_>,
        draft: &mut Draft<'_, S>,
        call_id: CallId,
        started: Instant,
    ) -> Result<Released, Refusal> {
        let Request { arguments, principal, client, cancelled, origin, .. } = request;
        let trace_id = origin.parent.map(|parent| parent.trace_id);
        let round = Round { item, principal, call_id, trace_id, cancelled };
        let mut arguments = Value::Object(arguments);
        if let Some(item) = item {
            // Every call comes through here, and every round of one: what is validated, confirmed, recorded and read is the same value.
            item.normalizer.apply(&mut arguments, self.settings.max_argument_depth);
        }
        if item.is_some_and(|item| item.policy.asks_somebody()) {
            self.asking(&round, client, arguments, started, draft).await
        } else {
            self.round(&round, arguments, Told::default(), started, draft).await
        }
    }

    /// All the stages, once.
    async fn round(
        &self,
        round: &Round<'_, S>,
        mut arguments: Value,
        told: Told,
        started: Instant,
        draft: &mut Draft<'_, S>,
    ) -> Result<Released, Refusal> {
        let Round { principal, cancelled, .. } = round;
        let admitted = self.admit(round.item, principal, &arguments, &told, started);
        let Told { answer, values } = told;
        // From here on what the person has given stands beside what the model has sent, under names of its own.
        if let (Some(Value::Object(values)), Value::Object(arguments)) = (values, &mut arguments) {
            arguments.extend(values);
            draft.asked(round.item.and_then(|item| item.form.as_ref()).map_or(&[], |form| &form.names));
        }
        let item = match admitted {
            Ok(item) => item,
            Err(mut refusal) => {
                if let (Some(item), Value::Object(arguments)) = (round.item, &arguments) {
                    draft.arguments(item.redactor.unchecked(arguments));
                    refusal.fit(item.limits.max_output);
                }
                return Err(refusal);
            }
        };
        draft.arguments(item.redactor.accepted(&arguments));
        self.auditable(item.policy.writes)?;
        let places = self.places(item, principal)?;

        let deadline = started + item.limits.timeout;
        let trace_id = round.trace_id.clone();
        let call = Call::new(round.call_id, Arc::clone(&item.name), trace_id, deadline, cancelled.clone());
        call.reach(Stage::Limits);
        let entry = Entry {
            state: Arc::clone(&self.state),
            policy: Arc::clone(&item.policy),
            call: call.clone(),
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
            sure: AtomicBool::new(false),
            evidence: draft.run(&call, &item.policy),
        };
        // The stages from the owner to the release are in the types of this one item; see `entry`.
        let run = body::contain(|| (item.run)(entry))?;
        let revoked = self.revocations.wait_until_revoked(principal);
        let refusal = match limits::within(body::Contained::new(run), deadline, cancelled, revoked).await {
            Ok(Ok(Ok(released))) => {
                call.reach(Stage::Release);
                return Ok(released);
            }
            Ok(Ok(Err(Rejection(refusal)))) => refusal,
            Ok(Err(panic)) => panic.at(call.stage()),
            // An async body was dropped by now, and a panic of that is contained.
            Err(interrupted) => return Err(draft.interrupt(&interrupted)),
        };
        Err(body::told(refusal, &item.policy, &call))
    }

    /// The stages that need no type of the item: from the switch to the arguments.
    fn admit<'i>(
        &self,
        item: Option<&'i Item<Run<S>>>,
        principal: &Principal,
        arguments: &Value,
        told: &Told,
        now: Instant,
    ) -> Result<&'i Item<Run<S>>, Refusal> {
        identity::check_not_revoked(&self.revocations, principal)?;
        identity::check_current(principal, Stage::Identity)?;
        let item = self.kill_switch.check(item)?;
        identity::check(&item.scope, principal)?;
        // More scopes help a caller only where they are all that is missing.
        scope::check(&item.scopes, principal)
            .map_err(|refusal| refusal.step_up(arguments::check(&self.settings, item, arguments).is_ok()))?;
        // What a person has answered was counted when it was asked about.
        if !matches!(told.answer, Answer::Given(_) | Answer::Confirmed { .. }) {
            rate::check(&self.rates, item, principal, now)?;
        }
        arguments::check(&self.settings, item, arguments)?;
        if let Some(values) = &told.values {
            // An item that asks for nothing takes nothing.
            let form = item.form.as_ref().ok_or_else(|| confirm::refuse(Code::Internal, "unasked"))?;
            arguments::check_given(&self.settings, form, values)?;
        }
        Ok(item)
    }

    /// The items of this kind that exist for the principal at this moment, whatever scopes it has, in the order of their names.
    pub(crate) fn present(&self, kind: Kind, principal: &Principal) -> impl Iterator<Item = &Item<Run<S>>> {
        let is_revoked = identity::check_not_revoked(&self.revocations, principal).is_err()
            || identity::check_current(principal, Stage::Identity).is_err();
        self.catalog.of(kind).filter(move |item| {
            !is_revoked && self.kill_switch.exposes(item) && identity::check(&item.scope, principal).is_ok()
        })
    }

    /// The items of this kind that the principal may call at this moment, in the order of their names.
    pub(crate) fn visible(&self, kind: Kind, principal: &Principal) -> impl Iterator<Item = &Item<Run<S>>> {
        self.present(kind, principal).filter(|item| item.scopes.met_by(principal))
    }
}
