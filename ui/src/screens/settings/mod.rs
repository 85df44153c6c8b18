//! The settings: one page, a section for each question.

mod about;
mod blocked;
mod profile;
mod sound;

use egui::{ScrollArea, Ui};

use super::dialog::Dialog;
use super::{Page, Scene, View, tor};
use crate::intent::Intent;
use crate::parts::{Icon, Kind, button, check, choice, icon_button, text};
use crate::settings::{LOCK_MOST, Language, Look, Notify, SCALE_LEAST, SCALE_MOST, Settings};
use crate::theme::GRID;

/// What is unfolded.
#[derive(Default)]
pub(crate) struct State {
    licences: bool,
    /// What this machine can hear and play with was asked for.
    sound_asked: bool,
    /// How Tor is entered was asked for.
    detour_asked: bool,
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    ui.horizontal(|ui| {
        if icon_button(ui, &scene.palette, Icon::Back, &scene.say("settings-back")).clicked() {
            view.page = Page::Empty;
            (view.settings.sound_asked, view.settings.detour_asked) = (false, false);
        }
        text::title(ui, &scene.say("settings-title"));
    });
    ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        let before = scene.model.settings;
        let mut settings = before;
        appearance(ui, scene, &mut settings);
        language(ui, scene, &mut settings);
        writing(ui, scene, &mut settings);
        notifications(ui, scene, &mut settings);
        privacy(ui, scene, &mut settings);
        blocked::show(ui, scene);
        if settings != before {
            // Shown at once; the other side keeps it.
            scene.model.settings = settings.bounded();
            scene.ask(Intent::Set(settings.bounded()));
        }
        if scene.model.place.calls {
            sound::show(ui, scene, view);
        }
        profile::show(ui, scene, view);
        network(ui, scene, view);
        about::show(ui, scene, &mut view.settings);
    });
}

/// Choices that belong together stand close.
fn close(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        add(ui);
    });
}

/// A section: its title with air above it.
fn section(ui: &mut Ui, scene: &Scene<'_>, name: &'static str) {
    ui.add_space(4.0 * GRID);
    text::section(ui, &scene.say(name));
}

fn appearance(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings) {
    let palette = scene.palette;
    section(ui, scene, "settings-appearance");
    close(ui, |ui| {
        for (look, name) in [
            (Look::Auto, "settings-look-auto"),
            (Look::Light, "settings-look-light"),
            (Look::Dark, "settings-look-dark"),
            (Look::Contrast, "settings-look-contrast"),
        ] {
            if choice(ui, &palette, settings.look == look, &scene.say(name)) {
                settings.look = look;
            }
        }
    });
    let percent = i64::from(settings.scale);
    text::paragraph(ui, &scene.say_with("settings-scale", &[("percent", percent.into())]));
    ui.horizontal_wrapped(|ui| {
        let smaller = settings.scale > SCALE_LEAST;
        let label = scene.say("settings-smaller");
        if ui.add_enabled_ui(smaller, |ui| button(ui, &palette, Kind::Plain, &label)).inner.clicked() {
            settings.scale -= SCALE_STEP.min(settings.scale - SCALE_LEAST);
        }
        let larger = settings.scale < SCALE_MOST;
        let label = scene.say("settings-larger");
        if ui.add_enabled_ui(larger, |ui| button(ui, &palette, Kind::Plain, &label)).inner.clicked() {
            settings.scale = (settings.scale + SCALE_STEP).min(SCALE_MOST);
        }
    });
}

fn language(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings) {
    section(ui, scene, "settings-language");
    close(ui, |ui| {
        for language in Language::ALL {
            if choice(ui, &scene.palette, settings.language == language, language.name()) {
                settings.language = language;
            }
        }
    });
}

fn writing(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings) {
    section(ui, scene, "settings-writing");
    close(ui, |ui| {
        for (sends, name) in [(true, "settings-enter-sends"), (false, "settings-enter-breaks")] {
            if choice(ui, &scene.palette, settings.enter_sends == sends, &scene.say(name)) {
                settings.enter_sends = sends;
            }
        }
    });
}

fn notifications(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings) {
    section(ui, scene, "settings-notifications");
    close(ui, |ui| {
        for (notify, name) in [
            (Notify::Never, "settings-notify-never"),
            (Notify::Plain, "settings-notify-plain"),
            (Notify::Name, "settings-notify-name"),
        ] {
            if choice(ui, &scene.palette, settings.notify == notify, &scene.say(name)) {
                settings.notify = notify;
            }
        }
    });
    text::note(ui, &scene.palette, &scene.say("settings-notify-note"));
}

fn privacy(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings) {
    let palette = scene.palette;
    section(ui, scene, "settings-privacy");
    if scene.model.place.traceless {
        text::state(ui, Icon::EyeOff, palette.good, &scene.say("settings-traceless"));
        text::note(ui, &palette, &scene.say("settings-traceless-lock"));
    } else {
        lock(ui, scene, settings);
    }
    if scene.model.place.swap {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("settings-swap"));
    }
    if scene.model.place.open_medium {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("place-open"));
    }
    text::note(ui, &palette, &scene.say("settings-receipts"));
}

/// After how long without a key or a movement.
fn lock(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings) {
    let palette = scene.palette;
    let mut locks = settings.lock_after > 0;
    if check(ui, &palette, &mut locks, &scene.say("settings-lock")).changed() {
        settings.lock_after = if locks { Settings::default().lock_after } else { 0 };
    }
    if settings.lock_after == 0 {
        text::note(ui, &palette, &scene.say("settings-lock-never"));
        return;
    }
    let minutes = i64::from(settings.lock_after);
    text::paragraph(ui, &scene.say_with("settings-lock-after", &[("minutes", minutes.into())]));
    ui.horizontal_wrapped(|ui| {
        let at = LOCKS.iter().position(|minutes| *minutes >= settings.lock_after).unwrap_or(LOCKS.len());
        let sooner = at.checked_sub(1).and_then(|at| LOCKS.get(at)).copied();
        let later = LOCKS.iter().find(|minutes| **minutes > settings.lock_after).copied();
        for (name, to) in [("settings-lock-sooner", sooner), ("settings-lock-later", later)] {
            let label = scene.say(name);
            let pressed = ui.add_enabled_ui(to.is_some(), |ui| button(ui, &palette, Kind::Plain, &label)).inner;
            if let (true, Some(to)) = (pressed.clicked(), to) {
                settings.lock_after = to;
            }
        }
    });
}

fn network(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    section(ui, scene, "settings-network");
    tor::state(ui, scene);
    if button(ui, &palette, Kind::Plain, &scene.say("settings-tor")).clicked() {
        view.dialog = Some(Dialog::Tor);
    }
    detour(ui, scene, view);
}

/// How Tor is entered, in short, and the way to change it.
fn detour(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    section(ui, scene, "detour-title");
    if !scene.model.place.own_tor {
        text::note(ui, &palette, &scene.say("detour-not-ours"));
        return;
    }
    if !std::mem::replace(&mut view.settings.detour_asked, true) {
        scene.ask(Intent::LookAtDetour);
    }
    if let Some(detour) = &scene.model.detour {
        let bridges = i64::try_from(detour.said.rows.len()).unwrap_or(i64::MAX);
        if detour.unreadable {
            text::state(ui, Icon::Warning, palette.bad, &scene.say("detour-unreadable"));
        } else if bridges > 0 {
            text::paragraph(ui, &scene.say_with("detour-by-bridges", &[("count", bridges.into())]));
        } else {
            text::paragraph(ui, &scene.say("detour-straight"));
        }
        for (typed, name) in [(&detour.typed.proxy, "detour-by-proxy"), (&detour.typed.ports, "detour-by-ports")] {
            if !typed.is_empty() {
                text::paragraph(ui, &scene.say(name));
            }
        }
    }
    if button(ui, &palette, Kind::Plain, &scene.say("detour-change")).clicked() {
        view.dialog = Some(Dialog::Detour);
    }
}

/// The width of the page where there is room: a line of some seventy characters.
const WIDTH: f32 = 560.0;
/// One step of the scale, in percent.
const SCALE_STEP: u16 = 10;
/// The idle times that are offered, in minutes.
const LOCKS: [u16; 9] = [1, 2, 5, 10, 15, 30, 60, 120, LOCK_MOST];
