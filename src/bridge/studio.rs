//! This machine's sound outside of calls: a voice note is spoken or played, the sound is tried, a call rings.
//!
//! Each is a thread of its own that ends when it is done or told to. What a microphone heard stays in memory, is wiped,
//! and is handed over only as the note that the person spoke. Who hears of it is decided elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pelure_ui::model::Fault;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::tone::Ringing;
use crate::engine::{Clock, Sound, SystemRandom};
use crate::voice::chain::{Chain, Listening};
use crate::voice::device::{Choice, Devices, News};
use crate::voice::disguise::{DELAY, Disguise, Mask};
use crate::voice::level::Meter;
use crate::voice::note::{Note, Recorder};
use crate::voice::pcm::{BLOCK, Block, Frame, RATE, SILENCE};

/// Where threads for it are started.
pub(super) struct Studio {
    devices: Arc<dyn Devices>,
    clock: Arc<dyn Clock>,
    told: mpsc::Sender<Told>,
    last: u64,
}

/// Something under way; it ends when this is dropped.
pub(super) struct Take {
    number: u64,
    stop: Arc<AtomicBool>,
}

/// What a thread says, and which.
pub(super) struct Told {
    take: u64,
    pub(super) what: Heard,
}

/// What came of it so far.
pub(super) enum Heard {
    /// So many seconds were said, and how loud it is now.
    Said(f32, f32),
    /// So many seconds were played.
    Played(f32),
    /// What was said is played back now.
    Back,
    /// What was said, as a note of so many seconds.
    Note(Zeroizing<Vec<u8>>, f32),
    /// It is over.
    Ended(Result<(), Fault>),
}

/// What is done.
enum Work {
    Speak,
    Play(Zeroizing<Vec<u8>>),
    Try,
    Ring,
}

/// What a thread has.
struct Booth {
    devices: Arc<dyn Devices>,
    clock: Arc<dyn Clock>,
    sound: Sound,
    stop: Arc<AtomicBool>,
    told: mpsc::Sender<Told>,
    take: u64,
}

/// What is done to a voice before it is kept.
struct Voice {
    chain: Chain,
    disguise: Option<Disguise>,
}

impl Studio {
    /// With these devices; what the threads say comes out of the other end.
    pub(super) fn new(devices: Arc<dyn Devices>, clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<Told>) {
        let (told, said) = mpsc::channel(TOLD);
        (Self { devices, clock, told, last: 0 }, said)
    }

    /// Records a note until it is stopped, or has its longest length. `None`: there is no thread for it.
    pub(super) fn speak(&mut self, sound: &Sound) -> Option<Take> {
        self.begin(sound, Work::Speak)
    }

    /// Plays the bytes of a note, which a peer may have made up.
    pub(super) fn play(&mut self, sound: &Sound, note: Zeroizing<Vec<u8>>) -> Option<Take> {
        self.begin(sound, Work::Play(note))
    }

    /// Records a few seconds and plays them back.
    pub(super) fn try_it(&mut self, sound: &Sound) -> Option<Take> {
        self.begin(sound, Work::Try)
    }

    /// Rings until it is stopped.
    pub(super) fn ring(&mut self, sound: &Sound) -> Option<Take> {
        self.begin(sound, Work::Ring)
    }

    fn begin(&mut self, sound: &Sound, work: Work) -> Option<Take> {
        self.last += 1;
        let take = Take { number: self.last, stop: Arc::default() };
        let booth = Booth {
            devices: Arc::clone(&self.devices),
            clock: Arc::clone(&self.clock),
            sound: sound.clone(),
            stop: Arc::clone(&take.stop),
            told: self.told.clone(),
            take: self.last,
        };
        let thread = thread::Builder::new().name("sound".into()).spawn(move || booth.run(work));
        thread.is_ok().then_some(take)
    }
}

impl Take {
    /// Whether this was said of it.
    pub(super) fn is(&self, told: &Told) -> bool {
        self.number == told.take
    }

    /// Ends it; what came of it is still told.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Drop for Take {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Booth {
    fn run(self, work: Work) {
        let outcome = match work {
            Work::Speak => self.speak(),
            Work::Play(note) => self.play_note(&note),
            Work::Try => self.try_it(),
            Work::Ring => self.play(Ringing::default()),
        };
        // Nobody listens any more when the profile was closed.
        self.told.blocking_send(Told { take: self.take, what: Heard::Ended(outcome) }).ok();
    }

    fn speak(&self) -> Result<(), Fault> {
        let mut recorder = Recorder::new().map_err(|_| Fault::NotAllowedNow)?;
        self.record(|block| recorder.push(block).is_ok())?;
        let seconds = recorder.seconds();
        let note = Zeroizing::new(recorder.finish().map_err(|_| Fault::Empty)?);
        self.told.blocking_send(Told { take: self.take, what: Heard::Note(note, seconds) }).ok();
        Ok(())
    }

    fn play_note(&self, bytes: &[u8]) -> Result<(), Fault> {
        let note = Note::decode(bytes).map_err(|_| Fault::NoteUnreadable)?;
        self.play(note.play().map_err(|_| Fault::NotAllowedNow)?.flat_map(halves))
    }

    fn try_it(&self) -> Result<(), Fault> {
        // Of its whole size from the start: what grows leaves copies behind.
        let mut said = Zeroizing::new(Vec::with_capacity(TRIAL));
        self.record(|block| {
            said.extend_from_slice(block);
            said.len() + BLOCK <= TRIAL
        })?;
        self.tell(Heard::Back);
        self.play(said.chunks_exact(BLOCK).filter_map(|block| block.try_into().ok()))
    }

    /// Hands over what the microphone hears until it is stopped, or `keep` has enough.
    fn record(&self, mut keep: impl FnMut(&Block) -> bool) -> Result<(), Fault> {
        let mut microphone = self.devices.microphone(&self.sound.microphone).map_err(|_| Fault::NoMicrophone)?;
        let (mut voice, mut meter) = (Voice::new(&self.sound), Meter::default());
        let (mut count, mut works) = (0, false);
        while !self.is_stopped() {
            while let Some(block) = microphone.listen(self.clock.now()) {
                let said = voice.change(&block);
                let level = meter.take(&said).bar();
                if !keep(&said) {
                    return Ok(());
                }
                count += 1;
                if count % TELL_EVERY == 0 {
                    self.tell(Heard::Said(seconds(count), level));
                }
            }
            while let Some(news) = microphone.news() {
                match news {
                    News::Works(_) | News::Replaced(_) => works = true,
                    // What was said until then is not lost.
                    News::Failed(_) if works => return Ok(()),
                    News::Failed(_) => return Err(Fault::NoMicrophone),
                    News::Clicks(_) | News::Ended => {}
                }
            }
            thread::sleep(STEP);
        }
        voice.rest(&mut keep);
        Ok(())
    }

    /// Plays until there is nothing more, or it is stopped.
    fn play(&self, mut sound: impl Iterator<Item = Block>) -> Result<(), Fault> {
        let mut speaker = self.devices.loudspeaker(&self.sound.loudspeaker).map_err(|_| Fault::NoSpeaker)?;
        let (mut count, mut after) = (0, 0);
        while !self.is_stopped() {
            while speaker.wants(self.clock.now()) {
                match sound.next() {
                    Some(block) => speaker.play(&block),
                    None if after == TAIL => return Ok(()),
                    None => {
                        after += 1;
                        speaker.play(&SILENCE);
                        continue;
                    }
                }
                count += 1;
                if count % TELL_EVERY == 0 {
                    self.tell(Heard::Played(seconds(count)));
                }
            }
            while let Some(news) = speaker.news() {
                if let News::Failed(_) = news {
                    return Err(Fault::NoSpeaker);
                }
            }
            thread::sleep(STEP);
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Nothing waits for a window that is slow: the next of its kind says it again.
    fn tell(&self, what: Heard) {
        self.told.try_send(Told { take: self.take, what }).ok();
    }
}

impl Voice {
    fn new(sound: &Sound) -> Self {
        // Nothing is played meanwhile, so there is no echo, however the person listens.
        let listening = match sound.microphone {
            Choice::File(_) | Choice::Silence => Listening::Recording,
            Choice::Default | Choice::Named(_) => Listening::Headset,
        };
        let disguise = sound.disguise.then(|| Disguise::new(Mask::drawn(&mut SystemRandom)));
        Self { chain: Chain::new(listening), disguise }
    }

    fn change(&mut self, block: &Block) -> Block {
        let clean = self.chain.clean(block);
        self.disguise.as_mut().map_or(clean, |disguise| disguise.change(&clean))
    }

    /// What the disguise still holds.
    fn rest(&mut self, keep: &mut impl FnMut(&Block) -> bool) {
        if let Some(disguise) = &mut self.disguise {
            (0..DELAY / BLOCK).map(|_| disguise.change(&SILENCE)).all(|block| keep(&block));
        }
    }
}

fn halves(frame: Frame) -> [Block; 2] {
    let (first, second) = frame.split_at(BLOCK);
    [first, second].map(|half| half.try_into().unwrap_or(SILENCE))
}

fn seconds(blocks: u32) -> f32 {
    blocks as f32 * BLOCK as f32 / RATE as f32
}

/// What the threads say and nobody has taken yet.
const TOLD: usize = 64;

/// Between two looks at a device: half of what it gives or takes at once.
const STEP: Duration = Duration::from_millis(5);

/// Blocks between two of the same news: a tenth of a second.
const TELL_EVERY: u32 = 10;

/// Blocks of silence after the last, so that its end leaves the card before that is closed.
const TAIL: u32 = 20;

/// Samples of a trial: three seconds.
const TRIAL: usize = 3 * RATE as usize;
