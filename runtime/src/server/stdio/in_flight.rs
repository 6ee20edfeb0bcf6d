//! Limits on the requests in flight of one client.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rmcp::model::RequestId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::wire::{Measure, MessageError};

/// The maximum number of requests in flight.
pub(super) const REQUESTS: usize = 1024;
/// The maximum memory for their parsed messages, in units of [`UNIT`]: 16 MiB.
pub(super) const MEMORY: u32 = 16 * 1024;
const UNIT: usize = 1024;

/// The places of one client's requests.
pub(super) struct InFlight {
    requests: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// All of `memory`.
    budget: u32,
    ids: Ids,
}

/// The ids of requests in flight: no more than there are places.
#[derive(Clone, Default)]
struct Ids(Arc<Mutex<HashSet<RequestId>>>);

impl Ids {
    fn lock(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a request, which is freed when the last clone is dropped. It is in the extensions of the request and so lives as long as the handler,
/// whether the request is answered, is cancelled or panics.
#[derive(Clone)]
pub(super) struct Place(#[expect(dead_code, reason = "held for its drop")] Arc<Held>);

struct Held {
    ids: Ids,
    id: RequestId,
    _permits: [OwnedSemaphorePermit; 2],
}

impl Drop for Held {
    fn drop(&mut self) {
        self.ids.lock().remove(&self.id);
    }
}

impl InFlight {
    pub(super) fn new(requests: usize, memory: u32) -> Self {
        let budget = memory.max(1);
        Self {
            requests: Arc::new(Semaphore::new(requests)),
            memory: Arc::new(Semaphore::new(budget as usize)),
            budget,
            ids: Ids::default(),
        }
    }

    /// Takes a place for a request of this size. A request that needs all of the memory, or more, gets it while nothing else is in flight.
    ///
    /// # Errors
    ///
    /// If there is none, or if a request with this id is in flight, because one of the two would never be answered.
    pub(super) fn admit(&self, measure: &Measure, id: &RequestId) -> Result<Place, MessageError> {
        let memory = u32::try_from(measure.memory().div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.budget);
        let request = Arc::clone(&self.requests).try_acquire_owned();
        let memory = Arc::clone(&self.memory).try_acquire_many_owned(memory);
        let (Ok(request), Ok(memory)) = (request, memory) else { return Err(MessageError::Busy) };
        if !self.ids.lock().insert(id.clone()) {
            return Err(MessageError::IdInUse);
        }
        Ok(Place(Arc::new(Held { ids: self.ids.clone(), id: id.clone(), _permits: [request, memory] })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: usize) -> Measure {
        Measure { bytes, nodes: 0, objects: 0 }
    }

    fn id(number: i64) -> RequestId {
        RequestId::Number(number)
    }

    #[test]
    fn an_id_is_in_use_until_its_request_has_ended() {
        let in_flight = InFlight::new(4, MEMORY);
        let first = in_flight.admit(&message(1), &id(5)).unwrap();
        assert_eq!(in_flight.admit(&message(1), &id(5)).err(), Some(MessageError::IdInUse));
        let text = in_flight.admit(&message(1), &RequestId::String("5".into()));
        assert!(text.is_ok() && in_flight.admit(&message(1), &id(6)).is_ok(), "others are other ids");
        drop(first);
        assert!(in_flight.admit(&message(1), &id(5)).is_ok());
    }

    #[test]
    fn requests_beyond_the_limit_are_refused_until_one_has_ended() {
        let in_flight = InFlight::new(2, MEMORY);
        let places = [in_flight.admit(&message(1), &id(1)).unwrap(), in_flight.admit(&message(1), &id(2)).unwrap()];
        assert_eq!(in_flight.admit(&message(1), &id(3)).err(), Some(MessageError::Busy));
        drop(places);
        assert!(in_flight.admit(&message(1), &id(4)).is_ok());
    }

    #[test]
    fn large_messages_are_refused_while_others_are_in_flight() {
        let in_flight = InFlight::new(100, 10);
        let small = in_flight.admit(&message(UNIT), &id(5)).unwrap();
        assert!(in_flight.admit(&message(4 * UNIT), &id(6)).is_ok());
        assert_eq!(in_flight.admit(&message(100 * UNIT), &id(7)).err(), Some(MessageError::Busy));
        drop(small);
        let large = in_flight.admit(&message(100 * UNIT), &id(8)).unwrap();
        assert_eq!(in_flight.admit(&message(1), &id(9)).err(), Some(MessageError::Busy));
        drop(large);
        assert!(in_flight.admit(&message(1), &id(10)).is_ok());
    }
}
