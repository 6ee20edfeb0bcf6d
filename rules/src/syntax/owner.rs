//! `owner = param | param("reason") | (param, param("reason"), ..) | unowned("reason")`

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Token, token};

use super::{Parsed, parentheses, peek_call, read_items, read_reason, take_equals, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// Whose the tool's objects are.
#[derive(Clone)]
pub(crate) enum Owner {
    /// The parameters, and what is said about their proof.
    Parameters(Vec<Ident>, Vec<Unproven>),
    Unowned {
        keyword: Ident,
        reason: LitStr,
    },
}

/// `caller("reason")`: why the answer cannot be proven to be the caller's.
#[derive(Clone)]
pub(crate) struct Unproven {
    pub(crate) name: Ident,
    pub(crate) reason: LitStr,
}

impl Owner {
    pub(crate) fn parameters(&self) -> &[Ident] {
        match self {
            Self::Parameters(names, _) => names,
            Self::Unowned { .. } => &[],
        }
    }

    /// The reasons beside the parameters.
    pub(crate) fn unproven(&self) -> &[Unproven] {
        match self {
            Self::Parameters(_, unproven) => unproven,
            Self::Unowned { .. } => &[],
        }
    }
}

/// Reads what follows the key `owner`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Owner> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    if !equals {
        return Err(sink.refuse(wrong, messages::owner_form()));
    }
    if let Some(form) = peek_call(input) {
        if form == "unowned" && input.parse::<TokenTree>().is_ok() {
            return read_reason(&form, input, sink).map(|reason| Owner::Unowned { keyword: form, reason });
        }
        if input.call(Ident::parse_any).is_ok() {
            let reason = read_reason(&form, input, sink)?;
            return Ok(Owner::Parameters(vec![form.clone()], vec![Unproven { name: form, reason }]));
        }
    }
    if input.peek(token::Paren) {
        return parse_tuple(key, input, sink);
    }
    match input.call(Ident::parse_any) {
        Ok(name) if name == "unowned" => Err(sink.refuse(&name, messages::no_reason(&name))),
        Ok(name) if input.is_empty() || input.peek(Token![,]) => Ok(Owner::Parameters(vec![name], Vec::new())),
        _ => Err(sink.refuse(wrong, messages::owner_form())),
    }
}

fn parse_tuple(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Owner> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::owner_form()));
    };
    let list = sink.child();
    let (mut names, mut unproven) = (Vec::new(), Vec::new());
    let empty = content.is_empty();
    let read = |input: ParseStream| {
        let name = input.call(Ident::parse_any).ok()?;
        let reason = input.peek(token::Paren).then(|| read_reason(&name, input, &list));
        Some((name, reason))
    };
    read_items(&content, key, messages::owner_form, &list, read, |(name, reason), _| {
        if let Some(Ok(reason)) = reason {
            unproven.push(Unproven { name: name.clone(), reason });
        }
        names.push(name);
    });
    if empty {
        list.refuse(wrong, messages::owner_form());
    }
    list.finish(Owner::Parameters(names, unproven))
}
