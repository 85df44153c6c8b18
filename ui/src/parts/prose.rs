//! Text that others wrote, or that one wrote to them: laid out, drawn and selectable, and nothing else.
//!
//! No markup and no link is followed in it. A long one is cut here, so that no text makes a frame slow; whoever shows it
//! says so.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{Color32, Galley, Id, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};

use crate::theme::{LINE_HEIGHT, Palette, Weight, font};

/// A text in its lines.
pub(crate) struct Prose {
    /// How much room it takes.
    pub(crate) size: Vec2,
    /// How wide the last line is.
    pub(crate) last: f32,
    /// It goes on, but not here.
    pub(crate) cut: bool,
    galley: Arc<Galley>,
}

/// Lays a text out; of a very long one only the beginning.
pub(crate) fn lay(ui: &Ui, text: &str, size: f32, ink: Color32, width: f32) -> Prose {
    let shown = beginning(text, CHARS);
    let mut job = LayoutJob::default();
    job.append(shown, 0.0, format(size, Weight::Regular, ink));
    job.wrap.max_width = width;
    job.wrap.max_rows = ROWS;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let last = galley.rows.last().map_or(0.0, |row| row.size.x);
    Prose { size: galley.size(), last, cut: galley.elided || shown.len() < text.len(), galley }
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

/// Draws it where it can be selected with the pointer.
pub(crate) fn draw(ui: &Ui, prose: &Prose, at: Pos2, id: Id, ink: Color32) -> Response {
    let rect = Rect::from_min_size(at, prose.size);
    let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
    let response = ui.interact(rect, id, sense);
    let text = Arc::clone(&prose.galley);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text.text()));
    LabelSelectionState::label_text_selection(ui, &response, at, Arc::clone(&prose.galley), ink, Stroke::NONE);
    response
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
/// Characters of a text of which one line is shown: more than fits any window.
const LINE_CHARS: usize = 400;
/// How a link begins.
const PROTOCOLS: [&str; 3] = ["https://", "http://", "www."];
/// Links of one text that are offered.
const LINKS: usize = 4;
/// Characters before what was found that are shown with it.
const BEFORE: usize = 24;
