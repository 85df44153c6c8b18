//! Choosing what to send: by button, by key, by dropping it on the window, by pasting a picture; and what is being made
//! ready after it was chosen.
//!
//! It reads no file: it says what was chosen, and the sheet shows what was found in it.

use egui::{Align, Area, Frame, Id, Key, Layout, Modifiers, Order, Popup, Rect, RichText, Ui, UiBuilder, Vec2};

use super::dialog::Dialog;
use super::{Scene, View, compose, fault, filing, record};
use crate::intent::{Intent, Source};
use crate::keys::ParcelKey;
use crate::model::{Contact, Packing, Parcel, Purpose, Standing};
use crate::parts::{Icon, Kind, button, bytes, icon_button, progress, prose};
use crate::theme::{GRID, LEAD, SMALL, TARGET, Weight, font};

/// What was chosen, as far as the window minds it.
#[derive(Default)]
pub(crate) struct State {
    /// The newest parcel for which the sheet was opened.
    seen: Option<ParcelKey>,
    /// How many lines were drawn above the field.
    lines: usize,
    /// A paste found no text: what else there is, belongs to what has the focus.
    pub(crate) no_text: bool,
}

/// Whether something can be sent to this contact.
pub(super) fn is_possible(contact: &Contact) -> bool {
    contact.standing == Standing::Accepted
}

/// The button, and what it offers.
pub(super) fn menu(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    let palette = scene.palette;
    let name = scene.say("attach").into_owned();
    let clip = icon_button(ui, &palette, Icon::Clip, &name);
    Popup::menu(&clip).align(egui::RectAlign::TOP_END).accessible_name(name).show(|ui| {
        ui.set_width(MENU);
        for (source, name) in [
            (Source::Files, "attach-files"),
            (Source::Folder, "attach-folder"),
            (Source::Clipboard, "attach-clipboard"),
        ] {
            if button::item(ui, &palette, Kind::Quiet, &scene.say(name)).clicked() {
                scene.ask(Intent::Pack(contact.key, source));
            }
        }
        if scene.narrow && record::is_possible(scene, contact) && record::is_free(scene) {
            let name = record::name(scene);
            if button::item(ui, &palette, Kind::Quiet, &name).clicked() {
                scene.ask(Intent::NoteRecord(contact.key));
            }
        }
    });
}

/// The ways that need no button; and the sheet, when something was chosen.
pub(super) fn watch(ui: &Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    let no_text = std::mem::take(&mut view.attach.no_text);
    if !is_possible(contact) {
        return;
    }
    let pack = |source| Intent::Pack(contact.key, source);
    if view.dialog.is_none() && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::O)) {
        scene.ask(pack(Source::Files));
    }
    if no_text && compose::has_focus(ui) {
        scene.ask(pack(Source::Clipboard));
    }
    let dropped: Vec<_> = ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
    let free = matches!(view.dialog, None | Some(Dialog::SendFiles(_)));
    if free && !dropped.is_empty() {
        scene.ask(pack(Source::Dropped(dropped)));
    }
    let typed = scene.model.chosen.as_ref().is_some_and(|chosen| chosen.purpose == Purpose::Send(contact.key));
    let newest = scene.model.parcels.iter().filter(|parcel| parcel.contact == contact.key);
    let newest = newest.filter(|parcel| parcel.is_being_packed()).map(|parcel| parcel.key).max();
    if view.dialog.is_none() && (typed || newest > view.attach.seen) {
        view.dialog = Some(Dialog::SendFiles(contact.key));
        ui.ctx().request_repaint();
    }
    view.attach.seen = view.attach.seen.max(newest);
}

/// Where files can be dropped, while they are held over the window.
pub(super) fn target(ui: &Ui, scene: &Scene<'_>, contact: &Contact, rect: Rect) {
    if !is_possible(contact) || ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let palette = &scene.palette;
    let words = scene.say_with("attach-drop", &[("name", (&contact.name).into())]);
    Area::new(Id::unique("drop")).order(Order::Foreground).fixed_pos(rect.min).interactable(false).show(
        ui.ctx(),
        |ui| {
            let frame = Frame::new().fill(palette.own).stroke(egui::Stroke::new(2.0, palette.accent));
            frame.corner_radius(crate::theme::RADIUS_LARGE).outer_margin(2.0 * GRID).show(ui, |ui| {
                ui.set_min_size(rect.size() - Vec2::splat(4.0 * GRID + 4.0));
                let inside = ui.max_rect();
                let mut middle =
                    ui.new_child(UiBuilder::new().max_rect(inside).layout(Layout::top_down(Align::Center)));
                middle.add_space(inside.height() / 2.0 - 2.0 * TARGET);
                let (place, _) = middle.allocate_exact_size(Vec2::splat(TARGET), egui::Sense::hover());
                Icon::Clip.paint(middle.painter(), place, palette.accent);
                middle.label(RichText::new(words).font(font(LEAD, Weight::Strong)).color(palette.ink));
            });
        },
    );
}

/// What was chosen and is made ready for the offer, with the way to stop it.
pub(super) fn strip(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    let mine = |parcel: &&Parcel| parcel.contact == contact.key && !parcel.is_being_packed();
    let most = if matches!(view.dialog, Some(Dialog::SendFiles(_))) { 0 } else { STRIP };
    let parcels: Vec<Parcel> = scene.model.parcels.iter().filter(mine).take(most).cloned().collect();
    if std::mem::replace(&mut view.attach.lines, parcels.len()) != parcels.len() {
        // A panel takes the room of the frame before.
        ui.ctx().request_repaint();
    }
    for parcel in parcels {
        if line(ui, scene, &parcel) {
            super::dialog::unpack(scene, parcel.key);
        }
    }
}

/// One of them; true: it is to be stopped, or was read.
fn line(ui: &mut Ui, scene: &Scene<'_>, parcel: &Parcel) -> bool {
    let palette = &scene.palette;
    let name = parcel.name.as_str();
    let (icon, ink, words, share) = match &parcel.packing {
        Packing::Refused(why) => {
            let why = fault::say(scene, why);
            let words = scene.say_with("attach-refused", &[("file", name.into()), ("why", (&why).into())]);
            (Icon::Warning, palette.bad, words, None)
        }
        Packing::Leaving { done } => {
            let words = scene.say_with("attach-leaving", &[("file", name.into())]);
            (filing::icon(parcel.kind, false), palette.accent, words, Some(bytes::share(*done, parcel.size)))
        }
        Packing::Looking | Packing::Ready { .. } => return false,
    };
    let mut stop = false;
    let size = Vec2::new(ui.available_width(), TARGET);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let close = if share.is_some() { "attach-stop" } else { "attach-dismiss" };
        stop = icon_button(ui, palette, Icon::Close, &scene.say_with(close, &[("file", name.into())])).clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(4.0 * GRID), egui::Sense::hover());
            icon.paint(ui.painter(), rect, ink);
            let bar = if share.is_some() { BAR } else { 0.0 };
            let room = ui.available_width() - bar;
            let galley = prose::line(ui, &words, SMALL, Weight::Regular, ink, room);
            ui.label(galley).on_hover_text(&words);
            if let Some(share) = share {
                progress(ui, palette, share, &words);
            }
        });
    });
    stop
}

/// The width of the menu.
const MENU: f32 = 240.0;
/// The width of the progress, where a name stands before it.
const BAR: f32 = 120.0;
/// Lines shown at once: the conversation needs its room.
const STRIP: usize = 3;
