//! A relative path that cannot leave the directory in which it is opened.

use std::{fmt, sync::LazyLock};

use super::{Malformed, Pattern, Rule, textual};

/// The maximum number of characters of a path.
const LONGEST: usize = 1024;

/// Any character except the symbols that are not allowed in names.
macro_rules! plain {
    () => {
        concat!(
            r#"[^\u0000-\u0020!"$%*./:;<>?\\^`{|}~\u007F-\u00A9\u00AB-\u00B1"#, // ASCII, and controls
            r"\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF\u3000-\u3003", // punctuation, currencies, arrows to symbols, spaces
            r"\uE000-\uF8FF\uFE50-\uFE6F\uFEFF\uFF00-\uFF0F\uFF3B-\uFF40\uFF5B-\uFF65\uFFE0-\uFFFF]", // private, small and wide forms, specials
        )
    };
}

/// What a path must not match.
macro_rules! never {
    () => {
        concat!(
            "^-",               // an option, to whatever is given the path as an argument
            r"|(?:/[^/]*){32}", // too deep
            r"|(?:^|/)(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|(?:[cC][oO][mM]|[lL][pP][tT])[0-9\u00B9\u00B2\u00B3]) *(?:[./]|$)",
            // Invisible letters and marks.
            r"|[\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFE00-\uFE0F\uFFA0]",
        )
    };
}

/// The characters of a component, after an optional leading dot and around its dots and spaces: letters, marks and digits of any script and a few
/// symbols. No separators, no `%`, `:`, `~`, `\`, and nothing that another reader might treat as a dot or a slash.
///
/// No pattern that every client can read expresses which characters of all scripts are letters: the schema excludes ASCII symbols, spaces, and the
/// blocks of symbols, and the type checks the rest.
static RULE: LazyLock<Rule> = LazyLock::new(|| Rule {
    expected: Malformed("must be a relative path of plain names, such as `reports/2026.txt`"),
    longest: LONGEST,
    format: None,
    pattern: Pattern::narrower(
        &names(r"[\p{L}\p{M}\p{N}_+=@,()\[\]&'#-]"),
        concat!(r"^\.?", plain!(), r"(?:(?: *(?:\. *)?|/\.?)", plain!(), ")*$"),
    ),
    never: Some(Pattern::narrower(
        concat!(
            never!(),
            // Characters that a pattern for all clients cannot express.
            r"|[\u{E0100}-\u{E01EF}]",
        ),
        never!(),
    )),
});

/// Names made of such characters, with dots and spaces between them.
fn names(letter: &str) -> String {
    format!(r"^\.?{letter}(?:(?: *(?:\. *)?|/\.?){letter})*$")
}

/// A relative path that cannot lead out of the directory in which it is opened.
///
/// It consists of plain names separated by `/`: at most 1024 characters and 32 names. The following are rejected, not cleaned: absolute paths of
/// every system (`/etc`, `C:\`, `\\server\share`, `\\?\`), `..` anywhere, `.` as a name, empty names, backslashes, colons, `%` (nothing is decoded,
/// so nothing can be hidden), `~` (home directories, and the alternative short names of Windows), control characters and NUL, symbols that look like
/// a dot or a slash, invisible characters, a leading `-`, names that begin or end with a space or end with a dot, and the names that Windows reserves
/// for devices (`CON`, `nul.txt`, `COM1`).
///
/// Names with a leading dot (`.gitignore`) are allowed: do not keep anything below a root that a caller may not read.
///
/// A text cannot tell whether a path contains symlinks. So it implements neither `Display` nor `AsRef<Path>`, with which it could be joined to a
/// directory by accident: open it in a `Root` (feature `paths`), which refuses paths that lead out.
///
/// ```
/// use secure_tool::types::SafePath;
///
/// assert!("reports/2026.txt".parse::<SafePath>().is_ok());
/// for refused in ["/etc/passwd", "../secret", "a/../../b", "C:\\Windows", "a%2e%2e/b", "nul.txt", "~root"] {
///     assert!(refused.parse::<SafePath>().is_err());
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SafePath(Box<str>);

impl SafePath {
    fn checked_text(text: &str) -> Result<Self, Malformed> {
        RULE.check(text).map(|()| Self(text.into()))
    }

    fn as_text(&self) -> &str {
        &self.0
    }

    /// The path as text, with `/` between the names. The name is conspicuous on purpose, so that a reviewer can search for it: joined to a directory,
    /// the path follows symlinks wherever they lead.
    #[must_use]
    pub fn as_unchecked_relative(&self) -> &str {
        &self.0
    }

    /// The extension: the text after the last dot of the last name, such as `txt`. A name with only a leading dot has none.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let name = self.0.rsplit('/').next()?;
        let (stem, extension) = name.rsplit_once('.')?;
        (!stem.is_empty()).then_some(extension)
    }

    /// How many names it has: 1 to 32.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.split('/').count()
    }
}

impl fmt::Debug for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SafePath").field(&self.0).finish()
    }
}

textual!([] SafePath, RULE.expected, RULE.schema());
