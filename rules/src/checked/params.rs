//! Parameters, by where their values come from.

use syn::ext::IdentExt;
use syn::{ExprPath, LitStr, Type};

use super::policy::Question;
use super::{Setting, Unresolved, setting, settled};
use crate::model::{self, Source, Tool};
use crate::syntax::Spanned;
use crate::syntax::arg::{Audit, OptOut, Settings, Value};
use crate::syntax::docs::Docs;
use crate::syntax::literal::Json;
use crate::syntax::types;

/// A parameter, by where its value comes from.
pub(crate) enum Param<'t> {
    Caller,
    Call,
    Progress,
    State,
    /// The trait object that the state shows.
    Object(&'t Type),
    /// The type is what is permitted.
    Permit(&'t Type),
    Argument(Box<Argument<'t>>),
    /// The struct whose fields are arguments.
    Flattened(&'t Type),
}

impl<'t> Param<'t> {
    /// Every parameter of an item, with the arguments counted.
    pub(super) fn all_of(tool: &'t Tool) -> Result<Vec<Self>, Unresolved> {
        let mut params = Vec::new();
        for param in &tool.params {
            let skips = settled(&param.settings.skip_foreign, "`skip_foreign`")?.is_some();
            let argument = |reader| {
                let asked = question(tool, param)?;
                Ok(Self::Argument(Box::new(Argument { asked, ..Argument::of(param, reader)? })))
            };
            params.push(match &param.source {
                Source::Caller => Self::Caller,
                Source::Call => Self::Call,
                Source::Progress => Self::Progress,
                Source::State => Self::State,
                Source::Object(object) => Self::Object(object),
                Source::Permit(Some(asked)) => Self::Permit(asked),
                Source::Permit(None) | Source::Unlendable => return Err(Unresolved("parameters")),
                Source::Plain => argument(Reader::Plain)?,
                Source::Key => argument(Reader::of_key(&param.ty, skips))?,
                Source::Flattened => Self::Flattened(&param.ty),
                Source::Owned(object) => argument(Reader::Owned(object))?,
                Source::OwnedOptional(object) => argument(Reader::OwnedOptional(object))?,
                Source::OwnedMany(object) if skips => argument(Reader::OwnedFiltered(object))?,
                Source::OwnedMany(object) => argument(Reader::OwnedMany(object))?,
            });
        }
        Ok(params)
    }
}

/// What the person at the client is asked, of a parameter that is theirs to give.
fn question<'t>(tool: &'t Tool, param: &'t model::Param) -> Result<Option<Question<'t>>, Unresolved> {
    match (param.asked, settled(&param.settings.ask, "`ask`")?) {
        (true, Some(template)) => Question::of(tool, template).map(Some),
        (false, None) => Ok(None),
        (true, None) | (false, Some(_)) => Err(Unresolved("question")),
    }
}

/// A parameter whose value the model gives, or the person at the client.
pub(crate) struct Argument<'t> {
    /// The name that the model sees.
    pub(crate) name: &'t str,
    /// The name in the source, if it is another.
    pub(crate) called: Option<String>,
    pub(crate) docs: &'t Docs,
    pub(crate) ty: &'t Type,
    pub(crate) reader: Reader<'t>,
    /// The function that proposes values.
    pub(crate) complete: Option<&'t ExprPath>,
    /// What the person at the client is asked, if it is theirs to give.
    pub(crate) asked: Option<Question<'t>>,
    pub(crate) constraints: Constraints<'t>,
}

/// What the guard makes of the value that the model gives.
#[derive(Clone, Copy)]
pub(crate) enum Reader<'t> {
    /// The value itself.
    Plain,
    /// A key whose owner is compared with the caller.
    Key(&'t Type),
    KeyOptional(&'t Type),
    KeyMany(&'t Type),
    /// Keys of which those of others are left out.
    KeyFiltered(&'t Type),
    /// The object behind a key.
    Owned(&'t Type),
    OwnedOptional(&'t Type),
    OwnedMany(&'t Type),
    /// Objects of which those of others are left out.
    OwnedFiltered(&'t Type),
}

impl<'t> Reader<'t> {
    fn of_key(ty: &'t Type, skips: bool) -> Self {
        match (types::inside(ty, "Option"), types::inside(ty, "Vec")) {
            (Some(key), _) => Self::KeyOptional(key),
            (None, Some(key)) if skips => Self::KeyFiltered(key),
            (None, Some(key)) => Self::KeyMany(key),
            (None, None) => Self::Key(ty),
        }
    }

    /// The runtime's function that describes such an argument, and the method of an entry that reads one.
    pub(crate) fn functions(&self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("argument", "take"),
            Self::Key(_) => ("key", "key"),
            Self::KeyOptional(_) => ("key_optional", "key_optional"),
            Self::KeyMany(_) => ("key_many", "key_many"),
            Self::KeyFiltered(_) => ("key_filtered", "key_filtered"),
            Self::Owned(_) => ("owned", "owned"),
            Self::OwnedOptional(_) => ("owned_optional", "owned_optional"),
            Self::OwnedMany(_) => ("owned_many", "owned_many"),
            Self::OwnedFiltered(_) => ("owned_filtered", "owned_filtered"),
        }
    }

    /// The method of an entry that makes a proof of what was loaded, for the length of the call.
    pub(crate) fn brand(&self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::Key(_) | Self::KeyOptional(_) | Self::KeyMany(_) | Self::KeyFiltered(_) => None,
            Self::Owned(_) => Some("brand"),
            Self::OwnedOptional(_) => Some("brand_optional"),
            Self::OwnedMany(_) | Self::OwnedFiltered(_) => Some("brand_many"),
        }
    }
}

/// What `#[arg(…)]` says.
pub(crate) struct Constraints<'t> {
    /// Whether the model sends the struct as one object.
    pub(crate) nested: bool,
    pub(crate) pattern: Option<Setting<'t, &'t LitStr>>,
    pub(crate) min: Option<Setting<'t, Number>>,
    pub(crate) max: Option<Setting<'t, Number>>,
    pub(crate) min_len: Option<Setting<'t, u64>>,
    pub(crate) max_len: Option<Setting<'t, u64>>,
    pub(crate) min_items: Option<Setting<'t, u64>>,
    pub(crate) max_items: Option<Setting<'t, u64>>,
    pub(crate) one_of: Option<Setting<'t, &'t [Spanned<Json>]>>,
    pub(crate) format: Option<&'t LitStr>,
    pub(crate) default: Option<&'t Value>,
    pub(crate) example: Option<&'t Value>,
    /// Whether the key or the type says that it is one.
    pub(crate) secret: bool,
    pub(crate) audit: Option<Audit>,
    pub(crate) unbounded: Option<&'t LitStr>,
    pub(crate) raw: Option<&'t LitStr>,
    pub(crate) not_identity: Option<&'t LitStr>,
    pub(crate) not_credential: Option<&'t LitStr>,
    pub(crate) not_object: Option<&'t LitStr>,
}

/// A bound.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    fn of(literal: &Json) -> Result<Self, Unresolved> {
        match literal {
            Json::Integer(value) => Ok(Self::Integer(*value)),
            Json::Float(value) => Ok(Self::Float(*value)),
            Json::Text(_) | Json::Bool(_) | Json::List(_) => Err(Unresolved("bound")),
        }
    }
}

impl<'t> Argument<'t> {
    pub(super) fn of(param: &'t model::Param, reader: Reader<'t>) -> Result<Self, Unresolved> {
        if param.docs.is_empty() {
            return Err(Unresolved("description of an argument"));
        }
        Ok(Self {
            name: &param.wire_name,
            called: Some(param.ident.unraw().to_string()).filter(|ident| *ident != param.wire_name),
            docs: &param.docs,
            ty: &param.ty,
            reader,
            complete: settled(&param.settings.complete, "`complete`")?,
            asked: None,
            constraints: Constraints::of(param)?,
        })
    }
}

impl<'t> Constraints<'t> {
    fn of(param: &'t model::Param) -> Result<Self, Unresolved> {
        // Without `..`: a new key has to be placed here.
        let Settings {
            attribute: _,
            keys: _,
            name,
            flatten,
            nested,
            skip_foreign,
            ask,
            pattern,
            min,
            max,
            min_len,
            max_len,
            min_items,
            max_items,
            one_of,
            complete: _,
            format,
            default,
            example,
            secret,
            audit,
            unbounded,
            raw,
            not_identity,
            not_credential,
            not_object,
        } = &param.settings;
        // The name is the parameter's by now.
        settled(name, "`name`")?;
        // What is read is the reader's business.
        settled(skip_foreign, "`skip_foreign`")?;
        // The question is the argument's.
        settled(ask, "`ask`")?;
        // A flattened parameter is no argument.
        if flatten.is_given() {
            return Err(Unresolved("argument"));
        }
        let number = |stated| setting(stated, "bound", |bound: &Spanned<Json>| Number::of(&bound.value));
        let length = |stated| setting(stated, "length", |length: &Spanned<u64>| Ok(length.value));
        let reason = |stated| Ok(settled(stated, "opt-out")?.map(|opt_out: &OptOut| &opt_out.reason));
        Ok(Self {
            nested: settled(nested, "`nested`")?.is_some(),
            pattern: setting(pattern, "`pattern`", Ok)?,
            min: number(min)?,
            max: number(max)?,
            min_len: length(min_len)?,
            max_len: length(max_len)?,
            min_items: length(min_items)?,
            max_items: length(max_items)?,
            one_of: setting(one_of, "`one_of`", |list| Ok(list.value.as_slice()))?,
            format: settled(format, "`format`")?,
            default: settled(default, "`default`")?,
            example: settled(example, "`example`")?,
            secret: settled(secret, "`secret`")?.is_some() || param.is_secret_type(),
            audit: settled(audit, "`audit`")?.map(|audit| audit.value),
            unbounded: reason(unbounded)?,
            raw: reason(raw)?,
            not_identity: reason(not_identity)?,
            not_credential: reason(not_credential)?,
            not_object: reason(not_object)?,
        })
    }
}
