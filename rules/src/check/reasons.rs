//! ST15: opt-outs without a real reason.

use proc_macro2::Ident;
use syn::LitStr;

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::confirm::Confirm;
use crate::syntax::owner::Owner;
use crate::syntax::scope::Scope;

const SHORTEST: usize = 10;

/// ST15 for `public`, `unowned` and `never`.
pub(super) fn tool(tool: &Tool, sink: &Sink) {
    if let Some(Scope::Public { keyword, reason }) = tool.attribute.scope.given() {
        judge(keyword, reason, sink);
    }
    if let Some(Owner::Unowned { keyword, reason }) = tool.attribute.owner.given() {
        judge(keyword, reason, sink);
    }
    if let Some(Confirm::Never { keyword, reason }) = tool.attribute.confirm.given() {
        judge(keyword, reason, sink);
    }
}

/// ST15 for `unbounded`, `raw` and `not_identity`.
pub(super) fn arguments(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        for opt_out in [&param.settings.unbounded, &param.settings.raw, &param.settings.not_identity] {
            if let Some(opt_out) = opt_out.given() {
                judge(&opt_out.keyword, &opt_out.reason, sink);
            }
        }
    }
}

fn judge(keyword: &Ident, reason: &LitStr, sink: &Sink) {
    if !is_reason(&reason.value()) {
        sink.refuse(reason, messages::weak_reason(keyword));
    }
}

fn is_reason(text: &str) -> bool {
    let text = text.trim();
    let mut letters = text.chars();
    let first = letters.next();
    text.chars().count() >= SHORTEST && letters.any(|letter| Some(letter) != first)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{arguments, is_reason, tool};
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn reasons() {
        assert!(is_reason("a public price list"));
        for text in ["", "because", "  short    ", "xxxxxxxxxxxx", "..........  "] {
            assert!(!is_reason(text), "{text}");
        }
    }

    #[test]
    fn of_the_tool() {
        accepts(
            tool,
            quote!(scope = public("the price list is public"), owner = unowned("prices are nobody's")),
            quote!(
                fn f() {}
            ),
        );
        refuses(
            tool,
            quote!(scope = public("todo")),
            quote!(
                fn f() {}
            ),
            "ST15",
            "`public`",
        );
        refuses(
            tool,
            quote!(scope = public()),
            quote!(
                fn f() {}
            ),
            "ST15",
            "`public`",
        );
        refuses(
            tool,
            quote!(scope = public("a good reason", 5)),
            quote!(
                fn f() {}
            ),
            "ST15",
            "`public`",
        );
        refuses(
            tool,
            quote!(owner = unowned("??????????")),
            quote!(
                fn f() {}
            ),
            "ST15",
            "`unowned`",
        );
        refuses(
            tool,
            quote!(confirm = never("no")),
            quote!(
                fn f() {}
            ),
            "ST15",
            "`never`",
        );
    }

    #[test]
    fn of_arguments() {
        accepts(
            arguments,
            quote!(),
            quote!(
                fn f(#[arg(raw("matched against a list"))] path: String) {}
            ),
        );
        refuses(
            arguments,
            quote!(),
            quote!(
                fn f(#[arg(unbounded("long"))] text: String) {}
            ),
            "ST15",
            "`unbounded`",
        );
        refuses(
            arguments,
            quote!(),
            quote!(
                fn f(#[arg(raw = "long enough reason")] path: String) {}
            ),
            "ST15",
            "`raw`",
        );
        refuses(
            arguments,
            quote!(),
            quote!(
                fn f(#[arg(not_identity)] user: String) {}
            ),
            "ST15",
            "`not_identity`",
        );
    }
}
