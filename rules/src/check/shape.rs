//! ST35: shapes that the guard cannot hold.

use quote::ToTokens;
use syn::{FnArg, GenericParam, Lifetime, Pat, ReceiverKind, ReturnType, Safety, Type};

use crate::errors::Sink;
use crate::messages;
use crate::model::{Source, Tool};
use crate::syntax::signature::contains_ident;
use crate::syntax::types::{self, tidy};

/// ST35: `const`, `unsafe`, `extern` and `...`.
pub(super) fn qualifiers(tool: &Tool, sink: &Sink) {
    let signature = &tool.function.signature;
    if let Some(token) = &signature.constness {
        sink.refuse(token, messages::qualifier(tool.ident(), "const", tool.noun()));
    }
    match &signature.safety {
        Safety::Unsafe(token) => {
            sink.refuse(token, messages::qualifier(tool.ident(), "unsafe", tool.noun()));
        }
        Safety::Safe(token) => {
            sink.refuse(token, messages::qualifier(tool.ident(), "safe", tool.noun()));
        }
        Safety::Default => {}
    }
    if let Some(abi) = &signature.abi {
        sink.refuse(abi, messages::qualifier(tool.ident(), "extern", tool.noun()));
    }
    if let Some(variadic) = &signature.variadic {
        sink.refuse(variadic, messages::variadic(tool.noun()));
    }
}

/// ST35: generic parameters.
pub(super) fn generics(tool: &Tool, sink: &Sink) {
    let generics = &tool.function.signature.generics;
    if !generics.params.is_empty() && generics.params.iter().all(|param| matches!(param, GenericParam::Lifetime(_))) {
        sink.refuse(generics, messages::lifetime_parameters(&tidy(&generics.to_token_stream().to_string())));
    } else if !generics.params.is_empty() {
        sink.refuse(generics, messages::generics(tool.ident(), tool.noun()));
    }
}

/// ST35: every receiver but `&self` and `self: Arc<Self>`.
pub(super) fn receiver(tool: &Tool, sink: &Sink) {
    let Some(receiver) = tool.function.receiver() else { return };
    let shared = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => types::reference(ty)
            .is_some_and(|reference| reference.mutability.is_none() && types::is_named(&reference.elem, "Self")),
        _ => false,
    };
    if !shared && !tool.function.shares_state() {
        sink.refuse(receiver, messages::receiver(&tidy(&receiver.to_token_stream().to_string())));
    }
}

/// ST35: parameters without a name, and conditional ones.
pub(super) fn parameters(tool: &Tool, sink: &Sink) {
    for parameter in &tool.function.parameters {
        if let Some(inner) = types::inside(&parameter.ty, "Parameters") {
            let inside = match &*parameter.typed.pat {
                Pat::TupleStruct(pattern) => pattern.elems.first().map(ToTokens::to_token_stream),
                _ => parameter.name.as_ref().map(ToTokens::to_token_stream),
            };
            let shown = inside.map_or_else(|| "request".to_owned(), |inside| inside.to_string());
            sink.refuse(&parameter.ty, messages::parameters_of_rmcp(&shown, &types::show(inner), tool.noun()));
        } else if parameter.name.is_none() {
            let pattern = &parameter.typed.pat;
            sink.refuse(pattern, messages::parameter_pattern(&tidy(&pattern.to_token_stream().to_string())));
        }
        for attribute in &parameter.of_fields {
            let name = parameter.name.as_ref().map_or_else(|| "_".to_owned(), ToString::to_string);
            let said = attribute.meta.to_token_stream();
            let message = if contains_ident(&said, "default") {
                messages::serde_default_on_parameter(&name)
            } else if contains_ident(&said, "rename") {
                messages::serde_rename_on_parameter(&name)
            } else {
                messages::serde_on_parameter(&name, &tidy(&attribute.path().to_token_stream().to_string()))
            };
            sink.refuse(&attribute.meta, message);
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
                    sink.refuse(attribute, messages::conditional_parameter(name, tool.noun()));
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
        if matches!(
            param.source,
            Source::Caller | Source::Call | Source::Progress | Source::Permit(_) | Source::State | Source::Object(_)
        ) {
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
    for (ty, named) in inputs.chain(output.map(|ty| (ty, tool.kind.grammar().answer))) {
        for found in types::impl_traits(ty) {
            sink.refuse(found, messages::impl_trait(&tidy(&found.to_token_stream().to_string()), named, tool.noun()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{generics, impl_traits, lifetimes, parameters, qualifiers, receiver};
    use crate::check::testing::cases;

    #[test]
    fn plain_functions() {
        cases! { qualifiers in #[secure_tool] _;
            accepts: pub(crate) async fn f(&self) {};
            refuses ST35 "`const`": const fn f() {};
            refuses ST35 "`unsafe`": unsafe fn f() {};
            refuses ST35 "`extern`": extern "C" fn f() {};
            refuses ST35 "`...` takes any number": fn f(a: u32, ...) {};
        }
    }

    #[test]
    fn one_schema() {
        cases! { generics in #[secure_tool] _;
            accepts: fn f() {};
            accepts: fn f(&self) where Self: Sized, {};
            refuses ST35 "`f` is generic": fn f<T>(a: T) {};
            refuses ST35 "`<'a>` names": fn f<'a>(&'a self) {};
        }
    }

    #[test]
    fn receivers() {
        cases! { receiver in #[secure_tool] fn f(_) {};
            accepts: &self;
            accepts: self: &Self;
            accepts: ;
            refuses ST35 "`&mut self`": &mut self;
            refuses ST35 "`self`": self;
            refuses ST35 "`mut self`": mut self;
            accepts: self: Arc<Self>;
            accepts: self: std::sync::Arc<Self>;
            refuses ST35 "Rc<Self>": self: Rc<Self>;
            refuses ST35 "Arc<Self>": self: &Arc<Self>;
            refuses ST35 "Self": self: &mut Self;
        }
    }

    #[test]
    fn named_parameters() {
        cases! { parameters in #[secure_tool] fn f(_) {};
            accepts: &self, mut a: u32;
            refuses ST35 "`(a, b)`": (a, b): (u32, u32);
            refuses ST35 "`_`": _: u32;
            refuses ST35 "`#[arg(flatten)] search: Search`": Parameters(search): Parameters<Search>;
            refuses ST35 "`#[arg(flatten)] search: Search`": search: Parameters<Search>;
            refuses ST35 "`#[arg(default)]`": #[serde(default)] a: u32;
            refuses ST35 "`#[arg(name = ": #[serde(rename = "b")] a: u32;
            refuses ST35 "`validate` does not read `a`": #[validate(length(min = 1))] a: u32;
            refuses ST35 "`cfg`": #[cfg(unix)] a: u32;
            refuses ST35 "`cfg_attr`": #[cfg_attr(unix, arg(raw))] a: u32;
        }
    }

    #[test]
    fn lent_for_one_call() {
        cases! { lifetimes in #[secure_tool] fn f(_) {};
            accepts: &self, caller: &'_ Caller, name: Cow<'static, str>;
            refuses ST35 "`'static`": &self, caller: &'static Caller;
            refuses ST35 "`'static`": &'static self;
        }
    }

    #[test]
    fn named_types() {
        cases! { impl_traits in #[secure_tool] _;
            accepts: fn f(a: u32) -> Vec<u32> {};
            refuses ST35 "`impl Into<String>`": fn f(a: impl Into<String>) {};
            refuses ST35 "`impl Clone`": fn f() -> Result<impl Clone, E> {};
        }
    }

    #[test]
    fn functions_only() {
        cases! { qualifiers in #[secure_tool] _;
            refuses ST35 "`": struct S;;
            refuses ST35 "`": impl S {};
            refuses ST35 "`": const A: u32 = 5;;
            refuses ST35 "`": fn f();;
            refuses ST35 "`": fn f(a: u32) -> {};
            // The compiler has refused what has no type yet.
            accepts: fn f(a) {};
            accepts: fn f(&self, a: HashMap<String, u32>, b: ) {};
            refuses ST35 "`": mod m {};
            refuses ST35 "`secure_tool` can only be used on a function": 5;
        }
        cases! { qualifiers;
            refuses ST35 "so it cannot be a resource": #[secure_resource] struct S;;
            refuses ST35 "which a prompt cannot be": #[secure_prompt] const fn f() {};
        }
    }

    #[test]
    fn one_kind_for_an_item() {
        cases! { qualifiers;
            refuses ST11 "`secure_tool` twice": #[secure_tool] #[secure_tool] fn f() {};
            refuses ST11 "`f` is both a tool and a resource": #[secure_tool] #[secure_resource(uri = "a://b")] fn f() {};
            refuses ST11 "`f` is both a prompt and a tool": #[secure_prompt] #[secure_tool::secure_tool] fn f() {};
        }
    }
}
