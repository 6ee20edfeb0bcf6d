//! Every code that a message uses has its page and its rows in the tables.

use std::collections::BTreeSet;

use secure_tool_rules::Code;
use secure_tool_tests::repository::{files, read};

/// Every code that a compile error or the built server can name, and the text of the error index.
fn said() -> (BTreeSet<String>, String) {
    let mut said: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let mut index = String::new();
    for path in files("runtime/src", "rs") {
        let text = read(&path);
        if path.components().any(|part| part.as_os_str() == "error_index") {
            index.push_str(&text);
        } else {
            said.extend(codes(&text, "\"", "\""));
            said.extend(codes(&text, "[", "]\""));
        }
    }
    (said, index)
}

/// Every `ST` with two digits between these marks.
fn codes(text: &str, before: &str, after: &str) -> BTreeSet<String> {
    let starts = text.match_indices(before).filter_map(|(at, _)| text.get(at + before.len()..));
    let found = starts.filter_map(|rest| Some((rest.get(..4)?, rest.get(4..)?)));
    let is_code = |code: &str| code.starts_with("ST") && code.bytes().skip(2).all(|digit| digit.is_ascii_digit());
    found.filter(|(code, rest)| is_code(code) && rest.starts_with(after)).map(|(code, _)| code.to_owned()).collect()
}

#[test]
fn every_code_has_a_page_and_its_rows() {
    let (said, index) = said();
    assert!(said.len() > 20 && said.contains("ST19"), "{said:?}");
    assert_eq!(codes(&index, "/// ", ": "), said, "pages");
    assert_eq!(codes(&index, "//! | [", "]("), said, "rows of the index");
    let modules: BTreeSet<String> =
        index.lines().filter_map(|line| line.strip_prefix("pub mod ")?.get(..4)).map(str::to_uppercase).collect();
    assert_eq!(modules, said, "modules");
    for code in Code::ALL {
        let row = format!("//! | [{code}]({}) | {} |", code.name().to_lowercase(), code.mistake());
        assert!(index.lines().any(|line| line == row), "{row}");
    }
}

/// What the compiler says about a mistake of each class is held word for word.
#[test]
fn every_code_has_a_mistake_that_shows_it() {
    let shown: BTreeSet<String> =
        files("ui-tests/fail", "stderr").iter().flat_map(|path| codes(&read(path), "[", "]")).collect();
    let missing: Vec<String> = said().0.difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "no mistake in `ui-tests/fail` shows {missing:?}");
}
