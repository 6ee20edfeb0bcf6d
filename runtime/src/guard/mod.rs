//! The guard: one pipeline for every call, on every path that runs a tool. One module a stage, in the order of the stages.

mod arguments;
mod body;
pub(crate) mod confirm;
pub(crate) mod entry;
mod identity;
mod limits;
mod owner;
mod rate;
pub(crate) mod reader;
mod record;
pub(crate) mod refusal;
mod release;
pub(crate) mod scope;
pub(crate) mod switch;
pub(crate) mod trace;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicUsize},
    },
    time::Instant,
};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub(crate) use body::mask_panics;
use confirm::{Answer, Confirmations};
use entry::{Entry, Stop, Terms};
use record::Draft;
use refusal::{Code, Refusal, Stage};
use switch::Board;
use trace::Origin;

use crate::{
    Call,
    audit::{AuditFailure, AuditSink, OwnerOutcome, redact::Redactor},
    call::CallId,
    confirm::Client,
    identity::{Principal, Revocations},
    output::Released,
    policy::{Effect, Limits},
    rate::{Quota, RateTable},
    tool::{Run, ToolSpec},
    validate::Validator,
};

/// A tool as a server holds it: everything that can be known before a call is known here.
pub(crate) struct Guarded<S> {
    pub(crate) index: usize,
    pub(crate) name: Arc<str>,
    pub(crate) spec: ToolSpec,
    pub(crate) needs: scope::Needs,
    pub(crate) limits: Limits,
    pub(crate) quota: Quota,
    pub(crate) validator: Validator,
    pub(crate) redactor: Redactor,
    pub(crate) terms: Arc<Terms>,
    /// Whether it exists in the environment of this server.
    pub(crate) here: bool,
    pub(crate) disabled: AtomicBool,
    pub(crate) published: rmcp::model::Tool,
    pub(crate) run: Run<S>,
}

impl<S> Guarded<S> {
    /// Whether the server was built to expose it, whatever the switches say.
    pub(crate) fn is_offered(&self, writes_allowed: bool) -> bool {
        self.here && (writes_allowed || self.spec.effect == Effect::ReadOnly)
    }
}

/// What holds for every tool of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) max_argument_bytes: usize,
    pub(crate) max_argument_depth: usize,
    pub(crate) audit_failure: AuditFailure,
}

/// The tools of a server, and the only code that runs one.
pub(crate) struct Guard<S> {
    pub(crate) state: Arc<S>,
    pub(crate) tools: HashMap<Arc<str>, Arc<Guarded<S>>>,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) board: Board,
    pub(crate) revocations: Revocations,
    pub(crate) rates: RateTable,
    pub(crate) confirmations: Confirmations,
    pub(crate) sink: Box<dyn AuditSink>,
    pub(crate) settings: Settings,
}

/// A call as a transport hands it over.
pub(crate) struct Request<'a> {
    pub(crate) tool: &'a str,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) principal: Principal,
    /// Through whom a person can be asked.
    pub(crate) client: &'a dyn Client,
    pub(crate) cancelled: CancellationToken,
    pub(crate) origin: Origin<'a>,
}

/// What of a call stays the same when it is taken up again after a question.
pub(crate) struct Round<'a, S> {
    tool: Option<&'a Arc<Guarded<S>>>,
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
        let tool = self.tools.get(request.tool);
        let span = trace::span(tool.map(|tool| &*tool.name), call_id, &request.origin, self.environment.as_deref());
        let trace_id = request.origin.parent.as_ref().map(|parent| parent.trace_id.clone());
        let mut draft = Draft::open(self, call_id, trace_id, tool, request.principal.caller().cloned(), started);
        let served = self.serve(tool, request, &mut draft, call_id, started).instrument(span.clone()).await;
        let result = span.in_scope(|| draft.close(served));
        if let Err(refusal) = &result {
            span.record("error.type", refusal.code().as_str());
        }
        Outcome { call_id, result }
    }

    async fn serve(
        &self,
        tool: Option<&Arc<Guarded<S>>>,
        request: Request<'_>,
        draft: &mut Draft<'_, S>,
        call_id: CallId,
        started: Instant,
    ) -> Result<Released, Refusal> {
        let Request { arguments, principal, client, cancelled, origin, .. } = request;
        let trace_id = origin.parent.map(|parent| parent.trace_id);
        let round = Round { tool, principal, call_id, trace_id, cancelled };
        let arguments = Value::Object(arguments);
        if tool.is_some_and(|tool| tool.terms.confirm.is_some()) {
            self.confirmed(&round, client, arguments, started, draft).await
        } else {
            self.round(&round, arguments, Answer::None, started, draft).await
        }
    }

    /// All the stages, once.
    async fn round(
        &self,
        round: &Round<'_, S>,
        arguments: Value,
        answer: Answer,
        started: Instant,
        draft: &mut Draft<'_, S>,
    ) -> Result<Released, Refusal> {
        let Round { principal, cancelled, .. } = round;
        let admitted = self.admit(round.tool, principal, &arguments, &answer, started);
        let tool = match (admitted, round.tool) {
            (Ok(tool), _) => tool,
            (Err(refusal), tool) => {
                if let (Some(tool), Value::Object(arguments)) = (tool, &arguments) {
                    draft.arguments(tool.redactor.unchecked(arguments));
                }
                return Err(refusal);
            }
        };
        draft.arguments(tool.redactor.accepted(&arguments));
        self.auditable()?;

        let deadline = started + tool.limits.timeout;
        let trace_id = round.trace_id.clone();
        let call = Call::new(round.call_id, Arc::clone(&tool.name), trace_id, deadline, cancelled.clone());
        draft.call = Some(call.clone());
        let entry = Entry {
            state: Arc::clone(&self.state),
            terms: Arc::clone(&tool.terms),
            call: call.clone(),
            principal: principal.clone(),
            arguments,
            checked: AtomicUsize::new(0),
            proven: AtomicU8::new(OwnerOutcome::Unchecked as u8),
            answer,
            sure: AtomicBool::new(false),
        };
        // Stages 6 to 10 are in the types of this one tool; see `entry`.
        let run = body::contain(|| (tool.run)(entry))?;
        match limits::within(body::Contained(run), deadline, cancelled, self.revocations.strike(principal)).await {
            Ok(Ok(Ok(released))) => {
                call.reach(Stage::Release);
                Ok(released)
            }
            Ok(Ok(Err(Stop(mut refusal))) | Err(mut refusal)) => {
                refusal.mask(&tool.terms.rules.scan);
                Err(refusal)
            }
            Err(limits::Lost::Timeout) => Err(Refusal::new(Code::Timeout, Stage::Limits, "timeout")),
            Err(limits::Lost::Revoked(rule)) => {
                call.abandon();
                Err(identity::revoked(call.stage(), rule))
            }
            Err(limits::Lost::Cancelled) => Err(Refusal::new(Code::Cancelled, call.stage(), "cancelled")),
        }
    }

    /// Stages 1 to 5.
    fn admit(
        &self,
        tool: Option<&Arc<Guarded<S>>>,
        principal: &Principal,
        arguments: &Value,
        answer: &Answer,
        now: Instant,
    ) -> Result<Arc<Guarded<S>>, Refusal> {
        identity::standing(&self.revocations, principal)?;
        let tool = self.board.check(tool)?;
        identity::check(&tool.spec.scope, principal)?;
        // More scopes help a caller only where they are all that is missing.
        scope::check(&tool.needs, principal)
            .map_err(|refusal| refusal.step_up(arguments::check(&self.settings, &tool, arguments).is_ok()))?;
        // What a person has confirmed was counted when it was asked about.
        if !matches!(answer, Answer::Confirmed(_)) {
            rate::check(&self.rates, &tool, principal, now)?;
        }
        arguments::check(&self.settings, &tool, arguments)?;
        Ok(tool)
    }

    /// The tools that this principal may call at this moment, by name.
    pub(crate) fn visible(&self, principal: &Principal) -> Vec<rmcp::model::Tool> {
        if identity::standing(&self.revocations, principal).is_err() {
            return Vec::new();
        }
        let mut tools: Vec<_> = self
            .tools
            .values()
            .filter(|tool| {
                self.board.exposes(tool)
                    && identity::check(&tool.spec.scope, principal).is_ok()
                    && tool.needs.met_by(principal)
            })
            .map(|tool| tool.published.clone())
            .collect();
        tools.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        tools
    }
}
