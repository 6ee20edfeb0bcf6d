//! What is said about shapes that the guard cannot hold: ST35.

use std::fmt::Display;

use proc_macro2::TokenTree;

use super::{Message, message};
use crate::kind::{Grammar, Kind};

pub(crate) fn no_function(kind: Kind, found: Option<&TokenTree>) -> Message {
    let &Grammar { attribute, noun, .. } = kind.grammar();
    message(
        "ST35",
        match found {
            Some(TokenTree::Ident(found)) => {
                format!("`{found}` begins something that is no function, so it is no {noun}")
            }
            _ => format!("`{attribute}` stands on something that is no function"),
        },
        "put it above a method or a function: `async fn get_invoice(&self, …)`",
    )
}

pub(crate) fn unreadable_function(attribute: &str, why: impl Display) -> Message {
    message(
        "ST35",
        format!("`{attribute}` cannot read this function: {why}"),
        "write a plain function: `async fn get_invoice(&self, …) -> Result<…> { … }`",
    )
}

pub(crate) fn no_body(function: impl Display) -> Message {
    message(
        "ST35",
        format!("`{function}` has no body"),
        format!("give it one, in an `impl` block or on its own: `fn {function}(…) {{ … }}`"),
    )
}

pub(crate) fn receiver(written: &str) -> Message {
    message(
        "ST35",
        format!("`{written}` cannot be lent by the guard, which shares one state among all calls"),
        "write `&self`",
    )
}

pub(crate) fn qualifier(function: impl Display, qualifier: &str) -> Message {
    message("ST35", format!("`{function}` is `{qualifier}`, which a tool cannot be"), format!("remove `{qualifier}`"))
}

pub(crate) fn generics(function: impl Display) -> Message {
    message(
        "ST35",
        format!("`{function}` is generic, but a tool has one schema"),
        "write the types out, or make the `impl` block generic instead",
    )
}

pub(crate) fn where_clause(function: impl Display) -> Message {
    message(
        "ST35",
        format!("`{function}` has a `where` clause, but a tool has one schema"),
        "put the condition on the `impl` block, or remove it",
    )
}

pub(crate) fn lifetime_parameters(written: &str) -> Message {
    message(
        "ST35",
        format!("`{written}` names what the guard lends for one call and no longer"),
        format!("leave `{written}` and its uses out"),
    )
}

pub(crate) fn lifetime(lifetime: impl Display) -> Message {
    message(
        "ST35",
        format!("`{lifetime}` is longer than one call, which is all that the guard lends for"),
        "leave the lifetime out",
    )
}

pub(crate) fn impl_trait(written: &str, named: &str) -> Message {
    message(
        "ST35",
        format!("`{written}` leaves the type open, but a tool has one schema"),
        format!("name the type, such as `{named}`"),
    )
}

pub(crate) fn parameter_pattern(written: &str) -> Message {
    message(
        "ST35",
        format!("`{written}` is a pattern, but an argument needs a name"),
        "give it a name and take it apart in the body: `let … = name;`",
    )
}

pub(crate) fn conditional_parameter(attribute: &str) -> Message {
    message(
        "ST35",
        format!("`{attribute}` makes a parameter conditional, but a tool has one schema"),
        "put the condition on the whole tool",
    )
}

pub(crate) fn variadic() -> Message {
    message("ST35", "`...` takes any number of arguments, but a tool has one schema", "write `Vec<_>`")
}
