//! Only regular files are opened, and what happens to them meanwhile is noticed.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::super::Content;
use super::*;

#[test]
fn a_file_is_read_from_anywhere_and_knows_where_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letter");
    fs::write(&path, "0123456789").unwrap();
    let source = Source::open(&path).unwrap();
    assert_eq!((source.len(), source.is_empty(), source.unchanged()), (10, false, true));
    let mut piece = [0; 4];
    source.read_at(3, &mut piece).unwrap();
    assert_eq!(&piece, b"3456");
    source.read_at(10, &mut []).unwrap();
    assert_eq!(source.read_at(7, &mut piece), Err(DiskError::Changed));
    fs::write(dir.path().join("empty"), "").unwrap();
    assert!(Source::open(&dir.path().join("empty")).unwrap().is_empty());
}

#[test]
fn what_is_no_regular_file_is_refused_by_name_and_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    // A pipe without a writer: an open that waits would never return.
    let fifo = rustix::fs::FileType::Fifo;
    let made = rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), fifo, rustix::fs::Mode::RUSR, 0);
    made.unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink(at("loop"), at("loop")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    symlink(at("pipe"), at("to the pipe")).unwrap();
    let refused = [
        (at("pipe"), DiskError::NotAFile("a pipe")),
        (at("to the pipe"), DiskError::NotAFile("a pipe")),
        (at("socket"), DiskError::NotAFile("a socket")),
        ("/dev/null".into(), DiskError::NotAFile("a device")),
        ("/dev/zero".into(), DiskError::NotAFile("a device")),
        (dir.path().to_owned(), DiskError::NotAFile("a folder")),
        (at("loop"), DiskError::Circle),
        (at("dangling"), DiskError::Missing),
        (at("absent"), DiskError::Missing),
        (at("absent/deeper"), DiskError::Missing),
    ];
    for (path, error) in refused {
        assert_eq!(Source::open(&path).err(), Some(error.clone()), "{}", path.display());
        if error != DiskError::NotAFile("a folder") {
            assert_eq!(Content::open(&path).err(), Some(error), "{}", path.display());
        }
    }
    assert_eq!(open_regular(&at("pipe")).err(), Some(DiskError::NotAFile("a pipe")), "what took its place meanwhile");
    assert_eq!(open_regular(&at("dangling")).err(), Some(DiskError::Circle));
}

#[test]
fn a_link_is_followed_to_what_it_leads_to_now() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("letter"), "mine").unwrap();
    fs::write(at("other"), "theirs").unwrap();
    symlink(at("letter"), at("link")).unwrap();
    let source = Source::open(&at("link")).unwrap();
    assert_eq!(source.path(), fs::canonicalize(at("letter")).unwrap());
    fs::remove_file(at("link")).unwrap();
    symlink(at("other"), at("link")).unwrap();
    let mut bytes = [0; 4];
    source.read_at(0, &mut bytes).unwrap();
    assert_eq!((&bytes, source.unchanged()), (b"mine", true));
}

/// Each change that a person or a program makes to a file while it is being sent.
#[test]
fn a_file_that_changed_is_known() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("written", |path| fs::write(path, "0123456780").unwrap()),
        ("longer", |path| fs::write(path, "0123456789a").unwrap()),
        ("truncated", |path| fs::write(path, "").unwrap()),
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("replaced", |path| {
            let new = path.with_extension("new");
            fs::write(&new, "0123456780").unwrap();
            fs::rename(new, path).unwrap();
        }),
        ("with its old time", |path| {
            let before = fs::metadata(path).unwrap().modified().unwrap();
            fs::write(path, "0123456780").unwrap();
            OpenOptions::new().write(true).open(path).unwrap().set_modified(before).unwrap();
        }),
    ];
    for (what, change) in changes {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter");
        fs::write(&path, "0123456789").unwrap();
        let source = Source::open(&path).unwrap();
        let before = source.fingerprint();
        settle(&path, &source);
        change(&path);
        assert!(!source.unchanged(), "{what}");
        match Source::open(&path) {
            Ok(now) => assert_ne!(now.fingerprint().to_bytes(), before.to_bytes(), "{what}"),
            Err(error) => assert_eq!((what, error), ("removed", DiskError::Missing)),
        }
    }
}

/// File systems count time in ticks: waits until a change would get another one than the file has.
fn settle(path: &Path, source: &Source) {
    let probe = path.with_extension("probe");
    loop {
        fs::write(&probe, "").unwrap();
        let now = Fingerprint::of(&fs::metadata(&probe).unwrap());
        fs::remove_file(&probe).unwrap();
        if now.touched != source.fingerprint.touched {
            return;
        }
    }
}

#[test]
fn a_file_that_may_not_be_read_is_denied() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letter");
    fs::write(&path, "mine").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read anything.
    let expected = (!rustix::process::geteuid().is_root()).then_some(DiskError::Denied);
    assert_eq!(Source::open(&path).err(), expected);
}
