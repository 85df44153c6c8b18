//! Buttons: with words, or with an icon that has a name.

use egui::{Button, CornerRadius, Id, Rect, Response, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::icon::Icon;
use crate::theme::{BODY, GRID, Palette, RADIUS, TARGET, Weight, font};

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the person most likely wants; one on a screen.
    Primary,
    /// Anything else.
    Plain,
    /// As quiet as text.
    Quiet,
    /// What cannot be undone.
    Danger,
}

/// A button with words, which are its name.
pub(crate) fn button(ui: &mut Ui, palette: &Palette, kind: Kind, label: &str) -> Response {
    let (fill, ink, edge) = match kind {
        Kind::Primary => (palette.accent, palette.on_accent, palette.accent),
        Kind::Plain => (palette.raised, palette.ink, palette.line),
        Kind::Quiet => (egui::Color32::TRANSPARENT, palette.accent, egui::Color32::TRANSPARENT),
        Kind::Danger => (palette.raised, palette.bad, palette.bad),
    };
    // The ink for the fill of one that is enabled would not be seen without it.
    let ink = if ui.is_enabled() { ink } else { palette.muted };
    let weight = if kind == Kind::Primary { Weight::Strong } else { Weight::Regular };
    let text = egui::RichText::new(label).font(font(BODY, weight)).color(ink);
    let mut button = Button::new(text).min_size(Vec2::new(0.0, TARGET)).corner_radius(CornerRadius::same(RADIUS));
    // A disabled one keeps egui's own look, which is faded.
    if ui.is_enabled() {
        button = button.fill(fill).stroke(Stroke::new(1.0, edge));
    }
    let response = ui.add(button);
    focus_ring(ui, palette, &response);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// A line of a menu, which is its name.
pub(crate) fn item(ui: &mut Ui, palette: &Palette, kind: Kind, label: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), TARGET), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), label));
    if ui.is_rect_visible(rect) {
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), palette.own);
        }
        let ink = if kind == Kind::Danger { palette.bad } else { palette.ink };
        let galley = super::prose::line(ui, label, BODY, Weight::Regular, ink, rect.width() - 4.0 * GRID);
        let from = egui::pos2(rect.min.x + 2.0 * GRID, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(from, galley, ink);
    }
    focus_ring(ui, palette, &response.clone().with_new_rect(rect.shrink(2.0)));
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// A button with an icon alone; `name` is what it is called, and its tooltip.
pub(crate) fn icon_button(ui: &mut Ui, palette: &Palette, icon: Icon, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(TARGET), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let ground = if response.hovered() || response.is_pointer_button_down_on() { Some(palette.own) } else { None };
        if let Some(ground) = ground {
            ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), ground);
        }
        let ink = if ui.is_enabled() { palette.ink } else { palette.muted };
        icon.paint(ui.painter(), rect.shrink(2.0 * GRID), ink);
    }
    focus_ring(ui, palette, &response);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(name)
}

/// A round button in a place of its own, in the colour of what matters.
pub(crate) fn round(ui: &Ui, palette: &Palette, rect: Rect, id: Id, icon: Icon, name: &str) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), name));
    ui.painter().circle_filled(rect.center(), rect.width() / 2.0, palette.accent);
    icon.paint(ui.painter(), rect.shrink(rect.width() / 4.0), palette.on_accent);
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        let ring = Stroke::new(2.0, palette.accent);
        ui.painter().circle_stroke(rect.center(), rect.width() / 2.0 + 3.0, ring);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(name)
}

/// Shows where the keyboard is.
pub(crate) fn focus_ring(ui: &Ui, palette: &Palette, response: &Response) {
    if response.gained_focus() {
        // What the keyboard reaches comes into sight.
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        let rect = response.rect.expand(2.0);
        let ring = Stroke::new(2.0, palette.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS + 2), ring, egui::StrokeKind::Outside);
    }
}
