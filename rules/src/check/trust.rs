//! ST32 to ST34: what a model must not choose freely.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages::{self, Message};
use crate::model::{Param, Source, Tool};
use crate::syntax::types::{self, Shape};
use crate::syntax::{Stated, types::innermost};

const IDENTITIES: Names = Names {
    whole: &[
        "user_id",
        "owner_id",
        "tenant_id",
        "org_id",
        "organization_id",
        "organisation_id",
        "account_id",
        "customer_id",
        "member_id",
        "principal",
        "subject",
        "user",
        "owner",
        "tenant",
        "username",
        "uid",
        "on_behalf_of",
        "impersonate",
        "actor",
    ],
    endings: &["_user_id", "_owner_id", "_tenant_id", "_account_id", "_customer_id"],
};

const FREE_TEXTS: Names = Names {
    whole: &[
        "sql",
        "query_sql",
        "command",
        "cmd",
        "shell",
        "script",
        "code",
        "expression",
        "eval",
        "path",
        "file",
        "filename",
        "file_name",
        "filepath",
        "file_path",
        "dir",
        "directory",
        "folder",
        "url",
        "uri",
        "link",
        "endpoint",
        "host",
        "webhook",
    ],
    endings: &["_sql", "_command", "_cmd", "_script", "_path", "_file", "_dir", "_url", "_uri"],
};

const CREDENTIALS: Names = Names {
    whole: &[
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "token",
        "secret",
        "api_key",
        "apikey",
        "access_token",
        "refresh_token",
        "auth_token",
        "bearer",
        "credential",
        "credentials",
        "private_key",
        "client_secret",
    ],
    endings: &["_password", "_secret", "_api_key", "_access_token", "_private_key"],
};

struct Names {
    whole: &'static [&'static str],
    endings: &'static [&'static str],
}

impl Names {
    /// Whether a parameter is called so, in the source or on the wire.
    fn call(&self, param: &Param) -> bool {
        self.contain(&param.ident.unraw().to_string()) || self.contain(&param.wire_name)
    }

    fn contain(&self, name: &str) -> bool {
        let name = snake_case(name);
        self.whole.contains(&name.as_str()) || self.endings.iter().any(|ending| name.ends_with(ending))
    }

    /// Which of a parameter's names is called so, and where it is written.
    fn found(&self, param: &Param) -> (TokenStream, String) {
        match param.settings.name.given() {
            Some(name) if !self.contain(&param.ident.unraw().to_string()) => (name.to_token_stream(), name.value()),
            _ => (param.ident.to_token_stream(), param.ident.to_string()),
        }
    }
}

/// ST32
pub(super) fn identity(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if matches!(param.source, Source::Plain | Source::Key) && types::is_named(innermost(&param.ty), "Caller") {
            sink.refuse(&param.ty, messages::identity_by_value(&param.ident));
        } else if is_identity(tool, param) && matches!(param.settings.not_identity, Stated::Absent) {
            let (tokens, name) = IDENTITIES.found(param);
            sink.refuse(tokens, messages::chosen_identity(&name, &param.ident));
        }
    }
}

/// ST33
pub(super) fn free_text(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if is_free_text(param) && !is_narrowed(param) && param.settings.raw.is_absent() {
            let (tokens, name) = FREE_TEXTS.found(param);
            sink.refuse(tokens, dangerous(&name, param));
        }
    }
}

/// ST34
pub(super) fn credentials(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let shape = Shape::of(&param.ty);
        let harmless = shape.is_number() || shape == Shape::Bool || param.is_secret_type();
        if matches!(param.source, Source::Plain | Source::Key) && CREDENTIALS.call(param) && !harmless {
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
    matches!(param.source, Source::Plain) && !matches!(tool.attribute.owner, Stated::Broken) && IDENTITIES.call(param)
}

/// Whether ST33 concerns a parameter.
pub(super) fn is_free_text(param: &Param) -> bool {
    matches!(param.source, Source::Plain | Source::Key)
        && (*Shape::of(&param.ty).element() == Shape::Text || types::is_named(innermost(&param.ty), "Bounded"))
        && FREE_TEXTS.call(param)
}

/// Proposes the type that takes nothing else, where there is one for what the name means.
fn dangerous(name: &str, param: &Param) -> Message {
    let (meaning, narrowed) = (snake_case(name), narrowed(name));
    let with = |replacement: &str| types::show(&param.ty).replace(&types::show(innermost(&param.ty)), replacement);
    if means(&meaning, WEB) {
        messages::free_url(name, &param.ident, &with("PublicUrl"), narrowed)
    } else if means(&meaning, DIRECTORIES) || means(&meaning, FILES) {
        messages::free_path(name, &param.ident, &with("SafePath"), narrowed)
    } else {
        messages::free_text(name, narrowed)
    }
}

const WEB: &[&str] = &["url", "uri", "link", "endpoint", "webhook"];
const DIRECTORIES: &[&str] = &["dir", "folder"];
const FILES: &[&str] = &["path", "file"];

fn means(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| name.contains(word))
}

/// What to paste, by what the name means.
fn narrowed(name: &str) -> &'static str {
    let name = snake_case(name);
    let means = |words: &[&str]| means(&name, words);
    if means(&["sql"]) {
        r#"one_of = ["newest", "oldest"]"#
    } else if means(&["host"]) {
        r#"pattern = r"^[a-z0-9-]+\.example\.com$""#
    } else if means(WEB) {
        r#"pattern = r"^https://example\.com/[a-z0-9/-]*$""#
    } else if means(DIRECTORIES) {
        r#"pattern = "^[a-z0-9_-]+$""#
    } else if means(FILES) {
        r#"pattern = r"^[a-z0-9_-]+\.txt$""#
    } else {
        r#"one_of = ["start", "stop"]"#
    }
}

/// Whether the model can only send what the attribute lists or describes.
pub(super) fn is_narrowed(param: &Param) -> bool {
    !param.settings.pattern.is_absent() || !param.settings.one_of.is_absent()
}

/// `userId`, `user-id` and `UserID` are `user_id`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    let mut before_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && before_lower {
            snake.push('_');
        }
        before_lower = letter.is_lowercase() || letter.is_numeric();
        match letter {
            '-' | '.' => snake.push('_'),
            other => snake.extend(other.to_lowercase()),
        }
    }
    snake.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{credentials, free_text, identity, snake_case};
    use crate::check::testing::cases;

    #[test]
    fn names_are_compared_in_snake_case() {
        for name in ["user_id", "userId", "user-id", "UserID", "_user_id"] {
            assert_eq!(snake_case(name), "user_id");
        }
    }

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
