//! Doc comments: what a person wrote about a tool or a parameter, as the model will read it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The lines of a doc comment; a line is text, or an expression such as `include_str!("…")`.
#[derive(Clone, Default)]
pub(crate) struct Docs {
    lines: Vec<Line>,
}

#[derive(Clone)]
enum Line {
    Text(String),
    Expression(Box<Expr>),
}

impl Docs {
    /// Collects every `#[doc = …]`.
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut lines = Vec::new();
        for attribute in attributes {
            let Some(value) = doc_value(attribute) else { continue };
            match text_of(value) {
                Some(text) => lines.extend(clean(&text).into_iter().map(Line::Text)),
                None => lines.push(Line::Expression(Box::new(value.clone()))),
            }
        }
        Self { lines }
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| match line {
            Line::Text(text) => text.trim().is_empty(),
            Line::Expression(_) => false,
        })
    }

    /// What of it can be read here: an expression is for the compiler.
    pub(crate) fn text(&self) -> String {
        let lines = self.lines.iter().filter_map(|line| match line {
            Line::Text(text) => Some(text.as_str()),
            Line::Expression(_) => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The first line that only the compiler can read, if there is no other that says something.
    pub(crate) fn unseen(&self) -> Option<&Expr> {
        let mut unseen = None;
        for line in &self.lines {
            match line {
                Line::Text(text) if text.trim().is_empty() => {}
                Line::Text(_) => return None,
                Line::Expression(expression) => unseen = unseen.or(Some(&**expression)),
            }
        }
        unseen
    }

    /// The description as an expression of type `&'static str`.
    pub(crate) fn to_expression(&self) -> TokenStream {
        let mut parts: Vec<TokenStream> = Vec::new();
        let mut text = String::new();
        let mut plain = true;
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            match line {
                Line::Text(line) => text.push_str(line),
                Line::Expression(expression) => {
                    plain = false;
                    parts.push(std::mem::take(&mut text).to_token_stream());
                    parts.push(expression.to_token_stream());
                }
            }
        }
        if plain {
            return text.trim().to_token_stream();
        }
        parts.push(text.to_token_stream());
        quote!(::core::concat!(#(#parts),*))
    }
}

/// Whether this is `#[doc = …]`, the form that doc comments take.
pub(crate) fn is_doc_text(attribute: &Attribute) -> bool {
    doc_value(attribute).is_some()
}

fn doc_value(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
        _ => None,
    }
}

fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Group(group) => text_of(&group.expr),
        Expr::Paren(paren) => text_of(&paren.expr),
        _ => None,
    }
}

/// Removes what belongs to the comment and not to its text: the first space, common indentation, a column of stars.
fn clean(text: &str) -> Vec<String> {
    if !text.contains('\n') {
        return vec![text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()];
    }
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let starred = lines.iter().skip(1).filter(|line| !line.is_empty()).all(|line| line.trim_start().starts_with('*'));
    if starred {
        for line in lines.iter_mut().skip(1) {
            *line = line.trim_start().strip_prefix('*').unwrap_or_default();
        }
    }
    let indent = lines
        .iter()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let line = if index == 0 { line.trim_start() } else { line.get(indent..).unwrap_or_default() };
            line.to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse_quote;

    use super::{Docs, clean};

    #[test]
    fn lines_join() {
        let docs = Docs::of(&[
            parse_quote!(#[doc = " Fetch one."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " Really."]),
        ]);
        assert!(!docs.is_empty());
        assert_eq!(docs.to_expression().to_string(), quote!("Fetch one.\n\nReally.").to_string());
    }

    #[test]
    fn blocks_lose_their_stars() {
        assert_eq!(clean(" One.\n     * Two.\n     *  - three\n     "), ["One.", "Two.", " - three", ""]);
        assert_eq!(clean("\n    One.\n      Two.\n"), ["", "One.", "  Two."]);
    }

    #[test]
    fn expressions_stay() {
        let docs = Docs::of(&[parse_quote!(#[doc = " A"]), parse_quote!(#[doc = include_str!("b.md")])]);
        assert_eq!(
            docs.to_expression().to_string(),
            quote!(::core::concat!("A\n", include_str!("b.md"), "")).to_string()
        );
    }

    #[test]
    fn what_only_the_compiler_can_read() {
        let unseen = |attributes: &[syn::Attribute]| Docs::of(attributes).unseen().is_some();
        assert!(unseen(&[parse_quote!(#[doc = " "]), parse_quote!(#[doc = concat!("")])]));
        assert!(!unseen(&[parse_quote!(#[doc = concat!("")]), parse_quote!(#[doc = " Fetch."])]));
        assert!(!unseen(&[parse_quote!(#[doc = " "])]));
    }

    #[test]
    fn blank_is_empty() {
        assert!(Docs::of(&[parse_quote!(#[doc = "  "]), parse_quote!(#[doc(hidden)])]).is_empty());
    }
}
