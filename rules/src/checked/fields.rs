//! A struct whose fields are arguments, after every rule that needs no more than the struct.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Path, Type};

use super::Unresolved;
use super::params::{Argument, Reader};
use crate::check::is_key_of_object;
use crate::errors::Sink;
use crate::messages;
use crate::model::{self, Source, Tool};
use crate::syntax::Parsed;

/// The fields of a struct that derives `Arguments`.
pub(crate) struct Fields<'t> {
    /// The runtime crate, if it goes by another name.
    pub(crate) root: Option<&'t Path>,
    pub(crate) fields: Vec<Field<'t>>,
}

pub(crate) struct Field<'t> {
    pub(crate) ident: &'t Ident,
    pub(crate) ty: &'t Type,
    /// Whether it is the key of an object, and nothing says otherwise: whether that needs an owner is the tool's business.
    pub(crate) object: bool,
    /// `None` if the field is a struct whose fields are arguments.
    pub(crate) argument: Option<Argument<'t>>,
}

impl<'t> Fields<'t> {
    /// Decides what the syntax left open.
    pub(crate) fn of(fields: &'t Tool, root: Option<&'t Path>, sink: &Sink) -> Parsed<Self> {
        let resolved: Result<Vec<_>, Unresolved> = fields.params.iter().map(|param| Field::of(fields, param)).collect();
        match resolved {
            Ok(fields) => Ok(Self { root, fields }),
            Err(Unresolved(what)) => {
                Err(sink.refuse(fields.ident(), messages::unresolved(fields.ident(), what, "struct")))
            }
        }
    }
}

impl<'t> Field<'t> {
    fn of(fields: &'t Tool, param: &'t model::Param) -> Result<Self, Unresolved> {
        if param.is_asked() {
            return Err(Unresolved("fields"));
        }
        let argument = match param.source {
            Source::Flattened => None,
            Source::Plain => Some(Argument::of(param, Reader::Plain)?),
            Source::Key
            | Source::Owned(_)
            | Source::OwnedOptional(_)
            | Source::OwnedMany(_)
            | Source::Caller
            | Source::Call
            | Source::Progress
            | Source::Permit(_)
            | Source::State
            | Source::Object(_)
            | Source::Unlendable => return Err(Unresolved("fields")),
        };
        let object = is_key_of_object(fields, param) && param.settings.not_object.is_absent();
        Ok(Self { ident: &param.ident, ty: &param.ty, object, argument })
    }

    /// The name in the source, as a question names it.
    pub(crate) fn shown(&self) -> String {
        self.ident.unraw().to_string()
    }
}
