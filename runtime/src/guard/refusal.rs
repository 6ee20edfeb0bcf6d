//! Why a call was refused, and what of it anybody may know.

use std::{borrow::Cow, fmt, time::Duration};

use super::entry::Asked;
use crate::{
    outcome::{Code, Stage},
    output::scan::{Counts, Masked, Scan},
    validate::Problem,
};

/// A refusal on its way out. Boxed: the way in is the one that must be fast.
#[derive(Clone)]
pub(crate) struct Refusal(Box<Detail>);

#[derive(Clone)]
pub(crate) struct Detail {
    pub(crate) code: Code,
    pub(crate) stage: Stage,
    /// Which check said no: for the audit record only.
    pub(crate) rule: &'static str,
    /// What the tool's author has to say to the model.
    pub(crate) message: Cow<'static, str>,
    pub(crate) retry_after: Option<Duration>,
    /// All the scopes that the operation needs.
    pub(crate) scopes: Vec<String>,
    /// Whether scopes are all that is missing, as far as may be looked without them.
    pub(crate) step_up: bool,
    pub(crate) problems: Vec<Problem>,
    /// For the audit record only.
    pub(crate) cause: Option<String>,
    /// What was masked in the message.
    pub(crate) masked: Masked,
    /// What detectors decided about texts of an answer that stays inside.
    pub(crate) inspected: Masked,
    /// The call goes on when somebody has said yes to the message.
    pub(crate) asks: Option<Asked>,
    /// What the client has to bring along with the answer.
    pub(crate) state: Option<String>,
    /// What the client brought along is no state of ours for this call.
    pub(crate) rejects_state: bool,
}

impl Refusal {
    pub(crate) fn new(code: Code, stage: Stage, rule: &'static str) -> Self {
        Self(Box::new(Detail {
            code,
            stage,
            rule,
            message: Cow::Borrowed(""),
            retry_after: None,
            scopes: Vec::new(),
            step_up: false,
            problems: Vec::new(),
            cause: None,
            masked: Masked::default(),
            inspected: Masked::default(),
            asks: None,
            state: None,
            rejects_state: false,
        }))
    }

    pub(crate) fn from_tool(error: crate::ToolError, stage: Stage, rule: &'static str) -> Self {
        let (kind, message, retry_after, cause) = error.into_parts();
        let mut refusal = Self::new(kind.into(), stage, rule);
        refusal.0.message = message;
        refusal.0.retry_after = retry_after;
        refusal.0.cause = cause;
        refusal
    }

    pub(crate) fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    pub(crate) fn scopes(mut self, scopes: Vec<String>) -> Self {
        self.0.scopes = scopes;
        self
    }

    pub(crate) fn step_up(mut self, step_up: bool) -> Self {
        self.0.step_up = step_up;
        self
    }

    pub(crate) fn problems(mut self, problems: Vec<Problem>) -> Self {
        self.0.problems = problems;
        self
    }

    pub(crate) fn message(mut self, message: &'static str) -> Self {
        self.0.message = Cow::Borrowed(message);
        self
    }

    pub(crate) fn cause(mut self, cause: String) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// What detectors have decided.
    pub(crate) fn inspected(mut self, decided: Masked) -> Self {
        self.0.inspected = decided;
        self
    }

    /// Ends at this stage instead.
    pub(crate) fn at(mut self, stage: Stage) -> Self {
        self.0.stage = stage;
        self
    }

    /// Asks a person.
    pub(crate) fn asking(mut self, question: String, asked: Asked) -> Self {
        self.0.message = Cow::Owned(question);
        self.0.asks = Some(asked);
        self
    }

    pub(crate) fn asks(&self) -> Option<&Asked> {
        self.0.asks.as_ref()
    }

    /// The answer comes with another request, and this with it.
    pub(crate) fn sealed(mut self, state: String) -> Self {
        self.0.state = Some(state);
        self
    }

    /// What the client brought along was not good.
    pub(crate) fn rejecting_state(mut self) -> Self {
        self.0.rejects_state = true;
        self
    }

    /// Masks what a tool's author says to the model, as in an answer. What else a refusal says is the guard's own.
    pub(crate) fn mask(&mut self, scan: &Scan) {
        let mut counts = Counts::default();
        if let Some(masked) = scan.mask(&self.0.message, &mut counts) {
            self.0.message = Cow::Owned(masked);
            self.0.masked = scan.masked(&counts);
        }
        // What they show is in the message, too, and was counted there.
        let mut again = Counts::default();
        for field in self.0.asks.iter_mut().flat_map(|asked| &mut asked.fields) {
            if let Some(masked) = scan.mask(&field.value, &mut again) {
                field.value = masked;
            }
        }
    }

    pub(crate) fn detail(&self) -> &Detail {
        &self.0
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// What its author says, or else what its code means.
    pub(crate) fn explanation(&self) -> &str {
        if self.0.message.is_empty() { self.0.code.sentence() } else { &self.0.message }
    }
}

/// Whole seconds, rounded up: a client that waits as told is let in.
pub(crate) fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// What the model reads.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detail { code, retry_after, scopes, problems, .. } = &*self.0;
        write!(f, "{code}: {}", self.explanation())?;
        if !scopes.is_empty() {
            write!(f, " Needed: {}.", scopes.join(" "))?;
        }
        for problem in problems {
            write!(f, " {problem}.")?;
        }
        if let Some(after) = retry_after {
            write!(f, " Try again in {} s.", seconds_up(*after))?;
        }
        Ok(())
    }
}
