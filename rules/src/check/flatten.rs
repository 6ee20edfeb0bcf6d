//! ST26, ST18: structs whose fields are arguments, and structs that are one argument.

use crate::errors::Sink;
use crate::messages;
use crate::model::{Source, Tool};
use crate::syntax::types::{self, Shape};

/// ST26: what narrows an argument stands on the field.
pub(super) fn alone(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| matches!(param.source, Source::Flattened)) {
        for key in param.settings.keys.iter().filter(|key| **key != "flatten") {
            let tokens = param.settings.attribute.as_ref();
            sink.refuse(tokens, messages::flatten_and(key, &param.ident));
        }
    }
}

/// ST26: `flatten` is for structs.
pub(super) fn of_structs(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| matches!(param.source, Source::Flattened)) {
        let has_fields = types::reference(&param.ty).is_none()
            && Shape::of(&param.ty) == Shape::Unknown
            && !["Option", "Box", "Owned"].iter().any(|name| types::is_named(&param.ty, name));
        if !has_fields {
            sink.refuse(&param.ty, messages::flatten_of_no_struct(&param.ident, &types::show(&param.ty)));
        }
    }
}

/// ST18: `nested` is for structs.
pub(super) fn nested(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(nested) = param.settings.nested.given() else { continue };
        if !param.asked && (*Shape::of(&param.ty).element() != Shape::Unknown || param.owned().is_some()) {
            sink.refuse(nested, messages::arg_without_effect("nested", &param.ident));
        }
    }
}
