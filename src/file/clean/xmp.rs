//! What a packet of XMP says, as far as its words tell: to name it. It is removed whole, understood or not.

use super::pieces::occurs;
use super::{Found, Removed};

/// Notes what a packet says.
pub(super) fn read(packet: &[u8], found: &mut Found) {
    let beginning = packet.get(..BEGINNING).unwrap_or(packet);
    let before = found.removed.len();
    for (words, what) in WORDS {
        if words.iter().any(|word| occurs(word.as_bytes(), beginning)) {
            found.remove(*what);
        }
    }
    if found.removed.len() == before {
        found.remove(Removed::Other);
    }
}

/// How much is looked through for names: history comes last and may be megabytes.
const BEGINNING: usize = 64 * 1024;

const WORDS: &[(&[&str], Removed)] = &[
    (
        &["exif:GPS", "photoshop:City", "photoshop:Country", "Iptc4xmpCore:Location", "LocationCreated"],
        Removed::Position,
    ),
    (&["tiff:Make", "tiff:Model", "aux:", "exifEX:Lens", "exif:FNumber"], Removed::Camera),
    (&["CreateDate", "ModifyDate", "MetadataDate", "DateTimeOriginal", "DateCreated"], Removed::Times),
    (&["dc:creator", "dc:rights", "xmpRights:", "photoshop:AuthorsPosition", "photoshop:Credit"], Removed::Author),
    (&["CreatorTool", "softwareAgent", "pdf:Producer", "tiff:Software"], Removed::Software),
    (&["DocumentID", "InstanceID", "SerialNumber"], Removed::Identifiers),
    (&["xmp:Thumbnails", "xmpGImg:"], Removed::Thumbnail),
    (&["xmpMM:History", "DerivedFrom", "DocumentAncestors", "crs:"], Removed::EditingHistory),
    (&["dc:description", "exif:UserComment"], Removed::Comment),
    (&["dc:title", "dc:subject", "pdf:Keywords", "photoshop:Headline"], Removed::DocumentProperties),
];
