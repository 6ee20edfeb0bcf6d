//! ST01 to ST04: what a tool must say.

use super::untyped;
use crate::errors::Sink;
use crate::messages;
use crate::model::{Source, Tool};
use crate::syntax::types;

/// ST01
pub(super) fn scope(tool: &Tool, sink: &Sink) {
    if tool.attribute.scope.is_absent() {
        sink.refuse(tool.ident(), messages::no_scope(tool.ident()));
    }
}

/// ST02
pub(super) fn owner(tool: &Tool, sink: &Sink) {
    if tool.attribute.owner.is_absent() {
        let owned = tool.params.iter().find(|param| param.owned().is_some());
        let caller = || tool.params.iter().find(|param| matches!(param.source, Source::Caller));
        let candidate = owned.or_else(caller).map(|param| &param.ident);
        sink.refuse(tool.ident(), messages::no_owner(tool.ident(), candidate));
    }
}

/// ST03
pub(super) fn docs(tool: &Tool, sink: &Sink) {
    if tool.function.docs.is_empty() {
        sink.refuse(tool.ident(), messages::no_docs(tool.ident()));
    }
}

/// ST04
pub(super) fn parameter_docs(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if param.is_argument() && param.docs.is_empty() && untyped::meant_for_guard(&param.ty).is_none() {
            sink.refuse(&param.ident, messages::no_parameter_docs(&param.ident, &types::show(&param.ty)));
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::check::testing::{accepts, refuses};

    #[test]
    fn a_scope_is_stated() {
        accepts(
            super::scope,
            quote!(scope = "a"),
            quote!(
                fn f(&self) {}
            ),
        );
        refuses(
            super::scope,
            quote!(owner = a),
            quote!(
                fn f(&self) {}
            ),
            "ST01",
            "`f` states no `scope`",
        );
    }

    #[test]
    fn a_broken_scope_is_not_missing() {
        refuses(
            super::scope,
            quote!(scope = 5),
            quote!(
                fn f(&self) {}
            ),
            "ST12",
            "`scope` takes",
        );
    }

    #[test]
    fn a_misspelt_scope_is_not_missing() {
        for attribute in [quote!(scop = "a"), quote!("a")] {
            refuses(
                super::scope,
                attribute,
                quote!(
                    fn f(&self) {}
                ),
                "ST10",
                "`",
            );
        }
    }

    #[test]
    fn a_missing_comma_hides_no_key() {
        refuses(
            super::owner,
            quote!(scope = "a" owner = a),
            quote!(
                fn f(&self) {}
            ),
            "ST10",
            "`owner` needs a comma before it",
        );
    }

    #[test]
    fn what_the_guard_gives_needs_no_docs() {
        for item in [
            quote!(
                fn f(&self, a: Option<&Caller>) {}
            ),
            quote!(
                fn f(&self, a: Caller) {}
            ),
            quote!(
                fn f(&self, a: &mut Call) {}
            ),
        ] {
            accepts(super::parameter_docs, quote!(), item);
        }
    }

    #[test]
    fn an_owner_is_stated() {
        accepts(
            super::owner,
            quote!(owner = a),
            quote!(
                fn f(&self) {}
            ),
        );
        refuses(
            super::owner,
            quote!(),
            quote!(
                fn f(&self) {}
            ),
            "ST02",
            "`f` states no `owner`",
        );
        refuses(
            super::owner,
            quote!(owner = "a"),
            quote!(
                fn f(&self) {}
            ),
            "ST21",
            "bare name",
        );
    }

    #[test]
    fn a_tool_is_described() {
        accepts(
            super::docs,
            quote!(),
            quote!(
                /** Fetch. */
                fn f(&self) {}
            ),
        );
        accepts(
            super::docs,
            quote!(),
            quote!(
                #[doc = include_str!("f.md")]
                fn f(&self) {}
            ),
        );
        refuses(
            super::docs,
            quote!(),
            quote!(
                #[doc = " "]
                fn f(&self) {}
            ),
            "ST03",
            "`f`",
        );
    }

    #[test]
    fn an_argument_is_described() {
        accepts(
            super::parameter_docs,
            quote!(),
            quote!(
                fn f(
                    &self,
                    caller: &Caller,
                    /** Which. */
                    a: u32,
                ) {
                }
            ),
        );
        refuses(
            super::parameter_docs,
            quote!(),
            quote!(
                fn f(&self, a: Owned<A>) {}
            ),
            "ST04",
            "`a: Owned<A>`",
        );
    }
}
