//! The annotated function. Its body stays the tokens that the user wrote.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, FnArg, Pat, PatType, Receiver, ReceiverKind, Signature, Token, Type, Visibility};

use super::Parsed;
use super::arg::Settings;
use super::docs::{Docs, is_doc_text};
use super::types;
use crate::errors::Sink;
use crate::kind::{Grammar, Kind};
use crate::messages;

/// A function with a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) docs: Docs,
    /// The signature, its parameters without `#[arg]` and doc comments.
    pub(crate) signature: Signature,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Group,
}

/// One parameter other than the receiver.
#[derive(Clone)]
pub(crate) struct Parameter {
    /// The whole parameter as emitted.
    pub(crate) typed: PatType,
    /// Its name, if its pattern is one.
    pub(crate) name: Option<Ident>,
    pub(crate) ty: Type,
    pub(crate) docs: Docs,
    pub(crate) settings: Settings,
    /// Attributes that mean something on a field only.
    pub(crate) of_fields: Vec<Attribute>,
}

impl Function {
    /// Reads the item below the attribute; refuses what is no function with a body.
    pub(crate) fn parse(kind: Kind, item: &TokenStream, sink: &Sink) -> Parsed<Self> {
        let parser = |input: ParseStream| {
            let attributes = input.call(Attribute::parse_outer)?;
            let visibility: Visibility = input.parse()?;
            let ahead: TokenStream = input.fork().parse()?;
            let signature = match input.parse::<Signature>() {
                Ok(signature) => signature,
                Err(error) => {
                    // What is left unread would be a second error in place of this one.
                    let _: TokenStream = input.parse()?;
                    let unreadable = is_function(&ahead);
                    let other = || Shape::Other(ahead.into_iter().next());
                    return Ok(Err(if unreadable { Shape::Unreadable(error) } else { other() }));
                }
            };
            Ok(if let Some(body) = take_body(input) {
                Ok((attributes, visibility, signature, body))
            } else {
                let _: TokenStream = input.parse()?;
                Err(Shape::Bodiless(Box::new(signature.ident)))
            })
        };
        let &Grammar { attribute, noun, .. } = kind.grammar();
        match parser.parse2(item.clone()) {
            Ok(Ok((attributes, visibility, signature, body))) => {
                Ok(Self::assemble(kind, attributes, visibility, signature, body, sink))
            }
            Ok(Err(Shape::Unreadable(_))) | Err(_) if is_function_item(item) && has_parameter_without_type(item) => {
                Err(sink.refused_by_compiler())
            }
            Ok(Err(Shape::Unreadable(error))) => {
                Err(sink.refuse_syntax(&error, messages::unreadable_function(attribute, &error)))
            }
            Ok(Err(Shape::Bodiless(name))) => Err(sink.refuse(&name, messages::no_body(&name))),
            Ok(Err(Shape::Other(found))) => {
                let message = match &found {
                    Some(TokenTree::Ident(found)) => messages::no_function_but(found, noun),
                    Some(TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) | None => {
                        messages::no_function(attribute)
                    }
                };
                Err(sink.refuse(found, message))
            }
            Err(error) if is_function_item(item) => {
                Err(sink.refuse_syntax(&error, messages::unreadable_function(attribute, &error)))
            }
            Err(error) => Err(sink.refuse_syntax(&error, messages::no_function(attribute))),
        }
    }

    fn assemble(
        kind: Kind,
        mut attributes: Vec<Attribute>,
        visibility: Visibility,
        mut signature: Signature,
        body: Group,
        sink: &Sink,
    ) -> Self {
        // What stays would be expanded as well, and be a second error.
        attributes.retain(|attribute| {
            let Some(other) = kind_of(attribute) else { return true };
            let message = if other == kind {
                messages::attribute_twice(&signature.ident, kind.grammar().attribute)
            } else {
                messages::two_kinds(&signature.ident, kind.grammar().noun, other.grammar().noun)
            };
            sink.refuse(attribute.path(), message);
            false
        });
        let docs = Docs::of(&attributes);
        let mut parameters = Vec::new();
        for input in &mut signature.inputs {
            match input {
                FnArg::Receiver(receiver) => strip_receiver(receiver, sink),
                FnArg::Typed(typed) => parameters.push(Parameter::take(kind, typed, sink)),
            }
        }
        Self { attributes, visibility, docs, signature, parameters, body }
    }

    /// The receiver, if this is a method.
    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        self.signature.receiver()
    }

    /// Whether the receiver is `self: Arc<Self>`.
    pub(crate) fn shares_state(&self) -> bool {
        self.receiver().is_some_and(|receiver| match &receiver.kind {
            ReceiverKind::Typed(_, ty) => types::inside(ty, "Arc").is_some_and(|inner| types::is_named(inner, "Self")),
            _ => false,
        })
    }

    /// Whether `Self` occurs anywhere in the signature or the body.
    pub(crate) fn mentions_self_type(&self) -> bool {
        contains_ident(&self.signature.to_token_stream(), "Self") || contains_ident(&self.body.stream(), "Self")
    }
}

/// The kind of items that an attribute makes, if it is one of ours.
fn kind_of(attribute: &Attribute) -> Option<Kind> {
    let name = &attribute.path().segments.last()?.ident;
    Kind::ALL.iter().copied().find(|kind| name == kind.grammar().attribute)
}

/// What others read on the fields of a struct.
const FIELD_ATTRIBUTES: &[&str] = &["serde", "schemars", "validate", "garde"];

enum Shape {
    Unreadable(syn::Error),
    Bodiless(Box<Ident>),
    Other(Option<TokenTree>),
}

impl Parameter {
    /// Takes the documentation and the settings out of a parameter.
    fn take(kind: Kind, typed: &mut PatType, sink: &Sink) -> Self {
        let docs = Docs::of(&typed.attrs);
        let (settings, rest): (Vec<Attribute>, Vec<Attribute>) = std::mem::take(&mut typed.attrs)
            .into_iter()
            .filter(|attribute| !is_doc_text(attribute))
            .partition(|attribute| attribute.path().is_ident("arg"));
        let (of_fields, rest): (Vec<Attribute>, Vec<Attribute>) =
            rest.into_iter().partition(|attribute| FIELD_ATTRIBUTES.iter().any(|name| attribute.path().is_ident(name)));
        typed.attrs = rest;
        let name = match typed.pat.as_ref() {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => Some(pattern.ident.clone()),
            _ => None,
        };
        Self {
            typed: typed.clone(),
            name,
            ty: typed.ty.as_ref().clone(),
            docs,
            settings: Settings::parse(kind, &settings, sink),
            of_fields,
        }
    }
}

fn strip_receiver(receiver: &mut Receiver, sink: &Sink) {
    let (settings, rest): (Vec<Attribute>, Vec<Attribute>) = std::mem::take(&mut receiver.attrs)
        .into_iter()
        .filter(|attribute| !is_doc_text(attribute))
        .partition(|attribute| attribute.path().is_ident("arg"));
    receiver.attrs = rest;
    if let Some(attribute) = settings.first() {
        sink.refuse(attribute, messages::arg_on_provided("self"));
    }
}

fn take_body(input: ParseStream) -> Option<Group> {
    match input.parse::<TokenTree>().ok()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && input.is_empty() => Some(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None && input.is_empty() => {
            match group.stream().into_iter().next()? {
                TokenTree::Group(inner) if inner.delimiter() == Delimiter::Brace => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether the item begins like a function: only qualifiers before `fn`.
fn is_function(tokens: &TokenStream) -> bool {
    let parser = |input: ParseStream| {
        while !input.is_empty() {
            if input.peek(Token![fn]) {
                let _: TokenStream = input.parse()?;
                return Ok(true);
            }
            let qualifier = input.peek(Token![const])
                || input.peek(Token![async])
                || input.peek(Token![unsafe])
                || input.peek(Token![extern])
                || input.peek(syn::LitStr);
            let _: TokenTree = input.parse()?;
            if !qualifier {
                let _: TokenStream = input.parse()?;
                return Ok(false);
            }
        }
        Ok(false)
    };
    parser.parse2(tokens.clone()).unwrap_or(false)
}

/// Whether a parameter has no type yet, as in `fn f(&self, limit, note: )`. The compiler reads a function before its attribute does, and says so.
fn has_parameter_without_type(item: &TokenStream) -> bool {
    let parameters = item.clone().into_iter().find_map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    });
    let trees: Vec<TokenTree> = parameters.into_iter().flatten().collect();
    let mut depth = 0_usize;
    let mut parts = vec![Vec::new()];
    for tree in trees {
        let sign = if let TokenTree::Punct(punct) = &tree { punct.as_char() } else { ' ' };
        match sign {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().into_iter().for_each(|part| part.push(tree.clone()));
    }
    parts.iter().any(|part| match part.as_slice() {
        [TokenTree::Ident(name)] => name != "self",
        [.., TokenTree::Ident(_), TokenTree::Punct(last)] => last.as_char() == ':',
        _ => false,
    })
}

/// The same, with attributes and a visibility before the qualifiers.
fn is_function_item(item: &TokenStream) -> bool {
    let parser = |input: ParseStream| {
        input.call(Attribute::parse_outer)?;
        let _: Visibility = input.parse()?;
        input.parse::<TokenStream>()
    };
    parser.parse2(item.clone()).is_ok_and(|rest| is_function(&rest))
}

/// Whether an identifier occurs in tokens, at any depth.
pub(crate) fn contains_ident(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => contains_ident(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
