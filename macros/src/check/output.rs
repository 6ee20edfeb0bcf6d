//! ST37: what a tool must not answer with.

use syn::visit::{self, Visit};
use syn::{PathSegment, ReturnType};

use crate::errors::Errors;
use crate::messages;
use crate::model::Tool;

/// ST37: no `Secret` anywhere in the return type.
pub(super) fn secrets(tool: &Tool, errors: &mut Errors) {
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
        errors.refuse(found, messages::secret_returned(tool.ident()));
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::secrets;
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
}
