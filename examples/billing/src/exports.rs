//! The directories for exported files, one for each company. No path and no symlink leads out of them.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    path::Path,
    sync::Arc,
};

use secure_tool::prelude::*;
use tempfile::TempDir;

use crate::callers;

/// The directories. Clones are the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Exports {
    roots: Arc<BTreeMap<&'static str, Root>>,
    /// Removed with its last handle.
    _temporary: Option<Arc<TempDir>>,
}

impl Exports {
    /// In this directory, which is created if it is not there.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        let root = |tenant| {
            let directory = directory.join(tenant);
            std::fs::create_dir_all(&directory)?;
            Ok((tenant, Root::new(directory)?))
        };
        let roots = callers().into_iter().map(|person| root(person.tenant)).collect::<io::Result<_>>()?;
        Ok(Self { roots: Arc::new(roots), _temporary: None })
    }

    /// In a directory that is deleted with its last handle.
    pub(crate) fn temporary() -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("billing-").tempdir()?;
        let exports = Self::open(directory.path())?;
        Ok(Self { _temporary: Some(Arc::new(directory)), ..exports })
    }

    /// Writes a new file of a company's.
    pub(crate) fn write_new(
        &self,
        permit: &impl Allows<Write>,
        tenant: &str,
        path: &SafePath,
        text: &str,
    ) -> Result<(), ToolError> {
        let root = self.roots.get(tenant).ok_or_else(ToolError::not_found)?;
        path.create_parents(permit, root)?;
        match path.write_new(permit, root, text.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(ToolError::conflict("There is a file of that name already."))
            }
            written => Ok(written?),
        }
    }

    /// Reads one again: for the demonstration, which looks whether it is there.
    pub(crate) fn read(&self, tenant: &str, path: &SafePath) -> io::Result<String> {
        const LONGEST: usize = 64 * 1024;
        path.read_to_string(self.roots.get(tenant).ok_or(ErrorKind::NotFound)?, LONGEST)
    }
}
