//! The main screen: people on the left, the conversation in the middle, details on the right.

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::{Page, Scene, View, compose, details, dialog, found, people, record, requests, settings, talk, top};

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let before = view.page;
    Panel::top("top").show(ui, |ui| top::show(ui, scene, view));
    if !scene.narrow || view.page == Page::Empty {
        let frame = Frame::side_top_panel(ui.style()).inner_margin(Margin::same(8));
        if scene.narrow {
            CentralPanel::default().frame(frame).show(ui, |ui| people::show(ui, scene, view));
        } else {
            let list = Panel::left("people").default_size(PEOPLE).size_range(PEOPLE_LEAST..=PEOPLE_MOST).frame(frame);
            list.show(ui, |ui| people::show(ui, scene, view));
        }
    }
    let beside = matches!(view.page, Page::Talk(_)) && view.details;
    if beside && !scene.narrow {
        Panel::right("details").default_size(300.0).show(ui, |ui| details::show(ui, scene, view));
    }
    if beside && scene.narrow {
        CentralPanel::default().show(ui, |ui| details::show(ui, scene, view));
    } else if !scene.narrow || view.page != Page::Empty {
        let frame = Frame::central_panel(ui.style());
        let frame = if matches!(view.page, Page::Talk(_)) { frame.inner_margin(0) } else { frame };
        CentralPanel::default().frame(frame).show(ui, |ui| match view.page {
            Page::Empty | Page::Talk(_) => talk::show(ui, scene, view),
            Page::Requests => requests::show(ui, scene, view),
            Page::Settings => settings::show(ui, scene, view),
            Page::Found => found::show(ui, scene, view),
        });
    }
    if view.page != before {
        // What was being written belongs to the page that was left.
        compose::keep(scene, view);
        ui.ctx().request_repaint();
    }
    record::watch(scene, view);
    dialog::show(ui, scene, view);
}

/// The width of the list, and within which bounds it can be drawn.
const PEOPLE: f32 = 300.0;
const PEOPLE_LEAST: f32 = 220.0;
const PEOPLE_MOST: f32 = 420.0;
