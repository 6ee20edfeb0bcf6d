//! OAuth scopes.

/// Whether this is a scope token: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`, RFC 6749 section 3.3.
#[must_use]
pub const fn is_scope_token(token: &str) -> bool {
    let mut rest = token.as_bytes();
    if rest.is_empty() {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return false;
        }
        rest = tail;
    }
    true
}

/// Whether a policy may name this scope: a scope token without a wildcard.
#[must_use]
pub const fn is_policy_scope(token: &str) -> bool {
    let mut rest = token.as_bytes();
    while let [byte, tail @ ..] = rest {
        if *byte == b'*' {
            return false;
        }
        rest = tail;
    }
    is_scope_token(token)
}

#[cfg(test)]
mod tests {
    use super::{is_policy_scope, is_scope_token};

    #[test]
    fn scopes() {
        for scope in ["invoices:read", "https://example.com/a.b", "!", "~"] {
            assert!(is_policy_scope(scope), "{scope}");
        }
        for scope in ["", "a b", "a\\b", "a\"", "é", "a\n"] {
            assert!(!is_scope_token(scope) && !is_policy_scope(scope), "{scope}");
        }
        assert!(is_scope_token("invoices:*") && !is_policy_scope("invoices:*"));
    }
}
