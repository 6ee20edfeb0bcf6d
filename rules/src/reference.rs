//! The reference of the keys, made from the tables that parse them.

use crate::kind::Kind;
use crate::syntax::arg::Settings;
use crate::syntax::attribute::Attribute;
use crate::syntax::keys::{Keyed, of_kind};

/// The keys of an attribute, as a table in Markdown.
#[must_use]
pub fn attribute_keys(kind: Kind) -> String {
    table::<Attribute>(kind)
}

/// The keys of `#[arg(…)]` on a parameter of such an item, as a table in Markdown.
#[must_use]
pub fn arg_keys(kind: Kind) -> String {
    table::<Settings>(kind)
}

fn table<T: Keyed>(kind: Kind) -> String {
    let rule = "---|".repeat(T::COLUMNS.len());
    let rows = of_kind::<T>(kind).map(|key| {
        let name = format!("`{}`", key.name);
        let cells: Vec<&str> = std::iter::once(name.as_str()).chain(key.docs.iter().copied()).collect();
        row(&cells)
    });
    format!("{}|{rule}\n{}", row(T::COLUMNS), rows.collect::<String>())
}

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{arg_keys, attribute_keys};
    use crate::kind::Kind;
    use crate::suggest::ELSEWHERE;
    use crate::syntax::arg::Settings;
    use crate::syntax::attribute::Attribute;
    use crate::syntax::keys::{Keyed, of_kind};

    /// `BLESS=1 cargo test -p secure-tool-rules reference` writes the files; the docs of the macros include them.
    #[test]
    fn the_reference_is_up_to_date() {
        for kind in Kind::ALL {
            let attribute = kind.grammar().attribute;
            for (file, expected) in [
                (format!("{attribute}.keys.md"), attribute_keys(*kind)),
                (format!("{attribute}.arg.keys.md"), arg_keys(*kind)),
            ] {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../macros/docs").join(&file);
                if std::env::var_os("BLESS").is_some() {
                    std::fs::write(&path, &expected).unwrap_or_else(|error| panic!("{file}: {error}"));
                }
                let committed = std::fs::read_to_string(&path).unwrap_or_default();
                assert_eq!(committed, expected, "{file} is stale: run this test with BLESS=1");
            }
        }
    }

    #[test]
    fn every_key_is_documented() {
        documented::<Attribute>();
        documented::<Settings>();
    }

    fn documented<T: Keyed>() {
        let mut names = BTreeSet::new();
        for key in T::KEYS {
            assert!(names.insert(key.name), "`{}` has two rows", key.name);
            assert!(!key.kinds.is_empty(), "`{}` is a key of nothing", key.name);
            assert_eq!(key.docs.len() + 1, T::COLUMNS.len(), "`{}` has a cell for each column", key.name);
            for cell in key.docs {
                assert!(!cell.trim().is_empty() && !cell.contains(['|', '\n']), "`{}`: {cell:?}", key.name);
            }
        }
    }

    #[test]
    fn words_from_elsewhere_lead_to_keys() {
        let attribute = of_kind::<Attribute>(Kind::Tool).map(|key| key.name);
        let names: Vec<&str> = attribute.chain(of_kind::<Settings>(Kind::Tool).map(|key| key.name)).collect();
        for (word, key) in ELSEWHERE {
            assert!(names.contains(key) && !names.contains(word), "`{word}` leads to `{key}`");
        }
    }
}
