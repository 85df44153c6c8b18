//! Where to: a file dialog of the desktop, or a path that is typed where there is none. And the export, which asks it.

use egui::Ui;

use super::super::{Scene, View};
use super::asking;
use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::model::{Done, Purpose};
use crate::parts::{Icon, Kind, button, field, text};

/// A path that is being typed; none is while the desktop has a dialog for it.
#[derive(Default)]
pub(crate) struct Form {
    typed: Option<String>,
    /// What is there before anything is typed.
    offered: String,
}

impl Form {
    /// A path to begin with.
    pub(super) fn offer(&mut self, path: String) {
        self.offered = path;
    }

    /// Whether the path has to be typed here.
    pub(super) fn is_typed(&self) -> bool {
        self.typed.is_some()
    }
}

/// A button that asks for a file to read; gives the path.
pub(super) fn read(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    form: &mut Form,
    purpose: Purpose,
    name: &'static str,
) -> Option<String> {
    ask(ui, scene, form, purpose, &Question { kind: Kind::Plain, name, typed: "path-read" })
}

/// The main button of a dialog, which asks where to write; gives the path.
pub(super) fn write(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    form: &mut Form,
    purpose: Purpose,
    name: &'static str,
    kind: Kind,
) -> Option<String> {
    ask(ui, scene, form, purpose, &Question { kind, name, typed: "path-write" })
}

/// A field for paths where the desktop has no dialog, and nothing where it has one; gives one path after the other.
pub(super) fn typed(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    form: &mut Form,
    purpose: Purpose,
    name: &'static str,
) -> Option<String> {
    let asked = scene.model.chosen.as_ref().is_some_and(|chosen| chosen.purpose == purpose);
    if !asked && !form.is_typed() {
        return None;
    }
    let path = ask(ui, scene, form, purpose, &Question { kind: Kind::Plain, name, typed: "path-send" })?;
    form.typed = Some(String::new());
    Some(path)
}

struct Question {
    kind: Kind,
    name: &'static str,
    typed: &'static str,
}

fn ask(ui: &mut Ui, scene: &mut Scene<'_>, form: &mut Form, purpose: Purpose, question: &Question) -> Option<String> {
    if let Some(chosen) = scene.model.chosen.take_if(|chosen| chosen.purpose == purpose) {
        match chosen.path {
            Some(path) => return Some(path),
            None => form.typed = Some(form.offered.clone()),
        }
    }
    let palette = scene.palette;
    let label = scene.say(question.name).into_owned();
    let Some(typed) = &mut form.typed else {
        if button(ui, &palette, question.kind, &label).clicked() {
            scene.ask(Intent::Choose(purpose));
        }
        return None;
    };
    ui.vertical(|ui| {
        field::line(ui, &palette, "path", &scene.say(question.typed), typed, PATH_CHARS);
        text::note(ui, &palette, &scene.say("path-none"));
        let ready = !typed.trim().is_empty();
        let go = ui.add_enabled_ui(ready, |ui| button(ui, &palette, question.kind, &label)).inner;
        go.clicked().then(|| typed.trim().to_owned())
    })
    .inner
}

/// Writes a conversation as text.
pub(super) fn export(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: ContactKey) {
    if view.forms.answer.done(Done::Exported) {
        view.dialog = None;
        return;
    }
    let palette = scene.palette;
    text::paragraph(ui, &scene.say("export-what"));
    text::state(ui, Icon::Warning, palette.wait, &scene.say("export-clear"));
    view.forms.answer.show(ui, scene);
    ui.horizontal_wrapped(|ui| {
        let path = write(ui, scene, &mut view.forms.export, Purpose::ExportTalk, "export-write", Kind::Primary);
        if let Some(path) = path {
            asking(scene, &mut view.forms.answer, Intent::ExportTalk { contact, path });
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}

/// The longest path that Linux takes.
const PATH_CHARS: usize = 4_096;
