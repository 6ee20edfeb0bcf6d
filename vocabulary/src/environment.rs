//! The names of environments: `only_in("staging")` and `ServerBuilder::environment`.

const LONGEST: usize = 32;

/// Whether a server can run in an environment of this name: 1 to 32 of `a-z 0-9 - _`, a letter first.
#[must_use]
pub fn is_environment(name: &str) -> bool {
    let fits = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    name.len() <= LONGEST && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::is_environment;

    #[test]
    fn names_of_environments() {
        for name in ["production", "eu-west_1", "a", &"a".repeat(32)] {
            assert!(is_environment(name), "{name}");
        }
        for name in ["", "Staging", "1st", "-a", "a b", "é", &"a".repeat(33)] {
            assert!(!is_environment(name), "{name}");
        }
    }
}
