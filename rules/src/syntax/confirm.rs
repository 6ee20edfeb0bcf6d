//! `confirm = "Delete {invoice}?" | operator("Delete {invoice}?") | never("reason")`

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use super::{Parsed, parentheses, peek_call, read_reason, take_all, take_equals, value_or_key};
use crate::errors::Sink;
use crate::messages::{self, Message};

/// Who is asked before the tool does what it does.
#[derive(Clone)]
pub(crate) enum Confirm {
    /// The person at the client.
    Client(Template),
    /// A person outside of the conversation.
    Operator(Template),
    /// Nobody, for a reason.
    Never { keyword: Ident, reason: LitStr },
}

/// A question with placeholders.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) text: LitStr,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// The parameter of this name.
    Parameter(String),
}

impl Confirm {
    /// The question, if one is asked.
    pub(crate) fn template(&self) -> Option<&Template> {
        match self {
            Self::Client(template) | Self::Operator(template) => Some(template),
            Self::Never { .. } => None,
        }
    }

    /// What to underline.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Client(template) | Self::Operator(template) => template.text.to_token_stream(),
            Self::Never { keyword, .. } => keyword.to_token_stream(),
        }
    }
}

impl Template {
    /// The parameters that the question names, in their order.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// Reads what stands behind this key.
    pub(crate) fn read(key: &Ident, text: LitStr, sink: &Sink) -> Parsed<Self> {
        match pieces(key, &text.value()) {
            Ok(pieces) => Ok(Self { text, pieces }),
            Err(message) => Err(sink.refuse(&text, message)),
        }
    }
}

/// Reads what follows the key `confirm`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Confirm> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    if !equals {
        return Err(sink.refuse(wrong, messages::confirm_form()));
    }
    if let Some(form) = peek_call(input) {
        if form == "never" && input.parse::<TokenTree>().is_ok() {
            return read_reason(&form, input, sink).map(|reason| Confirm::Never { keyword: form, reason });
        }
        if form == "operator" && input.parse::<TokenTree>().is_ok() {
            let text = parentheses(input).ok().and_then(|content| {
                let text = content.parse::<LitStr>().ok();
                let alone = content.parse::<Option<Token![,]>>().is_ok() && content.is_empty();
                take_all(&content);
                text.filter(|_| alone)
            });
            return match text {
                Some(text) => Template::read(key, text, sink).map(Confirm::Operator),
                None => Err(sink.refuse(wrong, messages::confirm_form())),
            };
        }
        return Err(sink.refuse(form, messages::confirm_form()));
    }
    match input.parse::<LitStr>() {
        Ok(text) if input.is_empty() || input.peek(Token![,]) => Template::read(key, text, sink).map(Confirm::Client),
        Err(_) if input.fork().call(Ident::parse_any).is_ok_and(|name| name == "never") => {
            Err(sink.refuse(wrong, messages::no_reason("never")))
        }
        Ok(_) | Err(_) => Err(sink.refuse(wrong, messages::confirm_form())),
    }
}

/// Splits a question at its placeholders; `{{` and `}}` are braces.
fn pieces(key: &Ident, text: &str) -> Result<Vec<Piece>, Message> {
    if text.trim().is_empty() {
        return Err(messages::question_without_text(key));
    }
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        plain.push_str(before);
        if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
            plain.push_str(brace.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let name = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let Some((name, after)) = name else { return Err(messages::lone_brace(key)) };
        if !is_name(name) {
            return Err(messages::no_placeholder(key, name));
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Parameter(name.to_owned()));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

fn is_name(text: &str) -> bool {
    Ident::parse_any.parse_str(text).is_ok_and(|name| name == text)
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::{Piece, pieces};

    #[test]
    fn questions() {
        let key = format_ident!("confirm");
        let (text, name) = (|text: &str| Piece::Text(text.into()), |name: &str| Piece::Parameter(name.into()));
        for (given, expected) in [
            ("Sure?", vec![text("Sure?")]),
            ("{a}", vec![name("a")]),
            ("{a}{b_2}?", vec![name("a"), name("b_2"), text("?")]),
            ("Drop {{{a}}} of {type}", vec![text("Drop {"), name("a"), text("} of "), name("type")]),
        ] {
            assert_eq!(pieces(&key, given).unwrap_or_default(), expected, "{given}");
        }
        for given in ["", "  ", "{", "}", "a}b", "{a", "{}", "{0}", "{a:?}", "{a.b}", "{ a }", "{a b}", "{a{b}}"] {
            let message = pieces(&key, given).map_err(|message| message.to_string());
            assert!(message.as_ref().is_err_and(|text| text.contains("[ST16]")), "{given}: {message:?}");
        }
    }
}
