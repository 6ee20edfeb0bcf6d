//! The stages of the guard.

use serde::Serialize;

/// The stage of the guard at which a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// 1: is the tool there and switched on.
    Switch,
    /// 2: who is calling.
    Identity,
    /// 3: does the credential carry the scopes.
    Scope,
    /// 4: is the caller within its rate.
    Rate,
    /// 5: do the arguments fit the published schema.
    Arguments,
    /// 6: do the objects belong to the caller.
    Owner,
    /// 7: did a person confirm it.
    Confirmation,
    /// 8: concurrency and timeout.
    Limits,
    /// 9: the tool's own code.
    Body,
    /// 10: may the answer leave.
    Release,
    /// 11: can the call be recorded.
    Audit,
}
