//! The owners of the objects that the blocks of an answer were made of.

use super::HasOwners;
use crate::Owner;

/// The owners for each block.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    owners: Vec<Owner>,
    /// A block has no owners, for example because it was made of an empty list, which proves nothing.
    lacks_proof: bool,
}

impl Sources {
    /// Adds the owners for a block that was made of this value.
    pub(super) fn add(&mut self, of: &(impl HasOwners + ?Sized)) {
        let before = self.owners.len();
        self.owners.extend(of.owners());
        self.lacks_proof |= self.owners.len() == before;
    }

    /// Whether every block has owners, and all of them pass.
    pub(super) fn pass(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        !self.lacks_proof && self.owners.iter().all(passes)
    }
}
