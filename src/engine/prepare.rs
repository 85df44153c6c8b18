//! What is done to a file before it is offered: looked at, cleaned if that is wanted, and hashed.
//!
//! It changes nothing of the person's: what is cleaned is a sealed copy. It queues nothing ([`super::files`] does).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zeroize::Zeroizing;

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
    /// [`crate::file::clean::Why`], or `folder`.
    pub kept: Vec<String>,
}

/// What a file is to be offered from.
pub(super) struct Ready {
    pub(super) prepared: Prepared,
    pub(super) content: Content,
    pub(super) source: FileSource,
}

/// Opens a file or folder and, if `clean`, cleans it into a sealed copy where there is something to remove.
pub(super) fn open(blobs: &BlobStore, path: &Path, clean: bool) -> Result<Ready, EngineError> {
    let content = Content::open(path)?;
    let (name, kind) = (own_name(&content, path), kind(&content));
    let (cleaned, removed, kept) = if clean { look(&content, &name)? } else { (None, Vec::new(), Vec::new()) };
    let (content, source) = match cleaned {
        Some(bytes) => sealed(blobs, &bytes)?,
        None => {
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
    let (cleaned, removed, kept) = if clean { look(&content, &name)? } else { (None, Vec::new(), Vec::new()) };
    let size = cleaned.map_or(content.len(), |bytes| bytes.len() as u64);
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

/// Other bytes, if cleaning removes something; words of what; and words of what stays.
type Looked = (Option<Zeroizing<Vec<u8>>>, Vec<String>, Vec<String>);

/// What cleaning makes of a content.
fn look(content: &Content, name: &str) -> Result<Looked, EngineError> {
    let Content::File(_) = content else { return Ok((None, Vec::new(), vec![FOLDER.to_owned()])) };
    if !clean::fits(content.len()) {
        return Ok((None, Vec::new(), vec![clean::Why::TooLarge.word().to_owned()]));
    }
    let mut bytes = vec![0; usize::try_from(content.len()).unwrap_or(0)];
    content.read_at(0, &mut bytes)?;
    Ok(cleaned(name, bytes))
}

/// What cleaning makes of these bytes.
pub(super) fn cleaned(name: &str, bytes: Vec<u8>) -> Looked {
    if !clean::fits(bytes.len() as u64) {
        return (None, Vec::new(), vec![clean::Why::TooLarge.word().to_owned()]);
    }
    match clean::clean(name, bytes) {
        Cleaning::Clean => (None, Vec::new(), Vec::new()),
        Cleaning::Cannot(why) => (None, Vec::new(), vec![why.word().to_owned()]),
        Cleaning::Cleaned { bytes, removed, kept } => (
            Some(Zeroizing::new(bytes)),
            removed.iter().map(|removed| removed.word().to_owned()).collect(),
            kept.iter().map(|kept| kept.word().to_owned()).collect(),
        ),
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

/// Why a folder is not cleaned, beside the words of [`clean::Why`].
const FOLDER: &str = "folder";

/// What is sent for a name that cannot be.
const UNNAMED: &str = "file";

/// Bytes read at once: large enough that hashing uses all lanes of the processor.
const CHUNK: usize = 1024 * 1024;
