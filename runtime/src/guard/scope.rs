//! Stage 3: does the credential carry the scopes.

use super::refusal::{Code, Refusal, Stage};
use crate::{identity::Principal, policy::Scope};

pub(crate) fn check(scope: &Scope, principal: &Principal) -> Result<(), Refusal> {
    if passes(scope, principal) { Ok(()) } else { Err(refuse(scope)) }
}

/// Whether the principal holds what the tool asks for; an empty list is held by nobody.
pub(crate) fn passes(scope: &Scope, principal: &Principal) -> bool {
    let held = |wanted: &str| principal.caller().is_some_and(|caller| caller.scopes().contains(wanted));
    match scope {
        Scope::Public(_) => true,
        Scope::All(scopes) => !scopes.is_empty() && scopes.iter().all(|wanted| held(wanted)),
        Scope::Any(scopes) => scopes.iter().any(|wanted| held(wanted)),
    }
}

/// Names all the scopes of the operation, held ones included, as RFC 6750 section 3 has it. Of alternatives it names the first.
fn refuse(scope: &Scope) -> Refusal {
    let needed = match scope {
        Scope::All(scopes) => scopes.iter().map(ToString::to_string).collect(),
        Scope::Any(scopes) => scopes.iter().take(1).map(ToString::to_string).collect(),
        Scope::Public(_) => Vec::new(),
    };
    Refusal::new(Code::InsufficientScope, Stage::Scope, "scope").scopes(needed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Caller;

    #[test]
    fn scopes_are_held_whole_and_an_empty_list_is_held_by_nobody() {
        let with = |scopes: &[&str]| Principal::Caller(Arc::new(Caller::new("alice").with_scopes(scopes)));
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
            assert_eq!(passes(&scope, &principal), expected, "{scope:?} {principal:?}");
        }
    }
}
