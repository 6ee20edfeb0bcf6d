//! `idempotent(key = request_id, keep = 24h)`, and `idempotent(within = 10m)`

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::{Parsed, Spanned, numbers, parentheses, peek_value, take_comma, take_equals, take_value, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// The names that the list knows.
const OPTIONS: [&str; 3] = ["key", "keep", "within"];

/// How a call is recognized that was made before.
#[derive(Clone)]
pub(crate) struct Idempotent {
    pub(crate) keyword: Ident,
    pub(crate) by: RepeatedBy,
}

#[derive(Clone)]
pub(crate) enum RepeatedBy {
    /// By what the model repeats.
    Key {
        parameter: Ident,
        /// How long it is known, in milliseconds.
        keep: Option<Spanned<u64>>,
    },
    /// By its arguments, for so many milliseconds.
    Arguments(Spanned<u64>),
}

impl Idempotent {
    /// The parameter that is the key.
    pub(crate) fn parameter(&self) -> Option<&Ident> {
        match &self.by {
            RepeatedBy::Key { parameter, .. } => Some(parameter),
            RepeatedBy::Arguments(_) => None,
        }
    }
}

/// Reads what follows the key `idempotent`.
pub(crate) fn parse(keyword: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Idempotent> {
    let wrong = value_or_key(input, keyword);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::idempotent_form()));
    };
    let list = sink.child();
    let (mut key, mut keep, mut within) = (None, None, None);
    let mut seen: Vec<String> = Vec::new();
    while !content.is_empty() {
        let whole = peek_value(&content);
        match content.call(Ident::parse_any) {
            Ok(option) => {
                let name = option.to_string();
                if seen.contains(&name) {
                    list.refuse(&option, messages::duplicate_key(&name, "idempotent"));
                } else {
                    match name.as_str() {
                        "key" => key = Some((option.clone(), parameter(&option, &content, &list))),
                        "keep" => keep = Some((option.clone(), span(&option, &content, &list))),
                        "within" => within = Some((option.clone(), span(&option, &content, &list))),
                        _ => {
                            list.refuse(&option, messages::unknown_key(&name, "idempotent", &OPTIONS));
                        }
                    }
                    seen.push(name);
                }
            }
            Err(_) => {
                list.refuse(
                    if whole.is_empty() { value_or_key(&content, keyword) } else { whole },
                    messages::idempotent_form(),
                );
            }
        }
        take_value(&content);
        if !take_comma(&content) {
            break;
        }
    }
    if let (Some(_), Some((option, _))) = (&key, &within) {
        list.refuse(option, messages::idempotent_both());
    } else if let (None, Some((option, _))) = (&key, &keep) {
        list.refuse(option, messages::keep_without_key());
    }
    let by = match (key, within) {
        (Some((_, parameter)), _) => {
            RepeatedBy::Key { parameter: parameter?, keep: keep.map(|(_, keep)| keep).transpose()? }
        }
        (None, Some((_, within))) => RepeatedBy::Arguments(within?),
        (None, None) => {
            return Err(list.failed().unwrap_or_else(|| list.refuse(&wrong, messages::idempotent_form())));
        }
    };
    list.finish(Idempotent { keyword: keyword.clone(), by })
}

/// Reads `= request_id`.
fn parameter(option: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Ident> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, option);
    match input.call(Ident::parse_any) {
        Ok(name) if equals && numbers::at_end(input) => Ok(name),
        _ => Err(sink.refuse(&wrong, messages::no_idempotency_parameter(&numbers::show(&wrong)))),
    }
}

/// Reads `= 10m`: milliseconds for which an operation is known.
fn span(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<u64>> {
    numbers::duration_or(key, input, sink, |given, meant| messages::no_span(&key.to_string(), given, meant))
}
