//! What is shown: everything the screens know of the world, as plain values.
//!
//! It asks nobody, waits for nothing and knows no clock: it changes by [`crate::update::Update`] alone. Texts of others
//! in it were made harmless by the other side ([`Shown`]).

use std::collections::{BTreeMap, VecDeque};

use crate::keys::{ContactKey, IdentityKey, MessageKey, RequestKey};
use crate::settings::Settings;

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
        /// The step being done, in Tor's words (English).
        step: Shown,
    },
    /// Cannot go on.
    Blocked {
        /// How far it came, 0 to 1.
        fraction: f32,
        /// Why, in Tor's words (English).
        reason: Shown,
    },
    /// Circuits can be built.
    Ready,
}

/// One of the person's own identities.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Its key.
    pub key: IdentityKey,
    /// What the person calls it.
    pub name: String,
    /// `xxxx….onion`, 62 characters.
    pub address: String,
    /// Whether others can find it now.
    pub reach: Reach,
    /// False: the person appears offline with it.
    pub visible: bool,
}

/// Whether others can find an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Being published.
    Starting,
    /// Contacts can dial it.
    Reachable,
    /// They cannot, for now.
    Unreachable,
}

/// A contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Its key.
    pub key: ContactKey,
    /// Whose contact.
    pub identity: IdentityKey,
    /// The name the person gave.
    pub name: String,
    /// Where to dial.
    pub address: String,
    /// How far the acquaintance has come.
    pub standing: Standing,
    /// Whether they are there.
    pub presence: Presence,
    /// The person compared the safety words.
    pub verified: bool,
    /// Messages not yet read.
    pub unread: u64,
    /// The newest message, if there is one.
    pub last: Option<Last>,
    /// What the person began to write.
    pub draft: String,
    /// Messages disappear so many seconds after they were displayed.
    pub expires_in: Option<u32>,
    /// Read receipts: what we want and what they want; they work when both do.
    pub receipts: Receipts,
    /// Their program said that it was restored from a backup, and the person has not acknowledged that yet.
    pub restored: bool,
}

/// How far an acquaintance has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Both agreed.
    Accepted,
    /// The person blocked them.
    Blocked,
    /// The person asked; they have not answered.
    Requested,
}

/// Who wants read receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    /// The person.
    pub mine: bool,
    /// The other side.
    pub theirs: bool,
}

/// The newest message of a contact, for the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Last {
    /// Its first line.
    pub text: Shown,
    /// Whether they wrote it.
    pub incoming: bool,
    /// When it was written.
    pub at: Moment,
}

/// Whether a contact is there, and if not, what is done about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// They answered within the last minute.
    Online,
    /// An attempt is under way.
    Connecting {
        /// The how-many-th, from 1.
        attempt: u32,
        /// When it began, in seconds of the window's time.
        since: f64,
    },
    /// Not there.
    Offline {
        /// Why.
        reason: Reason,
        /// When the next attempt is due, in seconds of the window's time.
        next: Option<f64>,
    },
}

/// Why a contact is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nothing was tried yet.
    AboutToTry,
    /// Their door is open to contacts only.
    Closed,
    /// The handshake took too long.
    HandshakeTimeout,
    /// Their introduction points did not answer.
    IntroductionFailed,
    /// They went offline on purpose.
    Left,
    /// The connection was lost.
    Lost,
    /// Some other failure of the Tor network.
    Network,
    /// They have not accepted the request yet.
    NotAccepted,
    /// Tor found no trace of their service.
    NotFound,
    /// One of the two programs is too old.
    Outdated,
    /// The two programs do not understand each other, or somebody sent what no honest program sends.
    Protocol,
    /// Their service refused the connection.
    Refused,
    /// They did not answer for a minute.
    Silent,
    /// This machine could not store something.
    Storage,
    /// It took too long.
    Timeout,
    /// Tor is blocked here.
    TorBlocked,
    /// Tor is still connecting.
    TorConnecting,
    /// The person is offline, or appears to be.
    YouAreOffline,
}

/// Somebody asks to be a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its key.
    pub key: RequestKey,
    /// Which identity was asked.
    pub identity: IdentityKey,
    /// Who asks: the address is all that is known of them.
    pub address: String,
    /// What they say of themselves; may be empty.
    pub text: Shown,
    /// When it came.
    pub at: Moment,
}

/// The loaded part of the open conversation: without holes, oldest first.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Whose.
    pub contact: ContactKey,
    /// At most [`LOADED`].
    pub messages: VecDeque<Message>,
    /// Older ones exist.
    pub older: bool,
    /// Newer ones exist (the person jumped to an old place).
    pub newer: bool,
    /// A page was asked for and has not come yet.
    pub loading: bool,
    /// Counts what changed, so that a screen knows when to measure again.
    pub turn: u64,
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its key.
    pub key: MessageKey,
    /// Whether they wrote it.
    pub incoming: bool,
    /// What it says; empty when deleted.
    pub text: Shown,
    /// When it was written.
    pub at: Moment,
    /// Where it is; meaningless for theirs.
    pub delivery: Delivery,
    /// What it answers.
    pub quote: Option<Quote>,
    /// It is no longer what it was at first.
    pub edited: bool,
    /// Its author deleted it for both.
    pub deleted: bool,
    /// Reactions to it.
    pub reactions: Vec<Reaction>,
    /// It disappears so many seconds after it was displayed.
    pub expires_in: Option<u32>,
}

/// Where a message of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It waits for a session.
    Queued,
    /// Handed to a live session.
    Sent,
    /// The other side has it on disk.
    Delivered,
    /// The other side displayed it.
    Read,
    /// Taken back before it left.
    Recalled,
    /// It will never arrive.
    Failed,
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// Its key, while it is still there.
    pub key: Option<MessageKey>,
    /// Whether they wrote it.
    pub incoming: bool,
    /// How it begins.
    pub text: Shown,
}

/// A reaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// Whether it is ours.
    pub mine: bool,
    /// The emoji.
    pub emoji: Shown,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was searched for.
    pub query: String,
    /// Newest first.
    pub hits: Vec<Hit>,
    /// There are more than these.
    pub more: bool,
}

/// One place that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Whose conversation.
    pub contact: ContactKey,
    /// Which message.
    pub message: MessageKey,
    /// Whether they wrote it.
    pub incoming: bool,
    /// The line that matches.
    pub text: Shown,
    /// When it was written.
    pub at: Moment,
}

/// Safety words of a contact: the same on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Whose.
    pub contact: ContactKey,
    /// Twelve words in English.
    pub english: Vec<String>,
    /// The same in French.
    pub french: Vec<String>,
    /// The same as digits.
    pub digits: Vec<String>,
}

/// The earlier texts of an edited message, oldest first, without the present one.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Which message.
    pub message: MessageKey,
    /// Each with the time at which it was replaced.
    pub texts: Vec<(Shown, Moment)>,
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
    /// A conversation is written there as text.
    ExportTalk,
    /// A backup is written there.
    Backup,
}

/// Something worth a line that goes away by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// It worked.
    Done(Done),
    /// It did not.
    Failed(Fault),
}

/// What worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The backup was written.
    BackedUp,
    /// The conversation was written as text.
    Exported,
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
    /// Another process has the profile open.
    InUse,
    /// The clipboard holds no picture.
    NoPicture,
    /// The picture holds no QR code.
    NoQr,
    /// There is no directory in memory here.
    NoTmpfs,
    /// Not possible now.
    NotAllowedNow,
    /// It is gone.
    NotFound,
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
    /// Written by a newer version.
    TooNew,
    /// Tor could not be started as it must be; the words are English.
    Tor(String),
    /// The passphrase is wrong.
    WrongPassphrase,
}

/// A text that was made harmless for showing: no control, bidi or invisible character is left in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shown(String);

/// A day where the person is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 1 (Monday) to 7.
    pub weekday: u8,
}

/// A minute where the person is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl Shown {
    /// Takes a text that is harmless already; what is not is left out again here, so that nothing depends on one room.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.chars().any(deceives) {
            return Self(text.chars().map(|c| if deceives(c) { char::REPLACEMENT_CHARACTER } else { c }).collect());
        }
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Receipts {
    /// Whether they work.
    pub fn agreed(self) -> bool {
        self.mine && self.theirs
    }
}

impl Default for Model {
    fn default() -> Self {
        Self {
            stage: Stage::Opening,
            settings: Settings::default(),
            place: Place::default(),
            tor: Tor::Connecting { fraction: 0.0, step: Shown::default() },
            today: Date::default(),
            identities: Vec::new(),
            contacts: BTreeMap::new(),
            requests: Vec::new(),
            talk: None,
            found: None,
            words: None,
            history: None,
            chosen: None,
            scanned: None,
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
            version: String::new(),
            arti: String::new(),
        }
    }
}

/// Characters that turn, break or hide their surroundings and have no use in any text shown here.
fn deceives(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}')
}

/// Notices shown at once: more would hide the work.
pub const NOTICES: usize = 4;
/// Messages of the open conversation that are held: some hundred screens; the far end goes when more are asked for.
pub const LOADED: usize = 2_000;
