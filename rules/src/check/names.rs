//! ST17, ST18, ST20: names on the wire, and names that say too much.

use proc_macro2::TokenStream;
use quote::ToTokens;
use secure_tool_vocabulary::{deletion_prefix, is_wire_name};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::Stated;

/// ST17
pub(super) fn tool(tool: &Tool, sink: &Sink) {
    judge(&tool.attribute.name, tool.ident(), &tool.wire_name(), sink);
}

/// ST17 for arguments.
pub(super) fn arguments(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        judge(&param.settings.name, &param.ident, &param.wire_name, sink);
    }
}

/// ST18: each argument has a name of its own.
pub(super) fn duplicates(tool: &Tool, sink: &Sink) {
    let mut seen: Vec<&str> = Vec::new();
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        if seen.contains(&param.wire_name.as_str()) {
            sink.refuse(written(&param.settings.name, &param.ident), messages::argument_twice(&param.wire_name));
        }
        seen.push(&param.wire_name);
    }
}

/// ST20: a tool that reads is not named like a deletion.
pub(super) fn deletions(tool: &Tool, sink: &Sink) {
    let Some(flag) = tool.attribute.read_only.given() else { return };
    if let Some((name, prefix)) = deletion(tool) {
        sink.refuse(flag, messages::reads_yet_deletes(name, prefix));
    }
}

/// The name that says a tool deletes, and what in it says so.
pub(super) fn deletion(tool: &Tool) -> Option<(String, &'static str)> {
    [tool.ident().unraw().to_string(), tool.wire_name()].into_iter().find_map(|name| {
        let prefix = deletion_prefix(&name)?;
        Some((name, prefix))
    })
}

fn judge(stated: &Stated<LitStr>, ident: &proc_macro2::Ident, name: &str, sink: &Sink) {
    if !is_wire_name(name) {
        sink.refuse(written(stated, ident), messages::wire_name(name));
    }
}

fn written(stated: &Stated<LitStr>, ident: &proc_macro2::Ident) -> TokenStream {
    stated.given().map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{arguments, deletions, duplicates, tool};
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn wire_names() {
        accepts(
            tool,
            quote!(name = "billing.get-invoice_2"),
            quote!(
                fn f() {}
            ),
        );
        accepts(
            tool,
            quote!(),
            quote!(
                fn r#type() {}
            ),
        );
        refuses(
            tool,
            quote!(name = "get invoice"),
            quote!(
                fn f() {}
            ),
            "ST17",
            "`get invoice`",
        );
        refuses(
            tool,
            quote!(name = ""),
            quote!(
                fn f() {}
            ),
            "ST17",
            "`\"\"` cannot be",
        );
        refuses(
            tool,
            quote!(name = get),
            quote!(
                fn f() {}
            ),
            "ST17",
            "`name` takes a string",
        );
        refuses(
            tool,
            quote!(),
            quote!(
                fn größe() {}
            ),
            "ST17",
            "`größe`",
        );
        let long = "x".repeat(65);
        refuses(
            tool,
            quote!(name = #long),
            quote!(
                fn f() {}
            ),
            "ST17",
            "on the wire",
        );
    }

    #[test]
    fn argument_names() {
        accepts(
            arguments,
            quote!(),
            quote!(
                fn f(#[arg(name = "a-b")] a: u32, größe: &Caller) {}
            ),
        );
        refuses(
            arguments,
            quote!(),
            quote!(
                fn f(#[arg(name = "a/b")] a: u32) {}
            ),
            "ST17",
            "`a/b`",
        );
        accepts(
            duplicates,
            quote!(),
            quote!(
                fn f(a: u32, b: u32) {}
            ),
        );
        refuses(
            duplicates,
            quote!(),
            quote!(
                fn f(a: u32, #[arg(name = "a")] b: u32) {}
            ),
            "ST18",
            "`a`",
        );
    }

    #[test]
    fn readers_delete_nothing() {
        accepts(
            deletions,
            quote!(read_only),
            quote!(
                fn deleted_invoices() {}
            ),
        );
        accepts(
            deletions,
            quote!(),
            quote!(
                fn delete_invoice() {}
            ),
        );
        refuses(
            deletions,
            quote!(read_only),
            quote!(
                fn delete_invoice() {}
            ),
            "ST20",
            "`delete_`",
        );
        refuses(
            deletions,
            quote!(read_only, name = "purge_all"),
            quote!(
                fn f() {}
            ),
            "ST20",
            "`purge_`",
        );
    }
}
