//! `rate = 60/minute`, `rate(60/minute, burst = 10, per = caller|tenant|client|tool|resource|prompt)`, and a list of these:
//! `rate = [10/second, 200/hour]`; `quota = 500/day`, and `quota(500/day, per = tenant)`

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, LitInt, Token, token};

use super::numbers::{self, at_end, show};
use super::units::{self, Unit};
use super::{
    Parsed, Spanned, brackets, constant, parentheses, peek_call, peek_value, take_all, take_comma, take_equals,
    take_value, value_or_key,
};
use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages::{self, Message};

/// One of the rates of an item.
#[derive(Clone)]
pub(crate) enum Limit {
    Known(Rate),
    /// A constant of the type `Rate`.
    Constant(Box<Expr>),
}

/// The rates of an item, all of which hold, and what was written.
pub(crate) type Rates = Spanned<Vec<Limit>>;

/// How many calls there may be in a day.
#[derive(Clone)]
pub(crate) struct Quota {
    pub(crate) count: Spanned<u64>,
    pub(crate) per: Option<Spanned<Per>>,
}

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
    /// All calls of the item, no matter who makes them. It names the kind of the item.
    Item(Kind),
}

/// Whose calls a limit counts.
pub(crate) fn whose(per: Option<&Spanned<Per>>) -> Per {
    per.map_or(Per::default(), |per| per.value)
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
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Rates> {
    let ahead = input.fork();
    take_equals(&ahead);
    let tokens = value_or_key(&ahead, key);
    let value = if ahead.peek(token::Bracket) {
        parse_several(key, input, sink)?
    } else if let Some(expression) = constant::read(input) {
        vec![Limit::Constant(expression)]
    } else {
        vec![Limit::Known(parse_one(key, input, sink)?)]
    };
    Ok(Spanned { value, tokens })
}

/// Reads `= [item, item, …]`, and reports every item that cannot be read.
fn parse_several(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Vec<Limit>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let refuse = || Err(sink.refuse(&wrong, no_rate(&show(&wrong))));
    if !equals {
        return refuse();
    }
    let Ok(content) = brackets(input) else { return refuse() };
    if !at_end(input) {
        take_all(&content);
        return refuse();
    }
    let list = sink.child();
    let mut limits = Vec::new();
    while !content.is_empty() {
        limits.extend(parse_item(key, &content, &list));
        take_value(&content);
        if !take_comma(&content) {
            break;
        }
    }
    list.finish(limits)
}

fn parse_item(key: &Ident, content: ParseStream, sink: &Sink) -> Parsed<Limit> {
    if let Some(name) = peek_call(content).filter(|name| name == key) {
        return content.call(Ident::parse_any).map_or_else(
            |_| Err(sink.refuse(&name, no_rate(&show(&quote!(#name))))),
            |name| parse_one(&name, content, sink).map(Limit::Known),
        );
    }
    if let Some(expression) = constant::read_item(content) {
        return Ok(Limit::Constant(expression));
    }
    let wrong = value_or_key(content, key);
    let (count, unit) = parse_quota(&wrong, content, sink)?;
    Ok(Limit::Known(Rate { count, unit, burst: None, per: None }))
}

/// Reads `= 500/day` or `(500/day, per = tenant)` after the key `quota`.
pub(crate) fn parse_day(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Quota> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let a_day = |input: ParseStream| match quota(input) {
        Some((count, Unit::Day)) if at_end(input) => Ok(count),
        _ => Err(sink.refuse(&wrong, messages::no_quota(&show(&wrong)))),
    };
    if equals {
        return Ok(Quota { count: a_day(input)?, per: None });
    }
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(&wrong, messages::no_quota(&show(&wrong))));
    };
    let list = sink.child();
    let count = a_day(&content);
    take_value(&content);
    let mut per = None;
    while take_comma(&content) && !content.is_empty() {
        let whole = peek_value(&content);
        match content.call(Ident::parse_any) {
            Ok(option) if option == "per" && per.is_none() => per = parse_per(&option, &content, &list).ok(),
            Ok(option) if option == "per" => {
                list.refuse(&option, messages::duplicate_key("per", "quota"));
            }
            Ok(option) => {
                list.refuse(&option, messages::unknown_key(&option.to_string(), "quota", &["per"]));
            }
            Err(_) => {
                list.refuse(whole, messages::no_key("quota", "quota(500/day, per = tenant)"));
            }
        }
        take_value(&content);
    }
    let count = count?;
    list.finish(Quota { count, per })
}

fn parse_one(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Rate> {
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
