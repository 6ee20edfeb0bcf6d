//! `only_in("staging", "dev")`

use proc_macro2::Ident;
use syn::LitStr;
use syn::parse::ParseStream;

use super::{Parsed, parentheses, read_items, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// Where a tool exists.
#[derive(Clone)]
pub(crate) struct OnlyIn {
    /// The key, which is underlined where the list is empty.
    pub(crate) key: Ident,
    pub(crate) names: Vec<LitStr>,
}

/// Reads what follows the key `only_in`. Every item that cannot be read is reported.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<OnlyIn> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::only_in_form()));
    };
    let list = sink.child();
    let mut names: Vec<LitStr> = Vec::new();
    let read = |input: ParseStream| input.parse().ok();
    read_items(&content, key, messages::only_in_form, &list, read, |name, _| names.push(name));
    list.finish(OnlyIn { key: key.clone(), names })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::errors::Errors;
    use crate::kind::Kind;
    use crate::syntax::attribute::Attribute;

    fn read(tokens: proc_macro2::TokenStream) -> (Option<Vec<String>>, Vec<String>) {
        let errors = Errors::new();
        let attribute = Attribute::parse(Kind::Tool, tokens, &errors.sink());
        let names = attribute.only_in.given().map(|only_in| only_in.names.iter().map(syn::LitStr::value).collect());
        (names, errors.into_texts())
    }

    #[test]
    fn a_list_of_names() {
        for (tokens, names) in [
            (quote!(only_in("staging")), &["staging"][..]),
            (quote!(only_in("staging", "dev",), read_only), &["staging", "dev"]),
        ] {
            let (given, said) = read(tokens);
            assert_eq!(
                (given.unwrap_or_default(), said),
                (names.iter().map(|name| (*name).into()).collect(), Vec::new())
            );
        }
    }

    #[test]
    fn what_is_none() {
        for tokens in [
            quote!(only_in),
            quote!(only_in = "staging"),
            quote!(only_in(staging)),
            quote!(only_in(5)),
            quote!(only_in("staging" "dev")),
            quote!(only_in("staging", dev)),
            quote!(only_in["staging"]),
            quote!(only_in(,)),
        ] {
            let (given, said) = read(tokens.clone());
            assert!(given.is_none() && said.len() == 1, "{tokens}: {said:#?}");
            assert!(
                said.iter().all(|text| text.contains("`only_in` takes") && text.contains("[ST10]\nhelp: ")),
                "{said:?}"
            );
        }
    }
}
