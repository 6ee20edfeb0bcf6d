//! `#[derive(HasOwners)]`: the fields of a struct that say whose it is.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Field, Index, Member, Meta, Path, Token, Type};

use crate::errors::{Errors, Sink};
use crate::expand;
use crate::kind::Kind;
use crate::messages;
use crate::syntax::Parsed;

/// Whose a struct is, by its fields.
#[derive(Default)]
pub(crate) struct Owners<'i> {
    /// The runtime, by another name.
    pub(crate) root: Option<Path>,
    /// `#[owner(tenant)]`
    pub(crate) tenant: Option<(Member, &'i Type)>,
    /// `#[owner(subject)]`
    pub(crate) subject: Option<(Member, &'i Type)>,
    /// `#[owner]` on fields that are owners.
    pub(crate) given: Vec<(Member, &'i Type)>,
    /// `#[owners]` on fields with owners in them.
    pub(crate) nested: Vec<(Member, &'i Type)>,
    /// Fields without an attribute that leave with the rest.
    pub(crate) unmarked: Vec<&'i Type>,
}

/// The implementation of `HasOwners`, or every mistake together with one for no owners, so that nothing cascades.
#[must_use]
pub fn derive(input: &TokenStream) -> TokenStream {
    // The compiler says what is wrong with an item that cannot be read.
    let Ok(input) = syn::parse2::<DeriveInput>(input.clone()) else { return TokenStream::new() };
    let errors = Errors::new();
    let owners = Owners::of(&input, &errors.sink());
    let expansion = expand::derived_owners(&input, &owners);
    let errors = errors.into_compile_errors(Kind::Tool);
    quote!(#errors #expansion)
}

impl<'i> Owners<'i> {
    fn of(input: &'i DeriveInput, sink: &Sink) -> Self {
        let mut owners = Self { root: root(&input.attrs, sink), ..Self::default() };
        let fields = match &input.data {
            Data::Struct(data) => &data.fields,
            Data::Enum(_) | Data::Union(_) => {
                sink.refuse(&input.ident, messages::owners_of_no_struct(&input.ident));
                return owners;
            }
        };
        let list = sink.child();
        for (position, field) in fields.iter().enumerate() {
            let member = field.ident.clone().map_or_else(
                || Member::Unnamed(Index { index: u32::try_from(position).unwrap_or(u32::MAX), span: field.ty.span() }),
                Member::Named,
            );
            if !has_owner_attribute(&field.attrs) && !is_skipped(&field.attrs) {
                owners.unmarked.push(&field.ty);
            }
            for attribute in &field.attrs {
                owners.read(attribute, &member, field, &list);
            }
        }
        let says_nothing =
            owners.tenant.is_none() && owners.subject.is_none() && owners.given.is_empty() && owners.nested.is_empty();
        if says_nothing && list.failed().is_none() {
            sink.refuse(&input.ident, messages::view_without_owner(&input.ident));
        }
        owners
    }

    fn read(&mut self, attribute: &Attribute, member: &Member, field: &'i Field, sink: &Sink) {
        let here = || (member.clone(), &field.ty);
        if attribute.path().is_ident("owners") {
            match &attribute.meta {
                Meta::Path(_) => self.nested.push(here()),
                Meta::List(_) | Meta::NameValue(_) => {
                    sink.refuse(attribute, messages::owners_with_value());
                }
            }
        } else if attribute.path().is_ident("owner") {
            match &attribute.meta {
                Meta::Path(_) => self.given.push(here()),
                Meta::List(list) => {
                    let words = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(list.tokens.clone());
                    let words: Vec<Ident> = words.into_iter().flatten().collect();
                    if words.is_empty() {
                        sink.refuse(attribute, messages::owner_without_kind());
                    }
                    for word in words {
                        let place = match word.to_string().as_str() {
                            "tenant" => &mut self.tenant,
                            "subject" => &mut self.subject,
                            _ => {
                                sink.refuse(&word, messages::owner_without_kind());
                                continue;
                            }
                        };
                        if place.is_some() {
                            sink.refuse(&word, messages::owner_part_twice(&word));
                        }
                        *place = Some(here());
                    }
                }
                Meta::NameValue(_) => {
                    sink.refuse(attribute, messages::owner_without_kind());
                }
            }
        }
    }
}

fn owner_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("owner") || attribute.path().is_ident("owners"))
}

fn has_owner_attribute(attributes: &[Attribute]) -> bool {
    owner_attributes(attributes).next().is_some()
}

/// `#[serde(skip)]` or `#[serde(skip_serializing)]`: nobody reads the field.
fn is_skipped(attributes: &[Attribute]) -> bool {
    let skips = |meta: &Meta| meta.path().is_ident("skip") || meta.path().is_ident("skip_serializing");
    attributes.iter().filter(|attribute| attribute.path().is_ident("serde")).any(|attribute| {
        let said = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        said.is_ok_and(|said| said.iter().any(skips))
    })
}

/// `#[owner(crate = …)]` on the struct.
fn root(attributes: &[Attribute], sink: &Sink) -> Option<Path> {
    let read = |input: ParseStream| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style)
    };
    let attribute = owner_attributes(attributes).next()?;
    let path: Parsed<Path> =
        attribute.parse_args_with(read).map_err(|_| sink.refuse(attribute, messages::owner_on_struct()));
    path.ok()
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::Owners;
    use crate::errors::Errors;

    fn said(item: TokenStream) -> Vec<String> {
        let errors = Errors::new();
        Owners::of(&syn::parse2(item).expect("an item"), &errors.sink());
        errors.into_texts()
    }

    #[test]
    fn views_say_whose_they_are() {
        for item in [
            quote!(
                struct View {
                    #[owner(tenant)]
                    tenant: String,
                    cents: u32,
                }
            ),
            quote!(
                struct View {
                    #[owner(tenant)]
                    tenant: String,
                    #[owner(subject)]
                    author: String,
                }
            ),
            quote!(
                struct View {
                    #[owner(tenant, subject)]
                    personal_tenant: String,
                }
            ),
            quote!(
                struct View(#[owner] Owner);
            ),
            quote!(
                struct Page<T> {
                    #[owners]
                    items: Vec<T>,
                    more: bool,
                }
            ),
            quote!(
                #[owner(crate = ::renamed)]
                struct View {
                    #[owner(subject)]
                    author: String,
                }
            ),
        ] {
            assert_eq!(said(item.clone()), Vec::<String>::new(), "{item}");
        }
    }

    #[test]
    fn fields_that_nobody_reads_need_no_mark() {
        let item = quote!(
            struct Page {
                #[owners]
                own: Vec<Note>,
                #[serde(skip)]
                draft: Note,
                #[serde(rename = "b", skip_serializing)]
                other: Note,
                #[serde(skip_serializing_if = "Option::is_none")]
                next: Option<Note>,
                all: Vec<Note>,
            }
        );
        let (item, errors) = (syn::parse2(item).expect("a struct"), Errors::new());
        let unmarked = Owners::of(&item, &errors.sink()).unmarked;
        let unmarked: Vec<String> = unmarked.into_iter().map(crate::syntax::types::show).collect();
        assert_eq!(unmarked, ["Option<Note>", "Vec<Note>"]);
        assert!(errors.into_texts().is_empty());
    }

    #[test]
    fn views_that_do_not() {
        for (item, what) in [
            (
                quote!(
                    struct View {
                        cents: u32,
                    }
                ),
                "`View` does not say who owns it",
            ),
            (
                quote!(
                    struct View;
                ),
                "`View` does not say who owns it",
            ),
            (
                quote!(
                    enum View {
                        A,
                    }
                ),
                "`View` is not a struct",
            ),
            (
                quote!(
                    struct View {
                        #[owner(user)]
                        author: String,
                    }
                ),
                "`owner` has to say",
            ),
            (
                quote!(
                    struct View {
                        #[owner()]
                        author: String,
                    }
                ),
                "`owner` has to say",
            ),
            (
                quote!(
                    struct View {
                        #[owner = "a"]
                        author: String,
                    }
                ),
                "`owner` has to say",
            ),
            (
                quote!(
                    struct View {
                        #[owner("subject")]
                        author: String,
                    }
                ),
                "`owner` has to say",
            ),
            (
                quote!(
                    struct View {
                        #[owners(tenant)]
                        a: Vec<A>,
                    }
                ),
                "`owners` takes no value",
            ),
            (
                quote!(
                    struct View {
                        #[owner(subject)]
                        a: String,
                        #[owner(subject)]
                        b: String,
                    }
                ),
                "`subject` is named twice",
            ),
            (
                quote!(
                    #[owner(tenant)]
                    struct View {
                        #[owner(tenant)]
                        tenant: String,
                    }
                ),
                "`owner` belongs on a field",
            ),
        ] {
            let said = said(item.clone());
            assert!(
                said.len() == 1 && said.iter().all(|text| text.contains(what) && text.contains("[ST28]")),
                "{item}: {said:#?}"
            );
        }
    }
}
