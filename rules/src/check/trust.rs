//! ST32 to ST34: what a model must not choose freely.

use proc_macro2::TokenStream;
use quote::ToTokens;
use secure_tool_vocabulary::{FreeText, free_text as free_text_name, is_credential, is_identity as is_identity_name};
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages::{self, Message};
use crate::model::{Param, Source, Tool};
use crate::syntax::types::{self, Shape};
use crate::syntax::{Stated, types::innermost};

/// A question to the vocabulary about a name.
type Names<'a> = &'a dyn Fn(&str) -> bool;

/// Whether a parameter is called so, in the source or on the wire.
fn is_called(param: &Param, names: Names) -> bool {
    names(&param.ident.unraw().to_string()) || names(&param.wire_name)
}

/// Which of a parameter's names is called so, and where it is written.
fn found(param: &Param, names: Names) -> (TokenStream, String) {
    match param.settings.name.given() {
        Some(name) if !names(&param.ident.unraw().to_string()) => (name.to_token_stream(), name.value()),
        _ => (param.ident.to_token_stream(), param.ident.to_string()),
    }
}

/// ST32
pub(super) fn identity(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if matches!(param.source, Source::Plain | Source::Key) && types::is_named(innermost(&param.ty), "Caller") {
            sink.refuse(&param.ty, messages::identity_by_value(&param.ident));
        } else if is_identity(tool, param) && matches!(param.settings.not_identity, Stated::Absent) {
            let (tokens, name) = found(param, &is_identity_name);
            sink.refuse(tokens, messages::chosen_identity(&name, &param.ident));
        }
    }
}

/// ST33
pub(super) fn free_text(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if is_free_text(tool, param) && !is_narrowed(param) && param.settings.raw.is_absent() {
            let (tokens, name) = found(param, &|name| meaning(tool, name).is_some());
            if let Some(meaning) = meaning(tool, &name) {
                sink.refuse(tokens, dangerous(&name, meaning, param));
            }
        }
    }
}

/// ST34
pub(super) fn credentials(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let shape = Shape::of(&param.ty);
        let harmless = shape.is_number() || shape == Shape::Bool || param.is_secret_type();
        if matches!(param.source, Source::Plain | Source::Key) && is_called(param, &is_credential) && !harmless {
            let message = if types::is_named(&param.ty, "Option") {
                messages::plain_optional_credential(&param.ident)
            } else {
                messages::plain_credential(&param.ident)
            };
            sink.refuse(&param.ident, message);
        }
    }
}

/// Whether ST32 concerns a parameter. While `owner` is broken, nothing is known.
pub(super) fn is_identity(tool: &Tool, param: &Param) -> bool {
    matches!(param.source, Source::Plain)
        && !matches!(tool.attribute.owner, Stated::Broken)
        && is_called(param, &is_identity_name)
}

/// Whether ST33 concerns a parameter.
pub(super) fn is_free_text(tool: &Tool, param: &Param) -> bool {
    matches!(param.source, Source::Plain | Source::Key)
        && (*Shape::of(&param.ty).element() == Shape::Text || types::is_named(innermost(&param.ty), "Bounded"))
        && is_called(param, &|name| meaning(tool, name).is_some())
}

/// What free text under a name would be used for.
fn meaning(tool: &Tool, name: &str) -> Option<FreeText> {
    free_text_name(name, &tool.wire_name())
}

/// Proposes the type that takes nothing else, where there is one for what the name means.
fn dangerous(name: &str, meaning: FreeText, param: &Param) -> Message {
    let narrowed = narrowed(meaning);
    let with = |replacement: &str| types::show(&param.ty).replace(&types::show(innermost(&param.ty)), replacement);
    match meaning {
        FreeText::Url => messages::free_url(name, &param.ident, &with("PublicUrl"), narrowed),
        FreeText::Directory | FreeText::File => messages::free_path(name, &param.ident, &with("SafePath"), narrowed),
        FreeText::Query | FreeText::Command | FreeText::Host => messages::free_text(name, narrowed),
    }
}

/// What to paste, by what the name means.
fn narrowed(meaning: FreeText) -> &'static str {
    match meaning {
        FreeText::Query => r#"one_of = ["newest", "oldest"]"#,
        FreeText::Host => r#"pattern = r"^[a-z0-9-]+\.example\.com$""#,
        FreeText::Url => r#"pattern = r"^https://example\.com/[a-z0-9/-]*$""#,
        FreeText::Directory => r#"pattern = "^[a-z0-9_-]+$""#,
        FreeText::File => r#"pattern = r"^[a-z0-9_-]+\.txt$""#,
        FreeText::Command => r#"one_of = ["start", "stop"]"#,
    }
}

/// Whether the model can only send what the attribute lists or describes.
pub(super) fn is_narrowed(param: &Param) -> bool {
    !param.settings.pattern.is_absent() || !param.settings.one_of.is_absent()
}

#[cfg(test)]
mod tests {
    use super::{credentials, free_text, identity};
    use crate::check::testing::cases;

    #[test]
    fn identities() {
        cases! { identity in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: invoice_id: u32;
            accepts: user: &Caller;
            accepts: user: Owned<User>;
            accepts: #[arg(not_identity("a name to look up in a public list"))] username: String;
            refuses ST32 "lets the model choose": user_id: u32;
            refuses ST32 "lets the model choose": target_user_id: Option<u32>;
            refuses ST32 "lets the model choose": tenant: String;
            refuses ST32 "lets the model choose": #[arg(name = "userId")] id: u32;
            refuses ST32 "lets the model choose": who: Caller;
        }
        cases! { identity; accepts: #[secure_tool(owner = user_id)] fn f(&self, user_id: u32) {}; }
    }

    #[test]
    fn free_texts() {
        cases! { free_text in #[secure_tool] fn f(&self, _) {};
            accepts: query: String;
            accepts: url: Url;
            accepts: code: u32;
            accepts: #[arg(pattern = "^[a-z]+$")] path: String;
            accepts: #[arg(one_of = ["a"])] command: Vec<String>;
            accepts: #[arg(raw("parsed by a sandboxed interpreter"))] script: String;
            accepts: path: SafePath, image_url: Vec<secure_tool::types::PublicUrl>, dir: Option<SafePath>;
            accepts: #[arg(pattern = "[a-z]+")] file: Bounded<1, 20>, note: Bounded<1, 80>;
            refuses ST33 "free text": sql: String;
            refuses ST33 "free text": path: Option<String>;
            refuses ST33 "free text": image_url: Vec<String>;
            refuses ST33 "free text": #[arg(format = "uri")] callback_uri: String;
            refuses ST33 "free text": #[arg(name = "filePath")] target: String;
            refuses ST33 "free text": command: Bounded<1, 80>;
            refuses ST33 "free text": paths: Option<Vec<String>>, file_path: Vec<types::Bounded<1, { 2 * 40 }>>;
        }
    }

    #[test]
    fn the_help_names_the_type_to_take() {
        cases! { free_text in #[secure_tool] fn f(_) {};
            refuses ST33 "write `path: SafePath`": path: String;
            refuses ST33 "write `dir: Option<SafePath>`": dir: Option<std::string::String>;
            refuses ST33 "write `image_url: Vec<PublicUrl>` (feature `urls`)": image_url: Vec<String>;
            refuses ST33 "write `target: SafePath`": #[arg(name = "filePath")] target: Bounded<1, 80>;
            refuses ST33 "help: say what may stand there": sql: String;
        }
    }

    #[test]
    fn credentials_are_secret() {
        cases! { credentials in #[secure_tool] fn f(&self, _) {};
            accepts: password: Secret<String>;
            accepts: token: Option<Secret<String>>;
            accepts: secret: bool, pwd: u32;
            accepts: next_token: String;
            refuses ST34 "credential": password: String;
            refuses ST34 "credential": api_key: Option<String>;
            refuses ST34 "credential": db_password: Password;
            refuses ST34 "credential": #[arg(name = "accessToken")] a: String;
        }
    }
}
