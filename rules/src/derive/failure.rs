//! `#[derive(ToolFailure)]`: what the model is told of each variant of an enum of errors.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Lit, LitStr, Path, Token, Variant};

use crate::errors::{Errors, Sink};
use crate::expand;
use crate::kind::Kind;
use crate::messages;
use crate::syntax::{Parsed, parentheses, units};

/// An enum of errors.
pub(crate) struct Failures<'i> {
    /// The runtime, by another name.
    pub(crate) root: Option<Path>,
    pub(crate) variants: Vec<(&'i Variant, Class)>,
}

/// What the model is told of a variant.
pub(crate) enum Class {
    NotFound,
    /// With a text, of the variant or of the error. The identifier names a function of `ToolError`.
    Told(Ident, Option<LitStr>),
    /// To try again, after a time.
    Unavailable(Wait),
    /// Nothing.
    Internal,
}

/// How long to wait.
pub(crate) enum Wait {
    Milliseconds(u64),
    /// A `Duration`.
    Expression(Box<Expr>),
}

/// The implementation of `ToolFailure`, or every mistake together with one that masks everything, so that nothing cascades.
#[must_use]
pub fn derive(input: &TokenStream) -> TokenStream {
    // The compiler says what is wrong with an item that cannot be read.
    let Ok(input) = syn::parse2::<DeriveInput>(input.clone()) else { return TokenStream::new() };
    let errors = Errors::new();
    let expansion = match Failures::of(&input, &errors.sink()) {
        Ok(failures) => expand::derived_failure(&input.ident, &failures),
        Err(_) if input.generics.params.is_empty() => expand::masked_failure(&input.ident),
        Err(_) => TokenStream::new(),
    };
    let errors = errors.into_compile_errors(Kind::Tool);
    quote!(#errors #expansion)
}

impl<'i> Failures<'i> {
    fn of(input: &'i DeriveInput, sink: &Sink) -> Parsed<Self> {
        let Data::Enum(data) = &input.data else {
            return Err(sink.refuse(&input.ident, messages::failure_of_no_enum(&input.ident)));
        };
        if !input.generics.params.is_empty() {
            return Err(sink.refuse(&input.generics, messages::generic_failure(&input.ident)));
        }
        let list = sink.child();
        let root = own(&input.attrs).next().and_then(|attribute| root(attribute, &list).ok());
        let mut variants = Vec::new();
        for variant in &data.variants {
            let mut class = None;
            for attribute in own(&variant.attrs) {
                if class.is_some() {
                    list.refuse(attribute, messages::class_twice(&variant.ident));
                } else {
                    class = Some(Class::of(attribute, variant, &list));
                }
            }
            if let Ok(class) = class.unwrap_or(Ok(Class::Internal)) {
                variants.push((variant, class));
            }
        }
        list.finish(Self { root, variants })
    }
}

impl Class {
    fn of(attribute: &Attribute, variant: &Variant, sink: &Sink) -> Parsed<Self> {
        let mut said: Option<Parsed<Self>> = None;
        let read = |input: ParseStream| {
            said = Some(Self::read(input, variant, sink));
            // The remaining tokens belong to a form that was refused already.
            input.parse::<TokenStream>().map(drop)
        };
        match (attribute.parse_args_with(read), said) {
            (_, Some(said)) => said,
            (_, None) => Err(sink.refuse(attribute, messages::no_class())),
        }
    }

    fn read(input: ParseStream, variant: &Variant, sink: &Sink) -> Parsed<Self> {
        let rest = input.fork().parse::<TokenStream>().unwrap_or_default();
        let no_class = || sink.refuse(&rest, messages::no_class());
        if rest.is_empty() {
            return Err(sink.refuse(&variant.ident, messages::no_class()));
        }
        let name = input.call(Ident::parse_any).map_err(|_| no_class())?;
        let value = if input.is_empty() { None } else { Some(parentheses(input).map_err(|_| no_class())?) };
        if !input.is_empty() {
            return Err(no_class());
        }
        match (name.to_string().as_str(), value) {
            ("not_found", None) => Ok(Self::NotFound),
            ("internal", None) => Ok(Self::Internal),
            ("not_found" | "internal", Some(_)) => Err(sink.refuse(&rest, messages::class_without_text(&name))),
            ("invalid" | "conflict" | "forbidden", None) => Ok(Self::Told(name, None)),
            ("invalid" | "conflict" | "forbidden", Some(value)) => match value.parse::<LitStr>() {
                Ok(text) if value.is_empty() => {
                    placeholders(&text, variant, sink)?;
                    Ok(Self::Told(name, Some(text)))
                }
                _ => Err(sink.refuse(&rest, messages::class_with_text(&name))),
            },
            ("unavailable", Some(value)) => match value.parse::<Expr>() {
                Ok(time) if value.is_empty() => wait(time).ok_or_else(|| sink.refuse(&rest, messages::no_wait())),
                _ => Err(sink.refuse(&rest, messages::no_wait())),
            },
            ("unavailable", None) => Err(sink.refuse(&rest, messages::no_wait())),
            _ => Err(no_class()),
        }
    }
}

/// `30s`, or an expression.
fn wait(time: Expr) -> Option<Class> {
    let Expr::Lit(literal) = &time else {
        return Some(Class::Unavailable(Wait::Expression(Box::new(time))));
    };
    let Lit::Int(number) = &literal.lit else { return None };
    let count: u64 = number.base10_parse().ok()?;
    let milliseconds = count.checked_mul(units::duration_factor(number.suffix())?).filter(|time| *time > 0)?;
    Some(Class::Unavailable(Wait::Milliseconds(milliseconds)))
}

/// Every `{name` of a text is a field of the variant.
fn placeholders(text: &LitStr, variant: &Variant, sink: &Sink) -> Parsed<()> {
    for name in names_in(&text.value()) {
        let known = match &variant.fields {
            Fields::Named(fields) => {
                fields.named.iter().filter_map(|field| field.ident.as_ref()).any(|field| field.unraw() == name)
            }
            Fields::Unnamed(fields) => name.parse::<usize>().is_ok_and(|index| index < fields.unnamed.len()),
            Fields::Unit => false,
        };
        if !known {
            return Err(sink.refuse(text, messages::no_such_part(&name, &variant.ident)));
        }
    }
    Ok(())
}

/// The names in a format string, in their order: what stands between a brace and its end, or a colon.
pub(crate) fn names_in(text: &str) -> Vec<String> {
    let text = text.replace("{{", "").replace("}}", "");
    let parts = text.split('{').skip(1);
    parts.map(|part| part.split(['}', ':']).next().unwrap_or_default().trim().to_owned()).collect()
}

fn own(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("failure"))
}

/// `#[failure(crate = …)]` on the enum.
fn root(attribute: &Attribute, sink: &Sink) -> Parsed<Path> {
    let read = |input: ParseStream| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style)
    };
    attribute.parse_args_with(read).map_err(|_| sink.refuse(attribute, messages::failure_on_enum()))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{Failures, names_in};
    use crate::errors::Errors;

    fn said(item: TokenStream) -> Vec<String> {
        let errors = Errors::new();
        // Only the messages matter here.
        let _ = Failures::of(&syn::parse2(item).expect("an item"), &errors.sink());
        errors.into_texts()
    }

    #[test]
    fn classes() {
        let item = quote!(
            #[failure(crate = ::renamed)]
            enum Error {
                #[failure(not_found)]
                A,
                #[failure(conflict("the invoice is {0}, not {1:?}"))]
                B(String, u8),
                #[failure(invalid("at most {most} of {{these}}"))]
                C {
                    most: u32,
                },
                #[failure(forbidden)]
                D,
                #[failure(unavailable(30s))]
                E,
                #[failure(unavailable(Duration::from_secs(*seconds)))]
                F {
                    seconds: u64,
                },
                #[failure(internal)]
                G,
                H,
            }
        );
        assert_eq!(said(item), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_class() {
        for (class, what) in [
            (quote!(gone), "not a class of failures"),
            (quote!(), "not a class of failures"),
            (quote!(conflict = "text"), "not a class of failures"),
            (quote!(conflict, invalid), "not a class of failures"),
            (quote!(not_found("text")), "`not_found` takes no text"),
            (quote!(conflict(5)), "`conflict` takes a text"),
            (quote!(conflict("it is {state}")), "`state`"),
            (quote!(conflict("it is {1}")), "`1`"),
            (quote!(conflict("it is {}")), "``"),
            (quote!(unavailable), "`unavailable` takes the time"),
            (quote!(unavailable(30)), "`unavailable` takes the time"),
            (quote!(unavailable(0s)), "`unavailable` takes the time"),
        ] {
            let item = quote!(
                enum Error {
                    #[failure(#class)]
                    A(String),
                }
            );
            let said = said(item);
            assert!(
                said.len() == 1 && said.iter().all(|text| text.contains(what) && text.contains("[ST36]")),
                "{class}: {said:#?}"
            );
        }
    }

    #[test]
    fn what_is_no_enum_of_errors() {
        for (item, what) in [
            (
                quote!(
                    struct Error;
                ),
                "`Error` is not an enum",
            ),
            (
                quote!(
                    enum Error<E> {
                        A(E),
                    }
                ),
                "`Error` is generic",
            ),
            (
                quote!(
                    enum Error {
                        #[failure(not_found)]
                        #[failure(conflict)]
                        A,
                    }
                ),
                "`A` has two classes",
            ),
            (
                quote!(
                    #[failure(conflict)]
                    enum Error {
                        A,
                    }
                ),
                "`failure` belongs on a variant",
            ),
        ] {
            let said = said(item.clone());
            assert!(said.len() == 1 && said.iter().all(|text| text.contains(what)), "{item}: {said:#?}");
        }
    }

    #[test]
    fn names_of_a_format_string() {
        assert_eq!(names_in("{a} of {0:?}, {{b}} and {c:>5}"), ["a", "0", "c"]);
    }
}
