//! The first start, in four steps with one decision each: language and look, keep or leave no trace, a name, the address.
//!
//! There is a way back as long as nothing was made; a profile that exists is not unmade by a button here.

mod address;
mod look;
mod name;
mod profile;

use egui::{Align, Layout, Ui};

use super::sheet::sheet;
use super::{Scene, View, dialog};
use crate::model::{Model, Stage};
use crate::parts::{Icon, Kind, button, text};
use crate::theme::GRID;
use dialog::Dialog;

/// What the person is doing on the first start.
#[derive(Default)]
pub(crate) struct State {
    /// The language and the look are chosen.
    dressed: bool,
    /// A name was given in this start: the address is shown before the work begins.
    named: bool,
    /// The step that had its first frame: the next one gets the focus.
    seen: Option<Step>,
    profile: profile::Form,
    name: name::Form,
    address: address::Watch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Look = 1,
    Profile,
    Name,
    Address,
}

/// What was pressed under a step.
#[derive(Clone, Copy, Debug, Default)]
struct Pressed {
    back: bool,
    next: bool,
}

/// Whether the first start is still under way.
pub(crate) fn unfinished(model: &Model, view: &View) -> bool {
    model.stage == Stage::Fresh || model.identities.is_empty() || view.start.named
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let state = &mut view.start;
    let step = match scene.model.stage {
        Stage::Fresh if state.dressed => Step::Profile,
        Stage::Fresh => Step::Look,
        _ if scene.model.identities.is_empty() => Step::Name,
        _ => Step::Address,
    };
    let first = state.seen != Some(step);
    state.seen = Some(step);
    sheet(ui, scene, (step == Step::Look).then_some(Icon::Onion), |ui, scene| {
        let place = [("step", (step as i64).into()), ("steps", STEPS.into())];
        text::note(ui, &scene.palette, &scene.say_with("start-step", &place));
        match step {
            Step::Look => look::show(ui, scene, state, first),
            Step::Profile => profile::show(ui, scene, state, first),
            Step::Name => name::show(ui, scene, state, first),
            Step::Address => address::show(ui, scene, state, first),
        }
    });
    if std::mem::take(&mut view.start.address.detour) {
        view.dialog = Some(Dialog::Detour);
    }
    dialog::show(ui, scene, view);
}

/// The buttons under a step; `focus` puts the keyboard on the one that goes on.
fn footer(ui: &mut Ui, scene: &Scene<'_>, back: bool, next: &str, focus: bool) -> Pressed {
    let mut pressed = Pressed::default();
    ui.add_space(2.0 * GRID);
    ui.horizontal(|ui| {
        pressed.back = back && button(ui, &scene.palette, Kind::Quiet, &scene.say("back")).clicked();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let next = button(ui, &scene.palette, Kind::Primary, next);
            pressed.next = next.clicked();
            if focus {
                next.request_focus();
            }
        });
    });
    pressed
}

/// Enter was pressed in this field.
fn entered(ui: &Ui, field: &egui::Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

const STEPS: i64 = 4;
