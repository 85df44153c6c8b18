//! A photograph as a telephone takes it: with the place, the camera, the software and the author inside.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, RgbImage};

/// The picture.
pub(crate) fn taken() -> Vec<u8> {
    let mut plain = Vec::new();
    let picture = RgbImage::from_fn(96, 64, |x, y| image::Rgb([(x * 2) as u8, (y * 3) as u8, (x ^ y) as u8]));
    JpegEncoder::new(&mut plain).encode(&picture, 96, 64, ExtendedColorType::Rgb8).unwrap();
    let mut jpeg = plain[..2].to_vec();
    jpeg.extend(segment(0xe1, &[b"Exif\0\0", exif().as_slice()].concat()));
    let xmp = format!("<x:xmpmeta xmlns:x='adobe:ns:meta/'>{}</x:xmpmeta>", String::from_utf8_lossy(SAID[3].1));
    jpeg.extend(segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()].concat()));
    jpeg.extend(segment(0xfe, SAID[4].1));
    jpeg.extend(&plain[2..]);
    jpeg
}

/// Whether both show the same.
pub(crate) fn same_picture(one: &[u8], other: &[u8]) -> bool {
    let pixels = |bytes| image::load_from_memory(bytes).unwrap().to_rgb8();
    pixels(one) == pixels(other)
}

fn segment(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, kind], length.as_slice(), body].concat()
}

/// The camera, the software, and where it was taken: 48° 51' 29.99" N. Big end first.
fn exif() -> Vec<u8> {
    let (camera, software) = (SAID[0].1, SAID[1].1);
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let text = |tag, value: &[u8], at: usize| entry(tag, 2, value.len() as u32, (at as u32).to_be_bytes());
    let first = 8;
    let texts = first + 2 + 3 * 12 + 4;
    let gps = texts + camera.len() + software.len();
    let latitude = gps + 2 + 2 * 12 + 4;
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    tiff.extend(3_u16.to_be_bytes());
    tiff.extend(text(0x0110, camera, texts));
    tiff.extend(text(0x0131, software, texts + camera.len()));
    tiff.extend(entry(0x8825, 4, 1, (gps as u32).to_be_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(camera);
    tiff.extend(software);
    tiff.extend(2_u16.to_be_bytes());
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, (latitude as u32).to_be_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(SAID[2].1);
    tiff
}

/// What it says, with a name for each.
pub(crate) const SAID: [(&str, &[u8]); 5] = [
    ("the camera", b"Fairphone of Aurelie\0"),
    ("the software", b"Darkroom 4.2 (licensed to A.)\0"),
    ("the place", b"\0\0\0\x30\0\0\0\x01\0\0\0\x33\0\0\0\x01\0\0\x0b\xb7\0\0\0\x64"),
    ("the author", b"Aurelie of the archive"),
    ("the comment", b"behind the old printing house"),
];
