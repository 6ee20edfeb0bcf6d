//! What the guard finds out about ownership.

use serde::Serialize;

/// What the guard found out about ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[repr(u8)]
pub enum OwnerOutcome {
    /// The call did not get so far.
    Unchecked = 0,
    /// The tool declares that nothing in it belongs to anybody.
    Unowned = 1,
    /// The body binds its own queries to the caller, or the model named no object.
    Caller = 2,
    /// There was an object, and every one belongs to the caller.
    Owned = 3,
    /// An object belongs to somebody else. The caller was told `not_found`.
    Foreign = 4,
    /// There is no such object. The caller was told `not_found`.
    Absent = 5,
    /// An object belongs to somebody else, and the caller holds the server's
    /// [override scope](crate::ServerBuilder::override_scope).
    Overridden = 6,
}

impl OwnerOutcome {
    pub(crate) fn from_u8(value: u8) -> Self {
        match value {
            1 => Self::Unowned,
            2 => Self::Caller,
            3 => Self::Owned,
            4 => Self::Foreign,
            5 => Self::Absent,
            6 => Self::Overridden,
            _ => Self::Unchecked,
        }
    }
}
