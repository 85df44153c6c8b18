//! Records against themselves and against a hostile stream.

use proptest::prelude::*;

use super::*;
use crate::session::testing::NOW;
use crate::wire::limits::PIECE_BYTES;

const KEY: [u8; 32] = [7; 32];

fn pair() -> (Sealer, Opener) {
    (Sealer::new(Key::new(KEY)), Opener::new(Key::new(KEY)))
}

fn sealed(sealer: &mut Sealer, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    sealer.seal(bytes, NOW, &mut out).unwrap();
    out
}

/// All bytes of the records in `wire`, pushed as a reader of the stream would.
fn opened(opener: &mut Opener, wire: &[u8]) -> Result<Vec<u8>, RecordError> {
    let mut bytes = Vec::new();
    for piece in wire.chunks(64 * 1024) {
        opener.push(piece)?;
        while let Some(record) = opener.next()? {
            bytes.extend_from_slice(&record);
        }
    }
    Ok(bytes)
}

/// One record made by hand: any head, any text.
fn forged(key: &Key, head: u8, text: &[u8]) -> Vec<u8> {
    let mut head = [head];
    let tag = key.seal(0, &[], &mut head).unwrap();
    let mut out = [&head[..], &tag].concat();
    let mut text = text.to_vec();
    let tag = key.seal(1, &[], &mut text).unwrap();
    out.extend_from_slice(&text);
    out.extend_from_slice(&tag);
    out
}

#[test]
fn the_smallest_size_that_fits_is_taken() {
    let (mut sealer, mut opener) = pair();
    for cells in RECORD_CELLS {
        let room = cells * CELL - OVERHEAD;
        for (length, expected) in [(room - 1, cells), (room, cells)] {
            let wire = sealed(&mut sealer, &vec![1; length]);
            assert_eq!(wire.len(), expected * CELL);
            assert_eq!(opened(&mut opener, &wire).unwrap(), vec![1; length]);
        }
        if cells < 32 {
            let wire = sealed(&mut sealer, &vec![1; room + 1]);
            assert_eq!(wire.len(), 2 * cells * CELL);
            assert_eq!(opened(&mut opener, &wire).unwrap(), vec![1; room + 1]);
        }
    }
    assert_eq!(ROOM, 15_581);
    let mut piece = Vec::new();
    crate::wire::block::pieces(crate::wire::Part::Top, 0, &[0; PIECE_BYTES], &mut piece);
    assert_eq!(piece.len(), ROOM, "a piece of a file fills a record");
    assert_eq!(sealed(&mut sealer, &vec![1; ROOM + 1]).len(), 33 * CELL);
    assert!(sealed(&mut sealer, b"").is_empty());
}

#[test]
fn a_length_does_not_show_on_the_wire() {
    let (mut sealer, _) = pair();
    let sizes: Vec<usize> = (1..=453).map(|length| sealed(&mut sealer, &vec![0; length]).len()).collect();
    assert!(sizes.iter().all(|size| *size == CELL));
}

#[test]
fn equal_bytes_look_different_each_time() {
    let (mut sealer, _) = pair();
    assert_ne!(sealed(&mut sealer, b"yes"), sealed(&mut sealer, b"yes"));
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let wire = sealed(&mut pair().0, b"bytes");
    for at in 0..wire.len() {
        let mut wire = wire.clone();
        wire[at] ^= 1 << (at % 8);
        assert_eq!(opened(&mut pair().1, &wire), Err(RecordError::Seal), "byte {at}");
    }
}

#[test]
fn a_record_is_not_opened_twice_nor_out_of_order() {
    let mut sealer = pair().0;
    let (one, two) = (sealed(&mut sealer, b"one"), sealed(&mut sealer, b"two"));
    let mut opener = pair().1;
    assert_eq!(opened(&mut opener, &one).unwrap(), b"one");
    assert_eq!(opened(&mut opener, &one), Err(RecordError::Seal));
    assert_eq!(opened(&mut pair().1, &two), Err(RecordError::Seal));
    // A lost record is noticed at the next one.
    assert_eq!(opened(&mut pair().1, &[one, sealed(&mut sealer, b"three")].concat()), Err(RecordError::Seal));
}

#[test]
fn a_reflected_record_is_refused() {
    let (mut alice, mut bob) = crate::session::testing::session();
    let wire = sealed(&mut alice.sealer, b"to bob");
    assert_eq!(opened(&mut alice.opener, &wire), Err(RecordError::Seal));
    assert_eq!(opened(&mut bob.opener, &wire).unwrap(), b"to bob");
}

#[test]
fn a_truncated_record_gives_nothing() {
    let wire = sealed(&mut pair().0, b"bytes");
    let mut opener = pair().1;
    opener.push(&wire[..wire.len() - 1]).unwrap();
    assert_eq!(opener.next(), Ok(None));
    opener.push(&wire[wire.len() - 1..]).unwrap();
    assert_eq!(opener.next().unwrap().unwrap(), b"bytes");
    assert_eq!(opener.next(), Ok(None));
}

#[test]
fn an_error_is_final() {
    let mut wire = sealed(&mut pair().0, b"bytes");
    wire[3] ^= 1;
    let mut opener = pair().1;
    opener.push(&wire).unwrap();
    assert_eq!(opener.next(), Err(RecordError::Seal));
    assert_eq!(opener.next(), Err(RecordError::Seal));
    assert_eq!(opener.push(b"more"), Err(RecordError::Seal));
}

#[test]
fn hostile_records_by_the_holder_of_the_key_are_refused() {
    let key = Key::new(KEY);
    let text = |length: u16, last: u8| {
        let mut text = vec![0; CELL - HEAD - TAG];
        text[..2].copy_from_slice(&length.to_be_bytes());
        *text.last_mut().unwrap() = last;
        text
    };
    let good = forged(&key, 0, &text(5, 0));
    assert_eq!(opened(&mut pair().1, &good).unwrap(), [0; 5]);
    let full = forged(&key, 0, &text(453, 9));
    assert_eq!(opened(&mut pair().1, &full).unwrap().len(), 453);
    for (head, length, last, expected) in [
        (0, 454, 0, RecordError::Length),
        (0, u16::MAX, 0, RecordError::Length),
        (0, 452, 1, RecordError::Padding),
        (0, 0, 1, RecordError::Padding),
        (6, 5, 0, RecordError::Head),
        (0x40, 5, 0, RecordError::Head),
        (0x7f, 5, 0, RecordError::Head),
        (0xff, 5, 0, RecordError::Head),
    ] {
        assert_eq!(opened(&mut pair().1, &forged(&key, head, &text(length, last))), Err(expected));
    }
}

#[test]
fn what_waits_is_bounded() {
    let mut opener = pair().1;
    opener.push(&vec![0; RECORD_BACKLOG]).unwrap();
    assert_eq!(opener.push(&[0]), Err(RecordError::Backlog));
    // Whatever a head says, no memory is taken before the bytes have come.
    let mut opener = pair().1;
    let mut sealer = pair().0;
    let wire = sealed(&mut sealer, &vec![0; ROOM]);
    opener.push(&wire[..HEAD]).unwrap();
    assert_eq!(opener.next(), Ok(None));
    assert!(opener.buffer.capacity() < 1024);
}

#[test]
fn a_key_is_replaced_after_its_time() {
    let (mut sealer, mut opener) = pair();
    let mut wire = Vec::new();
    sealer.seal(b"1", NOW, &mut wire).unwrap();
    sealer.seal(b"2", NOW + REKEY_AFTER - Duration::from_nanos(1), &mut wire).unwrap();
    assert_eq!(sealer.key.as_ref(), &KEY);
    sealer.seal(b"3", NOW + REKEY_AFTER, &mut wire).unwrap();
    assert_ne!(sealer.key.as_ref(), &KEY);
    let second = *sealer.key.as_ref();
    sealer.seal(b"4", NOW + REKEY_AFTER * 2 - Duration::from_nanos(1), &mut wire).unwrap();
    assert_eq!(sealer.key.as_ref(), &second);
    sealer.seal(b"5", NOW + REKEY_AFTER * 2, &mut wire).unwrap();
    sealer.seal(b"6", NOW + REKEY_AFTER * 2, &mut wire).unwrap();
    assert_ne!(sealer.key.as_ref(), &second);
    assert_eq!(opened(&mut opener, &wire).unwrap(), b"123456");
    assert_eq!(opener.key.as_ref(), sealer.key.as_ref());
}

#[test]
fn an_old_key_does_not_open_what_came_after_it_nor_a_new_one_what_came_before() {
    let (mut sealer, _) = pair();
    let mut before = Vec::new();
    sealer.seal(b"before", NOW, &mut before).unwrap();
    sealer.seal(b"last", NOW + REKEY_AFTER, &mut before).unwrap();
    let stolen = sealer.key.clone();
    let mut thief = Opener::new(stolen);
    assert_eq!(opened(&mut thief, &before), Err(RecordError::Seal));
    let mut after = Vec::new();
    sealer.seal(b"after", NOW, &mut after).unwrap();
    assert_eq!(opened(&mut pair().1, &after), Err(RecordError::Seal));
}

#[test]
fn a_key_is_replaced_at_its_last_record_on_both_sides() {
    let (mut sealer, mut opener) = pair();
    (sealer.records, opener.records) = (REKEY_RECORDS - 2, REKEY_RECORDS - 2);
    let wire = sealed(&mut sealer, b"last but one");
    assert_eq!((sealer.records, sealer.key.as_ref()), (REKEY_RECORDS - 1, &KEY));
    assert_eq!(opened(&mut opener, &wire).unwrap(), b"last but one");
    let wire = [sealed(&mut sealer, b"last"), sealed(&mut sealer, b"first")].concat();
    assert_eq!(opened(&mut opener, &wire).unwrap(), b"lastfirst");
    assert_eq!((sealer.records, opener.records), (1, 1));
    assert_ne!(sealer.key.as_ref(), &KEY);
}

#[test]
fn a_peer_that_keeps_its_key_too_long_is_refused() {
    let (mut sealer, mut opener) = pair();
    opener.records = REKEY_RECORDS - 1;
    let mut head = [0];
    let tag = sealer.key.seal(2 * (REKEY_RECORDS - 1), &[], &mut head).unwrap();
    opener.push(&[&head[..], &tag].concat()).unwrap();
    assert_eq!(opener.next(), Err(RecordError::Exhausted));
    // And nothing is ever sealed or opened beyond the limit.
    sealer.records = REKEY_RECORDS;
    assert_eq!(sealer.seal(b"x", NOW, &mut Vec::new()), Err(RecordError::Exhausted));
    opener.failed = None;
    opener.records = u64::MAX;
    assert_eq!(opener.next(), Err(RecordError::Exhausted));
}

#[test]
fn a_clock_that_goes_back_does_no_harm() {
    let (mut sealer, mut opener) = pair();
    let mut wire = Vec::new();
    sealer.seal(b"a", NOW, &mut wire).unwrap();
    sealer.seal(b"b", Duration::ZERO, &mut wire).unwrap();
    assert_eq!(opened(&mut opener, &wire).unwrap(), b"ab");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_bytes_come_out_as_they_went_in(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40_000), 1..6),
        cut in 1usize..30_000,
        minutes in proptest::collection::vec(0u64..30, 6),
    ) {
        let (mut sealer, mut opener) = pair();
        let (mut wire, mut now) = (Vec::new(), NOW);
        for (piece, minutes) in pieces.iter().zip(minutes) {
            now += Duration::from_secs(60 * minutes);
            sealer.seal(piece, now, &mut wire).unwrap();
        }
        prop_assert_eq!(wire.len() % CELL, 0);
        let mut bytes = Vec::new();
        for piece in wire.chunks(cut) {
            opener.push(piece).unwrap();
            while let Some(record) = opener.next().unwrap() {
                bytes.extend_from_slice(&record);
            }
        }
        prop_assert!(bytes == pieces.concat());
    }

    #[test]
    fn any_stream_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 17..4_000)) {
        prop_assert_eq!(opened(&mut pair().1, &bytes), Err(RecordError::Seal));
    }
}
