use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::*;

#[test]
fn lies_in_memory_is_private_and_goes_with_its_owner() {
    let scratch = Scratch::create(None).unwrap();
    assert!(scratch.on_tmpfs());
    let path = scratch.path().to_owned();
    for dir in [&path, &scratch.state_dir(), &scratch.cache_dir()] {
        assert_eq!(fs::metadata(dir).unwrap().permissions().mode() & 0o777, 0o700);
    }
    scratch.restore(&[guards(b"{}")]).unwrap();
    drop(scratch);
    assert!(!path.exists());
}

#[test]
fn a_disk_is_used_only_when_allowed_and_is_said() {
    let disk = tempfile::tempdir().unwrap();
    let missing = disk.path().join("missing");
    assert!(matches!(Scratch::create_among(std::slice::from_ref(&missing), None), Err(ScratchError::NoTmpfs)));
    let scratch = Scratch::create_among(&[missing], Some(disk.path())).unwrap();
    assert_eq!(scratch.on_tmpfs(), is_tmpfs(disk.path()));
    assert!(scratch.path().starts_with(disk.path()));
}

#[test]
fn wipes_what_a_killed_run_left_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let live = Scratch::create_in(root.path(), false).unwrap();
    let killed = Scratch::create_in(root.path(), false).unwrap();
    let killed_path = killed.path().to_owned();
    leave_behind(killed);
    let unfinished = root.path().join("pelure-1-0123");
    let foreign = root.path().join("other-1-0123");
    let linked = root.path().join("pelure-1-link");
    fs::create_dir(&unfinished).unwrap();
    fs::create_dir(&foreign).unwrap();
    std::os::unix::fs::symlink(&foreign, &linked).unwrap();

    let next = Scratch::create_among(&[], Some(root.path())).unwrap();

    assert!(!killed_path.exists() && !unfinished.exists());
    assert!(live.path().exists() && next.path().exists() && foreign.exists() && linked.exists());
}

#[test]
fn keeps_only_the_state_that_must_survive() {
    let (first, second) = (Scratch::create(None).unwrap(), Scratch::create(None).unwrap());
    let blank = first.stamp();
    fs::create_dir_all(first.state_dir().join("hss/nickname")).unwrap();
    fs::write(first.state_dir().join("hss/nickname/ipts.json"), "{}").unwrap();
    fs::write(first.state_file("other.json"), "{}").unwrap();
    assert_eq!(first.stamp(), blank, "nothing to save");
    fs::write(first.state_file("guards.json"), "[1]").unwrap();
    assert_ne!(first.stamp(), blank);
    let saved = first.snapshot().unwrap();
    assert_eq!(saved, [guards(b"[1]")]);
    second.restore(&saved).unwrap();
    assert_eq!(second.snapshot().unwrap(), saved);
}

#[test]
fn refuses_state_that_is_not_arti_s() {
    let scratch = Scratch::create(None).unwrap();
    for name in ["../guards.json", "hss/x/ipts.json", "/etc/passwd", "other.json", ""] {
        let files = [guards(b"{}"), (name.to_owned(), vec![])];
        assert!(matches!(scratch.restore(&files), Err(ScratchError::Foreign)), "{name}");
    }
    let large = [("vanguards.json".to_owned(), vec![b' '; STATE_FILE_LIMIT + 1])];
    assert!(matches!(scratch.restore(&large), Err(ScratchError::Foreign)));
    assert_eq!(scratch.snapshot().unwrap(), []);
}

#[test]
fn a_cache_comes_back_as_it_was() {
    let (first, second) = (cache(), Scratch::create(None).unwrap());
    second.unpack_cache(&first.pack_cache().unwrap()).unwrap();
    assert_eq!(fs::read(second.cache_dir().join("dir.sqlite3")).unwrap(), b"database");
    assert_eq!(fs::read(second.cache_dir().join("dir_blobs/con_ns:sha3-256-00")).unwrap(), b"consensus");
    assert!(!second.cache_dir().join("dir.lock").exists(), "not part of the cache");
}

#[test]
fn a_cache_in_the_middle_of_a_write_is_not_taken() {
    let scratch = cache();
    fs::write(scratch.cache_dir().join("dir.sqlite3-journal"), "half").unwrap();
    assert!(matches!(scratch.pack_cache(), Err(ScratchError::Busy)));
}

#[test]
fn a_damaged_or_hostile_pack_leaves_the_cache_empty() {
    let packed = cache().pack_cache().unwrap();
    let hostile = |name: &str| {
        let mut bytes = b"pelure/arti-cache/1\n".to_vec();
        bytes.extend_from_slice(&(name.len() as u16).to_be_bytes());
        bytes.extend_from_slice(&1u64.to_be_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b'x');
        bytes
    };
    let mut cases: Vec<Vec<u8>> = (0..packed.len()).map(|end| packed[..end].to_vec()).collect();
    cases.retain(|case| !cache_is_whole(case));
    let names = ["../x", "dir_blobs/../../x", "/x", "dir_blobs/a/b", "dir_blobs/", "dir_blobs/..", "state/x", "lock"];
    cases.extend(names.map(hostile));
    let scratch = Scratch::create(None).unwrap();
    for case in cases {
        assert!(scratch.unpack_cache(&case).is_err());
        assert_eq!(fs::read_dir(scratch.cache_dir()).unwrap().count(), 0);
    }
}

proptest! {
    #[test]
    fn no_bytes_can_make_unpacking_panic_or_write_outside(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("cache");
        fs::create_dir(&inside).unwrap();
        let _ = pack::unpack(&[b"pelure/arti-cache/1\n".as_slice(), &tail].concat(), &inside);
        prop_assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}

/// Cut exactly between two files a pack is a smaller pack; the seal around it notices that.
fn cache_is_whole(packed: &[u8]) -> bool {
    let probe = tempfile::tempdir().unwrap();
    pack::unpack(packed, probe.path()).is_ok()
}

fn cache() -> Scratch {
    let scratch = Scratch::create(None).unwrap();
    fs::create_dir(scratch.cache_dir().join("dir_blobs")).unwrap();
    fs::write(scratch.cache_dir().join("dir.sqlite3"), "database").unwrap();
    fs::write(scratch.cache_dir().join("dir_blobs/con_ns:sha3-256-00"), "consensus").unwrap();
    fs::write(scratch.cache_dir().join("dir.lock"), "").unwrap();
    scratch
}

fn guards(bytes: &[u8]) -> (String, Vec<u8>) {
    ("guards.json".to_owned(), bytes.to_vec())
}

/// As if the process had been killed: the lock goes, the files stay.
fn leave_behind(scratch: Scratch) {
    let path = scratch.path().to_owned();
    let aside = path.with_file_name("aside");
    fs::rename(&path, &aside).unwrap();
    drop(scratch);
    fs::rename(&aside, &path).unwrap();
}

#[test]
fn another_tor_finds_state_and_cache_in_a_place_of_its_own() {
    let scratch = Scratch::create(None).unwrap();
    let state = [("guards.json".to_owned(), b"{}".to_vec())];
    scratch.restore(&state).unwrap();
    fs::write(scratch.cache_dir().join("dir.sqlite3"), b"cache").unwrap();
    fs::write(scratch.state_dir().join("secret"), b"of the one before").unwrap();
    let before = scratch.state_dir();
    scratch.renew().unwrap();
    assert_ne!(scratch.state_dir(), before);
    assert!(!before.exists());
    assert_eq!(scratch.snapshot().unwrap(), state);
    assert_eq!(fs::read(scratch.cache_dir().join("dir.sqlite3")).unwrap(), b"cache");
    assert_eq!(fs::read_dir(scratch.state_dir()).unwrap().count(), 1);
}

#[test]
fn without_a_place_for_another_tor_the_guards_stay() {
    let scratch = Scratch::create(None).unwrap();
    let state = [("guards.json".to_owned(), b"{}".to_vec())];
    scratch.restore(&state).unwrap();
    let (before, blocked) = (scratch.state_dir(), scratch.path().join("1"));
    fs::write(&blocked, b"in the way").unwrap();
    scratch.renew().unwrap_err();
    assert_eq!((scratch.state_dir(), scratch.snapshot().unwrap()), (before, state.to_vec()));
    // And another try finds them.
    fs::remove_file(&blocked).ok();
    scratch.renew().unwrap();
    assert_eq!(scratch.snapshot().unwrap(), state);
}
