//! Who was blocked as they asked to be a contact, and the way back.

use egui::Ui;

use super::super::{Scene, address};
use crate::intent::Intent;
use crate::parts::{Kind, button, text};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>) {
    let palette = scene.palette;
    text::paragraph(ui, &scene.say("settings-blocked"));
    if scene.model.blocked.is_empty() {
        text::note(ui, &palette, &scene.say("settings-blocked-none"));
    }
    for blocked in scene.model.blocked.clone() {
        let own = scene.model.identities.iter().find(|identity| identity.key == blocked.identity);
        let own = own.filter(|_| scene.model.identities.len() > 1).map(|identity| identity.name.clone());
        ui.push_id((blocked.identity, blocked.address.clone()), |ui| {
            address::show(ui, &palette, &blocked.address);
            if let Some(own) = own {
                text::note(ui, &palette, &scene.say_with("settings-blocked-for", &[("identity", own.as_str().into())]));
            }
            let short = address::short(&blocked.address);
            let label = scene.say_with("settings-unblock", &[("address", short.as_str().into())]);
            if button(ui, &palette, Kind::Plain, &label).clicked() {
                scene.ask(Intent::UnblockAddress(blocked));
            }
        });
    }
}
