//! Whether a contact is there: a shape, a word, and the whole sentence with what is being done about it.
//!
//! The shape says the same as the word, so that nothing depends on a colour.

use egui::{Color32, Painter, Pos2, Stroke};

use super::when;
use crate::model::{Presence, Reason};
use crate::theme::Palette;
use crate::words::Words;

/// The word.
pub(crate) fn word(words: &Words, presence: &Presence) -> String {
    let name = match presence {
        Presence::Online => "presence-online",
        Presence::Connecting { .. } => "presence-connecting",
        Presence::Offline { .. } => "presence-offline",
    };
    words.say(name).into_owned()
}

/// The sentence: what is so, and why.
pub(crate) fn sentence(words: &Words, presence: &Presence, name: &str, now: f64) -> String {
    match presence {
        Presence::Online => words.say_with("talk-online", &[("name", name.into())]),
        Presence::Connecting { attempt, since } => {
            let span = when::span(words, seconds(now - since));
            let attempt = i64::from(*attempt);
            words.say_with("talk-connecting", &[("attempt", attempt.into()), ("span", (&span).into())])
        }
        Presence::Offline { reason, .. } => words.say_with(why(*reason), &[("name", name.into())]),
    }
}

/// When the next attempt is due, if one is.
pub(crate) fn next(words: &Words, presence: &Presence, now: f64) -> Option<String> {
    let Presence::Offline { next: Some(next), .. } = presence else {
        return None;
    };
    let left = seconds((next - now).ceil());
    if left == 0 {
        return Some(words.say("talk-retry-soon").into_owned());
    }
    let span = when::span(words, left);
    Some(words.say_with("talk-retry-in", &[("span", (&span).into())]))
}

/// Whether what the sentence says changes by itself as time goes.
pub(crate) fn counts(presence: &Presence) -> bool {
    matches!(presence, Presence::Connecting { .. } | Presence::Offline { next: Some(_), .. })
}

/// Whether trying at once could help.
pub(crate) fn may_retry(presence: &Presence) -> bool {
    match presence {
        Presence::Online | Presence::Connecting { .. } => false,
        Presence::Offline { reason, .. } => !matches!(
            reason,
            Reason::YouAreOffline | Reason::TorBlocked | Reason::TorConnecting | Reason::Outdated | Reason::Storage
        ),
    }
}

/// Draws the shape: a disc is there, an open ring is being tried, a dash is not there.
pub(crate) fn shape(painter: &Painter, middle: Pos2, radius: f32, presence: &Presence, palette: &Palette) {
    match presence {
        Presence::Online => {
            painter.circle_filled(middle, radius, palette.good);
        }
        Presence::Connecting { .. } => {
            painter.circle_stroke(middle, radius - 1.0, Stroke::new(2.0, palette.wait));
        }
        Presence::Offline { .. } => {
            let reach = egui::Vec2::new(radius - 0.5, 0.0);
            painter.line_segment([middle - reach, middle + reach], Stroke::new(2.0, palette.muted));
        }
    }
}

/// The colour that goes with the shape and the word.
pub(crate) fn ink(presence: &Presence, palette: &Palette) -> Color32 {
    match presence {
        Presence::Online => palette.good,
        Presence::Connecting { .. } => palette.wait,
        Presence::Offline { .. } => palette.muted,
    }
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::AboutToTry => "why-about-to-try",
        Reason::Closed => "why-closed",
        Reason::HandshakeTimeout => "why-handshake-timeout",
        Reason::IntroductionFailed => "why-introduction-failed",
        Reason::Left => "why-left",
        Reason::Lost => "why-lost",
        Reason::Network => "why-network",
        Reason::NotAccepted => "why-not-accepted",
        Reason::NotFound => "why-not-found",
        Reason::Outdated => "why-outdated",
        Reason::Protocol => "why-protocol",
        Reason::Refused => "why-refused",
        Reason::Silent => "why-silent",
        Reason::Storage => "why-storage",
        Reason::Timeout => "why-timeout",
        Reason::TorBlocked => "why-tor-blocked",
        Reason::TorConnecting => "why-tor-connecting",
        Reason::Unreachable => "why-unreachable",
        Reason::YouAreOffline => "why-you-are-offline",
    }
}

/// Whole seconds, never below zero.
fn seconds(span: f64) -> i64 {
    span.clamp(0.0, 1e9) as i64
}
