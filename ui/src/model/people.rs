//! People: the person's own identities, contacts, and who asks to be one.

use super::shown::{Moment, Shown};
use crate::keys::{ContactKey, IdentityKey, RequestKey};

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
    /// They cannot until the person changes something on this machine; the person can dial them.
    Barred(Barrier),
}

/// What keeps others out where the tor of the machine is used, and only the person can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// Nothing answers at tor's control port as it should.
    ControlPort,
    /// It wants another password.
    Password,
    /// It wants a cookie that this user cannot read.
    Cookie,
    /// Tor refuses what the program needs.
    Refused,
    /// Tails does not know the program.
    TailsProfile,
    /// The Whonix gateway does not know the program.
    WhonixProfile,
    /// The ports at which Tor delivers are in use.
    Ports,
    /// Another program runs the same identity.
    Twice,
}

impl Barrier {
    /// The key of the sentence that says what to do.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::ControlPort => "barred-port",
            Self::Password => "barred-password",
            Self::Cookie => "barred-cookie",
            Self::Refused => "barred-refused",
            Self::TailsProfile => "barred-tails",
            Self::WhonixProfile => "barred-whonix",
            Self::Ports => "barred-ports",
            Self::Twice => "barred-twice",
        }
    }
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
    /// It offers a file, and the line is the name.
    pub file: bool,
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
    /// The Tor of this machine could not reach them, and does not say why.
    Unreachable,
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

/// An address that may not ask to be a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Which identity it may not ask.
    pub identity: IdentityKey,
    /// The address.
    pub address: String,
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

impl Receipts {
    /// Whether they work.
    pub fn agreed(self) -> bool {
        self.mine && self.theirs
    }
}
