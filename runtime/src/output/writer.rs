//! A buffer with an end: an answer that is too large is never built.

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
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit - self.buffer.len() {
            self.full = true;
            return Err(io::Error::other("the output limit is reached"));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
