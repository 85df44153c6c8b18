//! A file in clear outside of the profile, written because the person said so.
//!
//! It never overwrites anything, nobody but its owner may read it, and one that was not finished is removed. It does not
//! know what is written.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::disk;
use super::error::{VaultError, disk as failed};

/// A file being written; dropped without [`PlainFile::finish`], it is removed.
pub struct PlainFile {
    file: BufWriter<File>,
    path: PathBuf,
    finished: bool,
}

impl PlainFile {
    /// Makes the file; refuses if something is there already.
    pub fn create(path: &Path) -> Result<Self, VaultError> {
        let path = std::path::absolute(path).map_err(failed(WRITING))?;
        let file = disk::create_private(&path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => VaultError::NotEmpty { what: "the place of the file" },
            _ => failed(WRITING)(error),
        })?;
        Ok(Self { file: BufWriter::new(file), path, finished: false })
    }

    /// Appends.
    pub fn write(&mut self, text: &str) -> Result<(), VaultError> {
        self.file.write_all(text.as_bytes()).map_err(failed(WRITING))
    }

    /// Makes everything durable.
    pub fn finish(mut self) -> Result<(), VaultError> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(failed(WRITING))?;
        disk::sync_dir(&self.path)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for PlainFile {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = disk::remove(&self.path)
        {
            tracing::warn!(%error, "an unfinished file could not be removed");
        }
    }
}

const WRITING: &str = "writing the file";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_finished_file_is_for_its_owner_alone_and_nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk.txt");
        let mut file = PlainFile::create(&path).unwrap();
        file.write("one\n").unwrap();
        file.write("two\n").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(PlainFile::create(&path), Err(VaultError::NotEmpty { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn an_unfinished_file_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk.txt");
        let mut file = PlainFile::create(&path).unwrap();
        file.write("half of it").unwrap();
        drop(file);
        assert!(!path.exists());
    }
}
