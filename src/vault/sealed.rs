//! Files that only this profile can read: STREAM over XChaCha20-Poly1305 in chunks of 64 KiB (Hoang, Reyhanitabar,
//! Rogaway, Vizár 2015). Truncated, reordered, exchanged or altered files do not open.
//!
//! It does not place them ([`super::disk`]) nor hide their sizes.
//!
//! Bytes: `PELURSF1` | nonce prefix 19 | chunks, each with its tag. The nonce of a chunk: prefix | counter (u32 big endian)
//! | 1 in the last chunk, else 0. The kind of file is bound in, so that one cannot stand in for another.

use std::io::{ErrorKind, Read, Write};

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use zeroize::Zeroizing;

use super::error::{VaultError, disk};
use crate::wire::Random;

/// Seals everything `from` gives.
pub(super) fn seal(
    key: &[u8; 32],
    kind: &str,
    from: &mut dyn Read,
    to: &mut dyn Write,
    random: &mut dyn Random,
) -> Result<(), VaultError> {
    let mut prefix = [0; PREFIX];
    random.fill(&mut prefix);
    to.write_all(MAGIC).and_then(|()| to.write_all(&prefix)).map_err(disk("sealing a file"))?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let mut chunks = Chunks::new(from, CHUNK, "sealing a file")?;
    let mut counter = 0u32;
    loop {
        let (chunk, last) = chunks.next()?;
        let sealed = cipher
            .encrypt((&nonce(&prefix, counter, last)).into(), Payload { msg: &chunk, aad: kind.as_bytes() })
            .map_err(|_| DAMAGED)?;
        to.write_all(&sealed).map_err(disk("sealing a file"))?;
        if last {
            return Ok(());
        }
        counter = counter.checked_add(1).ok_or(TOO_LONG)?;
    }
}

/// Opens a sealed file. What was written to `to` before an error is genuine but incomplete: drop it.
pub(super) fn open(key: &[u8; 32], kind: &str, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), VaultError> {
    let mut head = [0; MAGIC.len() + PREFIX];
    from.read_exact(&mut head).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => DAMAGED,
        _ => disk("opening a sealed file")(error),
    })?;
    let prefix = head.strip_prefix(MAGIC).and_then(|rest| rest.first_chunk::<PREFIX>()).ok_or(DAMAGED)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let mut chunks = Chunks::new(from, CHUNK + TAG, "opening a sealed file")?;
    let mut counter = 0u32;
    loop {
        let (chunk, last) = chunks.next()?;
        let opened = cipher
            .decrypt((&nonce(prefix, counter, last)).into(), Payload { msg: &chunk, aad: kind.as_bytes() })
            .map_err(|_| DAMAGED)?;
        let opened = Zeroizing::new(opened);
        to.write_all(&opened).map_err(disk("opening a sealed file"))?;
        if last {
            return Ok(());
        }
        counter = counter.checked_add(1).ok_or(TOO_LONG)?;
    }
}

/// Cuts a reader into chunks and knows, one chunk ahead, which is the last (it may be empty only in an empty file).
struct Chunks<'a> {
    from: &'a mut dyn Read,
    size: usize,
    doing: &'static str,
    ahead: Zeroizing<Vec<u8>>,
}

impl<'a> Chunks<'a> {
    fn new(from: &'a mut dyn Read, size: usize, doing: &'static str) -> Result<Self, VaultError> {
        let mut chunks = Self { from, size, doing, ahead: Zeroizing::default() };
        chunks.ahead = chunks.read()?;
        Ok(chunks)
    }

    fn next(&mut self) -> Result<(Zeroizing<Vec<u8>>, bool), VaultError> {
        let next = self.read()?;
        let last = next.is_empty();
        Ok((std::mem::replace(&mut self.ahead, next), last))
    }

    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut chunk = Zeroizing::new(Vec::with_capacity(self.size));
        (&mut *self.from).take(self.size as u64).read_to_end(&mut chunk).map_err(disk(self.doing))?;
        Ok(chunk)
    }
}

fn nonce(prefix: &[u8; PREFIX], counter: u32, last: bool) -> [u8; 24] {
    let mut nonce = [0; 24];
    let bytes = prefix.iter().copied().chain(counter.to_be_bytes()).chain([u8::from(last)]);
    nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    nonce
}

const MAGIC: &[u8; 8] = b"PELURSF1";
const PREFIX: usize = 19;
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const DAMAGED: VaultError = VaultError::Damaged { what: "a sealed file" };
const TOO_LONG: VaultError = VaultError::NotAllowed { why: "the file is too long to be sealed" };

#[cfg(test)]
mod tests {
    use super::super::testing::Counting;
    use super::*;

    fn sealed(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&[7; 32], "cache", &mut &bytes[..], &mut out, &mut Counting::new()).unwrap();
        out
    }

    fn opened(kind: &str, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut out = Vec::new();
        open(&[7; 32], kind, &mut &bytes[..], &mut out).map(|()| out)
    }

    #[test]
    fn every_size_around_a_chunk_comes_back() {
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1] {
            let plain: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let file = sealed(&plain);
            assert_eq!(opened("cache", &file), Ok(plain), "{size}");
        }
    }

    #[test]
    fn what_was_cut_altered_reordered_or_exchanged_does_not_open() {
        let plain = vec![3; 3 * CHUNK];
        let file = sealed(&plain);
        let head = MAGIC.len() + PREFIX;
        let chunk = CHUNK + TAG;
        for cut in [0, 5, head, head + 1, head + chunk, head + 2 * chunk, file.len() - 1] {
            assert_eq!(opened("cache", &file[..cut]), Err(DAMAGED), "cut at {cut}");
        }
        for at in [0, 9, head, head + chunk - 1, file.len() - 1] {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert_eq!(opened("cache", &bad), Err(DAMAGED), "byte {at}");
        }
        let mut swapped = file.clone();
        swapped[head..head + 2 * chunk].rotate_left(chunk);
        assert_eq!(opened("cache", &swapped), Err(DAMAGED));
        assert_eq!(opened("cache", &[&file[..], &[0]].concat()), Err(DAMAGED));
        assert_eq!(opened("photo", &file), Err(DAMAGED));
        assert_eq!(open(&[8; 32], "cache", &mut &file[..], &mut Vec::new()), Err(DAMAGED));
    }
}
