//! Refusals: why a call was refused, and how much of it may be disclosed.

use std::{borrow::Cow, fmt, time::Duration};

use super::entry::ToAsk;
use crate::{
    catalog::{Kind, Part},
    outcome::{Code, Stage},
    output::{
        Kept,
        scan::{Counts, Masked, Scan},
    },
    validate::Problem,
};

/// The message for a resource that cannot be read, as in MCP.
const NO_RESOURCE: &str = "Resource not found";
const NO_PROMPT: &str = "There is no such prompt, or an object that it refers to was not found.";
const NO_COMPLETION: &str = "There is no such argument to complete, or the typed text is too long.";

/// A refusal. Boxed, because the success path must be fast.
#[derive(Clone)]
pub(crate) struct Refusal(Box<Detail>);

#[derive(Clone)]
pub(crate) struct Detail {
    pub(crate) code: Code,
    pub(crate) stage: Stage,
    /// The check that refused; for the audit record only.
    pub(crate) rule: &'static str,
    /// The message of the tool's author for the model.
    pub(crate) message: Cow<'static, str>,
    pub(crate) retry_after: Option<Duration>,
    /// All scopes that the operation requires.
    pub(crate) scopes: Vec<String>,
    /// Whether only scopes are missing, as far as that can be checked without them.
    pub(crate) step_up: bool,
    pub(crate) problems: Vec<Problem>,
    /// For the audit record only.
    pub(crate) cause: Option<String>,
    /// What was masked in the message, or in a withheld answer.
    pub(crate) masked: Masked,
    /// What was removed from texts of a withheld answer.
    pub(crate) cleaned: Masked,
    /// What detectors decided about texts of a withheld answer.
    pub(crate) inspected: Masked,
    /// The question, if the call continues after an answer.
    pub(crate) asks: Option<ToAsk>,
    /// The state that the client must return with the answer.
    pub(crate) state: Option<String>,
    /// The state in the request is not valid for this call.
    pub(crate) rejects_state: bool,
    /// Whether it is the refusal of an earlier call, sent again.
    pub(crate) repeated: bool,
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
            cleaned: Masked::default(),
            inspected: Masked::default(),
            asks: None,
            state: None,
            rejects_state: false,
            repeated: false,
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

    /// Sets a message that is derived from the declarations of the item.
    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = Cow::Owned(message);
        self
    }

    pub(crate) fn cause(mut self, cause: String) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Adds what was found in a withheld answer.
    pub(crate) fn keeping(mut self, kept: Kept) -> Self {
        let Kept { masked, cleaned, inspected } = kept;
        (self.0.masked, self.0.cleaned, self.0.inspected) = (masked, cleaned, inspected);
        self
    }

    /// Sets another stage.
    pub(crate) fn at(mut self, stage: Stage) -> Self {
        self.0.stage = stage;
        self
    }

    /// Asks a person.
    pub(crate) fn asking(mut self, question: String, asked: ToAsk) -> Self {
        self.0.message = Cow::Owned(question);
        self.0.asks = Some(asked);
        self
    }

    pub(crate) fn asks(&self) -> Option<&ToAsk> {
        self.0.asks.as_ref()
    }

    /// Sets the state that must come with the answer.
    pub(crate) fn sealed(mut self, state: String) -> Self {
        self.0.state = Some(state);
        self
    }

    /// Marks the state of the client as invalid.
    pub(crate) fn rejecting_state(mut self) -> Self {
        self.0.rejects_state = true;
        self
    }

    /// Marks it as the refusal of an earlier call, sent again.
    pub(crate) fn repeated(code: Code, message: String, retry_after: Option<Duration>) -> Self {
        let mut refusal = Self::new(code, Stage::Idempotency, super::record::REPEATED);
        refusal.0.message = Cow::Owned(message);
        refusal.0.retry_after = retry_after;
        refusal.0.repeated = true;
        refusal
    }

    /// Masks the message of the tool's author like an answer. Everything else in a refusal comes from the guard.
    pub(crate) fn mask(&mut self, scan: &Scan) {
        // A question with data to mask is not asked.
        if self.0.asks.is_some() {
            return;
        }
        let mut counts = Counts::default();
        if let Some(masked) = scan.mask(&self.0.message, &mut counts) {
            self.0.message = Cow::Owned(masked);
            self.0.masked = scan.masked(&counts);
        }
    }

    /// Truncates the message of the tool's author and drops problems, so that both together have at most `most` bytes.
    pub(crate) fn fit(&mut self, most: usize) {
        // A question is shown in full or not asked.
        if self.0.asks.is_some() {
            return;
        }
        if let Some(short) = cut(&self.0.message, most) {
            self.0.message = Cow::Owned(short);
        }
        let mut left = most.saturating_sub(self.0.message.len());
        self.0.problems.retain(|problem| {
            let fits = left.checked_sub(problem.len());
            left = fits.unwrap_or(0);
            fits.is_some()
        });
    }

    /// The body of a tool that writes was interrupted or its outcome is unknown.
    pub(crate) fn outcome_unknown(mut self) -> Self {
        self.0.code = Code::OutcomeUnknown;
        self.0.message = Cow::Borrowed("");
        self.0.retry_after = None;
        self
    }

    /// The body of a tool that writes has returned, but its answer is not sent.
    pub(crate) fn unsent(mut self) -> Self {
        self.0.message = Cow::Borrowed(match self.0.code {
            Code::OutputTooLarge => {
                "The tool has run, but its answer is too large to be sent. Do not repeat the call: check what it changed."
            }
            Code::Forbidden => {
                "The tool has run, but its answer contains a payment card number, which this tool does not release. Do not repeat the call: check what it changed."
            }
            _ => "The tool has run, but its answer cannot be sent. Do not repeat the call: check what it changed.",
        });
        self
    }

    /// The body of a tool that writes has failed with an internal error, possibly after a part of its work.
    pub(crate) fn unfinished(mut self) -> Self {
        self.0.message = Cow::Borrowed(
            "The tool failed with an internal error, possibly after it had done a part of the work. Do not repeat the call: check what it changed.",
        );
        self
    }

    /// Adapts the message to the kind of item and the requested part. The answer is the same for an item or object that does not exist, is hidden or
    /// belongs to somebody else; for resources and completions also for a URI that no resource has, and an argument that no prompt has.
    pub(crate) fn of(mut self, kind: Kind, part: Part) -> Self {
        let Detail { code, stage, .. } = *self.0;
        let is_absent = matches!(code, Code::UnknownTool | Code::NotFound);
        let fits_nothing = is_absent || code == Code::InvalidArguments && stage == Stage::Arguments;
        let absent = match (kind, part) {
            (Kind::Tool, _) => return self,
            (Kind::Prompt | Kind::Resource, Part::Completion) => fits_nothing.then_some(NO_COMPLETION),
            (Kind::Resource, Part::Body | Part::Listing) => fits_nothing.then_some(NO_RESOURCE),
            (Kind::Prompt, Part::Body | Part::Listing) => is_absent.then_some(NO_PROMPT),
        };
        // Otherwise a caller without the scope would learn the names of the arguments.
        if part == Part::Completion && code == Code::InsufficientScope {
            self.0.step_up = true;
        }
        if let Some(sentence) = absent {
            self.0.code = Code::NotFound;
            self.0.message = Cow::Borrowed(sentence);
            self.0.problems = Vec::new();
            self.0.retry_after = None;
        }
        self
    }

    pub(crate) fn is_panic(&self) -> bool {
        self.0.rule == super::body::PANIC
    }

    pub(crate) fn detail(&self) -> &Detail {
        &self.0
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// The message of its author, or the default text of its code.
    pub(crate) fn explanation(&self) -> &str {
        if self.0.message.is_empty() { self.0.code.sentence() } else { &self.0.message }
    }
}

/// The beginning of a text that is longer than `most` bytes.
fn cut(text: &str, most: usize) -> Option<String> {
    const MARK: &str = "…";
    if text.len() <= most {
        return None;
    }
    let mark = if most < MARK.len() { "" } else { MARK };
    let mut end = most - mark.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(format!("{}{mark}", text.get(..end).unwrap_or_default()))
}

/// Whole seconds, rounded up, so that a client that waits this long is admitted.
pub(crate) fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}

/// The text that the model reads.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detail { code, retry_after, scopes, problems, .. } = &*self.0;
        write!(f, "{code}: {}", self.explanation())?;
        if !scopes.is_empty() {
            write!(f, " Required: {}.", scopes.join(" "))?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn any_wait_is_told() {
        for (wait, seconds) in [
            (Duration::ZERO, 0),
            (Duration::from_nanos(1), 1),
            (Duration::from_millis(1500), 2),
            (Duration::from_secs(u64::MAX), u64::MAX),
            (Duration::MAX, u64::MAX),
        ] {
            let refusal = Refusal::new(Code::Unavailable, Stage::Body, "error").retry_after(wait);
            assert_eq!(seconds_up(wait), seconds);
            assert!(refusal.to_string().ends_with(&format!("Try again in {seconds} s.")));
        }
    }

    #[test]
    fn a_message_and_problems_have_one_limit() {
        let problems = || (0..4).map(|_| Problem::new("/abc", "must be")).collect::<Vec<_>>();
        let length = problems()[0].len();
        let message = "twenty bytes of text";
        for (most, told, left) in [
            (20 + 4 * length, 20, 4),
            (20 + 4 * length - 1, 20, 3),
            (20 + length, 20, 1),
            (20, 20, 0),
            (10, 10, 0),
            (0, 0, 0),
        ] {
            let mut refusal = Refusal::new(Code::Conflict, Stage::Body, "error").message(message).problems(problems());
            refusal.fit(most);
            assert_eq!((refusal.detail().message.len(), refusal.detail().problems.len()), (told, left), "{most}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_is_the_beginning_and_fits(text in "\\PC{0,40}", most in 0_usize..50) {
            match cut(&text, most) {
                None => prop_assert!(text.len() <= most),
                Some(short) => {
                    prop_assert!(text.len() > most && short.len() <= most);
                    prop_assert!(text.starts_with(short.trim_end_matches('…')));
                    // No more than one character is lost to the cut, besides the mark.
                    prop_assert!(short.len() + 3 >= most);
                }
            }
        }
    }
}
