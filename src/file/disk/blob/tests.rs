//! What is sealed comes back, what is not whole does not open, and nothing of it lies in clear.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proptest::prelude::*;

use super::*;

const KEY: [u8; 32] = [7; 32];
const NAME: BlobName = [0xab; 16];
const STRIDE: usize = BLOCK + TAG;

fn bytes(size: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(size).collect()
}

fn store(dir: &Path) -> BlobStore {
    BlobStore::new(dir.join("files"), None)
}

fn file(dir: &Path) -> std::path::PathBuf {
    dir.join("files").join("ab".repeat(16))
}

/// Writes the blocks of these numbers.
fn write(blob: &OpenBlob, content: &[u8], numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        let block = content.chunks(BLOCK).nth(number as usize).unwrap();
        blob.write_block(number, block).unwrap();
    }
}

fn sealed(dir: &Path, content: &[u8]) -> OpenBlob {
    store(dir).seal(NAME, &KEY, content).unwrap()
}

fn whole(blob: &OpenBlob) -> Result<Vec<u8>, DiskError> {
    let mut bytes = vec![0; blob.size() as usize];
    blob.read_at(0, &mut bytes).map(|()| bytes)
}

#[test]
fn every_size_around_a_block_comes_back_whatever_the_order() {
    for size in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 17] {
        let dir = tempfile::tempdir().unwrap();
        let content = bytes(size);
        let blob = store(dir.path()).create(NAME, &KEY, size as u64).unwrap();
        let blocks = size.div_ceil(BLOCK) as u32;
        write(&blob, &content, (0..blocks).rev());
        blob.sync().unwrap();
        drop(blob);
        let blob = store(dir.path()).open(NAME, &KEY, size as u64).unwrap();
        assert_eq!(whole(&blob), Ok(content.clone()), "{size}");
        for (number, block) in (0..).zip(content.chunks(BLOCK)) {
            assert_eq!(blob.read_block(number).unwrap()[..], *block, "{size}");
        }
        assert_eq!(fs::metadata(file(dir.path())).unwrap().len(), sealed_len(size as u64));
        assert_eq!(blob.read_block(blocks), Err(NO_BLOCK));
        assert_eq!(blob.write_block(blocks, &[1]), Err(NO_BLOCK));
        assert_eq!(blob.write_block(u32::MAX, &[1]), Err(NO_BLOCK));
        assert_eq!(blob.read_at(size as u64, &mut [0]), Err(NO_BLOCK));
    }
}

#[test]
fn a_block_of_another_length_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let blob = store(dir.path()).create(NAME, &KEY, 2 * BLOCK as u64 - 1).unwrap();
    for (number, length) in [(0, 0), (0, BLOCK - 1), (0, BLOCK + 1), (1, BLOCK), (1, BLOCK - 2)] {
        assert_eq!(blob.write_block(number, &vec![1; length]), Err(NO_BLOCK), "{number} {length}");
    }
    assert_eq!(fs::metadata(file(dir.path())).unwrap().len(), 0);
}

#[test]
fn damage_anywhere_closes_the_block_it_is_in_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let content = bytes(3 * BLOCK - 100);
    drop(sealed(dir.path(), &content));
    let good = fs::read(file(dir.path())).unwrap();
    let ends = [0, STRIDE, 2 * STRIDE, good.len()];
    for block in 0..3 {
        let (from, to) = (ends[block], ends[block + 1]);
        // The first and last byte of the text, and each of the tag.
        for at in [from, from + 1, to - TAG - 1].into_iter().chain(to - TAG..to) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(file(dir.path()), &bad).unwrap();
            let blob = store(dir.path()).open(NAME, &KEY, content.len() as u64).unwrap();
            let opened: Vec<bool> = (0..3).map(|number| blob.read_block(number).is_ok()).collect();
            assert!((0..3).all(|number| opened[number] == (number != block)), "byte {at}");
            assert_eq!(blob.read_block(block as u32), Err(DiskError::Damaged));
            let mut piece = [9; 32];
            assert_eq!(blob.read_at((block * BLOCK) as u64 + 5, &mut piece), Err(DiskError::Damaged));
            assert_eq!(piece, [9; 32], "nothing of it came out");
        }
    }
}

#[test]
fn what_was_moved_cut_or_exchanged_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let content = bytes(3 * BLOCK);
    drop(sealed(dir.path(), &content));
    let good = fs::read(file(dir.path())).unwrap();
    let size = content.len() as u64;
    let open = |key: &[u8; 32], name, size| store(dir.path()).open(name, key, size).unwrap();
    assert_eq!(open(&[8; 32], NAME, size).read_block(0), Err(DiskError::Damaged), "another key");
    // Said to be shorter: the block that would be the last was not sealed as the last.
    assert_eq!(open(&KEY, NAME, size - BLOCK as u64).read_block(1), Err(DiskError::Damaged));
    assert_eq!(open(&KEY, NAME, size + 1).read_block(2), Err(DiskError::Damaged));
    let other = [0xcd; 16];
    fs::write(dir.path().join("files").join("cd".repeat(16)), &good).unwrap();
    assert_eq!(open(&KEY, other, size).read_block(0), Err(DiskError::Damaged), "under another name");
    let mut swapped = good.clone();
    swapped[..2 * STRIDE].rotate_left(STRIDE);
    fs::write(file(dir.path()), &swapped).unwrap();
    assert_eq!(open(&KEY, NAME, size).scan(0..3).unwrap(), [2]);
    for cut in [0, 1, STRIDE - 1, 2 * STRIDE, good.len() - 1] {
        fs::write(file(dir.path()), &good[..cut]).unwrap();
        let blob = open(&KEY, NAME, size);
        assert_eq!(blob.read_block(2), Err(DiskError::Damaged), "cut to {cut}");
        assert_eq!(blob.scan(0..3).unwrap().len(), cut / STRIDE, "cut to {cut}");
    }
}

#[test]
fn holes_stay_holes_and_what_was_written_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let size = 1u64 << 36;
    let blob = store(dir.path()).create(NAME, &KEY, size);
    // A disk with less than 64 GiB free says so; then a smaller file does.
    let (blob, size) = match blob {
        Ok(blob) => (blob, size),
        Err(error) => {
            assert_eq!(error, DiskError::Full);
            (store(dir.path()).create(NAME, &KEY, 1 << 26).unwrap(), 1 << 26)
        }
    };
    let last = u32::try_from(size / BLOCK as u64 - 1).unwrap();
    let there = [0, 1, last / 2, last];
    for number in there {
        blob.write_block(number, &vec![number as u8; BLOCK]).unwrap();
    }
    blob.sync().unwrap();
    let blob = store(dir.path()).open(NAME, &KEY, size).unwrap();
    assert_eq!(blob.scan([0, 1, 2, last / 2 - 1, last / 2, last - 1, last, u32::MAX]).unwrap(), there);
    assert_eq!(blob.read_block(last).unwrap()[..], vec![last as u8; BLOCK]);
    assert_eq!(blob.read_block(2), Err(DiskError::Damaged));
    let taken = std::os::unix::fs::MetadataExt::blocks(&fs::metadata(file(dir.path())).unwrap()) * 512;
    assert!(taken < 16 * BLOCK as u64, "{taken} bytes for four blocks");
}

#[test]
fn a_block_may_be_written_again_with_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let content = bytes(BLOCK + 5);
    let blob = sealed(dir.path(), &content);
    let before = fs::read(file(dir.path())).unwrap();
    write(&blob, &content, [0, 1, 0]);
    assert_eq!(fs::read(file(dir.path())).unwrap(), before);
}

/// 64 bytes of the plain file are nowhere in the directory, not even by chance.
#[test]
fn no_plain_bytes_lie_in_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let content = "The quick brown fox jumps over the lazy dog, and nobody may know of it. ".repeat(4_000).into_bytes();
    let blob = store(dir.path()).create(NAME, &KEY, content.len() as u64).unwrap();
    write(&blob, &content, [0, 2]);
    blob.read_at(70, &mut [0; 100]).unwrap();
    write(&blob, &content, [1, 3, 4]);
    blob.sync().unwrap();
    let mut files = 0;
    for entry in fs::read_dir(dir.path().join("files")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        files += 1;
        for plain in content[..72 * 3].windows(16).step_by(7) {
            assert!(!bytes.windows(16).any(|window| window == plain));
        }
    }
    assert_eq!(files, 1);
    assert_eq!(whole(&blob).unwrap(), content);
    assert!(!format!("{blob:?} {:?}", store(dir.path())).contains("7, 7"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_piece_is_read_as_from_the_plain_file(
        size in 1usize..4 * BLOCK,
        pieces in prop::collection::vec((any::<prop::sample::Index>(), 0usize..2 * BLOCK), 1..12),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let content = bytes(size);
        let blob = sealed(dir.path(), &content);
        for (at, length) in pieces {
            let from = at.index(size);
            let length = length.min(size - from);
            let mut piece = vec![0; length];
            prop_assert_eq!(blob.read_at(from as u64, &mut piece), Ok(()));
            prop_assert_eq!(&piece[..], &content[from..from + length]);
            let mut beyond = vec![0; size - from + 1];
            prop_assert!(blob.read_at(from as u64, &mut beyond).is_err());
        }
    }
}

#[test]
fn the_store_lists_its_own_files_and_touches_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    assert_eq!(store.names(), Ok(Vec::new()), "before there is a directory");
    store.remove(NAME).unwrap();
    assert!(store.room().unwrap() > 0);
    store.seal(NAME, &KEY, b"content").unwrap();
    let strange = ["letter.txt", "ab", &"AB".repeat(16), &"ab".repeat(17), &"zz".repeat(16)];
    for name in strange {
        fs::write(dir.path().join("files").join(name), "mine").unwrap();
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&dir.path().join("files")), mode(&file(dir.path()))), (0o700, 0o600));
    assert_eq!(store.names(), Ok(vec![NAME]));
    assert_eq!(store.create(NAME, &KEY, 1).err(), Some(DiskError::Exists));
    store.remove(NAME).unwrap();
    assert_eq!(store.open(NAME, &KEY, 7).err(), Some(DiskError::Missing));
    assert_eq!(fs::read_dir(dir.path().join("files")).unwrap().count(), strange.len());
    // Where a link stands in the place of a blob, it is not followed.
    std::os::unix::fs::symlink(dir.path().join("files/letter.txt"), file(dir.path())).unwrap();
    assert_eq!(store.open(NAME, &KEY, 7).err(), Some(DiskError::Circle));
    assert_eq!(store.create(NAME, &KEY, 7).err(), Some(DiskError::Exists));
    assert_eq!(fs::read(dir.path().join("files/letter.txt")).unwrap(), b"mine");
}

#[test]
fn what_was_promised_counts_as_taken() {
    let dir = tempfile::tempdir().unwrap();
    let most = 10 * STRIDE as u64;
    let store = BlobStore::new(dir.path().join("files"), Some(most));
    assert_eq!(store.room().unwrap(), 10 * BLOCK as u64);
    assert_eq!(store.create(NAME, &KEY, 10 * BLOCK as u64 + 1).err(), Some(DiskError::Full));
    let first = store.create(NAME, &KEY, 6 * BLOCK as u64).unwrap();
    assert_eq!(store.room().unwrap(), 4 * BLOCK as u64);
    assert_eq!(store.create([1; 16], &KEY, 4 * BLOCK as u64 + 1).err(), Some(DiskError::Full));
    first.write_block(5, &vec![1; BLOCK]).unwrap();
    assert_eq!(store.room().unwrap(), 4 * BLOCK as u64, "what is written was promised");
    let second = store.create([1; 16], &KEY, 4 * BLOCK as u64).unwrap();
    assert_eq!((second.size(), store.room()), (4 * BLOCK as u64, Ok(0)));
    store.remove(NAME).unwrap();
    assert_eq!(store.room().unwrap(), 6 * BLOCK as u64);
    // After a restart what was not opened yet counts as it is.
    let again = BlobStore::new(dir.path().join("files"), Some(most));
    assert_eq!(again.room().unwrap(), 10 * BLOCK as u64);
    again.open([1; 16], &KEY, 4 * BLOCK as u64).unwrap();
    assert_eq!(again.room().unwrap(), 6 * BLOCK as u64);
}

#[test]
fn what_could_not_be_sealed_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = BlobStore::new(dir.path().join("files"), Some(BLOCK as u64));
    assert_eq!(store.seal(NAME, &KEY, &vec![1; BLOCK]).err(), Some(DiskError::Full));
    assert_eq!(store.names(), Ok(Vec::new()));
}
