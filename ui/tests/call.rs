//! Calls by accessible name: starting, taking, the bar on every screen, what helps when it is late, trying the sound.

mod kit;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::{Screen, node, press, seen, settings, starts};
use kit::fixtures::{BOB, bob, open};
use kit::talking::{talking, talking_with, two};
use kit::{asked, take, window};
use pelure_ui::intent::{Intent, Way};
use pelure_ui::model::{
    Call, CallStage, Contact, Device, Ending, Loudness, Place, Quality, Shown, Sound, Stage, Standing, Trial,
};
use pelure_ui::update::Update;

fn call(stage: CallStage) -> Call {
    Call {
        contact: BOB,
        incoming: false,
        stage,
        quality: Quality::Good,
        delay: Some(440),
        muted: false,
        push_to_talk: false,
        unheard: false,
        unhearing: false,
        circuits: Some((3, 3)),
        loudness: Loudness::default(),
        disguised: false,
    }
}

fn active() -> Call {
    call(CallStage::Active { since: 0.0 })
}

/// A window with this call; its bar counts the seconds, so it is stepped and not run until it rests.
fn with(call: Call) -> Screen {
    let mut screen = window(open());
    told(&mut screen, call);
    asked(&mut screen);
    screen
}

fn told(screen: &mut Screen, call: Call) {
    screen.state_mut().window.take(Update::Call(Some(call)));
    screen.run_steps(3);
}

fn pushed(screen: &mut Screen, name: &str) -> Vec<Intent> {
    node(screen, Role::Button, name).click_accesskit();
    screen.run_steps(3);
    asked(screen)
}

#[test]
fn a_contact_is_called_from_the_head_of_the_conversation() {
    let mut screen = talking(two());
    asked(&mut screen);
    press(&mut screen, "Call Bob");
    assert_eq!(asked(&mut screen), [Intent::CallStart(BOB)]);
    told(&mut screen, call(CallStage::Ringing));
    assert!(node(&screen, Role::Button, "Call Bob").accesskit_node().is_disabled(), "there is a call already");
    seen(&screen, "ringing at Bob");
    for standing in [Standing::Blocked, Standing::Requested] {
        let screen = talking_with(Contact { standing, ..bob() }, two());
        assert!(screen.query_by_label("Call Bob").is_none(), "{standing:?}");
    }
}

#[test]
fn where_no_call_is_possible_none_is_offered() {
    let place = Update::Place(Place { calls: false, ..Place::default() });
    let mut screen = talking(two());
    take(&mut screen, [place.clone()]);
    assert!(screen.query_by_label("Call Bob").is_none());
    let mut screen = settings(open().into_iter().chain([place]).collect());
    assert!(screen.query_by_label("Sound").is_none());
    screen.key_press(Key::F1);
    screen.run();
    seen(&screen, "Keyboard");
    for keys in ["Ctrl+M", "Ctrl+H", "F8, held"] {
        assert!(screen.query_by_label(keys).is_none(), "{keys}");
    }
}

#[test]
fn a_call_that_rings_here_is_taken_or_declined() {
    let ringing = Call { incoming: true, ..call(CallStage::Ringing) };
    let mut screen = with(ringing);
    starts(&screen, "Bob is calling");
    assert_eq!(pushed(&mut screen, "Take the call"), [Intent::CallAccept]);
    assert_eq!(pushed(&mut screen, "Decline"), [Intent::CallDecline]);
}

#[test]
fn what_is_being_typed_takes_no_call() {
    let mut screen = talking(two());
    told(&mut screen, Call { incoming: true, ..call(CallStage::Ringing) });
    asked(&mut screen);
    for key in [Key::Enter, Key::Space, Key::Escape] {
        screen.key_press(key);
        screen.run_steps(2);
    }
    let intents = asked(&mut screen);
    assert!(!intents.iter().any(|intent| matches!(intent, Intent::CallAccept | Intent::CallDecline)), "{intents:?}");
}

#[test]
fn a_locked_screen_names_nobody_and_takes_no_call() {
    let mut screen = with(Call { incoming: true, ..call(CallStage::Ringing) });
    screen.state_mut().window.take(Update::Stage(Stage::Locked { fault: None, unread: 0 }));
    screen.run_steps(3);
    starts(&screen, "Somebody is calling");
    seen(&screen, "Unlock Pelure to take the call.");
    assert!(screen.query_by_label("Take the call").is_none());
    assert!(screen.query_all_by_label_contains("Bob").next().is_none());
    told(&mut screen, active());
    asked(&mut screen);
    assert!(screen.query_all_by_label_contains("Bob").next().is_none());
    assert_eq!(pushed(&mut screen, "Hang up"), [Intent::CallHangUp]);
}

#[test]
fn the_bar_is_on_every_screen_and_says_how_it_is() {
    let mut screen = settings(open());
    told(&mut screen, active());
    starts(&screen, "0.4 s late · good · 3 of 3 circuits");
    asked(&mut screen);
    assert_eq!(pushed(&mut screen, "Mute"), [Intent::CallMute(true)]);
    told(&mut screen, Call { muted: true, ..active() });
    assert_eq!(pushed(&mut screen, "Unmute"), [Intent::CallMute(false)]);
    assert_eq!(pushed(&mut screen, "Hang up"), [Intent::CallHangUp]);
}

#[test]
fn mute_and_hang_up_have_keys() {
    let mut screen = with(active());
    screen.key_press_modifiers(Modifiers::COMMAND, Key::M);
    screen.run_steps(2);
    screen.key_press_modifiers(Modifiers::COMMAND, Key::H);
    screen.run_steps(2);
    assert_eq!(asked(&mut screen), [Intent::CallMute(true), Intent::CallHangUp]);
}

#[test]
fn help_comes_in_steps() {
    let screen = with(Call { quality: Quality::Late, ..active() });
    starts(&screen, "late: speak in turns");
    seen(&screen, "Say a whole thought, then wait for the answer.");
    assert!(screen.query_by_label("Push-to-talk").is_none());
    let mut screen = with(Call { quality: Quality::Poor, ..active() });
    starts(&screen, "poor: push-to-talk recommended");
    assert_eq!(pushed(&mut screen, "Push-to-talk"), [Intent::PushToTalk(true)]);
}

#[test]
fn one_is_heard_while_the_key_is_held() {
    let mut screen = with(Call { push_to_talk: true, ..active() });
    node(&screen, Role::Button, "Hold to talk");
    screen.key_down(Key::F8);
    screen.run_steps(2);
    assert_eq!(asked(&mut screen), [Intent::Speak(true)]);
    screen.key_up(Key::F8);
    screen.run_steps(2);
    assert_eq!(asked(&mut screen), [Intent::Speak(false)]);
    assert_eq!(pushed(&mut screen, "Talk freely"), [Intent::PushToTalk(false)]);
}

#[test]
fn every_end_is_said_and_can_be_closed() {
    for (ending, words) in [
        (Ending::Busy, "Bob is in another call"),
        (Ending::Declined, "Bob declined"),
        (Ending::Failed, "the call found no way, or lost it"),
        (Ending::HungUp, "the call has ended"),
        (Ending::Missed, "you missed a call of Bob"),
        (Ending::NoAnswer, "Bob did not answer"),
        (Ending::Replaced, "another call took its place"),
    ] {
        let mut screen = with(call(CallStage::Ended(ending)));
        seen(&screen, words);
        assert_eq!(pushed(&mut screen, "Close"), []);
        assert!(screen.state().window.model().call.is_none());
    }
}

#[test]
fn the_sound_is_tried_and_devices_are_chosen() {
    let mut screen = window(open());
    screen.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    screen.run();
    assert!(asked(&mut screen).contains(&Intent::LookAtSound));
    let device = |name: &str, chosen| Device { name: Shown::new(name), chosen };
    let sound = Sound {
        microphones: vec![device("Headset", true), device("Built in", false)],
        speakers: Vec::new(),
        headset: false,
        disguise: false,
        level: 0.5,
        trial: Trial::Idle,
    };
    take(&mut screen, [Update::Sound(sound.clone())]);
    seen(&screen, "None was found.");
    node(&screen, Role::RadioButton, "Built in").click_accesskit();
    screen.run();
    assert_eq!(asked(&mut screen), [Intent::ChooseDevice(Way::In, Some("Built in".into()))]);
    press(&mut screen, "Try the sound");
    assert_eq!(asked(&mut screen), [Intent::AudioTest(true)]);
    take(&mut screen, [Update::Sound(Sound { trial: Trial::Recording, ..sound.clone() })]);
    node(&screen, Role::ProgressIndicator, "Loudness of the microphone");
    press(&mut screen, "Stop");
    assert_eq!(asked(&mut screen), [Intent::AudioTest(false)]);
    node(&screen, Role::RadioButton, "As the desktop is set").click_accesskit();
    screen.run();
    assert_eq!(asked(&mut screen), [Intent::ChooseDevice(Way::In, None)]);
    for (trial, words) in [
        (Trial::Playing, "This is how you sound."),
        (Trial::NoMicrophone, "No microphone works."),
        (Trial::NoSpeaker, "No loudspeaker works."),
    ] {
        take(&mut screen, [Update::Sound(Sound { trial, ..sound.clone() })]);
        starts(&screen, words);
    }
}

#[test]
fn a_call_without_a_microphone_or_a_loudspeaker_says_so() {
    let screen = with(Call { unheard: true, ..active() });
    starts(&screen, "No microphone works.");
    assert!(screen.query_by_label_contains("No loudspeaker works.").is_none());
    starts(&with(Call { unhearing: true, ..active() }), "No loudspeaker works.");
}

#[test]
fn meters_show_how_loud_both_sides_are_while_one_can_talk() {
    let mut screen = with(Call { loudness: Loudness { said: 0.25, heard: 0.75 }, ..active() });
    for (name, percent) in [("Loudness of your microphone", 25.0), ("Loudness of the other side", 75.0)] {
        let meter = node(&screen, Role::ProgressIndicator, name);
        assert_eq!(meter.accesskit_node().numeric_value(), Some(percent), "{name}");
    }
    told(&mut screen, call(CallStage::Connecting));
    assert!(screen.query_by_label_contains("Loudness of").is_none());
}

#[test]
fn a_call_missed_during_another_is_named_until_it_was_seen() {
    let mut screen = with(active());
    screen.state_mut().window.take(Update::Missed(BOB));
    screen.run_steps(3);
    seen(&screen, "you missed a call of Bob");
    pushed(&mut screen, "Dismiss: you missed a call of Bob");
    assert!(screen.query_by_label("you missed a call of Bob").is_none());
}

#[test]
fn headset_and_disguise_are_chosen_and_the_disguise_is_honest() {
    let mut screen = settings(open());
    take(&mut screen, [Update::Sound(Sound { headset: true, ..Sound::default() })]);
    node(&screen, Role::CheckBox, "I listen by headset").click_accesskit();
    screen.run();
    assert_eq!(asked(&mut screen), [Intent::Headset(false)]);
    starts(&screen, "It does not stop an analysis");
    node(&screen, Role::CheckBox, "Disguise my voice").click_accesskit();
    screen.run();
    assert_eq!(asked(&mut screen), [Intent::Disguise(true)]);
    let screen = with(Call { disguised: true, ..active() });
    starts(&screen, "good · 3 of 3 circuits · voice disguised");
}
