//! The arguments stage: do the arguments match the published schema.

use serde_json::Value;

use super::{Settings, refusal::Refusal};
use crate::{
    catalog::{Form, Task},
    outcome::{Code, Stage},
    validate::{TooMuch, measure},
};

pub(crate) fn check<R>(settings: &Settings, task: &Task<R>, arguments: &Value) -> Result<(), Refusal> {
    let refuse = |rule| Refusal::new(Code::InvalidArguments, Stage::Arguments, rule);
    measure(arguments, settings.max_argument_bytes, settings.max_argument_depth).map_err(|too| match too {
        TooMuch::Bytes => refuse("size").message("The arguments are too large."),
        TooMuch::Depth => refuse("depth").message("The arguments are nested too deeply."),
    })?;
    task.validator.check(arguments).map_err(|problems| refuse("schema").problems(problems))
}

/// Validates the values that a person gave against the form.
pub(crate) fn check_given(settings: &Settings, form: &Form, given: &Value) -> Result<(), Refusal> {
    let refuse = |rule| {
        let refusal = Refusal::new(Code::InvalidArguments, Stage::Arguments, rule);
        refusal.message("The answer of the person does not match what was asked. Call again to ask anew.")
    };
    measure(given, settings.max_argument_bytes, settings.max_argument_depth).map_err(|_| refuse("answer_size"))?;
    form.validator.check(given).map_err(|problems| refuse("answer").problems(problems))
}
