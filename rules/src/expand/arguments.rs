//! The arguments as the runtime learns of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Expr, Type};

use super::constants::{in_constant, known_or_constant};
use super::outline::state_type;
use super::settings::{called, pieces};
use super::spans::{Root, ends, moved};
use crate::checked::{Argument, Checked, Constraints, Number, Reader, Setting};
use crate::syntax::arg::{Audit, Value};
use crate::syntax::literal;
use crate::syntax::types::{self, Shape};

/// `let __arg1 = Definition::<_>::argument(&mut __tool, Argument::<_>::min(H::argument::<u32>("limit", "…"), …));`
pub(super) fn register(tool: &Checked, root: &Root, position: usize, argument: &Argument) -> TokenStream {
    let here = Span::mixed_site();
    let handle = format_ident!("__arg{position}", span = here);
    let name = argument.name;
    let description = argument.docs.to_expression();
    let arguments = quote!(#name, #description);
    let guarded = |function: &str, inner: &Type| {
        // What the state cannot load is underlined: the object's type, not the `Owned<_>` around it.
        let inner = inner.to_token_stream();
        let (start, _) = ends(&inner);
        let state = moved(state_type(tool.function, tool.state), start);
        root.call(function, &quote!(#state, #inner), &inner, &arguments)
    };
    let (function, _) = argument.reader.functions();
    let created = match argument.reader {
        Reader::Plain => {
            let ty = argument.ty.to_token_stream();
            root.call(function, &ty, &ty, &arguments)
        }
        Reader::Key(key) | Reader::KeyOptional(key) | Reader::KeyMany(key) | Reader::KeyFiltered(key) => {
            keyed(tool, function, key, &arguments, root)
        }
        Reader::Owned(object)
        | Reader::OwnedOptional(object)
        | Reader::OwnedMany(object)
        | Reader::OwnedFiltered(object) => guarded(function, object),
    };
    let mut constrained = constrained(created, argument, root);
    if let Some(question) = &argument.asked {
        let (ask, pieces) = (root.method("Argument", "ask", here), pieces(tool, question, root));
        constrained = quote_spanned!(here=> #ask(#constrained, #pieces));
    }
    let add = root.method("Definition", "argument", here);
    let completed = argument.complete.map(|complete| {
        let add = root.method("Definition", "complete", here);
        let function = called(tool, root, "completing", complete);
        quote_spanned!(here=> #add(&mut __tool, #name, #function);)
    });
    quote_spanned! {here=>
        let #handle = #add(&mut __tool, #constrained);
        #completed
    }
}

/// `P::__private::key::<S, K>({ use P::__private::NamesOneKind as _; P::__private::KeyOf::<K>::__secure_tool_kind() }, "name", "…")`
///
/// The function without arguments is inherent for types that name nothing in particular, and is refused there; for every other type it is the trait's. An
/// inherent one comes first whatever is in scope. The call before it makes the import a used one.
fn keyed(tool: &Checked, function: &str, key: &Type, arguments: &TokenStream, root: &Root) -> TokenStream {
    let key = key.to_token_stream();
    let (start, end) = ends(&key);
    let state = moved(state_type(tool.function, tool.state), start);
    let private = moved(root.private(), start);
    let head = quote_spanned!(start=> #private::KeyOf::<);
    let tail = quote_spanned!(end=> >::__secure_tool_kind());
    let kind = quote_spanned! {start=>
        {
            use #private::NamesOneKind as _;
            let _ = #private::KeyOf::<#private::Nothing>::__secure_tool_kind();
            #head #key #tail
        }
    };
    root.call(function, &quote!(#state, #key), &key, &quote!(#kind, #arguments))
}

/// The argument with what `#[arg(…)]` says, in the order of its reference.
pub(super) fn constrained(created: TokenStream, argument: &Argument, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    // Without `..`: a new key has to be written here.
    let Constraints {
        nested,
        pattern,
        min,
        max,
        min_len,
        max_len,
        min_items,
        max_items,
        one_of,
        format,
        default,
        example,
        secret,
        audit,
        unbounded,
        raw,
        not_identity,
        not_credential,
        not_object,
    } = &argument.constraints;
    let mut set = Constrained { root, value: created };
    if let Some(name) = &argument.called {
        set.call("called", name);
    }
    if *nested {
        set.call("nested", TokenStream::new());
    }
    if let Some(pattern) = pattern {
        set.call("pattern", known_or_constant(pattern, ToTokens::to_token_stream));
    }
    for (method, bound) in [("min", min), ("max", max)] {
        match bound {
            Some(Setting::Known(number)) => set.call(method, to_bound(*number, &private)),
            Some(Setting::Constant(expression)) => {
                set.call(method, bound_of(argument, expression, root));
            }
            None => {}
        }
    }
    for (method, length) in
        [("min_len", min_len), ("max_len", max_len), ("min_items", min_items), ("max_items", max_items)]
    {
        if let Some(length) = length {
            set.call(method, known_or_constant(length, |length| Literal::u64_unsuffixed(*length).to_token_stream()));
        }
    }
    match one_of {
        Some(Setting::Known(values)) => set.call("one_of_json", literal::list(values)),
        Some(Setting::Constant(expression)) => {
            let user = expression.to_token_stream();
            let value = root.call("json", &quote_spanned!(here=> _), &user, &quote_spanned!(here=> || #expression));
            set.call("one_of_value", value);
        }
        None => {}
    }
    if let Some(format) = format {
        set.call("format", format);
    }
    for (kind, value) in [("default", default), ("example", example)] {
        if let Some(value) = value {
            let (form, value) = value_of(value, argument, root);
            set.call(&format!("{kind}_{form}"), value);
        }
    }
    if *secret {
        set.call("secret", TokenStream::new());
    }
    if let Some(audit) = audit {
        let variant = Ident::new(Audit::variant(*audit), here);
        set.call("audit", quote_spanned!(here=> #private::Audit::#variant));
    }
    for (method, reason) in [
        ("unbounded", unbounded),
        ("raw", raw),
        ("not_identity", not_identity),
        ("not_credential", not_credential),
        ("not_object", not_object),
    ] {
        if let Some(reason) = reason {
            set.call(method, reason);
        }
    }
    set.value
}

/// An argument around which calls are put, one by one.
struct Constrained<'r> {
    root: &'r Root,
    value: TokenStream,
}

impl Constrained<'_> {
    /// `Argument::<_>::method(value, values)`
    fn call(&mut self, method: &str, values: impl ToTokens) {
        let here = Span::mixed_site();
        let method = self.root.method("Argument", method, here);
        let value = &self.value;
        self.value = quote_spanned!(here=> #method(#value, #values));
    }
}

/// A constant as a bound of the runtime. Where the argument's type is a number's, the constant is of that type.
fn bound_of(argument: &Argument, expression: &Expr, root: &Root) -> TokenStream {
    let user = expression.to_token_stream();
    let ty = types::without_option(argument.ty);
    let ty = if Shape::of(ty).is_number() { ty.to_token_stream() } else { quote_spanned!(Span::mixed_site()=> _) };
    root.call("bound", &ty, &user, &in_constant(expression))
}

/// The number as a bound of the runtime, below `private`.
fn to_bound(number: Number, private: &TokenStream) -> TokenStream {
    let (kind, negative, magnitude) = match number {
        Number::Integer(value) => (quote!(Int), value < 0, Literal::u128_unsuffixed(value.unsigned_abs())),
        Number::Float(value) => (quote!(Float), value < 0.0, Literal::f64_unsuffixed(value.abs())),
    };
    let sign = negative.then(|| quote!(-));
    quote!(#private::Bound::#kind(#sign #magnitude))
}

/// A default or an example, and the form in which the runtime takes it: `json` for text, `value` for what was evaluated.
fn value_of(value: &Value, argument: &Argument, root: &Root) -> (&'static str, TokenStream) {
    let user = argument.ty.to_token_stream();
    let (start, _) = ends(&user);
    let expression = match value {
        Value::Literal(literal) => return ("json", literal.value.to_json().to_token_stream()),
        // A function of its own: a `return` or a `?` in it cannot leave the function that describes the tool.
        Value::Expression(expression) => quote_spanned!(Span::mixed_site()=> || #expression),
        // What has no default is underlined.
        Value::Bare(_) => quote_spanned!(start=> ::core::default::Default::default),
    };
    let ty = value_type(argument, root);
    ("value", root.call("json", &ty, &user, &expression))
}

/// The type of a default or an example: what the model would send.
fn value_type(argument: &Argument, root: &Root) -> TokenStream {
    match argument.reader {
        Reader::Owned(object) | Reader::OwnedOptional(object) => {
            let path = root.path();
            quote_spanned!(Span::mixed_site()=> <#object as #path::Resource>::Key)
        }
        // A list of keys, whichever list the expression makes: `Vec` has no path below `::core`.
        Reader::OwnedMany(_) | Reader::OwnedFiltered(_) => quote_spanned!(Span::mixed_site()=> _),
        Reader::Plain | Reader::Key(_) | Reader::KeyOptional(_) | Reader::KeyMany(_) | Reader::KeyFiltered(_) => {
            types::without_option(argument.ty).to_token_stream()
        }
    }
}
