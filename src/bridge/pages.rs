//! Parts of a conversation, and places in it, asked of the engine for the window.
//!
//! One more is asked for than is shown: so it is known whether there are more.

use pelure_ui::intent::Part;
use pelure_ui::keys::{ContactKey, MessageKey};
use pelure_ui::model::{Found, History, Words};
use pelure_ui::update::{Page, PagePlace};

use super::day::Calendar;
use super::shape;
use crate::engine::{self, Engine, EngineError, MessageView};
use crate::name::safety::Language;
use crate::vault::{self, ContactId};

/// A part of a conversation, oldest first.
pub(super) async fn page(
    engine: &Engine,
    contact: ContactKey,
    part: Part,
    calendar: &Calendar,
) -> Result<Page, EngineError> {
    let id = ContactId(contact.0);
    let ask = |before, after| engine.messages(id, engine::Page { before, after, limit: PAGE + 1 });
    let (place, mut views, older, newer) = match part {
        Part::Newest => {
            let (views, older) = cut(ask(None, None).await?);
            (PagePlace::Whole, views, older, false)
        }
        Part::Before(key) => {
            let (views, older) = cut(ask(Some(of(key)), None).await?);
            (PagePlace::Before, views, older, false)
        }
        Part::After(key) => {
            let mut views = ask(None, Some(of(key))).await?;
            let newer = views.len() > PAGE as usize;
            // Newest first: the surplus is at the front.
            views.drain(..views.len().saturating_sub(PAGE as usize));
            (PagePlace::After, views, false, newer)
        }
        Part::Around(key) => around(engine, id, of(key)).await?,
    };
    views.reverse();
    let messages = views.iter().map(|view| shape::message(view, calendar)).collect();
    Ok(Page { contact, place, messages, older, newer })
}

/// The same for a window that waits for it, which must have an answer: where that part cannot be read the newest, and
/// where that cannot either an empty one; and what went wrong.
pub(super) async fn page_or_none(
    engine: &Engine,
    contact: ContactKey,
    part: Part,
    calendar: &Calendar,
) -> (Page, Result<(), EngineError>) {
    let error = match page(engine, contact, part, calendar).await {
        Ok(page) => return (page, Ok(())),
        Err(error) => error,
    };
    let instead = page(engine, contact, Part::Newest, calendar).await;
    let none = || Page { contact, place: PagePlace::Whole, messages: Vec::new(), older: false, newer: false };
    (instead.unwrap_or_else(|_| none()), Err(error))
}

/// What a search found, newest first.
pub(super) async fn found(engine: &Engine, query: String, calendar: &Calendar) -> Result<Found, EngineError> {
    let mut views = engine.search_messages(query.clone(), None, PAGE + 1).await?;
    let more = views.len() > PAGE as usize;
    views.truncate(PAGE as usize);
    let hits = views.iter().map(|view| shape::hit(view, &query, calendar)).collect();
    Ok(Found { query, hits, more })
}

/// The safety words of a contact.
pub(super) async fn words(engine: &Engine, contact: ContactKey) -> Result<Words, EngineError> {
    let words = engine.safety_words(ContactId(contact.0)).await?;
    let in_language = |language| words.words(language).map(str::to_owned).to_vec();
    Ok(Words {
        contact,
        english: in_language(Language::English),
        french: in_language(Language::French),
        digits: words.digits().to_vec(),
    })
}

/// The earlier texts of a message.
pub(super) async fn history(engine: &Engine, message: MessageKey, calendar: &Calendar) -> Result<History, EngineError> {
    let texts = engine.history(of(message)).await?;
    let texts = texts.iter().map(|former| (shape::shown(&former.text), calendar.moment(former.time))).collect();
    Ok(History { message, texts })
}

async fn around(
    engine: &Engine,
    contact: ContactId,
    key: vault::MessageKey,
) -> Result<(PagePlace, Vec<MessageView>, bool, bool), EngineError> {
    let half = PAGE / 2;
    let mut views = engine.around(key, half + 1).await?;
    if views.iter().any(|view| view.contact != contact) {
        return Err(EngineError::NotFound);
    }
    let beyond = |count: usize| count > half as usize;
    let newer = beyond(views.iter().filter(|view| view.message > key).count());
    let older = beyond(views.iter().filter(|view| view.message < key).count());
    if newer {
        views.remove(0);
    }
    if older {
        views.pop();
    }
    Ok((PagePlace::Whole, views, older, newer))
}

/// Without the surplus at the old end, and whether there was one.
fn cut(mut views: Vec<MessageView>) -> (Vec<MessageView>, bool) {
    let more = views.len() > PAGE as usize;
    views.truncate(PAGE as usize);
    (views, more)
}

fn of(key: MessageKey) -> vault::MessageKey {
    vault::MessageKey(key.0)
}

/// Messages of a page: a few screens of them.
const PAGE: u32 = 100;
