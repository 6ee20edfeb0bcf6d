//! ST30, ST31: arguments without a type of their own, and borrowed ones.

use syn::Type;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Home, Param, Source, State, Tool, is_plain_value};
use crate::syntax::types;

/// ST30
pub(super) fn untyped(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if matches!(param.source, Source::Plain | Source::Key) && is_untyped(types::innermost(&param.ty)) {
            sink.refuse(&param.ty, messages::untyped(&param.ident, &types::show(&param.ty)));
        }
    }
}

/// ST31
pub(super) fn borrowed(tool: &Tool, sink: &Sink) {
    let state = tool.params.iter().find(|param| matches!(param.source, Source::State));
    for param in &tool.params {
        let provided = matches!(param.source, Source::Caller | Source::Call | Source::Permit(_) | Source::State);
        if let Some(name) = meant_for_guard(&param.ty).filter(|name| !provided && name != "Caller") {
            sink.refuse(&param.ty, messages::borrowed_from_guard(&param.ident, &types::show(&param.ty), &name));
            continue;
        }
        let Some(reference) = types::first_reference(&param.ty).filter(|_| !provided) else { continue };
        let ty = types::show(&param.ty);
        let owned = ty.replace(&types::show(&Type::Reference(reference.clone())), &owned_form(&reference.elem));
        let message = if types::is_named(&reference.elem, "Caller") {
            messages::borrowed_from_guard(&param.ident, &ty, "Caller")
        } else {
            match state.filter(|_| is_second_state(tool, param)) {
                Some(first) => messages::second_state(&param.ident, &ty, &first.ident, &owned),
                None => messages::borrowed(&param.ident, &ty, &owned),
            }
        };
        sink.refuse(&param.ty, message);
    }
}

/// `Caller`, `Call` or `Permit<_>`, in whatever form: what only the guard can give.
pub(super) fn meant_for_guard(ty: &Type) -> Option<String> {
    let inner = types::innermost(ty);
    let inner = types::reference(inner).map_or(inner, |reference| &*reference.elem);
    if types::is_named(inner, "Permit") {
        return Some(types::inside(inner, "Permit").map_or("Permit<Write>".to_owned(), |_| types::show(inner)));
    }
    ["Caller", "Call"].into_iter().find(|name| types::is_named(inner, name)).map(str::to_owned)
}

fn is_second_state(tool: &Tool, param: &Param) -> bool {
    tool.home != Home::Method
        && matches!(tool.state, State::Given(_))
        && types::reference(&param.ty)
            .is_some_and(|reference| reference.mutability.is_none() && !is_plain_value(&reference.elem))
}

fn is_untyped(ty: &Type) -> bool {
    let Some(segment) = types::last_segment(ty) else { return false };
    let arguments = types::arguments(ty);
    match segment.ident.to_string().as_str() {
        "Value" | "JsonObject" => true,
        "Map" => !arguments.is_empty(),
        "HashMap" | "BTreeMap" | "IndexMap" => {
            arguments.get(1).is_some_and(|value| is_untyped(types::innermost(value)))
        }
        _ => false,
    }
}

fn owned_form(ty: &Type) -> String {
    if let Type::Slice(slice) = types::peel(ty) {
        return format!("Vec<{}>", types::show(&slice.elem));
    }
    let name = types::last_segment(ty).map(|segment| segment.ident.to_string());
    match name.as_deref() {
        Some("str") => "String".to_owned(),
        Some("Path") => "PathBuf".to_owned(),
        Some("OsStr") => "OsString".to_owned(),
        _ => types::show(ty),
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{borrowed, untyped};
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn typed_arguments() {
        for ty in [
            quote!(Filter),
            quote!(HashMap<String, u32>),
            quote!(Map),
            quote!(Vec<String>),
            quote!(Owned<Value>),
            quote!(&Value),
        ] {
            accepts(untyped, quote!(), quote!(fn f(&self, a: #ty) {}));
        }
        for ty in [
            quote!(Value),
            quote!(serde_json::Value),
            quote!(Option<Value>),
            quote!(Vec<Box<Value>>),
            quote!(Map<String, Value>),
            quote!(JsonObject),
            quote!(HashMap<String, Vec<Value>>),
            quote!(BTreeMap<String, HashMap<String, Value>>),
        ] {
            refuses(untyped, quote!(), quote!(fn f(&self, a: #ty) {}), "ST30", "`a: ");
        }
    }

    #[test]
    fn owned_arguments() {
        accepts(
            borrowed,
            quote!(),
            quote!(
                fn f(&self, caller: &Caller, call: &Call, a: String) {}
            ),
        );
        accepts(
            borrowed,
            quote!(),
            quote!(
                fn f(state: &State, caller: &secure_tool::Caller, a: Vec<u32>) {}
            ),
        );
        for (ty, owned) in [
            (quote!(&str), "`a: String`"),
            (quote!(&'static str), "`a: String`"),
            (quote!(&[u32]), "`a: Vec<u32>`"),
            (quote!(&String), "`a: String`"),
            (quote!(&Vec<u32>), "`a: Vec<u32>`"),
            (quote!(&mut Filter), "`a: Filter`"),
            (quote!(Option<&str>), "`a: Option<String>`"),
            (quote!(&mut Caller), "`a: &Caller`"),
            (quote!(Option<&Caller>), "`a: &Caller`"),
            (quote!(Call), "`a: &Call`"),
            (quote!(Option<Call>), "`a: &Call`"),
            (quote!(&mut Call), "`a: &Call`"),
        ] {
            refuses(borrowed, quote!(), quote!(fn f(&self, a: #ty) {}), "ST31", owned);
            refuses(borrowed, quote!(), quote!(fn f(a: #ty) {}), "ST31", owned);
        }
        refuses(
            borrowed,
            quote!(),
            quote!(
                fn f(&self, a: &Filter) {}
            ),
            "ST31",
            "`a: Filter`",
        );
        refuses(
            borrowed,
            quote!(),
            quote!(
                fn f(state: &State, a: &Filter) {}
            ),
            "ST31",
            "`state` is already",
        );
    }
}
