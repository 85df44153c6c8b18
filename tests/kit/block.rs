//! What the two sides of a circuit that carries a file can say wrong, by name.

use pelure::file::Tree;
use pelure::wire::block::{BlockFrame, Part};
use pelure::wire::limits::{ASKS, BLOCK_BYTES, PIECE_BYTES};

/// The record that holds these frames.
pub fn record(frames: &[BlockFrame<'_>]) -> Vec<u8> {
    let mut record = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut record));
    record
}

/// Records of a receiver that end its circuit, whatever the content.
pub fn hostile_asks(tree: Tree) -> Vec<(&'static str, Vec<u8>)> {
    let want = |part, from| record(&[BlockFrame::Want { part, from }]);
    let first = BlockFrame::Want { part: Part::Block(0), from: 0 };
    let mut cut = record(&[first]);
    cut.pop();
    vec![
        ("a block beyond the end", want(Part::Block(tree.blocks()), 0)),
        ("the last block that can be named", want(Part::Block(u32::MAX), 0)),
        ("a block from its end", want(Part::Block(0), tree.block_len(0) as u32)),
        ("a block from far beyond its end", want(Part::Block(0), u32::MAX)),
        ("the map of a group beyond the end", want(Part::Map(tree.groups()), 0)),
        ("the map of the last group that can be named", want(Part::Map(u32::MAX), 0)),
        ("the top from beyond its end", want(Part::Top, u32::MAX)),
        ("more asks than may wait", record(&[first; ASKS + 1])),
        (
            "a piece of what it should receive",
            record(&[BlockFrame::Piece { part: Part::Block(0), from: 0, bytes: b"x" }]),
        ),
        ("an ask that is cut", cut),
        ("an ask behind an unknown kind", [&[9, 0, 0][..], &record(&[first])].concat()),
        ("a second top", vec![2, 0, 5, 0, 0, 0, 0, 1]),
        ("an unknown part", vec![2, 0, 5, 7, 0, 0, 0, 0]),
        ("a frame that claims to be longer than its record", vec![1, 0xff, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]
}

/// Records of a sender that end its circuit in place of the answer to the first ask, which is for `part`.
pub fn hostile_answers(part: Part, honest: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let piece = |part, from, bytes| record(&[BlockFrame::Piece { part, from, bytes }]);
    let long = vec![0; PIECE_BYTES];
    let wrong: Vec<u8> = honest.iter().map(|byte| !byte).collect();
    let beyond = [honest, b"x"].concat();
    let mut cut = piece(part, 0, honest);
    cut.pop();
    vec![
        ("bytes that do not match", piece(part, 0, &wrong)),
        ("bytes beyond the part", piece(part, 0, &beyond)),
        ("bytes that begin too late", piece(part, 1, honest)),
        ("bytes that begin far beyond", piece(part, u32::MAX, honest)),
        ("no bytes", piece(part, 0, &[])),
        ("the same bytes twice", [&honest[..1], &honest[..1]].map(|bytes| piece(part, 0, bytes)).concat()),
        ("a block that was asked for later", piece(Part::Block(0), 0, &long)),
        ("a block that nobody asked for", piece(Part::Block(u32::MAX), 0, &long)),
        ("a map that nobody asked for", piece(Part::Map(7), 0, &[0; 64])),
        ("a top that nobody asked for", piece(Part::Top, 0, &[0; 64])),
        ("more bytes than a record holds", piece(part, 0, &vec![0; BLOCK_BYTES - 13])),
        ("an ask for what it should send", record(&[BlockFrame::Want { part, from: 0 }])),
        ("a drop of what it should send", record(&[BlockFrame::Drop { part }])),
        ("a report of what it should send", record(&[BlockFrame::Have { bytes: 0 }])),
        ("an answer that is cut", cut),
        ("an unknown kind", vec![0x80, 0, 0]),
        ("garbage", vec![0xff; 64]),
    ]
}
