//! The keys that work everywhere in the window. The help dialog lists them.

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use super::dialog::Dialog;
use super::{Scene, View};
use crate::intent::Intent;
use crate::model::Stage;

/// Takes those that were pressed.
pub(super) fn take(ui: &Ui, scene: &mut Scene<'_>, view: &mut View) {
    let pressed = |shortcut| ui.input_mut(|input| input.consume_shortcut(&shortcut));
    if pressed(QUIT) {
        scene.ask(Intent::Quit);
    }
    // Without a passphrase there would be no way back.
    if pressed(LOCK) && scene.model.stage == Stage::Open && !scene.model.place.traceless {
        scene.ask(Intent::Lock);
    }
    let has_keys = matches!(scene.model.stage, Stage::Open | Stage::Sealed { .. } | Stage::Locked { .. });
    if pressed(PANIC) && has_keys {
        view.dialog = Some(Dialog::Panic);
    }
    if pressed(HELP) && (has_keys || scene.model.stage == Stage::Fresh) {
        view.dialog = Some(Dialog::Help);
    }
}

/// What the help says: every key that does something, here or on one screen alone, and what it does.
pub(super) fn keys(calls: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    KEYS.into_iter().filter(move |keys| calls || !OF_CALLS.contains(keys))
}

const KEYS: [(&str, &str); 18] = [
    ("help-keys-help", "help-does-help"),
    ("help-keys-search", "help-does-search"),
    ("help-keys-add", "help-does-add"),
    ("help-keys-attach", "help-does-attach"),
    OF_CALLS[0],
    OF_CALLS[1],
    OF_CALLS[2],
    ("help-keys-settings", "help-does-settings"),
    ("help-keys-lock", "help-does-lock"),
    ("help-keys-quit", "help-does-quit"),
    ("help-keys-panic", "help-does-panic"),
    ("help-keys-close", "help-does-close"),
    ("help-keys-tab", "help-does-tab"),
    ("help-keys-press", "help-does-press"),
    ("help-keys-list", "help-does-list"),
    ("help-keys-menu", "help-does-menu"),
    ("help-keys-send", "help-does-send"),
    ("help-keys-edit", "help-does-edit"),
];

/// What there is only where calls are possible.
const OF_CALLS: [(&str, &str); 3] = [
    ("help-keys-mute", "help-does-mute"),
    ("help-keys-hang-up", "help-does-hang-up"),
    ("help-keys-talk", "help-does-talk"),
];

const QUIT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Q);
const LOCK: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::L);
const PANIC: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Delete);
const HELP: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::F1);
