//! Checkpoints: signed statements of the size and the root of a log (C2SP tlog-checkpoint in a signed note).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    key::{SigningKey, VerifyingKey},
    tree::Hash,
};

/// The number of lines of a checkpoint as a ledger writes it: origin, size, root, an empty line, the signature.
pub(super) const LINES: usize = 5;
/// The beginning of a signature line.
const DASH: &str = "\u{2014} ";

/// A signed head of a log: its number of records and the root over them. With it, a verifier can check whether a log still begins with the same
/// records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Box<str>,
    size: u64,
    root: Hash,
    note: Box<str>,
}

/// Why a text is not a checkpoint of this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It does not have the form of a checkpoint.
    Malformed,
    /// It has no signature of this key, or that signature does not match the text.
    Signature,
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "this is not a checkpoint (c2sp.org/tlog-checkpoint)",
            Self::Signature => "the checkpoint has no valid signature of this key",
        })
    }
}

impl std::error::Error for CheckpointError {}

impl Checkpoint {
    pub(super) fn sign(key: &SigningKey, origin: &str, size: u64, root: Hash) -> Self {
        let text = format!("{origin}\n{size}\n{}\n", base64(&root));
        let mut signature = [0; 68];
        let (id, bytes) = signature.split_at_mut(4);
        id.copy_from_slice(&key.verifying_key().id());
        bytes.copy_from_slice(&key.sign(text.as_bytes()));
        let note = format!("{text}\n{DASH}{} {}\n", key.name(), STANDARD.encode(signature));
        Self { origin: origin.into(), size, root, note: note.into() }
    }

    /// Reads a checkpoint and verifies its signature. Signatures of other keys, such as a witness adds, are ignored.
    ///
    /// # Errors
    ///
    /// If it is malformed, or not signed with this key.
    pub fn open(note: &str, key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let checkpoint = Self::read(note)?;
        let (text, signatures) = split(note).ok_or(CheckpointError::Malformed)?;
        let verifies = |line: &str| {
            let signature = line.strip_prefix(DASH).and_then(|rest| rest.strip_prefix(key.name())?.strip_prefix(' '));
            let bytes = signature.and_then(|signature| STANDARD.decode(signature).ok()).unwrap_or_default();
            let (id, signature) = bytes.split_at_checked(4).unwrap_or_default();
            id == key.id() && signature.try_into().is_ok_and(|signature| key.verifies(text.as_bytes(), signature))
        };
        if signatures.lines().any(verifies) { Ok(checkpoint) } else { Err(CheckpointError::Signature) }
    }

    /// Reads a checkpoint without verifying its signature.
    pub(super) fn read(note: &str) -> Result<Self, CheckpointError> {
        let parse = || {
            let (text, signatures) = split(note)?;
            let well_formed = |line: &str| line.strip_prefix(DASH).is_some_and(|rest| rest.contains(' '));
            if !signatures.ends_with('\n') || !signatures.lines().all(well_formed) {
                return None;
            }
            let mut lines = text.lines();
            let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
            let size = number(size)?;
            if origin.is_empty() || lines.any(str::is_empty) {
                return None;
            }
            Some(Self { origin: origin.into(), size, root: hash(root)?, note: note.into() })
        };
        parse().ok_or(CheckpointError::Malformed)
    }

    /// The log: the key's name, `/`, and the id of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many records the log had.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the Merkle tree over these records.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The whole signed note.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// The text of a note and its signatures. The text ends with a newline and an empty line follows, the last one in the note.
fn split(note: &str) -> Option<(&str, &str)> {
    let (text, signatures) = note.rsplit_once("\n\n")?;
    Some((note.get(..=text.len())?, signatures))
}

/// The checkpoints in a file, one after the other.
pub(super) struct Notes<'a> {
    rest: &'a str,
    /// The line, from 1, at which `rest` begins.
    line: usize,
}

impl<'a> Notes<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The incomplete checkpoint at the end.
    pub(super) fn torn(&self) -> &'a str {
        self.rest
    }
}

/// The line at which a note begins, and the note.
impl<'a> Iterator for Notes<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (end, _) = self.rest.match_indices('\n').nth(LINES - 1)?;
        let (note, rest) = self.rest.split_at_checked(end + 1)?;
        let line = self.line;
        (self.rest, self.line) = (rest, line + LINES);
        Some((line, note))
    }
}

pub(super) fn base64(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

/// A hash in canonical base64.
pub(super) fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A number in canonical decimal notation.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use signed_note::{Note, StandardVerifier, VerifierList};

    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate("example.com/audit").unwrap()
    }

    #[test]
    fn other_software_verifies_what_we_sign() {
        let key = key();
        let checkpoint = Checkpoint::sign(&key, "example.com/audit/1", 7, [9; 32]);
        let verifier = StandardVerifier::new(&key.verifying_key().to_string()).unwrap();
        let note = Note::from_bytes(checkpoint.note().as_bytes()).unwrap();
        let (good, unknown) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        assert_eq!((good.len(), unknown.len()), (1, 0));
        assert_eq!(note.text(), format!("example.com/audit/1\n7\n{}\n", base64(&[9; 32])).as_bytes());
    }

    #[test]
    fn we_verify_what_other_software_signs() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let ours = key();
        ours.write_to(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let signer = signed_note::StandardSigner::new(text.trim_end()).unwrap();
        let mut note = Note::new(format!("example.com/x\n3\n{}\n", base64(&[1; 32])).as_bytes(), &[]).unwrap();
        note.add_sigs(&[&signer]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();
        let checkpoint = Checkpoint::open(&note, &ours.verifying_key()).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size(), checkpoint.root()), ("example.com/x", 3, [1; 32]));
    }

    #[test]
    fn a_witness_may_add_its_signature() {
        let key = key();
        let checkpoint = Checkpoint::sign(&key, "example.com/audit/1", 7, [9; 32]);
        let cosigned = format!("{}\u{2014} witness.example AAAAAAAA\n", checkpoint.note());
        assert_eq!(Checkpoint::open(&cosigned, &key.verifying_key()).unwrap().size(), 7);
    }

    #[test]
    fn every_changed_byte_is_found() {
        let key = key();
        let note = Checkpoint::sign(&key, "example.com/audit/1", 7, [9; 32]).note().to_owned();
        for at in 0..note.len() {
            for change in [1, 2, 0x20, 0x80] {
                let mut changed = note.clone().into_bytes();
                changed[at] ^= change;
                let opened = String::from_utf8(changed).map(|text| Checkpoint::open(&text, &key.verifying_key()));
                assert!(!matches!(opened, Ok(Ok(_))), "byte {at}, {change}");
            }
        }
        let other = SigningKey::generate("example.com/audit").unwrap().verifying_key();
        assert_eq!(Checkpoint::open(&note, &other), Err(CheckpointError::Signature));
    }

    #[test]
    fn notes_in_a_file_are_told_apart() {
        let key = key();
        let notes: Vec<_> = (1..4).map(|size| Checkpoint::sign(&key, "a", size, [1; 32])).collect();
        let text: String = notes.iter().map(Checkpoint::note).collect();
        let mut read = Notes::of(&text);
        for (n, note) in notes.iter().enumerate() {
            assert_eq!(read.next(), Some((n * LINES + 1, note.note())));
        }
        assert!(read.next().is_none() && read.torn().is_empty());
        let mut torn = Notes::of(&text[..text.len() - 1]);
        assert_eq!(torn.by_ref().count(), 2);
        assert!(torn.torn().starts_with("a\n3\n"));
    }
}
