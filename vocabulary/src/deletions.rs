//! Which tools are named like deletions.

use crate::words::Words;

/// What only a deletion is called.
const DELETES: &[&str] = &[
    "delete", "remove", "drop", "purge", "destroy", "wipe", "truncate", "erase", "expunge", "shred", "nuke", "prune",
    "del", "rm",
];

/// What deletes if it is done to one of [`STORES`]: a password is reset, and a filter cleared, without loss.
const EMPTIES: &[&str] = &["reset", "clear", "empty", "flush"];
const STORES: &[&str] = &[
    "database",
    "db",
    "data",
    "table",
    "schema",
    "index",
    "storage",
    "store",
    "account",
    "workspace",
    "project",
    "environment",
    "everything",
    "all",
    "history",
    "repository",
    "repo",
    "device",
    "factory",
    "trash",
    "bin",
    "folder",
    "mailbox",
    "inbox",
    "queue",
    "bucket",
    "volume",
    "disk",
];

/// Verbs after which a deletion is only spoken of: `get_delete_policy`.
const OTHERS: &[&str] = &[
    "add", "archive", "can", "cancel", "check", "compare", "count", "create", "describe", "disable", "edit", "enable",
    "estimate", "explain", "export", "fetch", "find", "get", "has", "is", "list", "mark", "move", "plan", "preview",
    "put", "query", "read", "recover", "restore", "revert", "schedule", "search", "set", "show", "simulate", "suggest",
    "undo", "update", "validate", "view",
];

/// The verb in the name of a tool that says it deletes: the first verb counts, wherever it stands.
///
/// ```
/// # use secure_tool_vocabulary::deletion_verb;
/// assert_eq!(deletion_verb("bulk_delete_invoices"), Some("delete"));
/// assert_eq!(deletion_verb("alertDelete"), Some("delete"));
/// assert_eq!(deletion_verb("get_delete_policy"), None);
/// assert_eq!(deletion_verb("undelete_invoice"), None);
/// ```
#[must_use]
pub fn deletion_verb(name: &str) -> Option<&'static str> {
    let words = Words::of(name);
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let next = rest.peek().copied();
        let of = |list: &'static [&'static str]| list.iter().copied().find(|verb| *verb == word);
        if let Some(verb) = of(DELETES)
            && !(verb == "drop" && matches!(next, Some("off" | "down" | "in" | "out" | "ship")))
        {
            return Some(verb);
        }
        if let Some(verb) = of(EMPTIES)
            && words.contain(STORES)
        {
            return Some(verb);
        }
        // In `find_and_delete` the second verb is done as well.
        if OTHERS.contains(&word) && !words.contain(&["and", "or", "then"]) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::deletion_verb;

    #[test]
    fn names_of_deletions() {
        for (name, verb) in [
            ("delete_invoice", "delete"),
            ("deleteInvoice", "delete"),
            ("bulk_delete_invoices", "delete"),
            ("alert_delete", "delete"),
            ("torrent_remove", "remove"),
            ("reset_database", "reset"),
            ("database.reset", "reset"),
            ("billing.delete_invoice", "delete"),
            ("calendar_delete_event", "delete"),
            ("find-and-delete", "delete"),
            ("purge_all", "purge"),
            ("empty_trash", "empty"),
            ("delete_policy", "delete"),
            ("remove_background", "remove"),
            ("truncate_text", "truncate"),
            ("dropTables", "drop"),
        ] {
            assert_eq!(deletion_verb(name), Some(verb), "{name}");
        }
    }

    #[test]
    fn names_that_speak_of_deletions() {
        for name in [
            "get_delete_policy",
            "undelete_invoice",
            "undo_delete",
            "drop_off_location",
            "deleted_invoices",
            "list_deleted",
            "get_invoice",
            "can_delete",
            "cancel_delete",
            "reset_password",
            "clear_filter",
            "dropbox_upload",
            "",
        ] {
            assert_eq!(deletion_verb(name), None, "{name}");
        }
    }
}
