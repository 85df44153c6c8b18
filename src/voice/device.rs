//! Microphones and loudspeakers: this machine's, and files and memory that behave like them.
//!
//! All give and take 10 ms at a time, at the room's rate, and none of them waits: whoever drives them asks again every
//! few milliseconds and says what time it is. A device that fails is replaced by the machine's default one, and by
//! silence where there is none, and it says so; the sound goes on. It does not mix, meter or clean.

mod keeper;
mod machine;
mod pace;
mod played;
pub mod ring;
pub mod tape;
mod trouble;

use std::path::PathBuf;
use std::time::Duration;

use super::pcm::Block;
use super::wav::WavError;

pub use machine::{Name, Names, names};

/// Where sound comes from.
pub trait Microphone: Send {
    /// The next 10 ms, if they have been said. `now` is since an arbitrary start and never goes back.
    fn listen(&mut self, now: Duration) -> Option<Block>;

    /// What happened to it, oldest first.
    fn news(&mut self) -> Option<News>;
}

/// Where sound goes.
pub trait Loudspeaker: Send {
    /// Whether it needs 10 ms more, to be silent for no instant. `now` is since an arbitrary start and never goes back.
    fn wants(&mut self, now: Duration) -> bool;

    /// Hands it 10 ms. What it did not want may be lost.
    fn play(&mut self, block: &Block);

    /// The next 10 ms of what it has taken, in order: of what it was handed, and silence where it ran dry or is away. So much
    /// comes as time passes. To be asked after each [`Self::play`] until there is no more.
    fn played(&mut self) -> Option<Block>;

    /// What happened to it, oldest first.
    fn news(&mut self) -> Option<News>;
}

/// Where microphones and loudspeakers come from: this machine, or a test.
pub trait Devices: Send + Sync + 'static {
    /// The microphone of this choice; see [`microphone`].
    fn microphone(&self, choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError>;

    /// The loudspeaker of this choice; see [`loudspeaker`].
    fn loudspeaker(&self, choice: &Choice) -> Result<Box<dyn Loudspeaker>, DeviceError>;

    /// What there is to choose from; see [`names`]. Where it is not said, nothing.
    fn names(&self) -> Result<Names, DeviceError> {
        Ok(Names::default())
    }
}

/// The devices of this machine, and files.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisMachine;

/// Which device to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The one the desktop is set to.
    #[default]
    Default,
    /// One of this machine's, by its identifier or name ([`Names`]).
    Named(String),
    /// A WAV file: played once and then silence, or recorded into.
    File(PathBuf),
    /// None: silence.
    Silence,
}

/// What happened to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It works; what it is called.
    Works(String),
    /// The chosen one is not there: the default one, of this name, is used instead.
    Replaced(String),
    /// It failed, and there is no other: silence, until one is found.
    Failed(DeviceError),
    /// So many clicks since this was said last; said at most once a second.
    Clicks(u32),
    /// The file was played to its end.
    Ended,
}

/// Why there is no device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// This machine has none of the kind.
    #[error("there is no such device")]
    Missing,
    /// There is no sound system that answers.
    #[error("no sound system answers")]
    NoSystem,
    /// Another program uses it alone.
    #[error("another program uses the device")]
    Busy,
    /// The system does not let us.
    #[error("the system does not allow the use of the device")]
    Denied,
    /// It gives nothing that we understand.
    #[error("the device knows no common format")]
    Format,
    /// It broke down.
    #[error("the device failed")]
    Broken,
    /// The file of a file device.
    #[error(transparent)]
    File(#[from] WavError),
}

impl Choice {
    /// As it is written on a command line: `default`, `none`, a file that ends in `.wav`, or a device's name.
    pub fn parse(text: &str) -> Self {
        let is_file = text.len() > 4 && text.to_ascii_lowercase().ends_with(".wav");
        match text {
            "default" | "" => Self::Default,
            "none" => Self::Silence,
            _ if is_file => Self::File(PathBuf::from(text)),
            _ => Self::Named(text.to_owned()),
        }
    }
}

/// The microphone of this choice. One of the machine's is opened on a thread of its own and tells of it by its news;
/// only a file can fail here. Reads the whole of a file.
pub fn microphone(choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError> {
    Ok(match choice {
        Choice::Default => Box::new(machine::Input::open(None)),
        Choice::Named(name) => Box::new(machine::Input::open(Some(name.clone()))),
        Choice::File(path) => Box::new(tape::Tape::read(path)?),
        Choice::Silence => Box::new(tape::Tape::new(Vec::new())),
    })
}

/// The loudspeaker of this choice; see [`microphone`].
pub fn loudspeaker(choice: &Choice) -> Result<Box<dyn Loudspeaker>, DeviceError> {
    Ok(match choice {
        Choice::Default => Box::new(machine::Output::open(None)),
        Choice::Named(name) => Box::new(machine::Output::open(Some(name.clone()))),
        Choice::File(path) => Box::new(tape::Ear::recording(path)?),
        Choice::Silence => Box::new(tape::Ear::deaf()),
    })
}

impl Devices for ThisMachine {
    fn microphone(&self, choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError> {
        microphone(choice)
    }

    fn loudspeaker(&self, choice: &Choice) -> Result<Box<dyn Loudspeaker>, DeviceError> {
        loudspeaker(choice)
    }

    fn names(&self) -> Result<Names, DeviceError> {
        names()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for (text, choice) in [
            ("default", Choice::Default),
            ("", Choice::Default),
            ("none", Choice::Silence),
            ("mic_a.monitor", Choice::Named("mic_a.monitor".to_owned())),
            ("/a/b c.WAV", Choice::File(PathBuf::from("/a/b c.WAV"))),
            (".wav", Choice::Named(".wav".to_owned())),
        ] {
            assert_eq!(Choice::parse(text), choice, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_said_at_once() {
        let choice = Choice::File(PathBuf::from("/nowhere/at.wav"));
        assert_eq!(microphone(&choice).map(drop), Err(DeviceError::File(WavError::Missing)));
        assert_eq!(loudspeaker(&choice).map(drop), Err(DeviceError::File(WavError::Missing)));
    }
}
