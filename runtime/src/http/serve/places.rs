//! Counts the connections of each address, and chooses which one is closed when the server is full.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use super::{Limits, activity::Activity};
use crate::{
    bursts::Bursts,
    http::admission::{AddressKey, TrustedProxies},
};

/// How many idle connections are tried.
const ATTEMPTS: usize = 4;

/// The connections of each address. There are no more entries than connections, whose number is limited.
pub(super) struct Places {
    taken: Mutex<HashMap<AddressKey, Vec<Arc<Activity>>>>,
    most: usize,
    exempt: TrustedProxies,
}

/// A counted connection; the count is released when this is dropped.
pub(super) struct Place {
    pub(super) activity: Arc<Activity>,
    counted: Option<(Arc<Places>, AddressKey)>,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { taken: Mutex::default(), most: limits.connections_per_address, exempt: limits.trusted_proxies.clone() }
    }

    /// `None` if the address has reached its limit.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let activity = Activity::new();
        if self.exempt.contains(peer) {
            return Some(Place { activity, counted: None });
        }
        let address = AddressKey::of(peer);
        let mut taken = self.lock();
        if taken.get(&address).map_or(0, Vec::len) >= self.most {
            return None;
        }
        taken.entry(address).or_default().push(Arc::clone(&activity));
        drop(taken);
        Some(Place { activity, counted: Some((Arc::clone(self), address)) })
    }

    /// Closes a connection in favor of one from this address: among the addresses that have more connections and an idle one, the address with the
    /// most loses the one that has been idle for longest. Returns whether there was one.
    ///
    /// It scans all connections each time that one arrives while the server is full.
    pub(super) fn make_room(&self, peer: IpAddr) -> bool {
        let address = AddressKey::of(peer);
        let mut taken = self.lock();
        // A trusted proxy represents many clients, so its connections are kept.
        let own = if self.exempt.contains(peer) { 0 } else { taken.get(&address).map_or(0, Vec::len) };
        if own >= self.most {
            return false;
        }
        // A request may begin in the meantime.
        for _ in 0..ATTEMPTS {
            let idle = taken.iter().filter(|(_, connections)| connections.len() > own).flat_map(|(at, connections)| {
                let of = |activity: &Arc<Activity>| {
                    Some((connections.len(), activity.idle_for()?, *at, Arc::clone(activity)))
                };
                connections.iter().filter_map(of)
            });
            let Some((_, _, at, activity)) = idle.max_by_key(|(count, idle, ..)| (*count, *idle)) else { return false };
            if activity.evict() {
                remove(&mut taken, at, &activity);
                return true;
            }
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AddressKey, Vec<Arc<Activity>>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove(taken: &mut HashMap<AddressKey, Vec<Arc<Activity>>>, address: AddressKey, activity: &Arc<Activity>) {
    let Entry::Occupied(mut entry) = taken.entry(address) else { return };
    entry.get_mut().retain(|other| !Arc::ptr_eq(other, activity));
    if entry.get().is_empty() {
        entry.remove();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((places, address)) = &self.counted {
            remove(&mut places.lock(), *address, &self.activity);
        }
    }
}

/// Which limit a connection was closed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Full {
    Server,
    Address,
    /// The limit of the server, which closed an idle connection instead.
    Idle,
}

/// Rejected connections: logged when a burst of them begins, once a minute while it lasts, and at its end.
pub(super) struct Refusals(Bursts<AddressKey, Full>);

/// How many addresses are counted separately at the same time.
const MOST_REFUSED: usize = 256;

impl Default for Refusals {
    fn default() -> Self {
        Self(Bursts::new(1, MOST_REFUSED))
    }
}

impl Refusals {
    pub(super) fn count(&mut self, peer: IpAddr, full: Full) {
        // The server is full for all addresses.
        let address = (full == Full::Address).then(|| AddressKey::of(peer));
        if let Some((address, full)) = self.0.count(address, full, Instant::now().into_std()) {
            warn(address, full, 1);
        }
    }

    pub(super) fn report_due(&mut self) {
        for ((address, full), counted) in self.0.due(Instant::now().into_std()) {
            warn(address, full, counted.count);
        }
    }
}

impl Drop for Refusals {
    fn drop(&mut self) {
        for ((address, full), counted) in self.0.rest() {
            warn(address, full, counted.count);
        }
    }
}

fn warn(address: Option<AddressKey>, full: Full, count: u64) {
    let address = address.map(tracing::field::display);
    match full {
        Full::Idle => tracing::warn!(count, "too many connections; closing idle ones to accept new ones"),
        Full::Server => tracing::warn!(count, "too many connections; closing new ones"),
        Full::Address => tracing::warn!(address, count, "too many connections from one address; closing new ones"),
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

    #[test]
    fn the_address_with_the_most_connections_gives_up_the_one_that_was_idle_for_longest() {
        let limits = Limits {
            connections_per_address: 3,
            trusted_proxies: TrustedProxies::new(["10.0.0.0/8"]).unwrap(),
            ..Limits::default()
        };
        let places = Arc::new(Places::new(&limits));
        let take = |from: &str| places.take(ip(from)).unwrap();
        let proxied: Vec<_> = (0..10).map(|_| take("10.1.2.3")).collect();
        let many: Vec<_> = (0..3).map(|_| take("192.0.2.1")).collect();
        let few: Vec<_> = (0..2).map(|_| take("192.0.2.2")).collect();
        let evicted = |places: &[Place]| places.iter().map(|place| place.activity.is_evicted()).collect::<Vec<_>>();
        assert!(!places.make_room(ip("192.0.2.1")), "an address has no more than it may");
        // The first one has a request, the second has been idle for longer than the third.
        let _in_flight = many[0].activity.begin(true);
        std::thread::sleep(std::time::Duration::from_millis(5));
        drop(many[2].activity.begin(true));
        many[2].activity.flushed();
        assert!(places.make_room(ip("192.0.2.3")));
        assert_eq!(evicted(&many), [false, true, false]);
        assert_eq!(evicted(&few), [false; 2]);
        // Both addresses now have two connections, so a third address with two cannot evict one of theirs.
        assert!(!places.make_room(ip("192.0.2.2")));
        assert!(places.make_room(ip("10.1.2.3")), "a proxy comes for somebody");
        let newcomer = take("192.0.2.3");
        while places.make_room(ip("192.0.2.4")) {}
        assert_eq!(evicted(&many), [false, true, true], "what is in flight stays");
        assert_eq!(evicted(&few), [true; 2]);
        assert!(newcomer.activity.is_evicted());
        assert_eq!(evicted(&proxied), [false; 10]);
        drop((many, few, newcomer, proxied));
        assert!(places.lock().is_empty());
    }
}
