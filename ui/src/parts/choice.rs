//! One of several, and yes or no: egui's own marks, with our ring around what has the focus.

use egui::{Checkbox, RadioButton, Response, Ui};

use super::button::focus_ring;
use crate::theme::Palette;

/// One of several; true when it was just chosen.
pub(crate) fn choice(ui: &mut Ui, palette: &Palette, chosen: bool, label: &str) -> bool {
    let response = ui.add(RadioButton::new(chosen, label));
    focus_ring(ui, palette, &response);
    response.clicked() && !chosen
}

/// Yes or no.
pub(crate) fn check(ui: &mut Ui, palette: &Palette, value: &mut bool, label: &str) -> Response {
    let response = ui.add(Checkbox::new(value, label));
    focus_ring(ui, palette, &response);
    response
}
