//! Results and notifications as JSON, the way the contract of `pelure headless` spells them.

use data_encoding::HEXLOWER;
use pelure_onion::{Address, Reach, Status};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::calls;
use crate::engine::{
    Change, ContactView, Delivery, Event, FileState, IdentityView, MessageView, Prepared, Presence, Reaction, TorView,
    TransferView,
};
use crate::vault::{ContactState, IdentityId, Quote, Request};
use crate::wire::{Expiry, FileKind};

/// The method and parameters of an event.
pub(super) fn event(event: &Event, tor: &TorView) -> (&'static str, Value) {
    match event {
        Event::Tor(status) => ("tor.status", self::tor(&TorView { status: status.clone(), ..tor.clone() })),
        Event::Reachable { identity: id, reach } => {
            let (reachable, detail) = match reach {
                Reach::Reachable => (true, ""),
                Reach::Starting { detail } | Reach::Unreachable { detail } | Reach::Barred { detail, .. } => {
                    (false, detail.as_str())
                }
            };
            ("identity.reachable", json!({"identity": id.to_string(), "reachable": reachable, "detail": detail}))
        }
        Event::RequestReceived(request) => ("request.received", self::request(request)),
        Event::RequestClosed { request } => ("request.closed", json!({"request": request.to_string()})),
        Event::Contact(view) => ("contact.changed", contact(view)),
        Event::ContactRestored(view) => {
            let mut changed = contact(view);
            changed.as_object_mut().map(|map| map.insert("notice".into(), "restored".into()));
            ("contact.changed", changed)
        }
        Event::ContactRemoved { contact } => ("contact.removed", json!({"contact": contact.to_string()})),
        Event::MessageReceived(message) => ("message.received", self::message(message)),
        Event::MessageState { message, state } => {
            ("message.state", json!({"message": message.to_string(), "state": message_state(*state)}))
        }
        Event::MessageChanged { message, change } => {
            let mut changed = self::message(message);
            changed.as_object_mut().map(|map| map.insert("change".into(), change_word(*change).into()));
            ("message.changed", changed)
        }
        Event::FileOffered(view) => ("file.offered", file(view)),
        Event::FileProgress(view) => ("file.progress", file(view)),
        Event::FileState(view) => ("file.state", file(view)),
        Event::FilePreparing { contact, name, done, size } => {
            ("file.preparing", json!({"contact": contact.to_string(), "name": name, "done": done, "size": size}))
        }
        Event::CallIncoming(view) => ("call.incoming", calls::incoming(view)),
        Event::CallState(view) => ("call.state", calls::state(view)),
        Event::CallStats(view, stats) => ("call.stats", calls::stats(view, stats)),
        Event::MessageGone { contact, message } => (
            "message.changed",
            json!({"message": message.to_string(), "contact": contact.to_string(), "change": "expired"}),
        ),
    }
}

pub(super) fn identity(view: &IdentityView) -> Value {
    json!({
        "identity": view.identity.to_string(), "name": view.name, "address": view.address.onion(),
        "reachable": view.reachable, "doors": "open",
    })
}

pub(super) fn contact(view: &ContactView) -> Value {
    let state = match view.state {
        ContactState::Requested => "requested",
        ContactState::Accepted => "accepted",
        ContactState::Blocked => "blocked",
    };
    let mut object = json!({
        "contact": view.contact.to_string(), "identity": view.identity.to_string(), "address": view.address.onion(),
        "name": view.name, "state": state, "verified": view.verified, "unread": view.unread,
        "expires_in": view.expires_in.map(Expiry::seconds), "receipts": view.receipts.ours,
        "their_receipts": view.receipts.theirs,
    });
    if let Some(map) = object.as_object_mut() {
        map.extend(presence(&view.presence));
    }
    object
}

fn presence(presence: &Presence) -> serde_json::Map<String, Value> {
    let (word, reason, next) = match presence {
        Presence::Online => ("online", None, None),
        Presence::Connecting { attempt } => ("connecting", Some(format!("attempt {attempt}")), None),
        Presence::Offline { reason, next_attempt_in } => ("offline", Some(reason.to_string()), *next_attempt_in),
    };
    let mut map = serde_json::Map::new();
    map.insert("presence".into(), word.into());
    map.extend(reason.map(|reason| ("reason".into(), reason.into())));
    map.extend(next.map(|next| ("next_attempt_in".into(), next.into())));
    map
}

/// An address that may not ask this identity.
pub(super) fn blocked((identity, address): &(IdentityId, Address)) -> Value {
    json!({"identity": identity.to_string(), "address": address.onion()})
}

pub(super) fn request(request: &Request) -> Value {
    json!({
        "request": request.id.to_string(), "identity": request.identity.to_string(),
        "address": request.address.onion(), "message": request.text, "received": rfc3339(request.received),
    })
}

pub(super) fn message(message: &MessageView) -> Value {
    let mut object = json!({
        "message": message.message.to_string(), "contact": message.contact.to_string(),
        "direction": if message.incoming { "in" } else { "out" },
        "text": message.text, "state": message_state(message.state), "time": rfc3339(message.time),
    });
    if let Some(map) = object.as_object_mut() {
        map.extend(extras(message));
    }
    object
}

pub(super) fn file(view: &TransferView) -> Value {
    let (kind, files, seconds) = match view.kind {
        FileKind::File => ("file", None, None),
        FileKind::Folder { files } => ("folder", Some(files), None),
        FileKind::VoiceNote { seconds } => ("voice_note", None, Some(seconds)),
    };
    let mut object = json!({
        "transfer": view.transfer.to_string(), "message": view.message.to_string(), "contact": view.contact.to_string(),
        "direction": if view.incoming { "in" } else { "out" }, "name": view.name, "kind": kind, "size": view.size,
        "state": file_state(view.state), "done": view.done, "rate": view.rate, "eta": view.eta,
        "blake3": HEXLOWER.encode(&view.root),
    });
    let extras = [
        ("files", files.map(Value::from)),
        ("seconds", seconds.map(Value::from)),
        ("reason", view.failure.map(|reason| reason.word().into())),
        ("removed", (!view.removed.is_empty()).then(|| view.removed.clone().into())),
    ];
    if let Some(map) = object.as_object_mut() {
        map.extend(extras.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    object
}

pub(super) fn prepared(prepared: &Prepared) -> Value {
    json!({"name": prepared.name, "size": prepared.size, "removed": prepared.removed, "kept": prepared.kept})
}

fn file_state(state: FileState) -> &'static str {
    match state {
        FileState::Offered => "offered",
        FileState::Waiting => "waiting",
        FileState::Active => "active",
        FileState::Paused => "paused",
        FileState::Done => "done",
        FileState::Declined => "declined",
        FileState::Cancelled => "cancelled",
        FileState::Failed => "failed",
    }
}

/// What few messages have: it is left out where it is not so.
fn extras(message: &MessageView) -> impl Iterator<Item = (String, Value)> {
    let reaction = |reaction: &Reaction| json!({"mine": reaction.mine, "emoji": reaction.emoji.as_str()});
    // A quoted message that is gone, or never came, has no identifier.
    let quoted = |quote: &Quote| quote.key.map(|key| key.to_string()).into();
    let reacted = !message.reactions.is_empty();
    [
        ("reply_to", message.reply_to.as_ref().map(quoted)),
        ("edited", message.edited.then_some(true.into())),
        ("deleted", message.deleted.then_some(true.into())),
        ("reactions", reacted.then(|| message.reactions.iter().map(reaction).collect())),
        ("expires_in", message.expires_in.map(|expiry| expiry.seconds().into())),
        ("expires_at", message.expires_at.map(|time| rfc3339(time).into())),
        ("file", message.transfer.as_deref().map(file)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn change_word(change: Change) -> &'static str {
    match change {
        Change::Edited => "edited",
        Change::Deleted => "deleted",
        Change::Reacted => "reacted",
    }
}

pub(super) fn tor(view: &TorView) -> Value {
    let (state, fraction, message) = match &view.status {
        Status::Offline => ("offline", 0.0, "switched off".to_owned()),
        Status::Connecting { fraction, message } => ("connecting", *fraction, message.to_string()),
        Status::Blocked { fraction, reason } => ("blocked", *fraction, reason.to_string()),
        Status::Ready => ("connected", 1.0, "connected".to_owned()),
    };
    json!({
        "backend": view.backend, "state": state, "fraction": (f64::from(fraction) * 1000.0).round() / 1000.0, "message": message,
        "vanguards": if view.vanguards { "full" } else { "none" },
    })
}

fn message_state(state: Delivery) -> &'static str {
    match state {
        Delivery::Queued => "queued",
        Delivery::Sent => "sent",
        Delivery::Delivered => "delivered",
        Delivery::Read => "read",
        Delivery::Recalled => "recalled",
        Delivery::Failed => "failed",
        Delivery::Received => "received",
    }
}

/// Milliseconds since 1970 as RFC 3339 in UTC; a time beyond the calendar is shown as its nearest end.
fn rfc3339(millis: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| if millis < 0 { "0000-01-01T00:00:00Z".into() } else { "9999-12-31T23:59:59Z".into() })
}
