//! The names of tools and their arguments.

/// The longest name, in bytes.
pub const LONGEST_NAME: usize = 64;

const DELETIONS: &[&str] = &["delete_", "remove_", "drop_", "purge_", "destroy_", "wipe_", "truncate_", "erase_"];

/// Whether clients accept this name of a tool or an argument: 1 to 64 of `A-Z a-z 0-9 _ - .`.
#[must_use]
pub fn is_wire_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// What in the name of a tool says that it deletes.
#[must_use]
pub fn deletion_prefix(name: &str) -> Option<&'static str> {
    DELETIONS.iter().copied().find(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::{deletion_prefix, is_wire_name};

    #[test]
    fn names_on_the_wire() {
        for name in ["billing.get-invoice_2", "type", &"a".repeat(64)] {
            assert!(is_wire_name(name), "{name}");
        }
        for name in ["", "get invoice", "é", "a/b", &"a".repeat(65)] {
            assert!(!is_wire_name(name), "{name}");
        }
    }

    #[test]
    fn names_of_deletions() {
        assert_eq!(deletion_prefix("delete_invoice"), Some("delete_"));
        assert_eq!(deletion_prefix("get_invoice"), None);
        assert_eq!(deletion_prefix("undelete_invoice"), None);
    }
}
