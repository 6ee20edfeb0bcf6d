//! I/O errors that name the file.

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
