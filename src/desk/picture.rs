//! QR codes in pictures: read from a file or from pixels, written as PNG.
//!
//! It reads PNG, JPEG and WebP, nothing else, and never more than its bounds; a file that is no file (a pipe, a device)
//! is not read at all. It does not judge what a code says.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, RgbaImage, imageops};
use rustix::fs::{Mode, OFlags};

use super::DeskError;

/// A picture in grey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels(GrayImage);

impl Pixels {
    /// From four bytes per pixel.
    pub fn from_rgba(width: usize, height: usize, bytes: &[u8]) -> Result<Self, DeskError> {
        let (width, height) = (small(width)?, small(height)?);
        if u64::from(width) * u64::from(height) > PIXELS_MOST {
            return Err(DeskError::TooMuch);
        }
        let (rows, rest) = bytes.as_chunks::<4>();
        if width == 0 || height == 0 || !rest.is_empty() {
            return Err(DeskError::Unreadable);
        }
        let grey = rows.iter().map(|&[red, green, blue, alpha]| {
            let light = (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000;
            // What is transparent lies on white paper.
            let light = (light * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
            u8::try_from(light).unwrap_or(u8::MAX)
        });
        // An image of another size than its bytes is none.
        let image = (rows.len() as u64 == u64::from(width) * u64::from(height)).then(|| grey.collect());
        image.and_then(|grey| GrayImage::from_raw(width, height, grey)).map(Self).ok_or(DeskError::Unreadable)
    }

    /// From the bytes of a file.
    pub fn decode(bytes: &[u8]) -> Result<Self, DeskError> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(unreadable)?;
        if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
            return Err(DeskError::Unreadable);
        }
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(DECODER_BYTES);
        limits.max_image_width = Some(SIDE_MOST);
        limits.max_image_height = Some(SIDE_MOST);
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(unreadable)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > PIXELS_MOST {
            return Err(DeskError::TooMuch);
        }
        let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
        // Through our own grey, which knows what to make of transparency.
        let rgba = picture.into_rgba8();
        Self::from_rgba(rgba.width() as usize, rgba.height() as usize, rgba.as_raw())
    }

    /// The text of the first QR code in it that can be read.
    pub fn scan(&self) -> Result<String, DeskError> {
        let Self(image) = self;
        let (width, height) = image.dimensions();
        let longest = width.max(height);
        // A photograph is read small first: faster, and grain is gone.
        if longest > SCAN_SIDE {
            let scale = |side: u32| {
                u32::try_from(u64::from(side) * u64::from(SCAN_SIDE) / u64::from(longest)).unwrap_or(1).max(1)
            };
            let small = imageops::thumbnail(image, scale(width), scale(height));
            if let Some(text) = read(&small) {
                return Ok(text);
            }
        }
        read(image).ok_or(DeskError::NoQr)
    }
}

/// The text of the QR code in a picture file.
pub fn scan_file(path: &Path) -> Result<String, DeskError> {
    Pixels::decode(&read_file(path)?)?.scan()
}

/// Writes a QR code as a PNG that only this user can read. `dark` has `side` * `side` modules, row by row; the quiet
/// margin is added here. Refuses to overwrite.
pub fn write_qr(path: &Path, side: usize, dark: &[bool]) -> Result<(), DeskError> {
    let bytes = encode(side, dark)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = std::fs::File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).map_err(refused)?);
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // What is half written is of no use to anybody.
        std::fs::remove_file(path).ok();
        if error.kind() == std::io::ErrorKind::StorageFull { DeskError::Full } else { DeskError::Denied }
    })
}

/// A PNG of four bytes per pixel, and of nothing else.
pub(super) fn png(width: usize, height: usize, rgba: Vec<u8>) -> Result<Vec<u8>, DeskError> {
    let (width, height) = (small(width)?, small(height)?);
    if u64::from(width) * u64::from(height) > PIXELS_MOST {
        return Err(DeskError::TooMuch);
    }
    // An image of another size than its bytes is none.
    let fits = rgba.len() as u64 == u64::from(width) * u64::from(height) * 4 && !rgba.is_empty();
    let image = RgbaImage::from_raw(width, height, rgba).filter(|_| fits);
    let mut bytes = Cursor::new(Vec::new());
    image.ok_or(DeskError::Unreadable)?.write_to(&mut bytes, ImageFormat::Png).map_err(unreadable)?;
    Ok(bytes.into_inner())
}

fn encode(side: usize, dark: &[bool]) -> Result<Vec<u8>, DeskError> {
    let whole = (side + 2 * MARGIN) * MODULE;
    let edge = small(whole)?;
    let is_dark = |at: u32| {
        let at = (at as usize / MODULE).checked_sub(MARGIN)?;
        (at < side).then_some(at)
    };
    let mut image = GrayImage::from_pixel(edge, edge, image::Luma([u8::MAX]));
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        if let (Some(x), Some(y)) = (is_dark(x), is_dark(y))
            && dark.get(y * side + x) == Some(&true)
        {
            *pixel = image::Luma([0]);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).map_err(unreadable)?;
    Ok(bytes.into_inner())
}

/// All of a file that is one, and not too long.
fn read_file(path: &Path) -> Result<Vec<u8>, DeskError> {
    // Without waiting: opening a pipe would wait for its other end.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    if !std::fs::metadata(path).map_err(|error| missing(&error))?.is_file() {
        return Err(DeskError::Unreadable);
    }
    let file = std::fs::File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(refused)?);
    // Looked at again: it may have changed in between.
    let metadata = file.metadata().map_err(|error| missing(&error))?;
    if !metadata.is_file() {
        return Err(DeskError::Unreadable);
    }
    if metadata.len() > FILE_BYTES {
        return Err(DeskError::TooMuch);
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|_| DeskError::Denied)?;
    if bytes.len() as u64 > FILE_BYTES { Err(DeskError::TooMuch) } else { Ok(bytes) }
}

fn read(image: &GrayImage) -> Option<String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let light = |x: usize, y: usize| image.as_raw().get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
    prepared.detect_grids().into_iter().take(CODES_MOST).find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

fn small(side: usize) -> Result<u32, DeskError> {
    u32::try_from(side).ok().filter(|side| *side <= SIDE_MOST).ok_or(DeskError::TooMuch)
}

fn unreadable(error: impl std::error::Error) -> DeskError {
    tracing::debug!(%error, "a picture could not be read or written");
    DeskError::Unreadable
}

fn missing(error: &std::io::Error) -> DeskError {
    if error.kind() == std::io::ErrorKind::NotFound { DeskError::Missing } else { DeskError::Denied }
}

fn refused(error: rustix::io::Errno) -> DeskError {
    match error {
        rustix::io::Errno::EXIST => DeskError::Exists,
        rustix::io::Errno::NOENT => DeskError::Missing,
        rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT => DeskError::Full,
        _ => DeskError::Denied,
    }
}

/// The longest picture file that is read: more than any photograph of a code needs.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The largest picture in pixels: a good camera's. A file of a few bytes can claim any size.
pub const PIXELS_MOST: u64 = 40_000_000;

/// The longest side of a picture.
const SIDE_MOST: u32 = 32_768;

/// What a decoder may allocate: four bytes for each pixel, and some room to work.
const DECODER_BYTES: u64 = 256 * 1024 * 1024;

/// The longest side that is searched first.
const SCAN_SIDE: u32 = 1_200;

/// Codes looked at in one picture.
const CODES_MOST: usize = 16;

/// Pixels of a module in a written code: large enough to print.
const MODULE: usize = 8;

/// Light modules around a written code, as its standard asks for.
const MARGIN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "pelure";

    fn qr(text: &str) -> (usize, Vec<bool>) {
        let qr = pelure_ui::qr::Qr::of(text).unwrap();
        (qr.side(), qr.dark().to_vec())
    }

    /// A PNG of one chunk of pixels that claims any size.
    fn claiming(width: u32, height: u32) -> Vec<u8> {
        let mut honest = Cursor::new(Vec::new());
        GrayImage::new(1, 1).write_to(&mut honest, ImageFormat::Png).unwrap();
        let mut bytes = honest.into_inner();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn a_code_that_was_written_can_be_read_and_is_not_overwritten() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("code.png");
        let (side, dark) = qr(ADDRESS);
        write_qr(&path, side, &dark).unwrap();
        assert_eq!(scan_file(&path), Ok(ADDRESS.to_owned()));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(write_qr(&path, side, &dark), Err(DeskError::Exists));
        assert_eq!(write_qr(&dir.path().join("no/such"), side, &dark), Err(DeskError::Missing));
    }

    #[test]
    fn a_picture_becomes_a_png_of_its_pixels_and_nothing_else() {
        let bytes = png(2, 1, vec![1, 2, 3, 255, 9, 8, 7, 0]).unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().into_rgba8().as_raw(), &[1, 2, 3, 255, 9, 8, 7, 0]);
        assert_eq!(chunks(&bytes), ["IHDR", "IDAT", "IEND"]);
        for (width, height, length) in [(2, 1, 7), (2, 1, 12), (0, 0, 0)] {
            assert_eq!(png(width, height, vec![0; length]), Err(DeskError::Unreadable), "{width} {height} {length}");
        }
        assert_eq!(png(usize::MAX, 2, Vec::new()), Err(DeskError::TooMuch));
    }

    /// The names of the chunks of a PNG.
    fn chunks(mut bytes: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        bytes = &bytes[8..];
        while !bytes.is_empty() {
            let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
            names.push(String::from_utf8(bytes[4..8].to_vec()).unwrap());
            bytes = &bytes[12 + length..];
        }
        names
    }

    #[test]
    fn a_large_photograph_is_read_too() {
        let (side, dark) = qr(ADDRESS);
        let image = Pixels::decode(&encode(side, &dark).unwrap()).unwrap().0;
        let large = imageops::resize(&image, 4_000, 4_000, imageops::FilterType::Nearest);
        assert_eq!(Pixels(large).scan(), Ok(ADDRESS.to_owned()));
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_refused_before_it_is_made() {
        assert_eq!(Pixels::decode(&claiming(30_000, 30_000)), Err(DeskError::TooMuch));
        assert_eq!(Pixels::decode(&claiming(u32::MAX >> 1, 1)).map(drop), Err(DeskError::Unreadable));
        // The claim alone is what is refused: the same bytes with an honest size are read.
        assert_eq!(Pixels::decode(&claiming(1, 1)).map(drop), Ok(()));
    }

    #[test]
    fn a_picture_that_unpacks_to_more_than_it_may_is_refused() {
        use image::codecs::png::{CompressionType, FilterType, PngEncoder};
        // All of one colour: a few kilobytes that unpack to 64 million pixels.
        let mut bomb = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut bomb, CompressionType::Best, FilterType::NoFilter);
        GrayImage::new(8_000, 8_000).write_with_encoder(encoder).unwrap();
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        assert_eq!(Pixels::decode(&bomb), Err(DeskError::TooMuch));
    }

    #[test]
    fn what_is_not_a_picture_or_no_code_is_told_apart() {
        for noise in [&b""[..], b"hello", b"GIF89a\x01\x00\x01\x00", b"\x89PNG\r\n\x1a\n", b"<svg/>"] {
            assert_eq!(Pixels::decode(noise), Err(DeskError::Unreadable), "{noise:?}");
        }
        let white = Pixels(GrayImage::from_pixel(300, 300, image::Luma([255])));
        assert_eq!(white.scan(), Err(DeskError::NoQr));
        let mut state = 1u32;
        let noise = GrayImage::from_fn(300, 300, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Luma([u8::try_from(state >> 24).unwrap()])
        });
        assert_eq!(Pixels(noise).scan(), Err(DeskError::NoQr));
    }

    #[test]
    fn only_a_file_is_read_and_only_up_to_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(scan_file(dir.path()), Err(DeskError::Unreadable));
        assert_eq!(scan_file(Path::new("/dev/zero")), Err(DeskError::Unreadable));
        assert_eq!(scan_file(&dir.path().join("absent")), Err(DeskError::Missing));
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert_eq!(scan_file(&pipe), Err(DeskError::Unreadable));
        let long = dir.path().join("long");
        std::fs::File::create(&long).unwrap().set_len(FILE_BYTES + 1).unwrap();
        assert_eq!(scan_file(&long), Err(DeskError::TooMuch));
    }
}
