//! The switches that an operator can turn while the server runs.

use std::{fmt, sync::Arc};

use crate::{
    HaltScope, NotHalted,
    guard::{Guard, switch::Position},
    store::Switch,
};

/// The switches of a server. An item that is off is neither listed nor callable, on any transport, and behaves like an item that does not exist: a
/// new call is refused as an unknown tool, whichever switch is off.
///
/// Each switch can be turned off in two ways:
///
/// | | new calls | calls that run, or wait for a person |
/// |---|---|---|
/// | [`halt`](Self::halt), [`halt_for`](Self::halt_for), [`disable`](Self::disable), [`set_read_only(true)`](Self::set_read_only) | are refused | end at once |
/// | [`halt_gracefully`](Self::halt_gracefully), [`halt_for_gracefully`](Self::halt_for_gracefully), [`disable_gracefully`](Self::disable_gracefully), [`set_read_only_gracefully`](Self::set_read_only_gracefully) | are refused | run to completion |
///
/// A call that is ended is recorded as [`Decision::Halted`](crate::Decision::Halted). Its caller is told `unavailable` if nothing can have happened,
/// because the item only reads or its body had not started, and `outcome_unknown` if the body of a tool that writes had started. An async body is
/// dropped. A blocking body keeps running, [`Call::is_abandoned`](crate::Call::is_abandoned) returns `true`, and its outcome is recorded when it
/// ends. Calls are ended even if the switch is turned on again at once: `halt()` followed by `resume()` ends the running calls and admits new ones.
///
/// With a [shared store](crate::ServerBuilder::shared) a switch takes effect in all processes of the server, usually within half a second, and ends
/// the calls that run there. An item that is off in the store stays off even when every process has ended.
///
/// ```
/// # use secure_tool::{HaltScope, SecureServer, Switches};
/// fn incident<S: Send + Sync + 'static>(server: &SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
///     let switches: Switches<S> = server.switches();
///     switches.disable("delete_invoice")?;
///     switches.halt_for(HaltScope::client("a-leaky-app"))?;
///     switches.set_read_only(true); // no tool that writes
///     switches.halt();              // no tool at all
///     Ok(())
/// }
/// ```
///
/// [The guide](crate::guide::switches) says when to use which.
pub struct Switches<S>(Arc<Guard<S>>);

/// There is no item with that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchTool;

impl fmt::Display for NoSuchTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no item with that name")
    }
}

impl std::error::Error for NoSuchTool {}

impl<S> Switches<S> {
    pub(super) fn new(guard: Arc<Guard<S>>) -> Self {
        Self(guard)
    }

    /// Turns every item of every kind off, and ends the running calls.
    pub fn halt(&self) {
        self.turn(Switch::All, Position::Off);
    }

    /// Turns every item off, and lets the running calls complete.
    pub fn halt_gracefully(&self) {
        self.turn(Switch::All, Position::OffGracefully);
    }

    /// Ends a [`halt`](Self::halt). Items that other switches have turned off stay off.
    pub fn resume(&self) {
        self.turn(Switch::All, Position::On);
    }

    /// Turns every item off for some callers, and ends their running calls. Their credentials stay valid; to invalidate them, use
    /// [`Revocations`](crate::Revocations). Calls without a credential belong to no scope.
    ///
    /// Up to 16,384 scopes can be halted at the same time.
    ///
    /// # Errors
    ///
    /// [`NotHalted`]; nothing has changed then.
    pub fn halt_for(&self, scope: HaltScope) -> Result<(), NotHalted> {
        self.0.turn(Switch::Scope(scope), Position::Off)
    }

    /// Like [`halt_for`](Self::halt_for), but lets the running calls complete.
    ///
    /// # Errors
    ///
    /// See [`halt_for`](Self::halt_for).
    pub fn halt_for_gracefully(&self, scope: HaltScope) -> Result<(), NotHalted> {
        self.0.turn(Switch::Scope(scope), Position::OffGracefully)
    }

    /// Ends a [`halt_for`](Self::halt_for) of the same scope. It has no effect if that scope was not halted.
    pub fn resume_for(&self, scope: HaltScope) {
        self.turn(Switch::Scope(scope), Position::On);
    }

    /// Turns the tools that write off and ends their running calls, or turns them on again. It cannot expose tools that the builder did not allow.
    pub fn set_read_only(&self, read_only: bool) {
        self.turn(Switch::Writes, if read_only { Position::Off } else { Position::On });
    }

    /// Turns the tools that write off, and lets their running calls complete.
    pub fn set_read_only_gracefully(&self) {
        self.turn(Switch::Writes, Position::OffGracefully);
    }

    /// Turns every item with this name off, whatever its kind, and ends its running calls.
    ///
    /// # Errors
    ///
    /// If there is no item with that name.
    pub fn disable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.turn_item(tool, Position::Off)
    }

    /// Like [`disable`](Self::disable), but lets the running calls complete.
    ///
    /// # Errors
    ///
    /// If there is no item with that name.
    pub fn disable_gracefully(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.turn_item(tool, Position::OffGracefully)
    }

    /// Turns an item on again.
    ///
    /// # Errors
    ///
    /// If there is no item with that name.
    pub fn enable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.turn_item(tool, Position::On)
    }

    fn turn_item(&self, tool: &str, position: Position) -> Result<(), NoSuchTool> {
        if !self.0.catalog.items().any(|item| *item.name == *tool) {
            return Err(NoSuchTool);
        }
        self.turn(Switch::Item(tool.to_owned()), position);
        Ok(())
    }

    fn turn(&self, switch: Switch, position: Position) {
        // Only a scope that is turned off needs room.
        let _ = self.0.turn(switch, position);
    }
}

impl<S> Clone for Switches<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for Switches<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kill_switch.fmt(f)
    }
}
