//! Microphone and loudspeaker: which are used, and whether they work.

use egui::Ui;

use super::super::{Scene, View};
use super::{close, section};
use crate::intent::{Intent, Way};
use crate::model::{Device, Sound, Trial};
use crate::parts::{Icon, Kind, button, check, choice, progress, text};

/// Draws it; the devices are asked for when the settings are opened.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    section(ui, scene, "sound-title");
    if !std::mem::replace(&mut view.settings.sound_asked, true) {
        scene.ask(Intent::LookAtSound);
    }
    let Some(sound) = scene.model.sound.clone() else {
        text::note(ui, &scene.palette, &scene.say("sound-looking"));
        return;
    };
    devices(ui, scene, "sound-microphone", &sound.microphones, Way::In);
    devices(ui, scene, "sound-speaker", &sound.speakers, Way::Out);
    ways(ui, scene, &sound);
    let palette = scene.palette;
    match sound.trial {
        Trial::Idle => {}
        Trial::Recording => {
            text::status(&text::state(ui, Icon::Mic, palette.accent, &scene.say("sound-recording")));
            progress(ui, &palette, sound.level, &scene.say("sound-level"));
        }
        Trial::Playing => text::status(&text::state(ui, Icon::Info, palette.good, &scene.say("sound-playing"))),
        Trial::NoMicrophone => {
            text::alert(&text::state(ui, Icon::Warning, palette.bad, &scene.say("sound-no-microphone")));
        }
        Trial::NoSpeaker => text::alert(&text::state(ui, Icon::Warning, palette.bad, &scene.say("sound-no-speaker"))),
    }
    let runs = matches!(sound.trial, Trial::Recording | Trial::Playing);
    let name = if runs { "sound-stop" } else { "sound-try" };
    if button(ui, &palette, Kind::Plain, &scene.say(name)).clicked() {
        scene.ask(Intent::AudioTest(!runs));
    }
    text::note(ui, &palette, &scene.say("sound-try-note"));
}

/// How the person listens, and in which voice they are heard.
fn ways(ui: &mut Ui, scene: &mut Scene<'_>, sound: &Sound) {
    let palette = scene.palette;
    let (mut headset, mut disguise) = (sound.headset, sound.disguise);
    if check(ui, &palette, &mut headset, &scene.say("sound-headset")).changed() {
        scene.ask(Intent::Headset(headset));
    }
    text::note(ui, &palette, &scene.say("sound-headset-note"));
    if check(ui, &palette, &mut disguise, &scene.say("sound-disguise")).changed() {
        scene.ask(Intent::Disguise(disguise));
    }
    text::note(ui, &palette, &scene.say("sound-disguise-note"));
}

fn devices(ui: &mut Ui, scene: &mut Scene<'_>, title: &'static str, devices: &[Device], way: Way) {
    let palette = scene.palette;
    text::note(ui, &palette, &scene.say(title));
    if devices.is_empty() {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("sound-none"));
        return;
    }
    close(ui, |ui| {
        let chosen = !devices.iter().any(|device| device.chosen);
        if choice(ui, &palette, chosen, &scene.say("sound-default")) {
            scene.ask(Intent::ChooseDevice(way, None));
        }
        for device in devices {
            if choice(ui, &palette, device.chosen, device.name.as_str()) {
                scene.ask(Intent::ChooseDevice(way, Some(device.name.as_str().to_owned())));
            }
        }
    });
}
