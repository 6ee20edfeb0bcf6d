//! Types of other crates that are known by their names, wherever they stand inside of lists, maps and the like.

use syn::Type;

use super::types::{arguments, is_named, last_segment, peel, show};

/// Holds values of its first argument, as many as it likes.
const LISTS: &[&str] =
    &["Vec", "VecDeque", "LinkedList", "BinaryHeap", "HashSet", "BTreeSet", "IndexSet", "NonEmpty", "SmallVec"];
const MAPS: &[&str] = &["HashMap", "BTreeMap", "IndexMap"];
/// Holds at most one value of its first argument.
const WRAPPERS: &[&str] = &["Option", "Box", "Arc", "Rc", "Cow"];
/// What a wrapper makes owned text of.
const UNSIZED: &[&str] = &["str", "Path", "OsStr"];
const TEXTS: &[&str] = &["String", "PathBuf", "OsString", "Bounded"];

/// Whether the type is called so and, as far as its path tells, comes from one of these crates or modules: `Value`, `serde_json::Value`.
///
/// A type of the application that has the name of a well-known one is told apart by its path: `model::Value`.
pub(crate) fn is_from(ty: &Type, name: &str, homes: &[&str]) -> bool {
    let Type::Path(path) = peel(ty) else { return false };
    let mut segments = path.path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == name)
        && segments.next().is_none_or(|home| homes.iter().any(|known| home.ident == known))
}

/// Whether the type is a type of this library, as far as its path tells.
pub(crate) fn is_library_type(ty: &Type, name: &str) -> bool {
    is_from(ty, name, &["secure_tool", "prelude"])
}

/// The type of one value: below options, pointers, lists, sets, arrays and the values of maps.
pub(crate) fn element(ty: &Type) -> &Type {
    match step(ty) {
        Some(inner) => element(inner),
        None => peel(ty),
    }
}

/// What in a type is text that can hold anything, such as the `Box<str>` in `Option<Box<str>>`.
pub(crate) fn text(ty: &Type) -> Option<&Type> {
    let is_text = TEXTS.iter().any(|name| is_named(ty, name)) || is_url(ty);
    let is_unsized = |inner: &Type| UNSIZED.iter().any(|name| is_named(inner, name));
    if let Type::Tuple(tuple) = peel(ty) {
        return tuple.elems.iter().find_map(text);
    }
    match step(ty) {
        _ if is_text => Some(peel(ty)),
        Some(inner) if is_unsized(inner) => Some(peel(ty)),
        Some(inner) if is_named(inner, "char") && !is_named(ty, "Option") => Some(peel(ty)),
        Some(inner) => text(inner),
        None => None,
    }
}

/// Whether a value can hold several others, judging by the name of its type.
pub(crate) fn holds_several(ty: &Type) -> bool {
    let one_of =
        |names: &[&str]| last_segment(ty).is_some_and(|segment| names.iter().any(|name| segment.ident == name));
    match peel(ty) {
        Type::Array(_) | Type::Tuple(_) => true,
        Type::Path(_) if one_of(LISTS) || one_of(MAPS) => true,
        Type::Path(_) if one_of(WRAPPERS) => arguments(ty).into_iter().next().is_some_and(holds_several),
        _ => false,
    }
}

/// Whether a text is the path of a file, whatever its parameter is called.
pub(crate) fn is_path(text: &Type) -> bool {
    is_named(text, "PathBuf") || step(text).is_some_and(|inner| is_named(inner, "Path"))
}

/// Whether a text is an address on the web, whatever its parameter is called.
pub(crate) fn is_url(text: &Type) -> bool {
    is_from(text, "Url", &["url", "reqwest"])
}

/// A type as it would be written with something else in the place of a part of it.
pub(crate) fn with(ty: &Type, part: &Type, replacement: &str) -> String {
    let (whole, part) = (show(ty), show(part));
    match whole.rsplit_once(&part) {
        Some((before, after)) => [before, replacement, after].concat(),
        None => replacement.to_owned(),
    }
}

fn step(ty: &Type) -> Option<&Type> {
    let one_of =
        |names: &[&str]| last_segment(ty).is_some_and(|segment| names.iter().any(|name| segment.ident == name));
    match peel(ty) {
        Type::Array(array) => Some(&array.elem),
        Type::Path(_) if one_of(LISTS) || one_of(WRAPPERS) => arguments(ty).into_iter().next(),
        Type::Path(_) if one_of(MAPS) => arguments(ty).into_iter().nth(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::{Type, parse_quote};

    use super::{element, holds_several, is_library_type, is_path, is_url, text, with};
    use crate::syntax::types::show;

    #[test]
    fn text_types_are_found_at_any_depth() {
        let cases: [(Type, Option<&str>); 16] = [
            (parse_quote!(std::string::String), Some("std::string::String")),
            (parse_quote!(Option<PathBuf>), Some("PathBuf")),
            (parse_quote!(Vec<Box<str>>), Some("Box<str>")),
            (parse_quote!(HashMap<String, Vec<Arc<str>>>), Some("Arc<str>")),
            (parse_quote!(Cow<'static, str>), Some("Cow<'static, str>")),
            (parse_quote!(BTreeSet<OsString>), Some("OsString")),
            (parse_quote!(Box<Path>), Some("Box<Path>")),
            (parse_quote!(Box<String>), Some("String")),
            (parse_quote!([String; 2]), Some("String")),
            (parse_quote!(Vec<char>), Some("Vec<char>")),
            (parse_quote!(VecDeque<url::Url>), Some("url::Url")),
            (parse_quote!(Vec<(u32, String)>), Some("String")),
            (parse_quote!(char), None),
            (parse_quote!(Vec<Segment>), None),
            (parse_quote!(HashMap<String, u32>), None),
            (parse_quote!(model::Url), None),
        ];
        for (ty, expected) in cases {
            assert_eq!(text(&ty).map(show).as_deref(), expected, "{}", show(&ty));
        }
    }

    #[test]
    fn paths_and_addresses() {
        assert!(is_path(&parse_quote!(std::path::PathBuf)) && is_path(&parse_quote!(Box<Path>)));
        assert!(!is_path(&parse_quote!(Box<str>)) && !is_path(&parse_quote!(String)));
        assert!(is_url(&parse_quote!(Url)) && is_url(&parse_quote!(url::Url)) && !is_url(&parse_quote!(web::Url)));
    }

    #[test]
    fn elements() {
        let ty: Type = parse_quote!(Option<HashMap<String, Vec<[Uuid; 2]>>>);
        assert_eq!(show(element(&ty)), "Uuid");
    }

    #[test]
    fn one_value_or_several() {
        let several: [Type; 5] = [
            parse_quote!(Vec<u8>),
            parse_quote!(Option<std::vec::Vec<String>>),
            parse_quote!([u8; 4]),
            parse_quote!((u8, u8)),
            parse_quote!(BTreeMap<String, u8>),
        ];
        assert!(several.iter().all(holds_several));
        let one: [Type; 4] =
            [parse_quote!(String), parse_quote!(Option<Box<str>>), parse_quote!(NoteKey), parse_quote!(Arc<NoteKey>)];
        assert!(!one.iter().any(holds_several));
    }

    #[test]
    fn parts_are_replaced() {
        let ty: Type = parse_quote!(HashMap<String, Vec<String>>);
        assert_eq!(
            text(&ty).map(|part| with(&ty, part, "SafePath")).as_deref(),
            Some("HashMap<String, Vec<SafePath>>")
        );
    }

    #[test]
    fn homes() {
        assert!(
            is_library_type(&parse_quote!(Call), "Call") && is_library_type(&parse_quote!(secure_tool::Call), "Call")
        );
        assert!(
            !is_library_type(&parse_quote!(phone::Call), "Call") && !is_library_type(&parse_quote!(Caller), "Call")
        );
    }
}
