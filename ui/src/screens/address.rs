//! An onion address as people meet it: typed or pasted, shortened, and in groups to be read aloud.
//!
//! It looks at the shape alone; whether an address is one is decided by the other side.

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Label, Response, Ui};

use crate::theme::{BODY, GRID, LINE_HEIGHT, Palette};

/// The whole address in what was typed or pasted (with or without `.onion`, spaces anywhere), if it has the shape of
/// one: 56 characters of base32, of which the last says version 3.
pub(crate) fn whole(typed: &str) -> Option<String> {
    let mut bare: String = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    if let Some(cut) = bare.strip_suffix(SUFFIX) {
        bare = cut.to_owned();
    }
    let shaped = bare.len() == CHARS && bare.chars().all(|c| matches!(c, 'a'..='z' | '2'..='7')) && bare.ends_with('d');
    shaped.then(|| bare + SUFFIX)
}

/// Its beginning and end.
pub(crate) fn short(address: &str) -> String {
    let bare: Vec<char> = address.strip_suffix(SUFFIX).unwrap_or(address).chars().collect();
    match (bare.get(..ENDS), bare.len().checked_sub(ENDS).and_then(|from| bare.get(from..))) {
        (Some(head), Some(tail)) if bare.len() > 2 * ENDS => {
            head.iter().chain(&['…']).chain(tail).chain(&SUFFIX.chars().collect::<Vec<_>>()).collect()
        }
        _ => address.to_owned(),
    }
}

/// The whole of it in groups of four. The gaps are space between letters and not characters: what is selected and
/// copied is the address.
pub(crate) fn show(ui: &mut Ui, palette: &Palette, address: &str) -> Response {
    let font = FontId::monospace(BODY);
    let letter = ui.fonts_mut(|fonts| fonts.glyph_width(&font, 'm'));
    let group = 4.0 * letter + GAP;
    let a_row = ((ui.available_width() + GAP) / group).floor().clamp(1.0, GROUPS_A_ROW);
    let mut job = LayoutJob::default();
    let format = TextFormat {
        font_id: font,
        color: palette.ink,
        line_height: Some(BODY * LINE_HEIGHT * 1.1),
        ..TextFormat::default()
    };
    let bare: Vec<char> = address.strip_suffix(SUFFIX).unwrap_or(address).chars().collect();
    for (at, four) in bare.chunks(4).enumerate() {
        let gap = if at == 0 { 0.0 } else { GAP };
        job.append(&four.iter().collect::<String>(), gap, format.clone());
    }
    if address.ends_with(SUFFIX) {
        job.append(SUFFIX, 0.0, TextFormat { color: palette.muted, ..format });
    }
    job.wrap.break_anywhere = true;
    job.wrap.max_width = a_row * group - GAP + letter / 2.0;
    // Laid out here: a label would break the rows elsewhere.
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.add(Label::new(galley).selectable(true))
}

const SUFFIX: &str = ".onion";
/// Characters of base32 in an address of version 3.
const CHARS: usize = 56;
/// Characters of either end that are shown of a shortened one.
const ENDS: usize = 8;
/// Between two groups.
const GAP: f32 = 2.0 * GRID;
/// Seven groups make two rows of an address.
const GROUPS_A_ROW: f32 = 7.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_what_was_pasted() {
        let bare = format!("{}d", "b".repeat(55));
        let whole_one = format!("{bare}.onion");
        for typed in [
            &bare,
            &whole_one,
            &format!("  {whole_one}\n"),
            &whole_one.to_uppercase(),
            &bare.replacen("bbbb", "bbbb ", 1),
        ] {
            assert_eq!(whole(typed).as_ref(), Some(&whole_one), "{typed}");
        }
    }

    #[test]
    fn what_has_another_shape_is_none() {
        let bare = format!("{}d", "b".repeat(55));
        let long = format!("{bare}b");
        let wrong = bare.replacen('b', "1", 1);
        let old = "b".repeat(56);
        let foreign = bare.replacen('b', "\u{431}", 1);
        for typed in ["", ".onion", "bbbb.onion", &long, &wrong, &old, &foreign, "https://example.com"] {
            assert_eq!(whole(typed), None, "{typed}");
        }
    }

    #[test]
    fn both_ends_of_a_shortened_one_are_seen() {
        let address = format!("abcdefgh{}stuvwxyd.onion", "m".repeat(40));
        assert_eq!(short(&address), "abcdefgh…stuvwxyd.onion");
        assert_eq!(short("short"), "short");
    }
}
