//! ST05, ST16, ST20, ST24: what destroys is confirmed, by a question that holds.

use syn::ext::IdentExt;

use super::names::deletion;
use crate::errors::Sink;
use crate::messages;
use crate::model::{Effect, Param, Source, Tool};
use crate::suggest;
use crate::syntax::Stated;
use crate::syntax::confirm::Template;
use crate::syntax::scope::Scope;
use crate::syntax::types::Shape;

/// The most characters of a text, and the most items of a list, that a question shows.
const LONGEST_TEXT: u64 = 200;
const MOST_ITEMS: u64 = 10;
/// Formats whose values have a length of their own.
const OF_FIXED_LENGTH: [&str; 4] = ["uuid", "date", "ipv4", "ipv6"];

/// ST05
pub(super) fn required(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    if !attribute.confirm.is_absent() || !attribute.read_only.is_absent() {
        return;
    }
    if let Some(flag) = attribute.destructive.given() {
        sink.refuse(flag, messages::unconfirmed(tool.ident(), &question(tool)));
    } else if let Some((name, verb)) = deletion(tool) {
        sink.refuse(tool.ident(), messages::unconfirmed_by_name(&name, verb, &question(tool)));
    }
}

/// ST16
pub(super) fn placeholders(tool: &Tool, sink: &Sink) {
    let Some(template) = tool.attribute.confirm.given().and_then(|confirm| confirm.template()) else { return };
    of_arguments(tool, "confirm", template, |_| true, sink);
}

/// ST16: the placeholders of a question name arguments that may stand in it.
pub(super) fn of_arguments(tool: &Tool, key: &str, template: &Template, stands: impl Fn(&Param) -> bool, sink: &Sink) {
    let arguments = || tool.params.iter().filter(|param| param.is_argument() && stands(param));
    let shown: Vec<String> =
        arguments().filter(|param| !is_secret(param)).map(|param| param.ident.unraw().to_string()).collect();
    for name in template.parameters() {
        match arguments().find(|param| param.ident.unraw() == name) {
            Some(param) if is_secret(param) => {
                sink.refuse(&template.text, messages::asks_with_secret(key, name));
            }
            Some(_) => {}
            // Whether there is such a field, the compiler finds out.
            None if tool.has_known_fields() && tool.argument(name).is_none() => {}
            None => {
                let nearest = suggest::nearest(name, &shown.iter().map(String::as_str).collect::<Vec<_>>());
                sink.refuse(&template.text, messages::asks_for_no_parameter(key, name, nearest, &shown));
            }
        }
    }
}

/// ST16: a person answers what a question shows, so that it shows all of it. Types and bounds by other names are looked at when the server is built.
pub(super) fn shown_whole(tool: &Tool, sink: &Sink) {
    let confirm = tool.attribute.confirm.given().and_then(|confirm| confirm.template());
    let asks = tool.params.iter().filter_map(|param| param.settings.ask.given());
    let questions: Vec<_> = confirm
        .map(|template| ("confirm", template))
        .into_iter()
        .chain(asks.map(|template| ("ask", template)))
        .collect();
    for param in tool.params.iter().filter(|param| param.is_argument() && !is_secret(param)) {
        let shows = |template: &Template| template.parameters().any(|name| param.ident.unraw() == name);
        if let Some((key, _)) = questions.iter().find(|(_, template)| shows(template)) {
            bounded(param, key, sink);
        }
    }
}

/// Whether a question can show the argument whole.
fn bounded(param: &Param, key: &str, sink: &Sink) {
    let settings = &param.settings;
    let shape = Shape::of(&param.ty);
    if matches!(shape, Shape::List(_)) {
        match &settings.max_items {
            Stated::Given(most) if most.value > MOST_ITEMS => {
                sink.refuse(&most.tokens, messages::shows_too_many_items(key, &param.ident, &MOST_ITEMS));
            }
            stated if stated.is_absent() => {
                sink.refuse(&param.ty, messages::shows_too_many_items(key, &param.ident, &MOST_ITEMS));
            }
            _ => {}
        }
    }
    // For an object, the question shows its `Display` text.
    if *shape.element() != Shape::Text || !matches!(param.source, Source::Plain) {
        return;
    }
    let has_own_length = !settings.one_of.is_absent()
        || settings.format.constant().is_some()
        || settings.format.given().is_some_and(|format| OF_FIXED_LENGTH.contains(&format.value().as_str()));
    match &settings.max_len {
        Stated::Given(longest) if longest.value > LONGEST_TEXT => {
            sink.refuse(&longest.tokens, messages::shows_too_long_a_text(key, &param.ident, &LONGEST_TEXT));
        }
        stated if stated.is_absent() && !has_own_length => {
            sink.refuse(&param.ty, messages::shows_too_long_a_text(key, &param.ident, &LONGEST_TEXT));
        }
        _ => {}
    }
}

/// ST20: a tool that reads neither destroys nor asks.
pub(super) fn reads(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    if !attribute.read_only.is_given() {
        return;
    }
    if let Some(flag) = attribute.destructive.given() {
        sink.refuse(flag, messages::reads_yet_destroys());
    }
    if let Some(confirm) = attribute.confirm.given() {
        sink.refuse(confirm.tokens(), messages::reads_yet_asks());
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
            Source::Permit(Some(asked)) if matches!(**asked, syn::Type::TraitObject(_)) => {
                sink.refuse(asked, messages::permits_trait(&param.ident, effect.permit()));
            }
            Source::Permit(Some(asked)) => {
                let message = match (effect, Effect::of_permit(asked)) {
                    (Effect::Read, Some(Effect::Write)) => messages::writes_yet_reads(&param.ident, tool.ident()),
                    (Effect::Read, Some(Effect::Destroy)) => messages::destroys_yet_reads(&param.ident, tool.ident()),
                    (Effect::Write, Some(Effect::Destroy)) => messages::destroys_yet_writes(&param.ident, tool.ident()),
                    (_, None | Some(Effect::Read))
                    | (Effect::Write | Effect::Destroy, Some(Effect::Write))
                    | (Effect::Destroy, Some(Effect::Destroy)) => continue,
                };
                sink.refuse(asked, message);
            }
            Source::Caller
            | Source::Call
            | Source::Progress
            | Source::State
            | Source::Object(_)
            | Source::Plain
            | Source::Key
            | Source::Owned(_)
            | Source::OwnedOptional(_)
            | Source::OwnedMany(_)
            | Source::Flattened
            | Source::Unlendable => {}
        }
    }
}

pub(super) fn is_secret(param: &Param) -> bool {
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

    use super::{permits, placeholders, public, reads, required, shown_whole};
    use crate::check::testing::cases;

    fn delete() -> TokenStream {
        let parameters =
            quote!(invoice: Owned<Invoice>, note: String, #[arg(secret)] pin: String, key: Secret<String>,);
        quote!(fn delete_invoice(&self, #parameters) {})
    }

    #[test]
    fn what_destroys_is_confirmed() {
        let delete = delete();
        cases! { required in #[secure_tool(_)] #delete;
            accepts: destructive, confirm = "Sure?";
            accepts: confirm = never("it can be undone");
            accepts: confirm = operator("Sure?");
            refuses ST05 "`confirm = \"Delete invoice: {invoice}?\"`": destructive, owner = invoice;
            refuses ST05 "(`delete`)": ;
            refuses ST15 "`read_only`": read_only();
        }
        cases! { required in #[secure_tool(_)] fn f(&self) {};
            accepts: ;
            refuses ST05 "`purge_all`": name = "purge_all";
            refuses ST05 "`confirm = \"F?\"`": destructive;
        }
        // A broken confirmation is not missing.
        cases! { required in #[secure_tool(_)] #delete;
            refuses ST16 "takes a question": destructive, confirm = 5;
            refuses ST10 "`confrim`": destructive, confrim = "Sure?";
        }
    }

    #[test]
    fn questions_name_arguments() {
        let delete = delete();
        cases! { placeholders in #[secure_tool(_)] #delete;
            accepts: confirm = "Delete {invoice}, because {note}?";
            accepts: confirm = operator("Delete {{{invoice}}}?",);
            refuses ST16 "did you mean `{invoice}`?": confirm = "Delete {invoce}?";
            refuses ST16 "can name `invoice`, `note`": confirm = "As {caller}?";
            refuses ST16 "show a secret": confirm = "With {pin}?";
            refuses ST16 "show a secret": confirm = operator("With {key}?");
            refuses ST16 "`": confirm;
            refuses ST16 "`": confirm();
            refuses ST16 "`": confirm = true;
            refuses ST16 "`": confirm = ask("Sure?");
            refuses ST16 "`": confirm = operator();
            refuses ST16 "`": confirm = operator("Sure?", 5);
            refuses ST16 "`": confirm = "";
            refuses ST16 "`": confirm = "Delete {}?";
            refuses ST15 "`never`": confirm = never;
            refuses ST15 "`never`": confirm = never();
        }
        cases! { placeholders;
            refuses ST16 "gives this tool no arguments": #[secure_tool(confirm = "Delete {invoice}?")] fn f(&self) {};
        }
    }

    #[test]
    fn questions_show_arguments_whole() {
        cases! { shown_whole in #[secure_tool(confirm = "Send {it}?")] fn f(&self, other: String, _) {};
            accepts: it: u8;
            accepts: it: Alias;
            accepts: it: Owned<Note>;
            accepts: #[arg(max_len = 200)] it: String;
            accepts: #[arg(max_len = LONGEST)] it: Option<String>;
            accepts: #[arg(one_of = ["a", "b"])] it: String;
            accepts: #[arg(format = "date")] it: String;
            accepts: #[arg(max_items = 10)] it: Vec<u8>;
            accepts: #[arg(max_items = 10, max_len = 20)] it: Vec<String>;
            accepts: #[arg(max_items = 10)] it: Vec<Owned<Note>>;
            accepts: #[arg(secret)] it: String;
            refuses ST16 "max_len = 200": it: String;
            refuses ST16 "max_len = 200": it: Option<String>;
            refuses ST16 "max_len = 200": #[arg(max_len = 201)] it: String;
            refuses ST16 "max_len = 200": #[arg(format = "email")] it: String;
            refuses ST16 "max_len = 200": #[arg(unbounded("it is a letter"))] it: String;
            refuses ST16 "max_items = 10": it: Vec<u8>;
            refuses ST16 "max_items = 10": #[arg(max_items = 11)] it: Vec<u8>;
            refuses ST16 "max_items = 10": it: Vec<Owned<Note>>;
            refuses ST16 "max_len = 200": #[arg(max_items = 10)] it: Vec<String>;
        }
    }

    #[test]
    fn readers_destroy_nothing() {
        let delete = delete();
        cases! { reads in #[secure_tool(_)] #delete;
            accepts: destructive, confirm = "Sure?";
            refuses ST20 "`destructive` contradicts": read_only, destructive;
            refuses ST20 "`confirm` contradicts": read_only, confirm = "Sure?";
            refuses ST20 "`confirm` contradicts": read_only, confirm = never("it only reads");
        }
    }

    #[test]
    fn destroying_is_not_public() {
        let delete = delete();
        cases! { public in #[secure_tool(_)] #delete;
            accepts: scope = "a", destructive, confirm = "Sure?";
            accepts: scope = public("a form for everybody"), confirm = never("it can be undone");
            refuses ST24 "`destructive` requires": scope = public("a form for everybody"), destructive, confirm = "Sure?";
            refuses ST24 "`confirm` requires": scope = public("a form for everybody"), confirm = "Sure?";
        }
    }

    #[test]
    fn permits_say_what() {
        cases! { permits;
            accepts: #[secure_tool] fn f(&self, permit: &Permit<Write>) {};
            refuses ST39 "`permit: &Permit`": #[secure_tool] fn f(&self, permit: &Permit) {};
        }
        cases! { permits in #[secure_tool(read_only)] fn f(&self, permit: &Permit<_>) {};
            accepts: Read;
            refuses ST39 "`permit` is a `Permit<": Write;
            refuses ST39 "`permit` is a `Permit<": secure_tool::Destroy;
        }
        cases! { permits in #[secure_tool] fn f(&self, permit: &Permit<_>) {};
            accepts: Read;
            accepts: Write;
            accepts: Alias;
            refuses ST39 "`permit` is a `Permit<": Destroy;
        }
        cases! { permits in #[secure_tool(destructive)] fn f(&self, permit: &Permit<_>) {};
            accepts: Read;
            accepts: Write;
            accepts: Destroy;
        }
    }
}
