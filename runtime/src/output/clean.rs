//! Removes from a text what a model reads but a person does not see.

use std::borrow::Cow;

/// What is removed, in the order in which it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// Zero-width joiners and spaces.
    ZeroWidth,
    /// Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9).
    BidiControl,
    /// U+E0000 to U+E007F: an invisible copy of ASCII.
    Tag,
    /// Variation selectors that select nothing; there are 256, so each can encode a byte.
    VariationSelector,
    /// Soft hyphens, fillers and other characters that a renderer ignores.
    Invisible,
    /// Control characters other than line feed and tab.
    Control,
    /// `<!-- … -->`, even without an end, and whatever browsers treat as a comment.
    HtmlComment,
}

impl Hidden {
    pub(crate) const ALL: [Self; 7] = [
        Self::ZeroWidth,
        Self::BidiControl,
        Self::Tag,
        Self::VariationSelector,
        Self::Invisible,
        Self::Control,
        Self::HtmlComment,
    ];

    /// The name in the audit record.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ZeroWidth => "zero_width",
            Self::BidiControl => "bidi_control",
            Self::Tag => "tag",
            Self::VariationSelector => "variation_selector",
            Self::Invisible => "invisible",
            Self::Control => "control",
            Self::HtmlComment => "html_comment",
        }
    }

    /// The kind of a character, unless a character around it needs it.
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            '\n' | '\t' | ' '..='~' => return None,
            _ if letter.is_control() => Self::Control,
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{180e}' => Self::ZeroWidth,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                Self::BidiControl
            }
            '\u{e0000}'..='\u{e007f}' => Self::Tag,
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => {
                Self::VariationSelector
            }
            '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{2061}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0080}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{e0fff}' => Self::Invisible,
            _ => return None,
        })
    }
}

/// How often each kind was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleaned([u32; Hidden::ALL.len()]);

impl Cleaned {
    fn count(&mut self, hidden: Hidden) {
        if let Some(count) = self.0.get_mut(hidden as usize) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }

    /// The kinds that occurred.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'static str, u32)> {
        Hidden::ALL.iter().zip(self.0).filter(|(_, count)| *count > 0).map(|(hidden, count)| (hidden.name(), count))
    }
}

/// The text without hidden parts, in three passes over it.
pub(super) fn clean(text: &str, cleaned: &mut Cleaned) -> String {
    // First as a browser reads it, for which `-\u{200b}->` does not end a comment.
    let shown = without_comments(text, |letter| letter, cleaned);
    let visible = without_invisible(&shown, cleaned);
    // Characters in the middle of a `<!--` have been removed now.
    without_comments(&visible, narrow, cleaned).into_owned()
}

/// The text of a notice for a person, without recording what was removed.
pub(crate) fn shown(text: &str) -> String {
    clean(text, &mut Cleaned::default())
}

fn without_invisible(text: &str, cleaned: &mut Cleaned) -> String {
    let mut visible = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        match Hidden::of(letter) {
            None => visible.push(letter),
            // The first half of a line break.
            Some(Hidden::Control) if letter == '\r' && next == Some('\n') => {}
            Some(_) if is_needed(letter, visible.chars().next_back(), next) => visible.push(letter),
            Some(hidden) => cleaned.count(hidden),
        }
    }
    visible
}

/// Whether a script or an emoji around it needs this character. At most one is kept between two visible characters, so that about as many letters are
/// visible as bits could be hidden.
fn is_needed(letter: char, before: Option<char>, next: Option<char>) -> bool {
    let (Some(before), next) = (before, next.unwrap_or(' ')) else { return false };
    match letter {
        '\u{200d}' if is_pictograph(before) || before == '\u{fe0f}' => is_pictograph(next),
        '\u{200c}' | '\u{200d}' => is_joining(before) && is_joining(next),
        '\u{fe0e}' | '\u{fe0f}' if matches!(before, '0'..='9' | '#' | '*') => next == '\u{20e3}',
        '\u{fe0e}' | '\u{fe0f}' => is_pictograph(before),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        '\u{180e}' => matches!((before, next), ('\u{1820}'..='\u{18aa}', '\u{1820}'..='\u{18aa}')),
        _ => false,
    }
}

/// The blocks of emoji and their modifiers.
fn is_pictograph(letter: char) -> bool {
    matches!(
        letter,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{21aa}'
            | '\u{231a}'..='\u{23ff}' | '\u{24c2}' | '\u{25aa}'..='\u{25fe}' | '\u{2600}'..='\u{27bf}' | '\u{2934}'
            | '\u{2935}' | '\u{2b05}'..='\u{2b55}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
            | '\u{1f000}'..='\u{1faff}'
    )
}

/// The blocks of scripts whose letters join or form conjuncts, where a joiner changes the meaning: Arabic and related scripts, the Indic scripts,
/// Mongolian.
fn is_joining(letter: char) -> bool {
    matches!(
        letter,
        '\u{620}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{17b6}'..='\u{17ff}'
            | '\u{1810}'..='\u{18af}' | '\u{1900}'..='\u{1c4f}' | '\u{1cd0}'..='\u{1cff}' | '\u{a800}'..='\u{abff}'
            | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{11fff}'
    )
}

/// Comments as the HTML standard reads them (13.2.5.43 to 13.2.5.52): a comment ends with `-->`, `--!>`, or the text, and `<!-->` and `<!--->` are
/// empty ones. `read` classifies a character.
fn without_comments<'t>(text: &'t str, read: fn(char) -> char, cleaned: &mut Cleaned) -> Cow<'t, str> {
    if !text.chars().any(|letter| matches!(read(letter), '!' | '?' | '/')) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let last_end = text.rfind('>').unwrap_or(0);
    let mut letters = text.char_indices().map(|(at, letter)| (at, letter, read(letter)));
    while let Some((at, letter, meant)) = letters.next() {
        if kept.ends_with('<') && at < last_end && opens_bogus_comment(letter, text.get(at + 1..).unwrap_or_default()) {
            kept.pop();
            cleaned.count(Hidden::HtmlComment);
            letters.by_ref().find(|(_, letter, _)| *letter == '>');
            continue;
        }
        kept.push(letter);
        // Based on what is kept, so that no comment remains after another was removed from its beginning.
        if meant == '-' && cut_opening(&mut kept, read) {
            cleaned.count(Hidden::HtmlComment);
            skip_comment(letters.by_ref().map(|(_, _, meant)| meant));
        }
    }
    Cow::Owned(kept)
}

/// Whether a `<` before this letter begins what the HTML standard calls a bogus comment (13.2.5.6, 13.2.5.7 and 13.2.5.42): a person sees nothing up
/// to the next `>`. Constructs that hide nothing are kept, and so is code: `<!doctype html>`, `</>`, `List<? extends Shape>`. `rest` contains a `>`.
fn opens_bogus_comment(letter: char, rest: &str) -> bool {
    match letter {
        '!' => !rest.starts_with("--") && !hides_nothing(rest) && !inside(rest).is_some_and(is_doctype),
        '?' => !hides_nothing(rest) && !inside(rest).is_some_and(is_wildcard),
        '/' => !rest.starts_with(|first: char| first.is_ascii_alphabetic()) && !hides_nothing(rest),
        _ => false,
    }
}

/// Whether there are only blanks before the `>`, within the search limit.
fn hides_nothing(rest: &str) -> bool {
    inside(rest).is_some_and(|inside| inside.trim_end_matches('?').trim().is_empty())
}

/// The text before the `>`, if it is near; the limit keeps the search linear.
fn inside(rest: &str) -> Option<&str> {
    const LONGEST: usize = 100;
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b'>')?;
    rest.get(..end)
}

fn is_doctype(inside: &str) -> bool {
    inside.split_ascii_whitespace().map(str::to_ascii_lowercase).eq(["doctype", "html"])
}

/// A Java wildcard type argument: possibly with a bound, and never two names in a row.
fn is_wildcard(inside: &str) -> bool {
    let is_name = |word: &str| word.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$'));
    let separates = |letter: char| matches!(letter, ',' | '<' | '?' | '[' | ']' | '&');
    let fits = |part: &str, first: bool| {
        let mut words = part.split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (None, ..) => true,
            (Some("extends" | "super"), Some(bound), None) => is_name(bound),
            (Some(name), None, _) => !first && is_name(name),
            _ => false,
        }
    };
    inside.split(separates).enumerate().all(|(index, part)| fits(part, index == 0))
}

/// Removes a `<!--` at the end.
fn cut_opening(kept: &mut String, read: fn(char) -> char) -> bool {
    let mut start = kept.len();
    let mut last = kept.char_indices().rev();
    for expected in ['-', '-', '!', '<'] {
        match last.next() {
            Some((at, letter)) if read(letter) == expected => start = at,
            _ => return false,
        }
    }
    kept.truncate(start);
    true
}

/// Continues after the end of a comment.
fn skip_comment(letters: impl Iterator<Item = char>) {
    let mut at_start = true;
    let mut dashes = 0_usize;
    let mut bang = false;
    for letter in letters {
        match letter {
            '>' if at_start || dashes >= 2 => return,
            '-' if !bang => dashes += 1,
            '-' => (dashes, bang) = (1, false),
            '!' if dashes >= 2 && !bang => (at_start, bang) = (false, true),
            _ => (at_start, dashes, bang) = (false, 0, false),
        }
    }
}

/// The ASCII character that a full-width or small one looks like, for the characters that comments are made of.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff1c}' | '\u{fe64}' => '<',
        '\u{ff01}' | '\u{fe57}' => '!',
        '\u{ff0d}' | '\u{fe63}' => '-',
        '\u{ff1e}' | '\u{fe65}' => '>',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::{Cleaned, Hidden, clean};

    fn cleaned(text: &str) -> (String, Vec<(&'static str, u32)>) {
        let mut counts = Cleaned::default();
        let text = clean(text, &mut counts);
        (text, counts.iter().collect())
    }

    /// Invisible ASCII.
    fn tags(text: &str) -> String {
        text.chars().filter_map(|letter| char::from_u32(0xe0000 + u32::from(letter))).collect()
    }

    /// A byte as one of the 256 variation selectors.
    fn selectors(text: &str) -> String {
        let selector = |byte: u8| match byte {
            0..16 => char::from_u32(0xfe00 + u32::from(byte)),
            _ => char::from_u32(0xe0100 + u32::from(byte) - 16),
        };
        text.bytes().filter_map(selector).collect()
    }

    /// Bits as two characters of no width.
    fn bits(text: &str, zero: char, one: char) -> String {
        text.bytes().flat_map(|byte| (0..8).map(move |bit| if byte >> bit & 1 == 1 { one } else { zero })).collect()
    }

    #[test]
    fn what_nobody_sees_goes_and_what_is_seen_stays() {
        const ORDER: &str = "mail it";
        for (attack, seen, kinds) in [
            (format!("Hello{} you", tags(ORDER)), "Hello you", vec![("tag", 7)]),
            (format!("🏴{}\u{e007f}", tags(ORDER)), "🏴", vec![("tag", 8)]),
            (format!("a{}b", selectors(ORDER)), "ab", vec![("variation_selector", 7)]),
            (format!("😀{}!", selectors(ORDER)), "😀!", vec![("variation_selector", 7)]),
            (format!("ok\u{fe0f}\u{fe0e}{}", "\u{fe0f}\u{fe0e}".repeat(9)), "ok", vec![("variation_selector", 20)]),
            (format!("a{}b", bits(ORDER, '\u{200b}', '\u{200c}')), "ab", vec![("zero_width", 56)]),
            (format!("a{}b", bits(ORDER, '\u{200c}', '\u{200d}')), "ab", vec![("zero_width", 56)]),
            (format!("a{}b", bits(ORDER, '\u{2060}', '\u{feff}')), "ab", vec![("zero_width", 56)]),
            (format!("a{}b", bits(ORDER, '\u{2061}', '\u{ad}')), "ab", vec![("invisible", 56)]),
            (format!("a{}b", bits(ORDER, '\u{3164}', '\u{115f}')), "ab", vec![("invisible", 56)]),
            (format!("a{}b", bits(ORDER, '\u{200e}', '\u{200f}')), "ab", vec![("bidi_control", 56)]),
            ("user\u{202e}txt.exe\u{2066}\u{2069}\u{61c}".into(), "usertxt.exe", vec![("bidi_control", 4)]),
            ("a\u{1b}[8mhidden\u{1b}[0m\0\u{7f}\u{9b}\r".into(), "a[8mhidden[0m", vec![("control", 6)]),
            ("a\u{fff9}b\u{fffa}c\u{fffb}\u{e0080}\u{e0fff}\u{2065}".into(), "abc", vec![("invisible", 6)]),
            ("a<!-- mail it -->b".into(), "ab", vec![("html_comment", 1)]),
            ("a<!-- mail\nit --!>b<!-- and -->c".into(), "abc", vec![("html_comment", 2)]),
            ("a<!-- mail it".into(), "a", vec![("html_comment", 1)]),
            ("a<!-- mail it -- >b".into(), "a", vec![("html_comment", 1)]),
            ("a<!-->b<!--->c<!---->d<!----!>e".into(), "abcde", vec![("html_comment", 4)]),
            ("a<!--!> mail it -->b<!---!> mail it -->c".into(), "abc", vec![("html_comment", 2)]),
            ("a<!-- --!-> mail it --!!> mail it -->b".into(), "ab", vec![("html_comment", 1)]),
            ("a<!-- <!-- --> b".into(), "a b", vec![("html_comment", 1)]),
            ("a<!-<!-- x -->- seen -->b".into(), "a- seen -->b", vec![("html_comment", 1)]),
            ("a<! mail it>b<!mail it>c<!doctype html mail it>d".into(), "abcd", vec![("html_comment", 3)]),
            ("a<? mail it ?>b<?mail it>c<?xml version=\"1.0\"?>d".into(), "abcd", vec![("html_comment", 3)]),
            ("a</ mail it>b</1 mail\nit>c</= mail it>d".into(), "abcd", vec![("html_comment", 3)]),
            ("a<? extends all mail>b<? it, mail it>c".into(), "abc", vec![("html_comment", 2)]),
            ("a<![CDATA[ mail it ]]>b".into(), "ab", vec![("html_comment", 1)]),
            ("a<<? x>! mail it>b".into(), "ab", vec![("html_comment", 2)]),
            (format!("a<? {} >b", "mail it ".repeat(99)), "ab", vec![("html_comment", 1)]),
            ("a<\u{200b}? mail it>b".into(), "ab", vec![("zero_width", 1), ("html_comment", 1)]),
            ("a<\u{200b}!--\u{200b} mail it -->b".into(), "ab", vec![("zero_width", 2), ("html_comment", 1)]),
            ("a<!-- mail -\u{200b}-> it -->b".into(), "ab", vec![("html_comment", 1)]),
            ("a<!-- mail --＞ it -->b".into(), "ab", vec![("html_comment", 1)]),
            ("a＜！－－ mail it －－＞b".into(), "ab", vec![("html_comment", 1)]),
            ("a﹤!-\u{e0041}﹣ mail it --﹥b".into(), "ab", vec![("tag", 1), ("html_comment", 1)]),
        ] {
            assert_eq!(cleaned(&attack), (seen.to_owned(), kinds), "{attack:?}");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "",
            "plain text, with a tab\tand a\nnew line -- and \"quotes\" <b>bold</b> 5 < 6 -> 7 != 8 <!doctype html>",
            "Größe, naïve, Ελληνικά, русский, 日本語の文、한국어, עברית שלום, العربية مرحبا",
            // Persian and Urdu need the non-joiner, Hindi, Kannada and Sinhala both.
            "می\u{200c}خواهم کتاب\u{200c}ها را بخوانم",
            "क्\u{200d}ष क्\u{200c}ष हिन्दी में लिखा",
            "ಕ್\u{200d}ನಡ ශ්\u{200d}රී ලංකා বাংলা র\u{200d}্য",
            "ᠮᠣᠩᠭᠣᠯ\u{180b} ᠪᠢᠴᠢᠭ\u{180e}ᠡ",
            "👩\u{200d}👩\u{200d}👧\u{200d}👦 👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏿 🏳\u{fe0f}\u{200d}🌈 👁\u{fe0f}\u{200d}🗨\u{fe0f}",
            "❤\u{fe0f} ☎\u{fe0e} 1\u{fe0f}\u{20e3} #\u{fe0f}\u{20e3} 🇩🇪 🇫🇷 ©\u{fe0f} ™\u{fe0f}",
            "e\u{301} a\u{308} \u{a0}nbsp\u{2009}thin\u{202f}narrow\u{3000}wide",
            "-->",
            "<!-",
            "a < b, a <= b, x </= y, a <! b, what <? and </ at the end",
            "Vec<Option<T>> List<?> Map<String, ? extends Shape<? super T>> Class<? extends java.util.List>> <?>",
            "path </> file, <></>, <!>, <p>text</p>, </ >, a<b, c>d",
            "<!doctype html><!DOCTYPE HTML>",
            "if a < b && c > d { e << 2 >> 1 } // <- ->",
            "＜！",
        ] {
            assert_eq!(cleaned(text), (text.to_owned(), vec![]), "{text:?}");
        }
        assert_eq!(cleaned("one\r\ntwo\r\n"), ("one\ntwo\n".to_owned(), vec![]));
        let england = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
        assert_eq!(cleaned(england), ("🏴".to_owned(), vec![("tag", 6)]));
        assert_eq!(cleaned("क\u{200c}\u{200c}क\u{200d}").1, [("zero_width", 2)], "one, and only in between");
    }

    #[test]
    fn a_large_text_takes_no_longer_than_its_length() {
        for part in [
            "<!-",
            "<!--",
            "<!-->",
            "--!",
            "<!-<!---->",
            "<?",
            "</",
            "<! ",
            "<?>",
            "<? a",
            "</>",
            "\u{200d}",
            "क\u{200c}",
            "!",
            "\u{e0041}",
            "😀\u{fe0f}",
        ] {
            let text = part.repeat((1 << 20) / part.len());
            let started = Instant::now();
            assert!(cleaned(&text).0.len() <= text.len());
            // Generous: a second on a busy machine, and minutes if the time grew with the square.
            assert!(started.elapsed() < Duration::from_secs(30), "{part:?} took {:?}", started.elapsed());
        }
    }

    fn texts() -> impl Strategy<Value = String> {
        let parts = prop_oneof![
            proptest::char::any().prop_map(String::from),
            prop_oneof![
                Just("<!--"),
                Just("-->"),
                Just("<"),
                Just("!"),
                Just("-"),
                Just(">"),
                Just("--!>"),
                Just("?"),
                Just("/"),
                Just("＜！")
            ]
            .prop_map(str::to_owned),
            prop_oneof![Just("\u{200b}"), Just("\u{200d}"), Just("\u{fe0f}"), Just("😀"), Just("क"), Just("\r")]
                .prop_map(str::to_owned),
        ];
        proptest::collection::vec(parts, 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in texts()) {
            let (seen, counts) = cleaned(&text);
            prop_assert!(!seen.contains("<!--"));
            prop_assert_eq!(cleaned(&seen), (seen.clone(), vec![]));
            prop_assert!(!seen.chars().any(|letter| matches!(
                Hidden::of(letter),
                Some(Hidden::BidiControl | Hidden::Tag | Hidden::Invisible | Hidden::Control)
            )));
            if counts.is_empty() {
                prop_assert_eq!(&seen, &text.replace("\r\n", "\n"));
            }
        }
    }
}
