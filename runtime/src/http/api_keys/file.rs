//! Keys in a file, which may change while the server runs.

use std::{
    error::Error,
    fmt,
    fs::{File, OpenOptions},
    future::Future,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    ApiKey, ApiKeys, WeakKey,
    line::{BadKeyLine, parse},
};
use crate::{
    at_path::{AtPath, open_regular},
    digest,
};

/// A larger file is not read.
const LARGEST: u64 = 4 << 20;
/// More keys than this belong in a database, with a custom [`Authenticator`](super::Authenticator).
const MOST: usize = 10_000;
/// A file is not checked more often than this.
const SOONEST: Duration = Duration::from_millis(100);

/// Why a key file was rejected; none of its keys are used.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It cannot be read, or written to.
    Io(io::Error),
    /// Everyone on this machine may write to it, and thus add keys.
    WritableByAll,
    /// It is larger than 4 MiB or has more than 10,000 keys, or would exceed these limits with the new key.
    TooLarge,
    /// A line is wrong.
    Line {
        /// The line's number, from 1.
        number: usize,
        /// What is wrong with it.
        problem: BadKeyLine,
    },
    /// The new key has the id of an existing one.
    KnownId,
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the API key file cannot be used: {error}"),
            Self::WritableByAll => {
                f.write_str("the API key file can be written by everyone: restrict its permissions (chmod o-w)")
            }
            Self::TooLarge => write!(f, "an API key file may hold at most {MOST} keys and {} MiB", LARGEST >> 20),
            Self::Line { number, problem } => write!(f, "line {number} of the API key file: {}", problem.0),
            Self::KnownId => {
                f.write_str("the API key file already has a key with this id: choose another id, or remove its line")
            }
        }
    }
}

impl Error for KeyFileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Line { problem, .. } => Some(problem),
            Self::WritableByAll | Self::TooLarge | Self::KnownId => None,
        }
    }
}

impl From<io::Error> for KeyFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ApiKeys {
    /// Loads keys from a file of [lines](ApiKey::line), as [`key_command`](super::key_command) writes it: at most 10,000 keys, in at most 4 MiB.
    /// Empty lines are skipped.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use secure_tool::{SecureServer, http::ApiKeys};
    ///
    /// # async fn run<S: Send + Sync + 'static>(server: SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
    /// let keys = ApiKeys::from_file("/etc/billing/keys.jsonl")?;
    /// // A line that is added opens the endpoint, one that is removed closes it, within five seconds.
    /// tokio::spawn(keys.follow("/etc/billing/keys.jsonl", Duration::from_secs(5)));
    /// let router = server.router(keys);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is too large, can be written by everyone (on Unix), or has an invalid line.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let keys = Self::new();
        keys.reload(path)?;
        Ok(keys)
    }

    /// Replaces all keys with those of a file, atomically, and returns their number. It blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`from_file`](Self::from_file). In case of an error nothing is changed.
    pub fn reload(&self, path: impl AsRef<Path>) -> Result<usize, KeyFileError> {
        self.take(&read(path.as_ref())?)
    }

    /// [Reloads](Self::reload) the file whenever it has changed, until these keys are no longer used. The file is checked at this interval (at least
    /// 100 ms). Spawn the returned future. If the file is missing or invalid, nothing is changed, and the problem is reported through `tracing`, once
    /// for each distinct problem: to lock everybody out, leave an empty file. Write the file as a whole and rename it, or append whole lines.
    pub fn follow<P: Into<PathBuf>>(&self, path: P, every: Duration) -> impl Future<Output = ()> + Send + use<P> {
        let (users, path) = (Arc::downgrade(&self.keys), path.into());
        async move {
            let (mut taken, mut reported) = (None, String::new());
            loop {
                tokio::time::sleep(every.max(SOONEST)).await;
                let file = path.clone();
                let read = tokio::task::spawn_blocking(move || read(&file)).await;
                let Some(keys) = users.upgrade() else { return };
                let changed = read.unwrap_or_else(|error| Err(io::Error::other(error).into())).and_then(|text| {
                    let seen = Some(digest::of([text.as_bytes()]));
                    if taken != seen {
                        let count = Self { keys }.take(&text)?;
                        tracing::info!(count, path = %path.display(), "the API keys were reloaded");
                        taken = seen;
                    }
                    Ok(())
                });
                let problem = changed.err().map(|error| error.to_string()).unwrap_or_default();
                if !problem.is_empty() && problem != reported {
                    tracing::warn!(problem, path = %path.display(), "the API keys could not be reloaded; the previous ones stay in effect");
                }
                reported = problem;
            }
        }
    }

    fn take(&self, text: &str) -> Result<usize, KeyFileError> {
        let keys = lines(text)?;
        let count = keys.len();
        let twice = |WeakKey| KeyFileError::Line { number: count, problem: BadKeyLine("the same key is listed twice") };
        self.replace(keys).map_err(twice)?;
        Ok(count)
    }
}

fn lines(text: &str) -> Result<Vec<ApiKey>, KeyFileError> {
    parse(text, MOST).map_err(|(number, problem)| KeyFileError::Line { number, problem })
}

fn read(path: &Path) -> Result<String, KeyFileError> {
    read_open(&open_regular(path)?)
}

fn read_open(file: &File) -> Result<String, KeyFileError> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o002 != 0 {
        return Err(KeyFileError::WritableByAll);
    }
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text)?;
    match u64::try_from(text.len()) {
        Ok(length) if length <= LARGEST => Ok(text),
        _ => Err(KeyFileError::TooLarge),
    }
}

/// Adds the line of a key to a file. A missing file is created with access only for its owner; an invalid file is not changed.
pub(super) fn append(path: &Path, key: &ApiKey) -> Result<(), KeyFileError> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).at(path)?;
    // Without a lock, two concurrent additions could both use the same id.
    file.try_lock().map_err(io::Error::from)?;
    let text = read_open(&file)?;
    let keys = lines(&text)?;
    if keys.iter().any(|known| known.id() == key.id()) {
        return Err(KeyFileError::KnownId);
    }
    let start = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let added = format!("{start}{}\n", key.line());
    let length = u64::try_from(text.len() + added.len()).unwrap_or(u64::MAX);
    if keys.len() >= MOST || length > LARGEST {
        return Err(KeyFileError::TooLarge);
    }
    file.write_all(added.as_bytes())?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use secure_tool_testkit::{until, within};
    use tempfile::TempDir;

    use super::*;
    use crate::{Caller, http::api_keys::tests::present};

    fn made(id: &str) -> (String, ApiKey) {
        let (text, key) = ApiKeys::generate_named(id, Caller::new("alice")).unwrap();
        (text.expose().clone(), key)
    }

    fn directory() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.jsonl");
        (directory, path)
    }

    #[test]
    fn what_was_appended_opens_and_what_is_gone_does_not() {
        let (_directory, path) = directory();
        let ((one, one_key), (two, two_key)) = (made("one"), made("two"));
        append(&path, &one_key).unwrap();
        let keys = ApiKeys::from_file(&path).unwrap();
        let used = keys.clone();
        assert!(present(&used, &one).is_ok() && present(&used, &two).is_err());
        append(&path, &two_key).unwrap();
        assert_eq!(keys.reload(&path).unwrap(), 2);
        assert!(present(&used, &one).is_ok() && present(&used, &two).is_ok());
        std::fs::write(&path, two_key.line()).unwrap();
        assert_eq!(keys.reload(&path).unwrap(), 1);
        assert!(present(&used, &one).is_err() && present(&used, &two).is_ok());
        append(&path, &one_key).unwrap();
        assert_eq!(keys.reload(&path).unwrap(), 2, "after a line without an end");
        std::fs::write(&path, "").unwrap();
        assert_eq!(keys.reload(&path).unwrap(), 0);
        assert!(present(&used, &two).is_err());
    }

    #[test]
    fn one_wrong_line_and_all_stays_as_it_was() {
        let (_directory, path) = directory();
        let ((one, one_key), (two, two_key)) = (made("one"), made("two"));
        append(&path, &one_key).unwrap();
        let keys = ApiKeys::from_file(&path).unwrap();
        let (first, second) = (one_key.line(), two_key.line());
        let long = format!("{first}\n{}", " ".repeat(usize::try_from(LARGEST).unwrap()));
        for text in [
            format!("{second}\nx"),
            format!("{second}\n{second}"),
            format!("{second}\n{}", first.split_at(40).0),
            long,
            "\u{fffe}".into(),
        ] {
            std::fs::write(&path, &text).unwrap();
            assert!(keys.reload(&path).is_err() && ApiKeys::from_file(&path).is_err());
            assert!(append(&path, &made("three").1).is_err(), "a wrong file is left alone");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert!(present(&keys, &one).is_ok() && present(&keys, &two).is_err());
        }
        std::fs::write(&path, [0xff]).unwrap();
        assert!(matches!(keys.reload(&path), Err(KeyFileError::Io(_))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(keys.reload(&path), Err(KeyFileError::Io(_))));
        assert!(matches!(keys.reload(path.parent().unwrap()), Err(KeyFileError::Io(_))), "a directory");
        assert!(present(&keys, &one).is_ok());
    }

    #[test]
    fn an_id_is_given_once_and_a_full_file_takes_no_more() {
        let (_directory, path) = directory();
        append(&path, &made("one").1).unwrap();
        assert!(matches!(append(&path, &made("one").1), Err(KeyFileError::KnownId)));
        let line = |n| format!("{{\"id\":\"k{n}\",\"sha256\":\"{n:064}\",\"subject\":\"alice\"}}\n");
        let text = (1..MOST).map(line).collect::<Vec<_>>().concat();
        std::fs::write(&path, &text).unwrap();
        append(&path, &made("last").1).unwrap();
        assert!(matches!(append(&path, &made("more").1), Err(KeyFileError::TooLarge)));
        let text = "\n".repeat(usize::try_from(LARGEST).unwrap() - 10);
        std::fs::write(&path, &text).unwrap();
        assert!(matches!(append(&path, &made("one").1), Err(KeyFileError::TooLarge)));
        assert_eq!(ApiKeys::new().reload(&path).unwrap(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_and_what_everybody_may_write_to_is_not_taken() {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt};
        let (_directory, path) = directory();
        append(&path, &made("one").1).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for (mode, good) in [(0o644, true), (0o660, true), (0o602, false), (0o666, false)] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let refused = matches!(ApiKeys::from_file(&path), Err(KeyFileError::WritableByAll));
            assert_eq!(!refused, good, "{mode:o}");
            assert_eq!(append(&path, &made(&format!("m{mode:o}")).1).is_ok(), good, "{mode:o}");
        }
    }

    /// Puts another file in its place, which nobody finds half written.
    fn replace(path: &Path, text: &str) {
        let new = path.with_extension("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, path).unwrap();
    }

    #[tokio::test]
    async fn a_file_is_followed_while_somebody_uses_its_keys() {
        let (_directory, path) = directory();
        let ((one, one_key), (two, two_key)) = (made("one"), made("two"));
        append(&path, &one_key).unwrap();
        let keys = ApiKeys::from_file(&path).unwrap();
        let task = tokio::spawn(keys.follow(path.clone(), Duration::ZERO));
        append(&path, &two_key).unwrap();
        until("the key that was added", async || present(&keys, &two).is_ok()).await;
        replace(&path, &format!("{}\nx", two_key.line()));
        tokio::time::sleep(3 * SOONEST).await;
        assert!(present(&keys, &one).is_ok(), "a wrong file changes nothing");
        replace(&path, &two_key.line());
        until("the end of the key that was removed", async || present(&keys, &one).is_err()).await;
        assert!(present(&keys, &two).is_ok());
        drop(keys);
        let _ = within("the end of it with its last user", task).await;
    }
}
