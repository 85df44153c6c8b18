//! Which programs of transports are on this machine.
//!
//! It looks and starts nothing. Only whole paths count: a program beside the working directory is nobody's choice.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Transport;

/// Where programs are looked for.
#[derive(Clone, Debug)]
pub struct Programs(Vec<PathBuf>);

impl Programs {
    /// The usual places of this machine, then those of `$PATH`.
    pub fn of_this_machine() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let usual = USUAL.iter().map(PathBuf::from);
        Self::among(usual.chain(env::split_paths(&path)))
    }

    /// Those in these directories.
    pub fn among(dirs: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut found: Vec<PathBuf> = Vec::new();
        for dir in dirs {
            if dir.is_absolute() && !found.contains(&dir) {
                found.push(dir);
            }
        }
        Self(found)
    }

    /// The program that serves a transport.
    pub fn find(&self, transport: Transport) -> Option<PathBuf> {
        let names = transport.programs().iter();
        names.flat_map(|name| self.0.iter().map(move |dir| dir.join(name))).find(|path| is_program(path))
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Before `$PATH`, so that who can change the environment alone cannot put another in their place.
const USUAL: [&str; 3] = ["/usr/bin", "/usr/local/bin", "/usr/libexec/tor/pluggable_transports"];
