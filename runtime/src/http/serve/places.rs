//! How many connections each address has.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use super::Limits;
use crate::http::admission::{AddressKey, Bursts, TrustedProxies};

/// The connections of each address. There are no more entries than connections, whose number is limited.
pub(super) struct Places {
    taken: Mutex<HashMap<AddressKey, usize>>,
    most: usize,
    exempt: TrustedProxies,
}

/// A connection that is counted until this is dropped, whatever ends it.
pub(super) struct Place(Option<(Arc<Places>, AddressKey)>);

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { taken: Mutex::default(), most: limits.connections_per_address, exempt: limits.trusted_proxies.clone() }
    }

    /// Nothing if the address has as many as it may.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        if self.exempt.contains(peer) {
            return Some(Place(None));
        }
        let address = AddressKey::of(peer);
        let mut taken = self.lock();
        let count = taken.get(&address).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        taken.insert(address, count + 1);
        Some(Place(Some((Arc::clone(self), address))))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AddressKey, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, address)) = &self.0 else { return };
        let mut taken = places.lock();
        match taken.get_mut(address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(address)),
        }
    }
}

/// Which limit a connection was closed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Full {
    Server,
    Address,
}

/// Connections that were closed as they came: logged when a burst of them begins, once a minute while it lasts, and at its end.
#[derive(Default)]
pub(super) struct Refusals(Bursts<Full>);

impl Refusals {
    pub(super) fn count(&mut self, peer: IpAddr, full: Full) {
        // The server is full for all of them.
        let address = (full == Full::Address).then(|| AddressKey::of(peer));
        if let Some((address, full)) = self.0.count(address, full, Instant::now().into_std()) {
            warn(address, full, 1);
        }
    }

    pub(super) fn report_due(&mut self) {
        for ((address, full), count) in self.0.due(Instant::now().into_std()) {
            warn(address, full, count);
        }
    }
}

impl Drop for Refusals {
    fn drop(&mut self) {
        for ((address, full), count) in self.0.rest() {
            warn(address, full, count);
        }
    }
}

fn warn(address: Option<AddressKey>, full: Full, count: u64) {
    let address = address.map(tracing::field::display);
    match full {
        Full::Server => tracing::warn!(count, "too many connections; new ones are closed"),
        Full::Address => tracing::warn!(address, count, "too many connections from one address; new ones are closed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_address_has_its_places_and_gives_them_back() {
        let limits = Limits {
            connections_per_address: 2,
            trusted_proxies: TrustedProxies::new(["10.0.0.0/8"]).unwrap(),
            ..Limits::default()
        };
        let places = Arc::new(Places::new(&limits));
        let first = places.take(ip("192.0.2.1")).unwrap();
        let second = places.take(ip("::ffff:192.0.2.1")).unwrap();
        assert!(places.take(ip("192.0.2.1")).is_none());
        let other = places.take(ip("2001:db8::1")).unwrap();
        let _same_network = places.take(ip("2001:db8::2")).unwrap();
        assert!(places.take(ip("2001:db8::3")).is_none());
        assert!(places.take(ip("2001:db8:0:1::1")).is_some(), "given back at once");
        let proxied: Vec<_> = (0..100).map(|_| places.take(ip("10.1.2.3")).unwrap()).collect();
        drop(second);
        let again = places.take(ip("192.0.2.1")).unwrap();
        assert!(places.take(ip("192.0.2.1")).is_none());
        drop((first, again, other, proxied));
        assert_eq!(places.lock().len(), 1, "only addresses with connections are kept");
    }

    #[test]
    fn a_task_that_panics_gives_its_place_back() {
        let places = Arc::new(Places::new(&Limits { connections_per_address: 1, ..Limits::default() }));
        let place = places.take(ip("192.0.2.1")).unwrap();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _place = place;
            std::panic::resume_unwind(Box::new("a panic"));
        }));
        assert!(panicked.is_err());
        assert!(places.take(ip("192.0.2.1")).is_some());
    }
}
