//! Bytes taken one piece after the other, never beyond their end.

use super::Why;

/// What has not been taken yet.
#[derive(Clone, Copy)]
pub(super) struct Pieces<'a>(pub(super) &'a [u8]);

impl<'a> Pieces<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Why> {
        let (piece, rest) = self.0.split_at_checked(length).ok_or(Why::Damaged)?;
        self.0 = rest;
        Ok(piece)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Why> {
        let (piece, rest) = self.0.split_first_chunk::<N>().ok_or(Why::Damaged)?;
        self.0 = rest;
        Ok(*piece)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Why> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Takes these very bytes.
    pub(super) fn expect(&mut self, bytes: &[u8]) -> Result<(), Why> {
        if self.take(bytes.len())? == bytes { Ok(()) } else { Err(Why::Damaged) }
    }

    /// A length of four bytes, big endian.
    pub(super) fn long(&mut self) -> Result<usize, Why> {
        self.array().map(|bytes| u32::from_be_bytes(bytes) as usize)
    }

    /// A length of four bytes, little endian.
    pub(super) fn long_le(&mut self) -> Result<usize, Why> {
        self.array().map(|bytes| u32::from_le_bytes(bytes) as usize)
    }
}

/// Whether a run of bytes occurs among others.
pub(super) fn occurs(needle: &[u8], bytes: &[u8]) -> bool {
    bytes.windows(needle.len().max(1)).any(|window| window == needle)
}
