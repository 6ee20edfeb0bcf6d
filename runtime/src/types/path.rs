//! A path that stays where it is opened.

use std::{fmt, sync::LazyLock};

use super::{Malformed, Rule, textual};

/// The most characters of a path.
const LONGEST: usize = 1024;

/// What a component begins with, after a dot of its own, and what stands around its dots and spaces: letters, marks and digits of any script
/// and a few signs. No separator, no `%`, `:`, `~`, `\`, nothing that another reader might take for a dot or a slash.
static RULE: LazyLock<Rule> = LazyLock::new(|| {
    Rule::new(
        "must be a relative path of plain names, such as `reports/2026.txt`",
        LONGEST,
        None,
        r"^\.?[\p{L}\p{M}\p{N}_+=@,()\[\]&'#-](?:(?: *(?:\. *)?|/\.?)[\p{L}\p{M}\p{N}_+=@,()\[\]&'#-])*$",
        concat!(
            "^-",               // an option, to whatever is given the path as an argument
            r"|(?:/[^/]*){32}", // too deep
            r"|(?:^|/)(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|(?:[cC][oO][mM]|[lL][pP][tT])[0-9\u{B9}\u{B2}\u{B3}]) *(?:[./]|$)",
            // Letters and marks that cannot be seen.
            r"|[\u{34F}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180B}-\u{180F}\u{3164}\u{FE00}-\u{FE0F}\u{FFA0}\u{E0100}-\u{E01EF}]",
        ),
    )
});

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
