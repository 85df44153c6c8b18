//! Where each file of a folder goes: below the place that was named, under names that harm no file system.
//!
//! Two names that become alike, or differ in case alone, get different places.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{DiskError, Made};
use crate::name::SafeFileName;

/// Places given so far.
pub(super) struct Places {
    target: PathBuf,
    /// The folders that were made, by their path in the list.
    folders: BTreeMap<Vec<String>, PathBuf>,
    /// All others that were given, in lower case.
    taken: BTreeSet<String>,
    /// How often a name was wanted in a folder, both in lower case.
    wanted: BTreeMap<String, u32>,
}

impl Places {
    /// Below `target`, which was just made.
    pub(super) fn new(target: &Path) -> Self {
        Self { target: target.to_owned(), folders: BTreeMap::new(), taken: BTreeSet::new(), wanted: BTreeMap::new() }
    }

    /// Where the file of this path goes; makes the folders that lead there.
    pub(super) fn of(&mut self, path: &[String], made: &mut Made) -> Result<PathBuf, DiskError> {
        let (name, folders) = path.split_last().ok_or(DiskError::Damaged)?;
        let (mut way, mut place) = (Vec::new(), self.target.clone());
        for folder in folders {
            way.push(folder.clone());
            place = match self.folders.get(&way) {
                Some(place) => place.clone(),
                None => {
                    let place = self.free(&place, folder);
                    made.dir(&place)?;
                    self.folders.insert(way.clone(), place.clone());
                    place
                }
            };
        }
        Ok(self.free(&place, name))
    }

    /// A place in `folder` that was not given yet.
    fn free(&mut self, folder: &Path, name: &str) -> PathBuf {
        let safe = SafeFileName::new(name);
        let wanted = self.wanted.entry(lower(&folder.join(safe.as_str()))).or_default();
        loop {
            *wanted += 1;
            let place =
                folder.join(if *wanted == 1 { safe.as_str().to_owned() } else { numbered(safe.as_str(), *wanted) });
            if self.taken.insert(lower(&place)) {
                return place;
            }
        }
    }
}

fn lower(place: &Path) -> String {
    place.to_string_lossy().to_lowercase()
}

/// `letter.txt` becomes `letter (2).txt`.
fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem} ({number}).{extension}"),
        _ => format!("{name} ({number})"),
    }
}
