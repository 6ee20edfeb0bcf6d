//! What is said about effects and their confirmation: ST05, ST16, ST20, ST24, ST39.

use std::fmt::Display;

use super::{Message, list, message};
use crate::model::Effect;

// ST05: what destroys is confirmed

pub(crate) fn unconfirmed(tool: impl Display, question: &str) -> Message {
    message("ST05", format!("`{tool}` is `destructive`, and nobody is asked"), ask(question))
}

pub(crate) fn unconfirmed_by_name(tool: impl Display, prefix: &str, question: &str) -> Message {
    message(
        "ST05",
        format!("`{tool}` is named like a deletion (`{prefix}`), and nobody is asked"),
        format!("write `destructive`, and {}", ask(question)),
    )
}

fn ask(question: &str) -> String {
    format!(
        "ask a person: `confirm = \"{question}\"`; or opt out with `confirm = never(\"why nobody needs to be asked\")`"
    )
}

// ST16: questions

pub(crate) fn confirm_form() -> Message {
    message(
        "ST16",
        "`confirm` takes a question",
        "write `confirm = \"Delete {invoice} for good?\"`, `confirm = operator(\"Delete {invoice} for good?\")` for somebody outside of the conversation, or `confirm = never(\"why nobody needs to be asked\")`",
    )
}

pub(crate) fn confirms_nothing() -> Message {
    message("ST16", "`confirm` asks nothing", "say what will happen: `confirm = \"Delete {invoice} for good?\"`")
}

pub(crate) fn lone_brace() -> Message {
    message(
        "ST16",
        "`confirm` has a brace without its other half",
        "write `{invoice}` for the value of a parameter, `{{` and `}}` for braces",
    )
}

pub(crate) fn no_placeholder(given: &str) -> Message {
    message(
        "ST16",
        format!("`{{{given}}}` is no placeholder of `confirm`"),
        "write the bare name of a parameter, such as `{invoice}`; `{{` and `}}` are braces",
    )
}

pub(crate) fn asks_for_no_parameter(name: &str, nearest: Option<&str>, candidates: &[String]) -> Message {
    let help = match nearest {
        Some(nearest) => format!("did you mean `{{{nearest}}}`?"),
        None if candidates.is_empty() => "the model gives this tool nothing: ask without a placeholder".to_owned(),
        None => format!("`confirm` can name {}", list(candidates)),
    };
    message("ST16", format!("`{{{name}}}` in `confirm` is no parameter that the model gives"), help)
}

pub(crate) fn asks_with_secret(name: &str) -> Message {
    message("ST16", format!("`{{{name}}}` in `confirm` would show a secret"), format!("ask without `{{{name}}}`"))
}

// ST20, ST24: policies that contradict themselves

pub(crate) fn reads_yet(key: &str) -> Message {
    let help = if key == "confirm" {
        "remove `read_only` if the tool changes something, or else `confirm`"
    } else {
        "keep the one that is true"
    };
    message("ST20", format!("`{key}` contradicts `read_only`"), help)
}

pub(crate) fn public_yet(key: &str) -> Message {
    message(
        "ST24",
        format!("`{key}` needs a caller who answers for it, and a public tool has none"),
        "ask for a scope: `scope = \"invoices:delete\"`",
    )
}

// ST39: permits

pub(crate) fn too_strong(parameter: impl Display, tool: impl Display, effect: Effect, asked: Effect) -> Message {
    let is = if effect == Effect::Read { "`read_only`" } else { "not `destructive`" };
    let says = match asked {
        Effect::Destroy => "say `destructive` and how it is confirmed",
        Effect::Read | Effect::Write => "leave `read_only` out",
    };
    let weaker = effect.permit();
    message(
        "ST39",
        format!("`{parameter}` is a `Permit<{}>`, and `{tool}` is {is}", asked.permit()),
        format!("ask for a `&Permit<{weaker}>`; or, if the tool really does it, {says}"),
    )
}

pub(crate) fn permits_nothing(parameter: impl Display) -> Message {
    message(
        "ST39",
        format!("`{parameter}: &Permit` does not say what it permits"),
        format!("write `{parameter}: &Permit<Read>`, `&Permit<Write>` or `&Permit<Destroy>`"),
    )
}
