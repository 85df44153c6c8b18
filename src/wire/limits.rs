//! Every number of the protocol, with its reason. threat-model.md quotes them all; tests/promises.rs holds the two
//! together.

use std::time::Duration;

// Padding.

/// Bytes of one padded unit: fits the data of one relay cell in both cell formats of Tor.
pub const CELL: usize = 488;
/// A handshake message fills three cells: the largest (ML-KEM-768 key, 1,184 bytes, with its tags) needs them.
pub const HANDSHAKE: usize = 3 * CELL;
/// How many cells a record of talk may have: few sizes, so that a size tells little.
pub const RECORD_CELLS: [usize; 6] = [1, 2, 4, 8, 16, 32];
/// The longest record in bytes, and so the most that one record adds to a buffer.
pub const RECORD_BYTES: usize = 32 * CELL;

// Frames.

/// The port of the onion service that Pelure listens on: any fixed number does, both sides must agree.
pub const PORT: u16 = 9_876;
/// A message of text in bytes of UTF-8: some thirty pages; longer things are files.
pub const MESSAGE_BYTES: usize = 64 * 1024;
/// A reaction in bytes: the longest emoji, a kiss of two people with skin tones, has 35.
pub const EMOJI_BYTES: usize = 64;
/// The shortest life of a message that disappears: less than this nobody reads.
pub const EXPIRY_LEAST: Duration = Duration::from_secs(5);
/// The longest life of a message that disappears: who wants more wants to keep it.
pub const EXPIRY_MOST: Duration = Duration::from_secs(4 * 7 * 24 * 60 * 60);
/// A contact request in characters: enough to say who one is, too little to annoy.
pub const REQUEST_CHARS: usize = 280;
/// A contact request in bytes: 280 characters of four bytes each.
pub const REQUEST_BYTES: usize = 4 * REQUEST_CHARS;
/// The longest frame body, of a known or an unknown kind: a message, its fixed fields, and room for later ones.
pub const FRAME_BYTES: usize = MESSAGE_BYTES + 256;
/// The highest sequence number: the database counts in signed 64-bit integers. Nobody gets there by sending.
pub const SEQUENCE: u64 = i64::MAX as u64;

// Delivery.

/// Messages and skips handed over and not yet acknowledged in one direction: at a round trip of half a second this
/// carries ten times the rate below, so the window never is what slows a conversation.
pub const WINDOW_MESSAGES: usize = 512;
/// Bytes of text in flight: no further message is handed over from here on, so one message may exceed it. Bounds what
/// a receiver that is busy committing must hold, and still fills a fast circuit (1 MiB per round trip).
pub const WINDOW_BYTES: usize = 1024 * 1024;
/// Former texts kept of one message: the first and the newest ones. Who edits more often is not read more closely.
pub const REVISIONS: usize = 32;
/// Epochs of one contact whose high-water marks are kept: an epoch changes when somebody restores or re-adds, which
/// people do a few times; a forgotten one costs nothing but a look at the message ids.
pub const EPOCHS: usize = 8;

/// A draft in bytes: more than one message, so that whoever pasted too much can still cut it.
pub const DRAFT_BYTES: usize = 1024 * 1024;

// Files.

/// A file name in bytes: what file systems take.
pub const FILE_NAME_BYTES: usize = 255;
/// The largest content that is offered, 64 GiB: the hashes of its groups are half a mebibyte.
pub const FILE_BYTES: u64 = 1 << 36;
/// Files of one folder: more is an archive's work.
pub const FOLDER_FILES: u32 = 10_000;
/// Folders inside folders, the file itself among them: deeper trees do not fit the paths of other systems.
pub const FOLDER_DEPTH: usize = 16;
/// The list of a folder's files: 400 bytes for each path of the most there may be.
pub const MANIFEST_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of a block, which is verified alone and sealed alone: lost when a program is killed while it arrives.
pub const BLOCK_BYTES: usize = 64 * 1024;
/// Blocks whose hashes are asked for together: 2 KiB of hashes open 4 MiB of content.
pub const GROUP_BLOCKS: u32 = 64;
/// Bytes of content in one record: the largest record less its seals (35) and the head of the frame (12).
pub const PIECE_BYTES: usize = RECORD_BYTES - 35 - 12;
/// Unanswered offers of one side in one conversation: the sender keeps further ones back, the receiver answers them by
/// "full", so that nobody's list is filled by one peer.
pub const OPEN_OFFERS: usize = 16;
/// Transfers of one contact that move at once; others wait: more would only be slower each.
pub const TRANSFERS_AT_ONCE: usize = 3;
/// Circuits of one transfer above [`ONE_CIRCUIT_BYTES`]: each adds its own speed; beyond a few the guard limits it.
pub const FILE_CIRCUITS: usize = 4;
/// Circuits with one contact for all transfers, and of one above [`FEW_CIRCUITS_BYTES`]: each costs the network six relays.
pub const FILE_CIRCUITS_MOST: usize = 6;
/// Up to this size one circuit carries a file: it is there before a second one is built.
pub const ONE_CIRCUIT_BYTES: u64 = 1024 * 1024;
/// Up to this rest further circuits do not pay: they are there, and fast, when the others are nearly done.
pub const FEW_CIRCUITS_BYTES: u64 = 8 * 1024 * 1024;
/// How long circuits are kept for an offer that nobody answers: about as long as one looks at it. Who accepts it then does
/// not wait for them.
pub const AHEAD: Duration = Duration::from_secs(120);
/// Between two offers of one contact for which circuits are joined ahead: who offers again and again cannot make us dial
/// again and again.
pub const AHEAD_REST: Duration = Duration::from_secs(20);
/// Unanswered asks on one circuit: 4 MiB of blocks, more than a circuit holds under way in two seconds.
pub const ASKS: usize = 64;
/// Blocks that are asked for on a circuit whose speed is not known yet, and the least later.
pub const ASKS_FIRST: usize = 4;
/// A sender serves a transfer at most so many times over, with a mebibyte to spare for small ones: what is needed again
/// after crashes is far less, and a peer that asks for ever is no receiver.
pub const ASKED_TIMES: u64 = 3;
/// What is asked for and not yet stored of one transfer: the memory of a receiver whose disk stands still.
pub const FETCH_BYTES: usize = 12 * 1024 * 1024;
/// Between two reports of what is verified: often enough for a bar that moves.
pub const HAVE_EVERY: Duration = Duration::from_secs(1);
/// A circuit that owes an answer and brings nothing for so long is replaced: Tor's own stalls are shorter.
pub const FILE_STALLED: Duration = Duration::from_secs(30);

// Load that one peer may cause.

/// Messages a second that one contact may send for long: far above typing, far below what hurts a disk.
pub const MESSAGE_RATE: u32 = 100;
/// Messages one contact may send at once: somebody comes back after weeks with a full outbox.
pub const MESSAGE_BURST: u32 = 1_000;
/// Unread bytes of one contact from which on nothing more is taken from it: a disk is not filled by one peer.
pub const UNREAD_BYTES: u64 = 64 * 1024 * 1024;
/// Requests of strangers that wait for an answer, per identity: more than a person sorts in one go.
pub const REQUESTS: usize = 32;
/// Further requests, kept for those who hold an invitation: strangers cannot crowd them out.
pub const REQUESTS_INVITED: usize = 32;

// Handshakes and strangers.

/// From the first byte of a stream to the last of its handshake: a slow circuit needs some seconds per round trip.
pub const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(30);
/// Handshakes and strangers under way at the same time, per identity: beyond it the oldest is closed, so that whoever
/// keeps handshakes open on purpose shuts nobody else out. Costs some 200 KiB in all.
pub const HALF_OPEN: usize = 64;
/// Rendezvous circuits being built at the same time for arriving peers, per identity: each costs work and a circuit.
pub const RENDEZVOUS: usize = 4;
/// From message 3 to the answer for everybody who is no contact: longer than any look-up or commit takes, so that the
/// time does not tell unknown, blocked, declined and removed apart.
pub const STRANGER_DELAY: Duration = Duration::from_secs(2);

// Sessions and presence.

/// Two sessions that authenticate within this time and were dialled from opposite sides are one accident, in which
/// both sides must choose alike: longer than a handshake takes.
pub const TIE_WINDOW: Duration = Duration::from_secs(10);
/// From an answered ping to the next: two may be lost or late before presence lapses.
pub const PING_EVERY: Duration = Duration::from_secs(20);
/// At most this much is added at random to [`PING_EVERY`], so that sessions do not beat in step.
pub const PING_JITTER: Duration = Duration::from_secs(5);
/// Without an answer to a ping and without any other byte for this long, the session is dead.
pub const PING_OVERDUE: Duration = Duration::from_secs(60);
/// A contact is online for this long after it answered a ping.
pub const ONLINE: Duration = Duration::from_secs(60);

// Retrying.

/// Before the second attempt to reach a contact; doubles with each failure.
pub const RETRY_FIRST: Duration = Duration::from_secs(5);
/// The longest pause between attempts to reach a contact: who comes online waits a quarter of an hour at most.
pub const RETRY_MOST: Duration = Duration::from_secs(15 * 60);
/// Before a request is made again that was answered by "waiting"; doubles with each such answer. People answer
/// requests in minutes at best, and asking more often would only be load.
pub const REQUEST_RETRY_FIRST: Duration = Duration::from_secs(10 * 60);
/// The longest pause between two requests.
pub const REQUEST_RETRY_MOST: Duration = Duration::from_secs(2 * 60 * 60);
/// Every pause is drawn from this many percent below to as many above its nominal length, so that neither a crowd nor
/// two identities of one profile retry in step.
pub const RETRY_JITTER_PERCENT: u64 = 30;
/// When the network returns, each contact is tried after a random time up to this: all at once would starve each other.
pub const NETWORK_BACK_SPREAD: Duration = Duration::from_secs(3);

// Keys and joined circuits.

/// Records sealed under one key before its successor takes over: far below what ChaCha20-Poly1305 allows, and a stolen
/// key opens little.
pub const REKEY_RECORDS: u64 = 1 << 20;
/// Time one key seals before its successor takes over: bounds what a key stolen from memory opens of the past.
pub const REKEY_AFTER: Duration = Duration::from_secs(10 * 60);
/// Bytes that may wait to be opened: one unfinished record (15,616) and one read of the stream (64 KiB at most).
pub const RECORD_BACKLOG: usize = 96 * 1024;
/// Time between two handshakes of a session: heals a session whose keys were stolen.
pub const RENEW_AFTER: Duration = Duration::from_secs(60 * 60);
/// A handshake inside a session earlier than this is refused: each costs the answering side a key agreement.
pub const RENEW_SOONEST: Duration = Duration::from_secs(10 * 60);
/// A handshake inside a session that is not done by then ends the session: a slow circuit needs seconds.
pub const RENEW_DEADLINE: Duration = Duration::from_secs(2 * 60);
/// A session whose peer does not renew it ends: two turns missed.
pub const RENEW_LATEST: Duration = Duration::from_secs(2 * 60 * 60);
/// Life of a join token: a new circuit to a service takes some seconds, seldom more than 30.
pub const JOIN_LIFE: Duration = Duration::from_secs(60);
/// Join tokens alive per identity: 16 offers of 4 circuits each, a call, and as much again.
pub const JOIN_TOKENS: usize = 128;

// Voice.

/// The bytes that fill a record of one cell: 488 less the seals and the length. A record of voice always has as many.
pub const VOICE_CELL: usize = CELL - 35;
/// The fewest circuits of a call: with one, whatever stops it stops the call.
pub const CALL_CIRCUITS_LEAST: u8 = 2;
/// The most circuits of a call: six slow ones lose half as much as three, more only load the network.
pub const CALL_CIRCUITS_MOST: u8 = 6;
/// The circuits of a call unless somebody chose: the fewest with which one may stop and two still race.
pub const CALL_CIRCUITS: u8 = 3;
/// Circuits that a caller dials beyond those of the call, to keep the fastest: of five, the third is as fast as of three the
/// second; more would only load the network.
pub const CALL_CIRCUITS_AHEAD: u8 = 2;
/// A call rings for so long: time to cross a flat.
pub const RING_FOR: Duration = Duration::from_secs(60);
/// Between two calls of the same contact: who was declined may ask again, but not all the time.
pub const RING_EVERY: Duration = Duration::from_secs(10);
/// From accept to the first circuit: dialled while it rang, so this is only for those that failed then.
pub const CONNECT_DEADLINE: Duration = Duration::from_secs(45);
/// A call in which nothing arrives for so long is over: three circuits in a row could have been dialled meanwhile.
pub const CALL_SILENCE: Duration = Duration::from_secs(45);
/// Calls that are over and whose names are kept, to answer what is still said about them.
pub const CALLS_KEPT: usize = 16;
/// Contacts of whom it is known that they rang a moment ago; beyond it, who rings waits for a place.
pub const RINGERS: usize = 64;
/// Cells that a circuit of a call may bring at once: what four seconds of standstill hold back, four times over.
pub const VOICE_BURST: u32 = 400;
/// Cells without an echo from which on a circuit gets nothing more: four seconds at the fastest cadence. Beyond that it
/// would only carry what nobody wants to hear.
pub const VOICE_IN_FLIGHT: usize = 128;

// The engine's own.

/// The protocol number we announce.
pub const PROTOCOL: u16 = 1;
/// The feature bits we announce: none yet.
pub const FEATURES: u64 = 0;
/// Bytes read from a stream at once: some thirty cells.
pub const READ_CHUNK: usize = 16 * 1024;
/// Bytes of text that share one commit at most: bounds what a burst holds in memory.
pub const BATCH_BYTES: usize = 1024 * 1024;
/// Messages looked up in the outbox at once: with the longest texts, 2 MiB in memory.
pub const OUTBOX_ROWS: usize = 32;
/// Bytes of frames sealed in one go from which on no further message joins them: acknowledgements and answers to pings
/// never wait behind more than this and one message.
pub const FLUSH_BYTES: usize = 64 * 1024;
/// The shortest pause before a further identity of a profile comes online.
pub const STAGGER_LEAST: Duration = Duration::from_secs(5);
/// The longest pause before a further identity of a profile comes online: two addresses that always come together are
/// one person; two minutes blur that without making the person wait long.
pub const STAGGER_MOST: Duration = Duration::from_secs(120);
