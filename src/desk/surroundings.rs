//! What a window needs of this machine: a display, libraries, fonts for what others write.
//!
//! It looks at names of files alone, within bounds, and opens nothing: a library that is there may still fail.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where a window can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// On a Wayland desktop.
    Wayland,
    /// On an X11 desktop.
    X11,
    /// Nowhere: none is named, or the one that is named is not there.
    None,
}

/// A kind of writing that the window's own fonts do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Arabic, Persian, Urdu.
    Arabic,
    /// Bengali and Assamese.
    Bengali,
    /// Chinese, Japanese, Korean.
    EastAsian,
    /// Hindi, Marathi, Nepali.
    Devanagari,
    /// Hebrew and Yiddish.
    Hebrew,
    /// Thai.
    Thai,
}

/// The display that this environment names.
pub fn display() -> Display {
    display_of(&|name| std::env::var_os(name), &|path| path.exists())
}

/// The libraries that the window opens when it starts, as far as the system's list of libraries lacks them; nothing
/// where there is no such list.
pub fn missing_libraries() -> Vec<&'static str> {
    std::fs::read("/etc/ld.so.cache").map(|cache| lacking(&cache)).unwrap_or_default()
}

/// The scripts for which no font was found; fonts are known by the names of their files.
pub fn missing_scripts() -> Vec<Script> {
    let home = |name: &str| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(name));
    let roots = ["/usr/share/fonts", "/usr/local/share/fonts", "/run/current-system/sw/share/X11/fonts"];
    let mut names = Vec::new();
    let roots = roots.iter().map(PathBuf::from).chain(home(".fonts")).chain(home(".local/share/fonts"));
    for root in roots {
        collect(&root, DEPTH, &mut names);
    }
    unwritten(&names)
}

fn display_of(variable: &dyn Fn(&str) -> Option<OsString>, there: &dyn Fn(&Path) -> bool) -> Display {
    let named = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(socket) = named("WAYLAND_DISPLAY") {
        let runtime = named("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        if there(&runtime.join(socket)) {
            return Display::Wayland;
        }
    }
    let Some(screen) = named("DISPLAY").and_then(|screen| screen.into_string().ok()) else { return Display::None };
    let local = screen.strip_prefix("unix:").or_else(|| screen.strip_prefix(':'));
    match local.and_then(|rest| rest.split('.').next()) {
        Some(number) if !there(&Path::new("/tmp/.X11-unix").join(format!("X{number}"))) => Display::None,
        // Of another machine, or through ssh: it is said to be there.
        _ => Display::X11,
    }
}

fn lacking(cache: &[u8]) -> Vec<&'static str> {
    let names: std::collections::BTreeSet<&[u8]> = cache.split(|byte| *byte == 0).collect();
    LIBRARIES.iter().copied().filter(|name| !names.contains(name.as_bytes())).collect()
}

fn collect(dir: &Path, depth: usize, names: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if names.len() >= FONTS {
            return;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth > 0 {
                collect(&entry.path(), depth - 1, names);
            }
        } else {
            names.push(entry.file_name().to_string_lossy().to_ascii_lowercase());
        }
    }
}

fn unwritten(names: &[String]) -> Vec<Script> {
    let has = |marks: &[&str]| names.iter().any(|name| marks.iter().any(|mark| name.starts_with(mark)));
    SCRIPTS.iter().filter(|(_, marks)| !has(marks)).map(|(script, _)| *script).collect()
}

/// What `winit`, `glutin` and the notifications open on every desktop, and Wayland's as X11's: a desktop has both.
const LIBRARIES: [&str; 9] = [
    "libEGL.so.1",
    "libX11.so.6",
    "libX11-xcb.so.1",
    "libXcursor.so.1",
    "libXi.so.6",
    "libfontconfig.so.1",
    "libwayland-client.so.0",
    "libxkbcommon.so.0",
    "libxkbcommon-x11.so.0",
];

/// How the files of the usual fonts begin, in small letters.
const SCRIPTS: [(Script, &[&str]); 6] = [
    (
        Script::Arabic,
        &["notosansarabic", "notonaskh", "notokufi", "dejavusans", "amiri", "kacst", "vazir", "scheherazade"],
    ),
    (
        Script::Bengali,
        &["notosansbengali", "notoserifbengali", "lohit-bengali", "lohit-assamese", "muktinarrow", "freesans"],
    ),
    (
        Script::EastAsian,
        &[
            "notosanscjk",
            "notoserifcjk",
            "droidsansfallback",
            "wqy-",
            "sourcehan",
            "uming",
            "ukai",
            "vl-gothic",
            "unifont",
        ],
    ),
    (
        Script::Devanagari,
        &["notosansdevanagari", "notoserifdevanagari", "lohit-devanagari", "gargi", "nakula", "freesans"],
    ),
    (
        Script::Hebrew,
        &["notosanshebrew", "notoserifhebrew", "dejavusans", "freesans", "culmus", "davidclm", "frankruehl"],
    ),
    (Script::Thai, &["notosansthai", "notoserifthai", "notolooped", "loma", "garuda", "waree", "laksaman", "freesans"]),
];

/// Levels of directories, and files, that are looked at: more than distributions have.
const DEPTH: usize = 6;
const FONTS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn display(environment: &[(&str, &str)], there: &[&str]) -> Display {
        let variable =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        display_of(&variable, &|path| there.iter().any(|known| Path::new(known) == path))
    }

    #[test]
    fn a_display_is_one_that_is_there() {
        let wayland = [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_RUNTIME_DIR", "/run/user/1"), ("DISPLAY", ":0")];
        assert_eq!(display(&wayland, &["/run/user/1/wayland-0"]), Display::Wayland);
        assert_eq!(display(&wayland, &["/tmp/.X11-unix/X0"]), Display::X11);
        assert_eq!(display(&wayland, &[]), Display::None);
        assert_eq!(display(&[("DISPLAY", ":12.0")], &["/tmp/.X11-unix/X12"]), Display::X11);
        assert_eq!(display(&[("DISPLAY", "elsewhere:0")], &[]), Display::X11);
        assert_eq!(display(&[("DISPLAY", "")], &[]), Display::None);
    }

    #[test]
    fn a_library_is_known_by_its_whole_name() {
        let cache = LIBRARIES.join("\0");
        assert!(lacking(cache.as_bytes()).is_empty());
        assert_eq!(lacking(cache.replace("libEGL.so.1", "libEGL.so.12").as_bytes()), ["libEGL.so.1"]);
    }

    #[test]
    fn a_script_is_missing_if_no_font_of_it_is_there() {
        let names = ["NotoSansCJK-Regular.ttc", "DejaVuSans.ttf", "Loma.otf"].map(str::to_ascii_lowercase);
        assert_eq!(unwritten(&names), [Script::Bengali, Script::Devanagari]);
        assert_eq!(unwritten(&[]).len(), SCRIPTS.len());
    }

    #[test]
    fn fonts_are_found_in_folders_of_folders_and_no_deeper_than_that() {
        let dir = tempfile::tempdir().unwrap();
        let (near, far) = (dir.path().join("a/b"), dir.path().join("a/b/c/d/e/f/g/h"));
        std::fs::create_dir_all(&far).unwrap();
        std::fs::write(near.join("Loma.otf"), "").unwrap();
        std::fs::write(far.join("Gargi.ttf"), "").unwrap();
        let mut names = Vec::new();
        collect(dir.path(), DEPTH, &mut names);
        assert_eq!(names, ["loma.otf"]);
    }
}
