//! `only_in("staging", "dev")`

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{LitStr, Token};

use super::{Parsed, parentheses, take_value, value_or_key};
use crate::errors::Errors;
use crate::messages;

/// Reads what follows the key `only_in`. Every item that cannot be read is reported.
pub(crate) fn parse(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Vec<LitStr>> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(errors.refuse(wrong, messages::only_in_form()));
    };
    let mut names: Vec<LitStr> = Vec::new();
    let mut broken = None;
    while !content.is_empty() {
        let item = value_or_key(&content, key);
        let name = content.parse::<LitStr>();
        let rest = take_value(&content);
        match name {
            Ok(name) if rest.is_empty() => names.push(name),
            _ => broken = Some(errors.refuse(item, messages::only_in_form())),
        }
        if content.parse::<Option<Token![,]>>().ok().flatten().is_none() {
            break;
        }
    }
    broken.map_or(Ok(names), Err)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::errors::Errors;
    use crate::syntax::attribute::Attribute;

    fn read(tokens: proc_macro2::TokenStream) -> (Option<Vec<String>>, Vec<String>) {
        let mut errors = Errors::new();
        let attribute = Attribute::parse(tokens, &mut errors);
        let names = attribute.only_in.given().map(|names| names.iter().map(syn::LitStr::value).collect());
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
