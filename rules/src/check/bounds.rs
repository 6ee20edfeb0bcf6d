//! ST18: bounds that cross, or that do not fit the type.

use proc_macro2::Ident;
use quote::ToTokens;

use crate::errors::Sink;
use crate::messages::{self, Message};
use crate::model::{Param, Tool};
use crate::syntax::Stated;
use crate::syntax::literal::Json;
use crate::syntax::types::{self, Shape};

/// ST18: the lower bound is not above the upper one.
pub(super) fn order(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let settings = &param.settings;
        if let (Some(min), Some(max)) = (settings.min.given(), settings.max.given())
            && exceeds(&min.value, &max.value)
        {
            sink.refuse(&min.tokens, messages::bounds_cross("min", "max"));
        }
        for (low, high, low_key, high_key) in [
            (&settings.min_len, &settings.max_len, "min_len", "max_len"),
            (&settings.min_items, &settings.max_items, "min_items", "max_items"),
        ] {
            if let (Some(low), Some(high)) = (low.given(), high.given())
                && low.value > high.value
            {
                sink.refuse(&low.tokens, messages::bounds_cross(low_key, high_key));
            }
        }
    }
}

/// ST18: `min` and `max` bound numbers, within the range of their type.
pub(super) fn numbers_fit(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let shape = Shape::of(&param.ty);
        for (key, bound) in [("min", &param.settings.min), ("max", &param.settings.max)] {
            let Some(tokens) = bound.tokens() else { continue };
            match (&shape, bound.given().map(|bound| &bound.value)) {
                (Shape::Text, _) => misfit(key, param, &tokens, messages::bound_on_text, sink),
                (Shape::Bool, _) => misfit(key, param, &tokens, messages::bound_on_nothing, sink),
                (Shape::List(_), _) => misfit(key, param, &tokens, messages::bound_on_list, sink),
                (Shape::Integer { .. }, Some(Json::Float(_))) => {
                    misfit(key, param, &tokens, messages::bound_in_fractions, sink);
                }
                (Shape::Integer { min, max }, Some(Json::Integer(value))) if value < min || value > max => {
                    sink.refuse(
                        &tokens,
                        messages::bound_range(key, &types::show(types::without_option(&param.ty)), min, max),
                    );
                }
                _ => {}
            }
        }
    }
}

/// ST18: `pattern`, `format`, `min_len` and `max_len` are about text.
pub(super) fn texts_fit(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let shape = Shape::of(&param.ty);
        if !shape.element().is_number() && *shape.element() != Shape::Bool {
            continue;
        }
        let settings = &param.settings;
        let refusal: Misfit = match &shape {
            Shape::Integer { .. } | Shape::Float => messages::bound_on_number,
            Shape::Text | Shape::Bool | Shape::List(_) | Shape::Unknown => messages::bound_on_nothing,
        };
        for (key, text) in [("pattern", &settings.pattern), ("format", &settings.format)] {
            let known = text.given().map(ToTokens::to_token_stream);
            if let Some(tokens) = known.or_else(|| text.constant().map(ToTokens::to_token_stream)) {
                misfit(key, param, tokens, refusal, sink);
            }
        }
        for (key, length) in [("min_len", &settings.min_len), ("max_len", &settings.max_len)] {
            if let Some(tokens) = length.tokens() {
                misfit(key, param, &tokens, refusal, sink);
            }
        }
    }
}

/// ST18: `min_items` and `max_items` are about lists.
pub(super) fn items_fit(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let refusal: Misfit = match Shape::of(&param.ty) {
            Shape::List(_) | Shape::Unknown => continue,
            Shape::Text => messages::bound_on_text,
            Shape::Integer { .. } | Shape::Float => messages::bound_on_number,
            Shape::Bool => messages::bound_on_nothing,
        };
        for (key, length) in [("min_items", &param.settings.min_items), ("max_items", &param.settings.max_items)] {
            if let Some(tokens) = length.tokens() {
                misfit(key, param, &tokens, refusal, sink);
            }
        }
    }
}

/// ST18: `one_of` lists different values of one kind that the type can hold.
pub(super) fn one_of(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Stated::Given(list) = &param.settings.one_of else { continue };
        if list.value.is_empty() {
            sink.refuse(&list.tokens, messages::one_of_empty());
        }
        let texts = list.value.iter().filter(|value| matches!(value.value, Json::Text(_))).count();
        if texts > 0 && texts < list.value.len() {
            sink.refuse(&list.tokens, messages::one_of_mixed());
            continue;
        }
        let shape = Shape::of(&param.ty);
        let element = shape.element();
        if let Some(wrong) = list.value.iter().find(|value| !can_be(element, &value.value)) {
            let ty = types::show(types::innermost(&param.ty));
            let sample = match element {
                Shape::Integer { .. } => "[1, 2]",
                Shape::Float => "[0.5, 1.0]",
                Shape::Text => "[\"draft\", \"sent\"]",
                Shape::Bool | Shape::List(_) | Shape::Unknown => "",
            };
            sink.refuse(&wrong.tokens, messages::choice_kind(wrong.value.kind(), &ty, sample));
            continue;
        }
        let mut seen: Vec<&Json> = Vec::new();
        for value in &list.value {
            if seen.contains(&&value.value) {
                sink.refuse(&value.tokens, messages::one_of_twice(&value.value.to_json()));
            } else if let (Shape::Integer { min, max }, Json::Integer(number)) = (element, &value.value)
                && (number < min || number > max)
            {
                let ty = types::show(types::innermost(&param.ty));
                sink.refuse(&value.tokens, messages::bound_range("one_of", &ty, min, max));
            }
            seen.push(&value.value);
        }
    }
}

fn can_be(shape: &Shape, value: &Json) -> bool {
    matches!(
        (shape, value),
        (Shape::Text, Json::Text(_))
            | (Shape::Integer { .. }, Json::Integer(_))
            | (Shape::Float, Json::Integer(_) | Json::Float(_))
            | (Shape::Unknown, _)
    )
}

/// Whether `left` is greater than `right`; integers are compared exactly.
pub(super) fn exceeds(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Integer(left), Json::Integer(right)) => left > right,
        _ => matches!((left.as_number(), right.as_number()), (Some(left), Some(right)) if left > right),
    }
}

/// What is said about a key, a parameter and its type that do not go together.
type Misfit = fn(&str, &Ident, &str) -> Message;

fn misfit(key: &str, param: &Param, tokens: impl ToTokens, refusal: Misfit, sink: &Sink) {
    sink.refuse(tokens, refusal(key, &param.ident, &types::show(&param.ty)));
}

#[cfg(test)]
mod tests {
    use super::{items_fit, numbers_fit, one_of, order, texts_fit};
    use crate::check::testing::cases;

    #[test]
    fn bounds_do_not_cross() {
        cases! { order in #[secure_tool] fn f(_) {};
            accepts: #[arg(min = -1, max = 1, min_len = 2, max_len = 2, min_items = 0, max_items = 1)] a: T;
            refuses ST18 "`min` is greater than `max`": #[arg(min = 2, max = 1)] a: u32;
            refuses ST18 "`min`": #[arg(min = 0.5, max = 0)] a: f64;
            refuses ST18 "`min_len`": #[arg(min_len = 2, max_len = 1)] a: String;
            refuses ST18 "`min_items`": #[arg(min_items = 2, max_items = 1)] a: Vec<u32>;
        }
    }

    #[test]
    fn numbers() {
        cases! { numbers_fit in #[secure_tool] fn f(_) {};
            accepts: #[arg(min = 0, max = 255)] a: Option<u8>;
            accepts: #[arg(min = -0.5, max = 1)] a: f32;
            accepts: #[arg(min = 0, max = 1000)] a: Money;
            accepts: #[arg(min = LEAST, max = u32::MAX)] a: u32;
            refuses ST18 "`min` does not apply": #[arg(min = LEAST)] a: String;
            refuses ST18 "takes a number": #[arg(min = least)] a: u32;
            refuses ST18 "`min` does not apply": #[arg(min = 1)] a: String;
            refuses ST18 "`min` does not apply": #[arg(min = 1)] a: Option<bool>;
            refuses ST18 "`min` does not apply": #[arg(min = 1)] a: Vec<u32>;
            refuses ST18 "out of range for `u8`": #[arg(max = 256)] a: u8;
            refuses ST18 "out of range for `usize`": #[arg(min = -1)] a: Option<usize>;
            refuses ST18 "whole number": #[arg(min = 0.5)] a: u8;
        }
    }

    #[test]
    fn texts() {
        cases! { texts_fit in #[secure_tool] fn f(_) {};
            accepts: #[arg(pattern = "a", min_len = 1)] a: String;
            accepts: #[arg(pattern = "a", min_len = 1)] a: Vec<String>;
            accepts: #[arg(pattern = "a", min_len = 1)] a: Email;
            refuses ST18 "does not apply to `a: u32`": #[arg(pattern = "a")] a: u32;
            refuses ST18 "does not apply to `a: u32`": #[arg(format = "uuid")] a: u32;
            refuses ST18 "does not apply to `a: u32`": #[arg(min_len = 1)] a: u32;
            refuses ST18 "does not apply to `a: u32`": #[arg(max_len = 1)] a: u32;
            refuses ST18 "does not apply": #[arg(pattern = "a")] a: Option<bool>;
            refuses ST18 "does not apply": #[arg(format = "uuid")] a: Option<bool>;
            refuses ST18 "does not apply": #[arg(min_len = 1)] a: Option<bool>;
            refuses ST18 "does not apply": #[arg(max_len = 1)] a: Option<bool>;
        }
    }

    #[test]
    fn lists() {
        cases! { items_fit in #[secure_tool] fn f(_) {};
            accepts: #[arg(min_items = 1, max_items = 2)] a: Vec<u32>;
            accepts: #[arg(min_items = 1, max_items = 2)] a: Option<Vec<Owned<A>>>;
            accepts: #[arg(min_items = 1, max_items = 2)] a: Tags;
            refuses ST18 "`min_items`": #[arg(min_items = 1)] a: String;
            refuses ST18 "`max_items`": #[arg(max_items = 1)] a: u32;
        }
    }

    #[test]
    fn choices() {
        cases! { one_of in #[secure_tool] fn f(_) {};
            accepts: #[arg(one_of = ["a", "b",])] a: Vec<String>;
            accepts: #[arg(one_of = [1, -2])] a: Option<i8>;
            accepts: #[arg(one_of = [1, 0.5])] a: f64;
            accepts: #[arg(one_of = ["a"])] a: Status;
            refuses ST18 "is empty": #[arg(one_of = [])] a: String;
            refuses ST18 "mixes": #[arg(one_of = ["a", 1])] a: String;
            refuses ST18 "twice": #[arg(one_of = ["a", "a"])] a: String;
            refuses ST18 "a string": #[arg(one_of = ["a"])] a: u32;
            refuses ST18 "an integer": #[arg(one_of = [1])] a: String;
            refuses ST18 "an integer": #[arg(one_of = [1])] a: bool;
            refuses ST18 "out of range": #[arg(one_of = [1, 300])] a: u8;
        }
    }
}
