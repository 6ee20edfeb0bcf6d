//! How much one client may have going on at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::wire::{Measure, MessageError};

/// Requests that wait for their answers.
pub(super) const REQUESTS: usize = 1024;
/// What their parsed messages take of the memory, in units of [`UNIT`]: 16 MiB.
pub(super) const MEMORY: u32 = 16 * 1024;
const UNIT: usize = 1024;

/// The places of one client's requests.
pub(super) struct InFlight {
    requests: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// All of `memory`.
    budget: u32,
}

/// A request's place, which is free again when the last clone is dropped. It travels in the request's extensions and so lives as long as
/// whatever handles the request, whether that is answered, cancelled or panics.
#[derive(Clone)]
pub(super) struct Place(#[expect(dead_code, reason = "held for its drop")] Arc<[OwnedSemaphorePermit; 2]>);

impl InFlight {
    pub(super) fn new(requests: usize, memory: u32) -> Self {
        let budget = memory.max(1);
        Self { requests: Arc::new(Semaphore::new(requests)), memory: Arc::new(Semaphore::new(budget as usize)), budget }
    }

    /// A place for a request of this measure. One that needs all of the memory, or more, gets it while nothing else is in flight.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) fn admit(&self, measure: &Measure) -> Result<Place, MessageError> {
        let memory = u32::try_from(measure.memory().div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.budget);
        let request = Arc::clone(&self.requests).try_acquire_owned();
        let memory = Arc::clone(&self.memory).try_acquire_many_owned(memory);
        match (request, memory) {
            (Ok(request), Ok(memory)) => Ok(Place(Arc::new([request, memory]))),
            _ => Err(MessageError::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: usize) -> Measure {
        Measure { bytes, nodes: 0, objects: 0 }
    }

    #[test]
    fn requests_beyond_the_limit_are_refused_until_one_has_ended() {
        let in_flight = InFlight::new(2, MEMORY);
        let places = [in_flight.admit(&message(1)).unwrap(), in_flight.admit(&message(1)).unwrap()];
        assert_eq!(in_flight.admit(&message(1)).err(), Some(MessageError::Busy));
        drop(places);
        assert!(in_flight.admit(&message(1)).is_ok());
    }

    #[test]
    fn large_messages_are_refused_while_others_are_in_flight() {
        let in_flight = InFlight::new(100, 10);
        let small = in_flight.admit(&message(UNIT)).unwrap();
        assert!(in_flight.admit(&message(4 * UNIT)).is_ok());
        assert_eq!(in_flight.admit(&message(100 * UNIT)).err(), Some(MessageError::Busy));
        drop(small);
        let large = in_flight.admit(&message(100 * UNIT)).unwrap();
        assert_eq!(in_flight.admit(&message(1)).err(), Some(MessageError::Busy));
        drop(large);
        assert!(in_flight.admit(&message(1)).is_ok());
    }
}
