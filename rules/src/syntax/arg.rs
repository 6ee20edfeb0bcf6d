//! The keys of `#[arg(…)]`; several attributes on one parameter are read as one.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, ExprPath, Lit, LitStr, Meta, Token};

use super::confirm::Template;
use super::function;
use super::keys::{Place, keys, read_entries};
use super::literal::Json;
use super::numbers::{self, at_end};
use super::{Parsed, Spanned, brackets, read_flag, read_items, read_reason, read_text, take_equals, value_or_key};
use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages;

const TOOLS: &[Kind] = &[Kind::Tool];
/// A variable of a URI is one value that is always there, for everybody to see.
const NOT_OF_URIS: &[Kind] = &[Kind::Tool, Kind::Prompt];
/// The protocol completes the arguments of these.
const COMPLETED: &[Kind] = &[Kind::Resource, Kind::Prompt];

keys! {
    /// What `#[arg(…)]` says about one parameter.
    pub(crate) struct Settings {
        /// The first `#[arg]`, if there is one.
        attribute: Option<TokenStream>,
        /// The keys that stand in them.
        keys: Vec<&'static str>,
    }
    columns: ["key", "values", "meaning"];

    "name" => name: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_name),
        kinds: Kind::ALL,
        docs: [r#"`name = "…"`"#, "its name in the schema; by default, the parameter's"],
    }
    "flatten" => flatten: Ident {
        read: |key, input, sink| Ok(read_flag(key, input, sink)),
        kinds: NOT_OF_URIS,
        docs: ["`flatten`", "the fields of the struct, which derives `Arguments`, become the arguments"],
    }
    "nested" => nested: Ident {
        read: |key, input, sink| Ok(read_flag(key, input, sink)),
        kinds: TOOLS,
        docs: ["`nested`", "the model sends the struct as one object; required if it is the only argument"],
    }
    "skip_foreign" => skip_foreign: Ident {
        read: |key, input, sink| Ok(read_flag(key, input, sink)),
        kinds: TOOLS,
        docs: [
            "`skip_foreign`",
            "in a list that `owner` names, objects that do not exist or do not belong to the caller are left out; without it, one such key refuses the call",
        ],
    }
    "ask" => ask: Template {
        read: read_question,
        kinds: &[Kind::Tool],
        docs: [
            r#"`ask = "Which account shall pay?"`"#,
            "the question by which the person at the client is asked for the value; for an argument of the type `Asked<_>`, which the model cannot send; a placeholder such as `{invoice}` shows an argument from the model",
        ],
    }
    "pattern" => pattern: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_arg_text),
        kinds: Kind::ALL,
        constant: true,
        docs: [r#"`pattern = "…"`"#, "the regular expression that a string must match; a string, or a constant"],
    }
    "min" => min: Spanned<Json> {
        read: read_number,
        kinds: Kind::ALL,
        constant: true,
        docs: ["`min = n`", "the smallest allowed number; a number, or a constant of the argument's type"],
    }
    "max" => max: Spanned<Json> {
        read: read_number,
        kinds: Kind::ALL,
        constant: true,
        docs: ["`max = n`", "the largest allowed number; like `min`"],
    }
    "min_len" => min_len: Spanned<u64> {
        read: read_length,
        kinds: Kind::ALL,
        constant: true,
        docs: ["`min_len = n`", "the smallest length of a string, in characters; a number, or a constant of the type `usize`"],
    }
    "max_len" => max_len: Spanned<u64> {
        read: read_length,
        kinds: Kind::ALL,
        constant: true,
        docs: ["`max_len = n`", "the largest length of a string, in characters; 1024 by default; like `min_len`"],
    }
    "min_items" => min_items: Spanned<u64> {
        read: read_length,
        kinds: TOOLS,
        constant: true,
        docs: ["`min_items = n`", "the smallest length of a list; like `min_len`"],
    }
    "max_items" => max_items: Spanned<u64> {
        read: read_length,
        kinds: TOOLS,
        constant: true,
        docs: ["`max_items = n`", "the largest length of a list, or the largest number of keys of a map; 100 by default; like `min_len`"],
    }
    "one_of" => one_of: Spanned<Vec<Spanned<Json>>> {
        read: read_list,
        kinds: Kind::ALL,
        constant: true,
        docs: [r#"`one_of = ["a", "b"]`"#, "the allowed strings or numbers; or a constant that holds the list"],
    }
    "complete" => complete: ExprPath {
        read: function::parse,
        kinds: COMPLETED,
        docs: [
            "`complete = Self::my_invoice_ids`",
            "offers values while a person types: an `async fn my_invoice_ids(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError>` (`Result` is optional); the scope and the rate of the item apply; clients get at most 100 values. The values of `one_of` and of an enum are offered without it",
        ],
    }
    "format" => format: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_arg_text),
        kinds: Kind::ALL,
        docs: [
            r#"`format = "…"`"#,
            "`uuid`, `date`, `time`, `date-time`, `duration`, `email`, `idn-email`, `hostname`, `ipv4`, `ipv6`, `uri`, `uri-reference`, `json-pointer`, `regex`",
        ],
    }
    "default" => default: Value {
        read: read_default,
        kinds: NOT_OF_URIS,
        docs: [
            "`default = …`, `default`",
            "its value if the model gives none: a literal, a list of literals, an expression, or `Default::default()`",
        ],
    }
    "example" => example: Value {
        read: read_value,
        kinds: TOOLS,
        docs: ["`example = …`", "an example for the model: a literal, a list of literals, or an expression"],
    }
    "secret" => secret: Ident {
        read: |key, input, sink| Ok(read_flag(key, input, sink)),
        kinds: NOT_OF_URIS,
        docs: ["`secret`", "its value is never shown; `Secret<_>` implies it"],
    }
    "audit" => audit: Spanned<Audit> {
        read: read_audit,
        kinds: Kind::ALL,
        docs: ["`audit = full`, `shape` or `none`", "how much of its value an audit record shows"],
    }
    "unbounded" => unbounded: OptOut {
        read: read_opt_out,
        kinds: Kind::ALL,
        docs: [r#"`unbounded("reason")`"#, "it has no default bound on its length, which is 1024 characters for a string and 100 items for a list or a map"],
    }
    "raw" => raw: OptOut {
        read: read_opt_out,
        kinds: Kind::ALL,
        docs: [
            r#"`raw("reason")`"#,
            "it accepts free text although its name suggests a command, a path or an address; not together with `pattern` or `one_of`",
        ],
    }
    "not_identity" => not_identity: OptOut {
        read: read_opt_out,
        kinds: Kind::ALL,
        docs: [r#"`not_identity("reason")`"#, "its name looks like an identity, but it is not one"],
    }
    "not_credential" => not_credential: OptOut {
        read: read_opt_out,
        kinds: Kind::ALL,
        docs: [r#"`not_credential("reason")`"#, "its name looks like a credential, but it is not one"],
    }
    "not_object" => not_object: OptOut {
        read: read_opt_out,
        kinds: Kind::ALL,
        docs: [
            r#"`not_object("reason")`"#,
            "its name looks like the key of an object that `owner` should name, but the object has no owner",
        ],
    }
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
    pub(crate) fn parse(kind: Kind, attributes: &[syn::Attribute], sink: &Sink) -> Self {
        let mut settings = Self { attribute: attributes.first().map(ToTokens::to_token_stream), ..Self::default() };
        let place = Place::arg(kind);
        let mut seen = Vec::new();
        for attribute in attributes {
            match &attribute.meta {
                Meta::List(list) => read_entries(list.tokens.clone(), &place, &mut seen, &mut settings, sink),
                Meta::Path(_) | Meta::NameValue(_) => {
                    sink.refuse(attribute, messages::arg_form());
                }
            }
        }
        settings.keys = seen;
        settings
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

fn read_length(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Spanned<u64>> {
    numbers::count(key, input, sink, messages::no_length)
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

fn read_default(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Value> {
    if at_end(input) { Ok(Value::Bare(key.clone())) } else { read_value(key, input, sink) }
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

fn read_question(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Template> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    match input.parse::<LitStr>() {
        Ok(text) if equals && at_end(input) => Template::read(key, text, sink),
        Ok(_) | Err(_) => Err(sink.refuse(wrong, messages::ask_form())),
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
