//! A folder whose files are cleaned one by one, in a sealed copy of the whole.
//!
//! It holds one file in memory at a time, and so cleans each twice: to know how long it will be, which is said before the
//! files, and to write it. Where nothing is to be removed there is no copy. It looks at no file name but for its ending.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::Looked;
use crate::file::disk::{BlobStore, DiskError, Folder, OpenBlob, read_bundle};
use crate::file::{Entry, Manifest, clean};
use crate::vault::Blob;

/// What cleaning makes of a folder.
pub(super) struct Sweep {
    /// The list of the cleaned files.
    manifest: Manifest,
    /// Those that cleaning changes, by their place in the list.
    changed: BTreeSet<usize>,
}

/// The files of a folder as they are after cleaning, read from front to back.
struct Swept<'a> {
    folder: &'a Folder,
    sweep: &'a Sweep,
    /// The cleaned file that was read last.
    recent: Option<(usize, Zeroizing<Vec<u8>>)>,
}

impl Sweep {
    /// Looks into every file that may be cleaned. What is said is true of any of them.
    pub(super) fn look(folder: &Folder) -> Result<Looked<Self>, DiskError> {
        let (mut files, mut changed) = (Vec::new(), BTreeSet::new());
        let (mut removed, mut kept) = (BTreeSet::new(), BTreeSet::new());
        for (at, entry) in folder.manifest().entries().iter().enumerate() {
            let looked = look(folder, entry)?;
            if looked.instead.is_some() {
                changed.insert(at);
            }
            let size = looked.instead.map_or(entry.size, |bytes| bytes.len() as u64);
            files.push((entry.path.clone(), size));
            removed.extend(looked.removed);
            kept.extend(looked.kept);
        }
        // The order of the list is that of the paths, which stay.
        let sweep = Self { manifest: Manifest::new(files)?, changed };
        let instead = (!sweep.changed.is_empty()).then_some(sweep);
        Ok(Looked { instead, removed: removed.into_iter().collect(), kept: kept.into_iter().collect() })
    }

    /// Bytes of the list and the cleaned files.
    pub(super) fn size(&self) -> u64 {
        self.manifest.size()
    }

    /// Seals the cleaned folder.
    ///
    /// # Errors
    /// [`DiskError::Changed`]: it is not the folder any more that was looked into; [`DiskError::Full`].
    pub(super) fn copy(&self, folder: &Folder, blobs: &BlobStore, blob: &Blob) -> Result<OpenBlob, DiskError> {
        let (mut swept, head) = (Swept { folder, sweep: self, recent: None }, self.manifest.to_bytes());
        blobs.seal_from(blob.name, &blob.key, self.size(), &mut |offset, into| {
            read_bundle(&self.manifest, &head, offset, into, |at, from, piece| swept.read(at, from, piece))
        })
    }
}

impl Swept<'_> {
    fn read(&mut self, at: usize, from: u64, into: &mut [u8]) -> Result<(), DiskError> {
        let entry = self.folder.manifest().entries().get(at).ok_or(DiskError::Misplaced)?;
        if !self.sweep.changed.contains(&at) {
            return self.folder.read_at(entry.offset + from, into);
        }
        if self.recent.as_ref().is_none_or(|(recent, _)| *recent != at) {
            // Cleaned as before, or the file is another one.
            self.recent = Some((at, look(self.folder, entry)?.instead.ok_or(DiskError::Changed)?));
        }
        let (_, bytes) = self.recent.as_ref().ok_or(DiskError::Changed)?;
        let upto = self.sweep.manifest.entries().get(at).is_some_and(|entry| entry.size == bytes.len() as u64);
        let piece = usize::try_from(from).ok().and_then(|from| bytes.get(from..)?.get(..into.len()));
        into.copy_from_slice(piece.filter(|_| upto).ok_or(DiskError::Changed)?);
        Ok(())
    }
}

/// What cleaning makes of one file. What cannot be cleaned is not read whole to find that out.
fn look(folder: &Folder, entry: &Entry) -> Result<Looked<Zeroizing<Vec<u8>>>, DiskError> {
    let read = |length: u64| {
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| DiskError::TooLarge)?];
        folder.read_at(entry.offset, &mut bytes)?;
        Ok::<_, DiskError>(bytes)
    };
    let name = entry.path.last().map_or("", String::as_str);
    let beginning = read(entry.size.min(clean::BEGINNING as u64))?;
    if !clean::is_cleanable(&beginning) {
        return Ok(Looked::of(name, beginning));
    }
    if !clean::fits(entry.size) {
        return Ok(Looked::uncleaned(clean::Why::TooLarge));
    }
    Ok(Looked::of(name, read(entry.size)?))
}
