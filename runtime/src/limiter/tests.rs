use std::{num::NonZeroU32, sync::Arc};

use governor::{
    Quota as Reference, RateLimiter,
    clock::{Clock as _, FakeRelativeClock},
};
use proptest::prelude::*;
use secure_tool_testkit::joined;

use super::*;
use crate::Caller;

const RULES: [&str; 3] = ["0", "1", "2"];
const HOUR: Duration = Duration::from_secs(3600);

fn running(id: usize, per: Per, gcra: Gcra) -> Limit {
    Limit { id, per, clock: Clock::Running, gcra, rule: "rate", label: [0; 8] }
}

fn daily(id: usize, per: Per, count: u32) -> Limit {
    Limit { id, per, clock: Clock::Daily, gcra: Gcra::counting(count), rule: "quota", label: [0; 8] }
}

fn hourly(burst: u32) -> Gcra {
    Gcra::new(1, HOUR, burst).unwrap()
}

fn at(micros: u64, day: u64) -> Now {
    Now { micros, day: day << DAY_BITS, midnight: Duration::from_secs(60) }
}

fn keys(subject: &str) -> LimitKeys {
    Caller::new(subject).with_tenant("acme").limit_keys()
}

proptest! {
    /// Two or three limits and a cost, in any rhythm: what is admitted is what governor admits by each of them, what is refused is refused by the
    /// strictest, and costs nothing.
    #[test]
    fn several_limits_are_governors(
        rates in proptest::collection::vec((1u64..2_000_000, 3u32..40), 2..4),
        cost in 1u32..4,
        pauses in proptest::collection::vec(0u64..3_000_000, 1..200),
    ) {
        let clock = FakeRelativeClock::default();
        let references: Vec<_> = rates.iter().map(|(interval, burst)| {
            let reference = Reference::with_period(Duration::from_micros(*interval)).unwrap();
            RateLimiter::direct_with_clock(reference.allow_burst(NonZeroU32::new(*burst).unwrap()), clock.clone())
        }).collect();
        let limits: Vec<_> = rates.iter().zip(RULES).enumerate().map(|(id, ((interval, burst), rule))| {
            let gcra = Gcra::new(1, Duration::from_micros(*interval), *burst).unwrap().costing(cost).unwrap();
            Limit { rule, ..running(id, Per::Caller, gcra) }
        }).collect();
        let limiter = Limiter::new(64, false);
        let cost = NonZeroU32::new(cost).unwrap();
        let mut now = 0;
        for pause in pauses {
            clock.advance(Duration::from_micros(pause));
            now += pause;
            match limiter.admit_at(&limits, keys("alice"), at(now, 1)) {
                Ok(()) => for reference in &references {
                    prop_assert!(reference.check_n(cost).unwrap().is_ok());
                },
                Err(NotAdmitted::Exceeded { rule, wait }) => {
                    // A refusal charges nothing there either.
                    let strictest = &references[rule.parse::<usize>().unwrap()];
                    let until = strictest.check_n(cost).unwrap().unwrap_err();
                    prop_assert_eq!(until.wait_time_from(clock.now()), wait);
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }
}

#[test]
fn what_one_limit_refuses_is_not_charged_by_the_others_and_the_strictest_says_when() {
    let limiter = Limiter::new(1 << 10, true);
    let (one, three) = (running(0, Per::Caller, hourly(1)), running(1, Per::Tenant, hourly(3)));
    let day = daily(2, Per::Tenant, 2);
    let admit = |who, limits: &[Limit]| limiter.admit_at(limits, keys(who), at(1, 1));
    assert_eq!(admit("alice", &[one, three, day]), Ok(()));
    for _ in 0..10 {
        // An hour for the caller, a minute until midnight for nobody.
        let refused = admit("alice", &[one, three, day]);
        assert_eq!(refused, Err(NotAdmitted::Exceeded { rule: "rate", wait: HOUR }));
    }
    assert_eq!(admit("bob", &[one, three, day]), Ok(()));
    let refused = admit("carol", &[one, three, day]);
    assert_eq!(refused, Err(NotAdmitted::Exceeded { rule: "quota", wait: Duration::from_secs(60) }));
    assert_eq!(admit("carol", &[three]), Ok(()), "the third of the tenant's was still there");
    assert!(admit("dave", &[three]).is_err());
}

#[test]
fn a_quota_starts_again_at_midnight_and_not_before() {
    let limiter = Limiter::new(64, true);
    let limits = [daily(0, Per::Caller, 5)];
    let admitted = |day| (0..20).filter(|_| limiter.admit_at(&limits, keys("alice"), at(1, day)).is_ok()).count();
    assert_eq!([admitted(20_000), admitted(20_000), admitted(20_001), admitted(20_001)], [5, 0, 5, 0]);
    assert_eq!(admitted(20_000), 0, "a clock that is set back gives nothing");
    assert_eq!(admitted(20_010), 5);
    let expensive = [Limit { gcra: Gcra::counting(5).costing(2).unwrap(), ..daily(1, Per::Caller, 5) }];
    let admitted = (0..9).filter(|_| limiter.admit_at(&expensive, keys("alice"), at(1, 20_000)).is_ok()).count();
    assert_eq!(admitted, 2, "half a call is none");
}

#[test]
fn the_day_is_that_of_utc() {
    let at = |seconds| day(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(at(0), (0, Duration::from_secs(SECONDS_A_DAY)));
    assert_eq!(at(3 * SECONDS_A_DAY - 1), (2 << DAY_BITS, Duration::from_secs(1)));
    assert_eq!(at(3 * SECONDS_A_DAY), (3 << DAY_BITS, Duration::from_secs(SECONDS_A_DAY)));
}

#[test]
fn a_flood_of_callers_makes_limits_stricter_and_never_laxer() {
    let limiter = Limiter::new(1, true);
    let limits = [running(0, Per::Caller, hourly(2)), daily(1, Per::Caller, 2)];
    let admitted = |who: &str| limiter.admit_at(&limits, keys(who), at(1, 1)).is_ok();
    assert!(admitted("alice") && admitted("alice"));
    for other in 0..1_000 {
        admitted(&other.to_string());
    }
    assert!(!admitted("alice"));
}

#[test]
fn who_lacks_a_name_is_refused_before_anything_is_charged() {
    let limiter = Limiter::new(64, false);
    let limits = [running(0, Per::Caller, hourly(1)), running(1, Per::Client, hourly(1))];
    let nameless = Err(NotAdmitted::Nameless(Per::Client));
    assert_eq!(limiter.admit(&limits, keys("alice"), Instant::now()).map(drop), nameless);
    assert_eq!(limiter.admit(&limits[1..], keys("alice"), Instant::now()).map(drop), nameless);
    assert_eq!(limiter.admit(&limits[..1], keys("alice"), Instant::now()).map(drop), Ok(()));
}

#[test]
fn what_is_given_back_is_there_again() {
    let limiter = Limiter::new(64, true);
    let limits = [running(0, Per::Caller, hourly(1)), daily(1, Per::Caller, 1)];
    for limits in [&limits[..], &limits[..1], &limits[1..]] {
        let counted = limiter.admit(limits, keys("alice"), Instant::now()).unwrap();
        assert!(limiter.admit(limits, keys("alice"), Instant::now()).is_err());
        limiter.give_back(limits, keys("alice"), counted);
        let counted = limiter.admit(limits, keys("alice"), Instant::now()).unwrap();
        limiter.give_back(limits, keys("alice"), counted);
    }
}

/// Many threads whose calls share limits in different combinations: no limit ever admits more than it allows, and what was given back is not lost.
#[test]
fn concurrent_calls_never_pass_a_limit_and_lose_none() {
    const OF_TENANT: usize = 150;
    const OF_CALLER: usize = 60;
    let limiter = Arc::new(Limiter::new(1 << 10, true));
    let limits = |rotated: usize| {
        let mut limits =
            [running(0, Per::Caller, hourly(60)), running(1, Per::Tenant, hourly(150)), daily(2, Per::Tool, 1_000)];
        limits.rotate_left(rotated % 3);
        limits
    };
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let limiter = Arc::clone(&limiter);
            let (who, limits) = (["alice", "bob", "carol", "dave"][thread % 4], limits(thread));
            let call = move || (0..2_000).filter(|_| limiter.admit_at(&limits, keys(who), at(1, 1)).is_ok()).count();
            (who, std::thread::spawn(call))
        })
        .collect();
    let mut admitted = std::collections::HashMap::new();
    for (who, thread) in threads {
        *admitted.entry(who).or_insert(0) += joined("a caller", thread);
    }
    // What a race has refused for nothing passes now that nobody is in the way.
    for who in ["alice", "bob", "carol", "dave"] {
        *admitted.entry(who).or_insert(0) +=
            (0..2_000).filter(|_| limiter.admit_at(&limits(0), keys(who), at(1, 1)).is_ok()).count();
    }
    assert!(admitted.values().all(|calls| *calls <= OF_CALLER), "{admitted:?}");
    assert_eq!(admitted.values().sum::<usize>(), OF_TENANT, "{admitted:?}");
}
