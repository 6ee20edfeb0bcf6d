//! ST42, ST43: what is read takes single values, and changes nothing.

use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages;
use crate::model::{Effect, Source, Tool};
use crate::syntax::known;
use crate::syntax::types;

/// ST42: an argument is one text, number or `bool`, as that is what a client sends. What a type of the application is, the built server tells.
pub(super) fn single_values(tool: &Tool, sink: &Sink) {
    let in_uri = match tool.kind {
        Kind::Resource => true,
        Kind::Tool | Kind::Prompt => false,
    };
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        let shown = types::show(&param.ty);
        if known::holds_several(&param.ty) {
            sink.refuse(&param.ty, messages::many_in_text(&param.ident, &shown, tool.noun()));
        } else if in_uri && types::is_named(&param.ty, "Option") {
            let inner = types::show(types::without_option(&param.ty));
            sink.refuse(&param.ty, messages::optional_variable(&param.ident, &shown, &inner));
        } else if in_uri && param.is_secret_type() {
            sink.refuse(&param.ty, messages::secret_variable(&param.ident, &shown));
        }
    }
}

/// ST43, and ST39 for a permit that says nothing. A type by another name is left to the compiler.
pub(super) fn permits(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Source::Permit(permit) = &param.source else { continue };
        let Some(asked) = permit else {
            sink.refuse(&param.ty, messages::permits_nothing_to_read(&param.ident));
            continue;
        };
        match Effect::of_permit(asked) {
            Some(effect @ (Effect::Write | Effect::Destroy)) => {
                let message = messages::reader_with_permit(&param.ident, effect.permit(), tool.ident(), tool.noun());
                sink.refuse(asked, message);
            }
            Some(Effect::Read) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{permits, single_values};
    use crate::check::testing::cases;

    #[test]
    fn variables_are_single_values() {
        cases! { single_values in #[secure_resource(uri = "a://{a}", owner = a)] fn f(&self, caller: &Caller, a: _) {};
            accepts: String;
            accepts: u32;
            accepts: bool;
            accepts: NoteKey;
            accepts: Owned<Note>;
            refuses ST42 "write `a: String`;": Option<String>;
            refuses ST42 "write `a: Owned<Note>`;": Option<Owned<Note>>;
            refuses ST42 "holds several values, but an argument of a resource": Vec<NoteKey>;
            refuses ST42 "holds several values": Vec<Owned<Note>>;
            refuses ST42 "holds several values": Option<Vec<u8>>;
            refuses ST42 "holds several values": HashMap<String, u32>;
            refuses ST42 "holds several values": (u32, u32);
            refuses ST42 "holds several values": [u8; 4];
            refuses ST42 "show and log": Secret<String>;
        }
        cases! { single_values in #[secure_prompt(owner = a)] fn f(&self, a: _) {};
            accepts: Option<String>;
            accepts: Option<Owned<Note>>;
            accepts: Secret<String>;
            refuses ST42 "an argument of a prompt": Option<Vec<String>>;
        }
    }

    #[test]
    fn readers_write_nothing() {
        cases! { permits in #[secure_prompt] fn f(&self, permit: &Permit<_>) {};
            accepts: Read;
            accepts: Alias;
            refuses ST43 "`permit` is a `Permit<Write>`, but `f` is a prompt": Write;
            refuses ST43 "`permit` is a `Permit<Destroy>`": secure_tool::Destroy;
        }
        cases! { permits; refuses ST39 "`permit: &Permit<Read>`": #[secure_resource] fn f(&self, permit: &Permit) {}; }
    }
}
