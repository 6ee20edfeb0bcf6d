//! `owner = param | (param, param, ..) | unowned("reason")`

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Token, token};

use super::{Parsed, parentheses, peek_call, read_reason, take_equals, take_value, value_or_key};
use crate::errors::Errors;
use crate::messages;

/// Whose the tool's objects are.
#[derive(Clone)]
pub(crate) enum Owner {
    Parameters(Vec<Ident>),
    Unowned { keyword: Ident, reason: LitStr },
}

impl Owner {
    pub(crate) fn parameters(&self) -> &[Ident] {
        match self {
            Self::Parameters(names) => names,
            Self::Unowned { .. } => &[],
        }
    }
}

/// Reads what follows the key `owner`.
pub(crate) fn parse(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Owner> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    if !equals {
        return Err(errors.refuse(wrong, messages::owner_form()));
    }
    if let Some(form) = peek_call(input) {
        if form == "unowned" && input.parse::<TokenTree>().is_ok() {
            return read_reason(&form, input, errors).map(|reason| Owner::Unowned { keyword: form, reason });
        }
        return Err(errors.refuse(form, messages::owner_form()));
    }
    if input.peek(token::Paren) {
        return parse_tuple(key, input, errors);
    }
    match input.call(Ident::parse_any) {
        Ok(name) if name == "unowned" => Err(errors.refuse(&name, messages::no_reason(&name))),
        Ok(name) if input.is_empty() || input.peek(Token![,]) => Ok(Owner::Parameters(vec![name])),
        _ => Err(errors.refuse(wrong, messages::owner_form())),
    }
}

fn parse_tuple(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Owner> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(errors.refuse(wrong, messages::owner_form()));
    };
    let mut names = Vec::new();
    let mut broken = None;
    while !content.is_empty() {
        let item = value_or_key(&content, key);
        let name = content.call(Ident::parse_any);
        let rest = take_value(&content);
        match name {
            Ok(name) if rest.is_empty() => names.push(name),
            _ => broken = Some(errors.refuse(item, messages::owner_form())),
        }
        if content.parse::<Option<Token![,]>>().ok().flatten().is_none() {
            break;
        }
    }
    match broken {
        Some(reported) => Err(reported),
        None if names.is_empty() => Err(errors.refuse(wrong, messages::owner_form())),
        None => Ok(Owner::Parameters(names)),
    }
}
