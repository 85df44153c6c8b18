//! What this machine is like, as far as a person should know: swap, directories in memory, the language.
//!
//! It only reads what the system shows, and says what it cannot know.

use std::path::{Path, PathBuf};

use rustix::fs::Access;

/// Whether what is in memory may reach a disk in clear: there is swap that is not known to be encrypted. Swap in
/// compressed memory (zram) is not on a disk; on a dm-crypt device it is encrypted. A file may lie on an encrypted file
/// system, which cannot be told from here: it counts as "may".
pub fn may_swap() -> bool {
    // Not readable is not known.
    std::fs::read_to_string("/proc/swaps").map_or(true, |swaps| in_clear(&swaps, is_encrypted))
}

/// Whether a directory in memory can be had, for a profile that leaves no trace.
pub fn has_tmpfs() -> bool {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    runtime.into_iter().chain([PathBuf::from("/dev/shm")]).any(|dir| is_tmpfs(&dir) && is_ours(&dir))
}

/// The language of the system, such as `fr-CH`.
pub fn language() -> Option<String> {
    sys_locale::get_locale()
}

fn in_clear(swaps: &str, is_encrypted: impl Fn(&str) -> bool) -> bool {
    let device = |line: &str| line.split_whitespace().next().map(str::to_owned);
    swaps.lines().skip(1).filter_map(device).any(|device| !device.starts_with("/dev/zram") && !is_encrypted(&device))
}

/// A dm-crypt device says so in its identifier.
fn is_encrypted(device: &str) -> bool {
    let Ok(target) = std::fs::canonicalize(device) else { return false };
    let Some(name) = target.file_name() else { return false };
    let identifier = Path::new("/sys/block").join(name).join("dm/uuid");
    std::fs::read_to_string(identifier).is_ok_and(|text| text.starts_with("CRYPT-"))
}

/// Whether we may make something there.
fn is_ours(dir: &Path) -> bool {
    rustix::fs::access(dir, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

fn is_tmpfs(dir: &Path) -> bool {
    rustix::fs::statfs(dir).is_ok_and(|file_system| u64::try_from(file_system.f_type) == Ok(TMPFS))
}

/// The magic number of tmpfs (statfs(2)).
const TMPFS: u64 = 0x0102_1994;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_counts_unless_it_is_compressed_memory_or_encrypted() {
        let head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        let swaps = |lines: &str| in_clear(&format!("{head}{lines}"), |device| device == "/dev/dm-1");
        assert!(!swaps(""));
        assert!(!swaps("/dev/zram0 partition 1 0 -2\n/dev/dm-1 partition 1 0 -3\n"));
        assert!(swaps("/dev/zram0 partition 1 0 -2\n/dev/sda3 partition 1 0 -3\n"));
        assert!(swaps("/swapfile file 1 0 -2\n"));
        assert!(!in_clear("", |_| false));
    }
}
