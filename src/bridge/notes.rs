//! Voice notes: one is spoken and sent, one is played.
//!
//! What was spoken is here alone, until it is offered as any file is, and is wiped when it was sent or discarded. A note
//! that came is read, decoded and played here; the window is told how far.

use std::sync::Arc;

use pelure_ui::intent::Intent;
use pelure_ui::keys::{ContactKey, TransferKey};
use pelure_ui::model::{Fault, NOTE_BYTES, Playing, Recording, Spoken};
use pelure_ui::update::Update;
use zeroize::Zeroizing;

use super::fault;
use super::files::{FileAnswer, FileJob};
use super::studio::{Heard, Take, Told};
use super::wishes::{Answer, Job};
use super::work::Work;
use crate::engine::{Engine, EngineError};
use crate::vault::{ContactId, MessageKey, TransferId};
use crate::wire::FileKind;

/// The note in hand, and the one that is played.
#[derive(Default)]
pub(super) struct Notes {
    hand: Option<Hand>,
    /// What the person wants to hear, from the wish to its end.
    wanted: Option<TransferKey>,
    playing: Option<(Take, Playing)>,
}

/// A note that was not sent.
struct Hand {
    shown: Recording,
    content: Content,
    /// It is to be sent as soon as it is whole.
    leaving: bool,
}

enum Content {
    Speaking(Take),
    Whole(Arc<Zeroizing<Vec<u8>>>),
}

/// A long job about notes.
pub(super) enum NoteJob {
    Offer { contact: ContactKey, note: Arc<Zeroizing<Vec<u8>>>, seconds: u16 },
    Read(TransferKey),
}

/// What came of it.
pub(super) enum NoteAnswer {
    Offered(Result<TransferId, Fault>),
    Read(TransferKey, Result<Zeroizing<Vec<u8>>, Fault>),
}

impl Work {
    /// Carries out a wish about notes; gives back one that is about something else.
    pub(super) fn wished_of_notes(&mut self, intent: Intent) -> Option<Intent> {
        match intent {
            Intent::NoteRecord(contact) => self.speak(contact),
            Intent::NoteStop => self.stop_speaking(),
            Intent::NoteDiscard => self.forget_note(),
            Intent::NoteSend => self.send_note(),
            Intent::NotePlay(key) => {
                self.hush();
                self.notes.wanted = Some(key);
                self.job(Job::File(FileJob::Note(NoteJob::Read(key))));
            }
            Intent::NoteHush => self.hush(),
            other => return Some(other),
        }
        None
    }

    /// Takes what came of a job.
    pub(super) async fn answered_of_notes(&mut self, answer: NoteAnswer) -> Result<(), EngineError> {
        match answer {
            NoteAnswer::Offered(Ok(transfer)) => {
                self.forget_note();
                // A file is named by the message that offers it.
                if let Some(view) = self.engine().around(MessageKey(transfer.0), 0).await?.first() {
                    self.message(view);
                }
            }
            NoteAnswer::Offered(Err(why)) => {
                // It is not lost: the person may try again.
                if let Some(hand) = &mut self.notes.hand {
                    hand.leaving = false;
                }
                self.notice(Update::Failed(why));
            }
            NoteAnswer::Read(key, read) if self.notes.wanted == Some(key) => match read {
                Ok(bytes) => self.play(key, bytes),
                Err(why) => self.failed_to_play(why),
            },
            // The person wants to hear another one by now, or none.
            NoteAnswer::Read(..) => {}
        }
        Ok(())
    }

    /// Takes what a thread says of a note; gives back what is about something else.
    pub(super) fn heard_of_notes(&mut self, told: Told) -> Option<Told> {
        if let Some((take, playing)) = &mut self.notes.playing
            && take.is(&told)
        {
            match told.what {
                Heard::Played(seconds) => {
                    playing.seconds = (seconds as u16).min(playing.of);
                    let update = Update::Playing(Some(*playing));
                    self.show(update);
                }
                Heard::Ended(Err(why)) => self.failed_to_play(why),
                Heard::Ended(Ok(())) => self.hush(),
                Heard::Said(..) | Heard::Back | Heard::Note(..) => {}
            }
            return None;
        }
        let Some(hand) = &mut self.notes.hand else { return Some(told) };
        if !matches!(&hand.content, Content::Speaking(take) if take.is(&told)) {
            return Some(told);
        }
        match told.what {
            Heard::Said(seconds, level) => (hand.shown.seconds, hand.shown.level) = (seconds as u16, level),
            Heard::Note(note, seconds) => {
                hand.shown =
                    Recording { stage: Spoken::Whole, seconds: seconds.ceil() as u16, level: 0.0, ..hand.shown };
                hand.content = Content::Whole(Arc::new(note));
            }
            Heard::Ended(outcome) => {
                // There is no note: nothing was heard, or there is no microphone.
                self.forget_note();
                outcome.unwrap_or_else(|why| self.notice(Update::Failed(why)));
                return None;
            }
            Heard::Played(_) | Heard::Back => {}
        }
        let (update, leaving) = (Update::Recording(Some(hand.shown)), std::mem::take(&mut hand.leaving));
        self.show(update);
        if leaving {
            self.send_note();
        }
        None
    }

    /// The note in hand, and how far the other is played, for a window that is told everything.
    pub(super) fn tell_notes(&mut self) {
        let recording = self.notes.hand.as_ref().map(|hand| hand.shown);
        let playing = self.notes.playing.as_ref().map(|(_, playing)| *playing);
        self.show(Update::Recording(recording));
        self.show(Update::Playing(playing));
    }

    /// A window that shows nothing decides about nothing: what was not sent is forgotten, and nothing is heard.
    pub(super) fn forget_notes(&mut self) {
        self.forget_note();
        self.hush();
    }

    /// A contact is gone: what was spoken for them is not sent to anybody.
    pub(super) fn forget_note_for(&mut self, contact: ContactKey) {
        if self.notes.hand.as_ref().is_some_and(|hand| hand.shown.contact == contact) {
            self.forget_note();
        }
    }

    /// The microphone closes, and what was said waits to be sent.
    pub(super) fn stop_speaking(&self) {
        if let Some(Hand { content: Content::Speaking(take), .. }) = &self.notes.hand {
            take.stop();
        }
    }

    /// What is played stops.
    pub(super) fn hush(&mut self) {
        self.notes.wanted = None;
        if self.notes.playing.take().is_some() {
            self.show(Update::Playing(None));
        }
    }

    fn speak(&mut self, contact: ContactKey) {
        if self.known.get(contact).is_none() || self.calls.is_busy() {
            return self.notice(Update::Failed(Fault::NotAllowedNow));
        }
        self.quiet();
        let Some(take) = self.studio.speak(&self.sound.chosen) else {
            return self.notice(Update::Failed(Fault::NotAllowedNow));
        };
        let disguised = self.sound.chosen.disguise;
        let shown = Recording { contact, stage: Spoken::Speaking, seconds: 0, level: 0.0, disguised };
        self.notes.hand = Some(Hand { shown, content: Content::Speaking(take), leaving: false });
        self.show(Update::Recording(Some(shown)));
    }

    fn send_note(&mut self) {
        let Some(hand) = self.notes.hand.as_mut().filter(|hand| !hand.leaving) else { return };
        hand.leaving = true;
        let (contact, seconds) = (hand.shown.contact, hand.shown.seconds);
        match &hand.content {
            Content::Speaking(take) => take.stop(),
            Content::Whole(note) => {
                let note = Arc::clone(note);
                self.job(Job::File(FileJob::Note(NoteJob::Offer { contact, note, seconds })));
            }
        }
    }

    fn forget_note(&mut self) {
        if self.notes.hand.take().is_some() {
            self.show(Update::Recording(None));
        }
    }

    fn play(&mut self, key: TransferKey, bytes: Zeroizing<Vec<u8>>) {
        // What it says of its length in the offer may be wrong.
        let note = crate::voice::note::Note::decode(&bytes);
        let Ok(of) = note.map(|note| note.seconds().ceil() as u16) else {
            return self.failed_to_play(Fault::NoteUnreadable);
        };
        self.quiet();
        let Some(take) = self.studio.play(&self.sound.chosen, bytes) else {
            return self.failed_to_play(Fault::NotAllowedNow);
        };
        let playing = Playing { transfer: key, seconds: 0, of };
        (self.notes.wanted, self.notes.playing) = (Some(key), Some((take, playing)));
        self.show(Update::Playing(Some(playing)));
    }

    fn failed_to_play(&mut self, why: Fault) {
        self.hush();
        self.notice(Update::Failed(why));
    }
}

impl NoteJob {
    pub(super) async fn run(self, engine: Engine) -> Answer {
        Answer::File(FileAnswer::Note(match self {
            Self::Offer { contact, note, seconds } => {
                let kind = FileKind::VoiceNote { seconds };
                let offered = engine.offer_bytes(ContactId(contact.0), NAME.into(), (*note).clone(), kind, false).await;
                NoteAnswer::Offered(offered.map_err(|error| fault::of_engine(&error)))
            }
            Self::Read(key) => {
                let read = engine.file_bytes(TransferId(key.0), NOTE_BYTES).await;
                NoteAnswer::Read(
                    key,
                    read.map_err(|error| match fault::of_engine(&error) {
                        Fault::FileTooLarge => Fault::NoteUnreadable,
                        other => other,
                    }),
                )
            }
        }))
    }
}

/// What every note is called: its name tells nothing, not even a language of the window.
const NAME: &str = "voice note";
