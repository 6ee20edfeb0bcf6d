//! Files, with I/O errors that name them.

use std::{io, path::Path};

/// Adds the path to an error: the system's own text is only “No such file or directory”.
pub(crate) trait AtPath<T> {
    fn at(self, path: &Path) -> io::Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, path: &Path) -> io::Result<T> {
        self.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }
}

/// Opens a regular file. Anything else, such as a pipe, could block the thread forever.
#[cfg(feature = "http")]
pub(crate) fn open_regular(path: &Path) -> io::Result<std::fs::File> {
    if !std::fs::metadata(path).at(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")).at(path);
    }
    std::fs::File::open(path).at(path)
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_file_and_keep_their_kind() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("missing.jsonl");
        for (path, kind) in
            [(missing.as_path(), io::ErrorKind::NotFound), (directory.path(), io::ErrorKind::InvalidInput)]
        {
            let error = open_regular(path).unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().starts_with(&format!("{}: ", path.display())), "{error}");
        }
        std::fs::write(&missing, "{}").unwrap();
        assert!(open_regular(&missing).is_ok());
    }
}
