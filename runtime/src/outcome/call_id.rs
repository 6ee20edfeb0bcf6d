//! The id of a call.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    str::FromStr,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Serialize, Serializer};

/// The id of one call: 128 bits, unique, not in a predictable order, shown as 32 hexadecimal digits.
///
/// It is in every refusal and in the audit record, so that an operator can match them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(u64, u64);

impl CallId {
    pub(crate) fn next() -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        static PROCESS: OnceLock<(u64, u64, u64)> = OnceLock::new();
        let (process, first, second) = *PROCESS.get_or_init(|| {
            let random = |salt: u8| RandomState::new().hash_one(salt);
            (random(0), random(1), random(2))
        });
        // Each step is a bijection, so the ids of a process are unique; they are keyed, so they do not reveal the number of calls.
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self(process, mix64(mix64(count ^ first) ^ second))
    }
}

/// The finalizer of SplitMix64.
fn mix64(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0, self.1)
    }
}

/// The text for [`FromStr`] is not a call id: it does not have 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCallId;

impl fmt::Display for InvalidCallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call id must have 32 hexadecimal digits")
    }
}

impl std::error::Error for InvalidCallId {}

/// Parses an id in the form in which it is shown, such as one from the path of an operator's page.
impl FromStr for CallId {
    type Err = InvalidCallId;

    fn from_str(text: &str) -> Result<Self, InvalidCallId> {
        let half = |digits: Option<&str>| {
            let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            u64::from_str_radix(digits?, 16).ok()
        };
        let halves = (text.len() == 32).then(|| (half(text.get(..16)), half(text.get(16..))));
        let Some((Some(process), Some(call))) = halves else { return Err(InvalidCallId) };
        Ok(Self(process, call))
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for CallId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_shown() {
        let id = CallId::next();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        let sign = format!("+{}", &id.to_string()[1..]);
        for wrong in ["", "1", &"0".repeat(33), &"g".repeat(32), &"é".repeat(16), &sign] {
            assert_eq!(wrong.parse::<CallId>(), Err(InvalidCallId), "{wrong}");
        }
    }

    #[test]
    fn ids_differ_and_do_not_count() {
        let ids: Vec<CallId> = (0..10_000).map(|_| CallId::next()).collect();
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids.windows(2).any(|pair| matches!(pair, [a, b] if a.1 > b.1)));
        assert_eq!(CallId(1, 2).to_string(), "00000000000000010000000000000002");
    }
}
