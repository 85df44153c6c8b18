//! Files that tell, made by encoders that share no code with the cleaners. Everything they tell holds [`SECRET`].

use std::io::Cursor;

use ::exif::{Context, Field, In, Rational, Tag, Value};
use ::tiff::encoder::{TiffEncoder, colortype};
use image::{DynamicImage, ImageFormat, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use super::png;

/// What no cleaned file may hold.
pub(super) const SECRET: &str = "Ada Lovelace";

/// A picture on which each corner differs.
pub(super) fn picture() -> DynamicImage {
    RgbImage::from_fn(24, 16, |x, y| image::Rgb([(x * 10) as u8, (y * 15) as u8, 40])).into()
}

pub(super) fn plain(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An Exif block as a telephone writes it, with a side that is up (0: without).
pub(super) fn exif(side: u16) -> Vec<u8> {
    let text = |tag, ifd_num| Field { tag, ifd_num, value: Value::Ascii(vec![SECRET.into()]) };
    let angle = || Value::Rational(vec![Rational { num: 48, denom: 1 }; 3]);
    let mut fields = vec![
        text(Tag::Make, In::PRIMARY),
        text(Tag::Artist, In::PRIMARY),
        text(Tag::Software, In::PRIMARY),
        text(Tag::ImageDescription, In::PRIMARY),
        text(Tag::DateTimeOriginal, In::PRIMARY),
        text(Tag::BodySerialNumber, In::PRIMARY),
        text(Tag(Context::Tiff, 0xdead), In::PRIMARY),
        Field { tag: Tag::GPSLatitude, ifd_num: In::PRIMARY, value: angle() },
        text(Tag::GPSAreaInformation, In::PRIMARY),
    ];
    fields.extend((side > 0).then_some(Field {
        tag: Tag::Orientation,
        ifd_num: In::PRIMARY,
        value: Value::Short(vec![side]),
    }));
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let thumbnail = [plain(ImageFormat::Jpeg), SECRET.into()].concat();
    writer.set_jpeg(&thumbnail, In::THUMBNAIL);
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, side.is_multiple_of(2)).unwrap();
    bytes.into_inner()
}

pub(super) fn xmp() -> String {
    format!(
        "<x:xmpmeta><rdf:RDF exif:GPSLatitude='48,51N' xmp:CreatorTool='{SECRET}' xmpMM:History='x' \
        xmpMM:DocumentID='{SECRET}'><dc:title>{SECRET}</dc:title></rdf:RDF></x:xmpmeta>"
    )
}

pub(super) fn jpeg() -> Vec<u8> {
    let plain = plain(ImageFormat::Jpeg);
    let (start, rest) = plain.split_at(2);
    let mut told = start.to_vec();
    let mut segment = |marker: u8, parts: &[&[u8]]| {
        let data = parts.concat();
        told.extend([0xff, 0xff, marker]);
        told.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        told.extend(data);
    };
    segment(0xe1, &[b"Exif\0\0", &exif(6)]);
    segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", xmp().as_bytes()]);
    segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", SECRET.as_bytes()]);
    segment(0xed, &[b"Photoshop 3.0\x008BIM", SECRET.as_bytes()]);
    segment(0xe7, &[SECRET.as_bytes()]);
    segment(0xfe, &[SECRET.as_bytes()]);
    [&told, rest, b"film: ", SECRET.as_bytes()].concat()
}

pub(super) fn png() -> Vec<u8> {
    let plain = plain(ImageFormat::Png);
    let (head, rest) = plain.split_at(33);
    let mut told = head.to_vec();
    for (name, data) in [
        (b"eXIf", exif(3)),
        (b"tEXt", [b"Author\0", SECRET.as_bytes()].concat()),
        (b"tEXt", [b"Software\0", SECRET.as_bytes()].concat()),
        (b"iTXt", [b"XML:com.adobe.xmp\0\0\0\0\0", xmp().as_bytes()].concat()),
        (b"iCCP", [b"screen\0\0", SECRET.as_bytes()].concat()),
        (b"tIME", vec![7, 230, 1, 2, 3, 4, 5]),
        (b"prVt", SECRET.into()),
    ] {
        told.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        told.extend(name);
        told.extend(&data);
        told.extend(png::checksum(name, &data));
    }
    [&told, rest, SECRET.as_bytes()].concat()
}

pub(super) fn webp() -> Vec<u8> {
    let plain = plain(ImageFormat::WebP);
    let size = [23, 0, 0, 15, 0, 0];
    let mut body = b"WEBP".to_vec();
    let mut chunk = |name: &[u8; 4], data: &[u8]| {
        body.extend(name);
        body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        body.extend(data);
        body.extend((data.len() % 2 == 1).then_some(0));
    };
    chunk(b"VP8X", &[&[0x2c, 0, 0, 0], size.as_slice()].concat());
    chunk(b"ICCP", SECRET.as_bytes());
    // What the encoder wrote: `RIFF`, size, `WEBP`, and one chunk of pixels.
    chunk(b"VP8L", &plain[20..]);
    chunk(b"EXIF", &exif(8));
    chunk(b"XMP ", xmp().as_bytes());
    chunk(b"prVt", SECRET.as_bytes());
    [b"RIFF", u32::try_from(body.len()).unwrap().to_le_bytes().as_slice(), &body, SECRET.as_bytes()].concat()
}

/// A film of two frames.
pub(super) fn gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut film = gif::Encoder::new(&mut bytes, 24, 16, &[0, 0, 0, 255, 255, 255]).unwrap();
    film.set_repeat(gif::Repeat::Infinite).unwrap();
    film.write_raw_extension(gif::AnyExtension(0xfe), &[SECRET.as_bytes()]).unwrap();
    film.write_raw_extension(gif::AnyExtension(0xff), &[b"ICCRGBG1012", SECRET.as_bytes()]).unwrap();
    // A packet of XMP is not cut into blocks, so it cannot be written by the encoder as it is elsewhere.
    film.write_raw_extension(gif::AnyExtension(0xff), &[b"XMP DataXMP", SECRET.as_bytes()]).unwrap();
    film.write_raw_extension(gif::AnyExtension(0x77), &[SECRET.as_bytes()]).unwrap();
    for colour in [0, 1] {
        let mut frame = gif::Frame::from_indexed_pixels(24, 16, vec![colour; 24 * 16], None);
        frame.delay = 7;
        film.write_frame(&frame).unwrap();
    }
    drop(film);
    [&bytes, SECRET.as_bytes()].concat()
}

/// A page, and then a small picture of it.
pub(super) fn tiff() -> Vec<u8> {
    use tiff::tags::Tag;
    let mut bytes = Cursor::new(Vec::new());
    let mut file = TiffEncoder::new(&mut bytes).unwrap();
    let mut position = file.extra_directory().unwrap();
    position.write_tag(Tag::Unknown(28), SECRET).unwrap();
    let position = u32::try_from(position.finish_with_offsets().unwrap().offset).unwrap();
    let mut page = file.new_image::<colortype::RGB8>(24, 16).unwrap();
    for tag in [Tag::Artist, Tag::Make, Tag::DateTime, Tag::Software, Tag::ImageDescription, Tag::Unknown(0xdead)] {
        page.encoder().write_tag(tag, SECRET).unwrap();
    }
    page.encoder().write_tag(Tag::Unknown(0x02bc), xmp().as_bytes()).unwrap();
    page.encoder().write_tag(Tag::Orientation, 6u16).unwrap();
    page.encoder().write_tag(Tag::Unknown(0x8825), position).unwrap();
    page.rows_per_strip(4).unwrap();
    page.write_data(picture().as_rgb8().unwrap().as_raw()).unwrap();
    let mut small = file.new_image::<colortype::Gray8>(12, 1).unwrap();
    small.encoder().write_tag(Tag::NewSubfileType, 1u32).unwrap();
    small.write_data(SECRET.as_bytes()).unwrap();
    drop(file);
    bytes.into_inner()
}

/// A document of one page with a picture, a comment and all that programs add.
pub(super) fn document() -> Document {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let packet =
        document.add_object(Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, xmp().into_bytes()));
    let photo = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 24, "Height" => 16, "ColorSpace" => "DeviceRGB",
        "BitsPerComponent" => 8, "Filter" => "DCTDecode", "PTEX.FileName" => Object::string_literal(SECRET),
        "Metadata" => packet,
    };
    let photo = document.add_object(Stream::new(photo, jpeg()));
    let comment = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Text", "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
        "Contents" => Object::string_literal("look here"), "T" => Object::string_literal(SECRET),
        "M" => Object::string_literal(SECRET), "NM" => Object::string_literal(SECRET),
    });
    let content = document.add_object(Stream::new(Dictionary::new(), b"/P Do".to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content, "Annots" => vec![comment.into()],
        "MediaBox" => vec![0.into(), 0.into(), 24.into(), 16.into()],
        "Resources" => dictionary! { "XObject" => dictionary! { "P" => photo } },
        "LastModified" => Object::string_literal(SECRET),
        "PieceInfo" => dictionary! { "Editor" => Object::string_literal(SECRET) },
    });
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Count" => 1, "Kids" => vec![page.into()] }.into());
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages, "Metadata" => packet });
    document.trailer.set("Root", root);
    let info = document.add_object(dictionary! {
        "Author" => Object::string_literal(SECRET), "Producer" => Object::string_literal(SECRET),
        "ModDate" => Object::string_literal(SECRET), "Title" => Object::string_literal(SECRET),
    });
    document.trailer.set("Info", info);
    document.trailer.set("ID", vec![Object::string_literal(SECRET), Object::string_literal(SECRET)]);
    document
}

pub(super) fn saved(document: &mut Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

pub(super) fn pdf() -> Vec<u8> {
    saved(&mut document())
}
