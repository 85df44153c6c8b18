//! People and messages for tests and screenshots.

use pelure_ui::keys::{ContactKey, IdentityKey, MessageKey, ParcelKey, RequestKey, TransferKey};
use pelure_ui::model::{
    Contact, Date, Delivery, FileKind, FileState, Identity, Last, Message, Moment, Packing, Parcel, Pixels, Place,
    Presence, Quote, Reach, Reaction, Reason, Receipts, Removed, Request, Shown, Stage, Standing, Tor, Transfer,
    Uncleaned,
};
use pelure_ui::update::{Page, PagePlace, Update};

pub const ME: IdentityKey = IdentityKey(1);
pub const BOB: ContactKey = ContactKey(1);
pub const CLARA: ContactKey = ContactKey(2);
pub const DMITRI: ContactKey = ContactKey(3);

/// A profile at work: one identity, three contacts, two requests.
pub fn open() -> Vec<Update> {
    vec![
        Update::Today(TODAY),
        Update::Place(Place { version: "0.1.0".into(), arti: "0.47.0".into(), ..Place::default() }),
        Update::Stage(Stage::Open),
        Update::Tor(Tor::Ready),
        Update::Identities(vec![me()]),
        Update::Contacts(vec![bob(), clara(), dmitri()]),
        Update::Requests(vec![request(1, "We met at the conference. I have something for you."), request(2, "")]),
    ]
}

pub fn me() -> Identity {
    Identity { key: ME, name: "Desk".into(), address: address('m'), reach: Reach::Reachable, visible: true }
}

pub fn bob() -> Contact {
    Contact {
        verified: true,
        presence: Presence::Online,
        last: Some(Last { text: Shown::new("The documents are ready."), file: false, incoming: true, at: at(14, 2) }),
        unread: 2,
        ..contact(BOB, "Bob", 'b')
    }
}

pub fn clara() -> Contact {
    Contact {
        presence: Presence::Offline { reason: Reason::NotFound, next: Some(40.0) },
        draft: "about the".into(),
        ..contact(CLARA, "Clara", 'c')
    }
}

pub fn dmitri() -> Contact {
    Contact {
        standing: Standing::Requested,
        presence: Presence::Connecting { attempt: 3, since: 0.0 },
        ..contact(DMITRI, "Dmitri", 'd')
    }
}

pub fn contact(key: ContactKey, name: &str, letter: char) -> Contact {
    Contact {
        key,
        identity: ME,
        name: name.into(),
        address: address(letter),
        standing: Standing::Accepted,
        presence: Presence::Offline { reason: Reason::AboutToTry, next: None },
        verified: false,
        unread: 0,
        last: None,
        draft: String::new(),
        expires_in: None,
        receipts: Receipts::default(),
        restored: false,
    }
}

pub fn request(key: i64, text: &str) -> Request {
    Request {
        key: RequestKey(key),
        identity: ME,
        address: address(char::from(b'q' + u8::try_from(key % 8).unwrap())),
        text: Shown::new(text),
        at: at(9, 30),
    }
}

pub fn message(key: i64, incoming: bool, text: &str) -> Message {
    Message {
        key: MessageKey(key),
        incoming,
        text: Shown::new(text),
        file: None,
        at: at(13, u8::try_from(key % 60).unwrap()),
        delivery: Delivery::Delivered,
        quote: None,
        edited: false,
        deleted: false,
        reactions: Vec::new(),
        expires_in: None,
    }
}

/// A message that offers a file; `key` is that of both.
pub fn file(key: i64, incoming: bool, name: &str, state: FileState) -> Message {
    Message { file: Some(Box::new(transfer(key, incoming, name, state))), ..message(key, incoming, name) }
}

/// A file of 2.4 MB in the conversation with Bob, of which a half has come.
pub fn transfer(key: i64, incoming: bool, name: &str, state: FileState) -> Transfer {
    let active = state == FileState::Active;
    Transfer {
        key: TransferKey(key),
        contact: BOB,
        message: MessageKey(key),
        incoming,
        name: Shown::new(name),
        kind: FileKind::File,
        size: 2_400_000,
        state,
        done: if state == FileState::Done { 2_400_000 } else { 1_200_000 },
        rate: active.then_some(340_000),
        left: active.then_some(4),
        trouble: None,
        removed: Vec::new(),
    }
}

/// Something that was chosen for Bob and looked into.
pub fn parcel(key: i64, name: &str, removed: &[Removed], uncleaned: &[Uncleaned]) -> Parcel {
    Parcel {
        key: ParcelKey(key),
        contact: BOB,
        name: Shown::new(name),
        kind: FileKind::File,
        size: 2_400_000,
        packing: Packing::Ready { removed: removed.to_vec(), kept: Vec::new(), uncleaned: uncleaned.to_vec() },
    }
}

/// A picture made here: a sky, a sun, hills.
pub fn landscape(width: u16, height: u16) -> Pixels {
    let (wide, high) = (f32::from(width), f32::from(height));
    let mut rgba = Vec::with_capacity(usize::from(width) * usize::from(height) * 4);
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (f32::from(x) / wide, f32::from(y) / high);
            let hills = [(0.62, 0.05, 7.0), (0.74, 0.07, 4.0), (0.86, 0.04, 9.0)];
            let under = hills.iter().filter(|(top, wave, turns)| y > top + wave * (x * turns).sin()).count();
            let sun = ((x - 0.7) * wide / high).hypot(y - 0.3) < 0.09;
            let tone = match under {
                0 if sun => [250, 226, 180],
                0 => [(200.0 + 40.0 * y) as u8, (170.0 + 40.0 * y) as u8, (190.0 - 40.0 * y) as u8],
                near => [[150, 110, 130], [110, 80, 100], [70, 50, 70]][near - 1],
            };
            rgba.extend(tone);
            rgba.push(u8::MAX);
        }
    }
    Pixels::new(width, height, rgba).unwrap()
}

/// The newest page of a conversation, and nothing beyond it.
pub fn page(contact: ContactKey, messages: Vec<Message>) -> Update {
    Update::Page(Page { contact, place: PagePlace::Whole, messages, older: false, newer: false })
}

pub fn at(hour: u8, minute: u8) -> Moment {
    Moment { date: TODAY, hour, minute }
}

pub fn address(letter: char) -> String {
    format!("{}.onion", std::iter::repeat_n(letter, 56).collect::<String>())
}

pub const TODAY: Date = Date { year: 2026, month: 3, day: 3, weekday: 2 };

/// A conversation of two days in which everything that a message can be happens once.
pub fn conversation() -> Vec<Message> {
    let yesterday = |hour, minute| Moment { date: Date { day: 2, weekday: 1, ..TODAY }, hour, minute };
    let quote = |key, incoming, text: &str| Quote { key: Some(MessageKey(key)), incoming, text: Shown::new(text) };
    let reaction = |mine, emoji: &str| Reaction { mine, emoji: Shown::new(emoji) };
    vec![
        Message { at: yesterday(18, 40), ..message(1, true, "Are you still at the archive?") },
        Message { at: yesterday(18, 41), ..message(2, true, "I found the second folder.") },
        Message {
            at: yesterday(18, 55),
            delivery: Delivery::Read,
            reactions: vec![reaction(false, "👍")],
            ..message(3, false, "Yes, until eight. Bring it tomorrow, and do not send pictures of it.")
        },
        Message {
            at: at(9, 2),
            quote: Some(quote(3, false, "Yes, until eight. Bring it tomorrow, and do not send pictures of it.")),
            ..message(4, true, "Understood. The same place?")
        },
        Message {
            at: at(9, 10),
            edited: true,
            ..message(
                5,
                false,
                "No: the café opposite the station, a little after noon. If I am not there at a quarter past, go home and \
                 write to me. I will wait at most twenty minutes, and so should you.",
            )
        },
        Message { at: at(9, 11), deleted: true, ..message(6, true, "") },
        Message {
            at: at(13, 58),
            expires_in: Some(86_400),
            reactions: vec![reaction(true, "🙏")],
            ..message(7, true, "The plan of the building is at https://example.org/plan")
        },
        Message { at: at(14, 0), delivery: Delivery::Sent, ..message(8, false, "Thank you.") },
        Message { at: at(14, 2), ..message(9, true, "The documents are ready.") },
        Message { at: at(14, 3), delivery: Delivery::Queued, ..message(10, false, "On my way.") },
    ]
}
