//! ST18: bounds that cross, or that do not fit the type.

use quote::ToTokens;

use crate::errors::Sink;
use crate::messages;
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
            let Some(bound) = bound.given() else { continue };
            match (&shape, &bound.value) {
                (Shape::Text, _) => {
                    misfit(key, param, &bound.tokens, "bound its length: `min_len = 1, max_len = 64`", sink);
                }
                (Shape::Bool, _) => misfit(key, param, &bound.tokens, &format!("remove `{key}`"), sink),
                (Shape::List(_), _) => {
                    misfit(key, param, &bound.tokens, "bound its length: `min_items = 1, max_items = 10`", sink);
                }
                (Shape::Integer { .. }, Json::Float(_)) => {
                    misfit(key, param, &bound.tokens, &format!("write a whole number: `{key} = 1`"), sink);
                }
                (Shape::Integer { min, max }, Json::Integer(value)) if value < min || value > max => {
                    sink.refuse(
                        &bound.tokens,
                        messages::bound_range(key, &types::show(types::without_option(&param.ty)), *min, *max),
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
        let instead = |key: &str| match &shape {
            Shape::Integer { .. } | Shape::Float => "bound the number: `min = 1, max = 50`".to_owned(),
            _ => format!("remove `{key}`"),
        };
        for (key, text) in [("pattern", &settings.pattern), ("format", &settings.format)] {
            if let Some(text) = text.given() {
                misfit(key, param, text, &instead(key), sink);
            }
        }
        for (key, length) in [("min_len", &settings.min_len), ("max_len", &settings.max_len)] {
            if let Some(length) = length.given() {
                misfit(key, param, &length.tokens, &instead(key), sink);
            }
        }
    }
}

/// ST18: `min_items` and `max_items` are about lists.
pub(super) fn items_fit(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let instead = |key: &str| match Shape::of(&param.ty) {
            Shape::List(_) | Shape::Unknown => None,
            Shape::Text => Some("bound its length: `min_len = 1, max_len = 64`".to_owned()),
            Shape::Integer { .. } | Shape::Float => Some("bound the number: `min = 1, max = 50`".to_owned()),
            Shape::Bool => Some(format!("remove `{key}`")),
        };
        for (key, length) in [("min_items", &param.settings.min_items), ("max_items", &param.settings.max_items)] {
            if let (Some(length), Some(instead)) = (length.given(), instead(key)) {
                misfit(key, param, &length.tokens, &instead, sink);
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
                sink.refuse(&value.tokens, messages::bound_range("one_of", &ty, *min, *max));
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

fn misfit(key: &str, param: &Param, tokens: impl ToTokens, instead: &str, sink: &Sink) {
    sink.refuse(tokens, messages::bound_misfit(key, &param.ident, &types::show(&param.ty), instead));
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{items_fit, numbers_fit, one_of, order, texts_fit};
    use crate::check::Rule;
    use crate::check::testing;

    fn accepts(rule: Rule, keys: TokenStream, ty: TokenStream) {
        testing::accepts(rule, quote!(), quote!(fn f(#[arg(#keys)] a: #ty) {}));
    }

    fn refuses(rule: Rule, keys: TokenStream, ty: TokenStream, names: &str) {
        testing::refuses(rule, quote!(), quote!(fn f(#[arg(#keys)] a: #ty) {}), "ST18", names);
    }

    #[test]
    fn bounds_do_not_cross() {
        accepts(order, quote!(min = -1, max = 1, min_len = 2, max_len = 2, min_items = 0, max_items = 1), quote!(T));
        refuses(order, quote!(min = 2, max = 1), quote!(u32), "`min` is greater than `max`");
        refuses(order, quote!(min = 0.5, max = 0), quote!(f64), "`min`");
        refuses(order, quote!(min_len = 2, max_len = 1), quote!(String), "`min_len`");
        refuses(order, quote!(min_items = 2, max_items = 1), quote!(Vec<u32>), "`min_items`");
    }

    #[test]
    fn numbers() {
        accepts(numbers_fit, quote!(min = 0, max = 255), quote!(Option<u8>));
        accepts(numbers_fit, quote!(min = -0.5, max = 1), quote!(f32));
        accepts(numbers_fit, quote!(min = 0, max = 1000), quote!(Money));
        for ty in [quote!(String), quote!(Option<bool>), quote!(Vec<u32>)] {
            refuses(numbers_fit, quote!(min = 1), ty, "`min` does not fit");
        }
        refuses(numbers_fit, quote!(max = 256), quote!(u8), "`u8` can hold");
        refuses(numbers_fit, quote!(min = -1), quote!(Option<usize>), "`usize` can hold");
        refuses(numbers_fit, quote!(min = 0.5), quote!(u8), "whole number");
    }

    #[test]
    fn texts() {
        for ty in [quote!(String), quote!(Vec<String>), quote!(Email)] {
            accepts(texts_fit, quote!(pattern = "a", min_len = 1), ty);
        }
        for keys in [quote!(pattern = "a"), quote!(format = "uuid"), quote!(min_len = 1), quote!(max_len = 1)] {
            refuses(texts_fit, keys.clone(), quote!(u32), "does not fit `a: u32`");
            refuses(texts_fit, keys, quote!(Option<bool>), "does not fit");
        }
    }

    #[test]
    fn lists() {
        for ty in [quote!(Vec<u32>), quote!(Option<Vec<Owned<A>>>), quote!(Tags)] {
            accepts(items_fit, quote!(min_items = 1, max_items = 2), ty);
        }
        refuses(items_fit, quote!(min_items = 1), quote!(String), "`min_items`");
        refuses(items_fit, quote!(max_items = 1), quote!(u32), "`max_items`");
    }

    #[test]
    fn choices() {
        accepts(one_of, quote!(one_of = ["a", "b",]), quote!(Vec<String>));
        accepts(one_of, quote!(one_of = [1, -2]), quote!(Option<i8>));
        accepts(one_of, quote!(one_of = [1, 0.5]), quote!(f64));
        accepts(one_of, quote!(one_of = ["a"]), quote!(Status));
        refuses(one_of, quote!(one_of = []), quote!(String), "lists nothing");
        refuses(one_of, quote!(one_of = ["a", 1]), quote!(String), "mixes");
        refuses(one_of, quote!(one_of = ["a", "a"]), quote!(String), "twice");
        refuses(one_of, quote!(one_of = ["a"]), quote!(u32), "a string");
        refuses(one_of, quote!(one_of = [1]), quote!(String), "an integer");
        refuses(one_of, quote!(one_of = [1]), quote!(bool), "an integer");
        refuses(one_of, quote!(one_of = [1, 300]), quote!(u8), "can hold");
    }
}
