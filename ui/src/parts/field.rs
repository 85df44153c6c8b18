//! Fields to write in, each with a visible label that is its name.

use egui::{Id, Response, TextEdit, Ui};

use super::icon::Icon;
use super::{button, text};
use crate::secret::PASSPHRASE_CHARS;
use crate::theme::{GRID, Palette};

/// One line; `id` must be unique on the screen, so that the focus and the cursor survive a change of layout.
pub(crate) fn line(
    ui: &mut Ui,
    palette: &Palette,
    id: &str,
    label: &str,
    value: &mut String,
    limit: usize,
) -> Response {
    across(ui, palette, id, label, TextEdit::singleline(value), limit)
}

/// Several lines.
pub(crate) fn lines(
    ui: &mut Ui,
    palette: &Palette,
    id: &str,
    label: &str,
    value: &mut String,
    limit: usize,
) -> Response {
    across(ui, palette, id, label, TextEdit::multiline(value).desired_rows(3), limit)
}

/// A passphrase: hidden unless `shown`, which the button beside it turns; `reveal` is that button's name.
pub(crate) fn passphrase(
    ui: &mut Ui,
    palette: &Palette,
    id: &str,
    label: &str,
    value: &mut String,
    shown: &mut bool,
    reveal: &str,
) -> Response {
    field(ui, palette, label, |ui| {
        ui.horizontal(|ui| {
            let width = ui.available_width() - crate::theme::TARGET - 2.0 * GRID;
            let mut output = TextEdit::singleline(value)
                .id(Id::unique(id))
                .password(!*shown)
                .char_limit(PASSPHRASE_CHARS)
                .desired_width(width)
                .margin(egui::Margin::symmetric(10, 8))
                .show(ui);
            // What could be undone would be a copy.
            output.state.clear_undoer();
            output.state.store(ui.ctx(), Id::unique(id));
            let response = output.response.response;
            let icon = if *shown { Icon::EyeOff } else { Icon::Eye };
            if button::icon_button(ui, palette, icon, reveal).clicked() {
                *shown = !*shown;
            }
            response
        })
        .inner
    })
}

/// Forgets what egui keeps of a field for undoing.
pub(crate) fn wipe(ctx: &egui::Context, id: &str) {
    TextEdit::store_state(ctx, Id::unique(id), egui::text_edit::TextEditState::default());
}

/// As wide as the room there is.
fn across(ui: &mut Ui, palette: &Palette, id: &str, label: &str, edit: TextEdit<'_>, limit: usize) -> Response {
    field(ui, palette, label, |ui| {
        edit.id(Id::unique(id))
            .char_limit(limit)
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(10, 8))
            .show(ui)
            .response
            .response
    })
}

fn field(ui: &mut Ui, palette: &Palette, label: &str, add: impl FnOnce(&mut Ui) -> Response) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = GRID;
        let name = text::note(ui, palette, label);
        let response = add(ui).labelled_by(name.id);
        if response.gained_focus() {
            response.scroll_to_me(None);
        }
        response
    })
    .inner
}
