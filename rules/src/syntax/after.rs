//! `after(Self::quote, within = 10m)`

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, ExprPath};

use super::numbers::{self, at_end, show};
use super::{Parsed, Spanned, parentheses, peek_value, take_comma, take_value, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// Which tool has to have succeeded before.
#[derive(Clone)]
pub(crate) struct After {
    pub(crate) tool: ExprPath,
    /// How long before at most, in milliseconds.
    pub(crate) within: Spanned<u64>,
}

/// Reads what follows the key `after`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<After> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::after_form()));
    };
    let list = sink.child();
    let tool = parse_tool(key, &content, &list);
    take_value(&content);
    let mut within = None;
    while take_comma(&content) && !content.is_empty() {
        let whole: TokenStream = peek_value(&content);
        match content.call(Ident::parse_any) {
            Ok(option) if option == "within" && within.is_none() => {
                within = Some(numbers::duration_or(&option, &content, &list, |given, meant| {
                    messages::no_within(given, meant)
                }));
            }
            Ok(option) if option == "within" => {
                list.refuse(&option, messages::duplicate_key("within", "after"));
            }
            Ok(option) => {
                list.refuse(&option, messages::unknown_key(&option.to_string(), "after", &["within"]));
            }
            Err(_) => {
                list.refuse(whole, messages::no_key("after", "after(Self::quote, within = 10m)"));
            }
        }
        take_value(&content);
    }
    let tool = tool?;
    let within = match (within, list.failed()) {
        (Some(within), _) => within?,
        // What was refused may have been meant for it.
        (None, Some(reported)) => return Err(reported),
        (None, None) => return Err(list.refuse(key, messages::after_without_within(&show(&tool.to_token_stream())))),
    };
    list.finish(After { tool, within })
}

fn parse_tool(key: &Ident, content: ParseStream, sink: &Sink) -> Parsed<ExprPath> {
    let wrong = value_or_key(content, key);
    match content.parse::<Expr>() {
        Ok(Expr::Path(path)) if at_end(content) => Ok(path),
        Ok(Expr::Call(call)) if at_end(content) => {
            Err(sink.refuse(&wrong, messages::after_called(&show(&call.func.to_token_stream()))))
        }
        _ => Err(sink.refuse(&wrong, messages::after_form())),
    }
}
