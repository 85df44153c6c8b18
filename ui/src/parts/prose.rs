//! Text that others wrote, or that one wrote to them: laid out, drawn and selectable, and nothing else.
//!
//! No markup and no link is followed in it. A long one is cut here, so that no text makes a frame slow; whoever shows it
//! says so.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{Color32, Galley, Id, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};

use super::bidi;
use crate::theme::{BODY, LINE_HEIGHT, Palette, Weight, font};

/// A text in its lines.
pub(crate) struct Prose {
    /// How much room it takes.
    pub(crate) size: Vec2,
    /// How much of the last line is taken, from the left.
    pub(crate) last: f32,
    /// It goes on, but not here.
    pub(crate) cut: bool,
    body: Body,
}

enum Body {
    /// egui lays it out.
    Plain(Arc<Galley>),
    /// Some of it runs from right to left.
    Turned(Arc<bidi::Setting>, String, TextFormat),
}

/// Lays a text out; of a very long one only the beginning.
pub(crate) fn lay(ui: &Ui, text: &str, size: f32, ink: Color32, width: f32) -> Prose {
    let shown = beginning(text, CHARS);
    let longer = shown.len() < text.len();
    let format = format(size, Weight::Regular, ink);
    if bidi::needed(shown) {
        let setting = bidi::set(ui, shown, &format, width, ROWS);
        let last = if setting.last.1 { setting.size.x } else { setting.last.0 };
        let (size, cut) = (setting.size, setting.cut || longer);
        return Prose { size, last, cut, body: Body::Turned(setting, shown.to_owned(), format) };
    }
    let mut job = LayoutJob::single_section(shown.to_owned(), format);
    job.wrap.max_width = width;
    job.wrap.max_rows = ROWS;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let last = galley.rows.last().map_or(0.0, |row| row.size.x);
    Prose { size: galley.size(), last, cut: galley.elided || longer, body: Body::Plain(galley) }
}

/// Lays one line out, with an ellipsis where it does not fit.
pub(crate) fn line(ui: &Ui, text: &str, size: f32, weight: Weight, ink: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::default();
    let text: String = beginning(text, LINE_CHARS).replace(['\n', '\t'], " ");
    job.append(&text, 0.0, format(size, weight, ink));
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Lays one line out with what was searched for set off from the rest; it begins shortly before that.
pub(crate) fn marked(ui: &Ui, text: &str, query: &str, size: f32, palette: &Palette, width: f32) -> Arc<Galley> {
    let text = beginning(text, CHARS).replace(['\n', '\t'], " ");
    let mut job = LayoutJob::default();
    let plain = format(size, Weight::Regular, palette.ink);
    let strong = TextFormat { background: palette.own, ..format(size, Weight::Strong, palette.accent) };
    let found = query.split_whitespace().filter_map(|word| find(&text, word)).min_by_key(|range| range.start);
    let Some(found) = found else {
        return line(ui, &text, size, Weight::Regular, palette.ink, width);
    };
    let (before, rest) = text.split_at_checked(found.start).unwrap_or((&text, ""));
    let (middle, after) = rest.split_at_checked(found.len()).unwrap_or((rest, ""));
    let skip = before.chars().count().saturating_sub(BEFORE);
    if skip > 0 {
        job.append("…", 0.0, plain.clone());
    }
    job.append(&before.chars().skip(skip).collect::<String>(), 0.0, plain.clone());
    job.append(middle, 0.0, strong);
    job.append(beginning(after, LINE_CHARS), 0.0, plain);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Where a word stands in a text, whatever the case of its letters.
fn find(text: &str, word: &str) -> Option<std::ops::Range<usize>> {
    let wanted: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let starts = text.char_indices().map(|(at, _)| at);
    starts.into_iter().find_map(|start| {
        let rest = text.get(start..)?;
        let mut left = wanted.iter();
        let mut end = start;
        for c in rest.chars() {
            if left.as_slice().is_empty() {
                break;
            }
            if !c.to_lowercase().all(|lower| left.next() == Some(&lower)) {
                return None;
            }
            end += c.len_utf8();
        }
        (left.as_slice().is_empty() && end > start).then_some(start..end)
    })
}

/// Draws it where it can be selected with the pointer; `room` is the width it stands in.
pub(crate) fn draw(ui: &Ui, prose: &Prose, at: Pos2, room: f32, id: Id, palette: &Palette) -> Response {
    let rect = Rect::from_min_size(at, Vec2::new(room.max(prose.size.x), prose.size.y));
    let response = ui.interact(rect, id, Sense::click_and_drag() - Sense::FOCUSABLE);
    match &prose.body {
        Body::Plain(galley) => {
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, galley.text()));
            let galley = Arc::clone(galley);
            LabelSelectionState::label_text_selection(ui, &response, at, galley, palette.ink, Stroke::NONE);
        }
        Body::Turned(setting, text, format) => {
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
            let shift = (room - setting.size.x).max(0.0);
            turned(ui, &response, setting, text, format, at, shift, palette);
        }
    }
    response
}

/// Draws words that were put in place one by one; they are selected word by word.
#[expect(clippy::too_many_arguments, reason = "what is drawn, where, and how")]
fn turned(
    ui: &Ui,
    response: &Response,
    setting: &bidi::Setting,
    text: &str,
    format: &TextFormat,
    at: Pos2,
    shift: f32,
    palette: &Palette,
) {
    let height = format.line_height.unwrap_or(format.font_id.size);
    let place = |word: &bidi::Word| {
        let left = if word.from_right { shift } else { 0.0 };
        Rect::from_min_size(at + word.at + Vec2::new(left, 0.0), Vec2::new(word.width, height))
    };
    let chosen = chosen(ui, response, setting, &place);
    for (at, word) in setting.words.iter().enumerate() {
        let rect = place(word);
        if chosen.as_ref().is_some_and(|chosen| chosen.contains(&at)) {
            ui.painter().rect_filled(rect, 0, ui.visuals().selection.bg_fill);
        }
        if ui.is_rect_visible(rect) {
            ui.painter().galley(rect.min, word.galley(ui, text, format), palette.ink);
        }
    }
    let copied = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
    if let Some(chosen) = chosen.filter(|_| copied) {
        let words = setting.words.get(chosen).unwrap_or_default();
        let range = words.first().zip(words.last()).map(|(first, last)| first.range.start..last.range.end);
        if let Some(part) = range.and_then(|range| text.get(range)) {
            ui.ctx().copy_text(part.to_owned());
        }
    }
}

/// Which words are selected, in the order in which they were written.
fn chosen(
    ui: &Ui,
    response: &Response,
    setting: &bidi::Setting,
    place: &dyn Fn(&bidi::Word) -> Rect,
) -> Option<std::ops::Range<usize>> {
    let memory = Id::unique("words-selected");
    let nearest = |at: Pos2| {
        let distance = |word: &bidi::Word| place(word).distance_sq_to_pos(at);
        let words = setting.words.iter().enumerate();
        words.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).map(|(at, _)| at)
    };
    let mut held: Option<(Id, usize, usize)> = ui.data(|data| data.get_temp(memory)).unwrap_or_default();
    let here = response.interact_pointer_pos().and_then(nearest);
    if response.drag_started() || response.double_clicked() {
        held = here.map(|at| (response.id, at, at));
    } else if response.dragged() {
        held = held.zip(here).map(|((id, from, _), to)| (id, from, to));
    } else if ui.input(|input| input.pointer.any_pressed() || input.key_pressed(egui::Key::Escape)) {
        held = held.filter(|(id, _, _)| *id != response.id);
    }
    ui.data_mut(|data| data.insert_temp(memory, held));
    let (id, from, to) = held?;
    (id == response.id).then(|| from.min(to)..from.max(to) + 1)
}

/// Draws a text across the room there is, below what was drawn before.
pub(crate) fn block(ui: &mut Ui, palette: &Palette, text: &str) -> Response {
    let width = ui.available_width();
    let prose = lay(ui, text, BODY, palette.ink, width);
    let (id, rect) = ui.allocate_space(Vec2::new(width, prose.size.y));
    draw(ui, &prose, rect.min, width, id, palette)
}

/// A text in pieces that are each shown whole, cut after a line or a word where that can be.
pub(crate) fn pieces(mut text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let lines = text.match_indices('\n').nth(PIECE_LINES).map_or(text.len(), |(at, _)| at + 1);
        let most = beginning(text.get(..lines).unwrap_or(text), PIECE_CHARS);
        let end = if most.len() < lines {
            most.rfind(char::is_whitespace).filter(|at| at * 2 > most.len()).map_or(most.len(), |at| at + 1)
        } else {
            lines
        };
        let Some((piece, rest)) = text.split_at_checked(end).or_else(|| text.split_at_checked(most.len())) else {
            break;
        };
        pieces.push(piece);
        text = rest;
    }
    pieces
}

/// At most so many characters of a text.
pub(crate) fn beginning(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// What looks like a link in a text, each once, the first few.
pub(crate) fn links(text: &str) -> Vec<&str> {
    let mut links: Vec<&str> = Vec::new();
    for word in text.split(char::is_whitespace) {
        let start = PROTOCOLS.iter().filter_map(|protocol| word.find(protocol)).min();
        let Some(link) = start.and_then(|start| word.get(start..)) else { continue };
        let link = link.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '/' | '=' | '&' | '#'));
        if !links.contains(&link) {
            links.push(link);
        }
        if links.len() == LINKS {
            break;
        }
    }
    links
}

fn format(size: f32, weight: Weight, ink: Color32) -> TextFormat {
    let line_height = Some((size * LINE_HEIGHT).round());
    TextFormat { line_height, valign: egui::Align::Center, ..TextFormat::simple(font(size, weight), ink) }
}

/// Characters of a text that are shown at first: two screens, and little work.
const CHARS: usize = 4_000;
/// Lines of a text that are shown at first.
const ROWS: usize = 60;
/// Characters and line ends of a piece: with wide letters in a narrow dialog still below [`ROWS`] lines.
const PIECE_CHARS: usize = 800;
const PIECE_LINES: usize = 20;
/// Characters of a text of which one line is shown: more than fits any window.
const LINE_CHARS: usize = 400;
/// How a link begins.
const PROTOCOLS: [&str; 3] = ["https://", "http://", "www."];
/// Links of one text that are offered.
const LINKS: usize = 4;
/// Characters before what was found that are shown with it.
const BEFORE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole_text_and_each_is_small() {
        let lines = "line\n".repeat(5_000);
        let words = "word and ".repeat(7_000);
        let emoji = "👩\u{200d}🚀".repeat(4_000);
        for text in ["", "short", "\u{a0}\u{2003}é", &"x".repeat(65_536), &lines, &words, &emoji, &"\n".repeat(65_536)]
        {
            let pieces = pieces(text);
            assert_eq!(pieces.concat(), text);
            for piece in pieces {
                assert!(!piece.is_empty() && piece.chars().count() <= PIECE_CHARS, "{}", piece.len());
                assert!(piece.matches('\n').count() <= PIECE_LINES + 1);
            }
        }
    }
}
