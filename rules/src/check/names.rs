//! ST17, ST18, ST20: names on the wire, and names that say too much.

use proc_macro2::TokenStream;
use quote::ToTokens;
use secure_tool_vocabulary::{deletion_verb, is_wire_name};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::Stated;
use crate::syntax::attribute::ReadOnly;

/// ST17
pub(super) fn tool(tool: &Tool, sink: &Sink) {
    check_wire_name(&tool.attribute.name, tool.ident(), &tool.wire_name(), sink);
}

/// ST17 for arguments.
pub(super) fn arguments(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        check_wire_name(&param.settings.name, &param.ident, &param.wire_name, sink);
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

/// ST17: an argument whose name begins with `_` is one that the body does not use, and the model would be asked for it all the same.
pub(super) fn underscores(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        let ident = param.ident.unraw().to_string();
        if tool.is_owner(param) && ident.starts_with('_') {
            // ST22 says so.
        } else if ident.starts_with('_') {
            sink.refuse(&param.ident, messages::unused_argument(&ident, ident.trim_start_matches('_')));
        } else if param.wire_name.starts_with('_') {
            let shown = param.wire_name.as_str();
            let name = written(&param.settings.name, &param.ident);
            sink.refuse(name, messages::underscored_name(shown, shown.trim_start_matches('_')));
        }
    }
}

/// ST20: a tool that reads is not named like a deletion, or says why.
pub(super) fn deletions(tool: &Tool, sink: &Sink) {
    let Some(ReadOnly { keyword, reason: None }) = tool.attribute.read_only.given() else { return };
    if let Some((name, verb)) = deletion(tool) {
        sink.refuse(keyword, messages::reads_yet_deletes(&name, verb));
    }
}

/// ST20: the reason of `read_only` explains something.
pub(super) fn read_only(tool: &Tool, sink: &Sink) {
    let Some(ReadOnly { keyword, reason: Some(_) }) = tool.attribute.read_only.given() else { return };
    if deletion(tool).is_none() {
        sink.refuse(keyword, messages::reason_not_needed_to_read(&tool.wire_name()));
    }
}

/// The name that says a tool deletes, and the verb in it.
pub(super) fn deletion(tool: &Tool) -> Option<(String, &'static str)> {
    [tool.ident().unraw().to_string(), tool.wire_name()].into_iter().find_map(|name| {
        let verb = deletion_verb(&name)?;
        Some((name, verb))
    })
}

fn check_wire_name(stated: &Stated<LitStr>, ident: &proc_macro2::Ident, name: &str, sink: &Sink) {
    if !is_wire_name(name) {
        sink.refuse(written(stated, ident), messages::wire_name(name));
    }
}

fn written(stated: &Stated<LitStr>, ident: &proc_macro2::Ident) -> TokenStream {
    stated.given().map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream)
}

#[cfg(test)]
mod tests {
    use super::{arguments, deletions, duplicates, read_only, tool, underscores};
    use crate::check::testing::cases;

    #[test]
    fn wire_names() {
        let long = "x".repeat(65);
        cases! { tool in #[secure_tool(_)] fn f() {};
            accepts: name = "billing.get-invoice_2";
            refuses ST17 "`get invoice`": name = "get invoice";
            refuses ST17 "`\"\"` is not a valid name": name = "";
            refuses ST17 "`name` takes a string": name = get;
            refuses ST17 "on the wire": name = #long;
        }
        cases! { tool in #[secure_tool] fn _() {};
            accepts: r#type;
            refuses ST17 "`größe`": größe;
        }
    }

    #[test]
    fn argument_names() {
        cases! { arguments in #[secure_tool] fn f(_) {};
            accepts: #[arg(name = "a-b")] a: u32, größe: &Caller;
            refuses ST17 "`a/b`": #[arg(name = "a/b")] a: u32;
        }
        cases! { underscores in #[secure_tool(owner = (caller, _a))] fn f(_caller: &Caller, _) {};
            accepts: city: String;
            accepts: _a: String;
            refuses ST17 "`let _ = city;`": _city: String;
            refuses ST17 "`let _ = city;`": #[arg(name = "city")] _city: String;
            refuses ST17 "`let _ = city;`": #[arg(name = "_city")] _city: Vec<Owned<City>>;
            refuses ST17 "`name = \"city\"`": #[arg(name = "_city")] city: String;
        }
        cases! { duplicates in #[secure_tool] fn f(a: u32, _) {};
            accepts: b: u32;
            refuses ST18 "`a`": #[arg(name = "a")] b: u32;
        }
    }

    #[test]
    fn readers_delete_nothing() {
        cases! { deletions;
            accepts: #[secure_tool(read_only)] fn deleted_invoices() {};
            accepts: #[secure_tool] fn delete_invoice() {};
            accepts: #[secure_tool(read_only("it answers with a copy"))] fn remove_background() {};
            accepts: #[secure_tool(read_only)] fn get_delete_policy() {};
            refuses ST20 "`delete`": #[secure_tool(read_only)] fn delete_invoice() {};
            refuses ST20 "`purge`": #[secure_tool(read_only, name = "purge_all")] fn f() {};
            refuses ST20 "`delete`": #[secure_tool(read_only)] fn alert_delete() {};
            refuses ST20 "`read_only(\"why": #[secure_tool(read_only)] fn truncate_text() {};
        }
        cases! { read_only in #[secure_tool(_)] fn list() {};
            accepts: read_only;
            accepts: read_only("it answers with a copy"), name = "remove_background";
            refuses ST20 "write `read_only`": read_only("it answers with a copy");
        }
    }
}
