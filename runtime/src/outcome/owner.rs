//! What the guard finds out about ownership.

use serde::Serialize;

use super::atomic::listed;

listed! {
    /// What the guard found out about ownership.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "snake_case")]
    #[non_exhaustive]
    pub enum OwnerOutcome {
        /// The call did not reach that stage.
        Unchecked,
        /// The tool declares that its objects belong to nobody.
        Unowned,
        /// The body restricts its own queries to the caller, or the model named no object.
        Caller,
        /// The model named at least one object, and all of them belong to the caller.
        Owned,
        /// An object belongs to somebody else. The caller was told `not_found`.
        Foreign,
        /// There is no such object. The caller was told `not_found`.
        Absent,
        /// An object belongs to somebody else, and the caller holds the server's
        /// [override scope](crate::ServerBuilder::override_scope).
        Overridden,
    }
}
