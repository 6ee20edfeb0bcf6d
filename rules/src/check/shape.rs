//! ST35: shapes that the guard cannot hold.

use quote::ToTokens;
use syn::{FnArg, GenericParam, Lifetime, ReceiverKind, ReturnType, Safety, Type};

use crate::errors::Sink;
use crate::messages;
use crate::model::{Source, Tool};
use crate::syntax::types::{self, tidy};

/// ST35: `const`, `unsafe`, `extern` and `...`.
pub(super) fn qualifiers(tool: &Tool, sink: &Sink) {
    let signature = &tool.function.signature;
    if let Some(token) = &signature.constness {
        sink.refuse(token, messages::qualifier(tool.ident(), "const"));
    }
    match &signature.safety {
        Safety::Unsafe(token) => {
            sink.refuse(token, messages::qualifier(tool.ident(), "unsafe"));
        }
        Safety::Safe(token) => {
            sink.refuse(token, messages::qualifier(tool.ident(), "safe"));
        }
        Safety::Default => {}
    }
    if let Some(abi) = &signature.abi {
        sink.refuse(abi, messages::qualifier(tool.ident(), "extern"));
    }
    if let Some(variadic) = &signature.variadic {
        sink.refuse(variadic, messages::variadic());
    }
}

/// ST35: generic parameters and `where` clauses.
pub(super) fn generics(tool: &Tool, sink: &Sink) {
    let generics = &tool.function.signature.generics;
    if !generics.params.is_empty() && generics.params.iter().all(|param| matches!(param, GenericParam::Lifetime(_))) {
        sink.refuse(generics, messages::lifetime_parameters(&tidy(&generics.to_token_stream().to_string())));
    } else if !generics.params.is_empty() {
        sink.refuse(generics, messages::generics(tool.ident()));
    } else if let Some(clause) = &generics.where_clause {
        sink.refuse(clause, messages::where_clause(tool.ident()));
    }
}

/// ST35: every receiver but `&self`.
pub(super) fn receiver(tool: &Tool, sink: &Sink) {
    let Some(receiver) = tool.function.receiver() else { return };
    let shared = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => types::reference(ty)
            .is_some_and(|reference| reference.mutability.is_none() && types::is_named(&reference.elem, "Self")),
        _ => false,
    };
    if !shared {
        sink.refuse(receiver, messages::receiver(&tidy(&receiver.to_token_stream().to_string())));
    }
}

/// ST35: parameters without a name, and conditional ones.
pub(super) fn parameters(tool: &Tool, sink: &Sink) {
    for parameter in &tool.function.parameters {
        if parameter.name.is_none() {
            let pattern = &parameter.typed.pat;
            sink.refuse(pattern, messages::parameter_pattern(&tidy(&pattern.to_token_stream().to_string())));
        }
    }
    for input in &tool.function.signature.inputs {
        let attributes = match input {
            FnArg::Receiver(receiver) => &receiver.attrs,
            FnArg::Typed(typed) => &typed.attrs,
        };
        for attribute in attributes {
            for name in ["cfg", "cfg_attr"] {
                if attribute.path().is_ident(name) {
                    sink.refuse(attribute, messages::conditional_parameter(name));
                }
            }
        }
    }
}

/// ST35: named lifetimes on what the guard lends.
pub(super) fn lifetimes(tool: &Tool, sink: &Sink) {
    if !tool.function.signature.generics.params.is_empty() {
        return;
    }
    let judge = |lifetime: Option<&Lifetime>| {
        if let Some(lifetime) = lifetime.filter(|lifetime| lifetime.ident != "_") {
            sink.refuse(lifetime, messages::lifetime(lifetime));
        }
    };
    if let Some(receiver) = tool.function.receiver() {
        match &receiver.kind {
            ReceiverKind::Reference(_, lifetime, _) => judge(lifetime.as_ref()),
            ReceiverKind::Typed(_, ty) => judge(types::reference(ty).and_then(|reference| reference.lifetime.as_ref())),
            _ => {}
        }
    }
    for param in &tool.params {
        if matches!(param.source, Source::Caller | Source::Call | Source::Permit(_) | Source::State) {
            judge(types::reference(&param.ty).and_then(|reference| reference.lifetime.as_ref()));
        }
    }
}

/// ST35: `impl Trait` in an argument or in the result.
pub(super) fn impl_traits(tool: &Tool, sink: &Sink) {
    let inputs = tool.function.parameters.iter().map(|parameter| (&parameter.ty, "String"));
    let output: Option<&Type> = match &tool.function.signature.output {
        ReturnType::Type(_, ty) => Some(ty),
        ReturnType::Default => None,
    };
    for (ty, named) in inputs.chain(output.map(|ty| (ty, "Result<Json<View>, ToolError>"))) {
        for found in types::impl_traits(ty) {
            sink.refuse(found, messages::impl_trait(&tidy(&found.to_token_stream().to_string()), named));
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{generics, impl_traits, lifetimes, parameters, qualifiers, receiver};
    use crate::check::Rule;
    use crate::check::testing;

    fn accepts(rule: Rule, item: TokenStream) {
        testing::accepts(rule, quote!(), item);
    }

    fn refuses(rule: Rule, item: TokenStream, names: &str) {
        testing::refuses(rule, quote!(), item, "ST35", names);
    }

    #[test]
    fn plain_functions() {
        accepts(
            qualifiers,
            quote!(
                pub(crate) async fn f(&self) {}
            ),
        );
        refuses(
            qualifiers,
            quote!(
                const fn f() {}
            ),
            "`const`",
        );
        refuses(
            qualifiers,
            quote!(
                unsafe fn f() {}
            ),
            "`unsafe`",
        );
        refuses(
            qualifiers,
            quote!(
                extern "C" fn f() {}
            ),
            "`extern`",
        );
    }

    #[test]
    fn one_schema() {
        accepts(
            generics,
            quote!(
                fn f() {}
            ),
        );
        refuses(
            generics,
            quote!(
                fn f<T>(a: T) {}
            ),
            "`f` is generic",
        );
        refuses(
            generics,
            quote!(
                fn f<'a>(&'a self) {}
            ),
            "`<'a>` names",
        );
        refuses(
            generics,
            quote!(
                fn f(&self)
                where
                    Self: Sized,
                {
                }
            ),
            "`f` has a `where` clause",
        );
    }

    #[test]
    fn receivers() {
        for item in [
            quote!(
                fn f(&self) {}
            ),
            quote!(
                fn f(self: &Self) {}
            ),
            quote!(
                fn f() {}
            ),
        ] {
            accepts(receiver, item);
        }
        refuses(
            receiver,
            quote!(
                fn f(&mut self) {}
            ),
            "`&mut self`",
        );
        refuses(
            receiver,
            quote!(
                fn f(self) {}
            ),
            "`self`",
        );
        refuses(
            receiver,
            quote!(
                fn f(mut self) {}
            ),
            "`mut self`",
        );
        refuses(
            receiver,
            quote!(
                fn f(self: Arc<Self>) {}
            ),
            "Arc<Self>",
        );
        refuses(
            receiver,
            quote!(
                fn f(self: &mut Self) {}
            ),
            "Self",
        );
    }

    #[test]
    fn named_parameters() {
        accepts(
            parameters,
            quote!(
                fn f(&self, mut a: u32) {}
            ),
        );
        refuses(
            parameters,
            quote!(
                fn f(_: u32) {}
            ),
            "`_`",
        );
        refuses(
            parameters,
            quote!(
                fn f((a, b): (u32, u32)) {}
            ),
            "`(a, b)`",
        );
        refuses(
            parameters,
            quote!(
                fn f(#[cfg(unix)] a: u32) {}
            ),
            "`cfg`",
        );
        refuses(
            parameters,
            quote!(
                fn f(#[cfg_attr(unix, arg(raw))] a: u32) {}
            ),
            "`cfg_attr`",
        );
    }

    #[test]
    fn lent_for_one_call() {
        accepts(
            lifetimes,
            quote!(
                fn f(&self, caller: &'_ Caller, name: Cow<'static, str>) {}
            ),
        );
        refuses(
            lifetimes,
            quote!(
                fn f(&self, caller: &'static Caller) {}
            ),
            "`'static`",
        );
        refuses(
            lifetimes,
            quote!(
                fn f(&'static self) {}
            ),
            "`'static`",
        );
    }

    #[test]
    fn named_types() {
        accepts(
            impl_traits,
            quote!(
                fn f(a: u32) -> Vec<u32> {}
            ),
        );
        refuses(
            impl_traits,
            quote!(
                fn f(a: impl Into<String>) {}
            ),
            "`impl Into<String>`",
        );
        refuses(
            impl_traits,
            quote!(
                fn f() -> Result<impl Clone, E> {}
            ),
            "`impl Clone`",
        );
    }

    #[test]
    fn functions_only() {
        for item in [
            quote!(
                struct S;
            ),
            quote!(impl S {}),
            quote!(
                const A: u32 = 5;
            ),
            quote!(
                fn f();
            ),
            quote!(fn f(a) {}),
            quote!(
                mod m {}
            ),
        ] {
            refuses(qualifiers, item, "`");
        }
    }
}
