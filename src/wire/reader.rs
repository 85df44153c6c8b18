//! Takes the fields of a frame's body off its front, each checked, and leaves nothing over.
//!
//! It does not know which fields a frame has.

use super::frame::WireError;
use super::limits::SEQUENCE;

/// What is left of a body.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Starts at the front.
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// The next `N` bytes.
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(WireError::Length)?;
        self.0 = rest;
        Ok(*field)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, WireError> {
        self.bytes().map(|[byte]| byte)
    }

    /// A number of eight bytes.
    pub(super) fn number(&mut self) -> Result<u64, WireError> {
        self.bytes().map(u64::from_be_bytes)
    }

    /// A sequence number.
    pub(super) fn sequence(&mut self) -> Result<u64, WireError> {
        self.number().and_then(|seq| if (1..=SEQUENCE).contains(&seq) { Ok(seq) } else { Err(WireError::Field) })
    }

    /// All that is left, where it lies.
    pub(super) fn rest(&mut self, most: usize) -> Result<&'a [u8], WireError> {
        let bytes = std::mem::take(&mut self.0);
        if bytes.len() <= most { Ok(bytes) } else { Err(WireError::Length) }
    }

    /// All that is left, as text.
    pub(super) fn text<T, E>(&mut self, new: impl FnOnce(String) -> Result<T, E>) -> Result<T, WireError> {
        let bytes = std::mem::take(&mut self.0);
        let text = std::str::from_utf8(bytes).map_err(|_| WireError::Field)?;
        new(text.to_owned()).map_err(|_| WireError::Field)
    }

    /// Refuses what is left over.
    pub(super) fn finish(self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(WireError::Length) }
    }
}
