//! Sealed files of one directory: what was received and not saved, and copies of ours that were made to be sent. Nobody
//! reads them without the key of each; a block that was altered, moved or never written does not open.
//!
//! It keeps no key and does not know which blob belongs to what. Removing a blob overwrites nothing: who removes its key
//! has made it unreadable.
//!
//! A blob is its blocks of 64 KiB, each with its tag, at fixed places, so that they are written in any order and what is
//! missing takes no space: STREAM over XChaCha20-Poly1305 as in the vault's sealed files. The nonce of a block: name of the
//! blob (16) | 0 0 0 | number (u32 big endian) | 1 in the last block, else 0. There is no header: a key is drawn for one blob.
//!
//! A block that is written twice is sealed twice under one nonce. That is sound only because it carries the same bytes:
//! received ones were compared with their BLAKE3 before, our own are written once.

mod store;

use std::collections::VecDeque;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305};
use zeroize::Zeroizing;

use super::{DiskError, failed};

pub use store::BlobStore;

/// How a blob is named on disk; drawn at random.
pub type BlobName = [u8; 16];

/// Gives the bytes of a content from an offset on.
type Read<'a> = dyn FnMut(u64, &mut [u8]) -> Result<(), DiskError> + 'a;

/// An open blob. Any number of threads may read and write its blocks.
pub struct OpenBlob {
    file: File,
    cipher: XChaCha20Poly1305,
    name: BlobName,
    size: u64,
    /// Blocks of which a part was read: whoever reads pieces in order opens each block once.
    recent: Mutex<Recent>,
}

impl OpenBlob {
    fn new(file: File, name: BlobName, key: &[u8; 32], size: u64) -> Self {
        Self { file, cipher: XChaCha20Poly1305::new(key.into()), name, size, recent: Mutex::default() }
    }

    /// Bytes of content.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Seals a block and writes it to its place. `bytes` is the whole block, verified.
    ///
    /// # Errors
    /// The disk refused, or there is no block of this number and length.
    pub fn write_block(&self, number: u32, bytes: &[u8]) -> Result<(), DiskError> {
        if self.block_len(number) != Some(bytes.len()) {
            return Err(NO_BLOCK);
        }
        let mut sealed = vec![0; bytes.len() + TAG];
        let (text, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(NO_BLOCK)?;
        let through = InOutBuf::new(bytes, text).map_err(|_| NO_BLOCK)?;
        let nonce = self.nonce(number);
        *tag = self.cipher.encrypt_inout_detached((&nonce).into(), KIND, through).map_err(|_| NO_BLOCK)?.into();
        self.file.write_all_at(&sealed, place(number)).map_err(failed("writing a sealed file"))
    }

    /// Opens a block.
    ///
    /// # Errors
    /// [`DiskError::Damaged`]: it was never written, or is not what was written.
    pub fn read_block(&self, number: u32) -> Result<Zeroizing<Vec<u8>>, DiskError> {
        let mut bytes = Zeroizing::new(vec![0; self.block_len(number).ok_or(NO_BLOCK)?]);
        self.read_block_into(number, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`OpenBlob::read_block`], to where the bytes are wanted; `into` has the length of the block. After an error it
    /// holds nothing of the block.
    pub fn read_block_into(&self, number: u32, into: &mut [u8]) -> Result<(), DiskError> {
        if self.block_len(number) != Some(into.len()) {
            return Err(NO_BLOCK);
        }
        let mut sealed = vec![0; into.len() + TAG];
        self.file.read_exact_at(&mut sealed, place(number)).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => DiskError::Damaged,
            _ => failed("reading a sealed file")(error),
        })?;
        let (text, tag) = sealed.split_last_chunk::<TAG>().ok_or(NO_BLOCK)?;
        let through = InOutBuf::new(text, into).map_err(|_| NO_BLOCK)?;
        let nonce = self.nonce(number);
        let opened = self.cipher.decrypt_inout_detached((&nonce).into(), KIND, through, &Tag::from(*tag));
        opened.map_err(|_| DiskError::Damaged)
    }

    /// Fills `into` with the content from `offset` on. Pieces that are read in order cost one opening for each block.
    ///
    /// # Errors
    /// As [`OpenBlob::read_block`]; also where the content ends before `into` is full.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), DiskError> {
        let mut offset = offset;
        let mut rest = into;
        while !rest.is_empty() {
            let number = u32::try_from(offset / BLOCK as u64).map_err(|_| NO_BLOCK)?;
            let length = self.block_len(number).ok_or(NO_BLOCK)?;
            // Within a block: the remainder of a division by 64 KiB.
            let from = (offset % BLOCK as u64) as usize;
            let take = length.saturating_sub(from).min(rest.len());
            let (piece, after) = rest.split_at_mut_checked(take).filter(|_| take > 0).ok_or(NO_BLOCK)?;
            if take == length {
                self.read_block_into(number, piece)?;
            } else {
                let block = self.recently(number)?;
                piece.copy_from_slice(block.get(from..from + take).ok_or(NO_BLOCK)?);
            }
            offset += take as u64;
            rest = after;
        }
        Ok(())
    }

    /// Which of these blocks are there and whole: what a crash kept of what was written and not noted.
    pub fn scan(&self, candidates: impl IntoIterator<Item = u32>) -> Result<Vec<u32>, DiskError> {
        let mut found = Vec::new();
        for number in candidates {
            if self.is_blank(number)? {
                continue;
            }
            match self.read_block(number) {
                Ok(_) => found.push(number),
                Err(DiskError::Damaged) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// What was written before this survives a loss of power.
    pub fn sync(&self) -> Result<(), DiskError> {
        self.file.sync_data().map_err(failed("flushing a sealed file"))
    }

    /// Writes every block, and flushes.
    fn fill(&self, read: &mut Read<'_>) -> Result<(), DiskError> {
        let mut bytes = Zeroizing::new(vec![0; BLOCK]);
        for number in 0.. {
            let Some(length) = self.block_len(number) else { break };
            let block = bytes.get_mut(..length).ok_or(NO_BLOCK)?;
            read(u64::from(number) * BLOCK as u64, block)?;
            self.write_block(number, block)?;
        }
        self.sync()
    }

    /// Bytes of the block of this number; `None`: there is none.
    fn block_len(&self, number: u32) -> Option<usize> {
        let rest = self.size.checked_sub(u64::from(number) * BLOCK as u64)?;
        let length = usize::try_from(rest.min(BLOCK as u64)).ok()?;
        (length > 0).then_some(length)
    }

    /// Was the block never written? Its tag alone is looked at: most of a large file may be missing.
    fn is_blank(&self, number: u32) -> Result<bool, DiskError> {
        let Some(length) = self.block_len(number) else { return Ok(true) };
        let mut tag = [0; TAG];
        match self.file.read_exact_at(&mut tag, place(number) + length as u64) {
            Ok(()) => Ok(tag == [0; TAG]),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(true),
            Err(error) => Err(failed("reading a sealed file")(error)),
        }
    }

    /// A block of which a part is wanted; the next part is likely to be wanted soon.
    fn recently(&self, number: u32) -> Result<Arc<Zeroizing<Vec<u8>>>, DiskError> {
        let known = |recent: &Recent| recent.iter().find(|(n, _)| *n == number).map(|(_, block)| Arc::clone(block));
        if let Some(block) = known(&self.recent.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(block);
        }
        let block = Arc::new(self.read_block(number)?);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back((number, Arc::clone(&block)));
        Ok(block)
    }

    fn nonce(&self, number: u32) -> [u8; 24] {
        let last = (u64::from(number) + 1) * BLOCK as u64 >= self.size;
        let bytes = self.name.into_iter().chain([0; 3]).chain(number.to_be_bytes()).chain([u8::from(last)]);
        let mut nonce = [0; 24];
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        nonce
    }
}

impl std::fmt::Debug for OpenBlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenBlob").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Oldest first.
type Recent = VecDeque<(u32, Arc<Zeroizing<Vec<u8>>>)>;

/// Where the block of this number begins.
fn place(number: u32) -> u64 {
    u64::from(number) * (BLOCK + TAG) as u64
}

/// Bytes that so much content takes on disk.
fn sealed_len(size: u64) -> u64 {
    size.saturating_add(size.div_ceil(BLOCK as u64).saturating_mul(TAG as u64))
}

const BLOCK: usize = 64 * 1024;
const TAG: usize = 16;
/// Bound into each block, so that nothing else sealed under such a key would open here.
const KIND: &[u8] = b"blob";
/// Blocks kept open of those of which a part was read: one for each circuit a file may be sent over, and two more.
const RECENT: usize = 8;
const NO_BLOCK: DiskError = DiskError::Misplaced;

#[cfg(test)]
mod tests;
