//! `breaker(failures = 5, cooldown = 30s)`

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::{Parsed, Spanned, numbers, parentheses, take_all, take_comma, take_value, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// When calls that fail keep others from starting.
#[derive(Clone)]
pub(crate) struct Breaker {
    pub(crate) failures: Spanned<u64>,
    /// In milliseconds.
    pub(crate) cooldown: Spanned<u64>,
}

/// Reads what follows the key `breaker`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Breaker> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::breaker_form()));
    };
    let list = sink.child();
    let (mut failures, mut cooldown) = (None, None);
    while !content.is_empty() {
        let whole = value_or_key(&content, key);
        let Ok(option) = content.call(Ident::parse_any) else {
            list.refuse(whole, messages::breaker_form());
            take_all(&content);
            break;
        };
        match option.to_string().as_str() {
            "failures" if failures.is_none() => {
                failures = Some(numbers::count(&option, &content, &list, |_, given| messages::no_failures(given)));
            }
            "cooldown" if cooldown.is_none() => {
                cooldown = Some(numbers::duration_or(&option, &content, &list, |given, meant| {
                    messages::no_cooldown(given, meant)
                }));
            }
            name @ ("failures" | "cooldown") => {
                list.refuse(&option, messages::duplicate_key(name, "breaker"));
            }
            name => {
                list.refuse(&option, messages::unknown_key(name, "breaker", &["failures", "cooldown"]));
            }
        }
        take_value(&content);
        if !take_comma(&content) {
            break;
        }
    }
    match (failures, cooldown, list.failed()) {
        (Some(failures), Some(cooldown), _) => {
            let (failures, cooldown) = (failures?, cooldown?);
            list.finish(Breaker { failures, cooldown })
        }
        // What was refused may have been meant for it.
        (_, _, Some(reported)) => Err(reported),
        _ => Err(list.refuse(key, messages::breaker_form())),
    }
}
