//! ST10: texts that say nothing.

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;

/// ST10: `title`, `version` and `deprecated` are not empty.
pub(super) fn not_empty(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    for (key, text) in
        [("title", &attribute.title), ("version", &attribute.version), ("deprecated", &attribute.deprecated)]
    {
        if let Some(text) = text.given()
            && text.value().trim().is_empty()
        {
            sink.refuse(text, messages::empty_text(key));
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::not_empty;
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn texts() {
        accepts(
            not_empty,
            quote!(title = "T", version = "1.2", deprecated = "use `g`"),
            quote!(
                fn f() {}
            ),
        );
        refuses(
            not_empty,
            quote!(title = " "),
            quote!(
                fn f() {}
            ),
            "ST10",
            "`title`",
        );
        refuses(
            not_empty,
            quote!(version = 1.2),
            quote!(
                fn f() {}
            ),
            "ST10",
            "`version` takes a string",
        );
    }

    #[test]
    fn one_attribute() {
        refuses(
            not_empty,
            quote!(),
            quote!(
                #[secure_tool::secure_tool(owner = a)]
                fn f() {}
            ),
            "ST11",
            "`f` has `secure_tool` twice",
        );
    }

    #[test]
    fn keys() {
        let said = |attribute| {
            crate::check::testing::said(
                not_empty,
                attribute,
                quote!(
                    fn f() {}
                ),
            )
        };
        refuses(
            not_empty,
            quote!(scoep = "a"),
            quote!(
                fn f() {}
            ),
            "ST10",
            "did you mean `scope`?",
        );
        refuses(
            not_empty,
            quote!(idempotent),
            quote!(
                fn f() {}
            ),
            "ST10",
            "not supported by this version",
        );
        refuses(
            not_empty,
            quote!(title = "a", title = "b"),
            quote!(
                fn f() {}
            ),
            "ST11",
            "`title` is given twice",
        );
        refuses(
            not_empty,
            quote!(read_only = true),
            quote!(
                fn f() {}
            ),
            "ST10",
            "`read_only` takes no value",
        );
        refuses(
            not_empty,
            quote!(crate = "secure_tool"),
            quote!(
                fn f() {}
            ),
            "ST10",
            "`crate`",
        );
        refuses(
            not_empty,
            quote!("invoices:read"),
            quote!(
                fn f() {}
            ),
            "ST10",
            "write `scope = \"invoices:read\"`",
        );
        refuses(
            not_empty,
            quote!(title = "a" version = "b"),
            quote!(
                fn f() {}
            ),
            "ST10",
            "comma",
        );
        refuses(
            not_empty,
            quote!(title = "a",, version = "b"),
            quote!(
                fn f() {}
            ),
            "ST10",
            "expects a key",
        );
        assert_eq!(said(quote!(foo, title = 5, timeout = 5, rate = x)).len(), 4);
    }
}
