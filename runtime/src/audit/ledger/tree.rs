//! The Merkle tree of RFC 6962 over SHA-256; only its right edge is kept in memory.

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of a record, a subtree, or a whole log.
pub type Hash = [u8; 32];

/// The hash of a record: SHA-256(0x00 ‖ its line without the newline).
pub(super) fn leaf_hash(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub(super) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A perfect subtree: 2^level records, the first of which has a number that is a multiple of 2^level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subtree {
    pub(super) level: u32,
    pub(super) hash: Hash,
}

/// The largest perfect subtrees from the first record to the last. Appending a record costs two hashes on average and no allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    size: u64,
    /// One for each bit that is set in `size`, from the highest bit.
    peaks: Vec<Hash>,
    /// Where the current segment begins.
    base: u64,
    /// Subtrees of the current segment that are the right half of a subtree that began before it.
    absorbed: Vec<Subtree>,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { size: 0, peaks: Vec::with_capacity(64), base: 0, absorbed: Vec::with_capacity(64) }
    }

    /// How many records there are.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Appends a record.
    pub(super) fn push(&mut self, leaf: Hash) {
        let appended = self.append(Subtree { level: 0, hash: leaf });
        debug_assert!(appended, "2^64 records");
    }

    /// Appends a subtree. Returns `false` and changes nothing if a subtree of this size does not fit here.
    #[must_use]
    pub(super) fn append(&mut self, subtree: Subtree) -> bool {
        let Subtree { mut level, mut hash } = subtree;
        let mut start = self.size;
        let width = |level| 1_u64.checked_shl(level);
        let Some(size) =
            width(level).and_then(|width| start.is_multiple_of(width).then(|| start.checked_add(width))?)
        else {
            return false;
        };
        while let Some(width) = width(level)
            && start & width != 0
            && let Some(left) = self.peaks.pop()
        {
            if start >= self.base && start - width < self.base {
                self.absorbed.push(Subtree { level, hash });
            }
            hash = node_hash(&left, &hash);
            start -= width;
            level += 1;
        }
        self.peaks.push(hash);
        self.size = size;
        true
    }

    /// The root of the tree.
    pub(super) fn root(&self) -> Hash {
        match self.peaks.split_last() {
            Some((last, rest)) => rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)),
            None => Sha256::digest([]).into(),
        }
    }

    /// The subtrees of the current segment, which together with those of the segments before it make this tree.
    pub(super) fn subtrees(&self) -> Vec<Subtree> {
        let mut subtrees = self.absorbed.clone();
        let mut start = 0;
        let bits = (0..u64::BITS).rev().filter(|&level| self.size & (1 << level) != 0);
        for (level, &hash) in bits.zip(&self.peaks) {
            if start >= self.base {
                subtrees.push(Subtree { level, hash });
            }
            start += 1 << level;
        }
        subtrees
    }

    /// Begins a new segment.
    pub(super) fn begin_segment(&mut self) {
        self.base = self.size;
        self.absorbed.clear();
    }
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;

    use super::*;

    fn leaf(n: u64) -> Hash {
        leaf_hash(&n.to_be_bytes())
    }

    #[test]
    fn the_root_is_that_of_rfc_6962() {
        let (mut ours, mut theirs) = (Tree::new(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
        assert_eq!(ours.root(), <[u8; 32]>::from(*theirs.root().as_bytes()));
        for n in 0..300_u64 {
            ours.push(leaf(n));
            theirs.push(n.to_be_bytes().to_vec());
            assert_eq!(ours.root(), <[u8; 32]>::from(*theirs.root().as_bytes()), "{n}");
        }
    }

    #[test]
    fn the_subtrees_of_all_segments_make_the_tree() {
        for step in 1..40 {
            let (mut whole, mut joined) = (Tree::new(), Tree::new());
            for n in 0..200 {
                whole.push(leaf(n));
                if n % step == step - 1 {
                    let subtrees = whole.subtrees();
                    assert!(subtrees.len() <= 16);
                    whole.begin_segment();
                    assert!(whole.subtrees().is_empty());
                    assert!(subtrees.into_iter().all(|subtree| joined.append(subtree)));
                    assert_eq!((joined.size(), joined.root()), (n + 1, whole.root()), "{step}");
                }
            }
        }
    }

    #[test]
    fn a_subtree_has_its_place() {
        let mut tree = Tree::new();
        tree.push(leaf(0));
        let before = tree.clone();
        for level in [1, 2, 63, 64, u32::MAX] {
            assert!(!tree.append(Subtree { level, hash: leaf(1) }), "{level}");
        }
        assert_eq!(tree, before);
        let mut full = Tree::new();
        assert!(full.append(Subtree { level: 63, hash: leaf(0) }));
        assert!(!full.append(Subtree { level: 63, hash: leaf(0) }), "there are no 2^64 records");
    }
}
