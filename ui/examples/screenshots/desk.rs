//! What the person does before a picture is taken.

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use pelure_ui::words::Words;

use crate::kit::{self, Seen};

/// A window and the words of its language.
pub(crate) struct Desk {
    pub(crate) harness: Harness<'static, Seen>,
    pub(crate) words: Words,
}

impl Desk {
    /// Clicks what has the name that this text gives.
    pub(crate) fn press(&mut self, text: &str) {
        let name = self.words.say(text).into_owned();
        // Not with the pointer: it may have to be scrolled to.
        self.harness.get_all_by_label(&name).next().unwrap().click_accesskit();
        self.harness.run();
    }

    /// The same, for a name with values in it.
    pub(crate) fn named(&mut self, name: &str) {
        self.harness.get_all_by_label(name).next().unwrap().click_accesskit();
        self.harness.run();
    }

    /// Presses a key together with Ctrl.
    pub(crate) fn shortcut(&mut self, key: Key) {
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, key);
        self.harness.run();
    }

    /// Writes into the field whose name this text gives.
    pub(crate) fn write(&mut self, text: &str, value: &str) {
        let name = self.words.say(text).into_owned();
        kit::write(&mut self.harness, &name, value);
    }

    /// Writes into the passphrase field whose name this text gives.
    pub(crate) fn secret(&mut self, text: &str, value: &str) {
        let name = self.words.say(text).into_owned();
        kit::write_secret(&mut self.harness, &name, value);
    }

    /// Opens a conversation.
    pub(crate) fn open(&mut self, name: &str) {
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
        self.harness.run_steps(6);
    }

    pub(crate) fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }
}
