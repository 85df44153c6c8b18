//! The directories of TIFF, in which TIFF files and Exif blocks both keep what they say (TIFF 6.0, section 2).
//!
//! It reads numbers and places, and does not judge them. Nothing is followed by itself, so nothing can lead in circles.

use std::ops::Range;

use super::Why;

/// A block of bytes with directories in it.
pub(super) struct Ifd<'a> {
    bytes: &'a [u8],
    little: bool,
}

/// One entry of a directory.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) tag: u16,
    /// The type of its values.
    pub(super) kind: u16,
    pub(super) count: u32,
    /// Where its values are; perhaps outside.
    place: Range<usize>,
}

impl<'a> Ifd<'a> {
    /// The block, and where its first directory is.
    pub(super) fn open(bytes: &'a [u8]) -> Result<(Self, usize), Why> {
        let little = match bytes {
            [b'I', b'I', b'*', 0, ..] => true,
            [b'M', b'M', 0, b'*', ..] => false,
            _ => return Err(Why::Damaged),
        };
        let ifd = Self { bytes, little };
        let first = ifd.long(4)?;
        Ok((ifd, first))
    }

    pub(super) fn is_little(&self) -> bool {
        self.little
    }

    /// The entries of the directory at this place, and where the next directory is (0: there is none).
    pub(super) fn directory(&self, at: usize) -> Result<(Vec<Entry>, usize), Why> {
        let count = usize::from(self.short(at)?);
        let end = at.checked_add(2 + count * ENTRY).ok_or(Why::Damaged)?;
        if self.bytes.len() < end {
            return Err(Why::Damaged);
        }
        let entries = (0..count).map(|n| self.entry(at + 2 + n * ENTRY)).collect::<Result<_, _>>()?;
        // Some writers leave the last link out at the end of the file.
        Ok((entries, self.long(end).unwrap_or(0)))
    }

    fn entry(&self, at: usize) -> Result<Entry, Why> {
        let (tag, kind) = (self.short(at)?, self.short(at + 2)?);
        let count = self.long(at + 4)?;
        let length = width(kind).checked_mul(count).ok_or(Why::Damaged)?;
        let start = if length <= 4 { at + 8 } else { self.long(at + 8)? };
        let place = start..start.checked_add(length).ok_or(Why::Damaged)?;
        Ok(Entry { tag, kind, count: u32::try_from(count).map_err(|_| Why::Damaged)?, place })
    }

    /// The bytes of an entry's values.
    pub(super) fn raw(&self, entry: &Entry) -> Result<&'a [u8], Why> {
        self.bytes.get(entry.place.clone()).ok_or(Why::Damaged)
    }

    /// The values of an entry, where they are whole numbers without sign.
    pub(super) fn numbers(&self, entry: &Entry) -> Result<Vec<usize>, Why> {
        let raw = self.raw(entry)?;
        match entry.kind {
            1 => Ok(raw.iter().map(|byte| usize::from(*byte)).collect()),
            3 => Ok(raw.as_chunks().0.iter().map(|bytes| usize::from(self.number16(*bytes))).collect()),
            4 | 13 => Ok(raw.as_chunks().0.iter().map(|bytes| self.number32(*bytes) as usize).collect()),
            _ => Err(Why::Damaged),
        }
    }

    /// The first value of an entry.
    pub(super) fn number(&self, entry: &Entry) -> Result<usize, Why> {
        self.numbers(entry)?.first().copied().ok_or(Why::Damaged)
    }

    /// Bytes anywhere in the block.
    pub(super) fn at(&self, start: usize, length: usize) -> Result<&'a [u8], Why> {
        let end = start.checked_add(length).ok_or(Why::Damaged)?;
        self.bytes.get(start..end).ok_or(Why::Damaged)
    }

    fn short(&self, at: usize) -> Result<u16, Why> {
        self.at(at, 2)?.first_chunk().map(|bytes| self.number16(*bytes)).ok_or(Why::Damaged)
    }

    fn long(&self, at: usize) -> Result<usize, Why> {
        self.at(at, 4)?.first_chunk().map(|bytes| self.number32(*bytes) as usize).ok_or(Why::Damaged)
    }

    fn number16(&self, bytes: [u8; 2]) -> u16 {
        if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    fn number32(&self, bytes: [u8; 4]) -> u32 {
        if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }
}

/// Bytes of one value of a type; 0: no such type.
fn width(kind: u16) -> usize {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 => 8,
        _ => 0,
    }
}

/// Bytes of an entry.
pub(super) const ENTRY: usize = 12;
