//! What the window says, in the person's language.
//!
//! It never shows the name of a message for its text: a test fails on one that is missing or that nobody uses.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use crate::settings::Language;

/// The words of one language.
pub struct Words {
    bundle: FluentBundle<FluentResource>,
    language: Language,
}

impl Words {
    /// Loads a language; English stands in for whatever it lacks.
    pub fn new(language: Language) -> Self {
        let locales = language.code().parse().map(|locale| vec![locale]).unwrap_or_default();
        let mut bundle = FluentBundle::new(locales);
        // The marks would be invisible characters; our texts put values where direction is not in doubt.
        bundle.set_use_isolating(false);
        for source in [sources(Language::English), sources(language)].into_iter().flatten() {
            // What does not parse is left out here and fails a test.
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { bundle, language }
    }

    /// Which language it is.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of this name.
    pub fn say(&self, name: &str) -> Cow<'_, str> {
        self.format(name, None)
    }

    /// The text of this name with values in it.
    pub fn say_with(&self, name: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, value.fluent());
        }
        self.format(name, Some(&args)).into_owned()
    }

    fn format(&self, name: &str, args: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        let Some(pattern) = self.bundle.get_message(name).and_then(|message| message.value()) else {
            debug_assert!(false, "no text is called {name}");
            return Cow::Borrowed("…");
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{name}: {errors:?}");
        Cow::Owned(text)
    }
}

/// A value inside a text.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A word or a name.
    Text(&'a str),
    /// A number.
    Number(i64),
}

impl Value<'_> {
    fn fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::from(*text),
            Self::Number(number) => FluentValue::from(*number),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// The files of a language.
pub(crate) fn sources(language: Language) -> &'static [&'static str] {
    macro_rules! files {
        ($code:literal) => {
            &[
                include_str!(concat!("i18n/", $code, "/common.ftl")),
                include_str!(concat!("i18n/", $code, "/start.ftl")),
                include_str!(concat!("i18n/", $code, "/talk.ftl")),
                include_str!(concat!("i18n/", $code, "/call.ftl")),
                include_str!(concat!("i18n/", $code, "/files.ftl")),
                include_str!(concat!("i18n/", $code, "/people.ftl")),
                include_str!(concat!("i18n/", $code, "/settings.ftl")),
                include_str!(concat!("i18n/", $code, "/desk.ftl")),
                include_str!(concat!("i18n/", $code, "/doctor.ftl")),
            ]
        };
    }
    match language {
        Language::English => files!("en"),
        Language::French => files!("fr"),
    }
}
