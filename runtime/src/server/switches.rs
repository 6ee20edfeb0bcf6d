//! What an operator can turn while the server runs.

use std::{fmt, sync::Arc};

use crate::{guard::Guard, store::Change};

/// A server's switches. An item (a tool, a resource) that is off is neither listed nor callable, and answers like one that never was. Calls that are
/// already running are not stopped. With a [shared store](crate::ServerBuilder::shared) a switch is turned in all processes of the server.
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

/// There is no item of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchTool;

impl fmt::Display for NoSuchTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no item of that name")
    }
}

impl std::error::Error for NoSuchTool {}

impl<S> Switches<S> {
    pub(super) fn new(guard: Arc<Guard<S>>) -> Self {
        Self(guard)
    }

    /// Turns everything off: every tool, and every item of another kind.
    pub fn halt(&self) {
        self.0.turn(Change::Halted(true));
    }

    /// Ends a [`halt`](Self::halt).
    pub fn resume(&self) {
        self.0.turn(Change::Halted(false));
    }

    /// Turns the tools that write off or on. It cannot expose what the builder did not allow.
    pub fn set_read_only(&self, read_only: bool) {
        self.0.turn(Change::ReadOnly(read_only));
    }

    /// Turns one item off: every one of this name, whatever its kind.
    ///
    /// # Errors
    ///
    /// If there is no item of that name.
    pub fn disable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.set(tool, true)
    }

    /// Turns it on again.
    ///
    /// # Errors
    ///
    /// If there is no item of that name.
    pub fn enable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.set(tool, false)
    }

    fn set(&self, tool: &str, disabled: bool) -> Result<(), NoSuchTool> {
        if !self.0.catalog.items().any(|item| *item.name == *tool) {
            return Err(NoSuchTool);
        }
        self.0.turn(Change::Disabled(tool.to_owned(), disabled));
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
