//! One message: its day, its bubble, its state, what is said under it.
//!
//! It is measured and drawn from one shape, so that the two never differ.

use std::sync::Arc;

use egui::{CornerRadius, Galley, Id, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

use super::Act;
use super::beside::{self, GAP, LINE, Piece};
use super::card::{self, Card};
use crate::keys::MessageKey;
use crate::model::{Contact, Delivery, Message};
use crate::parts::prose::{self, Prose};
use crate::parts::{button, when};
use crate::screens::Scene;
use crate::theme::{BODY, GRID, RADIUS_LARGE, SMALL, Weight};

/// What is around a message and changes how it looks.
#[derive(Clone, Copy, Default)]
pub(super) struct Setting<'a> {
    /// The message before it, if it is loaded.
    pub(super) before: Option<&'a Message>,
    /// It is the first that was not read when the conversation was opened.
    pub(super) first_unread: bool,
    /// It is the newest that waits to leave.
    pub(super) newest_queued: bool,
    /// It was just jumped to.
    pub(super) lit: bool,
}

/// Where everything of a message goes, from the left top of its row.
pub(super) struct Shape {
    /// The height of the whole row.
    pub(super) height: f32,
    /// The bubble.
    pub(super) bubble: Rect,
    day: Option<Arc<Galley>>,
    fresh: Option<Arc<Galley>>,
    quote: Option<(Arc<Galley>, Arc<Galley>)>,
    body: Body,
    pieces: Vec<Piece>,
    pieces_at: Pos2,
    beside: bool,
    note: Option<Arc<Galley>>,
}

/// What a message says.
enum Body {
    Text(Prose),
    File(Card),
}

impl Body {
    fn size(&self) -> Vec2 {
        match self {
            Self::Text(prose) => prose.size,
            Self::File(card) => card.size,
        }
    }

    /// The width that it would take at most.
    fn room(&self, most: f32) -> f32 {
        match self {
            Self::Text(_) => most,
            Self::File(card) => card.size.x,
        }
    }

    /// How much of the last line is taken.
    fn last(&self) -> f32 {
        match self {
            Self::Text(prose) => prose.last,
            Self::File(card) => card.last,
        }
    }
}

/// Measures a message for a row of this width.
pub(super) fn shape(
    ui: &Ui,
    scene: &Scene<'_>,
    contact: &Contact,
    message: &Message,
    setting: Setting<'_>,
    width: f32,
) -> Shape {
    let palette = &scene.palette;
    let most = (width * if scene.narrow { 0.86 } else { 0.78 }).min(WIDEST) - 2.0 * PAD.x;
    let small = |text: &str, ink| prose::line(ui, text, SMALL, Weight::Regular, ink, most);
    let day = setting.before.is_none_or(|before| before.at.date != message.at.date);
    let day = day.then(|| small(&when::day(scene.words, scene.model.today, message.at.date), palette.muted));
    let fresh = setting.first_unread.then(|| small(&scene.say("talk-new-messages"), palette.accent));
    let mut top = if day.is_some() { DAY } else { 0.0 } + if fresh.is_some() { DAY } else { 0.0 };
    let near = day.is_none() && setting.before.is_some_and(|before| close(before, message));
    top += if near { GRID / 2.0 } else { 3.0 * GRID };

    let body = body(ui, scene, contact, message, most);
    let pieces = beside::pieces(ui, scene, message, matches!(&body, Body::Text(prose) if prose.cut));
    let pieces_width = pieces.iter().map(Piece::width).sum::<f32>() + GAP * (pieces.len().max(1) - 1) as f32;
    let quote = message.quote.as_ref().map(|quote| {
        let author = if quote.incoming { contact.name.clone() } else { scene.say("talk-you").into_owned() };
        let author = prose::line(ui, &author, SMALL, Weight::Strong, palette.accent, most - 3.0 * GRID);
        (author, prose::line(ui, quote.text.as_str(), SMALL, Weight::Regular, palette.muted, most - 3.0 * GRID))
    });
    let quote_size = quote.as_ref().map_or(Vec2::ZERO, |(author, text)| {
        vec2(author.size().x.max(text.size().x) + 3.0 * GRID, author.size().y + text.size().y + 2.0 * GRID)
    });
    // The time stands behind the last line where there is room, else below it.
    let beside = body.last() + 3.0 * GRID + pieces_width <= body.room(most);
    let inner = vec2(
        quote_size.x.max(body.size().x).max(if beside {
            body.last() + 3.0 * GRID + pieces_width
        } else {
            pieces_width
        }),
        quote_size.y + body.size().y + if beside { 0.0 } else { LINE },
    );
    let size = inner + 2.0 * PAD;
    let left = if message.incoming { EDGE } else { width - EDGE - size.x };
    let bubble = Rect::from_min_size(Pos2::new(left, top), size);
    let pieces_at = bubble.max - PAD - vec2(pieces_width, LINE - 2.0);
    let mut height = bubble.max.y;
    if !message.reactions.is_empty() {
        height += CHIP;
    }
    let queued = setting.newest_queued && message.delivery == Delivery::Queued && message.file.is_none();
    let note =
        queued.then(|| small(&scene.say_with("talk-queued-note", &[("name", (&contact.name).into())]), palette.muted));
    if note.is_some() {
        height += LINE + GRID;
    }
    Shape { height, bubble, day, fresh, quote, body, pieces, pieces_at, beside, note }
}

fn body(ui: &Ui, scene: &Scene<'_>, contact: &Contact, message: &Message, most: f32) -> Body {
    if message.deleted {
        return Body::Text(prose::lay(ui, &scene.say("talk-deleted"), BODY, scene.palette.muted, most));
    }
    match &message.file {
        Some(file) => Body::File(card::card(ui, scene, contact, message, file, most)),
        None => Body::Text(prose::lay(ui, message.text.as_str(), BODY, scene.palette.ink, most)),
    }
}

/// Draws a message; gives what was asked for.
pub(super) fn draw(
    ui: &mut Ui,
    scene: &Scene<'_>,
    contact: &Contact,
    message: &Message,
    setting: Setting<'_>,
    row: Rect,
) -> (Shape, Option<Act>) {
    let palette = &scene.palette;
    let shape = shape(ui, scene, contact, message, setting, row.width());
    let at = row.min.to_vec2();
    separators(ui, scene, &shape, row);
    let bubble = shape.bubble.translate(at);
    let ground = if message.incoming { palette.raised } else { palette.own };
    let edge = if setting.lit { Stroke::new(2.0, palette.accent) } else { Stroke::new(1.0, palette.line) };
    ui.painter().rect(bubble, CornerRadius::same(RADIUS_LARGE), ground, edge, egui::StrokeKind::Inside);

    let mut act = None;
    let mut corner = bubble.min + PAD;
    if let (Some((author, text)), Some(quote)) = (&shape.quote, &message.quote) {
        let rect = Rect::from_min_size(corner, vec2(bubble.width() - 2.0 * PAD.x, author.size().y + text.size().y));
        let response = ui.interact(rect, row_id(message.key).with("quote"), Sense::click());
        let name = scene.say_with("talk-quote", &[("text", quote.text.as_str().into())]);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, quote.key.is_some(), &name));
        let bar = Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, CornerRadius::same(2), palette.accent);
        ui.painter().galley(rect.min + vec2(3.0 * GRID, 0.0), Arc::clone(author), palette.accent);
        ui.painter().galley(rect.min + vec2(3.0 * GRID, author.size().y), Arc::clone(text), palette.muted);
        button::focus_ring(ui, palette, &response);
        if response.clicked()
            && let Some(key) = quote.key
        {
            act = Some(Act::Jump(key));
        }
        corner.y += rect.height() + 2.0 * GRID;
    }
    act = said(ui, scene, message, &shape, bubble, corner).or(act);
    act = beside::draw(ui, scene, message, &shape.pieces, shape.pieces_at + at).or(act);
    act = reactions(ui, scene, contact, message, bubble).or(act);
    if let Some(note) = &shape.note {
        let from = Pos2::new(bubble.max.x - note.size().x, row.min.y + shape.height - LINE);
        ui.painter().galley(from, Arc::clone(note), palette.muted);
    }
    (shape, act)
}

/// The text or the file.
fn said(ui: &mut Ui, scene: &Scene<'_>, message: &Message, shape: &Shape, bubble: Rect, corner: Pos2) -> Option<Act> {
    // Marks that are stacked on each other stay in their bubble.
    let mut inside = ui.new_child(egui::UiBuilder::new().id_salt(message.key).max_rect(bubble));
    inside.shrink_clip_rect(bubble);
    match (&shape.body, &message.file) {
        (Body::File(card), Some(file)) => {
            card::draw(&mut inside, scene, file, card, corner, row_id(message.key).with("file"))
        }
        (Body::Text(prose), _) => {
            let room = if shape.beside { prose.size.x } else { bubble.width() - 2.0 * PAD.x };
            let id = row_id(message.key).with("text");
            let text = prose::draw(&inside, prose, corner, room, id, &scene.palette);
            text.secondary_clicked().then_some(Act::Menu(message.key))
        }
        (Body::File(_), None) => None,
    }
}

/// The day, and the line above the first unread message.
fn separators(ui: &Ui, scene: &Scene<'_>, shape: &Shape, row: Rect) {
    let mut top = row.min.y;
    for (word, ink) in [(&shape.day, scene.palette.line), (&shape.fresh, scene.palette.accent)] {
        let Some(word) = word else { continue };
        let middle = Pos2::new(row.center().x, top + DAY / 2.0 + GRID / 2.0);
        let half = word.size().x / 2.0 + 3.0 * GRID;
        let stroke = Stroke::new(1.0, ink);
        ui.painter().hline((row.min.x + EDGE)..=(middle.x - half), middle.y, stroke);
        ui.painter().hline((middle.x + half)..=(row.max.x - EDGE), middle.y, stroke);
        let from = middle - word.size() / 2.0;
        let rect = Rect::from_min_size(from, word.size());
        let response = ui.interact(rect, Id::unique(("separator", top.to_bits(), word.text())), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word.text()));
        ui.painter().galley(from, Arc::clone(word), scene.palette.muted);
        top += DAY;
    }
}

/// The reactions under a bubble: at most one of each side.
fn reactions(ui: &Ui, scene: &Scene<'_>, contact: &Contact, message: &Message, bubble: Rect) -> Option<Act> {
    let palette = &scene.palette;
    let mut act = None;
    let mut left = bubble.min.x + 2.0 * GRID;
    for (at, reaction) in message.reactions.iter().enumerate() {
        let emoji = prose::line(ui, reaction.emoji.as_str(), BODY, Weight::Regular, palette.ink, 10.0 * GRID);
        let size = vec2(emoji.size().x + 4.0 * GRID, CHIP);
        let rect = Rect::from_min_size(Pos2::new(left, bubble.max.y - GRID), size);
        let response = ui.interact(rect, row_id(message.key).with(("reaction", at)), Sense::click());
        let name = if reaction.mine {
            scene.say_with("talk-reaction-mine", &[("emoji", reaction.emoji.as_str().into())])
        } else {
            let values = [("name", (&contact.name).into()), ("emoji", reaction.emoji.as_str().into())];
            scene.say_with("talk-reaction-theirs", &values)
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let edge = if reaction.mine { palette.accent } else { palette.line };
        let corner = CornerRadius::same(RADIUS_LARGE);
        ui.painter().rect(rect, corner, palette.raised, Stroke::new(1.0, edge), egui::StrokeKind::Inside);
        ui.painter().galley(rect.center() - emoji.size() / 2.0, emoji, palette.ink);
        button::focus_ring(ui, palette, &response);
        if response.on_hover_text(name).clicked() {
            let emoji = (!reaction.mine).then(|| reaction.emoji.as_str().to_owned());
            act = Some(Act::React(message.key, emoji));
        }
        left += size.x + GRID;
    }
    act
}

/// What a message is called: who, when, how far, and what it says.
pub(super) fn name(scene: &Scene<'_>, contact: &Contact, message: &Message) -> String {
    let text = match &message.file {
        _ if message.deleted => scene.say("talk-deleted").into_owned(),
        Some(file) => card::name(scene, file),
        None => prose::beginning(message.text.as_str(), NAMED).to_owned(),
    };
    let text = text.as_str();
    let time = when::time(message.at);
    if message.incoming {
        let values = [("name", (&contact.name).into()), ("time", (&time).into()), ("text", text.into())];
        return scene.say_with("talk-row-theirs", &values);
    }
    let state = scene.say(beside::state(message.delivery));
    scene.say_with("talk-row-mine", &[("time", (&time).into()), ("state", (&*state).into()), ("text", text.into())])
}

/// The identity of a message among widgets.
pub(super) fn row_id(message: MessageKey) -> Id {
    Id::unique(("message", message))
}

/// Texts written by the same side within a few minutes belong together.
fn close(before: &Message, message: &Message) -> bool {
    let plain = before.file.is_none() && message.file.is_none();
    plain && before.incoming == message.incoming && when::minutes_between(before.at, message.at) <= TOGETHER
}

/// Between the edge of a bubble and what is in it.
const PAD: Vec2 = vec2(3.0 * GRID, 2.0 * GRID);
/// Between a bubble and the side of the list.
const EDGE: f32 = 4.0 * GRID;
/// The widest bubble: a line of some seventy characters.
const WIDEST: f32 = 560.0;
/// The room of a separator.
const DAY: f32 = 8.0 * GRID;
/// The height of a reaction.
const CHIP: f32 = 6.0 * GRID;
/// Minutes within which messages of one side belong together.
const TOGETHER: i64 = 5;
/// Characters of a text that are part of the name of its row: a screen reader reads the whole from the text itself.
const NAMED: usize = 200;
