//! The emoji to choose from, in groups, found by their English names.
//!
//! Only the rows in view are drawn. What was chosen lately is remembered until the screen is locked, and nowhere kept.

use std::collections::VecDeque;

use egui::{Button, Grid, RichText, ScrollArea, TextEdit, Ui, Vec2};
use emojis::{Emoji, Group};

use crate::theme::{GRID, Palette, SMALL, TITLE};
use crate::words::Words;

/// What was searched and chosen.
#[derive(Default)]
pub(crate) struct Picker {
    search: String,
    group: Option<Group>,
    recent: VecDeque<&'static Emoji>,
    /// The search field was given the focus since it was opened.
    focused: bool,
}

impl Picker {
    /// To be called when it opens.
    pub(crate) fn open(&mut self) {
        self.search.clear();
        self.focused = false;
    }

    /// Notes what was chosen elsewhere.
    pub(crate) fn chose(&mut self, emoji: &'static Emoji) {
        self.recent.retain(|known| *known != emoji);
        self.recent.push_front(emoji);
        self.recent.truncate(RECENT);
    }

    /// Draws it; gives what was chosen.
    pub(crate) fn show(&mut self, ui: &mut Ui, words: &Words, palette: &Palette) -> Option<&'static Emoji> {
        ui.set_width(COLUMNS as f32 * CELL + 4.0 * GRID);
        let name = words.say("emoji-search").into_owned();
        let search = ui.add(
            TextEdit::singleline(&mut self.search)
                .id(egui::Id::unique("emoji-search"))
                .hint_text(name.clone())
                .char_limit(SEARCH_CHARS)
                .desired_width(f32::INFINITY),
        );
        search.clone().accessible_name(name);
        if !std::mem::replace(&mut self.focused, true) {
            search.request_focus();
        }
        if self.search.is_empty() {
            self.groups(ui, words);
        }
        let found = self.found();
        if found.is_empty() {
            ui.label(RichText::new(words.say("emoji-none")).size(SMALL).color(palette.muted));
        }
        let chosen = grid(ui, &found);
        if let Some(emoji) = chosen {
            self.chose(emoji);
        }
        chosen
    }

    fn groups(&mut self, ui: &mut Ui, words: &Words) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.spacing_mut().button_padding = Vec2::ZERO;
            for group in std::iter::once(None).chain(Group::iter().map(Some)) {
                let (sign, name) = sign(group);
                let name = words.say(name);
                let button = Button::selectable(self.group == group, RichText::new(sign).size(TITLE * 0.9));
                let response = ui.add(button.min_size(Vec2::splat(CELL)));
                let response = response.accessible_name(name.clone()).on_hover_text(name);
                if response.clicked() {
                    self.group = group;
                }
            }
        });
    }

    fn found(&self) -> Vec<&'static Emoji> {
        let wanted = self.search.trim().to_lowercase();
        if !wanted.is_empty() {
            let fits = |emoji: &&Emoji| {
                emoji.name().contains(&wanted) || emoji.shortcodes().any(|code| code.contains(&wanted))
            };
            return emojis::iter().filter(fits).take(FOUND).collect();
        }
        match self.group {
            Some(group) => group.emojis().collect(),
            None => {
                let usual = USUAL.iter().filter_map(|emoji| emojis::get(emoji));
                let fresh = usual.filter(|emoji| !self.recent.contains(emoji));
                self.recent.iter().copied().chain(fresh).collect()
            }
        }
    }
}

/// The first few, for a reaction.
pub(crate) fn usual() -> impl Iterator<Item = &'static Emoji> {
    USUAL.iter().filter_map(|emoji| emojis::get(emoji)).take(REACTIONS)
}

/// One emoji to press.
pub(crate) fn key(ui: &mut Ui, emoji: &'static Emoji) -> bool {
    let button = Button::new(RichText::new(emoji.as_str()).size(TITLE)).frame(false).min_size(Vec2::splat(CELL));
    ui.add(button).accessible_name(emoji.name()).on_hover_text(emoji.name()).clicked()
}

fn grid(ui: &mut Ui, emojis: &[&'static Emoji]) -> Option<&'static Emoji> {
    let mut chosen = None;
    let rows = emojis.len().div_ceil(COLUMNS);
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    ScrollArea::vertical().max_height(6.0 * CELL).auto_shrink(false).show_rows(ui, CELL, rows, |ui, range| {
        Grid::new("emoji").spacing(Vec2::ZERO).min_col_width(CELL).show(ui, |ui| {
            for row in range {
                for emoji in emojis.iter().skip(row * COLUMNS).take(COLUMNS) {
                    if key(ui, emoji) {
                        chosen = Some(*emoji);
                    }
                }
                ui.end_row();
            }
        });
    });
    chosen
}

/// The sign and the name of a group; `None` is what was used lately.
fn sign(group: Option<Group>) -> (&'static str, &'static str) {
    match group {
        None => ("🕓", "emoji-recent"),
        Some(Group::SmileysAndEmotion) => ("😀", "emoji-smileys"),
        Some(Group::PeopleAndBody) => ("👋", "emoji-people"),
        Some(Group::AnimalsAndNature) => ("🐶", "emoji-animals"),
        Some(Group::FoodAndDrink) => ("🍎", "emoji-food"),
        Some(Group::TravelAndPlaces) => ("🚗", "emoji-travel"),
        Some(Group::Activities) => ("⚽", "emoji-activities"),
        Some(Group::Objects) => ("💡", "emoji-objects"),
        Some(Group::Symbols) => ("❤", "emoji-symbols"),
        Some(Group::Flags) => ("🚩", "emoji-flags"),
    }
}

/// Emoji in a row.
const COLUMNS: usize = 10;
/// The side of one.
const CELL: f32 = 30.0;
/// Emoji that a search gives at most: more is better searched again.
const FOUND: usize = 200;
/// Emoji of which is remembered that they were used.
const RECENT: usize = 20;
/// Offered at once for a reaction.
const REACTIONS: usize = 6;
/// The longest name to search for.
const SEARCH_CHARS: usize = 40;
/// Offered before anything was chosen; the first ones for reactions.
const USUAL: &[&str] = &[
    "👍", "❤️", "😂", "😮", "😢", "🙏", "👎", "🔥", "🎉", "✅", "😀", "😊", "😉", "😍", "🤔", "😅", "😭", "😡", "👏",
    "💪",
];
