//! ST18: defaults and examples that their own argument would refuse.

use quote::ToTokens;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Tool};
use crate::syntax::Spanned;
use crate::syntax::arg::Value;
use crate::syntax::literal::Json;
use crate::syntax::types::{self, Shape};

use super::bounds::exceeds;

/// ST18: neither `Option<_>` nor an owned object has a default.
pub(super) fn no_default(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(default) = param.settings.default.given() else { continue };
        if types::is_named(&param.ty, "Option") {
            sink.refuse(default, messages::default_on_option(&param.ident));
        } else if param.owned().is_some() {
            sink.refuse(default, messages::default_on_owned(&param.ident));
        }
    }
}

/// ST18: a literal is of a kind that the type can hold; in a list, each of its items.
pub(super) fn kinds(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        for (key, literal) in literals(param) {
            let shape = Shape::of(&param.ty);
            if let Some(wrong) = misfit(&literal, &shape) {
                let ty = types::show(types::without_option(&param.ty));
                let kind = wrong.value.kind();
                let message = if *wrong == literal {
                    messages::value_kind(key, kind, &ty, &shape.sample())
                } else {
                    messages::item_kind(key, kind, &ty, &shape.sample())
                };
                sink.refuse(&wrong.tokens, message);
            }
        }
    }
}

/// ST18: a literal lies within the bounds of its argument and of its type; in a list, each of its items.
pub(super) fn within_bounds(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let shape = Shape::of(&param.ty);
        for (key, literal) in literals(param) {
            if misfit(&literal, &shape).is_some() {
                continue;
            }
            if let Some((wrong, bound)) = outside(&literal, param, shape.element()) {
                sink.refuse(&wrong.tokens, messages::value_outside(key, &bound));
            }
        }
    }
}

/// The default and the example of an argument, where the tokens tell what they are.
fn literals(param: &Param) -> Vec<(&'static str, Spanned<Json>)> {
    let optional = types::is_named(&param.ty, "Option");
    let default = param.settings.default.given().filter(|_| !optional && param.owned().is_none());
    [("default", default), ("example", param.settings.example.given())]
        .into_iter()
        .filter_map(|(key, value)| match value {
            Some(Value::Literal(literal)) => Some((key, literal.clone())),
            Some(Value::Bare(word)) => {
                let value = Shape::of(&param.ty).default()?;
                Some((key, Spanned { value, tokens: word.to_token_stream() }))
            }
            Some(Value::Expression(_)) | None => None,
        })
        .collect()
}

/// What in a literal is of a kind that a shape cannot hold.
fn misfit<'a>(literal: &'a Spanned<Json>, shape: &Shape) -> Option<&'a Spanned<Json>> {
    let fits = match (shape, &literal.value) {
        (Shape::List(element), Json::List(items)) => return items.iter().find_map(|item| misfit(item, element)),
        (Shape::Text, Json::Text(_))
        | (Shape::Bool, Json::Bool(_))
        | (Shape::Integer { .. }, Json::Integer(_))
        | (Shape::Float, Json::Integer(_) | Json::Float(_))
        | (Shape::Unknown, _) => true,
        _ => false,
    };
    (!fits).then_some(literal)
}

/// What in a literal lies outside a bound, and which bound that is.
fn outside<'a>(literal: &'a Spanned<Json>, param: &Param, shape: &Shape) -> Option<(&'a Spanned<Json>, String)> {
    let settings = &param.settings;
    let Json::List(items) = &literal.value else {
        return bound_passed(&literal.value, param, shape).map(|bound| (literal, bound));
    };
    let length = u64::try_from(items.len()).unwrap_or(u64::MAX);
    if let Some(min) = settings.min_items.given().filter(|min| length < min.value) {
        return Some((literal, format!("min_items = {}", min.value)));
    }
    if let Some(max) = settings.max_items.given().filter(|max| length > max.value) {
        return Some((literal, format!("max_items = {}", max.value)));
    }
    items.iter().find_map(|item| outside(item, param, shape))
}

/// The first bound that a value lies outside of.
fn bound_passed(value: &Json, param: &Param, shape: &Shape) -> Option<String> {
    let settings = &param.settings;
    if let (Shape::Integer { min, max }, Json::Integer(number)) = (shape, value)
        && (number < min || number > max)
    {
        return Some(types::show(types::innermost(&param.ty)));
    }
    if let Some(min) = settings.min.given().filter(|min| exceeds(&min.value, value)) {
        return Some(format!("min = {}", min.value.to_json()));
    }
    if let Some(max) = settings.max.given().filter(|max| exceeds(value, &max.value)) {
        return Some(format!("max = {}", max.value.to_json()));
    }
    if let Json::Text(text) = value {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(min) = settings.min_len.given().filter(|min| length < min.value) {
            return Some(format!("min_len = {}", min.value));
        }
        if let Some(max) = settings.max_len.given().filter(|max| length > max.value) {
            return Some(format!("max_len = {}", max.value));
        }
    }
    let listed = |choices: &Vec<Spanned<Json>>| choices.iter().any(|choice| same(&choice.value, value));
    settings.one_of.given().filter(|choices| !listed(&choices.value)).map(|_| "one_of".to_owned())
}

fn same(left: &Json, right: &Json) -> bool {
    left == right
        || left.as_number().is_some() && right.as_number().is_some() && !exceeds(left, right) && !exceeds(right, left)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{kinds, no_default, within_bounds};
    use crate::check::Rule;
    use crate::check::testing;

    fn accepts(rule: Rule, keys: TokenStream, ty: TokenStream) {
        testing::accepts(rule, quote!(owner = a), quote!(fn f(#[arg(#keys)] a: #ty) {}));
    }

    fn refuses(rule: Rule, keys: TokenStream, ty: TokenStream, names: &str) {
        testing::refuses(rule, quote!(owner = a), quote!(fn f(#[arg(#keys)] a: #ty) {}), "ST18", names);
    }

    #[test]
    fn what_has_a_default() {
        accepts(no_default, quote!(default), quote!(Status));
        refuses(no_default, quote!(default = 5), quote!(Option<u32>), "optional");
        refuses(no_default, quote!(default), quote!(Owned<A>), "owned object");
        refuses(no_default, quote!(default), quote!(Vec<Owned<A>>), "owned object");
    }

    #[test]
    fn kinds_of_literals() {
        accepts(kinds, quote!(default = 5, example = 6), quote!(u32));
        accepts(kinds, quote!(example = "paid"), quote!(Option<Status>));
        accepts(kinds, quote!(default = 1, example = -0.5), quote!(f64));
        accepts(kinds, quote!(default = LIMIT, example = vec![]), quote!(Vec<u32>));
        accepts(kinds, quote!(default = [], example = [1, 2]), quote!(Option<Vec<u32>>));
        accepts(kinds, quote!(default = ["a"], example = [["a"], []]), quote!(Tags));
        accepts(kinds, quote!(example = [["a"], []]), quote!(Vec<Vec<String>>));
        refuses(kinds, quote!(example = ["a", 1]), quote!(Vec<String>), "`example` lists an integer");
        refuses(kinds, quote!(default = ["a"]), quote!(String), "`default` is a list");
        refuses(kinds, quote!(example = ["a"]), quote!(Vec<Vec<String>>), "`example` lists a string");
        refuses(kinds, quote!(default = "5"), quote!(u32), "`default` is a string");
        refuses(kinds, quote!(example = 0.5), quote!(u32), "`example` is a fraction");
        refuses(kinds, quote!(example = 5), quote!(Option<String>), "an integer");
        refuses(kinds, quote!(default = 1), quote!(bool), "an integer");
        refuses(kinds, quote!(example = 1), quote!(Vec<u32>), "an integer");
    }

    #[test]
    fn literals_within_bounds() {
        accepts(within_bounds, quote!(min = 1, max = 50, default = 1, example = 50), quote!(u32));
        accepts(within_bounds, quote!(min_len = 2, max_len = 2, default = "éé", one_of = ["éé"]), quote!(String));
        accepts(within_bounds, quote!(one_of = [1, 2], default = 1), quote!(f64));
        refuses(within_bounds, quote!(min = 1, default = 0), quote!(u32), "`min = 1`");
        refuses(within_bounds, quote!(max = 1.5, example = 2), quote!(f32), "`max = 1.5`");
        refuses(within_bounds, quote!(min_len = 3, default = "éé"), quote!(String), "`min_len = 3`");
        refuses(within_bounds, quote!(max_len = 1, example = "éé"), quote!(Slug), "`max_len = 1`");
        refuses(within_bounds, quote!(one_of = ["a"], default = "b"), quote!(String), "`one_of`");
        refuses(within_bounds, quote!(default = 256), quote!(u8), "`u8`");
        accepts(within_bounds, quote!(max_items = 2, max_len = 1, example = ["a", "b"]), quote!(Vec<String>));
        refuses(within_bounds, quote!(max_items = 1, example = ["a", "b"]), quote!(Vec<String>), "`max_items = 1`");
        refuses(within_bounds, quote!(min_items = 1, default = []), quote!(Vec<String>), "`min_items = 1`");
        refuses(within_bounds, quote!(max_len = 1, example = ["a", "bb"]), quote!(Vec<String>), "`max_len = 1`");
        refuses(within_bounds, quote!(one_of = ["a"], example = ["b"]), quote!(Vec<String>), "`one_of`");
        accepts(within_bounds, quote!(min = 0, default), quote!(u32));
        accepts(within_bounds, quote!(min = 1, default), quote!(Level));
        refuses(within_bounds, quote!(min = 1, default), quote!(u32), "`min = 1`");
        refuses(within_bounds, quote!(min_len = 1, default), quote!(String), "`min_len = 1`");
        refuses(within_bounds, quote!(min_items = 1, default), quote!(Vec<Tag>), "`min_items = 1`");
        refuses(within_bounds, quote!(example = [1, 256]), quote!(Vec<u8>), "`u8`");
    }
}
