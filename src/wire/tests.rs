//! What the wire promises, tried on every kind of frame, on every way to cut bytes, and on garbage.

use proptest::collection::vec;
use proptest::prelude::*;

use super::limits::{
    FILE_BYTES, FOLDER_FILES, FRAME_BYTES, HANDSHAKE, MESSAGE_BYTES, RECORD_BYTES, REQUEST_BYTES, REQUEST_CHARS,
    SEQUENCE,
};
use super::*;

/// Any frame that may be sent.
pub(crate) fn any_frame() -> impl Strategy<Value = Frame> {
    let seq = prop_oneof![1..=20u64, 1..=SEQUENCE, Just(SEQUENCE)];
    let place = (any::<[u8; 8]>().prop_map(Epoch), seq);
    let renewal = any::<u8>().prop_map(|byte| Box::new([byte; HANDSHAKE]));
    prop_oneof![
        any::<u64>().prop_map(|nonce| Frame::Ping { nonce }),
        any::<u64>().prop_map(|nonce| Frame::Pong { nonce }),
        Just(Frame::Welcome),
        Just(Frame::Waiting),
        ".{0,280}".prop_map(|text| Frame::Request { text: RequestText::new(text).unwrap() }),
        prop_oneof![Just(Bye::Replaced), Just(Bye::Leaving), Just(Bye::Violation)]
            .prop_map(|reason| Frame::Bye { reason }),
        (place.clone(), any_id(), any::<u32>(), any_body())
            .prop_map(|((epoch, seq), id, age_minutes, body)| Frame::Message { epoch, seq, id, age_minutes, body }),
        place.clone().prop_map(|(epoch, seq)| Frame::Skip { epoch, seq }),
        place.prop_map(|(epoch, seq)| Frame::Ack { epoch, seq }),
        Just(Frame::Restored),
        any_id().prop_map(|id| Frame::Read { id }),
        renewal.clone().prop_map(Frame::Renew1),
        renewal.clone().prop_map(Frame::Renew2),
        renewal.prop_map(Frame::Renew3),
        Just(Frame::Renewed),
        (0..3usize, any::<[u8; 16]>(), any::<u8>(), any_author()).prop_map(|(kind, id, index, dialler)| {
            let kind = [JoinKind::File, JoinKind::Voice, JoinKind::Ahead][kind];
            Frame::Join { kind, id, index, dialler }
        }),
        any_call(),
    ]
}

fn any_call() -> impl Strategy<Value = Frame> {
    let ring = (0..3usize, 2..=6u8).prop_map(|(profile, circuits)| Signal::Ring {
        profile: Profile::ALL[profile],
        circuits: Circuits::new(circuits).unwrap(),
    });
    let rest = [Signal::Accept, Signal::Decline, Signal::Busy, Signal::HangUp];
    let what = prop_oneof![ring, proptest::sample::select(rest.to_vec())];
    (any::<[u8; 16]>(), what).prop_map(|(id, what)| Frame::Call { id: CallId(id), what })
}

/// Any body that may be sent.
pub(crate) fn any_body() -> impl Strategy<Value = Body> {
    let emoji = || prop_oneof![Just(None), (0..emojis::iter().count()).prop_map(nth_emoji)];
    prop_oneof![
        3 => (any_text(), proptest::option::of(any_target()), any_expiry())
            .prop_map(|(text, reply_to, expires_in)| Body::Text { text, reply_to, expires_in }),
        1 => (any_id(), any_text()).prop_map(|(target, text)| Body::Edit { target, text }),
        1 => any_id().prop_map(|target| Body::Delete { target }),
        1 => (any_target(), emoji()).prop_map(|(target, emoji)| Body::React { target, emoji }),
        1 => (any::<u32>(), any_expiry(), any::<bool>())
            .prop_map(|(version, expires_in, receipts)| Body::Terms { version, expires_in, receipts }),
        1 => any_offer().prop_map(Body::Offer),
        1 => (any_target(), any_fate()).prop_map(|(target, fate)| Body::Fate { target, fate }),
    ]
}

fn any_offer() -> impl Strategy<Value = Offer> {
    let kind = prop_oneof![
        Just(FileKind::File),
        (1..=FOLDER_FILES).prop_map(|files| FileKind::Folder { files }),
        any::<u16>().prop_map(|seconds| FileKind::VoiceNote { seconds }),
    ];
    let name = "(?s).{1,60}".prop_map(|name| FileName::new(name).unwrap());
    (name, kind, 1..=FILE_BYTES, any::<[u8; 32]>(), any_expiry())
        .prop_map(|(name, kind, size, root, expires_in)| Offer { name, kind, size, root, expires_in })
}

fn any_fate() -> impl Strategy<Value = Fate> {
    let failure = (1..=6u8).prop_map(|code| Fate::Failed(FileFailure::from_code(code).unwrap()));
    prop_oneof![Just(Fate::Declined), Just(Fate::Cancelled), Just(Fate::Done), Just(Fate::Full), failure]
}

fn any_id() -> impl Strategy<Value = MessageId> {
    any::<[u8; 16]>().prop_map(MessageId)
}

fn any_target() -> impl Strategy<Value = Target> {
    (any_id(), any_author()).prop_map(|(id, author)| Target { id, author })
}

fn any_author() -> impl Strategy<Value = Author> {
    prop_oneof![Just(Author::Me), Just(Author::You)]
}

fn any_expiry() -> impl Strategy<Value = Option<Expiry>> {
    prop_oneof![Just(None), (5..=2_419_200u64).prop_map(|seconds| Some(Expiry::from_seconds(seconds).unwrap()))]
}

fn nth_emoji(n: usize) -> Option<Emoji> {
    emojis::iter().nth(n).map(|emoji| Emoji::new(emoji.as_str()).unwrap())
}

fn any_text() -> impl Strategy<Value = MessageText> {
    let long = (1..=MESSAGE_BYTES).prop_map(|n| "x".repeat(n));
    prop_oneof![3 => "(?s).{1,60}", 1 => long].prop_map(|text| MessageText::new(text).unwrap())
}

fn encoded(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut bytes));
    bytes
}

/// Everything a deframer gives for these bytes, cut into pieces of the given lengths, in turn.
fn deframed(bytes: &[u8], pieces: &[usize]) -> Result<(Vec<Frame>, Deframer), WireError> {
    let (mut deframer, mut frames, mut rest) = (Deframer::default(), Vec::new(), bytes);
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*piece).min(rest.len()));
        deframer.push(now)?;
        while let Some(frame) = deframer.next()? {
            frames.push(frame);
        }
        assert!(deframer.held() <= 4 + FRAME_BYTES, "holds more than one frame");
        rest = later;
    }
    Ok((frames, deframer))
}

fn raw(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
    bytes[0] = kind;
    bytes.extend(body);
    bytes
}

fn one(kind: u8, body: &[u8]) -> Result<Option<Frame>, WireError> {
    let mut deframer = Deframer::default();
    for piece in raw(kind, body).chunks(RECORD_BYTES) {
        deframer.push(piece)?;
        if let Some(frame) = deframer.next()? {
            return Ok(Some(frame));
        }
    }
    Ok(None)
}

proptest! {
    #[test]
    fn frames_survive_any_cut(frames in vec(any_frame(), 0..8), pieces in vec(1..=RECORD_BYTES, 1..6)) {
        let (back, deframer) = deframed(&encoded(&frames), &pieces).unwrap();
        prop_assert_eq!(back, frames);
        prop_assert!(deframer.is_between_frames());
    }

    #[test]
    fn frames_survive_single_bytes(frames in vec(any_frame(), 1..3)) {
        prop_assert_eq!(deframed(&encoded(&frames), &[1]).unwrap().0, frames);
    }

    /// Canonical: what is understood is written in exactly one way, also when it is not what was sent.
    #[test]
    fn what_decodes_encodes_to_the_same_bytes(
        frame in any_frame(), at in prop_oneof![0..40usize, any::<usize>()], byte in prop_oneof![0..8u8, any::<u8>()],
    ) {
        let mut bytes = encoded(&[frame]);
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok((frames, deframer)) = deframed(&bytes, &[RECORD_BYTES])
            && deframer.is_between_frames()
            && bytes[0] < 0x80
        {
            prop_assert_eq!(encoded(&frames), bytes);
        }
    }

    #[test]
    fn garbage_is_an_error_or_waits(bytes in vec(any::<u8>(), 0..4_000), pieces in vec(1..600usize, 1..5)) {
        let _ = deframed(&bytes, &pieces);
    }

    /// Whatever is pushed, in whatever size and whether or not frames are taken out, memory stays bounded.
    #[test]
    fn memory_is_bounded(
        start in vec(any::<u8>(), 0..8),
        pushes in vec((1..=2 * RECORD_BYTES, any::<u8>(), any::<bool>()), 1..60),
    ) {
        let mut deframer = Deframer::default();
        let _ = deframer.push(&start);
        for (length, byte, take) in pushes {
            let _ = deframer.push(&vec![byte; length]);
            while take && matches!(deframer.next(), Ok(Some(_))) {}
            prop_assert!(deframer.held() <= 4 + FRAME_BYTES + RECORD_BYTES);
        }
    }

    #[test]
    fn a_flipped_bit_never_changes_what_came_before(
        frames in vec(any_frame(), 1..5), at in any::<prop::sample::Index>(), bit in 0..8u8,
    ) {
        let mut bytes = encoded(&frames);
        let at = at.index(bytes.len());
        let whole = frames.iter().scan(0, |end, f| { *end += encoded(std::slice::from_ref(f)).len(); Some(*end) });
        let before = whole.take_while(|end| *end <= at).count();
        bytes[at] ^= 1 << bit;
        let mut deframer = Deframer::default();
        let mut back = Vec::new();
        'all: for piece in bytes.chunks(RECORD_BYTES) {
            if deframer.push(piece).is_err() { break; }
            loop {
                match deframer.next() {
                    Ok(Some(frame)) => back.push(frame),
                    Ok(None) => break,
                    Err(_) => break 'all,
                }
            }
        }
        prop_assert!(back.len() >= before);
        prop_assert_eq!(&back[..before], &frames[..before]);
    }

    #[test]
    fn unknown_optional_kinds_are_skipped(
        kind in 0x80..=0xffu8, length in 0..=FRAME_BYTES, after in any_frame(), piece in 1..=RECORD_BYTES,
    ) {
        let mut bytes = raw(kind, &vec![0xaa; length]);
        after.encode(&mut bytes);
        let (frames, deframer) = deframed(&bytes, &[piece]).unwrap();
        prop_assert_eq!(frames, vec![after]);
        prop_assert!(deframer.is_between_frames());
    }
}

#[test]
fn bytes_are_as_documented() {
    let epoch = Epoch([1, 2, 3, 4, 5, 6, 7, 8]);
    let text = || MessageText::new("hé".to_owned()).unwrap();
    let expires_in = Some(Expiry::from_seconds(600).unwrap());
    let said = |body: Body| {
        let message = Frame::Message { epoch, seq: 258, id: MessageId([9; 16]), age_minutes: 5, body };
        let bytes = encoded(&[message]);
        let mut expected = vec![0x10, 0, 0, (bytes.len() - 4) as u8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 1, 2];
        expected.extend([9; 16]);
        expected.extend([0, 0, 0, 5]);
        bytes.strip_prefix(&expected[..]).map(<[u8]>::to_vec).unwrap()
    };
    let target = |author| Target { id: MessageId([7; 16]), author };
    let plain = Body::Text { text: text(), reply_to: None, expires_in: None };
    assert_eq!(said(plain), [1, 0, 0, 0, 0, 0, b'h', 0xc3, 0xa9]);
    let reply = Body::Text { text: text(), reply_to: Some(target(Author::You)), expires_in };
    assert_eq!(said(reply), [&[1, 0, 0, 2, 88, 2][..], &[7; 16], "hé".as_bytes()].concat());
    let edit = Body::Edit { target: MessageId([7; 16]), text: text() };
    assert_eq!(said(edit), [&[2][..], &[7; 16], "hé".as_bytes()].concat());
    assert_eq!(said(Body::Delete { target: MessageId([7; 16]) }), [&[3][..], &[7; 16]].concat());
    let react = |emoji| Body::React { target: target(Author::Me), emoji };
    assert_eq!(said(react(Emoji::new("🧅").ok())), [&[4, 1][..], &[7; 16], "🧅".as_bytes()].concat());
    assert_eq!(said(react(None)), [&[4, 1][..], &[7; 16]].concat());
    let terms = Body::Terms { version: 3, expires_in, receipts: true };
    assert_eq!(said(terms), [5, 0, 0, 0, 3, 0, 0, 2, 88, 1]);
    let read = Frame::Read { id: MessageId([9; 16]) };
    assert_eq!(encoded(&[read]), [&[0x14, 0, 0, 16][..], &[9; 16]].concat());
    assert_eq!(encoded(&[Frame::Ping { nonce: 1 }]), [1, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(encoded(&[Frame::Bye { reason: Bye::Leaving }]), [6, 0, 0, 1, 2]);
    assert_eq!(encoded(&[Frame::Renewed]), [0x23, 0, 0, 0]);
    let join = Frame::Join { kind: JoinKind::Voice, id: [9; 16], index: 4, dialler: Author::You };
    assert_eq!(encoded(&[join]), [&[0x30, 0, 0, 19, 2][..], &[9; 16], &[4, 2]].concat());
    let call = |what| encoded(&[Frame::Call { id: CallId([9; 16]), what }]);
    let ring = Signal::Ring { profile: Profile::Saver, circuits: Circuits::default() };
    assert_eq!(call(ring), [&[0x31, 0, 0, 19][..], &[9; 16], &[1, 2, 3]].concat());
    assert_eq!(call(Signal::HangUp), [&[0x31, 0, 0, 17][..], &[9; 16], &[5]].concat());
}

#[test]
fn each_kind_refuses_other_lengths_by_its_header() {
    let exact = [
        (0x01, 8),
        (0x02, 8),
        (0x03, 0),
        (0x04, 0),
        (0x06, 1),
        (0x11, 16),
        (0x12, 16),
        (0x13, 0),
        (0x14, 16),
        (0x20, HANDSHAKE),
        (0x21, HANDSHAKE),
        (0x22, HANDSHAKE),
        (0x23, 0),
        (0x30, 19),
    ];
    for (kind, length) in exact {
        assert_ne!(header_only(kind, length), Err(WireError::Length), "kind {kind:#x}");
        assert_eq!(header_only(kind, length + 1), Err(WireError::Length), "kind {kind:#x}");
        if length > 0 {
            assert_eq!(header_only(kind, length - 1), Err(WireError::Length), "kind {kind:#x}");
        }
    }
    for (kind, least, most) in
        [(0x05, 0, REQUEST_BYTES), (0x10, 43, 58 + MESSAGE_BYTES), (0x31, 17, 19), (0x80, 0, FRAME_BYTES)]
    {
        assert_ne!(header_only(kind, least), Err(WireError::Length), "kind {kind:#x}");
        assert_ne!(header_only(kind, most), Err(WireError::Length), "kind {kind:#x}");
        assert_eq!(header_only(kind, most + 1), Err(WireError::Length), "kind {kind:#x}");
        if least > 0 {
            assert_eq!(header_only(kind, least - 1), Err(WireError::Length), "kind {kind:#x}");
        }
    }
}

/// What four bytes give, without a body.
fn header_only(kind: u8, length: usize) -> Result<Option<Frame>, WireError> {
    let [_, a, b, c] = (length as u32).to_be_bytes();
    let mut deframer = Deframer::default();
    deframer.push(&[kind, a, b, c])?;
    deframer.next()
}

#[test]
fn unknown_kinds_below_0x80_end_the_session() {
    for kind in [0x00, 0x07, 0x0f, 0x15, 0x1f, 0x24, 0x2f, 0x7f] {
        assert_eq!(one(kind, &[]), Err(WireError::UnknownKind), "kind {kind:#x}");
    }
}

#[test]
fn wrong_fields_are_refused() {
    let place = |seq: u64| [&[7; 8][..], &seq.to_be_bytes()].concat();
    for kind in [0x11, 0x12] {
        assert_eq!(one(kind, &place(0)), Err(WireError::Field));
        assert_eq!(one(kind, &place(SEQUENCE + 1)), Err(WireError::Field));
        assert!(one(kind, &place(SEQUENCE)).unwrap().is_some());
    }
    for code in [0, 4, 255] {
        assert_eq!(one(0x06, &[code]), Err(WireError::Field));
    }
    let join = |kind, dialler| one(0x30, &[&[kind][..], &[0; 17], &[dialler]].concat());
    assert!((1..=3).all(|kind| join(kind, 1).unwrap().is_some()));
    for (kind, dialler) in [(0, 1), (4, 1), (1, 0), (1, 3)] {
        assert_eq!(join(kind, dialler), Err(WireError::Field));
    }
    let message = |seq, text: &[u8]| [&place(seq)[..], &[0; 20], &[1, 0, 0, 0, 0, 0], text].concat();
    assert_eq!(one(0x10, &message(0, b"x")), Err(WireError::Field));
    assert_eq!(one(0x10, &message(1, &[0xff])), Err(WireError::Field));
    assert_eq!(one(0x10, &message(1, &[0xed, 0xa0, 0x80])), Err(WireError::Field), "a surrogate");
    assert!(one(0x10, &message(1, &[0])).unwrap().is_some(), "any Unicode is text");
    assert!(one(0x10, &message(1, &vec![b'x'; MESSAGE_BYTES])).unwrap().is_some());
    assert_eq!(one(0x10, &message(1, &vec![b'x'; MESSAGE_BYTES + 1])), Err(WireError::Field), "room for a quote");
    let call = |what: &[u8]| one(0x31, &[&[7; 16], what].concat());
    for what in [&[0][..], &[6], &[1, 0, 3], &[1, 4, 3], &[1, 1, 1], &[1, 1, 7]] {
        assert_eq!(call(what), Err(WireError::Field), "{what:?}");
    }
    for what in [&[1][..], &[1, 1], &[2, 0], &[5, 0, 0]] {
        assert_eq!(call(what), Err(WireError::Length), "{what:?}");
    }
    assert!(call(&[1, 3, 6]).unwrap().is_some());
    assert_eq!(one(0x05, &[0xc0, 0x80]), Err(WireError::Field), "an overlong zero");
    assert_eq!(one(0x05, &vec![b'x'; REQUEST_CHARS + 1]), Err(WireError::Field), "short in bytes, long in characters");
    assert!(one(0x05, "🧅".repeat(REQUEST_CHARS).as_bytes()).unwrap().is_some());
}

#[test]
fn an_error_is_final() {
    let mut deframer = Deframer::default();
    deframer.push(&[0x7f, 0, 0, 0]).unwrap();
    assert_eq!(deframer.next(), Err(WireError::UnknownKind));
    assert_eq!(deframer.push(&encoded(&[Frame::Welcome])), Err(WireError::UnknownKind));
    assert_eq!(deframer.next(), Err(WireError::UnknownKind));
}

#[test]
fn it_tells_whether_a_frame_is_incomplete() {
    let mut deframer = Deframer::default();
    assert!(deframer.is_between_frames());
    deframer.push(&encoded(&[Frame::Renewed])).unwrap();
    assert!(!deframer.is_between_frames(), "the frame was not taken out");
    assert_eq!(deframer.next(), Ok(Some(Frame::Renewed)));
    assert!(deframer.is_between_frames());
    deframer.push(&[0x80, 0, 0, 9, 1]).unwrap();
    assert_eq!(deframer.next(), Ok(None));
    assert!(!deframer.is_between_frames(), "eight bytes to skip are missing");
}

#[test]
fn an_idle_session_keeps_little() {
    let text = MessageText::new("x".repeat(MESSAGE_BYTES)).unwrap();
    let body = Body::Text { text, reply_to: None, expires_in: None };
    let long = Frame::Message { epoch: Epoch([0; 8]), seq: 1, id: MessageId([0; 16]), age_minutes: 0, body };
    let (frames, deframer) = deframed(&encoded(&[long]), &[RECORD_BYTES]).unwrap();
    assert_eq!(frames.len(), 1);
    assert!(deframer.capacity() <= RECORD_BYTES);
}

#[test]
fn debug_shows_no_text() {
    let text = MessageText::new("secret".to_owned()).unwrap();
    for body in [
        Body::Text { text: text.clone(), reply_to: None, expires_in: None },
        Body::Edit { target: MessageId([0; 16]), text },
    ] {
        let frame = Frame::Message { epoch: Epoch([0; 8]), seq: 1, id: MessageId([0; 16]), age_minutes: 0, body };
        assert!(!format!("{frame:?}").contains("secret"));
    }
    let request = Frame::Request { text: RequestText::new("secret".to_owned()).unwrap() };
    assert!(!format!("{request:?}").contains("secret"));
}

#[test]
fn texts_have_limits() {
    assert_eq!(MessageText::new(String::new()), Err(TextError::Empty));
    assert_eq!(MessageText::new("é".repeat(MESSAGE_BYTES / 2 + 1)), Err(TextError::TooLong));
    assert!(MessageText::new("é".repeat(MESSAGE_BYTES / 2)).is_ok());
    assert!(RequestText::new(String::new()).is_ok());
    assert_eq!(RequestText::new("é".repeat(REQUEST_CHARS + 1)), Err(TextError::TooLong));
}
