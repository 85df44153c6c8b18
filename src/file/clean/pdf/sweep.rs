//! Goes through every object of a document and empties the places that are known to name people, times and programs.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::file::clean::{Found, Kept, Removed, Why, jpeg, xmp};

/// Empties the objects of a document; those left without use are still there.
pub(super) fn sweep(document: &mut Document, found: &mut Found) -> Result<(), Why> {
    let mut sweep = Sweep { packets: BTreeSet::new(), found };
    for (id, object) in &mut document.objects {
        sweep.visit(object)?;
        if let Object::Stream(stream) = object
            && is(&stream.dict, b"Type", b"Metadata")
        {
            sweep.packets.insert(*id);
        }
    }
    for id in sweep.packets {
        // Whatever still leads there leads to nothing.
        match document.objects.remove(&id) {
            Some(Object::Stream(stream)) => {
                xmp::read(&stream.get_plain_content_with_limit(PACKET_BYTES).unwrap_or_default(), found);
            }
            _ => found.remove(Removed::Other),
        }
    }
    Ok(())
}

struct Sweep<'a> {
    /// Where packets of XMP are.
    packets: BTreeSet<ObjectId>,
    found: &'a mut Found,
}

impl Sweep<'_> {
    /// The library reads no deeper than a hundred levels, so this goes no deeper.
    fn visit(&mut self, object: &mut Object) -> Result<(), Why> {
        match object {
            Object::Array(items) => items.iter_mut().try_for_each(|item| self.visit(item)),
            Object::Dictionary(dictionary) => self.dictionary(dictionary),
            Object::Stream(stream) => {
                self.dictionary(&mut stream.dict)?;
                self.picture(stream);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn dictionary(&mut self, dictionary: &mut Dictionary) -> Result<(), Why> {
        let is_signature = [&b"Sig"[..], b"DocTimeStamp"].iter().any(|name| is(dictionary, b"Type", name));
        if is_signature || dictionary.has(b"ByteRange") {
            return Err(Why::Signed);
        }
        match dictionary.remove(b"Metadata") {
            Some(Object::Reference(id)) => drop(self.packets.insert(id)),
            Some(_) => self.found.remove(Removed::Other),
            None => {}
        }
        for (key, what) in EVERYWHERE {
            self.take(dictionary, key, *what);
        }
        // TeX notes where the pictures came from: paths of the machine.
        let keys: Vec<Vec<u8>> = dictionary.iter().map(|(key, _)| key.clone()).collect();
        for key in keys.iter().filter(|key| key.starts_with(b"PTEX.")) {
            self.take(dictionary, key, Removed::Software);
        }
        if is(dictionary, b"Type", b"EmbeddedFile") {
            self.take(dictionary, b"Params", Removed::Times);
        }
        if is(dictionary, b"Type", b"Annot") || dictionary.has(b"Rect") && dictionary.has(b"Subtype") {
            self.mark(dictionary);
        }
        self.tell(dictionary);
        dictionary.iter_mut().try_for_each(|(_, value)| self.visit(value))
    }

    /// Marks that people put on a page carry their name and the time. Fields of forms are marks, too, but there the same
    /// key names the field.
    fn mark(&mut self, mark: &mut Dictionary) {
        self.take(mark, b"M", Removed::Times);
        self.take(mark, b"NM", Removed::Identifiers);
        self.take(mark, b"CreationDate", Removed::Times);
        if !is(mark, b"Subtype", b"Widget") {
            self.take(mark, b"T", Removed::Author);
            if mark.has(b"Contents") || mark.has(b"RC") {
                self.found.keep(Kept::Comments);
            }
        }
    }

    /// Says what stays.
    fn tell(&mut self, dictionary: &Dictionary) {
        for (key, what) in TOLD {
            if dictionary.has(key) {
                self.found.keep(*what);
            }
        }
        if is(dictionary, b"S", b"JavaScript") || is(dictionary, b"S", b"Launch") {
            self.found.keep(Kept::Scripts);
        }
        if dictionary.has(b"FT") && dictionary.has(b"V") {
            self.found.keep(Kept::FormData);
        }
    }

    /// Pictures inside are files of their own, with all that they say.
    fn picture(&mut self, stream: &mut Stream) {
        let filters = stream.filters().unwrap_or_default();
        let is_jpeg = |name: &&[u8]| [&b"DCTDecode"[..], b"DCT"].contains(name);
        match filters.as_slice() {
            [only] if is_jpeg(only) => match jpeg::clean(&stream.content, self.found) {
                Ok(clean) => stream.set_content(clean),
                Err(_) => self.found.keep(Kept::Pictures),
            },
            all if all.iter().any(|name| is_jpeg(name) || *name == b"JPXDecode") => self.found.keep(Kept::Pictures),
            _ => {}
        }
    }

    fn take(&mut self, dictionary: &mut Dictionary, key: &[u8], what: Removed) {
        if dictionary.remove(key).is_some() {
            self.found.remove(what);
        }
    }
}

fn is(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|value| value == name)
}

/// Keys that say the same wherever they stand.
const EVERYWHERE: &[(&[u8], Removed)] = &[
    (b"PieceInfo", Removed::EditingHistory),
    (b"LastModified", Removed::Times),
    (b"SpiderInfo", Removed::EditingHistory),
    (b"Thumb", Removed::Thumbnail),
    (b"CreatorInfo", Removed::Software),
];

/// Keys that lead to what stays.
const TOLD: &[(&[u8], Kept)] = &[
    (b"EmbeddedFiles", Kept::Attachments),
    (b"EF", Kept::Attachments),
    (b"RichMediaContent", Kept::Attachments),
    (b"XFA", Kept::FormData),
    (b"OCProperties", Kept::Layers),
    (b"JavaScript", Kept::Scripts),
    (b"JS", Kept::Scripts),
];

/// What of a packet is unpacked to name what it says.
const PACKET_BYTES: usize = 1024 * 1024;
