//! The "Policy" section of the tool's rustdoc.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

use crate::checked::{
    After, BoundBy, Breaker, Checked, Concurrency, Confirm, Constraints, Idempotent, Own, Owner, Rate, Reader,
    Resource, Scope, Setting,
};
use crate::syntax::scope::ScopeItem;
use crate::syntax::types::tidy;
use crate::syntax::units::{show_duration, show_size};

/// The section as doc attributes.
pub(super) fn policy(tool: &Checked) -> TokenStream {
    let here = Span::mixed_site();
    let mut lines: Vec<String> = ["", " # Policy", "", " | | |", " |---|---|"].map(str::to_owned).to_vec();
    // One space before each line, as after the `///` of the user's own lines.
    lines.extend(rows(tool).into_iter().map(|(name, value)| format!(" | {name} | {value} |")));
    quote_spanned!(here=> #(#[doc = #lines])*)
}

fn rows(tool: &Checked) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    match &tool.own {
        Own::Tool | Own::Prompt => {}
        Own::Resource(Resource { uri, mime, list }) => {
            row("URI", format!("`{}`", uri.value()));
            if let Some(mime) = mime {
                row("media type", format!("`{}`", mime.value()));
            }
            if let Some(list) = list {
                row("listed by", code(&list.to_token_stream()));
            }
        }
    }
    row("scope", show_scope(&tool.scope));
    row("owner", show_owner(&tool.owner));
    let effect = tool.effect.described();
    row("effect", tool.read_only.map_or(effect.to_owned(), |why| format!("{effect}, despite its name: {}", text(why))));
    if let Some(confirm) = &tool.confirm {
        row("confirmed", show_confirm(confirm));
    }
    match &tool.idempotent {
        Some(Idempotent::Key { argument, keep }) => {
            row(
                "repeated calls",
                format!("have the answer of the first, by `{argument}`, for {}", show_duration(*keep)),
            );
        }
        Some(Idempotent::Within(within)) => row(
            "repeated calls",
            format!("have the answer of the first, by their arguments, for {}", show_duration(*within)),
        ),
        None => {}
    }
    if let Some(After { tool: first, within }) = &tool.after {
        row("after", format!("{}, at most {} before", code(&first.to_token_stream()), show_duration(*within)));
    }
    let rates: Vec<String> = tool.rates.iter().map(|rate| show(rate, show_rate)).collect();
    row("rate", if rates.is_empty() { default() } else { rates.join("; ") });
    if let Some(quota) = &tool.quota {
        row("quota", show(quota, |quota| format!("{} until midnight UTC for each {}", quota.count, quota.per.name())));
    }
    if let Some(cost) = &tool.cost {
        row("one call counts as", show(cost, u32::to_string));
    }
    row("timeout", tool.timeout.as_ref().map_or_else(default, |timeout| show(timeout, |ms| show_duration(*ms))));
    row("largest output", tool.max_output.as_ref().map_or_else(default, |size| show(size, |bytes| show_size(*bytes))));
    if let Some(concurrency) = &tool.concurrency {
        row("calls at once", show(concurrency, show_concurrency));
    }
    if let Some(Breaker { failures, cooldown }) = &tool.breaker {
        row("breaker", format!("no call starts for {} after {failures} failures in a row", show_duration(*cooldown)));
    }
    if let Some(releases) = tool.releases {
        let kinds: Vec<String> = releases.iter().map(|release| format!("`{}`", release.name())).collect();
        row("releases", kinds.join(", "));
    }
    if let Some(output) = tool.audit_output {
        row("answers in the audit log", format!("`{}`", output.name()));
    }
    if let Some(names) = &tool.only_in {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.value())).collect();
        row("exists only in", names.join(", "));
    }
    for (_, argument) in tool.arguments() {
        if let Some(question) = &argument.asked {
            row(&format!("`{}`", argument.name), format!("asked of the person at the client: {}", text(question.text)));
        }
        if matches!(argument.reader, Reader::OwnedFiltered(_) | Reader::KeyFiltered(_)) {
            row(&format!("`{}`", argument.name), "what is not the caller's is left out".to_owned());
        }
        if let Some(complete) = argument.complete {
            row(&format!("`{}` is completed by", argument.name), code(&complete.to_token_stream()));
        }
        let Constraints { unbounded, raw, not_identity, not_credential, not_object, .. } = argument.constraints;
        for (what, reason) in [
            ("unbounded", unbounded),
            ("raw", raw),
            ("no identity", not_identity),
            ("no credential", not_credential),
            ("nobody's object", not_object),
        ] {
            if let Some(reason) = reason {
                row(&format!("`{}` is {what}", argument.name), text(reason));
            }
        }
    }
    for (name, said) in [("version", &tool.version), ("deprecated", &tool.deprecated)] {
        if let Some(said) = said {
            row(name, show(said, |said| text(said)));
        }
    }
    rows
}

fn default() -> String {
    "the server's default".to_owned()
}

/// A value as a person would write it, or the constant that holds it.
fn show<T>(setting: &Setting<T>, value: impl Fn(&T) -> String) -> String {
    match setting {
        Setting::Known(known) => value(known),
        Setting::Constant(expression) => code(&expression.to_token_stream()),
    }
}

/// Tokens as code in a cell of a markdown table.
fn code(tokens: &TokenStream) -> String {
    format!("`{}`", tidy(&tokens.to_string()).replace('|', "\\|"))
}

fn show_rate(rate: &Rate) -> String {
    let burst = rate.burst.map_or(String::new(), |burst| format!(", bursts of {burst}"));
    format!("{} a {} for each {}{burst}", rate.count, rate.unit.name(), rate.per.name())
}

fn show_concurrency(Concurrency { calls, per_caller }: &Concurrency) -> String {
    per_caller.map_or_else(|| calls.to_string(), |share| format!("{calls}, {share} of them for each caller"))
}

fn show_scope(scope: &Scope) -> String {
    let list =
        |items: &[&ScopeItem], word: &str| items.iter().map(|item| show_item(item)).collect::<Vec<_>>().join(word);
    match scope {
        Scope::All(items) => list(items, " and "),
        Scope::Any(items) => list(items, " or "),
        Scope::Public(reason) => format!("none, because: {}", text(reason)),
    }
}

fn show_item(item: &ScopeItem) -> String {
    match item {
        ScopeItem::Literal(scope) => format!("`{}`", scope.value().replace('|', "\\|")),
        ScopeItem::Constant(constant) => code(&constant.to_token_stream()),
    }
}

fn show_owner(owner: &Owner) -> String {
    match owner {
        Owner::Unowned(reason) => format!("none, because: {}", text(reason)),
        Owner::Bound(bindings) => bindings
            .iter()
            .map(|binding| {
                let how = match binding.by {
                    BoundBy::Caller { unproven: None } => "the body binds its queries to the caller".to_owned(),
                    BoundBy::Caller { unproven: Some(reason) } => {
                        format!(
                            "the body binds its queries to the caller; its answer is not proven, because: {}",
                            text(reason)
                        )
                    }
                    BoundBy::Key => "its owner is compared with the caller".to_owned(),
                    BoundBy::Object => "loaded and compared with the caller".to_owned(),
                };
                format!("`{}`: {how}", binding.param.wire_name)
            })
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn show_confirm(confirm: &Confirm) -> String {
    match confirm {
        Confirm::Client(question) => format!("by the person at the client: {}", text(question.text)),
        Confirm::Operator(question) => format!("by an operator: {}", text(question.text)),
        Confirm::Never(reason) => format!("by nobody, because: {}", text(reason)),
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
