//! The way of sound through this machine: from the microphone to the line, and from the line to the loudspeaker.
//!
//! It is two threads. One carries sound and waits for the devices. The other has nothing to do but let cells go at each tick
//! of the line, so that they leave on time whatever the microphone, the codec or the rest of the program does. It opens no
//! circuit and knows no contact.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::floor::{Floor, Panel, Wish};
use super::show::{Gauges, Levels};
use super::sound::{Audio, Sound};
use crate::engine::Clock;
use crate::engine::clock::SystemRandom;
use crate::voice::Line;
use crate::voice::chain::Chain;
use crate::voice::codec::{self, CodecError, Encoder};
use crate::voice::device::tape::{Ear, Tape};
use crate::voice::device::{Choice, DeviceError, Devices, Loudspeaker, Microphone, News};
use crate::voice::disguise::{Disguise, Mask};
use crate::voice::level::Meter;
use crate::voice::pcm::{Block, FRAME, SILENCE};
use crate::voice::playing::Playing;
use crate::wire::{Circuits, Profile};

/// The sound of one call.
pub(super) struct Path {
    panel: Arc<Panel>,
    /// Ends when the thread does.
    ended: oneshot::Receiver<()>,
}

/// What a call's sound is made of.
pub(super) struct Setting {
    pub(super) profile: Profile,
    pub(super) circuits: Circuits,
    pub(super) audio: Audio,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) panel: Arc<Panel>,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub(super) enum PathError {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error("a thread could not be started")]
    Thread(#[from] std::io::Error),
    #[error("the call was over before it had a sound")]
    Over,
}

/// The thread that carries sound.
struct Walk {
    clock: Arc<dyn Clock>,
    panel: Arc<Panel>,
    devices: Arc<dyn Devices>,
    sound: Sound,
    microphone: Box<dyn Microphone>,
    loudspeaker: Box<dyn Loudspeaker>,
    chain: Chain,
    mask: Mask,
    disguise: Option<Disguise>,
    encoder: Encoder,
    /// The first half of a frame.
    half: Option<Block>,
    said: Meter,
    muted: bool,
    playing: Playing,
    gauges: Gauges,
}

impl Path {
    /// Begins to listen. The line comes with the first frame, on the thread's own time.
    pub(super) fn start(setting: Setting) -> (Self, oneshot::Receiver<Floor>) {
        let (ready, line) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let panel = Arc::clone(&setting.panel);
        let work = move || {
            if let Err(error) = walk(setting, ready) {
                tracing::debug!(%error, "a call has no sound");
            }
            drop(end);
        };
        // Where no thread can be started there is no line, which is seen.
        std::thread::Builder::new().name(THREAD.to_owned()).spawn(work).ok();
        (Self { panel, ended }, line)
    }

    /// Ends the sound, and waits until the devices are let go of.
    pub(super) async fn end(mut self) {
        self.panel.end();
        tokio::time::timeout(LINGER, &mut self.ended).await.ok();
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        self.panel.end();
    }
}

fn walk(setting: Setting, ready: oneshot::Sender<Floor>) -> Result<(), PathError> {
    let Setting { profile, circuits, audio, clock, panel } = setting;
    let mut walk = Walk::new(profile, audio, clock, panel)?;
    let silence = codec::silent_frame(profile.frame_bytes())?;
    let (first, now) = walk.first_frame()?;
    // A little after the frames, so that each cell finds the newest one there.
    let mut line = Line::new(profile, circuits, &silence, now + AFTER_FRAME);
    line.speak(&first, now);
    let floor = Floor::new(line);
    let (rhythm, clock, panel) = (floor.clone(), Arc::clone(&walk.clock), Arc::clone(&walk.panel));
    std::thread::Builder::new().name(RHYTHM.to_owned()).spawn(move || beat(&rhythm, &*clock, &panel))?;
    ready.send(floor.clone()).map_err(|_| PathError::Over)?;
    walk.on(&floor);
    Ok(())
}

/// Lets cells go at each tick until the call is over.
fn beat(floor: &Floor, clock: &dyn Clock, panel: &Panel) {
    while !panel.is_over() {
        let tick = floor.send(clock.now());
        std::thread::sleep(tick.saturating_sub(clock.now()));
    }
}

impl Walk {
    fn new(
        profile: Profile,
        Audio { sound, devices }: Audio,
        clock: Arc<dyn Clock>,
        panel: Arc<Panel>,
    ) -> Result<Self, PathError> {
        let mut gauges = Gauges::default();
        let microphone = open_microphone(&*devices, &sound.microphone, &mut gauges);
        let loudspeaker = open_loudspeaker(&*devices, &sound.loudspeaker, &mut gauges);
        let mask = Mask::drawn(&mut SystemRandom);
        Ok(Self {
            microphone,
            loudspeaker,
            chain: Chain::new(sound.listening()),
            disguise: sound.disguise.then(|| Disguise::new(mask)),
            mask,
            encoder: Encoder::new(profile.frame_bytes())?,
            half: None,
            said: Meter::default(),
            muted: false,
            playing: Playing::new()?,
            gauges,
            clock,
            panel,
            devices,
            sound,
        })
    }

    /// Listens until there is a frame.
    fn first_frame(&mut self) -> Result<(Vec<u8>, Duration), PathError> {
        loop {
            if self.obey() {
                return Err(PathError::Over);
            }
            let now = self.clock.now();
            if let Some(frame) = self.listen(now) {
                return Ok((frame, now));
            }
            std::thread::sleep(STEP);
        }
    }

    /// Carries sound both ways until the call is over.
    fn on(&mut self, floor: &Floor) {
        while !self.obey() {
            self.play(floor);
            while let Some(frame) = self.listen(self.clock.now()) {
                floor.speak(&frame, self.clock.now());
            }
            self.show();
            std::thread::sleep(STEP);
        }
    }

    /// Does what the person wants; tells whether the call is over.
    fn obey(&mut self) -> bool {
        let Wish { muted, over, sound } = self.panel.wish();
        self.muted = muted;
        if let Some(sound) = sound {
            self.switch(sound);
        }
        over
    }

    /// Uses other devices. Those that stay are not opened again.
    fn switch(&mut self, sound: Sound) {
        let devices = Arc::clone(&self.devices);
        if sound.microphone != self.sound.microphone {
            self.microphone = open_microphone(&*devices, &sound.microphone, &mut self.gauges);
        }
        if sound.loudspeaker != self.sound.loudspeaker {
            self.loudspeaker = open_loudspeaker(&*devices, &sound.loudspeaker, &mut self.gauges);
        }
        if sound.listening() != self.sound.listening() {
            self.chain = Chain::new(sound.listening());
        }
        if sound.disguise != self.sound.disguise {
            self.disguise = sound.disguise.then(|| Disguise::new(self.mask));
        }
        self.sound = sound;
    }

    /// The next frame, if it was said. Muted, it is silence: the same work is done and the same bytes go.
    fn listen(&mut self, now: Duration) -> Option<Vec<u8>> {
        while let Some(block) = self.microphone.listen(now) {
            // After a pause much comes at once, on both sides: what was played goes first.
            self.hear_back();
            let cleaned = self.chain.clean(&block);
            self.gauges.levels.said = self.said.take(&cleaned);
            let said = if self.muted { SILENCE } else { cleaned };
            let said = self.disguise.as_mut().map_or(said, |disguise| disguise.change(&said));
            let Some(half) = self.half.take() else {
                self.half = Some(said);
                continue;
            };
            let mut frame = [0.0; FRAME];
            frame.iter_mut().zip(half.iter().chain(&said)).for_each(|(to, from)| *to = *from);
            // A frame that cannot be encoded is one of silence to the line.
            return Some(self.encoder.encode(&frame).unwrap_or_default());
        }
        None
    }

    /// Hands the loudspeaker what it wants.
    fn play(&mut self, floor: &Floor) {
        let now = self.clock.now();
        let mut wanted = 0;
        self.hear_back();
        while wanted < BLOCKS_AT_ONCE && self.loudspeaker.wants(now) {
            let block = self.playing.next(|ahead| floor.play(now, ahead));
            self.loudspeaker.play(&block);
            self.hear_back();
            wanted += 1;
        }
    }

    /// What the loudspeaker takes is what may come back; where it ran dry, its silence as well.
    fn hear_back(&mut self) {
        while let Some(block) = self.loudspeaker.played() {
            self.chain.heard(&block);
        }
    }

    fn show(&mut self) {
        while let Some(news) = self.microphone.news() {
            self.take_news(&news, |gauges| &mut gauges.microphone);
        }
        while let Some(news) = self.loudspeaker.news() {
            self.take_news(&news, |gauges| &mut gauges.loudspeaker);
        }
        let levels = Levels { heard: self.playing.level(), ..self.gauges.levels };
        self.gauges.levels = levels;
        self.panel.put(self.gauges);
    }

    fn take_news(&mut self, news: &News, trouble: impl Fn(&mut Gauges) -> &mut Option<DeviceError>) {
        match news {
            News::Works(_) | News::Replaced(_) => {
                *trouble(&mut self.gauges) = None;
                // It was opened just now, with other times than before.
                self.chain.relearn();
            }
            News::Failed(error) => *trouble(&mut self.gauges) = Some(*error),
            News::Clicks(_) | News::Ended => {}
        }
    }
}

/// The microphone of this choice; silence where there is none.
fn open_microphone(devices: &dyn Devices, choice: &Choice, gauges: &mut Gauges) -> Box<dyn Microphone> {
    let opened = devices.microphone(choice);
    gauges.microphone = opened.as_ref().err().copied();
    opened.unwrap_or_else(|_| Box::new(Tape::new(Vec::new())))
}

/// The loudspeaker of this choice; none is heard where there is none.
fn open_loudspeaker(devices: &dyn Devices, choice: &Choice, gauges: &mut Gauges) -> Box<dyn Loudspeaker> {
    let opened = devices.loudspeaker(choice);
    gauges.loudspeaker = opened.as_ref().err().copied();
    opened.unwrap_or_else(|_| Box::new(Ear::deaf()))
}

/// How often devices are looked at: sound waits for it, so it is short against a frame.
const STEP: Duration = Duration::from_micros(2_500);

/// From a frame to the tick that carries it: encoding, and a look that comes late.
const AFTER_FRAME: Duration = Duration::from_millis(4);

/// Blocks that a loudspeaker may want at once: one that asks for more must not keep the microphone waiting.
const BLOCKS_AT_ONCE: usize = 16;

/// How long the thread may take to end.
const LINGER: Duration = Duration::from_millis(500);

const THREAD: &str = "call sound";
const RHYTHM: &str = "call rhythm";
