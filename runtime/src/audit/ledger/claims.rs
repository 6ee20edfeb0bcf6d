//! The deletions that a log claims, and which of these claims are trusted.

use super::line::{Event, LogEvent};

/// The claims about deletions in the events of the log, in order.
///
/// A claim is trusted if it is signed and was not in an unsigned tail that a process found when it opened the log: that process signs the tail as it
/// is, so anyone who could write to the file may have added the claim.
#[derive(Default)]
pub(super) struct Claims(Vec<Claim>);

struct Claim {
    record: u64,
    /// Records below this number may have been deleted.
    below: u64,
    /// How many records before this one were not signed when a process opened the log.
    taken_over: u64,
}

impl Claims {
    /// Adds the event at the place of this record.
    pub(super) fn add(&mut self, record: u64, event: &Event) {
        let taken_over = if let LogEvent::Opened { unsigned } = event.what { unsigned } else { 0 };
        let below = event.deleted_below;
        // An event that repeats the previous one adds nothing.
        if taken_over > 0 || self.0.last().map_or(0, |last| last.below) != below {
            self.0.push(Claim { record, below, taken_over });
        }
    }

    /// The number below which records may have been deleted, if `signed` records are signed.
    pub(super) fn below(&self, signed: u64) -> u64 {
        let (mut end, mut below) = (signed, 0);
        // From the last one: a claim in an unsigned tail is not trusted about earlier tails either.
        for claim in self.0.iter().rev() {
            if claim.record < end {
                below = below.max(claim.below);
                if claim.taken_over > 0 {
                    end = claim.record.saturating_sub(claim.taken_over);
                }
            }
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(events: &[(u64, u64, LogEvent)]) -> Claims {
        let mut claims = Claims::default();
        for (record, below, what) in events {
            claims.add(*record, &Event::now(*below, what.clone()));
        }
        claims
    }

    const DELETED: LogEvent = LogEvent::Deleted { retain_seconds: 0 };

    #[test]
    fn a_claim_counts_where_it_is_signed() {
        let claims = claims(&[(0, 0, LogEvent::Opened { unsigned: 0 }), (5, 3, DELETED), (8, 3, LogEvent::Rotated)]);
        assert_eq!((claims.below(5), claims.below(6), claims.below(9)), (0, 3, 3));
    }

    #[test]
    fn a_claim_in_a_tail_that_was_taken_over_does_not_count() {
        let claims = claims(&[(5, 3, DELETED), (8, 6, DELETED), (10, 3, LogEvent::Opened { unsigned: 2 })]);
        assert_eq!(claims.below(11), 3);
        let again =
            super::tests::claims(&[(8, 6, DELETED), (9, 0, LogEvent::Opened { unsigned: 1 }), (12, 6, DELETED)]);
        assert_eq!((again.below(10), again.below(13)), (0, 6), "the process itself said so later");
    }

    #[test]
    fn a_forged_opened_event_withdraws_no_claim() {
        let forged = LogEvent::Opened { unsigned: u64::MAX };
        let claims = claims(&[(5, 3, DELETED), (8, 9, forged), (9, 3, LogEvent::Opened { unsigned: 1 })]);
        assert_eq!(claims.below(10), 3);
    }
}
