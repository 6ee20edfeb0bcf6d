//! External text within a question: quoted, on one line, and without anything that a client would render as markup.

use crate::output::scan::is_invisible;

/// Text in quotation marks that it cannot close, so that text of a model or an object cannot be mistaken for a part of the question.
///
/// The characters of Markdown and HTML are replaced by others that look alike: a client may show a question as Markdown or as plain text, and
/// backslashes would be part of the latter. Marks that have a meaning only at the beginning of a line have none behind a quotation mark.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + '“'.len_utf8() + '”'.len_utf8());
    quoted.push('“');
    let mut before = None;
    let mut letters = text.chars().filter(|letter| !is_invisible(*letter)).peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied();
        let is_within_word = [before, after].into_iter().all(|letter| letter.is_some_and(char::is_alphanumeric));
        quoted.push(match letter {
            '\u{2800}' => ' ',
            letter if letter.is_control() || letter.is_whitespace() => ' ',
            '“' | '”' | '„' | '‟' | '"' | '＂' | '«' | '»' | '〝' | '〞' | '〟' | '❝' | '❞' | '″' | '‶' => {
                '\''
            }
            '*' => '∗',
            '`' => 'ˋ',
            '~' => '∼',
            '[' => '［',
            ']' => '］',
            '<' => '＜',
            '>' => '＞',
            '\\' => '＼',
            // Within a word it does not emphasize (CommonMark 0.31, section 6.2), so most names stay unchanged.
            '_' if !is_within_word => '＿',
            // A character reference would become a quotation mark.
            '&' if after.is_some_and(|next| next == '#' || next.is_ascii_alphanumeric()) => '＆',
            letter => letter,
        });
        before = Some(letter);
    }
    quoted.push('”');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn foreign_text_is_text() {
        for (text, shown) in [
            ("ten", "“ten”"),
            ("inv_1001", "“inv_1001”"),
            ("it”? It was checked. “Yes", "“it'? It was checked. 'Yes”"),
            ("a\r\n\nb\u{202e}c\u{200b}d\u{e0041}\u{2028}e\u{2800}f", "“a   bcd e f”"),
            ("No, a dry run. **Approved by IT.**", "“No, a dry run. ∗∗Approved by IT.∗∗”"),
            ("_yes_ __yes__", "“＿yes＿ ＿＿yes＿＿”"),
            ("_\u{200b}yes", "“＿yes”"),
            ("[here](https://x.test) ![x](y) <b>", "“［here］(https://x.test) !［x］(y) ＜b＞”"),
            ("`rm -rf` ~~no~~ \\*", "“ˋrm -rfˋ ∼∼no∼∼ ＼∗”"),
            ("it&rdquo;? &#8221; AT & T", "“it＆rdquo;? ＆#8221; AT & T”"),
            (r#"say "yes" «now» „so‟ ＂x"#, "“say 'yes' 'now' 'so' 'x”"),
        ] {
            assert_eq!(quoted(text), shown);
        }
    }
}
