//! What the tests of this room share.

use std::path::Path;

use pelure_onion::ServiceKey;
use rusqlite::Connection;
use zeroize::Zeroizing;

use super::migrations::{self, STEPS};
use super::{
    Arrival, Blob, ContactId, Cost, FileSource, IdentityId, Incoming, MessageKey, NewContact, NewOffer, NewText,
    Passphrase, Stamp, TransferId, Vault, VaultError, Write, connection,
};
use crate::wire::{Body, Emoji, Epoch, FileKind, FileName, MessageId, MessageText, Offer, Random};

/// Random bytes that are the same in every run.
pub(super) struct Counting(u64);

impl Counting {
    pub(super) fn new() -> Self {
        Self(0)
    }
}

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub(super) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

pub(super) fn key(n: u8) -> ServiceKey {
    ServiceKey::from_seed(Zeroizing::new([n; 32])).unwrap()
}

pub(super) fn traceless() -> Vault {
    Vault::traceless(&mut Counting::new()).unwrap()
}

pub(super) fn on_disk(dir: &Path) -> Vault {
    Vault::create(dir, &passphrase("right"), Cost::DANGEROUSLY_CHEAP, &mut Counting::new()).unwrap()
}

/// Adds the contact whose key is `key(n)`, asked and not yet accepted, with the epoch `[n; 8]`.
pub(super) fn contact(vault: &mut Vault, identity: IdentityId, n: u8) -> ContactId {
    let new = NewContact {
        identity,
        address: key(n).address(),
        name: "Ann Example",
        accepted: false,
        request_text: "it is me",
        out_epoch: Epoch([n; 8]),
        created: 1,
    };
    vault.write(|w| w.add_contact(&new)).unwrap()
}

/// What was queued.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) key: MessageKey,
    pub(super) seq: u64,
}

impl Write<'_> {
    /// Queues a plain text.
    pub(super) fn queue(
        &self,
        contact: ContactId,
        id: MessageId,
        text: &str,
        time: i64,
        handed: bool,
    ) -> Result<Placed, VaultError> {
        let text = &self::text(text);
        let new = NewText { contact, text, reply_to: None, expires_in: None };
        let key = self.queue_text(&new, Stamp { id, time, handed })?;
        Ok(Placed { key, seq: self.contact(contact)?.out_next - 1 })
    }
}

pub(super) fn text(text: &str) -> MessageText {
    MessageText::new(text.to_owned()).unwrap()
}

pub(super) fn plain(text: &str) -> Body {
    Body::Text { text: self::text(text), reply_to: None, expires_in: None }
}

pub(super) fn onion() -> Emoji {
    Emoji::new("🧅").unwrap()
}

/// A file of so many bytes; an empty one has its one hash.
pub(super) fn offer(size: u64) -> Offer {
    let name = FileName::new("letter.pdf".to_owned()).unwrap();
    let root = if size == 0 { blake3::hash(&[]).into() } else { [5; 32] };
    Offer { name, kind: FileKind::File, size, root, expires_in: None }
}

pub(super) fn path(path: &str) -> FileSource {
    FileSource::Path { path: path.into(), mark: vec![1; 40] }
}

pub(super) fn blob(n: u8) -> Blob {
    Blob { name: [n; 16], key: Zeroizing::new([n; 32]) }
}

pub(super) fn sealed(n: u8) -> FileSource {
    FileSource::Blob(blob(n))
}

/// Offers something of ours.
pub(super) fn ours(
    vault: &mut Vault,
    contact: ContactId,
    offer: &Offer,
    source: &FileSource,
    stamp: Stamp,
) -> TransferId {
    let removed = &["GPS position".to_owned(), "camera".to_owned()];
    vault.write(|w| w.queue_offer(&NewOffer { contact, offer, source, top: b"top", removed }, stamp)).unwrap()
}

/// A profile with one contact, whose epoch of ours is `[2; 8]`.
pub(super) fn talk() -> (Vault, ContactId, Stamps) {
    talk_in(traceless())
}

/// The same in a database that was not encrypted.
pub(super) fn talk_in_clear(path: &Path) -> (Vault, ContactId, Stamps) {
    let mut db = connection::in_clear(path);
    migrations::furnish(&mut db).unwrap();
    talk_in(Vault { db, home: None })
}

fn talk_in(mut vault: Vault) -> (Vault, ContactId, Stamps) {
    let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
    let ann = contact(&mut vault, me, 2);
    (vault, ann, Stamps(0))
}

/// Names that differ.
pub(super) struct Stamps(u8);

impl Stamps {
    pub(super) fn id(&mut self) -> MessageId {
        self.0 += 1;
        MessageId([self.0; 16])
    }

    pub(super) fn next(&mut self, handed: bool) -> Stamp {
        Stamp { id: self.id(), time: 7, handed }
    }
}

/// The other side, which numbers and names what it says.
pub(super) struct Peer {
    contact: ContactId,
    epoch: Epoch,
    seq: u64,
}

impl Peer {
    pub(super) fn new(contact: ContactId) -> Self {
        Self { contact, epoch: Epoch([9; 8]), seq: 0 }
    }

    /// The same after it lost its memory.
    pub(super) fn fresh(contact: ContactId) -> Self {
        Self { contact, epoch: Epoch([10; 8]), seq: 0 }
    }

    pub(super) fn says(&mut self, vault: &mut Vault, body: &Body) -> Arrival {
        let mut id = [200; 16];
        id[..8].copy_from_slice(&self.seq.to_be_bytes());
        self.names(vault, MessageId(id), body)
    }

    pub(super) fn names(&mut self, vault: &mut Vault, id: MessageId, body: &Body) -> Arrival {
        self.seq += 1;
        let incoming = Incoming { contact: self.contact, epoch: self.epoch, seq: self.seq, id, time: 5, body };
        vault.write(|w| w.receive(&incoming)).unwrap()
    }
}

/// Makes an empty database one of version 1, with an identity and two conversations, half of them indexed.
pub(super) fn version_1(db: &Connection) {
    db.execute_batch(STEPS[0]).unwrap();
    db.execute_batch(VERSION_1).unwrap();
    let own = key(1);
    let address = own.address();
    let identity = (&own.seed()[..], &address.public_key()[..]);
    db.execute("UPDATE identity SET seed = ?1, address = ?2", identity).unwrap();
    for n in [1u8, 2] {
        let address = key(n + 1).address();
        db.execute("UPDATE contact SET address = ?2 WHERE id = ?1", (n, &address.public_key()[..])).unwrap();
    }
}

const VERSION_1: &str = "
    CREATE TABLE schema (version INTEGER NOT NULL) STRICT;
    INSERT INTO schema (version) VALUES (1);
    INSERT INTO secret VALUES ('files', zeroblob(32));
    INSERT INTO identity (name, seed, address) VALUES ('desk', zeroblob(32), zeroblob(32));
    INSERT INTO contact (identity, address, name, accepted, request_text, out_epoch, out_next, out_acked, created)
        VALUES (1, zeroblob(32), 'Ann', 1, '', zeroblob(8), 3, 1, 1),
               (1, randomblob(32), 'Ben', 1, '', zeroblob(8), 1, 0, 1);
    UPDATE contact SET unread = 1, unread_bytes = 4 WHERE name = 'Ben';
    INSERT INTO message (contact, message_id, state, seq, handed, time, text) VALUES
        (1, x'01010101010101010101010101010101', 'delivered', NULL, 1, 1, 'two words'),
        (1, x'02020202020202020202020202020202', 'received', NULL, 0, 1, 'three words here'),
        (1, x'03030303030303030303030303030303', 'queued', 2, 0, 1, 'four words are here'),
        (2, x'04040404040404040404040404040404', 'received', NULL, 0, 1, 'words');
    INSERT INTO search (rowid, text, shelf) SELECT id, text, shelf FROM shelved WHERE id <= 2;
    UPDATE searchable SET upto = 2;";
