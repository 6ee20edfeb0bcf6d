//! ST30, ST31: arguments without a type of their own, and borrowed ones.

use syn::Type;

use super::asked;
use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages;
use crate::model::{Home, Param, Source, State, Tool, is_plain_value};
use crate::syntax::{known, types};

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
        let provided = matches!(
            param.source,
            Source::Caller | Source::Call | Source::Progress | Source::Permit(_) | Source::State | Source::Object(_)
        );
        if let Some(name) = meant_for_guard(&param.ty).filter(|name| !provided && name != "Caller") {
            let message = if ["Call", "Progress"].into_iter().any(|own| types::is_named(&param.ty, own)) {
                messages::guard_by_value(&param.ident, &name)
            } else {
                messages::borrowed_from_guard(&param.ident, &types::show(&param.ty), &name)
            };
            sink.refuse(&param.ty, message);
            continue;
        }
        if is_of_the_transport(&param.ty) {
            let ty = types::show(&param.ty);
            let message = match tool.kind {
                Kind::Tool => messages::of_the_transport(&param.ident, &ty),
                Kind::Resource | Kind::Prompt => messages::of_the_transport_of_reader(&param.ident, &ty),
            };
            sink.refuse(&param.ty, message);
            continue;
        }
        // ST07 says what is wrong with it.
        if asked::is_inside(param) {
            continue;
        }
        let Some(reference) = types::first_reference(&param.ty).filter(|_| !provided) else { continue };
        let ty = types::show(&param.ty);
        let owned = ty.replace(&types::show(&Type::Reference(reference.clone())), &owned_form(&reference.elem));
        let message = if let object @ Type::TraitObject(_) = types::peel(&reference.elem) {
            messages::borrowed_object(&param.ident, &ty, &format!("&{}", types::show(object)))
        } else if types::is_named(&reference.elem, "Caller") {
            messages::borrowed_from_guard(&param.ident, &ty, "Caller")
        } else {
            match state.filter(|_| is_second_state(tool, param)) {
                Some(first) => messages::second_state(&param.ident, &ty, &first.ident, &owned, tool.noun()),
                None if is_plain_value(&reference.elem) => messages::borrowed(&param.ident, &ty, &owned),
                None => messages::borrowed_type(&param.ident, &ty, &owned),
            }
        };
        sink.refuse(&param.ty, message);
    }
}

/// `Caller`, `Call`, `Progress` or `Permit<_>`, in whatever form: what only the guard can give.
pub(super) fn meant_for_guard(ty: &Type) -> Option<String> {
    let inner = types::innermost(ty);
    let borrowed = types::reference(inner).is_some();
    let inner = types::reference(inner).map_or(inner, |reference| &*reference.elem);
    if types::is_named(inner, "Permit") {
        return Some(types::inside(inner, "Permit").map_or("Permit<Write>".to_owned(), |_| types::show(inner)));
    }
    // By value, a type of the application may be called so; the real ones cannot be read from JSON.
    let ours = |name: &&str| if borrowed { types::is_named(inner, name) } else { known::is_library_type(inner, name) };
    ["Caller", "Call", "Progress"].into_iter().find(ours).map(str::to_owned)
}

/// `Peer<RoleServer>` and `RequestContext<RoleServer>` of rmcp, in whatever form.
pub(super) fn is_of_the_transport(ty: &Type) -> bool {
    let inner = types::innermost(ty);
    let inner = types::reference(inner).map_or(inner, |reference| &*reference.elem);
    let of_server = |name| types::inside(inner, name).is_some_and(|role| types::is_named(role, "RoleServer"));
    ["Peer", "RequestContext"].into_iter().any(of_server)
}

fn is_second_state(tool: &Tool, param: &Param) -> bool {
    tool.home != Home::Method
        && matches!(tool.state, State::Given(_))
        && types::reference(&param.ty)
            .is_some_and(|reference| reference.mutability.is_none() && !is_plain_value(&reference.elem))
}

fn is_untyped(ty: &Type) -> bool {
    if known::is_from(ty, "Value", &["serde_json", "json"]) || known::is_from(ty, "JsonObject", &["rmcp", "model"]) {
        return true;
    }
    let is_map = ["Map", "HashMap", "BTreeMap", "IndexMap"].iter().any(|name| types::is_named(ty, name));
    is_map && types::arguments(ty).get(1).is_some_and(|value| is_untyped(types::innermost(value)))
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
    use crate::check::testing::cases;

    #[test]
    fn typed_arguments() {
        cases! { untyped in #[secure_tool] fn f(&self, a: _) {};
            accepts: Filter;
            accepts: HashMap<String, u32>;
            accepts: Map;
            accepts: Vec<String>;
            accepts: Owned<Value>;
            accepts: &Value;
            accepts: crate::Value;
            accepts: Option<money::Value>;
            accepts: Map<Tile>;
            accepts: Map<String, u32>;
            refuses ST30 "`a: ": Value;
            refuses ST30 "`a: ": serde_json::Value;
            refuses ST30 "`a: ": Option<Value>;
            refuses ST30 "`a: ": Vec<Box<Value>>;
            refuses ST30 "`a: ": Map<String, Value>;
            refuses ST30 "`a: ": JsonObject;
            refuses ST30 "`a: ": HashMap<String, Vec<Value>>;
            refuses ST30 "`a: ": BTreeMap<String, HashMap<String, Value>>;
        }
    }

    #[test]
    fn owned_arguments() {
        cases! { borrowed in #[secure_tool] fn f(_) {};
            accepts: &self, caller: &Caller, call: &Call, progress: &Progress, a: String;
            accepts: state: &State, caller: &secure_tool::Caller, a: Vec<u32>;
            refuses ST31 "is a type of rmcp": &self, a: &Peer<RoleServer>;
            refuses ST31 "is a type of rmcp": &self, a: RequestContext<RoleServer>;
            refuses ST31 "`a: &dyn Repo`": &self, a: &mut dyn Repo;
            refuses ST31 "`a: &dyn Repo`": &self, a: Option<&dyn Repo>;
            accepts: &self, a: &dyn Repo, b: &(dyn Repo + Sync);
            refuses ST31 "`&Caller`, `&Call`, `&Progress`": &self, a: &Me;
            refuses ST31 "`a: Filter`": &self, a: &Filter;
            refuses ST31 "already runs on `state`": state: &State, a: &Filter;
        }
        for receiver in [quote!(&self,), quote!()] {
            cases! { borrowed in #[secure_tool] fn f(#receiver a: _) {};
                refuses ST31 "`a: String`": &str;
                refuses ST31 "`a: String`": &'static str;
                refuses ST31 "`a: Vec<u32>`": &[u32];
                refuses ST31 "`a: String`": &String;
                refuses ST31 "`a: Vec<u32>`": &Vec<u32>;
                refuses ST31 "`a: Filter`": &mut Filter;
                refuses ST31 "`a: Option<String>`": Option<&str>;
                refuses ST31 "`a: &Caller`": &mut Caller;
                refuses ST31 "`a: &Caller`": Option<&Caller>;
                refuses ST31 "`a: &Call`": Call;
                refuses ST31 "`a: &Call`": Option<Call>;
                refuses ST31 "`a: &Call`": &mut Call;
                refuses ST31 "`a: &Call`": Vec<secure_tool::Call>;
                refuses ST31 "`a: &Progress`": Progress;
                refuses ST31 "`a: &Progress`": Option<&Progress>;
                refuses ST31 "`a: &Progress`": &mut Progress;
                accepts: phone::Call;
            }
        }
    }
}
