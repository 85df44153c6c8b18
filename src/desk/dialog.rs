//! The file dialog of the desktop, through its portal.
//!
//! The portal shows it, so the program itself need not look around on the disk. Where there is no portal there is no
//! dialog: the library would then start a program of its own choice, so it is not asked.

use std::env;
use std::path::{Path, PathBuf};

use super::{Choice, DeskError, Pick};

/// Waits until the person chose.
pub(super) fn choose(choice: &Choice) -> Result<Option<PathBuf>, DeskError> {
    is_there()?;
    let dialog = rfd::FileDialog::new();
    Ok(match choice {
        Choice::OpenPicture => dialog.add_filter("PNG, JPEG, WebP", &["png", "jpg", "jpeg", "webp"]).pick_file(),
        Choice::Save(name) => dialog.set_file_name(name.as_ref()).save_file(),
    })
}

/// Waits until the person chose what to send.
pub(super) fn pick(pick: Pick) -> Result<Vec<PathBuf>, DeskError> {
    is_there()?;
    let dialog = rfd::FileDialog::new();
    Ok(match pick {
        Pick::Files => dialog.pick_files().unwrap_or_default(),
        Pick::Folder => dialog.pick_folder().into_iter().collect(),
    })
}

fn is_there() -> Result<(), DeskError> {
    if portal_is_installed(&data_dirs()) && has_session_bus() { Ok(()) } else { Err(DeskError::Absent) }
}

/// The portal, and at least one desktop's part of it that shows file dialogs.
fn portal_is_installed(data_dirs: &[PathBuf]) -> bool {
    let has_service = |dir: &PathBuf| dir.join("dbus-1/services/org.freedesktop.portal.Desktop.service").is_file();
    let has_chooser = |dir: &PathBuf| {
        let parts = std::fs::read_dir(dir.join("xdg-desktop-portal/portals"));
        parts.into_iter().flatten().flatten().take(PARTS_MOST).any(|part| shows_files(&part.path()))
    };
    data_dirs.iter().any(has_service) && data_dirs.iter().any(has_chooser)
}

fn shows_files(part: &Path) -> bool {
    std::fs::read_to_string(part).is_ok_and(|text| text.contains("org.freedesktop.impl.portal.FileChooser"))
}

fn has_session_bus() -> bool {
    let runtime_bus = || env::var_os("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(&dir).join("bus").exists());
    env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty()) || runtime_bus()
}

fn data_dirs() -> Vec<PathBuf> {
    let listed = env::var_os("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
    env::split_paths(&listed.unwrap_or_else(|| DATA_DIRS.into())).filter(|dir| dir.is_absolute()).collect()
}

/// Where the base directory specification says to look without XDG_DATA_DIRS.
const DATA_DIRS: &str = "/usr/local/share:/usr/share";

/// Parts of the portal that are looked at.
const PARTS_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_without_a_portal_has_no_dialog() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = [dir.path().to_owned()];
        assert!(!portal_is_installed(&dirs));
        let services = dir.path().join("dbus-1/services");
        std::fs::create_dir_all(&services).unwrap();
        std::fs::write(services.join("org.freedesktop.portal.Desktop.service"), "").unwrap();
        assert!(!portal_is_installed(&dirs));
        let portals = dir.path().join("xdg-desktop-portal/portals");
        std::fs::create_dir_all(&portals).unwrap();
        std::fs::write(portals.join("one.portal"), "Interfaces=org.freedesktop.impl.portal.Settings;").unwrap();
        assert!(!portal_is_installed(&dirs));
        std::fs::write(portals.join("two.portal"), "Interfaces=org.freedesktop.impl.portal.FileChooser;").unwrap();
        assert!(portal_is_installed(&dirs));
    }
}
