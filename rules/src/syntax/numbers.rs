//! Durations, sizes and counts: `5s`, `64KiB`, `8`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Lit, Token};

use super::types::tidy;
use super::{Parsed, Spanned, take_equals, units, value_or_key};
use crate::errors::Sink;
use crate::messages::{self, Message};

/// Reads `= 5s`: milliseconds.
pub(crate) fn duration(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<u64>> {
    duration_or(key, input, sink, |given, meant| messages::no_duration(&key.to_string(), given, meant))
}

/// The same with a message of its own, which is told what was given and what was probably meant.
pub(crate) fn duration_or(
    key: &Ident,
    input: ParseStream,
    sink: &Sink,
    message: impl Fn(&str, &str) -> Message,
) -> Parsed<Spanned<u64>> {
    with_unit(key, input, sink, units::duration_factor, |_, given| message(given, &units::duration_meant(given)))
}

/// Reads `= 64KiB`: bytes.
pub(crate) fn size(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<u64>> {
    with_unit(key, input, sink, units::size_factor, |key, given| {
        messages::no_size(key, given, &units::size_meant(given))
    })
}

/// Reads `= 8`: a whole number without a unit.
pub(crate) fn count(
    key: &Ident,
    input: ParseStream,
    sink: &Sink,
    message: fn(&str, &str) -> Message,
) -> Parsed<Spanned<u64>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let refused = |sink: &Sink| Err(sink.refuse(&wrong, message(&key.to_string(), &show(&wrong))));
    if !equals {
        return refused(sink);
    }
    match input.parse::<Lit>() {
        Ok(Lit::Int(number)) if number.suffix().is_empty() && at_end(input) => match number.base10_parse() {
            Ok(value) => Ok(Spanned { value, tokens: number.to_token_stream() }),
            Err(_) => refused(sink),
        },
        _ => refused(sink),
    }
}

fn with_unit(
    key: &Ident,
    input: ParseStream,
    sink: &Sink,
    factor: fn(&str) -> Option<u64>,
    message: impl Fn(&str, &str) -> Message,
) -> Parsed<Spanned<u64>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let number = match input.parse::<Lit>() {
        Ok(Lit::Int(number)) if equals && at_end(input) => Some(number),
        _ => None,
    };
    let value = number.and_then(|number| units::count(number.base10_digits())?.checked_mul(factor(number.suffix())?));
    match value {
        Some(value) => Ok(Spanned { value, tokens: wrong }),
        None => Err(sink.refuse(&wrong, message(&key.to_string(), &show(&wrong)))),
    }
}

pub(super) fn at_end(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Tokens as a person would have written them.
pub(crate) fn show(tokens: &TokenStream) -> String {
    tidy(&tokens.to_string()).replace(" / ", "/")
}
