//! The "Policy" section of the tool's rustdoc.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

use crate::model::{Source, Tool};
use crate::syntax::confirm::Confirm;
use crate::syntax::owner::Owner;
use crate::syntax::scope::{Scope, ScopeItem};
use crate::syntax::types::tidy;
use crate::syntax::units::{show_duration, show_size};

/// The section as doc attributes.
pub(super) fn policy(tool: &Tool) -> TokenStream {
    let here = Span::mixed_site();
    let mut lines: Vec<String> = ["", " # Policy", "", " | | |", " |---|---|"].map(str::to_owned).to_vec();
    // One space before each line, as after the `///` of the user's own lines.
    lines.extend(rows(tool).into_iter().map(|(name, value)| format!(" | {name} | {value} |")));
    quote_spanned!(here=> #(#[doc = #lines])*)
}

fn rows(tool: &Tool) -> Vec<(String, String)> {
    let attribute = &tool.attribute;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    if let Some(scope) = attribute.scope.given() {
        row("scope", show_scope(scope));
    }
    if let Some(owner) = attribute.owner.given() {
        row("owner", show_owner(tool, owner));
    }
    row("effect", tool.effect().described().to_owned());
    if let Some(confirm) = attribute.confirm.given() {
        row("confirmed", show_confirm(confirm));
    }
    match attribute.rate.given() {
        Some(rate) => {
            let burst = rate.burst.as_ref().map_or(String::new(), |burst| format!(", bursts of {}", burst.value));
            row("rate", format!("{} a {} for each {}{burst}", rate.count.value, rate.unit.name(), rate.per.name()));
        }
        None => row("rate", "the server's default".to_owned()),
    }
    row("timeout", attribute.timeout.given().map_or_else(default, |timeout| show_duration(timeout.value)));
    row("largest output", attribute.max_output.given().map_or_else(default, |size| show_size(size.value)));
    if let Some(concurrency) = attribute.concurrency.given() {
        row("calls at once", concurrency.value.to_string());
    }
    if let Some(releases) = attribute.releases.given() {
        let kinds: Vec<String> = releases.iter().map(|release| format!("`{}`", release.name())).collect();
        row("leaves unmasked", kinds.join(", "));
    }
    if let Some(only_in) = attribute.only_in.given() {
        let names: Vec<String> = only_in.names.iter().map(|name| format!("`{}`", name.value())).collect();
        row("exists only in", names.join(", "));
    }
    for param in &tool.params {
        let settings = &param.settings;
        for (what, opt_out) in
            [("unbounded", &settings.unbounded), ("raw", &settings.raw), ("no identity", &settings.not_identity)]
        {
            if let Some(opt_out) = opt_out.given() {
                row(&format!("`{}` is {what}", param.wire_name), text(&opt_out.reason));
            }
        }
    }
    if let Some(version) = attribute.version.given() {
        row("version", text(version));
    }
    if let Some(deprecated) = attribute.deprecated.given() {
        row("deprecated", text(deprecated));
    }
    rows
}

fn default() -> String {
    "the server's default".to_owned()
}

fn show_scope(scope: &Scope) -> String {
    let list = |items: &[ScopeItem], word: &str| items.iter().map(show_item).collect::<Vec<_>>().join(word);
    match scope {
        Scope::All(items) => list(items, " and "),
        Scope::Any(items) => list(items, " or "),
        Scope::Public { reason, .. } => format!("none, because: {}", text(reason)),
    }
}

fn show_item(item: &ScopeItem) -> String {
    match item {
        ScopeItem::Literal(scope) => format!("`{}`", scope.value().replace('|', "\\|")),
        ScopeItem::Constant(path) => format!("`{}`", tidy(&path.to_token_stream().to_string())),
    }
}

fn show_owner(tool: &Tool, owner: &Owner) -> String {
    match owner {
        Owner::Unowned { reason, .. } => format!("none, because: {}", text(reason)),
        Owner::Parameters(names) => names
            .iter()
            .filter_map(|name| tool.param(name))
            .map(|param| match param.source {
                Source::Caller => format!("`{}`: the body binds its queries to the caller", param.wire_name),
                Source::Key => format!("`{}`: its owner is compared with the caller", param.wire_name),
                _ => format!("`{}`: loaded and compared with the caller", param.wire_name),
            })
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn show_confirm(confirm: &Confirm) -> String {
    match confirm {
        Confirm::Client(template) => format!("by the person at the client: {}", text(&template.text)),
        Confirm::Operator(template) => format!("by an operator: {}", text(&template.text)),
        Confirm::Never { reason, .. } => format!("by nobody, because: {}", text(reason)),
    }
}

/// A user's text as plain text in a cell of a markdown table.
fn text(literal: &LitStr) -> String {
    let mut escaped = String::new();
    for letter in literal.value().trim().chars() {
        match letter {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    #[test]
    fn texts_are_plain() {
        assert_eq!(super::text(&parse_quote!(" a|b [c]\n`d` ")), "a\\|b \\[c\\] \\`d\\`");
    }
}
