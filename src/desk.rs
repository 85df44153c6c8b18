//! The desktop around the window: clipboard, file dialog, notifications, pictures, what the machine is like.
//!
//! It knows neither the window nor the engine, sends nothing anywhere, and opens no link. Everything in it may wait for
//! another program: none of it is called on an asynchronous thread. What comes from outside has a bound.

mod clipboard;
mod dialog;
mod machine;
mod notify;
pub mod picture;
pub mod preview;
mod surroundings;

use std::borrow::Cow;
use std::path::PathBuf;

pub use machine::{has_tmpfs, language, may_swap};
pub use picture::Pixels;
pub use preview::Preview;
pub use surroundings::{Display, Script, display, missing_libraries, missing_scripts};

/// What can be asked of the desktop; a test has its own.
pub trait Desk: Send + Sync + 'static {
    /// The text of the clipboard.
    fn text(&self) -> Result<String, DeskError>;

    /// The picture of the clipboard.
    fn pixels(&self) -> Result<Pixels, DeskError>;

    /// The picture of the clipboard in colours, as PNG: nothing is in it but the picture.
    fn picture(&self) -> Result<Vec<u8>, DeskError>;

    /// Lets the person choose what to send; may be nothing.
    fn pick(&self, pick: Pick) -> Result<Vec<PathBuf>, DeskError>;

    /// Lets the person choose a path; `None`: they chose none.
    fn choose(&self, choice: &Choice) -> Result<Option<PathBuf>, DeskError>;

    /// Shows a notification; it may come to nothing.
    fn notify(&self, title: &str, body: &str);
}

/// The desktop of this machine.
pub struct Machine {
    clipboard: clipboard::Clipboard,
}

/// What is to be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A picture to read.
    OpenPicture,
    /// A new file, under a name that is offered.
    Save(Cow<'static, str>),
}

/// What is to be chosen to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Any number of files.
    Files,
    /// One folder.
    Folder,
}

/// Why the desktop did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The clipboard holds nothing of this kind.
    #[error("the clipboard holds nothing of this kind")]
    Nothing,
    /// The owner of the clipboard did not answer in time.
    #[error("the program that holds the clipboard did not answer")]
    Slow,
    /// There is no clipboard or no file dialog here.
    #[error("this desktop has none")]
    Absent,
    /// Over a limit.
    #[error("too much")]
    TooMuch,
    /// Not a picture that can be read.
    #[error("not a picture that can be read")]
    Unreadable,
    /// The picture holds no QR code.
    #[error("the picture holds no QR code")]
    NoQr,
    /// The file is there already.
    #[error("the file is there already")]
    Exists,
    /// The file is not there.
    #[error("there is no such file")]
    Missing,
    /// The file or its directory cannot be read or written.
    #[error("the file cannot be read or written")]
    Denied,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
}

impl Machine {
    /// Nothing is opened before it is needed.
    pub fn new() -> Self {
        Self { clipboard: clipboard::Clipboard::default() }
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk for Machine {
    fn text(&self) -> Result<String, DeskError> {
        self.clipboard.text()
    }

    fn pixels(&self) -> Result<Pixels, DeskError> {
        self.clipboard.pixels()
    }

    fn picture(&self) -> Result<Vec<u8>, DeskError> {
        self.clipboard.picture()
    }

    fn pick(&self, pick: Pick) -> Result<Vec<PathBuf>, DeskError> {
        dialog::pick(pick)
    }

    fn choose(&self, choice: &Choice) -> Result<Option<PathBuf>, DeskError> {
        dialog::choose(choice)
    }

    fn notify(&self, title: &str, body: &str) {
        notify::show(title, body);
    }
}

/// The longest text taken from the clipboard: well over the longest message, so that what is cut off is said there.
pub const PASTE_BYTES: usize = 1024 * 1024;
