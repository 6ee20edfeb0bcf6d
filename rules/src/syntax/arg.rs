//! The keys of `#[arg(…)]`; several attributes on one parameter are read as one.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Lit, LitStr, Meta, Token};

use super::attribute::{keep, read_flag};
use super::literal::Json;
use super::numbers::{self, at_end};
use super::{
    Parsed, Place, Spanned, Stated, brackets, read_entries, read_items, read_reason, read_text, take_equals,
    value_or_key,
};
use crate::errors::Sink;
use crate::messages;

/// The keys of this version.
pub(crate) const KEYS: &[&str] = &[
    "name",
    "pattern",
    "min",
    "max",
    "min_len",
    "max_len",
    "min_items",
    "max_items",
    "one_of",
    "format",
    "default",
    "example",
    "secret",
    "audit",
    "unbounded",
    "raw",
    "not_identity",
];

/// What `#[arg(…)]` says about one parameter.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// The first `#[arg]`, if there is one.
    pub(crate) attribute: Option<TokenStream>,
    pub(crate) name: Stated<LitStr>,
    pub(crate) pattern: Stated<LitStr>,
    pub(crate) min: Stated<Spanned<Json>>,
    pub(crate) max: Stated<Spanned<Json>>,
    pub(crate) min_len: Stated<Spanned<u64>>,
    pub(crate) max_len: Stated<Spanned<u64>>,
    pub(crate) min_items: Stated<Spanned<u64>>,
    pub(crate) max_items: Stated<Spanned<u64>>,
    pub(crate) one_of: Stated<Spanned<Vec<Spanned<Json>>>>,
    pub(crate) format: Stated<LitStr>,
    pub(crate) default: Stated<Value>,
    pub(crate) example: Stated<Value>,
    pub(crate) secret: Option<Ident>,
    pub(crate) audit: Stated<Spanned<Audit>>,
    pub(crate) unbounded: Stated<OptOut>,
    pub(crate) raw: Stated<OptOut>,
    pub(crate) not_identity: Stated<OptOut>,
}

/// A default or an example.
#[derive(Clone)]
pub(crate) enum Value {
    Literal(Spanned<Json>),
    Expression(Box<Expr>),
    /// `default` without a value: `Default::default()`.
    Bare(Ident),
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Literal(literal) => literal.tokens.to_tokens(tokens),
            Self::Expression(expression) => expression.to_tokens(tokens),
            Self::Bare(key) => key.to_tokens(tokens),
        }
    }
}

/// A rule switched off, and why.
#[derive(Clone)]
pub(crate) struct OptOut {
    pub(crate) keyword: Ident,
    pub(crate) reason: LitStr,
}

/// How much of an argument an audit record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audit {
    Full,
    Shape,
    None,
}

impl Audit {
    /// The variant's name in the runtime.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Full => "Full",
            Self::Shape => "Shape",
            Self::None => "None",
        }
    }
}

impl Settings {
    /// Reads every `#[arg]` of one parameter.
    pub(crate) fn parse(attributes: &[syn::Attribute], sink: &Sink) -> Self {
        let mut settings = Self::default();
        let mut seen = Vec::new();
        for attribute in attributes {
            if settings.attribute.is_none() {
                settings.attribute = Some(attribute.to_token_stream());
            }
            match &attribute.meta {
                Meta::List(list) => {
                    let place = Place { name: "arg", known: KEYS };
                    let meant = read_entries(list.tokens.clone(), place, &mut seen, sink, |key, input, sink| {
                        settings.read(key, input, sink)
                    });
                    for key in meant {
                        settings.excuse(key);
                    }
                }
                Meta::Path(_) | Meta::NameValue(_) => {
                    sink.refuse(attribute, messages::arg_form());
                }
            }
        }
        settings
    }

    /// Notes that a key was meant, and that a diagnostic says what is wrong with it.
    fn excuse(&mut self, key: &str) {
        match key {
            "pattern" => self.pattern.excuse(),
            "one_of" => self.one_of.excuse(),
            "raw" => self.raw.excuse(),
            "not_identity" => self.not_identity.excuse(),
            _ => {}
        }
    }

    fn read(&mut self, key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<()> {
        match key.to_string().as_str() {
            "name" => keep(&mut self.name, read_text(key, input, sink, messages::no_name)),
            "pattern" => keep(&mut self.pattern, read_text(key, input, sink, messages::no_arg_text)),
            "min" => keep(&mut self.min, read_number(key, input, sink)),
            "max" => keep(&mut self.max, read_number(key, input, sink)),
            "min_len" => keep(&mut self.min_len, numbers::count(key, input, sink, messages::no_length)),
            "max_len" => keep(&mut self.max_len, numbers::count(key, input, sink, messages::no_length)),
            "min_items" => keep(&mut self.min_items, numbers::count(key, input, sink, messages::no_length)),
            "max_items" => keep(&mut self.max_items, numbers::count(key, input, sink, messages::no_length)),
            "one_of" => keep(&mut self.one_of, read_list(key, input, sink)),
            "format" => keep(&mut self.format, read_text(key, input, sink, messages::no_arg_text)),
            "default" if at_end(input) => keep(&mut self.default, Ok(Value::Bare(key.clone()))),
            "default" => keep(&mut self.default, read_value(key, input, sink)),
            "example" => keep(&mut self.example, read_value(key, input, sink)),
            "secret" => {
                self.secret = Some(key.clone());
                read_flag(key, input, sink)
            }
            "audit" => keep(&mut self.audit, read_audit(key, input, sink)),
            "unbounded" => keep(&mut self.unbounded, read_opt_out(key, input, sink)),
            "raw" => keep(&mut self.raw, read_opt_out(key, input, sink)),
            _ => keep(&mut self.not_identity, read_opt_out(key, input, sink)),
        }
    }
}

fn read_number(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<Json>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    match read_literal(input) {
        Some(number) if equals && at_end(input) && number.as_number().is_some() => {
            Ok(Spanned { value: number, tokens: wrong })
        }
        _ => Err(sink.refuse(wrong, messages::no_number(key))),
    }
}

fn read_list(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<Vec<Spanned<Json>>>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let Ok(content) = brackets(input) else {
        return Err(sink.refuse(wrong, messages::no_list()));
    };
    let list = sink.child();
    let mut values = Vec::new();
    if !equals {
        list.refuse(&wrong, messages::no_list());
    }
    let read = |input: ParseStream| match read_literal(input)? {
        value @ (Json::Text(_) | Json::Integer(_) | Json::Float(_)) => Some(value),
        Json::Bool(_) | Json::List(_) => None,
    };
    read_items(&content, key, messages::no_list, &list, read, |value, tokens| values.push(Spanned { value, tokens }));
    list.finish(Spanned { value: values, tokens: wrong })
}

fn read_literal(input: ParseStream) -> Option<Json> {
    let negative = input.parse::<Option<Token![-]>>().ok()?.is_some();
    let literal: Lit = input.parse().ok()?;
    let literal: Expr = Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: literal });
    match (negative, Json::of(&literal)?) {
        (false, value) => Some(value),
        (true, Json::Integer(value)) => Some(Json::Integer(value.checked_neg()?)),
        (true, Json::Float(value)) => Some(Json::Float(-value)),
        (true, Json::Text(_) | Json::Bool(_) | Json::List(_)) => None,
    }
}

fn read_value(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Value> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    match input.parse::<Expr>() {
        Ok(expression) if equals => Ok(match Json::of(&expression) {
            Some(value) => Value::Literal(Spanned { value, tokens: expression.into_token_stream() }),
            None => Value::Expression(Box::new(expression)),
        }),
        _ => Err(sink.refuse(wrong, messages::no_value(key))),
    }
}

fn read_audit(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<Audit>> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let value = match input.call(Ident::parse_any) {
        Ok(name) if equals && at_end(input) => match name.to_string().as_str() {
            "full" => Some(Audit::Full),
            "shape" => Some(Audit::Shape),
            "none" => Some(Audit::None),
            _ => None,
        },
        _ => None,
    };
    match value {
        Some(value) => Ok(Spanned { value, tokens: wrong }),
        None => Err(sink.refuse(&wrong, messages::no_audit(&numbers::show(&wrong)))),
    }
}

fn read_opt_out(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<OptOut> {
    read_reason(key, input, sink).map(|reason| OptOut { keyword: key.clone(), reason })
}
