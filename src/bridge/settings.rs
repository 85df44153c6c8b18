//! The settings of the window as a small text, kept in the vault.
//!
//! Reading never fails: what is missing, unknown or out of bounds is as it is at first. So an older and a newer program
//! can share a profile.

use pelure_ui::settings::{Language, Look, Notify, Settings};

/// As text: one `name=value` per word.
pub(super) fn write(settings: &Settings) -> String {
    let Settings { language, look, scale, lock_after, notify, enter_sends } = settings;
    let (language, look, notify) = (language.code(), name(&LOOKS, *look), name(&NOTIFY, *notify));
    let enter_sends = if *enter_sends { "yes" } else { "no" };
    format!(
        "language={language} look={look} scale={scale} lock_after={lock_after} notify={notify} enter_sends={enter_sends}"
    )
}

/// From text, over what is set at first.
pub(super) fn read(text: &str, first: Settings) -> Settings {
    let mut settings = first;
    for (name, value) in text.split_whitespace().filter_map(|word| word.split_once('=')) {
        match name {
            "language" => set(&mut settings.language, Language::ALL.into_iter().find(|known| known.code() == value)),
            "look" => set(&mut settings.look, named(&LOOKS, value)),
            "scale" => set(&mut settings.scale, value.parse().ok()),
            "lock_after" => set(&mut settings.lock_after, value.parse().ok()),
            "notify" => set(&mut settings.notify, named(&NOTIFY, value)),
            "enter_sends" => set(&mut settings.enter_sends, named(&[("yes", true), ("no", false)], value)),
            _ => {}
        }
    }
    settings.bounded()
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn named<T: Copy>(names: &[(&str, T)], name: &str) -> Option<T> {
    names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn name<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

const LOOKS: [(&str, Look); 4] =
    [("auto", Look::Auto), ("light", Look::Light), ("dark", Look::Dark), ("contrast", Look::Contrast)];

const NOTIFY: [(&str, Notify); 3] = [("never", Notify::Never), ("plain", Notify::Plain), ("name", Notify::Name)];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_settings() -> impl Strategy<Value = Settings> {
        let looks = prop::sample::select(LOOKS.map(|(_, look)| look).to_vec());
        let notify = prop::sample::select(NOTIFY.map(|(_, notify)| notify).to_vec());
        let language = prop::sample::select(Language::ALL.to_vec());
        (language, looks, 80..=200u16, 0..=480u16, notify, any::<bool>()).prop_map(
            |(language, look, scale, lock_after, notify, enter_sends)| Settings {
                language,
                look,
                scale,
                lock_after,
                notify,
                enter_sends,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(settings in any_settings()) {
            prop_assert_eq!(read(&write(&settings), Settings::default()), settings);
        }

        #[test]
        fn any_text_gives_settings_that_can_be_used(text in "\\PC{0,300}", first in any_settings()) {
            let settings = read(&text, first);
            prop_assert_eq!(settings, settings.bounded());
        }

        #[test]
        fn any_values_give_settings_that_can_be_used(number in any::<u64>(), word in "[a-z]{0,8}") {
            let text = format!("scale={number} lock_after={number} look={word} language={word} future={word} notify==");
            let settings = read(&text, Settings::default());
            prop_assert_eq!(settings, settings.bounded());
        }
    }

    #[test]
    fn what_is_unknown_stays_as_it_was() {
        let first = Settings { look: Look::Dark, scale: 120, ..Settings::default() };
        assert_eq!(read("look=plaid scale=huge later=1 enter_sends", first), first);
    }
}
