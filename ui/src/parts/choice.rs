//! One of several, and yes or no: egui's own marks, with an edge that is seen and our ring around what has the focus.

use egui::{AtomExt as _, Checkbox, RadioButton, Response, Ui, Widget};

use super::button::focus_ring;
use crate::theme::{GRID, Palette};

/// One of several; true when it was just chosen.
pub(crate) fn choice(ui: &mut Ui, palette: &Palette, chosen: bool, label: &str) -> bool {
    marked(ui, palette, RadioButton::new(chosen, label.to_owned().atom_shrink(true))).clicked() && !chosen
}

/// Yes or no.
pub(crate) fn check(ui: &mut Ui, palette: &Palette, value: &mut bool, label: &str) -> Response {
    marked(ui, palette, Checkbox::new(value, label.to_owned().atom_shrink(true)))
}

fn marked(ui: &mut Ui, palette: &Palette, widget: impl Widget) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().icon_spacing = 2.0 * GRID;
        // The edge is all that shows an empty mark.
        ui.visuals_mut().widgets.inactive.bg_stroke.color = palette.muted;
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Wrap);
        let response = ui.add(widget);
        focus_ring(ui, palette, &response);
        response
    })
    .inner
}
