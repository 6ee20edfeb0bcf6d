//! The closure that runs one call: arguments, then ownership, then the body with the guard's token.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};

use super::fields;
use super::outline::hidden_name;
use super::spans::{Root, beside, moved};
use crate::checked::{Argument, Checked, Confirm, Param, Question, Reader};
use crate::model::Home;

pub(super) fn closure(tool: &Checked, root: &Root) -> TokenStream {
    // What is wrong with the body as a whole, such as a future that cannot be sent, is said under the tool's name.
    let here = beside(tool.function.signature.ident.span());
    let private = moved(root.private(), here);
    // The plain ones first: what they are refused for costs the state nothing.
    let read = |asked: bool| {
        let of = tool.arguments().filter(move |(_, argument)| argument.asked.is_some() == asked);
        let (plain, guarded): (Vec<_>, Vec<_>) = of.partition(|(_, argument)| matches!(argument.reader, Reader::Plain));
        let take =
            |arguments: Vec<_>| arguments.into_iter().map(|argument| take(argument, root)).collect::<TokenStream>();
        (take(plain), take(guarded))
    };
    let (taken, owned) = read(false);
    let flattened = fields::take(tool, root);
    // What has to come first is about what the model names, and nobody is asked before.
    let ordered = tool.after.as_ref().map(|_| {
        let order = root.method("Entry", "order", Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> #order(__entry).await?;)
    });
    // What a person gives is asked for when the ownership of all that the model names is settled, and is looked at in the same way then.
    let asked = asked(tool, root);
    let (given, given_owned) = read(true);
    let confirmed = tool.confirm.as_ref().and_then(Confirm::question).map(|question| {
        let objects = objects(tool, &[question], |_| true, root);
        ask_with("confirm", &objects, root)
    });
    let entry = |method| root.method("Entry", method, here);
    // What was done before is answered before anybody is asked; what two calls would do at once, one of them does.
    let answered = |method| {
        let method = entry(method);
        tool.idempotent.is_some().then(|| {
            quote_spanned! {here=>
                if let ::core::option::Option::Some(__released) = #method(__entry).await? {
                    return ::core::result::Result::Ok(__released);
                }
            }
        })
    };
    let (recalled, begun) = (answered("recall"), answered("begin"));
    let (admit, release) = (entry("admit"), entry("release"));
    let admitted = quote_spanned!(here=> #admit(__entry).await?);
    let run = if tool.function.signature.asyncness.is_some() {
        let call = call(tool, root, &admitted);
        quote_spanned! {here=>
            let __value = #call.await;
            #release(__entry, __output, __value)
        }
    } else {
        // The release is on the body's thread as well: it belongs to what is recorded of a body that nobody waits for any more.
        let blocking = entry("blocking");
        let call = call(tool, root, &quote_spanned!(here=> __admitted));
        quote_spanned! {here=>
            let __admitted = #admitted;
            #blocking(__entry, __output, move |__entry| ::core::result::Result::Ok(#call)).await
        }
    };
    let body = root.method("Definition", tool.kind.grammar().types.body, here);
    quote_spanned! {here=>
        #body(__tool, move |__entry| #private::boxed(async move {
            let __entry = &__entry;
            #taken
            #flattened
            #owned
            #recalled
            #ordered
            #asked
            #given
            #given_owned
            #confirmed
            #begun
            #run
        }))
    }
}

/// The questions for what the person at the client gives, if there is any.
fn asked(tool: &Checked, root: &Root) -> Option<TokenStream> {
    let questions: Vec<&Question> = tool.arguments().filter_map(|(_, argument)| argument.asked.as_ref()).collect();
    if questions.is_empty() {
        return None;
    }
    Some(ask_with("ask", &objects(tool, &questions, |argument| argument.asked.is_none(), root), root))
}

/// What the loaded objects that questions name say of themselves.
fn objects(
    tool: &Checked,
    questions: &[&Question],
    is_loaded: impl Fn(&Argument) -> bool,
    root: &Root,
) -> Vec<TokenStream> {
    let here = Span::mixed_site();
    let private = root.private();
    let shown = tool
        .arguments()
        .filter(|(_, argument)| is_loaded(argument) && questions.iter().any(|question| question.shows(argument.name)));
    let objects = shown.filter_map(|(position, argument)| {
        let of = match argument.reader {
            Reader::Owned(_) => "of",
            Reader::OwnedOptional(_) => "of_optional",
            Reader::OwnedMany(_) | Reader::OwnedFiltered(_) => "of_many",
            Reader::Plain | Reader::Key(_) | Reader::KeyOptional(_) | Reader::KeyMany(_) | Reader::KeyFiltered(_) => {
                return None;
            }
        };
        let of = format_ident!("{of}", span = here);
        let value = format_ident!("__v{position}", span = here);
        let name = argument.name;
        Some(quote_spanned!(here=> (#name, #private::Shown::#of(&#value).__secure_tool_shown())))
    });
    objects.collect()
}

/// The confirmation stage, with the objects that the question shows.
fn ask_with(method: &str, objects: &[TokenStream], root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let method = root.method("Entry", method, here);
    if objects.is_empty() {
        return quote_spanned!(here=> #method(__entry, &[])?;);
    }
    quote_spanned! {here=>
        {
            use #private::NotShown as _;
            let _ = #private::Nothing.__secure_tool_shown();
            #method(__entry, &[#(#objects),*])?;
        }
    }
}

fn take((position, argument): (usize, &Argument), root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let value = format_ident!("__v{position}", span = here);
    let handle = format_ident!("__arg{position}", span = here);
    let (_, method) = argument.reader.functions();
    let read = root.method("Entry", method, here);
    let wait = (!matches!(argument.reader, Reader::Plain)).then(|| quote_spanned!(here=> .await));
    quote_spanned!(here=> let #value = #read(__entry, #handle) #wait?;)
}

/// The call of the hidden body, with the token that only the guard can make.
fn call(tool: &Checked, root: &Root, admitted: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let name = hidden_name(tool.kind, tool.function);
    let entry = |method| root.method("Entry", method, here);
    let (caller, call, progress) = (entry("caller"), entry("call"), entry("progress"));
    let (state, permit) = (entry("state"), entry("permit"));
    let asked = entry("asked");
    let values = tool.positions().map(|(position, param)| match param {
        Param::Caller => quote_spanned!(here=> #caller(__entry)?),
        Param::Call => quote_spanned!(here=> #call(__entry)),
        Param::Progress => quote_spanned!(here=> #progress(__entry)),
        Param::State => quote_spanned!(here=> #state(__entry)),
        Param::Object(object) => quote_spanned!(here=> ::core::convert::AsRef::<#object>::as_ref(#state(__entry))),
        Param::Permit(_) => {
            let handle = format_ident!("__permit{position}", span = here);
            quote_spanned!(here=> #permit(__entry, #handle))
        }
        Param::Argument(argument) => {
            let value = format_ident!("__v{position}", span = here);
            let value = match argument.reader.brand().map(entry) {
                Some(brand) => quote_spanned!(here=> #brand(__entry, #value)),
                None => value.to_token_stream(),
            };
            match &argument.asked {
                Some(_) => quote_spanned!(here=> #asked(__entry, #value)),
                None => value,
            }
        }
        Param::Flattened(_) => format_ident!("__v{position}", span = here).to_token_stream(),
    });
    match tool.home {
        Home::Method if tool.function.shares_state() => {
            let shared = entry("shared");
            quote_spanned!(here=> Self::#name(#shared(__entry), #admitted, #(#values),*))
        }
        Home::Method => quote_spanned!(here=> Self::#name(#state(__entry), #admitted, #(#values),*)),
        Home::Associated => quote_spanned!(here=> Self::#name(#admitted, #(#values),*)),
        Home::Free => quote_spanned!(here=> #name(#admitted, #(#values),*)),
    }
}
