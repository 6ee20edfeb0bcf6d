//! The running calls that an operator has ended.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{bell::Bell, store::Switch};

/// How many cuts are remembered. A running call checks each cut when it is made, so only a call that was not polled during this number of cuts has to
/// rely on the current switches.
const MOST: usize = 1024;

/// The cuts of this process: each ends the affected calls that began before it, even if the switch is turned on again at once.
#[derive(Default)]
pub(super) struct Cuts {
    /// The number of the last cut: the only thing that a call checks while there is no new one.
    last: AtomicU64,
    recent: Mutex<VecDeque<Cut>>,
    bell: Bell,
}

struct Cut {
    /// 0 for a cut that has no effect in this process.
    number: u64,
    /// The same in all processes, so that each applies it once.
    id: u64,
    what: Switch,
}

impl Cuts {
    /// What a call has to remember at its beginning.
    pub(super) fn now(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    /// Ends running calls, unless this cut was applied before.
    pub(super) fn make(&self, id: u64, what: &Switch) {
        {
            let mut recent = self.recent();
            if recent.iter().any(|cut| cut.id == id) {
                return;
            }
            let number = self.now() + 1;
            if recent.len() == MOST {
                recent.pop_front();
            }
            recent.push_back(Cut { number, id, what: what.clone() });
            // Under the lock, so that the numbers are in order.
            self.last.store(number, Ordering::Release);
        }
        self.bell.ring();
    }

    /// Records a cut from before this process served calls: it has no effect here, even if it is received again.
    pub(super) fn note(&self, id: u64, what: &Switch) {
        let mut recent = self.recent();
        if recent.len() < MOST && !recent.iter().any(|cut| cut.id == id) {
            // In front, as those with numbers are in order.
            recent.push_front(Cut { number: 0, id, what: what.clone() });
        }
    }

    /// The id of the last cut of this switch, if it is remembered.
    pub(super) fn last_of(&self, what: &Switch) -> Option<u64> {
        self.recent().iter().rev().find(|cut| cut.what == *what).map(|cut| cut.id)
    }

    /// Waits for a cut after number `since` for which `rule` says something, or `off` does if some of them are forgotten.
    pub(super) async fn wait(
        &self,
        since: u64,
        rule: impl Fn(&Switch) -> Option<&'static str>,
        off: impl Fn() -> Option<&'static str>,
    ) -> &'static str {
        self.bell.until(|| self.find(since, &rule, &off)).await
    }

    fn find(
        &self,
        since: u64,
        rule: impl Fn(&Switch) -> Option<&'static str>,
        off: impl Fn() -> Option<&'static str>,
    ) -> Option<&'static str> {
        if self.now() == since {
            return None;
        }
        let recent = self.recent();
        let is_whole = recent.front().is_none_or(|first| first.number <= since + 1);
        let found = recent.iter().filter(|cut| cut.number > since).find_map(|cut| rule(&cut.what));
        drop(recent);
        found.or_else(|| if is_whole { None } else { off() })
    }

    fn recent(&self) -> MutexGuard<'_, VecDeque<Cut>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(what: &Switch) -> Option<&'static str> {
        (*what == Switch::All).then_some("halted")
    }

    #[test]
    fn a_cut_concerns_what_began_before_it_and_is_made_once() {
        let cuts = Cuts::default();
        let before = cuts.now();
        let find = |since| cuts.find(since, all, || Some("off"));
        cuts.make(1, &Switch::Writes);
        assert_eq!(find(before), None, "another switch");
        cuts.make(2, &Switch::All);
        assert_eq!(find(before), Some("halted"));
        let after = cuts.now();
        assert_eq!(find(after), None);
        cuts.make(2, &Switch::All);
        assert_eq!((find(after), cuts.last_of(&Switch::All)), (None, Some(2)), "it was heard of again");
        cuts.make(3, &Switch::All);
        assert_eq!((find(after), cuts.last_of(&Switch::All)), (Some("halted"), Some(3)));
    }

    #[test]
    fn what_was_cut_before_this_process_served_ends_nothing() {
        let cuts = Cuts::default();
        let before = cuts.now();
        cuts.note(1, &Switch::All);
        cuts.make(1, &Switch::All);
        assert_eq!(cuts.find(before, all, || Some("off")), None);
        assert_eq!(cuts.last_of(&Switch::All), Some(1), "and is told on");
        cuts.make(2, &Switch::All);
        assert_eq!(cuts.find(before, all, || Some("off")), Some("halted"));
    }

    #[test]
    fn what_is_forgotten_counts_as_what_is_off() {
        let cuts = Cuts::default();
        for id in 0..MOST as u64 {
            cuts.make(id, &Switch::Writes);
        }
        assert_eq!(cuts.find(0, all, || Some("off")), None, "it knows them all");
        cuts.make(MOST as u64, &Switch::Writes);
        assert_eq!(cuts.find(0, all, || Some("off")), Some("off"));
        assert_eq!(cuts.find(0, all, || None), None);
        assert_eq!(cuts.find(1, all, || Some("off")), None);
        assert_eq!(cuts.recent().len(), MOST);
    }
}
