//! Tables of items that a rule accepts or refuses.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use super::Rule;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::model::Tool;
use crate::syntax::attribute::Attribute;
use crate::syntax::signature::Function;

/// Holds a rule against a table of tools, one row each:
///
/// ```text
/// cases! { owned_is_named;
///     accepts: #[secure_tool(owner = a)] fn f(a: Owned<A>) {};
///     refuses ST23 "`owner = (a, b)`": #[secure_tool(owner = a)] fn f(a: Owned<A>, b: Owned<B>) {};
/// }
/// cases! { timeout in #[secure_tool(_)] fn f() {};
///     accepts: timeout = 5s;
///     refuses ST14 "`5`": timeout = 5;
/// }
/// ```
///
/// The attribute says of which kind the item is. After `in` stands what all rows share, with a `_` for what the row says. A refusal lists each message that is expected,
/// by its code and a part of its text. A row ends with the `;` before the next row. `#name` inserts a variable.
macro_rules! cases {
    ($rule:ident in $($table:tt)*) => { $crate::check::testing::hold($rule, ::quote::quote!($($table)*)) };
    ($rule:ident; $($table:tt)*) => { $crate::check::testing::hold($rule, ::quote::quote!(_; $($table)*)) };
}
pub(crate) use cases;

/// A tool, and the messages that are expected: of each its code and a part of its text.
struct Case {
    expected: Vec<(String, String)>,
    kind: Kind,
    attribute: TokenStream,
    item: TokenStream,
}

/// Asserts that a rule says of each tool what the table says.
#[track_caller]
pub(crate) fn hold(rule: Rule, table: TokenStream) {
    let cases = read_table.parse2(table);
    assert!(cases.is_ok(), "the table cannot be read: {:?}", cases.err());
    let cases = cases.unwrap_or_default();
    assert!(!cases.is_empty(), "the table is empty");
    for Case { expected, kind, attribute, item } in cases {
        let shown = format!("#[{}({attribute})] {item}", kind.grammar().attribute);
        let said = said(rule, kind, attribute, item);
        assert_eq!(said.len(), expected.len(), "{shown}\nexpected {expected:#?}\nsaid {said:#?}");
        for (text, (code, part)) in said.iter().zip(expected) {
            assert!(text.contains(&format!("[{code}]\nhelp: ")), "{shown}\nexpected {code}\nsaid {text}");
            assert!(text.contains(&part), "{shown}\nexpected {part}\nsaid {text}");
        }
    }
}

/// What one rule says about a tool whose syntax is right.
fn said(rule: Rule, kind: Kind, attribute: TokenStream, item: TokenStream) -> Vec<String> {
    let errors = Errors::new();
    let sink = errors.sink();
    let attribute = Attribute::parse(kind, attribute, &sink);
    if let Ok(function) = Function::parse(kind, &item, &sink) {
        rule(&Tool::new(kind, attribute, function), &sink);
    }
    errors.into_texts()
}

fn read_table(input: ParseStream) -> syn::Result<Vec<Case>> {
    let mut frame = TokenStream::new();
    while !input.peek(Token![;]) {
        frame.extend([input.parse::<TokenTree>()?]);
    }
    input.parse::<Token![;]>()?;
    let mut cases = Vec::new();
    while !input.is_empty() {
        let expected = read_expected(input)?;
        let mut row = TokenStream::new();
        while !ends_row(input) {
            row.extend([input.parse::<TokenTree>()?]);
        }
        input.parse::<Token![;]>()?;
        let (kind, attribute, item) = read_item.parse2(filled(&frame, &row))?;
        cases.push(Case { expected, kind, attribute, item });
    }
    Ok(cases)
}

/// Reads `accepts:`, or `refuses CODE "part", …:`.
fn read_expected(input: ParseStream) -> syn::Result<Vec<(String, String)>> {
    let verdict: Ident = input.parse()?;
    let mut expected = Vec::new();
    if verdict == "refuses" {
        loop {
            expected.push((input.parse::<Ident>()?.to_string(), input.parse::<LitStr>()?.value()));
            if input.parse::<Option<Token![,]>>()?.is_none() {
                break;
            }
        }
    } else if verdict != "accepts" {
        return Err(syn::Error::new(verdict.span(), format!("`{verdict}` is no verdict")));
    }
    input.parse::<Token![:]>()?;
    Ok(expected)
}

fn ends_row(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![;]>().is_ok()
        && (ahead.is_empty() || ahead.parse::<Ident>().is_ok_and(|next| next == "accepts" || next == "refuses"))
}

/// The frame with the row in place of its `_`.
fn filled(frame: &TokenStream, row: &TokenStream) -> TokenStream {
    let fill = |tree: TokenTree| match tree {
        TokenTree::Ident(hole) if hole == "_" => row.clone(),
        TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), filled(&group.stream(), row))).into(),
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => tree.into(),
    };
    frame.clone().into_iter().flat_map(fill).collect()
}

/// Takes `#[secure_tool(…)]`, or the attribute of another kind, apart from the item below it.
fn read_item(input: ParseStream) -> syn::Result<(Kind, TokenStream, TokenStream)> {
    input.parse::<Token![#]>()?;
    let (content, attribute);
    syn::bracketed!(content in input);
    let name = content.call(Ident::parse_any)?;
    let Some(kind) = Kind::ALL.iter().copied().find(|kind| name == kind.grammar().attribute) else {
        return Err(syn::Error::new(name.span(), "an item begins with an attribute such as `#[secure_tool]`"));
    };
    if content.is_empty() {
        return Ok((kind, TokenStream::new(), input.parse()?));
    }
    syn::parenthesized!(attribute in content);
    Ok((kind, attribute.parse()?, input.parse()?))
}

#[cfg(test)]
mod tests {
    use crate::check::limits::timeout;

    #[test]
    #[should_panic(expected = "#[secure_tool(timeout = 0s)] fn f () { }\nexpected []\nsaid [\n")]
    fn an_unexpected_refusal_is_shown() {
        cases! { timeout in #[secure_tool(_)] fn f() {};
            accepts: timeout = 1s;
            accepts: timeout = 0s;
        }
    }

    #[test]
    #[should_panic(expected = "#[secure_tool(timeout = 1s)]")]
    fn a_refusal_that_fails_to_come_is_shown() {
        cases! { timeout; refuses ST14 "`timeout`": #[secure_tool(timeout = 1s)] fn f() {}; }
    }

    #[test]
    #[should_panic(expected = "expected ST13\nsaid `timeout` is zero")]
    fn an_unexpected_code_is_shown() {
        cases! { timeout; refuses ST13 "`timeout`": #[secure_tool(timeout = 0s)] fn f() {}; }
    }

    #[test]
    #[should_panic(expected = "expected `rate`\nsaid `timeout` is zero")]
    fn an_unexpected_sentence_is_shown() {
        cases! { timeout; refuses ST14 "`rate`": #[secure_tool(timeout = 0s)] fn f() {}; }
    }

    #[test]
    #[should_panic(expected = "the table cannot be read")]
    fn a_table_is_read_in_full() {
        cases! { timeout; takes: #[secure_tool(timeout = 1s)] fn f() {}; }
    }

    #[test]
    #[should_panic(expected = "the table is empty")]
    fn a_table_has_rows() {
        cases! { timeout in #[secure_tool(_)] fn f() {}; }
    }
}
