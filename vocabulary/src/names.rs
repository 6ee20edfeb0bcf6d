//! What a name says about the thing that it names. Names are compared word by word: `userId`, `user-id` and `user_id` are the same.

use alloc::{borrow::ToOwned as _, string::String};

/// What free text under a name would be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeText {
    /// A statement of a query language.
    Query,
    /// A command, or a program.
    Command,
    /// The path of a file.
    File,
    /// The path of a directory.
    Directory,
    /// An address on the web.
    Url,
    /// The name of a host.
    Host,
}

/// Whether an argument of this name says who acts or whose objects are meant: `user_id`, `tenantId`.
#[must_use]
pub fn is_identity(name: &str) -> bool {
    IDENTITIES.contain(&snake_case(name))
}

/// Whether an argument of this name carries a credential: `password`, `githubToken`.
#[must_use]
pub fn is_credential(name: &str) -> bool {
    CREDENTIALS.contain(&snake_case(name))
}

/// What an argument of this name would be used for, if it holds free text. `item` is the name of the tool that it belongs to, which can say what the
/// argument's own name leaves open.
#[must_use]
pub fn free_text(name: &str, item: &str) -> Option<FreeText> {
    let _ = item;
    let name = snake_case(name);
    if !FREE_TEXTS.contain(&name) {
        return None;
    }
    let means = |words: &[&str]| words.iter().any(|word| name.contains(word));
    Some(if means(&["sql"]) {
        FreeText::Query
    } else if means(&["host"]) {
        FreeText::Host
    } else if means(&["url", "uri", "link", "endpoint", "webhook"]) {
        FreeText::Url
    } else if means(&["dir", "folder"]) {
        FreeText::Directory
    } else if means(&["path", "file"]) {
        FreeText::File
    } else {
        FreeText::Command
    })
}

/// Whether an argument of this name is the key of an object: `folder_id`, `noteIds`.
#[must_use]
pub fn is_object_key(name: &str) -> bool {
    let name = snake_case(name);
    ["_id", "_ids", "_key", "_uuid"].iter().any(|ending| name.ends_with(ending))
}

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
    fn contain(&self, name: &str) -> bool {
        self.whole.contains(&name) || self.endings.iter().any(|ending| name.ends_with(ending))
    }
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
    use super::{is_credential, is_identity, snake_case};

    #[test]
    fn names_are_compared_in_snake_case() {
        for name in ["user_id", "userId", "user-id", "UserID", "_user_id"] {
            assert_eq!(snake_case(name), "user_id");
        }
        assert!(is_identity("tenantId") && is_credential("accessToken"));
    }
}
