//! Golden expansions: what each form of a tool becomes, formatted, to be reviewed like code.
//!
//! `cargo insta review` (or `INSTA_UPDATE=always cargo test`) accepts a change; the snapshots lie beside this file.

mod arguments;
mod derives;
mod mistakes;
mod readers;
mod tools;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use crate::kind::Kind;
use crate::pipeline::run;

fn formatted(items: TokenStream) -> String {
    match syn::parse2::<syn::File>(items.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => format!("{error}\n{items}"),
    }
}

fn function(kind: Kind, attribute: TokenStream, item: TokenStream) -> String {
    formatted(run(kind, attribute, &item))
}

fn method(kind: Kind, attribute: TokenStream, item: TokenStream) -> String {
    let items = run(kind, attribute, &item);
    formatted(quote!(impl Billing { #items }))
}

fn kind(attribute: &str) -> Kind {
    let kind = Kind::ALL.iter().copied().find(|kind| kind.grammar().attribute == attribute);
    kind.unwrap_or_else(|| panic!("{attribute} makes nothing"))
}

/// Generated code names what it calls by path: what method syntax finds depends on the traits in scope, and those are not ours.
fn assert_no_method_syntax(kind: Kind, attribute: TokenStream, item: TokenStream) {
    let own = method_calls(item.clone());
    let generated = method_calls(run(kind, attribute, &item));
    let unlikely = generated.iter().filter(|name| !own.contains(name) && *name != "__secure_tool_shown");
    assert_eq!(unlikely.collect::<Vec<_>>(), Vec::<&String>::new());
}

/// The names between a dot and an opening parenthesis or a turbofish.
fn method_calls(tokens: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct = |tree: &TokenTree, of| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == of);
    let mut found = Vec::new();
    for tree in &trees {
        if let TokenTree::Group(group) = tree {
            found.extend(method_calls(group.stream()));
        }
    }
    for three in trees.windows(3) {
        if let [dot, TokenTree::Ident(name), next] = three
            && is_punct(dot, '.')
            && (is_punct(next, ':')
                || matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis))
        {
            found.push(name.to_string());
        }
    }
    found
}

/// A test that compares what an item becomes with its snapshot. The second word is where the item stands: in a `method` or a `function`.
macro_rules! golden {
    ($name:ident, $home:ident, #[$kind:ident($($attribute:tt)*)] $($item:tt)*) => {
        #[test]
        fn $name() {
            let kind = super::kind(stringify!($kind));
            super::assert_no_method_syntax(kind, quote!($($attribute)*), quote!($($item)*));
            let expansion = super::$home(kind, quote!($($attribute)*), quote!($($item)*));
            insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), expansion);
            });
        }
    };
}
use golden;
