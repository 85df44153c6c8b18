//! The fourth step: the address, while Tor connects and says how far it is and what holds it up.

use std::time::Duration;

use egui::Ui;

use super::super::{Scene, tor};
use super::{State, footer};
use crate::intent::Intent;
use crate::model::{Identity, Reach, Tor};
use crate::parts::{Icon, Kind, button, progress, qr, text};
use crate::theme::{BODY, GRID};

/// Since when Tor has been where it is.
#[derive(Default)]
pub(super) struct Watch {
    at: Option<(f32, f64)>,
    copied: bool,
    /// The person wants to say how Tor is entered.
    pub(super) detour: bool,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, first: bool) {
    let Some(identity) = scene.model.identities.first().cloned() else { return };
    text::display(ui, &scene.say("start-address-title"));
    text::paragraph(ui, &scene.say("start-address-note"));
    address(ui, scene, state, &identity);
    connection(ui, scene, &mut state.address, &identity);
    detour(ui, scene, &mut state.address);
    if footer(ui, scene, false, &scene.say("start-go"), first).next {
        *state = State::default();
    }
}

fn address(ui: &mut Ui, scene: &Scene<'_>, state: &mut State, identity: &Identity) {
    let side = if scene.narrow { ui.available_width() } else { QR_SIDE };
    let words = |ui: &mut Ui, state: &mut State| {
        ui.spacing_mut().item_spacing.y = 3.0 * GRID;
        let address = egui::RichText::new(&identity.address).monospace().size(BODY);
        ui.add(egui::Label::new(address).wrap());
        if button(ui, &scene.palette, Kind::Plain, &scene.say("start-address-copy")).clicked() {
            ui.ctx().copy_text(identity.address.clone());
            state.address.copied = true;
        }
        if state.address.copied {
            text::state(ui, Icon::Check, scene.palette.good, &scene.say("copied"));
        }
    };
    let name = scene.say("start-address-qr");
    if scene.narrow {
        words(ui, state);
        qr(ui, &identity.address, side, &name);
    } else {
        ui.horizontal_top(|ui| {
            qr(ui, &identity.address, side, &name);
            ui.add_space(2.0 * GRID);
            ui.vertical(|ui| words(ui, state));
        });
    }
}

/// The way around a block, and the way online for who wanted that first.
fn detour(ui: &mut Ui, scene: &mut Scene<'_>, watch: &mut Watch) {
    let palette = scene.palette;
    ui.horizontal_wrapped(|ui| {
        if scene.model.place.own_tor && scene.model.tor != Tor::Ready {
            watch.detour = button(ui, &palette, Kind::Plain, &scene.say("start-detour")).clicked();
        }
        if scene.model.tor == Tor::Offline && button(ui, &palette, Kind::Plain, &scene.say("tor-go-online")).clicked() {
            scene.ask(Intent::SetOnline(true));
        }
    });
}

fn connection(ui: &mut Ui, scene: &Scene<'_>, watch: &mut Watch, identity: &Identity) {
    let palette = &scene.palette;
    match &scene.model.tor {
        Tor::Offline => drop(text::state(ui, Icon::Info, palette.wait, &scene.say("start-tor-offline"))),
        Tor::Connecting { fraction, step } => {
            let percent = [("percent", percent(*fraction))];
            let words = scene.say_with("start-tor-connecting", &percent);
            text::state(ui, Icon::Clock, palette.wait, &words);
            progress(ui, palette, *fraction, &scene.say("start-tor-progress"));
            let step = tor::step(scene, step);
            let step = [("step", step.as_str().into())];
            let slow = watch.stands_still(ui, *fraction, scene.now);
            let words = scene.say_with(if slow { "start-tor-slow" } else { "start-tor-step" }, &step);
            text::note(ui, palette, &words);
        }
        Tor::Blocked { fraction, reason } => {
            text::state(ui, Icon::Warning, palette.bad, &scene.say("settings-tor-blocked"));
            text::paragraph(ui, &tor::obstacle(scene, reason));
            progress(ui, palette, *fraction, &scene.say("start-tor-progress"));
            text::note(ui, palette, &scene.say("start-tor-blocked-note"));
        }
        Tor::Ready => match identity.reach {
            Reach::Starting => drop(text::state(ui, Icon::Clock, palette.wait, &scene.say("start-reach-starting"))),
            Reach::Reachable => drop(text::state(ui, Icon::Check, palette.good, &scene.say("start-reach-ready"))),
            Reach::Unreachable => drop(text::state(ui, Icon::Warning, palette.wait, &scene.say("start-reach-lost"))),
            Reach::Barred(barrier) => {
                text::state(ui, Icon::Warning, palette.bad, &scene.say("start-reach-barred"));
                text::note(ui, palette, &scene.say(barrier.words()));
            }
        },
    }
}

impl Watch {
    /// Whether Tor has been at the same place for long; asks for a frame at the moment at which it will have been.
    fn stands_still(&mut self, ui: &Ui, fraction: f32, now: f64) -> bool {
        let since = match self.at {
            Some((known, since)) if known.to_bits() == fraction.to_bits() => since,
            _ => now,
        };
        self.at = Some((fraction, since));
        let left = since + SLOW - now;
        if left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        }
        left <= 0.0
    }
}

fn percent(fraction: f32) -> crate::words::Value<'static> {
    i64::from((fraction.clamp(0.0, 1.0) * 100.0).floor() as u8).into()
}

/// The QR picture beside the address.
const QR_SIDE: f32 = 190.0;
/// Seconds at the same place after which Tor is called slow: a step on a good network takes a few.
const SLOW: f64 = 20.0;
