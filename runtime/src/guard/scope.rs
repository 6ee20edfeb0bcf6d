//! The scope stage: does the credential carry the scopes.

use std::{borrow::Cow, slice};

use super::refusal::Refusal;
use crate::{
    ScopeSet,
    identity::{Hierarchy, Principal},
    outcome::{Code, Stage},
    policy::Scope,
};

/// What a tool asks of a credential, with the server's hierarchy worked in when it was built.
#[derive(Debug)]
pub(crate) enum Needs {
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

pub(crate) fn check(needs: &Needs, principal: &Principal) -> Result<(), Refusal> {
    if needs.met_by(principal) { Ok(()) } else { Err(refuse(needs, principal)) }
}

impl Needs {
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

    /// Whether the principal holds what the tool asks for; an empty list is held by nobody.
    pub(crate) fn met_by(&self, principal: &Principal) -> bool {
        match principal.caller() {
            Some(caller) => self.met_with(caller.scopes()),
            None => matches!(self, Self::Nothing),
        }
    }

    /// The same of a credential with these.
    pub(crate) fn met_with(&self, scopes: &ScopeSet) -> bool {
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
    fn new(scopes: &[Cow<'static, str>], hierarchy: &Hierarchy) -> Self {
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

    fn missing(&self, principal: &Principal) -> usize {
        let held = |wanted: &Wanted| principal.caller().is_some_and(|caller| wanted.held_in(caller.scopes()));
        self.0.iter().filter(|wanted| !held(wanted)).count()
    }
}

impl Wanted {
    fn held_in(&self, scopes: &ScopeSet) -> bool {
        scopes.contains(&self.scope) || self.holders.iter().any(|holder| scopes.contains(holder))
    }
}

/// Names all the scopes of the operation, held ones included, as RFC 6750 section 3 has it. Of alternatives it names the one of which the
/// fewest are missing, and of several such the first.
fn refuse(needs: &Needs, principal: &Principal) -> Refusal {
    let nearest = needs.alternatives().iter().min_by_key(|alternative| alternative.missing(principal));
    let scopes = nearest.map(|alternative| alternative.scopes().map(str::to_owned).collect());
    Refusal::new(Code::InsufficientScope, Stage::Scope, "scope").scopes(scopes.unwrap_or_default())
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
            (Scope::all(&["a"]), Principal::Anonymous, false),
            (Scope::public("because the test says so"), Principal::Anonymous, true),
        ] {
            let needs = Needs::new(&scope, &Hierarchy::default());
            assert_eq!(needs.met_by(&principal), expected, "{scope:?} {principal:?}");
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
            assert_eq!(Needs::new(&scope, &hierarchy).met_by(&with(&[held])), expected, "{scope:?} {held}");
        }
    }

    #[test]
    fn of_alternatives_the_nearest_is_named_and_on_a_tie_the_first() {
        let hierarchy = Hierarchy::default();
        let alternatives = |lists: &[&[&'static str]]| {
            let alternative = |list: &&[&'static str]| {
                Alternative::new(&list.iter().copied().map(Cow::Borrowed).collect::<Vec<_>>(), &hierarchy)
            };
            Needs::Scopes(lists.iter().map(alternative).collect())
        };
        let named = |needs: &Needs, held: &[&str]| refuse(needs, &with(held)).detail().scopes.join(" ");
        let needs = alternatives(&[&["a", "b", "c"], &["d", "e"], &["f", "g"]]);
        assert_eq!(named(&needs, &[]), "d e");
        assert_eq!(named(&needs, &["g"]), "f g", "held scopes are named as well");
        assert_eq!(named(&needs, &["a", "b"]), "a b c");
        assert_eq!(named(&needs, &["d", "g"]), "d e");
        let any = Needs::new(&Scope::any(&["y", "x"]), &hierarchy);
        assert_eq!(named(&any, &[]), "y");
    }
}
