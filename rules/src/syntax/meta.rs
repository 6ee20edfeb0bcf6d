//! `meta("com.example/team" = "billing")`: what an item says of itself in `_meta`.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Expr, LitStr, Token};

use super::literal::Json;
use super::{Parsed, parentheses, read_items, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// One member of `_meta`.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: LitStr,
    pub(crate) value: Json,
}

/// Reads what follows the key `meta`. Every item that cannot be read is reported.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Vec<Member>> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::meta_form()));
    };
    let list = sink.child();
    if content.is_empty() {
        list.refuse(key, messages::meta_form());
    }
    let mut members = Vec::new();
    read_items(&content, key, messages::meta_form, &list, member, |member, _| members.push(member));
    list.finish(members)
}

fn member(input: ParseStream) -> Option<Member> {
    let name = input.parse().ok()?;
    input.parse::<Token![=]>().ok()?;
    let value = Json::of(&input.parse::<Expr>().ok()?)?;
    Some(Member { name, value })
}
