//! What is said about `releases(…)`: ST10, ST11, ST19.

use std::fmt::Display;

use super::{Message, list, message};
use crate::syntax::suggest;

pub(crate) fn releases_form() -> Message {
    message(
        "ST10",
        "`releases` takes a list of what may leave unmasked",
        "write `releases(card)`, `releases(card, pii)`, `releases(\"employee_id\")` for a pattern of your own, or `releases(Salary)` for a class of your own",
    )
}

pub(crate) fn no_release(kind: &str, known: &[&str]) -> Message {
    let own = format!("a pattern of your own is named as text, `releases(\"{kind}\")`, and a class by its type");
    let help = match suggest::nearest(kind, known) {
        Some(nearest) => format!("did you mean `{nearest}`? {own}"),
        None => format!("it masks {}; {own}", list(known)),
    };
    message("ST10", format!("`{kind}` is nothing that the guard masks"), help)
}

pub(crate) fn release_as_text(kind: &str) -> Message {
    message("ST10", format!("`{kind}` is built in and no pattern of yours"), format!("write `releases({kind})`"))
}

pub(crate) fn no_pattern_name(name: &str) -> Message {
    message(
        "ST10",
        format!("`{}` cannot be the name of a mask pattern", name.escape_debug()),
        "use 1 to 64 of a-z, 0-9, `_`, as in `.mask_pattern(\"employee_id\", r\"EMP-[0-9]{6}\")`",
    )
}

pub(crate) fn released_twice(kind: &str) -> Message {
    message("ST11", format!("`{kind}` is released twice"), format!("keep one `{kind}`"))
}

pub(crate) fn nothing_classified(tool: impl Display, class: &str, output: &str) -> Message {
    message(
        "ST19",
        format!("`{tool}` releases `{class}` and answers with {output}, which holds nothing of that class"),
        format!(
            "leave `{class}` out, or answer with `Json<View>`, where `View` has a field of the type `Classified<_, _>`"
        ),
    )
}
