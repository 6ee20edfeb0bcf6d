//! Whether a body uses a parameter, as far as its tokens tell. What they cannot tell, such as a shadowed name, rustc's own lint says.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// Macros that look at the words of what they are given, not at its value.
const WORDS_ONLY: &[&str] = &[
    "stringify",
    "concat",
    "compile_error",
    "include",
    "include_str",
    "include_bytes",
    "env",
    "option_env",
    "cfg",
    "module_path",
];

/// Functions that do nothing with a value but end it.
const ENDS: &[&str] = &["drop", "forget"];

/// What holds a value, and does nothing with it.
const WRAPPERS: &[&str] = &["Some", "Ok", "Err"];

/// Whether the value called `name` goes anywhere. `let _ = name;`, `drop(name)` and `stringify!(name)` take it nowhere.
pub(super) fn uses(body: &TokenStream, name: &str) -> bool {
    uses_in(body, name, false)
}

fn uses_in(tokens: &TokenStream, name: &str, in_macro: bool) -> bool {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut at = 0;
    let mut begins = true;
    while let Some(tree) = trees.get(at) {
        let rest = trees.get(at..).unwrap_or_default();
        if let Some(discard) = Discard::of(rest, name).filter(|_| begins) {
            at += discard.length;
            // Under another name it may still be used.
            if discard.alias.is_some_and(|alias| {
                let after = trees.get(at..).unwrap_or_default().iter().cloned().collect();
                uses_in(&after, &alias, in_macro)
            }) {
                return true;
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| trees.get(before));
        begins = false;
        match tree {
            TokenTree::Ident(ident)
                if is_punct(rest.get(1), '!') && matches!(rest.get(2), Some(TokenTree::Group(_))) =>
            {
                if let Some(TokenTree::Group(given)) = rest.get(2)
                    && !WORDS_ONLY.iter().any(|word| ident == word)
                    && uses_in(&given.stream(), name, true)
                {
                    return true;
                }
                at += 2;
            }
            TokenTree::Ident(ident) if ident.unraw() == name && is_value(before, &trees, at) => return true,
            TokenTree::Group(group) => {
                if uses_in(&group.stream(), name, in_macro) {
                    return true;
                }
                begins = group.delimiter() == Delimiter::Brace;
            }
            TokenTree::Literal(literal) if in_macro && interpolates(&literal.to_string(), name) => return true,
            TokenTree::Punct(punct) => begins = punct.as_char() == ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
    false
}

/// Whether the identifier at this place is a value: no field, no segment of a path, no name of a field or of an argument, no binding.
fn is_value(before: Option<&TokenTree>, trees: &[TokenTree], at: usize) -> bool {
    let punct = |tree: Option<&TokenTree>| match tree {
        Some(TokenTree::Punct(punct)) => Some((punct.as_char(), punct.spacing())),
        _ => None,
    };
    let twice = |of: char| at.checked_sub(2).is_some_and(|at| is_punct(trees.get(at), of));
    let belongs = match punct(before) {
        Some(('.', _)) => !twice('.'),
        Some((':', _)) => twice(':'),
        Some(('\'', _)) => true,
        _ => false,
    };
    let names = match (punct(trees.get(at + 1)), punct(trees.get(at + 2))) {
        (Some((':', _) | ('=', Spacing::Alone)), _) => true,
        (Some(('=', Spacing::Joint)), Some((after, _))) => after == '>',
        _ => false,
    };
    !belongs && !names
}

/// A statement that takes a value nowhere.
struct Discard {
    /// How many trees it is long.
    length: usize,
    /// The name that the value has from here on.
    alias: Option<String>,
}

impl Discard {
    fn of(trees: &[TokenTree], name: &str) -> Option<Self> {
        let end = trees.iter().position(|tree| is_punct(Some(tree), ';'));
        let statement = trees.get(..end.unwrap_or(trees.len()))?;
        let (value, alias) = match statement {
            [TokenTree::Ident(first), TokenTree::Ident(bound), ..] if first == "let" => {
                (after_equals(statement)?, Some(bound.to_string()).filter(|bound| bound.starts_with('_'))?)
            }
            [TokenTree::Ident(first), TokenTree::Group(bound), ..] if first == "let" && is_blank(&bound.stream()) => {
                (after_equals(statement)?, "_".to_owned())
            }
            [TokenTree::Ident(first), ..] if first == "_" => (after_equals(statement)?, "_".to_owned()),
            [path @ .., TokenTree::Group(given)] if ends_it(path) => {
                let given: Vec<TokenTree> = given.stream().into_iter().collect();
                let dropped = is_bare(&given, name);
                return dropped.then_some(Self { length: statement.len() + usize::from(end.is_some()), alias: None });
            }
            // Without a semicolon it is what the block answers.
            _ if end.is_some() => (statement, "_".to_owned()),
            _ => return None,
        };
        let alias = (alias != "_").then_some(alias);
        is_bare(value, name).then_some(Self { length: statement.len() + usize::from(end.is_some()), alias })
    }
}

/// `mem::drop`, `drop`.
fn ends_it(path: &[TokenTree]) -> bool {
    let plain = path.iter().all(|tree| matches!(tree, TokenTree::Ident(_)) || is_punct(Some(tree), ':'));
    plain && matches!(path.last(), Some(TokenTree::Ident(last)) if ENDS.iter().any(|end| last == end))
}

/// `_`, or `_, _`.
fn is_blank(pattern: &TokenStream) -> bool {
    let blank = |tree: &TokenTree| matches!(tree, TokenTree::Ident(ident) if ident == "_");
    pattern.clone().into_iter().all(|tree| blank(&tree) || is_punct(Some(&tree), ','))
}

/// What stands right of the `=` of a statement.
fn after_equals(statement: &[TokenTree]) -> Option<&[TokenTree]> {
    let equals = statement.iter().position(|tree| is_punct(Some(tree), '='))?;
    statement.get(equals + 1..)
}

/// Whether these are nothing but names, this one among them: `name`, `&name`, `(name, other)`, `{ name }`.
fn is_bare(value: &[TokenTree], name: &str) -> bool {
    let mut found = false;
    let mut before: Option<&Ident> = None;
    for tree in value {
        match tree {
            TokenTree::Ident(ident) if before.is_none_or(|before| before == "mut") => {
                found |= ident.unraw() == name;
                before = Some(ident);
                continue;
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), '&' | '*' | ',') => {}
            // What follows is a type.
            TokenTree::Ident(ident) if ident == "as" => return found,
            TokenTree::Group(group) if before.is_none_or(|before| WRAPPERS.iter().any(|wrapper| before == wrapper)) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                if !is_bare(&inner, name) {
                    return false;
                }
                found = true;
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Literal(_) => return false,
        }
        before = None;
    }
    found
}

fn is_punct(tree: Option<&TokenTree>, of: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == of)
}

/// Whether a text shows the value: `{name}`, `{name:?}`.
fn interpolates(literal: &str, name: &str) -> bool {
    literal.split('{').skip(1).any(|rest| {
        rest.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::uses;

    #[test]
    fn values_that_go_somewhere() {
        for body in [
            quote!(a),
            quote!(f(a)),
            quote!(a.f()),
            quote!(a.f();),
            quote!(let _ = a.f();),
            quote!(let _ = f(a);),
            quote!(let b = Some(a);),
            quote!(Some(a)),
            quote!(let b = a as &Caller;),
            quote!(let b = a;),
            quote!(let _b = a; f(_b)),
            quote!(if b { a } else { c }),
            quote!(let c = { a };),
            quote!(let _ = loop { a };),
            quote!(b; a),
            quote!(S { a }),
            quote!(S { a: a }),
            quote!(S { ..a }),
            quote!(f(&b, [a])),
            quote!(format!("{a:?}")),
            quote!(format!("{}", a)),
            quote!(vec![format!("{a}")]),
            quote!(if a == b {}),
            quote!(match a {
                _ => {}
            }),
            quote!(drop(a.b)),
            quote!(drop(f(a))),
            quote!(async move { a.f().await }),
        ] {
            assert!(uses(&body, "a"), "{body}");
        }
    }

    #[test]
    fn values_that_go_nowhere() {
        for body in [
            quote!(),
            quote!(aa),
            quote!("a"),
            quote!("{a}"),
            quote!(let _ = a;),
            quote!(let _ = &a;),
            quote!(let _ = Some(a);),
            quote!(let _ = Ok(a);),
            quote!(let _ = (Some(&a), b);),
            quote!(a as &Caller;),
            quote!(let _ = a as *const _;),
            quote!(drop(Some(a));),
            quote!(let _: &Caller = a; f()),
            quote!(let _ = (a, &b);),
            quote!(let _ = { a };),
            quote!(let (_, _) = (a, b);),
            quote!(let _a = a;),
            quote!(_ = a;),
            quote!(a; f()),
            quote!(&a;),
            quote!({ let _ = a; } f()),
            quote!(drop(a)),
            quote!(f(); std::mem::drop(&a); g()),
            quote!(core::mem::forget(a);),
            quote!(stringify!(a)),
            quote!(concat!("{a}", "b")),
            quote!(self.a),
            quote!(x::a()),
            quote!(a::x()),
            quote!(S { a: b }),
            quote!(let a = b;),
            quote!(match b {
                a => {}
            }),
        ] {
            assert!(!uses(&body, "a"), "{body}");
        }
    }
}
