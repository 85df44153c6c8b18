//! What is shown: everything the screens know of the world, as plain values.
//!
//! It asks nobody, waits for nothing and knows no clock: it changes by [`crate::update::Update`] alone. Texts of others
//! in it were made harmless by the other side ([`Shown`]).

mod call;
mod detour;
mod files;
mod note;
mod parcels;
mod people;
mod said;
mod shown;

use std::collections::{BTreeMap, VecDeque};

use crate::keys::{ContactKey, TransferKey};
use crate::settings::Settings;

pub use call::{Call, CallStage, Device, Ending, Loudness, Quality, Sound, Trial};
pub use detour::{
    BRIDGES_CHARS, Detour, Obstacle, PORTS_CHARS, PROXY_CHARS, ProxyFlaw, Row, Said, Step, Typed, Verdict,
};
pub use files::{FileKind, FileState, Files, LISTED, PICTURES_HELD, Picture, Pixels, Transfer, Trouble};
pub use note::{NOTE_BYTES, Playing, Recording, Spoken};
pub use parcels::{Kept, Packing, Parcel, Removed, Uncleaned};
pub use people::{
    Barrier, Blocked, Contact, Identity, Last, Presence, Reach, Reason, Receipts, Request, Standing, Words,
};
pub use said::{Delivery, Found, History, Hit, LOADED, Message, Quote, Reaction, Talk};
pub use shown::{Date, Moment, Shown};

/// The whole of it.
#[derive(Clone, Debug)]
pub struct Model {
    /// How far the person has come.
    pub stage: Stage,
    /// How the window is to be.
    pub settings: Settings,
    /// What is true of this machine and profile.
    pub place: Place,
    /// What Tor is doing.
    pub tor: Tor,
    /// Today, where the person is.
    pub today: Date,
    /// The person's own identities, oldest first.
    pub identities: Vec<Identity>,
    /// All contacts.
    pub contacts: BTreeMap<ContactKey, Contact>,
    /// Who asks to be a contact, oldest first.
    pub requests: Vec<Request>,
    /// Addresses that may not ask: they were blocked as they did.
    pub blocked: Vec<Blocked>,
    /// The loaded part of the open conversation.
    pub talk: Option<Talk>,
    /// What the last search found.
    pub found: Option<Found>,
    /// Safety words that were asked for.
    pub words: Option<Words>,
    /// The earlier texts of a message that were asked for.
    pub history: Option<History>,
    /// The path that the person chose in a file dialog, until a screen takes it.
    pub chosen: Option<Chosen>,
    /// What a QR picture held, until a screen takes it.
    pub scanned: Option<Result<Shown, Fault>>,
    /// What the person is about to send, in the order in which it was chosen.
    pub parcels: Vec<Parcel>,
    /// Files of a contact that were asked for.
    pub files: Option<Files>,
    /// Pictures that were asked for, newest last, at most [`PICTURES_HELD`].
    pub pictures: VecDeque<Picture>,
    /// The call there is, or that just ended.
    pub call: Option<Call>,
    /// The voice note that has not been sent.
    pub recording: Option<Recording>,
    /// The voice note that is played.
    pub playing: Option<Playing>,
    /// What this machine can hear and play with, once that was asked.
    pub sound: Option<Sound>,
    /// How Tor is entered, once that was asked.
    pub detour: Option<Detour>,
    /// What can be said of what is typed about that.
    pub said: Said,
    /// What went wrong or well lately, newest last, at most [`NOTICES`].
    pub notices: VecDeque<Notice>,
}

/// How far the person has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// There is no profile yet.
    Fresh,
    /// A profile waits for its passphrase.
    Sealed {
        /// Why the last attempt failed.
        fault: Option<Fault>,
    },
    /// A profile is being made or opened: the passphrase is worked on, which takes a second on purpose.
    Opening,
    /// At work.
    Open,
    /// At work, and the screen shows nothing of it.
    Locked {
        /// Why the last attempt failed.
        fault: Option<Fault>,
        /// Messages that wait to be read.
        unread: u64,
    },
    /// It cannot go on; nothing was lost unless the fault says so.
    Broken(Fault),
    /// The keys were destroyed by the person's wish.
    Destroyed,
    /// Saying goodbye to who is connected.
    Closing,
}

/// What is true of this machine and profile; the screens say it where it matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The profile lives in memory alone.
    pub traceless: bool,
    /// A profile can be kept in memory alone here (there is a tmpfs).
    pub may_be_traceless: bool,
    /// Where the profile is or will be, for the person to read.
    pub profile: String,
    /// The machine has swap that is not known to be encrypted: what is in memory may reach a disk.
    pub swap: bool,
    /// Others than the owner can copy the sealed files of the profile: its medium keeps no permissions.
    pub open_medium: bool,
    /// Tor runs inside this program: how it is entered can be set here.
    pub own_tor: bool,
    /// Calls and voice notes are possible here.
    pub calls: bool,
    /// The version of the program.
    pub version: String,
    /// The version of Arti.
    pub arti: String,
}

/// What Tor is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Tor {
    /// Switched off by the person.
    Offline,
    /// On the way.
    Connecting {
        /// How far, 0 to 1.
        fraction: f32,
        /// The step being done.
        step: Step,
    },
    /// Cannot go on.
    Blocked {
        /// How far it came, 0 to 1.
        fraction: f32,
        /// What stands in the way.
        reason: Obstacle,
    },
    /// Circuits can be built.
    Ready,
}

/// A path chosen in a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// What it is for.
    pub purpose: Purpose,
    /// The path; `None`: there is no file dialog on this desktop, type it.
    pub path: Option<String>,
}

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A QR picture of one's own address is saved there.
    SaveQr,
    /// A QR picture is read from there.
    ReadQr,
    /// A QR picture of bridge lines is read from there.
    ReadBridges,
    /// A conversation is written there as text.
    ExportTalk,
    /// A backup is written there.
    Backup,
    /// Files or folders are sent from there.
    Send(ContactKey),
    /// A file that was received is written there.
    SaveFile(TransferKey),
}

/// Something worth a line that goes away by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// It worked.
    Done(Done),
    /// It did not.
    Failed(Fault),
    /// This contact called while the person was in another call.
    Missed(String),
}

/// What worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The backup was written.
    BackedUp,
    /// Tor is entered in another way.
    DetourSet,
    /// The conversation was written as text.
    Exported,
    /// The file was written in clear.
    FileSaved,
    /// The passphrase was changed.
    PassphraseChanged,
    /// The picture was saved.
    QrSaved,
}

/// Why something did not work; the screens have the words in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The contact or the file is there already.
    AlreadyExists,
    /// Not an onion address.
    BadAddress,
    /// Bridges, a proxy or ports that cannot be used; which and why is said of each.
    BadDetour,
    /// Not a usable name.
    BadName,
    /// The contact is blocked.
    Blocked,
    /// The program that holds the clipboard did not answer in time.
    ClipboardSlow,
    /// A file is damaged.
    Damaged,
    /// The disk is full.
    DiskFull,
    /// Nothing was written.
    Empty,
    /// A file changed or went away while it was read.
    FileChanged,
    /// The name of a file is not text that can be sent.
    FileName,
    /// Larger than any file that can be sent.
    FileTooLarge,
    /// A folder holds too many files, or is too deep.
    FolderTooLarge,
    /// Another process has the profile open.
    InUse,
    /// No microphone works.
    NoMicrophone,
    /// The clipboard holds no picture.
    NoPicture,
    /// The picture holds no QR code.
    NoQr,
    /// No loudspeaker works.
    NoSpeaker,
    /// There is no directory in memory here.
    NoTmpfs,
    /// Not a file: a device, a pipe.
    NotAFile,
    /// Not possible now.
    NotAllowedNow,
    /// The Tor of the machine decides, not this program.
    NotOurTor,
    /// It is gone.
    NotFound,
    /// The file does not hold a voice note.
    NoteUnreadable,
    /// One's own address.
    OwnAddress,
    /// A file or directory cannot be read or written.
    Permission,
    /// The picture is too large, or not a picture.
    PictureUnreadable,
    /// The disk or the database failed; the words are English.
    Storage(String),
    /// Too long.
    TooLong,
    /// More files at once than is sensible.
    TooMany,
    /// Written by a newer version.
    TooNew,
    /// Tor could not be started as it must be; the words are English.
    Tor(String),
    /// The passphrase is wrong.
    WrongPassphrase,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            stage: Stage::Opening,
            settings: Settings::default(),
            place: Place::default(),
            tor: Tor::Connecting { fraction: 0.0, step: Step::Network },
            today: Date::default(),
            identities: Vec::new(),
            contacts: BTreeMap::new(),
            requests: Vec::new(),
            blocked: Vec::new(),
            talk: None,
            found: None,
            words: None,
            history: None,
            chosen: None,
            scanned: None,
            parcels: Vec::new(),
            files: None,
            pictures: VecDeque::new(),
            call: None,
            recording: None,
            playing: None,
            sound: None,
            detour: None,
            said: Said::default(),
            notices: VecDeque::new(),
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self {
            traceless: false,
            may_be_traceless: true,
            profile: String::new(),
            swap: false,
            open_medium: false,
            own_tor: true,
            calls: true,
            version: String::new(),
            arti: String::new(),
        }
    }
}

/// Notices shown at once: more would hide the work.
pub const NOTICES: usize = 4;
