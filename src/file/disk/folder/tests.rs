//! A folder reads as its list and its files, and nothing outside it is touched.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::super::Content;
use super::*;

/// Makes the files, with the folders that lead there.
fn make(root: &Path, files: &[(&str, Vec<u8>)]) {
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn whole(folder: &Folder) -> Vec<u8> {
    let mut bytes = vec![0; folder.manifest().size() as usize];
    folder.read_at(0, &mut bytes).unwrap();
    bytes
}

/// What is in a bundle, by path.
fn unpacked(bundle: &[u8], files: u32) -> BTreeMap<String, Vec<u8>> {
    let manifest = Manifest::read(bundle, bundle.len() as u64, files).unwrap();
    let content = |offset: u64, size: u64| bundle[offset as usize..(offset + size) as usize].to_vec();
    manifest.entries().iter().map(|file| (file.path.join("/"), content(file.offset, file.size))).collect()
}

#[test]
fn a_folder_is_its_files_in_order_without_links_and_empty_folders() {
    let dir = tempfile::tempdir().unwrap();
    let (root, outside) = (dir.path().join("root"), dir.path().join("outside"));
    let files = [
        ("b.txt", b"second".to_vec()),
        ("a/deep/er.txt", vec![1; 70_000]),
        ("a.txt", b"".to_vec()),
        ("é", b"accent".to_vec()),
    ];
    make(&root, &files);
    fs::create_dir_all(root.join("empty/too")).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "not theirs").unwrap();
    symlink(&outside, root.join("link to a folder")).unwrap();
    symlink(outside.join("secret"), root.join("link to a file")).unwrap();
    symlink(&root, root.join("a/loop")).unwrap();
    let folder = Folder::walk(&root).unwrap();
    assert_eq!((folder.manifest().entries().len(), folder.left_out()), (4, 3));
    let bundle = whole(&folder);
    let expected = files.map(|(path, bytes)| (path.to_owned(), bytes)).into_iter().collect::<BTreeMap<_, _>>();
    assert_eq!(unpacked(&bundle, 4), expected);
    assert!(!bundle.windows(10).any(|window| window == b"not theirs"));
    let named = |word: &str| bundle.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(!named("root") && !named("empty") && !named("link"), "no path, no folder without files");
    // Over a link to it, which the person chose.
    symlink(&root, dir.path().join("chosen")).unwrap();
    let chosen = Folder::walk(&dir.path().join("chosen")).unwrap();
    assert_eq!((chosen.path(), chosen.fingerprint()), (folder.path(), folder.fingerprint()));
}

#[test]
fn what_is_no_folder_that_can_be_sent_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("file"), "x").unwrap();
    assert_eq!(Folder::walk(&at("file")).err(), Some(DiskError::NotAFile("no folder")));
    assert_eq!(Folder::walk(&at("absent")).err(), Some(DiskError::Missing));
    fs::create_dir_all(at("empty/inside")).unwrap();
    assert_eq!(Folder::walk(&at("empty")).err(), Some(DiskError::Empty));
    let deep = |levels: usize| vec!["d"; levels].join("/");
    make(&at("deep"), &[(&format!("{}/file", deep(FOLDER_DEPTH - 1)), vec![1])]);
    assert_eq!(Folder::walk(&at("deep")).unwrap().manifest().entries().len(), 1);
    make(&at("deeper"), &[(&format!("{}/file", deep(FOLDER_DEPTH)), vec![1])]);
    assert_eq!(Folder::walk(&at("deeper")).err(), Some(DiskError::TooDeep));
    fs::create_dir(at("odd")).unwrap();
    if fs::write(at("odd").join(std::ffi::OsStr::from_bytes(b"\xff\xfe")), "x").is_ok() {
        assert_eq!(Folder::walk(&at("odd")).err(), Some(DiskError::NotText));
    }
    fs::create_dir(at("large")).unwrap();
    let sparse = File::create(at("large/one")).unwrap();
    if sparse.set_len(crate::wire::limits::FILE_BYTES).is_ok() {
        assert_eq!(Content::open(&at("large")).err(), Some(DiskError::TooLarge));
        assert_eq!(Content::open(&at("large/one")).map(|content| content.len()), Ok(1 << 36));
        sparse.set_len((1 << 36) + 1).unwrap();
        assert_eq!(Content::open(&at("large/one")).err(), Some(DiskError::TooLarge));
    }
}

#[test]
fn ten_thousand_files_are_a_folder_and_one_more_is_not() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..FOLDER_FILES {
        File::create(dir.path().join(n.to_string())).unwrap();
    }
    let folder = Folder::walk(dir.path()).unwrap();
    assert_eq!(folder.manifest().entries().len(), FOLDER_FILES as usize);
    assert_eq!(unpacked(&whole(&folder), FOLDER_FILES).len(), FOLDER_FILES as usize);
    File::create(dir.path().join("one more")).unwrap();
    assert_eq!(Folder::walk(dir.path()).err(), Some(DiskError::TooMany));
}

#[test]
fn a_file_that_changed_or_went_is_known_when_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<(String, Vec<u8>)> = (0..OPEN + 4).map(|n| (format!("{n:02}"), vec![n as u8; 10])).collect();
    for (name, bytes) in &files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let folder = Folder::walk(dir.path()).unwrap();
    let before = folder.fingerprint();
    let place = |n: usize| folder.manifest().entries()[n].offset;
    let mut byte = [0];
    folder.read_at(place(0), &mut byte).unwrap();
    assert!(folder.unchanged());
    // One that is open grows, one that was not read yet is exchanged for a link, one goes.
    fs::write(dir.path().join("00"), [9; 11]).unwrap();
    assert!(!folder.unchanged());
    fs::remove_file(dir.path().join("01")).unwrap();
    symlink("/etc/hostname", dir.path().join("01")).unwrap();
    fs::remove_file(dir.path().join("02")).unwrap();
    fs::write(dir.path().join("03"), [9; 3]).unwrap();
    assert_eq!(folder.read_at(place(1), &mut byte), Err(DiskError::Circle));
    assert_eq!(folder.read_at(place(2), &mut byte), Err(DiskError::Missing));
    assert_eq!(folder.read_at(place(3), &mut byte), Err(DiskError::Changed));
    // The others are still read, more of them than are kept open.
    for n in 4..files.len() {
        folder.read_at(place(n), &mut byte).unwrap();
        assert_eq!(byte, [n as u8]);
    }
    assert_ne!(Folder::walk(dir.path()).unwrap().fingerprint(), before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_piece_is_that_of_the_whole(
        sizes in prop::collection::vec(0usize..400, 1..20),
        pieces in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..20),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let files: Vec<(String, Vec<u8>)> =
            (0..).zip(&sizes).map(|(n, size)| (format!("{}/{n}", n % 3), vec![n as u8; *size])).collect();
        make(dir.path(), &files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect::<Vec<_>>());
        let folder = Folder::walk(dir.path()).unwrap();
        let bundle = whole(&folder);
        prop_assert_eq!(unpacked(&bundle, sizes.len() as u32), files.into_iter().collect());
        for (from, to) in pieces {
            let from = from.index(bundle.len());
            let length = to.index(bundle.len() - from + 1);
            let mut piece = vec![0; length];
            prop_assert_eq!(folder.read_at(from as u64, &mut piece), Ok(()));
            prop_assert_eq!(&piece[..], &bundle[from..from + length]);
        }
        prop_assert!(folder.read_at(bundle.len() as u64, &mut [0]).is_err());
    }
}
