//! The URIs of resources: templates of [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570), level 1, so far as they can be read backwards.
//!
//! A URI names one object and an object has one URI: a template that two lists of values would expand to the same URI is refused, and a URI that its
//! own values would not expand to matches no template. So a value has at least one character; it has no `/`, no `\` and no control character, and is neither
//! `.` nor `..`, which programs on the way may take for a part of the path; and of all the ways to escape a character only that of RFC 6570 counts.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use core::fmt;

/// No URI of a resource is longer, in bytes.
pub const LONGEST_URI: usize = 2048;
/// No template is longer, in bytes.
pub const LONGEST_URI_TEMPLATE: usize = 512;

/// A template, or a URI without variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriTemplate {
    source: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriTemplateError {
    /// How many bytes stand before it.
    pub position: usize,
    /// What it is.
    pub fault: UriTemplateFault,
}

/// What can be wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UriTemplateFault {
    /// It does not begin with a scheme in lower case and a colon.
    NoScheme,
    /// It is longer than [`LONGEST_URI_TEMPLATE`].
    TooLong,
    /// A character that no URI has, or `%` or `#`.
    Character(char),
    /// A `{` without its `}`.
    Unclosed,
    /// A `}` without its `{`.
    Unopened,
    /// `{}`
    NoName,
    /// An expression of a level above 1, such as `{+path}` or `{list*}`: the character that makes it one.
    Level(char),
    /// A character that the name of a variable does not have.
    Name(char),
    /// A variable that stands there before.
    Twice(String),
    /// No reserved character between a variable and the one before it.
    Adjacent(String),
}

impl fmt::Display for UriTemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScheme => f.write_str("it does not begin with a scheme in lower case, such as `invoices://`"),
            Self::TooLong => write!(f, "it is longer than {LONGEST_URI_TEMPLATE} bytes"),
            Self::Character(character) => {
                write!(f, "`{}` is not allowed in the URI of a resource", character.escape_debug())
            }
            Self::Unclosed => f.write_str("`{` has no `}`"),
            Self::Unopened => f.write_str("`}` has no `{`"),
            Self::NoName => f.write_str("`{}` names no variable"),
            Self::Level(operator) => {
                write!(f, "`{operator}` in `{{…}}` is not in level 1 of RFC 6570, which has only `{{name}}`")
            }
            Self::Name(character) => {
                write!(
                    f,
                    "`{}` is not allowed in the name of a variable, which has only letters, digits and `_`",
                    character.escape_debug()
                )
            }
            Self::Twice(name) => write!(f, "it contains `{{{name}}}` twice"),
            Self::Adjacent(name) => write!(
                f,
                "it is ambiguous where `{{{name}}}` begins: put a reserved character, such as `/`, between two variables"
            ),
        }
    }
}

impl fmt::Display for UriTemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.fault, self.position)
    }
}

impl core::error::Error for UriTemplateError {}

/// Why values do not make a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUri {
    /// A variable has no value.
    Missing,
    /// A value that cannot stand in a URI: empty, `.` or `..`, or with `/`, `\` or a control character.
    Value,
    /// The URI would be longer than [`LONGEST_URI`].
    TooLong,
}

impl UriTemplate {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn parse(source: &str) -> Result<Self, UriTemplateError> {
        let at = |position, fault| UriTemplateError { position, fault };
        if source.len() > LONGEST_URI_TEMPLATE {
            return Err(at(LONGEST_URI_TEMPLATE, UriTemplateFault::TooLong));
        }
        scheme(source).map_err(|position| at(position, UriTemplateFault::NoScheme))?;
        let mut parts: Vec<Part> = Vec::new();
        let mut literal = String::new();
        let mut characters = source.char_indices();
        while let Some((position, character)) = characters.next() {
            match character {
                '{' => {
                    let name = variable(position, &mut characters)?;
                    let known = |part: &Part| matches!(part, Part::Variable(known) if known == name);
                    if parts.iter().any(known) {
                        return Err(at(position, UriTemplateFault::Twice(name.to_owned())));
                    }
                    // What is reserved is escaped in a value, so that it ends one.
                    if matches!(parts.last(), Some(Part::Variable(_))) && !literal.bytes().any(is_reserved) {
                        return Err(at(position, UriTemplateFault::Adjacent(name.to_owned())));
                    }
                    if !literal.is_empty() {
                        parts.push(Part::Literal(core::mem::take(&mut literal)));
                    }
                    parts.push(Part::Variable(name.to_owned()));
                }
                '}' => return Err(at(position, UriTemplateFault::Unopened)),
                _ if is_literal(character) => literal.push(character),
                _ => return Err(at(position, UriTemplateFault::Character(character))),
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { source: source.to_owned(), parts })
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The names of the variables, in their order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(&**name),
            Part::Literal(_) => None,
        })
    }

    /// The URI with these values.
    ///
    /// # Errors
    ///
    /// If a value is missing or cannot stand in a URI, or the URI would be too long.
    pub fn expand<V: AsRef<str>>(&self, mut value_of: impl FnMut(&str) -> Option<V>) -> Result<String, NoUri> {
        let mut uri = String::with_capacity(self.source.len());
        for part in &self.parts {
            match part {
                Part::Literal(literal) => uri.push_str(literal),
                Part::Variable(name) => {
                    let value = value_of(name).ok_or(NoUri::Missing)?;
                    let value = value.as_ref();
                    if value.len() > LONGEST_URI {
                        return Err(NoUri::TooLong);
                    }
                    if !is_value(value) {
                        return Err(NoUri::Value);
                    }
                    escape(value, &mut uri);
                }
            }
        }
        if uri.len() > LONGEST_URI { Err(NoUri::TooLong) } else { Ok(uri) }
    }

    /// The values of the variables in their order, if this URI is the template's with these.
    #[must_use]
    pub fn values(&self, uri: &str) -> Option<Vec<String>> {
        if uri.len() > LONGEST_URI {
            return None;
        }
        let mut values = Vec::new();
        let mut rest = uri;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(&**literal)?,
                Part::Variable(_) => {
                    let run = rest.bytes().take_while(|byte| !is_reserved(*byte)).count();
                    // The run also contains the beginning of the next literal, up to its first reserved character.
                    let tail = match parts.peek() {
                        Some(Part::Literal(literal)) => literal.bytes().take_while(|byte| !is_reserved(*byte)).count(),
                        Some(Part::Variable(_)) | None => 0,
                    };
                    let (value, behind) = rest.split_at_checked(run.checked_sub(tail)?)?;
                    values.push(unescape(value)?);
                    rest = behind;
                }
            }
        }
        rest.is_empty().then_some(values)
    }

    /// Whether a URI may match both. It says so rather once too often.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.steps(), other.steps());
        let width = theirs.len() + 1;
        let mut seen = vec![false; (ours.len() + 1) * width];
        let mut open = vec![(0, 0)];
        while let Some((left, right)) = open.pop() {
            let Some(known) = seen.get_mut(left * width + right) else { continue };
            if core::mem::replace(known, true) {
                continue;
            }
            match (ours.get(left), theirs.get(right)) {
                (None, None) => return true,
                (Some(one), Some(two)) if one.meets(*two) => {
                    // A variable may go on, or end with this character.
                    for next_left in one.next(left) {
                        open.extend(two.next(right).map(|next_right| (next_left, next_right)));
                    }
                }
                _ => {}
            }
        }
        false
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => steps.extend(literal.bytes().map(Step::Byte)),
                Part::Variable(_) => steps.push(Step::Value),
            }
        }
        steps
    }
}

impl fmt::Display for UriTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// What the next byte of a URI can be.
#[derive(Clone, Copy)]
enum Step {
    Byte(u8),
    Value,
}

impl Step {
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Byte(one), Self::Byte(two)) => one == two,
            (Self::Byte(byte), Self::Value) | (Self::Value, Self::Byte(byte)) => !is_reserved(byte),
            (Self::Value, Self::Value) => true,
        }
    }

    /// The steps that may follow a byte of this one, which is at `place`.
    fn next(self, place: usize) -> core::ops::RangeInclusive<usize> {
        match self {
            Self::Byte(_) => place + 1..=place + 1,
            Self::Value => place..=place + 1,
        }
    }
}

/// RFC 3986, section 3.1, in the form that is canonical.
fn scheme(source: &str) -> Result<(), usize> {
    for (position, byte) in source.bytes().enumerate() {
        match byte {
            b':' if position > 0 => return Ok(()),
            b'a'..=b'z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if position > 0 => {}
            _ => return Err(position),
        }
    }
    Err(source.len())
}

/// The name of the variable whose `{` was read, up to its `}`.
fn variable<'s>(opened: usize, characters: &mut core::str::CharIndices<'s>) -> Result<&'s str, UriTemplateError> {
    let rest = characters.as_str();
    for (position, character) in characters.by_ref() {
        let length = position - opened - 1;
        let fault = match character {
            '}' if length == 0 => UriTemplateFault::NoName,
            '}' => return Ok(rest.get(..length).unwrap_or_default()),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => continue,
            '+' | '#' | '.' | '/' | ';' | '?' | '&' | '=' | ',' | '!' | '@' | '|' | '*' | ':' | '$' | '(' | ')' => {
                UriTemplateFault::Level(character)
            }
            '{' => return Err(UriTemplateError { position: opened, fault: UriTemplateFault::Unclosed }),
            _ => UriTemplateFault::Name(character),
        };
        return Err(UriTemplateError { position, fault });
    }
    Err(UriTemplateError { position: opened, fault: UriTemplateFault::Unclosed })
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Whether no value has this byte, as it is escaped there. Of what a URI has, these are the reserved characters (RFC 3986, section 2.2).
fn is_reserved(byte: u8) -> bool {
    !is_unreserved(byte) && byte != b'%'
}

/// What is written as it is: what a URI has without escapes, and no fragment.
fn is_literal(character: char) -> bool {
    u8::try_from(character).is_ok_and(|byte| is_unreserved(byte) || b":/?[]@!$&'()*+,;=".contains(&byte))
}

fn is_value(value: &str) -> bool {
    !matches!(value, "" | "." | "..")
        && !value.chars().any(|character| matches!(character, '/' | '\\') || character.is_control())
}

/// Simple string expansion (RFC 6570, section 3.2.2).
fn escape(value: &str, into: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in value.bytes() {
        if is_unreserved(byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.extend([byte >> 4, byte & 15].map(|digit| HEX.get(usize::from(digit)).copied().unwrap_or('0')));
        }
    }
}

/// The value that is escaped to this, if there is one.
fn unescape(escaped: &str) -> Option<String> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let mut value = Vec::with_capacity(escaped.len());
    let mut bytes = escaped.bytes();
    while let Some(byte) = bytes.next() {
        value.push(match byte {
            b'%' => {
                let byte = digit(bytes.next()?)? << 4 | digit(bytes.next()?)?;
                // A second way to write the same.
                if is_unreserved(byte) {
                    return None;
                }
                byte
            }
            byte if is_unreserved(byte) => byte,
            _ => return None,
        });
    }
    String::from_utf8(value).ok().filter(|value| is_value(value))
}

#[cfg(test)]
mod tests;
