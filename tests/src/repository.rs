//! The files of this repository, for tests that compare documents with the code.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders that hold nothing of the repository's own.
const FOREIGN: &[&str] = &["target", "node_modules", ".git"];

/// The root of the workspace.
///
/// # Panics
///
/// If this package lies in no workspace.
#[must_use]
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.unwrap_or_else(|| panic!("this package lies in the workspace")).to_owned()
}

/// The text of a file, by its path from the root.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files with this extension in a folder and below it, by their paths from the root, in order. What is built or fetched is left out.
///
/// # Panics
///
/// If a folder cannot be read.
#[must_use]
pub fn files(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(folder), extension, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
        if path.is_dir() {
            let foreign = path.file_name().is_some_and(|name| FOREIGN.iter().any(|foreign| name == *foreign));
            if !foreign {
                collect(&path, extension, found);
            }
        } else if path.extension().is_some_and(|of_file| of_file == extension) {
            found.push(path.strip_prefix(root()).unwrap_or(&path).to_owned());
        }
    }
}
