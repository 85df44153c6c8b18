//! Microphone and loudspeaker as the person chose them, kept in the vault; and trying them.
//!
//! The window sees names that are fit to be shown; devices are chosen by what they are called inside.

use pelure_ui::intent::{Intent, Way};
use pelure_ui::model::{self, Device, Fault, Shown, Trial};
use pelure_ui::update::Update;

use super::studio::{Heard, Take, Told};
use super::wishes::{Job, Wish};
use super::work::Work;
use crate::engine::{EngineError, Sound};
use crate::voice::device::{Choice, Name, Names};

/// What was chosen, and what there is to choose from.
#[derive(Default)]
pub(super) struct Sounds {
    pub(super) chosen: Sound,
    /// What there was when the person last looked.
    names: Option<Names>,
    trial: Option<Take>,
    shown: (Trial, f32),
}

impl Work {
    /// What the person chose, from the vault; what was asked for at the start goes first.
    pub(super) async fn load_sound(&mut self) -> Result<(), EngineError> {
        let kept = self.engine().setting(SOUND).await?.unwrap_or_default();
        let asked = self.engine().sound();
        self.sound.chosen = read(&kept, asked.clone());
        if self.sound.chosen != asked {
            self.engine().set_sound(self.sound.chosen.clone()).await;
        }
        Ok(())
    }

    /// Carries out a wish about the sound; gives back one that is about something else.
    pub(super) fn wished_of_sound(&mut self, intent: Intent) -> Option<Intent> {
        match intent {
            Intent::LookAtSound => self.job(Job::LookAtSound),
            Intent::ChooseDevice(way, name) => self.choose(way, name.as_deref()),
            Intent::Headset(headset) => self.change_sound(|sound| sound.headset = headset),
            Intent::Disguise(disguise) => self.change_sound(|sound| sound.disguise = disguise),
            Intent::AudioTest(true) => self.try_sound(),
            Intent::AudioTest(false) => self.end_trial(Trial::Idle),
            other => return Some(other),
        }
        None
    }

    /// What there is to choose from.
    pub(super) fn looked_at_sound(&mut self, names: Names) {
        self.sound.names = Some(names);
        self.show_sound();
    }

    /// Takes what a thread says of a trial; gives back what is about something else.
    pub(super) fn heard_of_sound(&mut self, told: Told) -> Option<Told> {
        if !self.sound.trial.as_ref().is_some_and(|take| take.is(&told)) {
            return Some(told);
        }
        match told.what {
            Heard::Said(_, level) => self.sound.shown = (Trial::Recording, level),
            Heard::Back => self.sound.shown = (Trial::Playing, 0.0),
            Heard::Ended(Err(Fault::NoMicrophone)) => self.end_trial(Trial::NoMicrophone),
            Heard::Ended(Err(_)) => self.end_trial(Trial::NoSpeaker),
            Heard::Ended(Ok(())) => self.end_trial(Trial::Idle),
            Heard::Played(_) | Heard::Note(..) => {}
        }
        self.show_sound();
        None
    }

    /// A trial ends, if there is one.
    pub(super) fn end_trial(&mut self, outcome: Trial) {
        if self.sound.trial.take().is_some() {
            self.sound.shown = (outcome, 0.0);
            self.show_sound();
        }
    }

    /// One thing is heard at a time.
    pub(super) fn quiet(&mut self) {
        self.hush();
        self.end_trial(Trial::Idle);
    }

    fn try_sound(&mut self) {
        if self.calls.is_busy() {
            return self.notice(Update::Failed(Fault::NotAllowedNow));
        }
        self.stop_speaking();
        self.quiet();
        self.sound.trial = self.studio.try_it(&self.sound.chosen);
        if self.sound.trial.is_none() {
            return self.notice(Update::Failed(Fault::NotAllowedNow));
        }
        self.sound.shown = (Trial::Recording, 0.0);
        self.show_sound();
    }

    fn choose(&mut self, way: Way, name: Option<&str>) {
        let names = self.sound.names.as_ref();
        let all = names.map(|names| if way == Way::In { &names.microphones } else { &names.loudspeakers });
        let found = name.map(|name| all.into_iter().flatten().find(|device| label(device).as_str() == name));
        let choice = match found {
            None => Choice::Default,
            Some(Some(device)) => Choice::Named(device.id.clone()),
            // It was unplugged since.
            Some(None) => return self.notice(Update::Failed(Fault::NotFound)),
        };
        self.change_sound(|sound| match way {
            Way::In => sound.microphone = choice,
            Way::Out => sound.loudspeaker = choice,
        });
    }

    fn change_sound(&mut self, change: impl FnOnce(&mut Sound)) {
        change(&mut self.sound.chosen);
        self.wish(Wish::Sound(self.sound.chosen.clone()));
        self.wish(Wish::Keep(SOUND, write(&self.sound.chosen)));
        self.show_sound();
        self.show_call();
    }

    fn show_sound(&mut self) {
        let Sounds { chosen, names, shown: (trial, level), .. } = &self.sound;
        let Some(names) = names else { return };
        let devices = |names: &[Name], choice: &Choice| names.iter().map(|name| device(name, choice)).collect();
        let sound = model::Sound {
            microphones: devices(&names.microphones, &chosen.microphone),
            speakers: devices(&names.loudspeakers, &chosen.loudspeaker),
            headset: chosen.headset,
            disguise: chosen.disguise,
            level: *level,
            trial: *trial,
        };
        self.show(Update::Sound(sound));
    }
}

fn device(name: &Name, choice: &Choice) -> Device {
    let chosen = matches!(choice, Choice::Named(chosen) if *chosen == name.id || *chosen == name.label);
    Device { name: label(name), chosen }
}

fn label(name: &Name) -> Shown {
    Shown::new(crate::name::neutralised(&name.label))
}

/// As text: one `name=value` on a line.
fn write(sound: &Sound) -> String {
    let named = |choice: &Choice| match choice {
        Choice::Named(id) => id.clone(),
        Choice::Default | Choice::File(_) | Choice::Silence => String::new(),
    };
    let (microphone, loudspeaker) = (named(&sound.microphone), named(&sound.loudspeaker));
    let Sound { headset, disguise, .. } = sound;
    format!("microphone={microphone}\nloudspeaker={loudspeaker}\nheadset={headset}\ndisguise={disguise}")
}

/// From text, over what was asked for at the start. What is missing or unknown is as it was.
fn read(text: &str, asked: Sound) -> Sound {
    let mut sound = asked;
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        let choose = |choice: &mut Choice| {
            if *choice == Choice::Default && !value.is_empty() {
                *choice = Choice::Named(value.to_owned());
            }
        };
        match name {
            "microphone" => choose(&mut sound.microphone),
            "loudspeaker" => choose(&mut sound.loudspeaker),
            "headset" => sound.headset = value == "true",
            "disguise" => sound.disguise = value == "true",
            _ => {}
        }
    }
    sound
}

/// The setting that holds it.
const SOUND: &str = "sound";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_choice() -> impl Strategy<Value = Choice> {
        prop_oneof![Just(Choice::Default), "[a-zA-Z0-9_.:= -]{1,40}".prop_map(Choice::Named)]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            microphone in any_choice(), loudspeaker in any_choice(), headset: bool, disguise: bool,
        ) {
            let sound = Sound { microphone, loudspeaker, headset, disguise };
            prop_assert_eq!(read(&write(&sound), Sound::default()), sound);
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,200}") {
            read(&text, Sound::default());
        }
    }

    #[test]
    fn what_was_asked_for_at_the_start_goes_first() {
        let asked = Sound { microphone: Choice::Silence, ..Sound::default() };
        let kept = Sound { microphone: Choice::Named("a".into()), disguise: true, ..Sound::default() };
        let sound = read(&write(&kept), asked);
        assert_eq!((sound.microphone, sound.disguise), (Choice::Silence, true));
    }
}
