//! The sheet of what is about to be sent: each with its name, its size, and what it says about who made it.
//!
//! Nothing has left yet. When it is closed, what was chosen is forgotten.

use std::collections::BTreeMap;

use egui::{Align, Frame, Layout, Margin, Ui, Vec2};

use super::super::{Scene, View, cleaning, fault, filing};
use super::path;
use crate::intent::{Intent, Source};
use crate::keys::{ContactKey, ParcelKey};
use crate::model::{FileKind, Packing, Parcel, Purpose};
use crate::parts::{Icon, Kind, button, check, field, icon_button, text};
use crate::theme::{GRID, RADIUS, TARGET};

/// What is decided and typed.
#[derive(Default)]
pub(crate) struct Form {
    /// Send everything as it is.
    as_is: bool,
    names: BTreeMap<ParcelKey, String>,
    path: path::Form,
}

/// Its title.
pub(super) fn title(name: &str, scene: &Scene<'_>) -> String {
    scene.say_with("send-title", &[("name", name.into())])
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: ContactKey) {
    let parcels = chosen(scene, contact);
    let form = &mut view.forms.send;
    for parcel in &parcels {
        form.names.entry(parcel.key).or_insert_with(|| parcel.name.as_str().to_owned());
        if item(ui, scene, form, parcel) {
            unpack(scene, parcel.key);
        }
    }
    if parcels.iter().any(|parcel| parcel.is_being_packed()) {
        let mut clean = !form.as_is;
        check(ui, &scene.palette, &mut clean, &scene.say("send-clean"));
        form.as_is = !clean;
        text::note(ui, &scene.palette, &scene.say("send-clean-note"));
    }
    more(ui, scene, form, contact);
    let ready: Vec<(ParcelKey, String)> =
        parcels.iter().filter(|parcel| is_ready(parcel)).filter_map(|parcel| named(form, parcel.key)).collect();
    let all = parcels.iter().filter(|parcel| parcel.is_being_packed()).count();
    let palette = scene.palette;
    ui.horizontal_wrapped(|ui| {
        let count = i64::try_from(all).unwrap_or(i64::MAX);
        let label = scene.say_with("send-do", &[("count", count.into())]);
        let whole = all > 0 && ready.len() == all;
        let send = ui.add_enabled_ui(whole, |ui| button(ui, &palette, Kind::Primary, &label)).inner;
        if send.clicked() {
            let clean = !view.forms.send.as_is;
            leave(scene, &ready);
            scene.ask(Intent::SendFiles { contact, parcels: ready, clean });
            view.dialog = None;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}

/// The sheet was closed: what was not sent is forgotten.
pub(super) fn closed(scene: &mut Scene<'_>, contact: ContactKey) {
    for parcel in chosen(scene, contact) {
        unpack(scene, parcel.key);
    }
}

/// Forgets something that was chosen.
pub(crate) fn unpack(scene: &mut Scene<'_>, key: ParcelKey) {
    scene.model.parcels.retain(|parcel| parcel.key != key);
    scene.ask(Intent::Unpack(key));
}

/// What is in the sheet.
fn chosen(scene: &Scene<'_>, contact: ContactKey) -> Vec<Parcel> {
    let here = |parcel: &&Parcel| parcel.contact == contact && !matches!(parcel.packing, Packing::Leaving { .. });
    scene.model.parcels.iter().filter(here).cloned().collect()
}

/// They are on their way, whatever the other side says next.
fn leave(scene: &mut Scene<'_>, parcels: &[(ParcelKey, String)]) {
    for parcel in &mut scene.model.parcels {
        if parcels.iter().any(|(key, _)| *key == parcel.key) {
            parcel.packing = Packing::Leaving { done: 0 };
        }
    }
}

/// One of them; true: it is not to be sent.
fn item(ui: &mut Ui, scene: &Scene<'_>, form: &mut Form, parcel: &Parcel) -> bool {
    let palette = &scene.palette;
    let frame = Frame::new().fill(palette.paper).stroke(egui::Stroke::new(1.0, palette.line));
    let frame = frame.corner_radius(RADIUS).inner_margin(Margin::symmetric(12, 10));
    let inner = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GRID;
        ui.set_width(ui.available_width());
        let size = Vec2::new(ui.available_width(), TARGET);
        let head = ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            let name = scene.say_with("send-remove", &[("file", parcel.name.as_str().into())]);
            let out = icon_button(ui, palette, Icon::Close, &name).clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| head(ui, scene, parcel));
            out
        });
        inside(ui, scene, form, parcel);
        head.inner
    });
    inner.inner
}

/// What it is.
fn head(ui: &mut Ui, scene: &Scene<'_>, parcel: &Parcel) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(6.0 * GRID), egui::Sense::hover());
    filing::icon(parcel.kind, parcel.may_be_shown()).paint(ui.painter(), rect, scene.palette.accent);
    match parcel.packing {
        Packing::Refused(_) => text::paragraph(ui, parcel.name.as_str()),
        _ => text::paragraph(ui, &filing::kind(scene, parcel.kind, parcel.size)),
    };
}

/// Its name, and what it says about who made it.
fn inside(ui: &mut Ui, scene: &Scene<'_>, form: &mut Form, parcel: &Parcel) {
    let palette = &scene.palette;
    if let Packing::Refused(why) = &parcel.packing {
        text::state(ui, Icon::Warning, palette.bad, &fault::say(scene, why));
        return;
    }
    if let Some(name) = form.names.get_mut(&parcel.key) {
        let id = format!("send-name-{}", parcel.key.0);
        field::line(ui, palette, &id, &scene.say("send-name"), name, NAME_BYTES);
        if !is_name(name) {
            text::state(ui, Icon::Warning, palette.bad, &scene.say("send-name-bad"));
        }
    }
    match &parcel.packing {
        Packing::Looking => drop(text::state(ui, Icon::Clock, palette.wait, &scene.say("send-looking"))),
        Packing::Ready { .. } => said(ui, scene, form.as_is, parcel),
        Packing::Leaving { .. } | Packing::Refused(_) => {}
    }
}

/// What is removed, what stays, and what nobody knows.
fn said(ui: &mut Ui, scene: &Scene<'_>, as_is: bool, parcel: &Parcel) {
    let Packing::Ready { removed, kept, uncleaned } = &parcel.packing else { return };
    let palette = &scene.palette;
    if !removed.is_empty() {
        let what = cleaning::removed(scene, removed);
        let values = [("what", (&what).into())];
        if as_is {
            text::state(ui, Icon::Warning, palette.wait, &scene.say_with("send-stays", &values));
        } else {
            text::state(ui, Icon::Shield, palette.good, &scene.say_with("send-removed", &values));
        }
    }
    if !kept.is_empty() {
        let what = cleaning::kept(scene, kept);
        text::state(ui, Icon::Info, palette.wait, &scene.say_with("send-kept", &[("what", (&what).into())]));
    }
    if !uncleaned.is_empty() {
        let why = cleaning::uncleaned(scene, uncleaned);
        let key = if let FileKind::Folder { .. } = parcel.kind { "send-uncleaned-some" } else { "send-uncleaned" };
        text::state(ui, Icon::Warning, palette.wait, &scene.say_with(key, &[("why", (&why).into())]));
    }
    if removed.is_empty() && kept.is_empty() && uncleaned.is_empty() {
        text::state(ui, Icon::Check, palette.good, &scene.say("send-nothing"));
    }
}

/// Ways to choose more: a dialog of the desktop, or a path where there is none.
fn more(ui: &mut Ui, scene: &mut Scene<'_>, form: &mut Form, contact: ContactKey) {
    let palette = scene.palette;
    if let Some(path) = path::typed(ui, scene, &mut form.path, Purpose::Send(contact), "send-add-typed") {
        scene.ask(Intent::Pack(contact, Source::Typed(path)));
    }
    if form.path.is_typed() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for (name, source) in [("send-add-files", Source::Files), ("send-add-folder", Source::Folder)] {
            if button(ui, &palette, Kind::Plain, &scene.say(name)).clicked() {
                scene.ask(Intent::Pack(contact, source));
            }
        }
    });
}

fn is_ready(parcel: &Parcel) -> bool {
    matches!(parcel.packing, Packing::Ready { .. })
}

fn named(form: &Form, key: ParcelKey) -> Option<(ParcelKey, String)> {
    let name = form.names.get(&key)?;
    is_name(name).then(|| (key, name.trim().to_owned()))
}

/// Whether it can be sent as a name. What the receiver's machine does not take is replaced there.
fn is_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.len() <= NAME_BYTES && !name.contains(['/', '\0'])
}

/// The longest name in bytes of UTF-8, as the protocol has it.
const NAME_BYTES: usize = 255;
