//! A peer that keeps to no rule of calls, against a whole engine: it rings without end, opens circuits without end, and
//! lies on them. Whatever it does is bounded, ends the circuit it did it on, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::time::Duration;

use kit::HANGING;
use kit::peer::{Peer, Talk, numbered, request};
use kit::sound::Voice;
use pelure::engine::{Event, SystemRandom};
use pelure::session::{ExpectConfirmation, JoinKind, Joined};
use pelure::voice::cell::{Cell, Echo};
use pelure::voice::{Ending, Stage};
use pelure::wire::limits::{CELL, RING_EVERY, VOICE_BURST, VOICE_CELL};
use pelure::wire::{Author, CallId, Circuits, Frame, Profile, Random, Signal};
use pelure_onion::{Memory, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

/// A peer that is a contact of bob's, and its session with him.
struct Scene {
    bob: Voice,
    peer: Peer,
    talk: Talk,
    /// The next number of a circuit.
    index: u8,
}

/// A circuit of the peer's.
struct Circuit {
    stream: Stream,
    joined: Joined,
}

impl Scene {
    async fn new() -> Self {
        let road = kit::road();
        Self::on(&road).await
    }

    async fn on(road: &Memory) -> Self {
        let mut bob = Voice::new(road, "bob", 700.0).await;
        let mut peer = Peer::new(road, 1);
        peer.befriend(&mut bob.person).await;
        let talk = peer.open(bob.person.onion()).await;
        Self { bob, peer, talk, index: 0 }
    }

    /// The peer rings under this name.
    async fn ring(&mut self, id: CallId) {
        let what = Signal::Ring { profile: Profile::Default, circuits: Circuits::USUAL };
        self.talk.say(&Frame::Call { id, what }).await;
    }

    /// The peer rings and bob accepts.
    async fn call(&mut self) -> CallId {
        self.ring(CALL).await;
        self.bob.person.until(|event| matches!(event, Event::CallIncoming(_))).await;
        self.bob.person.engine.accept_call(CALL).await.unwrap();
        CALL
    }

    /// Announces a circuit, dials it, and says its first message.
    async fn dial(&mut self) -> (Stream, ExpectConfirmation) {
        let index = self.index;
        self.index += 1;
        self.talk.say(&Frame::Join { kind: JoinKind::Voice, id: CALL.0, index, dialler: Author::Me }).await;
        let keys = self.talk.session.exporter_out.join_token(JoinKind::Voice, &CALL.0, index);
        let (state, opening) = keys.open(&mut SystemRandom).unwrap();
        let mut stream = self.peer.dial(self.bob.person.onion()).await;
        stream.write_all(opening.as_ref()).await.unwrap();
        (stream, state)
    }

    /// A circuit that bob took.
    async fn join(&mut self) -> Circuit {
        let (mut stream, state) = self.dial().await;
        let mut cell = [0; CELL];
        tokio::time::timeout(HANGING, stream.read_exact(&mut cell)).await.unwrap().unwrap();
        let (joined, proof) = state.confirm(&cell, Duration::ZERO).unwrap();
        stream.write_all(&proof).await.unwrap();
        Circuit { stream, joined }
    }
}

impl Circuit {
    async fn say(&mut self, bytes: &[u8]) {
        let mut record = Vec::new();
        self.joined.sealer.seal(bytes, Duration::ZERO, &mut record).unwrap();
        // It may have ended already: that is what a test asks next.
        self.stream.write_all(&record).await.ok();
    }

    /// The next record; none at the end, however it ended.
    async fn hear(&mut self) -> Option<Vec<u8>> {
        let mut cell = [0; CELL];
        tokio::time::timeout(HANGING, self.stream.read_exact(&mut cell)).await.expect("neither cell nor end").ok()?;
        self.joined.opener.push(&cell).unwrap();
        Some(self.joined.opener.next().unwrap().expect("a record has one cell"))
    }

    /// Returns when the circuit has ended.
    async fn hear_out(&mut self) {
        while self.hear().await.is_some() {}
    }
}

/// An honest cell.
fn cell(number: u32) -> Cell {
    let frames = pelure::voice::codec::silent_frame(40).unwrap();
    Cell { number, newest: 0, sent: 0, echo: None, frames }
}

fn bytes(cell: &Cell) -> Vec<u8> {
    cell.encode(Profile::Default).to_vec()
}

/// What may not be said on a circuit of a call, by name: one record after the other.
fn lies() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let echo = |number| Some(Echo { number, held: 0 });
    let mut flagged = bytes(&cell(1));
    flagged[18] = 1;
    let mut padded = bytes(&cell(1));
    padded[VOICE_CELL - 1] = 1;
    let mut noise = vec![0; VOICE_CELL];
    SystemRandom.fill(&mut noise);
    vec![
        ("nothing", vec![vec![]]),
        ("a byte", vec![vec![1]]),
        ("a cell that is a byte short", vec![bytes(&cell(1))[..VOICE_CELL - 1].to_vec()]),
        ("a record of two cells", vec![vec![0; 2 * CELL - 40]]),
        ("the largest record", vec![vec![0; 15_000]]),
        ("random bytes", vec![noise]),
        ("a flag", vec![flagged]),
        ("something behind the frames", vec![padded]),
        ("a number that is left out", vec![bytes(&cell(2))]),
        ("a number twice", vec![bytes(&cell(1)), bytes(&cell(1))]),
        ("an echo of what was never sent", vec![bytes(&Cell { echo: echo(1_000_000), ..cell(1) })]),
        ("more than a call has", (1..=2 * VOICE_BURST).map(|number| bytes(&cell(number))).collect()),
        (
            "voice from the future",
            vec![bytes(&cell(1)), bytes(&Cell { newest: 1_000_000, frames: vec![7; 400], ..cell(2) })],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_rings_without_end_rings_once_in_a_while() {
    let mut scene = Scene::new().await;
    let begin = tokio::time::Instant::now();
    for number in 0..60 {
        scene.ring(CallId([number; 16])).await;
    }
    scene.talk.say(&numbered(1)).await;
    let (mut rang, mut settled) = (Vec::new(), false);
    let end = loop {
        match scene.bob.person.until(|_| true).await {
            Event::CallIncoming(view) => rang.push(view.call),
            // What the peer said before this is with those who deal with calls; they take orders one after the other.
            Event::MessageReceived(_) => settled = true,
            Event::CallState(view) if rang.first() == Some(&view.call) => break view.stage,
            _ => {}
        }
        if let (true, Some(first)) = (settled, rang.first()) {
            scene.bob.person.engine.decline_call(*first).await.unwrap();
            settled = false;
        }
    };
    assert_eq!(end, Stage::Ended(Ending::Declined));
    let most = 1 + begin.elapsed().as_secs() / RING_EVERY.as_secs();
    assert!(rang.len() as u64 <= most, "{rang:?}, {most} allowed");
    assert_eq!(scene.bob.person.engine.call(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_contact_never_rings() {
    let road = kit::road();
    let mut bob = Voice::new(&road, "bob", 700.0).await;
    let what = Signal::Ring { profile: Profile::Default, circuits: Circuits::USUAL };
    let ring = Frame::Call { id: CALL, what };
    let mut stranger = Peer::new(&road, 7);
    let first = kit::peer::encoded(&[request("let me in"), ring.clone()]);
    let mut talk = stranger.greet(bob.person.onion(), &first).await;
    talk.say(&ring).await;
    talk.hear_out().await;
    assert_eq!(bob.person.engine.call(), None);
    // Somebody who is blocked is a stranger, too.
    let contact = Peer::new(&road, 8).befriend(&mut bob.person).await;
    bob.person.engine.block_contact(contact).await.unwrap();
    let mut talk = Peer::new(&road, 8).greet(bob.person.onion(), &kit::peer::encoded(&[ring])).await;
    talk.hear_out().await;
    assert_eq!(bob.person.engine.call(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_circuits_five_are_taken() {
    let mut scene = Scene::new().await;
    scene.ring(CALL).await;
    scene.bob.person.until(|event| matches!(event, Event::CallIncoming(_))).await;
    // While it rings none of them carries anything, so none can be taken for dead and free its place. One that is not
    // joined yet may give way to a later one: whichever are left, they are no more than five.
    let mut circuits = JoinSet::new();
    for _ in 0..50 {
        let (stream, state) = scene.dial().await;
        circuits.spawn(join_and_stay(stream, state));
    }
    for _ in 0..45 {
        tokio::time::timeout(HANGING, circuits.join_next()).await.expect("a sixth circuit was taken");
    }
    scene.bob.person.engine.accept_call(CALL).await.unwrap();
    // Who says nothing is soon given up for another, so at one moment there may be none.
    let cells = |event: &Event| matches!(event, Event::CallStats(_, stats) if stats.cells_sent > 0);
    let Event::CallStats(_, stats) = scene.bob.person.until(cells).await else { unreachable!() };
    assert!(stats.circuits.len() <= 3, "{stats:?}");
}

/// A caller lets go of some circuits when it chose among them: they are not for ever in the way of others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn circuits_that_were_let_go_make_room_for_others() {
    let mut scene = Scene::new().await;
    scene.ring(CALL).await;
    scene.bob.person.until(|event| matches!(event, Event::CallIncoming(_))).await;
    let mut circuits = Vec::new();
    for _ in 0..5 {
        circuits.push(scene.join().await);
    }
    circuits.truncate(3);
    scene.bob.person.engine.accept_call(CALL).await.unwrap();
    for circuit in &mut circuits {
        circuit.hear().await.expect("those that were kept carry the call");
    }
    // All places are taken, and bob has not looked at those that were let go.
    let mut others = [scene.join().await, scene.join().await];
    circuits.truncate(1);
    for other in &mut others {
        other.hear().await.expect("those that came later take the places of those that went");
    }
}

/// Does the dialler's part of a join, says nothing, and returns when bob has ended it.
async fn join_and_stay(mut stream: Stream, state: ExpectConfirmation) {
    let mut cell = [0; CELL];
    if stream.read_exact(&mut cell).await.is_ok() {
        let (_joined, proof) = state.confirm(&cell, Duration::ZERO).unwrap();
        stream.write_all(&proof).await.ok();
        // A stream that breaks ends as well.
        stream.read_to_end(&mut Vec::new()).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lie_ends_its_circuit_and_nothing_else() {
    let mut scene = Scene::new().await;
    let call = scene.call().await;
    for (what, records) in lies() {
        let mut circuit = scene.join().await;
        let heard = circuit.hear().await.unwrap_or_else(|| panic!("{what}: nothing is heard before it"));
        assert_eq!(heard.len(), VOICE_CELL);
        for record in &records {
            circuit.say(record).await;
        }
        circuit.hear_out().await;
        assert_eq!(scene.bob.person.engine.call().unwrap().stage, Stage::Active, "{what}");
    }
    scene.bob.person.engine.hang_up(call).await.unwrap();
    loop {
        if let Some(Frame::Call { id, what: Signal::HangUp }) = scene.talk.hear().await {
            break assert_eq!(id, call);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_of_random_bytes_are_heard_as_something_harmless() {
    let mut scene = Scene::new().await;
    let call = scene.call().await;
    let mut circuit = scene.join().await;
    for number in 1..=100 {
        let mut frames = vec![0; 40 * 10];
        SystemRandom.fill(&mut frames);
        // Some look as if our encoder had made them.
        frames.chunks_mut(40).step_by(2).for_each(|frame| frame[0] = 0x48);
        let newest = 9 + number;
        let heard = circuit.hear().await.expect("the circuit goes on");
        let number_heard = u32::from_be_bytes(*heard.first_chunk().unwrap());
        let echo = Some(Echo { number: number_heard, held: 0 });
        circuit.say(&bytes(&Cell { number, newest, sent: 0, echo, frames })).await;
    }
    let before = scene.bob.heard.samples().len();
    scene.bob.until_heard(|_| true).await;
    let heard = scene.bob.heard.samples();
    assert!(heard.len() > before && heard.iter().all(|sample| sample.abs() <= 1.0));
    scene.talk.say(&Frame::Call { id: call, what: Signal::HangUp }).await;
    let ended = Stage::Ended(Ending::HungUp);
    scene.bob.person.until(|event| matches!(event, Event::CallState(view) if view.stage == ended)).await;
}

/// The name of the peer's call.
const CALL: CallId = CallId([9; 16]);
