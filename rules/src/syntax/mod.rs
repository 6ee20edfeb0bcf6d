//! From tokens to syntax. Nothing here judges a policy: it only refuses what cannot be read.

pub(crate) mod after;
pub(crate) mod arg;
pub(crate) mod attribute;
pub(crate) mod breaker;
pub(crate) mod concurrency;
pub(crate) mod confirm;
pub(crate) mod constant;
pub(crate) mod docs;
pub(crate) mod function;
pub(crate) mod hints;
pub(crate) mod idempotent;
pub(crate) mod keys;
pub(crate) mod known;
pub(crate) mod literal;
pub(crate) mod meta;
pub(crate) mod numbers;
pub(crate) mod only_in;
pub(crate) mod owner;
pub(crate) mod rate;
pub(crate) mod releases;
pub(crate) mod scope;
pub(crate) mod signature;
pub(crate) mod types;
pub(crate) mod units;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseBuffer, ParseStream};
use syn::{Expr, LitStr, Token, token};

use crate::errors::{Reported, Sink};
use crate::messages::{self, Message};
use crate::suggest;

/// A value, or the mark that a diagnostic explains why there is none.
pub(crate) type Parsed<T> = Result<T, Reported>;

/// A value beside the tokens it was written with.
#[derive(Clone)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) tokens: TokenStream,
}

/// The same value, wherever it was written.
impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// What became of a key: a broken one is neither given nor missing.
#[derive(Clone, Default)]
pub(crate) enum Stated<T> {
    #[default]
    Absent,
    Broken,
    /// The macro knows the value.
    Given(T),
    /// Only the compiler knows it.
    Constant(Box<Expr>),
}

impl<T> Stated<T> {
    /// The value, as far as the macro knows it.
    pub(crate) fn given(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Broken | Self::Constant(_) => None,
        }
    }

    /// The expression whose value the compiler knows.
    pub(crate) fn constant(&self) -> Option<&Expr> {
        match self {
            Self::Constant(expression) => Some(expression),
            Self::Absent | Self::Broken | Self::Given(_) => None,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether there is a value, here or in the finished program.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self, Self::Given(_) | Self::Constant(_))
    }
}

impl<T> Stated<Spanned<T>> {
    /// What was written as its value.
    pub(crate) fn tokens(&self) -> Option<TokenStream> {
        match self {
            Self::Given(value) => Some(value.tokens.clone()),
            Self::Constant(expression) => Some(expression.to_token_stream()),
            Self::Absent | Self::Broken => None,
        }
    }
}

impl<T> Stated<T> {
    /// Notes that a diagnostic explains why it is missing.
    pub(crate) fn mark_broken(&mut self) {
        if self.is_absent() {
            *self = Self::Broken;
        }
    }
}

impl<T> From<Parsed<T>> for Stated<T> {
    fn from(parsed: Parsed<T>) -> Self {
        match parsed {
            Ok(value) => Self::Given(value),
            Err(_) => Self::Broken,
        }
    }
}

/// Consumes and returns everything up to the next comma.
pub(crate) fn take_value(input: ParseStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(tree) => tokens.extend([tree]),
            Err(_) => break,
        }
    }
    tokens
}

/// Everything up to the next comma, without consuming it.
pub(crate) fn peek_value(input: ParseStream) -> TokenStream {
    take_value(&input.fork())
}

/// What to underline when the value after `key` is wrong: the value, or the key if nothing follows it.
pub(crate) fn value_or_key(input: ParseStream, key: &Ident) -> TokenStream {
    let value = peek_value(input);
    if value.is_empty() { quote::quote!(#key) } else { value }
}

/// The content of a pair of parentheses.
pub(crate) fn parentheses(input: ParseStream<'_>) -> syn::Result<ParseBuffer<'_>> {
    let content;
    syn::parenthesized!(content in input);
    Ok(content)
}

/// The content of a pair of brackets.
pub(crate) fn brackets(input: ParseStream<'_>) -> syn::Result<ParseBuffer<'_>> {
    let content;
    syn::bracketed!(content in input);
    Ok(content)
}

/// The name in `name(…)`, if that is what comes next.
pub(crate) fn peek_call(input: ParseStream) -> Option<Ident> {
    let ahead = input.fork();
    let name = ahead.call(Ident::parse_any).ok()?;
    ahead.peek(token::Paren).then_some(name)
}

/// Reads `("why")` after the name of an opt-out.
pub(crate) fn read_reason(opt_out: &Ident, input: ParseStream, sink: &Sink) -> Parsed<LitStr> {
    let wrong = value_or_key(input, opt_out);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(opt_out, messages::no_reason(opt_out)));
    };
    let wrong = if content.is_empty() { opt_out.into_token_stream() } else { wrong };
    match content.parse::<LitStr>() {
        Ok(reason) if content.is_empty() || only_a_comma(&content) => Ok(reason),
        _ => {
            take_all(&content);
            Err(sink.refuse(wrong, messages::no_reason(opt_out)))
        }
    }
}

/// A key without a value. With one, it is refused, and given all the same.
pub(crate) fn read_flag(key: &Ident, input: ParseStream, sink: &Sink) -> Ident {
    // A word after it is no value, but what a comma is missing before.
    if !numbers::at_end(input) && !input.peek(Ident::peek_any) {
        sink.refuse(value_or_key(input, key), messages::flag_with_value(key));
        take_value(input);
    }
    key.clone()
}

/// Reads `= "text"` after a key; `refusal` is what to say of anything else.
pub(crate) fn read_text(
    key: &Ident,
    input: ParseStream,
    sink: &Sink,
    refusal: fn(&Ident) -> Message,
) -> Parsed<LitStr> {
    if input.parse::<Option<Token![=]>>().ok().flatten().is_none() {
        let wrong = value_or_key(input, key);
        return Err(sink.refuse(wrong, refusal(key)));
    }
    let wrong = value_or_key(input, key);
    input.parse::<LitStr>().map_err(|_| sink.refuse(wrong, refusal(key)))
}

/// Reads `item, item, …`, and reports every item that cannot be read.
pub(crate) fn read_items<T>(
    content: ParseStream,
    key: &Ident,
    form: fn() -> Message,
    sink: &Sink,
    read: impl Fn(ParseStream) -> Option<T>,
    mut take: impl FnMut(T, TokenStream),
) {
    while !content.is_empty() {
        let tokens = value_or_key(content, key);
        let item = read(content);
        let rest = take_value(content);
        match item {
            Some(item) if rest.is_empty() => take(item, tokens),
            _ => {
                sink.refuse(tokens, form());
            }
        }
        if !take_comma(content) {
            break;
        }
    }
}

/// Consumes the comma after an item; `false` if there is none.
pub(crate) fn take_comma(input: ParseStream) -> bool {
    input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_some())
}

/// Consumes what is left, so that the parser does not report it a second time.
pub(crate) fn take_all(input: ParseStream) {
    while !input.is_empty() && input.parse::<TokenTree>().is_ok() {}
}

fn only_a_comma(input: ParseStream) -> bool {
    input.parse::<Token![,]>().is_ok() && input.is_empty()
}

/// Consumes the `=` after a key; `false` if there is none.
pub(crate) fn take_equals(input: ParseStream) -> bool {
    input.parse::<Option<Token![=]>>().is_ok_and(|equals| equals.is_some())
}
