//! `releases(card, pii, image, Salary, "employee_id")`

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use secure_tool_vocabulary::{CLASSES, Media, SecretKind, is_label};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Path};

use super::types::tidy;
use super::{Parsed, parentheses, read_items, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// What shall leave unmasked.
#[derive(Clone)]
pub(crate) enum Release {
    /// A [`SecretKind`].
    Kind(Ident),
    /// What the scan is blind to.
    Media(Ident, Media),
    /// One of [`CLASSES`], by its name; `class` is the runtime's type.
    Class { word: Ident, class: &'static str },
    /// A class of the application's, by its type.
    Type(Path),
    /// A pattern that the application gives its server, by name.
    Pattern(LitStr),
}

impl Release {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Kind(word) | Self::Media(word, _) | Self::Class { word, .. } => word.unraw().to_string(),
            Self::Type(path) => tidy(&path.to_token_stream().to_string()),
            Self::Pattern(name) => name.value(),
        }
    }
}

impl ToTokens for Release {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Kind(word) | Self::Media(word, _) | Self::Class { word, .. } => word.to_tokens(tokens),
            Self::Type(path) => path.to_tokens(tokens),
            Self::Pattern(name) => name.to_tokens(tokens),
        }
    }
}

/// Reads what follows the key `releases`. Every item that cannot be read is reported.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Vec<Release>> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::releases_form()));
    };
    let list = sink.child();
    let mut releases: Vec<Release> = Vec::new();
    let empty = content.is_empty();
    read_items(&content, key, messages::releases_form, &list, read, |release, tokens| {
        match find_mistake(&release, &releases) {
            None => releases.push(release),
            Some(message) => {
                list.refuse(tokens, message);
            }
        }
    });
    if empty {
        list.refuse(wrong, messages::releases_form());
    }
    list.finish(releases)
}

fn read(input: ParseStream) -> Option<Release> {
    if input.peek(LitStr) {
        return input.parse().ok().map(Release::Pattern);
    }
    let ahead = input.fork();
    if ahead.call(Path::parse_mod_style).is_ok_and(|path| is_type(&path)) {
        return input.call(Path::parse_mod_style).ok().map(Release::Type);
    }
    let word = input.call(Ident::parse_any).ok()?;
    let class = CLASSES.iter().find(|(name, _)| word == name).map(|(_, class)| *class);
    Some(match (class, Media::of(&word.to_string())) {
        (Some(class), _) => Release::Class { word, class },
        (None, Some(media)) => Release::Media(word, media),
        (None, None) => Release::Kind(word),
    })
}

/// Types are called so; kinds and classes are words.
fn is_type(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident.unraw().to_string().starts_with(char::is_uppercase))
}

/// What is wrong with one more.
fn find_mistake(release: &Release, before: &[Release]) -> Option<messages::Message> {
    let name = release.name();
    let kinds = SecretKind::ALL.iter().map(|kind| kind.name());
    let classes = CLASSES.iter().map(|(class, _)| *class);
    let words: Vec<&str> = kinds.chain(classes).chain(Media::ALL.iter().map(|media| media.name())).collect();
    let known = words.contains(&name.as_str());
    match release {
        _ if before.iter().any(|other| other.name() == name) => Some(messages::released_twice(&name)),
        Release::Kind(_) if !known => Some(messages::no_release(&name, &words)),
        Release::Pattern(_) if known => Some(messages::release_as_text(&name)),
        Release::Pattern(_) if !is_label(&name) => Some(messages::no_pattern_name(&name.escape_debug())),
        _ => None,
    }
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
        let names = attribute.releases.given().map(|releases| releases.iter().map(super::Release::name).collect());
        (names, errors.into_texts())
    }

    #[test]
    fn kinds_and_patterns() {
        let (names, said) = read(quote!(
            releases(card, ssn, "employee_id", pii, image, Salary, crate::hr::Salary, ::hr::Contract,),
            read_only
        ));
        let expected = ["card", "ssn", "employee_id", "pii", "image", "Salary", "crate::hr::Salary", "::hr::Contract"];
        assert_eq!(names.unwrap_or_default(), expected);
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
            (quote!(releases(pi)), "ST10", "did you mean `pii`?"),
            (quote!(releases("pii")), "ST10", "releases(pii)"),
            (quote!(releases(picture)), "ST10", "`image`"),
            (quote!(releases(images)), "ST10", "did you mean `image`?"),
            (quote!(releases("image")), "ST10", "releases(image)"),
            (quote!(releases(audio, audio)), "ST11", "`audio`"),
            (quote!(releases(crate::salary)), "ST10", "`releases`"),
            (quote!(releases(Salary<u32>)), "ST10", "`releases`"),
            (quote!(releases(card, card)), "ST11", "`card`"),
            (quote!(releases(pii, pii)), "ST11", "`pii`"),
            (quote!(releases(Salary, Salary)), "ST11", "`Salary`"),
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
