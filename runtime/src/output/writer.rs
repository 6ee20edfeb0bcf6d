//! A bounded buffer: an answer that is too large is never built.

use std::io::{self, Write};

use crate::ToolError;

pub(super) struct Limited {
    buffer: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Limited {
    pub(super) fn new(limit: usize) -> Self {
        Self { buffer: Vec::with_capacity(limit.min(256)), limit, full: false }
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn into_string(self) -> Result<String, ToolError> {
        Ok(String::from_utf8(self.buffer)?)
    }
}

impl Write for Limited {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    /// The serializer calls this for every token.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > self.limit - self.buffer.len() {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
