//! ST21 to ST24: ownership that binds nothing, or contradicts the rest.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Source, Tool};
use crate::syntax::owner::Owner;
use crate::syntax::scope::Scope;
use crate::syntax::suggest;

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
        } else if !tool.param(name).is_some_and(crate::model::Param::can_own) {
            let nearest =
                suggest::nearest(&name.to_string(), &candidates.iter().map(String::as_str).collect::<Vec<_>>())
                    .map(str::to_owned);
            sink.refuse(name, messages::no_such_owner(name, nearest, &candidates));
        }
        seen.push(name);
    }
}

/// ST22
pub(super) fn used(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.can_own() && tool.is_owner(param)) {
        let name = param.ident.unraw().to_string();
        if name.starts_with('_') || !mentions(&tool.function.body.stream(), &name) {
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
                sink.refuse(keyword, messages::unowned_yet_owned(&param.ident));
                return;
            }
            Owner::Parameters(names) if !tool.is_owner(param) => {
                let written: Vec<String> = names.iter().map(ToString::to_string).collect();
                sink.refuse(&param.ident, messages::owned_not_named(&param.ident, &written));
            }
            Owner::Parameters(_) => {}
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
            sink.refuse(&param.ident, messages::public_with_caller(&param.ident));
        }
    }
    for name in tool.owner_names() {
        if let Some(param) = tool.param(name).filter(|param| param.is_argument()) {
            sink.refuse(name, messages::public_with_owner(name, param.owned().is_some()));
        }
    }
}

/// Whether a name occurs in tokens: as an identifier, or in a string as `{name…`.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident.unraw() == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(literal) => interpolates(&literal.to_string(), name),
        TokenTree::Punct(_) => false,
    })
}

fn interpolates(literal: &str, name: &str) -> bool {
    literal.split('{').skip(1).any(|rest| {
        rest.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{exists, owned_is_named, public, used};
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn owners_exist() {
        accepts(
            exists,
            quote!(owner = (caller, a, b)),
            quote!(
                fn f(&self, caller: &Caller, a: Owned<A>, b: Key) {}
            ),
        );
        accepts(
            exists,
            quote!(owner = a),
            quote!(
                fn f(&self, a: &Owned<A>) {}
            ),
        );
        refuses(
            exists,
            quote!(owner = invoce),
            quote!(
                fn f(&self, call: &Call, invoice: Owned<A>) {}
            ),
            "ST21",
            "can name `invoice`",
        );
        refuses(
            exists,
            quote!(owner = caller),
            quote!(
                fn f(&self) {}
            ),
            "ST21",
            "`caller: &Caller`",
        );
        refuses(
            exists,
            quote!(owner = call),
            quote!(
                fn f(&self, call: &Call) {}
            ),
            "ST21",
            "`call` is no parameter",
        );
        refuses(
            exists,
            quote!(owner = state),
            quote!(
                fn f(state: &State, a: u32) {}
            ),
            "ST21",
            "can name `a`",
        );
        refuses(
            exists,
            quote!(owner = self),
            quote!(
                fn f(&self, a: u32) {}
            ),
            "ST21",
            "`self`",
        );
        refuses(
            exists,
            quote!(owner = (a, a)),
            quote!(
                fn f(&self, a: u32) {}
            ),
            "ST21",
            "twice",
        );
        refuses(
            exists,
            quote!(owner = ()),
            quote!(
                fn f(&self, a: u32) {}
            ),
            "ST21",
            "bare name",
        );
        refuses(
            exists,
            quote!(owner = &caller),
            quote!(
                fn f(&self, caller: &Caller) {}
            ),
            "ST21",
            "bare name",
        );
        refuses(
            exists,
            quote!(owner = nobody("a good reason")),
            quote!(
                fn f(&self) {}
            ),
            "ST21",
            "bare name",
        );
    }

    #[test]
    fn owners_are_used() {
        for body in [
            quote!({ caller.subject() }),
            quote!({ vec![format!("{caller:?}")] }),
            quote!({
                if a {
                    b(&[caller])
                }
            }),
        ] {
            accepts(used, quote!(owner = caller), quote!(fn f(&self, caller: &Caller) #body));
        }
        for body in [quote!({}), quote!({ callers() }), quote!({ "{callers}" }), quote!({ "caller" })] {
            refuses(used, quote!(owner = caller), quote!(fn f(&self, caller: &Caller) #body), "ST22", "`caller`");
        }
        refuses(
            used,
            quote!(owner = _a),
            quote!(
                fn f(&self, _a: Owned<A>) {
                    _a
                }
            ),
            "ST22",
            "`_a`",
        );
    }

    #[test]
    fn owned_parameters_are_named() {
        accepts(
            owned_is_named,
            quote!(owner = (a, b)),
            quote!(
                fn f(&self, a: Owned<A>, b: Vec<Owned<B>>) {}
            ),
        );
        accepts(
            owned_is_named,
            quote!(),
            quote!(
                fn f(&self, a: Owned<A>) {}
            ),
        );
        refuses(
            owned_is_named,
            quote!(owner = a),
            quote!(
                fn f(&self, a: Owned<A>, b: Option<Owned<B>>) {}
            ),
            "ST23",
            "`owner = (a, b)`",
        );
        refuses(
            owned_is_named,
            quote!(owner = unowned("a good reason")),
            quote!(
                fn f(&self, a: Owned<A>) {}
            ),
            "ST23",
            "`owner = a`",
        );
    }

    #[test]
    fn public_tools_have_no_caller() {
        let attribute = quote!(scope = public("a good reason"), owner = unowned("a good reason"));
        accepts(
            public,
            attribute.clone(),
            quote!(
                fn f(&self, call: &Call, a: u32) {}
            ),
        );
        refuses(
            public,
            attribute,
            quote!(
                fn f(&self, caller: &Caller) {}
            ),
            "ST24",
            "`caller`",
        );
        refuses(
            public,
            quote!(scope = public("a good reason"), owner = a),
            quote!(
                fn f(&self, a: Owned<A>) {}
            ),
            "ST24",
            "`a` has an owner",
        );
        refuses(
            public,
            quote!(scope = public("a good reason"), owner = c),
            quote!(
                fn f(&self, c: &Caller) {}
            ),
            "ST24",
            "`c` is the caller",
        );
    }
}
