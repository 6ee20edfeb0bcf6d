//! Literals in `#[arg(…)]`: what they are in JSON.

use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, UnOp};

use super::Spanned;

/// A literal, or a list of literals, as JSON knows it.
#[derive(Clone, PartialEq)]
pub(crate) enum Json {
    Text(String),
    Integer(i128),
    Float(f64),
    Bool(bool),
    List(Vec<Spanned<Json>>),
}

impl Json {
    /// The literal that `expression` is, if it is one.
    pub(crate) fn of(expression: &Expr) -> Option<Self> {
        match expression {
            Expr::Lit(ExprLit { lit, .. }) => Self::of_literal(lit),
            Expr::Group(group) => Self::of(&group.expr),
            Expr::Paren(paren) => Self::of(&paren.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match Self::of(&unary.expr)? {
                Self::Integer(value) => Some(Self::Integer(value.checked_neg()?)),
                Self::Float(value) => Some(Self::Float(-value)),
                Self::Text(_) | Self::Bool(_) | Self::List(_) => None,
            },
            Expr::Array(array) => {
                let item = |item| Some(Spanned { value: Self::of(item)?, tokens: item.to_token_stream() });
                array.elems.iter().map(item).collect::<Option<_>>().map(Self::List)
            }
            _ => None,
        }
    }

    fn of_literal(literal: &Lit) -> Option<Self> {
        match literal {
            Lit::Str(text) => Some(Self::Text(text.value())),
            Lit::Char(letter) => Some(Self::Text(letter.value().to_string())),
            Lit::Int(number) if number.suffix().starts_with('f') => {
                number.base10_digits().parse().ok().map(Self::Float)
            }
            Lit::Int(number) => number.base10_parse().ok().map(Self::Integer),
            Lit::Float(number) => number.base10_parse().ok().filter(|value: &f64| value.is_finite()).map(Self::Float),
            Lit::Bool(value) => Some(Self::Bool(value.value)),
            _ => None,
        }
    }

    /// The value of a number.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Text(_) | Self::Bool(_) | Self::List(_) => None,
        }
    }

    /// What kind of literal this is, for a sentence.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a fraction",
            Self::Bool(_) => "a boolean",
            Self::List(_) => "a list",
        }
    }

    /// The literal as JSON text.
    pub(crate) fn to_json(&self) -> String {
        match self {
            Self::Text(text) => escape(text),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => format!("{value:?}"),
            Self::Bool(value) => value.to_string(),
            Self::List(items) => list(items),
        }
    }
}

/// A list of literals as JSON text.
pub(crate) fn list(items: &[Spanned<Json>]) -> String {
    let items: Vec<String> = items.iter().map(|item| item.value.to_json()).collect();
    format!("[{}]", items.join(","))
}

fn escape(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => json.extend(unicode_escape(control)),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// `\u001f`
fn unicode_escape(control: char) -> impl Iterator<Item = char> {
    let code = u32::from(control);
    let digits = [12, 8, 4, 0].into_iter().filter_map(move |shift| char::from_digit((code >> shift) & 0xf, 16));
    "\\u".chars().chain(digits)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::Json;

    #[test]
    fn literals_become_json() {
        for (expression, json) in [
            (parse_quote!(20), "20"),
            (parse_quote!(-5), "-5"),
            (parse_quote!(1_000u32), "1000"),
            (parse_quote!(0.5), "0.5"),
            (parse_quote!(2.0), "2.0"),
            (parse_quote!(true), "true"),
            (parse_quote!('x'), "\"x\""),
            (parse_quote!([]), "[]"),
            (parse_quote!([1, -2]), "[1,-2]"),
            (parse_quote!([["a"], [], ["b", "c"]]), "[[\"a\"],[],[\"b\",\"c\"]]"),
            (parse_quote!("a\"b\\c\n\u{1}é"), "\"a\\\"b\\\\c\\n\\u0001é\""),
        ] {
            assert_eq!(Json::of(&expression).map(|value| value.to_json()).as_deref(), Some(json));
        }
    }

    #[test]
    fn expressions_are_none() {
        for expression in [
            parse_quote!(LIMIT),
            parse_quote!(-LIMIT),
            parse_quote!(1 + 1),
            parse_quote!(!true),
            parse_quote!(["a", LIMIT]),
            parse_quote!(-["a"]),
            parse_quote!(vec!["a"]),
        ] {
            assert!(Json::of(&expression).is_none());
        }
    }
}
