//! `releases(card, ssn, "employee_id")`

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Token};

use super::{Parsed, parentheses, take_value, value_or_key};
use crate::errors::Errors;
use crate::messages;

/// What the release scan knows by itself; anything else is a pattern of the application's.
pub(crate) const KINDS: &[&str] = &["card", "ssn", "private_key", "api_key", "jwt", "bearer"];

/// What the release scan shall leave alone.
#[derive(Clone)]
pub(crate) enum Release {
    /// One of [`KINDS`].
    Kind(Ident),
    /// A pattern that the application gives its server, by name.
    Pattern(LitStr),
}

impl Release {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Kind(kind) => kind.unraw().to_string(),
            Self::Pattern(name) => name.value(),
        }
    }
}

impl ToTokens for Release {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Kind(kind) => kind.to_tokens(tokens),
            Self::Pattern(name) => name.to_tokens(tokens),
        }
    }
}

/// Reads what follows the key `releases`. Every item that cannot be read is reported.
pub(crate) fn parse(key: &Ident, input: ParseStream, errors: &mut Errors) -> Parsed<Vec<Release>> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(errors.refuse(wrong, messages::releases_form()));
    };
    let mut releases: Vec<Release> = Vec::new();
    let mut broken = None;
    while !content.is_empty() {
        let item = value_or_key(&content, key);
        let release = read(&content);
        let rest = take_value(&content);
        match release {
            Some(release) if rest.is_empty() => match judge(&release, &releases) {
                None => releases.push(release),
                Some(message) => broken = Some(errors.refuse(item, message)),
            },
            _ => broken = Some(errors.refuse(item, messages::releases_form())),
        }
        if content.parse::<Option<Token![,]>>().ok().flatten().is_none() {
            break;
        }
    }
    match broken {
        Some(reported) => Err(reported),
        None if releases.is_empty() => Err(errors.refuse(wrong, messages::releases_form())),
        None => Ok(releases),
    }
}

fn read(input: ParseStream) -> Option<Release> {
    if input.peek(LitStr) {
        return input.parse().ok().map(Release::Pattern);
    }
    input.call(Ident::parse_any).ok().map(Release::Kind)
}

/// What is wrong with one more.
fn judge(release: &Release, before: &[Release]) -> Option<messages::Message> {
    let name = release.name();
    let known = KINDS.contains(&name.as_str());
    match release {
        _ if before.iter().any(|other| other.name() == name) => Some(messages::released_twice(&name)),
        Release::Kind(_) if !known => Some(messages::no_release(&name, KINDS)),
        Release::Pattern(_) if known => Some(messages::release_as_text(&name)),
        Release::Pattern(_) if !is_pattern_name(&name) => Some(messages::no_pattern_name(&name)),
        _ => None,
    }
}

/// As `ServerBuilder::mask_pattern` wants it.
fn is_pattern_name(name: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::errors::Errors;
    use crate::syntax::attribute::Attribute;

    fn read(tokens: proc_macro2::TokenStream) -> (Option<Vec<String>>, Vec<String>) {
        let mut errors = Errors::new();
        let attribute = Attribute::parse(tokens, &mut errors);
        let names = attribute.releases.given().map(|releases| releases.iter().map(super::Release::name).collect());
        (names, errors.into_texts())
    }

    #[test]
    fn kinds_and_patterns() {
        let (names, said) = read(quote!(releases(card, ssn, "employee_id",), read_only));
        assert_eq!(names.unwrap_or_default(), ["card", "ssn", "employee_id"]);
        assert!(said.is_empty(), "{said:?}");
    }

    #[test]
    fn what_is_none() {
        for (tokens, code, names) in [
            (quote!(releases), "ST10", "`releases`"),
            (quote!(releases = card), "ST10", "`releases`"),
            (quote!(releases()), "ST10", "`releases`"),
            (quote!(releases(5)), "ST10", "`releases`"),
            (quote!(releases(card ssn)), "ST10", "`releases`"),
            (quote!(releases(crad)), "ST10", "did you mean `card`?"),
            (quote!(releases(employee_id)), "ST10", "releases(\"employee_id\")"),
            (quote!(releases("card")), "ST10", "releases(card)"),
            (quote!(releases("Employee Id")), "ST10", "`Employee Id`"),
            (quote!(releases(card, card)), "ST11", "`card`"),
            (quote!(releases("a", "a")), "ST11", "`a`"),
        ] {
            let (given, said) = read(tokens);
            assert!(given.is_none());
            assert_eq!(said.len(), 1, "{said:#?}");
            for text in said {
                assert!(text.contains(&format!("[{code}]\nhelp: ")) && text.contains(names), "{text}");
            }
        }
    }
}
