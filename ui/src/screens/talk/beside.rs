//! What is said beside a message in small words: when, how far it is, that it was edited or disappears.

use std::sync::Arc;

use egui::{Color32, Galley, Pos2, Rect, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::Act;
use super::bubble::row_id;
use crate::model::{Delivery, Message};
use crate::parts::{Icon, button, prose, when};
use crate::screens::Scene;
use crate::theme::{GRID, SMALL, Weight};

/// A word beside the text, with its icon.
pub(super) struct Piece {
    icon: Option<Icon>,
    word: Arc<Galley>,
    ink: Color32,
    act: Option<Act>,
}

impl Piece {
    pub(super) fn width(&self) -> f32 {
        self.word.size().x + if self.icon.is_some() { ICON + 3.0 } else { 0.0 }
    }
}

/// What is said beside a message; `cut`: its text goes on elsewhere.
pub(super) fn pieces(ui: &Ui, scene: &Scene<'_>, message: &Message, cut: bool) -> Vec<Piece> {
    let palette = &scene.palette;
    let piece = |icon, text: &str, ink, act| Piece {
        icon,
        word: prose::line(ui, text, SMALL, Weight::Regular, ink, f32::INFINITY),
        ink,
        act,
    };
    let mut pieces = Vec::with_capacity(4);
    if cut {
        pieces.push(piece(
            Some(Icon::Down),
            &scene.say("talk-show-all"),
            palette.accent,
            Some(Act::Whole(message.key)),
        ));
    }
    if message.edited && !message.deleted {
        pieces.push(piece(
            Some(Icon::Pencil),
            &scene.say("talk-edited"),
            palette.muted,
            Some(Act::History(message.key)),
        ));
    }
    if let Some(seconds) = message.expires_in {
        pieces.push(piece(Some(Icon::Timer), &when::span(scene.words, i64::from(seconds)), palette.muted, None));
    }
    pieces.push(piece(None, &when::time(message.at), palette.muted, None));
    // Of a file that was offered the card says how far it is.
    let told =
        message.file.is_some() && matches!(message.delivery, Delivery::Sent | Delivery::Delivered | Delivery::Read);
    if !message.incoming && !message.deleted && !told {
        let (icon, ink) = match message.delivery {
            Delivery::Queued => (Icon::Clock, palette.wait),
            Delivery::Sent => (Icon::Send, palette.muted),
            Delivery::Delivered => (Icon::Check, palette.muted),
            Delivery::Read => (Icon::CheckTwice, palette.good),
            Delivery::Recalled => (Icon::Back, palette.muted),
            Delivery::Failed => (Icon::Warning, palette.bad),
        };
        pieces.push(piece(Some(icon), &scene.say(state(message.delivery)), ink, None));
    }
    pieces
}

/// Draws them side by side; gives what was asked for.
pub(super) fn draw(ui: &Ui, scene: &Scene<'_>, message: &Message, pieces: &[Piece], mut at: Pos2) -> Option<Act> {
    let mut act = None;
    for piece in pieces {
        let rect = Rect::from_min_size(at, vec2(piece.width(), LINE));
        let mut x = at.x;
        if let Some(icon) = piece.icon {
            icon.paint(ui.painter(), Rect::from_min_size(Pos2::new(x, at.y + 2.0), Vec2::splat(ICON)), piece.ink);
            x += ICON + 3.0;
        }
        ui.painter().galley(Pos2::new(x, at.y), Arc::clone(&piece.word), piece.ink);
        if piece.act.is_some() {
            let response = ui.interact(rect, row_id(message.key).with(("piece", piece.word.text())), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, piece.word.text()));
            button::focus_ring(ui, &scene.palette, &response);
            if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                act.clone_from(&piece.act);
            }
        }
        at.x += piece.width() + GAP;
    }
    act
}

/// Where a message of ours is, as the name of a word.
pub(super) fn state(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Queued => "talk-state-queued",
        Delivery::Sent => "talk-state-sent",
        Delivery::Delivered => "talk-state-delivered",
        Delivery::Read => "talk-state-read",
        Delivery::Recalled => "talk-state-recalled",
        Delivery::Failed => "talk-state-failed",
    }
}

/// A line of small text.
pub(super) const LINE: f32 = 18.0;
/// The side of an icon in small text.
const ICON: f32 = 13.0;
/// Between two words beside the text.
pub(super) const GAP: f32 = 2.0 * GRID;
