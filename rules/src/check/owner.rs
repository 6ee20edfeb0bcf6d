//! ST21 to ST24: ownership that binds nothing, or contradicts the rest.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use super::uses::uses;
use crate::errors::Sink;
use crate::messages;
use crate::model::{Effect, Param, Source, Tool};
use crate::suggest;
use crate::syntax::owner::{Owner, Unproven};
use crate::syntax::scope::Scope;
use crate::syntax::types;

/// ST21
pub(super) fn exists(tool: &Tool, sink: &Sink) {
    let candidates: Vec<String> =
        tool.params.iter().filter(|param| param.can_own()).map(|param| param.ident.to_string()).collect();
    let mut seen: Vec<&Ident> = Vec::new();
    for name in tool.owner_names() {
        if seen.contains(&name) {
            sink.refuse(name, messages::owner_twice(name));
        } else if tool.param(name).is_some_and(|param| matches!(param.source, Source::Unlendable)) {
            // ST31 says what is wrong with it.
        } else if !tool.param(name).is_some_and(crate::model::Param::can_own)
            && tool.params.iter().any(|param| matches!(param.source, Source::Flattened))
        {
            sink.refuse(name, messages::owner_names_a_field(name));
        } else if !tool.param(name).is_some_and(crate::model::Param::can_own) {
            let nearest =
                suggest::nearest(&name.to_string(), &candidates.iter().map(String::as_str).collect::<Vec<_>>())
                    .map(str::to_owned);
            sink.refuse(name, messages::no_such_owner(name, nearest, &candidates));
        }
        seen.push(name);
    }
}

/// ST28: only what the caller's own binding does not prove needs a reason, and only where ST28 asks for the proof.
pub(super) fn unproven(tool: &Tool, sink: &Sink) {
    let Some(owner) = tool.attribute.owner.given() else { return };
    for Unproven { name, reason } in owner.unproven() {
        match tool.param(name).map(|param| &param.source) {
            Some(Source::Caller) if tool.effect() != Effect::Read => {
                sink.refuse(reason, messages::needs_no_reason(name));
            }
            // ST21 says what is wrong with it.
            None | Some(Source::Caller) => {}
            Some(_) => {
                sink.refuse(reason, messages::proven_by_the_guard(name));
            }
        }
    }
}

/// ST18: `skip_foreign` is for lists whose every object or key has its owner checked.
pub(super) fn skipped(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(skip) = param.settings.skip_foreign.given() else { continue };
        let is_list = match param.source {
            Source::OwnedMany(_) => true,
            Source::Key => types::is_named(&param.ty, "Vec"),
            // ST26 says what is wrong with it.
            Source::Flattened => continue,
            Source::Caller
            | Source::Call
            | Source::Progress
            | Source::Permit(_)
            | Source::State
            | Source::Object(_)
            | Source::Plain
            | Source::Owned(_)
            | Source::OwnedOptional(_)
            | Source::Unlendable => false,
        };
        if skips_unnamed(tool, param) {
            sink.refuse(skip, messages::skips_without_owner(&param.ident, &tool.owner_with([&param.ident])));
        } else if !is_list {
            sink.refuse(skip, messages::arg_without_effect("skip_foreign", &param.ident));
        }
    }
}

/// Whether a list would skip what is foreign, if `owner` named it.
pub(super) fn skips_unnamed(tool: &Tool, param: &Param) -> bool {
    param.settings.skip_foreign.is_given()
        && !tool.is_struct
        && matches!(param.source, Source::Plain)
        && types::is_named(&param.ty, "Vec")
}

/// ST22
pub(super) fn used(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.can_own() && tool.is_owner(param)) {
        let name = param.ident.unraw().to_string();
        if name.starts_with('_') || !uses(&tool.function.body.stream(), &name) {
            sink.refuse(&param.ident, messages::owner_ignored(&param.ident.to_string()));
        }
    }
}

/// ST23
pub(super) fn owned_is_named(tool: &Tool, sink: &Sink) {
    let Some(owner) = tool.attribute.owner.given() else { return };
    if tool.owner_names().iter().any(|name| tool.param(name).is_none()) {
        return;
    }
    for param in tool.params.iter().filter(|param| param.owned().is_some()) {
        match owner {
            Owner::Unowned { keyword, .. } => {
                sink.refuse(keyword, messages::unowned_yet_owned(&param.ident, tool.noun()));
                return;
            }
            Owner::Parameters(names, _) if !tool.is_owner(param) => {
                let written: Vec<String> = names.iter().map(ToString::to_string).collect();
                sink.refuse(&param.ident, messages::owned_not_named(&param.ident, &written));
            }
            Owner::Parameters(..) => {}
        }
    }
}

/// ST24
pub(super) fn public(tool: &Tool, sink: &Sink) {
    if !matches!(tool.attribute.scope.given(), Some(Scope::Public { .. })) {
        return;
    }
    for param in &tool.params {
        if matches!(param.source, Source::Caller) {
            sink.refuse(&param.ident, messages::public_with_caller(&param.ident, tool.noun()));
        }
    }
    for name in tool.owner_names() {
        if let Some(param) = tool.param(name).filter(|param| param.is_argument()) {
            let owned = param.owned().is_some();
            let message = if owned {
                messages::public_with_owned(name, tool.noun())
            } else {
                messages::public_with_key(name, tool.noun())
            };
            sink.refuse(name, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{exists, owned_is_named, public, skipped, unproven, used};
    use crate::check::testing::cases;

    #[test]
    fn owners_exist() {
        cases! { exists;
            accepts: #[secure_tool(owner = (caller, a, b))] fn f(&self, caller: &Caller, a: Owned<A>, b: Key) {};
            accepts: #[secure_tool(owner = a)] fn f(&self, a: &Owned<A>) {};
            refuses ST21 "can name `invoice`":
                #[secure_tool(owner = invoce)] fn f(&self, call: &Call, invoice: Owned<A>) {};
            refuses ST21 "`caller: &Caller`": #[secure_tool(owner = caller)] fn f(&self) {};
            refuses ST21 "`call` is not a parameter": #[secure_tool(owner = call)] fn f(&self, call: &Call) {};
            refuses ST21 "can name `a`": #[secure_tool(owner = state)] fn f(state: &State, a: u32) {};
            refuses ST21 "`self`": #[secure_tool(owner = self)] fn f(&self, a: u32) {};
            refuses ST21 "twice": #[secure_tool(owner = (a, a))] fn f(&self, a: u32) {};
            refuses ST21 "bare name": #[secure_tool(owner = ())] fn f(&self, a: u32) {};
            refuses ST21 "bare name": #[secure_tool(owner = &caller)] fn f(&self, caller: &Caller) {};
            refuses ST21 "`nobody`": #[secure_tool(owner = nobody("a good reason"))] fn f(&self) {};
        }
    }

    #[test]
    fn only_lists_can_skip_foreign_objects() {
        cases! { skipped in #[secure_tool(owner = a)] fn f(&self, _) {};
            accepts: #[arg(skip_foreign)] a: Vec<Owned<A>>;
            accepts: #[arg(skip_foreign)] a: Vec<Key>;
            refuses ST18 "`skip_foreign`": #[arg(skip_foreign)] a: Owned<A>;
            refuses ST18 "`skip_foreign`": #[arg(skip_foreign)] a: Option<Owned<A>>;
            refuses ST18 "`skip_foreign`": #[arg(skip_foreign)] a: Key;
            refuses ST18 "write `owner = (a, b)`": #[arg(skip_foreign)] b: Vec<Key>;
        }
    }

    #[test]
    fn reasons_beside_owners() {
        cases! { unproven;
            accepts: #[secure_tool(read_only, owner = caller("sums over all rows"))] fn f(&self, caller: &Caller) {};
            accepts: #[secure_tool(read_only, owner = (who("sums over rows"), a))] fn f(who: &Caller, a: Owned<A>) {};
            accepts: #[secure_tool(owner = (caller, a))] fn f(&self, caller: &Caller, a: Owned<A>) {};
            refuses ST28 "`owner = caller` needs no reason":
                #[secure_tool(owner = caller("sums over all rows"))] fn f(&self, caller: &Caller) {};
            refuses ST28 "`a` needs no reason":
                #[secure_tool(read_only, owner = (caller, a("why not so")))] fn f(&self, caller: &Caller, a: Owned<A>) {};
            refuses ST15 "`caller`": #[secure_tool(read_only, owner = caller())] fn f(&self, caller: &Caller) {};
            refuses ST15 "`caller`": #[secure_tool(read_only, owner = (caller(5)))] fn f(&self, caller: &Caller) {};
        }
    }

    #[test]
    fn owners_are_used() {
        cases! { used in #[secure_tool(owner = caller)] fn f(&self, caller: &Caller) _;
            accepts: { caller.subject() };
            accepts: { vec![format!("{caller:?}")] };
            accepts: { if a { b(&[caller]) } };
            refuses ST22 "`caller`": {};
            refuses ST22 "`caller`": { callers() };
            refuses ST22 "`caller`": { "{callers}" };
            refuses ST22 "`caller`": { "caller" };
            refuses ST22 "`caller`": { let _ = caller; all() };
            refuses ST22 "`caller`": { drop(caller) };
            refuses ST22 "`caller`": { stringify!(caller) };
        }
        cases! { used; refuses ST22 "`_a`": #[secure_tool(owner = _a)] fn f(&self, _a: Owned<A>) { _a }; }
    }

    #[test]
    fn owned_parameters_are_named() {
        cases! { owned_is_named;
            accepts: #[secure_tool(owner = (a, b))] fn f(&self, a: Owned<A>, b: Vec<Owned<B>>) {};
            accepts: #[secure_tool] fn f(&self, a: Owned<A>) {};
            refuses ST23 "`owner = (a, b)`":
                #[secure_tool(owner = a)] fn f(&self, a: Owned<A>, b: Option<Owned<B>>) {};
            refuses ST23 "`owner = a`": #[secure_tool(owner = unowned("a good reason"))] fn f(&self, a: Owned<A>) {};
        }
    }

    #[test]
    fn public_tools_have_no_caller() {
        cases! { public in
            #[secure_tool(scope = public("a good reason"), owner = unowned("a good reason"))] fn f(&self, _) {};
            accepts: call: &Call, a: u32;
            refuses ST24 "`caller`": caller: &Caller;
        }
        cases! { public;
            refuses ST24 "`a` has an owner":
                #[secure_tool(scope = public("a good reason"), owner = a)] fn f(&self, a: Owned<A>) {};
            refuses ST24 "`c` is the caller":
                #[secure_tool(scope = public("a good reason"), owner = c)] fn f(&self, c: &Caller) {};
        }
    }
}
