//! A picture somebody sent, small enough to be looked at: decoded only when the person asks for it.
//!
//! It reads PNG, JPEG, WebP and the first frame of GIF, nothing else. Bytes, pixels, memory and time are bounded; one
//! picture is decoded at a time, in a thread of its own. It does not say that the picture is harmless to look at.

use std::io::Cursor;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbaImage, imageops};

use super::DeskError;

/// A picture to be drawn: at most [`PREVIEW_SIDE`] pixels wide and high.
#[derive(Clone, PartialEq, Eq)]
pub struct Preview {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// Decodes a picture and makes it small. Waits for it, up to [`PREVIEW_TIME`]: not for an asynchronous thread.
///
/// [`DeskError::TooMuch`]: over a limit. [`DeskError::Unreadable`]: none of the four kinds, or damaged.
/// [`DeskError::Slow`]: it takes too long, or another one that took too long is not done yet.
pub fn preview(bytes: Vec<u8>) -> Result<Preview, DeskError> {
    if bytes.len() > PREVIEW_BYTES {
        return Err(DeskError::TooMuch);
    }
    if BUSY.swap(true, Ordering::AcqRel) {
        return Err(DeskError::Slow);
    }
    let busy = Busy;
    let (done, result) = sync_channel(1);
    let decode = move || {
        // The decoders are not ours: if one panics after all, the picture counts as unreadable.
        let decoded = catch_unwind(AssertUnwindSafe(|| decoded(&bytes))).unwrap_or(Err(DeskError::Unreadable));
        drop(busy);
        // Nobody waits any longer if it took too long.
        done.send(decoded).ok();
    };
    let thread = std::thread::Builder::new().name("preview".to_owned()).spawn(decode);
    thread.map_err(|_| DeskError::Denied)?;
    result.recv_timeout(PREVIEW_TIME).unwrap_or_else(|error| match error {
        RecvTimeoutError::Timeout => Err(DeskError::Slow),
        RecvTimeoutError::Disconnected => Err(DeskError::Unreadable),
    })
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Preview({} x {})", self.width, self.height)
    }
}

/// While it lives, no other picture is decoded.
struct Busy;

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.store(false, Ordering::Release);
    }
}

static BUSY: AtomicBool = AtomicBool::new(false);

fn decoded(bytes: &[u8]) -> Result<Preview, DeskError> {
    let (picture, side) = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => still(bytes, format)?,
        Ok(ImageFormat::Gif) => (first_frame(bytes)?, Orientation::NoTransforms),
        _ => return Err(DeskError::Unreadable),
    };
    let large = picture.width().max(picture.height()) > PREVIEW_SIDE;
    let mut small = if large { picture.thumbnail(PREVIEW_SIDE, PREVIEW_SIDE) } else { picture };
    small.apply_orientation(side);
    let small = small.into_rgba8();
    Ok(Preview { width: small.width(), height: small.height(), rgba: small.into_raw() })
}

fn still(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), DeskError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    check(width, height)?;
    let side = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(unreadable)?, side))
}

/// The first frame, where it stands on the screen of the film.
fn first_frame(bytes: &[u8]) -> Result<DynamicImage, DeskError> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    options.check_frame_consistency(true);
    options.set_memory_limit(gif::MemoryLimit::Bytes(NonZeroU64::new(DECODER_BYTES).ok_or(DeskError::TooMuch)?));
    let mut film = options.read_info(Cursor::new(bytes)).map_err(unreadable)?;
    let (width, height) = (u32::from(film.width()), u32::from(film.height()));
    check(width, height)?;
    let frame = film.read_next_frame().map_err(unreadable)?.ok_or(DeskError::Unreadable)?;
    let pixels = RgbaImage::from_raw(frame.width.into(), frame.height.into(), frame.buffer.to_vec());
    let mut screen = RgbaImage::new(width, height);
    imageops::replace(&mut screen, &pixels.ok_or(DeskError::Unreadable)?, frame.left.into(), frame.top.into());
    Ok(DynamicImage::ImageRgba8(screen))
}

fn check(width: u32, height: u32) -> Result<(), DeskError> {
    match u64::from(width) * u64::from(height) {
        0 => Err(DeskError::Unreadable),
        1..=PREVIEW_PIXELS => Ok(()),
        _ => Err(DeskError::TooMuch),
    }
}

fn unreadable(error: impl std::error::Error) -> DeskError {
    tracing::debug!(%error, "a picture could not be decoded");
    DeskError::Unreadable
}

/// The largest picture file that is decoded: a photograph of a good camera.
pub const PREVIEW_BYTES: usize = 32 * 1024 * 1024;

/// The largest picture that is decoded, in pixels: 4096 by 4096. A file of a few bytes can claim any size.
pub const PREVIEW_PIXELS: u64 = 4_096 * 4_096;

/// The longest side of what comes out, in pixels: about what a conversation can show.
pub const PREVIEW_SIDE: u32 = 1_024;

/// How long a picture is waited for. The largest takes about a second.
pub const PREVIEW_TIME: Duration = Duration::from_secs(10);

/// What a decoder may allocate: eight bytes for each pixel, and some room to work.
const DECODER_BYTES: u64 = 192 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// Tests take turns, as pictures do.
    fn shown(bytes: Vec<u8>) -> Result<Preview, DeskError> {
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        preview(bytes)
    }

    fn picture(width: u32, height: u32) -> DynamicImage {
        RgbaImage::from_pixel(width, height, image::Rgba([200, 10, 10, 255])).into()
    }

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn film(width: u16, height: u16, frame: (u16, u16)) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut film = gif::Encoder::new(&mut bytes, width, height, &[200, 10, 10, 0, 0, 0]).unwrap();
        for colour in [0, 1] {
            let pixels = vec![colour; usize::from(frame.0) * usize::from(frame.1)];
            film.write_frame(&gif::Frame::from_indexed_pixels(frame.0, frame.1, pixels, None)).unwrap();
        }
        drop(film);
        bytes
    }

    #[test]
    fn every_kind_is_shown_small() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let shown = shown(written(&picture(2_048, 512), format)).unwrap();
            assert_eq!((shown.width, shown.height), (1_024, 256), "{format:?}");
            assert_eq!(shown.rgba.len(), 1_024 * 256 * 4);
            assert_eq!(shown.rgba[..4], [200, 10, 10, 255]);
        }
        let rgb = DynamicImage::from(picture(2_048, 512).into_rgb8());
        assert_eq!(shown(written(&rgb, ImageFormat::Jpeg)).map(|shown| shown.height), Ok(256));
        let small = shown(written(&picture(3, 2), ImageFormat::Png)).unwrap();
        assert_eq!((small.width, small.height), (3, 2), "a small picture is not blown up");
    }

    #[test]
    fn the_first_frame_of_a_film_is_shown_on_its_screen() {
        let shown = shown(film(40, 30, (20, 10))).unwrap();
        assert_eq!((shown.width, shown.height), (40, 30));
        assert_eq!((&shown.rgba[..4], shown.rgba.last()), (&[200, 10, 10, 255][..], Some(&0)));
    }

    #[test]
    fn a_picture_stands_upright() {
        use image::ImageEncoder;
        let sideways = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
        encoder.set_exif_metadata(sideways.to_vec()).unwrap();
        picture(8, 4).into_rgb8().write_with_encoder(encoder).unwrap();
        let shown = shown(bytes).unwrap();
        assert_eq!((shown.width, shown.height), (4, 8));
    }

    #[test]
    fn what_claims_or_holds_too_much_is_refused() {
        assert_eq!(shown(vec![0; PREVIEW_BYTES + 1]), Err(DeskError::TooMuch));
        assert_eq!(shown(film(u16::MAX, u16::MAX, (1, 1))), Err(DeskError::TooMuch));
        let large = DynamicImage::new_luma8(4_096, 4_097);
        assert_eq!(shown(written(&large, ImageFormat::Png)), Err(DeskError::TooMuch));
    }

    #[test]
    fn other_kinds_and_damage_are_unreadable() {
        let sound = written(&picture(300, 300), ImageFormat::Png);
        let cut = sound[..sound.len() / 2].to_vec();
        for bytes in
            [b"".to_vec(), b"BM......".to_vec(), b"<svg/>".to_vec(), b"II*\0....".to_vec(), b"GIF89a".to_vec(), cut]
        {
            assert_eq!(shown(bytes), Err(DeskError::Unreadable));
        }
        assert!(shown(sound).is_ok(), "one that failed holds up none that follows");
    }

    #[test]
    fn debug_shows_no_pixels() {
        assert_eq!(format!("{:?}", shown(film(2, 2, (1, 1))).unwrap()), "Preview(2 x 2)");
    }
}
