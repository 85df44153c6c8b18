//! A peer that lies on the circuits of a file, without circuits: each lie ends its circuit at a bounded cost, and the
//! content arrives all the same.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod kit;

use std::time::Duration;

use kit::block::{hostile_answers, hostile_asks, record};
use pelure::file::{Blocks, Fetch, FetchError, Hashed, Hashing, Job, Lane, Serve, ServeError, Tree};
use pelure::wire::block::{BlockFrame, Part, pieces};
use pelure::wire::limits::{ASKED_TIMES, BLOCK_BYTES, PIECE_BYTES};

#[test]
fn every_hostile_ask_ends_its_circuit_and_no_other() {
    let (content, tree, hashed) = content();
    for (what, said) in hostile_asks(tree) {
        let mut serve = Serve::new(tree, hashed.clone());
        [FIRST, SECOND].map(|lane| serve.open(lane));
        assert!(serve.take(FIRST, &said).is_err(), "{what} was taken");
        serve.close(FIRST);
        assert_eq!(serve.next(FIRST), Ok(None), "{what}");
        let mut fetch = Fetch::new(tree, hashed.root, Blocks::new(tree), None);
        assert_eq!(fetched(&mut fetch, &mut serve, SECOND, &content), content, "after {what}");
    }
}

#[test]
fn every_hostile_answer_ends_its_circuit_and_no_other() {
    let (content, tree, hashed) = content();
    let map = tree.map_of(0, &content).unwrap();
    for (what, said) in hostile_answers(Part::Map(0), map.as_flattened()) {
        let mut fetch = Fetch::new(tree, hashed.root, Blocks::new(tree), None);
        let (mut asks, mut verified) = (Vec::new(), Vec::new());
        fetch.open(FIRST, NOW);
        fetch.asks(FIRST, NOW, &mut asks);
        assert!(fetch.take(FIRST, &said, NOW, &mut verified).is_err(), "{what} was taken");
        assert!(verified.is_empty(), "{what} became a block");
        asks.clear();
        fetch.asks(FIRST, NOW, &mut asks);
        assert!(asks.is_empty(), "{what}: the liar is asked again");
        assert_eq!(fetch.take(FIRST, &[], NOW, &mut verified), Ok(()), "no bytes are no lie");
        fetch.close(FIRST);
        let mut serve = Serve::new(tree, hashed.clone());
        serve.open(SECOND);
        assert_eq!(fetched(&mut fetch, &mut serve, SECOND, &content), content, "after {what}");
    }
}

#[test]
fn a_lie_behind_good_blocks_takes_nothing_back() {
    let (content, tree, hashed) = content();
    let mut fetch = Fetch::new(tree, hashed.root, Blocks::new(tree), None);
    let (mut asks, mut verified) = (Vec::new(), Vec::new());
    fetch.open(FIRST, NOW);
    fetch.asks(FIRST, NOW, &mut asks);
    let map = tree.map_of(0, &content).unwrap();
    let mut said = record(&[BlockFrame::Piece { part: Part::Map(0), from: 0, bytes: map.as_flattened() }]);
    pieces(Part::Block(0), 0, &content[..BLOCK_BYTES], &mut said);
    said.push(0xff);
    assert!(matches!(fetch.take(FIRST, &said, NOW, &mut verified), Err(FetchError::Wire(_))));
    assert!(matches!(&verified[..], [block] if block.block == 0 && block.bytes[..] == content[..BLOCK_BYTES]));
}

#[test]
fn a_peer_that_asks_for_ever_is_served_three_times_over_at_most() {
    let (_, tree, hashed) = content();
    let most = ASKED_TIMES * (tree.size() + 1024 * 1024);
    for part in [Part::Block(0), Part::Map(0)] {
        for dropped in [false, true] {
            let mut frames = vec![BlockFrame::Want { part, from: 0 }];
            frames.extend(dropped.then_some(BlockFrame::Drop { part }));
            let mut serve = Serve::new(tree, hashed.clone());
            serve.open(FIRST);
            let (served, end) = served_to(&mut serve, &record(&frames));
            assert_eq!(end, ServeError::AskedTooMuch, "{part:?}, dropped: {dropped}");
            assert!(served <= most, "{served} bytes of {part:?}");
        }
    }
}

#[test]
fn a_source_that_changed_is_noticed_by_its_map() {
    let (mut content, tree, hashed) = content();
    let mut serve = Serve::new(tree, hashed);
    content[70_000] ^= 1;
    assert_eq!(serve.mapped(0, tree.map_of(0, &content).unwrap()), Err(ServeError::SourceChanged));
    assert_eq!(serve.mapped(9, Vec::new()), Err(ServeError::SourceChanged));
}

/// Says the same until the sender ends the transfer; counts the bytes of its answers.
fn served_to(serve: &mut Serve, said: &[u8]) -> (u64, ServeError) {
    let (content, tree, _) = content();
    let mut served = 0;
    for _ in 0..1_000_000 {
        serve.take(FIRST, said).unwrap();
        loop {
            match serve.next(FIRST) {
                Ok(None) => break,
                Ok(Some(Job::Send(frames))) => served += frames.len() as u64,
                Ok(Some(Job::Read { block, from })) => served += (tree.block_len(block) - from) as u64,
                Ok(Some(Job::Map { group })) => serve.mapped(group, tree.map_of(group, &content).unwrap()).unwrap(),
                Err(end) => return (served, end),
            }
        }
    }
    panic!("{served} bytes were served, and it goes on");
}

/// What an honest circuit brings from here on.
fn fetched(fetch: &mut Fetch, serve: &mut Serve, lane: Lane, content: &[u8]) -> Vec<u8> {
    let tree = Tree::new(content.len() as u64);
    let mut whole = vec![0; content.len()];
    fetch.open(lane, NOW);
    while !fetch.done() {
        let mut asks = Vec::new();
        fetch.asks(lane, NOW, &mut asks);
        assert!(!asks.is_empty(), "nothing is asked for: {fetch:?}");
        serve.take(lane, &asks).unwrap();
        while let Some(job) = serve.next(lane).unwrap() {
            let mut answer = Vec::new();
            match job {
                Job::Send(frames) => answer = frames,
                Job::Read { block, from } => {
                    let start = tree.offset(block) as usize;
                    pieces(
                        Part::Block(block),
                        from as u32,
                        &content[start + from..start + tree.block_len(block)],
                        &mut answer,
                    );
                }
                Job::Map { group } => serve.mapped(group, tree.map_of(group, content).unwrap()).unwrap(),
            }
            let mut verified = Vec::new();
            for record in answer.chunks(PIECE_BYTES + 12) {
                fetch.take(lane, record, NOW, &mut verified).unwrap();
            }
            for block in verified {
                let start = tree.offset(block.block) as usize;
                whole[start..start + block.bytes.len()].copy_from_slice(&block.bytes);
                fetch.stored(block.block);
            }
        }
    }
    whole
}

/// A content of one group.
fn content() -> (Vec<u8>, Tree, Hashed) {
    let content: Vec<u8> = (0..5 * BLOCK_BYTES + 9).map(|n| (n % 251) as u8).collect();
    let tree = Tree::new(content.len() as u64);
    let mut hashing = Hashing::new(tree);
    hashing.update(&content).unwrap();
    (content, tree, hashing.finish().unwrap())
}

const FIRST: Lane = Lane(1);
const SECOND: Lane = Lane(2);
const NOW: Duration = Duration::ZERO;
