//! Backups: what comes back, what does not, and what damage does.

use super::super::testing::{
    Counting, Peer, blob, contact, key, offer, on_disk, onion, ours, passphrase, plain, sealed, talk, text as words,
    traceless, version_1,
};
use super::super::{
    Arrival, ContactState, Fault, FileSource, Held, Incoming, MessageKey, MessageState, Page, TransferId, TransferState,
};
use super::*;
use crate::wire::{Author, Body, Epoch, Expiry, FileFailure, Target};

const CHEAP: Cost = Cost::DANGEROUSLY_CHEAP;

/// Two delivered, one recalled, two owed; one received; a request, a refusal, Tor's state.
fn fill(vault: &mut Vault) -> ContactId {
    let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
    let ann = contact(vault, me, 2);
    vault
        .write(|w| {
            for n in 1..=5u8 {
                w.queue(ann, MessageId([n; 16]), &format!("treasure {n}"), i64::from(n), n < 3)?;
            }
            w.ack(ann, Epoch([2; 8]), 2, 0)?;
            w.recall(MessageKey(3))?;
            let epoch = Epoch([8; 8]);
            let theirs =
                Incoming { contact: ann, epoch, seq: 4, id: MessageId([9; 16]), time: 9, body: &plain("treasure!") };
            w.receive(&theirs)?;
            w.accept_contact(ann)?;
            w.verify_contact(ann, true)?;
            w.add_request(me, &key(7).address(), "hello", 1)?;
            w.put_setting("language", "fr")?;
            w.put_road("guards.json", b"guards")
        })
        .unwrap();
    ann
}

fn back_up(vault: &mut Vault, path: &Path) {
    vault.export(path, &passphrase("backup"), CHEAP, &mut Counting::new()).unwrap();
}

#[test]
fn a_profile_comes_back_under_new_epochs_and_without_tors_state() {
    let dir = tempfile::tempdir().unwrap();
    // A name that would mean something inside a URI.
    let path = dir.path().join("a backup?mode=rw#%41.pelure");
    let mut first = on_disk(&dir.path().join("one"));
    let ann = fill(&mut first);
    back_up(&mut first, &path);
    let before = first.read(|r| r.contact(ann)).unwrap();
    let all = Page { before: None, after: None, limit: 99 };
    let bytes = fs::read(&path).unwrap();

    for mut second in [on_disk(&dir.path().join("two")), traceless()] {
        let wrong = second.import(&path, &passphrase("right"), &mut Counting::new());
        assert_eq!(wrong, Err(VaultError::WrongPassphrase));
        second.import(&path, &passphrase("backup"), &mut Counting::new()).unwrap();
        let after = second.read(|r| r.contact(ann)).unwrap();
        assert_eq!((after.state, after.verified, after.restored), (ContactState::Accepted, true, true));
        assert_ne!(after.out_epoch, before.out_epoch);
        assert_eq!((after.out_next, after.out_acked, after.unread), (3, 0, 1));
        let owed = second.read(|r| r.outbox(ann, 0, 9)).unwrap();
        assert_eq!(owed.iter().map(|q| (q.seq, q.id.0[0])).collect::<Vec<_>>(), [(1, 4), (2, 5)]);
        assert_eq!(second.read(|r| r.messages(ann, all)), first.read(|r| r.messages(ann, all)));
        assert_eq!(second.read(|r| r.search("treasure", Some(ann), 9)).unwrap().len(), 6);
        assert_eq!(second.read(|r| r.marks(ann)).unwrap(), [(Epoch([8; 8]), 4)]);
        assert_eq!(second.read(|r| r.requests(None)), first.read(|r| r.requests(None)));
        assert_eq!(second.read(|r| r.setting("language")).unwrap().as_deref(), Some("fr"));
        assert_eq!(second.read(|r| r.road()).unwrap(), []);
        let next = second.write(|w| w.queue(ann, MessageId([6; 16]), "more", 1, false)).unwrap();
        assert_eq!((next.seq, next.key > MessageKey(6)), (3, true));
        assert_eq!(second.read(|r| r.message(MessageKey(3))).unwrap().state, MessageState::Recalled);
        let again = second.import(&path, &passphrase("backup"), &mut Counting::new());
        assert_eq!(again, Err(VaultError::NotEmpty { what: "this profile" }));
    }
    assert_eq!(fs::read(&path).unwrap(), bytes, "importing changes nothing in the backup");
}

#[test]
fn what_is_owed_is_numbered_anew_and_what_belongs_to_messages_comes_along() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    let (mut first, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let [one, two, three, four] = [true, true, true, false]
        .map(|handed| first.write(|w| w.queue(ann, stamp.id(), "before", 1, handed)).unwrap().key);
    first.write(|w| w.ack(ann, Epoch([2; 8]), 1, 1)).unwrap();
    first
        .write(|w| {
            w.edit(one, &words("never sent"), stamp.next(false))?;
            w.edit(one, &words("after"), stamp.next(false))?;
            w.delete(two, stamp.next(true))?;
            w.react(three, Some(onion()), stamp.next(true))?;
            w.set_terms(ann, Some(Expiry::from_seconds(60).ok()), Some(true), stamp.next(false))?;
            w.forget(four)?;
            w.put_draft(ann, "half a sen")
        })
        .unwrap();
    let Arrival::New(gone) = peer.names(&mut first, MessageId([77; 16]), &plain("theirs")) else { panic!() };
    first.write(|w| w.forget(gone)).unwrap();
    back_up(&mut first, &path);

    let mut second = traceless();
    second.import(&path, &passphrase("backup"), &mut Counting::new()).unwrap();
    let bodies = |vault: &Vault| -> Vec<(u64, Option<Body>)> {
        vault.read(|r| r.outbox(ann, 0, 99)).unwrap().into_iter().map(|q| (q.seq, q.body)).collect()
    };
    let owed: Vec<_> = (1..).zip(bodies(&first).into_iter().map(|(_, body)| body).filter(Option::is_some)).collect();
    assert_eq!((bodies(&second).len(), bodies(&second)), (5, owed), "a text, an edit, a deletion, a reaction, terms");
    assert_eq!(second.read(|r| r.message(two)).unwrap().state, MessageState::Recalled);
    assert_eq!(second.read(|r| r.history(one)), first.read(|r| r.history(one)));
    assert_eq!(second.read(|r| r.message(three)).unwrap().reaction_mine, Some(onion()));
    assert_eq!(second.read(|r| r.draft(ann)).unwrap(), "half a sen");
    let (before, after) = (first.read(|r| r.contact(ann)).unwrap(), second.read(|r| r.contact(ann)).unwrap());
    assert_eq!((after.expires_in, after.receipts_mine), (before.expires_in, true));
    assert_eq!(after.terms_version, before.terms_version);
    assert_eq!(Peer::fresh(ann).names(&mut second, MessageId([77; 16]), &plain("theirs")), Arrival::Nothing);
}

#[test]
fn a_backup_of_version_1_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    let random = &mut Counting::new();
    let secret = DatabaseKey::draw(random);
    let db = super::super::connection::open(&path, &secret).unwrap();
    version_1(&db);
    db.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    drop(db);
    write_key(&path, Slot::wrap(&secret, &passphrase("backup"), CHEAP, random).unwrap()).unwrap();
    let mut vault = traceless();
    vault.import(&path, &passphrase("backup"), random).unwrap();
    let people = vault.read(|r| r.contacts(None)).unwrap();
    assert_eq!(people.iter().map(|c| (c.unread, c.terms_version)).collect::<Vec<_>>(), [(0, 0), (1, 0)]);
    assert_eq!(vault.read(|r| r.search("words", None, 9)).unwrap().len(), 4);
    assert_eq!(vault.read(|r| r.outbox(people[0].id, 0, 9)).unwrap().len(), 1);
}

#[test]
fn a_traceless_profile_can_be_backed_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    let mut first = traceless();
    fill(&mut first);
    back_up(&mut first, &path);
    let mut second = traceless();
    second.import(&path, &passphrase("backup"), &mut Counting::new()).unwrap();
    assert_eq!(second.read(|r| r.identities()).unwrap().len(), 1);
}

#[test]
fn a_backup_overwrites_nothing_and_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    fs::write(&path, "mine").unwrap();
    let mut vault = traceless();
    let refused = vault.export(&path, &passphrase("backup"), CHEAP, &mut Counting::new());
    assert!(matches!(refused, Err(VaultError::NotEmpty { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    fs::remove_file(&path).unwrap();
    back_up(&mut vault, &path);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_damaged_backup_is_refused_and_takes_nothing_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    let mut first = traceless();
    fill(&mut first);
    back_up(&mut first, &path);
    let good = fs::read(&path).unwrap();
    let mut vault = traceless();
    let mut refused = |bytes: &[u8], what: String| {
        fs::write(&path, bytes).unwrap();
        let outcome = vault.import(&path, &passphrase("backup"), &mut Counting::new());
        assert_eq!(outcome, Err(DAMAGED), "{what}");
        assert_eq!(vault.read(|r| r.identities()).unwrap(), []);
    };
    // Pages that hold no row (the root of an empty index, a free page) are not read: the first pages always are.
    for at in (0..2 * PAGE as usize).step_by(1_021).chain((good.len() - PAGE as usize..good.len()).step_by(7)) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        refused(&bad, format!("byte {at}"));
    }
    for length in [0, 1, PAGE as usize, good.len() / 2, good.len() - PAGE as usize, good.len() - 1] {
        refused(&good[..length], format!("cut to {length}"));
    }
}

/// Files themselves are in no backup: what can be fetched again is offered again, what cannot is said to be lost.
#[test]
fn transfers_come_back_without_their_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    let (mut first, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let mut theirs = |vault: &mut Vault, size| -> TransferId {
        let Arrival::Offered(key) = peer.says(vault, &Body::Offer(offer(size))) else { panic!() };
        key.into()
    };
    let [offered, half, whole, declined] = [1, 2, 3, 4].map(|size| theirs(&mut first, size));
    let lies = FileSource::Path { path: "/home/treasure".into(), mark: b"mark of treasure".to_vec() };
    let [untold, told, done] =
        [false, true, true].map(|handed| ours(&mut first, ann, &offer(9), &lies, stamp.next(handed)));
    first
        .write(|w| {
            w.accept_transfer(half, &blob(1))?;
            w.put_have(half, 1, b"have", Some(b"top"))?;
            w.pause_transfer(half, true, Some(Fault::Failure(FileFailure::NoSpace)))?;
            w.accept_transfer(whole, &blob(2))?;
            w.queue_fate(whole, Fate::Done, stamp.next(true))?;
            w.queue_fate(declined, Fate::Declined, stamp.next(true)).map(drop)
        })
        .unwrap();
    let target = Target { id: first.read(|r| r.transfer(done)).unwrap().message, author: Author::You };
    peer.says(&mut first, &Body::Fate { target, fate: Fate::Done });
    back_up(&mut first, &path);

    let mut second = traceless();
    second.import(&path, &passphrase("backup"), &mut Counting::new()).unwrap();
    let row = |id| second.read(|r| r.transfer(id)).unwrap();
    for (id, state, fault) in [
        (offered, TransferState::Offered, None),
        (half, TransferState::Offered, None),
        (whole, TransferState::Failed, Some(Fault::NotInBackup)),
        (declined, TransferState::Declined, None),
        (untold, TransferState::Cancelled, None),
        (told, TransferState::Cancelled, None),
        (done, TransferState::Done, None),
    ] {
        let row = row(id);
        assert_eq!((row.state, row.fault, row.paused, row.source), (state, fault, false, None), "{id}");
        assert_eq!(second.read(|r| r.held(id)).unwrap(), Held::default());
    }
    assert_eq!((row(half).done, row(half).size, row(done).removed.len()), (0, 2, 2));
    let sent: Vec<Body> = second.read(|r| r.outbox(ann, 0, 99)).unwrap().into_iter().filter_map(|q| q.body).collect();
    let cancelled = Target { id: row(told).message, author: Author::Me };
    assert!(
        sent.contains(&Body::Offer(offer(9)))
            && sent.contains(&Body::Fate { target: cancelled, fate: Fate::Cancelled })
    );
    assert_eq!(
        sent.iter().filter(|body| matches!(body, Body::Offer(_))).count(),
        2,
        "the one that was never told is not"
    );
    // It can be accepted again, and is whole then.
    second.write(|w| w.accept_transfer(half, &blob(3))).unwrap();
    assert_eq!(second.read(|r| r.blobs()).unwrap(), [[3; 16]]);
}

#[test]
fn a_backup_holds_no_key_and_no_place_of_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    let (mut first, ann, mut stamp) = talk();
    let lies = FileSource::Path { path: "/home/treasure".into(), mark: b"mark of treasure".to_vec() };
    ours(&mut first, ann, &offer(9), &lies, stamp.next(true));
    ours(&mut first, ann, &offer(9), &sealed(7), stamp.next(true));
    back_up(&mut first, &path);
    let vault = traceless();
    let key = read_key(&path).unwrap().unwrap(&passphrase("backup")).unwrap();
    attach(&vault.db, uri(&path).unwrap(), &key).unwrap();
    let count = |sql: &str| -> i64 { vault.db.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM backup.transfer"), 2);
    let empty = "path IS NULL AND mark IS NULL AND blob IS NULL AND blob_key IS NULL AND top IS NULL AND have IS NULL";
    assert_eq!(count(&format!("SELECT count(*) FROM backup.transfer WHERE {empty}")), 2);
    assert_eq!(count("SELECT count(*) FROM backup.sqlite_schema WHERE name = 'shred'"), 0);
}
