//! What the expansion asks of values that only the compiler knows.

/// Whether a description says anything.
#[must_use]
pub const fn is_described(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        // Control characters and spaces come before every letter.
        if *byte > b' ' {
            return true;
        }
        rest = tail;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_described;

    #[test]
    fn descriptions_say_something() {
        assert!(is_described(" Fetch.\n") && is_described("é"));
        assert!(!is_described("") && !is_described(" \n\t"));
    }
}
