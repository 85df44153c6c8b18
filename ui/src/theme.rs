//! The look: colours, type and spacing, and nothing that a screen could choose for itself.
//!
//! Every pair of ink and ground that is used keeps WCAG AA; a test measures them.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Vec2};

use crate::settings::Look;

/// The colours of one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The ground of the window.
    pub paper: Color32,
    /// What lies on it: bubbles, dialogs, fields.
    pub raised: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Text.
    pub ink: Color32,
    /// Text that says less.
    pub muted: Color32,
    /// The onion: what is chosen, what is to be done.
    pub accent: Color32,
    /// Text on the onion.
    pub on_accent: Color32,
    /// A bubble of one's own.
    pub own: Color32,
    /// All is well.
    pub good: Color32,
    /// Wait.
    pub wait: Color32,
    /// Something is wrong.
    pub bad: Color32,
    /// Whether light is on dark.
    pub dark: bool,
}

/// The colours of a look; `dark_desktop` is what [`Look::Auto`] follows.
pub fn palette(look: Look, dark_desktop: bool) -> Palette {
    match look {
        Look::Light => LIGHT,
        Look::Dark => DARK,
        Look::Contrast => CONTRAST,
        Look::Auto if dark_desktop => DARK,
        Look::Auto => LIGHT,
    }
}

/// Gives egui the fonts. Once, at the start.
pub fn install_fonts(ctx: &egui::Context) {
    let mut fonts = egui::FontDefinitions::default();
    for (name, bytes) in [("Inter", INTER), (SEMIBOLD, INTER_SEMIBOLD)] {
        fonts.font_data.insert(name.to_owned(), egui::FontData::from_static(bytes).into());
    }
    // Inter first; what egui brings (symbols, emoji) and the fonts of the system come after it.
    let rest = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect::<Vec<_>>();
    fonts.families.insert(FontFamily::Name(SEMIBOLD.into()), family(SEMIBOLD));
    fonts.families.insert(FontFamily::Proportional, family("Inter"));
    ctx.set_fonts(fonts);
}

/// Gives egui the look. When it changes.
pub fn install(ctx: &egui::Context, palette: &Palette) {
    let theme = if palette.dark { egui::Theme::Dark } else { egui::Theme::Light };
    ctx.set_theme(theme);
    ctx.all_styles_mut(|style| {
        style.text_styles = text_styles();
        spacing(&mut style.spacing);
        style.visuals = visuals(palette);
        style.url_in_tooltip = false;
        style.interaction.tooltip_delay = TOOLTIP_DELAY;
    });
}

/// Text of this size and weight.
pub fn font(size: f32, weight: Weight) -> FontId {
    let family = match weight {
        Weight::Regular => FontFamily::Proportional,
        Weight::Strong => FontFamily::Name(SEMIBOLD.into()),
    };
    FontId::new(size, family)
}

/// How heavy text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Text.
    Regular,
    /// Names and titles.
    Strong,
}

fn text_styles() -> std::collections::BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, font(SMALL, Weight::Regular)),
        (TextStyle::Body, font(BODY, Weight::Regular)),
        (TextStyle::Button, font(BODY, Weight::Regular)),
        (TextStyle::Heading, font(TITLE, Weight::Strong)),
        (TextStyle::Monospace, FontId::new(BODY, FontFamily::Monospace)),
    ]
    .into()
}

fn spacing(spacing: &mut egui::Spacing) {
    spacing.item_spacing = Vec2::splat(2.0 * GRID);
    spacing.button_padding = Vec2::new(3.0 * GRID, 2.0 * GRID);
    spacing.interact_size = Vec2::new(9.0 * GRID, TARGET);
    spacing.window_margin = Margin::same(24);
    spacing.menu_margin = Margin::same(8);
    spacing.scroll = egui::style::ScrollStyle { floating: true, ..egui::style::ScrollStyle::solid() };
    spacing.icon_width = 4.5 * GRID;
}

fn visuals(palette: &Palette) -> egui::Visuals {
    let mut visuals = if palette.dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    let small = CornerRadius::same(RADIUS);
    visuals.override_text_color = Some(palette.ink);
    visuals.weak_text_color = Some(palette.muted);
    visuals.panel_fill = palette.paper;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_LARGE);
    visuals.menu_corner_radius = small;
    visuals.window_shadow = shadow(palette);
    visuals.popup_shadow = shadow(palette);
    visuals.extreme_bg_color = palette.raised;
    visuals.text_edit_bg_color = Some(palette.raised);
    visuals.faint_bg_color = palette.raised;
    visuals.code_bg_color = palette.raised;
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.wait;
    visuals.error_fg_color = palette.bad;
    visuals.selection.bg_fill = palette.accent.gamma_multiply(0.30);
    // Also the ring around what has the focus.
    visuals.selection.stroke = Stroke::new(2.0, palette.accent);
    // A calm window: nothing blinks, and an idle one is not drawn again.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.accent);
    let widgets = &mut visuals.widgets;
    for (state, fill, edge) in [
        (&mut widgets.noninteractive, palette.paper, palette.line),
        (&mut widgets.inactive, palette.raised, palette.line),
        (&mut widgets.hovered, palette.own, palette.muted),
        (&mut widgets.active, palette.own, palette.accent),
        (&mut widgets.open, palette.own, palette.accent),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, edge);
        state.fg_stroke = Stroke::new(1.5, palette.ink);
        state.corner_radius = small;
        state.expansion = 0.0;
    }
    visuals
}

fn shadow(palette: &Palette) -> Shadow {
    let alpha = if palette.dark { 120 } else { 36 };
    Shadow { offset: [0, 6], blur: 24, spread: 0, color: Color32::from_black_alpha(alpha) }
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const LIGHT: Palette = Palette {
    paper: rgb(0xFB_F8F3),
    raised: rgb(0xFF_FFFF),
    line: rgb(0xE4_DCCF),
    ink: rgb(0x22_1E1A),
    muted: rgb(0x6B_6259),
    accent: rgb(0x7A_2E4D),
    on_accent: rgb(0xFF_FFFF),
    own: rgb(0xF1_E4E9),
    good: rgb(0x2B_6B45),
    wait: rgb(0x8A_5A00),
    bad: rgb(0xA3_2020),
    dark: false,
};

const DARK: Palette = Palette {
    paper: rgb(0x16_130F),
    raised: rgb(0x21_1C17),
    line: rgb(0x3A_332B),
    ink: rgb(0xEF_E8DE),
    muted: rgb(0xA9_9E91),
    accent: rgb(0xD9_8CAD),
    on_accent: rgb(0x2A_0E1A),
    own: rgb(0x3A_2430),
    good: rgb(0x7C_C79A),
    wait: rgb(0xE0_B050),
    bad: rgb(0xF0_8A8A),
    dark: true,
};

const CONTRAST: Palette = Palette {
    paper: rgb(0x00_0000),
    raised: rgb(0x00_0000),
    line: rgb(0xFF_FFFF),
    ink: rgb(0xFF_FFFF),
    muted: rgb(0xFF_FFFF),
    accent: rgb(0xFF_D84D),
    on_accent: rgb(0x00_0000),
    own: rgb(0x2A_2A2A),
    good: rgb(0x7D_FFB0),
    wait: rgb(0xFF_D84D),
    bad: rgb(0xFF_A0A0),
    dark: true,
};

/// One step of the grid, in points.
pub const GRID: f32 = 4.0;
/// Corners of fields and buttons.
pub const RADIUS: u8 = 6;
/// Corners of bubbles and dialogs.
pub const RADIUS_LARGE: u8 = 12;
/// The least height of what is clicked.
pub const TARGET: f32 = 32.0;
/// Times, states.
pub const SMALL: f32 = 12.0;
/// Text.
pub const BODY: f32 = 14.0;
/// Names.
pub const LEAD: f32 = 16.0;
/// Titles of dialogs and pages.
pub const TITLE: f32 = 20.0;
/// The one large line of a start page.
pub const DISPLAY: f32 = 28.0;
/// Line height by size of type.
pub const LINE_HEIGHT: f32 = 1.45;
/// Below this width (points) there is one column.
pub const NARROW: f32 = 700.0;

const TOOLTIP_DELAY: f32 = 0.4;
const SEMIBOLD: &str = "Inter SemiBold";
const INTER: &[u8] = include_bytes!("../fonts/Inter-Regular.otf");
const INTER_SEMIBOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.otf");

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_ink_is_readable_on_every_ground() {
        for palette in [LIGHT, DARK, CONTRAST] {
            let Palette { paper, raised, ink, muted, accent, on_accent, own, good, wait, bad, .. } = palette;
            for ground in [paper, raised, own] {
                for ink in [ink, muted, accent, good, wait, bad] {
                    let ratio = contrast(ink, ground);
                    assert!(ratio >= 4.5, "{ink:?} on {ground:?}: {ratio:.2} ({})", palette.dark);
                }
            }
            assert!(contrast(on_accent, accent) >= 4.5);
        }
    }

    #[test]
    fn high_contrast_is_aaa() {
        assert!(contrast(CONTRAST.ink, CONTRAST.paper) >= 7.0);
        assert!(contrast(CONTRAST.accent, CONTRAST.paper) >= 7.0);
        assert!(contrast(CONTRAST.line, CONTRAST.paper) >= 3.0);
    }
}
