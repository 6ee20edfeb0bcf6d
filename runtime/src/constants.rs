//! What the expansion asks of values that only the compiler knows. The rules for literals are in the compile-time half; both have their limits from the
//! vocabulary.

use std::time::Duration;

use secure_tool_vocabulary::{LARGEST_OUTPUT, LONGEST_TIMEOUT, MOST_A_SECOND, MOST_AT_ONCE};

use crate::{
    policy::{Quota, Rate},
    schema::argument::Bound,
};

/// Whether a description says anything.
#[must_use]
pub const fn is_described(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        // Control characters and spaces come before every letter.
        if *byte > b' ' {
            return true;
        }
        rest = tail;
    }
    false
}

/// Whether a rate limits anything.
#[must_use]
pub const fn is_rate(rate: Rate) -> bool {
    let most = rate.unit.period().as_secs().saturating_mul(MOST_A_SECOND as u64);
    rate.count > 0
        && rate.count as u64 <= most
        && rate.burst > 0
        && (rate.burst <= MOST_A_SECOND || rate.burst == rate.count)
}

/// Whether a quota limits anything, and lets something pass.
#[must_use]
pub const fn is_quota(quota: Quota) -> bool {
    quota.count > 0
}

/// Whether a call counts at all.
#[must_use]
pub const fn is_cost(cost: u32) -> bool {
    cost > 0
}

/// Whether a timeout ends a call.
#[must_use]
pub const fn is_timeout(timeout: Duration) -> bool {
    !timeout.is_zero() && timeout.as_nanos() <= LONGEST_TIMEOUT.as_nanos()
}

/// Whether an answer can be as large as this, and no larger.
#[must_use]
pub const fn is_output_limit(bytes: usize) -> bool {
    bytes > 0 && bytes <= LARGEST_OUTPUT
}

/// Whether so many calls can run at once, and no more.
#[must_use]
pub const fn is_concurrency(calls: u32) -> bool {
    calls > 0 && calls <= MOST_AT_ONCE
}

/// Whether a list holds anything.
#[must_use]
pub const fn has_items<T>(list: &[T]) -> bool {
    !list.is_empty()
}

/// A number as a bound.
#[must_use]
pub fn bound<T: Number>(number: T) -> Bound {
    number.bound()
}

/// What can bound a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot bound a number [ST18]",
    label = "is not a number",
    note = "help: write a number or a constant of the argument's type: `max = 50`, `max = MAX`"
)]
pub trait Number {
    /// It, as a bound.
    fn bound(self) -> Bound;
}

macro_rules! numbers {
    ($variant:ident($wide:ty): $($number:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl Number for $number {
            fn bound(self) -> Bound {
                Bound::$variant(<$wide>::from(self))
            }
        }
    )+};
}

numbers!(Int(i128): u8, u16, u32, u64, i8, i16, i32, i64, i128);
numbers!(Float(f64): f32, f64);

#[diagnostic::do_not_recommend]
impl Number for usize {
    fn bound(self) -> Bound {
        Bound::Int(i128::try_from(self).unwrap_or(i128::MAX))
    }
}

#[diagnostic::do_not_recommend]
impl Number for isize {
    fn bound(self) -> Bound {
        Bound::Int(i128::try_from(self).unwrap_or(i128::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Unit;

    #[test]
    fn descriptions_say_something() {
        assert!(is_described(" Fetch.\n") && is_described("é"));
        assert!(!is_described("") && !is_described(" \n\t"));
    }

    #[test]
    fn rates_limit() {
        for rate in [Rate::new(60, Unit::Minute), Rate::new(1, Unit::Day).burst(5), Rate::new(60_000_000, Unit::Minute)]
        {
            assert!(is_rate(rate), "{rate}");
        }
        for rate in [
            Rate::new(0, Unit::Minute),
            Rate::new(1_000_001, Unit::Second),
            Rate::new(60, Unit::Minute).burst(0),
            Rate::new(60, Unit::Minute).burst(1_000_001),
        ] {
            assert!(!is_rate(rate), "{rate}");
        }
    }

    #[test]
    fn limits_limit() {
        assert!(is_timeout(LONGEST_TIMEOUT) && is_timeout(Duration::from_millis(1)));
        assert!(!is_timeout(Duration::ZERO) && !is_timeout(LONGEST_TIMEOUT + Duration::from_nanos(1)));
        assert!(is_output_limit(1) && is_output_limit(LARGEST_OUTPUT));
        assert!(!is_output_limit(0) && !is_output_limit(LARGEST_OUTPUT + 1));
        assert!(is_concurrency(1) && is_concurrency(MOST_AT_ONCE));
        assert!(!is_concurrency(0) && !is_concurrency(MOST_AT_ONCE + 1));
    }
}
