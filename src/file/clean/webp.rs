//! WebP (RFC 9649): keeps pixels, transparency and frames, and which side is up.

use super::pieces::Pieces;
use super::{Found, Removed, Why, exif, xmp};

/// See [`super::Cleaner`].
pub(super) fn clean(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let mut file = Pieces(bytes);
    file.expect(b"RIFF")?;
    let length = file.long_le()?;
    // The size counts to a whole number of pairs; a missing last byte of padding is common.
    let mut body = Pieces(file.take(length.min(file.0.len()))?);
    if length > body.0.len() + 1 {
        return Err(Why::Damaged);
    }
    if !file.is_empty() {
        found.remove(Removed::Appended);
    }
    body.expect(b"WEBP")?;
    let mut picture = Picture { out: b"WEBP".to_vec(), features: None, drawn: 0, upright: false };
    while !body.is_empty() {
        let (name, data) = chunk(&mut body)?;
        picture.chunk(&name, data, found)?;
    }
    picture.file()
}

struct Picture {
    /// The body, from `WEBP` on.
    out: Vec<u8>,
    /// Where the byte of features is, in a file that has one.
    features: Option<usize>,
    /// Chunks of pixels.
    drawn: usize,
    upright: bool,
}

impl Picture {
    fn chunk(&mut self, name: &[u8; 4], data: &[u8], found: &mut Found) -> Result<(), Why> {
        match name {
            b"VP8X" if self.out.len() == 4 => {
                let [features, _, _, _, size @ ..] = data.first_chunk::<10>().ok_or(Why::Damaged)?;
                self.features = Some(self.out.len() + 8);
                let canvas = [features & (ANIMATION | ALPHA), 0, 0, 0].into_iter().chain(*size);
                write(&mut self.out, name, &canvas.collect::<Vec<u8>>());
            }
            b"VP8 " | b"VP8L" => {
                self.drawn += 1;
                write(&mut self.out, name, data);
            }
            b"ALPH" | b"ANIM" => write(&mut self.out, name, data),
            b"ANMF" => {
                self.drawn += 1;
                write(&mut self.out, name, &frame(data, found)?);
            }
            b"EXIF" => {
                // Some writers put the mark of JPEG's segment in front.
                let side = exif::read(data.strip_prefix(b"Exif\0\0").unwrap_or(data), found);
                if let (Some(side), Some(at)) = (side, self.features)
                    && !std::mem::replace(&mut self.upright, true)
                {
                    self.out.get_mut(at).map(|features| *features |= ORIENTED).ok_or(Why::Damaged)?;
                    write(&mut self.out, name, &exif::upright(side));
                }
            }
            b"XMP " => xmp::read(data, found),
            b"ICCP" => found.remove(Removed::ColourProfile),
            _ => found.remove(Removed::Other),
        }
        Ok(())
    }

    fn file(self) -> Result<Vec<u8>, Why> {
        if self.drawn == 0 {
            return Err(Why::Damaged);
        }
        let length = u32::try_from(self.out.len()).map_err(|_| Why::Damaged)?;
        Ok([b"RIFF".as_slice(), &length.to_le_bytes(), &self.out].concat())
    }
}

/// One frame of an animation: its place and time, and the chunks that it is drawn from.
fn frame(data: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let mut rest = Pieces(data);
    let mut out = rest.take(FRAME_HEAD)?.to_vec();
    while !rest.is_empty() {
        let (name, data) = chunk(&mut rest)?;
        match &name {
            b"ALPH" | b"VP8 " | b"VP8L" => write(&mut out, &name, data),
            _ => found.remove(Removed::Other),
        }
    }
    Ok(out)
}

fn chunk<'a>(rest: &mut Pieces<'a>) -> Result<([u8; 4], &'a [u8]), Why> {
    let name = rest.array::<4>()?;
    let length = rest.long_le()?;
    let data = rest.take(length)?;
    if length % 2 == 1 && !rest.is_empty() {
        rest.byte()?;
    }
    Ok((name, data))
}

fn write(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend(name);
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(data);
    out.extend((data.len() % 2 == 1).then_some(0));
}

/// Bits of the byte of features.
const ANIMATION: u8 = 0x02;
const ORIENTED: u8 = 0x08;
const ALPHA: u8 = 0x10;

/// Place, size, duration and flags of a frame.
const FRAME_HEAD: usize = 16;
