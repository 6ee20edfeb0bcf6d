use std::path::{Component, Path};

use proptest::prelude::*;
use serde_json::json;

use super::{published, reads, table};
use crate::types::SafePath;

const ACCEPTED: &[&str] = &[
    "a",
    "reports/2026.txt",
    "2026/07/minutes of july.md",
    "Q&A (final), v2 [draft].tar.gz",
    "O'Brien/C#/main.cs",
    ".gitignore",
    ".well-known/security.txt",
    "src/.config/app.toml",
    "a-b/--x",
    "größe/日本語/файл.txt",
    "cafe\u{301}.txt",
    "हिन्दी/फ़ाइल.txt",
    "console.txt",
    "null/aux1/com",
    "COM10.txt",
    "me@example.com/x=1+2",
    "0x2e0x2e/a", // a name: nothing is decoded
];

const REFUSED: &[&str] = &[
    // nothing, here and above
    "",
    ".",
    "..",
    "./a",
    "../a",
    "a/.",
    "a/..",
    "a/./b",
    "a/../b",
    "../../../../etc/passwd",
    "a/b/../../../c",
    "...",
    "a/.../b",
    "....//....//etc/passwd",
    "..././etc",
    "a..b",
    "a/..b",
    "a/b..",
    // absolute, empty names
    "/",
    "/etc/passwd",
    "//etc/passwd",
    "a//b",
    "a/",
    "/a/",
    "///",
    "file:///etc/passwd",
    "~",
    "~/x",
    "~root/.ssh/id_rsa",
    "a/~b",
    "PROGRA~1/x",
    // windows
    "C:\\Windows\\win.ini",
    "C:/Windows/win.ini",
    "C:",
    "c:x",
    "\\Windows",
    "\\\\server\\share\\x",
    "//server/share/x",
    "\\\\?\\C:\\x",
    "\\\\.\\PhysicalDrive0",
    "//?/C:/x",
    "..\\..\\x",
    "a\\b",
    "a/..\\b",
    "file.txt:stream",
    "file.txt::$DATA",
    "x|y",
    "x?",
    "x*",
    "<x>",
    "\"x\"",
    "CON",
    "con",
    "a/CON/b",
    "NUL",
    "nul.txt",
    "NUL.tar.gz",
    "aux",
    "PRN.",
    "prn .txt",
    "CoM1",
    "COM1.txt",
    "com0",
    "lpt9.doc",
    "LPT\u{b9}",
    "com\u{b2}.txt",
    "com\u{b3}",
    "conin$",
    "CONOUT$",
    "a.",
    "a. ",
    "a ",
    " a",
    "a /b",
    "a./b",
    "a/ b",
    "a/b .",
    "a/b...",
    // encoded: not decoded, refused
    "%2e%2e/a",
    "%2e%2e%2fa",
    "..%2fa",
    "..%5ca",
    "%252e%252e%252f",
    "%c0%ae%c0%ae/",
    "%c0%af",
    "%uff0e%uff0e",
    "a%00.txt",
    "&#46;&#46;/a",
    "\\u002e\\u002e/a",
    "${HOME}/x",
    "$HOME",
    "`id`",
    "a;b",
    "%APPDATA%",
    // overlong UTF-8, as a lenient decoder leaves it
    "\u{fffd}\u{fffd}/a",
    "\u{c0}\u{ae}\u{c0}\u{ae}/a",
    "\u{c0}\u{af}a",
    // looks like dots and slashes
    "\u{ff0e}\u{ff0e}/a",
    "\u{2024}\u{2024}/a",
    "\u{2025}/a",
    "\u{2026}/a",
    "a\u{2215}b",
    "a\u{2044}b",
    "a\u{ff0f}b",
    "a\u{29f8}b",
    "a\u{ff3c}b",
    "a\u{2216}b",
    "a\u{fe68}b",
    "a\u{a5}b",
    "a\u{20a9}b",
    "\u{fe52}\u{fe52}/a",
    "\u{ff5e}/a",
    // not to be seen
    "a\0b",
    "a\0",
    "\0",
    "a\nb",
    "a\r\n",
    "a\tb",
    "a\u{7f}",
    "a\u{85}b",
    "\u{1b}[2J",
    ".\u{200b}./a",
    ".\u{200d}./a",
    ".\u{ad}./a",
    "\u{feff}a",
    "a\u{202e}txt.exe",
    "a\u{2066}b",
    "a\u{2028}b",
    "a\u{a0}b",
    "a\u{3000}",
    "a\u{fe0f}b",
    "a\u{3164}b",
    "a\u{34f}b",
    "\u{e000}",
    // an option
    "-rf",
    "--help",
    "-",
];

/// Which characters are letters, no pattern says that every client can read.
const REFUSED_BY_TYPE: &[&str] = &["a\u{2100}b", "a\u{e0041}b", "a\u{1f300}", "a\u{e0100}", "a\u{3099}\u{2fff}"];

#[test]
fn known_traversals_are_refused_and_ordinary_paths_are_not() {
    table::<SafePath>(ACCEPTED, REFUSED, REFUSED_BY_TYPE);
}

#[test]
fn length_and_depth_have_an_edge() {
    let published = published::<SafePath>();
    let deep = |names: usize| vec!["a"; names].join("/");
    for (text, accepted) in [
        ("x".repeat(1024), true),
        ("x".repeat(1025), false),
        ("é".repeat(1024), true),
        ("é".repeat(1025), false),
        ("x".repeat(1_000_000), false),
        (deep(32), true),
        (deep(33), false),
    ] {
        let value = json!(text);
        assert_eq!((published.accepts(&value), reads::<SafePath>(&value)), (accepted, accepted), "{}", text.len());
    }
    assert_eq!(deep(32).parse::<SafePath>().unwrap().depth(), 32);
}

#[test]
fn a_path_is_recorded_in_clear_and_shown_by_name_alone() {
    assert_eq!(published::<SafePath>().recorded(&json!("a/b.txt")), json!({"it": "a/b.txt"}));
    let path: SafePath = "a/.b.tar.gz".parse().unwrap();
    assert_eq!(format!("{path:?}"), r#"SafePath("a/.b.tar.gz")"#);
    assert_eq!(json!(path), json!("a/.b.tar.gz"));
    assert_eq!((path.extension(), path.depth(), path.as_unchecked_relative()), (Some("gz"), 2, "a/.b.tar.gz"));
    assert_eq!(".gitignore".parse::<SafePath>().unwrap().extension(), None);
    assert_eq!("a.b/c".parse::<SafePath>().unwrap().extension(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever passes is made of plain names, and the schema refuses nothing that the type takes.
    #[test]
    fn what_passes_is_made_of_plain_names(text in r"(\PC|[./ \\~:%-]|\.\.|/|con|nul|[a-z0-9]){0,12}") {
        thread_local!(static PUBLISHED: super::Published = published::<SafePath>());
        let read = text.parse::<SafePath>();
        let accepted = PUBLISHED.with(|published| published.accepts(&json!(text)));
        prop_assert!(accepted || read.is_err());
        // For ASCII, both decide the same.
        prop_assert!(accepted == read.is_ok() || !text.is_ascii());
        if let Ok(path) = read {
            let names: Vec<_> = path.as_unchecked_relative().split('/').collect();
            let components: Vec<_> = Path::new(path.as_unchecked_relative()).components().collect();
            prop_assert_eq!(names.len(), components.len());
            for (name, component) in names.iter().zip(components) {
                prop_assert!(matches!(component, Component::Normal(normal) if normal == *name));
                prop_assert!(!name.ends_with(['.', ' ']) && !name.contains(".."));
            }
            prop_assert!(!text.contains(['\\', ':', '%', '~', '\0']));
        }
    }
}
