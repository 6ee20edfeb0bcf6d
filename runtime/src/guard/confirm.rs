//! The confirmation stage: has a person given the requested values, and confirmed the call. The earlier stages are passed again after each answer:
//! first to find out what to ask, and then with the answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value};

use super::{Found, Guard, Round, entry::ToAsk, identity, record::Draft, refusal::Refusal};
use crate::{
    Approval, ApprovalRequest, Caller, ConfirmedBy, Question, Reply, Verdict,
    catalog::{Form, Who},
    clock,
    confirm::{ApproverRules, Asking, Asks, BoxedApprover, Client, Given, Invalid, NotWhole, Sealed, Sealer},
    digest::Digest,
    identity::{NoPlace, Shares},
    outcome::{Code, Stage},
    output::Released,
    validate::Problem,
};

/// How many calls of all callers together may wait for a person.
pub(crate) const MOST_WAITING: usize = 1024;
/// How many of them may belong to one caller.
pub(crate) const MOST_WAITING_OF_ONE: usize = 128;
/// The retry delay when too many calls wait, or nobody can be asked.
const WHEN_FULL: Duration = Duration::from_secs(5);

/// The confirmation settings of a server.
pub(crate) struct Confirmations {
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) approver: Option<BoxedApprover>,
    pub(crate) rules: Arc<ApproverRules>,
    /// The time limit for an answer.
    pub(crate) timeout: Duration,
    waiting: Arc<Shares>,
}

impl Confirmations {
    pub(crate) fn new(
        sealer: Arc<Sealer>,
        approver: Option<BoxedApprover>,
        rules: ApproverRules,
        timeout: Duration,
    ) -> Self {
        let waiting = Shares::new(MOST_WAITING, MOST_WAITING_OF_ONE);
        Self { sealer, approver, rules: Arc::new(rules), timeout, waiting }
    }
}

/// The answer of a person as known at the beginning of a round.
#[derive(Clone, Copy, Default)]
pub(crate) enum Answer {
    /// Nobody was asked yet.
    #[default]
    None,
    /// The values, with the digest of the question that asked for them.
    Given(Digest),
    /// Yes, to everything in the digest `question`, after the values for the question `given`.
    Confirmed { given: Option<Digest>, question: Digest },
    /// No, or no valid answer.
    Void(Code, &'static str),
    /// The state is not valid for this call.
    Rejected(&'static str),
}

/// The answers of a person so far.
#[derive(Clone, Default)]
pub(crate) struct PersonReply {
    pub(crate) answer: Answer,
    /// The given values, normalized but not validated yet.
    pub(crate) values: Option<Value>,
    /// Whether the call has waited for the answer after it had passed the switch stage. A switch that was turned off gracefully lets it continue.
    pub(crate) passed_switch: bool,
}

impl PersonReply {
    fn given(question: Digest, mut values: Map<String, Value>, form: Option<&Form>, depth: usize) -> Self {
        // A field that was left empty is left out.
        values.retain(|_, value| !value.is_null());
        let mut values = Value::Object(values);
        if let Some(form) = form {
            form.normalizer.apply(&mut values, depth);
        }
        Self { answer: Answer::Given(question), values: Some(values), passed_switch: false }
    }

    /// The same, and a yes to this question.
    fn confirmed(self, question: Digest) -> Self {
        let given = match self.answer {
            Answer::Given(given) => Some(given),
            Answer::None | Answer::Confirmed { .. } | Answer::Void(..) | Answer::Rejected(_) => None,
        };
        Self { answer: Answer::Confirmed { given, question }, ..self }
    }

    /// What a state has to carry of it.
    fn carried(&self) -> Option<Given> {
        match (&self.answer, &self.values) {
            (Answer::Given(question), Some(Value::Object(values))) => {
                Some(Given { question: *question, values: values.clone() })
            }
            _ => None,
        }
    }
}

impl<S: Send + Sync + 'static> Guard<S> {
    /// A call of an item that asks a person: first for values, if any, and then for a confirmation. Each is asked once, because a round that has an
    /// answer does not ask again.
    pub(super) async fn asking(
        &self,
        round: &Round<'_, S>,
        client: &dyn Client,
        arguments: Value,
        mut started: Instant,
        draft: &mut Draft<'_, S>,
    ) -> Result<Released, Refusal> {
        let mut told = self.brought(round, client, &arguments).await;
        if matches!(told.answer, Answer::Confirmed { .. }) {
            draft.confirmed_by(ConfirmedBy::Client);
        }
        loop {
            let refusal = match self.round(round, arguments.clone(), told.clone(), started, draft).await {
                Err(refusal) if refusal.asks().is_some() => refusal,
                done => return done,
            };
            let (Some(asked), Some(caller), Some(Found { item, task })) =
                (refusal.asks(), round.principal.caller(), round.found)
            else {
                return Err(refusal);
            };
            let digest = asked.digest;
            let question = Question {
                tool: item.name.to_string(),
                text: refusal.detail().message.to_string(),
                fields: asked.fields.clone(),
                form: asked.form.clone(),
            };
            let asks = question.asks();
            let by = match asked.who {
                Who::Client => match self.ask(client, &question, round).await? {
                    Asking::Replied(reply) => match (asks, reply) {
                        (Asks::Values, Reply::Accept(values)) => {
                            told = PersonReply::given(
                                digest,
                                values,
                                task.form.as_ref(),
                                self.settings.max_argument_depth,
                            );
                            None
                        }
                        (Asks::Confirmation, reply) if reply.is_yes() => Some(ConfirmedBy::Client),
                        _ => return Err(refuse(Code::Declined, "declined")),
                    },
                    Asking::Cannot(why) => return Err(refuse(Code::ConfirmationRequired, "unsupported").message(why)),
                    Asking::Unanswered => return Err(unanswered()),
                    Asking::Later => {
                        let sealed = Sealed { asks, question: digest, given: told.carried() };
                        return Err(self.seal(refusal, &sealed, caller, &item.name, &arguments));
                    }
                },
                Who::Operator => Some(self.approve(question, digest, caller, client, round, draft).await?),
            };
            if let Some(by) = by {
                draft.confirmed_by(by);
                // Only what was shown may be done: if it has changed since, the question is a different one.
                told = told.confirmed(digest);
            }
            told.passed_switch = true;
            started = Instant::now();
        }
    }

    /// The answer in the request of the client.
    async fn brought(&self, round: &Round<'_, S>, client: &dyn Client, arguments: &Value) -> PersonReply {
        let (Some(Found { item, task }), Some(caller)) = (round.found, round.principal.caller()) else {
            return PersonReply::default();
        };
        let confirms = task.policy.confirm.as_ref().is_some_and(|confirm| confirm.who == Who::Client);
        let asks_client = confirms || task.policy.asks.is_some();
        let Some(state) = client.state().filter(|_| asks_client) else { return PersonReply::default() };
        let nothing = |answer| PersonReply { answer, ..PersonReply::default() };
        let states = &self.confirmations.sealer;
        let (sealed, nonce) = match states.open(state, caller, &item.name, arguments) {
            Ok(opened) => opened,
            Err(invalid) => return nothing(Answer::Rejected(invalid.rule())),
        };
        if let Some(shared) = &self.shared {
            match shared.once(ANSWERS, nonce, states.remembered()).await {
                Ok(true) => {}
                Ok(false) => return nothing(Answer::Rejected(Invalid::Replayed.rule())),
                Err(_) => {
                    // It is unknown whether the answer was used elsewhere; it can be given again.
                    states.forget(&nonce);
                    return nothing(Answer::Void(Code::Unavailable, super::shared::DOWN));
                }
            }
        }
        let (form, depth) = (task.form.as_ref(), self.settings.max_argument_depth);
        // A "no" also uses the question.
        match (client.reply(sealed.asks.key()), sealed.asks) {
            (None, _) => nothing(Answer::Void(Code::ConfirmationRequired, "unanswered")),
            (Some(Reply::Accept(values)), Asks::Values) => PersonReply::given(sealed.question, values, form, depth),
            (Some(reply), Asks::Confirmation) if reply.is_yes() => {
                let before = sealed.given.map(|given| PersonReply::given(given.question, given.values, form, depth));
                before.unwrap_or_default().confirmed(sealed.question)
            }
            (Some(_), _) => nothing(Answer::Void(Code::Declined, "declined")),
        }
    }

    async fn ask(&self, client: &dyn Client, question: &Question, round: &Round<'_, S>) -> Result<Asking, Refusal> {
        let limit = self.confirmations.timeout;
        Ok(self.wait(client.ask(question, limit), client, round).await?.unwrap_or(Asking::Unanswered))
    }

    fn seal(&self, refusal: Refusal, sealed: &Sealed, caller: &Caller, tool: &str, arguments: &Value) -> Refusal {
        match self.confirmations.sealer.seal(caller, tool, arguments, sealed) {
            Ok(state) => refusal.sealed(state),
            Err(error) => refuse(Code::Unavailable, "seal").cause(error),
        }
    }

    async fn approve(
        &self,
        question: Question,
        bound_to: Digest,
        caller: &Arc<Caller>,
        client: &dyn Client,
        round: &Round<'_, S>,
        draft: &Draft<'_, S>,
    ) -> Result<ConfirmedBy, Refusal> {
        let unavailable = |rule| refuse(Code::Unavailable, rule).retry_after(WHEN_FULL);
        let (Some(approver), Some(item), Some(arguments)) =
            (&self.confirmations.approver, round.item(), draft.recorded_arguments())
        else {
            return Err(unavailable("approver"));
        };
        let limit = clock::after(clock::now(), self.confirmations.timeout);
        let request = ApprovalRequest {
            id: round.call_id,
            tool: Arc::clone(&item.name),
            caller: Arc::clone(caller),
            question: question.text,
            fields: question.fields,
            arguments,
            expires: caller.expires_at().map_or(limit, |end| limit.min(clock::utc(end))),
            rules: Arc::clone(&self.confirmations.rules),
            bound_to,
        };
        let (rules, digest) = (Arc::clone(&request.rules), request.digest());
        // An approver is code of the application, so its panics are masked like those of a tool.
        let decision = super::body::contain(|| approver(request)).map_err(|panic| panic.at(Stage::Confirmation))?;
        match self.wait(super::body::Contained::new(decision), client, round).await? {
            None => Err(unanswered()),
            Some(Err(panic)) => Err(panic.at(Stage::Confirmation)),
            Some(Ok(Err(error))) => Err(unavailable("approver").cause(error.to_string())),
            Some(Ok(Ok(Verdict::Refused { by }))) => {
                Err(refuse(Code::Declined, "operator").cause(format!("refused by {}", by.subject())))
            }
            Some(Ok(Ok(Verdict::Approved { by }))) => {
                if let Err(why) = rules.may_approve(caller, &by) {
                    return Err(refuse(Code::Declined, why.rule()).cause(format!("approved by {}", by.subject())));
                }
                match self.revocations.against(&by) {
                    Some(_) => {
                        Err(refuse(Code::Declined, "approver_revoked").cause(format!("approved by {}", by.subject())))
                    }
                    None => Ok(ConfirmedBy::Operator(Approval::new(&by, digest))),
                }
            }
        }
    }

    /// Waits for a person until the timeout, or until the client disconnects, the caller is revoked or the credential expires; `None` if there was no
    /// answer in time.
    async fn wait<T>(
        &self,
        person: impl Future<Output = T>,
        client: &dyn Client,
        round: &Round<'_, S>,
    ) -> Result<Option<T>, Refusal> {
        let _place = self.confirmations.waiting.take(round.principal.key()).map_err(|no| {
            let rule = if no == NoPlace::Share { "waiting_of_caller" } else { "waiting" };
            refuse(Code::Unavailable, rule).retry_after(WHEN_FULL)
        })?;
        let expired = async {
            match round.principal.caller() {
                Some(caller) => caller.wait_until_expired().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            rule = self.revocations.wait_until_revoked(&round.principal) => {
                Err(identity::revoked(Stage::Confirmation, rule))
            }
            () = expired => Err(identity::revoked(Stage::Confirmation, identity::EXPIRED)),
            () = round.cancelled.cancelled() => Err(refuse(Code::Cancelled, "cancelled")),
            () = client.gone() => Err(refuse(Code::Cancelled, "gone")),
            answer = tokio::time::timeout(self.confirmations.timeout, person) => Ok(answer.ok()),
        }
    }
}

/// The key prefix of answers in a shared store.
const ANSWERS: [u8; 8] = *b"answer\0\0";
const DOES_NOT_COUNT: &str =
    "This answer is not valid, or no longer valid. Call again without it to ask the person anew.";

pub(super) fn refuse(code: Code, rule: &'static str) -> Refusal {
    Refusal::new(code, Stage::Confirmation, rule)
}

fn unanswered() -> Refusal {
    refuse(Code::ConfirmationRequired, "timeout").message("Nobody answered the question in time.")
}

/// An invalid answer: the same sentence for all reasons; the audit record has the actual one.
pub(super) fn void(code: Code, rule: &'static str) -> Refusal {
    let refusal = refuse(code, rule);
    if code == Code::ConfirmationRequired { refusal.message(DOES_NOT_COUNT) } else { refusal }
}

/// A state that is forged or not for this call: the same sentence, reported to the client as a protocol error.
pub(super) fn rejected(rule: &'static str) -> Refusal {
    refuse(Code::ConfirmationRequired, rule).message(DOES_NOT_COUNT).rejecting_state()
}

/// The confirmed operation differs from the one that would be done.
pub(super) fn changed() -> Refusal {
    refuse(Code::Conflict, "changed").message(
        "What this call would act on has changed since a person was asked about it. Call again to ask the person anew.",
    )
}

/// A question that cannot be shown in full must not be confirmed.
pub(super) fn not_shown_whole(why: NotWhole) -> Refusal {
    let refusal = refuse(Code::InvalidArguments, "not_shown_whole");
    let blame = |name: &str, why| vec![Problem::new(format!("/{name}"), why)];
    match why {
        NotWhole::TooLong(name) => refusal
            .message(
                "A person has to be asked about this call, but the question would be too long to be shown in full.",
            )
            .problems(blame(name, "makes the question longer than 4000 characters")),
        NotWhole::Masked(name, found) => refusal
            .message(
                "A person has to be asked about this call, but the question would contain data that must not be shown.",
            )
            .problems(name.map_or_else(Vec::new, |name| blame(&name, "contains data that must not be shown")))
            .cause(format!(
                "the release scan would mask: {}",
                found.iter().map(|(kind, _)| kind).collect::<Vec<_>>().join(", ")
            )),
    }
}

/// Interrupts a call with a question.
pub(super) fn question(text: String, asked: ToAsk) -> Refusal {
    refuse(Code::ConfirmationRequired, "asked").asking(text, asked)
}
