//! A copy is whole or not there, nothing is overwritten, and no name leads outside.

use std::os::unix::fs::PermissionsExt;

use super::super::BlobStore;
use super::*;

const KEY: [u8; 32] = [7; 32];

fn sealed(dir: &Path, content: &[u8]) -> OpenBlob {
    BlobStore::new(dir.join("sealed"), None).seal([1; 16], &KEY, content).unwrap()
}

fn on(_: u64) -> bool {
    true
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A bundle of these files and its number of files.
fn bundle(files: &[(&[&str], &str)]) -> (Vec<u8>, u32) {
    let path = |path: &[&str]| path.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let list = files.iter().map(|(at, text)| (path(at), text.len() as u64)).collect();
    let manifest = Manifest::new(list).unwrap();
    let mut bytes = manifest.to_bytes();
    for entry in manifest.entries() {
        let (_, text) = files.iter().find(|(at, _)| path(at) == entry.path).unwrap();
        bytes.extend(text.as_bytes());
    }
    (bytes, files.len() as u32)
}

/// Everything below `dir`, files with their text.
fn tree(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(tree(&entry.path()).into_iter().map(|inside| format!("{name}/{inside}")));
        } else {
            found.push(format!("{name}: {}", fs::read_to_string(entry.path()).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_copy_is_whole_private_and_not_executable() {
    for size in [0, 1, PIECE, 2 * PIECE + 70_000] {
        let dir = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        let target = dir.path().join("letter.sh");
        let mut told = Vec::new();
        let mut watch = |done| {
            told.push(done);
            true
        };
        save(&sealed(dir.path(), &content), &target, &mut watch).unwrap();
        assert_eq!((fs::read(&target).unwrap(), mode(&target)), (content, 0o600));
        assert!(told.is_sorted() && told.iter().all(|done| *done <= size as u64));
    }
}

#[test]
fn nothing_is_overwritten_or_followed() {
    let dir = tempfile::tempdir().unwrap();
    let blob = sealed(dir.path(), b"received");
    let at = |name: &str| dir.path().join(name);
    fs::write(at("mine"), "mine").unwrap();
    fs::create_dir(at("folder")).unwrap();
    std::os::unix::fs::symlink(at("mine"), at("link")).unwrap();
    std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
    let (bytes, files) = bundle(&[(&["a"], "a")]);
    let folder = BlobStore::new(at("sealed"), None).seal([2; 16], &KEY, &bytes).unwrap();
    for name in ["mine", "folder", "link", "dangling"] {
        assert_eq!(save(&blob, &at(name), &mut on), Err(DiskError::Exists), "{name}");
        assert_eq!(save_folder(&folder, files, &at(name), &mut on), Err(DiskError::Exists), "{name}");
    }
    assert_eq!(fs::read(at("mine")).unwrap(), b"mine");
    assert!(!at("nowhere").exists() && at("folder").is_dir());
    assert_eq!(save(&blob, &at("no/such/folder"), &mut on), Err(DiskError::Missing));
    assert_eq!(save_folder(&folder, files, &at("no/such/folder"), &mut on), Err(DiskError::Missing));
}

#[test]
fn what_fails_on_the_way_leaves_nothing_but_what_others_put_there() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("letter");
    // The last block was never written.
    let blob = BlobStore::new(dir.path().join("sealed"), None).create([3; 16], &KEY, 3 * PIECE as u64).unwrap();
    for number in 0..40 {
        blob.write_block(number, &[1; 64 * 1024]).unwrap();
    }
    assert_eq!(save(&blob, &target, &mut on), Err(DiskError::Damaged));
    assert!(!target.exists());
    let mut twice = |done| done < PIECE as u64;
    assert_eq!(save(&blob, &target, &mut twice), Err(DiskError::Stopped));
    assert!(!target.exists());
    // Somebody replaces the file while it is written: that one is not ours.
    let mut replaced = |done| {
        if done > 0 {
            fs::remove_file(&target).unwrap();
            fs::write(&target, "mine").unwrap();
        }
        done == 0
    };
    assert_eq!(save(&blob, &target, &mut replaced), Err(DiskError::Stopped));
    assert_eq!(fs::read(&target).unwrap(), b"mine");

    let (bytes, files) = bundle(&[(&["a", "one"], "1"), (&["b", "two"], "2")]);
    let folder = BlobStore::new(dir.path().join("sealed"), None).seal([2; 16], &KEY, &bytes).unwrap();
    let target = dir.path().join("folder");
    assert_eq!(save_folder(&folder, files, &target, &mut |done| done < 1), Err(DiskError::Stopped));
    assert!(!target.exists());
    let mut added = |done| {
        fs::write(target.join("a/mine"), "mine").unwrap();
        done < 1
    };
    assert_eq!(save_folder(&folder, files, &target, &mut added), Err(DiskError::Stopped));
    assert_eq!(tree(&target), ["a/mine: mine"]);
}

#[test]
fn a_folder_comes_out_as_it_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let (bytes, files) = bundle(&[(&["b.txt"], "b"), (&["a", "deep", "er.txt"], "deep"), (&["a", "empty"], "")]);
    let target = dir.path().join("folder");
    save_folder(&sealed(dir.path(), &bytes), files, &target, &mut on).unwrap();
    assert_eq!(tree(&target), ["a/deep/er.txt: deep", "a/empty: ", "b.txt: b"]);
    assert_eq!((mode(&target), mode(&target.join("a/deep")), mode(&target.join("b.txt"))), (0o700, 0o700, 0o600));
}

#[test]
fn a_list_longer_than_the_first_look_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..2_000).map(|n| format!("{n:0>80}")).collect();
    let paths: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
    let files: Vec<(&[&str], &str)> = paths.iter().map(|path| (&path[..], "x")).collect();
    let (bytes, count) = bundle(&files);
    assert!(bytes.len() as u64 > 2 * FIRST_LOOK);
    assert_eq!(manifest(&sealed(dir.path(), &bytes), count).unwrap().entries().len(), 2_000);
}

#[test]
fn names_that_lead_outside_or_harm_are_made_safe() {
    let dir = tempfile::tempdir().unwrap();
    let (bytes, files) = bundle(&[
        (&["..\\..\\up.txt"], "1"),
        (&["C:\\windows\\system32"], "2"),
        (&["con"], "3"),
        (&[".bashrc"], "4"),
        (&["a\u{202e}txt.exe"], "5"),
        (&["new\nline"], "6"),
        (&[" ", "..."], "7"),
        (&["...", " "], "8"),
    ]);
    let target = dir.path().join("folder");
    save_folder(&sealed(dir.path(), &bytes), files, &target, &mut on).unwrap();
    let found = tree(&target);
    assert_eq!(found.len(), 8, "{found:?}");
    for file in &found {
        let path = file.split(": ").next().unwrap();
        assert!(!path.split('/').any(|name| name.starts_with('.') || name.eq_ignore_ascii_case("con")), "{path}");
        assert!(!path.contains(['\\', ':', '\n', '\u{202e}']), "{path}");
    }
    let beside: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
}

#[test]
fn names_that_become_alike_get_places_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let (bytes, files) = bundle(&[
        (&["Letter.txt"], "1"),
        (&["letter.txt"], "2"),
        (&["letter (2).txt"], "3"),
        (&["letter?.txt"], "4"),
        (&["letter*.txt"], "5"),
        (&["Folder", "one"], "6"),
        (&["folder", "one"], "7"),
        (&["folder*", "one"], "8"),
    ]);
    let target = dir.path().join("folder");
    save_folder(&sealed(dir.path(), &bytes), files, &target, &mut on).unwrap();
    let found = tree(&target);
    let mut texts: Vec<&str> = found.iter().map(|file| file.split(": ").nth(1).unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["1", "2", "3", "4", "5", "6", "7", "8"], "{found:?}");
    let mut lower: Vec<String> = found.iter().map(|file| file.split(": ").next().unwrap().to_lowercase()).collect();
    lower.sort();
    lower.dedup();
    assert_eq!(lower.len(), 8, "on a disk that ignores case, too: {found:?}");
}

#[test]
fn thousands_of_names_that_become_alike_are_placed_in_time() {
    let mut made = Made::default();
    let mut places = Places::new(Path::new("/nowhere"));
    // Half of them stand where the numbers of the others would lead.
    let names =
        (2..5_000).map(|n| format!("x ({n})")).chain((0..5_000).map(|n| format!("x{}", "\u{200b}".repeat(n % 250))));
    let given: std::collections::BTreeSet<PathBuf> = names.map(|name| places.of(&[name], &mut made).unwrap()).collect();
    assert_eq!(given.len(), 9_998);
}

#[test]
fn what_is_no_bundle_is_not_unpacked() {
    let dir = tempfile::tempdir().unwrap();
    let (bytes, files) = bundle(&[(&["a"], "a")]);
    let store = BlobStore::new(dir.path().join("sealed"), None);
    let target = dir.path().join("folder");
    let refused = |n: u8, content: &[u8], files| {
        let blob = store.seal([n; 16], &KEY, content).unwrap();
        assert_eq!(save_folder(&blob, files, &target, &mut on), Err(DiskError::Damaged), "{n}");
        assert!(!target.exists());
    };
    refused(1, b"", 1);
    refused(2, b"no list", 1);
    refused(3, &bytes, files + 1);
    refused(4, &bytes[..bytes.len() - 1], files);
    refused(5, &[&bytes[..], &[0]].concat(), files);
}
