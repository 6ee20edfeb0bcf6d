//! The command that generates a key.

use std::{
    error::Error,
    fmt,
    io::{self, Write},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use secure_tool_vocabulary::is_policy_scope;

use super::{
    ApiKey, ApiKeys, GenerateError,
    file::{KeyFileError, append},
};
use crate::Caller;

/// The arguments of [`key_command`], for the help text of the program that offers it.
pub const KEY_USAGE: &str =
    "    --id ID                        the name of the key (not secret): letters, digits, `-`, `_` and `.`
    --expires-in TIME              12h, 90d, or never
    --subject NAME                 on whose behalf the key acts (default: its id)
    --tenant NAME                  the tenant of that subject
    --client NAME                  the application that uses the key
    --scopes \"SCOPE...\"            the scopes of the key, separated by spaces (default: none)
    --file FILE                    adds the line for the server to this API key file
";

/// Ten years. For longer, use `never`.
const LONGEST: Duration = Duration::from_secs(3650 * DAY);
const DAY: u64 = 24 * HOUR;
const HOUR: u64 = 60 * 60;

/// Why no key was generated, or why it could not be shown.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyCommandError {
    /// The arguments are wrong: one sentence that does not repeat any value.
    Usage(String),
    /// A key cannot be generated with these values.
    Generate(GenerateError),
    /// The line of the key cannot be added to the file.
    File(KeyFileError),
    /// The key could not be shown. Its line may be in the file.
    Show(io::Error),
}

impl fmt::Display for KeyCommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => f.write_str(problem),
            Self::Generate(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::Show(error) => write!(f, "the key could not be shown; remove its line from the file: {error}"),
        }
    }
}

impl Error for KeyCommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Usage(_) => None,
            Self::Generate(error) => Some(error),
            Self::File(error) => Some(error),
            Self::Show(error) => Some(error),
        }
    }
}

/// Generates an API key according to the arguments ([`KEY_USAGE`]), and writes it to `out`, on one line without anything else. Explanations go to
/// `notes`, so that `KEY=$(my-server key …)` takes only the key. The line for the server's [API key file](ApiKeys::from_file) contains only the key's
/// SHA-256; it is added to `--file`, or written to `notes`.
///
/// For a subcommand of your own program:
///
/// ```no_run
/// use secure_tool::http::{KEY_USAGE, key_command};
///
/// let mut arguments = std::env::args().skip(1);
/// match arguments.next().as_deref() {
///     Some("key") => {
///         if let Err(error) = key_command(arguments, &mut std::io::stdout(), &mut std::io::stderr()) {
///             eprintln!("{error}\n\nusage: my-server key [OPTION]...\n{KEY_USAGE}");
///             std::process::exit(2);
///         }
///     }
///     _ => { /* serve */ }
/// }
/// ```
///
/// ```text
/// $ my-server key --id billing-ci --scopes "invoices:read" --expires-in 90d --file keys.jsonl
/// stk_billing-ci_…
/// This is the key `billing-ci`. It is shown only once: give it to the person or program that will use it.
/// A line for the server was added to keys.jsonl.
/// ```
///
/// # Errors
///
/// If the arguments are wrong, if the file is invalid or cannot be written to, or if the output is closed. The lifetime of the key must be specified.
pub fn key_command(
    arguments: impl IntoIterator<Item = String>,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<(), KeyCommandError> {
    let KeyRequest { id, caller, lifetime, file } = KeyRequest::read(arguments)?;
    let (text, mut key) = ApiKeys::generate_named(&id, caller).map_err(KeyCommandError::Generate)?;
    if let Some(lifetime) = lifetime {
        key = key.expires_at(SystemTime::now() + lifetime);
    }
    if let Some(file) = &file {
        append(file, &key).map_err(KeyCommandError::File)?;
    }
    writeln!(out, "{}", text.expose()).and_then(|()| out.flush()).map_err(KeyCommandError::Show)?;
    write!(notes, "{}", Notes { key, file }).and_then(|()| notes.flush()).map_err(KeyCommandError::Show)
}

/// What the person who generated a key has to know.
struct Notes {
    key: ApiKey,
    file: Option<PathBuf>,
}

impl fmt::Display for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "This is the key `{}`. It is shown only once: give it to the person or program that will use it.",
            self.key.id()
        )?;
        match &self.file {
            Some(file) => writeln!(f, "A line for the server was added to {}.", file.display()),
            None => writeln!(f, "Add this line to the API key file of the server:\n\n{}", self.key.line()),
        }
    }
}

struct KeyRequest {
    id: String,
    caller: Caller,
    lifetime: Option<Duration>,
    file: Option<PathBuf>,
}

impl KeyRequest {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, KeyCommandError> {
        let usage = |problem: String| KeyCommandError::Usage(problem);
        let mut arguments = arguments.into_iter();
        let names = ["--id", "--expires-in", "--subject", "--tenant", "--client", "--scopes", "--file"];
        let mut values: [Option<String>; 7] = Default::default();
        while let Some(argument) = arguments.next() {
            let Some((name, value)) = names.iter().zip(&mut values).find(|(name, _)| **name == argument) else {
                return Err(usage(unknown(&argument, &names)));
            };
            let given = arguments.next().filter(|given| !given.is_empty() && !given.starts_with("--"));
            if value.replace(given.ok_or_else(|| usage(format!("`{name}` requires a value")))?).is_some() {
                return Err(usage(format!("`{name}` was given twice")));
            }
        }
        let [id, expires, subject, tenant, client, scopes, file] = values;
        let id = id.ok_or_else(|| usage("`--id` is required".into()))?;
        let expires = expires.ok_or_else(|| usage("`--expires-in` is required, such as 90d, or never".into()))?;
        let scopes = scopes.unwrap_or_default();
        let scopes: Vec<&str> = scopes.split_whitespace().collect();
        if !scopes.iter().all(|scope| is_policy_scope(scope)) {
            return Err(usage("`--scopes` takes OAuth scopes separated by spaces, without wildcards".into()));
        }
        let lifetime = lifetime(&expires).ok_or_else(|| usage("`--expires-in` takes 1h to 3650d, or never".into()))?;
        let mut caller = Caller::new(subject.unwrap_or_else(|| id.clone())).with_scopes(scopes);
        if let Some(tenant) = tenant {
            caller = caller.with_tenant(tenant);
        }
        if let Some(client) = client {
            caller = caller.with_client(client);
        }
        Ok(Self { id, caller, lifetime, file: file.map(Into::into) })
    }
}

/// An option's name is repeated, as it is no secret. Anything else may be a value.
fn unknown(argument: &str, names: &[&str]) -> String {
    let is_name = argument
        .strip_prefix("--")
        .is_some_and(|name| name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    let what = if is_name { format!("unknown option `{argument}`") } else { "unknown argument".to_owned() };
    format!("{what}: the options are {}", names.join(", "))
}

/// `Some(None)` means that the key never expires.
#[expect(clippy::option_option, reason = "what is no time, and what is none")]
fn lifetime(text: &str) -> Option<Option<Duration>> {
    if text == "never" {
        return Some(None);
    }
    let (number, unit) =
        text.strip_suffix('h').map(|number| (number, HOUR)).or_else(|| Some((text.strip_suffix('d')?, DAY)))?;
    let number: u64 = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())??;
    let lifetime = Duration::from_secs(number.checked_mul(unit)?);
    (Duration::from_secs(HOUR)..=LONGEST).contains(&lifetime).then_some(Some(lifetime))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::api_keys::tests::present;

    fn run(arguments: &[&str]) -> Result<String, KeyCommandError> {
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        key_command(arguments.iter().map(|&argument| argument.to_owned()), &mut out, &mut notes)?;
        let (out, notes) = (String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap());
        assert_eq!(out.lines().count(), 1, "`KEY=$(…)` takes only the key");
        Ok(out + &notes)
    }

    /// The key, which is on the first line.
    fn key(out: &str) -> &str {
        out.lines().next().unwrap()
    }

    #[test]
    fn a_key_is_shown_once_with_a_line_that_opens_for_it() {
        let before = SystemTime::now();
        let out = run(&[
            "--scopes",
            " invoices:read  invoices:write",
            "--id",
            "billing-ci",
            "--expires-in",
            "90d",
            "--subject",
            "ci",
            "--tenant",
            "acme",
            "--client",
            "github",
        ])
        .unwrap();
        let secret = key(&out).strip_prefix("stk_billing-ci_").unwrap();
        assert_eq!((secret.len(), out.matches(secret).count()), (64, 1), "{out}");
        let record = ApiKey::from_line(out.lines().last().unwrap()).unwrap();
        let caller = record.caller();
        assert_eq!((caller.subject(), caller.tenant(), caller.client()), ("ci", Some("acme"), Some("github")));
        assert_eq!(caller.scopes().iter().collect::<Vec<_>>(), ["invoices:read", "invoices:write"]);
        let left = record.expires().unwrap().duration_since(before).unwrap().as_secs();
        assert!((90 * DAY - 2..=90 * DAY + 60).contains(&left), "{left}");
        let keys = ApiKeys::new();
        keys.add(record).unwrap();
        assert_eq!(present(&keys, key(&out)), Ok("ci".into()));
    }

    #[test]
    fn a_file_of_keys_grows_and_never_holds_a_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.jsonl");
        let file = path.to_str().unwrap();
        let one = run(&["--id", "one", "--expires-in", "never", "--file", file]).unwrap();
        let two = run(&["--id", "two", "--expires-in", "12h", "--file", file]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for out in [&one, &two] {
            let secret = key(out).rsplit('_').next().unwrap();
            assert!(out.matches(secret).count() == 1 && !text.contains(secret), "{out}{text}");
        }
        let keys = ApiKeys::from_file(&path).unwrap();
        assert_eq!((present(&keys, key(&one)), present(&keys, key(&two))), (Ok("one".into()), Ok("two".into())));
        let again = run(&["--id", "two", "--expires-in", "12h", "--file", file]);
        assert!(matches!(again, Err(KeyCommandError::File(KeyFileError::KnownId))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn what_is_not_said_clearly_makes_no_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.jsonl");
        let file = path.to_str().unwrap();
        for arguments in [
            &["--id", "ci"][..],
            &["--expires-in", "90d"],
            &["--id", "ci", "--expires-in", "90d", "--id", "ci"],
            &["--id", "ci", "--expires-in", "90d", "--tenant"],
            &["--id", "ci", "--expires-in", "90d", "--tenant", ""],
            &["--id", "ci", "--expires-in", "90d", "--tenant", "--client"],
            &["--id", "ci", "--expires-in", "90d", "--scope", "a"],
            &["--id", "ci", "--expires-in", "90d", "more"],
            &["--id", "ci", "--expires-in", "90d", "--scopes", "invoices:*"],
            &["--id", "ci", "--expires-in", "90d", "--scopes", "a,\"b\""],
            &["--id", "c i", "--expires-in", "90d"],
            &["--id", "ci", "--expires-in", "90"],
            &["--id", "ci", "--expires-in", "0d"],
            &["--id", "ci", "--expires-in", "+9d"],
            &["--id", "ci", "--expires-in", "-9d"],
            &["--id", "ci", "--expires-in", "3651d"],
            &["--id", "ci", "--expires-in", "18446744073709551615d"],
            &["--id", "ci", "--expires-in", "90m"],
            &["--id", "ci", "--expires-in", "Never"],
        ] {
            let error = run(&[&["--file", file], arguments].concat()).unwrap_err();
            assert!(matches!(error, KeyCommandError::Usage(_) | KeyCommandError::Generate(_)), "{arguments:?} {error}");
        }
        assert!(!path.exists());
        let wrong = |argument: &str| run(&["--id", "ci", argument]).unwrap_err().to_string();
        assert!(
            wrong("--scope").starts_with("unknown option `--scope`: the options are --id, "),
            "{}",
            wrong("--scope")
        );
        for value in ["hunter2", "--password=hunter2"] {
            assert!(wrong(value).starts_with("unknown argument: "), "{}", wrong(value));
        }
        for time in ["1h", "3650d", "87600h"] {
            assert!(run(&["--id", "ci", "--expires-in", time]).is_ok(), "{time}");
        }
    }

    #[test]
    fn a_key_that_could_not_be_shown_is_an_error() {
        let mut closed = [0_u8; 10];
        let arguments = ["--id", "ci", "--expires-in", "never"].map(str::to_owned);
        let error = key_command(arguments, &mut closed.as_mut_slice(), &mut Vec::new()).unwrap_err();
        assert!(matches!(error, KeyCommandError::Show(_)), "{error}");
    }
}
