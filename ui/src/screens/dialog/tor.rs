//! What Tor is doing, what that means for each identity and contact, and the way offline and back.

use egui::Ui;

use super::super::{Scene, View, tor};
use super::Dialog;
use crate::intent::Intent;
use crate::model::{Obstacle, Presence, Reach, Tor};
use crate::parts::{Icon, Kind, button, check, presence, progress, text};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    now(ui, scene);
    if scene.model.place.own_tor && button(ui, &scene.palette, Kind::Plain, &scene.say("detour-title")).clicked() {
        view.dialog = Some(Dialog::Detour);
    }
    identities(ui, scene);
    contacts(ui, scene);
}

fn now(ui: &mut Ui, scene: &mut Scene<'_>) {
    let palette = scene.palette;
    match scene.model.tor.clone() {
        Tor::Offline => {
            text::state(ui, Icon::Onion, palette.muted, &scene.say("tor-offline"));
            text::paragraph(ui, &scene.say("tor-offline-means"));
        }
        Tor::Connecting { fraction, step } => {
            text::state(ui, Icon::Clock, palette.wait, &percent(scene, "tor-connecting", fraction));
            progress(ui, &palette, fraction, &scene.say("tor-progress"));
            let step = tor::step(scene, &step);
            text::note(ui, &palette, &scene.say_with("start-tor-step", &[("step", step.as_str().into())]));
            text::note(ui, &palette, &scene.say("tor-connecting-means"));
        }
        Tor::Blocked { fraction, reason } => {
            text::state(ui, Icon::Warning, palette.bad, &percent(scene, "tor-blocked", fraction));
            progress(ui, &palette, fraction, &scene.say("tor-progress"));
            text::paragraph(ui, &tor::obstacle(scene, &reason));
            advice(ui, scene, &reason);
        }
        Tor::Ready => {
            text::state(ui, Icon::Onion, palette.good, &scene.say("tor-ready"));
            text::paragraph(ui, &scene.say("tor-ready-means"));
        }
    }
    let (name, online) = match scene.model.tor {
        Tor::Offline => ("tor-go-online", true),
        Tor::Connecting { .. } | Tor::Blocked { .. } | Tor::Ready => ("tor-go-offline", false),
    };
    if button(ui, &palette, Kind::Plain, &scene.say(name)).clicked() {
        scene.ask(Intent::SetOnline(online));
    }
}

/// What can be done beside what the obstacle says itself: nothing that has nothing to do with it.
fn advice(ui: &mut Ui, scene: &Scene<'_>, reason: &Obstacle) {
    let anything: &[&'static str] = &["tor-do-network", "tor-do-clock", "tor-do-wait"];
    let names: &[&'static str] = match reason {
        Obstacle::Filtered | Obstacle::Directory | Obstacle::Network | Obstacle::Words(_) => anything,
        Obstacle::Offline => &["tor-do-network", "tor-do-wait"],
        // A transport may need the time, too.
        Obstacle::Clock(_) | Obstacle::Bridges => &["tor-do-clock", "tor-do-wait"],
        Obstacle::Proxy => &["tor-do-wait"],
        Obstacle::NoProgram(_) | Obstacle::Unreadable | Obstacle::Stopped => return,
    };
    text::section(ui, &scene.say("tor-what-to-do"));
    for name in names {
        text::paragraph(ui, &scene.say(name));
    }
    if names == anything && scene.model.place.own_tor {
        text::paragraph(ui, &scene.say("tor-do-bridges"));
    }
}

fn identities(ui: &mut Ui, scene: &mut Scene<'_>) {
    let palette = scene.palette;
    text::section(ui, &scene.say("tor-identities"));
    for identity in scene.model.identities.clone() {
        let name = identity.name.as_str();
        let (icon, ink, words) = match (&scene.model.tor, identity.visible, &identity.reach) {
            (Tor::Offline, ..) => (Icon::EyeOff, palette.muted, "tor-reach-offline"),
            (_, false, _) => (Icon::EyeOff, palette.muted, "tor-reach-hidden"),
            (_, true, Reach::Starting) => (Icon::Clock, palette.wait, "tor-reach-starting"),
            (_, true, Reach::Reachable) => (Icon::Check, palette.good, "tor-reach-reachable"),
            (_, true, Reach::Unreachable) => (Icon::Warning, palette.bad, "tor-reach-unreachable"),
            (_, true, Reach::Barred(_)) => (Icon::Warning, palette.bad, "tor-reach-barred"),
        };
        text::state(ui, icon, ink, &scene.say_with(words, &[("name", name.into())]));
        if let (Tor::Ready, true, Reach::Barred(barrier)) = (&scene.model.tor, identity.visible, &identity.reach) {
            text::note(ui, &palette, &scene.say(barrier.words()));
        }
        let mut hidden = !identity.visible;
        let label = scene.say_with("tor-appear-offline", &[("name", name.into())]);
        if check(ui, &palette, &mut hidden, &label).changed() {
            scene.ask(Intent::SetVisible(identity.key, !hidden));
        }
    }
    text::note(ui, &palette, &scene.say("tor-appear-means"));
}

fn contacts(ui: &mut Ui, scene: &mut Scene<'_>) {
    let palette = scene.palette;
    let away = |presence: &Presence| !matches!(presence, Presence::Online);
    let away: Vec<_> = scene.model.contacts.values().filter(|contact| away(&contact.presence)).collect();
    if away.is_empty() {
        return;
    }
    text::section(ui, &scene.say("tor-contacts"));
    for contact in away.iter().take(CONTACTS) {
        let words = presence::sentence(scene.words, &contact.presence, &contact.name, scene.now);
        let icon = if presence::counts(&contact.presence) { Icon::Clock } else { Icon::Info };
        text::state(ui, icon, palette.muted, &words);
        if let Some(next) = presence::next(scene.words, &contact.presence, scene.now) {
            text::note(ui, &palette, &next);
        }
    }
    if away.iter().any(|contact| presence::counts(&contact.presence)) {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
    }
    let more = i64::try_from(away.len().saturating_sub(CONTACTS)).unwrap_or(i64::MAX);
    if more > 0 {
        text::note(ui, &palette, &scene.say_with("tor-contacts-more", &[("count", more.into())]));
    }
}

fn percent(scene: &Scene<'_>, name: &'static str, fraction: f32) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    let percent = (fraction.clamp(0.0, 1.0) * 100.0) as i64;
    scene.say_with(name, &[("percent", percent.into())])
}

/// Contacts told of here: the rest is seen in the list.
const CONTACTS: usize = 20;
