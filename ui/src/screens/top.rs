//! The bar across the top: identity, Tor, search, add, lock, menu.

use egui::{Align, CornerRadius, Id, Key, Layout, Modifiers, Popup, Rect, Sense, Stroke, TextEdit, Ui, Vec2};

use super::dialog::Dialog;
use super::{Page, Scene, View};
use crate::intent::Intent;
use crate::keys::IdentityKey;
use crate::model::{Identity, Reach, Tor};
use crate::parts::{Icon, Kind, button, icon_button, prose};
use crate::theme::{BODY, GRID, RADIUS, TARGET, Weight};

/// What the person is doing in the bar.
#[derive(Default)]
pub(crate) struct State {
    /// Whose contacts are shown; `None`: everybody's.
    pub(crate) identity: Option<IdentityKey>,
    search: String,
    /// What was last searched for.
    asked: String,
    /// When the text to search last changed, while that was not asked.
    changed: Option<f64>,
    /// The search field is shown although there is little room.
    searching: bool,
    focus: bool,
}

impl State {
    /// The search is over.
    pub(crate) fn end_search(&mut self) {
        self.search.clear();
        self.asked.clear();
        self.changed = None;
        self.searching = false;
    }
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    keys(ui, view);
    ui.add_space(GRID);
    ui.horizontal(|ui| {
        if scene.narrow && view.top.searching {
            search(ui, scene, view);
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui, scene, view);
            if !scene.narrow {
                ui.allocate_ui_with_layout(Vec2::new(SEARCH, TARGET), Layout::left_to_right(Align::Center), |ui| {
                    search(ui, scene, view)
                });
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                identity(ui, scene, view);
                tor(ui, scene, view);
            });
        });
    });
    ui.add_space(GRID);
    pause(ui, scene, view);
}

/// The keys that work everywhere on the main screen, beside those that work on every screen.
fn keys(ui: &Ui, view: &mut View) {
    if view.dialog.is_some() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, key));
    if pressed(Key::F) {
        view.top.searching = true;
        view.top.focus = true;
    }
    if pressed(Key::N) {
        view.dialog = Some(Dialog::AddContact);
    }
    if pressed(Key::Comma) {
        view.page = Page::Settings;
    }
}

fn buttons(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    let menu = icon_button(ui, &palette, Icon::Menu, &scene.say("top-menu"));
    Popup::menu(&menu).accessible_name(scene.say("top-menu")).show(|ui| {
        ui.set_width(MENU);
        let mut item = |name: &str| button::item(ui, &palette, Kind::Quiet, &scene.say(name)).clicked();
        if item("top-settings") {
            view.page = Page::Settings;
        }
        if item("top-help") {
            view.dialog = Some(Dialog::Help);
        }
        if item("top-quit") {
            scene.ask(Intent::Quit);
        }
    });
    // Nothing is sealed in memory: a screen without a passphrase could not be unlocked.
    if !scene.model.place.traceless && icon_button(ui, &palette, Icon::Lock, &scene.say("top-lock")).clicked() {
        scene.ask(Intent::Lock);
    }
    if icon_button(ui, &palette, Icon::Plus, &scene.say("top-add")).clicked() {
        view.dialog = Some(Dialog::AddContact);
    }
    if scene.narrow && icon_button(ui, &palette, Icon::Search, &scene.say("top-search")).clicked() {
        view.top.searching = true;
        view.top.focus = true;
    }
}

/// The identities: whose contacts are shown, which appear offline, a new one, the address.
fn identity(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let identities = scene.model.identities.clone();
    if !identities.iter().any(|identity| Some(identity.key) == view.top.identity) {
        view.top.identity = None;
    }
    let shown = match (view.top.identity, identities.as_slice()) {
        (None, [only]) => Some(only),
        (key, all) => all.iter().find(|identity| Some(identity.key) == key),
    };
    let name = shown.map_or_else(|| scene.say("top-everybody").into_owned(), |identity| identity.name.clone());
    let width = if scene.narrow { 22.0 * GRID } else { 45.0 * GRID };
    let palette = scene.palette;
    let galley = prose::line(ui, &name, BODY, Weight::Strong, palette.ink, width);
    let size = Vec2::new(galley.size().x + 12.0 * GRID, TARGET);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let label = scene.say_with("top-identity", &[("name", (&name).into())]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), palette.own);
    }
    let side = |x: f32| Rect::from_center_size(egui::pos2(x, rect.center().y), Vec2::splat(4.0 * GRID));
    Icon::Person.paint(ui.painter(), side(rect.min.x + 3.5 * GRID), palette.accent);
    Icon::Down.paint(ui.painter(), side(rect.max.x - 2.5 * GRID), palette.muted);
    let from = egui::pos2(rect.min.x + 6.5 * GRID, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(from, galley, palette.ink);
    button::focus_ring(ui, &palette, &response);
    Popup::menu(&response).accessible_name(label).show(|ui| {
        ui.set_width(MENU);
        if identities.len() > 1 && button::item(ui, &palette, Kind::Quiet, &scene.say("top-everybody")).clicked() {
            view.top.identity = None;
        }
        for identity in &identities {
            one(ui, scene, view, identity, identities.len() > 1);
        }
        ui.separator();
        if button::item(ui, &palette, Kind::Quiet, &scene.say("top-new-identity")).clicked() {
            view.dialog = Some(Dialog::NewIdentity);
        }
    });
}

/// One identity in the menu.
fn one(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, identity: &Identity, several: bool) {
    let values = [("name", (&identity.name).into())];
    let palette = scene.palette;
    let mut item = |name: String| button::item(ui, &palette, Kind::Quiet, &name).clicked();
    if several && item(scene.say_with("top-show", &values)) {
        view.top.identity = Some(identity.key);
    }
    if item(scene.say_with("top-address", &values)) {
        view.dialog = Some(Dialog::Address(identity.key));
    }
    let name = if identity.visible { "top-hide" } else { "top-unhide" };
    if item(scene.say_with(name, &values)) {
        scene.ask(Intent::SetVisible(identity.key, !identity.visible));
    }
}

/// What Tor is doing: a shape, a word, how far.
fn tor(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = &scene.palette;
    let percent = |fraction: f32| i64::from((fraction.clamp(0.0, 1.0) * 100.0).round() as i16);
    let (word, ink, fraction) = match &scene.model.tor {
        Tor::Offline => (scene.say("top-tor-off").into_owned(), palette.muted, None),
        Tor::Connecting { fraction, .. } => {
            let word = scene.say_with("top-tor-connecting", &[("percent", percent(*fraction).into())]);
            (word, palette.wait, Some(*fraction))
        }
        Tor::Blocked { fraction, .. } => (scene.say("top-tor-blocked").into_owned(), palette.bad, Some(*fraction)),
        Tor::Ready if unreachable(scene, view) => (scene.say("top-tor-unreachable").into_owned(), palette.wait, None),
        Tor::Ready => (scene.say("top-tor-ready").into_owned(), palette.good, None),
    };
    let room = if scene.narrow { 0.0 } else { 60.0 * GRID };
    let galley = prose::line(ui, &word, BODY, Weight::Regular, ink, room);
    let words = if scene.narrow { 0.0 } else { galley.size().x + GRID };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(words + 8.0 * GRID, TARGET), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &word));
    let ground = if response.hovered() { palette.own } else { palette.raised };
    let corner = CornerRadius::same(16);
    ui.painter().rect(rect, corner, ground, Stroke::new(1.0, palette.line), egui::StrokeKind::Inside);
    let middle = egui::pos2(rect.min.x + 4.0 * GRID, rect.center().y);
    sign(ui, scene, middle, ink, fraction);
    if !scene.narrow {
        let from = egui::pos2(rect.min.x + 7.0 * GRID, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(from, galley, ink);
    }
    button::focus_ring(ui, palette, &response);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(word).clicked() {
        view.dialog = Some(Dialog::Tor);
    }
}

/// The shape beside the word: an onion is there, part of a ring is on the way, a cross is stopped.
fn sign(ui: &Ui, scene: &Scene<'_>, middle: egui::Pos2, ink: egui::Color32, fraction: Option<f32>) {
    let rect = Rect::from_center_size(middle, Vec2::splat(4.5 * GRID));
    match (&scene.model.tor, fraction) {
        (Tor::Offline, _) => Icon::EyeOff.paint(ui.painter(), rect, ink),
        (Tor::Blocked { .. }, _) => Icon::Block.paint(ui.painter(), rect, ink),
        (_, Some(fraction)) => {
            let radius = 1.8 * GRID;
            ui.painter().circle_stroke(middle, radius, Stroke::new(2.0, scene.palette.line));
            let turn = |step: u8| {
                let share = f32::from(step) / f32::from(STEPS) * fraction.clamp(0.0, 1.0);
                middle + radius * Vec2::angled((share - 0.25) * std::f32::consts::TAU)
            };
            ui.painter().line((0..=STEPS).map(turn).collect(), Stroke::new(2.0, ink));
        }
        (_, None) => Icon::Onion.paint(ui.painter(), rect, ink),
    }
}

/// Tor works, but others cannot find the identity (yet).
fn unreachable(scene: &Scene<'_>, view: &View) -> bool {
    let shown = |identity: &&Identity| view.top.identity.is_none_or(|key| identity.key == key);
    scene.model.identities.iter().filter(shown).any(|identity| identity.visible && identity.reach != Reach::Reachable)
}

fn search(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let name = scene.say("top-search").into_owned();
    let state = &mut view.top;
    let room = if scene.narrow { ui.available_width() - TARGET - 2.0 * GRID } else { ui.available_width() };
    let response = ui.add(
        TextEdit::singleline(&mut state.search)
            .id(Id::unique("search"))
            .hint_text(name.clone())
            .char_limit(SEARCH_CHARS)
            .margin(egui::Margin::symmetric(10, 7))
            .desired_width(room),
    );
    let response = response.accessible_name(name);
    if std::mem::take(&mut state.focus) {
        response.request_focus();
    }
    if response.changed() {
        state.changed = Some(scene.now);
    }
    let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    if response.lost_focus() && enter {
        ask(scene, view);
    } else if (response.lost_focus() || response.has_focus()) && escape {
        super::found::leave(view);
    }
    if scene.narrow && icon_button(ui, &scene.palette, Icon::Close, &scene.say("top-search-end")).clicked() {
        super::found::leave(view);
    }
}

/// A pause in typing searches.
fn pause(ui: &Ui, scene: &mut Scene<'_>, view: &mut View) {
    let Some(changed) = view.top.changed else {
        return;
    };
    let left = changed + PAUSE - scene.now;
    if left <= 0.0 {
        ask(scene, view);
    } else {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
}

fn ask(scene: &mut Scene<'_>, view: &mut View) {
    let state = &mut view.top;
    state.changed = None;
    let wanted = state.search.trim();
    if wanted.is_empty() {
        return;
    }
    if state.asked != wanted {
        state.asked = wanted.to_owned();
        scene.ask(Intent::Search(state.asked.clone()));
    }
    super::found::enter(view);
}

/// The width of the search field, where there is room.
const SEARCH: f32 = 220.0;
/// The least width of a menu.
const MENU: f32 = 240.0;
/// Pieces of the ring that shows progress.
const STEPS: u8 = 32;
/// Seconds without typing after which it searches.
const PAUSE: f64 = 0.3;
/// The longest text to search for.
const SEARCH_CHARS: usize = 200;
