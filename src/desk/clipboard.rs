//! The clipboard, read on a thread of its own: whoever holds it is another program, and may be slow or never answer.
//!
//! It writes nothing: the window copies by itself. A picture is handed over whole by the program that holds it, so its
//! size is known only when it is here; it is then refused, and a transfer that is too slow is given up before.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::picture::{self, Pixels};
use super::{DeskError, PASTE_BYTES};

/// A way to the thread that reads; a new one takes its place when it does not answer.
#[derive(Default)]
pub(super) struct Clipboard(Mutex<State>);

#[derive(Default)]
struct State {
    reader: Option<SyncSender<Question>>,
    /// Threads that were given up.
    lost: usize,
}

enum Question {
    Text(SyncSender<Result<String, DeskError>>),
    Pixels(SyncSender<Result<Pixels, DeskError>>),
    Picture(SyncSender<Result<Vec<u8>, DeskError>>),
}

impl Clipboard {
    pub(super) fn text(&self) -> Result<String, DeskError> {
        self.ask(Question::Text)
    }

    pub(super) fn pixels(&self) -> Result<Pixels, DeskError> {
        self.ask(Question::Pixels)
    }

    /// In colours, as PNG.
    pub(super) fn picture(&self) -> Result<Vec<u8>, DeskError> {
        self.ask(Question::Picture)
    }

    fn ask<T>(&self, question: impl FnOnce(SyncSender<Result<T, DeskError>>) -> Question) -> Result<T, DeskError> {
        // Held while waiting: one question at a time.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, answered) = sync_channel(1);
        let reader = match state.reader.take() {
            Some(reader) => reader,
            None if state.lost >= LOST_MOST => return Err(DeskError::Slow),
            None => begin()?,
        };
        reader.send(question(answer)).map_err(|_| DeskError::Absent)?;
        match answered.recv_timeout(PATIENCE) {
            Ok(answer) => {
                state.reader = Some(reader);
                answer
            }
            Err(RecvTimeoutError::Timeout) => {
                state.lost += 1;
                Err(DeskError::Slow)
            }
            // The thread ended: there is no clipboard here.
            Err(RecvTimeoutError::Disconnected) => Err(DeskError::Absent),
        }
    }
}

fn begin() -> Result<SyncSender<Question>, DeskError> {
    let (reader, questions) = sync_channel(1);
    std::thread::Builder::new()
        .name("clipboard".into())
        .spawn(move || answer(&questions))
        .map_err(|_| DeskError::Absent)?;
    Ok(reader)
}

fn answer(questions: &Receiver<Question>) {
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return };
    for question in questions {
        // Whoever asked may have given up: then nobody takes the answer.
        match question {
            Question::Text(asker) => drop(asker.send(clipboard.get_text().map_err(fault).and_then(bounded))),
            Question::Pixels(asker) => drop(asker.send(clipboard.get_image().map_err(fault).and_then(pixels))),
            Question::Picture(asker) => drop(asker.send(clipboard.get_image().map_err(fault).and_then(png))),
        }
    }
}

fn bounded(text: String) -> Result<String, DeskError> {
    if text.len() > PASTE_BYTES { Err(DeskError::TooMuch) } else { Ok(text) }
}

fn pixels(image: arboard::ImageData<'_>) -> Result<Pixels, DeskError> {
    Pixels::from_rgba(image.width, image.height, &image.bytes)
}

fn png(image: arboard::ImageData<'_>) -> Result<Vec<u8>, DeskError> {
    picture::png(image.width, image.height, image.bytes.into_owned())
}

fn fault(error: arboard::Error) -> DeskError {
    match error {
        arboard::Error::ContentNotAvailable => DeskError::Nothing,
        arboard::Error::ClipboardOccupied => DeskError::Slow,
        arboard::Error::ConversionFailure => DeskError::Unreadable,
        _ => DeskError::Absent,
    }
}

/// How long the owner of the clipboard may take: longer, and the person has turned to something else.
const PATIENCE: Duration = Duration::from_secs(3);

/// Threads given up before the clipboard counts as broken: each may hold what it was waiting for.
const LOST_MOST: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_over_the_limit_is_refused_whole() {
        assert_eq!(bounded("x".repeat(PASTE_BYTES)).map(|text| text.len()), Ok(PASTE_BYTES));
        assert_eq!(bounded("x".repeat(PASTE_BYTES + 1)), Err(DeskError::TooMuch));
    }

    #[test]
    fn a_picture_whose_bytes_do_not_match_its_size_is_refused() {
        let claim = |width, height, bytes: usize| {
            pixels(arboard::ImageData { width, height, bytes: vec![0; bytes].into() }).map(drop)
        };
        assert_eq!(claim(2, 2, 16), Ok(()));
        assert_eq!(claim(2, 2, 15), Err(DeskError::Unreadable));
        assert_eq!(claim(usize::MAX, 4, 16), Err(DeskError::TooMuch));
        assert_eq!(claim(0, 0, 0), Err(DeskError::Unreadable));
    }
}
