//! The directory of a network, and who removes it.
//!
//! It promises a private directory that is gone when the network is, even if its owner was killed: a `cat` waits for
//! the end of a pipe that the owner and every C tor hold open, then the shell removes the directory.
//! It does not survive its own shell being killed: then files stay, processes do not.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::plan::{TornetError, system};

/// A private directory and its keeper.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    held: Option<OwnedFd>,
    keeper: Child,
}

impl Home {
    /// Makes the directory given, which must not exist, or a fresh temporary one.
    pub(crate) fn make(dir: Option<&Path>) -> Result<Self, TornetError> {
        let dir = match dir {
            Some(dir) => {
                let made = private(dir).and_then(|()| dir.canonicalize());
                system(format!("make {}", dir.display()), made)?
            }
            None => {
                let private = Permissions::from_mode(0o700);
                let made = tempfile::Builder::new().prefix("tornet-").permissions(private).tempdir();
                system("make a temporary directory", made)?.keep()
            }
        };
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(KEEP).arg("tornet").arg(&dir);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut keeper = keeper.spawn().map_err(|error| TornetError::Program("sh", error))?;
        let held = keeper.stdin.take().map(OwnedFd::from);
        Ok(Self { dir, held, keeper })
    }

    /// Where it is.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// For the standard error of a process that uses the directory: the directory stays as long as the process does.
    pub(crate) fn hold(&self) -> Result<Stdio, TornetError> {
        match &self.held {
            Some(held) => Ok(Stdio::from(system("hold the directory", held.try_clone())?)),
            None => Ok(Stdio::null()),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(self.held.take());
        let _ = self.keeper.wait();
    }
}

/// Makes a directory that only we can enter; tor refuses any other for its control socket.
pub(crate) fn private(dir: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(dir)
}

const KEEP: &str = "cat >/dev/null; rm -rf -- \"$1\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_goes_with_its_last_user() {
        let home = Home::make(None).unwrap();
        let dir = home.dir().to_owned();
        let mut user = Command::new("cat").stdin(Stdio::piped()).stderr(home.hold().unwrap()).spawn().unwrap();
        let end = std::thread::spawn(move || drop(home));
        assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        drop(user.stdin.take());
        user.wait().unwrap();
        end.join().unwrap();
        assert!(!dir.exists());
    }

    #[test]
    fn a_directory_that_exists_is_not_taken() {
        let other = tempfile::tempdir().unwrap();
        assert!(matches!(Home::make(Some(other.path())), Err(TornetError::System(..))));
        assert!(other.path().is_dir());
    }
}
