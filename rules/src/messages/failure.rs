//! ST29: errors whose class cannot be told.

use super::messages;

messages! {
    ST29 {
        failure_of_no_enum(what):
            "`ToolFailure` is derived on {what}, which has no variants to give a class",
            "derive it on an enum; or make the error by hand: `ToolError::conflict(\"…\")`";
        failure_form():
            "`#[failure(…)]` names one class",
            "write `not_found`, `invalid = \"…\"`, `conflict = \"…\"`, `forbidden = \"…\"`, `unavailable = 30s` or `internal`";
        failure_class(given):
            "`{given}` is no class of failures",
            "write `not_found`, `invalid = \"…\"`, `conflict = \"…\"`, `forbidden = \"…\"`, `unavailable = 30s` or `internal`";
        failure_twice(variant):
            "`{variant}` has two classes",
            "keep one";
        failure_without_text(class):
            "`{class}` says nothing to the model",
            "write what the model may read: `{class} = \"the invoice is paid already\"`";
        failure_with_text(class):
            "`{class}` takes no text, as the model reads the same of every such failure",
            "write `#[failure({class})]`";
        failure_without_time():
            "`unavailable` does not say when to try again",
            "write `unavailable = 30s`";
        failure_time(given):
            "`{given}` is not a valid duration",
            "write a whole number with a unit of `ms`, `s`, `m` or `h`: `unavailable = 30s`";
        failure_std_error(name):
            "`{name}` is a `std::error::Error` as well, so `?` could mask its classes without a trace",
            "say that you know: `#[failure(std_error)]` on the enum, and `.map_err(ToolError::classified)` where a body fails with `ToolError`; or do without `Error`";
        failure_on_enum():
            "`#[failure]` on the enum takes `std_error` or `crate = path` only",
            "put the class on a variant";
    }
}
