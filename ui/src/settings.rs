//! How the person wants the window to be. Kept in the vault by the other side; nothing here is written in clear.

/// Everything that can be set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The language of the window.
    pub language: Language,
    /// Light, dark or high contrast.
    pub look: Look,
    /// The size of everything in percent, 80 to 200.
    pub scale: u16,
    /// Lock after so many minutes without a key or a movement; 0 is never.
    pub lock_after: u16,
    /// Tell of new messages when the window is not looked at.
    pub notify: Notify,
    /// The Enter key sends (else Ctrl+Enter does, and Enter begins a line).
    pub enter_sends: bool,
}

/// The languages of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

/// How it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As the desktop is.
    Auto,
    /// Ink on paper.
    Light,
    /// Paper by night.
    Dark,
    /// Black, white and little else.
    Contrast,
}

/// What a desktop notification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// There are none.
    Never,
    /// That there is a message, not from whom nor what.
    Plain,
    /// From whom, never what.
    Name,
}

impl Settings {
    /// Within what can be used, whatever was read.
    pub fn bounded(self) -> Self {
        Self { scale: self.scale.clamp(SCALE_LEAST, SCALE_MOST), lock_after: self.lock_after.min(LOCK_MOST), ..self }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::English,
            look: Look::Auto,
            scale: 100,
            lock_after: 10,
            notify: Notify::Plain,
            enter_sends: true,
        }
    }
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// Its code (BCP 47).
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
        }
    }

    /// The best one for a locale such as `fr_CH.UTF-8`.
    pub fn for_locale(locale: &str) -> Self {
        let code = locale.split(['-', '_', '.']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == code).unwrap_or(Self::English)
    }
}

/// The smallest scale in percent: smaller text is no longer readable.
pub const SCALE_LEAST: u16 = 80;
/// The largest scale in percent (WCAG 1.4.4 asks for 200).
pub const SCALE_MOST: u16 = 200;
/// The longest idle time before locking, in minutes: a working day.
pub const LOCK_MOST: u16 = 480;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_finds_its_language() {
        for (locale, language) in [
            ("fr_CH.UTF-8", Language::French),
            ("fr", Language::French),
            ("FR-ca", Language::French),
            ("en_GB", Language::English),
            ("de_DE", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::for_locale(locale), language, "{locale}");
        }
    }

    #[test]
    fn what_was_read_is_brought_within_bounds() {
        let wild = Settings { scale: 5_000, lock_after: u16::MAX, ..Settings::default() };
        let tame = wild.bounded();
        assert_eq!((tame.scale, tame.lock_after), (SCALE_MOST, LOCK_MOST));
    }
}
