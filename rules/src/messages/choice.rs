//! Which of several messages fits a mistake, by what can be proposed instead.

use std::fmt::Display;

use crate::messages::{self, Message};
use crate::suggest;

pub(crate) fn unknown_key(key: &str, place: &str, known: &[&str]) -> Message {
    match key {
        "description" | "desc" | "doc" => return messages::described_by_docs(key),
        "annotations" | "read_only_hint" | "destructive_hint" | "idempotent_hint" | "open_world_hint" => {
            let is_of_tools = known.contains(&"read_only");
            return if is_of_tools { messages::annotations_of_rmcp(key) } else { messages::annotations_of_reader(key) };
        }
        _ => {}
    }
    match suggest::nearest(key, known) {
        Some(nearest) => messages::unknown_key_near(key, place, nearest),
        None => messages::unknown_key_among(key, place, &list(known)),
    }
}

/// What to do about a key that items of another kind have.
pub(crate) fn key_of_others(key: &str, noun: &str) -> Message {
    match key {
        "uri" | "mime" | "list" => messages::key_of_resources(key, noun),
        "complete" => messages::completion_of_tool(key, noun),
        "flatten" => messages::structs_in_uri(key, noun),
        "nested" | "skip_foreign" | "min_items" | "max_items" => messages::lists_in_text(key, noun),
        "default" => messages::defaults_in_uri(key, noun),
        "secret" => messages::secrets_in_uri(key, noun),
        "example" => messages::examples_without_schema(key, noun),
        "hints" => messages::hint_of_tools(key, noun),
        // `read_only`, `destructive`, `confirm`, `after`
        _ => messages::key_of_tools(key, noun),
    }
}

pub(crate) fn no_release(kind: &str, known: &[&str]) -> Message {
    match suggest::nearest(kind, known) {
        Some(nearest) => messages::no_release_near(kind, nearest),
        None => messages::no_release_among(kind, &list(known)),
    }
}

pub(crate) fn no_reason(opt_out: &(impl Display + ?Sized)) -> Message {
    let opt_out = opt_out.to_string();
    messages::no_reason_for(&opt_out, why(&opt_out))
}

pub(crate) fn weak_reason(opt_out: &(impl Display + ?Sized)) -> Message {
    let opt_out = opt_out.to_string();
    messages::weak_reason_for(&opt_out, why(&opt_out))
}

pub(crate) fn copied_reason(opt_out: &(impl Display + ?Sized)) -> Message {
    let opt_out = opt_out.to_string();
    messages::placeholder_reason(&opt_out, why(&opt_out))
}

/// Whether a reason is what a message shows in its place: the `why …` of the help, copied.
pub(crate) fn is_placeholder(reason: &str) -> bool {
    let copied = |shown: &str| reason.trim().trim_end_matches('.').eq_ignore_ascii_case(shown);
    let in_help = |help: &str| {
        help.split("(\"why ")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .any(|rest| copied(&["why ", rest].concat()))
    };
    WHY.iter().any(|(_, why)| copied(why)) || messages::templates().any(|template| in_help(template.help))
}

/// What each opt-out has to say.
const WHY: &[(&str, &str)] = &[
    ("public", "why anyone may call it"),
    ("unowned", "why it has no owner"),
    ("unbounded", "why any length is safe"),
    ("raw", "why any text is safe"),
    ("not_identity", "why it is not an identity"),
    ("not_credential", "why it is not a credential"),
    ("not_object", "why the object has no owner"),
    ("read_only", "why the name misleads"),
    ("never", "why nobody needs to be asked"),
    ("caller", "why its answer cannot be proven"),
];

fn why(opt_out: &str) -> &'static str {
    WHY.iter().find(|(name, _)| *name == opt_out).map_or("why", |(_, why)| why)
}

pub(crate) fn asks_for_no_parameter(key: &str, name: &str, nearest: Option<&str>, candidates: &[String]) -> Message {
    match nearest {
        Some(nearest) => messages::asks_for_no_parameter_near(key, name, nearest),
        None if candidates.is_empty() => messages::asks_without_parameters(key, name),
        None => messages::asks_for_no_parameter_among(key, name, &list(candidates)),
    }
}

pub(crate) fn wire_name(name: &str) -> Message {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let near: String = name.chars().take(64).map(|letter| if fits(letter) { letter } else { '_' }).collect();
    let usable = near.contains(|letter: char| letter.is_ascii_alphanumeric());
    let near = if usable { near.as_str() } else { "get_invoice" };
    messages::wire_name_near(if name.is_empty() { "\"\"" } else { name }, near)
}

pub(crate) fn unknown_format(format: &str, known: &[&str]) -> Message {
    match suggest::nearest(format, known) {
        Some(nearest) => messages::unknown_format_near(format, nearest, &list(known)),
        None => messages::unknown_format_among(format, &list(known)),
    }
}

pub(crate) fn value_kind(key: &str, kind: &str, ty: &str, fitting: &str) -> Message {
    if fitting.is_empty() {
        messages::value_kind_at_all(key, kind, ty)
    } else {
        messages::value_kind_but(key, kind, ty, fitting)
    }
}

pub(crate) fn choice_kind(kind: &str, ty: &str, fitting: &str) -> Message {
    if fitting.is_empty() {
        messages::choice_kind_at_all(kind, ty)
    } else {
        messages::choice_kind_but(kind, ty, fitting)
    }
}

pub(crate) fn no_such_owner(name: &(impl Display + ?Sized), nearest: Option<String>, candidates: &[String]) -> Message {
    match nearest {
        Some(nearest) => messages::no_such_owner_near(name, &nearest, &list(candidates)),
        None if candidates.is_empty() => messages::no_such_owner_at_all(name),
        None => messages::no_such_owner_among(name, &list(candidates)),
    }
}

pub(crate) fn owner_ignored(name: &str) -> Message {
    match name.trim_start_matches('_') {
        used if used == name || used.is_empty() => messages::owner_unused(name),
        used => messages::owner_with_underscore(name, used),
    }
}

pub(crate) fn owned_not_named(name: &(impl Display + ?Sized), named: &[String]) -> Message {
    let mut all = named.to_vec();
    all.push(name.to_string());
    messages::owned_not_among(name, &all.join(", "))
}

fn list(words: &[impl Display]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
