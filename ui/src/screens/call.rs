//! A call: the bar across the top of every screen, and the sheet when somebody calls.
//!
//! It plays and records nothing. On a locked screen nobody is named, and no call can be taken.

use egui::accesskit::Role;
use egui::{Align, Frame, Id, Key, Layout, Margin, Modal, Panel, RichText, Ui, Vec2};

use super::{Page, Scene, View};
use crate::intent::Intent;
use crate::model::{Call, CallStage, Contact, Ending, Quality, Stage, Standing};
use crate::parts::{Icon, Kind, button, icon_button, progress, text, when};
use crate::theme::{BODY, GRID, SMALL, TARGET, Weight, font};

/// What the person does in a call.
#[derive(Default)]
pub(crate) struct State {
    /// The key or the button of push-to-talk is held.
    speaking: bool,
}

/// The button in the head of a conversation.
pub(super) fn start_button(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    if contact.standing != Standing::Accepted || !scene.model.place.calls {
        return;
    }
    let label = scene.say_with("call-start", &[("name", (&contact.name).into())]);
    let free = scene.model.call.is_none_or(|call| matches!(call.stage, CallStage::Ended(_)));
    if ui.add_enabled_ui(free, |ui| icon_button(ui, &scene.palette, Icon::Phone, &label)).inner.clicked() {
        scene.ask(Intent::CallStart(contact.key));
    }
}

/// The bar, if there is a call. Before the screen, so that its room is taken first.
pub(super) fn bar(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let Some(call) = scene.model.call else {
        view.call = State::default();
        return;
    };
    keys(ui, scene, view, call);
    if rings_here(call) {
        return;
    }
    let palette = scene.palette;
    let frame = Frame::new().fill(palette.own).inner_margin(Margin::symmetric(12, 6));
    Panel::top("call").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                controls(ui, scene, view, call);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let (rect, _) = ui.allocate_exact_size(Vec2::splat(5.0 * GRID), egui::Sense::hover());
                    Icon::Phone.paint(ui.painter(), rect, palette.accent);
                    if matches!(call.stage, CallStage::Active { .. }) {
                        meter(ui, scene, call.loudness.heard, "call-loudness-heard");
                    }
                    words(ui, scene, call);
                });
            });
        });
        trouble(ui, scene, call);
        advice(ui, scene, view, call);
    });
    if matches!(call.stage, CallStage::Active { .. }) {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
    }
}

/// The sheet when somebody calls. After the screen, so that it lies over whatever is done there.
pub(super) fn sheet(ui: &Ui, scene: &mut Scene<'_>) {
    let Some(call) = scene.model.call.filter(|call| rings_here(*call)) else {
        return;
    };
    let palette = scene.palette;
    let open = scene.model.stage == Stage::Open;
    let title = who(scene, call).map_or_else(
        || scene.say("call-somebody").into_owned(),
        |name| scene.say_with("call-incoming", &[("name", (&name).into())]),
    );
    let frame = Frame::window(ui.style()).inner_margin(5.0 * GRID);
    let modal = Modal::new(Id::unique("call-sheet")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 14.0 * GRID));
        ui.spacing_mut().item_spacing.y = 3.0 * GRID;
        text::alert(&text::title(ui, &title));
        text::note(ui, &palette, &scene.say(if open { "call-incoming-note" } else { "call-locked" }));
        // Nothing has the focus: what was being typed must not take the call.
        ui.horizontal_wrapped(|ui| {
            if open && button(ui, &palette, Kind::Primary, &scene.say("call-accept")).clicked() {
                scene.ask(Intent::CallAccept);
            }
            if button(ui, &palette, Kind::Danger, &scene.say("call-decline")).clicked() {
                scene.ask(Intent::CallDecline);
            }
        });
    });
    ui.ctx().accesskit_node_builder(modal.response.id, |node| {
        node.set_role(Role::Dialog);
        node.set_label(title);
    });
}

/// Muting and hanging up from everywhere, and the key that is held to talk.
fn keys(ui: &Ui, scene: &mut Scene<'_>, view: &mut View, call: Call) {
    let live = !matches!(call.stage, CallStage::Ended(_)) && !rings_here(call);
    let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, key));
    if live && pressed(Key::M) {
        scene.ask(Intent::CallMute(!call.muted));
    }
    if live && pressed(Key::H) {
        scene.ask(Intent::CallHangUp);
    }
    let held = call.push_to_talk && ui.input(|input| input.key_down(TALK));
    if !call.push_to_talk {
        speak(scene, view, false);
    } else if ui.input(|input| input.key_pressed(TALK) || input.key_released(TALK)) {
        speak(scene, view, held);
    }
}

fn speak(scene: &mut Scene<'_>, view: &mut View, speaking: bool) {
    if view.call.speaking != speaking {
        view.call.speaking = speaking;
        scene.ask(Intent::Speak(speaking));
    }
}

/// Who, how long, how late, how good.
fn words(ui: &mut Ui, scene: &Scene<'_>, call: Call) {
    let palette = &scene.palette;
    let name = who(scene, call).unwrap_or_else(|| scene.say("call-somebody-short").into_owned());
    ui.add(egui::Label::new(RichText::new(&name).font(font(BODY, Weight::Strong))).truncate());
    let mut said = vec![state(scene, call, &name)];
    let mut ink = palette.muted;
    if matches!(call.stage, CallStage::Active { .. }) {
        said.extend(call.delay.map(|delay| late(scene, delay)));
        let (word, colour) = match call.quality {
            Quality::Good => ("call-good", palette.good),
            Quality::Late => ("call-late", palette.wait),
            Quality::Poor => ("call-poor", palette.bad),
        };
        said.push(scene.say(word).into_owned());
        said.extend(call.circuits.map(|(alive, all)| {
            scene.say_with("call-circuits", &[("alive", i64::from(alive).into()), ("all", i64::from(all).into())])
        }));
        if call.disguised {
            said.push(scene.say("call-disguised").into_owned());
        }
        ink = colour;
    }
    let line = ui.add(egui::Label::new(RichText::new(said.join(" · ")).size(SMALL).color(ink)).truncate());
    text::status(&line);
}

fn state(scene: &Scene<'_>, call: Call, name: &str) -> String {
    let said = match call.stage {
        CallStage::Active { since } => return when::length((scene.now - since).clamp(0.0, 1e9) as u64),
        CallStage::Ringing => "call-ringing",
        CallStage::Connecting => "call-connecting",
        CallStage::Ended(Ending::Busy) => "call-busy",
        CallStage::Ended(Ending::Declined) => "call-declined",
        CallStage::Ended(Ending::Failed) => "call-failed",
        CallStage::Ended(Ending::HungUp) => "call-hung-up",
        CallStage::Ended(Ending::Missed) => "call-missed",
        CallStage::Ended(Ending::NoAnswer) => "call-no-answer",
        CallStage::Ended(Ending::Replaced) => "call-replaced",
    };
    scene.say_with(said, &[("name", name.into())])
}

fn late(scene: &Scene<'_>, millis: u32) -> String {
    let tenths = i64::from(millis.saturating_add(50) / 100);
    scene.say_with("call-delay", &[("whole", (tenths / 10).into()), ("tenth", (tenths % 10).into())])
}

/// What this machine lacks.
fn trouble(ui: &mut Ui, scene: &Scene<'_>, call: Call) {
    let over = matches!(call.stage, CallStage::Ended(_));
    for (missing, words) in [(call.unheard, "sound-no-microphone"), (call.unhearing, "sound-no-speaker")] {
        if missing && !over {
            text::alert(&text::state(ui, Icon::Warning, scene.palette.bad, &scene.say(words)));
        }
    }
}

/// What helps when it is not good: one step at a time.
fn advice(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, call: Call) {
    let (words, push, note) = match (call.stage, call.quality) {
        (CallStage::Active { .. }, Quality::Late) => ("call-advice-late", false, false),
        (CallStage::Active { .. }, Quality::Poor) if call.push_to_talk => ("call-advice-note", false, true),
        (CallStage::Active { .. }, Quality::Poor) => ("call-advice-poor", true, true),
        (CallStage::Ended(Ending::Failed | Ending::NoAnswer), _) => ("call-advice-after", false, true),
        _ => return,
    };
    // On a locked screen nobody is named, and nothing can be written to them.
    let note = note && scene.model.contact(call.contact).is_some();
    if !note && matches!(call.stage, CallStage::Ended(_)) {
        return;
    }
    let palette = scene.palette;
    ui.horizontal_wrapped(|ui| {
        text::note(ui, &palette, &scene.say(words));
        if push && button(ui, &palette, Kind::Plain, &scene.say("call-push-on")).clicked() {
            scene.ask(Intent::PushToTalk(true));
        }
        if note && button(ui, &palette, Kind::Plain, &scene.say("call-note")).clicked() {
            speak_a_note(scene, view, call);
        }
    });
}

/// The last step: the call ends, and a note is spoken instead.
fn speak_a_note(scene: &mut Scene<'_>, view: &mut View, call: Call) {
    if matches!(call.stage, CallStage::Ended(_)) {
        scene.model.call = None;
    } else {
        scene.ask(Intent::CallHangUp);
    }
    view.page = Page::Talk(call.contact);
    if scene.model.recording.is_none() {
        scene.ask(Intent::NoteRecord(call.contact));
    }
}

/// What can be done with it, from the right.
fn controls(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, call: Call) {
    let palette = scene.palette;
    if let CallStage::Ended(_) = call.stage {
        if icon_button(ui, &palette, Icon::Close, &scene.say("call-dismiss")).clicked() {
            scene.model.call = None;
        }
        return;
    }
    if icon_button(ui, &palette, Icon::PhoneOff, &scene.say("call-hang-up")).clicked() {
        scene.ask(Intent::CallHangUp);
    }
    let (icon, name) = if call.muted { (Icon::MicOff, "call-unmute") } else { (Icon::Mic, "call-mute") };
    if icon_button(ui, &palette, icon, &scene.say(name)).clicked() {
        scene.ask(Intent::CallMute(!call.muted));
    }
    if !matches!(call.stage, CallStage::Active { .. }) {
        return;
    }
    meter(ui, scene, call.loudness.said, "call-loudness-said");
    if call.push_to_talk {
        if button(ui, &palette, Kind::Plain, &scene.say("call-push-off")).clicked() {
            scene.ask(Intent::PushToTalk(false));
        }
        let kind = if view.call.speaking { Kind::Primary } else { Kind::Plain };
        let hold = button(ui, &palette, kind, &scene.say("call-hold"));
        let (down, up) = ui.input(|input| (input.pointer.any_pressed(), input.pointer.any_released()));
        if (down && hold.is_pointer_button_down_on()) || up {
            speak(scene, view, hold.is_pointer_button_down_on() && !up);
        }
    }
}

/// How loud it is, beside what it belongs to.
fn meter(ui: &mut Ui, scene: &Scene<'_>, loudness: f32, name: &str) {
    ui.allocate_ui_with_layout(Vec2::new(METER, TARGET), Layout::left_to_right(Align::Center), |ui| {
        progress(ui, &scene.palette, loudness, &scene.say(name));
    });
}

/// The name of the other side, where it may be seen.
fn who(scene: &Scene<'_>, call: Call) -> Option<String> {
    scene.model.contact(call.contact).map(|contact| contact.name.clone())
}

fn rings_here(call: Call) -> bool {
    call.incoming && call.stage == CallStage::Ringing
}

/// Held to talk, whatever has the focus.
const TALK: Key = Key::F8;
/// The width of a meter.
const METER: f32 = 12.0 * GRID;
/// The width of the sheet.
const WIDTH: f32 = 360.0;
