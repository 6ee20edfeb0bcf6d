//! Patterns that every client can read.

/// The first part of a regular expression that JavaScript without the `u` flag or Python's `re` cannot read, or reads as something else than
/// Rust does: `\p{L}`, `\u{200B}`, `(?i)`, a class within a class. Clients compile the patterns of a published schema with these; one that
/// fails drops the tool, or the whole server.
///
/// The expression itself has to be one of the `regex` crate: what that refuses is not looked for.
#[must_use]
pub fn foreign_part(pattern: &str) -> Option<&str> {
    let mut scan = Scan { pattern, at: 0, in_class: false, class_start: 0, quantified: false };
    while scan.at < pattern.len() {
        if let Some(length) = scan.next() {
            return pattern.get(scan.at..).map(|rest| head(rest, length));
        }
    }
    None
}

/// The first characters of a text.
fn head(text: &str, length: usize) -> &str {
    text.char_indices().nth(length).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

struct Scan<'p> {
    pattern: &'p str,
    at: usize,
    in_class: bool,
    /// Where the first member of the class stands.
    class_start: usize,
    /// Whether what came last says how often.
    quantified: bool,
}

impl<'p> Scan<'p> {
    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    /// Steps on, or says how many characters from here are foreign.
    fn next(&mut self) -> Option<usize> {
        let rest = self.rest();
        let mut letters = rest.chars();
        let (letter, second) = (letters.next()?, letters.next());
        let quantified = core::mem::take(&mut self.quantified);
        if u32::from(letter) > 0xFFFF {
            return Some(1);
        }
        let foreign = match letter {
            '\\' => {
                let foreign = foreign_escape(rest);
                if foreign.is_none() {
                    self.at += 1 + second.map_or(0, char::len_utf8);
                }
                return foreign;
            }
            _ if self.in_class => self.foreign_in_class(letter, second),
            '[' => {
                self.in_class = true;
                self.class_start = self.at + if second == Some('^') { 2 } else { 1 };
                self.at = self.class_start;
                return None;
            }
            '(' if second == Some('?') => foreign_group(rest),
            '*' | '+' | '?' | '{' => {
                let lazy = letter == '?' && quantified;
                let closed = rest.find('}').filter(|_| letter == '{');
                if letter == '{' && second == Some(',') {
                    return Some(3);
                }
                self.at += closed.map_or(1, |closed| closed + 1);
                self.quantified = !lazy;
                // Python takes `a*+` for something else, and nobody else takes it at all.
                if quantified && !lazy {
                    self.at -= closed.map_or(1, |closed| closed + 1);
                    return Some(1);
                }
                return None;
            }
            _ => None,
        };
        if foreign.is_none() {
            self.at += letter.len_utf8();
        }
        foreign
    }

    fn foreign_in_class(&mut self, letter: char, second: Option<char>) -> Option<usize> {
        match (letter, second) {
            // Rust takes a class within a class, and operations on classes.
            ('[', _) | ('&', Some('&')) | ('~', Some('~')) | ('-', Some('-')) => Some(2),
            (']', _) if self.at == self.class_start => Some(1),
            (']', _) => {
                self.in_class = false;
                None
            }
            _ => None,
        }
    }
}

/// How long an escape is that is not the same everywhere.
fn foreign_escape(rest: &str) -> Option<usize> {
    let mut letters = rest.chars().skip(1);
    let letter = letters.next()?;
    let braced = letters.next() == Some('{');
    let length = if braced { rest.chars().position(|letter| letter == '}').map_or(2, |end| end + 1) } else { 2 };
    let same = match letter {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v' => true,
        'b' | 'B' | 'x' | 'u' => !braced,
        // Escaped signs stand for themselves; these two are edges of words to Rust.
        '<' | '>' => false,
        sign => !sign.is_alphanumeric(),
    };
    (!same).then_some(length)
}

/// Groups with names or flags are written differently everywhere.
fn foreign_group(rest: &str) -> Option<usize> {
    if rest.starts_with("(?:") {
        return None;
    }
    let end = rest.chars().position(|letter| matches!(letter, '>' | ':' | ')'));
    Some(end.map_or(3, |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::foreign_part;

    #[test]
    fn what_every_client_reads() {
        for pattern in [
            "^inv_[0-9]{4}$",
            r"^(?:[a-z0-9-]+\.)*example\.com$",
            r"^[^\u0000-\u001F\\/?#@]+$",
            r"^\d{4}-\d{2}(?:-\d{2})?$",
            r"a*?b+?c??d{2,}?",
            r"[-a-z_.]",
            r"[a-z&~-]",
            r"\x41\t\n\.\-\/\#\[\]",
            r"größe",
            r"\bword\b",
            r"(a|b)",
            "",
        ] {
            assert_eq!(foreign_part(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn what_only_some_clients_read() {
        for (pattern, part) in [
            (r"^\p{L}+$", r"\p{L}"),
            (r"^[a-z\P{Lu}]$", r"\P{Lu}"),
            (r"\pL", r"\p"),
            (r"[\u{200B}]", r"\u{200B}"),
            (r"\x{41}", r"\x{41}"),
            (r"\A[a-z]\z", r"\A"),
            (r"a\z", r"\z"),
            (r"\bfoo\b{end}", r"\b{end}"),
            (r"\U0001F600", r"\U"),
            (r"\<a", r"\<"),
            (r"(?i)abc", "(?i)"),
            (r"(?i:abc)", "(?i:"),
            (r"(?P<year>\d)", "(?P<year>"),
            (r"(?<year>\d)", "(?<year>"),
            ("[[:alpha:]]", "[:"),
            ("[a-z&&b]", "&&"),
            ("[a--b]", "--"),
            ("[]a]", "]"),
            ("[^]a]", "]"),
            ("a{,5}", "{,5"),
            ("a*+", "+"),
            ("a{2}{3}", "{"),
            ("😀", "😀"),
        ] {
            assert_eq!(foreign_part(pattern), Some(part), "{pattern}");
        }
    }
}
