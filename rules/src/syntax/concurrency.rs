//! `concurrency = 8`, and `concurrency(8, per_caller = 2)`

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Lit, LitInt};

use super::numbers::{self, at_end, show};
use super::{Parsed, Spanned, parentheses, peek_value, take_comma, take_value, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// How many calls may run at once.
#[derive(Clone)]
pub(crate) struct Concurrency {
    pub(crate) calls: Spanned<u64>,
    /// How many of them may be one caller's.
    pub(crate) per_caller: Option<Spanned<u64>>,
}

/// Reads what follows the key `concurrency`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Concurrency> {
    if let Ok(content) = parentheses(input) {
        return parse_list(key, &content, sink);
    }
    let calls = numbers::count(key, input, sink, messages::no_concurrency)?;
    Ok(Concurrency { calls, per_caller: None })
}

fn parse_list(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Concurrency> {
    let list = sink.child();
    let wrong = value_or_key(input, key);
    let calls = match input.parse::<Lit>() {
        Ok(Lit::Int(number)) if at_end(input) => whole(&number),
        _ => None,
    };
    let calls = calls.ok_or_else(|| list.refuse(&wrong, messages::no_concurrency("concurrency", &show(&wrong))));
    take_value(input);
    let mut per_caller = None;
    while take_comma(input) && !input.is_empty() {
        let whole: TokenStream = peek_value(input);
        let Ok(option) = input.call(Ident::parse_any) else {
            list.refuse(whole, messages::no_key("concurrency", "concurrency(8, per_caller = 2)"));
            take_value(input);
            continue;
        };
        match option.to_string().as_str() {
            "per_caller" if per_caller.is_none() => {
                per_caller = numbers::count(&option, input, &list, messages::no_share).ok();
            }
            name @ "per_caller" => {
                list.refuse(&option, messages::duplicate_key(name, "concurrency"));
            }
            name => {
                list.refuse(&option, messages::unknown_key(name, "concurrency", &["per_caller"]));
            }
        }
        take_value(input);
    }
    let calls = calls?;
    list.finish(Concurrency { calls, per_caller })
}

fn whole(number: &LitInt) -> Option<Spanned<u64>> {
    let value = number.base10_parse().ok().filter(|_| number.suffix().is_empty())?;
    Some(Spanned { value, tokens: number.to_token_stream() })
}
