//! Above the messages: who it is, whether they are there, what was agreed, and what stands in the way.

use egui::{Align, Layout, RichText, ScrollArea, Ui, Vec2};

use crate::intent::Intent;
use crate::model::{Contact, Standing};
use crate::parts::{Icon, Kind, button, icon_button, presence, text, when};
use crate::screens::{Page, Scene, View, call};
use crate::theme::{GRID, LEAD, SMALL, TARGET, Weight, font};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    ui.add_space(GRID);
    ui.horizontal(|ui| {
        if scene.narrow && icon_button(ui, &scene.palette, Icon::Back, &scene.say("back")).clicked() {
            view.page = Page::Empty;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = if view.details && !scene.narrow { "talk-hide-details" } else { "talk-show-details" };
            if icon_button(ui, &scene.palette, Icon::Info, &scene.say(name)).clicked() {
                view.details = !view.details;
            }
            call::start_button(ui, scene, contact);
            agreed(ui, scene, contact);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| who(ui, scene, contact));
        });
    });
    there(ui, scene, contact);
    if contact.restored || contact.standing != Standing::Accepted {
        // In a small window the messages need the room more.
        let most = (ui.ctx().content_rect().height() * STANDS).max(2.0 * TARGET);
        ScrollArea::vertical().id_salt("stands").max_height(most).show(ui, |ui| stands(ui, scene, contact));
    }
    ui.add_space(GRID);
}

/// The name, and whether it was verified.
fn who(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact) {
    let name = RichText::new(&contact.name).font(font(LEAD, Weight::Strong));
    let response = ui.add(egui::Label::new(name).truncate());
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_role(egui::accesskit::Role::Heading));
    if contact.verified {
        mark(ui, scene, Icon::Shield, scene.palette.good, &scene.say("talk-verified"));
    }
}

/// What both agreed: disappearing messages, read receipts.
fn agreed(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact) {
    if contact.receipts.agreed() {
        mark(ui, scene, Icon::CheckTwice, scene.palette.muted, &scene.say("talk-receipts"));
    }
    if let Some(seconds) = contact.expires_in {
        let span = when::span(scene.words, i64::from(seconds));
        let word = scene.say_with("talk-disappearing", &[("span", (&span).into())]);
        mark(ui, scene, Icon::Timer, scene.palette.muted, &word);
    }
}

/// Whether they are there, why not, and what is being done about it.
fn there(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    if contact.standing == Standing::Blocked {
        return;
    }
    let sentence = presence::sentence(scene.words, &contact.presence, &contact.name, scene.now);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(2.0 * GRID, 0.0);
        ui.spacing_mut().interact_size.y = 5.0 * GRID;
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(3.0 * GRID), egui::Sense::hover());
        presence::shape(ui.painter(), rect.center(), 5.0, &contact.presence, &scene.palette);
        let ink = presence::ink(&contact.presence, &scene.palette);
        ui.label(RichText::new(sentence).size(SMALL).color(ink));
        if let Some(next) = presence::next(scene.words, &contact.presence, scene.now) {
            ui.label(RichText::new(next).size(SMALL).color(scene.palette.muted));
        }
        let retry = presence::may_retry(&contact.presence);
        if retry && button(ui, &scene.palette, Kind::Quiet, &scene.say("talk-retry")).clicked() {
            scene.ask(Intent::Retry(contact.key));
        }
    });
    if presence::counts(&contact.presence) {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
    }
}

/// What the person has to know before writing here.
fn stands(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    let values = [("name", (&contact.name).into())];
    match contact.standing {
        Standing::Accepted => {}
        Standing::Requested => {
            text::state(ui, Icon::Clock, scene.palette.wait, &scene.say_with("talk-requested", &values));
        }
        Standing::Blocked => {
            text::state(ui, Icon::Block, scene.palette.bad, &scene.say_with("talk-blocked", &values));
            if button(ui, &scene.palette, Kind::Plain, &scene.say("talk-unblock")).clicked() {
                scene.ask(Intent::Block(contact.key, false));
            }
        }
    }
    if contact.restored {
        text::state(ui, Icon::Warning, scene.palette.wait, &scene.say_with("talk-restored", &values));
        if button(ui, &scene.palette, Kind::Plain, &scene.say("talk-restored-seen")).clicked() {
            scene.ask(Intent::AcknowledgeRestored(contact.key));
        }
    }
}

/// A small icon with its word, where there is room for the word.
fn mark(ui: &mut Ui, scene: &Scene<'_>, icon: Icon, ink: egui::Color32, word: &str) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(4.0 * GRID), egui::Sense::hover());
    icon.paint(ui.painter(), rect, ink);
    if scene.narrow {
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, word));
        response.on_hover_text(word);
    } else {
        ui.label(RichText::new(word).size(SMALL).color(ink));
    }
}

/// The share of the window that warnings may take.
const STANDS: f32 = 0.25;
