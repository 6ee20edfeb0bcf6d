//! Tests that every [`SharedStore`] must pass.
//!
//! ```
//! use secure_tool::store::MemoryStore;
//!
//! secure_tool::store::contract!(async || MemoryStore::new().unwrap());
//! # fn main() {}
//! ```
//!
//! Each test creates its own store, which must be empty, or at least share no counts and facts with the others. With `contract!(option make)`, `make`
//! returns an `Option`, and the test is skipped if it is `None`.

#![expect(clippy::missing_panics_doc, clippy::unwrap_used, clippy::panic, reason = "they are tests")]

use std::{sync::Arc, time::Duration};

use super::{
    Admission, Begun, Charge, Cursor, Earlier, End, Fact, Fence, Limit, MOST_ANSWER, Operation, Progress, SharedStore,
    StoreKey,
};

/// Much longer than anything here takes.
const WAIT_LIMIT: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3600);

/// Tests an implementation: `contract!(make)`, where `make` is an async closure or function that creates an empty store. It needs Tokio's features
/// `macros` and `rt-multi-thread`.
#[macro_export]
#[doc(hidden)]
macro_rules! __store_contract {
    (option $make:expr) => {
        $crate::__store_contract! { $make;
            a_rate_admits_its_burst_and_says_when_there_is_more
            a_quota_admits_as_many_as_it_says
            a_call_is_charged_to_all_its_counts_or_to_none
            the_strictest_refusal_is_told
            concurrent_calls_get_no_more_than_there_is
            keys_are_kept_apart
            once_is_once
            of_many_at_once_one_is_first
            what_was_once_is_forgotten_after_its_time
            facts_come_in_their_order_and_the_last_of_a_key_counts
            many_facts_come_in_pages
            a_fact_ends_after_its_time
            a_cursor_of_another_history_begins_anew
            a_new_fact_rings
            an_operation_begins_once_and_its_answer_is_kept
            of_many_that_begin_at_once_one_is_first
            an_operation_whose_lease_has_ended_is_in_doubt_until_it_is_finished
            only_the_holder_of_the_fence_finishes_an_operation_and_once
            an_undone_operation_begins_again
            an_operation_is_forgotten_after_its_time
            a_mark_ends_after_its_time_and_is_never_shortened
        }
    };
    ($make:expr) => {
        $crate::__store_contract!(option async || Some(($make)().await));
    };
    ($make:expr; $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(store) = ($make)().await {
                    $crate::store::contract::$case(store).await;
                }
            }
        )*
    };
}

fn key(what: u8, whose: u8) -> StoreKey {
    StoreKey::new([what; 8], [whose; 16])
}

fn hourly(key: StoreKey, burst: u32) -> Charge {
    Charge { key, limit: Limit::Rate { interval: HOUR, tolerance: HOUR * burst } }
}

fn daily(key: StoreKey, cost: u32, most: u32) -> Charge {
    Charge { key, limit: Limit::Daily { cost, most } }
}

async fn admits(store: &impl SharedStore, charges: &[Charge]) -> bool {
    store.admit(charges).await.unwrap() == Admission::Admitted
}

async fn admitted(store: &impl SharedStore, charges: &[Charge], calls: usize) -> usize {
    let mut admitted = 0;
    for _ in 0..calls {
        admitted += usize::from(admits(store, charges).await);
    }
    admitted
}

async fn all(store: &impl SharedStore, mut after: Option<Cursor>) -> (Vec<Fact>, Cursor) {
    let mut all = Vec::new();
    loop {
        let read = store.facts(after).await.unwrap();
        after = Some(read.cursor);
        if read.facts.is_empty() {
            return (all, read.cursor);
        }
        all.extend(read.facts);
    }
}

fn fact(key: StoreKey, value: &[u8]) -> Fact {
    Fact { key, value: value.into(), keep: None }
}

/// Admits a burst, then nothing until the time in the refusal has passed; fewer calls are admitted if each costs more.
pub async fn a_rate_admits_its_burst_and_says_when_there_is_more(store: impl SharedStore) {
    assert_eq!(admitted(&store, &[hourly(key(1, 1), 3)], 9).await, 3);
    let Admission::Refused { charge: 0, wait } = store.admit(&[hourly(key(1, 1), 3)]).await.unwrap() else {
        panic!("admitted")
    };
    assert!(wait > HOUR.mul_f32(0.9) && wait <= HOUR, "{wait:?}");
    let three = Charge { key: key(1, 2), limit: Limit::Rate { interval: HOUR * 3, tolerance: HOUR * 8 } };
    assert_eq!(admitted(&store, &[three], 9).await, 2);
    let soon = Duration::from_millis(100);
    let fast = Charge { key: key(1, 3), limit: Limit::Rate { interval: soon, tolerance: soon } };
    assert!(admits(&store, &[fast]).await);
    let again = async { while !admits(&store, &[fast]).await {} };
    assert!(tokio::time::timeout(WAIT_LIMIT, again).await.is_ok(), "nothing came back");
}

/// Refuses until midnight, with the time until then. (If midnight passes during the test, the quota is available again.)
pub async fn a_quota_admits_as_many_as_it_says(store: impl SharedStore) {
    let count = admitted(&store, &[daily(key(1, 1), 2, 7)], 20).await;
    assert!(count == 3 || count == 6, "{count}");
    if let Admission::Refused { wait, .. } = store.admit(&[daily(key(1, 1), 2, 7)]).await.unwrap() {
        assert!(wait <= HOUR * 24, "{wait:?}");
    }
}

/// A call that one count refuses is not charged to the others.
pub async fn a_call_is_charged_to_all_its_counts_or_to_none(store: impl SharedStore) {
    let (one, three, many) = (hourly(key(1, 1), 1), hourly(key(2, 1), 3), daily(key(3, 1), 1, 1_000_000));
    assert_eq!(admitted(&store, &[three, many, one], 9).await, 1);
    assert_eq!(admitted(&store, &[many, three], 9).await, 2, "the others have charged nothing");
}

/// The refusal has the index and the wait of the strictest charge.
pub async fn the_strictest_refusal_is_told(store: impl SharedStore) {
    let short = Charge { key: key(1, 1), limit: Limit::Rate { interval: HOUR / 2, tolerance: HOUR / 2 } };
    let charges = [short, hourly(key(2, 1), 1)];
    assert!(admits(&store, &charges).await);
    let Admission::Refused { charge: 1, wait } = store.admit(&charges).await.unwrap() else { panic!("not the second") };
    assert!(wait > HOUR / 2 && wait <= HOUR, "{wait:?}");
}

/// Regardless of how many ask at the same time.
pub async fn concurrent_calls_get_no_more_than_there_is(store: impl SharedStore) {
    let store = Arc::new(store);
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..8 {
        let store = Arc::clone(&store);
        // The charges in different orders.
        let mut charges = [hourly(key(1, caller % 2), 30), hourly(key(2, 0), 50)];
        if caller % 4 > 1 {
            charges.reverse();
        }
        tasks.spawn(async move { admitted(&*store, &charges, 40).await });
    }
    let all = tokio::time::timeout(WAIT_LIMIT, tasks.join_all()).await.unwrap();
    assert_eq!(all.into_iter().sum::<usize>(), 50);
}

/// By what is counted, and by the owner.
pub async fn keys_are_kept_apart(store: impl SharedStore) {
    for (what, whose) in [(1, 1), (1, 2), (2, 1)] {
        assert_eq!(admitted(&store, &[hourly(key(what, whose), 1)], 3).await, 1);
        assert!(store.once(key(what, whose), HOUR).await.unwrap());
        store.put(fact(key(what, whose), &[what, whose])).await.unwrap();
    }
    assert_eq!(all(&store, None).await.0.len(), 3);
}

/// The second use is refused.
pub async fn once_is_once(store: impl SharedStore) {
    assert!(store.once(key(1, 1), HOUR).await.unwrap());
    assert!(!store.once(key(1, 1), HOUR).await.unwrap());
    assert!(!store.once(key(1, 1), Duration::from_millis(1)).await.unwrap());
    assert!(store.once(key(1, 2), HOUR).await.unwrap());
}

/// Exactly one.
pub async fn of_many_at_once_one_is_first(store: impl SharedStore) {
    let store = Arc::new(store);
    for round in 0..20 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = Arc::clone(&store);
            tasks.spawn(async move { store.once(key(1, round), HOUR).await.unwrap() });
        }
        let all = tokio::time::timeout(WAIT_LIMIT, tasks.join_all()).await.unwrap();
        assert_eq!(all.into_iter().filter(|first| *first).count(), 1);
    }
}

/// So that memory does not grow.
pub async fn what_was_once_is_forgotten_after_its_time(store: impl SharedStore) {
    assert!(store.once(key(1, 1), Duration::from_millis(50)).await.unwrap());
    let again = async { while !store.once(key(1, 1), Duration::from_millis(50)).await.unwrap() {} };
    assert!(tokio::time::timeout(WAIT_LIMIT, again).await.is_ok(), "it is still remembered");
}

/// A fact that replaces another comes after those that were put before it.
pub async fn facts_come_in_their_order_and_the_last_of_a_key_counts(store: impl SharedStore) {
    let (empty, start) = all(&store, None).await;
    assert!(empty.is_empty());
    for (whose, value) in [(1, b"a"), (2, b"b"), (1, b"c")] {
        store.put(fact(key(1, whose), value)).await.unwrap();
    }
    let (facts, cursor) = all(&store, None).await;
    assert_eq!(facts, [fact(key(1, 2), b"b"), fact(key(1, 1), b"c")]);
    assert_eq!(all(&store, Some(start)).await.0, facts, "from where there was nothing");
    assert_eq!(all(&store, Some(cursor)).await, (Vec::new(), cursor));
    store.put(fact(key(1, 2), b"d")).await.unwrap();
    assert_eq!(all(&store, Some(cursor)).await.0, [fact(key(1, 2), b"d")]);
}

/// Each once.
pub async fn many_facts_come_in_pages(store: impl SharedStore) {
    for number in 0..2_500_u16 {
        let [a, b] = number.to_be_bytes();
        let mut whose = [0; 16];
        whose[0] = a;
        whose[1] = b;
        store.put(fact(StoreKey::new([1; 8], whose), &[a, b])).await.unwrap();
    }
    let (facts, _) = all(&store, None).await;
    let numbers: Vec<Vec<u8>> = facts.iter().map(|fact| fact.value.to_vec()).collect();
    assert_eq!(numbers, (0..2_500_u16).map(|number| number.to_be_bytes().to_vec()).collect::<Vec<_>>());
}

/// A fact that is still kept has its remaining time.
pub async fn a_fact_ends_after_its_time(store: impl SharedStore) {
    store.put(Fact { keep: Some(Duration::from_millis(50)), ..fact(key(1, 1), b"short") }).await.unwrap();
    store.put(Fact { keep: Some(HOUR), ..fact(key(1, 2), b"long") }).await.unwrap();
    let gone = async {
        loop {
            let (facts, _) = all(&store, None).await;
            if facts.len() == 1 {
                return facts;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let facts = tokio::time::timeout(WAIT_LIMIT, gone).await.unwrap();
    let [long] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(&*long.value, b"long");
    assert!(long.keep.is_some_and(|keep| keep <= HOUR && keep > HOUR / 2), "{long:?}");
}

/// A reader with a cursor of a lost history gets all facts.
pub async fn a_cursor_of_another_history_begins_anew(store: impl SharedStore) {
    store.put(fact(key(1, 1), b"a")).await.unwrap();
    let (_, cursor) = all(&store, None).await;
    let other = Cursor { history: cursor.history.wrapping_add(1), position: cursor.position + 1_000 };
    let (facts, now) = all(&store, Some(other)).await;
    assert_eq!((facts, now), (vec![fact(key(1, 1), b"a")], cursor));
}

/// It may ring without a new fact, and may miss some.
pub async fn a_new_fact_rings(store: impl SharedStore) {
    let rings = async {
        let mut bell = std::pin::pin!(store.bell());
        loop {
            tokio::select! {
                biased;
                () = &mut bell => break,
                () = tokio::time::sleep(Duration::from_millis(20)) => store.put(fact(key(1, 1), b"a")).await.unwrap(),
            }
        }
    };
    assert!(tokio::time::timeout(WAIT_LIMIT, rings).await.is_ok(), "it does not ring");
}

const OPERATION: Operation = Operation { fingerprint: [7; 16], lease: HOUR, keep: HOUR };

async fn begins(store: &impl SharedStore, key: StoreKey, operation: Operation) -> Fence {
    match store.begin(key, operation).await.unwrap() {
        Begun::First(fence) => fence,
        Begun::Before(earlier) => panic!("{earlier:?}"),
    }
}

fn earlier(progress: Progress) -> Earlier {
    Earlier { fingerprint: OPERATION.fingerprint, progress }
}

/// Even an answer of the maximum length, and regardless of later fingerprints.
pub async fn an_operation_begins_once_and_its_answer_is_kept(store: impl SharedStore) {
    assert_eq!(store.recall(key(1, 1)).await.unwrap(), None);
    let fence = begins(&store, key(1, 1), OPERATION).await;
    let other = Operation { fingerprint: [8; 16], ..OPERATION };
    for operation in [OPERATION, other] {
        assert_eq!(store.begin(key(1, 1), operation).await.unwrap(), Begun::Before(earlier(Progress::Running)));
    }
    let answer: Box<[u8]> = (0..MOST_ANSWER).map(|at| at.to_le_bytes()[0]).collect();
    assert!(store.finish(key(1, 1), fence, End::Done(answer.clone())).await.unwrap());
    let done = earlier(Progress::Done(answer));
    assert_eq!(store.begin(key(1, 1), other).await.unwrap(), Begun::Before(done.clone()));
    assert_eq!(store.recall(key(1, 1)).await.unwrap(), Some(done));
    for other in [key(1, 2), key(2, 1)] {
        begins(&store, other, OPERATION).await;
    }
}

/// Exactly one.
pub async fn of_many_that_begin_at_once_one_is_first(store: impl SharedStore) {
    let store = Arc::new(store);
    for round in 0..20 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = Arc::clone(&store);
            tasks.spawn(async move { store.begin(key(1, round), OPERATION).await.unwrap() });
        }
        let all = tokio::time::timeout(WAIT_LIMIT, tasks.join_all()).await.unwrap();
        assert_eq!(all.into_iter().filter(|begun| matches!(begun, Begun::First(_))).count(), 1);
    }
}

/// It is not begun again, but it can still be finished.
pub async fn an_operation_whose_lease_has_ended_is_in_doubt_until_it_is_finished(store: impl SharedStore) {
    let fence = begins(&store, key(1, 1), Operation { lease: Duration::from_millis(50), ..OPERATION }).await;
    let doubtful = async {
        while store.recall(key(1, 1)).await.unwrap() != Some(earlier(Progress::InDoubt)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(WAIT_LIMIT, doubtful).await.is_ok(), "its lease does not end");
    assert_eq!(store.begin(key(1, 1), OPERATION).await.unwrap(), Begun::Before(earlier(Progress::InDoubt)));
    assert!(store.finish(key(1, 1), fence, End::Done(b"done".as_slice().into())).await.unwrap());
    let done = earlier(Progress::Done(b"done".as_slice().into()));
    assert_eq!(store.recall(key(1, 1)).await.unwrap(), Some(done));
}

/// The first end is kept.
pub async fn only_the_holder_of_the_fence_finishes_an_operation_and_once(store: impl SharedStore) {
    let answer = |answer: &[u8]| End::Done(answer.into());
    let first = begins(&store, key(1, 1), OPERATION).await;
    let second = begins(&store, key(1, 2), OPERATION).await;
    assert_ne!(first, second);
    for end in [answer(b"forged"), End::Undone] {
        assert!(!store.finish(key(1, 1), second, end).await.unwrap());
    }
    assert!(!store.finish(key(1, 3), first, answer(b"unknown")).await.unwrap());
    assert!(store.finish(key(1, 1), first, answer(b"done")).await.unwrap());
    for end in [answer(b"again"), End::Undone] {
        assert!(!store.finish(key(1, 1), first, end).await.unwrap());
    }
    let done = earlier(Progress::Done(b"done".as_slice().into()));
    assert_eq!(store.recall(key(1, 1)).await.unwrap(), Some(done));
}

/// With another fence; the former one has no effect.
pub async fn an_undone_operation_begins_again(store: impl SharedStore) {
    let first = begins(&store, key(1, 1), OPERATION).await;
    assert!(store.finish(key(1, 1), first, End::Undone).await.unwrap());
    assert_eq!(store.recall(key(1, 1)).await.unwrap(), None);
    let second = begins(&store, key(1, 1), OPERATION).await;
    assert_ne!(first, second);
    assert!(!store.finish(key(1, 1), first, End::Undone).await.unwrap());
}

/// So that memory does not grow, whether the operation is in doubt or not.
pub async fn an_operation_is_forgotten_after_its_time(store: impl SharedStore) {
    let short = Duration::from_millis(200);
    let done = begins(&store, key(1, 1), Operation { lease: short, keep: short, ..OPERATION }).await;
    store.finish(key(1, 1), done, End::Done(b"done".as_slice().into())).await.unwrap();
    begins(&store, key(1, 2), Operation { lease: short / 4, keep: short, ..OPERATION }).await;
    let gone = async {
        for whose in [1, 2] {
            while store.recall(key(1, whose)).await.unwrap().is_some() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    };
    assert!(tokio::time::timeout(WAIT_LIMIT, gone).await.is_ok(), "it is still remembered");
}

/// A later mark does not shorten it either.
pub async fn a_mark_ends_after_its_time_and_is_never_shortened(store: impl SharedStore) {
    assert!(!store.is_marked(key(1, 1)).await.unwrap());
    store.mark(key(1, 1), HOUR).await.unwrap();
    store.mark(key(1, 1), Duration::from_millis(1)).await.unwrap();
    store.mark(key(1, 2), Duration::from_millis(50)).await.unwrap();
    let gone = async {
        while store.is_marked(key(1, 2)).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(WAIT_LIMIT, gone).await.is_ok(), "it is still marked");
    assert!(store.is_marked(key(1, 1)).await.unwrap());
    assert!(!store.is_marked(key(2, 1)).await.unwrap());
}
