//! The switch stage: does the item exist in this environment and for this caller, is it switched on and exposed. And the end of calls that run when it is
//! switched off.

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

/// What an operator can turn while the server runs, and for whom the server is at all.
pub(crate) struct KillSwitch {
    /// Whether the builder said `allow_writes()`.
    pub(crate) writes_allowed: bool,
    /// Every caller has to be on each of these lists.
    only_for: Vec<AllowList>,
    halted: AtomicBool,
    /// Only items that change nothing are exposed.
    read_only: AtomicBool,
    halts: Halts,
    cuts: Cuts,
}

/// Where an operator turns a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    On,
    /// Nothing new begins, and what runs is ended.
    Off,
    /// Nothing new begins, and what runs goes on to its end.
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

    /// The item, if this server exposes it at this moment. One that it does not expose is an unknown one.
    pub(crate) fn check<'i, S>(
        &self,
        found: Option<Found<'i, S>>,
        principal: &Principal,
    ) -> Result<Found<'i, S>, Refusal> {
        let refuse = |rule| Refusal::new(Code::UnknownTool, Stage::Switch, rule);
        let found = found.ok_or_else(|| refuse("unknown"))?;
        self.hidden_by(found.item, principal).map_or(Ok(found), |rule| Err(refuse(rule)))
    }

    /// Whether a call that begins now is one of those that a switch ends: this goes to [`unless_cut`](Self::unless_cut).
    pub(crate) fn cuts_so_far(&self) -> u64 {
        self.cuts.now()
    }

    /// Waits for a call, wherever it waits itself, until an operator ends it. The future of a call that was ended has to be dropped.
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

    /// Gives a turn its effect, except on single items, which keep their own.
    ///
    /// # Errors
    ///
    /// If there is no room for a scope, or it has no name.
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

    /// Ends what runs, if that is due and has not been done. What would begin is refused already. While a process does not serve yet, calls wait to learn
    /// what is off, and what was ended elsewhere before does not concern them.
    pub(crate) fn cut(&self, switch: &Switch, turn: Turn, serves: bool) {
        match turn.cut {
            Some(id) if serves => self.cuts.make(id, switch),
            Some(id) => self.cuts.note(id, switch),
            None => {}
        }
    }

    /// What the processes of a server are told. A switch that is turned on again tells of its last cut as well, for those that have not heard of it.
    pub(crate) fn turn_to(&self, switch: &Switch, position: Position) -> Turn {
        let cut = match position {
            // Random, as the keys of every state are.
            Position::Off => Some(RandomState::new().hash_one(0_u8)),
            Position::On | Position::OffGracefully => self.cuts.last_of(switch),
        };
        Turn { off: position != Position::On, cut }
    }
}

/// What a caller is told whose call an operator has ended before it could do anything.
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
