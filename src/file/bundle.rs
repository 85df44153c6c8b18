//! A folder as one content: a list of its files, then the files back to back in the order of the list.
//!
//! ```text
//! manifest = "PELURED1" | count u32 | count x file
//! file     = components u8 | components x (length u8 | UTF-8) | size u64
//! ```
//!
//! Canonical: sorted by path, component by component, each path once and none inside another. No times, modes or
//! owners, no links, no empty folders. It reads no files, and a component is not yet a name to write to a disk
//! (a backslash may stand in it): who saves makes it safe.

use crate::wire::limits::{FILE_BYTES, FILE_NAME_BYTES, FOLDER_DEPTH, FOLDER_FILES, MANIFEST_BYTES};

/// The list of a folder's files.
#[derive(Clone, PartialEq, Eq)]
pub struct Manifest {
    entries: Vec<Entry>,
    /// Bytes of the list itself.
    length: u64,
    /// Bytes of list and files.
    size: u64,
}

/// One file of a folder.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The names of the folders, from the top, and of the file.
    pub path: Vec<String>,
    /// Bytes of the file.
    pub size: u64,
    /// Where in the bundle it begins.
    pub offset: u64,
}

/// Why files are no bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The list goes on behind these bytes.
    #[error("the list of files is not here in full")]
    Short,
    /// Nothing to send.
    #[error("the folder holds no files")]
    Empty,
    /// Too many files, too long a list, or too many bytes.
    #[error("the folder holds too much")]
    TooMuch,
    /// A path that is empty, too deep, or has a component that is none.
    #[error("the folder holds a file whose name cannot be sent")]
    Path,
    /// Not what this program writes.
    #[error("the list of files is damaged")]
    Damaged,
}

impl Manifest {
    /// The list of these files, in any order.
    ///
    /// # Errors
    /// They are no folder that can be sent.
    pub fn new(mut files: Vec<(Vec<String>, u64)>) -> Result<Self, BundleError> {
        files.sort_unstable();
        Self::of_sorted(files)
    }

    /// The files, in the order of their bytes.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Bytes of the list, behind which the first file begins.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes of the list and all files together: the size that is offered.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes of the list.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((self.entries.len() as u32).to_be_bytes());
        for entry in &self.entries {
            bytes.push(entry.path.len() as u8);
            for component in &entry.path {
                bytes.push(component.len() as u8);
                bytes.extend(component.as_bytes());
            }
            bytes.extend(entry.size.to_be_bytes());
        }
        bytes
    }

    /// The list at the beginning of a content of `size` bytes that was offered as so many files.
    ///
    /// # Errors
    /// It is none, or does not agree with the offer; [`BundleError::Short`] when more of the content is needed first.
    pub fn read(content: &[u8], size: u64, files: u32) -> Result<Self, BundleError> {
        let mut rest = Rest(content);
        if &rest.array()? != MAGIC || u32::from_be_bytes(rest.array()?) != files {
            return Err(BundleError::Damaged);
        }
        if !(1..=FOLDER_FILES).contains(&files) {
            return Err(BundleError::TooMuch);
        }
        let mut listed = Vec::new();
        for _ in 0..files {
            listed.push(rest.file()?);
            if content.len() - rest.0.len() > MANIFEST_BYTES {
                return Err(BundleError::TooMuch);
            }
        }
        let manifest = Self::of_sorted(listed)?;
        if manifest.size == size { Ok(manifest) } else { Err(BundleError::Damaged) }
    }

    fn of_sorted(files: Vec<(Vec<String>, u64)>) -> Result<Self, BundleError> {
        check(&files)?;
        let length = files.iter().map(|(path, _)| file_bytes(path)).sum::<usize>() + MAGIC.len() + 4;
        if length > MANIFEST_BYTES {
            return Err(BundleError::TooMuch);
        }
        let (mut entries, mut size) = (Vec::with_capacity(files.len()), length as u64);
        for (path, bytes) in files {
            entries.push(Entry { path, size: bytes, offset: size });
            size = size.checked_add(bytes).filter(|size| *size <= FILE_BYTES).ok_or(BundleError::TooMuch)?;
        }
        Ok(Self { entries, length: length as u64, size })
    }
}

/// What is left of the content.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], BundleError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(BundleError::Short)?;
        self.0 = rest;
        Ok(*field)
    }

    fn file(&mut self) -> Result<(Vec<String>, u64), BundleError> {
        let [components] = self.array()?;
        let path = (0..components).map(|_| self.component()).collect::<Result<_, _>>()?;
        Ok((path, u64::from_be_bytes(self.array()?)))
    }

    fn component(&mut self) -> Result<String, BundleError> {
        let [length] = self.array()?;
        let (name, rest) = self.0.split_at_checked(length.into()).ok_or(BundleError::Short)?;
        self.0 = rest;
        std::str::from_utf8(name).map(str::to_owned).map_err(|_| BundleError::Damaged)
    }
}

impl std::fmt::Debug for Manifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Manifest({} files, {} bytes)", self.entries.len(), self.size)
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry([{} components], {} bytes)", self.path.len(), self.size)
    }
}

/// Refuses what is no folder, or not in order.
fn check(files: &[(Vec<String>, u64)]) -> Result<(), BundleError> {
    if files.is_empty() {
        return Err(BundleError::Empty);
    }
    if files.len() > FOLDER_FILES as usize {
        return Err(BundleError::TooMuch);
    }
    if !files.iter().all(|(path, _)| is_path(path)) {
        return Err(BundleError::Path);
    }
    // A file that is another's folder would stand just before it.
    let mut neighbours = files.iter().zip(files.iter().skip(1));
    if neighbours.all(|((path, _), (next, _))| path < next && !next.starts_with(path)) {
        Ok(())
    } else {
        Err(BundleError::Damaged)
    }
}

fn is_path(path: &[String]) -> bool {
    (1..=FOLDER_DEPTH).contains(&path.len()) && path.iter().all(|component| is_component(component))
}

fn is_component(name: &str) -> bool {
    (1..=FILE_NAME_BYTES).contains(&name.len()) && name != "." && name != ".." && !name.contains(['/', '\0'])
}

fn file_bytes(path: &[String]) -> usize {
    1 + path.iter().map(|component| 1 + component.len()).sum::<usize>() + 8
}

const MAGIC: &[u8; 8] = b"PELURED1";

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    fn files(paths: &[&str]) -> Vec<(Vec<String>, u64)> {
        paths.iter().map(|text| (path(text), text.len() as u64)).collect()
    }

    /// A list as somebody else might write it.
    fn written(files: &[(&[&[u8]], u64)]) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], &(files.len() as u32).to_be_bytes()].concat();
        for (path, size) in files {
            bytes.push(path.len() as u8);
            path.iter().for_each(|component| bytes.extend([&[component.len() as u8], *component].concat()));
            bytes.extend(size.to_be_bytes());
        }
        bytes
    }

    fn read(files: &[(&[&[u8]], u64)]) -> Result<Manifest, BundleError> {
        let bytes = written(files);
        let size = files.iter().fold(bytes.len() as u64, |sum, (_, size)| sum.wrapping_add(*size));
        Manifest::read(&bytes, size, files.len() as u32)
    }

    #[test]
    fn bytes_are_as_documented() {
        let manifest = Manifest::new(files(&["b", "a|c"])).unwrap();
        let expected = [
            &b"PELURED1"[..],
            &[0, 0, 0, 2, 2, 1, b'a', 1, b'c', 0, 0, 0, 0, 0, 0, 0, 3],
            &[1, 1, b'b', 0, 0, 0, 0, 0, 0, 0, 1],
        ];
        assert_eq!(manifest.to_bytes(), expected.concat());
        assert_eq!((manifest.length(), manifest.size()), (36, 40));
        assert_eq!(manifest.entries().iter().map(|entry| entry.offset).collect::<Vec<_>>(), [36, 39]);
    }

    #[test]
    fn folders_that_cannot_be_sent_are_refused() {
        let new = |paths: &[&str]| Manifest::new(files(paths)).map(|_| ());
        assert_eq!(new(&[]), Err(BundleError::Empty));
        let long = "x".repeat(FILE_NAME_BYTES + 1);
        let deep = ["d"; FOLDER_DEPTH + 1].join("|");
        for wrong in ["", ".", "..", "a|..|b", "a||b", "a/b", "a\0", &long, &deep] {
            assert_eq!(new(&["fine", wrong]), Err(BundleError::Path), "{wrong:?}");
        }
        assert_eq!(new(&[&long[1..], &deep[2..], "a\\b", "...", "caf\u{e9}"]), Ok(()));
        assert_eq!(new(&["a", "a"]), Err(BundleError::Damaged), "the same path twice");
        assert_eq!(new(&["a", "a!", "a|b"]), Err(BundleError::Damaged), "a file that is a folder");
        assert_eq!(Manifest::new(vec![(path("a"), FILE_BYTES)]), Err(BundleError::TooMuch));
        assert_eq!(Manifest::new(vec![(path("a"), u64::MAX), (path("b"), u64::MAX)]), Err(BundleError::TooMuch));
        let many = |n: u32| Manifest::new((0..n).map(|n| (vec![n.to_string()], 1)).collect());
        assert!(many(FOLDER_FILES).is_ok());
        assert_eq!(many(FOLDER_FILES + 1), Err(BundleError::TooMuch));
        let wide = |n: u32| {
            let folder = vec!["x".repeat(FILE_NAME_BYTES); FOLDER_DEPTH - 1];
            Manifest::new((0..n).map(|n| ([folder.clone(), vec![n.to_string()]].concat(), 1)).collect())
        };
        assert!(wide(1_000).is_ok());
        assert_eq!(wide(1_100), Err(BundleError::TooMuch), "a list beyond its limit");
    }

    #[test]
    fn lists_that_are_none_are_refused() {
        assert!(read(&[(&[b"a"], 1), (&[b"b"], 2)]).is_ok());
        let wrong: &[(&str, &[(&[&[u8]], u64)])] = &[
            ("out of order", &[(&[b"b"], 1), (&[b"a"], 2)]),
            ("twice", &[(&[b"a"], 1), (&[b"a"], 1)]),
            ("a file in a file", &[(&[b"a"], 1), (&[b"a", b"b"], 1)]),
            ("not UTF-8", &[(&[b"caf\xe9"], 1)]),
            ("no path", &[(&[], 1)]),
            ("an empty name", &[(&[b""], 1)]),
            ("up", &[(&[b"..", b"etc", b"passwd"], 1)]),
            ("here", &[(&[b"."], 1)]),
            ("from the root", &[(&[b"/etc/passwd"], 1)]),
            ("an end of text", &[(&[b"a\0.txt"], 1)]),
            ("more than there is", &[(&[b"a"], u64::MAX)]),
            ("sizes that wrap", &[(&[b"a"], u64::MAX), (&[b"b"], 2)]),
        ];
        for (what, files) in wrong {
            assert!(read(files).is_err(), "{what}");
        }
        let sound = written(&[(&[b"a"], 1)]);
        let size = sound.len() as u64 + 1;
        assert!(Manifest::read(&sound, size, 1).is_ok());
        assert_eq!(Manifest::read(&sound, size + 1, 1), Err(BundleError::Damaged), "another size than was offered");
        assert_eq!(Manifest::read(&sound, size, 2), Err(BundleError::Damaged), "another count than was offered");
        assert_eq!(Manifest::read(b"PELURED2\0\0\0\x01", 9, 1), Err(BundleError::Damaged));
        let endless = [&MAGIC[..], &u32::MAX.to_be_bytes()].concat();
        assert_eq!(Manifest::read(&endless, 9, u32::MAX), Err(BundleError::TooMuch));
    }

    proptest! {
        #[test]
        fn a_list_is_read_back_and_every_cut_is_short(
            drawn in btree_map(vec("[a-c\u{e9}]{1,3}", 1..4), 0..1_000_000u64, 1..20), behind in vec(any::<u8>(), 0..9),
        ) {
            let mut drawn: Vec<_> = drawn.into_iter().collect();
            drawn.dedup_by(|(path, _), (before, _)| path.starts_with(before));
            let manifest = Manifest::new(drawn.clone()).unwrap();
            let (bytes, files) = (manifest.to_bytes(), drawn.len() as u32);
            prop_assert_eq!(bytes.len() as u64, manifest.length());
            let content = [&bytes[..], &behind].concat();
            prop_assert_eq!(&Manifest::read(&content, manifest.size(), files), &Ok(manifest.clone()));
            for cut in 0..bytes.len() {
                prop_assert_eq!(Manifest::read(&bytes[..cut], manifest.size(), files), Err(BundleError::Short));
            }
            for pair in manifest.entries().windows(2) {
                prop_assert_eq!(pair[0].offset + pair[0].size, pair[1].offset);
            }
        }

        #[test]
        fn a_changed_byte_gives_no_other_form(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let manifest = Manifest::new(files(&["a", "b|c", "b|d", "e"])).unwrap();
            let mut bytes = manifest.to_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = Manifest::read(&bytes, manifest.size(), 4) {
                prop_assert_eq!(read.to_bytes(), bytes[..read.length() as usize].to_vec());
            }
        }
    }
}
