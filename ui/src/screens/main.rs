//! The main screen: people on the left, the conversation in the middle, details on the right.

use egui::{CentralPanel, Panel, Ui};

use super::{Page, Scene, View, details, dialog, found, people, requests, settings, talk, top};

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    Panel::top("top").show(ui, |ui| top::show(ui, scene, view));
    if !scene.narrow || view.page == Page::Empty {
        let list = Panel::left("people").default_size(300.0);
        if scene.narrow {
            CentralPanel::default().show(ui, |ui| people::show(ui, scene, view));
        } else {
            list.show(ui, |ui| people::show(ui, scene, view));
        }
    }
    if let (Page::Talk(_), true, false) = (view.page, view.details, scene.narrow) {
        Panel::right("details").default_size(300.0).show(ui, |ui| details::show(ui, scene, view));
    }
    if !scene.narrow || view.page != Page::Empty {
        CentralPanel::default().show(ui, |ui| match view.page {
            Page::Talk(_) if scene.narrow && view.details => details::show(ui, scene, view),
            Page::Empty | Page::Talk(_) => talk::show(ui, scene, view),
            Page::Requests => requests::show(ui, scene, view),
            Page::Settings => settings::show(ui, scene, view),
            Page::Found => found::show(ui, scene, view),
        });
    }
    dialog::show(ui, scene, view);
}
