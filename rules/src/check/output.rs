//! ST37, ST19: what a tool must not answer with, and what it cannot.

use syn::visit::{self, Visit};
use syn::{PathSegment, ReturnType, Type};

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::releases::Release;
use crate::syntax::types;

/// ST37: no `Secret` anywhere in the return type.
pub(super) fn secrets(tool: &Tool, sink: &Sink) {
    struct Find<'ast>(Option<&'ast PathSegment>);
    impl<'ast> Visit<'ast> for Find<'ast> {
        fn visit_path_segment(&mut self, found: &'ast PathSegment) {
            if found.ident == "Secret" {
                self.0 = self.0.or(Some(found));
            } else {
                visit::visit_path_segment(self, found);
            }
        }
    }
    let ReturnType::Type(_, ty) = &tool.function.signature.output else { return };
    let mut find = Find(None);
    find.visit_type(ty);
    if let Some(found) = find.0 {
        sink.refuse(found, messages::secret_returned(tool.ident()));
    }
}

/// ST19: no class of data is released by an answer that can hold none.
pub(super) fn releases(tool: &Tool, sink: &Sink) {
    let Some(releases) = tool.attribute.releases.given() else { return };
    let output = match &tool.function.signature.output {
        ReturnType::Default => Some("nothing".to_owned()),
        ReturnType::Type(_, ty) => plain(ty),
    };
    let Some(output) = output else { return };
    for class in releases.iter().filter(|release| matches!(release, Release::Class { .. } | Release::Type(_))) {
        sink.refuse(class, messages::nothing_classified(tool.ident(), &class.name(), &output));
    }
}

/// What an answer is, if it is no more than a text or nothing.
fn plain(ty: &Type) -> Option<String> {
    let ty = types::inside(ty, "Result").unwrap_or_else(|| types::peel(ty));
    let is_text = |ty: &Type| types::is_named(ty, "String") || types::is_named(ty, "str");
    match types::peel(ty) {
        Type::Tuple(tuple) if tuple.elems.is_empty() => Some("nothing".to_owned()),
        Type::Reference(reference) if is_text(&reference.elem) => Some("text".to_owned()),
        ty if is_text(ty) => Some("text".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{releases, secrets};
    use crate::check::testing;

    fn accepts(output: TokenStream) {
        testing::accepts(secrets, quote!(), quote!(fn f(&self, token: Secret<String>) #output {}));
    }

    fn refuses(output: TokenStream) {
        testing::refuses(secrets, quote!(), quote!(fn f(&self) #output {}), "ST37", "`f` returns a `Secret`");
    }

    #[test]
    fn secrets_stay() {
        accepts(quote!());
        accepts(quote!(-> Result<Json<SecretName>, ToolError>));
        refuses(quote!(-> Secret<String>));
        refuses(quote!(-> secure_tool::Secret<String>));
        refuses(quote!(-> Result<Json<Vec<Secret<String>>>, ToolError>));
        refuses(quote!(-> Json<(u32, [Secret<String>; 2])>));
        refuses(quote!(-> Json<Box<dyn Fn() -> Secret<String>>>));
    }

    #[test]
    fn what_is_released_can_be_there() {
        for output in [quote!(-> Json<View>), quote!(-> Result<Mine<Vec<View>>, ToolError>), quote!(-> Lines)] {
            testing::accepts(releases, quote!(releases(pii, Salary)), quote!(fn f(&self) #output {}));
        }
        for output in [quote!(), quote!(-> String), quote!(-> Result<(), ToolError>)] {
            testing::accepts(releases, quote!(releases(card, "employee_id")), quote!(fn f(&self) #output {}));
        }
        for (output, names) in [
            (quote!(), "`f` releases `pii` and answers with nothing"),
            (quote!(-> ()), "answers with nothing"),
            (quote!(-> String), "`f` releases `pii` and answers with text"),
            (quote!(-> &'static str), "answers with text"),
            (quote!(-> Result<std::string::String, ToolError>), "answers with text"),
            (quote!(-> Result<(), Box<dyn Error>>), "answers with nothing"),
        ] {
            testing::refuses(releases, quote!(releases(card, pii)), quote!(fn f(&self) #output {}), "ST19", names);
        }
        let said = testing::said(
            releases,
            quote!(releases(pii, crate::Salary)),
            quote!(
                fn f(&self) {}
            ),
        );
        assert_eq!(said.len(), 2, "{said:#?}");
    }
}
