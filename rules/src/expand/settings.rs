//! What the attribute says, as the runtime learns of it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::spans::{Root, beside, moved, variant};
use crate::checked::{Checked, Confirm, Owner, Piece, Question, Rate, Scope};
use crate::syntax::releases::Release;

/// The keys of the attribute, in the order of the reference.
pub(super) fn settings(tool: &Checked, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let mut calls: Vec<TokenStream> = Vec::new();
    for (method, text) in [("title", tool.title), ("version", tool.version), ("deprecated", tool.deprecated)] {
        if let Some(text) = text {
            let method = Ident::new(method, here);
            calls.push(quote_spanned!(here=> #method(#text)));
        }
    }
    calls.push(scope(&tool.scope, root));
    calls.push(owner(&tool.owner, root));
    calls.extend(tool.confirm.as_ref().map(|asked| confirm(asked, root)));
    calls.extend(tool.rate.as_ref().map(|limit| rate(limit, root)));
    calls.extend(tool.timeout_ms.map(|milliseconds| quote_spanned!(here=> timeout_ms(#milliseconds))));
    calls.extend(tool.max_output.map(|bytes| quote_spanned!(here=> max_output(#bytes))));
    calls.extend(tool.concurrency.map(|count| quote_spanned!(here=> concurrency(#count))));
    if let Some(released) = tool.releases {
        releases(released, root, &mut calls);
    }
    if let Some(names) = &tool.only_in {
        let names = names.iter();
        calls.push(quote_spanned!(here=> only_in(&[#(#names),*])));
    }
    if tool.function.signature.asyncness.is_none() {
        calls.push(quote_spanned!(here=> blocking()));
    }
    quote_spanned!(here=> #(__tool.#calls;)*)
}

fn rate(rate: &Rate, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let count = Literal::u32_unsuffixed(rate.count);
    let unit = variant(root, "Unit", rate.unit.variant());
    let burst = match rate.burst {
        None => variant(root, "Burst", "Count"),
        Some(burst) => {
            let of = variant(root, "Burst", "Of");
            let burst = Literal::u32_unsuffixed(burst);
            quote_spanned!(here=> #of(#burst))
        }
    };
    let per = variant(root, "Per", rate.per.variant());
    quote_spanned!(here=> rate(#count, #unit, #burst, #per))
}

/// Kinds and patterns are one call, by name; each class is one of its own, by its type.
fn releases(releases: &[Release], root: &Root, calls: &mut Vec<TokenStream>) {
    let here = Span::mixed_site();
    let mut names: Vec<String> = Vec::new();
    let mut classes: Vec<TokenStream> = Vec::new();
    for release in releases {
        let class = match release {
            Release::Kind(_) | Release::Pattern(_) => {
                names.push(release.name());
                continue;
            }
            Release::Type(path) => path.to_token_stream(),
            Release::Class { word, class } => {
                let there = beside(word.span());
                let path = moved(root.path().clone(), there);
                let class = Ident::new(class, there);
                quote_spanned!(there=> #path::#class)
            }
        };
        // The name of a class is asked of its type, under the user's tokens.
        classes.push(root.call("class", &class, &release.to_token_stream(), &TokenStream::new()));
    }
    if !names.is_empty() {
        calls.push(quote_spanned!(here=> releases(&[#(#names),*])));
    }
    calls.extend(classes.iter().map(|class| quote_spanned!(here=> releases_class(#class))));
}

fn scope(scope: &Scope, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = match scope {
        Scope::All(items) => {
            let (all, items) = (variant(root, "Scope", "all"), items.iter());
            quote_spanned!(here=> #all(&[#(#items),*]))
        }
        Scope::Any(items) => {
            let (any, items) = (variant(root, "Scope", "any"), items.iter());
            quote_spanned!(here=> #any(&[#(#items),*]))
        }
        Scope::Public(reason) => {
            let public = variant(root, "Scope", "public");
            quote_spanned!(here=> #public(#reason))
        }
    };
    quote_spanned!(here=> scope(#value))
}

fn owner(owner: &Owner, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = match owner {
        Owner::Bound(bindings) => {
            let names = bindings.iter().map(|binding| &binding.param.wire_name);
            let parameters = variant(root, "Ownership", "parameters");
            quote_spanned!(here=> #parameters(&[#(#names),*]))
        }
        Owner::Unowned(reason) => {
            let unowned = variant(root, "Ownership", "unowned");
            quote_spanned!(here=> #unowned(#reason))
        }
    };
    quote_spanned!(here=> owner(#value))
}

fn confirm(confirm: &Confirm, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = match confirm {
        Confirm::Client(question) => {
            let client = variant(root, "Confirm", "Client");
            let pieces = pieces(question, root);
            quote_spanned!(here=> #client(&#pieces))
        }
        Confirm::Operator(question) => {
            let operator = variant(root, "Confirm", "Operator");
            let pieces = pieces(question, root);
            quote_spanned!(here=> #operator(&#pieces))
        }
        Confirm::Never(reason) => {
            let never = variant(root, "Confirm", "Never");
            quote_spanned!(here=> #never(#reason))
        }
    };
    quote_spanned!(here=> confirm(#value))
}

fn pieces(question: &Question, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let pieces = question.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => {
            let variant = variant(root, "Piece", "Text");
            quote_spanned!(here=> #variant(#text))
        }
        Piece::Argument(index) => {
            let variant = variant(root, "Piece", "Argument");
            let index = Literal::usize_unsuffixed(*index);
            quote_spanned!(here=> #variant(#index))
        }
    });
    quote_spanned!(here=> [#(#pieces),*])
}
