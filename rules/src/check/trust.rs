//! ST32 to ST34: what a model must not choose freely.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
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
            sink.refuse(tokens, messages::chosen_identity(name, &param.ident));
        }
    }
}

/// ST33
pub(super) fn free_text(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if is_free_text(param) && !is_narrowed(param) && param.settings.raw.is_absent() {
            let (tokens, name) = FREE_TEXTS.found(param);
            sink.refuse(tokens, messages::free_text(&name, typed(&name, param), narrowed(&name)));
        }
    }
}

/// ST34
pub(super) fn credentials(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let shape = Shape::of(&param.ty);
        let harmless = shape.is_number() || shape == Shape::Bool || param.is_secret_type();
        if matches!(param.source, Source::Plain | Source::Key) && CREDENTIALS.call(param) && !harmless {
            sink.refuse(&param.ident, messages::plain_credential(&param.ident, types::is_named(&param.ty, "Option")));
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

/// The type that takes nothing else, by what the name means.
fn typed(name: &str, param: &Param) -> Option<String> {
    let name = snake_case(name);
    let with = |replacement: &str| types::show(&param.ty).replace(&types::show(innermost(&param.ty)), replacement);
    if means(&name, WEB) {
        Some(messages::typed_url(&param.ident, &with("PublicUrl")))
    } else if means(&name, DIRECTORIES) || means(&name, FILES) {
        Some(messages::typed_path(&param.ident, &with("SafePath")))
    } else {
        None
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
    use quote::quote;

    use super::{credentials, free_text, identity, snake_case};
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn names_are_compared_in_snake_case() {
        for name in ["user_id", "userId", "user-id", "UserID", "_user_id"] {
            assert_eq!(snake_case(name), "user_id");
        }
    }

    #[test]
    fn identities() {
        for item in [
            quote!(
                fn f(&self, invoice_id: u32) {}
            ),
            quote!(
                fn f(&self, user: &Caller) {}
            ),
            quote!(
                fn f(&self, user: Owned<User>) {}
            ),
            quote!(
                fn f(&self, #[arg(not_identity("a name to look up in a public list"))] username: String) {}
            ),
        ] {
            accepts(identity, quote!(owner = caller), item);
        }
        accepts(
            identity,
            quote!(owner = user_id),
            quote!(
                fn f(&self, user_id: u32) {}
            ),
        );
        for item in [
            quote!(
                fn f(&self, user_id: u32) {}
            ),
            quote!(
                fn f(&self, target_user_id: Option<u32>) {}
            ),
            quote!(
                fn f(&self, tenant: String) {}
            ),
            quote!(
                fn f(&self, #[arg(name = "userId")] id: u32) {}
            ),
            quote!(
                fn f(&self, who: Caller) {}
            ),
        ] {
            refuses(identity, quote!(owner = caller), item, "ST32", "lets the model choose");
        }
    }

    #[test]
    fn free_texts() {
        for item in [
            quote!(
                fn f(&self, query: String) {}
            ),
            quote!(
                fn f(&self, url: Url) {}
            ),
            quote!(
                fn f(&self, code: u32) {}
            ),
            quote!(
                fn f(&self, #[arg(pattern = "^[a-z]+$")] path: String) {}
            ),
            quote!(
                fn f(&self, #[arg(one_of = ["a"])] command: Vec<String>) {}
            ),
            quote!(
                fn f(&self, #[arg(raw("parsed by a sandboxed interpreter"))] script: String) {}
            ),
            quote!(
                fn f(&self, path: SafePath, image_url: Vec<secure_tool::types::PublicUrl>, dir: Option<SafePath>) {}
            ),
            quote!(
                fn f(&self, #[arg(pattern = "[a-z]+")] file: Bounded<1, 20>, note: Bounded<1, 80>) {}
            ),
        ] {
            accepts(free_text, quote!(), item);
        }
        for item in [
            quote!(
                fn f(&self, sql: String) {}
            ),
            quote!(
                fn f(&self, path: Option<String>) {}
            ),
            quote!(
                fn f(&self, image_url: Vec<String>) {}
            ),
            quote!(
                fn f(&self, #[arg(format = "uri")] callback_uri: String) {}
            ),
            quote!(
                fn f(&self, #[arg(name = "filePath")] target: String) {}
            ),
            quote!(
                fn f(&self, command: Bounded<1, 80>) {}
            ),
            quote!(
                fn f(&self, paths: Option<Vec<String>>, file_path: Vec<types::Bounded<1, { 2 * 40 }>>) {}
            ),
        ] {
            refuses(free_text, quote!(), item, "ST33", "free text");
        }
    }

    #[test]
    fn the_help_names_the_type_to_take() {
        for (item, help) in [
            (
                quote!(
                    fn f(path: String) {}
                ),
                "write `path: SafePath`",
            ),
            (
                quote!(
                    fn f(dir: Option<std::string::String>) {}
                ),
                "write `dir: Option<SafePath>`",
            ),
            (
                quote!(
                    fn f(image_url: Vec<String>) {}
                ),
                "write `image_url: Vec<PublicUrl>` (feature `urls`)",
            ),
            (
                quote!(
                    fn f(#[arg(name = "filePath")] target: Bounded<1, 80>) {}
                ),
                "write `target: SafePath`",
            ),
            (
                quote!(
                    fn f(sql: String) {}
                ),
                "help: say what may stand there",
            ),
        ] {
            refuses(free_text, quote!(), item, "ST33", help);
        }
    }

    #[test]
    fn credentials_are_secret() {
        for item in [
            quote!(
                fn f(&self, password: Secret<String>) {}
            ),
            quote!(
                fn f(&self, token: Option<Secret<String>>) {}
            ),
            quote!(
                fn f(&self, secret: bool, pwd: u32) {}
            ),
            quote!(
                fn f(&self, next_token: String) {}
            ),
        ] {
            accepts(credentials, quote!(), item);
        }
        for item in [
            quote!(
                fn f(&self, password: String) {}
            ),
            quote!(
                fn f(&self, api_key: Option<String>) {}
            ),
            quote!(
                fn f(&self, db_password: Password) {}
            ),
            quote!(
                fn f(&self, #[arg(name = "accessToken")] a: String) {}
            ),
        ] {
            refuses(credentials, quote!(), item, "ST34", "credential");
        }
    }
}
