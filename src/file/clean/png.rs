//! PNG (W3C, third edition) and animated PNG: keeps the chunks that a picture is drawn from, and which side is up.

use super::pieces::{Pieces, occurs};
use super::{Found, Removed, Why, exif, xmp};

/// See [`super::Cleaner`].
pub(super) fn clean(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let mut rest = Pieces(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    rest.expect(SIGNATURE)?;
    out.extend(SIGNATURE);
    let (mut first, mut upright) = (true, false);
    loop {
        let length = rest.long()?;
        let name = rest.array::<4>()?;
        let data = rest.take(length)?;
        let sum = rest.array::<4>()?;
        if sum != checksum(&name, data) || first != (&name == b"IHDR") {
            return Err(Why::Damaged);
        }
        first = false;
        match &name {
            b"eXIf" => {
                if let Some(side) = exif::read(data, found)
                    && !std::mem::replace(&mut upright, true)
                {
                    write(&mut out, &name, &exif::upright(side));
                }
            }
            // A chunk without this bit is needed for drawing; one that is unknown cannot be judged.
            [initial, ..] if initial & 0x20 == 0 && !KEPT.contains(&&name) => return Err(Why::Damaged),
            _ if KEPT.contains(&&name) => write(&mut out, &name, data),
            _ => note(&name, data, found),
        }
        if &name == b"IEND" {
            break;
        }
    }
    if !rest.is_empty() {
        found.remove(Removed::Appended);
    }
    Ok(out)
}

/// Names what goes with a chunk.
fn note(name: &[u8; 4], data: &[u8], found: &mut Found) {
    match name {
        b"tIME" => found.remove(Removed::Times),
        b"iCCP" => found.remove(Removed::ColourProfile),
        b"dSIG" => found.remove(Removed::Identifiers),
        b"caBX" => found.remove(Removed::EditingHistory),
        b"tEXt" | b"zTXt" | b"iTXt" => {
            let keyword = data.split(|byte| *byte == 0).next().unwrap_or_default();
            match keyword {
                b"XML:com.adobe.xmp" => xmp::read(data, found),
                _ => found.remove(text(keyword)),
            }
        }
        _ => found.remove(Removed::Other),
    }
}

fn text(keyword: &[u8]) -> Removed {
    let keyword = keyword.to_ascii_lowercase();
    WORDS
        .iter()
        .find(|(words, _)| words.iter().any(|word| occurs(word.as_bytes(), &keyword)))
        .map_or(Removed::Comment, |(_, what)| *what)
}

fn write(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(name);
    out.extend(data);
    out.extend(checksum(name, data));
}

/// The CRC of a chunk (ISO 3309).
pub(super) fn checksum(name: &[u8; 4], data: &[u8]) -> [u8; 4] {
    let sum = name.iter().chain(data).fold(u32::MAX, |sum, byte| {
        let [low, ..] = sum.to_le_bytes();
        TABLE.get(usize::from(low ^ byte)).copied().unwrap_or_default() ^ (sum >> 8)
    });
    (!sum).to_be_bytes()
}

#[expect(clippy::indexing_slicing, reason = "computed when this is compiled: a fault would not compile")]
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let (mut sum, mut bit) = (n as u32, 0);
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[n] = sum;
        n += 1;
    }
    table
};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// What a picture is drawn from: pixels, palette, transparency, known colours, density, frames.
const KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT", b"bKGD", b"pHYs",
    b"acTL", b"fcTL", b"fdAT",
];

/// What the keywords of texts say.
const WORDS: &[(&[&str], Removed)] = &[
    (&["gps"], Removed::Position),
    (&["author", "copyright", "artist"], Removed::Author),
    (&["software", "creator", "producer"], Removed::Software),
    (&["time", "date"], Removed::Times),
    (&["exif", "source", "device"], Removed::Camera),
    (&["xmp", "iptc", "history"], Removed::EditingHistory),
    (&["title", "keywords"], Removed::DocumentProperties),
    (&["icc"], Removed::ColourProfile),
    (&["thumb"], Removed::Thumbnail),
    (&["url", "uri", "file", "user", "host"], Removed::Identifiers),
];
