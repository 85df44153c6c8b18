//! What a numbered message says: a text, a file that is offered, or a change of what was said before.
//!
//! It does not decide whether a change is allowed: who receives it looks at whose message it names.

use super::emoji::Emoji;
use super::expiry::Expiry;
use super::file::{Fate, Offer};
use super::frame::{MessageId, WireError};
use super::reader::Reader;
use super::text::MessageText;

/// The content of [`Frame::Message`](super::Frame::Message).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Something to read.
    Text {
        /// What was written.
        text: MessageText,
        /// The message it answers.
        reply_to: Option<Target>,
        /// How long it lives once it was displayed; `None` for ever.
        expires_in: Option<Expiry>,
    },
    /// An earlier text of the sender says something else now.
    Edit {
        /// Which.
        target: MessageId,
        /// What it says now.
        text: MessageText,
    },
    /// An earlier text of the sender is to be gone on both sides.
    Delete {
        /// Which.
        target: MessageId,
    },
    /// The sender's one reaction to a message of either side.
    React {
        /// To which.
        target: Target,
        /// `None` takes it back.
        emoji: Option<Emoji>,
    },
    /// How the sender wants the conversation to be.
    Terms {
        /// Of the timer: grows by one with each change of either side; 0 is a timer that was never set.
        version: u32,
        /// How long the texts of both sides live; `None` for ever.
        expires_in: Option<Expiry>,
        /// Whether the sender tells what was displayed, and wants to be told.
        receipts: bool,
    },
    /// Something to fetch: the transfer is named by the message that offers it.
    Offer(Offer),
    /// What became of a transfer.
    Fate {
        /// The message that offered it.
        target: Target,
        /// Its end.
        fate: Fate,
    },
}

/// A message by its name: each side draws names of its own, so the author belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
}

/// Who wrote a message, as seen by the sender of the body that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The sender.
    Me,
    /// The receiver.
    You,
}

impl Body {
    /// Appends the bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text { text, reply_to, expires_in } => {
                out.push(TEXT);
                out.extend(seconds(*expires_in).to_be_bytes());
                match reply_to {
                    None => out.push(NOBODY),
                    Some(target) => target.encode(out),
                }
                out.extend(text.as_str().as_bytes());
            }
            Self::Edit { target, text } => {
                out.push(EDIT);
                out.extend(target.0);
                out.extend(text.as_str().as_bytes());
            }
            Self::Delete { target } => {
                out.push(DELETE);
                out.extend(target.0);
            }
            Self::React { target, emoji } => {
                out.push(REACT);
                target.encode(out);
                out.extend(emoji.map_or("", Emoji::as_str).as_bytes());
            }
            Self::Terms { version, expires_in, receipts } => {
                out.push(TERMS);
                out.extend(version.to_be_bytes());
                out.extend(seconds(*expires_in).to_be_bytes());
                out.push(u8::from(*receipts));
            }
            Self::Offer(offer) => {
                out.push(OFFER);
                out.extend(seconds(offer.expires_in).to_be_bytes());
                offer.encode(out);
            }
            Self::Fate { target, fate } => {
                out.push(FATE);
                target.encode(out);
                fate.encode(out);
            }
        }
    }

    /// The body that is exactly these bytes.
    ///
    /// # Errors
    /// They are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let body = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(body)
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        match from.byte()? {
            TEXT => Ok(Self::Text {
                expires_in: expiry(from)?,
                reply_to: match Author::from_code(from.byte()?)? {
                    None => None,
                    Some(author) => Some(Target { id: MessageId(from.bytes()?), author }),
                },
                text: from.text(MessageText::new)?,
            }),
            EDIT => Ok(Self::Edit { target: MessageId(from.bytes()?), text: from.text(MessageText::new)? }),
            DELETE => Ok(Self::Delete { target: MessageId(from.bytes()?) }),
            REACT => Ok(Self::React { target: Target::read(from)?, emoji: from.text(emoji)? }),
            TERMS => Ok(Self::Terms {
                version: u32::from_be_bytes(from.bytes()?),
                expires_in: expiry(from)?,
                receipts: match from.byte()? {
                    0 => false,
                    1 => true,
                    _ => return Err(WireError::Field),
                },
            }),
            OFFER => Ok(Self::Offer(Offer::read(expiry(from)?, from)?)),
            FATE => Ok(Self::Fate { target: Target::read(from)?, fate: Fate::read(from)? }),
            _ => Err(WireError::Field),
        }
    }

    /// The longest body: a text with everything it may carry.
    pub(super) const MOST: usize = 1 + 4 + 1 + 16 + super::limits::MESSAGE_BYTES;
    /// The shortest body: a text of one byte.
    pub(super) const LEAST: usize = 1 + 4 + 1 + 1;
}

impl Target {
    fn encode(self, out: &mut Vec<u8>) {
        out.push(self.author.code());
        out.extend(self.id.0);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let author = Author::from_code(from.byte()?)?.ok_or(WireError::Field)?;
        Ok(Self { id: MessageId(from.bytes()?), author })
    }
}

impl Author {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Me => ME,
            Self::You => YOU,
        }
    }

    /// `None` for nobody.
    pub(super) fn from_code(code: u8) -> Result<Option<Self>, WireError> {
        match code {
            NOBODY => Ok(None),
            ME => Ok(Some(Self::Me)),
            YOU => Ok(Some(Self::You)),
            _ => Err(WireError::Field),
        }
    }
}

fn seconds(expires_in: Option<Expiry>) -> u32 {
    expires_in.map_or(0, Expiry::seconds)
}

fn expiry(from: &mut Reader<'_>) -> Result<Option<Expiry>, WireError> {
    match u32::from_be_bytes(from.bytes()?) {
        0 => Ok(None),
        seconds => Expiry::from_seconds(seconds.into()).map(Some).map_err(|_| WireError::Field),
    }
}

/// Canonical: only the full spelling is taken.
fn emoji(text: String) -> Result<Option<Emoji>, WireError> {
    if text.is_empty() {
        return Ok(None);
    }
    let emoji = Emoji::new(&text).map_err(|_| WireError::Field)?;
    if emoji.as_str() == text { Ok(Some(emoji)) } else { Err(WireError::Field) }
}

const TEXT: u8 = 1;
const EDIT: u8 = 2;
const DELETE: u8 = 3;
const REACT: u8 = 4;
const TERMS: u8 = 5;
const OFFER: u8 = 6;
const FATE: u8 = 7;

const NOBODY: u8 = 0;
const ME: u8 = 1;
const YOU: u8 = 2;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::tests::any_body;
    use super::*;

    #[test]
    fn wrong_bodies_are_refused() {
        let id = [7; 16];
        let emoji = "🧅".as_bytes();
        let heart = "\u{2764}".as_bytes();
        let wrong: &[(&str, &[&[u8]])] = &[
            ("nothing", &[]),
            ("an unknown kind", &[&[0], &id]),
            ("an unknown kind", &[&[8], &id]),
            ("a text without text", &[&[1, 0, 0, 0, 0, 0]]),
            ("an unknown author", &[&[1, 0, 0, 0, 0, 3], &id, b"x"]),
            ("half a quote", &[&[1, 0, 0, 0, 0, 1], &[7; 9]]),
            ("a quote without text", &[&[1, 0, 0, 0, 0, 1], &id]),
            ("a life too short", &[&[1, 0, 0, 0, 4, 0], b"x"]),
            ("a life too long", &[&[1, 0, 36, 234, 1, 0], b"x"]),
            ("an edit to nothing", &[&[2], &id]),
            ("trailing bytes", &[&[3], &id, &[0]]),
            ("nobody's message", &[&[4, 0], &id, emoji]),
            ("an unknown author", &[&[4, 3], &id, emoji]),
            ("two emoji", &[&[4, 1], &id, emoji, emoji]),
            ("no emoji", &[&[4, 1], &id, b"x"]),
            ("another spelling of an emoji", &[&[4, 1], &id, heart]),
            ("neither yes nor no", &[&[5, 0, 0, 0, 1, 0, 0, 0, 9, 2]]),
            ("trailing bytes", &[&[5, 0, 0, 0, 1, 0, 0, 0, 9, 1, 0]]),
            ("an offer of an unknown kind", &[&[6, 0, 0, 0, 0, 4], &[1; 8], &[0; 32], b"x"]),
            ("an offer without a name", &[&[6, 0, 0, 0, 0, 1], &[1; 8], &[0; 32]]),
            ("an offer of too much", &[&[6, 0, 0, 0, 0, 1], &[1; 8], &[0; 32], b"x"]),
            ("an offer with half a hash", &[&[6, 0, 0, 0, 0, 1], &[0; 7], &[1], &[0; 16]]),
            ("a folder of nothing", &[&[6, 0, 0, 0, 0, 2, 0, 0, 0, 0], &[0; 7], &[1], &[0; 32], b"x"]),
            ("nobody's transfer", &[&[7, 0], &id, &[1]]),
            ("no fate", &[&[7, 1], &id]),
            ("an unknown fate", &[&[7, 1], &id, &[6]]),
            ("a failure without a reason", &[&[7, 1], &id, &[5]]),
            ("an unknown reason", &[&[7, 1], &id, &[5, 7]]),
            ("trailing bytes", &[&[7, 1], &id, &[1, 0]]),
        ];
        for (what, parts) in wrong {
            assert!(Body::decode(&parts.concat()).is_err(), "{what}");
        }
    }

    proptest! {
        #[test]
        fn a_body_is_its_bytes_and_garbage_is_none(body in any_body(), garbage in vec(any::<u8>(), 0..64)) {
            let mut bytes = Vec::new();
            body.encode(&mut bytes);
            prop_assert_eq!(Body::decode(&bytes), Ok(body));
            if let Ok(body) = Body::decode(&garbage) {
                let mut again = Vec::new();
                body.encode(&mut again);
                prop_assert_eq!(again, garbage);
            }
        }
    }
}
