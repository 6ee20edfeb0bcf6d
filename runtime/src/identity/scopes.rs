//! The scopes that a credential carries.

use std::fmt;

use secure_tool_vocabulary::is_scope_token;

/// A set of OAuth 2.1 scopes, as a credential carries them.
///
/// Only well-formed scope tokens ([RFC 6749, section 3.3]) are kept, because anything else could not match a policy. A credential without a scope
/// claim has the empty set and cannot call a tool that requires a scope.
///
/// ```
/// use secure_tool::ScopeSet;
///
/// let scopes = ScopeSet::parse("invoices:read invoices:write");
/// assert!(scopes.contains("invoices:read"));
/// assert!(!scopes.contains("invoices"));
/// ```
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ScopeSet(Box<[Box<str>]>);

impl ScopeSet {
    /// Reads the space-separated form of a `scope` claim or parameter.
    #[must_use]
    pub fn parse(scope: &str) -> Self {
        scope.split(' ').collect()
    }

    /// Whether the set contains exactly this scope. There are no wildcards and no prefix matches.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.binary_search_by(|held| (**held).cmp(scope)).is_ok()
    }

    /// The scopes in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|scope| &**scope)
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: AsRef<str>> FromIterator<T> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = T>>(scopes: I) -> Self {
        let mut held: Vec<Box<str>> = scopes
            .into_iter()
            .filter(|scope| is_scope_token(scope.as_ref()))
            .map(|scope| scope.as_ref().into())
            .collect();
        held.sort_unstable();
        held.dedup();
        Self(held.into())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_split_at_spaces_and_what_is_no_token_is_dropped() {
        let scopes = ScopeSet::parse("b  a\tx \"q\" b");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["b"]);
        assert!(ScopeSet::parse("").is_empty());
    }

    #[test]
    fn a_scope_matches_whole_and_never_by_wildcard() {
        let scopes: ScopeSet = ["*", "invoices:*", "invoices:read"].into_iter().collect();
        assert!(scopes.contains("invoices:read"));
        assert!(!scopes.contains("invoices:write"));
    }
}
