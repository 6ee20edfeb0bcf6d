//! The text as a reader sees it: full-width digits as digits, every kind of blank and dash as one, and nothing that is invisible.

use std::borrow::Cow;

use unicode_normalization::char::decompose_compatible;

/// A text without its disguises, and where in the original each byte of it comes from.
pub(super) struct Folded<'t> {
    original: &'t str,
    text: Cow<'t, str>,
    /// For each byte of `text` where the character begins that it comes from; empty if the two are the same.
    origins: Vec<usize>,
}

impl<'t> Folded<'t> {
    pub(super) fn new(original: &'t str) -> Self {
        Self::without(original, |_| false)
    }

    /// The same, without its control characters.
    pub(super) fn without_control_characters(original: &'t str) -> Self {
        Self::without(original, is_control)
    }

    fn without(original: &'t str, is_left_out: fn(char) -> bool) -> Self {
        let is_plain = |byte: u8| byte.is_ascii() && !is_left_out(char::from(byte));
        let Some(first) = original.bytes().position(|byte| !is_plain(byte)) else {
            return Self { original, text: Cow::Borrowed(original), origins: Vec::new() };
        };
        let (plain, rest) = original.split_at(first);
        let mut text = String::with_capacity(original.len());
        text.push_str(plain);
        let mut origins: Vec<usize> = Vec::with_capacity(original.len());
        origins.extend(0..first);
        for (at, letter) in rest.char_indices().filter(|(_, letter)| !is_left_out(*letter)) {
            unfold(letter, &mut text);
            origins.resize(text.len(), first + at);
        }
        Self { original, text: Cow::Owned(text), origins }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The part of the original from which this part of the folded text comes, with what is invisible inside it.
    pub(super) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        if self.origins.is_empty() || start >= end {
            return (start, end);
        }
        let at = |index: usize| self.origins.get(index).copied().unwrap_or(self.original.len());
        let last = at(end - 1);
        let width = self.original.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (at(start), last + width)
    }
}

fn unfold(letter: char, text: &mut String) {
    if letter.is_ascii() {
        text.push(letter);
    } else if is_invisible(letter) {
    } else if let Some(plain) = plain(letter) {
        text.push(plain);
    } else if is_compatible(letter) {
        let before = text.len();
        decompose_compatible(letter, |part| text.push(part));
        // `１` is a 1 and `﹣` a dash; what has no ASCII form stays as it is.
        if !text.get(before..).is_some_and(|parts| !parts.is_empty() && parts.is_ascii()) {
            text.truncate(before);
            text.push(letter);
        }
    } else {
        text.push(letter);
    }
}

/// Whether it is a control character, of which a reader sees nothing, and no white space.
pub(super) fn is_control(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
}

/// Whether a reader sees nothing of it: the characters that Unicode lets a renderer ignore.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Dashes, dots and digits that have an ASCII look but no compatible form.
fn plain(letter: char) -> Option<char> {
    /// The zeros of the scripts with digits of their own; nine more follow each.
    const ZEROS: [char; 22] = [
        '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
        '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}', '\u{1810}', '\u{19d0}',
        '\u{1a80}', '\u{1b50}', '\u{a620}',
    ];
    match letter {
        // The category Pd of Unicode, minus signs, and what looks like one.
        '\u{58a}'
        | '\u{5be}'
        | '\u{1400}'
        | '\u{1806}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{207b}'
        | '\u{208b}'
        | '\u{2212}'
        | '\u{2500}'
        | '\u{2501}'
        | '\u{2796}'
        | '\u{2e17}'
        | '\u{2e1a}'
        | '\u{2e3a}'
        | '\u{2e3b}'
        | '\u{2e40}'
        | '\u{2e5d}'
        | '\u{301c}'
        | '\u{3030}'
        | '\u{30a0}'
        | '\u{fe31}'
        | '\u{fe32}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}'
        | '\u{10d6e}'
        | '\u{10ead}' => Some('-'),
        '\u{b7}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' => Some('.'),
        // White space without a compatible form, and the Braille pattern without a dot.
        '\u{85}' | '\u{1680}' | '\u{2028}' | '\u{2029}' | '\u{2800}' => Some(' '),
        '\u{660}'..='\u{1b59}' | '\u{a620}'..='\u{a629}' => ZEROS.iter().find_map(|zero| {
            let digit = u32::from(letter).checked_sub(u32::from(*zero))?;
            char::from_digit(digit, 10)
        }),
        _ => None,
    }
}

/// Whether it may have a compatible form that is ASCII; letters of most scripts have none, and are not looked up.
fn is_compatible(letter: char) -> bool {
    !matches!(letter, '\u{c0}'..='\u{1fff}' | '\u{3040}'..='\u{31ff}' | '\u{3400}'..='\u{f8ff}' | '\u{1f000}'..='\u{1faff}' | '\u{20000}'..)
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn what_looks_alike_is_alike_and_leads_back() {
        for (original, expected) in [
            ("plain 42", "plain 42"),
            ("é ４２", "é 42"),
            ("4\u{200b}2\u{feff}", "42"),
            ("４\u{a0}2\u{2011}2", "4 2-2"),
            ("\u{664}\u{662} \u{96a}\u{968} 𝟒𝟐", "42 42 42"),
            ("A\u{e0041}KIA", "AKIA"),
            ("1\u{2800}2\u{3000}3\u{85}4\u{58a}5\u{301c}6\u{2e3a}7", "1 2 3 4-5-6-7"),
            ("日本 ½ ß", "日本 ½ ß"),
        ] {
            assert_eq!(Folded::new(original).text(), expected);
        }
        assert_eq!(Folded::new("4\0 2").text(), "4\0 2");
        assert_eq!(Folded::without_control_characters("４\0\t2\u{1}\u{7f}\u{9b}!\0").text(), "4\t2!");
        let folded = Folded::new("é: ４\u{200b}２\u{200b}!");
        let start = folded.text().find("42").unwrap();
        let (start, end) = folded.original(start, start + 2);
        assert_eq!(&folded.original[start..end], "４\u{200b}２");
    }
}
