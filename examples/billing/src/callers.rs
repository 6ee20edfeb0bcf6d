//! The employees of the two companies and of their support, and their API keys.

use secure_tool::{
    Caller,
    http::{ApiKeys, WeakKey},
};

use crate::tools::{CONTACT, DELETE, READ, REFUND, SETTINGS, SUPPORT, WRITE};

/// Somebody who uses this server, and the API key that says so.
///
/// A real server keeps no keys in its source: it knows their SHA-256 ([`ApiKeys::with_sha256`]) from its configuration.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The person's name.
    pub name: &'static str,
    /// The company.
    pub tenant: &'static str,
    /// The scopes of the key.
    pub scopes: &'static [&'static str],
    /// How much they may pay out at once, in euro cents.
    pub limit_cents: i64,
    /// The key: for the demonstration only, and known to everybody who reads this.
    pub key: &'static str,
}

/// Alice keeps the books of acme.
pub const ALICE: Person = Person {
    name: "alice",
    tenant: "acme",
    scopes: &[READ, WRITE, DELETE, CONTACT, SETTINGS, "reports:read", "payments:read", REFUND],
    limit_cents: 100_000,
    key: "demo-only-not-a-secret-alice-0000",
};

/// Bob keeps the books of globex.
pub const BOB: Person = Person {
    name: "bob",
    tenant: "globex",
    scopes: &[READ, WRITE, DELETE, "accounting:read", "payments:read"],
    limit_cents: 50_000,
    key: "demo-only-not-a-secret-bob-000000",
};

/// Carol of acme may only read invoices.
pub const CAROL: Person =
    Person { name: "carol", tenant: "acme", scopes: &[READ], limit_cents: 0, key: "demo-only-not-a-secret-carol-0000" };

/// Erin of the support team may look at the invoices of customers who call her.
pub const ERIN: Person = Person {
    name: "erin",
    tenant: "support",
    scopes: &[READ, SUPPORT],
    limit_cents: 0,
    key: "demo-only-not-a-secret-erin-00000",
};

/// Everybody.
#[must_use]
pub fn callers() -> [Person; 4] {
    [ALICE, BOB, CAROL, ERIN]
}

impl Person {
    /// This person as the guard sees them when the credential has been checked.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller::new(self.name)
            .with_tenant(self.tenant)
            .with_client("billing-demo")
            .with_scopes(self.scopes)
            .with_data(PaymentLimit { cents: self.limit_cents })
    }
}

/// How much a caller may pay out at once. Tools read it off the caller; who has none pays nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PaymentLimit {
    pub(crate) cents: i64,
}

impl PaymentLimit {
    /// That of somebody who was authenticated by other means than the demo's keys. A real server asks its database.
    pub(crate) fn of(caller: &Caller) -> Self {
        let is = |person: &Person| person.name == caller.subject() && Some(person.tenant) == caller.tenant();
        Self { cents: callers().into_iter().find(is).map_or(0, |person| person.limit_cents) }
    }
}

/// Everybody's keys.
///
/// # Errors
///
/// If a key is too weak.
pub fn api_keys() -> Result<ApiKeys, WeakKey> {
    callers().iter().try_fold(ApiKeys::new(), |keys, person| keys.with_key(person.key, person.caller()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_limit_belongs_to_a_person_with_any_authenticator_and_strangers_have_none() {
        for person in callers() {
            let attached = person.caller().require::<PaymentLimit>().unwrap().cents;
            let by_token = Caller::new(person.name).with_tenant(person.tenant);
            assert_eq!((attached, PaymentLimit::of(&by_token).cents), (person.limit_cents, person.limit_cents));
        }
        for stranger in [
            Caller::new("mallory").with_tenant("acme"),
            Caller::new("alice").with_tenant("globex"),
            Caller::new("alice"),
        ] {
            assert_eq!(PaymentLimit::of(&stranger).cents, 0, "{stranger:?}");
        }
    }
}
