//! ST15: opt-outs without a real reason.

use proc_macro2::Ident;
use syn::LitStr;

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::attribute::ReadOnly;
use crate::syntax::confirm::Confirm;
use crate::syntax::owner::{Owner, Unproven};
use crate::syntax::scope::Scope;

const SHORTEST: usize = 10;

/// ST15 for `public`, `unowned`, `never`, `read_only`, and an answer that is not proven.
pub(super) fn tool(tool: &Tool, sink: &Sink) {
    if let Some(Scope::Public { keyword, reason }) = tool.attribute.scope.given() {
        check_reason(keyword, reason, sink);
    }
    if let Some(Owner::Unowned { keyword, reason }) = tool.attribute.owner.given() {
        check_reason(keyword, reason, sink);
    }
    for Unproven { name, reason } in tool.attribute.owner.given().map_or(&[][..], Owner::unproven) {
        check_reason(name, reason, sink);
    }
    if let Some(Confirm::Never { keyword, reason }) = tool.attribute.confirm.given() {
        check_reason(keyword, reason, sink);
    }
    if let Some(ReadOnly { keyword, reason: Some(reason) }) = tool.attribute.read_only.given() {
        check_reason(keyword, reason, sink);
    }
}

/// ST15 for the opt-outs of arguments.
pub(super) fn arguments(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let settings = &param.settings;
        for opt_out in
            [&settings.unbounded, &settings.raw, &settings.not_identity, &settings.not_credential, &settings.not_object]
        {
            if let Some(opt_out) = opt_out.given() {
                check_reason(&opt_out.keyword, &opt_out.reason, sink);
            }
        }
    }
}

fn check_reason(keyword: &Ident, reason: &LitStr, sink: &Sink) {
    if !is_reason(&reason.value()) {
        sink.refuse(reason, messages::weak_reason(keyword));
    } else if messages::is_placeholder(&reason.value()) {
        sink.refuse(reason, messages::copied_reason(keyword));
    }
}

fn is_reason(text: &str) -> bool {
    let text = text.trim();
    let mut letters = text.chars();
    let first = letters.next();
    text.chars().count() >= SHORTEST && letters.any(|letter| Some(letter) != first)
}

#[cfg(test)]
mod tests {
    use super::{arguments, is_reason, tool};
    use crate::check::testing::cases;

    #[test]
    fn reasons() {
        assert!(is_reason("a public price list"));
        for text in ["", "because", "  short    ", "xxxxxxxxxxxx", "..........  "] {
            assert!(!is_reason(text), "{text}");
        }
    }

    #[test]
    fn of_the_tool() {
        cases! { tool in #[secure_tool(_)] fn f() {};
            accepts: scope = public("the price list is public"), owner = unowned("prices are nobody's");
            refuses ST15 "`public`": scope = public("todo");
            refuses ST15 "`public`": scope = public();
            refuses ST15 "`public`": scope = public("a good reason", 5);
            refuses ST15 "`unowned`": owner = unowned("??????????");
            refuses ST15 "`never`": confirm = never("no");
            refuses ST15 "in your own words why anyone": scope = public("why anyone may call it");
            refuses ST15 "in your own words": owner = unowned(" Why it has no owner. ");
            refuses ST15 "in your own words": confirm = never("why nobody needs to be asked");
            refuses ST15 "in your own words": owner = caller("why its answer cannot be proven");
            accepts: owner = unowned("why it has no owner: the board hangs in the hall");
            accepts: owner = caller("sums over the caller's own rows");
            refuses ST15 "`caller`": owner = caller("sums");
            refuses ST15 "`who`": owner = (invoice, who("..........  "));
            accepts: read_only;
            accepts: read_only("it answers with a copy");
            refuses ST15 "why the name misleads": read_only("no");
            refuses ST15 "`read_only`": read_only();
        }
    }

    #[test]
    fn of_arguments() {
        cases! { arguments in #[secure_tool] fn f(_) {};
            accepts: #[arg(raw("matched against a list"))] path: String;
            refuses ST15 "`unbounded`": #[arg(unbounded("long"))] text: String;
            refuses ST15 "`raw`": #[arg(raw = "long enough reason")] path: String;
            refuses ST15 "`not_identity`": #[arg(not_identity)] user: String;
            refuses ST15 "`not_credential`": #[arg(not_credential("no"))] token: String;
            refuses ST15 "`not_object`": #[arg(not_object("no"))] folder_id: u32;
            refuses ST15 "in your own words": #[arg(raw("why any path is safe"))] path: PathBuf;
            refuses ST15 "in your own words": #[arg(not_object("why it has no owner"))] folder_id: u32;
            refuses ST15 "in your own words": #[arg(not_identity("why it is not an identity"))] user: String;
        }
    }
}
