//! Finding messages by what they say, in any script.
//!
//! It does not rank: the newest comes first.

use rusqlite::Rows;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::error::VaultError;
use super::ids::ContactId;
use super::messages::message;
use super::rows::{Message, number};
use super::transaction::{Read, Write};

impl Read<'_> {
    /// The newest messages that contain `query`, without regard to case and accents, at
    /// most `limit`. A query of one or two characters looks at the newest 20,000 messages only: the index knows three.
    pub fn search(&self, query: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<Message>, VaultError> {
        if query.is_empty() {
            return Ok(Vec::new());
        }
        // A NUL ends SQLite's query text, so such a query goes the slow way too.
        if query.chars().count() < TRIGRAM || query.contains('\0') {
            return self.search_newest(query, contact, limit);
        }
        let (mut found, upto) = (self.search_waiting(query, contact, limit)?, self.searchable()?);
        let mut words = format!("text : {}", phrase(query));
        if let Some(ContactId(id)) = contact {
            words.push_str(" AND shelf : ");
            words.push_str(&phrase(&shelf(id)));
        }
        let mut statement = self.db.prepare_cached(
            "SELECT m.id, m.contact, m.message_id, m.state, m.time, m.text
             FROM search JOIN message m ON m.id = search.rowid
             WHERE search MATCH ?1 AND search.rowid <= ?3 ORDER BY search.rowid DESC LIMIT ?2",
        )?;
        let rest = number(limit.saturating_sub(found.len()));
        for row in statement.query_map((words, rest, upto), message)? {
            found.push(row?);
        }
        Ok(found)
    }

    /// Looks through what is not in the index yet.
    fn search_waiting(
        &self,
        query: &str,
        contact: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<Message>, VaultError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE id > ?1 AND (?2 IS NULL OR contact = ?2) ORDER BY id DESC",
        )?;
        matching(statement.query((self.searchable()?, contact))?, query, limit)
    }

    /// Messages up to this one are in the index.
    fn searchable(&self) -> Result<i64, VaultError> {
        Ok(self.db.prepare_cached("SELECT upto FROM searchable")?.query_row([], |row| row.get(0))?)
    }

    fn search_newest(&self, query: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<Message>, VaultError> {
        let sql = if contact.is_some() {
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE contact = ?1 ORDER BY id DESC LIMIT ?2"
        } else {
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE ?1 IS NULL ORDER BY id DESC LIMIT ?2"
        };
        let mut statement = self.db.prepare_cached(sql)?;
        matching(statement.query((contact, NEWEST))?, query, limit)
    }
}

impl Write<'_> {
    /// Puts waiting messages into the index, oldest first, at most `limit`; tells how many it were.
    pub fn index(&self, limit: usize) -> Result<usize, VaultError> {
        let upto = self.searchable()?;
        let last = "SELECT max(id) FROM (SELECT id FROM message WHERE id > ?1 ORDER BY id LIMIT ?2)";
        let last: Option<i64> = self.db.prepare_cached(last)?.query_row((upto, number(limit)), |row| row.get(0))?;
        let Some(last) = last else { return Ok(0) };
        let indexed = self.change(
            "INSERT INTO search (rowid, text, shelf) SELECT id, text, shelf FROM shelved WHERE id > ?1 AND id <= ?2",
            (upto, last),
        )?;
        self.change("UPDATE searchable SET upto = ?1", (last,))?;
        Ok(indexed)
    }
}

/// The first `limit` rows whose text contains `query`.
fn matching(mut rows: Rows<'_>, query: &str, limit: usize) -> Result<Vec<Message>, VaultError> {
    let wanted = fold(query);
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        if fold(row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?).contains(&wanted) {
            found.push(message(row)?);
        }
    }
    Ok(found)
}

/// Without case and accents, as the index compares.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// A phrase of FTS5: quoted, quotes doubled, nothing else has a meaning inside.
fn phrase(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The contact as the three ideographs of the view `shelved`.
fn shelf(contact: i64) -> String {
    [24, 12, 0].iter().filter_map(|shift| char::from_u32(19_968 + ((contact >> shift) & 4_095) as u32)).collect()
}

/// Characters of the shortest query the index answers.
const TRIGRAM: usize = 3;
/// Messages a shorter query looks at.
const NEWEST: u32 = 20_000;

#[cfg(test)]
mod tests {
    use super::super::Vault;
    use super::super::testing::{contact, key, traceless};
    use super::*;
    use crate::wire::MessageId;

    fn talk(texts: &[&str]) -> (Vault, ContactId, ContactId) {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let (ann, ben) = (contact(&mut vault, me, 2), contact(&mut vault, me, 3));
        for (n, text) in (0u8..).zip(texts) {
            vault.write(|w| w.queue(ann, MessageId([n; 16]), text, 1, false)).unwrap();
        }
        (vault, ann, ben)
    }

    fn found(vault: &Vault, query: &str) -> Vec<String> {
        vault.read(|r| r.search(query, None, 99)).unwrap().into_iter().map(|m| m.text).collect()
    }

    #[test]
    fn every_script_is_found_by_any_part() {
        let texts = [
            "The Quick fox",
            "我们明天在图书馆见面",
            "会いましょう、駅前で",
            "พบกันพรุ่งนี้",
            "Встреча завтра",
            "un café noir",
        ];
        let (vault, ..) = talk(&texts);
        for (query, at) in
            [("quick", 0), ("图书馆", 1), ("明天", 1), ("駅前で", 2), ("พรุ่ง", 3), ("ЗАВТРА", 4), ("cafe", 5), ("fé", 5)]
        {
            assert_eq!(found(&vault, query), [texts[at]], "{query}");
        }
    }

    #[test]
    fn nothing_in_a_query_has_a_meaning() {
        let texts = ["say \"hello\" now", "100% sure", "a OR b AND c", "nul\0inside", "text : x*"];
        let (vault, ..) = talk(&texts);
        for (query, at) in [("\"hello\"", 0), ("100%", 1), ("a OR b", 2), ("l\0i", 3), ("nul\0", 3), ("text : x*", 4)] {
            assert_eq!(found(&vault, query), [texts[at]], "{query:?}");
        }
        for query in ["", "x OR y", "% s_re", "*", "\"", "\"\"\"", "NEAR(a b)", "shelf : abc"] {
            let _: Vec<String> = found(&vault, query);
        }
        assert_eq!(found(&vault, ""), [""; 0]);
    }

    #[test]
    fn a_search_keeps_to_its_contact_its_limit_and_the_newest() {
        let (mut vault, ann, ben) = talk(&["alpha one", "alpha two", "alpha three"]);
        vault.write(|w| w.queue(ben, MessageId([77; 16]), "alpha of ben", 1, false)).unwrap();
        let texts = |contact, limit| -> Vec<String> {
            vault.read(|r| r.search("ALPHA", contact, limit)).unwrap().into_iter().map(|m| m.text).collect()
        };
        assert_eq!(texts(Some(ann), 2), ["alpha three", "alpha two"]);
        assert_eq!(texts(Some(ben), 9), ["alpha of ben"]);
        assert_eq!(texts(None, 2), ["alpha of ben", "alpha three"]);
        let short = |contact| vault.read(|r| r.search("AL", contact, 9)).unwrap().len();
        assert_eq!((short(Some(ann)), short(Some(ben)), short(None)), (3, 1, 4));
    }

    #[test]
    fn the_shelf_of_a_contact_is_what_the_view_writes() {
        let (vault, ann, _) = talk(&["x"]);
        let written: String = vault.db.query_row("SELECT shelf FROM shelved", [], |row| row.get(0)).unwrap();
        assert_eq!(written, shelf(ann.0));
        assert_ne!(shelf(1), shelf(1 + (1 << 12)));
    }

    #[test]
    fn what_waits_for_the_index_is_found_and_removed_like_the_rest() {
        let (mut vault, ann, _) = talk(&["Café one"]);
        // As a flood leaves it: behind the writer that would index it at once.
        super::super::transaction::write(&mut vault.db, |w| {
            (1..200u8).try_for_each(|n| w.queue(ann, MessageId([n; 16]), "CAFÉ more", 1, false).map(drop))
        })
        .unwrap();
        let count = |vault: &Vault| vault.read(|r| r.search("cafe", Some(ann), 999)).unwrap().len();
        let waiting = |vault: &Vault| vault.read(|r| r.search_waiting("cafe", None, 999)).unwrap().len();
        assert_eq!((count(&vault), waiting(&vault)), (200, 199));
        assert_eq!(vault.read(|r| r.search("cafe", None, 3)).unwrap().len(), 3);
        vault.write(|w| w.index(99)).unwrap();
        assert!(waiting(&vault) > 0 && count(&vault) == 200);
        vault.write(|w| w.index(999)).unwrap();
        assert_eq!((count(&vault), waiting(&vault)), (200, 0));
        vault.write(|w| w.remove_contact(ann)).unwrap();
        assert_eq!(count(&vault), 0);
    }
}
