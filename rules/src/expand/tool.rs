//! The function that describes the tool.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ReturnType;
use syn::ext::IdentExt;

use super::spans::{Root, beside, moved, state};
use super::{arguments, docs, hidden_name, public_attributes};
use crate::messages;
use crate::model::{Home, Param, Source, State, Tool};
use crate::syntax::confirm::{Confirm, Piece, Template};
use crate::syntax::owner::Owner;
use crate::syntax::releases::{self, Release};
use crate::syntax::scope::{Scope, ScopeItem};

/// The public function; `nested` is the hidden body of a free function.
pub(super) fn public(tool: &Tool, nested: Option<&TokenStream>) -> TokenStream {
    let root = Root::of(tool);
    let here = Span::mixed_site();
    let attributes = public_attributes(tool);
    let policy = docs::policy(tool);
    let outline = outline(tool, &root);
    let constants = scope_constants(tool, &root);
    let definition = definition(tool, &root);
    let settings = settings(tool, &root);
    let arguments = tool
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| param.is_argument())
        .map(|(index, param)| arguments::register(tool, &root, index, param));
    let permits = tool.params.iter().enumerate().filter_map(|(index, param)| permit(tool, &root, index, param));
    let output = output(tool, &root);
    let body = body(tool, &root);
    quote_spanned! {here=>
        #(#attributes)*
        #policy
        #[allow(unused_results, unused_qualifications, clippy::all, clippy::pedantic, clippy::nursery)]
        #outline {
            #nested
            #constants
            let mut __tool = #definition;
            #settings
            #(#arguments)*
            #(#permits)*
            let __output = __tool.output(#output);
            #body
        }
    }
}

/// `pub fn get_invoice() -> P::Tool<Self>`, with the generics of a tool that fits any state.
pub(super) fn outline(tool: &Tool, root: &Root) -> TokenStream {
    let visibility = &tool.function.visibility;
    let name = tool.ident();
    let state = state(tool);
    let returned = root.generic(tool.kind.grammar().types.guarded, &state, &state);
    let here = Span::mixed_site();
    let outline = match tool.state {
        State::SelfType | State::Given(_) => quote_spanned!(here=> fn #name() -> #returned),
        State::Any => {
            let bounds = bounds(tool, root);
            quote_spanned! {here=>
                fn #name<__S>() -> #returned
                where __S: ::core::marker::Send + ::core::marker::Sync + 'static, #(#bounds),*
            }
        }
    };
    quote!(#visibility #outline)
}

/// What a tool that fits any state asks of it.
fn bounds(tool: &Tool, root: &Root) -> Vec<TokenStream> {
    let here = Span::mixed_site();
    let mut bounds = Vec::new();
    for param in &tool.params {
        let (capability, ty) = match (&param.source, param.owned()) {
            (_, Some(inner)) => ("Load", inner.to_token_stream()),
            (Source::Key, None) => ("OwnerOf", param.ty.to_token_stream()),
            _ => continue,
        };
        let capability = root.generic(capability, &ty, &ty);
        bounds.push(quote_spanned!(here=> __S: #capability));
    }
    bounds
}

fn scope_constants(tool: &Tool, root: &Root) -> TokenStream {
    let private = root.private();
    tool.attribute
        .scope
        .given()
        .map_or(&[][..], Scope::items)
        .iter()
        .filter_map(|item| match item {
            ScopeItem::Constant(path) if path.segments.first().is_none_or(|first| first.ident != "Self") => Some(path),
            _ => None,
        })
        .map(|path| {
            let (start, _) = super::spans::ends(&path.to_token_stream());
            let private = super::spans::moved(private.clone(), start);
            let shown = path.to_token_stream().to_string().replace(' ', "");
            let message = messages::scope_constant(&shown).to_string();
            quote_spanned!(start=> const _: () = if !#private::is_scope(#path) { ::core::panic!(#message) };)
        })
        .collect()
}

fn definition(tool: &Tool, root: &Root) -> TokenStream {
    let state = state(tool);
    let (start, end) = super::spans::ends(&state);
    let private = super::spans::moved(root.private(), start);
    let name = tool.wire_name();
    let description = tool.function.docs.to_expression();
    let effect = variant(root, "Effect", tool.effect().variant());
    let definition = Ident::new(tool.kind.grammar().types.definition, start);
    let head = quote_spanned!(start=> #private::#definition::<);
    let tail = quote_spanned!(end=> >::new(#name, #description, #effect));
    quote!(#head #state #tail)
}

fn variant(root: &Root, kind: &str, name: &str) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let kind = Ident::new(kind, here);
    let name = Ident::new(name, here);
    quote_spanned!(here=> #private::#kind::#name)
}

/// The keys of the attribute, in the order of the reference.
fn settings(tool: &Tool, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let attribute = &tool.attribute;
    let mut calls: Vec<TokenStream> = Vec::new();
    for (method, text) in
        [("title", &attribute.title), ("version", &attribute.version), ("deprecated", &attribute.deprecated)]
    {
        if let Some(text) = text.given() {
            let method = Ident::new(method, here);
            calls.push(quote_spanned!(here=> #method(#text)));
        }
    }
    calls.extend(attribute.scope.given().map(|scope| scope_setting(scope, root)));
    calls.extend(attribute.owner.given().map(|owner| owner_setting(tool, owner, root)));
    calls.extend(attribute.confirm.given().map(|confirm| confirm_setting(tool, confirm, root)));
    if let Some(rate) = attribute.rate.given() {
        let count = Literal::u64_unsuffixed(rate.count.value);
        let unit = variant(root, "Unit", rate.unit.variant());
        let burst = match &rate.burst {
            None => variant(root, "Burst", "Count"),
            Some(burst) => {
                let of = variant(root, "Burst", "Of");
                let burst = Literal::u64_unsuffixed(burst.value);
                quote_spanned!(here=> #of(#burst))
            }
        };
        let per = variant(root, "Per", rate.per.variant());
        calls.push(quote_spanned!(here=> rate(#count, #unit, #burst, #per)));
    }
    if let Some(timeout) = attribute.timeout.given() {
        let value = timeout.value;
        calls.push(quote_spanned!(here=> timeout_ms(#value)));
    }
    if let Some(size) = attribute.max_output.given() {
        let value = usize::try_from(size.value).unwrap_or(usize::MAX);
        calls.push(quote_spanned!(here=> max_output(#value)));
    }
    if let Some(concurrency) = attribute.concurrency.given() {
        let value = u32::try_from(concurrency.value).unwrap_or(u32::MAX);
        calls.push(quote_spanned!(here=> concurrency(#value)));
    }
    if let Some(releases) = attribute.releases.given() {
        let scanned = |release: &&Release| matches!(release, Release::Kind(_) | Release::Pattern(_));
        let kinds: Vec<String> = releases.iter().filter(scanned).map(Release::name).collect();
        if !kinds.is_empty() {
            calls.push(quote_spanned!(here=> releases(&[#(#kinds),*])));
        }
        for class in releases.iter().filter_map(|release| released_class(release, root)) {
            calls.push(quote_spanned!(here=> releases_class(#class)));
        }
    }
    if let Some(only_in) = attribute.only_in.given() {
        let names = &only_in.names;
        calls.push(quote_spanned!(here=> only_in(&[#(#names),*])));
    }
    if tool.function.signature.asyncness.is_none() {
        calls.push(quote_spanned!(here=> blocking()));
    }
    quote_spanned!(here=> #(__tool.#calls;)*)
}

/// The name of a class that is released, asked of its type under the user's tokens.
fn released_class(release: &Release, root: &Root) -> Option<TokenStream> {
    let user = release.to_token_stream();
    let class = match release {
        Release::Kind(_) | Release::Pattern(_) => return None,
        Release::Type(path) => path.to_token_stream(),
        Release::Class(word) => {
            let here = beside(word.span());
            let path = moved(root.path().clone(), here);
            let class = Ident::new(releases::class(word)?, here);
            quote_spanned!(here=> #path::#class)
        }
    };
    Some(root.call("class", &class, &user, &TokenStream::new()))
}

fn scope_setting(scope: &Scope, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = match scope {
        Scope::All(items) => {
            let all = variant(root, "Scope", "all");
            quote_spanned!(here=> #all(&[#(#items),*]))
        }
        Scope::Any(items) => {
            let any = variant(root, "Scope", "any");
            quote_spanned!(here=> #any(&[#(#items),*]))
        }
        Scope::Public { reason, .. } => {
            let public = variant(root, "Scope", "public");
            quote_spanned!(here=> #public(#reason))
        }
    };
    quote_spanned!(here=> scope(#value))
}

fn owner_setting(tool: &Tool, owner: &Owner, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = match owner {
        Owner::Parameters(names) => {
            let names = names.iter().filter_map(|name| tool.param(name)).map(|param| &param.wire_name);
            let parameters = variant(root, "Ownership", "parameters");
            quote_spanned!(here=> #parameters(&[#(#names),*]))
        }
        Owner::Unowned { reason, .. } => {
            let unowned = variant(root, "Ownership", "unowned");
            quote_spanned!(here=> #unowned(#reason))
        }
    };
    quote_spanned!(here=> owner(#value))
}

fn confirm_setting(tool: &Tool, confirm: &Confirm, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = match confirm {
        Confirm::Client(template) => {
            let client = variant(root, "Confirm", "Client");
            let pieces = pieces(tool, template, root);
            quote_spanned!(here=> #client(&#pieces))
        }
        Confirm::Operator(template) => {
            let operator = variant(root, "Confirm", "Operator");
            let pieces = pieces(tool, template, root);
            quote_spanned!(here=> #operator(&#pieces))
        }
        Confirm::Never { reason, .. } => {
            let never = variant(root, "Confirm", "Never");
            quote_spanned!(here=> #never(#reason))
        }
    };
    quote_spanned!(here=> confirm(#value))
}

fn pieces(tool: &Tool, template: &Template, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let pieces = template.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => {
            let variant = variant(root, "Piece", "Text");
            quote_spanned!(here=> #variant(#text))
        }
        Piece::Parameter(name) => {
            let variant = variant(root, "Piece", "Argument");
            let index = Literal::usize_unsuffixed(argument_index(tool, name));
            quote_spanned!(here=> #variant(#index))
        }
    });
    quote_spanned!(here=> [#(#pieces),*])
}

/// Where among the arguments a parameter is; the check has made sure that it is one.
fn argument_index(tool: &Tool, name: &str) -> usize {
    tool.params.iter().filter(|param| param.is_argument()).take_while(|param| param.ident.unraw() != name).count()
}

/// `let __permit1 = H::permit::<H::Write, Read>();`, which asks that the one allows the other.
fn permit(tool: &Tool, root: &Root, index: usize, param: &Param) -> Option<TokenStream> {
    let Source::Permit(Some(asked)) = &param.source else { return None };
    let here = Span::mixed_site();
    let handle = format_ident!("__permit{index}", span = here);
    let asked = asked.to_token_stream();
    let (start, _) = super::spans::ends(&asked);
    let private = moved(root.private(), start);
    let effect = Ident::new(tool.effect().permit(), start);
    let effect = quote_spanned!(start=> #private::#effect);
    let permit = root.call("permit", &quote!(#effect, #asked), &asked, &TokenStream::new());
    Some(quote_spanned!(here=> let #handle = #permit;))
}

fn output(tool: &Tool, root: &Root) -> TokenStream {
    let (ty, user) = match &tool.function.signature.output {
        ReturnType::Type(_, ty) => (ty.to_token_stream(), ty.to_token_stream()),
        ReturnType::Default => (quote_spanned!(beside(tool.ident().span())=> ()), tool.ident().to_token_stream()),
    };
    root.call("output", &ty, &user, &TokenStream::new())
}

/// The closure that runs one call: arguments, then ownership, then the body with the guard's token.
fn body(tool: &Tool, root: &Root) -> TokenStream {
    // What is wrong with the body as a whole, such as a future that cannot be sent, is said under the tool's name.
    let here = beside(tool.ident().span());
    let private = moved(root.private(), here);
    let taken = tool.params.iter().enumerate().filter(|(_, param)| matches!(param.source, Source::Plain)).map(take);
    let owned = tool
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| param.is_argument() && !matches!(param.source, Source::Plain))
        .map(take);
    let confirmed =
        tool.attribute.confirm.given().and_then(Confirm::template).map(|asked| confirmed(tool, asked, root));
    let call = call(tool);
    let run = if tool.function.signature.asyncness.is_some() {
        quote_spanned!(here=> let __value = #call.await;)
    } else {
        quote_spanned!(here=> let __value = __entry.blocking(move |__entry| ::core::result::Result::Ok(#call)).await?;)
    };
    quote_spanned! {here=>
        __tool.body(move |__entry| #private::boxed(async move {
            #(#taken)*
            #(#owned)*
            #confirmed
            let __admitted = __entry.admit()?;
            #run
            __entry.release(__output, __value)
        }))
    }
}

/// The confirmation stage, with what the loaded objects that the question names say of themselves.
fn confirmed(tool: &Tool, template: &Template, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let objects = tool.params.iter().enumerate().filter_map(|(index, param)| {
        let name = param.ident.unraw().to_string();
        let named = template.parameters().any(|parameter| parameter == name);
        let of = match &param.source {
            Source::Owned(_) if named => "of",
            Source::OwnedOptional(_) if named => "of_optional",
            Source::OwnedMany(_) if named => "of_many",
            _ => return None,
        };
        let of = Ident::new(of, here);
        let value = format_ident!("__v{index}", span = here);
        let index = Literal::usize_unsuffixed(argument_index(tool, &name));
        Some(quote_spanned!(here=> (#index, #private::Shown::#of(&#value).text())))
    });
    let objects: Vec<TokenStream> = objects.collect();
    if objects.is_empty() {
        return quote_spanned!(here=> __entry.confirm(&[])?;);
    }
    quote_spanned! {here=>
        {
            #[allow(unused_imports)]
            use #private::NotShown as _;
            __entry.confirm(&[#(#objects),*])?;
        }
    }
}

fn take((index, param): (usize, &Param)) -> TokenStream {
    let here = Span::mixed_site();
    let value = format_ident!("__v{index}", span = here);
    let handle = format_ident!("__arg{index}", span = here);
    match &param.source {
        Source::Owned(_) => quote_spanned!(here=> let #value = __entry.owned(#handle).await?;),
        Source::OwnedOptional(_) => quote_spanned!(here=> let #value = __entry.owned_optional(#handle).await?;),
        Source::OwnedMany(_) => quote_spanned!(here=> let #value = __entry.owned_many(#handle).await?;),
        Source::Key => quote_spanned!(here=> let #value = __entry.key(#handle).await?;),
        Source::Plain | Source::Caller | Source::Call | Source::Permit(_) | Source::State | Source::Unlendable => {
            quote_spanned!(here=> let #value = __entry.take(#handle)?;)
        }
    }
}

fn call(tool: &Tool) -> TokenStream {
    let here = Span::mixed_site();
    let name = hidden_name(tool);
    let values = tool.params.iter().enumerate().map(|(index, param)| match param.source {
        Source::Caller => quote_spanned!(here=> __entry.caller()?),
        Source::Call => quote_spanned!(here=> __entry.call()),
        Source::State => quote_spanned!(here=> __entry.state()),
        Source::Permit(_) => {
            let handle = format_ident!("__permit{index}", span = here);
            quote_spanned!(here=> __entry.permit(#handle))
        }
        _ => format_ident!("__v{index}", span = here).to_token_stream(),
    });
    match tool.home {
        Home::Method => quote_spanned!(here=> Self::#name(__entry.state(), __admitted, #(#values),*)),
        Home::Associated => quote_spanned!(here=> Self::#name(__admitted, #(#values),*)),
        Home::Free => quote_spanned!(here=> #name(__admitted, #(#values),*)),
    }
}
