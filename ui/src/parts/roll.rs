//! A long list of rows of unequal height: only what is near the view is measured and drawn, and what is read stays where
//! it is while rows come, go or grow elsewhere.
//!
//! It knows keys and heights, not what a row shows. Rows that were never measured count as an average one.

use std::collections::HashMap;
use std::ops::Range;

use egui::{Pos2, Rect, ScrollArea, Ui, Vec2};

/// Where the list stands, and what is known of its rows.
#[derive(Default)]
pub(crate) struct Roll {
    known: HashMap<i64, Known>,
    /// The height of a row of which nothing is known: about what was measured lately.
    usual: f32,
    /// The top of each row, and the end of the last.
    tops: Vec<f32>,
    stamp: Option<Stamp>,
    hold: Hold,
    /// Where the area stood after the last frame.
    offset: f32,
    height: f32,
    /// The furthest it could stand then.
    most: f32,
}

/// A row that was measured.
#[derive(Clone, Copy)]
struct Known {
    height: f32,
    stamp: Stamp,
}

/// What heights depend on: whatever changed in the list, and its width in pixels.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    turn: u64,
    width: u32,
}

/// What stays in place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Hold {
    /// The end of the list.
    #[default]
    End,
    /// This row (or where it was), its top so far below the top of the view.
    Row(i64, f32),
}

/// The rows: keys grow from first to last.
pub(crate) trait Rows {
    /// How many there are.
    fn count(&self) -> usize;
    /// The key of a row.
    fn key(&self, at: usize) -> i64;
    /// How high a row is.
    fn measure(&mut self, ui: &Ui, at: usize, width: f32) -> f32;
    /// Draws a row into its place.
    fn draw(&mut self, ui: &mut Ui, at: usize, rect: Rect);
}

/// What was shown.
pub(crate) struct View {
    /// Rows of which at least a part was visible.
    pub(crate) rows: Range<usize>,
    /// The end of the list was visible.
    pub(crate) at_end: bool,
}

impl Roll {
    /// Goes to the end and stays there while rows come.
    pub(crate) fn seek_end(&mut self) {
        self.hold = Hold::End;
    }

    /// Puts a row so far below the top of the view.
    pub(crate) fn seek_row(&mut self, key: i64, below: f32) {
        self.hold = Hold::Row(key, below);
    }

    /// Moves as little as needed for the whole row to be visible; `at` is where the row stands in the list.
    pub(crate) fn reveal(&mut self, key: i64, at: usize) {
        let (Some(top), Some(end)) = (self.tops.get(at), self.tops.get(at + 1)) else {
            return;
        };
        if *top < self.offset {
            self.hold = Hold::Row(key, 0.0);
        } else if *end > self.offset + self.height {
            self.hold = Hold::Row(key, (self.height - (end - top)).max(0.0));
        }
    }

    /// How high the view was.
    pub(crate) fn height(&self) -> f32 {
        self.height
    }

    /// Draws what is visible; `turn` changes when any row may have changed.
    pub(crate) fn show(&mut self, ui: &mut Ui, turn: u64, rows: &mut dyn Rows) -> View {
        let (width, height) = (ui.available_width(), ui.available_height());
        let stamp = Stamp { turn, width: (width * ui.pixels_per_point()).round() as u32 };
        if self.stamp != Some(stamp) {
            self.known.retain(|_, known| known.stamp.width == stamp.width);
            self.stamp = Some(stamp);
        }
        self.height = height;
        self.stack(rows);
        let offset = self.settle(ui, stamp, width, rows);
        let total = self.tops.last().copied().unwrap_or_default();
        // Few rows stand at the bottom, where the next one will appear.
        let lead = (height - total).max(0.0);
        let mut area = ScrollArea::vertical().id_salt("roll").auto_shrink(false).animated(false);
        if (offset - self.offset).abs() > 0.1 {
            area = area.vertical_scroll_offset(offset);
        }
        // It would pull back what was put beyond the end that the area knew.
        ui.spacing_mut().scroll.kinetic.rubber_band = false;
        let mut seen = 0..0;
        let out = area.show_viewport(ui, |ui, port| {
            ui.set_min_size(Vec2::new(width, (total + lead).max(height)));
            let corner = ui.min_rect().min;
            seen = self.visible(port.min.y - lead, port.max.y - lead);
            let drawn = seen.start.saturating_sub(1)..(seen.end + 1).min(rows.count());
            for at in drawn {
                let (Some(top), Some(end)) = (self.tops.get(at), self.tops.get(at + 1)) else {
                    continue;
                };
                let from = Pos2::new(corner.x, corner.y + lead + top);
                rows.draw(ui, at, Rect::from_min_size(from, Vec2::new(width, end - top)));
            }
        });
        self.offset = out.state.clamped_offset().y;
        let at_end = self.offset >= total - height - END;
        // Beyond the end that the area knew, a wheel turned in the same frame took it somewhere else.
        if offset <= self.most + END {
            self.hold = if at_end { Hold::End } else { self.grip(stamp, rows) };
        }
        self.most = (total - height).max(0.0);
        View { rows: seen, at_end }
    }

    /// The offset at which what is held is in its place, once everything near it is measured.
    fn settle(&mut self, ui: &Ui, stamp: Stamp, width: f32, rows: &mut dyn Rows) -> f32 {
        for _ in 0..ROUNDS {
            let offset = self.held(rows);
            let near = self.visible(offset - AHEAD, offset + self.height + AHEAD);
            let mut moved = false;
            for at in near {
                let key = rows.key(at);
                let known = self.known.get(&key).copied();
                if known.is_some_and(|known| known.stamp == stamp) {
                    continue;
                }
                let height = rows.measure(ui, at, width);
                moved |= known.is_none_or(|known| (known.height - height).abs() > 0.1);
                self.known.insert(key, Known { height, stamp });
                self.usual += (height - self.usual) / SAMPLE;
            }
            if !moved {
                break;
            }
            self.stack(rows);
        }
        self.held(rows)
    }

    /// Where the area has to stand for what is held to be in its place.
    fn held(&self, rows: &dyn Rows) -> f32 {
        let total = self.tops.last().copied().unwrap_or_default();
        let most = (total - self.height).max(0.0);
        match self.hold {
            Hold::End => most,
            Hold::Row(key, below) => {
                let at = position(rows, key);
                (self.tops.get(at).copied().unwrap_or(total) - below).clamp(0.0, most)
            }
        }
    }

    /// What to hold from now on: the first whole row whose height is certain.
    fn grip(&self, stamp: Stamp, rows: &dyn Rows) -> Hold {
        let visible = self.visible(self.offset, self.offset + self.height);
        let certain = |at: &usize| self.known.get(&rows.key(*at)).is_some_and(|known| known.stamp == stamp);
        let whole = |at: &usize| self.tops.get(*at).is_some_and(|top| *top >= self.offset);
        let at = visible.clone().filter(whole).find(certain).or_else(|| visible.clone().find(certain));
        let at = at.unwrap_or(visible.start);
        match self.tops.get(at) {
            Some(top) if at < rows.count() => Hold::Row(rows.key(at), top - self.offset),
            _ => Hold::End,
        }
    }

    /// The rows between two heights.
    fn visible(&self, from: f32, to: f32) -> Range<usize> {
        let rows = self.tops.len().saturating_sub(1);
        let start = self.tops.partition_point(|top| *top <= from).saturating_sub(1).min(rows);
        let end = self.tops.partition_point(|top| *top < to).min(rows);
        start..end.max(start)
    }

    /// Puts the rows one under the other.
    fn stack(&mut self, rows: &dyn Rows) {
        let usual = self.usual.max(LEAST);
        self.tops.clear();
        self.tops.push(0.0);
        let mut top = 0.0;
        for at in 0..rows.count() {
            top += self.known.get(&rows.key(at)).map_or(usual, |known| known.height);
            self.tops.push(top);
        }
        if self.known.len() > rows.count() * 2 + KEPT {
            let keys: std::collections::HashSet<i64> = (0..rows.count()).map(|at| rows.key(at)).collect();
            self.known.retain(|key, _| keys.contains(key));
        }
    }
}

/// Where the row of this key stands, or would stand.
fn position(rows: &dyn Rows, key: i64) -> usize {
    let (mut low, mut high) = (0, rows.count());
    while low < high {
        let middle = low.midpoint(high);
        if rows.key(middle) < key {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Measured beyond the view, in points: what is about to be scrolled into it.
const AHEAD: f32 = 240.0;
/// Rounds of measuring before it is good enough: each round can only bring a few more rows near.
const ROUNDS: usize = 6;
/// Closer to the end than this, in points, is at the end.
const END: f32 = 2.0;
/// The least that a row of which nothing is known counts, in points.
const LEAST: f32 = 40.0;
/// Rows over which the usual height follows what is measured.
const SAMPLE: f32 = 32.0;
/// Heights kept beyond what is in the list.
const KEPT: usize = 256;
