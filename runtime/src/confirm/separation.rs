//! Who may approve a call: a principal that is separate from the caller.

use unicode_normalization::UnicodeNormalization;

use super::NoApproval;
use crate::{Caller, output::scan::is_invisible};

/// The requirements for approvers, in addition to being somebody else. The scopes must be held explicitly: no other scope implies them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ApproverRules {
    /// The scope that every approver must hold.
    pub(crate) scope: Option<Box<str>>,
    /// The scope that allows decisions on calls of every tenant.
    pub(crate) cross_tenant_scope: Option<Box<str>>,
}

impl ApproverRules {
    /// Whether a call of this caller may be approved by that principal.
    pub(crate) fn may_approve(&self, caller: &Caller, approver: &Caller) -> Result<(), NoApproval> {
        self.may_decide(caller, approver)?;
        if is_same_party(caller, approver) { Err(NoApproval::OwnCall) } else { Ok(()) }
    }

    /// Whether that principal may decide on calls of this caller at all, which is sufficient to refuse one.
    pub(crate) fn may_decide(&self, caller: &Caller, approver: &Caller) -> Result<(), NoApproval> {
        let holds = |scope: &str| approver.scopes().contains(scope);
        if folded(approver.subject()).is_empty() {
            return Err(NoApproval::Nameless);
        }
        if approver.has_expired() {
            return Err(NoApproval::Expired);
        }
        if !self.scope.as_deref().is_none_or(holds) {
            return Err(NoApproval::MissingScope);
        }
        // Compared exactly, like owners: names that only look alike may be different tenants.
        if caller.tenant() != approver.tenant() && !self.cross_tenant_scope.as_deref().is_some_and(holds) {
            return Err(NoApproval::OtherTenant);
        }
        Ok(())
    }
}

/// Whether two principals have a party in common: a subject, an actor, or the client. All these names are compared with one another, because a
/// service is the subject of its own credential and may be the actor or the client of another one. The tenant and the issuer are not compared: this
/// errs towards too few approvers.
fn is_same_party(caller: &Caller, approver: &Caller) -> bool {
    let same = |one: Option<&str>, other: Option<&str>| one.is_some() && one == other;
    if same(caller.key_id(), approver.key_id()) || same(caller.token_id(), approver.token_id()) {
        return true;
    }
    let of_caller = parties(caller);
    parties(approver).iter().any(|party| of_caller.contains(party))
}

fn parties(caller: &Caller) -> Vec<String> {
    let names = [Some(caller.subject()), caller.actor(), caller.client()].into_iter().flatten();
    let mut names: Vec<String> = names.chain(caller.prior_actors()).map(folded).collect();
    names.retain(|name| !name.is_empty());
    names
}

/// A name as a person reads it: without regard to case, compatibility variants and invisible characters.
fn folded(name: &str) -> String {
    // Case folding via upper case, which `ß`, `ſ` and the two small sigmas share with their equivalents.
    let visible = name.nfkc().filter(|letter| !is_invisible(*letter) && !letter.is_control());
    let folded: String = visible.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect();
    folded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn decide(caller: &Caller, approver: &Caller) -> Result<(), NoApproval> {
        ApproverRules::default().may_approve(caller, approver)
    }

    #[test]
    fn names_are_compared_as_they_are_read() {
        for (one, other) in [
            ("alice", "Alice"),
            ("alice", " ALICE\t"),
            ("alice", "ａｌｉｃｅ"),
            ("alice", "al\u{200b}ice"),
            ("straße", "STRASSE"),
            ("σς", "ΣΣ"),
            ("Å", "A\u{30a}"),
            ("ﬁ", "FI"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("alice"), folded("alicia"));
    }

    #[test]
    fn an_approver_is_another_party() {
        let caller = || Caller::new("alice").with_client("agent").with_key_id("k1").with_token_id("t1");
        let delegated = caller().with_actor("bot").with_prior_actors(["scheduler"]);
        let olga = || Caller::new("olga");
        for (caller, approver) in [
            (caller(), Caller::new("Alice")),
            (caller(), olga().with_actor("alice")),
            (caller(), olga().with_actor("desk").with_prior_actors(["ALICE"])),
            (caller(), olga().with_client("Agent")),
            (caller(), Caller::new("agent")),
            (caller(), olga().with_key_id("k1")),
            (caller(), olga().with_token_id("t1")),
            (caller(), Caller::new("alice").with_issuer("elsewhere")),
            (delegated.clone(), Caller::new("bot")),
            (delegated.clone(), Caller::new("Scheduler")),
            (delegated.clone(), olga().with_client("bot")),
        ] {
            assert_eq!(decide(&caller, &approver), Err(NoApproval::OwnCall), "{approver:?}");
        }
        for caller in [caller(), delegated] {
            assert_eq!(decide(&caller, &olga()), Ok(()));
            assert_eq!(decide(&caller, &olga().with_client("desk").with_key_id("k2").with_token_id("t2")), Ok(()));
        }
    }

    #[test]
    fn an_approver_is_somebody_now() {
        for (approver, why) in [
            (Caller::new(""), NoApproval::Nameless),
            (Caller::new(" \u{200b}"), NoApproval::Nameless),
            (Caller::new("olga").with_expiry(SystemTime::now() - Duration::from_secs(1)), NoApproval::Expired),
        ] {
            assert_eq!(decide(&Caller::new("alice"), &approver), Err(why));
        }
        let good = Caller::new("olga").with_expiry(SystemTime::now() + Duration::from_secs(60));
        assert_eq!(decide(&Caller::new("alice"), &good), Ok(()));
    }

    #[test]
    fn tenants_keep_to_themselves_unless_a_scope_says_otherwise() {
        let of = |tenant| Caller::new("alice").with_tenant(tenant);
        let olga = |tenant| Caller::new("olga").with_tenant(tenant);
        assert_eq!(decide(&of("acme"), &olga("acme")), Ok(()));
        let rules = ApproverRules { cross_tenant_scope: Some("approve:all".into()), ..ApproverRules::default() };
        for (caller, approver) in [
            (of("acme"), olga("globex")),
            (of("acme"), olga("Acme")),
            (of("acme"), olga("ac\u{200b}me")),
            (of("acme"), Caller::new("olga")),
            (Caller::new("alice"), olga("acme")),
        ] {
            assert_eq!(decide(&caller, &approver), Err(NoApproval::OtherTenant));
            assert_eq!(rules.may_approve(&caller, &approver), Err(NoApproval::OtherTenant));
            assert_eq!(rules.may_approve(&caller, &approver.with_scopes(["approve:all"])), Ok(()));
        }
        let namesake = Caller::new("alice").with_scopes(["approve:all"]);
        assert_eq!(rules.may_approve(&of("acme"), &namesake), Err(NoApproval::OwnCall));
        assert_eq!(rules.may_decide(&of("acme"), &namesake), Ok(()), "a no is nobody's privilege");
    }

    #[test]
    fn a_scope_may_be_asked_for() {
        let rules = ApproverRules { scope: Some("approve".into()), ..ApproverRules::default() };
        let (alice, olga) = (Caller::new("alice"), Caller::new("olga"));
        assert_eq!(rules.may_approve(&alice, &olga), Err(NoApproval::MissingScope));
        assert_eq!(rules.may_decide(&alice, &olga), Err(NoApproval::MissingScope));
        assert_eq!(rules.may_approve(&alice, &olga.with_scopes(["approve"])), Ok(()));
    }
}
