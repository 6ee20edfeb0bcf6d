//! ST05, ST16, ST20, ST24: what destroys is confirmed, by a question that holds.

use syn::ext::IdentExt;

use super::names::deletion;
use crate::errors::Sink;
use crate::messages;
use crate::model::{Effect, Param, Source, Tool};
use crate::syntax::scope::Scope;
use crate::syntax::suggest;

/// ST05
pub(super) fn required(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    if !attribute.confirm.is_absent() || attribute.read_only.is_given() {
        return;
    }
    if let Some(flag) = attribute.destructive.given() {
        sink.refuse(flag, messages::unconfirmed(tool.ident(), &question(tool)));
    } else if let Some((name, prefix)) = deletion(tool) {
        sink.refuse(tool.ident(), messages::unconfirmed_by_name(name, prefix, &question(tool)));
    }
}

/// ST16
pub(super) fn placeholders(tool: &Tool, sink: &Sink) {
    let Some(template) = tool.attribute.confirm.given().and_then(|confirm| confirm.template()) else { return };
    let arguments = || tool.params.iter().filter(|param| param.is_argument());
    let shown: Vec<String> =
        arguments().filter(|param| !is_secret(param)).map(|param| param.ident.unraw().to_string()).collect();
    for name in template.parameters() {
        match arguments().find(|param| param.ident.unraw() == name) {
            Some(param) if is_secret(param) => {
                sink.refuse(&template.text, messages::asks_with_secret(name));
            }
            Some(_) => {}
            None => {
                let nearest = suggest::nearest(name, &shown.iter().map(String::as_str).collect::<Vec<_>>());
                sink.refuse(&template.text, messages::asks_for_no_parameter(name, nearest, &shown));
            }
        }
    }
}

/// ST20: a tool that reads neither destroys nor asks.
pub(super) fn reads(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    if !attribute.read_only.is_given() {
        return;
    }
    if let Some(flag) = attribute.destructive.given() {
        sink.refuse(flag, messages::reads_yet("destructive"));
    }
    if let Some(confirm) = attribute.confirm.given() {
        sink.refuse(confirm.tokens(), messages::reads_yet("confirm"));
    }
}

/// ST24: what destroys, or is confirmed, is somebody's doing.
pub(super) fn public(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    if !matches!(attribute.scope.given(), Some(Scope::Public { .. })) {
        return;
    }
    if let Some(flag) = attribute.destructive.given() {
        sink.refuse(flag, messages::public_yet("destructive"));
    } else if let Some(confirm) = attribute.confirm.given().filter(|confirm| confirm.template().is_some()) {
        sink.refuse(confirm.tokens(), messages::public_yet("confirm"));
    }
}

/// ST39: a permit says what it permits, and that is no more than the tool may do. A type by another name is left to the compiler.
pub(super) fn permits(tool: &Tool, sink: &Sink) {
    let effect = tool.effect();
    for param in &tool.params {
        match &param.source {
            Source::Permit(None) => {
                sink.refuse(&param.ty, messages::permits_nothing(&param.ident));
            }
            Source::Permit(Some(asked)) => {
                if let Some(stronger) = Effect::of_permit(asked).filter(|asked| *asked > effect) {
                    sink.refuse(asked, messages::too_strong(&param.ident, tool.ident(), effect, stronger));
                }
            }
            Source::Caller
            | Source::Call
            | Source::State
            | Source::Plain
            | Source::Key
            | Source::Owned(_)
            | Source::OwnedOptional(_)
            | Source::OwnedMany(_)
            | Source::Unlendable => {}
        }
    }
}

fn is_secret(param: &Param) -> bool {
    param.settings.secret.is_given() || param.is_secret_type()
}

/// A question to paste: with the object that the tool is about.
fn question(tool: &Tool) -> String {
    let object = tool.params.iter().filter(|param| param.is_argument() && !is_secret(param)).min_by_key(|param| {
        // What `owner` names comes first.
        !tool.is_owner(param)
    });
    let words = tool.ident().unraw().to_string().replace('_', " ");
    let mut letters = words.chars();
    let words = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    match object {
        Some(object) => format!("{words}: {{{}}}?", object.ident.unraw()),
        None => format!("{words}?"),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{permits, placeholders, public, reads, required};
    use crate::check::Rule;
    use crate::check::testing;

    fn delete() -> TokenStream {
        quote!(
            fn delete_invoice(
                &self,
                invoice: Owned<Invoice>,
                note: String,
                #[arg(secret)] pin: String,
                key: Secret<String>,
            ) {
            }
        )
    }

    fn accepts(rule: Rule, attribute: TokenStream) {
        testing::accepts(rule, attribute, delete());
    }

    fn refuses(rule: Rule, attribute: TokenStream, code: &str, names: &str) {
        testing::refuses(rule, attribute, delete(), code, names);
    }

    #[test]
    fn what_destroys_is_confirmed() {
        accepts(required, quote!(destructive, confirm = "Sure?"));
        accepts(required, quote!(confirm = never("it can be undone")));
        accepts(required, quote!(confirm = operator("Sure?")));
        refuses(required, quote!(destructive, owner = invoice), "ST05", "`confirm = \"Delete invoice: {invoice}?\"`");
        refuses(required, quote!(), "ST05", "(`delete_`)");
        let harmless = quote!(
            fn f(&self) {}
        );
        testing::accepts(required, quote!(), harmless.clone());
        testing::refuses(required, quote!(name = "purge_all"), harmless.clone(), "ST05", "`purge_all`");
        testing::refuses(required, quote!(destructive), harmless, "ST05", "`confirm = \"F?\"`");
        // A broken confirmation is not missing.
        refuses(required, quote!(destructive, confirm = 5), "ST16", "takes a question");
        refuses(required, quote!(destructive, confrim = "Sure?"), "ST10", "`confrim`");
    }

    #[test]
    fn questions_name_arguments() {
        accepts(placeholders, quote!(confirm = "Delete {invoice}, because {note}?"));
        accepts(placeholders, quote!(confirm = operator("Delete {{{invoice}}}?",)));
        refuses(placeholders, quote!(confirm = "Delete {invoce}?"), "ST16", "did you mean `{invoice}`?");
        refuses(placeholders, quote!(confirm = "As {caller}?"), "ST16", "can name `invoice`, `note`");
        refuses(placeholders, quote!(confirm = "With {pin}?"), "ST16", "show a secret");
        refuses(placeholders, quote!(confirm = operator("With {key}?")), "ST16", "show a secret");
        for wrong in [
            quote!(confirm),
            quote!(confirm()),
            quote!(confirm = true),
            quote!(confirm = ask("Sure?")),
            quote!(confirm = operator()),
            quote!(confirm = operator("Sure?", 5)),
            quote!(confirm = ""),
            quote!(confirm = "Delete {}?"),
        ] {
            refuses(placeholders, wrong, "ST16", "`");
        }
        refuses(placeholders, quote!(confirm = never), "ST15", "`never`");
        refuses(placeholders, quote!(confirm = never()), "ST15", "`never`");
    }

    #[test]
    fn readers_destroy_nothing() {
        accepts(reads, quote!(destructive, confirm = "Sure?"));
        refuses(reads, quote!(read_only, destructive), "ST20", "`destructive` contradicts");
        refuses(reads, quote!(read_only, confirm = "Sure?"), "ST20", "`confirm` contradicts");
        refuses(reads, quote!(read_only, confirm = never("it only reads")), "ST20", "`confirm` contradicts");
    }

    #[test]
    fn destroying_is_not_public() {
        accepts(public, quote!(scope = "a", destructive, confirm = "Sure?"));
        accepts(public, quote!(scope = public("a form for everybody"), confirm = never("it can be undone")));
        let public_scope = quote!(scope = public("a form for everybody"));
        refuses(public, quote!(#public_scope, destructive, confirm = "Sure?"), "ST24", "`destructive` needs");
        refuses(public, quote!(#public_scope, confirm = "Sure?"), "ST24", "`confirm` needs");
    }

    #[test]
    fn permits_say_what() {
        testing::accepts(
            permits,
            quote!(),
            quote!(
                fn f(&self, permit: &Permit<Write>) {}
            ),
        );
        testing::refuses(
            permits,
            quote!(),
            quote!(
                fn f(&self, permit: &Permit) {}
            ),
            "ST39",
            "`permit: &Permit`",
        );
        let of = |ty: TokenStream| quote!(fn f(&self, permit: &Permit<#ty>) {});
        for (attribute, weaker, stronger) in [
            (quote!(read_only), vec![quote!(Read)], vec![quote!(Write), quote!(secure_tool::Destroy)]),
            (quote!(), vec![quote!(Read), quote!(Write), quote!(Alias)], vec![quote!(Destroy)]),
            (quote!(destructive), vec![quote!(Read), quote!(Write), quote!(Destroy)], vec![]),
        ] {
            for ty in weaker {
                testing::accepts(permits, attribute.clone(), of(ty));
            }
            for ty in stronger {
                testing::refuses(permits, attribute.clone(), of(ty), "ST39", "`permit` is a `Permit<");
            }
        }
    }
}
