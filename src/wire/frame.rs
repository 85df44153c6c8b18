//! The frames of a session, and the bytes they are made of.
//!
//! Every decoder is total: any bytes give a frame, a request for more bytes, or a [`WireError`]. It does not look for
//! frames in a stream of bytes ([`super::Deframer`] does).

use std::ops::RangeInclusive;

use super::body::{Author, Body};
use super::call::{CallId, Signal};
use super::limits::{FRAME_BYTES, HANDSHAKE, REQUEST_BYTES};
use super::reader::Reader;
use super::text::RequestText;

/// The random name of one run of sequence numbers in one direction; redrawn when a contact is made, re-added or restored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Epoch(pub [u8; 8]);

/// The random name of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MessageId(pub [u8; 16]);

/// What one side says to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Are you there?
    Ping {
        /// Random, so that an answer cannot be given before the question.
        nonce: u64,
    },
    /// I am.
    Pong {
        /// The nonce of the ping.
        nonce: u64,
    },
    /// The dialler is a contact here: the session is open.
    Welcome,
    /// The one answer to everybody else.
    Waiting,
    /// May I be your contact?
    Request {
        /// What the asker says of themselves.
        text: RequestText,
    },
    /// The session ends on purpose.
    Bye {
        /// Why it ends.
        reason: Bye,
    },
    /// A message: numbered, kept until it is acknowledged, shown or applied once.
    Message {
        /// The run of numbers that `seq` belongs to.
        epoch: Epoch,
        /// Its place in the conversation, 1 to [`SEQUENCE`](super::limits::SEQUENCE); consecutive within one session.
        seq: u64,
        /// Its name, the same however often it is sent.
        id: MessageId,
        /// How long ago it was written, in whole minutes by the sender's reckoning; any value, so subtract with care.
        age_minutes: u32,
        /// What it says.
        body: Body,
    },
    /// The message of this number says nothing any more.
    Skip {
        /// As in [`Frame::Message`].
        epoch: Epoch,
        /// As in [`Frame::Message`].
        seq: u64,
    },
    /// Everything of this epoch up to this number is on my disk.
    Ack {
        /// The epoch of the acknowledged messages, that is, of the other side's.
        epoch: Epoch,
        /// The last acknowledged number, 1 to [`SEQUENCE`](super::limits::SEQUENCE).
        seq: u64,
    },
    /// This profile was restored from a backup.
    Restored,
    /// Everything of yours up to this message was displayed. Only where both sides switched receipts on.
    Read {
        /// The name of the last one.
        id: MessageId,
    },
    /// The first message of a renewed handshake.
    Renew1(Box<[u8; HANDSHAKE]>),
    /// The second one; see [`Frame::Renew1`].
    Renew2(Box<[u8; HANDSHAKE]>),
    /// The third one; see [`Frame::Renew1`].
    Renew3(Box<[u8; HANDSHAKE]>),
    /// The renewal is complete; see [`Frame::Renew1`].
    Renewed,
    /// A further circuit is about to be joined to this session, under a token that both sides can compute.
    Join {
        /// What for.
        kind: JoinKind,
        /// The name of the transfer or call.
        id: [u8; 16],
        /// Counts up per transfer or call and session: a join that failed is tried again under the next one.
        index: u8,
        /// Who dials: [`Author::Me`] announces a dial, [`Author::You`] asks for one.
        dialler: Author,
    },
    /// Something about a call.
    Call {
        /// Which call.
        id: CallId,
        /// What about it.
        what: Signal,
    },
}

/// What a joined circuit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// Blocks of a file.
    File = 1,
    /// Voice.
    Voice = 2,
    /// Blocks of a file that was offered and not accepted yet: nothing is asked for before it is.
    Ahead = 3,
}

/// Why a session ends on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bye {
    /// A newer session took its place.
    Replaced,
    /// The program is going offline.
    Leaving,
    /// The other side broke the protocol.
    Violation,
}

/// Why bytes are not frames. Always the peer's fault, except [`WireError::Overflow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A type below 0x80 that this version does not know.
    #[error("the peer sent a frame of an unknown kind")]
    UnknownKind,
    /// Longer or shorter than its kind allows.
    #[error("the peer sent a frame of a wrong length")]
    Length,
    /// A field outside its range, or text that is not UTF-8.
    #[error("the peer sent a frame with a wrong field")]
    Field,
    /// More was pushed than one record, or frames were not taken out before the next record: our own mistake.
    #[error("more than one record was pushed before its frames were taken out")]
    Overflow,
}

/// The first four bytes of a frame, checked: the kind is known or may be skipped, and the length fits it.
#[derive(Clone, Copy)]
pub(super) struct Header {
    /// What follows.
    pub(super) kind: u8,
    /// Bytes of the body.
    pub(super) length: usize,
}

impl Frame {
    /// Appends the frame's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend([self.kind(), 0, 0, 0]);
        self.encode_body(out);
        // Every body is far below 2^24 bytes: its parts are bounded by their types.
        let [_, length @ ..] = ((out.len() - start - Header::BYTES) as u32).to_be_bytes();
        if let Some(slot) = out.get_mut(start + 1..start + Header::BYTES) {
            slot.copy_from_slice(&length);
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Ping { .. } => PING,
            Self::Pong { .. } => PONG,
            Self::Welcome => WELCOME,
            Self::Waiting => WAITING,
            Self::Request { .. } => REQUEST,
            Self::Bye { .. } => BYE,
            Self::Message { .. } => MESSAGE,
            Self::Skip { .. } => SKIP,
            Self::Ack { .. } => ACK,
            Self::Restored => RESTORED,
            Self::Read { .. } => READ,
            Self::Renew1(_) => RENEW_1,
            Self::Renew2(_) => RENEW_2,
            Self::Renew3(_) => RENEW_3,
            Self::Renewed => RENEWED,
            Self::Join { .. } => JOIN,
            Self::Call { .. } => CALL,
        }
    }

    fn encode_body(&self, out: &mut Vec<u8>) {
        match self {
            Self::Ping { nonce } | Self::Pong { nonce } => out.extend(nonce.to_be_bytes()),
            Self::Welcome | Self::Waiting | Self::Restored | Self::Renewed => {}
            Self::Request { text } => out.extend(text.as_str().as_bytes()),
            Self::Bye { reason } => out.push(reason.code()),
            Self::Message { epoch, seq, id, age_minutes, body } => {
                out.extend(epoch.0);
                out.extend(seq.to_be_bytes());
                out.extend(id.0);
                out.extend(age_minutes.to_be_bytes());
                body.encode(out);
            }
            Self::Skip { epoch, seq } | Self::Ack { epoch, seq } => {
                out.extend(epoch.0);
                out.extend(seq.to_be_bytes());
            }
            Self::Read { id } => out.extend(id.0),
            Self::Renew1(message) | Self::Renew2(message) | Self::Renew3(message) => out.extend(message.iter()),
            Self::Join { kind, id, index, dialler } => {
                out.push(*kind as u8);
                out.extend(id);
                out.extend([*index, dialler.code()]);
            }
            Self::Call { id, what } => {
                out.extend(id.0);
                what.encode(out);
            }
        }
    }

    /// The frame of this kind with exactly this body.
    pub(super) fn decode(kind: u8, body: &[u8]) -> Result<Self, WireError> {
        let mut body = Reader::new(body);
        let frame = match kind {
            PING => Self::Ping { nonce: body.number()? },
            PONG => Self::Pong { nonce: body.number()? },
            WELCOME => Self::Welcome,
            WAITING => Self::Waiting,
            REQUEST => Self::Request { text: body.text(RequestText::new)? },
            BYE => Self::Bye { reason: Bye::from_code(body.bytes()?)? },
            MESSAGE => Self::Message {
                epoch: Epoch(body.bytes()?),
                seq: body.sequence()?,
                id: MessageId(body.bytes()?),
                age_minutes: u32::from_be_bytes(body.bytes()?),
                body: Body::read(&mut body)?,
            },
            SKIP => Self::Skip { epoch: Epoch(body.bytes()?), seq: body.sequence()? },
            ACK => Self::Ack { epoch: Epoch(body.bytes()?), seq: body.sequence()? },
            RESTORED => Self::Restored,
            READ => Self::Read { id: MessageId(body.bytes()?) },
            RENEW_1 => Self::Renew1(Box::new(body.bytes()?)),
            RENEW_2 => Self::Renew2(Box::new(body.bytes()?)),
            RENEW_3 => Self::Renew3(Box::new(body.bytes()?)),
            RENEWED => Self::Renewed,
            JOIN => Self::Join {
                kind: JoinKind::from_code(body.byte()?)?,
                id: body.bytes()?,
                index: body.byte()?,
                dialler: Author::from_code(body.byte()?)?.ok_or(WireError::Field)?,
            },
            CALL => Self::Call { id: CallId(body.bytes()?), what: Signal::read(&mut body)? },
            _ => return Err(WireError::UnknownKind),
        };
        body.finish()?;
        Ok(frame)
    }
}

impl Bye {
    fn code(self) -> u8 {
        match self {
            Self::Replaced => 1,
            Self::Leaving => 2,
            Self::Violation => 3,
        }
    }

    fn from_code(code: [u8; 1]) -> Result<Self, WireError> {
        match code {
            [1] => Ok(Self::Replaced),
            [2] => Ok(Self::Leaving),
            [3] => Ok(Self::Violation),
            _ => Err(WireError::Field),
        }
    }
}

impl JoinKind {
    fn from_code(code: u8) -> Result<Self, WireError> {
        match code {
            1 => Ok(Self::File),
            2 => Ok(Self::Voice),
            3 => Ok(Self::Ahead),
            _ => Err(WireError::Field),
        }
    }
}

impl Header {
    /// Bytes of a header: the kind and a length of three bytes.
    pub(super) const BYTES: usize = 4;

    /// Refuses a length that the kind cannot have, before anything of the body is kept.
    pub(super) fn parse([kind, a, b, c]: [u8; Self::BYTES]) -> Result<Self, WireError> {
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if !lengths(kind).ok_or(WireError::UnknownKind)?.contains(&length) {
            return Err(WireError::Length);
        }
        Ok(Self { kind, length })
    }

    /// Whether the body is to be thrown away: a kind of a later version that may be left unread.
    pub(super) fn is_skipped(self) -> bool {
        self.kind >= OPTIONAL
    }
}

/// How long the body of a kind may be, or `None` for a kind that ends the session.
fn lengths(kind: u8) -> Option<RangeInclusive<usize>> {
    match kind {
        PING | PONG => Some(8..=8),
        WELCOME | WAITING | RESTORED | RENEWED => Some(0..=0),
        REQUEST => Some(0..=REQUEST_BYTES),
        BYE => Some(1..=1),
        MESSAGE => Some(MESSAGE_FIELDS + Body::LEAST..=MESSAGE_FIELDS + Body::MOST),
        SKIP | ACK | READ => Some(16..=16),
        RENEW_1 | RENEW_2 | RENEW_3 => Some(HANDSHAKE..=HANDSHAKE),
        JOIN => Some(19..=19),
        CALL => Some(16 + Signal::LEAST..=16 + Signal::MOST),
        OPTIONAL.. => Some(0..=FRAME_BYTES),
        _ => None,
    }
}

const PING: u8 = 0x01;
const PONG: u8 = 0x02;
const WELCOME: u8 = 0x03;
const WAITING: u8 = 0x04;
const REQUEST: u8 = 0x05;
const BYE: u8 = 0x06;
const MESSAGE: u8 = 0x10;
const SKIP: u8 = 0x11;
const ACK: u8 = 0x12;
const RESTORED: u8 = 0x13;
const READ: u8 = 0x14;
const RENEW_1: u8 = 0x20;
const RENEW_2: u8 = 0x21;
const RENEW_3: u8 = 0x22;
const RENEWED: u8 = 0x23;
const JOIN: u8 = 0x30;
const CALL: u8 = 0x31;
/// From here on kinds may be skipped by who does not know them.
const OPTIONAL: u8 = 0x80;
/// Epoch, sequence number, id and age before the body of a message.
const MESSAGE_FIELDS: usize = 8 + 8 + 16 + 4;
