//! What a name says about the argument that it names.
//!
//! A name counts by its head, the last word: `secret_name` is a name. Which words and phrases count was chosen by reading the tools of public
//! servers, so that an alarm is right far more often than not.

use crate::lists::{
    AMBIGUOUS, COMMAND_HEADS, COMMANDS, CREDENTIAL_HEADS, CREDENTIALS, CURSORS, DATABASES, DIRECTORY_HEADS, FILE_HEADS,
    FILES, HOST_HEADS, IDENTIFIED, IDENTIFIERS, IDENTITIES, IDENTITY_HEADS, KEYS_OF_NO_OBJECT, LANGUAGES, MAIL_FOLDERS,
    MAILBOXES, MAILS, NO_OBJECTS, PATHS_WITHIN, PLACES, QUANTITIES, QUERY_HEADS, REPOSITORIES, RUNNERS, SAVERS,
    SEARCHES, SHELLS, STATEMENTS, TIMES, URL_HEADS, URLS,
};
use crate::words::Words;

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
    /// The name of a host, or how to connect to one.
    Host,
}

/// Whether an argument of this name says who acts or whose objects are meant: `user_id`, `tenantId`, `as_user`.
///
/// What names an object of somebody, such as `workspace_id`, is an [object's key](is_object_key).
#[must_use]
pub fn is_identity(name: &str) -> bool {
    let words = Words::of(name);
    !words.first().is_some_and(|first| QUANTITIES.contains(&first))
        && (words.are_one_of(IDENTITIES)
            || words.end_in(IDENTITY_HEADS)
            || words.head().is_some_and(|head| IDENTIFIERS.contains(&head))
                && words.modifier().is_some_and(|whose| IDENTIFIED.contains(&whose)))
}

/// As [`is_identity`], for an argument of the tool `item`: the `subject` of `send_email` is a line of text.
#[must_use]
pub fn is_identity_of(name: &str, item: &str) -> bool {
    let is_of_mail = || Words::of(name).head() == Some("subject") && Words::of(item).contain(MAILS);
    is_identity(name) && !is_of_mail()
}

/// Whether two arguments of these names say together where a repository lies: `owner` and `repo`. The first is a part of its key, and nobody who acts.
#[must_use]
pub fn is_repository_owner(name: &str, beside: &str) -> bool {
    Words::of(name).are_one_of(&["owner"]) && Words::of(beside).are_one_of(REPOSITORIES)
}

/// Whether an argument of this name carries a credential: `password`, `githubToken`.
#[must_use]
pub fn is_credential(name: &str) -> bool {
    let words = Words::of(name);
    let is_cursor = || words.modifier().is_some_and(|which| CURSORS.contains(&which));
    !words.first().is_some_and(|first| QUANTITIES.contains(&first))
        && (words.are_one_of(CREDENTIALS)
            || words.end_in(CREDENTIAL_HEADS)
            || words.head() == Some("token") && !is_cursor())
}

/// Whether a text that a person reads speaks of a credential: `What is your password?`. Of one in it, wherever it stands; how many tokens there are is no
/// question for one.
#[must_use]
pub fn speaks_of_credential(text: &str) -> bool {
    let words = Words::of(text);
    let is_no_credential = |before: &str| before == "many" || QUANTITIES.contains(&before) || CURSORS.contains(&before);
    words.hold_one_of(CREDENTIALS)
        || words.hold_one_of(CREDENTIAL_HEADS)
        || words.before("token").any(|before| !before.is_some_and(is_no_credential))
}

/// What an argument of this name would be used for, if it holds free text. `item` is the name of the tool that it belongs to, which can say what the
/// argument's own name leaves open: the `query` of `search_notes` is harmless, and that of `run_sql` is not.
#[must_use]
pub fn free_text(name: &str, item: &str) -> Option<FreeText> {
    let words = Words::of(name);
    let is = |heads: &[&str], whole: &[&str]| words.end_in(heads) || words.are_one_of(whole);
    let modified_by = |list: &[&str]| words.modifier().is_some_and(|which| list.contains(&which));
    let of_item = |list: &[&str]| Words::of(item).contain(list);
    if is(QUERY_HEADS, &[]) {
        Some(FreeText::Query)
    } else if is(COMMAND_HEADS, &[]) || words.head() == Some("code") && modified_by(LANGUAGES) {
        Some(FreeText::Command)
    } else if words.are_one_of(COMMANDS) {
        (!of_item(TIMES)).then_some(FreeText::Command)
    } else if words.are_one_of(&["code"]) {
        (of_item(RUNNERS) || of_item(LANGUAGES)).then_some(FreeText::Command)
    } else if is(URL_HEADS, URLS) {
        Some(FreeText::Url)
    } else if is(HOST_HEADS, &[]) {
        Some(FreeText::Host)
    } else if is(DIRECTORY_HEADS, &[]) {
        let is_of_mail = words.are_one_of(MAIL_FOLDERS) && of_item(MAILBOXES) && !of_item(SAVERS);
        (!is_of_mail).then_some(FreeText::Directory)
    } else if is(FILE_HEADS, &[]) && !(words.head() == Some("path") && modified_by(PATHS_WITHIN)) {
        Some(FreeText::File)
    } else if words.end_in(STATEMENTS) {
        statement(&words, &Words::of(item))
    } else if words.are_one_of(PLACES) && of_item(FILES) {
        Some(FreeText::File)
    } else {
        None
    }
}

/// What a `query`, a `statement` or a `program` is, by the words beside it.
fn statement(words: &Words, item: &Words) -> Option<FreeText> {
    let searches = || item.contain(SEARCHES);
    if words.contain(DATABASES) || item.contain(DATABASES) && !searches() {
        Some(FreeText::Query)
    } else if words.contain(SHELLS) || item.contain(SHELLS) && !searches() {
        Some(if words.head() == Some("program") { FreeText::Command } else { FreeText::Query })
    } else {
        None
    }
}

/// Whether an argument of this name is the key of an object: `folder_id`, `noteIds`, `id`.
///
/// Neither [identities](is_identity) nor [credentials](is_credential) are, nor what names no object, such as `request_id` or `sort_key`.
#[must_use]
pub fn is_object_key(name: &str) -> bool {
    let words = Words::of(name);
    words.head().is_some_and(|head| IDENTIFIERS.contains(&head) || head == "key" && words.modifier().is_some())
        && !is_of_no_object(name)
}

/// Whether the head of a name says that it holds a key, rather than what the key is for: `user_id`, and not `user`.
#[must_use]
pub fn is_key(name: &str) -> bool {
    Words::of(name).head().is_some_and(|head| IDENTIFIERS.contains(&head))
}

/// Whether an argument of this name names no object, whatever its type: `request_id`, `nonce`.
///
/// [Identities](is_identity) and [credentials](is_credential) count among them, as they are judged as what they are.
#[must_use]
pub fn is_of_no_object(name: &str) -> bool {
    let words = Words::of(name);
    let named = match words.head() {
        // Half of a credential.
        Some("id") if words.modifier() == Some("key") => return true,
        Some("key") if words.modifier().is_some_and(|which| KEYS_OF_NO_OBJECT.contains(&which)) => return true,
        Some(head) if IDENTIFIERS.contains(&head) || head == "key" => words.modifier(),
        head => head,
    };
    named.is_some_and(|named| NO_OBJECTS.contains(&named)) || is_identity(name) || is_credential(name)
}

/// Whether a name that says no more than this has a harmless meaning that is as common: the `subject` of an e-mail, a promotional `code`.
#[must_use]
pub fn is_ambiguous(name: &str) -> bool {
    Words::of(name).are_one_of(AMBIGUOUS)
}

#[cfg(test)]
mod tests {
    use super::FreeText::{Command, Directory, File, Host, Query, Url};
    use super::{
        free_text, is_ambiguous, is_credential, is_identity, is_identity_of, is_object_key, is_of_no_object,
        is_repository_owner, speaks_of_credential,
    };

    #[test]
    fn identities() {
        for name in [
            "user_id",
            "userId",
            "user_ids",
            "userid",
            "tenants",
            "tenantId",
            "as_user",
            "sub",
            "subject",
            "username",
            "on_behalf_of",
            "target_user",
            "github.username",
            "owner",
            "org-id",
            "billing_customer_id",
            "user_uuid",
            "user_uid",
            "organization_slug",
        ] {
            assert!(is_identity(name), "{name}");
        }
        for name in [
            "user_prompt",
            "user_agent",
            "owner_type",
            "max_users",
            "email_subject",
            "invoice_id",
            "workspace_id",
            "team_id",
            "project_id",
            "account_name",
            "uid",
            "subtitle",
            "customer",
            "",
        ] {
            assert!(!is_identity(name), "{name}");
        }
        assert!(is_identity_of("subject", "grant_role") && is_identity_of("user_id", "send_email"));
        assert!(!is_identity_of("subject", "send_email") && !is_identity_of("subject", "gmail.createDraft"));
        assert!(is_repository_owner("owner", "repo") && is_repository_owner("Owner", "repositoryName"));
        assert!(!is_repository_owner("owner", "invoice") && !is_repository_owner("repo_owner", "repo"));
    }

    #[test]
    fn credentials() {
        for name in [
            "password",
            "newPassword",
            "session_token",
            "github_token",
            "accessTokens",
            "pin",
            "otp",
            "secret_key",
            "access_key",
            "apikey",
            "API-Key",
            "client_secret",
            "Authorization",
            "cookies",
            "credentials",
            "token",
            "db.password",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "next_token",
            "page_token",
            "nextPageToken",
            "secret_name",
            "max_tokens",
            "token_count",
            "public_key",
            "key",
            "pinned",
            "password_hint",
            "cookie_banner",
            "pin_id",
            "country_code",
            "",
        ] {
            assert!(!is_credential(name), "{name}");
        }
    }

    #[test]
    fn credentials_in_sentences() {
        for text in [
            "What is your password?",
            "Your PIN, please.",
            "Enter the 6 digits of the recovery code:",
            "Which API-key shall be used?",
            "Paste the token of your account",
            "Token:",
            "Your passwords.",
        ] {
            assert!(speaks_of_credential(text), "{text}");
        }
        for text in [
            "Which account shall pay {invoice}?",
            "How many tokens at most?",
            "The page token of the list.",
            "Where shall it be pinned?",
            "Which key of the piano?",
            "",
        ] {
            assert!(!speaks_of_credential(text), "{text}");
        }
    }

    #[test]
    fn free_texts() {
        for (name, item, meaning) in [
            ("sql", "f", Query),
            ("query_sql", "f", Query),
            ("sqlQuery", "f", Query),
            ("query", "run_sql", Query),
            ("query", "execute_query", Query),
            ("query", "database_query", Query),
            ("statement", "postgres.execute", Query),
            ("db_query", "f", Query),
            ("program", "run_program", Command),
            ("command", "f", Command),
            ("commands", "f", Command),
            ("code", "run_code", Command),
            ("code", "python", Command),
            ("code", "sandbox.executeSnippet", Command),
            ("python_code", "f", Command),
            ("expression", "calculate", Command),
            ("urls", "f", Url),
            ("callbackUrl", "f", Url),
            ("webhook", "f", Url),
            ("hostname", "f", Host),
            ("dsn", "f", Host),
            ("conn_str", "f", Host),
            ("cwd", "f", Directory),
            ("working_directory", "f", Directory),
            ("output_folder", "f", Directory),
            ("output_folder", "list_emails", Directory),
            ("folder", "list_notes", Directory),
            ("folder", "save_email_attachments", Directory),
            ("folder", "export_messages", Directory),
            ("subdirs", "f", Directory),
            ("path", "f", File),
            ("filePaths", "f", File),
            ("filename", "f", File),
            ("log_file", "f", File),
            ("destination", "move_file", File),
        ] {
            assert_eq!(free_text(name, item), Some(meaning), "{name} of {item}");
        }
        for (name, item) in [
            ("query", "search_notes"),
            ("query", "search_database"),
            ("query", "f"),
            ("country_code", "f"),
            ("code", "get_coupon"),
            ("code", "create_plan"),
            ("code", "delete_invite"),
            ("expression", "resolve_dates"),
            ("folder", "list_emails"),
            ("target_folder", "move_email"),
            ("folder", "imap.getThread"),
            ("request_paths", "list_api_logs"),
            ("file_type", "f"),
            ("path_prefix", "f"),
            ("json_path", "f"),
            ("user_prompt", "f"),
            ("statement", "get_bank_statement"),
            ("program", "list_tv_programs"),
            ("folder_id", "f"),
            ("destination", "book_flight"),
            ("description", "f"),
            ("", ""),
        ] {
            assert_eq!(free_text(name, item), None, "{name} of {item}");
        }
    }

    #[test]
    fn keys_of_objects() {
        for name in [
            "folder_id",
            "noteIds",
            "issue_key",
            "document_uuid",
            "id",
            "ids",
            "workspace_id",
            "team_id",
            "project_id",
            "message-id",
            "projectid",
            "uid",
            "uids",
            "dashboard_uid",
        ] {
            assert!(is_object_key(name) && !is_of_no_object(name), "{name}");
        }
        for name in [
            "request_id",
            "idempotency_key",
            "sort_key",
            "trace_id",
            "user_id",
            "api_key",
            "currency_id",
            "nonce",
            "next_id",
            "external_id",
            "access_key_id",
        ] {
            assert!(!is_object_key(name) && is_of_no_object(name), "{name}");
        }
        for name in ["key", "folder", "identity", "valid", ""] {
            assert!(!is_object_key(name), "{name}");
        }
    }

    #[test]
    fn ambiguous_words() {
        assert!(["subject", "folder", "code", "tokens"].iter().all(|name| is_ambiguous(name)));
        assert!(!["user_id", "path", "sql", "github_token", "output_folder"].iter().any(|name| is_ambiguous(name)));
    }
}
