//! The words of a desktop notification. They never hold what somebody wrote: nothing of it is handed in.

use crate::settings::Notify;
use crate::words::Words;

/// What is worth a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// A message came.
    Message {
        /// The name that the person gave the writer.
        from: &'a str,
    },
    /// A file was offered.
    File {
        /// The name that the person gave who offers it.
        from: &'a str,
    },
    /// A call rings.
    Call {
        /// The name that the person gave who calls.
        from: &'a str,
    },
    /// Somebody asks to be a contact.
    Request,
}

/// A notification in the person's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its title.
    pub title: String,
    /// Its one line.
    pub body: String,
}

/// What to say of it; `None`: nothing. On a locked screen names are not said either.
pub fn announce(words: &Words, notify: Notify, locked: bool, news: News<'_>) -> Option<Announcement> {
    let body = match (notify, news) {
        (Notify::Never, _) => return None,
        (_, News::Request) => words.say("desk-request").into_owned(),
        (Notify::Name, News::Message { from }) if !locked => {
            words.say_with("desk-message-from", &[("name", from.into())])
        }
        (Notify::Name, News::File { from }) if !locked => words.say_with("desk-file-from", &[("name", from.into())]),
        (Notify::Name, News::Call { from }) if !locked => words.say_with("desk-call-from", &[("name", from.into())]),
        (Notify::Plain | Notify::Name, News::Call { .. }) => words.say("desk-call").into_owned(),
        (Notify::Plain | Notify::Name, News::File { .. }) => words.say("desk-file").into_owned(),
        (Notify::Plain | Notify::Name, News::Message { .. }) => words.say("desk-message").into_owned(),
    };
    Some(Announcement { title: words.say("desk-title").into_owned(), body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Language;

    const BOB: News<'_> = News::Message { from: "Bob" };

    #[test]
    fn a_name_is_said_only_if_the_person_wants_it_and_the_screen_is_open() {
        for language in Language::ALL {
            let words = Words::new(language);
            let said = |notify, locked, news| announce(&words, notify, locked, news).map(|said| said.body);
            for news in [BOB, News::File { from: "Bob" }, News::Call { from: "Bob" }] {
                assert!(said(Notify::Name, false, news).unwrap().contains("Bob"));
                for (notify, locked) in [(Notify::Name, true), (Notify::Plain, false), (Notify::Plain, true)] {
                    assert!(!said(notify, locked, news).unwrap().contains("Bob"), "{language:?} {notify:?} {locked}");
                }
                assert_eq!(said(Notify::Never, false, news), None);
            }
            assert_eq!(said(Notify::Never, false, News::Request), None);
            assert_ne!(said(Notify::Plain, false, News::Request), said(Notify::Plain, false, BOB));
        }
    }
}
