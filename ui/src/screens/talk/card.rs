//! A file in its bubble: what it is, how far it has come, what can be done with it.
//!
//! It is measured and drawn from one shape, as the rest of a message is. What is in the file is shown only when the
//! person asks for it.

use std::sync::Arc;

use egui::{Color32, CornerRadius, Galley, Id, Pos2, Rect, Role, Sense, Ui, UiBuilder, Vec2, WidgetInfo, vec2};

use super::{Act, FileAct, note};
use crate::intent::Intent;
use crate::keys::TransferKey;
use crate::model::{Contact, Delivery, FileState, Message, Picture, Purpose, Transfer};
use crate::parts::prose::{self, Prose};
use crate::parts::{Icon, Kind, button, bytes, picture, progress, when};
use crate::screens::{Scene, cleaning, fault, filing};
use crate::theme::{BODY, GRID, RADIUS, SMALL, TARGET, Weight};

/// Where everything of a card goes, from its left top.
pub(super) struct Card {
    pub(super) size: Vec2,
    /// How much of the last line is taken, from the left.
    pub(super) last: f32,
    items: Vec<(Rect, Item)>,
}

enum Item {
    /// The kind of file, on a tile.
    Tile(Icon),
    /// A text that can be selected.
    Text(Prose),
    /// An icon before a line of small text.
    Mark(Icon, Color32),
    /// A line that changes several times a second.
    Pace(Arc<Galley>),
    /// How far it has come, or how much of it was heard.
    Bar(f32, &'static str),
    /// Plays a voice note, or stops that.
    Play(bool),
    Picture(TransferKey),
    Button(Kind, &'static str, Act),
}

/// A card that is being laid out, from top to bottom.
struct Layout<'a> {
    ui: &'a Ui,
    scene: &'a Scene<'a>,
    width: f32,
    top: f32,
    last: f32,
    items: Vec<(Rect, Item)>,
}

/// Measures the card of a file for a bubble that has so much room inside.
pub(super) fn card(
    ui: &Ui,
    scene: &Scene<'_>,
    contact: &Contact,
    message: &Message,
    file: &Transfer,
    most: f32,
) -> Card {
    let palette = &scene.palette;
    let shown = scene.model.find_picture(file.key).filter(|_| file.state == FileState::Done);
    let width = most.min(if matches!(shown, Some(Picture { pixels: Ok(_), .. })) { WITH_PICTURE } else { WIDTH });
    let mut layout = Layout { ui, scene, width, top: 0.0, last: 0.0, items: Vec::new() };
    if note::can_be_played(file) {
        layout.player(file);
    } else {
        layout.head(file);
    }
    if let Some(Picture { pixels: Ok(pixels), .. }) = shown {
        let size = picture::fit(pixels, vec2(width, PICTURE_HEIGHT));
        layout.put(size, Item::Picture(file.key));
    }
    if matches!(file.state, FileState::Active | FileState::Paused) {
        layout.put(vec2(width, BAR), Item::Bar(bytes::share(file.done, file.size), "file-progress"));
    }
    let queued = !file.incoming && message.delivery == Delivery::Queued;
    let (icon, ink, words) = filing::sentence(scene, file, &contact.name, queued);
    if file.state == FileState::Active {
        layout.pace(icon, ink, &words);
    } else if !(note::is_one(file) && file.incoming && file.state == FileState::Done) {
        layout.note(icon, ink, &words);
    }
    if let Some(Picture { pixels: Err(why), .. }) = shown {
        layout.note(Icon::Warning, palette.bad, &fault::say(scene, why));
    }
    if file.incoming && matches!(file.state, FileState::Offered) && !note::is_one(file) {
        layout.note(Icon::Warning, palette.wait, &scene.say("file-harm"));
    }
    if !file.incoming && !file.removed.is_empty() {
        let what = cleaning::removed(scene, &file.removed);
        layout.note(Icon::Shield, palette.muted, &scene.say_with("file-removed", &[("what", (&what).into())]));
    }
    layout.buttons(acts(message, file, matches!(shown, Some(Picture { pixels: Ok(_), .. }))));
    Card { size: vec2(width, layout.top - GAP), last: layout.last, items: layout.items }
}

impl Layout<'_> {
    fn put(&mut self, size: Vec2, item: Item) {
        self.items.push((Rect::from_min_size(Pos2::new(0.0, self.top), size), item));
        self.top += size.y + GAP;
        self.last = size.x;
    }

    /// What it is. The name is never cut: its end says what kind of file it is.
    fn head(&mut self, file: &Transfer) {
        let palette = &self.scene.palette;
        let left = TILE + 3.0 * GRID;
        let icon = filing::icon(file.kind, file.may_be_shown());
        self.items.push((Rect::from_min_size(Pos2::ZERO, Vec2::splat(TILE)), Item::Tile(icon)));
        let room = self.width - left;
        let name = prose::lay(self.ui, &filing::title(self.scene, file), BODY, palette.ink, room);
        let kind = filing::kind(self.scene, file.kind, file.size);
        let kind = prose::lay(self.ui, &kind, SMALL, palette.muted, room);
        let height = (name.size.y + kind.size.y).max(TILE);
        let top = (height - name.size.y - kind.size.y) / 2.0;
        let below = top + name.size.y;
        for (top, text) in [(top, name), (below, kind)] {
            self.items.push((Rect::from_min_size(Pos2::new(left, top), vec2(room, text.size.y)), Item::Text(text)));
        }
        self.top = height + GAP;
    }

    /// A voice note, with what was heard of it.
    fn player(&mut self, file: &Transfer) {
        let palette = &self.scene.palette;
        let (seconds, of) = note::heard(self.scene, file);
        let left = TILE + 3.0 * GRID;
        let room = self.width - left;
        let name = prose::lay(self.ui, &filing::title(self.scene, file), BODY, palette.ink, room);
        let (heard, whole) = (when::length(seconds.into()), when::length(of.into()));
        let words = self.scene.say_with("note-heard", &[("seconds", (&heard).into()), ("of", (&whole).into())]);
        let line = prose::line(self.ui, &words, SMALL, Weight::Regular, palette.muted, room);
        let (below, width) = (name.size.y, line.size().x);
        let height = (below + line.size().y).max(TILE);
        let rect = |left, top, width, height| Rect::from_min_size(Pos2::new(left, top), vec2(width, height));
        let bar = rect(left, below + (line.size().y - BAR) / 2.0, room - width - 2.0 * GRID, BAR);
        let share = f32::from(seconds) / f32::from(of.max(1));
        self.items
            .push((Rect::from_min_size(Pos2::ZERO, Vec2::splat(TILE)), Item::Play(note::is_played(self.scene, file))));
        self.items.push((rect(left, 0.0, room, name.size.y), Item::Text(name)));
        self.items.push((bar, Item::Bar(share, "note-progress")));
        self.items.push((rect(self.width - width, below, width, line.size().y), Item::Pace(line)));
        self.top = height + GAP;
        self.last = self.width;
    }

    /// A sentence behind its icon.
    fn note(&mut self, icon: Icon, ink: Color32, words: &str) {
        let left = self.mark(icon, ink);
        let text = prose::lay(self.ui, words, SMALL, ink, self.width - left);
        let rect = Rect::from_min_size(Pos2::new(left, self.top), vec2(self.width - left, text.size.y));
        self.last = left + text.last;
        self.top += text.size.y + GAP;
        self.items.push((rect, Item::Text(text)));
    }

    /// A line whose height is the same whatever it says.
    fn pace(&mut self, icon: Icon, ink: Color32, words: &str) {
        let left = self.mark(icon, ink);
        let room = self.width - left;
        let line = prose::line(self.ui, words, SMALL, Weight::Regular, self.scene.palette.ink, room);
        let rect = Rect::from_min_size(Pos2::new(left, self.top), vec2(room, line.size().y));
        self.last = self.width;
        self.top += line.size().y + GAP;
        self.items.push((rect, Item::Pace(line)));
    }

    fn mark(&mut self, icon: Icon, ink: Color32) -> f32 {
        let rect = Rect::from_min_size(Pos2::new(0.0, self.top + 2.0), Vec2::splat(MARK));
        self.items.push((rect, Item::Mark(icon, ink)));
        MARK + 1.5 * GRID
    }

    /// Side by side, as many as fit.
    fn buttons(&mut self, buttons: Vec<(Kind, &'static str, Act)>) {
        let (mut left, mut any) = (0.0, false);
        for (kind, name, act) in buttons {
            let weight = if kind == Kind::Primary { Weight::Strong } else { Weight::Regular };
            let words =
                prose::line(self.ui, &self.scene.say(name), BODY, weight, self.scene.palette.ink, f32::INFINITY);
            let width = words.size().x.ceil() + 6.0 * GRID;
            if left > 0.0 && left + width > self.width {
                left = 0.0;
                self.top += TARGET + GAP;
            }
            let rect = Rect::from_min_size(Pos2::new(left, self.top), vec2(width, TARGET));
            self.items.push((rect, Item::Button(kind, name, act)));
            self.last = left + width;
            left = self.last + 2.0 * GRID;
            any = true;
        }
        if any {
            self.top += TARGET + GAP;
        }
    }
}

/// Draws it; gives what was asked for.
pub(super) fn draw(ui: &mut Ui, scene: &Scene<'_>, file: &Transfer, card: &Card, at: Pos2, id: Id) -> Option<Act> {
    let palette = &scene.palette;
    let title = filing::title(scene, file);
    let named = |act: &str| scene.say_with("file-act", &[("act", act.into()), ("file", (&title).into())]);
    let mut act = None;
    for (index, (rect, item)) in card.items.iter().enumerate() {
        let (rect, id) = (rect.translate(at.to_vec2()), id.with(index));
        match item {
            Item::Tile(icon) => {
                ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), palette.paper);
                icon.paint(ui.painter(), rect.shrink(2.0 * GRID), palette.accent);
            }
            Item::Text(text) => drop(prose::draw(ui, text, rect.min, rect.width(), id, palette)),
            Item::Mark(icon, ink) => icon.paint(ui.painter(), rect, *ink),
            Item::Pace(line) => {
                let response = ui.interact(rect, id, Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, line.text()));
                ui.painter().galley(rect.min, Arc::clone(line), palette.ink);
            }
            Item::Play(plays) => {
                let (icon, name, wish) = match plays {
                    true => (Icon::Stop, "note-hush", FileAct::Hush),
                    false => (Icon::Play, "note-play", FileAct::Play),
                };
                if button::round(ui, palette, rect, id, icon, &named(&scene.say(name))).clicked() {
                    act = Some(Act::File(file.key, wish));
                }
            }
            Item::Bar(share, name) => {
                let mut place = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
                progress(&mut place, palette, *share, &named(&scene.say(name)));
            }
            Item::Picture(key) => {
                if let Some(Picture { pixels: Ok(pixels), .. }) = scene.model.find_picture(*key) {
                    picture::picture(ui, id, pixels, rect, &named(&scene.say("file-picture")));
                }
            }
            Item::Button(kind, name, wish) => {
                let mut place = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
                let label = scene.say(name);
                let pressed = button(&mut place, palette, *kind, &label).accessible_name(named(&label));
                if pressed.clicked() {
                    act = Some(wish.clone());
                }
            }
        }
    }
    act
}

/// What can be done with it now.
fn acts(message: &Message, file: &Transfer, is_shown: bool) -> Vec<(Kind, &'static str, Act)> {
    let act = |kind, name, act| (kind, name, Act::File(file.key, act));
    let cancel = || act(Kind::Plain, "file-cancel", FileAct::Cancel);
    match file.state {
        FileState::Offered if file.incoming => {
            vec![act(Kind::Primary, "file-accept", FileAct::Accept), act(Kind::Plain, "file-decline", FileAct::Decline)]
        }
        FileState::Offered | FileState::Waiting => vec![cancel()],
        FileState::Active => vec![act(Kind::Plain, "file-pause", FileAct::Pause), cancel()],
        FileState::Paused => vec![act(Kind::Plain, "file-resume", FileAct::Resume), cancel()],
        FileState::Done => {
            let mut acts = Vec::with_capacity(3);
            if file.incoming && !note::is_one(file) {
                acts.push(act(Kind::Plain, "file-save", FileAct::Save));
            }
            if is_shown {
                acts.push(act(Kind::Plain, "file-hide", FileAct::Hide));
            } else if file.may_be_shown() {
                acts.push(act(Kind::Plain, "file-show", FileAct::Show));
            }
            if file.incoming {
                acts.push((Kind::Quiet, "file-delete", Act::DeleteFile(message.key)));
            }
            acts
        }
        FileState::Declined | FileState::Cancelled | FileState::Failed => Vec::new(),
    }
}

/// Does what was asked for.
pub(super) fn perform(scene: &mut Scene<'_>, file: TransferKey, act: FileAct) {
    scene.ask(match act {
        FileAct::Accept => Intent::AcceptFile(file),
        FileAct::Decline => Intent::DeclineFile(file),
        FileAct::Pause => Intent::PauseFile(file),
        FileAct::Resume => Intent::ResumeFile(file),
        FileAct::Cancel => Intent::CancelFile(file),
        FileAct::Save => Intent::Choose(Purpose::SaveFile(file)),
        FileAct::Play => Intent::NotePlay(file),
        FileAct::Hush => Intent::NoteHush,
        FileAct::Show => Intent::ShowPicture(file),
        FileAct::Hide => return scene.model.hide_picture(file),
    });
}

/// What a card is called among messages: its file, and how far it has come.
pub(super) fn name(scene: &Scene<'_>, file: &Transfer) -> String {
    let (kind, state) = (filing::kind(scene, file.kind, file.size), filing::word(scene, file.state));
    let title = filing::title(scene, file);
    let row = if note::is_one(file) { "note-row" } else { "file-row" };
    scene.say_with(row, &[("file", (&title).into()), ("kind", (&kind).into()), ("state", (&state).into())])
}

/// The width of a card, where there is room.
const WIDTH: f32 = 340.0;
/// The same when its picture is shown.
const WITH_PICTURE: f32 = 480.0;
/// The highest picture in a conversation: the talk around it stays in sight.
const PICTURE_HEIGHT: f32 = 360.0;
/// The tile of the icon.
const TILE: f32 = 10.0 * GRID;
/// The side of an icon in small text.
const MARK: f32 = 14.0;
/// The height of the progress.
const BAR: f32 = 1.5 * GRID;
/// Between two lines.
const GAP: f32 = 2.0 * GRID;
