//! What kind of file some bytes are: by their beginning; by the name only where nothing can be cleaned anyway.
//!
//! It does not promise that the rest of the file is of that kind.

use super::Cleanable;
use super::pieces::occurs;

/// A kind of file that is not cleaned, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text documents, tables and slides of office programs, books.
    Office,
    /// A picture of a kind that is not cleaned (HEIC, AVIF, SVG, raw data of a camera, ...).
    Picture,
    /// A film.
    Video,
    /// Sound.
    Audio,
    /// Files packed together or compressed.
    Archive,
    /// Plain text: it says what is written in it.
    Text,
    /// Anything else.
    Other,
}

impl Kind {
    /// How to clean these bytes, or of which kind they are.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Result<Cleanable, Self> {
        match cleanable(bytes) {
            Some(cleanable) => Ok(cleanable),
            None => Err(by_content(bytes).or_else(|| by_name(name)).unwrap_or(Self::Other)),
        }
    }
}

/// How to clean what begins so.
pub(super) fn cleanable(bytes: &[u8]) -> Option<Cleanable> {
    let known = match bytes {
        [0xff, 0xd8, 0xff, ..] => Cleanable::Jpeg,
        [0x89, b'P', b'N', b'G', ..] => Cleanable::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Cleanable::WebP,
        [b'G', b'I', b'F', b'8', ..] => Cleanable::Gif,
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Cleanable::Tiff,
        // Readers look for it among the first thousand bytes.
        _ if occurs(b"%PDF-", bytes.get(..1024).unwrap_or(bytes)) => Cleanable::Pdf,
        _ => return None,
    };
    Some(known)
}

fn by_content(bytes: &[u8]) -> Option<Kind> {
    let beginning = bytes.get(..BEGINNING).unwrap_or(bytes);
    Some(match bytes {
        [b'P', b'K', 3, 4, ..] if OFFICE.iter().any(|sign| occurs(sign, beginning)) => Kind::Office,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => boxed(brand.first_chunk().unwrap_or(b"    ")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Kind::Audio,
        [0xff, second, ..] if second & 0xe6 == 0xe2 || second & 0xf6 == 0xf0 => Kind::Audio,
        _ => match SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
            Some((_, kind)) => *kind,
            None if occurs(b"<svg", beginning) => Kind::Picture,
            None if is_text(beginning) => Kind::Text,
            None => return None,
        },
    })
}

/// Files of the ISO base media format tell their kind by a brand.
fn boxed(brand: &[u8; 4]) -> Kind {
    match brand {
        b"heic" | b"heix" | b"heif" | b"mif1" | b"msf1" | b"avif" | b"avis" | b"crx " => Kind::Picture,
        b"M4A " | b"M4B " => Kind::Audio,
        _ => Kind::Video,
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => bytes,
        // A character cut at the end of the beginning is no fault.
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        Err(_) => return false,
    };
    !valid.is_empty() && !valid.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127))
}

fn by_name(name: &str) -> Option<Kind> {
    let (_, extension) = name.rsplit_once('.')?;
    NAMES.iter().find(|(names, _)| names.iter().any(|name| name.eq_ignore_ascii_case(extension))).map(|(_, kind)| *kind)
}

/// How much of a file is looked through.
pub const BEGINNING: usize = 8 * 1024;

/// What packed office documents and books have among their first entries.
const OFFICE: &[&[u8]] =
    &[b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"vnd.oasis.opendocument", b"application/epub+zip"];

const SIGNS: &[(&[u8], Kind)] = &[
    (b"\xd0\xcf\x11\xe0", Kind::Office),
    (b"{\\rtf", Kind::Office),
    (b"PK\x03\x04", Kind::Archive),
    (b"\x1f\x8b", Kind::Archive),
    (b"7z\xbc\xaf", Kind::Archive),
    (b"Rar!", Kind::Archive),
    (b"\xfd7zXZ", Kind::Archive),
    (b"BZh", Kind::Archive),
    (b"\x28\xb5\x2f\xfd", Kind::Archive),
    (b"BM", Kind::Picture),
    (b"8BPS", Kind::Picture),
    (b"\xff\x0a", Kind::Picture),
    (b"\0\0\0\x0cJXL ", Kind::Picture),
    (b"\0\0\0\x0cjP  ", Kind::Picture),
    (b"FUJIFILM", Kind::Picture),
    (b"II+\0", Kind::Picture),
    (b"MM\0+", Kind::Picture),
    (b"IIRO", Kind::Picture),
    (b"IIU\0", Kind::Picture),
    (b"\0\0\x01\0", Kind::Picture),
    (b"\x1a\x45\xdf\xa3", Kind::Video),
    (b"FLV", Kind::Video),
    (b"\x30\x26\xb2\x75", Kind::Video),
    (b"\0\0\x01\xba", Kind::Video),
    (b"RIFF", Kind::Video),
    (b"OggS", Kind::Audio),
    (b"fLaC", Kind::Audio),
    (b"ID3", Kind::Audio),
    (b"#!AMR", Kind::Audio),
    (b"FORM", Kind::Audio),
];

const NAMES: &[(&[&str], Kind)] = &[
    (&["doc", "docx", "odt", "ods", "odp", "xls", "xlsx", "ppt", "pptx", "rtf", "pages", "epub"], Kind::Office),
    (&["heic", "avif", "svg", "bmp", "psd", "xcf", "jxl", "jp2", "cr2", "cr3", "nef", "arw", "raf"], Kind::Picture),
    (&["mp4", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "3gp", "wmv"], Kind::Video),
    (&["mp3", "m4a", "aac", "wav", "ogg", "opus", "flac", "amr", "aif", "aiff"], Kind::Audio),
    (&["zip", "tar", "gz", "tgz", "7z", "rar", "xz", "bz2", "zst", "dmg", "iso"], Kind::Archive),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_goes_before_the_name() {
        assert_eq!(Kind::of("photo.docx", b"\xff\xd8\xff\xe0"), Ok(Cleanable::Jpeg));
        assert_eq!(Kind::of("paper.jpg", b"junk\n%PDF-1.4"), Ok(Cleanable::Pdf));
        for (name, bytes, kind) in [
            ("photo.jpg", &b"PK\x03\x04....[Content_Types].xml"[..], Kind::Office),
            ("a.odt", b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.text", Kind::Office),
            ("a.jpg", b"PK\x03\x04....a.txt", Kind::Archive),
            ("a.jpg", b"\0\0\0\x18ftypheic....", Kind::Picture),
            ("a.jpg", b"\0\0\0\x18ftypisom....", Kind::Video),
            ("a.jpg", b"\0\0\0\x18ftypM4A ....", Kind::Audio),
            ("a.jpg", b"RIFF....WAVEfmt ", Kind::Audio),
            ("a.jpg", b"RIFF....AVI LIST", Kind::Video),
            ("a.jpg", b"\xff\xfb\x90\x44\x00", Kind::Audio),
            ("a.png", b"<?xml version='1.0'?><svg/>", Kind::Picture),
            ("a.png", "d\u{e9}j\u{e0} vu\n".as_bytes(), Kind::Text),
            ("a.MP4", b"\x01\x02\x03", Kind::Video),
            ("a.bin", b"\x01\x02\x03", Kind::Other),
            ("", b"", Kind::Other),
        ] {
            assert_eq!(Kind::of(name, bytes), Err(kind), "{name}");
        }
    }
}
