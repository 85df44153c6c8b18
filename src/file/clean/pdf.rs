//! PDF (ISO 32000): empties the places where a document says who made it, and writes it anew without former states.
//!
//! What belongs to its pages stays: text, fonts, colour profiles, what was drawn under something else, the inner names
//! of things. What is known to say more than the pages show is named ([`super::Kept`]).

mod sweep;

use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::xref::XrefType;
use lopdf::{Dictionary, Document, LoadOptions, Object, SaveOptions};

use super::{Found, Removed, Why};

/// See [`super::Cleaner`].
pub(super) fn clean(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    // The library is not ours: if it panics after all, the file counts as damaged.
    catch_unwind(AssertUnwindSafe(|| cleaned(bytes, found))).unwrap_or(Err(Why::Damaged))
}

fn cleaned(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let mut document = load(bytes)?;
    let pages = document.get_pages().len();
    if document.revision_count() > 1 {
        found.remove(Removed::EditingHistory);
    }
    properties(&mut document, found);
    // What nothing leads to is no part of the document: it goes before anything is found in it.
    document.prune_objects();
    sweep::sweep(&mut document, found)?;
    document.prune_objects();
    if pages == 0 || document.get_pages().len() != pages {
        return Err(Why::Damaged);
    }
    save(&mut document)
}

fn load(bytes: &[u8]) -> Result<Document, Why> {
    let options = LoadOptions { max_decompressed_size: Some(UNPACKED_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) | lopdf::Error::UnsupportedSecurityHandler(_) => {
            Why::Protected
        }
        _ => Why::Damaged,
    })?;
    if document.is_encrypted() || document.was_encrypted() || document.trailer.has(b"Encrypt") {
        return Err(Why::Protected);
    }
    // A table guessed from the bytes may bring former states back.
    if document.xref_recovery == Some(lopdf::xref::XrefRecovery::Reconstructed) {
        Err(Why::Damaged)
    } else {
        Ok(document)
    }
}

/// The document's own properties: those named by the trailer, of which only the way to the pages stays.
fn properties(document: &mut Document, found: &mut Found) {
    let info = document.trailer.get(b"Info").ok().cloned();
    match info {
        Some(Object::Reference(id)) => {
            if let Ok(info) = document.get_dictionary(id) {
                note(info, found);
            }
            document.objects.remove(&id);
        }
        Some(Object::Dictionary(info)) => note(&info, found),
        _ => {}
    }
    if document.trailer.has(b"ID") || document.trailer.has(b"DocChecksum") {
        found.remove(Removed::Identifiers);
    }
    let mut trailer = Dictionary::new();
    if let Ok(root) = document.trailer.get(b"Root") {
        trailer.set("Root", root.clone());
    }
    document.trailer = trailer;
    document.binary_mark = BINARY_MARK.to_vec();
}

fn note(info: &Dictionary, found: &mut Found) {
    for (key, _) in info.iter() {
        found.remove(match key.as_slice() {
            b"Author" => Removed::Author,
            b"Creator" | b"Producer" => Removed::Software,
            b"CreationDate" | b"ModDate" => Removed::Times,
            key if key.starts_with(b"PTEX") => Removed::Software,
            _ => Removed::DocumentProperties,
        });
    }
}

fn save(document: &mut Document) -> Result<Vec<u8>, Why> {
    let modern = matches!(document.reference_table.cross_reference_type, XrefType::CrossReferenceStream);
    let options = SaveOptions::builder().use_object_streams(modern).use_xref_streams(modern).build();
    // The writer numbers what it adds from here on: above everything that is named, even if it is not there.
    let named = document.traverse_objects(|_| {}).into_iter().map(|(number, _)| number).max();
    let there = document.objects.keys().next_back().map(|(number, _)| *number);
    document.max_id = named.max(there).filter(|number| *number <= OBJECTS).ok_or(Why::Damaged)?;
    let mut bytes = Vec::new();
    document.save_with_options(&mut bytes, options).map_err(|_| Why::Damaged)?;
    Ok(bytes)
}

/// What one packed piece of a document may unpack to: above any real one, far below the machine's memory.
const UNPACKED_BYTES: usize = 32 * 1024 * 1024;

/// The highest number of an object, by the standard.
const OBJECTS: u32 = 8_388_607;

/// The second line of each file, which says that it is not text; programs write their own.
const BINARY_MARK: [u8; 4] = [0xe2, 0xe3, 0xcf, 0xd3];
