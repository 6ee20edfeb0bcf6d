//! `scope = "lit" | PATH | all(a, b) | any(a, b) | public("reason")`

use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{LitStr, Path, Token};

use super::{Parsed, parentheses, peek_call, read_reason, take_equals, value_or_key};
use crate::errors::Errors;
use crate::messages;

/// Which scopes a caller needs.
#[derive(Clone)]
pub(crate) enum Scope {
    All(Vec<ScopeItem>),
    Any(Vec<ScopeItem>),
    Public {
        keyword: Ident,
        reason: LitStr,
    },
    /// `all()` or `any()` without a scope in it.
    Empty(Ident),
}

impl Scope {
    pub(crate) fn items(&self) -> &[ScopeItem] {
        match self {
            Self::All(items) | Self::Any(items) => items,
            Self::Public { .. } | Self::Empty(_) => &[],
        }
    }
}

/// One scope: its text, or the constant that holds it.
#[derive(Clone)]
pub(crate) enum ScopeItem {
    Literal(LitStr),
    Constant(Path),
}

impl ToTokens for ScopeItem {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        match self {
            Self::Literal(text) => text.to_tokens(tokens),
            Self::Constant(path) => path.to_tokens(tokens),
        }
    }
}

/// Reads what follows the key `scope`.
pub(crate) fn parse(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Scope> {
    if !take_equals(input) {
        return Err(errors.refuse(value_or_key(input, key), messages::scope_form()));
    }
    let Some(form) = peek_call(input) else {
        return parse_item(key, input, errors).map(|item| Scope::All(vec![item]));
    };
    let wrong = value_or_key(input, key);
    if input.parse::<proc_macro2::TokenTree>().is_err() {
        return Err(errors.refuse(wrong, messages::scope_form()));
    }
    match form.to_string().as_str() {
        "public" => read_reason(&form, input, errors).map(|reason| Scope::Public { keyword: form, reason }),
        "all" => parse_list(form, input, errors, Scope::All),
        "any" => parse_list(form, input, errors, Scope::Any),
        _ => Err(errors.refuse(form, messages::scope_form())),
    }
}

fn parse_list(
    form: Ident,
    input: ParseStream,
    errors: &mut Errors,
    make: fn(Vec<ScopeItem>) -> Scope,
) -> Parsed<Scope> {
    let Ok(content) = parentheses(input) else {
        return Err(errors.refuse(form, messages::scope_form()));
    };
    let mut items = Vec::new();
    let mut broken = None;
    while !content.is_empty() {
        match parse_item(&form, &content, errors) {
            Ok(item) => items.push(item),
            Err(reported) => broken = Some(reported),
        }
        let rest = super::take_value(&content);
        if !rest.is_empty() && broken.is_none() {
            broken = Some(errors.refuse(rest, messages::scope_form()));
        }
        if content.parse::<Option<Token![,]>>().ok().flatten().is_none() {
            break;
        }
    }
    match broken {
        Some(reported) => Err(reported),
        None if items.is_empty() => Ok(Scope::Empty(form)),
        None => Ok(make(items)),
    }
}

fn parse_item(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<ScopeItem> {
    if input.peek(LitStr)
        && let Ok(text) = input.parse()
    {
        return Ok(ScopeItem::Literal(text));
    }
    let wrong = value_or_key(input, key);
    match input.parse::<Path>() {
        Ok(path) if path.is_ident("public") => Err(errors.refuse(path, messages::no_reason("public"))),
        Ok(path) if path.is_ident("all") || path.is_ident("any") => Err(errors.refuse(path, messages::scope_form())),
        Ok(path) if input.is_empty() || input.peek(Token![,]) => Ok(ScopeItem::Constant(path)),
        _ => Err(errors.refuse(wrong, messages::scope_form())),
    }
}
