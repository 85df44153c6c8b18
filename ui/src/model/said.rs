//! What was said: the open conversation, its messages, and what a search found.

use std::collections::VecDeque;

use super::files::Transfer;
use super::shown::{Moment, Shown};
use crate::keys::{ContactKey, MessageKey};

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
    /// What it says; empty when deleted. Of a file: its name.
    pub text: Shown,
    /// The file that it offers.
    pub file: Option<Box<Transfer>>,
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

/// The earlier texts of an edited message, oldest first, without the present one.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Which message.
    pub message: MessageKey,
    /// Each with the time at which it was replaced.
    pub texts: Vec<(Shown, Moment)>,
}

/// Messages of the open conversation that are held: some hundred screens; the far end goes when more are asked for.
pub const LOADED: usize = 2_000;
