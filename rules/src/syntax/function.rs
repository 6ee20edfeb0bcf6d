//! `list = Self::my_invoices`, `complete = Self::my_invoice_ids`: the path of a function.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, ExprPath};

use super::numbers::{at_end, show};
use super::{Parsed, take_equals, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// Reads what follows the key.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<ExprPath> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    match input.parse::<Expr>() {
        Ok(Expr::Path(path)) if equals && at_end(input) => Ok(path),
        Ok(Expr::Call(call)) if equals && at_end(input) => {
            Err(sink.refuse(&wrong, messages::called_function(key, &show(&call.func.to_token_stream()))))
        }
        // A closure has commas of its own.
        Ok(other) if equals => Err(sink.refuse(other, messages::no_function_path(key))),
        _ => Err(sink.refuse(&wrong, messages::no_function_path(key))),
    }
}
