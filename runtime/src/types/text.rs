//! Short texts with a form.

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

/// A name as it stands in an address: `a` to `z`, digits, and single hyphens between them; 1 to 64 characters.
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

/// One e-mail address in the form that everybody's mail server takes: a local part of at most 64 letters, digits, `_+=&'~-` and single dots,
/// an `@`, and a domain with at least two labels; ASCII, at most 254 characters (RFC 5321, 4.5.3.1, without its quoted local parts,
/// address literals, comments and source routes).
///
/// No line break, comma, angle bracket or space can stand in it, so it adds no header and no recipient; it does not begin
/// with a hyphen, so it is no option. Whether the address exists, and whether the caller may write to it, it does not say. As it is
/// personal data, `Debug` and the audit record show no more than that there is one.
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

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What stands behind the `@`, as it is written. Domains are the same in upper and lower case.
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

/// What [`Bounded`] refuses, for the schema. U+0000 to U+001F, U+007F and U+0080 to U+009F are all the control characters there are.
const CONTROLS: &str = r"[\u0000-\u0008\u000B-\u001F\u007F-\u009F]";

const BOUNDED: Malformed =
    Malformed("must have a length within its bounds and no control characters other than \\n and \\t");

/// Text of at least `MIN` and at most `MAX` characters (Unicode scalar values, as JSON Schema counts them).
///
/// It has no control characters (the category Cc: NUL, escape, carriage return, delete …) but line feed and tab, so that it can neither
/// drive a terminal nor break a log's line other than where a reader sees it. Nothing else is refused, and nothing is trimmed. It is text and
/// says nothing more: named `sql` or `path`, it is refused like a `String` ([ST33](crate::error_index::st33)), and the audit
/// record shows its length.
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
/// Bounds that nothing satisfies do not compile:
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

    /// As `not`, beside which an `#[arg(pattern = …)]` is a pattern: without one the text stays free text to the audit.
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

    /// The text, to keep.
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
