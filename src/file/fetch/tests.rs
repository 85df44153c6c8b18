//! Both sides of a transfer on roads of all kinds: whatever happens to circuits, the exact bytes arrive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::file::testing::{content, hashed};
use crate::file::{Hashed, Job, Serve, ServeError};
use crate::wire::block::pieces;
use crate::wire::limits::{BLOCK_BYTES, FETCH_BYTES, PIECE_BYTES};

const GROUP: usize = 64 * BLOCK_BYTES;

/// A transfer whose records wait in queues until a test moves them.
struct Transfer {
    content: Vec<u8>,
    tree: Tree,
    hashed: Hashed,
    fetch: Fetch,
    serve: Serve,
    roads: BTreeMap<Lane, Road>,
    lanes: u32,
    now: Duration,
    /// What was stored, by block.
    disk: BTreeMap<u32, Vec<u8>>,
    /// Blocks that were verified.
    verified: BTreeSet<u32>,
    /// Bytes of content that were received.
    received: usize,
}

/// The records under way on one circuit.
#[derive(Default)]
struct Road {
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
}

impl Transfer {
    fn new(size: usize) -> Self {
        let content = content(size);
        let (tree, hashed) = hashed(&content);
        Self {
            fetch: Fetch::new(tree, hashed.root, Blocks::new(tree), None),
            serve: Serve::new(tree, hashed.clone()),
            content,
            tree,
            hashed,
            roads: BTreeMap::new(),
            lanes: 0,
            now: Duration::ZERO,
            disk: BTreeMap::new(),
            verified: BTreeSet::new(),
            received: 0,
        }
    }

    fn open(&mut self) -> Lane {
        let lane = Lane(self.lanes);
        self.lanes += 1;
        self.fetch.open(lane, self.now);
        self.serve.open(lane);
        self.roads.insert(lane, Road::default());
        self.ask(lane);
        lane
    }

    fn close(&mut self, lane: Lane) {
        self.fetch.close(lane);
        self.serve.close(lane);
        self.roads.remove(&lane);
    }

    /// Nothing that is here is asked for again.
    fn ask(&mut self, lane: Lane) {
        let mut out = Vec::new();
        self.fetch.asks(lane, self.now, &mut out);
        for frame in BlockFrames::new(&out) {
            if let BlockFrame::Want { part: Part::Block(block), .. } = frame.unwrap() {
                assert!(!self.verified.contains(&block), "block {block} is here and asked for");
            }
        }
        if !out.is_empty() {
            self.roads.get_mut(&lane).unwrap().up.push_back(out);
        }
    }

    /// The sender takes the next record of a circuit.
    fn hear(&mut self, lane: Lane) {
        if let Some(record) = self.roads.get_mut(&lane).and_then(|road| road.up.pop_front()) {
            self.serve.take(lane, &record).unwrap();
        }
    }

    /// The sender does the next job of a circuit.
    fn answer(&mut self, lane: Lane) -> Result<bool, ServeError> {
        let mut out = Vec::new();
        match self.serve.next(lane)? {
            None => return Ok(false),
            Some(Job::Send(frames)) => out = frames,
            Some(Job::Read { block, from }) => {
                let start = self.tree.offset(block) as usize;
                let bytes = &self.content[start..start + self.tree.block_len(block)];
                pieces(Part::Block(block), from as u32, &bytes[from..], &mut out);
            }
            Some(Job::Map { group }) => {
                let bytes = self.content.chunks(GROUP).nth(group as usize).unwrap();
                self.serve.mapped(group, self.tree.map_of(group, bytes).unwrap())?;
                return Ok(true);
            }
        }
        let records = out.chunks(PIECE_BYTES + 12).map(<[u8]>::to_vec);
        self.roads.get_mut(&lane).unwrap().down.extend(records);
        Ok(true)
    }

    /// The receiver takes the next record of a circuit, and asks again.
    fn read(&mut self, lane: Lane) -> Result<(), FetchError> {
        let Some(record) = self.roads.get_mut(&lane).and_then(|road| road.down.pop_front()) else { return Ok(()) };
        self.take(lane, &record)
    }

    fn take(&mut self, lane: Lane, record: &[u8]) -> Result<(), FetchError> {
        let mut verified = Vec::new();
        let taken = self.fetch.take(lane, record, self.now, &mut verified);
        self.received += record.len();
        for Verified { block, bytes } in verified {
            let start = self.tree.offset(block) as usize;
            assert_eq!(&bytes[..], &self.content[start..start + self.tree.block_len(block)], "block {block}");
            assert!(self.verified.insert(block), "block {block} was given out twice");
            self.disk.insert(block, bytes.to_vec());
        }
        self.check_memory();
        taken?;
        self.ask(lane);
        Ok(())
    }

    /// Everything that was verified is on the disk now.
    fn store(&mut self) {
        self.verified.clone().into_iter().for_each(|block| self.fetch.stored(block));
    }

    /// The receiver is killed: what was not stored is lost, and so are its circuits.
    fn restart(&mut self) {
        let bits = self.fetch.have().to_bytes();
        let have = Blocks::from_bytes(self.tree, &bits).unwrap();
        self.verified.retain(|block| have.contains(*block));
        self.disk.retain(|block, _| have.contains(*block));
        let top = self.fetch.top().map(<[Hash]>::to_vec);
        self.fetch = Fetch::new(self.tree, self.hashed.root, have, top);
        self.roads.keys().copied().collect::<Vec<_>>().into_iter().for_each(|lane| self.close(lane));
    }

    /// All goes well from here on.
    fn finish(&mut self) {
        let lane = self.open();
        for _ in 0..200_000 {
            self.store();
            if self.fetch.done() {
                break;
            }
            self.now += Duration::from_millis(10);
            for lane in self.roads.keys().copied().collect::<Vec<_>>() {
                self.ask(lane);
                self.hear(lane);
                while self.answer(lane).unwrap() {}
                if self.read(lane).is_err() {
                    // The fault of whoever brought the beginning of a block that this circuit brought the rest of.
                    self.close(lane);
                }
            }
            if !self.roads.contains_key(&lane) && self.roads.is_empty() {
                self.open();
            }
        }
        assert!(self.fetch.done(), "{:?} {:?}", self.fetch, self.fetch.owes_since(lane));
        let whole: Vec<u8> = self.disk.values().flatten().copied().collect();
        assert!(whole == self.content, "the content is not what was sent");
        assert_eq!(self.fetch.bytes(), self.content.len() as u64);
    }

    fn check_memory(&self) {
        let held: usize = self.fetch.begun.values().map(|bytes| bytes.capacity()).sum::<usize>()
            + self
                .fetch
                .circuits
                .values()
                .flat_map(|circuit| &circuit.asks)
                .map(|ask| ask.bytes.capacity())
                .sum::<usize>()
            + self.fetch.maps.len() * 64 * 32;
        let under_way: usize = self.fetch.asked.values().map(|copies| copies.all).sum();
        assert!(held <= (BEGUN_KEPT + 2 * self.fetch.circuits.len()) * BLOCK_BYTES, "{held} bytes are held");
        assert!((under_way + self.fetch.storing.len()) * BLOCK_BYTES <= FETCH_BYTES);
    }
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    Open,
    Close(prop::sample::Index),
    Hear(prop::sample::Index),
    Answer(prop::sample::Index),
    Read(prop::sample::Index),
    Wait(u64),
    Store,
    Restart,
    /// A record of the hostile sender.
    Lie(prop::sample::Index, Lie),
}

#[derive(Clone, Debug)]
enum Lie {
    FlipBit(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Repeat,
    Leave,
    Say(Vec<u8>),
    Piece(u8, u32, u32, usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        2 => Just(Step::Open),
        1 => index().prop_map(Step::Close),
        8 => index().prop_map(Step::Hear),
        10 => index().prop_map(Step::Answer),
        30 => index().prop_map(Step::Read),
        4 => (1..5_000u64).prop_map(Step::Wait),
        3 => Just(Step::Store),
        1 => Just(Step::Restart),
    ]
}

fn any_lie() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    let lie = prop_oneof![
        (index(), 0..8u8).prop_map(|(at, bit)| Lie::FlipBit(at, bit)),
        index().prop_map(Lie::Cut),
        Just(Lie::Repeat),
        Just(Lie::Leave),
        vec(any::<u8>(), 0..40).prop_map(Lie::Say),
        (
            0..3u8,
            prop_oneof![0..200u32, any::<u32>()],
            prop_oneof![Just(0), 0..70_000u32, any::<u32>()],
            0..=PIECE_BYTES
        )
            .prop_map(|(part, number, from, length)| Lie::Piece(part, number, from, length)),
    ];
    (index(), lie).prop_map(|(lane, lie)| Step::Lie(lane, lie))
}

fn any_size() -> impl Strategy<Value = usize> {
    prop_oneof![0..3 * BLOCK_BYTES, 0..GROUP + BLOCK_BYTES, (2 * GROUP - BLOCK_BYTES)..(3 * GROUP)]
}

impl Transfer {
    fn step(&mut self, step: Step) -> Result<(), FetchError> {
        let lane = |transfer: &Self, index: prop::sample::Index| {
            let lanes: Vec<Lane> = transfer.roads.keys().copied().collect();
            if lanes.is_empty() { None } else { Some(lanes[index.index(lanes.len())]) }
        };
        match step {
            Step::Open if self.roads.len() < 6 => drop(self.open()),
            Step::Open => {}
            Step::Close(index) => lane(self, index).into_iter().for_each(|lane| self.close(lane)),
            Step::Hear(index) => lane(self, index).into_iter().for_each(|lane| self.hear(lane)),
            Step::Answer(index) => {
                if let Some(lane) = lane(self, index) {
                    self.answer(lane).unwrap();
                }
            }
            Step::Read(index) => {
                if let Some(lane) = lane(self, index) {
                    self.judged(lane, Self::read)?;
                }
            }
            Step::Wait(ms) => self.now += Duration::from_millis(ms),
            Step::Store => self.store(),
            Step::Restart => self.restart(),
            Step::Lie(index, lie) => {
                if let Some(lane) = lane(self, index) {
                    self.judged(lane, |transfer, lane| transfer.lie(lane, &lie))?;
                }
            }
        }
        Ok(())
    }

    /// A circuit that breaks the rules is closed, as the engine does.
    fn judged(
        &mut self,
        lane: Lane,
        act: impl FnOnce(&mut Self, Lane) -> Result<(), FetchError>,
    ) -> Result<(), FetchError> {
        let judged = act(self, lane);
        if judged.is_err() {
            self.close(lane);
        }
        judged
    }

    fn lie(&mut self, lane: Lane, lie: &Lie) -> Result<(), FetchError> {
        let down = &mut self.roads.get_mut(&lane).unwrap().down;
        let mut record = match lie {
            Lie::Say(bytes) => return self.take(lane, bytes),
            Lie::Piece(part, number, from, length) => {
                let part = [Part::Top, Part::Map(*number), Part::Block(*number)][usize::from(*part)];
                let mut record = Vec::new();
                BlockFrame::Piece { part, from: *from, bytes: &vec![3; *length] }.encode(&mut record);
                return self.take(lane, &record);
            }
            _ => match down.pop_front() {
                Some(record) => record,
                None => return Ok(()),
            },
        };
        match lie {
            Lie::FlipBit(at, bit) => {
                let at = at.index(record.len());
                record[at] ^= 1 << bit;
            }
            Lie::Cut(at) => record.truncate(at.index(record.len())),
            Lie::Repeat => self.take(lane, &record.clone())?,
            _ => return Ok(()),
        }
        self.take(lane, &record)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Circuits open, stall, overtake each other and die, and programs are killed: no honest circuit is ever blamed.
    #[test]
    fn the_exact_bytes_arrive_whatever_circuits_do(size in any_size(), steps in vec(any_step(), 0..600)) {
        let mut transfer = Transfer::new(size);
        for step in steps {
            prop_assert_eq!(transfer.step(step), Ok(()));
        }
        transfer.finish();
    }

    /// A sender that lies is found out, costs no memory, and spoils nothing.
    #[test]
    fn the_exact_bytes_arrive_or_the_liar_is_named(
        size in any_size(), steps in vec(prop_oneof![6 => any_step(), 1 => any_lie()], 0..600),
    ) {
        let mut transfer = Transfer::new(size);
        for step in steps {
            let _ = transfer.step(step);
        }
        transfer.finish();
    }
}

/// A road with a delay and a speed for each circuit, on which records move by themselves.
struct Weather {
    transfer: Transfer,
    circuits: Vec<(Lane, Speed)>,
    /// Records with the time at which they arrive, upwards and downwards.
    under_way: BTreeMap<Lane, [VecDeque<(Duration, Vec<u8>)>; 2]>,
    /// When the sender's end of a circuit can take the next record.
    free: BTreeMap<Lane, Duration>,
}

#[derive(Clone, Copy)]
struct Speed {
    bytes_per_second: u64,
    one_way: Duration,
}

impl Weather {
    fn new(size: usize, kilobytes_per_second: &[u64]) -> Self {
        let mut weather = Self {
            transfer: Transfer::new(size),
            circuits: Vec::new(),
            under_way: BTreeMap::new(),
            free: BTreeMap::new(),
        };
        for speed in kilobytes_per_second {
            weather.add(Speed { bytes_per_second: speed * 1_000, one_way: Duration::from_millis(150) });
        }
        weather
    }

    fn add(&mut self, speed: Speed) {
        let lane = self.transfer.open();
        self.circuits.push((lane, speed));
        self.under_way.insert(lane, Default::default());
        self.free.insert(lane, self.transfer.now);
    }

    /// Ten milliseconds go by.
    fn tick(&mut self) {
        let transfer = &mut self.transfer;
        transfer.now += Duration::from_millis(10);
        let now = transfer.now;
        for (lane, speed) in &self.circuits {
            let (Some([up, down]), Some(free)) = (self.under_way.get_mut(lane), self.free.get_mut(lane)) else {
                continue;
            };
            if !transfer.roads.contains_key(lane) {
                continue;
            }
            transfer.ask(*lane);
            up.extend(transfer.roads.get_mut(lane).unwrap().up.drain(..).map(|record| (now + speed.one_way, record)));
            while up.front().is_some_and(|(at, _)| *at <= now) {
                transfer.roads.get_mut(lane).unwrap().up.push_back(up.pop_front().unwrap().1);
                transfer.hear(*lane);
            }
            // A second of data fits the buffers of a circuit.
            while *free < now + Duration::from_secs(1) && transfer.answer(*lane).unwrap() {
                for record in transfer.roads.get_mut(lane).unwrap().down.drain(..) {
                    let time =
                        Duration::from_nanos(record.len() as u64 * 1_000_000_000 / speed.bytes_per_second.max(1));
                    *free = (*free).max(now) + time;
                    down.push_back((*free + speed.one_way, record));
                }
            }
            while down.front().is_some_and(|(at, _)| *at <= now) {
                transfer.take(*lane, &down.pop_front().unwrap().1).unwrap();
            }
        }
        transfer.store();
    }

    /// How long it takes until everything is there.
    fn run(&mut self) -> Duration {
        let start = self.transfer.now;
        while !self.transfer.fetch.done() {
            self.tick();
            assert!(self.transfer.now - start < Duration::from_secs(3_600), "{:?}", self.transfer.fetch);
        }
        self.transfer.now - start
    }

    /// What was received beyond the content, in thousandths of it.
    fn waste(&self) -> usize {
        (self.transfer.received - self.transfer.content.len()) * 1_000 / self.transfer.content.len()
    }
}

#[test]
fn circuits_of_all_speeds_are_used_to_the_full() {
    for speeds in [&[600][..], &[600, 600, 600, 600], &[100, 200, 400, 800], &[50, 50, 50, 900, 900, 900]] {
        let mut weather = Weather::new(20_000_000, speeds);
        let took = weather.run();
        let ideal = Duration::from_millis(20_000_000 / speeds.iter().sum::<u64>());
        assert!(took < ideal.mul_f64(1.05) + Duration::from_millis(600), "{speeds:?}: {took:?}, at best {ideal:?}");
        assert!(weather.waste() <= 15, "{speeds:?}: {} ‰ more than the content", weather.waste());
    }
}

#[test]
fn a_circuit_that_stands_still_at_the_end_is_overtaken() {
    let mut weather = Weather::new(8_000_000, &[500, 500]);
    while weather.transfer.fetch.bytes() < 6_000_000 {
        weather.tick();
    }
    let dead = weather.circuits.remove(0).0;
    let took = weather.run();
    assert!(took < Duration::from_secs(2_000 / 500 + 5), "{took:?}");
    assert!(!weather.transfer.fetch.idle(dead), "it was never closed");
    assert!(weather.transfer.fetch.owes_since(dead).is_some_and(|since| since < weather.transfer.now));
}

#[test]
fn a_circuit_that_dies_costs_little() {
    let mut weather = Weather::new(10_000_000, &[500, 500]);
    for round in 1..=8 {
        while weather.transfer.fetch.bytes() < round * 1_000_000 {
            weather.tick();
        }
        let lane = weather.circuits.remove(0).0;
        weather.transfer.close(lane);
        weather.add(Speed { bytes_per_second: 500_000, one_way: Duration::from_millis(150) });
    }
    weather.run();
    assert!(weather.waste() <= 15, "{} ‰ more than the content", weather.waste());
}

#[test]
fn a_killed_receiver_asks_again_for_what_was_not_stored_only() {
    let mut weather = Weather::new(10_000_000, &[500, 500]);
    while weather.transfer.fetch.bytes() < 5_000_000 {
        weather.tick();
    }
    let stored = weather.transfer.fetch.bytes() as usize;
    weather.transfer.restart();
    (weather.circuits, weather.transfer.received) = (Vec::new(), 0);
    weather.add(Speed { bytes_per_second: 500_000, one_way: Duration::from_millis(150) });
    weather.run();
    let again = weather.transfer.received;
    assert!(again < (10_000_000 - stored) * 102 / 100, "{again} bytes for {}", 10_000_000 - stored);
}

#[test]
fn an_empty_content_is_there_at_once() {
    let transfer = Transfer::new(0);
    assert!(transfer.fetch.done());
    let mut transfer = transfer;
    let lane = transfer.open();
    assert!(transfer.fetch.idle(lane));
}

#[test]
fn a_disk_that_stands_still_stops_the_asking() {
    let mut transfer = Transfer::new(5 * GROUP);
    let lane = transfer.open();
    for _ in 0..2_000 {
        transfer.now += Duration::from_millis(5);
        transfer.ask(lane);
        transfer.hear(lane);
        while transfer.answer(lane).unwrap() {}
        while !transfer.roads[&lane].down.is_empty() {
            transfer.read(lane).unwrap();
        }
    }
    assert_eq!(transfer.verified.len(), FETCH_BYTES / BLOCK_BYTES, "as much as may wait to be stored");
    assert!(transfer.fetch.idle(lane));
    transfer.store();
    transfer.finish();
}

#[test]
fn a_top_that_is_not_the_contents_is_asked_for_again() {
    let mut transfer = Transfer::new(2 * GROUP);
    transfer.fetch =
        Fetch::new(transfer.tree, transfer.hashed.root, Blocks::new(transfer.tree), Some(vec![[0; 32]; 2]));
    assert_eq!(transfer.fetch.top(), None);
    transfer.finish();
}

#[test]
fn the_sender_hears_how_far_it_is_once_a_second() {
    let mut weather = Weather::new(3_000_000, &[500, 500]);
    let mut heard = BTreeSet::new();
    while !weather.transfer.fetch.done() {
        weather.tick();
        heard.insert(weather.transfer.serve.theirs());
    }
    let seconds = weather.transfer.now.as_secs() as usize;
    assert!((2..=seconds + 1).contains(&heard.len()), "{heard:?} in {seconds} s");
}
