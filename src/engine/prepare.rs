//! What is done to a file before it is offered: looked at, cleaned if that is wanted, and hashed.
//!
//! It changes nothing of the person's: what is cleaned is a sealed copy. It queues nothing ([`super::files`] does).

mod folder;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zeroize::Zeroizing;

use self::folder::Sweep;
use super::EngineError;
use super::clock::SystemRandom;
use crate::file::clean::{self, Cleaning};
use crate::file::disk::{BlobStore, Content, DiskError};
use crate::file::{Hashed, Hashing, Tree};
use crate::vault::{Blob, FileSource};
use crate::wire::{FileKind, FileName, Random};

/// What is known of a file before it is offered.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its own name.
    pub name: String,
    /// Bytes that would be sent; of a folder with the list of its files.
    pub size: u64,
    /// What it is.
    pub kind: FileKind,
    /// What cleaning removes, each in one word of [`crate::file::clean::Removed`].
    pub removed: Vec<String>,
    /// What stays in it, each in one word of [`crate::file::clean::Kept`]; and why it cannot be cleaned at all, in one of
    /// [`crate::file::clean::Why`]. Of a folder, what is true of any of its files.
    pub kept: Vec<String>,
}

/// What a file is to be offered from.
pub(super) struct Ready {
    pub(super) prepared: Prepared,
    pub(super) content: Content,
    pub(super) source: FileSource,
}

/// What cleaning makes of something.
pub(super) struct Looked<T> {
    /// What is sent instead, if it removes something.
    pub(super) instead: Option<T>,
    /// Words of what it removes.
    pub(super) removed: Vec<String>,
    /// Words of what stays, and of why something cannot be cleaned.
    pub(super) kept: Vec<String>,
}

/// What is sent in place of what is there.
enum Instead {
    Bytes(Zeroizing<Vec<u8>>),
    Folder(Sweep),
}

/// Opens a file or folder and, if `clean`, cleans it into a sealed copy where there is something to remove.
pub(super) fn open(blobs: &BlobStore, path: &Path, clean: bool) -> Result<Ready, EngineError> {
    let content = Content::open(path)?;
    let (name, kind) = (own_name(&content, path), kind(&content));
    let Looked { instead, removed, kept } = if clean { look(&content, &name)? } else { Looked::nothing() };
    let (content, source) = match (instead, content) {
        (Some(Instead::Bytes(bytes)), _) => sealed(blobs, &bytes)?,
        (Some(Instead::Folder(sweep)), Content::Folder(folder)) => {
            let blob = fresh_blob();
            let copy = sweep.copy(&folder, blobs, &blob)?;
            (Content::Sealed(Arc::new(copy)), FileSource::Blob(blob))
        }
        // It was a folder when it was looked into; nothing leaves as cleaned that is not.
        (Some(Instead::Folder(_)), _) => return Err(DiskError::Changed.into()),
        (None, content) => {
            // A content that lies somewhere has a place.
            let path = content.path().ok_or(DiskError::Missing)?.to_owned();
            let mark = content.fingerprint();
            (content, FileSource::Path { path, mark })
        }
    };
    let prepared = Prepared { name, size: content.len(), kind, removed, kept };
    Ok(Ready { prepared, content, source })
}

/// As [`open`], but keeps nothing: what would be sent, and what would be removed.
pub(super) fn look_at(path: &Path, clean: bool) -> Result<Prepared, EngineError> {
    let content = Content::open(path)?;
    let (name, kind) = (own_name(&content, path), kind(&content));
    let Looked { instead, removed, kept } = if clean { look(&content, &name)? } else { Looked::nothing() };
    let size = match instead {
        Some(Instead::Bytes(bytes)) => bytes.len() as u64,
        Some(Instead::Folder(sweep)) => sweep.size(),
        None => content.len(),
    };
    Ok(Prepared { name, size, kind, removed, kept })
}

/// Seals bytes that were never a file, or are not the person's.
pub(super) fn sealed(blobs: &BlobStore, bytes: &[u8]) -> Result<(Content, FileSource), EngineError> {
    let blob = fresh_blob();
    let open = blobs.seal(blob.name, &blob.key, bytes)?;
    Ok((Content::Sealed(Arc::new(open)), FileSource::Blob(blob)))
}

/// Reads and hashes all of it; `done` counts bytes.
pub(super) fn hash(content: &Content, done: &AtomicU64) -> Result<Hashed, EngineError> {
    let (size, mut hashing) = (content.len(), Hashing::new(Tree::new(content.len())));
    let mut chunk = vec![0; CHUNK];
    let mut offset = 0;
    while offset < size {
        let length = usize::try_from(size - offset).unwrap_or(CHUNK).min(CHUNK);
        let Some(piece) = chunk.get_mut(..length) else { break };
        content.read_at(offset, piece)?;
        hashing.update(piece).map_err(|_| DiskError::Changed)?;
        offset += length as u64;
        done.store(offset, Ordering::Relaxed);
    }
    if !content.unchanged() {
        return Err(DiskError::Changed.into());
    }
    Ok(hashing.finish().map_err(|_| DiskError::Changed)?)
}

/// A sealed file that does not exist yet.
pub(super) fn fresh_blob() -> Blob {
    let mut blob = Blob { name: [0; 16], key: Zeroizing::new([0; 32]) };
    SystemRandom.fill(&mut blob.name);
    SystemRandom.fill(blob.key.as_mut());
    blob
}

/// What cleaning makes of a content.
fn look(content: &Content, name: &str) -> Result<Looked<Instead>, EngineError> {
    if let Content::Folder(folder) = content {
        return Ok(Sweep::look(folder)?.map(Instead::Folder));
    }
    if !clean::fits(content.len()) {
        return Ok(Looked::uncleaned(clean::Why::TooLarge));
    }
    let mut bytes = vec![0; usize::try_from(content.len()).unwrap_or(0)];
    content.read_at(0, &mut bytes)?;
    Ok(Looked::of(name, bytes).map(Instead::Bytes))
}

impl Looked<Zeroizing<Vec<u8>>> {
    /// What cleaning makes of these bytes.
    pub(super) fn of(name: &str, bytes: Vec<u8>) -> Self {
        match clean::clean(name, bytes) {
            Cleaning::Clean => Self::nothing(),
            Cleaning::Cannot(why) => Self::uncleaned(why),
            Cleaning::Cleaned { bytes, removed, kept } => Self {
                instead: Some(Zeroizing::new(bytes)),
                removed: removed.iter().map(|removed| removed.word().to_owned()).collect(),
                kept: kept.iter().map(|kept| kept.word().to_owned()).collect(),
            },
        }
    }
}

impl<T> Looked<T> {
    /// Nothing was looked for, or nothing was found.
    pub(super) fn nothing() -> Self {
        Self { instead: None, removed: Vec::new(), kept: Vec::new() }
    }

    fn uncleaned(why: clean::Why) -> Self {
        Self { kept: vec![why.word().to_owned()], ..Self::nothing() }
    }

    fn map<U>(self, into: impl FnOnce(T) -> U) -> Looked<U> {
        Looked { instead: self.instead.map(into), removed: self.removed, kept: self.kept }
    }
}

/// The last part of its path, as text; never more of the path.
fn own_name(content: &Content, path: &Path) -> String {
    let named = path.file_name().or_else(|| content.path().and_then(Path::file_name));
    let name = named.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if FileName::new(name.clone()).is_ok() { name } else { UNNAMED.to_owned() }
}

fn kind(content: &Content) -> FileKind {
    match content {
        // At most `FOLDER_FILES`.
        Content::Folder(folder) => FileKind::Folder { files: folder.manifest().entries().len() as u32 },
        Content::File(_) | Content::Sealed(_) => FileKind::File,
    }
}

/// What is sent for a name that cannot be.
const UNNAMED: &str = "file";

/// Bytes read at once: large enough that hashing uses all lanes of the processor.
const CHUNK: usize = 1024 * 1024;
