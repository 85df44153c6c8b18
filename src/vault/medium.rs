//! What the medium of a profile cannot do: sticks know no permissions, and replace no file in one step.
//!
//! It asks the file system what it is and changes nothing.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Once;

/// Whether the file system is of a kind that sticks have (FAT, exFAT, NTFS, or one that is served by another program, as
/// those often are): permissions may be refused there, and a power cut in the middle of replacing a file may leave neither.
pub(super) fn is_simple(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|medium| SIMPLE.contains(&i128::from(medium.f_type)))
}

/// Whether others than the owner may read what is in the directory, as far as its permissions say. For a directory that
/// is not there yet, what leads to it is asked, if that is on a medium without permissions.
pub(super) fn is_open(dir: &Path) -> bool {
    match std::fs::metadata(dir) {
        Ok(found) => found.mode() & OTHERS != 0,
        Err(_) => dir.ancestors().skip(1).find(|above| above.exists()).is_some_and(is_simple),
    }
}

/// Says it, once in the life of the program.
pub(super) fn say_open() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            "the medium of the profile keeps no permissions: other users of this machine, and whoever holds the medium, can \
             copy its files; they are sealed, and it shows that they are Pelure's"
        );
    });
}

/// statfs(2): `MSDOS_SUPER_MAGIC`, exFAT, NTFS of the kernel (two), and FUSE.
const SIMPLE: [i128; 5] = [0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0x6573_5546];

/// The bits of the group and of everybody.
const OTHERS: u32 = 0o077;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_directory_is_open_if_its_permissions_say_so() {
        let dir = tempfile::tempdir().unwrap();
        for (mode, open) in [(0o700, false), (0o750, true), (0o777, true)] {
            fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_open(dir.path()), open, "{mode:o}");
        }
        assert!(!is_simple(dir.path()), "the tests run on a real file system");
        assert!(!is_open(&dir.path().join("not there yet")));
    }
}
