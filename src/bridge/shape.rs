//! What the engine knows, in the window's terms. Texts of others become harmless here.
//!
//! Nothing is asked and nothing kept: values in, values out.

use pelure_onion::{Address, Barrier, Reach, Status};
use pelure_ui::keys::{ContactKey, IdentityKey, MessageKey, RequestKey};
use pelure_ui::model;

use super::day::Calendar;
use crate::engine::{ContactView, Delivery, IdentityView, MessageView, Presence, Reason};
use crate::name::neutralised;
use crate::vault::{self, ContactState};

pub(super) fn identity(view: IdentityView) -> model::Identity {
    model::Identity {
        key: IdentityKey(view.identity.0),
        name: view.name,
        address: view.address.onion(),
        reach: if view.reachable { model::Reach::Reachable } else { model::Reach::Starting },
        visible: view.visible,
    }
}

pub(super) fn reach(reach: &Reach) -> model::Reach {
    match reach {
        Reach::Starting { .. } => model::Reach::Starting,
        Reach::Reachable => model::Reach::Reachable,
        Reach::Unreachable { .. } => model::Reach::Unreachable,
        Reach::Barred { barrier, .. } => model::Reach::Barred(match barrier {
            Barrier::ControlPort => model::Barrier::ControlPort,
            Barrier::Password => model::Barrier::Password,
            Barrier::Cookie => model::Barrier::Cookie,
            Barrier::Refused => model::Barrier::Refused,
            Barrier::TailsProfile => model::Barrier::TailsProfile,
            Barrier::WhonixProfile => model::Barrier::WhonixProfile,
            Barrier::Ports => model::Barrier::Ports,
            Barrier::Twice => model::Barrier::Twice,
        }),
    }
}

pub(super) fn tor(status: &Status) -> model::Tor {
    match status {
        Status::Offline => model::Tor::Offline,
        Status::Connecting { fraction, message } => {
            model::Tor::Connecting { fraction: *fraction, step: super::detour::step(message) }
        }
        Status::Blocked { fraction, reason } => {
            model::Tor::Blocked { fraction: *fraction, reason: super::detour::obstacle(reason) }
        }
        Status::Ready => model::Tor::Ready,
    }
}

/// A contact, without what only the bridge remembers. `now` is in seconds of the window's time.
pub(super) fn contact(view: &ContactView, now: f64) -> model::Contact {
    model::Contact {
        key: ContactKey(view.contact.0),
        identity: IdentityKey(view.identity.0),
        name: view.name.clone(),
        address: view.address.onion(),
        standing: match view.state {
            ContactState::Accepted => model::Standing::Accepted,
            ContactState::Blocked => model::Standing::Blocked,
            ContactState::Requested => model::Standing::Requested,
        },
        presence: presence(&view.presence, now),
        verified: view.verified,
        unread: view.unread,
        last: None,
        draft: String::new(),
        expires_in: view.expires_in.map(crate::wire::Expiry::seconds),
        receipts: model::Receipts { mine: view.receipts.ours, theirs: view.receipts.theirs },
        restored: false,
    }
}

fn presence(presence: &Presence, now: f64) -> model::Presence {
    match presence {
        Presence::Online => model::Presence::Online,
        Presence::Connecting { attempt } => model::Presence::Connecting { attempt: *attempt, since: now },
        Presence::Offline { reason: why, next_attempt_in } => model::Presence::Offline {
            reason: reason(why),
            // Longer than any wait there is: as good as the truth.
            next: next_attempt_in.map(|seconds| now + f64::from(u32::try_from(seconds).unwrap_or(u32::MAX))),
        },
    }
}

fn reason(reason: &Reason) -> model::Reason {
    match reason {
        Reason::AboutToStart | Reason::NotTriedYet | Reason::AboutToTry => model::Reason::AboutToTry,
        // The standing says that they are blocked; nothing is tried because the person wished it.
        Reason::YouAreOffline | Reason::TorOffline | Reason::Blocked => model::Reason::YouAreOffline,
        Reason::TorConnecting => model::Reason::TorConnecting,
        Reason::TorBlocked(_) => model::Reason::TorBlocked,
        Reason::NotFound => model::Reason::NotFound,
        Reason::IntroductionFailed => model::Reason::IntroductionFailed,
        Reason::Refused => model::Reason::Refused,
        Reason::Timeout => model::Reason::Timeout,
        Reason::Unreachable => model::Reason::Unreachable,
        Reason::Closed => model::Reason::Closed,
        Reason::Network => model::Reason::Network,
        Reason::HandshakeTimeout => model::Reason::HandshakeTimeout,
        Reason::NotAccepted => model::Reason::NotAccepted,
        Reason::Lost | Reason::HandshakeBroken | Reason::Replaced | Reason::NotRenewed => model::Reason::Lost,
        Reason::Silent | Reason::Unanswered => model::Reason::Silent,
        Reason::Left => model::Reason::Left,
        Reason::Outdated => model::Reason::Outdated,
        Reason::Storage(_) => model::Reason::Storage,
        _ => model::Reason::Protocol,
    }
}

pub(super) fn request(request: &vault::Request, calendar: &Calendar) -> model::Request {
    model::Request {
        key: RequestKey(request.id.0),
        identity: IdentityKey(request.identity.0),
        address: request.address.onion(),
        text: shown(&request.text),
        at: calendar.moment(request.received),
    }
}

pub(super) fn blocked((identity, address): &(vault::IdentityId, Address)) -> model::Blocked {
    model::Blocked { identity: IdentityKey(identity.0), address: address.onion() }
}

pub(super) fn message(view: &MessageView, calendar: &Calendar) -> model::Message {
    model::Message {
        key: MessageKey(view.message.0),
        incoming: view.incoming,
        text: shown(&view.text),
        file: view.transfer.as_ref().map(|file| Box::new(super::filing::transfer(file))),
        at: calendar.moment(view.time),
        delivery: delivery(view.state),
        quote: view.reply_to.as_ref().map(|quote| model::Quote {
            key: quote.key.map(|key| MessageKey(key.0)),
            incoming: quote.incoming,
            text: shown(&quote.text),
        }),
        edited: view.edited,
        deleted: view.deleted,
        reactions: view
            .reactions
            .iter()
            .map(|reaction| model::Reaction { mine: reaction.mine, emoji: model::Shown::new(reaction.emoji.as_str()) })
            .collect(),
        expires_in: view.expires_in.map(crate::wire::Expiry::seconds),
    }
}

pub(super) fn delivery(state: Delivery) -> model::Delivery {
    match state {
        Delivery::Queued => model::Delivery::Queued,
        Delivery::Sent => model::Delivery::Sent,
        // Where a message of theirs is, is not shown.
        Delivery::Delivered | Delivery::Received => model::Delivery::Delivered,
        Delivery::Read => model::Delivery::Read,
        Delivery::Recalled => model::Delivery::Recalled,
        Delivery::Failed => model::Delivery::Failed,
    }
}

/// The newest message of a contact, as the list shows it.
pub(super) fn last(view: &MessageView, calendar: &Calendar) -> model::Last {
    let line = view.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let (file, at) = (view.transfer.is_some(), calendar.moment(view.time));
    model::Last { text: shown(beginning(line)), file, incoming: view.incoming, at }
}

/// A place that a search found: the line that matches, or the first one.
pub(super) fn hit(view: &MessageView, query: &str, calendar: &Calendar) -> model::Hit {
    let wanted = query.to_lowercase();
    let line = view.text.lines().find(|line| line.to_lowercase().contains(&wanted));
    let line = line.or_else(|| view.text.lines().next()).unwrap_or_default();
    model::Hit {
        contact: ContactKey(view.contact.0),
        message: MessageKey(view.message.0),
        incoming: view.incoming,
        text: shown(around(line, &wanted)),
        at: calendar.moment(view.time),
    }
}

/// A text of somebody else, made harmless.
pub(super) fn shown(text: &str) -> model::Shown {
    model::Shown::new(neutralised(text))
}

/// The beginning of a long line.
fn beginning(line: &str) -> &str {
    let end = line.char_indices().nth(LINE_CHARS).map_or(line.len(), |(at, _)| at);
    line.get(..end).unwrap_or(line)
}

/// The part of a long line in which the words stand.
fn around<'a>(line: &'a str, wanted: &str) -> &'a str {
    // Lower case may be longer or shorter: the place is then a little off, and still on a character.
    let place = line.to_lowercase().find(wanted).unwrap_or(0);
    let before = line.char_indices().rev().map(|(at, _)| at).filter(|at| *at <= place).nth(LINE_CHARS / 3).unwrap_or(0);
    beginning(line.get(before..).unwrap_or(line))
}

/// Characters of a line in a list: no list is wider.
const LINE_CHARS: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_on_a_character() {
        let long = "é".repeat(1_000);
        assert_eq!(beginning(&long).chars().count(), LINE_CHARS);
        assert_eq!(beginning("short"), "short");
        assert_eq!(beginning(""), "");
    }

    #[test]
    fn what_was_searched_is_in_the_part_that_is_shown() {
        let long = format!("{}needle{}", "é ".repeat(500), " à".repeat(500));
        assert!(around(&long, "needle").contains("needle"));
        assert!(around(&long, "needle").chars().count() <= LINE_CHARS);
        assert_eq!(around("a needle", "needle"), "a needle");
        // A character whose lower case is longer than itself.
        assert!(around(&format!("{} needle", "İ".repeat(300)), "needle").chars().count() <= LINE_CHARS);
    }
}
