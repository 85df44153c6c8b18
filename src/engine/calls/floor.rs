//! Where the threads of a call meet: its line with the mouths of its circuits, and the panel of what the person wants.
//!
//! Both are held for a step of the logic only, never across a wait. It moves no sound and reads no stream.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;

use super::lock;
use super::show::Gauges;
use super::sound::Sound;
use crate::voice::{LaneId, Line, LineError, Play, Stats};
use crate::wire::limits::VOICE_CELL;

/// The line of an active call; clones are the same.
#[derive(Clone)]
pub(super) struct Floor(Arc<Mutex<Open>>);

struct Open {
    line: Line,
    mouths: BTreeMap<LaneId, mpsc::Sender<Cell>>,
}

/// What fills one record.
pub(super) type Cell = Box<[u8; VOICE_CELL]>;

/// What the person wants of the sound of a call, and what it shows of itself.
#[derive(Default)]
pub(super) struct Panel(Mutex<Controls>);

#[derive(Default)]
struct Controls {
    muted: bool,
    over: bool,
    /// Other devices, not taken yet.
    sound: Option<Sound>,
    gauges: Gauges,
}

/// What the sound is to do from now on.
pub(super) struct Wish {
    pub(super) muted: bool,
    pub(super) over: bool,
    pub(super) sound: Option<Sound>,
}

impl Floor {
    pub(super) fn new(line: Line) -> Self {
        Self(Arc::new(Mutex::new(Open { line, mouths: BTreeMap::new() })))
    }

    /// A circuit is there. Gives its name, and where the cells come from that it is to carry; none while all places are
    /// taken.
    pub(super) fn attach(&self, now: Duration) -> Option<(LaneId, mpsc::Receiver<Cell>)> {
        let mut open = lock(&self.0);
        let lane = open.line.attach(now).ok()?;
        let (mouth, cells) = mpsc::channel(CELLS);
        open.mouths.insert(lane, mouth);
        Some((lane, cells))
    }

    /// A circuit is gone.
    pub(super) fn detach(&self, lane: LaneId) {
        lock(&self.0).detach(lane);
    }

    /// A record came on a circuit.
    pub(super) fn hear(&self, lane: LaneId, record: &[u8], now: Duration) -> Result<(), LineError> {
        lock(&self.0).line.hear(lane, record, now)
    }

    /// Lets go what is to go now, and says when to ask again. A circuit whose last cell has not left gets none: what waits
    /// is stale when it comes, and what is left out after it has a number leaves a hole.
    pub(super) fn send(&self, now: Duration) -> Duration {
        let mut open = lock(&self.0);
        let Open { line, mouths } = &mut *open;
        for (lane, mouth) in mouths.iter() {
            line.hold(*lane, mouth.capacity() == 0);
        }
        while let Some((lane, cell)) = open.line.due(now) {
            let sent = open.mouths.get(&lane).is_some_and(|mouth| mouth.try_send(Box::new(cell)).is_ok());
            if !sent {
                open.detach(lane);
            }
        }
        open.line.next_tick()
    }

    /// A frame was said.
    pub(super) fn speak(&self, frame: &[u8], now: Duration) {
        lock(&self.0).line.speak(frame, now);
    }

    /// What is heard next; see [`Line::play`].
    pub(super) fn play(&self, now: Duration, ahead: Duration) -> Play {
        lock(&self.0).line.play(now, ahead)
    }

    /// Circuits that answer no more.
    pub(super) fn dead(&self, now: Duration) -> Vec<LaneId> {
        lock(&self.0).line.dead(now)
    }

    /// When anything last came.
    pub(super) fn last_heard(&self) -> Duration {
        lock(&self.0).line.last_heard()
    }

    /// The call in numbers.
    pub(super) fn stats(&self, now: Duration) -> Stats {
        lock(&self.0).line.stats(now)
    }
}

impl Open {
    fn detach(&mut self, lane: LaneId) {
        self.line.detach(lane);
        self.mouths.remove(&lane);
    }
}

impl Panel {
    pub(super) fn mute(&self, muted: bool) {
        lock(&self.0).muted = muted;
    }

    pub(super) fn use_sound(&self, sound: Sound) {
        lock(&self.0).sound = Some(sound);
    }

    /// The call is over: the sound ends.
    pub(super) fn end(&self) {
        lock(&self.0).over = true;
    }

    pub(super) fn is_over(&self) -> bool {
        lock(&self.0).over
    }

    /// What the person wants; other devices are told once.
    pub(super) fn wish(&self) -> Wish {
        let mut controls = lock(&self.0);
        Wish { muted: controls.muted, over: controls.over, sound: controls.sound.take() }
    }

    pub(super) fn put(&self, gauges: Gauges) {
        lock(&self.0).gauges = gauges;
    }

    pub(super) fn show(&self) -> Gauges {
        lock(&self.0).gauges
    }
}

/// Cells between the rhythm and a circuit's writer: one that is being written, and one.
const CELLS: usize = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::cell::Cell;
    use crate::wire::{Circuits, Profile};

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn number(cells: &mut mpsc::Receiver<super::Cell>) -> Option<u32> {
        let cell = cells.try_recv().ok()?;
        Some(Cell::decode(Profile::Default, cell.as_ref()).unwrap().number)
    }

    #[test]
    fn a_mouth_that_is_full_gets_no_cell_and_no_number_is_left_out() {
        let floor = Floor::new(Line::new(Profile::Default, Circuits::new(2).unwrap(), &[7; 40], at(0)));
        let ((_, mut slow), (_, mut quick)) = (floor.attach(at(0)).unwrap(), floor.attach(at(0)).unwrap());
        assert!(floor.attach(at(0)).is_none(), "all places are taken");
        let mut heard = Vec::new();
        for tick in 0..20 {
            assert_eq!(floor.send(at(20 * tick)), at(20 * (tick + 1)));
            heard.extend(number(&mut quick));
        }
        assert_eq!(heard, (1..=10).collect::<Vec<_>>());
        assert_eq!((number(&mut slow), number(&mut slow)), (Some(1), None), "one cell waits, not ten");
        floor.send(at(400));
        assert_eq!(number(&mut slow), Some(2));
    }

    #[test]
    fn a_mouth_that_is_gone_frees_its_place() {
        let floor = Floor::new(Line::new(Profile::Default, Circuits::new(2).unwrap(), &[7; 40], at(0)));
        drop(floor.attach(at(0)).unwrap());
        floor.attach(at(0)).unwrap();
        floor.send(at(0));
        assert!(floor.attach(at(0)).is_some());
    }

    #[test]
    fn other_devices_are_told_once() {
        let panel = Panel::default();
        panel.use_sound(Sound::none());
        panel.mute(true);
        let (first, second) = (panel.wish(), panel.wish());
        assert!(first.sound.is_some() && first.muted && !first.over);
        assert!(second.sound.is_none() && second.muted && !panel.is_over());
        panel.end();
        assert!(panel.wish().over && panel.is_over());
    }
}
