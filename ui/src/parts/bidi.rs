//! Text in which letters run from right to left: its words where a reader of the script expects them.
//!
//! egui draws the letters inside a word in their order but sets all words from left to right. So words are laid out one
//! by one, and put in place here by the Unicode bidirectional algorithm. What is copied is the text as it was written.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::epaint::util::hash;
use egui::text::{LayoutJob, TextFormat};
use egui::{Galley, Id, Ui, Vec2};
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// A text in its lines, each word in its place.
pub(crate) struct Setting {
    /// How much room it takes.
    pub(crate) size: Vec2,
    /// The words in the order in which they were written.
    pub(crate) words: Vec<Word>,
    /// How wide the last line is, and whether it stands at the right.
    pub(crate) last: (f32, bool),
    /// Not all lines are here.
    pub(crate) cut: bool,
}

/// A word, a sign or a gap.
pub(crate) struct Word {
    /// Where it stands in the text, in bytes.
    pub(crate) range: Range<usize>,
    /// What is drawn for it, where that is not what was written: a bracket turned round.
    turned: Option<char>,
    level: Level,
    gap: bool,
    /// Its left top, in a text as wide as [`Setting::size`].
    pub(crate) at: Vec2,
    /// Its width.
    pub(crate) width: f32,
    /// It stands in a line that begins at the right.
    pub(crate) from_right: bool,
}

impl Word {
    /// Lays it out.
    pub(crate) fn galley(&self, ui: &Ui, text: &str, format: &TextFormat) -> Arc<Galley> {
        let word = match self.turned {
            Some(turned) => turned.to_string(),
            None => text.get(self.range.clone()).unwrap_or_default().to_owned(),
        };
        ui.fonts_mut(|fonts| fonts.layout_job(LayoutJob::single_section(word, format.clone())))
    }
}

/// Whether a text needs this: some letter in it runs from right to left.
pub(crate) fn needed(text: &str) -> bool {
    let turns = |c: char| c >= FIRST && matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN);
    !text.is_ascii() && text.chars().any(turns)
}

/// Sets a text into lines of this width; remembered while it is shown.
pub(crate) fn set(ui: &Ui, text: &str, format: &TextFormat, width: f32, rows: usize) -> Arc<Setting> {
    let key = hash((text, width.to_bits(), ui.pixels_per_point().to_bits(), format.font_id.clone()));
    let known =
        ui.data(|data| data.get_temp::<Lately>(Id::unique("bidi")).and_then(|lately| lately.get(&key).cloned()));
    known.unwrap_or_else(|| {
        let setting = Arc::new(lines(ui, text, format, width, rows));
        ui.data_mut(|data| {
            let lately: &mut Arc<HashMap<_, _>> = data.get_temp_mut_or_default(Id::unique("bidi"));
            let lately = Arc::make_mut(lately);
            if lately.len() >= REMEMBERED {
                lately.clear();
            }
            lately.insert(key, Arc::clone(&setting));
        });
        setting
    })
}

fn lines(ui: &Ui, text: &str, format: &TextFormat, width: f32, rows: usize) -> Setting {
    let height = format.line_height.unwrap_or(format.font_id.size);
    let mut setting = Setting { size: Vec2::ZERO, words: Vec::new(), last: (0.0, false), cut: false };
    let mut row = 0;
    let mut start = 0;
    for paragraph in text.split('\n') {
        let info = BidiInfo::new(paragraph, None);
        let base = info.paragraphs.first().map_or(Level::ltr(), |paragraph| paragraph.level);
        let words = words(ui, paragraph, &info, format, width);
        for line in break_up(words, width) {
            if row == rows {
                setting.cut = true;
                return setting;
            }
            let used = place(&mut setting, line, start, row as f32 * height, base);
            setting.size.x = setting.size.x.max(used);
            setting.last = (used, base.is_rtl());
            row += 1;
        }
        setting.size.y = row as f32 * height;
        start += paragraph.len() + 1;
    }
    // Lines that begin at the right end there too.
    let right = setting.size.x;
    for word in setting.words.iter_mut().filter(|word| word.from_right) {
        word.at.x += right;
    }
    setting
}

/// The words of a paragraph in the order in which they were written, with their widths.
fn words(ui: &Ui, paragraph: &str, info: &BidiInfo<'_>, format: &TextFormat, width: f32) -> Vec<Word> {
    let mut words: Vec<(Kind, Word)> = Vec::new();
    for (at, c) in paragraph.char_indices() {
        let level = info.levels.get(at).copied().unwrap_or(Level::ltr());
        let kind = kind(c, level);
        let end = at + c.len_utf8();
        match words.last_mut() {
            Some((known, word)) if *known == kind && word.level == level && kind != Kind::Sign => word.range.end = end,
            // A mark belongs to what it stands on.
            Some((_, word)) if matches!(bidi_class(c), BidiClass::NSM | BidiClass::BN) => word.range.end = end,
            _ => {
                let turned = (kind == Kind::Sign).then(|| turned(c)).flatten();
                let word = Word {
                    range: at..end,
                    turned,
                    level,
                    gap: kind == Kind::Gap,
                    at: Vec2::ZERO,
                    width: 0.0,
                    from_right: false,
                };
                words.push((kind, word));
            }
        }
    }
    let mut fitting = Vec::with_capacity(words.len());
    for (_, mut word) in words {
        word.width = word.galley(ui, paragraph, format).size().x;
        if word.width > width {
            fitting.extend(cut(ui, paragraph, word, format, width));
        } else {
            fitting.push(word);
        }
    }
    fitting
}

/// What keeps together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Letters and digits, or anything in a run from left to right.
    Letters,
    /// Spaces: a line may end here.
    Gap,
    /// A sign in a run from right to left: each has its own place.
    Sign,
}

fn kind(c: char, level: Level) -> Kind {
    if c.is_whitespace() {
        Kind::Gap
    } else if level.is_ltr() || matches!(bidi_class(c), BidiClass::R | BidiClass::AL) {
        Kind::Letters
    } else {
        Kind::Sign
    }
}

/// A word too wide for a line, in pieces that fit.
fn cut(ui: &Ui, paragraph: &str, word: Word, format: &TextFormat, width: f32) -> Vec<Word> {
    let text = paragraph.get(word.range.clone()).unwrap_or_default();
    let count = text.chars().count();
    let share = ((count as f32 * width / word.width * 0.9) as usize).max(1);
    let mut pieces = Vec::new();
    let mut start = word.range.start;
    let mut chars = text.chars();
    loop {
        let bytes: usize = chars.by_ref().take(share).map(char::len_utf8).sum();
        if bytes == 0 {
            return pieces;
        }
        let mut piece = Word { range: start..start + bytes, turned: None, ..word };
        piece.width = piece.galley(ui, paragraph, format).size().x.min(width);
        start += bytes;
        pieces.push(piece);
    }
}

/// Breaks a paragraph into lines after gaps, or within a word that is wider than a line.
fn break_up(words: Vec<Word>, width: f32) -> Vec<Vec<Word>> {
    let mut lines = vec![Vec::new()];
    let mut used = 0.0;
    // Words since the last gap: they go to the next line together.
    let mut together = 0;
    for word in words {
        let Some(line) = lines.last_mut() else { break };
        let gap = word.gap;
        if used + word.width > width && !gap && !line.is_empty() {
            let carried: Vec<Word> =
                if together < line.len() { line.split_off(line.len() - together) } else { Vec::new() };
            used = carried.iter().map(|word| word.width).sum::<f32>();
            let fits = used + word.width <= width;
            lines.push(carried);
            if !fits {
                lines.push(Vec::new());
                used = 0.0;
            }
            together = lines.last().map_or(0, Vec::len);
        }
        together = if gap { 0 } else { together + 1 };
        used += word.width;
        if let Some(line) = lines.last_mut() {
            line.push(word);
        }
    }
    lines
}

/// Puts the words of a line in their places; gives the width of the line.
fn place(setting: &mut Setting, line: Vec<Word>, start: usize, top: f32, base: Level) -> f32 {
    // Gaps at the end of a line stand at its end, whatever is beside them (rule L1).
    let end = line.iter().rposition(|word| !word.gap).map_or(0, |last| last + 1);
    let levels: Vec<Level> =
        line.iter().enumerate().map(|(at, word)| if at < end { word.level } else { base }).collect();
    let order = BidiInfo::reorder_visual(&levels);
    let used: f32 = line.iter().take(end).map(|word| word.width).sum();
    let whole: f32 = line.iter().map(|word| word.width).sum();
    let mut left = if base.is_rtl() { -whole } else { 0.0 };
    let mut lefts = vec![0.0; line.len()];
    for at in order {
        if let (Some(place), Some(word)) = (lefts.get_mut(at), line.get(at)) {
            *place = left;
            left += word.width;
        }
    }
    for (mut word, left) in line.into_iter().zip(lefts) {
        word.at = Vec2::new(left, top);
        word.from_right = base.is_rtl();
        word.range = word.range.start + start..word.range.end + start;
        setting.words.push(word);
    }
    used
}

/// The other one of a pair of brackets.
fn turned(c: char) -> Option<char> {
    let at = PAIRS.iter().position(|known| *known == c)?;
    PAIRS.get(at ^ 1).copied()
}

/// What was set lately, by text, width and scale.
type Lately = Arc<HashMap<u64, Arc<Setting>>>;

/// The first letter that runs from right to left.
const FIRST: char = '\u{590}';
/// Brackets, each beside the one that looks the other way.
const PAIRS: [char; 12] = ['(', ')', '[', ']', '{', '}', '<', '>', '«', '»', '‹', '›'];
/// Settings that are remembered: some screens.
const REMEMBERED: usize = 256;
