//! TIFF (6.0): writes each page anew, from the tags that its pixels are drawn with and from the pixels.
//!
//! Raw pictures of cameras, which borrow this form, pixels coded as JPEG, and files over 4 GiB (BigTIFF) are not cleaned.

use super::ifd::{ENTRY, Entry, Ifd};
use super::{Found, Kind, Removed, Why, exif};

/// See [`super::Cleaner`].
pub(super) fn clean(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let (ifd, mut next) = Ifd::open(bytes)?;
    let mut file = File { out: bytes.get(..4).unwrap_or_default().to_vec(), link: 4, little: ifd.is_little() };
    file.long(0);
    let mut pages = 0;
    let mut drawn = 0;
    while next != 0 {
        let (entries, following) = ifd.directory(next)?;
        let page = Page::read(&ifd, &entries, found)?;
        pages += 1;
        // Pages that share pixels could be written out as many times the file, and directories may lead in circles.
        drawn += page.pixels.iter().map(|piece| piece.len()).sum::<usize>();
        if pages > PAGES || drawn > bytes.len() {
            return Err(Why::Damaged);
        }
        if page.small {
            found.remove(Removed::Thumbnail);
        } else {
            file.page(&page)?;
        }
        next = following;
    }
    // Nothing but small pictures: the large one is somewhere else.
    if file.link == 4 { Err(RAW) } else { Ok(file.out) }
}

/// A page: its tags, with their values as they are in the file, and its pixels in strips or tiles.
struct Page<'a> {
    tags: Vec<(Entry, &'a [u8])>,
    pixels: Vec<&'a [u8]>,
    /// The tag under which the places of the pixels are listed.
    places: u16,
    /// A reduced picture of another page.
    small: bool,
}

impl<'a> Page<'a> {
    fn read(ifd: &Ifd<'a>, entries: &[Entry], found: &mut Found) -> Result<Self, Why> {
        let number =
            |tag: u16| entries.iter().find(|entry| entry.tag == tag).map(|entry| ifd.number(entry)).transpose();
        let list = |tag: u16| entries.iter().find(|entry| entry.tag == tag).map(|entry| ifd.numbers(entry)).transpose();
        let is_raw = entries.iter().any(|entry| RAW_TAGS.contains(&entry.tag));
        if is_raw || !COMPRESSIONS.contains(&number(259)?.unwrap_or(1)) || number(262)?.is_none_or(|way| way > COLOURS)
        {
            return Err(RAW);
        }
        let small = number(254)?.is_some_and(|kind| kind & 1 == 1);
        if let Some(inner) = list(SUB_DIRECTORIES)? {
            inner_pages(ifd, &inner, found)?;
        }
        let (places, lengths) = match (list(273)?, list(324)?) {
            (Some(places), None) => ((273, places), list(279)?),
            (None, Some(places)) => ((324, places), list(325)?),
            _ => return Err(Why::Damaged),
        };
        let lengths = lengths.filter(|lengths| lengths.len() == places.1.len()).ok_or(Why::Damaged)?;
        let pixels = places.1.iter().zip(lengths).map(|(at, length)| ifd.at(*at, length)).collect::<Result<_, _>>()?;
        let mut tags: Vec<(Entry, &[u8])> = Vec::new();
        for entry in entries {
            let stays = KEPT.contains(&entry.tag) && NUMBERS.contains(&entry.kind);
            let again = tags.last().is_some_and(|(last, _)| last.tag >= entry.tag);
            match entry.tag {
                SUB_DIRECTORIES => {}
                // Tags stand in order, each once.
                _ if stays && again => return Err(Why::Damaged),
                _ if stays => tags.push((entry.clone(), ifd.raw(entry)?)),
                EXIF | POSITION => {
                    let block = block(ifd, entry)?;
                    exif::read(&block, found);
                }
                _ => exif::note(ifd, entry, found),
            }
        }
        Ok(Self { tags, pixels, places: places.0, small })
    }
}

/// Directories inside a page may hold small pictures, which go, and nothing else.
fn inner_pages(ifd: &Ifd<'_>, places: &[usize], found: &mut Found) -> Result<(), Why> {
    for at in places {
        let (entries, _) = ifd.directory(*at)?;
        let kind = entries.iter().find(|entry| entry.tag == 254).map(|entry| ifd.number(entry)).transpose()?;
        if kind.is_none_or(|kind| kind & 1 == 0) {
            return Err(RAW);
        }
        found.remove(Removed::Thumbnail);
    }
    Ok(())
}

/// The whole file as an Exif block with a first directory that leads to where an entry points.
fn block(ifd: &Ifd<'_>, entry: &Entry) -> Result<Vec<u8>, Why> {
    let at = ifd.number(entry)?;
    let mut file = File { out: ifd.at(0, 4)?.to_vec(), link: 4, little: ifd.is_little() };
    // Only the directory itself is copied: what its entries point to is not needed to name them.
    let (entries, _) = ifd.directory(at)?;
    file.long(8);
    file.short(1);
    file.short(usize::from(entry.tag));
    file.short(4);
    file.long(1);
    file.long(26);
    file.long(0);
    file.short(entries.len());
    file.out.extend(ifd.at(at + 2, entries.len() * ENTRY)?);
    file.long(0);
    Ok(file.out)
}

/// A TIFF file being written.
struct File {
    out: Vec<u8>,
    /// Where the place of the next page is to be written.
    link: usize,
    little: bool,
}

impl File {
    fn page(&mut self, page: &Page<'_>) -> Result<(), Why> {
        let mut places = Vec::new();
        for piece in &page.pixels {
            places.push(self.out.len());
            self.out.extend(*piece);
            self.even();
        }
        let mut values = Vec::new();
        for (entry, raw) in &page.tags {
            let written = if entry.tag == page.places { self.numbers(&places) } else { raw.to_vec() };
            let at = self.out.len();
            if written.len() > 4 {
                self.out.extend(&written);
                self.even();
            }
            values.push((written, at));
        }
        let here = self.number32(self.out.len());
        self.out.get_mut(self.link..self.link + 4).ok_or(Why::Damaged)?.copy_from_slice(&here);
        self.short(page.tags.len());
        for ((entry, _), (written, at)) in page.tags.iter().zip(values) {
            self.short(usize::from(entry.tag));
            self.short(usize::from(if entry.tag == page.places { LONG } else { entry.kind }));
            self.long(entry.count as usize);
            if written.len() > 4 {
                self.long(at);
            } else {
                self.out.extend(written.iter().chain(&[0; 4]).take(4));
            }
        }
        self.link = self.out.len();
        self.long(0);
        Ok(())
    }

    fn numbers(&self, numbers: &[usize]) -> Vec<u8> {
        numbers.iter().flat_map(|number| self.number32(*number)).collect()
    }

    fn number32(&self, number: usize) -> [u8; 4] {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        if self.little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn long(&mut self, number: usize) {
        self.out.extend(self.number32(number));
    }

    fn short(&mut self, number: usize) {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        self.out.extend(if self.little { number.to_le_bytes() } else { number.to_be_bytes() });
    }

    /// Values and directories begin at even places.
    fn even(&mut self) {
        self.out.extend((self.out.len() % 2 == 1).then_some(0));
    }
}

const RAW: Why = Why::UnknownKind(Kind::Picture);

/// More pages than any fax or scan has.
const PAGES: usize = 4_096;

/// None, fax (three), LZW, deflate (two), bytes packed in runs.
const COMPRESSIONS: &[usize] = &[1, 2, 3, 4, 5, 8, 32_946, 32_773];

const EXIF: u16 = 0x8769;
const POSITION: u16 = 0x8825;
const SUB_DIRECTORIES: u16 = 330;
const LONG: u16 = 4;

/// DNG's version, and how Canon cuts its raw data.
const RAW_TAGS: &[u16] = &[50_706, 50_752];

/// The last of the ways in which pixels stand for colours, before those of raw data.
const COLOURS: usize = 10;

/// Types of values that are numbers; letters and bytes without a meaning do not stay.
const NUMBERS: &[u16] = &[1, 3, 4, 5, 8, 9, 10, 11, 12];

/// What pixels are drawn with: kind and size of the page, its coding, its colours, density, which side is up.
const KEPT: &[u16] = &[
    254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 292, 293, 296, 297, 317, 320, 322, 323,
    324, 325, 332, 334, 338, 339, 340, 341, 529, 530, 531, 532,
];
