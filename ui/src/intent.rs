//! What was asked for by the person; the other side carries it out and answers with updates.

use std::path::PathBuf;

use crate::keys::{ContactKey, IdentityKey, MessageKey, ParcelKey, RequestKey, TransferKey};
use crate::model::{Blocked, Purpose, Typed};
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
        /// Stay offline until the person goes online.
        offline: bool,
    },
    /// Make a profile in memory alone.
    CreateTraceless {
        /// Stay offline until the person goes online.
        offline: bool,
    },
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
    /// Tell how Tor is entered.
    LookAtDetour,
    /// Tell what can be said of what is typed about that.
    CheckDetour(Typed),
    /// Enter Tor so from now on, and in no other way.
    SetDetour(Typed),

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

    // Files.
    /// Look into what is to be sent to a contact.
    Pack(ContactKey, Source),
    /// Offer what was chosen for a contact and looked into.
    SendFiles {
        /// To whom.
        contact: ContactKey,
        /// Each with the name under which it is offered.
        parcels: Vec<(ParcelKey, String)>,
        /// Remove first what they say about who made them.
        clean: bool,
    },
    /// Do not send this after all.
    Unpack(ParcelKey),
    /// Take a file that was offered.
    AcceptFile(TransferKey),
    /// Do not take it.
    DeclineFile(TransferKey),
    /// Stop for a while.
    PauseFile(TransferKey),
    /// Go on.
    ResumeFile(TransferKey),
    /// Give it up.
    CancelFile(TransferKey),
    /// Write a file that was received in clear.
    SaveFile {
        /// Which.
        transfer: TransferKey,
        /// Where; it must not exist.
        path: String,
    },
    /// Make the picture in a file ready to be looked at.
    ShowPicture(TransferKey),
    /// List the files that were exchanged with a contact.
    ListFiles(ContactKey),

    // Calls.
    /// Call a contact.
    CallStart(ContactKey),
    /// Take the call that rings here.
    CallAccept,
    /// Do not take it.
    CallDecline,
    /// End the call.
    CallHangUp,
    /// Be heard no longer, or again; the other side is not told.
    CallMute(bool),
    /// Be heard only while speaking is held, or always.
    PushToTalk(bool),
    /// Speaking is held, or no longer.
    Speak(bool),
    /// Look at what this machine can hear and play with.
    LookAtSound,
    /// Use this device, by the name that was shown; `None`: the one that the desktop is set to.
    ChooseDevice(Way, Option<String>),
    /// Listen by headset, or by loudspeaker.
    Headset(bool),
    /// Disguise the voice of calls and notes, or not.
    Disguise(bool),
    /// Record a few seconds and play them back, or stop that.
    AudioTest(bool),

    // Voice notes.
    /// Begin to record a voice note for a contact; one that was not sent is forgotten.
    NoteRecord(ContactKey),
    /// Stop recording; the note waits to be sent.
    NoteStop,
    /// Forget the note.
    NoteDiscard,
    /// Offer the note, as long as it is.
    NoteSend,
    /// Play the voice note in this file.
    NotePlay(TransferKey),
    /// Stop playing.
    NoteHush,

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

/// Which way sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From a microphone.
    In,
    /// To a loudspeaker.
    Out,
}

/// Where that which is to be sent comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Files that the person chooses in a dialog of the desktop.
    Files,
    /// A folder that the person chooses there.
    Folder,
    /// The picture of the clipboard.
    Clipboard,
    /// Files and folders that were dropped on the window.
    Dropped(Vec<PathBuf>),
    /// A path that was typed.
    Typed(String),
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
