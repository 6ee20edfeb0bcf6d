//! A bounded table of the tenants, clients and callers whose calls are halted.

use std::{
    collections::HashSet,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{Caller, HaltScope, NotHalted, identity::halt_keys};

/// How many tenants, clients and callers may be halted at the same time.
pub(super) const MOST: usize = 1 << 14;

/// While it is empty, a call pays one atomic load.
#[derive(Default)]
pub(super) struct Halts {
    any: AtomicBool,
    /// The same keyed 64-bit hashes by which callers are counted.
    keys: RwLock<HashSet<u64>>,
}

impl Halts {
    /// Halts the calls of these callers.
    ///
    /// # Errors
    ///
    /// If there is no room, or a name is empty.
    pub(super) fn add(&self, scope: &HaltScope) -> Result<(), NotHalted> {
        if scope.is_nameless() {
            return Err(NotHalted::Nameless);
        }
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let key = scope.key();
        if keys.len() >= MOST && !keys.contains(&key) {
            return Err(NotHalted::Full);
        }
        keys.insert(key);
        self.any.store(true, Ordering::Release);
        Ok(())
    }

    /// Resumes their calls; returns whether they were halted.
    pub(super) fn remove(&self, scope: &HaltScope) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let was_halted = keys.remove(&scope.key());
        if keys.is_empty() {
            self.any.store(false, Ordering::Release);
        }
        was_halted
    }

    /// Whether the calls of this caller are halted, as a rule for the audit record.
    pub(super) fn against(&self, caller: &Caller) -> Option<&'static str> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        halt_keys(caller).into_iter().flatten().find(|(key, _)| keys.contains(key)).map(|(_, rule)| rule)
    }

    pub(super) fn len(&self) -> usize {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Caller {
        Caller::new("alice").with_tenant("acme").with_client("app").with_actor("bot")
    }

    #[test]
    fn what_is_halted_is_found_and_nothing_else_is() {
        let others = [
            Caller::new("alice"),
            Caller::new("alice").with_tenant("globex").with_client("acme"),
            Caller::new("app").with_tenant("bot").with_client("alice"),
            Caller::new("bot").with_actor("alice"),
        ];
        for (scope, rule) in [
            (HaltScope::tenant("acme"), "halted_tenant"),
            (HaltScope::client("app"), "halted_client"),
            (HaltScope::caller(Some("acme"), "alice"), "halted_caller"),
            (HaltScope::caller(Some("acme"), "bot"), "halted_caller"),
        ] {
            let halts = Halts::default();
            assert_eq!((halts.against(&alice()), scope.rule_for(&alice())), (None, Some(rule)));
            halts.add(&scope).unwrap();
            assert_eq!(halts.against(&alice()), Some(rule));
            for other in &others {
                assert_eq!((halts.against(other), scope.rule_for(other)), (None, None), "{scope:?} {other:?}");
            }
            assert!(halts.remove(&scope) && !halts.remove(&scope));
            assert_eq!(halts.against(&alice()), None);
            assert!(!halts.any.load(Ordering::SeqCst), "it costs nothing again");
        }
        let halts = Halts::default();
        halts.add(&HaltScope::caller(None, "alice")).unwrap();
        assert_eq!((halts.against(&alice()), halts.against(&others[0])), (None, Some("halted_caller")));
    }

    #[test]
    fn when_it_is_full_nothing_is_forgotten() {
        let halts = Halts::default();
        for number in 0..MOST {
            halts.add(&HaltScope::client(number.to_string())).unwrap();
        }
        assert_eq!(halts.add(&HaltScope::tenant("acme")), Err(NotHalted::Full));
        assert_eq!(halts.add(&HaltScope::client("0")), Ok(()), "one that is there takes no room");
        assert_eq!(halts.against(&Caller::new("alice").with_client("0")), Some("halted_client"));
        assert!(halts.remove(&HaltScope::client("0")));
        assert_eq!(halts.add(&HaltScope::tenant("acme")), Ok(()));
        for nameless in [
            HaltScope::tenant(""),
            HaltScope::client(""),
            HaltScope::caller(None, ""),
            HaltScope::caller(Some(""), "alice"),
        ] {
            assert_eq!(halts.add(&nameless), Err(NotHalted::Nameless));
        }
    }
}
