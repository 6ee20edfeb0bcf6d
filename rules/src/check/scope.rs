//! ST12: scopes that are none.

use secure_tool_vocabulary::is_scope_token;

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::scope::{Scope, ScopeItem};

/// ST12: each literal is a scope-token of RFC 6749, section 3.3, and no wildcard.
pub(super) fn tokens(tool: &Tool, sink: &Sink) {
    for item in items(tool) {
        let ScopeItem::Literal(literal) = item else { continue };
        let text = literal.value();
        if text.is_empty() {
            sink.refuse(literal, messages::scope_empty());
        } else if text.contains('*') {
            sink.refuse(literal, messages::scope_wildcard(&text));
        } else if !is_scope_token(&text) {
            sink.refuse(literal, messages::scope_malformed(&text));
        }
    }
}

/// ST12: `all()` and `any()` name each scope once.
pub(super) fn lists(tool: &Tool, sink: &Sink) {
    let mut seen: Vec<String> = Vec::new();
    for item in items(tool) {
        let name = match item {
            ScopeItem::Literal(literal) => literal.value(),
            ScopeItem::Constant(path) => crate::syntax::types::tidy(&quote::quote!(#path).to_string()),
        };
        if seen.contains(&name) {
            sink.refuse(item, messages::scope_twice(&name));
        } else {
            seen.push(name);
        }
    }
}

fn items(tool: &Tool) -> &[ScopeItem] {
    tool.attribute.scope.given().map_or(&[], Scope::items)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{lists, tokens};
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn scope_tokens() {
        for scope in ["invoices:read", "https://example.com/a.b", "!", "~"] {
            accepts(
                tokens,
                quote!(scope = #scope),
                quote!(
                    fn f() {}
                ),
            );
        }
        for (scope, named) in [
            ("", "`\"\"`"),
            ("a b", "`a b`"),
            ("a\\b", "RFC 6749"),
            ("a\"", "RFC 6749"),
            ("é", "`é`"),
            ("*", "wildcard"),
            ("invoices:*", "wildcard"),
            ("a\n", "RFC 6749"),
        ] {
            refuses(
                tokens,
                quote!(scope = #scope),
                quote!(
                    fn f() {}
                ),
                "ST12",
                named,
            );
        }
    }

    #[test]
    fn scope_lists() {
        accepts(
            lists,
            quote!(scope = all("a", B, b::C)),
            quote!(
                fn f() {}
            ),
        );
        refuses(
            lists,
            quote!(scope = any()),
            quote!(
                fn f() {}
            ),
            "ST12",
            "`any()`",
        );
        refuses(
            lists,
            quote!(scope = all("a", "b", "a")),
            quote!(
                fn f() {}
            ),
            "ST12",
            "`a` is listed twice",
        );
        refuses(
            lists,
            quote!(scope = any(A::B, A::B)),
            quote!(
                fn f() {}
            ),
            "ST12",
            "`A::B`",
        );
    }

    #[test]
    fn forms() {
        for scope in [
            quote!(none("a")),
            quote!(5),
            quote!(),
            quote!("a" "b"),
            quote!(all("a" "b")),
            quote!(all(5)),
            quote!(a + b),
        ] {
            let said = crate::check::testing::said(
                tokens,
                quote!(scope = #scope, owner = a),
                quote!(
                    fn f() {}
                ),
            );
            assert_eq!(said.len(), 1, "{scope}: {said:?}");
        }
    }
}
