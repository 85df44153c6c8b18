//! Nobody is there yet: one sentence, the address, its picture, and what to do.

use egui::{Align, Layout, Rect, ScrollArea, Ui, UiBuilder, Vec2};

use super::super::dialog::Dialog;
use super::super::{Scene, View, address};
use crate::keys::IdentityKey;
use crate::parts::{Kind, button, qr, text};
use crate::theme::GRID;

/// Draws it for the identity whose contacts are looked at, in the middle of where it is put.
pub(crate) fn show(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = &scene.palette;
    let Some(key) = lonely(scene, view) else { return };
    let Some(identity) = scene.model.identities.iter().find(|identity| identity.key == key) else { return };
    ScrollArea::vertical().id_salt("nobody").auto_shrink(false).show(ui, |ui| {
        let room = ui.available_rect_before_wrap();
        let width = WIDTH.min(room.width());
        let top = ((room.height() - HEIGHT) / 2.0).max(2.0 * GRID);
        let corner = egui::pos2(room.center().x - width / 2.0, room.top() + top);
        let column = Rect::from_min_size(corner, Vec2::new(width, f32::INFINITY));
        let layout = Layout::top_down(Align::Min);
        ui.scope_builder(UiBuilder::new().max_rect(column).layout(layout), |ui| {
            ui.spacing_mut().item_spacing.y = 3.0 * GRID;
            text::paragraph(ui, &scene.say("people-empty"));
            address::show(ui, palette, &identity.address);
            qr(ui, &identity.address, QR, &scene.say("people-qr"));
            ui.horizontal_wrapped(|ui| {
                if button(ui, palette, Kind::Primary, &scene.say("people-add")).clicked() {
                    view.dialog = Some(Dialog::AddContact);
                }
                if button(ui, palette, Kind::Plain, &scene.say("people-copy-address")).clicked() {
                    ui.ctx().copy_text(identity.address.clone());
                }
                if button(ui, palette, Kind::Plain, &scene.say("people-more-address")).clicked() {
                    view.dialog = Some(Dialog::Address(key));
                }
            });
        });
    });
}

/// The identity whose contacts are looked at, if it has none.
pub(crate) fn lonely(scene: &Scene<'_>, view: &View) -> Option<IdentityKey> {
    let identity = view.top.identity;
    let none = !scene.model.contacts.values().any(|contact| identity.is_none_or(|key| contact.identity == key));
    none.then(|| identity.or(scene.model.identities.first().map(|identity| identity.key))).flatten()
}

/// The width of the column: what can be done stands in one row.
const WIDTH: f32 = 480.0;
/// About its height.
const HEIGHT: f32 = 400.0;
/// The side of the picture.
const QR: f32 = 200.0;
