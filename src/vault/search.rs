//! Finding messages by what they say, in any script.
//!
//! It does not rank: the newest comes first.

use rusqlite::{CachedStatement, Params};

use super::error::VaultError;
use super::fold::{fold, holds};
use super::ids::{ContactId, MessageKey};
use super::messages::Message;
use super::rows::number;
use super::transaction::{Read, Write};

impl Read<'_> {
    /// The newest messages that contain `query`, without regard to case and accents, at
    /// most `limit`. A query of one or two characters looks at the newest 20,000 messages only: the index knows three.
    pub fn search(&self, query: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<Message>, VaultError> {
        let wanted = fold(query);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.found(&wanted, contact, limit)?.into_iter().map(|key| self.message(key)).collect()
    }

    fn found(&self, wanted: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<MessageKey>, VaultError> {
        let trigrams = trigrams(wanted);
        if trigrams.is_empty() {
            return self.search_newest(wanted, contact, limit);
        }
        let mut found = self.search_waiting(wanted, contact, limit)?;
        let rest = limit.saturating_sub(found.len());
        if rest > 0 {
            // A shelf is rare already, and every trigram more costs a look at each part of the index.
            let asked = if contact.is_some() { ASKED_WITHIN } else { ASKED };
            found.extend(self.search_index(wanted, self.rarest(trigrams, asked)?, contact, rest)?);
        }
        Ok(found)
    }

    /// Looks through what the index says holds all the trigrams. It says so of the newest first and no further than asked.
    fn search_index(
        &self,
        wanted: &str,
        mut trigrams: Vec<String>,
        contact: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<MessageKey>, VaultError> {
        // Private characters in a text may look like a shelf, hence the look at the contact itself.
        trigrams.splice(..0, contact.map(|ContactId(id)| shelf(id)));
        let all = trigrams.iter().map(|trigram| phrase(trigram)).collect::<Vec<_>>().join(" AND ");
        let statement = self.db.prepare_cached(CANDIDATES)?;
        matching(statement, (all, self.searchable()?, contact), wanted, limit)
    }

    /// The few trigrams that are worth asking for, rarest first: how often they are met in the newest messages tells.
    fn rarest(&self, trigrams: Vec<String>, asked: usize) -> Result<Vec<String>, VaultError> {
        let mut counted: Vec<(usize, String)> = trigrams.into_iter().map(|trigram| (0, trigram)).collect();
        if counted.len() > 1 {
            let mut sample = self.db.prepare_cached("SELECT text FROM message ORDER BY id DESC LIMIT ?1")?;
            let mut rows = sample.query([SAMPLE])?;
            while let Some(row) = rows.next()? {
                let text = fold(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?);
                for (count, trigram) in &mut counted {
                    *count += usize::from(text.contains(trigram.as_str()));
                }
            }
            counted.sort_by_key(|(count, _)| *count);
        }
        Ok(counted.into_iter().map(|(_, trigram)| trigram).take(asked).collect())
    }

    /// Looks through what is not in the index yet.
    fn search_waiting(
        &self,
        wanted: &str,
        contact: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<MessageKey>, VaultError> {
        let statement = self.db.prepare_cached(
            "SELECT id, text FROM message
             WHERE id > ?1 AND (?2 IS NULL OR contact = ?2) ORDER BY id DESC",
        )?;
        matching(statement, (self.searchable()?, contact), wanted, limit)
    }

    /// Messages up to this one are in the index.
    fn searchable(&self) -> Result<i64, VaultError> {
        Ok(self.db.prepare_cached("SELECT upto FROM searchable")?.query_row([], |row| row.get(0))?)
    }

    fn search_newest(
        &self,
        wanted: &str,
        contact: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<MessageKey>, VaultError> {
        let sql = if contact.is_some() {
            "SELECT id, text FROM message
             WHERE contact = ?1 ORDER BY id DESC LIMIT ?2"
        } else {
            "SELECT id, text FROM message
             WHERE ?1 IS NULL ORDER BY id DESC LIMIT ?2"
        };
        matching(self.db.prepare_cached(sql)?, (contact, NEWEST), wanted, limit)
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

/// The first `limit` rows of the statement whose text contains `wanted`; the rest is not read.
fn matching(
    mut statement: CachedStatement<'_>,
    params: impl Params,
    wanted: &str,
    limit: usize,
) -> Result<Vec<MessageKey>, VaultError> {
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        if holds(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, wanted) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// The trigrams of a folded text, each once; of a very long text the first ones. The index leaves NULs out, so do we.
fn trigrams(folded: &str) -> Vec<String> {
    let characters: Vec<char> = folded.chars().filter(|c| *c != '\0').take(CONSIDERED + 2).collect();
    let mut trigrams: Vec<String> = Vec::new();
    for window in characters.windows(3) {
        let trigram = window.iter().collect();
        if !trigrams.contains(&trigram) {
            trigrams.push(trigram);
        }
    }
    trigrams
}

/// A phrase of FTS5: quoted, quotes doubled, nothing else has a meaning inside.
fn phrase(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The contact as the three private characters of the view `shelved`.
fn shelf(contact: i64) -> String {
    [24, 12, 0].iter().filter_map(|shift| char::from_u32(0xe000 + ((contact >> shift) & 4_095) as u32)).collect()
}

/// What the index offers, newest first.
const CANDIDATES: &str = "SELECT m.id, m.text FROM search JOIN message m ON m.id = search.rowid
    WHERE search MATCH ?1 AND search.rowid <= ?2 AND (?3 IS NULL OR m.contact = ?3) ORDER BY search.rowid DESC";
/// Trigrams of a query that are considered at all.
const CONSIDERED: usize = 64;
/// Trigrams the index is asked for.
const ASKED: usize = 5;
/// The same within one contact.
const ASKED_WITHIN: usize = 2;
/// Newest messages that tell which trigrams are rare.
const SAMPLE: u32 = 64;
/// Messages a shorter query looks at.
const NEWEST: u32 = 20_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Vault;
    use super::super::messages::Page;
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
        for (query, at) in
            [("\"hello\"", 0), ("100%", 1), ("a OR b", 2), ("l\0i", 3), ("nul\0", 3), ("nul\0in", 3), ("text : x*", 4)]
        {
            assert_eq!(found(&vault, query), [texts[at]], "{query:?}");
        }
        for query in ["", "x OR y", "% s_re", "*", "\"", "\"\"\"", "NEAR(a b)", "shelf : abc", "\0", "\u{301}"] {
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Few characters, so that much is found: case, accents in one and in two characters, capitals that fold to
        /// more, other scripts (a Hangul syllable folds to its letters), a shelf, a NUL.
        #[test]
        fn the_index_misses_and_invents_nothing(
            texts in prop::collection::vec("[aAbBéÉe\u{301}ßİſK각ㄱ\u{1100}\u{1161}\u{e000}\u{e001}\u{e002}\0 \"']{1,16}", 1..24),
            query in "[aAbBéÉe\u{301}ßİſK각\u{1100}\u{1161}\u{e000}\u{e001}\u{e002}\0 \"']{1,6}",
            indexed in 0..24usize,
            limit in 1..24usize,
        ) {
            let mut vault = traceless();
            let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
            let people = [contact(&mut vault, me, 2), contact(&mut vault, me, 3)];
            super::super::transaction::write(&mut vault.db, |w| {
                for (n, text) in (0u8..).zip(&texts) {
                    w.queue(people[usize::from(n % 2)], MessageId([n; 16]), text, 1, false)?;
                }
                w.index(indexed).map(drop)
            })
            .unwrap();
            let (all, wanted) = (Page { before: None, after: None, limit: 99 }, fold(&query));
            for person in people {
                let mut expected = vault.read(|r| r.messages(person, all)).unwrap();
                expected.retain(|m| !wanted.is_empty() && fold(&m.text).contains(&wanted));
                expected.truncate(limit);
                prop_assert_eq!(vault.read(|r| r.search(&query, Some(person), limit)).unwrap(), expected);
            }
            let mut expected: Vec<String> = texts.into_iter().rev().collect();
            expected.retain(|text| !wanted.is_empty() && fold(text).contains(&wanted));
            expected.truncate(limit);
            let everywhere = vault.read(|r| r.search(&query, None, limit)).unwrap();
            prop_assert_eq!(everywhere.into_iter().map(|m| m.text).collect::<Vec<_>>(), expected);
        }
    }

    /// Candidates come newest first as the index walks; a sort would read all of them before the first.
    #[test]
    fn searching_sorts_nothing() {
        let vault = traceless();
        let mut plan = vault.db.prepare(&format!("EXPLAIN QUERY PLAN {CANDIDATES}")).unwrap();
        let steps: Vec<String> = plan.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
        assert_eq!(steps.len(), 2, "{steps:?}");
        assert!(steps[0].starts_with("SCAN search VIRTUAL TABLE INDEX"), "{steps:?}");
        assert!(steps[1].starts_with("SEARCH m USING INTEGER PRIMARY KEY"), "{steps:?}");
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
