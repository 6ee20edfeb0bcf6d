//! Short texts with a format.

use std::{fmt, ops::Deref, sync::LazyLock};

use schemars::{Schema, json_schema};

use super::{Malformed, Pattern, Rule, never, shown, textual};

static SLUG: LazyLock<Rule> = LazyLock::new(|| Rule {
    expected: Malformed(
        "must be a name in lower case with hyphens, such as `quarterly-report`, of at most 64 characters",
    ),
    longest: 64,
    format: None,
    pattern: Pattern::published("^[a-z0-9]+(?:-[a-z0-9]+)*$"),
    never: None,
});

/// A name as used in URLs: `a` to `z`, digits, and single hyphens between them; 1 to 64 characters.
///
/// ```
/// use secure_tool::types::Slug;
///
/// let slug: Slug = "quarterly-report".parse()?;
/// assert_eq!(slug.to_string(), "quarterly-report");
/// assert!("Quarterly Report".parse::<Slug>().is_err());
/// # Ok::<(), secure_tool::types::Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(Box<str>);

impl Slug {
    fn checked_text(text: &str) -> Result<Self, Malformed> {
        SLUG.check(text).map(|()| Self(text.into()))
    }

    fn as_text(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

textual!([] Slug, SLUG.expected, SLUG.schema());
shown!([] Slug);

static EMAIL: LazyLock<Rule> = LazyLock::new(|| Rule {
    expected: Malformed("must be one plain e-mail address, such as `ada@example.com`"),
    longest: 254,
    format: Some("email"),
    pattern: Pattern::published(concat!(
        r"^[A-Za-z0-9_+=&'~](?:\.?[A-Za-z0-9_+=&'~-])*",
        r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$",
    )),
    never: Some(Pattern::published("^[^@]{65}")),
});

/// One e-mail address in the form that every mail server accepts: a local part of at most 64 letters, digits, `_+=&'~-` and single dots,
/// an `@`, and a domain with at least two labels; ASCII, at most 254 characters (RFC 5321, 4.5.3.1, without its quoted local parts,
/// address literals, comments and source routes).
///
/// It contains no line breaks, commas, angle brackets or spaces, so it cannot add a header or a recipient; it does not begin with a hyphen, so it
/// cannot be read as an option. It does not say whether the address exists, or whether the caller may write to it. Because it is personal data,
/// `Debug` and the audit record show only that there is one.
///
/// ```
/// use secure_tool::types::Email;
///
/// let email: Email = "ada+tools@example.com".parse()?;
/// assert_eq!(email.domain(), "example.com");
/// assert_eq!(format!("{email:?}"), "Email(..)");
/// assert!("ada@example.com\r\nBcc: all@example.com".parse::<Email>().is_err());
/// # Ok::<(), secure_tool::types::Malformed>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(Box<str>);

impl Email {
    fn checked_text(text: &str) -> Result<Self, Malformed> {
        EMAIL.check(text).map(|()| Self(text.into()))
    }

    fn as_text(&self) -> &str {
        &self.0
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the `@`, as it was written. Domains are case-insensitive.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

textual!([] Email, EMAIL.expected, EMAIL.schema());
shown!([] Email);

/// What [`Bounded`] rejects, for the schema. U+0000 to U+001F, U+007F and U+0080 to U+009F are all control characters.
const CONTROLS: &str = r"[\u0000-\u0008\u000B-\u001F\u007F-\u009F]";

const BOUNDED: Malformed =
    Malformed("must have a length within its bounds and no control characters other than \\n and \\t");

/// Text of at least `MIN` and at most `MAX` characters (Unicode scalar values, as JSON Schema counts them).
///
/// It contains no control characters (category Cc: NUL, escape, carriage return, delete …) other than line feed and tab, so it cannot control a
/// terminal, nor break the line of a log except where a reader sees it. Nothing else is rejected, and nothing is trimmed. It is still free text: if
/// it is named `sql` or `path`, it is refused like a `String` ([ST33](crate::error_index::st33)), and the audit record shows its length.
///
/// ```
/// use secure_tool::types::Bounded;
///
/// let title: Bounded<1, 80> = "Minutes of July".parse()?;
/// assert_eq!(title.to_uppercase(), "MINUTES OF JULY");
/// assert!("".parse::<Bounded<1, 80>>().is_err());
/// assert!("\u{1b}[2J".parse::<Bounded<1, 80>>().is_err());
/// # Ok::<(), secure_tool::types::Malformed>(())
/// ```
///
/// Bounds that no text satisfies do not compile:
///
/// ```compile_fail
/// let _ = "".parse::<secure_tool::types::Bounded<2, 1>>();
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bounded<const MIN: usize, const MAX: usize>(Box<str>);

impl<const MIN: usize, const MAX: usize> Bounded<MIN, MAX> {
    const SATISFIABLE: () = assert!(MIN <= MAX, "no text has at least MIN and at most MAX characters");

    fn checked_text(text: &str) -> Result<Self, Malformed> {
        let () = Self::SATISFIABLE;
        let fits = text.len() <= MAX.saturating_mul(4)
            && (MIN..=MAX).contains(&text.chars().count())
            && !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'));
        if fits { Ok(Self(text.into())) } else { Err(BOUNDED) }
    }

    /// Published as `not`, so that an `#[arg(pattern = …)]` can be added: without one the audit log treats the text as free text.
    fn schema() -> Schema {
        let () = Self::SATISFIABLE;
        json_schema!({
            "type": "string",
            "minLength": MIN,
            "maxLength": MAX,
            "not": never(CONTROLS),
        })
    }

    fn as_text(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text by move.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0.into()
    }
}

impl<const MIN: usize, const MAX: usize> Deref for Bounded<MIN, MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

textual!([const MIN: usize, const MAX: usize] Bounded<MIN, MAX>, BOUNDED, Self::schema());
shown!([const MIN: usize, const MAX: usize] Bounded<MIN, MAX>);
