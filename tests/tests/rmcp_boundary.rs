//! Which parts of the library use rmcp. Its major versions come often, and none of them may change one of our signatures.

use std::collections::BTreeSet;

use secure_tool_tests::repository::{files, read};

/// The files beside those of `server/`, with what each needs it for.
const ALLOWED: &[(&str, &str)] =
    &[("confirm/seal.rs", "its codec seals what a client carries between a question and the answer")];

/// Whether the code names the crate; comments may.
fn names_rmcp(code: &str) -> bool {
    let identifiers = |line: &str| {
        line.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '_').any(|identifier| identifier == "rmcp")
    };
    code.lines().any(|line| !line.trim_start().starts_with("//") && identifiers(line))
}

#[test]
fn only_the_listed_files_name_rmcp() {
    let naming: BTreeSet<String> = files("runtime/src", "rs")
        .iter()
        .filter(|path| names_rmcp(&read(path)))
        .map(|path| path.strip_prefix("runtime/src").unwrap().to_str().unwrap().replace('\\', "/"))
        .collect();
    assert!(naming.contains("server/rmcp_model.rs"), "the files are not where this test looks: {naming:?}");
    let beside: BTreeSet<&str> =
        naming.iter().map(|file| &**file).filter(|file| !file.starts_with("server/")).collect();
    let allowed: BTreeSet<&str> = ALLOWED.iter().map(|(file, _)| *file).collect();
    let surplus: Vec<_> = beside.difference(&allowed).collect();
    assert!(
        surplus.is_empty(),
        "{surplus:?} name rmcp: take a type of our own there, and convert it in runtime/src/server/rmcp_model.rs"
    );
    let stale: Vec<_> = allowed.difference(&beside).collect();
    assert!(stale.is_empty(), "{stale:?} name rmcp no longer: take them off the list in this test");
}

#[test]
fn only_code_counts() {
    assert!(names_rmcp("use rmcp::model::Tool;") && names_rmcp("pub use rmcp;") && names_rmcp("x: ::rmcp::Y,"));
    assert!(!names_rmcp("    /// rmcp would answer.") && !names_rmcp("mod rmcp_model;"));
}
