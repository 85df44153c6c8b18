//! Finding messages by what they say, in any script.
//!
//! It does not rank: the newest comes first.

use super::error::VaultError;
use super::ids::ContactId;
use super::messages::message;
use super::rows::{Message, number};
use super::transaction::Read;

impl Read<'_> {
    /// The newest messages that contain `query`, without regard to case (and to accents from three characters on), at
    /// most `limit`. A query of one or two characters looks at the newest 20,000 messages only: the index knows three.
    pub fn search(&self, query: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<Message>, VaultError> {
        if query.is_empty() {
            return Ok(Vec::new());
        }
        // A NUL ends SQLite's query text, so such a query goes the slow way too.
        if query.chars().count() < TRIGRAM || query.contains('\0') {
            return self.search_newest(query, contact, limit);
        }
        let mut words = format!("text : {}", phrase(query));
        if let Some(ContactId(id)) = contact {
            words.push_str(" AND shelf : ");
            words.push_str(&phrase(&shelf(id)));
        }
        let mut statement = self.db.prepare_cached(
            "SELECT m.id, m.contact, m.message_id, m.state, m.time, m.text
             FROM search JOIN message m ON m.id = search.rowid
             WHERE search MATCH ?1 ORDER BY search.rowid DESC LIMIT ?2",
        )?;
        let rows = statement.query_map((words, number(limit)), message)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn search_newest(&self, query: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<Message>, VaultError> {
        let sql = if contact.is_some() {
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE contact = ?1 ORDER BY id DESC LIMIT ?2"
        } else {
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE ?1 IS NULL ORDER BY id DESC LIMIT ?2"
        };
        let wanted = query.to_lowercase();
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query((contact, NEWEST))?;
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next()?
        {
            if row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?.to_lowercase().contains(&wanted) {
                found.push(message(row)?);
            }
        }
        Ok(found)
    }
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
            [("quick", 0), ("图书馆", 1), ("明天", 1), ("駅前で", 2), ("พรุ่ง", 3), ("ЗАВТРА", 4), ("cafe", 5), ("é", 5)]
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
}
