//! One's own address: as text to copy and read aloud, and as a picture.

use egui::Ui;

use super::super::{Scene, View, address};
use super::{asking, path};
use crate::intent::Intent;
use crate::keys::IdentityKey;
use crate::model::Purpose;
use crate::parts::{Icon, Kind, button, qr, text};

/// What was done with it.
#[derive(Default)]
pub(crate) struct Form {
    copied: bool,
    save: path::Form,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, key: IdentityKey) {
    let palette = scene.palette;
    let Some(identity) = scene.model.identities.iter().find(|identity| identity.key == key) else {
        view.dialog = None;
        return;
    };
    let whole = identity.address.clone();
    if scene.model.identities.len() > 1 {
        text::section(ui, &identity.name);
    }
    text::paragraph(ui, &scene.say("address-what"));
    address::show(ui, &palette, &whole);
    let form = &mut view.forms.address;
    ui.horizontal_wrapped(|ui| {
        let copy = button(ui, &palette, Kind::Primary, &scene.say("address-copy"));
        if view.forms.fresh {
            view.forms.fresh = false;
            copy.request_focus();
        }
        if copy.clicked() {
            ui.ctx().copy_text(whole.clone());
            form.copied = true;
        }
        if form.copied {
            text::state(ui, Icon::Check, palette.good, &scene.say("copied"));
        }
    });
    ui.vertical_centered(|ui| qr(ui, &whole, QR_SIDE, &scene.say("address-qr")));
    if let Some(path) = path::write(ui, scene, &mut form.save, Purpose::SaveQr, "address-save", Kind::Plain) {
        asking(scene, &mut view.forms.answer, Intent::SaveQr { identity: key, path });
    }
    view.forms.answer.show(ui, scene);
}

/// The side of the picture: a phone reads it from an arm's length.
const QR_SIDE: f32 = 220.0;
