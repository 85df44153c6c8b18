//! What is shown at which stage, and what the person is doing with it.
//!
//! Each screen is a file: a function that draws the model and the view, and puts intents. Nothing here changes the model,
//! except that a screen takes what was fetched for it ([`Model::open`], `chosen`, `scanned`, `words`, `history`), and that
//! what is being sent leaves the sheet at once.

mod address;
mod attach;
mod call;
mod cleaning;
mod compose;
mod details;
pub(crate) mod dialog;
pub(crate) mod fault;
mod files;
mod filing;
mod found;
mod lock;
mod main;
mod notices;
mod pause;
mod people;
mod record;
mod requests;
mod settings;
mod sheet;
mod shortcuts;
mod start;
mod strength;
mod talk;
mod top;
mod tor;

use egui::Ui;

use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::model::{Model, Stage};
use crate::theme::Palette;
use crate::words::{Value, Words};

/// What a screen is given for one frame.
pub(crate) struct Scene<'a> {
    /// What is shown.
    pub(crate) model: &'a mut Model,
    /// In which words.
    pub(crate) words: &'a Words,
    /// In which colours.
    pub(crate) palette: Palette,
    /// Seconds of the window's time.
    pub(crate) now: f64,
    /// There is room for one column only.
    pub(crate) narrow: bool,
    /// What is asked for.
    pub(crate) intents: &'a mut Vec<Intent>,
}

/// What the person is doing: nothing of it is known outside the window.
#[derive(Default)]
pub(crate) struct View {
    /// What fills the middle.
    pub(crate) page: Page,
    /// The dialog over everything, if one is open.
    pub(crate) dialog: Option<dialog::Dialog>,
    /// The details beside the conversation are shown.
    pub(crate) details: bool,
    /// What is typed into the dialog.
    pub(crate) forms: dialog::Forms,
    /// What is done with requests.
    pub(crate) requests: requests::State,
    /// What was done in the details.
    pub(crate) about: details::State,
    /// What is unfolded in the settings.
    pub(crate) settings: settings::State,
    /// What is done in the bar across the top.
    pub(crate) top: top::State,
    /// What is done in the list of contacts.
    pub(crate) people: people::State,
    /// What is done in the conversation.
    pub(crate) talk: talk::State,
    /// What is being written.
    pub(crate) compose: compose::State,
    /// What is done in a call.
    pub(crate) call: call::State,
    /// What was chosen to be sent.
    pub(crate) attach: attach::State,
    /// What is spoken.
    pub(crate) record: record::State,
    /// Which files are listed.
    pub(crate) files: files::State,
    /// Where a search began.
    pub(crate) found: found::State,
    /// What is decided and typed on the first start.
    pub(crate) start: start::State,
    /// What is typed on the lock screen.
    pub(crate) lock: lock::State,
    /// How long the notices stay.
    pub(crate) notices: notices::State,
}

/// What fills the middle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Page {
    /// Nothing is chosen.
    #[default]
    Empty,
    /// A conversation.
    Talk(ContactKey),
    /// Who asks to be a contact.
    Requests,
    /// The settings.
    Settings,
    /// What a search found.
    Found,
}

impl Scene<'_> {
    /// The text of this name.
    pub(crate) fn say(&self, name: &str) -> std::borrow::Cow<'_, str> {
        self.words.say(name)
    }

    /// The text of this name with values in it.
    pub(crate) fn say_with(&self, name: &str, values: &[(&'static str, Value<'_>)]) -> String {
        self.words.say_with(name, values)
    }

    /// Asks for something.
    pub(crate) fn ask(&mut self, intent: Intent) {
        self.intents.push(intent);
    }
}

impl View {
    /// Nothing private stays when the screen no longer shows it.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// Draws what belongs to the stage.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    if scene.model.stage != Stage::Open {
        compose::wipe(ui.ctx());
        dialog::wipe(ui.ctx());
    }
    shortcuts::take(ui, scene, view);
    view.forms.hear(scene);
    call::bar(ui, scene, view);
    notices::show(ui, scene, view);
    match scene.model.stage {
        Stage::Fresh => start::show(ui, scene, view),
        Stage::Sealed { .. } | Stage::Locked { .. } => lock::show(ui, scene, view),
        Stage::Opening | Stage::Broken(_) | Stage::Destroyed | Stage::Closing => pause::show(ui, scene, view),
        // A profile without an identity is still at its first start.
        Stage::Open if start::unfinished(scene.model, view) => start::show(ui, scene, view),
        Stage::Open => main::show(ui, scene, view),
    }
    call::sheet(ui, scene);
}
