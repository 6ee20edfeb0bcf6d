//! `#[derive(ToolFailure)]`: each variant of an error says what the model may learn of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields, LitInt, LitStr, Member, Path, Token, Variant};

use crate::errors::{Errors, Sink};
use crate::expand::{self, FailureArm, Makes};
use crate::messages;
use crate::syntax::{Parsed, take_all, take_value, units};

/// The implementation of `ToolFailure`, or every mistake together with one that masks all, so that nothing cascades.
#[must_use]
pub fn derive(input: &TokenStream) -> TokenStream {
    let errors = Errors::new();
    let expansion = expansion(input, &errors.sink());
    let errors = errors.into_compile_errors();
    quote!(#errors #expansion)
}

fn expansion(input: &TokenStream, sink: &Sink) -> TokenStream {
    // The compiler says what is wrong with an enum that cannot be read.
    let Ok(input) = syn::parse2::<DeriveInput>(input.clone()) else { return TokenStream::new() };
    let Container { std_error, root } = Container::of(&input.attrs, sink);
    let mut arms = Vec::new();
    match &input.data {
        Data::Enum(data) => {
            let error = data.variants.iter().find(|variant| variant.attrs.iter().any(is_error_of_others));
            if let Some(variant) = error.filter(|_| !std_error) {
                let attribute = variant.attrs.iter().find(|attribute| is_error_of_others(attribute));
                sink.refuse(attribute, messages::failure_std_error(&input.ident));
            }
            for variant in &data.variants {
                let class = class(variant, std_error, sink).unwrap_or(Class::Internal);
                arms.push(arm(variant, &class));
            }
        }
        Data::Struct(_) => {
            sink.refuse(&input.ident, messages::failure_of_no_enum("a struct"));
        }
        Data::Union(_) => {
            sink.refuse(&input.ident, messages::failure_of_no_enum("a union"));
        }
    }
    if sink.failed().is_some() {
        return expand::empty_tool_failure(&input, root.as_ref());
    }
    expand::tool_failure(&input, &arms, std_error, root.as_ref())
}

/// `#[error("…")]` is thiserror's, and its types are `std::error::Error`s.
fn is_error_of_others(attribute: &Attribute) -> bool {
    attribute.path().is_ident("error")
}

/// What `#[failure(…)]` on the enum says.
#[derive(Default)]
struct Container {
    /// Whether the type is a `std::error::Error` as well.
    std_error: bool,
    /// The runtime crate, if it goes by another name.
    root: Option<Path>,
}

impl Container {
    fn of(attributes: &[Attribute], sink: &Sink) -> Self {
        let mut container = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("failure")) {
            let read = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("std_error") {
                    container.std_error = true;
                    Ok(())
                } else if meta.path.is_ident("crate") {
                    container.root = Some(meta.value()?.call(Path::parse_mod_style)?);
                    Ok(())
                } else {
                    Err(meta.error("unknown"))
                }
            });
            if read.is_err() {
                sink.refuse(attribute, messages::failure_on_enum());
            }
        }
        container
    }
}

/// What the model may learn of a variant.
enum Class {
    NotFound,
    /// With the constructor of `ToolError`, and what is said; the error's own words where it says nothing here.
    Said {
        constructor: &'static str,
        text: Option<LitStr>,
    },
    /// After how many milliseconds to try again.
    Unavailable(u64),
    Internal,
}

fn class(variant: &Variant, std_error: bool, sink: &Sink) -> Parsed<Class> {
    let mut attributes = variant.attrs.iter().filter(|attribute| attribute.path().is_ident("failure"));
    let Some(attribute) = attributes.next() else { return Ok(Class::Internal) };
    if let Some(second) = attributes.next() {
        return Err(sink.refuse(second, messages::failure_twice(&variant.ident)));
    }
    let read = |input: ParseStream| Ok(read_class(input, std_error, sink));
    attribute.parse_args_with(read).unwrap_or_else(|_| Err(sink.refuse(attribute, messages::failure_form())))
}

fn read_class(input: ParseStream, std_error: bool, sink: &Sink) -> Parsed<Class> {
    let Ok(name) = input.parse::<Ident>() else {
        let rest = take_value(input);
        take_all(input);
        return Err(sink.refuse(rest, messages::failure_form()));
    };
    let value = input.parse::<Option<Token![=]>>().ok().flatten().map(|_| take_value(input));
    let class = match (name.to_string().as_str(), &value) {
        ("not_found", None) => Ok(Class::NotFound),
        ("internal", None) => Ok(Class::Internal),
        ("not_found" | "internal", Some(text)) => Err(sink.refuse(text, messages::failure_with_text(&name))),
        ("unavailable", None) => Err(sink.refuse(&name, messages::failure_without_time())),
        ("unavailable", Some(time)) => time_of(time)
            .map(Class::Unavailable)
            .ok_or_else(|| sink.refuse(time, messages::failure_time(&time.to_string()))),
        ("invalid", text) => said("invalid", &name, text.as_ref(), std_error, sink),
        ("conflict", text) => said("conflict", &name, text.as_ref(), std_error, sink),
        ("forbidden", text) => said("forbidden", &name, text.as_ref(), std_error, sink),
        (other, _) => Err(sink.refuse(&name, messages::failure_class(other))),
    };
    let rest = take_value(input);
    if !rest.is_empty() || !input.is_empty() {
        take_all(input);
        return class.and(Err(sink.refuse(&name, messages::failure_form())));
    }
    class
}

fn said(
    constructor: &'static str,
    name: &Ident,
    text: Option<&TokenStream>,
    std_error: bool,
    sink: &Sink,
) -> Parsed<Class> {
    match text {
        // What the error says of itself: somebody wrote it, and the class says that it is for the model.
        None if std_error => Ok(Class::Said { constructor, text: None }),
        None => Err(sink.refuse(name, messages::failure_without_text(name))),
        Some(text) => match syn::parse2::<LitStr>(text.clone()) {
            Ok(literal) if !literal.value().trim().is_empty() => Ok(Class::Said { constructor, text: Some(literal) }),
            _ => Err(sink.refuse(text, messages::failure_without_text(name))),
        },
    }
}

/// `30s` in milliseconds.
fn time_of(value: &TokenStream) -> Option<u64> {
    let number = syn::parse2::<LitInt>(value.clone()).ok()?;
    let count = units::count(number.base10_digits())?;
    count.checked_mul(units::duration_factor(number.suffix())?).filter(|milliseconds| *milliseconds > 0)
}

/// The arm of a variant: what it binds, and how `ToolError` is made.
fn arm(variant: &Variant, class: &Class) -> FailureArm {
    let (text, makes) = match class {
        Class::NotFound => (None, Makes::NotFound),
        Class::Internal => (None, Makes::Masked),
        Class::Unavailable(milliseconds) => (None, Makes::Unavailable(*milliseconds)),
        Class::Said { constructor, text: None } => (None, Makes::Shown(constructor)),
        Class::Said { constructor, text: Some(text) } => (Some(text), Makes::Said(constructor)),
    };
    let (text, fields) = bound(text, &variant.fields);
    FailureArm { variant: variant.ident.clone(), fields, makes, text }
}

/// The text with `{0}` as a name, and each field as the pattern binds it: under its name if the text shows it.
///
/// What the text does not show is bound as well. A field whose only reader is the `Debug` output of the audit record would be dead code.
fn bound(text: Option<&LitStr>, fields: &Fields) -> (Option<LitStr>, Vec<TokenStream>) {
    let mut words = text.map(LitStr::value).unwrap_or_default();
    let shown = placeholders(&words);
    let mut patterns = Vec::new();
    for (position, field) in fields.iter().enumerate() {
        let member = field.ident.clone().map_or_else(|| Member::from(position), Member::from);
        let name = member.to_token_stream().to_string();
        if !shown.contains(&name) {
            let unused = format_ident!("__field{position}", span = Span::mixed_site());
            patterns.push(quote!(#member: ref #unused));
        } else if let Some(name) = &field.ident {
            patterns.push(quote!(ref #name));
        } else {
            let name = format_ident!("field_{position}", span = Span::call_site().located_at(field.span()));
            for end in ['}', ':'] {
                words = words.replace(&format!("{{{position}{end}"), &format!("{{{name}{end}"));
            }
            patterns.push(quote!(#member: ref #name));
        }
    }
    (text.map(|text| LitStr::new(&words, text.span())), patterns)
}

/// The names in the braces of a format string.
fn placeholders(text: &str) -> Vec<String> {
    let text = text.replace("{{", "").replace("}}", "");
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split(['}', ':']).next())
        .map(|name| name.trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_of_a_format_string() {
        assert_eq!(placeholders("at most {limit} of {0:>3} {{not}}"), ["limit", "0"]);
        assert_eq!(placeholders("nothing"), Vec::<String>::new());
    }
}
