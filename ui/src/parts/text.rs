//! Text of the window itself: titles, paragraphs, notes, states.
//!
//! Not for what others wrote; that has a part of its own.

use egui::{Color32, Label, Response, RichText, Ui};

use super::icon::Icon;
use crate::theme::{BODY, DISPLAY, GRID, LEAD, LINE_HEIGHT, Palette, SMALL, TITLE, Weight, font};

/// The one large line of a start page.
pub(crate) fn display(ui: &mut Ui, text: &str) -> Response {
    heading(ui, text, if ui.available_width() < DISPLAY_WIDTH { TITLE } else { DISPLAY })
}

/// The title of a page or dialog.
pub(crate) fn title(ui: &mut Ui, text: &str) -> Response {
    heading(ui, text, TITLE)
}

/// The title of a section.
pub(crate) fn section(ui: &mut Ui, text: &str) -> Response {
    heading(ui, text, LEAD)
}

/// A paragraph.
pub(crate) fn paragraph(ui: &mut Ui, text: &str) -> Response {
    ui.add(Label::new(sized(text, BODY)).wrap())
}

/// A paragraph that says less.
pub(crate) fn note(ui: &mut Ui, palette: &Palette, text: &str) -> Response {
    ui.add(Label::new(sized(text, SMALL).color(palette.muted)).wrap())
}

/// A state: a shape and a word, in a colour that adds to both.
pub(crate) fn state(ui: &mut Ui, icon: Icon, ink: Color32, text: &str) -> Response {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 1.5 * GRID;
        let line = egui::Vec2::new(4.0 * GRID, BODY * LINE_HEIGHT);
        let (rect, _) = ui.allocate_exact_size(line, egui::Sense::hover());
        icon.paint(ui.painter(), rect, ink);
        // Further lines begin under the first word, not under the icon.
        ui.add(Label::new(sized(text, BODY).color(ink)).wrap())
    })
    .inner
}

/// Lets a screen reader say this when it appears, without hurry.
pub(crate) fn status(response: &Response) {
    live(response, egui::accesskit::Role::Status, egui::accesskit::Live::Polite);
}

/// Lets a screen reader say this at once.
pub(crate) fn alert(response: &Response) {
    live(response, egui::accesskit::Role::Alert, egui::accesskit::Live::Assertive);
}

fn live(response: &Response, role: egui::accesskit::Role, live: egui::accesskit::Live) {
    named(response, role);
    response.ctx.accesskit_node_builder(response.id, |node| node.set_live(live));
}

/// Gives a text another role. Only of a label is the value also the name.
fn named(response: &Response, role: egui::accesskit::Role) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        if let Some(text) = node.value().map(str::to_owned) {
            node.set_label(text);
            node.clear_value();
        }
        node.set_role(role);
    });
}

fn heading(ui: &mut Ui, words: &str, size: f32) -> Response {
    let text = RichText::new(words).font(font(size, Weight::Strong)).line_height(Some(size * LINE_HEIGHT));
    let response = ui.add(Label::new(text).wrap());
    // A screen reader jumps from heading to heading.
    named(&response, egui::accesskit::Role::Heading);
    response
}

fn sized(text: &str, size: f32) -> RichText {
    RichText::new(text).size(size).line_height(Some(size * LINE_HEIGHT))
}

/// In a narrower place the large line would take half of the screen.
const DISPLAY_WIDTH: f32 = 400.0;
