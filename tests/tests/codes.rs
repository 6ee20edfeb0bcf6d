//! Every code that a message names has its page and its rows.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use secure_tool_rules::Code;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, kind: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, kind, found);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
}

/// Every code that a compile error or the built server can name, and the text of the error index.
fn said() -> (BTreeSet<String>, String) {
    let mut paths = Vec::new();
    sources(&workspace().join("runtime/src"), "rs", &mut paths);
    let mut said: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let mut index = String::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap();
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
    let mut paths = Vec::new();
    sources(&workspace().join("ui-tests/fail"), "stderr", &mut paths);
    let shown: BTreeSet<String> =
        paths.iter().flat_map(|path| codes(&fs::read_to_string(path).unwrap(), "[", "]")).collect();
    let missing: Vec<String> = said().0.difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "no mistake in `ui-tests/fail` shows {missing:?}");
}
