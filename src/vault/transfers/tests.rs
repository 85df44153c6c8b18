//! What a row of a transfer keeps, and what is left of it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::super::testing::{Peer, offer, ours, path, plain, sealed, talk, talk_in_clear, text as words};
use super::super::{Arrival, Vault};
use super::*;
use crate::wire::{Body, Fate, FileName, Offer};

fn offered(vault: &mut Vault, peer: &mut Peer, offer: Offer) -> TransferId {
    match peer.says(vault, &Body::Offer(offer)) {
        Arrival::Offered(key) => key.into(),
        other => panic!("{other:?}"),
    }
}

fn row(vault: &Vault, id: TransferId) -> Transfer {
    vault.read(|r| r.transfer(id)).unwrap()
}

#[test]
fn what_is_offered_comes_back_as_it_was_written() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let kinds = [FileKind::File, FileKind::Folder { files: 10_000 }, FileKind::VoiceNote { seconds: u16::MAX }];
    for (kind, size) in kinds.into_iter().zip([0, 1, 1 << 36]) {
        let raw = "../\u{202e}gpj.exe \u{0}é";
        let offer = Offer { kind, name: FileName::new(raw.to_owned()).unwrap(), ..offer(size) };
        for theirs in [false, true] {
            let id = if theirs {
                offered(&mut vault, &mut peer, offer.clone())
            } else {
                ours(&mut vault, ann, &offer, &path("/home/x/letter"), stamp.next(false))
            };
            let row = row(&vault, id);
            assert_eq!((row.kind, row.size, row.name.as_str(), row.root), (kind, size, raw, offer.root));
            assert_eq!((row.incoming, row.state, row.paused, row.fault), (theirs, TransferState::Offered, false, None));
            assert_eq!((row.source.is_some(), row.done, row.finished), (!theirs, 0, None));
            let message = vault.read(|r| r.message(id.into())).unwrap();
            assert_eq!((message.text.as_str(), message.transfer, message.incoming()), (raw, Some(id), theirs));
            vault.write(|w| w.forget(id.into())).unwrap();
        }
    }
    let Arrival::New(text) = peer.says(&mut vault, &plain("no file")) else { panic!() };
    assert_eq!(vault.read(|r| r.message(text)).unwrap().transfer, None);
    assert_eq!(vault.read(|r| r.transfer(text.into())), Err(MISSING));
}

#[test]
fn where_bytes_are_is_kept_to_the_byte_and_never_shown() {
    let (mut vault, ann, mut stamp) = talk();
    let odd = PathBuf::from(OsString::from_vec(b"/tmp/\xff\xfe".to_vec()));
    let places = [FileSource::Path { path: odd, mark: vec![1, 2, 3] }, sealed(7)];
    for place in places {
        let id = ours(&mut vault, ann, &offer(9), &place, stamp.next(true));
        let row = row(&vault, id);
        assert_eq!(row.source, Some(place.clone()));
        assert_eq!(row.removed, ["GPS position", "camera"]);
        assert_eq!(row.blob().is_some(), matches!(place, FileSource::Blob(_)));
        for text in [format!("{row:?}"), format!("{place:?}")] {
            assert!(!text.contains("tmp") && !text.contains("letter") && !text.contains("7, 7"), "{text}");
        }
        assert_eq!(vault.read(|r| r.held(id)).unwrap(), Held { top: b"top".to_vec(), have: Vec::new() });
    }
}

#[test]
fn progress_is_kept_until_it_is_over() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let id = offered(&mut vault, &mut peer, offer(100));
    let put = |vault: &mut Vault, done, have: &[u8], top: Option<&[u8]>| {
        vault.write(|w| w.put_have(id, done, have, top)).unwrap()
    };
    assert!(put(&mut vault, 10, b"a", None));
    assert!(put(&mut vault, 20, b"b", Some(b"top")));
    assert!(put(&mut vault, u64::MAX, b"c", None), "a number that lies does no harm");
    assert_eq!(row(&vault, id).done, 100);
    assert_eq!(vault.read(|r| r.held(id)).unwrap(), Held { top: b"top".to_vec(), have: b"c".to_vec() });
    vault.write(|w| w.pause_transfer(id, true, Some(Fault::Failure(FileFailure::NoSpace)))).unwrap();
    assert_eq!((row(&vault, id).paused, row(&vault, id).fault), (true, Some(Fault::Failure(FileFailure::NoSpace))));
    vault.write(|w| w.pause_transfer(id, false, None)).unwrap();
    assert_eq!((row(&vault, id).paused, row(&vault, id).fault), (false, None));
    vault.write(|w| w.queue_fate(id, Fate::Declined, stamp.next(true))).unwrap();
    assert!(!put(&mut vault, 1, b"d", None));
    assert_eq!(vault.read(|r| r.held(id)).unwrap(), Held::default());
    assert_eq!(vault.write(|w| w.pause_transfer(id, true, None)), Err(OVER));
    assert_eq!(vault.write(|w| w.pause_transfer(TransferId(99), true, None)), Err(MISSING));
    assert!(!vault.write(|w| w.put_have(TransferId(99), 1, b"d", None)).unwrap());
}

#[test]
fn transfers_are_listed_newest_first_and_the_open_ones_of_everybody() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let ids: Vec<TransferId> = (0..3).map(|n| offered(&mut vault, &mut peer, offer(n))).collect();
    vault.write(|w| w.queue_fate(ids[1], Fate::Declined, stamp.next(true))).unwrap();
    let list = |contact| -> Vec<TransferId> {
        vault.read(|r| r.transfers(contact)).unwrap().into_iter().map(|row| row.id).collect()
    };
    assert_eq!(list(Some(ann)), [ids[2], ids[1], ids[0]]);
    assert_eq!(list(None), list(Some(ann)));
    assert_eq!(list(Some(ContactId(99))), []);
    let open: Vec<TransferId> = vault.read(|r| r.open_transfers()).unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(open, [ids[0], ids[2]]);
    let name = row(&vault, ids[0]).message;
    assert_eq!(vault.read(|r| r.transfer_named(ann, name, true)).unwrap().map(|row| row.id), Some(ids[0]));
    assert_eq!(vault.read(|r| r.transfer_named(ann, name, false)).unwrap(), None);
}

/// What is listed often walks an index, however long the history is.
#[test]
fn open_transfers_and_those_of_a_contact_are_found_by_an_index() {
    let (vault, ..) = talk();
    let plan = |sql: &str| -> String {
        let mut plan = vault.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> = plan.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
        steps.join("; ")
    };
    for (sql, index) in [
        (OPEN, "transfer_open"),
        (transfer_query!("WHERE t.contact = ?1 ORDER BY t.message DESC"), "transfer_of"),
        (transfer_query!("WHERE m.contact = ?1 AND m.message_id = ?2 AND (m.state = 'received') = ?3"), "message_once"),
    ] {
        let plan = plan(sql);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE") && !plan.contains("SCAN m"), "{plan}");
    }
}

/// Whatever takes a message away takes the key of its file at once, and says which file is to go.
#[test]
fn a_sealed_file_goes_with_its_message_however_that_goes() {
    type Removal = fn(&mut Vault, &mut Peer, TransferId, MessageId);
    let removals: [(&str, Removal); 5] = [
        ("forgotten", |vault, _, id, _| vault.write(|w| w.forget(id.into())).unwrap()),
        ("deleted by its author", |vault, peer, _, name| {
            assert!(matches!(peer.says(vault, &Body::Delete { target: name }), Arrival::Deleted(_)));
        }),
        ("disappeared", |vault, _, id, _| {
            vault.db.execute("UPDATE message SET expires_in = 5, expires_at = 1 WHERE id = ?1", [id]).unwrap();
            assert_eq!(vault.write(|w| w.expire(2)).unwrap().len(), 1);
        }),
        ("with the contact", |vault, _, id, _| {
            let contact = row(vault, id).contact;
            vault.write(|w| w.remove_contact(contact)).unwrap();
        }),
        ("with the identity", |vault, _, _, _| {
            let identity = vault.read(|r| r.identities()).unwrap()[0].id;
            vault.write(|w| w.remove_identity(identity)).unwrap();
        }),
    ];
    for (how, remove) in removals {
        let dir = tempfile::tempdir().unwrap();
        let (mut vault, ann, _) = talk_in_clear(&dir.path().join("vault.db"));
        let mut peer = Peer::new(ann);
        let name = MessageId([77; 16]);
        let Arrival::Offered(key) = peer.names(&mut vault, name, &Body::Offer(offer(5))) else { panic!() };
        let blob = Blob { name: *b"name of the blob", key: Zeroizing::new(*b"a key that opens what was seal'd") };
        vault.write(|w| w.accept_transfer(key.into(), &blob)).unwrap();
        vault.write(|w| w.put_have(key.into(), 5, b"blocks that are here", Some(b"hashes of its groups"))).unwrap();
        assert_eq!(vault.read(|r| r.blobs()).unwrap(), [blob.name]);
        remove(&mut vault, &mut peer, key.into(), name);
        assert_eq!(vault.read(|r| r.transfer(key.into())), Err(MISSING), "{how}");
        assert_eq!(vault.read(|r| Ok((r.blobs()?, r.to_shred()?))).unwrap(), (vec![], vec![blob.name]), "{how}");
        vault.write(|w| w.shredded(&[blob.name, [1; 16]])).unwrap();
        assert_eq!(vault.read(|r| r.to_shred()).unwrap(), [[0; 16]; 0], "{how}");
        vault.sweep().unwrap();
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let gone = |part: &[u8]| !bytes.windows(part.len()).any(|window| window == part);
            assert!(gone(b"a key that opens") && gone(b"name of the blob"), "{how}");
            assert!(gone(b"blocks that are") && gone(b"hashes of its"), "{how}");
        }
    }
}

#[test]
fn the_name_of_a_file_is_found_and_cannot_be_changed_afterwards() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let name = MessageId([77; 16]);
    let Arrival::Offered(key) = peer.names(&mut vault, name, &Body::Offer(offer(5))) else { panic!() };
    assert_eq!(vault.read(|r| r.search("LETTER", None, 9)).unwrap().len(), 1);
    let edit = Body::Edit { target: name, text: words("harmless.txt") };
    assert_eq!(peer.says(&mut vault, &edit), Arrival::Nothing);
    assert_eq!(row(&vault, key.into()).name, "letter.pdf");
    let mine = ours(&mut vault, ann, &offer(5), &sealed(3), stamp.next(true));
    let edit = vault.write(|w| w.edit(mine.into(), &words("x"), stamp.next(true)));
    assert!(matches!(edit, Err(VaultError::NotAllowed { .. })));
    assert_eq!(row(&vault, mine).name, "letter.pdf");
}
