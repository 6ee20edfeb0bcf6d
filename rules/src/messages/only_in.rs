//! What is said about `only_in(…)`: ST10, ST11, ST25.

use std::fmt::Display;

use super::{Message, message};

pub(crate) fn only_in_form() -> Message {
    message(
        "ST10",
        "`only_in` takes a list of environments",
        "write `only_in(\"staging\")` or `only_in(\"staging\", \"dev\")`",
    )
}

pub(crate) fn in_no_environment(tool: impl Display) -> Message {
    message(
        "ST25",
        format!("`{tool}` exists in no environment"),
        "name one, `only_in(\"staging\")`, or leave `only_in` out for a tool that exists everywhere",
    )
}

pub(crate) fn no_environment(name: &str) -> Message {
    message(
        "ST25",
        format!("`\"{}\"` cannot be the name of an environment", name.escape_debug()),
        "use 1 to 32 of a-z, 0-9, `-`, `_`, a letter first, as in `.environment(\"staging\")` of the server's builder",
    )
}

pub(crate) fn environment_twice(name: &str) -> Message {
    message("ST11", format!("`\"{name}\"` is in `only_in` twice"), format!("keep one `\"{name}\"`"))
}
