//! The arguments stage: do the arguments fit the schema that was published.

use serde_json::Value;

use super::{Settings, refusal::Refusal};
use crate::{
    catalog::Task,
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
