//! Somebody at a window, who has a keyboard and a screen reader and nothing else.
//!
//! Everything is found by its accessible name, in the language of the window, and reached with the Tab key: what has no
//! name, or cannot be reached, fails the test.

use std::fs::{self, OpenOptions};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pelure_ui::settings::Language;
use pelure_ui::words::{Value, Words};
use tempfile::TempDir;
use tornet::Tornet;

use super::desktop::Desktop;
use super::reader::{ENTRY, FRAME, Reader, Thing};

/// A person, their desktop and their running program.
pub(crate) struct Person {
    words: Words,
    language: Language,
    reader: Reader,
    child: Child,
    desktop: Desktop,
    disk: TempDir,
}

impl Person {
    /// Starts the program on a desktop of its own; it uses the private network.
    pub(crate) fn start(language: Language) -> Self {
        let desktop = Desktop::start();
        let disk = tempfile::Builder::new().prefix("test-of-pelure-").tempdir().unwrap();
        fs::create_dir(disk.path().join("home")).unwrap();
        fs::write(disk.path().join("arti.toml"), Tornet::shared().unwrap().arti_toml()).unwrap();
        let child = launch(&desktop, &disk, language);
        let reader = Reader::new(desktop.accessibility());
        let person = Self { words: Words::new(language), language, reader, child, desktop, disk };
        person.until("the window", |person| person.desktop.focus(person.child.id()).then_some(()));
        person
    }

    /// What the window says under this name.
    pub(crate) fn say(&self, name: &str) -> String {
        self.words.say(name).into_owned()
    }

    /// The same, with values in it.
    pub(crate) fn say_with(&self, name: &str, values: &[(&'static str, Value<'_>)]) -> String {
        self.words.say_with(name, values)
    }

    /// Waits until something is called exactly so.
    pub(crate) fn sees(&self, name: &str) -> Thing {
        self.until(name, |person| person.reader.things().into_iter().find(|thing| thing.name == name))
    }

    /// Waits until something that is no field holds these words.
    pub(crate) fn reads(&self, words: &str) -> Thing {
        let holds = |thing: &Thing| thing.role != ENTRY && thing.name.contains(words);
        self.until(words, |person| person.reader.things().into_iter().find(holds))
    }

    /// Whether nothing on the screen holds these words.
    pub(crate) fn hides(&self, words: &str) -> bool {
        let things = self.reader.things();
        // A window always shows something: an empty tree is one that was not there yet.
        !things.is_empty() && things.iter().all(|thing| !thing.name.contains(words) && !thing.text.contains(words))
    }

    /// Waits until nothing on the screen holds these words.
    pub(crate) fn no_longer_sees(&self, words: &str) {
        self.until(words, |person| person.hides(words).then_some(()));
    }

    /// Goes to what is called so, with the Tab key.
    pub(crate) fn go_to(&self, name: &str) {
        self.until(name, |person| person.reader.things().iter().any(|t| t.name == name && t.enabled()).then_some(()));
        for _ in 0..TABS {
            if self.focused().is_some_and(|thing| thing.name == name) {
                return;
            }
            self.press("Tab");
        }
        self.give_up(&format!("the Tab key does not lead to {name:?}"));
    }

    /// Goes to a button and presses it.
    pub(crate) fn does(&self, name: &str) {
        self.go_to(name);
        self.press("space");
    }

    /// Goes to a field and writes into it.
    pub(crate) fn fills(&self, name: &str, text: &str) {
        self.go_to(name);
        self.desktop.write(text);
    }

    /// Presses keys, as xdotool names them.
    pub(crate) fn press(&self, keys: &str) {
        self.desktop.press(keys);
    }

    /// Types where the keyboard is.
    pub(crate) fn write(&self, text: &str) {
        self.desktop.write(text);
    }

    /// Closes the window with the key for it, and waits for the end of the program.
    pub(crate) fn quits(&mut self) -> ExitStatus {
        self.press("ctrl+q");
        let deadline = Instant::now() + HANGING;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the program does not end");
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Starts the program again, with what it kept.
    pub(crate) fn starts_again(&mut self) {
        self.child = launch(&self.desktop, &self.disk, self.language);
        self.until("the window", |person| person.desktop.focus(person.child.id()).then_some(()));
    }

    fn focused(&self) -> Option<Thing> {
        self.reader.things().into_iter().find(|thing| thing.focused() && thing.role != FRAME)
    }

    /// Looks again and again: AT-SPI has no event for "this is there now".
    fn until<T>(&self, wanted: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + HANGING;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            if Instant::now() > deadline {
                self.give_up(&format!("waited in vain for {wanted:?}"));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    fn give_up(&self, why: &str) -> ! {
        let picture = std::env::temp_dir().join(format!("pelure-window-{}.png", self.child.id()));
        self.desktop.picture(&picture);
        let shown: Vec<String> = self.reader.things().iter().map(|t| format!("{}: {:?}", t.role, t.name)).collect();
        let log = fs::read_to_string(self.disk.path().join("stderr")).unwrap_or_default();
        panic!("{why}\nshown:\n{}\nlog:\n{log}\npicture: {}", shown.join("\n"), picture.display());
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn launch(desktop: &Desktop, disk: &TempDir, language: Language) -> Child {
    let dir = disk.path();
    Command::new(env!("CARGO_BIN_EXE_pelure"))
        .arg("--profile")
        .arg(dir.join("profile"))
        .arg("--tor-config")
        .arg(dir.join("arti.toml"))
        .args(["--language", language.code()])
        .env_clear()
        .env("HOME", dir.join("home"))
        .envs(desktop.environment())
        .current_dir(dir.join("home"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(OpenOptions::new().create(true).append(true).open(dir.join("stderr")).unwrap())
        .spawn()
        .unwrap()
}

/// No screen of ours has so many controls: the Tab key went round.
const TABS: usize = 80;
/// Only a bound on hanging: a busy machine needs a minute for what takes a second.
const HANGING: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(50);
