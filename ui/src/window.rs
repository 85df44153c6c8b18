//! One window without a desktop: a model, what the person is doing with it, and one function that draws both.
//!
//! It does not wait and holds no channel; whoever owns it feeds updates and carries intents away.

use egui::Ui;

use crate::intent::Intent;
use crate::model::{Model, Stage};
use crate::screens::{self, Scene, View};
use crate::settings::{Language, Look};
use crate::theme;
use crate::update::Update;
use crate::words::Words;

/// One window.
pub struct Window {
    model: Model,
    view: View,
    words: Words,
    /// What egui was last told of the look: the look, the desktop's darkness, the scale.
    installed: Option<(Look, bool, u16)>,
    /// When the person last did something, in seconds of egui's time.
    touched: f64,
    /// Text that was asked for by a paste and waits for the next frame.
    pasted: Option<String>,
    /// Wishes that arose when a change was taken, for the next frame.
    parting: Vec<Intent>,
}

impl Window {
    /// A window that knows nothing yet.
    pub fn new(language: Language) -> Self {
        let mut model = Model::default();
        model.settings.language = language;
        Self {
            model,
            view: View::default(),
            words: Words::new(language),
            installed: None,
            touched: 0.0,
            pasted: None,
            parting: Vec::new(),
        }
    }

    /// Gives egui the fonts; once, before the first frame.
    pub fn prepare(ctx: &egui::Context) {
        theme::install_fonts(ctx);
    }

    /// What is shown.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Takes a change.
    pub fn take(&mut self, update: Update) {
        let open = self.model.stage == Stage::Open;
        self.view.attach.no_text |= matches!(update, Update::NoText);
        if let Some(text) = self.model.apply(update) {
            self.pasted = Some(text);
        }
        // Only then: a passphrase that is being typed outlives other news.
        if open && self.model.stage != Stage::Open {
            // What was being done belongs to what is no longer shown; a draft is handed over before it is forgotten.
            self.parting.extend(self.view.compose.unsaved());
            self.view.forget();
        }
    }

    /// Looks at what the desktop reports before egui does: text that was pasted goes in here, a paste that is asked for
    /// goes out, so that the frame never waits for the clipboard.
    pub fn hook(&mut self, input: &mut egui::RawInput, intents: &mut Vec<Intent>) {
        if let Some(text) = self.pasted.take() {
            input.events.push(egui::Event::Paste(text));
        }
        let asks = |event: &egui::Event| match event {
            egui::Event::Key { key: egui::Key::V, pressed: true, modifiers, .. } => modifiers.command,
            egui::Event::Key { key: egui::Key::Paste, pressed, .. } => *pressed,
            _ => false,
        };
        if input.events.iter().any(asks) {
            intents.push(Intent::Paste);
        }
    }

    /// Draws one frame; gives what was asked for in it.
    pub fn frame(&mut self, ui: &mut Ui) -> Vec<Intent> {
        self.dress(ui);
        let mut intents = std::mem::take(&mut self.parting);
        let palette = theme::palette(self.model.settings.look, dark_desktop(ui.ctx()));
        let now = ui.input(|input| input.time);
        let narrow = ui.ctx().content_rect().width() < theme::NARROW;
        let mut scene =
            Scene { model: &mut self.model, words: &self.words, palette, now, narrow, intents: &mut intents };
        screens::show(ui, &mut scene, &mut self.view);
        self.view.attach.no_text = false;
        self.lock_when_idle(ui, now, &mut intents);
        if intents.iter().any(|intent| matches!(intent, Intent::Lock | Intent::Quit)) {
            // First what was being written: afterwards nobody may take it.
            intents.splice(0..0, self.view.compose.unsaved());
        }
        intents
    }

    /// Language, look and scale, when they changed.
    fn dress(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let ctx = &ctx;
        let settings = self.model.settings;
        if self.words.language() != settings.language {
            self.words = Words::new(settings.language);
        }
        let wanted = (settings.look, dark_desktop(ctx), settings.scale);
        if self.installed != Some(wanted) {
            theme::install(ctx, &theme::palette(settings.look, wanted.1));
            ctx.set_zoom_factor(f32::from(settings.scale) / 100.0);
            self.installed = Some(wanted);
            // This frame began with the look before.
            ui.set_style(ctx.global_style());
        }
    }

    fn lock_when_idle(&mut self, ui: &Ui, now: f64, intents: &mut Vec<Intent>) {
        let minutes = self.model.settings.lock_after;
        if ui.input(|input| !input.events.is_empty() || input.pointer.is_moving()) {
            self.touched = now;
        }
        if minutes == 0 || self.model.stage != Stage::Open || self.model.place.traceless {
            return;
        }
        let left = self.touched + f64::from(minutes) * 60.0 - now;
        if left <= 0.0 {
            self.touched = now;
            intents.push(Intent::Lock);
        } else {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
    }
}

fn dark_desktop(ctx: &egui::Context) -> bool {
    ctx.input(|input| input.raw.system_theme) == Some(egui::Theme::Dark)
}
