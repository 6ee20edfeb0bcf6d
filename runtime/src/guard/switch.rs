//! The switch stage: does the item exist in this environment and for this caller, is it switched on and exposed. It also ends running calls when an
//! item is switched off.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    Found,
    cuts::Cuts,
    halts::Halts,
    limits::{self, Interrupted},
    refusal::Refusal,
};
use crate::{
    AllowList, NotHalted,
    catalog::Item,
    identity::Principal,
    outcome::{Code, Stage},
    policy::Effect,
    store::{Switch, Turn},
};

/// The switches of a server, and the callers for which it exists.
pub(crate) struct KillSwitch {
    /// Whether `allow_writes()` was set.
    pub(crate) writes_allowed: bool,
    /// Every caller has to be on each of these lists.
    only_for: Vec<AllowList>,
    halted: AtomicBool,
    /// Only items that do not write are exposed.
    read_only: AtomicBool,
    halts: Halts,
    cuts: Cuts,
}

/// The position of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    On,
    /// New calls are refused, and running calls are ended.
    Off,
    /// New calls are refused, and running calls complete.
    OffGracefully,
}

impl KillSwitch {
    pub(crate) fn new(writes_allowed: bool, only_for: Vec<AllowList>) -> Self {
        Self {
            writes_allowed,
            only_for,
            halted: AtomicBool::new(false),
            read_only: AtomicBool::new(!writes_allowed),
            halts: Halts::default(),
            cuts: Cuts::default(),
        }
    }

    /// Whether this server exposes the item to the principal at this moment.
    pub(crate) fn exposes<R>(&self, item: &Item<R>, principal: &Principal) -> bool {
        self.hidden_by(item, principal).is_none()
    }

    fn hidden_by<R>(&self, item: &Item<R>, principal: &Principal) -> Option<&'static str> {
        if !item.here {
            return Some("environment");
        }
        let caller = principal.caller();
        let is_on = |list: &AllowList| caller.is_some_and(|caller| list.has(caller));
        if !self.only_for.iter().chain(&item.spec.only_for).all(is_on) {
            return Some("only_for");
        }
        if self.halted.load(Ordering::Acquire) {
            Some("halted")
        } else if let Some(rule) = caller.and_then(|caller| self.halts.against(caller)) {
            Some(rule)
        } else if item.disabled.load(Ordering::Acquire) {
            Some("disabled")
        } else if item.spec.effect != Effect::ReadOnly && self.read_only.load(Ordering::Acquire) {
            Some("read_only")
        } else {
            None
        }
    }

    /// The item, if this server exposes it at this moment. Otherwise it is an unknown item.
    pub(crate) fn check<'i, S>(
        &self,
        found: Option<Found<'i, S>>,
        principal: &Principal,
    ) -> Result<Found<'i, S>, Refusal> {
        let refuse = |rule| Refusal::new(Code::UnknownTool, Stage::Switch, rule);
        let found = found.ok_or_else(|| refuse("unknown"))?;
        self.hidden_by(found.item, principal).map_or(Ok(found), |rule| Err(refuse(rule)))
    }

    /// Registers the start of a call, for [`unless_cut`](Self::unless_cut).
    pub(crate) fn cuts_so_far(&self) -> u64 {
        self.cuts.now()
    }

    /// Runs a call until an operator ends it. The future of an ended call must be dropped.
    pub(crate) async fn unless_cut<R, F: Future>(
        &self,
        mut call: Pin<&mut F>,
        item: Option<&Item<R>>,
        principal: &Principal,
        cuts_before: u64,
    ) -> Result<F::Output, Interrupted> {
        if let Some(done) = limits::at_once(call.as_mut()).await {
            return Ok(done);
        }
        let rule = |switch: &Switch| match switch {
            Switch::All => Some("halted"),
            Switch::Writes => item.filter(|item| item.spec.effect != Effect::ReadOnly).map(|_| "read_only"),
            Switch::Item(name) => item.filter(|item| *item.name == **name).map(|_| "disabled"),
            Switch::Scope(scope) => principal.caller().and_then(|caller| scope.rule_for(caller)),
        };
        let off = || item.and_then(|item| self.hidden_by(item, principal));
        tokio::select! {
            biased;
            rule = self.cuts.wait(cuts_before, rule, off) => Err(Interrupted::Halted(rule)),
            done = call => Ok(done),
        }
    }

    /// Applies a turn, except for single items, which have their own state.
    ///
    /// # Errors
    ///
    /// If there is no room for a scope, or its name is empty.
    pub(crate) fn turn(&self, switch: &Switch, off: bool) -> Result<(), NotHalted> {
        match switch {
            Switch::All => self.halted.store(off, Ordering::Release),
            // It cannot expose what the builder did not allow.
            Switch::Writes => self.read_only.store(off || !self.writes_allowed, Ordering::Release),
            Switch::Scope(scope) if off => self.halts.add(scope)?,
            Switch::Scope(scope) => {
                self.halts.remove(scope);
            }
            Switch::Item(_) => {}
        }
        Ok(())
    }

    /// Ends running calls, if this cut was not applied yet; new calls are refused already. While a process does not serve yet, calls wait for the
    /// state of the switches, and earlier cuts do not affect them.
    pub(crate) fn cut(&self, switch: &Switch, turn: Turn, serves: bool) {
        match turn.cut {
            Some(id) if serves => self.cuts.make(id, switch),
            Some(id) => self.cuts.note(id, switch),
            None => {}
        }
    }

    /// The change for the other processes. A switch that is turned on includes its last cut, for processes that have not seen it.
    pub(crate) fn turn_to(&self, switch: &Switch, position: Position) -> Turn {
        let cut = match position {
            // Random, as the keys of every state are.
            Position::Off => Some(RandomState::new().hash_one(0_u8)),
            Position::On | Position::OffGracefully => self.cuts.last_of(switch),
        };
        Turn { off: position != Position::On, cut }
    }
}

/// The message for a call that an operator has ended before it could do anything.
pub(super) fn halted(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Unavailable, stage, rule).message("An operator stopped this call. Nothing was changed.")
}

impl fmt::Debug for KillSwitch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KillSwitch")
            .field("writes_allowed", &self.writes_allowed)
            .field("halted", &self.halted)
            .field("read_only", &self.read_only)
            .field("halted_scopes", &self.halts.len())
            .finish_non_exhaustive()
    }
}
