//! What a type is called. A macro sees names only: a type is known by the last segment of its path.

use super::literal::Json;
use super::signature::contains_ident;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypeImplTrait, TypeReference};

/// The type inside invisible groups and parentheses.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        other => other,
    }
}

/// The last segment of a path type.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match peel(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Whether the type is called `name`, whatever its arguments.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The type arguments of a path type.
pub(crate) fn arguments(ty: &Type) -> Vec<&Type> {
    match last_segment(ty).map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(list)) => list
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// `T` if the type is `name<T>`.
pub(crate) fn inside<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    if !is_named(ty, name) {
        return None;
    }
    arguments(ty).into_iter().next()
}

/// `T` for `Option<T>`, or the type itself.
pub(crate) fn without_option(ty: &Type) -> &Type {
    inside(ty, "Option").map_or_else(|| peel(ty), without_option)
}

/// The key in `Option<Key>` and `Vec<Key>`, or the type itself.
pub(crate) fn key(ty: &Type) -> &Type {
    inside(ty, "Option").or_else(|| inside(ty, "Vec")).unwrap_or(ty)
}

/// The type below every `Option`, `Vec` and `Box`.
pub(crate) fn innermost(ty: &Type) -> &Type {
    ["Option", "Vec", "Box"].iter().find_map(|name| inside(ty, name)).map_or_else(|| peel(ty), innermost)
}

/// Whether the type is written with `Self`, whose meaning a constant cannot know.
pub(crate) fn is_relative_to_self(ty: &Type) -> bool {
    contains_ident(&ty.to_token_stream(), "Self")
}

/// The reference type this is.
pub(crate) fn reference(ty: &Type) -> Option<&TypeReference> {
    match peel(ty) {
        Type::Reference(reference) => Some(reference),
        _ => None,
    }
}

/// What a known type can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Bool,
    Integer { min: i128, max: i128 },
    Float,
    List(Box<Shape>),
    Unknown,
}

impl Shape {
    /// The shape of a type, looking through `Option<_>`.
    pub(crate) fn of(ty: &Type) -> Self {
        let ty = without_option(ty);
        let Some(segment) = last_segment(ty) else { return Self::Unknown };
        match segment.ident.to_string().as_str() {
            "String" => Self::Text,
            "bool" => Self::Bool,
            "f32" | "f64" => Self::Float,
            "Vec" => Self::List(Box::new(inside(ty, "Vec").map_or(Self::Unknown, Self::of))),
            "u8" => Self::integer(u8::MIN, u8::MAX),
            "u16" => Self::integer(u16::MIN, u16::MAX),
            "u32" => Self::integer(u32::MIN, u32::MAX),
            "u64" | "usize" => Self::integer(u64::MIN, u64::MAX),
            "i8" => Self::integer(i8::MIN, i8::MAX),
            "i16" => Self::integer(i16::MIN, i16::MAX),
            "i32" => Self::integer(i32::MIN, i32::MAX),
            "i64" | "isize" => Self::integer(i64::MIN, i64::MAX),
            _ => Self::Unknown,
        }
    }

    fn integer(min: impl Into<i128>, max: impl Into<i128>) -> Self {
        Self::Integer { min: min.into(), max: max.into() }
    }

    /// The shape of one value: that of the elements, for a list.
    pub(crate) fn element(&self) -> &Self {
        match self {
            Self::List(element) => element.element(),
            other => other,
        }
    }

    /// A literal that fits, or nothing where that is unknown.
    pub(crate) fn sample(&self) -> String {
        match self {
            Self::Text => "\"draft\"".to_owned(),
            Self::Bool => "true".to_owned(),
            Self::Integer { .. } => "20".to_owned(),
            Self::Float => "0.5".to_owned(),
            Self::List(element) => format!("[{}]", element.sample()),
            Self::Unknown => String::new(),
        }
    }

    /// What `Default::default()` is, where that is known.
    pub(crate) fn default(&self) -> Option<Json> {
        match self {
            Self::Text => Some(Json::Text(String::new())),
            Self::Bool => Some(Json::Bool(false)),
            Self::Integer { .. } => Some(Json::Integer(0)),
            Self::Float => Some(Json::Float(0.0)),
            Self::List(_) => Some(Json::List(Vec::new())),
            Self::Unknown => None,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer { .. } | Self::Float)
    }
}

/// A type as a person would write it.
pub(crate) fn show(ty: &Type) -> String {
    tidy(&peel(ty).to_token_stream().to_string())
}

/// Tokens without the spaces that printing puts around punctuation.
pub(crate) fn tidy(tokens: &str) -> String {
    let mut text = tokens.split_whitespace().collect::<Vec<_>>().join(" ");
    for (loose, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" : ", ": "),
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        (" (", "("),
    ] {
        text = text.replace(loose, tight);
    }
    text
}

/// The first reference anywhere inside a type.
pub(crate) fn first_reference(ty: &Type) -> Option<&TypeReference> {
    struct Find<'ast>(Option<&'ast TypeReference>);
    impl<'ast> Visit<'ast> for Find<'ast> {
        fn visit_type_reference(&mut self, found: &'ast TypeReference) {
            self.0 = self.0.or(Some(found));
        }
        fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
    }
    let mut find = Find(None);
    find.visit_type(ty);
    find.0
}

/// Every `impl Trait` inside a type.
pub(crate) fn impl_traits(ty: &Type) -> Vec<&TypeImplTrait> {
    struct Find<'ast>(Vec<&'ast TypeImplTrait>);
    impl<'ast> Visit<'ast> for Find<'ast> {
        fn visit_type_impl_trait(&mut self, found: &'ast TypeImplTrait) {
            self.0.push(found);
            visit::visit_type_impl_trait(self, found);
        }
    }
    let mut find = Find(Vec::new());
    find.visit_type(ty);
    find.0
}

#[cfg(test)]
mod tests {
    use syn::{Type, parse_quote};

    use super::{Shape, first_reference, innermost, show};

    fn shape(ty: &Type) -> Shape {
        Shape::of(ty)
    }

    #[test]
    fn shapes() {
        assert_eq!(shape(&parse_quote!(std::string::String)), Shape::Text);
        assert_eq!(shape(&parse_quote!(Option<u8>)), Shape::Integer { min: 0, max: 255 });
        assert_eq!(shape(&parse_quote!(Vec<Option<bool>>)), Shape::List(Box::new(Shape::Bool)));
        assert_eq!(shape(&parse_quote!((f32))), Shape::Float);
        assert_eq!(shape(&parse_quote!(Status)), Shape::Unknown);
        assert_eq!(shape(&parse_quote!(Vec<Vec<String>>)).element(), &Shape::Text);
    }

    #[test]
    fn printed_as_written() {
        let ty: Type = parse_quote!(Result<Json<Vec<a::B>>, &'static [u8]>);
        assert_eq!(show(&ty), "Result<Json<Vec<a::B>>, &'static [u8]>");
    }

    #[test]
    fn looked_through() {
        let ty: Type = parse_quote!(Option<Vec<Box<Value>>>);
        assert_eq!(show(innermost(&ty)), "Value");
        assert!(first_reference(&parse_quote!(Option<&str>)).is_some());
        assert!(first_reference(&parse_quote!(Option<String>)).is_none());
    }
}
