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
            sink.refuse(literal, messages::scope_malformed(&text.escape_debug()));
        }
    }
}

/// ST12: `all()` and `any()` name each scope once.
pub(super) fn lists(tool: &Tool, sink: &Sink) {
    let mut seen: Vec<String> = Vec::new();
    for item in items(tool) {
        let name = match item {
            ScopeItem::Literal(literal) => literal.value(),
            ScopeItem::Constant(constant) => crate::syntax::types::tidy(&quote::quote!(#constant).to_string()),
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
    use super::{lists, tokens};
    use crate::check::testing::cases;

    #[test]
    fn scope_tokens() {
        cases! { tokens in #[secure_tool(scope = _)] fn f() {};
            accepts: "invoices:read";
            accepts: "https://example.com/a.b";
            accepts: "!";
            accepts: "~";
            refuses ST12 "`\"\"`": "";
            refuses ST12 "`a b`": "a b";
            refuses ST12 "RFC 6749": "a\\b";
            refuses ST12 "RFC 6749": "a\"";
            refuses ST12 "`é`": "é";
            refuses ST12 "wildcard": "*";
            refuses ST12 "wildcard": "invoices:*";
            refuses ST12 "RFC 6749": "a\n";
        }
    }

    #[test]
    fn scope_lists() {
        cases! { lists in #[secure_tool(scope = _)] fn f() {};
            accepts: all("a", B, b::C);
            refuses ST12 "`any()`": any();
            refuses ST12 "`a` is listed twice": all("a", "b", "a");
            refuses ST12 "`A::B`": any(A::B, A::B);
        }
    }

    #[test]
    fn forms() {
        cases! { tokens in #[secure_tool(scope = _, owner = a)] fn f() {};
            refuses ST12 "`scope` takes": none("a");
            refuses ST12 "`scope` takes": 5;
            refuses ST12 "`scope` takes": ;
            refuses ST10 "unexpected tokens after `scope`": "a" "b";
            refuses ST12 "`scope` takes": all("a" "b");
            refuses ST12 "`scope` takes": all(5);
            refuses ST12 "`scope` takes": a + b;
        }
    }
}
