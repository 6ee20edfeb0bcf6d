//! `rate = 60/minute | "60/minute"`, and `rate(60/minute, burst = 10, per = caller|tenant|client|tool)`

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitInt, LitStr, Token};

use super::numbers::{self, at_end, show};
use super::units::{self, Unit};
use super::{Parsed, Spanned, parentheses, peek_value, take_equals, take_value, value_or_key};
use crate::errors::Errors;
use crate::messages;

/// How often a tool may be called.
#[derive(Clone)]
pub(crate) struct Rate {
    pub(crate) count: Spanned<u64>,
    pub(crate) unit: Unit,
    pub(crate) burst: Option<Spanned<u64>>,
    pub(crate) per: Per,
}

/// Whose calls are counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Per {
    #[default]
    Caller,
    Tenant,
    Client,
    Tool,
}

impl Per {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "caller" => Some(Self::Caller),
            "tenant" => Some(Self::Tenant),
            "client" => Some(Self::Client),
            "tool" => Some(Self::Tool),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Tenant => "tenant",
            Self::Client => "client",
            Self::Tool => "tool",
        }
    }

    /// The variant's name in the runtime.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Caller => "Caller",
            Self::Tenant => "Tenant",
            Self::Client => "Client",
            Self::Tool => "Tool",
        }
    }
}

/// Reads what follows the key `rate`.
pub(crate) fn parse(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Rate> {
    if take_equals(input) {
        let wrong = value_or_key(input, key);
        let (count, unit) = parse_quota(&wrong, input, errors)?;
        return Ok(Rate { count, unit, burst: None, per: Per::default() });
    }
    let wrong = value_or_key(input, key);
    match parentheses(input) {
        Ok(content) => parse_list(key, &content, errors),
        Err(_) => Err(errors.refuse(&wrong, messages::no_rate(&show(&wrong)))),
    }
}

fn parse_list(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Rate> {
    let wrong = value_or_key(input, key);
    let quota = parse_quota(&wrong, input, errors);
    take_value(input);
    let mut burst = None;
    let mut per = None;
    let mut broken = None;
    while input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_some()) && !input.is_empty() {
        let whole = peek_value(input);
        let Ok(option) = input.call(Ident::parse_any) else {
            broken = Some(errors.refuse(whole, messages::no_key("rate")));
            take_value(input);
            continue;
        };
        match option.to_string().as_str() {
            "burst" if burst.is_none() => match numbers::count(&option, input, errors, messages::no_burst) {
                Ok(value) => burst = Some(value),
                Err(reported) => broken = Some(reported),
            },
            "per" if per.is_none() => match parse_per(&option, input, errors) {
                Ok(value) => per = Some(value),
                Err(reported) => broken = Some(reported),
            },
            name @ ("burst" | "per") => broken = Some(errors.refuse(&option, messages::duplicate_key(name, "rate"))),
            name => broken = Some(errors.refuse(&option, messages::unknown_key(name, "rate", &["burst", "per"]))),
        }
        take_value(input);
    }
    let (count, unit) = quota?;
    match broken {
        Some(reported) => Err(reported),
        None => Ok(Rate { count, unit, burst, per: per.unwrap_or_default() }),
    }
}

fn parse_per(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Per> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let name = input.call(Ident::parse_any).ok().filter(|_| equals && at_end(input));
    match name.and_then(|name| Per::parse(&name.to_string())) {
        Some(per) => Ok(per),
        None => Err(errors.refuse(&wrong, messages::no_per(&show(&wrong)))),
    }
}

fn parse_quota(wrong: &TokenStream, input: ParseStream, errors: &mut Errors) -> Parsed<(Spanned<u64>, Unit)> {
    match quota(input) {
        Some(quota) if at_end(input) => Ok(quota),
        _ => Err(errors.refuse(wrong, messages::no_rate(&show(wrong)))),
    }
}

fn quota(input: ParseStream) -> Option<(Spanned<u64>, Unit)> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse().ok()?;
        let (value, unit) = units::split_rate(&text.value())?;
        return Some((Spanned { value, tokens: text.to_token_stream() }, unit));
    }
    let number: LitInt = input.parse().ok()?;
    if !number.suffix().is_empty() {
        return None;
    }
    let slash: Token![/] = input.parse().ok()?;
    let unit_name = input.call(Ident::parse_any).ok()?;
    let value = units::count(number.base10_digits())?;
    Some((Spanned { value, tokens: quote!(#number #slash #unit_name) }, Unit::parse(&unit_name.to_string())?))
}
