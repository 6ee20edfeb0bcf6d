//! The scopes that an item requires.

use std::{borrow::Cow, slice};

use crate::{
    ScopeSet,
    identity::{Hierarchy, Principal},
    policy::Scope,
};

/// What an item asks of a credential, with the server's hierarchy of scopes worked in when it was built.
#[derive(Debug)]
pub(crate) enum RequiredScopes {
    Nothing,
    /// All the scopes of one of these.
    Scopes(Box<[Alternative]>),
}

/// Scopes that are enough together.
#[derive(Debug)]
pub(crate) struct Alternative(Box<[Wanted]>);

/// One scope, and those that stand for it.
#[derive(Debug)]
struct Wanted {
    scope: Box<str>,
    holders: Box<[Box<str>]>,
}

impl RequiredScopes {
    pub(crate) fn new(scope: &Scope, hierarchy: &Hierarchy) -> Self {
        let alternative = |scopes: &[Cow<'static, str>]| Alternative::new(scopes, hierarchy);
        match scope {
            Scope::Public(_) => Self::Nothing,
            Scope::All(scopes) => Self::Scopes([alternative(scopes)].into()),
            Scope::Any(scopes) => {
                Self::Scopes(scopes.iter().map(|scope| alternative(slice::from_ref(scope))).collect())
            }
        }
    }

    /// Whether the principal holds what the item asks for; an empty list is held by nobody.
    pub(crate) fn is_satisfied_by(&self, principal: &Principal) -> bool {
        match principal.caller() {
            Some(caller) => self.is_satisfied_with(caller.scopes()),
            None => matches!(self, Self::Nothing),
        }
    }

    /// The same of a credential with these.
    pub(crate) fn is_satisfied_with(&self, scopes: &ScopeSet) -> bool {
        match self {
            Self::Nothing => true,
            Self::Scopes(alternatives) => alternatives
                .iter()
                .any(|Alternative(wanted)| !wanted.is_empty() && wanted.iter().all(|wanted| wanted.held_in(scopes))),
        }
    }

    pub(crate) fn alternatives(&self) -> &[Alternative] {
        match self {
            Self::Nothing => &[],
            Self::Scopes(alternatives) => alternatives,
        }
    }
}

impl Alternative {
    pub(crate) fn new(scopes: &[Cow<'static, str>], hierarchy: &Hierarchy) -> Self {
        let wanted = scopes.iter().map(|scope| Wanted {
            scope: (**scope).into(),
            holders: hierarchy.holders(scope).into_iter().map(Into::into).collect(),
        });
        Self(wanted.collect())
    }

    /// The scopes as they were declared.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|wanted| &*wanted.scope)
    }

    /// How many of the scopes the principal does not hold.
    pub(crate) fn missing(&self, principal: &Principal) -> usize {
        let held = |wanted: &Wanted| principal.caller().is_some_and(|caller| wanted.held_in(caller.scopes()));
        self.0.iter().filter(|wanted| !held(wanted)).count()
    }
}

impl Wanted {
    fn held_in(&self, scopes: &ScopeSet) -> bool {
        scopes.contains(&self.scope) || self.holders.iter().any(|holder| scopes.contains(holder))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Caller;

    fn with(scopes: &[&str]) -> Principal {
        Principal::Caller(Arc::new(Caller::new("alice").with_scopes(scopes)))
    }

    #[test]
    fn scopes_are_held_whole_and_an_empty_list_is_held_by_nobody() {
        for (scope, principal, expected) in [
            (Scope::all(&["a"]), with(&["a", "b"]), true),
            (Scope::all(&["a", "b"]), with(&["a"]), false),
            (Scope::any(&["a", "b"]), with(&["b"]), true),
            (Scope::any(&["a", "b"]), with(&["c"]), false),
            (Scope::all(&["a"]), with(&[]), false),
            (Scope::all(&[]), with(&["a"]), false),
            (Scope::any(&[]), with(&["a"]), false),
            (Scope::all(&["a"]), Principal::Anonymous(None), false),
            (Scope::public("because the test says so"), Principal::Anonymous(None), true),
        ] {
            let required = RequiredScopes::new(&scope, &Hierarchy::default());
            assert_eq!(required.is_satisfied_by(&principal), expected, "{scope:?} {principal:?}");
        }
    }

    #[test]
    fn a_scope_stands_for_those_it_implies_and_for_no_other() {
        let mut hierarchy = Hierarchy::default();
        hierarchy.imply("admin".into(), ["write".into()]);
        hierarchy.imply("write".into(), ["read".into()]);
        for (scope, held, expected) in [
            (Scope::all(&["read"]), "write", true),
            (Scope::all(&["read", "write"]), "admin", true),
            (Scope::all(&["read", "export"]), "admin", false),
            (Scope::any(&["export", "read"]), "admin", true),
            (Scope::all(&["write"]), "read", false),
            (Scope::all(&["admin"]), "write", false),
        ] {
            assert_eq!(
                RequiredScopes::new(&scope, &hierarchy).is_satisfied_by(&with(&[held])),
                expected,
                "{scope:?} {held}"
            );
        }
    }
}
