//! How much room there is: on a disk, and in memory.
//!
//! It reserves nothing: what is free now may be taken a moment later.

use std::fs;
use std::path::Path;

use super::{DiskError, failed};

/// Bytes that may be written where `path` is, or would be made.
pub fn free_space(path: &Path) -> Result<u64, DiskError> {
    let there = path.ancestors().find(|dir| !dir.as_os_str().is_empty() && dir.exists()).unwrap_or(Path::new("."));
    let system = rustix::fs::statvfs(there).map_err(|errno| failed("looking for free space")(errno.into()))?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}

/// Bytes of memory this machine has; `None`: it does not say.
pub fn memory() -> Option<u64> {
    total(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_told_also_of_what_is_not_there_yet() {
        let dir = tempfile::tempdir().unwrap();
        let here = free_space(dir.path()).unwrap();
        assert!(here > 0);
        assert!(free_space(&dir.path().join("not/made/yet")).unwrap() > 0);
        assert!(free_space(Path::new("relative and absent")).unwrap() > 0);
    }

    #[test]
    fn memory_is_read_from_what_the_system_shows() {
        assert_eq!(total("MemTotal:        2048 kB\nMemFree: 1 kB\n"), Some(2_097_152));
        for wrong in ["", "MemFree: 1 kB\n", "MemTotal: x kB\n", "MemTotal: 5\n", "MemTotal: 18446744073709551615 kB\n"]
        {
            assert_eq!(total(wrong), None, "{wrong}");
        }
        assert!(memory().is_some_and(|bytes| bytes > 64 * 1024 * 1024));
    }
}
