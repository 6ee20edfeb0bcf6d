//! What serde's and schemars' attributes say about a struct whose fields are arguments. What is not understood is refused: it would change what
//! one side believes.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, DeriveInput, Expr, ExprPath, LitStr, Token};

use crate::errors::Sink;
use crate::messages;

/// What concerns serializing alone.
const WRITING: &[&str] = &["skip_serializing", "skip_serializing_if", "serialize_with", "rename_all_fields"];

/// What the attributes of one field say.
#[derive(Default)]
pub(super) struct Serde {
    /// `rename = "…"`
    pub(super) rename: Option<LitStr>,
    /// `default`, or `default = …`, for `#[arg]`.
    pub(super) default: Option<TokenStream>,
    /// `flatten`, which means what `#[arg(flatten)]` means, if that stands beside it.
    pub(super) flatten: Option<Ident>,
    /// `#[schemars(description = "…")]`
    pub(super) description: Option<Expr>,
}

impl Serde {
    pub(super) fn of(attributes: &[Attribute], sink: &Sink) -> Self {
        let mut said = Self::default();
        each(attributes, "serde", sink, |meta| {
            let key = meta.path.require_ident()?.clone();
            match key.to_string().as_str() {
                "rename" => said.rename = deserialize_name(&meta)?.or(said.rename.take()),
                "default" => said.default = Some(default(&meta)?),
                "flatten" => said.flatten = Some(key),
                "skip" | "skip_deserializing" => {
                    sink.refuse(&key, messages::field_serde_skip(&key));
                }
                "alias" => {
                    skip(&meta)?;
                    sink.refuse(&key, messages::field_serde_alias());
                }
                name if WRITING.contains(&name) => skip(&meta)?,
                _ => {
                    skip(&meta)?;
                    sink.refuse(&key, messages::field_serde(&key));
                }
            }
            Ok(())
        });
        each(attributes, "schemars", sink, |meta| {
            let key = meta.path.require_ident()?.clone();
            if key == "description" {
                said.description = Some(meta.value()?.parse()?);
            } else if key == "title" {
                skip(&meta)?;
            } else {
                skip(&meta)?;
                sink.refuse(&key, messages::field_schemars(&key));
            }
            Ok(())
        });
        said
    }
}

/// What the attributes of the struct say about the names and the defaults of its fields.
pub(super) struct Names {
    case: Option<Case>,
    /// The struct, if its own default stands in for fields that are left out.
    default: Option<Ident>,
}

impl Names {
    pub(super) fn of(input: &DeriveInput, sink: &Sink) -> Self {
        let mut names = Self { case: None, default: None };
        each(&input.attrs, "serde", sink, |meta| {
            let key = meta.path.require_ident()?.clone();
            match key.to_string().as_str() {
                "rename_all" => {
                    if let Some(given) = deserialize_name(&meta)? {
                        names.case = Case::named(&given.value());
                        if names.case.is_none() {
                            sink.refuse(&given, messages::no_such_case(&given.value()));
                        }
                    }
                }
                "default" if !meta.input.peek(Token![=]) => names.default = Some(input.ident.clone()),
                "deny_unknown_fields" => {}
                "crate" | "rename" | "expecting" => skip(&meta)?,
                name if WRITING.contains(&name) => skip(&meta)?,
                _ => {
                    skip(&meta)?;
                    sink.refuse(&key, messages::field_serde(&key));
                }
            }
            Ok(())
        });
        each(&input.attrs, "schemars", sink, |meta| {
            let key = meta.path.require_ident()?.clone();
            skip(&meta)?;
            if !["crate", "description", "title", "rename", "deny_unknown_fields"].contains(&key.to_string().as_str()) {
                sink.refuse(&key, messages::field_schemars(&key));
            }
            Ok(())
        });
        names
    }

    /// The name of a field on the wire, if it is another.
    pub(super) fn renamed(&self, field: &Ident) -> Option<LitStr> {
        let renamed = self.case?.of(&field.unraw().to_string());
        Some(LitStr::new(&renamed, field.span()))
    }

    /// `default = Self::default().field`
    pub(super) fn default_of(&self, field: &Ident) -> Option<TokenStream> {
        let of = self.default.as_ref()?;
        Some(quote_spanned!(field.span()=> default = <#of as ::core::default::Default>::default().#field))
    }
}

/// Reads each key of each attribute called `name`; what cannot be read is refused.
fn each(attributes: &[Attribute], name: &str, sink: &Sink, mut read: impl FnMut(ParseNestedMeta) -> syn::Result<()>) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        if attribute.parse_nested_meta(&mut read).is_err() {
            sink.refuse(attribute, messages::field_serde_form());
        }
    }
}

/// `"…"`, or the `deserialize` of `(serialize = "…", deserialize = "…")`.
fn deserialize_name(meta: &ParseNestedMeta) -> syn::Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut name = None;
    meta.parse_nested_meta(|meta| {
        let value: LitStr = meta.value()?.parse()?;
        if meta.path.is_ident("deserialize") {
            name = Some(value);
        }
        Ok(())
    })?;
    Ok(name)
}

/// `default` or `default = "path::to::function"`, as a key of `#[arg]`.
fn default(meta: &ParseNestedMeta) -> syn::Result<TokenStream> {
    if !meta.input.peek(Token![=]) {
        return Ok(quote!(default));
    }
    let path: LitStr = meta.value()?.parse()?;
    let function: ExprPath = path.parse()?;
    Ok(quote!(default = #function()))
}

/// Consumes what follows a key.
fn skip(meta: &ParseNestedMeta) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        let _: Expr = meta.value()?.parse()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        let _: TokenStream = content.parse()?;
    }
    Ok(())
}

/// A rule of `rename_all`.
#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// What serde makes of a field's name.
    fn of(self, field: &str) -> String {
        let pascal = || {
            field.split('_').map(|word| {
                let mut letters = word.chars();
                letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
            })
        };
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal().collect(),
            Self::Camel => {
                let name: String = pascal().collect();
                let mut letters = name.chars();
                letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}
