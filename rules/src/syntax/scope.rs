//! `scope = "lit" | PATH | all(a, b) | any(a, b) | public("reason")`

use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, LitStr, Token, token};

use super::{Parsed, parentheses, peek_call, read_reason, take_comma, take_equals, take_value, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// Which scopes a caller needs.
#[derive(Clone)]
pub(crate) enum Scope {
    All(Vec<ScopeItem>),
    Any(Vec<ScopeItem>),
    Public { keyword: Ident, reason: LitStr },
}

impl Scope {
    pub(crate) fn items(&self) -> &[ScopeItem] {
        match self {
            Self::All(items) | Self::Any(items) => items,
            Self::Public { .. } => &[],
        }
    }
}

/// One scope: its text, or the constant that holds it.
#[derive(Clone)]
pub(crate) enum ScopeItem {
    Literal(LitStr),
    Constant(Box<Expr>),
}

impl ToTokens for ScopeItem {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        match self {
            Self::Literal(text) => text.to_tokens(tokens),
            Self::Constant(constant) => constant.to_tokens(tokens),
        }
    }
}

/// Reads what follows the key `scope`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Scope> {
    if !take_equals(input) {
        return Err(sink.refuse(value_or_key(input, key), messages::scope_form()));
    }
    let Some(form) = peek_call(input) else {
        return parse_item(key, input, sink).map(|item| Scope::All(vec![item]));
    };
    let wrong = value_or_key(input, key);
    if input.parse::<proc_macro2::TokenTree>().is_err() {
        return Err(sink.refuse(wrong, messages::scope_form()));
    }
    match form.to_string().as_str() {
        "public" => read_reason(&form, input, sink).map(|reason| Scope::Public { keyword: form, reason }),
        "all" => parse_list(&form, input, sink, Scope::All),
        "any" => parse_list(&form, input, sink, Scope::Any),
        _ => Err(sink.refuse(form, messages::scope_form())),
    }
}

fn parse_list(form: &Ident, input: ParseStream, sink: &Sink, make: fn(Vec<ScopeItem>) -> Scope) -> Parsed<Scope> {
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(form, messages::scope_form()));
    };
    let list = sink.child();
    let mut items = Vec::new();
    if content.is_empty() {
        list.refuse(form, messages::scope_list_empty(form));
    }
    while !content.is_empty() {
        let item = list.child();
        items.extend(parse_item(form, &content, &item));
        let rest = take_value(&content);
        if !rest.is_empty() && item.failed().is_none() {
            item.refuse(rest, messages::scope_form());
        }
        if !take_comma(&content) {
            break;
        }
    }
    list.finish(make(items))
}

fn parse_item(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<ScopeItem> {
    if input.peek(LitStr)
        && let Ok(text) = input.parse()
    {
        return Ok(ScopeItem::Literal(text));
    }
    let wrong = value_or_key(input, key);
    if input.peek(token::Bracket) {
        return Err(sink.refuse(wrong, messages::scope_in_brackets()));
    }
    match input.parse::<Expr>() {
        Ok(constant) if input.is_empty() || input.peek(Token![,]) => of_expression(constant, sink),
        _ => Err(sink.refuse(wrong, messages::scope_form())),
    }
}

/// A constant by its path, or a block that names one.
fn of_expression(constant: Expr, sink: &Sink) -> Parsed<ScopeItem> {
    let word = match &constant {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Const(_) | Expr::Block(_) | Expr::Macro(_) => None,
        _ => return Err(sink.refuse(constant, messages::scope_form())),
    };
    match word.as_deref() {
        Some("public") => Err(sink.refuse(constant, messages::no_reason("public"))),
        Some("all" | "any") => Err(sink.refuse(constant, messages::scope_form())),
        // Constants are in upper case, scopes in lower case.
        Some(word) if !word.contains(char::is_uppercase) => {
            Err(sink.refuse(&constant, messages::scope_without_quotes(word, &word.replacen('_', ":", 1))))
        }
        _ => Ok(ScopeItem::Constant(Box::new(constant))),
    }
}
