//! What an Exif block says: named, so that the person sees what goes, and the one thing that must stay, which side is up.
//!
//! The block itself never stays: where a side is to be kept, [`upright`] writes a new one that says nothing else.

use super::ifd::{Entry, Ifd};
use super::{Found, Removed, xmp};

/// Notes what an Exif block says. Gives the orientation of the picture if it is not the plain one.
pub(super) fn read(block: &[u8], found: &mut Found) -> Option<u8> {
    let Ok((ifd, first)) = Ifd::open(block) else {
        found.remove(Removed::Other);
        return None;
    };
    let mut reading = Reading { ifd, found, orientation: None };
    let mut places = vec![(first, Directory::Picture)];
    // No block has so many directories: more of them lead in circles.
    for _ in 0..DIRECTORIES {
        let Some((at, directory)) = places.pop() else { break };
        places.extend(reading.directory(at, directory));
    }
    reading.orientation
}

/// An Exif block that says which side is up, and nothing else.
pub(super) fn upright(orientation: u8) -> [u8; 26] {
    let mut block = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    if let Some(place) = block.get_mut(19) {
        *place = orientation;
    }
    block
}

/// Notes what one entry of the directory of a picture says, in an Exif block or a TIFF file.
pub(super) fn note(ifd: &Ifd<'_>, entry: &Entry, found: &mut Found) {
    match entry.tag {
        XMP => xmp::read(ifd.raw(entry).unwrap_or_default(), found),
        tag => match SAYINGS.iter().find(|(tags, _)| tags.contains(&tag)) {
            Some((_, said)) => said.iter().for_each(|what| found.remove(*what)),
            None if TECHNICAL.contains(&tag) => {}
            None => found.remove(Removed::Other),
        },
    }
}

struct Reading<'a> {
    ifd: Ifd<'a>,
    found: &'a mut Found,
    orientation: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directory {
    Picture,
    Exif,
    Position,
    Thumbnail,
    Other,
}

impl Reading<'_> {
    /// Notes what a directory says; gives those it leads to.
    fn directory(&mut self, at: usize, directory: Directory) -> Vec<(usize, Directory)> {
        let Ok((entries, next)) = self.ifd.directory(at) else {
            self.found.remove(Removed::Other);
            return Vec::new();
        };
        let mut places = Vec::new();
        for entry in &entries {
            match (directory, entry.tag) {
                (Directory::Position, _) => self.found.remove(Removed::Position),
                (Directory::Thumbnail, _) => self.found.remove(Removed::Thumbnail),
                (Directory::Picture, ORIENTATION) => self.orientation = self.side(entry).or(self.orientation),
                (_, EXIF | POSITION | INTEROPERABILITY) => {
                    let to = match entry.tag {
                        EXIF => Directory::Exif,
                        POSITION => Directory::Position,
                        _ => Directory::Other,
                    };
                    places.extend(self.ifd.number(entry).map(|at| (at, to)));
                }
                (Directory::Other, _) => {}
                _ => note(&self.ifd, entry, self.found),
            }
        }
        if directory == Directory::Picture && next != 0 {
            places.push((next, Directory::Thumbnail));
        }
        places
    }

    fn side(&self, entry: &Entry) -> Option<u8> {
        let side = self.ifd.number(entry).ok()?;
        u8::try_from(side).ok().filter(|side| (2..=8).contains(side))
    }
}

const DIRECTORIES: usize = 8;

const ORIENTATION: u16 = 0x0112;
const XMP: u16 = 0x02bc;
const EXIF: u16 = 0x8769;
const POSITION: u16 = 0x8825;
const INTEROPERABILITY: u16 = 0xa005;

/// What tags say (Exif 2.32, TIFF 6.0, GeoTIFF, and what Windows and Photoshop add).
const SAYINGS: &[(&[u16], &[Removed])] = &[
    (&[0x830e, 0x8480, 0x8482, 0x85d8, 0x87af, 0x87b0, 0x87b1, POSITION], &[Removed::Position]),
    (
        &[
            0x010f, 0x0110, 0x829a, 0x829d, 0x8822, 0x8824, 0x8827, 0x8828, 0x8830, 0x8831, 0x8832, 0x8833, 0x9102,
            0x9201, 0x9202, 0x9203, 0x9204, 0x9205, 0x9206, 0x9207, 0x9208, 0x9209, 0x920a, 0x9214, 0xa20b, 0xa20c,
            0xa20e, 0xa20f, 0xa210, 0xa214, 0xa215, 0xa217, 0xa300, 0xa301, 0xa302, 0xa401, 0xa402, 0xa403, 0xa404,
            0xa405, 0xa406, 0xa407, 0xa408, 0xa409, 0xa40a, 0xa40b, 0xa40c, 0xa432, 0xa433, 0xa434, 0xa460, 0xa461,
            0xa462,
        ],
        &[Removed::Camera],
    ),
    // The notes of the maker hold serial numbers, too.
    (&[0x927c], &[Removed::Camera, Removed::Identifiers]),
    (&[0x0132, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292, 0x882a], &[Removed::Times]),
    (&[0x013b, 0x8298, 0x9c9d, 0xa430], &[Removed::Author]),
    (&[0x0131, 0x013c, 0x000b], &[Removed::Software]),
    (&[0xa420, 0xa431, 0xa435, 0xc62f], &[Removed::Identifiers]),
    (&[0x010e, 0x9286, 0x9c9c], &[Removed::Comment]),
    (&[0x010d, 0x011d, 0x83bb, 0x9c9b, 0x9c9e, 0x9c9f, 0x4746, 0x4749], &[Removed::DocumentProperties]),
    // What Photoshop adds: its notes, with a small picture, and the layers.
    (&[0x8649, 0x935c, 0x02bd], &[Removed::EditingHistory]),
    (&[0x8773, 0x012d, 0x013e, 0x013f], &[Removed::ColourProfile]),
    (&[0x0201, 0x0202], &[Removed::Thumbnail]),
];

/// What tells nobody anything: sizes, versions, the colour space's number.
const TECHNICAL: &[u16] = &[
    0x00fe, 0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0111, 0x0112, 0x0115, 0x0116, 0x0117, 0x011a, 0x011b, 0x011c,
    0x0128, 0x0211, 0x0212, 0x0213, 0x0214, 0x9000, 0x9101, 0xa000, 0xa001, 0xa002, 0xa003,
];
