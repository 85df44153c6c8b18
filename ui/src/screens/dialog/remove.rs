//! Removes a contact, and says what that deletes.

use egui::Ui;

use super::super::{Page, Scene, View};
use super::confirm;
use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::parts::text;

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, key: ContactKey) {
    if scene.model.contact(key).is_none() {
        view.dialog = None;
        return;
    }
    text::paragraph(ui, &scene.say("remove-what"));
    text::paragraph(ui, &scene.say("remove-told"));
    text::paragraph(ui, &scene.say("remove-kept"));
    if confirm(ui, scene, view, true, "remove-do") {
        scene.ask(Intent::Remove(key));
        view.details = false;
        if view.page == Page::Talk(key) {
            view.page = Page::Empty;
        }
    }
}
