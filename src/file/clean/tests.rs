use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use lopdf::{Document, Object, Stream, dictionary};
use proptest::prelude::*;

use super::made::{self, SECRET};
use super::pieces::occurs;
use super::*;

/// Cleans what must be possible to clean; nothing secret is left, and a second time there is nothing to do.
fn cleaned(bytes: Vec<u8>) -> (Vec<u8>, Vec<Removed>, Vec<Kept>) {
    match clean("", bytes) {
        Cleaning::Cleaned { bytes, removed, kept } => {
            assert!(!occurs(SECRET.as_bytes(), &bytes), "it still tells");
            let again = clean("", bytes.clone());
            if kept.is_empty() {
                assert_eq!(again, Cleaning::Clean);
            } else {
                assert_eq!(again, Cleaning::Cleaned { bytes: bytes.clone(), removed: Vec::new(), kept: kept.clone() });
            }
            (bytes, removed, kept)
        }
        other => panic!("{other:?}"),
    }
}

/// What an independent reader still finds in the Exif of a picture.
fn exif_of(bytes: &[u8]) -> Vec<(::exif::Tag, u32)> {
    match ::exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) {
        Ok(read) => read.fields().map(|field| (field.tag, field.value.get_uint(0).unwrap_or_default())).collect(),
        Err(::exif::Error::NotFound(_)) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

fn pixels(bytes: &[u8], format: ImageFormat) -> DynamicImage {
    image::load_from_memory_with_format(bytes, format).unwrap()
}

const TOLD_BY_EXIF: [Removed; 8] = [
    Removed::Position,
    Removed::Camera,
    Removed::Times,
    Removed::Author,
    Removed::Software,
    Removed::Identifiers,
    Removed::Thumbnail,
    Removed::Comment,
];

fn told(more: &[Removed]) -> Vec<Removed> {
    // XMP adds title, identifiers and history.
    let mut told = [&TOLD_BY_EXIF, more].concat();
    told.extend([Removed::EditingHistory, Removed::DocumentProperties, Removed::Other]);
    told.sort();
    told.dedup();
    told
}

#[test]
fn nothing_told_is_left_in_a_jpeg_and_it_looks_the_same() {
    let (bytes, removed, _) = cleaned(made::jpeg());
    assert_eq!(removed, told(&[Removed::ColourProfile, Removed::Appended]));
    assert_eq!(exif_of(&bytes), [(::exif::Tag::Orientation, 6)]);
    assert_eq!(pixels(&bytes, ImageFormat::Jpeg), pixels(&made::jpeg(), ImageFormat::Jpeg));
}

#[test]
fn nothing_told_is_left_in_a_png_and_it_looks_the_same() {
    let (bytes, removed, _) = cleaned(made::png());
    assert_eq!(removed, told(&[Removed::ColourProfile, Removed::Appended]));
    assert_eq!(exif_of(&bytes), [(::exif::Tag::Orientation, 3)]);
    assert_eq!(pixels(&bytes, ImageFormat::Png), made::picture());
}

#[test]
fn nothing_told_is_left_in_a_webp_and_it_looks_the_same() {
    let (bytes, removed, _) = cleaned(made::webp());
    assert_eq!(removed, told(&[Removed::ColourProfile, Removed::Appended]));
    assert_eq!(exif_of(&bytes), [(::exif::Tag::Orientation, 8)]);
    assert_eq!(pixels(&bytes, ImageFormat::WebP).into_rgb8(), made::picture().into_rgb8());
}

#[test]
fn nothing_told_is_left_in_a_gif_and_it_plays_the_same() {
    let frames = |bytes: &[u8]| {
        let mut options = ::gif::DecodeOptions::new();
        options.allow_unknown_blocks(true);
        let mut film = options.read_info(bytes).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = film.read_next_frame().unwrap() {
            frames.push((frame.delay, frame.buffer.to_vec()));
        }
        (frames, film.repeat())
    };
    let (bytes, removed, _) = cleaned(made::gif());
    assert_eq!(removed, [Removed::Comment, Removed::ColourProfile, Removed::Appended, Removed::Other]);
    assert_eq!(frames(&bytes), frames(&made::gif()));
    assert_eq!(frames(&bytes).0.len(), 2);
}

#[test]
fn nothing_told_is_left_in_a_tiff_and_it_looks_the_same() {
    let (bytes, removed, _) = cleaned(made::tiff());
    assert_eq!(removed, told(&[]));
    assert_eq!(exif_of(&bytes).iter().find(|(tag, _)| *tag == ::exif::Tag::Orientation).unwrap().1, 6);
    let mut file = ::tiff::decoder::Decoder::new(Cursor::new(&bytes)).unwrap();
    let ::tiff::decoder::DecodingResult::U8(pixels) = file.read_image().unwrap() else { panic!("other pixels") };
    assert_eq!(&pixels, made::picture().as_rgb8().unwrap().as_raw());
    assert!(!file.more_images(), "the small picture is gone");
}

#[test]
fn nothing_told_is_left_in_a_pdf_and_its_page_stays() {
    let (bytes, removed, kept) = cleaned(made::pdf());
    assert_eq!(removed, told(&[Removed::ColourProfile, Removed::Appended]));
    assert_eq!(kept, [Kept::Comments]);
    let document = Document::load_mem(&bytes).unwrap();
    let page = *document.get_pages().get(&1).unwrap();
    assert_eq!(document.get_page_content(page), b"/P Do\n");
    let photos = document.get_page_images(page).unwrap();
    assert_eq!(pixels(photos[0].content, ImageFormat::Jpeg), pixels(&made::jpeg(), ImageFormat::Jpeg));
}

#[test]
fn what_says_nothing_is_clean() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        assert_eq!(clean("photo", made::plain(format)), Cleaning::Clean, "{format:?}");
    }
}

#[test]
fn what_is_not_cleaned_is_said() {
    for (bytes, kind) in [
        (&b"PK\x03\x04....word/document.xml"[..], Kind::Office),
        (b"\0\0\0\x18ftypheic....", Kind::Picture),
        (b"\0\0\0\x18ftypmp42....", Kind::Video),
        (b"ID3\x04....", Kind::Audio),
        (b"\x1f\x8b\x08", Kind::Archive),
        (b"hello", Kind::Text),
        (b"\x7fELF", Kind::Other),
        (b"", Kind::Other),
    ] {
        assert_eq!(clean("photo.jpg.", bytes.to_vec()), Cleaning::Cannot(Why::UnknownKind(kind)));
    }
    assert_eq!(clean("", vec![0xff; CLEAN_BYTES + 1]), Cleaning::Cannot(Why::TooLarge));
    assert!(fits(CLEAN_BYTES as u64) && !fits(CLEAN_BYTES as u64 + 1));
}

#[test]
fn a_file_cut_anywhere_before_its_end_is_damaged() {
    for plain in [made::plain(ImageFormat::Jpeg), made::plain(ImageFormat::Png), made::gif(), made::webp()] {
        let (whole, _) = match clean("", plain.clone()) {
            Cleaning::Cleaned { bytes, .. } => (bytes, ()),
            _ => (plain, ()),
        };
        for end in 12..whole.len() - 1 {
            assert_eq!(clean("", whole[..end].to_vec()), Cleaning::Cannot(Why::Damaged), "{end} of {}", whole.len());
        }
    }
}

#[test]
fn the_raw_data_of_cameras_and_unknown_codings_are_not_taken_for_tiff() {
    let raw = Cleaning::Cannot(Why::UnknownKind(Kind::Picture));
    let page = |tags: &[(u16, u32)]| {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend(u16::try_from(tags.len()).unwrap().to_le_bytes());
        for (tag, value) in tags {
            bytes.extend([tag.to_le_bytes(), 4u16.to_le_bytes()].concat());
            bytes.extend([1u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        bytes.extend([0; 8]);
        bytes
    };
    let sound = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 0), (279, 1)];
    assert!(matches!(clean("", page(&sound)), Cleaning::Cleaned { .. }), "{:?}", clean("", page(&sound)));
    for (at, tag) in [(3, (259, 7)), (3, (259, 34_713)), (4, (262, 32_803))] {
        let mut tags = sound;
        tags[at] = tag;
        assert_eq!(clean("", page(&tags)), raw, "{tag:?}");
    }
    for tag in [(330, 8), (50_706, 1)] {
        assert_eq!(clean("", page(&[&sound[..], &[tag]].concat())), raw, "{tag:?}");
    }
    assert_eq!(clean("", page(&[&[(254, 1)], &sound[..]].concat())), raw, "only a small picture");
}

#[test]
fn pages_in_a_circle_or_sharing_their_pixels_end() {
    let mut circle = made::tiff();
    let (_, first) = ifd::Ifd::open(&circle).unwrap();
    let entries = usize::from(u16::from_le_bytes([circle[first], circle[first + 1]]));
    let link = first + 2 + entries * ifd::ENTRY;
    let to = u32::try_from(first).unwrap().to_le_bytes();
    circle[link..link + 4].copy_from_slice(&to);
    assert_eq!(clean("", circle), Cleaning::Cannot(Why::Damaged));
}

#[test]
fn former_states_of_a_pdf_go() {
    let first = made::pdf();
    let mut document = lopdf::IncrementalDocument::create_from(first.clone(), Document::load_mem(&first).unwrap());
    document.new_document.add_object(Object::string_literal("later"));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert!(bytes.starts_with(&first), "the former state is in the file");
    let (clean, removed, _) = cleaned(bytes);
    assert!(removed.contains(&Removed::EditingHistory));
    assert_eq!(Document::load_mem(&clean).unwrap().revision_count(), 1);
}

#[test]
fn what_stays_in_a_pdf_is_said() {
    let with = |key: &str, value: Object| {
        let mut document = made::document();
        document.catalog_mut().unwrap().set(key, value);
        cleaned(made::saved(&mut document)).2
    };
    let files = dictionary! { "EmbeddedFiles" => dictionary! { "Names" => Vec::<Object>::new() } };
    assert_eq!(with("Names", files.into()), [Kept::Attachments, Kept::Comments]);
    let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    assert_eq!(with("OpenAction", script.into()), [Kept::Comments, Kept::Scripts]);
    let field =
        dictionary! { "FT" => "Tx", "T" => Object::string_literal("city"), "V" => Object::string_literal("Lyon") };
    let form = dictionary! { "Fields" => vec![field.into()] };
    assert_eq!(with("AcroForm", form.into()), [Kept::Comments, Kept::FormData]);
    assert_eq!(
        with("OCProperties", dictionary! { "OCGs" => Vec::<Object>::new() }.into()),
        [Kept::Comments, Kept::Layers]
    );
}

#[test]
fn a_picture_in_a_pdf_that_cannot_be_looked_into_is_said() {
    let mut document = made::document();
    let odd = document.add_object(Stream::new(dictionary! { "Filter" => "JPXDecode" }, b"jp2".to_vec()));
    document.catalog_mut().unwrap().set("Odd", odd);
    assert_eq!(cleaned(made::saved(&mut document)).2, [Kept::Comments, Kept::Pictures]);
}

#[test]
fn a_signed_or_protected_pdf_is_left_alone() {
    let mut signed = made::document();
    let signature = signed.add_object(dictionary! { "Type" => "Sig", "Name" => Object::string_literal(SECRET) });
    signed.catalog_mut().unwrap().set("Perms", dictionary! { "DocMDP" => signature });
    assert_eq!(clean("", made::saved(&mut signed)), Cleaning::Cannot(Why::Signed));
    for password in ["", "secret"] {
        let mut document = made::document();
        let version = lopdf::EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password: password,
            key_length: 128,
            permissions: lopdf::Permissions::all(),
        };
        let state = lopdf::EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        assert_eq!(clean("", made::saved(&mut document)), Cleaning::Cannot(Why::Protected), "{password:?}");
    }
}

#[test]
fn a_pdf_that_unpacks_to_much_is_refused_or_left_packed() {
    let mut document = made::document();
    let mut bomb = Stream::new(dictionary! {}, vec![0; 100_000_000]);
    bomb.compress().unwrap();
    assert!(bomb.content.len() < 1_000_000);
    let bomb = document.add_object(bomb);
    document.catalog_mut().unwrap().set("Bomb", bomb);
    document.catalog_mut().unwrap().set("Metadata", bomb);
    assert!(cleaned(made::saved(&mut document)).0.len() < 1_000_000);
    assert_eq!(clean("", b"%PDF-1.4\nnothing".to_vec()), Cleaning::Cannot(Why::Damaged));
    let deep = format!("%PDF-1.4\n1 0 obj\n{}", "[".repeat(1_000_000));
    assert_eq!(clean("", deep.into_bytes()), Cleaning::Cannot(Why::Damaged));
}

#[test]
fn debug_shows_no_bytes() {
    let shown = format!("{:?}", clean("", made::png()));
    assert!(shown.starts_with("Cleaned(") && shown.len() < 300, "{shown}");
}

fn any_telling() -> impl Strategy<Value = Vec<u8>> {
    proptest::sample::select(vec![made::jpeg(), made::png(), made::webp(), made::gif(), made::tiff(), made::pdf()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is broken in a file: it is refused, or what comes out is clean.
    #[test]
    fn a_broken_file_is_refused_or_clean(
        mut bytes in any_telling(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        end in any::<proptest::sample::Index>(),
        cut in any::<bool>(),
    ) {
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        if let Cleaning::Cleaned { bytes, kept, .. } = clean("", bytes) {
            match clean("", bytes.clone()) {
                Cleaning::Clean => prop_assert!(kept.is_empty()),
                again => prop_assert_eq!(again, Cleaning::Cleaned { bytes, removed: Vec::new(), kept }),
            }
        }
    }
}
