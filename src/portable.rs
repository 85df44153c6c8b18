//! A profile that travels with its program: where it is, and whether it can be there.
//!
//! It makes nothing and opens nothing; the vault does, and knows what a stick cannot do.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::io::Errno;

/// Why there can be no profile beside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortableError {
    /// A medium that cannot be written, by its nature or by how it is used.
    #[error(
        "the program is on a medium that cannot be written, so no profile can be kept beside it; use --traceless, or copy the program to another medium"
    )]
    ReadOnly,
    /// The directory of the program is somebody else's.
    #[error(
        "the directory of the program is not yours to write in, so no profile can be kept beside it; copy the program to a directory of yours, or use --profile DIR"
    )]
    Denied,
    /// The system does not say.
    #[error("this system does not say where the program is; use --profile DIR")]
    Unknown,
}

/// The directory of the profile beside the program that runs.
pub fn home() -> Result<PathBuf, PortableError> {
    beside(&std::env::current_exe().map_err(|_| PortableError::Unknown)?)
}

/// The directory of the profile beside `program`.
pub fn beside(program: &Path) -> Result<PathBuf, PortableError> {
    let above = program.parent().ok_or(PortableError::Unknown)?;
    let dir = above.join(DATA);
    let asked = if dir.exists() { &dir } else { above };
    match access(asked, Access::WRITE_OK) {
        Err(Errno::ROFS) => Err(PortableError::ReadOnly),
        Err(Errno::ACCESS | Errno::PERM) => Err(PortableError::Denied),
        // Whatever else may be wrong, the vault says when it meets it.
        _ => Ok(dir),
    }
}

/// What the directory is called: whoever looks at the stick may know what it is.
const DATA: &str = "pelure-data";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_beside_the_program_whether_it_is_there_or_not() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("pelure-data");
        assert_eq!(beside(&dir.path().join("pelure")), Ok(home.clone()));
        assert!(!home.exists(), "asking makes nothing");
        std::fs::create_dir(&home).unwrap();
        assert_eq!(beside(&dir.path().join("pelure")), Ok(home));
        assert_eq!(beside(Path::new("/")), Err(PortableError::Unknown));
    }
}
