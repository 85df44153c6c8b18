//! What went wrong or well lately: a line each, at the bottom, that goes away by itself or when it is dismissed.
//!
//! It has room of its own and covers nothing; over a dialog it lies on top, because that is where it is being looked at.

use std::time::Duration;

use egui::{Align2, Area, Frame, Id, Margin, Order, Panel, Ui};

use super::{Scene, View, fault};
use crate::model::{Done, Notice};
use crate::parts::{Icon, icon_button, text};
use crate::theme::{BODY, GRID, LINE_HEIGHT, TARGET};

/// Until when each notice stays, in seconds of the window's time.
#[derive(Default)]
pub(crate) struct State {
    until: Vec<(Notice, f64)>,
    /// How many were drawn the last time.
    drawn: usize,
}

/// Draws them. Before the screen, so that their room is taken first.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    pass(ui, scene, &mut view.notices);
    if view.notices.drawn != scene.model.notices.len() {
        view.notices.drawn = scene.model.notices.len();
        // A panel takes the room of the frame before.
        ui.ctx().request_repaint();
    }
    if scene.model.notices.is_empty() {
        return;
    }
    let dismissed = if view.dialog.is_some() {
        let place = Area::new(Id::unique("notices")).order(Order::Tooltip).anchor(Align2::CENTER_BOTTOM, [0.0, -GRID]);
        let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(12, 4));
        let width = WIDTH.min(ui.ctx().content_rect().width() - 8.0 * GRID);
        let shown = place.show(ui.ctx(), |ui| {
            frame.show(ui, |ui| {
                ui.set_width(width);
                lines(ui, scene)
            })
        });
        shown.inner.inner
    } else {
        let frame = Frame::new().fill(scene.palette.raised).inner_margin(Margin::symmetric(12, 4));
        Panel::bottom("notices").frame(frame).show(ui, |ui| lines(ui, scene)).inner
    };
    if let Some(notice) = dismissed {
        scene.model.notices.retain(|known| *known != notice);
    }
}

/// Lets those go whose time has come, and asks for a frame at the moment of the next one.
fn pass(ui: &Ui, scene: &mut Scene<'_>, state: &mut State) {
    let (now, notices) = (scene.now, &mut scene.model.notices);
    state.until.retain(|(notice, _)| notices.contains(notice));
    for notice in notices.iter() {
        if !state.until.iter().any(|(known, _)| known == notice) {
            state.until.push((notice.clone(), now + stay(notice)));
        }
    }
    notices.retain(|notice| state.until.iter().any(|(known, until)| known == notice && *until > now));
    let next = state.until.iter().map(|(_, until)| until - now).filter(|left| *left > 0.0).reduce(f64::min);
    if let Some(left) = next {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
    }
}

/// Draws a line for each; gives the one that was dismissed.
fn lines(ui: &mut Ui, scene: &Scene<'_>) -> Option<Notice> {
    let mut dismissed = None;
    for notice in &scene.model.notices {
        let (icon, ink, words) = match notice {
            Notice::Done(done) => (Icon::Check, scene.palette.good, scene.say(said(*done)).into_owned()),
            Notice::Failed(fault) => (Icon::Warning, scene.palette.bad, fault::say(scene, fault)),
            Notice::Missed(name) => {
                (Icon::Phone, scene.palette.wait, scene.say_with("call-missed", &[("name", name.as_str().into())]))
            }
        };
        let name = scene.say_with("notice-dismiss", &[("notice", words.as_str().into())]);
        ui.horizontal_top(|ui| {
            let room = ui.available_width() - TARGET - ui.spacing().item_spacing.x;
            ui.vertical(|ui| {
                ui.set_width(room);
                // In the middle of the button beside it.
                ui.add_space((TARGET - BODY * LINE_HEIGHT) / 2.0);
                let line = text::state(ui, icon, ink, &words);
                text::status(&line);
            });
            if icon_button(ui, &scene.palette, Icon::Close, &name).clicked() {
                dismissed = Some(notice.clone());
            }
        });
    }
    dismissed
}

fn said(done: Done) -> &'static str {
    match done {
        Done::BackedUp => "done-backed-up",
        Done::DetourSet => "detour-set",
        Done::Exported => "done-exported",
        Done::FileSaved => "done-file-saved",
        Done::PassphraseChanged => "done-passphrase-changed",
        Done::QrSaved => "done-qr-saved",
    }
}

fn stay(notice: &Notice) -> f64 {
    match notice {
        Notice::Done(_) => 6.0,
        // Long enough to read two sentences twice.
        Notice::Failed(_) => 20.0,
        // Until the other call is over, most likely.
        Notice::Missed(_) => 3_600.0,
    }
}

/// The width over a dialog: that of the dialog.
const WIDTH: f32 = 480.0;
