//! The names of tools and their arguments.

/// The longest name, in bytes.
pub const LONGEST_NAME: usize = 64;

/// Whether clients accept this name of a tool or an argument: 1 to 64 of `A-Z a-z 0-9 _ - .`.
#[must_use]
pub fn is_wire_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::is_wire_name;

    #[test]
    fn names_on_the_wire() {
        for name in ["billing.get-invoice_2", "type", &"a".repeat(64)] {
            assert!(is_wire_name(name), "{name}");
        }
        for name in ["", "get invoice", "é", "a/b", &"a".repeat(65)] {
            assert!(!is_wire_name(name), "{name}");
        }
    }
}
