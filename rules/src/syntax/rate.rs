//! `rate = 60/minute`, and `rate(60/minute, burst = 10, per = caller|tenant|client|tool|resource|prompt)`

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitInt, Token};

use super::numbers::{self, at_end, show};
use super::units::{self, Unit};
use super::{Parsed, Spanned, parentheses, peek_value, take_comma, take_equals, take_value, value_or_key};
use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages::{self, Message};

/// How often an item may be called.
#[derive(Clone)]
pub(crate) struct Rate {
    pub(crate) count: Spanned<u64>,
    pub(crate) unit: Unit,
    pub(crate) burst: Option<Spanned<u64>>,
    pub(crate) per: Option<Spanned<Per>>,
}

/// Whose calls are counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Per {
    #[default]
    Caller,
    Tenant,
    Client,
    /// Whoever calls: those of the item, whose kind it names.
    Item(Kind),
}

impl Per {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "caller" => Some(Self::Caller),
            "tenant" => Some(Self::Tenant),
            "client" => Some(Self::Client),
            noun => Kind::ALL.iter().find(|kind| kind.grammar().noun == noun).map(|kind| Self::Item(*kind)),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Tenant => "tenant",
            Self::Client => "client",
            Self::Item(kind) => kind.grammar().noun,
        }
    }

    /// The variant's name in the runtime.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Caller => "Caller",
            Self::Tenant => "Tenant",
            Self::Client => "Client",
            Self::Item(_) => "Tool",
        }
    }
}

/// Reads what follows the key `rate`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Rate> {
    if take_equals(input) {
        let wrong = value_or_key(input, key);
        let (count, unit) = parse_quota(&wrong, input, sink)?;
        return Ok(Rate { count, unit, burst: None, per: None });
    }
    let wrong = value_or_key(input, key);
    match parentheses(input) {
        Ok(content) => parse_list(key, &content, sink),
        Err(_) => Err(sink.refuse(&wrong, no_rate(&show(&wrong)))),
    }
}

fn parse_list(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Rate> {
    let wrong = value_or_key(input, key);
    let list = sink.child();
    let quota = parse_quota(&wrong, input, &list);
    take_value(input);
    let mut burst = None;
    let mut per = None;
    while take_comma(input) && !input.is_empty() {
        let whole = peek_value(input);
        let Ok(option) = input.call(Ident::parse_any) else {
            list.refuse(whole, messages::no_key("rate", "rate(60/minute, burst = 10, per = caller)"));
            take_value(input);
            continue;
        };
        match option.to_string().as_str() {
            "burst" if burst.is_none() => burst = numbers::count(&option, input, &list, messages::no_burst).ok(),
            "per" if per.is_none() => per = parse_per(&option, input, &list).ok(),
            name @ ("burst" | "per") => {
                list.refuse(&option, messages::duplicate_key(name, "rate"));
            }
            name => {
                list.refuse(&option, messages::unknown_key(name, "rate", &["burst", "per"]));
            }
        }
        take_value(input);
    }
    let (count, unit) = quota?;
    list.finish(Rate { count, unit, burst, per })
}

fn parse_per(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<Per>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let name = input.call(Ident::parse_any).ok().filter(|_| equals && at_end(input));
    match name.and_then(|name| Per::parse(&name.to_string())) {
        Some(value) => Ok(Spanned { value, tokens: wrong }),
        None => Err(sink.refuse(&wrong, messages::no_per(&show(&wrong)))),
    }
}

fn parse_quota(wrong: &TokenStream, input: ParseStream, sink: &Sink) -> Parsed<(Spanned<u64>, Unit)> {
    match quota(input) {
        Some(quota) if at_end(input) => Ok(quota),
        _ => Err(sink.refuse(wrong, no_rate(&show(wrong)))),
    }
}

fn quota(input: ParseStream) -> Option<(Spanned<u64>, Unit)> {
    let number: LitInt = input.parse().ok()?;
    if !number.suffix().is_empty() {
        return None;
    }
    let slash: Token![/] = input.parse().ok()?;
    let unit_name = input.call(Ident::parse_any).ok()?;
    let value = units::count(number.base10_digits())?;
    Some((Spanned { value, tokens: quote!(#number #slash #unit_name) }, Unit::parse(&unit_name.to_string())?))
}

fn no_rate(given: &str) -> Message {
    messages::no_rate(given, &units::rate_meant(given))
}
