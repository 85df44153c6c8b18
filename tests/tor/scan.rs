//! Looks for something private in every byte below a directory, in every form in which it could have been written.
//!
//! It does not unpack or decrypt: what is compressed or sealed is not found.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::{BASE32, BASE64, BASE64URL, Encoding, HEXLOWER, HEXUPPER};

/// What to look for, with its name for a report.
#[derive(Default)]
pub(crate) struct Needles {
    /// By their first bytes, so that one pass over the hay finds all.
    forms: BTreeMap<[u8; HEAD], Vec<(String, Vec<u8>)>>,
}

/// Long runs of a content, wherever they begin.
pub(crate) struct Runs {
    chunks: HashSet<[u8; CHUNK]>,
    /// By [`head`], so that few windows need the slower look.
    heads: Vec<bool>,
}

impl Needles {
    /// Looks for these bytes too; at least eight of them, so that none is there by accident.
    pub(crate) fn bytes(&mut self, name: &str, needle: &[u8]) {
        assert!(needle.len() >= 8, "{name} is too short to look for");
        self.form(name, "plain", needle.to_vec());
        for (form, hex) in [("hex", HEXLOWER), ("HEX", HEXUPPER)] {
            self.form(name, form, hex.encode(needle).into_bytes());
        }
        for (form, encoding, bits) in [("base64", BASE64, 6), ("base64url", BASE64URL, 6), ("base32", BASE32, 5)] {
            for shift in 0..bits {
                let form = format!("{form}, shifted by {shift}");
                let encoded = inner(&encoding, bits, needle, shift);
                self.form(name, &form, encoded.to_ascii_lowercase().into_bytes());
                self.form(name, &form, encoded.into_bytes());
            }
        }
    }

    /// Looks for this text too, as the bytes it is and in two-byte letters.
    pub(crate) fn text(&mut self, name: &str, needle: &str) {
        self.bytes(name, needle.as_bytes());
        self.form(name, "UTF-16, little end first", needle.encode_utf16().flat_map(u16::to_le_bytes).collect());
        self.form(name, "UTF-16, big end first", needle.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }

    /// Looks for an onion address too: its letters, and the key they stand for.
    pub(crate) fn address(&mut self, name: &str, onion: &str) {
        let letters = onion.strip_suffix(".onion").unwrap();
        let decoded = BASE32.decode(letters.to_uppercase().as_bytes()).unwrap();
        self.text(name, letters);
        self.text(name, &letters.to_uppercase());
        self.bytes(&format!("the key of {name}"), &decoded[..32]);
    }

    fn form(&mut self, name: &str, form: &str, bytes: Vec<u8>) {
        let head = bytes[..HEAD].try_into().unwrap();
        self.forms.entry(head).or_default().push((format!("{name} ({form})"), bytes));
    }

    /// What of this is in the hay.
    pub(crate) fn within(&self, hay: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for (at, head) in hay.windows(HEAD).enumerate() {
            let forms = <[u8; HEAD]>::try_from(head).ok().and_then(|head| self.forms.get(&head));
            for (name, bytes) in forms.into_iter().flatten() {
                if hay[at..].starts_with(bytes) && !found.contains(name) {
                    found.push(name.clone());
                }
            }
        }
        found
    }

    /// What of this is in the files below a directory, or in their names. Files that go away meanwhile are left out.
    pub(crate) fn below(&self, dir: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for path in files(dir) {
            let mut hay = path.as_os_str().as_encoded_bytes().to_vec();
            hay.push(0);
            hay.extend(fs::read(&path).unwrap_or_default());
            found.extend(self.within(&hay).into_iter().map(|what| format!("{what} in {}", path.display())));
        }
        found
    }
}

impl Runs {
    /// Looks for any 64 bytes in a row of this content.
    pub(crate) fn new(content: &[u8]) -> Self {
        let (chunks, _) = content.as_chunks::<CHUNK>();
        let mut runs = Self { chunks: HashSet::new(), heads: vec![false; 1 << HEAD_BITS] };
        // Any 64 bytes in a row hold a whole chunk. Zeros and the like are everywhere.
        for chunk in chunks.iter().filter(|chunk| chunk.iter().any(|byte| *byte != chunk[0])) {
            runs.heads[head(chunk)] = true;
            runs.chunks.insert(*chunk);
        }
        runs
    }

    /// The files below a directory that hold such a run.
    pub(crate) fn below(&self, dir: &Path) -> Vec<String> {
        let holds = |path: &PathBuf| {
            let hay = fs::read(path).unwrap_or_default();
            let found = |window: &[u8]| self.heads[head(window)] && self.chunks.contains(window);
            hay.windows(CHUNK).any(found)
        };
        files(dir).into_iter().filter(holds).map(|path| path.display().to_string()).collect()
    }
}

/// A short hash of how a chunk begins: most of what is no chunk is told by it.
fn head(chunk: &[u8]) -> usize {
    let word = u64::from_ne_bytes(chunk[..8].try_into().unwrap());
    (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - HEAD_BITS)) as usize
}

/// Everything below a directory, directories included.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() && !path.is_symlink() {
                open.push(path.clone());
            }
            all.push(path);
        }
    }
    all
}

/// The letters of an encoding that depend on the needle alone when `shift` bytes come before it, and any after it.
fn inner(encoding: &Encoding, bits: usize, needle: &[u8], shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend(needle);
    let (from, to) = ((shift * 8).div_ceil(bits), bytes.len() * 8 / bits);
    encoding.encode(&bytes)[from..to].to_owned()
}

/// Bytes by which a form is recognised at first.
const HEAD: usize = 4;
/// Bytes that are looked up at once: half a run.
const CHUNK: usize = 32;
/// Bits of the short hash of a chunk.
const HEAD_BITS: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        let mut needles = Needles::default();
        needles.text("a text", NEEDLE);
        needles
    }

    #[test]
    fn every_form_is_found_wherever_it_begins() {
        let needles = needles();
        for lead in 0..9 {
            let plain = ["#".repeat(lead).as_bytes(), NEEDLE.as_bytes(), b"##"].concat();
            assert!(!needles.within(&plain).is_empty());
            for encoding in [HEXLOWER, HEXUPPER, BASE64, BASE64URL, BASE32] {
                let encoded = encoding.encode(&plain);
                assert!(!needles.within(encoded.as_bytes()).is_empty(), "{encoded}");
                let lower = encoded.to_lowercase();
                assert!(!needles.within(lower.as_bytes()).is_empty(), "{lower}");
            }
            let text = String::from_utf8(plain).unwrap();
            let wide = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
            assert!(!needles.within(&wide(u16::to_le_bytes)).is_empty());
            assert!(!needles.within(&wide(u16::to_be_bytes)).is_empty());
        }
    }

    #[test]
    fn an_address_is_found_as_letters_and_as_a_key() {
        let key: Vec<u8> = (100..132).collect();
        let letters = BASE32.encode(&[key.as_slice(), &[1, 2, 3]].concat());
        let mut needles = Needles::default();
        needles.address("an address", &format!("{}.onion", letters.to_lowercase()));
        for hay in [letters.to_lowercase().into_bytes(), letters.into_bytes(), key] {
            assert!(!needles.within(&[b"x", hay.as_slice(), b"y"].concat()).is_empty());
        }
    }

    #[test]
    fn files_and_their_names_are_searched() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("deep");
        fs::create_dir(&deep).unwrap();
        fs::write(deep.join("file"), "nothing").unwrap();
        assert_eq!(needles().below(dir.path()), [""; 0]);
        fs::write(deep.join("file"), format!("x{NEEDLE}")).unwrap();
        assert_eq!(needles().below(dir.path()).len(), 1);
        fs::write(dir.path().join(NEEDLE), "").unwrap();
        assert_eq!(needles().below(dir.path()).len(), 2);
    }

    #[test]
    fn a_run_of_64_bytes_is_found_wherever_it_begins() {
        let content: Vec<u8> = (0..4_000_u32).map(|n| (n * n / 7) as u8).collect();
        let runs = Runs::new(&content);
        let dir = tempfile::tempdir().unwrap();
        for from in [0, 1, 31, 32, 33, 3_000] {
            let hay = [b"before", &content[from..from + 64], b"after"].concat();
            fs::write(dir.path().join("file"), hay).unwrap();
            assert_eq!(runs.below(dir.path()).len(), 1, "{from}");
        }
        fs::write(dir.path().join("file"), vec![7; 4_000]).unwrap();
        assert_eq!(runs.below(dir.path()), [""; 0]);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(needles().within("Rendez-vous à la gar".as_bytes()), [""; 0]);
    }

    const NEEDLE: &str = "Rendez-vous à la gare";
}
