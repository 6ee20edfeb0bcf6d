//! What has to hold of values that only the compiler knows: it evaluates the rule and says our sentence.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Type};

use super::spans::{Root, ends, moved};
use crate::checked::{Argument, Checked, Number, Scope, Setting};
use crate::messages::{self, Message};
use crate::syntax::Spanned;
use crate::syntax::arg::Value;
use crate::syntax::constant::may_be_generic;
use crate::syntax::docs::Docs;
use crate::syntax::literal::Json;
use crate::syntax::scope::ScopeItem;
use crate::syntax::types::{self, Shape, tidy};

/// The value that the macro knows, or the constant.
pub(super) fn known_or_constant<T>(setting: &Setting<T>, known: impl FnOnce(&T) -> TokenStream) -> TokenStream {
    match setting {
        Setting::Known(value) => known(value),
        Setting::Constant(expression) => in_constant(expression),
    }
}

/// `const { MAX }`: evaluated by the compiler, so that it cannot leave the function around it.
pub(super) fn in_constant(expression: &Expr) -> TokenStream {
    let (there, _) = ends(&expression.to_token_stream());
    quote_spanned!(there=> const { #expression })
}

/// Every rule that holds of the constants of a tool.
pub(super) fn assertions(tool: &Checked, root: &Root) -> TokenStream {
    let held = Held { root };
    let mut all = TokenStream::new();
    all.extend(held.described(tool.docs, &messages::no_docs(&tool.function.signature.ident, tool.kind.grammar().noun)));
    for (key, text) in [("title", &tool.title), ("version", &tool.version), ("deprecated", &tool.deprecated)] {
        all.extend(held.setting(text.as_ref(), "is_described", |_| messages::empty_text(key)));
    }
    if let Scope::All(items) | Scope::Any(items) = &tool.scope {
        for item in items.iter() {
            if let ScopeItem::Constant(constant) = item {
                all.extend(held.predicate("is_scope", constant, &messages::scope_constant(&show(constant))));
            }
        }
    }
    for rate in &tool.rates {
        all.extend(held.setting(Some(rate), "is_rate", |rate| messages::rate_constant(&show(rate))));
    }
    all.extend(held.setting(tool.quota.as_ref(), "is_quota", |_| messages::quota_range(&"0")));
    all.extend(held.setting(tool.cost.as_ref(), "is_cost", |_| messages::cost_range()));
    all.extend(held.setting(tool.timeout.as_ref(), "is_timeout", |_| messages::timeout_range()));
    all.extend(held.setting(tool.max_output.as_ref(), "is_output_limit", |_| messages::output_range()));
    all.extend(held.setting(tool.concurrency.as_ref(), "is_concurrency", |_| messages::concurrency_range()));
    for (_, of) in tool.arguments() {
        all.extend(argument(of, root));
    }
    all
}

/// Every rule that holds of the constants of one argument.
pub(super) fn argument(argument: &Argument, root: &Root) -> TokenStream {
    let held = Held { root };
    let set = &argument.constraints;
    let ty = types::without_option(argument.ty);
    let shape = Shape::of(ty);
    let mut all = TokenStream::new();
    all.extend(held.described(argument.docs, &messages::no_parameter_docs(argument.name, &types::show(argument.ty))));
    let [min, max] = [&set.min, &set.max].map(|bound| of_number(bound.as_ref()?, ty, &shape));
    let [min_len, max_len, min_items, max_items] =
        [&set.min_len, &set.max_len, &set.min_items, &set.max_items].map(|length| length.as_ref().map(of_length));
    for (low, high, low_key, high_key) in [
        (min, max, "min", "max"),
        (min_len, max_len, "min_len", "max_len"),
        (min_items, max_items, "min_items", "max_items"),
    ] {
        if let (Some(low), Some(high)) = (&low, &high) {
            all.extend(ordered(low, high, [low, high], &messages::bounds_cross(low_key, high_key)));
        }
        for (key, value) in [("default", set.default), ("example", set.example)] {
            let Some(value) = value.and_then(|value| measured(value, low_key, &shape)) else { continue };
            for (bound, bound_key, is_low) in [(&low, low_key, true), (&high, high_key, false)] {
                if let Some(bound) = bound {
                    let message = messages::value_outside(key, &format!("{bound_key} = {}", bound.shown));
                    let (left, right) = if is_low { (bound, &value) } else { (&value, bound) };
                    all.extend(ordered(left, right, [bound, &value], &message));
                }
            }
        }
    }
    if let Some(list) = set.one_of.as_ref().and_then(Setting::constant) {
        let item = match shape.element() {
            Shape::Text => quote!(&str),
            Shape::Integer { .. } | Shape::Float => types::innermost(ty).to_token_stream(),
            Shape::Bool | Shape::List(_) | Shape::Unknown => quote!(_),
        };
        let user = list.to_token_stream();
        // What is borrowed already is borrowed as a list.
        let borrowed = if matches!(list, Expr::Reference(_)) { user.clone() } else { quote!(&#list) };
        let condition = root.call("has_items", &item, &user, &borrowed);
        all.extend(hold(&condition, &messages::one_of_empty(), &user, may_be_generic(list)));
    }
    all
}

/// How the rules are held against constants.
struct Held<'r> {
    root: &'r Root,
}

impl Held<'_> {
    /// `P::__private::function(expression)` holds.
    fn predicate(&self, function: &str, expression: &Expr, message: &Message) -> TokenStream {
        let user = expression.to_token_stream();
        hold(&self.asked(function, &user, &user), message, &user, may_be_generic(expression))
    }

    fn asked(&self, function: &str, of: &TokenStream, user: &TokenStream) -> TokenStream {
        let (there, _) = ends(user);
        let (private, function) = (moved(self.root.private(), there), Ident::new(function, there));
        quote_spanned!(there=> #private::#function(#of))
    }

    fn setting<T>(
        &self,
        setting: Option<&Setting<T>>,
        function: &str,
        message: impl FnOnce(&Expr) -> Message,
    ) -> Option<TokenStream> {
        let constant = setting?.constant()?;
        Some(self.predicate(function, constant, &message(constant)))
    }

    /// ST03, ST04: a description that is a macro, such as `include_str!("…")`, says something.
    fn described(&self, docs: &Docs, message: &Message) -> Option<TokenStream> {
        let user = docs.unseen()?.to_token_stream();
        Some(hold(&self.asked("is_described", &docs.to_expression(), &user), message, &user, false))
    }
}

/// The one is not above the other. What the macro knows of both, a rule has compared; the first of `about` that only the compiler knows is underlined.
fn ordered(low: &Measure, high: &Measure, about: [&Measure; 2], message: &Message) -> Option<TokenStream> {
    let user = about.iter().find_map(|measure| measure.constant)?;
    let (left, right) = (&low.value, &high.value);
    let generic = about.iter().filter_map(|measure| measure.constant).any(may_be_generic);
    Some(hold(&quote!((#left <= #right)), message, &user.to_token_stream(), generic))
}

/// `const _: () = if !condition { panic!("{}", message) };`, underlining `user`.
///
/// A constant cannot name a type parameter: what may depend on one is held against the rules when the server is built.
fn hold(condition: &TokenStream, message: &Message, user: &TokenStream, generic: bool) -> TokenStream {
    if generic {
        return TokenStream::new();
    }
    let (there, _) = ends(user);
    let message = message.to_string();
    quote_spanned!(there=> const _: () = if !#condition { ::core::panic!("{}", #message) };)
}

/// A number that can be compared with its like.
struct Measure<'t> {
    value: TokenStream,
    constant: Option<&'t Expr>,
    shown: String,
}

/// A bound, in the widest type of its kind; `None` where the kind is unknown. The constant has the type of the argument.
fn of_number<'t>(number: &Setting<'t, Number>, ty: &Type, shape: &Shape) -> Option<Measure<'t>> {
    let wide = match shape {
        Shape::Integer { .. } => quote!(i128),
        Shape::Float => quote!(f64),
        Shape::Text | Shape::Bool | Shape::List(_) | Shape::Unknown => return None,
    };
    Some(match number {
        Setting::Known(Number::Integer(value)) => literal(&Json::Integer(*value), shape)?,
        Setting::Known(Number::Float(value)) => literal(&Json::Float(*value), shape)?,
        Setting::Constant(expression) => of_constant(expression, &ty.to_token_stream(), &wide),
    })
}

fn of_length<'t>(length: &Setting<'t, u64>) -> Measure<'t> {
    match length {
        Setting::Known(value) => {
            Measure { value: Literal::u64_suffixed(*value).to_token_stream(), constant: None, shown: value.to_string() }
        }
        Setting::Constant(expression) => of_constant(expression, &quote!(usize), &quote!(u64)),
    }
}

fn of_constant<'t>(expression: &'t Expr, ty: &TokenStream, wide: &TokenStream) -> Measure<'t> {
    let (there, _) = ends(&expression.to_token_stream());
    let value = quote_spanned!(there=> { let __bound: #ty = #expression; __bound as #wide });
    Measure { value: quote_spanned!(there=> (#value)), constant: Some(expression), shown: show(expression) }
}

/// What a default or an example is to be compared with the bounds by, of which `low_key` is one; `None` where no literal is.
fn measured(value: &Value, low_key: &str, shape: &Shape) -> Option<Measure<'static>> {
    let Value::Literal(Spanned { value, .. }) = value else { return None };
    let length = |length: usize| {
        let length = u64::try_from(length).ok()?;
        Some(Measure { value: Literal::u64_suffixed(length).to_token_stream(), constant: None, shown: String::new() })
    };
    match (low_key, value) {
        ("min", value) => literal(value, shape),
        ("min_len", Json::Text(text)) => length(text.chars().count()),
        ("min_items", Json::List(items)) => length(items.len()),
        _ => None,
    }
}

fn literal(value: &Json, shape: &Shape) -> Option<Measure<'static>> {
    let (value, negative) = match (shape, value) {
        (Shape::Integer { .. }, Json::Integer(value)) => (Literal::u128_unsuffixed(value.unsigned_abs()), *value < 0),
        (Shape::Float, value) => {
            let value = value.as_number()?;
            (Literal::f64_suffixed(value.abs()), value < 0.0)
        }
        _ => return None,
    };
    let sign = negative.then(|| quote!(-));
    Some(Measure { value: quote!((#sign #value)), constant: None, shown: String::new() })
}

fn show(expression: &Expr) -> String {
    tidy(&expression.to_token_stream().to_string())
}
