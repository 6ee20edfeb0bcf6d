//! What is said about `#[arg(…)]`: ST18.

use std::fmt::Display;

use super::{Message, list, message};
use crate::syntax::suggest;

pub(crate) fn arg_form() -> Message {
    message("ST18", "`#[arg]` says nothing", "give it keys: `#[arg(min = 1, max = 50)]`, or remove it")
}

pub(crate) fn arg_on_provided(parameter: &dyn Display) -> Message {
    message("ST18", format!("`{parameter}` comes from the guard, so `#[arg]` has no force there"), "remove `#[arg]`")
}

pub(crate) fn no_number(key: impl Display) -> Message {
    message("ST18", format!("`{key}` takes a number"), format!("write it as a literal: `{key} = 1`"))
}

pub(crate) fn no_length(key: &dyn Display, given: &str) -> Message {
    message("ST18", format!("`{given}` is no `{key}`"), format!("write a whole number: `{key} = 10`"))
}

pub(crate) fn no_list() -> Message {
    message("ST18", "`one_of` takes a list of strings or of numbers", "write `one_of = [\"draft\", \"sent\"]`")
}

pub(crate) fn no_value(key: impl Display) -> Message {
    message("ST18", format!("`{key}` takes a literal or an expression"), format!("write `{key} = 20`"))
}

pub(crate) fn no_audit(given: &str) -> Message {
    message(
        "ST18",
        format!("`{given}` is no way to audit an argument"),
        "write `audit = full`, `audit = shape` or `audit = none`",
    )
}

pub(crate) fn argument_twice(name: &str) -> Message {
    message(
        "ST18",
        format!("`{name}` is the name of two arguments"),
        "give each argument its own `#[arg(name = \"…\")]`",
    )
}

pub(crate) fn bad_pattern(why: impl Display) -> Message {
    message(
        "ST18",
        format!("`pattern` does not compile: {why}"),
        "write a regular expression such as `pattern = \"^inv_[0-9]{4}$\"`",
    )
}

pub(crate) fn unknown_format(format: &str, known: &[&str]) -> Message {
    let help = match suggest::nearest(format, known) {
        Some(nearest) => format!("did you mean `{nearest}`? the formats are {}", list(known)),
        None => format!("the formats are {}", list(known)),
    };
    message("ST18", format!("`{format}` is no format that is checked"), help)
}

pub(crate) fn bounds_cross(low: &str, high: &str) -> Message {
    message(
        "ST18",
        format!("`{low}` is greater than `{high}`, so no value fits"),
        format!("swap `{low}` and `{high}`, or correct one of them"),
    )
}

pub(crate) fn bound_misfit(key: &str, parameter: impl Display, ty: &str, instead: &str) -> Message {
    message("ST18", format!("`{key}` does not fit `{parameter}: {ty}`"), instead.to_owned())
}

pub(crate) fn bound_range(key: &str, ty: &str, min: i128, max: i128) -> Message {
    message(
        "ST18",
        format!("`{key}` lies outside what `{ty}` can hold"),
        format!("stay within {min} and {max}, or choose a wider type"),
    )
}

pub(crate) fn one_of_empty() -> Message {
    message("ST18", "`one_of` lists nothing, so no value fits", "list the values: `one_of = [\"draft\", \"sent\"]`")
}

pub(crate) fn one_of_mixed() -> Message {
    message("ST18", "`one_of` mixes strings and numbers", "list values of one kind: `one_of = [\"draft\", \"sent\"]`")
}

pub(crate) fn one_of_twice(value: &str) -> Message {
    message("ST18", format!("`one_of` lists `{value}` twice"), "list each value once")
}

pub(crate) fn value_kind(key: &str, kind: &str, ty: &str, fitting: &str) -> Message {
    let help = if fitting.is_empty() {
        format!("give `{key}` a value that `{ty}` can hold")
    } else {
        format!("write a value that `{ty}` can hold: `{key} = {fitting}`")
    };
    message("ST18", format!("`{key}` is {kind}, which `{ty}` cannot be"), help)
}

pub(crate) fn item_kind(key: &str, kind: &str, ty: &str, fitting: &str) -> Message {
    message(
        "ST18",
        format!("`{key}` lists {kind}, which no item of `{ty}` can be"),
        format!("write items that fit: `{key} = {fitting}`"),
    )
}

pub(crate) fn choice_kind(kind: &str, ty: &str, fitting: &str) -> Message {
    let help = if fitting.is_empty() {
        "remove `one_of`".to_owned()
    } else {
        format!("list values that `{ty}` can hold: `one_of = {fitting}`")
    };
    message("ST18", format!("`one_of` lists {kind}, which `{ty}` cannot be"), help)
}

pub(crate) fn value_outside(key: &str, bound: &str) -> Message {
    message("ST18", format!("`{key}` lies outside `{bound}`"), format!("choose one that `{bound}` allows"))
}

pub(crate) fn default_on_option(parameter: impl Display) -> Message {
    message(
        "ST18",
        format!("`{parameter}` is optional and cannot have a `default`"),
        format!("remove `Option`, or remove `default`: an absent `{parameter}` is `None`"),
    )
}

pub(crate) fn default_on_owned(parameter: impl Display) -> Message {
    message(
        "ST18",
        format!("`{parameter}` is an owned object and cannot have a `default`"),
        "remove `default`: which object it is must be said in every call",
    )
}

pub(crate) fn secret_in_full() -> Message {
    message("ST18", "`audit = full` would write a secret into the audit log", "remove `audit = full`")
}

pub(crate) fn secret_shown(key: &str) -> Message {
    message("ST18", format!("`{key}` would publish a secret in the schema"), format!("remove `{key}`"))
}

pub(crate) fn without_force(key: &str, parameter: impl Display) -> Message {
    message(
        "ST18",
        format!("`{key}` has no force on `{parameter}`"),
        format!("remove `{key}`: nothing is refused there without it"),
    )
}

pub(crate) fn raw_yet_narrowed(parameter: impl Display, narrowing: &str) -> Message {
    message(
        "ST18",
        format!("`raw` has no force on `{parameter}`, which `{narrowing}` narrows already"),
        format!("remove `raw`, or remove `{narrowing}`"),
    )
}
