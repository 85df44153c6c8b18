//! How Tor is entered: bridges, a proxy, ports. Each line is judged while it is typed; nothing changes before it is applied.

use egui::Ui;

use super::super::{Scene, View, tor};
use super::{asking, path};
use crate::intent::Intent;
use crate::model::{
    BRIDGES_CHARS, Done, Fault, PORTS_CHARS, PROXY_CHARS, ProxyFlaw, Purpose, Row, Said, Shown, Typed, Verdict,
};
use crate::parts::{Icon, Kind, button, field, text};

/// What is being typed.
#[derive(Default)]
pub(crate) struct Form {
    /// What is set was asked for.
    asked: bool,
    /// What is set, once it was told; what is typed begins with it.
    set: Option<Typed>,
    typed: Typed,
    picture: path::Form,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    if !scene.model.place.own_tor {
        text::paragraph(ui, &scene.say("detour-not-ours"));
        return;
    }
    let before = take_told(scene, view);
    text::paragraph(ui, &scene.say("detour-what"));
    if scene.model.detour.as_ref().is_some_and(|detour| detour.unreadable) {
        text::alert(&text::state(ui, Icon::Warning, palette.bad, &scene.say("detour-unreadable")));
    }
    bridges(ui, scene, view);
    proxy(ui, scene, view);
    ports(ui, scene, view);
    if view.forms.detour.typed != before {
        view.forms.answer.clear();
        scene.ask(Intent::CheckDetour(view.forms.detour.typed.clone()));
    }
    view.forms.answer.show(ui, scene);
    if view.forms.answer.done(Done::DetourSet) {
        text::status(&text::state(ui, Icon::Check, palette.good, &scene.say("detour-set")));
        tor::state(ui, scene);
    }
    apply(ui, scene, view);
}

/// Takes what is set, and what a picture held; gives what was typed before that.
fn take_told(scene: &mut Scene<'_>, view: &mut View) -> Typed {
    if !view.forms.detour.asked {
        view.forms.detour.asked = true;
        scene.model.detour = None;
        scene.model.said = Said::default();
        scene.ask(Intent::LookAtDetour);
    }
    let form = &mut view.forms.detour;
    if let Some(detour) = &scene.model.detour
        && form.set.as_ref() != Some(&detour.typed)
    {
        // What was typed meanwhile stays, unless it is what has just been set.
        if form.set.is_none() || view.forms.answer.done(Done::DetourSet) {
            form.typed = detour.typed.clone();
            scene.model.said = detour.said.clone();
        }
        form.set = Some(detour.typed.clone());
    }
    let before = form.typed.clone();
    match scene.model.scanned.take() {
        Some(Ok(found)) => append(&mut form.typed.bridges, &found),
        Some(Err(fault)) => view.forms.answer.fail(fault),
        None => {}
    }
    before
}

fn bridges(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    text::section(ui, &scene.say("detour-bridges"));
    text::note(ui, &palette, &scene.say("detour-bridges-note"));
    let lines = &mut view.forms.detour.typed.bridges;
    let field = field::lines(ui, &palette, "detour-lines", &scene.say("detour-lines"), lines, BRIDGES_CHARS);
    if view.forms.fresh {
        view.forms.fresh = false;
        field.request_focus();
    }
    ui.horizontal_wrapped(|ui| {
        let picture = &mut view.forms.detour.picture;
        if let Some(path) = path::read(ui, scene, picture, Purpose::ReadBridges, "add-picture") {
            asking(scene, &mut view.forms.answer, Intent::ScanFile(path));
        }
        if button(ui, &palette, Kind::Plain, &scene.say("add-clipboard")).clicked() {
            asking(scene, &mut view.forms.answer, Intent::ScanClipboard);
        }
    });
    let said = &scene.model.said;
    if said.too_many {
        text::state(ui, Icon::Warning, palette.bad, &scene.say("detour-too-many"));
    }
    // What has to be mended comes first.
    let (good, bad): (Vec<&Row>, Vec<&Row>) = said.rows.iter().partition(|row| row.verdict.is_good());
    for row in bad.iter().chain(&good).take(ROWS) {
        let (icon, ink) =
            if row.verdict.is_good() { (Icon::Check, palette.good) } else { (Icon::Warning, palette.bad) };
        text::state(ui, icon, ink, &judged(scene, row));
    }
    let more = i64::try_from(said.rows.len().saturating_sub(ROWS)).unwrap_or(i64::MAX);
    if more > 0 {
        text::note(ui, &palette, &scene.say_with("detour-more", &[("count", more.into())]));
    }
}

/// What can be said of a line.
fn judged(scene: &Scene<'_>, row: &Row) -> String {
    let line = ("line", i64::try_from(row.line).unwrap_or(i64::MAX).into());
    let plain = |name| scene.say_with(name, &[line]);
    match &row.verdict {
        Verdict::Plain => plain("detour-line-plain"),
        Verdict::Served { transport, program } => {
            let values = [line, ("transport", (*transport).into()), ("program", program.as_str().into())];
            scene.say_with("detour-line-served", &values)
        }
        Verdict::Missing { transport, programs } => {
            let programs = programs.join(", ");
            let values = [line, ("transport", (*transport).into()), ("programs", programs.as_str().into())];
            scene.say_with("detour-line-missing", &values)
        }
        Verdict::Unknown(transport) => {
            scene.say_with("detour-line-unknown", &[line, ("transport", transport.as_str().into())])
        }
        Verdict::TooLong => plain("detour-line-too-long"),
        Verdict::NoAddress => plain("detour-line-no-address"),
        Verdict::NoFingerprint => plain("detour-line-no-fingerprint"),
        Verdict::BadSetting => plain("detour-line-bad-setting"),
    }
}

fn proxy(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    text::section(ui, &scene.say("detour-proxy-title"));
    let proxy = &mut view.forms.detour.typed.proxy;
    field::line(ui, &palette, "detour-proxy", &scene.say("detour-proxy"), proxy, PROXY_CHARS);
    text::note(ui, &palette, &scene.say("detour-proxy-note"));
    if let Some(flaw) = scene.model.said.proxy {
        let name = match flaw {
            ProxyFlaw::Kind => "detour-proxy-kind",
            ProxyFlaw::Tls => "detour-proxy-tls",
            ProxyFlaw::Name => "detour-proxy-name",
            ProxyFlaw::Port => "detour-proxy-port",
            ProxyFlaw::Port80 => "detour-proxy-port-80",
            ProxyFlaw::Password => "detour-proxy-password",
            ProxyFlaw::Malformed => "detour-proxy-malformed",
        };
        text::state(ui, Icon::Warning, palette.bad, &scene.say(name));
    }
}

fn ports(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    text::section(ui, &scene.say("detour-ports-title"));
    let ports = &mut view.forms.detour.typed.ports;
    field::line(ui, &palette, "detour-ports", &scene.say("detour-ports"), ports, PORTS_CHARS);
    text::note(ui, &palette, &scene.say("detour-ports-note"));
    if scene.model.said.ports {
        text::state(ui, Icon::Warning, palette.bad, &scene.say("detour-ports-wrong"));
    }
}

fn apply(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    let form = &view.forms.detour;
    let news = form.set.as_ref().is_some_and(|set| *set != form.typed);
    let unreadable = scene.model.detour.as_ref().is_some_and(|detour| detour.unreadable);
    let ready = (news || unreadable) && !view.forms.answer.waiting();
    let label = scene.say("detour-apply");
    if ui.add_enabled_ui(ready, |ui| button(ui, &palette, Kind::Primary, &label)).inner.clicked() {
        let wanted = view.forms.detour.typed.clone();
        if scene.model.said.is_good() {
            asking(scene, &mut view.forms.answer, Intent::SetDetour(wanted));
        } else {
            view.forms.answer.fail(Fault::BadDetour);
        }
    }
}

/// Forgets what egui keeps of the fields for undoing.
pub(super) fn wipe(ctx: &egui::Context) {
    FIELDS.iter().for_each(|id| field::wipe(ctx, id));
}

/// What a picture held goes below what is there.
fn append(bridges: &mut String, found: &Shown) {
    if !bridges.is_empty() && !bridges.ends_with('\n') {
        bridges.push('\n');
    }
    let room = BRIDGES_CHARS.saturating_sub(bridges.chars().count());
    bridges.extend(found.as_str().trim().chars().take(room));
}

/// The fields.
const FIELDS: [&str; 3] = ["detour-lines", "detour-proxy", "detour-ports"];

/// Lines that are judged on the screen; nobody reads more.
const ROWS: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_goes_below_what_is_there_and_is_cut() {
        let mut bridges = "one".to_owned();
        append(&mut bridges, &Shown::new("two\nthree\n"));
        assert_eq!(bridges, "one\ntwo\nthree");
        append(&mut bridges, &Shown::new("x".repeat(100_000)));
        assert_eq!(bridges.chars().count(), BRIDGES_CHARS);
    }
}
