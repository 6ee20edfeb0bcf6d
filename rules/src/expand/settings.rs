//! What the attribute says, as the runtime learns of it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, ExprPath};

use super::constants::{in_constant, known_or_constant};
use super::fields;
use super::outline::state_type;
use super::spans::{Root, beside, ends, moved, variant};
use crate::checked::{
    After, Breaker, Checked, Concurrency, Confirm, Idempotent, Own, Owner, Piece, Question, Rate, Resource, Scope,
    Setting,
};
use crate::syntax::releases::Release;
use crate::syntax::scope::ScopeItem;

/// The keys of the attribute, in the order of the reference.
pub(super) fn settings(tool: &Checked, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let mut set = Settings { root, calls: TokenStream::new() };
    match &tool.own {
        Own::Tool | Own::Prompt => {}
        Own::Resource(Resource { uri: _, mime, list }) => {
            if let Some(mime) = mime {
                set.call("mime", mime);
            }
            if let Some(list) = list {
                set.call("list", called(tool, root, "listing", list));
            }
        }
    }
    for (method, text) in [("title", &tool.title), ("version", &tool.version), ("deprecated", &tool.deprecated)] {
        if let Some(text) = text {
            set.call(method, known_or_constant(text, ToTokens::to_token_stream));
        }
    }
    set.call("scope", scope(&tool.scope, root));
    set.call("owner", owner(&tool.owner, root));
    if let Some((caller, Some(reason))) = tool.owner.caller() {
        let name = caller.ident.unraw().to_string();
        set.call("unproven", quote_spanned!(here=> #name, #reason));
    }
    if let Some(reason) = tool.read_only {
        set.call("read_only", reason);
    }
    if let Some(asked) = &tool.confirm {
        set.call("confirm", confirm(tool, asked, root));
    }
    match &tool.idempotent {
        Some(Idempotent::Key { argument, keep }) => {
            set.call("idempotent_key", quote_spanned!(here=> #argument, #keep));
        }
        Some(Idempotent::Within(milliseconds)) => set.call("idempotent_within", milliseconds),
        None => {}
    }
    limits(tool, &mut set);
    if let Some(released) = tool.releases {
        releases(released, &mut set);
    }
    if let Some(output) = tool.audit_output {
        set.call("audit_output", variant(root, "AuditOutput", output.variant()));
    }
    if let Some(names) = &tool.only_in {
        let names = names.iter();
        set.call("only_in", quote_spanned!(here=> &[#(#names),*]));
    }
    if let Some(hints) = tool.hints {
        if hints.idempotent.is_some() {
            set.call("idempotent", TokenStream::new());
        }
        if hints.closed_world.is_some() {
            set.call("closed_world", TokenStream::new());
        }
    }
    if let Some(icon) = tool.icon {
        set.call("icon", icon);
    }
    for member in tool.meta.unwrap_or_default() {
        let (name, value) = (&member.name, member.value.to_json());
        set.call("meta", quote_spanned!(here=> #name, #value));
    }
    if tool.function.signature.asyncness.is_none() {
        set.call("blocking", TokenStream::new());
    }
    set.calls
}

/// What bounds the calls: how often, how long, how large, how many at once.
fn limits(tool: &Checked, set: &mut Settings<'_>) {
    let (here, root) = (Span::mixed_site(), set.root);
    for limit in &tool.rates {
        match limit {
            Setting::Known(limit) => set.call("rate", rate(limit, root)),
            Setting::Constant(expression) => set.call("rate_of", in_constant(expression)),
        }
    }
    match &tool.quota {
        Some(Setting::Known(quota)) => {
            let (count, per) = (Literal::u32_unsuffixed(quota.count), variant(root, "Per", quota.per.variant()));
            set.call("quota", quote_spanned!(here=> #count, #per));
        }
        Some(Setting::Constant(expression)) => set.call("quota_of", in_constant(expression)),
        None => {}
    }
    if let Some(cost) = &tool.cost {
        set.call("cost", known_or_constant(cost, |cost| Literal::u32_unsuffixed(*cost).to_token_stream()));
    }
    if let Some(After { tool: first, within }) = &tool.after {
        let earlier = with_state(tool, root, "earlier", first, &quote_spanned!(here=> _));
        set.call("after", quote_spanned!(here=> #earlier, #within));
    }
    if let Some(Breaker { failures, cooldown }) = &tool.breaker {
        set.call("breaker", quote_spanned!(here=> #failures, #cooldown));
    }
    match &tool.timeout {
        Some(Setting::Known(milliseconds)) => set.call("timeout_ms", milliseconds),
        Some(Setting::Constant(expression)) => set.call("timeout", in_constant(expression)),
        None => {}
    }
    if let Some(bytes) = &tool.max_output {
        set.call("max_output", known_or_constant(bytes, ToTokens::to_token_stream));
    }
    match &tool.concurrency {
        Some(Setting::Known(Concurrency { calls, per_caller: None })) => set.call("concurrency", calls),
        Some(Setting::Known(Concurrency { calls, per_caller: Some(share) })) => {
            set.call("concurrency_per_caller", quote_spanned!(here=> #calls, #share));
        }
        Some(Setting::Constant(expression)) => set.call("concurrency", in_constant(expression)),
        None => {}
    }
}

/// `P::__private::listing::<S, _, _>(Self::my_invoices)`, which asks under the user's tokens that the function is one that can be called so.
pub(super) fn called(tool: &Checked, root: &Root, function: &str, path: &ExprPath) -> TokenStream {
    let here = Span::mixed_site();
    with_state(tool, root, function, path, &quote_spanned!(here=> _, _))
}

/// `P::__private::function::<S, …>(path)`, with what the compiler infers beside the state.
fn with_state(tool: &Checked, root: &Root, function: &str, path: &ExprPath, inferred: &TokenStream) -> TokenStream {
    let path = path.to_token_stream();
    let (start, _) = ends(&path);
    let state = moved(state_type(tool.function, tool.state), start);
    let inferred = moved(inferred.clone(), start);
    root.call(function, &quote_spanned!(start=> #state, #inferred), &path, &path)
}

/// The statements that hand the settings to the definition.
struct Settings<'r> {
    root: &'r Root,
    calls: TokenStream,
}

impl Settings<'_> {
    /// `Definition::<_>::method(&mut __tool, values);`
    fn call(&mut self, method: &str, values: impl ToTokens) {
        let here = Span::mixed_site();
        let method = self.root.method("Definition", method, here);
        self.calls.extend(quote_spanned!(here=> #method(&mut __tool, #values);));
    }
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
    quote_spanned!(here=> #count, #unit, #burst, #per)
}

/// Kinds, media and patterns are one call, by name; each class is one of its own, by its type.
fn releases(releases: &[Release], set: &mut Settings) {
    let here = Span::mixed_site();
    let mut names: Vec<String> = Vec::new();
    let mut classes: Vec<TokenStream> = Vec::new();
    let root = set.root;
    for release in releases {
        let class = match release {
            Release::Kind(_) | Release::Media(..) | Release::Pattern(_) => {
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
        set.call("releases", quote_spanned!(here=> &[#(#names),*]));
    }
    for class in classes {
        set.call("releases_class", class);
    }
}

fn scope(scope: &Scope, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    match scope {
        Scope::All(items) => {
            let (all, items) = (variant(root, "Scope", "all"), items.iter().map(|item| scope_item(item)));
            quote_spanned!(here=> #all(&[#(#items),*]))
        }
        Scope::Any(items) => {
            let (any, items) = (variant(root, "Scope", "any"), items.iter().map(|item| scope_item(item)));
            quote_spanned!(here=> #any(&[#(#items),*]))
        }
        Scope::Public(reason) => {
            let public = variant(root, "Scope", "public");
            quote_spanned!(here=> #public(#reason))
        }
    }
}

/// A path is a constant by itself; what is evaluated could leave the function around it.
fn scope_item(item: &ScopeItem) -> TokenStream {
    match item {
        ScopeItem::Constant(constant) if !matches!(**constant, Expr::Path(_)) => in_constant(constant),
        ScopeItem::Constant(_) | ScopeItem::Literal(_) => item.to_token_stream(),
    }
}

fn owner(owner: &Owner, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    match owner {
        Owner::Bound(bindings) => {
            let names = bindings.iter().map(|binding| &binding.param.wire_name);
            let parameters = variant(root, "Ownership", "parameters");
            quote_spanned!(here=> #parameters(&[#(#names),*]))
        }
        Owner::Unowned(reason) => {
            let unowned = variant(root, "Ownership", "unowned");
            quote_spanned!(here=> #unowned(#reason))
        }
    }
}

fn confirm(tool: &Checked, confirm: &Confirm, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    match confirm {
        Confirm::Client(question) => {
            let client = variant(root, "Confirm", "Client");
            let pieces = pieces(tool, question, root);
            quote_spanned!(here=> #client(#pieces))
        }
        Confirm::Operator(question) => {
            let operator = variant(root, "Confirm", "Operator");
            let pieces = pieces(tool, question, root);
            quote_spanned!(here=> #operator(#pieces))
        }
        Confirm::Never(reason) => {
            let never = variant(root, "Confirm", "Never");
            quote_spanned!(here=> #never(#reason))
        }
    }
}

/// `&[Piece::Text("Delete "), Piece::Argument("invoice")]`
pub(super) fn pieces(tool: &Checked, question: &Question, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let (text, argument) = (variant(root, "Piece", "Text"), variant(root, "Piece", "Argument"));
    let there = beside(question.text.span());
    let pieces = question.pieces.iter().map(|piece| match piece {
        Piece::Text(words) => quote_spanned!(here=> #text(#words)),
        Piece::Argument(name) => quote_spanned!(here=> #argument(#name)),
        Piece::Field(field) => {
            let name = fields::shown(tool, root, field, there);
            quote_spanned!(here=> #argument(#name))
        }
    });
    if !question.pieces.iter().any(|piece| matches!(piece, Piece::Field(_))) {
        return quote_spanned!(here=> &[#(#pieces),*]);
    }
    let private = root.private();
    quote_spanned! {there=>
        {
            const __PIECES: &[#private::Piece] = &[#(#pieces),*];
            __PIECES
        }
    }
}
