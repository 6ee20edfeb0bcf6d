//! Of what the blocks of an answer were made.

use super::HasOwners;
use crate::Owner;

/// The owners of what each block was made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    owners: Vec<Owner>,
    /// A block was made of nothing, such as an empty list, which proves nothing about it.
    lacks_proof: bool,
}

impl Sources {
    /// Of a block that was made of this.
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
