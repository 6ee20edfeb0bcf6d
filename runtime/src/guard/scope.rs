//! The scope stage: does the credential carry the scopes.

use super::refusal::Refusal;
use crate::{
    catalog::RequiredScopes,
    identity::Principal,
    outcome::{Code, Stage},
};

pub(crate) fn check(required: &RequiredScopes, principal: &Principal) -> Result<(), Refusal> {
    if required.is_satisfied_by(principal) { Ok(()) } else { Err(refuse(required, principal)) }
}

/// Names all scopes of the operation, including those that the caller holds, according to RFC 6750 section 3. Of several alternatives it names the
/// one with the fewest missing scopes, and the first of those.
fn refuse(required: &RequiredScopes, principal: &Principal) -> Refusal {
    let nearest = required.alternatives().iter().min_by_key(|alternative| alternative.missing(principal));
    let scopes = nearest.map(|alternative| alternative.scopes().map(str::to_owned).collect());
    Refusal::new(Code::InsufficientScope, Stage::Scope, "scope").scopes(scopes.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, sync::Arc};

    use super::*;
    use crate::{Caller, Scope, catalog::Alternative, identity::Hierarchy};

    fn with(scopes: &[&str]) -> Principal {
        Principal::Caller(Arc::new(Caller::new("alice").with_scopes(scopes)))
    }

    #[test]
    fn of_alternatives_the_nearest_is_named_and_on_a_tie_the_first() {
        let hierarchy = Hierarchy::default();
        let alternatives = |lists: &[&[&'static str]]| {
            let alternative = |list: &&[&'static str]| {
                Alternative::new(&list.iter().copied().map(Cow::Borrowed).collect::<Vec<_>>(), &hierarchy)
            };
            RequiredScopes::Scopes(lists.iter().map(alternative).collect())
        };
        let named = |required: &RequiredScopes, held: &[&str]| refuse(required, &with(held)).detail().scopes.join(" ");
        let required = alternatives(&[&["a", "b", "c"], &["d", "e"], &["f", "g"]]);
        assert_eq!(named(&required, &[]), "d e");
        assert_eq!(named(&required, &["g"]), "f g", "held scopes are named as well");
        assert_eq!(named(&required, &["a", "b"]), "a b c");
        assert_eq!(named(&required, &["d", "g"]), "d e");
        let any = RequiredScopes::new(&Scope::any(&["y", "x"]), &hierarchy);
        assert_eq!(named(&any, &[]), "y");
    }
}
