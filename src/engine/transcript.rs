//! A conversation as a plain text file, by explicit act.
//!
//! A text of the other side cannot pass for a line of its own: what follows a line break is indented. Messages that
//! disappear are left out, or the file would keep what both agreed not to keep. It does not know the profile's language:
//! a line has a time, an arrow (`->` ours, `<-` theirs) and a name.

use std::path::PathBuf;

use time::OffsetDateTime;

use super::{Engine, EngineError};
use crate::name::neutralised;
use crate::vault::{ContactId, Message, MessageKey, MessageState, Page, PlainFile, VaultError};

/// The two sides, as the user calls them.
struct Names {
    ours: String,
    theirs: String,
}

impl Engine {
    /// Writes a conversation to a file in clear that only its owner may read; refuses to overwrite. Messages that
    /// disappear are only mentioned.
    pub async fn export_conversation(&self, contact: ContactId, path: PathBuf) -> Result<(), EngineError> {
        let (names, address) = self
            .0
            .ledger
            .read(move |r| {
                let row = r.contact(contact)?;
                let ours = r.identity(row.identity)?.name;
                Ok((Names { ours, theirs: row.name }, row.address.onion()))
            })
            .await?;
        let mut file = on_disk(move || PlainFile::create(&path)).await?;
        let mut text = format!("{} <-> {} ({address})\n\n", names.ours, names.theirs);
        let mut after = MessageKey(0);
        loop {
            file = on_disk(move || file.write(&text).map(|()| file)).await?;
            let page = Page { before: None, after: Some(after), limit: PAGE };
            // The page right after this message, newest first.
            let messages = self.0.ledger.read(move |r| r.messages(contact, page)).await?;
            let Some(newest) = messages.first() else { break };
            after = newest.key;
            text = messages.iter().rev().map(|message| line(message, &names)).collect();
        }
        on_disk(move || file.finish()).await
    }
}

/// One message, with its line break; further lines of its text are indented.
fn line(message: &Message, names: &Names) -> String {
    let (arrow, name) = if message.incoming() { ("<-", &names.theirs) } else { ("->", &names.ours) };
    let time = minute(message.time);
    let mut marks = String::new();
    if message.transfer.is_some() {
        marks.push_str(" (file)");
    }
    if message.state == MessageState::Recalled {
        marks.push_str(" (recalled)");
    }
    if message.edited {
        marks.push_str(" (edited)");
    }
    for (arrow, emoji) in [("->", message.reaction_mine), ("<-", message.reaction_theirs)] {
        marks.extend(emoji.map(|emoji| format!(" [{arrow} {}]", emoji.as_str())));
    }
    let text = if message.deleted {
        "(deleted)".to_owned()
    } else if message.expires_in.is_some() {
        "(disappears, not exported)".to_owned()
    } else {
        neutralised(&message.text).replace('\n', "\n    ")
    };
    format!("{time} {arrow} {name}:{marks} {text}\n")
}

/// A time to the minute, in UTC; one beyond the calendar is left out.
fn minute(millis: i64) -> String {
    let Ok(time) = OffsetDateTime::from_unix_timestamp(millis / 1000) else { return "?".to_owned() };
    let (date, hour, minute) = (time.date(), time.hour(), time.minute());
    format!("{date} {hour:02}:{minute:02} UTC")
}

/// Does something that may wait for the disk.
async fn on_disk<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(act).await;
    Ok(done.map_err(|_| EngineError::Stopped)??)
}

/// Messages looked up at a time: a few of the longest fit memory easily.
const PAGE: usize = 200;
