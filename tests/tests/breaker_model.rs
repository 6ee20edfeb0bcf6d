//! All interleavings of threads in the state of a breaker, checked by loom.

use loom::{sync::Arc, thread};
use state::{Pass, State, Stopped, Transition};

#[path = "../../runtime/src/breaker/state.rs"]
mod state;

/// The atomics of the state.
mod sync {
    pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};
}

/// After so many failures it opens, until this time.
const MOST: u64 = 2;
const UNTIL: u64 = 100;
/// Until when everybody waits for a probe.
const LATE: u64 = 200;

/// A breaker that is open until [`UNTIL`].
fn open() -> State {
    let state = State::new();
    for _ in 0..MOST {
        let pass = state.enter(0, LATE).unwrap();
        assert!(!pass.is_probe);
        state.failed(pass, MOST, UNTIL);
    }
    assert_eq!(state.check(UNTIL - 1), Err(Stopped::Open(1)));
    state
}

/// What one thread does, beside another one, with an open breaker: both results.
fn both<T: Send + 'static>(state: &Arc<State>, run: impl Fn(&State) -> T + Copy + Send + 'static) -> (T, T) {
    let other = {
        let state = Arc::clone(state);
        thread::spawn(move || run(&state))
    };
    let one = run(state);
    (one, other.join().unwrap())
}

/// Whatever has happened: nobody is left out for good.
fn is_not_stuck(state: &State) {
    let late = 10 * UNTIL;
    assert_eq!(state.check(late), Ok(()));
    let pass = state.enter(late, 2 * late).unwrap();
    if pass.is_probe {
        assert_eq!(state.enter(late, 2 * late), Err(Stopped::Probing));
        assert_eq!(state.worked(pass), Some(Transition::Closed));
    }
    assert!(!state.enter(late, 2 * late).unwrap().is_probe);
}

#[test]
fn one_of_two_calls_after_the_cooldown_is_the_probe() {
    loom::model(|| {
        let state = Arc::new(open());
        let entered = both(&state, |state| state.enter(UNTIL, LATE));
        let ((Ok(probe), Err(Stopped::Probing)) | (Err(Stopped::Probing), Ok(probe))) = entered else {
            panic!("{entered:?}")
        };
        assert!(probe.is_probe);
        assert_eq!(state.worked(probe), Some(Transition::Closed));
        is_not_stuck(&state);
    });
}

#[test]
fn one_of_two_calls_replaces_a_hanging_probe_whose_result_is_ignored() {
    loom::model(|| {
        let state = Arc::new(open());
        let hangs = state.enter(UNTIL, LATE).unwrap();
        let late = {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                state.give_back(hangs);
                state.worked(hangs)
            })
        };
        let entered = both(&state, |state| state.enter(LATE, 2 * LATE));
        let ((Ok(probe), Err(Stopped::Probing)) | (Err(Stopped::Probing), Ok(probe))) = entered else {
            panic!("{entered:?}")
        };
        assert_eq!(late.join().unwrap(), None);
        assert_eq!(state.worked(probe), Some(Transition::Closed));
        is_not_stuck(&state);
    });
}

#[test]
fn a_place_that_is_given_back_goes_to_one_call_only() {
    loom::model(|| {
        let state = Arc::new(open());
        // At any time one at most is inside.
        let inside = Arc::new(loom::sync::atomic::AtomicUsize::new(0));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (state, inside) = (Arc::clone(&state), Arc::clone(&inside));
                thread::spawn(move || {
                    let Ok(probe) = state.enter(UNTIL, LATE) else { return false };
                    assert!(probe.is_probe);
                    assert_eq!(inside.fetch_add(1, loom::sync::atomic::Ordering::SeqCst), 0, "two probes");
                    inside.fetch_sub(1, loom::sync::atomic::Ordering::SeqCst);
                    state.give_back(probe);
                    true
                })
            })
            .collect();
        let probes = threads.into_iter().map(|thread| thread.join().unwrap()).filter(|probe| *probe);
        assert!(probes.count() >= 1);
        is_not_stuck(&state);
    });
}

#[test]
fn two_concurrent_failures_open_it_once() {
    loom::model(|| {
        let state = Arc::new(State::new());
        let turns = both(&state, |state| {
            let pass = state.enter(0, LATE).unwrap();
            state.failed(pass, MOST, UNTIL)
        });
        let opened = [turns.0, turns.1].into_iter().flatten().count();
        assert_eq!((opened, state.check(UNTIL - 1)), (1, Err(Stopped::Open(1))));
        is_not_stuck(&state);
    });
}

#[test]
fn a_success_beside_a_failure_leaves_it_open_or_closed_and_never_stuck() {
    loom::model(|| {
        let state = Arc::new(State::new());
        let pass = state.enter(0, LATE).unwrap();
        state.failed(pass, MOST, UNTIL);
        let failing = {
            let state = Arc::clone(&state);
            thread::spawn(move || state.enter(0, LATE).map(|pass| state.failed(pass, MOST, UNTIL)))
        };
        let worked = state.worked(pass);
        assert_eq!(worked, None, "it was closed, or is open for another reason");
        let opened = failing.join().unwrap() == Ok(Some(Transition::Opened));
        assert_eq!(state.check(UNTIL - 1).is_err(), opened);
        is_not_stuck(&state);
    });
}

#[test]
fn a_call_from_before_the_opening_does_not_affect_a_probe() {
    loom::model(|| {
        let state = State::new();
        let old = state.enter(0, LATE).unwrap();
        for _ in 0..MOST {
            let pass = state.enter(0, LATE).unwrap();
            state.failed(pass, MOST, UNTIL);
        }
        let state = Arc::new(state);
        let late = {
            let state = Arc::clone(&state);
            thread::spawn(move || (state.worked(old), state.failed(old, MOST, 5 * UNTIL), state.give_back(old)))
        };
        let probe: Pass = state.enter(UNTIL, LATE).unwrap();
        assert_eq!(state.enter(UNTIL, LATE), Err(Stopped::Probing));
        assert_eq!(state.failed(probe, MOST, 2 * UNTIL), Some(Transition::Opened));
        assert_eq!(late.join().unwrap(), (None, None, ()));
        assert_eq!(state.check(UNTIL), Err(Stopped::Open(UNTIL)));
        is_not_stuck(&state);
    });
}
