//! A folder that is sent from where it lies, as one content: the list of its files, then the files.
//!
//! Links are not followed, and what is neither a file nor a folder is left out, as empty folders are. It opens a file when
//! its bytes are wanted, and then finds out whether it changed.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, DirEntry, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::source::{open_regular, read_at};
use super::{DiskError, Fingerprint, failed};
use crate::file::{BundleError, Manifest};
use crate::wire::limits::{FOLDER_DEPTH, FOLDER_FILES};

/// A folder as it was when it was walked.
pub struct Folder {
    root: PathBuf,
    manifest: Manifest,
    /// The bytes of the list.
    head: Vec<u8>,
    /// What each file was, in the order of the list.
    fingerprints: Vec<Fingerprint>,
    left_out: u32,
    open: Mutex<VecDeque<(usize, Arc<File>)>>,
}

impl Folder {
    /// Looks at everything in the folder that `path` leads to; reads no file.
    ///
    /// # Errors
    /// It is no folder, holds no file, more than can be sent, or a name that cannot be.
    pub fn walk(path: &Path) -> Result<Self, DiskError> {
        let root = fs::canonicalize(path).map_err(failed(WALKING))?;
        if !fs::symlink_metadata(&root).map_err(failed(WALKING))?.is_dir() {
            return Err(DiskError::NotAFile("no folder"));
        }
        let Found { files, left_out, .. } = find(&root)?;
        let list = files.iter().map(|(path, fingerprint)| (path.clone(), fingerprint.size())).collect();
        let manifest = Manifest::new(list)?;
        let (head, fingerprints) = (manifest.to_bytes(), files.into_values().collect());
        Ok(Self { root, manifest, head, fingerprints, left_out, open: Mutex::default() })
    }

    /// Where it lies, without links.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Its files.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Links, pipes, sockets and devices in it, which are not sent.
    pub fn left_out(&self) -> u32 {
        self.left_out
    }

    /// What all of it was when it was walked.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.head);
        for file in &self.fingerprints {
            hasher.update(&file.to_bytes());
        }
        hasher.finalize().into()
    }

    /// Are the files that are being read what they were? The others are looked at when they are opened.
    pub fn unchanged(&self) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().all(|(at, file)| self.is_same(*at, file))
    }

    /// Fills `into` with the content from `offset` on.
    ///
    /// # Errors
    /// [`DiskError::Changed`] or [`DiskError::Missing`]: a file is not what it was.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), DiskError> {
        read_bundle(&self.manifest, &self.head, offset, into, |at, from, piece| {
            read_at(&*self.opened(at)?, from, piece)
        })
    }

    /// A file, opened; of those that are open the one that was opened first gives way.
    fn opened(&self, at: usize) -> Result<Arc<File>, DiskError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = open.iter().find(|(known, _)| *known == at) {
            return Ok(Arc::clone(file));
        }
        let entry = self.manifest.entries().get(at).ok_or(DiskError::Misplaced)?;
        let mut path = self.root.clone();
        path.extend(&entry.path);
        let file = Arc::new(open_regular(&path)?);
        if !self.is_same(at, &file) {
            return Err(DiskError::Changed);
        }
        if open.len() == OPEN {
            open.pop_front();
        }
        open.push_back((at, Arc::clone(&file)));
        Ok(file)
    }

    fn is_same(&self, at: usize, file: &File) -> bool {
        let was = self.fingerprints.get(at);
        file.metadata().is_ok_and(|now| was == Some(&Fingerprint::of(&now)))
    }
}

/// Fills `into` with a folder's content from `offset` on: with the bytes of its list, `head`, and with what `read` puts into
/// a piece of the file in this place of the list, from this byte of it on.
///
/// # Errors
/// Those of `read`; [`DiskError::Misplaced`]: the content ends before `into` is full.
pub fn read_bundle(
    manifest: &Manifest,
    head: &[u8],
    offset: u64,
    into: &mut [u8],
    mut read: impl FnMut(usize, u64, &mut [u8]) -> Result<(), DiskError>,
) -> Result<(), DiskError> {
    let (mut offset, mut rest) = (offset, into);
    if let Some(head) = usize::try_from(offset).ok().and_then(|from| head.get(from..)) {
        let (piece, after) = rest.split_at_mut(head.len().min(rest.len()));
        piece.iter_mut().zip(head).for_each(|(to, from)| *to = *from);
        offset += piece.len() as u64;
        rest = after;
    }
    let mut at = manifest.entries().partition_point(|file| file.offset + file.size <= offset);
    while !rest.is_empty() {
        let file = manifest.entries().get(at).ok_or(DiskError::Misplaced)?;
        let from = offset - file.offset;
        let here = usize::try_from(file.size - from).unwrap_or(usize::MAX).min(rest.len());
        let (piece, after) = rest.split_at_mut(here);
        if !piece.is_empty() {
            read(at, from, piece)?;
        }
        offset += here as u64;
        rest = after;
        at += 1;
    }
    Ok(())
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folder").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

impl From<BundleError> for DiskError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Empty => Self::Empty,
            BundleError::TooMuch => Self::TooLarge,
            BundleError::Path => Self::NotText,
            BundleError::Short | BundleError::Damaged => Self::Damaged,
        }
    }
}

/// What a walk has come across.
#[derive(Default)]
struct Found {
    files: BTreeMap<Vec<String>, Fingerprint>,
    left_out: u32,
    /// Entries of any kind.
    seen: usize,
}

fn find(root: &Path) -> Result<Found, DiskError> {
    let mut found = Found::default();
    let mut folders = vec![Vec::new()];
    while let Some(folder) = folders.pop() {
        let mut path = root.to_owned();
        path.extend(&folder);
        for entry in fs::read_dir(&path).map_err(failed(WALKING))? {
            let entry = entry.map_err(failed(WALKING))?;
            found.seen += 1;
            if found.seen > ENTRIES {
                return Err(DiskError::TooMany);
            }
            found.take(&folder, &entry, &mut folders)?;
        }
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, folder: &[String], entry: &DirEntry, folders: &mut Vec<Vec<String>>) -> Result<(), DiskError> {
        // Of the entry itself: a link is not followed.
        let kind = entry.file_type().map_err(failed(WALKING))?;
        if !kind.is_file() && !kind.is_dir() {
            self.left_out += 1;
            return Ok(());
        }
        let name = std::str::from_utf8(entry.file_name().as_bytes()).map_err(|_| DiskError::NotText)?.to_owned();
        let path: Vec<String> = folder.iter().cloned().chain([name]).collect();
        if path.len() > FOLDER_DEPTH {
            return Err(DiskError::TooDeep);
        }
        if kind.is_dir() {
            folders.push(path);
            return Ok(());
        }
        let fingerprint = Fingerprint::of(&entry.metadata().map_err(failed(WALKING))?);
        self.files.insert(path, fingerprint);
        if self.files.len() > FOLDER_FILES as usize {
            return Err(DiskError::TooMany);
        }
        Ok(())
    }
}

const WALKING: &str = "looking through a folder";
/// Entries looked at: folders without files count too.
const ENTRIES: usize = 4 * FOLDER_FILES as usize;
/// Files kept open: one for each circuit a folder may be sent over, and two more.
const OPEN: usize = 8;

#[cfg(test)]
mod tests;
