//! The keys that sign and verify checkpoints, in the text form of C2SP signed notes.

use std::{
    error::Error,
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
    str::FromStr,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::at_path::AtPath;

/// The algorithm Ed25519 in a signed note.
const ED25519: u8 = 1;
/// The beginning of a signing key.
const PRIVATE: &str = "PRIVATE+KEY+";
/// A larger file is not a key.
const LARGEST: u64 = 1024;

/// Why a key cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read or written.
    Io(io::Error),
    /// Everyone on this machine may read or write the file.
    OpenToAll,
    /// It is not a key of the expected kind.
    Malformed,
    /// The name is empty, has more than 128 characters, or has characters other than ASCII letters, digits, `.`, `-`, `_`, `:` and `/`.
    Name,
    /// The operating system provided no random numbers.
    Random,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the key file cannot be used: {error}"),
            Self::OpenToAll => f.write_str("the signing key can be read or written by everyone: restrict its permissions (chmod o=)"),
            Self::Malformed => f.write_str("this is not a key of the expected kind: a signing key has the form `PRIVATE+KEY+name+id+base64`, a public key `name+id+base64`"),
            Self::Name => f.write_str("the name of a key must consist of 1 to 128 ASCII letters, digits and `.-_:/`, such as `billing.example.com/audit`"),
            Self::Random => f.write_str("the operating system provided no random numbers"),
        }
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for KeyError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Signs the checkpoints of a [`Ledger`](super::Ledger) (Ed25519). Anyone who has it can write another log, so keep it where the readers of the log
/// cannot read it.
pub struct SigningKey {
    name: Box<str>,
    key: ed25519_dalek::SigningKey,
}

/// Verifies checkpoints. It cannot sign, so it may be public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: Box<str>,
    key: ed25519_dalek::VerifyingKey,
}

impl SigningKey {
    /// Generates a key. Its name is the first part of the origin of every log that it signs; use a URL of yours without the scheme, such as
    /// `billing.example.com/audit`, so that it is unique.
    ///
    /// # Errors
    ///
    /// If the name is not valid, or the operating system provides no random numbers.
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| KeyError::Random)?;
        Self::new(name, &seed)
    }

    fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        Ok(Self { name: name.into(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// Reads a key from a file, as [`command`](super::command) writes it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, can be read or written by everyone (on Unix), or is not a signing key.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let file = File::open(path).at(path)?;
        #[cfg(unix)]
        if std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o006 != 0 {
            return Err(KeyError::OpenToAll);
        }
        let mut text = Zeroizing::new(String::with_capacity(256));
        file.take(LARGEST).read_to_string(&mut text)?;
        let text = text.trim_end().strip_prefix(PRIVATE).ok_or(KeyError::Malformed)?;
        let (name, id, seed) = parse(text)?;
        let key = Self::new(name, &seed)?;
        if key.verifying_key().id() == id { Ok(key) } else { Err(KeyError::Malformed) }
    }

    /// Writes the key to a new file, readable only by its owner where the system supports it.
    ///
    /// # Errors
    ///
    /// If the file exists already or cannot be written.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<(), KeyError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = path.as_ref();
        let mut file = options.open(path).at(path)?;
        file.write_all(self.text().as_bytes())?;
        file.write_all(b"\n")?;
        Ok(file.sync_all()?)
    }

    fn text(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        Zeroizing::new(format!("{PRIVATE}{}", key_text(&self.name, self.verifying_key().id(), &seed)))
    }

    /// The key that verifies the signatures of this one.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl VerifyingKey {
    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key in signatures: the first bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
    pub(super) fn id(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
        [a, b, c, d]
    }

    pub(super) fn verifies(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
    }
}

/// The text form: `name+id+base64`, the `vkey` of signed notes.
impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text(&self.name, self.id(), self.key.as_bytes()))
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.starts_with(PRIVATE) {
            return Err(KeyError::Malformed);
        }
        let (name, id, bytes) = parse(text)?;
        check_name(name)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Malformed)?;
        let key = Self { name: name.into(), key };
        if key.id() == id { Ok(key) } else { Err(KeyError::Malformed) }
    }
}

fn key_text(name: &str, id: [u8; 4], key: &[u8; 32]) -> String {
    let mut bytes = Zeroizing::new([ED25519; 33]);
    for (to, from) in bytes.iter_mut().skip(1).zip(key) {
        *to = *from;
    }
    format!("{name}+{:08x}+{}", u32::from_be_bytes(id), STANDARD.encode(*bytes))
}

/// The name, the id and the bytes of a key.
type Parts<'a> = (&'a str, [u8; 4], Zeroizing<[u8; 32]>);

fn parse(text: &str) -> Result<Parts<'_>, KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Malformed);
    };
    let id = (id.len() == 8).then(|| u32::from_str_radix(id, 16).ok()).flatten().ok_or(KeyError::Malformed)?;
    let key = Zeroizing::new(STANDARD.decode(key).map_err(|_| KeyError::Malformed)?);
    let (ED25519, key) = key.split_first().map(|(algorithm, key)| (*algorithm, key)).ok_or(KeyError::Malformed)? else {
        return Err(KeyError::Malformed);
    };
    let key = <[u8; 32]>::try_from(key).map_err(|_| KeyError::Malformed)?;
    Ok((name, id.to_be_bytes(), Zeroizing::new(key)))
}

fn check_name(name: &str) -> Result<(), KeyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/".contains(&byte);
    if (1..=128).contains(&name.len()) && name.bytes().all(fits) { Ok(()) } else { Err(KeyError::Name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_file_and_stays_its_owners() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.key");
        let key = SigningKey::generate("example.com/audit").unwrap();
        key.write_to(&path).unwrap();
        let read = SigningKey::from_file(&path).unwrap();
        assert_eq!(read.verifying_key(), key.verifying_key());
        assert_eq!(read.verifying_key().to_string().parse::<VerifyingKey>().unwrap(), key.verifying_key());
        assert!(matches!(key.write_to(&path), Err(KeyError::Io(_))), "a key is not overwritten");
        assert!(!format!("{key:?}").contains(&key.text()[40..]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).unwrap();
            assert!(matches!(SigningKey::from_file(&path), Err(KeyError::OpenToAll)));
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let key = SigningKey::generate("example.com/audit").unwrap();
        let (private, public) = (key.text(), key.verifying_key().to_string());
        assert!(private.parse::<VerifyingKey>().is_err(), "a signing key is not to be passed around");
        for text in ["", "+", "a+b+c", &public[1..], &public[..public.len() - 4], &public.replace('+', "")] {
            assert!(text.parse::<VerifyingKey>().is_err(), "{text}");
        }
        for name in ["", "a b", "a+b", "ä", "a\n", &"a".repeat(129)] {
            assert!(matches!(SigningKey::generate(name), Err(KeyError::Name)), "{name}");
        }
    }
}
