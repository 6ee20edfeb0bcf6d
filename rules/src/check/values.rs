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
use super::patterns;

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
    if let (Json::Text(text), Some(pattern)) = (value, settings.pattern.given()) {
        let pattern = pattern.value();
        if patterns::matches(&pattern, text) == Some(false) {
            return Some(format!("pattern = {pattern:?}"));
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
    use super::{kinds, no_default, within_bounds};
    use crate::check::testing::cases;

    #[test]
    fn what_has_a_default() {
        cases! { no_default in #[secure_tool(owner = a)] fn f(_) {};
            accepts: #[arg(default)] a: Status;
            refuses ST18 "optional": #[arg(default = 5)] a: Option<u32>;
            refuses ST18 "owned object": #[arg(default)] a: Owned<A>;
            refuses ST18 "owned object": #[arg(default)] a: Vec<Owned<A>>;
        }
    }

    #[test]
    fn kinds_of_literals() {
        cases! { kinds in #[secure_tool(owner = a)] fn f(_) {};
            accepts: #[arg(default = 5, example = 6)] a: u32;
            accepts: #[arg(example = "paid")] a: Option<Status>;
            accepts: #[arg(default = 1, example = -0.5)] a: f64;
            accepts: #[arg(default = LIMIT, example = vec![])] a: Vec<u32>;
            accepts: #[arg(default = [], example = [1, 2])] a: Option<Vec<u32>>;
            accepts: #[arg(default = ["a"], example = [["a"], []])] a: Tags;
            accepts: #[arg(example = [["a"], []])] a: Vec<Vec<String>>;
            refuses ST18 "`example` lists an integer": #[arg(example = ["a", 1])] a: Vec<String>;
            refuses ST18 "`default` is a list": #[arg(default = ["a"])] a: String;
            refuses ST18 "`example` lists a string": #[arg(example = ["a"])] a: Vec<Vec<String>>;
            refuses ST18 "`default` is a string": #[arg(default = "5")] a: u32;
            refuses ST18 "`example` is a fraction": #[arg(example = 0.5)] a: u32;
            refuses ST18 "an integer": #[arg(example = 5)] a: Option<String>;
            refuses ST18 "an integer": #[arg(default = 1)] a: bool;
            refuses ST18 "an integer": #[arg(example = 1)] a: Vec<u32>;
        }
    }

    #[test]
    fn literals_within_bounds() {
        cases! { within_bounds in #[secure_tool(owner = a)] fn f(_) {};
            accepts: #[arg(min = 1, max = 50, default = 1, example = 50)] a: u32;
            accepts: #[arg(min_len = 2, max_len = 2, default = "éé", one_of = ["éé"])] a: String;
            accepts: #[arg(one_of = [1, 2], default = 1)] a: f64;
            refuses ST18 "`min = 1`": #[arg(min = 1, default = 0)] a: u32;
            refuses ST18 "`max = 1.5`": #[arg(max = 1.5, example = 2)] a: f32;
            refuses ST18 "`min_len = 3`": #[arg(min_len = 3, default = "éé")] a: String;
            refuses ST18 "`max_len = 1`": #[arg(max_len = 1, example = "éé")] a: Slug;
            refuses ST18 "`one_of`": #[arg(one_of = ["a"], default = "b")] a: String;
            accepts: #[arg(pattern = "[a-z]+", default = "abc", example = "x")] a: String;
            accepts: #[arg(pattern = r"\w+", example = "é")] a: String;
            accepts: #[arg(pattern = "(", example = "x")] a: String;
            refuses ST18 "`pattern = \"[a-z]+\"`": #[arg(pattern = "[a-z]+", default = "abc1")] a: String;
            refuses ST18 "`pattern = ": #[arg(pattern = "^inv_[0-9]{4}$", example = "inv_42")] a: InvoiceKey;
            refuses ST18 "`pattern = ": #[arg(pattern = "[a-z]+", example = ["a", "1"])] a: Vec<String>;
            refuses ST18 "`pattern = ": #[arg(pattern = "[a-z]+", default)] a: String;
            refuses ST18 "`pattern = ": #[arg(pattern = "[0-9]+", example = "x")] a: Owned<Invoice>;
            refuses ST18 "`u8`": #[arg(default = 256)] a: u8;
            accepts: #[arg(max_items = 2, max_len = 1, example = ["a", "b"])] a: Vec<String>;
            refuses ST18 "`max_items = 1`": #[arg(max_items = 1, example = ["a", "b"])] a: Vec<String>;
            refuses ST18 "`min_items = 1`": #[arg(min_items = 1, default = [])] a: Vec<String>;
            refuses ST18 "`max_len = 1`": #[arg(max_len = 1, example = ["a", "bb"])] a: Vec<String>;
            refuses ST18 "`one_of`": #[arg(one_of = ["a"], example = ["b"])] a: Vec<String>;
            accepts: #[arg(min = 0, default)] a: u32;
            accepts: #[arg(min = 1, default)] a: Level;
            refuses ST18 "`min = 1`": #[arg(min = 1, default)] a: u32;
            refuses ST18 "`min_len = 1`": #[arg(min_len = 1, default)] a: String;
            refuses ST18 "`min_items = 1`": #[arg(min_items = 1, default)] a: Vec<Tag>;
            refuses ST18 "`u8`": #[arg(example = [1, 256])] a: Vec<u8>;
        }
    }
}
