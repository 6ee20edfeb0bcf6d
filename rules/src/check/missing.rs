//! ST01 to ST04: what a tool must say.

use syn::Type;

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
        let provided = untyped::meant_for_guard(&param.ty).is_some()
            || untyped::is_of_the_transport(&param.ty)
            || types::is_named(&param.ty, "Parameters")
            || types::first_reference(&param.ty)
                .is_some_and(|reference| matches!(types::peel(&reference.elem), Type::TraitObject(_)));
        if param.is_argument() && param.docs.is_empty() && !provided {
            sink.refuse(&param.ident, messages::no_parameter_docs(&param.ident, &types::show(&param.ty)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{docs, owner, parameter_docs, scope};
    use crate::check::testing::cases;

    #[test]
    fn a_scope_is_stated() {
        cases! { scope in #[secure_tool(_)] fn f(&self) {};
            accepts: scope = "a";
            refuses ST01 "`f` states no `scope`": owner = a;
        }
    }

    #[test]
    fn a_broken_scope_is_not_missing() {
        cases! { scope; refuses ST12 "`scope` takes": #[secure_tool(scope = 5)] fn f(&self) {}; }
    }

    #[test]
    fn a_misspelt_scope_is_not_missing() {
        cases! { scope in #[secure_tool(_)] fn f(&self) {};
            refuses ST10 "`": scop = "a";
            refuses ST10 "`": "a";
        }
    }

    #[test]
    fn a_missing_comma_hides_no_key() {
        cases! { owner in #[secure_tool(_)] fn f(&self) {};
            refuses ST10 "`owner` needs a comma before it": scope = "a" owner = a;
        }
    }

    #[test]
    fn what_the_guard_gives_needs_no_docs() {
        cases! { parameter_docs in #[secure_tool] fn f(&self, _) {};
            accepts: a: Option<&Caller>;
            accepts: a: Caller;
            accepts: a: &mut Call;
        }
    }

    #[test]
    fn an_owner_is_stated() {
        cases! { owner in #[secure_tool(_)] fn f(&self) {};
            accepts: owner = a;
            refuses ST02 "`f` states no `owner`": ;
            refuses ST21 "bare name": owner = "a";
        }
    }

    #[test]
    fn a_tool_is_described() {
        cases! { docs in #[secure_tool] _ fn f(&self) {};
            accepts: /** Fetch. */;
            accepts: #[doc = include_str!("f.md")];
            refuses ST03 "`f`": #[doc = " "];
        }
    }

    #[test]
    fn an_argument_is_described() {
        cases! { parameter_docs in #[secure_tool] fn f(&self, _) {};
            accepts: caller: &Caller, /** Which. */ a: u32,;
            refuses ST04 "`a: Owned<A>`": a: Owned<A>;
        }
    }
}
