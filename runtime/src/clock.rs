//! The wall clock of the system, which may show any time, even one before 1970.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

/// The current time, clamped to the range of the calendar.
pub(crate) fn now() -> DateTime<Utc> {
    utc(SystemTime::now())
}

/// The time after a wait, or the latest representable time.
pub(crate) fn after(time: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    let later = TimeDelta::from_std(wait).ok().and_then(|wait| time.checked_add_signed(wait));
    later.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Converts a system time to a date.
pub(crate) fn utc(time: SystemTime) -> DateTime<Utc> {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => after(DateTime::UNIX_EPOCH, since),
        Err(before) => {
            let before = TimeDelta::from_std(before.duration()).ok();
            let time = before.and_then(|before| DateTime::UNIX_EPOCH.checked_sub_signed(before));
            time.unwrap_or(DateTime::<Utc>::MIN_UTC)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_of_the_system_is_some_time() {
        const YEAR: u64 = 365 * 24 * 60 * 60;
        let epoch = SystemTime::UNIX_EPOCH;
        for (time, expected) in [
            (Some(epoch), "1970-01-01T00:00:00Z"),
            (epoch.checked_sub(Duration::from_millis(1)), "1969-12-31T23:59:59.999Z"),
            (epoch.checked_add(Duration::from_secs(253_402_300_800)), "+10000-01-01T00:00:00Z"),
            (epoch.checked_add(Duration::from_secs(300_000 * YEAR)), "+262142-12-31T23:59:59.999999999Z"),
            (epoch.checked_sub(Duration::from_secs(300_000 * YEAR)), "-262143-01-01T00:00:00Z"),
        ] {
            // A system may not have the time at all.
            if let Some(time) = time {
                let said = serde_json::to_value(utc(time)).unwrap();
                assert_eq!(said, expected);
            }
        }
    }

    #[test]
    fn a_wait_ends_at_the_end_of_time() {
        for wait in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(i64::MAX as u64)] {
            assert_eq!(after(now(), wait), DateTime::<Utc>::MAX_UTC, "{wait:?}");
        }
        let tick = Duration::from_nanos(1);
        assert_eq!(after(DateTime::<Utc>::MAX_UTC, tick), DateTime::<Utc>::MAX_UTC);
        assert_eq!(after(DateTime::UNIX_EPOCH, Duration::from_secs(60)).timestamp(), 60);
    }
}
