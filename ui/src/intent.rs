//! What was asked for by the person; the other side carries it out and answers with updates.

use crate::keys::{ContactKey, IdentityKey, MessageKey, RequestKey};
use crate::model::{Blocked, Purpose};
use crate::secret::Secret;
use crate::settings::Settings;

/// One wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    // The profile.
    /// Make a profile, kept on disk.
    Create {
        /// Its passphrase.
        passphrase: Secret,
    },
    /// Make a profile in memory alone.
    CreateTraceless,
    /// Open the profile, or unlock the screen.
    Unlock {
        /// Its passphrase.
        passphrase: Secret,
    },
    /// Hide everything until the passphrase is given.
    Lock,
    /// Destroy the keys and end.
    Destroy,
    /// End.
    Quit,
    /// Seal the profile under another passphrase.
    ChangePassphrase {
        /// The present one.
        old: Secret,
        /// The next one.
        new: Secret,
    },
    /// Write a backup.
    Backup {
        /// Where; it must not exist.
        path: String,
        /// Its own passphrase.
        passphrase: Secret,
    },
    /// Set how the window is to be.
    Set(Settings),
    /// The window is looked at, or no longer.
    Focus(bool),

    // Identities and Tor.
    /// Make an identity.
    AddIdentity {
        /// What the person calls it.
        name: String,
    },
    /// Remove an identity with its contacts and messages.
    RemoveIdentity(IdentityKey),
    /// Appear offline with an identity, or not.
    SetVisible(IdentityKey, bool),
    /// Go online or offline with everything.
    SetOnline(bool),

    // Contacts.
    /// Ask somebody to be a contact.
    AddContact {
        /// By which identity.
        identity: IdentityKey,
        /// As it was pasted.
        address: String,
        /// A name for them.
        name: String,
        /// What they are told; may be empty.
        message: String,
    },
    /// Take a request.
    Accept {
        /// Which.
        request: RequestKey,
        /// A name for them.
        name: String,
    },
    /// Let a request go; they are told nothing.
    Decline(RequestKey),
    /// Take nothing from the asker any more; they are told nothing.
    BlockRequest(RequestKey),
    /// Let a blocked address ask again.
    UnblockAddress(Blocked),
    /// Give a contact another name.
    Rename(ContactKey, String),
    /// Note whether the safety words were compared.
    Verify(ContactKey, bool),
    /// Block or unblock.
    Block(ContactKey, bool),
    /// Remove a contact and the conversation.
    Remove(ContactKey),
    /// Try to reach them now.
    Retry(ContactKey),
    /// Show their safety words.
    ShowWords(ContactKey),
    /// Messages of the conversation disappear so many seconds after they were displayed.
    SetExpiry(ContactKey, Option<u32>),
    /// Want read receipts, or not.
    SetReceipts(ContactKey, bool),
    /// The person has seen that the contact was restored from a backup.
    AcknowledgeRestored(ContactKey),

    // Conversations.
    /// Load a part of a conversation.
    Load {
        /// Whose.
        contact: ContactKey,
        /// Which part.
        part: Part,
    },
    /// Everything of this conversation that arrived was displayed.
    MarkRead(ContactKey),
    /// Keep what was begun.
    Draft(ContactKey, String),
    /// Send a message.
    Send {
        /// To whom.
        contact: ContactKey,
        /// What.
        text: String,
        /// The message it answers.
        reply_to: Option<MessageKey>,
    },
    /// Take back a message that has not left.
    Recall(MessageKey),
    /// Replace the text of a message of ours.
    Edit(MessageKey, String),
    /// Delete a message of ours for both.
    DeleteForBoth(MessageKey),
    /// Delete a message here alone.
    DeleteHere(MessageKey),
    /// React to a message, or take that back.
    React(MessageKey, Option<String>),
    /// Show the earlier texts of a message.
    ShowHistory(MessageKey),
    /// Search everything.
    Search(String),
    /// Write a conversation as plain text.
    ExportTalk {
        /// Whose.
        contact: ContactKey,
        /// Where; it must not exist.
        path: String,
    },

    // The desktop.
    /// Open a file dialog.
    Choose(Purpose),
    /// Save the QR picture of an identity's address.
    SaveQr {
        /// Whose.
        identity: IdentityKey,
        /// Where; it must not exist.
        path: String,
    },
    /// Read a QR picture from a file.
    ScanFile(String),
    /// Read a QR picture from the clipboard.
    ScanClipboard,
    /// Give the text of the clipboard.
    Paste,
}

/// Which part of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The newest page.
    Newest,
    /// The page before this message.
    Before(MessageKey),
    /// The page after this message.
    After(MessageKey),
    /// The page around this message.
    Around(MessageKey),
}
