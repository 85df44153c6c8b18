//! JPEG (ITU-T T.81, JFIF): keeps the segments that a picture is drawn from, which side is up, and its density.
//!
//! What stays of an application's segments is written anew, so that nothing can stand behind it.

use super::pieces::Pieces;
use super::{Found, Removed, Why, exif, xmp};

/// See [`super::Cleaner`].
pub(super) fn clean(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let mut picture = Picture { rest: Pieces(bytes), out: Vec::with_capacity(bytes.len()), found, upright: false };
    picture.rest.expect(&[0xff, START])?;
    picture.out.extend([0xff, START]);
    let (mut frames, mut scans) = (0, 0);
    loop {
        let marker = picture.marker()?;
        match marker {
            END => break,
            BASELINE | EXTENDED | PROGRESSIVE | ARITHMETIC | ARITHMETIC_PROGRESSIVE if frames == 0 => {
                frames += 1;
                picture.keep(marker)?;
            }
            HUFFMAN | CONDITIONING | QUANTISATION | RESTART | LINES => picture.keep(marker)?,
            SCAN if frames == 1 => {
                scans += 1;
                picture.keep(marker)?;
                picture.scan();
            }
            APPLICATION..=APPLICATION_LAST | COMMENT => picture.application(marker)?,
            _ => return Err(Why::Damaged),
        }
    }
    if scans == 0 {
        return Err(Why::Damaged);
    }
    picture.out.extend([0xff, END]);
    if !picture.rest.is_empty() {
        picture.found.remove(Removed::Appended);
    }
    Ok(picture.out)
}

struct Picture<'a> {
    rest: Pieces<'a>,
    out: Vec<u8>,
    found: &'a mut Found,
    /// Which side is up has been said.
    upright: bool,
}

impl<'a> Picture<'a> {
    /// The next marker, without what fills the space before it.
    fn marker(&mut self) -> Result<u8, Why> {
        self.rest.expect(&[0xff])?;
        loop {
            match self.rest.byte()? {
                0xff => {}
                marker => return Ok(marker),
            }
        }
    }

    fn segment(&mut self) -> Result<&'a [u8], Why> {
        let length = usize::from(u16::from_be_bytes(self.rest.array()?));
        self.rest.take(length.checked_sub(2).ok_or(Why::Damaged)?)
    }

    fn keep(&mut self, marker: u8) -> Result<(), Why> {
        let segment = self.segment()?;
        self.write(marker, segment);
        Ok(())
    }

    fn write(&mut self, marker: u8, segment: &[u8]) {
        let length = u16::try_from(segment.len() + 2).unwrap_or(u16::MAX);
        self.out.extend([0xff, marker]);
        self.out.extend(length.to_be_bytes());
        self.out.extend(segment);
    }

    /// The coded picture: up to a marker that is neither a stuffed byte nor a restart.
    fn scan(&mut self) {
        let bytes = self.rest.0;
        let mut end = 0;
        while let Some(at) = bytes.get(end..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) {
            end += at;
            match bytes.get(end + 1) {
                Some(0 | 0xd0..=0xd7) => end += 2,
                _ => break,
            }
        }
        if let Ok(scan) = self.rest.take(end) {
            self.out.extend(scan);
        }
    }

    fn application(&mut self, marker: u8) -> Result<(), Why> {
        let segment = self.segment()?;
        match (marker - APPLICATION, segment) {
            (0, [b'J', b'F', b'I', b'F', 0, major, minor, units, density @ ..]) => {
                self.density(&[*major, *minor, *units], density);
            }
            (0, [b'J', b'F', b'X', b'X', ..]) => self.found.remove(Removed::Thumbnail),
            (1, [b'E', b'x', b'i', b'f', 0, _, block @ ..]) => self.exif(block),
            (1, packet) if packet.starts_with(b"http://ns.adobe.com/x") => xmp::read(packet, self.found),
            (2, [b'I', b'C', b'C', b'_', ..]) => self.found.remove(Removed::ColourProfile),
            (2, [b'M', b'P', b'F', ..]) => self.found.remove(Removed::Appended),
            (11, [b'J', b'P', ..]) => self.found.remove(Removed::EditingHistory),
            (13, [b'P', b'h', b'o', b't', b'o', b's', b'h', b'o', b'p', ..]) => {
                self.found.remove(Removed::EditingHistory);
                self.found.remove(Removed::DocumentProperties);
            }
            (14, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                // How the colours are coded, without which they come out wrong; the rest tells the program.
                self.write(marker, &[b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, *transform]);
            }
            _ if marker == COMMENT => self.found.remove(Removed::Comment),
            _ => self.found.remove(Removed::Other),
        }
        Ok(())
    }

    /// JFIF: the density, without a thumbnail.
    fn density(&mut self, head: &[u8; 3], rest: &[u8]) {
        let Some((density, thumbnail)) = rest.split_first_chunk::<4>() else {
            self.found.remove(Removed::Other);
            return;
        };
        if thumbnail.len() > 2 {
            self.found.remove(Removed::Thumbnail);
        }
        self.write(APPLICATION, &[b"JFIF\0", head.as_slice(), density, &[0, 0]].concat());
    }

    fn exif(&mut self, block: &[u8]) {
        if let Some(side) = exif::read(block, self.found)
            && !std::mem::replace(&mut self.upright, true)
        {
            self.write(APPLICATION + 1, &[b"Exif\0\0", exif::upright(side).as_slice()].concat());
        }
    }
}

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const BASELINE: u8 = 0xc0;
const EXTENDED: u8 = 0xc1;
const PROGRESSIVE: u8 = 0xc2;
const ARITHMETIC: u8 = 0xc9;
const ARITHMETIC_PROGRESSIVE: u8 = 0xca;
const HUFFMAN: u8 = 0xc4;
const CONDITIONING: u8 = 0xcc;
const SCAN: u8 = 0xda;
const QUANTISATION: u8 = 0xdb;
const LINES: u8 = 0xdc;
const RESTART: u8 = 0xdd;
const APPLICATION: u8 = 0xe0;
const APPLICATION_LAST: u8 = 0xef;
const COMMENT: u8 = 0xfe;
