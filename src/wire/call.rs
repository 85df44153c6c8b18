//! What two programs say about a call, beside it: who rings, and what becomes of it.
//!
//! It does not know what a call sounds like ([`crate::voice`] does). Mute, silence and speech are never told.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;

use super::frame::WireError;
use super::limits::{CALL_CIRCUITS, CALL_CIRCUITS_LEAST, CALL_CIRCUITS_MOST};
use super::reader::Reader;

/// The random name of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallId(pub [u8; 16]);

/// The text is not the name of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the name of a call")]
pub struct CallIdError;

/// What is said about one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// May I speak with you? Said again, with the same id, when a new session takes the place of the first.
    Ring {
        /// How much of the network the call takes, in both directions, for as long as it lasts.
        profile: Profile,
        /// How many circuits carry it.
        circuits: Circuits,
    },
    /// Yes: from now on cells flow.
    Accept,
    /// No.
    Decline,
    /// Not now: I am in another call.
    Busy,
    /// The call is over.
    HangUp,
}

/// How much of the network a call takes. Chosen before it starts, the same for both directions, never changed by what
/// is said in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Profile {
    /// 17 kbit/s of sound, 50 cells a second.
    #[default]
    Default,
    /// 12 kbit/s of sound, 25 cells a second.
    Saver,
    /// 10 kbit/s of sound, 17 cells a second.
    Thin,
}

/// A number of circuits that may carry a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Circuits(u8);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for CallId {
    type Err = CallIdError;

    /// Takes exactly what `Display` gives.
    fn from_str(text: &str) -> Result<Self, CallIdError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| CallIdError)?;
        bytes.try_into().map(Self).map_err(|_| CallIdError)
    }
}

impl Signal {
    /// The fewest bytes.
    pub(super) const LEAST: usize = 1;
    /// The most bytes.
    pub(super) const MOST: usize = 3;

    pub(super) fn encode(self, out: &mut Vec<u8>) {
        match self {
            Self::Ring { profile, circuits } => out.extend([RING, profile.code(), circuits.0]),
            Self::Accept => out.push(ACCEPT),
            Self::Decline => out.push(DECLINE),
            Self::Busy => out.push(BUSY),
            Self::HangUp => out.push(HANG_UP),
        }
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        match body.byte()? {
            RING => Ok(Self::Ring {
                profile: Profile::from_code(body.byte()?).ok_or(WireError::Field)?,
                circuits: Circuits::new(body.byte()?).ok_or(WireError::Field)?,
            }),
            ACCEPT => Ok(Self::Accept),
            DECLINE => Ok(Self::Decline),
            BUSY => Ok(Self::Busy),
            HANG_UP => Ok(Self::HangUp),
            _ => Err(WireError::Field),
        }
    }
}

impl Profile {
    /// All of them, the one with the best sound first.
    pub const ALL: [Self; 3] = [Self::Default, Self::Saver, Self::Thin];

    fn code(self) -> u8 {
        match self {
            Self::Default => 1,
            Self::Saver => 2,
            Self::Thin => 3,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.code() == code)
    }
}

impl Circuits {
    /// As many as a call has unless somebody chose.
    pub const USUAL: Self = Self(CALL_CIRCUITS);

    /// So many circuits, if a call may have so many.
    pub fn new(count: u8) -> Option<Self> {
        (CALL_CIRCUITS_LEAST..=CALL_CIRCUITS_MOST).contains(&count).then_some(Self(count))
    }

    /// How many.
    pub fn count(self) -> u8 {
        self.0
    }
}

impl Default for Circuits {
    fn default() -> Self {
        Self::USUAL
    }
}

const RING: u8 = 1;
const ACCEPT: u8 = 2;
const DECLINE: u8 = 3;
const BUSY: u8 = 4;
const HANG_UP: u8 = 5;
