//! What an operator can turn while the server runs.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use crate::{catalog::Kind, guard::Guard};

/// A server's switches. A tool that is off is neither listed nor callable, and answers like one that never was. Calls that are
/// already running are not stopped.
///
/// ```
/// # use secure_tool::{SecureServer, Switches};
/// fn incident<S: Send + Sync + 'static>(server: &SecureServer<S>) -> Result<(), secure_tool::NoSuchTool> {
///     let switches: Switches<S> = server.switches();
///     switches.disable("delete_invoice")?;
///     switches.set_read_only(true); // no tool that writes
///     switches.halt();              // no tool at all
///     Ok(())
/// }
/// ```
pub struct Switches<S>(Arc<Guard<S>>);

/// There is no tool of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchTool;

impl fmt::Display for NoSuchTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no tool of that name")
    }
}

impl std::error::Error for NoSuchTool {}

impl<S> Switches<S> {
    pub(super) fn new(guard: Arc<Guard<S>>) -> Self {
        Self(guard)
    }

    /// Turns every tool off.
    pub fn halt(&self) {
        self.0.kill_switch.halted.store(true, Ordering::Release);
    }

    /// Ends a [`halt`](Self::halt).
    pub fn resume(&self) {
        self.0.kill_switch.halted.store(false, Ordering::Release);
    }

    /// Turns the tools that write off or on. It cannot expose what the builder did not allow.
    pub fn set_read_only(&self, read_only: bool) {
        self.0.kill_switch.read_only.store(read_only || !self.0.kill_switch.writes_allowed, Ordering::Release);
    }

    /// Turns one tool off.
    ///
    /// # Errors
    ///
    /// If there is no tool of that name.
    pub fn disable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.set(tool, true)
    }

    /// Turns one tool on again.
    ///
    /// # Errors
    ///
    /// If there is no tool of that name.
    pub fn enable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.set(tool, false)
    }

    fn set(&self, tool: &str, disabled: bool) -> Result<(), NoSuchTool> {
        self.0.catalog.get(Kind::Tool, tool).ok_or(NoSuchTool)?.disabled.store(disabled, Ordering::Release);
        Ok(())
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
