//! A path that stays where it is opened.

use std::{fmt, sync::LazyLock};

use super::{Malformed, Pattern, Rule, textual};

/// The most characters of a path.
const LONGEST: usize = 1024;

/// Any character but the signs that no name has.
macro_rules! plain {
    () => {
        concat!(
            r#"[^\u0000-\u0020!"$%*./:;<>?\\^`{|}~\u007F-\u00A9\u00AB-\u00B1"#, // ASCII, and controls
            r"\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF\u3000-\u3003", // punctuation, currencies, arrows to symbols, spaces
            r"\uE000-\uF8FF\uFE50-\uFE6F\uFEFF\uFF00-\uFF0F\uFF3B-\uFF40\uFF5B-\uFF65\uFFE0-\uFFFF]", // private, small and wide forms, specials
        )
    };
}

/// What no path is.
macro_rules! never {
    () => {
        concat!(
            "^-",               // an option, to whatever is given the path as an argument
            r"|(?:/[^/]*){32}", // too deep
            r"|(?:^|/)(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|(?:[cC][oO][mM]|[lL][pP][tT])[0-9\u00B9\u00B2\u00B3]) *(?:[./]|$)",
            // Letters and marks that cannot be seen.
            r"|[\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFE00-\uFE0F\uFFA0]",
        )
    };
}

/// What a component begins with, after a dot of its own, and what stands around its dots and spaces: letters, marks and digits of any script
/// and a few signs. No separator, no `%`, `:`, `~`, `\`, nothing that another reader might take for a dot or a slash.
///
/// Which characters of all scripts are letters, no pattern says that every client can read: the schema excludes the signs of ASCII, spaces,
/// and the blocks of signs, and the type the rest.
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
            // Those beyond the reach of a pattern that every client can read.
            r"|[\u{E0100}-\u{E01EF}]",
        ),
        never!(),
    )),
});

/// Names of such characters, with dots and spaces between them.
fn names(letter: &str) -> String {
    format!(r"^\.?{letter}(?:(?: *(?:\. *)?|/\.?){letter})*$")
}

/// A relative path that cannot lead out of the directory it is opened in.
///
/// It is made of plain names with `/` between them: at most 1024 characters and 32 names. Refused, not cleaned, are: absolute paths of every
/// system (`/etc`, `C:\`, `\\server\share`, `\\?\`), `..` wherever it stands, `.` as a name, empty names, backslashes, colons, `%`
/// (nothing is decoded, so nothing can hide), `~` (home directories, and Windows' short names that give a file a second one), control
/// characters and NUL, signs that look like a dot or a slash, invisible characters, a `-` in front, names that begin or end with
/// a space or end with a dot, and the names that Windows keeps for devices (`CON`, `nul.txt`, `COM1`).
///
/// Names with a dot in front (`.gitignore`) are names like any other: keep nothing below a root that a caller may not read.
///
/// A text cannot know of symlinks. So a path gives no string that could be joined to a directory by accident
/// (neither `Display` nor `AsRef<Path>`): open it in a `Root` (feature `paths`), which refuses what leads out.
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

    /// The path as text, with `/` between the names. The name is long-winded on purpose, it is what a reviewer searches for: joined to a
    /// directory, this follows symlinks wherever they lead.
    #[must_use]
    pub fn as_unchecked_relative(&self) -> &str {
        &self.0
    }

    /// What stands behind the last dot of the last name, as it is written: `txt`. A name with only the dot in front has none.
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
