//! Arti's directory cache as one run of bytes and back.
//!
//! Format: the magic, then for each file its name's length (u16), its length (u64), name and bytes; integers big
//! endian; nothing after the last file. Only the names Arti gives its cache files pass, in either direction. It does
//! not compress or authenticate: the sealed file it is kept in does.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::{PRIVATE_DIR, ScratchError, read_bounded, write_private};

/// Reads the whole cache; tries again when Arti changed it meanwhile.
pub(super) fn pack(cache: &Path) -> Result<Vec<u8>, ScratchError> {
    for _ in 0..ATTEMPTS {
        let before = inventory(cache)?;
        let mid_write = before.iter().any(|file| file.name.ends_with("-journal") && file.length > 0);
        match pack_files(cache, &before) {
            Ok(packed) if !mid_write && inventory(cache)? == before => return Ok(packed),
            Ok(_) => {}
            Err(ScratchError::Disk(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(ScratchError::Busy)
}

/// Writes the files of a packed cache into an empty cache directory.
pub(super) fn unpack(packed: &[u8], cache: &Path) -> Result<(), ScratchError> {
    if packed.len() > LIMIT {
        return Err(ScratchError::Damaged);
    }
    let mut rest = packed.strip_prefix(MAGIC).ok_or(ScratchError::Damaged)?;
    while !rest.is_empty() {
        let (name, bytes) = next_file(&mut rest).ok_or(ScratchError::Damaged)?;
        if !belongs(name) {
            return Err(ScratchError::Foreign);
        }
        if name.starts_with(BLOBS) {
            DirBuilder::new().mode(PRIVATE_DIR).recursive(true).create(cache.join(BLOBS))?;
        }
        write_private(&cache.join(name), bytes)?;
    }
    Ok(())
}

/// A file of the cache, and what would tell that it changed.
#[derive(PartialEq, Eq)]
struct Entry {
    name: String,
    length: u64,
    changed: (i64, i64, u64),
}

fn inventory(cache: &Path) -> Result<Vec<Entry>, ScratchError> {
    let mut entries = Vec::new();
    for (dir, prefix) in [(cache.to_owned(), ""), (cache.join(BLOBS), BLOBS)] {
        for path in list(&dir)? {
            let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let name = format!("{prefix}{file}");
            // Arti removes files between our listing and our look; those do not count.
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            if meta.is_file() && belongs(&name) {
                entries.push(Entry {
                    name,
                    length: meta.len(),
                    changed: (meta.mtime(), meta.mtime_nsec(), meta.ino()),
                });
            }
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn list(dir: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn pack_files(cache: &Path, entries: &[Entry]) -> Result<Vec<u8>, ScratchError> {
    let mut packed = MAGIC.to_vec();
    for Entry { name, .. } in entries {
        let bytes = read_bounded(&cache.join(name), LIMIT.saturating_sub(packed.len()))?;
        let name_length = u16::try_from(name.len()).map_err(|_| ScratchError::Foreign)?;
        packed.extend_from_slice(&name_length.to_be_bytes());
        packed.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        packed.extend_from_slice(name.as_bytes());
        packed.extend_from_slice(&bytes);
    }
    Ok(packed)
}

fn next_file<'a>(rest: &mut &'a [u8]) -> Option<(&'a str, &'a [u8])> {
    let (name_length, tail) = rest.split_first_chunk::<2>()?;
    let (length, tail) = tail.split_first_chunk::<8>()?;
    let (name, tail) = tail.split_at_checked(usize::from(u16::from_be_bytes(*name_length)))?;
    let (bytes, tail) = tail.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    *rest = tail;
    Some((std::str::from_utf8(name).ok()?, bytes))
}

/// The database with its journals, or a plain file name in the directory of blobs.
fn belongs(name: &str) -> bool {
    let plain = |part: &str| {
        let sound = part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-+=".contains(&b));
        sound && !part.is_empty() && part.len() <= 255 && !part.starts_with('.')
    };
    DATABASE.contains(&name) || name.strip_prefix(BLOBS).is_some_and(plain)
}

const MAGIC: &[u8] = b"pelure/arti-cache/1\n";
const DATABASE: [&str; 3] = ["dir.sqlite3", "dir.sqlite3-journal", "dir.sqlite3-wal"];
const BLOBS: &str = "dir_blobs/";

/// Far above the cache of today's network (some tens of megabytes).
const LIMIT: usize = 512 * 1024 * 1024;

const ATTEMPTS: usize = 5;
